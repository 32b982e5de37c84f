//! Entries as they come, checked one by one: what a subscriber can know without the whole ledger.

use std::collections::{HashMap, HashSet, VecDeque};

use cinnabar_events::{Entry, EntryHash, LedgerId, Revision, Sequence, Subject, Timestamp};
use cinnabar_tlog::{Checkpoint, Frontier, InclusionProof, LeafIndex};

use crate::alarm::Alarm;

/// Most dossiers whose ends a follower remembers. Beyond it the one heard of first is forgotten, and is taken
/// at its word when it is heard of again.
pub const FOLLOWED_DOSSIERS_MAX: usize = 100_000;

/// Which entries the follower is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// All of them: the chain must be whole.
    All,
    /// All entries that enter these dossiers, and perhaps others: these dossiers must be whole.
    Dossiers(HashSet<Subject>),
    /// Some, chosen by kind or by subject: sequences must rise, and no entry may contradict another.
    Some,
}

/// The last entry that was accepted.
#[derive(Clone, Copy, Debug)]
struct Last {
    seq: u64,
    hash: EntryHash,
    time: Timestamp,
}

/// The end of a dossier, as far as it was delivered.
#[derive(Clone, Copy, Debug)]
struct End {
    revision: Revision,
    hash: EntryHash,
    seq: u64,
}

/// Checks entries as they are delivered. After an alarm it stands where it stood before, so that a delivery can
/// be tried again.
///
/// Whose keys the signatures are, and whether the rules admitted a statement, only the whole ledger tells: that
/// is [`crate::Verifier`]'s part.
#[derive(Debug)]
pub struct Follower {
    ledger: LedgerId,
    selection: Selection,
    next: Option<Sequence>,
    last: Option<Last>,
    dossiers: HashMap<Subject, End>,
    /// Dossiers in the order in which they were first heard of.
    heard: VecDeque<Subject>,
    tree: Option<Frontier>,
}

impl Follower {
    /// Follows the ledger with this id from `from` on. The first entry is taken at its word about what came
    /// before it, unless `from` is the first sequence: then the tree is kept too, if all entries come.
    pub fn new(ledger: LedgerId, selection: Selection, from: Sequence) -> Self {
        let whole = selection == Selection::All;
        let first = from == Sequence::FIRST;
        Self {
            ledger,
            next: whole.then_some(from),
            tree: (whole && first).then(Frontier::empty),
            last: None,
            selection,
            dossiers: HashMap::new(),
            heard: VecDeque::new(),
        }
    }

    /// Goes on after an entry that was accepted earlier, at `sequence` with `hash`.
    pub fn after(
        ledger: LedgerId,
        selection: Selection,
        sequence: Sequence,
        hash: EntryHash,
        time: Timestamp,
    ) -> Self {
        let mut follower = Self::new(ledger, selection, sequence.next());
        follower.last = Some(Last {
            seq: sequence.get(),
            hash,
            time,
        });
        follower
    }

    /// The last sequence that was accepted.
    pub fn sequence(&self) -> Option<Sequence> {
        self.last.map(|last| Sequence::new(last.seq))
    }

    /// Size and root of the tree, if every entry from the first on was delivered.
    pub fn tree(&self) -> Option<&Frontier> {
        self.tree.as_ref()
    }

    /// Checks the next delivery: the exact bytes of an entry.
    ///
    /// # Errors
    /// [`Alarm`]. A redelivery of the last entry is an [`Alarm::Order`]; who subscribes where deliveries can
    /// repeat compares [`Self::sequence`] first.
    pub fn take(&mut self, bytes: &[u8]) -> Result<Entry, Alarm> {
        let after = self.last.map(|last| last.seq);
        let not_an_entry = |source| Alarm::NotAnEntry { after, source };
        let entry = Entry::parse(bytes).map_err(not_an_entry)?;
        entry.signed().clone().verify().map_err(not_an_entry)?;
        self.check_order(&entry)?;
        self.check_ledger(&entry)?;
        for (subject, link) in entry.dossiers() {
            self.check_dossier(entry.seq().get(), subject, link.revision, link.prev)?;
        }
        // From here on nothing fails: the entry is accepted.
        self.last = Some(Last {
            seq: entry.seq().get(),
            hash: entry.hash(),
            time: entry.time(),
        });
        self.next = self.next.map(|_| entry.seq().next());
        if let Some(tree) = &mut self.tree {
            tree.push(entry.leaf_hash());
        }
        for (subject, link) in entry.dossiers() {
            self.remember(
                subject,
                End {
                    revision: link.revision.next(),
                    hash: entry.hash(),
                    seq: entry.seq().get(),
                },
            );
        }
        Ok(entry)
    }

