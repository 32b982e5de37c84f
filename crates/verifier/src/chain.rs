//! Where each line stands, whether it links to its neighbours, and which of two that contradict each other is
//! at fault. Looks at hashes only: the README's section "Which entry is named" is this file in words.

use cinnabar_events::EntryHash;

use crate::finding::{Check, FINDINGS_MAX, Fault, Findings};
use crate::read::{Body, Line};

/// An entry in its place.
#[derive(Debug)]
pub(crate) struct Slot {
    /// The sequence under which it is named.
    pub(crate) seq: u64,
    pub(crate) line: Line,
    /// Its sequence came before already.
    pub(crate) repeated: bool,
    /// Its bytes are contradicted by its neighbours.
    pub(crate) contradicted: bool,
    /// The link from the entry before to this one.
    link: Link,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    /// `prev` is the hash of the entry before, or can't be compared with anything.
    Holds,
    /// The entry before has another hash than `prev`.
    Torn {
        /// The hash that it has.
        before: EntryHash,
    },
}

/// What comes out of the chain, in order: entries whose every link has been judged, and what is not there.
#[derive(Debug)]
pub(crate) enum Placed {
    Entry(Slot),
    /// Sequences `first..until` are missing or can't be read.
    Lost {
        first: u64,
        until: u64,
    },
}

/// What the next line's `prev` is compared with.
#[derive(Clone, Copy, Debug)]
enum Tail {
    Hash(EntryHash),
    /// The line before could not be read.
    Unreadable,
}

/// Unreadable lines, one after the other.
#[derive(Debug, Default)]
struct Run {
    first: u64,
    lines: u64,
    /// Why, at most [`FINDINGS_MAX`] of them.
    faults: Vec<Fault>,
}

/// What can be said about the later of two entries that contradict each other.
#[derive(Clone, Copy, Debug)]
enum Witness {
    /// The entry after it carries this hash.
    Next(EntryHash),
    /// Nothing stands after it. Whether the checkpoint's root comes out right once its `prev` is put right.
    End { repaired: bool },
    /// What stands after it is missing or unreadable.
    None,
}

/// The sequential walk over the lines. Holds the last two entries: the later one's link can't be judged before
/// the one after it is seen.
#[derive(Debug)]
pub(crate) struct Chain {
    next: u64,
    tail: Tail,
    before: Option<Slot>,
    last: Option<Slot>,
    run: Option<Run>,
}

const BROKEN_LINK: &str =
    "the bytes of this entry are not the ones that were recorded: its neighbours contradict it";

impl Chain {
    pub(crate) fn new() -> Self {
        Self::after(0, EntryHash::NONE)
    }

    /// The walk goes on after `next` entries, of which the last has this hash.
    pub(crate) fn after(next: u64, hash: EntryHash) -> Self {
        Self {
            next,
            tail: Tail::Hash(hash),
            before: None,
            last: None,
            run: None,
        }
    }

    /// The sequence after the last.
    pub(crate) fn next(&self) -> u64 {
        self.next + self.run.as_ref().map_or(0, |run| run.lines)
    }

    /// Entries whose link is not judged yet: how many, and where the first stands in the export.
    pub(crate) fn held(&self) -> (u64, Option<u64>) {
        let held = [self.before.as_ref(), self.last.as_ref()];
        let first = held.iter().flatten().next().map(|slot| slot.line.offset);
        (held.iter().flatten().count() as u64, first)
    }

    /// Takes the next line. Puts into `out` what is settled by it.
    pub(crate) fn push(&mut self, line: Line, out: &mut Vec<Placed>, findings: &mut Findings) {
        let Some(outline) = line.outline else {
            self.judge(Witness::None, findings);
            self.release(out);
            self.tail = Tail::Unreadable;
            let first = self.next;
            let run = self.run.get_or_insert_with(|| Run {
                first,
                ..Run::default()
            });
            run.lines += 1;
            if run.faults.len() < FINDINGS_MAX
                && let Body::Bad(fault) = line.body
            {
                run.faults.push(*fault);
            }
            return;
        };
        let follows = self
            .last
            .as_ref()
            .is_some_and(|last| outline.seq == last.seq + 1 || outline.prev == last.line.hash);
        self.judge(
            if follows {
                Witness::Next(outline.prev)
            } else {
                Witness::None
            },
            findings,
        );
        let lost = self.end_run(Some(outline.seq), findings);
        let (seq, link, repeated) = match self.tail {
            Tail::Hash(tail) if outline.prev == tail => (
                self.check_sequence(outline.seq, findings),
                Link::Holds,
                false,
            ),
            Tail::Unreadable if outline.seq < self.next => (
                self.check_sequence(outline.seq, findings),
                Link::Holds,
                false,
            ),
            Tail::Hash(before) if outline.seq == self.next => {
                (outline.seq, Link::Torn { before }, false)
            }
            Tail::Hash(_) if outline.seq < self.next => {
                self.repeated(outline.seq, findings);
                (outline.seq, Link::Holds, true)
            }
            Tail::Hash(_) | Tail::Unreadable => (outline.seq, Link::Holds, false),
        };
        let gap = (seq > self.next).then(|| self.gap(seq, findings));
        out.extend(self.before.take().map(Placed::Entry));
        if lost.is_some() || gap.is_some() {
            self.release(out);
            out.extend(lost);
            out.extend(gap);
        }
        self.before = self.last.take();
        self.tail = Tail::Hash(line.hash);
        self.next = seq.saturating_add(1);
        self.last = Some(Slot {
            seq,
            line,
            repeated,
            contradicted: false,
            link,
        });
    }