    /// Compares the entries with a checkpoint that the log signed (see [`crate::open_checkpoint`]). None if the
    /// follower doesn't know the tree at that size.
    ///
    /// # Errors
    /// [`Alarm::Root`].
    pub fn compare(&self, checkpoint: &Checkpoint) -> Option<Result<(), Alarm>> {
        let tree = self
            .tree
            .as_ref()
            .filter(|tree| tree.size() == checkpoint.size)?;
        Some(if tree.root() == checkpoint.root {
            Ok(())
        } else {
            Err(Alarm::Root {
                size: checkpoint.size,
            })
        })
    }

    fn check_order(&self, entry: &Entry) -> Result<(), Alarm> {
        let (found, carried) = (entry.seq().get(), entry.prev());
        if let Some(last) = self.last {
            if found <= last.seq {
                return Err(Alarm::Order {
                    after: last.seq,
                    found,
                });
            }
            if found == last.seq + 1 && carried != last.hash {
                return Err(Alarm::Chain {
                    sequence: found,
                    carried,
                    before: last.hash,
                });
            }
            if entry.time() < last.time {
                return Err(Alarm::Time {
                    sequence: found,
                    latest: last.time,
                    found: entry.time(),
                });
            }
        }
        if let Some(next) = self.next.map(Sequence::get) {
            if found > next {
                return Err(Alarm::Gap {
                    from: next,
                    to: found - 1,
                });
            }
            if found < next {
                return Err(Alarm::Order {
                    after: next.saturating_sub(1),
                    found,
                });
            }
        }
        if found == 0 && carried != EntryHash::NONE {
            return Err(Alarm::Chain {
                sequence: 0,
                carried,
                before: EntryHash::NONE,
            });
        }
        Ok(())
    }

    fn check_ledger(&self, entry: &Entry) -> Result<(), Alarm> {
        let stated = entry
            .statement()
            .ledger
            .unwrap_or_else(|| LedgerId::of(entry.signed().bytes()));
        if stated == self.ledger {
            Ok(())
        } else {
            Err(Alarm::OtherLedger {
                sequence: entry.seq().get(),
            })
        }
    }

    fn check_dossier(
        &self,
        sequence: u64,
        subject: &Subject,
        found: Revision,
        prev: EntryHash,
    ) -> Result<(), Alarm> {
        let Some(end) = self.dossiers.get(subject) else {
            return Ok(());
        };
        let contradiction = || Alarm::Dossier {
            sequence,
            earlier: end.seq,
            subject: subject.clone(),
        };
        let whole = match &self.selection {
            Selection::All => true,
            Selection::Dossiers(subjects) => subjects.contains(subject),
            Selection::Some => false,
        };
        match found.cmp(&end.revision) {
            std::cmp::Ordering::Less => Err(contradiction()),
            std::cmp::Ordering::Equal if prev != end.hash => Err(contradiction()),
            std::cmp::Ordering::Equal => Ok(()),
            std::cmp::Ordering::Greater if whole => Err(Alarm::DossierGap {
                sequence,
                subject: subject.clone(),
                expected: end.revision,
                found,
            }),
            std::cmp::Ordering::Greater => Ok(()),
        }
    }

    fn remember(&mut self, subject: &Subject, end: End) {
        if self.dossiers.insert(subject.clone(), end).is_some() {
            return;
        }
        self.heard.push_back(subject.clone());
        if self.heard.len() > FOLLOWED_DOSSIERS_MAX
            && let Some(oldest) = self.heard.pop_front()
        {
            self.dossiers.remove(&oldest);
        }
    }
}

/// Checks that an entry is in the log, at its own sequence, under a checkpoint that the log signed (see
/// [`crate::open_checkpoint`]).
///
/// # Errors
/// [`Alarm::NotIncluded`].
pub fn check_inclusion(
    entry: &Entry,
    proof: &InclusionProof,
    checkpoint: &Checkpoint,
) -> Result<(), Alarm> {
    let sequence = entry.seq().get();
    proof
        .verify(
            LeafIndex::new(sequence),
            checkpoint.size,
            &entry.leaf_hash(),
            &checkpoint.root,
        )
        .map_err(|source| Alarm::NotIncluded { sequence, source })
}