    /// The last entry, and the `prev` that it should have, if its link is torn. For the caller to find out
    /// whether the tree comes out right with that `prev`.
    pub(crate) fn torn_end(&self) -> Option<(&Slot, EntryHash)> {
        let last = self.last.as_ref()?;
        match last.link {
            Link::Torn { before } => Some((last, before)),
            Link::Holds => None,
        }
    }

    /// Ends the walk. `repaired`: whether the tree comes out right with [`Self::torn_end`] put right; `size`: how
    /// many entries there should be, if that is known.
    pub(crate) fn finish(
        &mut self,
        repaired: bool,
        size: Option<u64>,
        out: &mut Vec<Placed>,
        findings: &mut Findings,
    ) {
        self.judge(Witness::End { repaired }, findings);
        self.release(out);
        out.extend(self.end_run(size, findings));
    }

    /// Says the sequence at which a line stands that its link puts after the one before.
    fn check_sequence(&self, stated: u64, findings: &mut Findings) -> u64 {
        if stated != self.next {
            let fault = Fault::new(
                Check::Sequence,
                self.next.to_string(),
                stated.to_string(),
                "the entry states another sequence than the one at which it stands",
            );
            findings.push(fault.at(self.next));
        }
        self.next
    }

    fn repeated(&self, stated: u64, findings: &mut Findings) {
        let meaning = "two entries claim this sequence: one was inserted or repeated, or the order was changed";
        let fault = Fault::new(
            Check::Sequence,
            format!("sequence {}", self.next),
            format!("sequence {stated} again"),
            meaning,
        );
        findings.push(fault.at(stated));
    }

    fn gap(&self, seq: u64, findings: &mut Findings) -> Placed {
        let missing = match seq - self.next {
            1 => format!("sequence {seq}: one entry is not there"),
            count => format!("sequence {seq}: {count} entries are not there"),
        };
        let fault = Fault::new(
            Check::Sequence,
            format!("sequence {}", self.next),
            missing,
            "entries were removed or moved",
        );
        findings.push(fault.at(self.next));
        Placed::Lost {
            first: self.next,
            until: seq,
        }
    }

    /// Names the unreadable lines, once it is known at which sequence reading goes on. A damaged byte can have
    /// cut one entry in several lines, so no more are named than there is room for.
    fn end_run(&mut self, goes_on: Option<u64>, findings: &mut Findings) -> Option<Placed> {
        let run = self.run.take()?;
        let room = goes_on
            .map_or(run.lines, |seq| seq.saturating_sub(run.first))
            .max(1);
        let entries = run.lines.min(room);
        let named = run
            .faults
            .len()
            .min(usize::try_from(entries).unwrap_or(usize::MAX));
        for (fault, seq) in run.faults.into_iter().take(named).zip(run.first..) {
            findings.push(fault.at(seq));
        }
        self.next = run.first.saturating_add(entries);
        Some(Placed::Lost {
            first: run.first,
            until: self.next,
        })
    }

    /// Judges a torn link between the last two entries: the later one is at fault if its own hash is contradicted
    /// too, or if its `prev` alone is what the tree misses; otherwise the earlier one is.
    fn judge(&mut self, witness: Witness, findings: &mut Findings) {
        let Some(last) = &mut self.last else { return };
        let Link::Torn { before } = last.link else {
            return;
        };
        last.link = Link::Holds;
        let prev = last
            .line
            .outline
            .expect("an entry in its place was read")
            .prev;
        let later = match witness {
            Witness::Next(prev) => prev != last.line.hash,
            Witness::End { repaired } => repaired || last.line.is_damaged(),
            Witness::None => last.line.is_damaged(),
        };
        let earlier = self.before.as_mut().filter(|_| !later);
        let (slot, expected, found) = match earlier {
            Some(slot) => (
                slot,
                format!("{prev}, which the next entry carries"),
                before.to_string(),
            ),
            None => (
                last,
                format!("prev {before}, the hash of the entry before"),
                format!("prev {prev}"),
            ),
        };
        if !std::mem::replace(&mut slot.contradicted, true) {
            findings.push(Fault::new(Check::Chain, expected, found, BROKEN_LINK).at(slot.seq));
        }
    }

    fn release(&mut self, out: &mut Vec<Placed>) {
        out.extend(self.before.take().map(Placed::Entry));
        out.extend(self.last.take().map(Placed::Entry));
    }
}
