//! What was delivered, compared with checkpoints that the log signed.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use cinnabar_events::Entry;
use cinnabar_evidence::Consistency;
use cinnabar_tlog::{Checkpoint, Frontier, Hash, LeafIndex, Prover, VerifierKey};
use cinnabar_verifier::Alarm;

use crate::alarm;
use crate::http::{Api, HttpError, Signed};
use crate::out::reasons;
use crate::seen::Seen;

/// How long the log may be ahead of the feed: the feed is derived from it within a second, and catches up within a minute after a restart.
const WITHHELD_AFTER: Duration = Duration::from_secs(60);
/// How often the newest checkpoint is looked at while nothing comes.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Most entries that wait for a checkpoint, 40 bytes each. Beyond it no more are taken until some are proven.
const WAITING_MAX: usize = 65_536;

/// Outcome of a comparison.
pub(super) enum Anchored {
    /// Everything that waited is proven.
    Holds {
        /// Whether there was a complaint before that it could not be compared.
        again: bool,
    },
    /// Not everything could be compared now; why, the first time.
    Later(Option<String>),
    /// The log contradicts what was delivered.
    Alarm(Alarm),
    /// What answers is not the log.
    Contradiction(String),
    /// The log contradicts itself: two checkpoints, and what is wrong.
    Fork {
        what: String,
        held: Vec<u8>,
        shown: Vec<u8>,
        proofs: Vec<Consistency>,
    },
    /// The log has signed for entries that the feed has not delivered for too long.
    Withheld {
        /// Entries that the log has signed for.
        size: u64,
        /// The entry that should have come.
        next: u64,
    },
}

/// Why a comparison ended early.
enum Stop {
    NoAnswer(String),
    Alarm(Alarm),
    Contradiction(String),
    Fork {
        what: String,
        held: Vec<u8>,
        shown: Vec<u8>,
        proofs: Vec<Consistency>,
    },
}

/// An entry that no checkpoint has covered yet.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    sequence: u64,
    leaf: Hash,
}

/// Compares entries with checkpoints.
pub(super) struct Anchor {
    api: Api,
    log_key: VerifierKey,
    /// Whether each entry is proven, or one at a time, which is chained to all before it.
    each: bool,
    waiting: VecDeque<Waiting>,
    newest: Option<Signed>,
    complained: bool,
    seen: Option<Seen>,
    /// The next entry that the feed owes, where it delivers all of them.
    owed: Option<u64>,
    looked: Option<Instant>,
    ahead_since: Option<Instant>,
    limit: Duration,
}

impl Anchor {
    pub(super) fn new(api: Api, log_key: VerifierKey, each: bool) -> Self {
        Self {
            api,
            log_key,
            each,
            waiting: VecDeque::new(),
            newest: None,
            complained: false,
            seen: None,
            owed: None,
            looked: None,
            ahead_since: None,
            limit: WITHHELD_AFTER,
        }
    }

    /// Goes on from the checkpoint that was seen last, and keeps the newest.
    pub(super) fn remembering(mut self, seen: Seen) -> Self {
        self.newest = seen.load();
        self.seen = Some(seen);
        self
    }

    /// The feed delivers every entry, and the next one is `next`.
    pub(super) fn owes(&mut self, next: u64) {
        self.owed = Some(next);
    }

    /// Remembers an entry until a checkpoint covers it. In a chain, the first that waits and the last: the last proves
    /// all before it, and the first is proven sooner.
    pub(super) fn push(&mut self, entry: &Entry) {
        if !self.each {
            self.waiting.truncate(1);
        }
        self.waiting.push_back(Waiting {
            sequence: entry.seq().get(),
            leaf: entry.leaf_hash(),
        });
    }

    /// Whether entries wait for a checkpoint.
    pub(super) fn is_behind(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Whether no more entries may be taken before some are proven.
    pub(super) fn is_full(&self) -> bool {
        self.waiting.len() >= WAITING_MAX
    }

    /// Fetches the newest checkpoint and compares; `tree` is what was delivered, if that is everything. Blocks on
    /// the network.
    pub(super) fn compare(&mut self, tree: Option<&Frontier>) -> Anchored {
        let idle = self
            .looked
            .is_none_or(|looked| looked.elapsed() >= LOOK_EVERY);
        if self.waiting.is_empty() && !(idle && self.owed.is_some()) {
            return Anchored::Holds { again: false };
        }
        self.looked = Some(Instant::now());
        match self.try_compare(tree) {
            Ok(()) if self.withheld().is_some() => self.withheld().expect("just seen"),
            Ok(()) if self.waiting.is_empty() => {
                let again = std::mem::replace(&mut self.complained, false);
                Anchored::Holds { again }
            }
            Ok(()) => {
                self.later("the newest checkpoint does not cover the newest entries yet".to_owned())
            }
            Err(Stop::NoAnswer(why)) => self.later(why),
            Err(Stop::Alarm(alarm)) => Anchored::Alarm(alarm),
            Err(Stop::Contradiction(why)) => Anchored::Contradiction(why),
            Err(Stop::Fork {
                what,
                held,
                shown,
                proofs,
            }) => Anchored::Fork {
                what,
                held,
                shown,
                proofs,
            },
        }
    }

    /// Whether the log has been ahead of the feed for too long.
    fn withheld(&self) -> Option<Anchored> {
        let since = self.ahead_since?;
        let (size, next) = (self.newest.as_ref()?.checkpoint.size.get(), self.owed?);
        (since.elapsed() >= self.limit).then_some(Anchored::Withheld { size, next })
    }

    /// Notes whether the log is ahead of the feed, and since when.
    fn note_lead(&mut self) {
        let (Some(newest), Some(owed)) = (&self.newest, self.owed) else {
            return;
        };
        if newest.checkpoint.size.get() <= owed {
            self.ahead_since = None;
        } else if self.ahead_since.is_none() {
            self.ahead_since = Some(Instant::now());
        }
    }

    fn later(&mut self, why: String) -> Anchored {
        let first = !std::mem::replace(&mut self.complained, true);
        Anchored::Later(first.then_some(why))
    }

    fn try_compare(&mut self, tree: Option<&Frontier>) -> Result<(), Stop> {
        let shown = self
            .api
            .checkpoint(&self.log_key)
            .map_err(Stop::of_answer)?;
        let checkpoint = shown.checkpoint.clone();
        if self
            .newest
            .as_ref()
            .is_some_and(|newest| newest.checkpoint.size > checkpoint.size)
        {
            // Another node, further behind. Its story is compared when it has caught up.
            self.note_lead();
            return Ok(());
        }
        let mut prover = Prover::new(checkpoint.size, &self.api);
        if let Some(older) = &self.newest {
            continues(&mut prover, older, &shown, &self.api)?;
        }
        if let Some(tree) = tree.filter(|tree| tree.size() == checkpoint.size)
            && tree.root() != checkpoint.root
        {
            return Err(Stop::Alarm(Alarm::Root {
                size: checkpoint.size,
            }));
        }
        while let Some(first) = self.waiting.front() {
            if !checkpoint.size.contains(LeafIndex::new(first.sequence)) {
                break;
            }
            included(&mut prover, first, &checkpoint)?;
            self.waiting.pop_front();
        }
        if let Some(seen) = &self.seen {
            seen.keep(&shown);
        }
        self.newest = Some(shown);
        self.note_lead();
        Ok(())
    }
}

impl Stop {
    fn of_answer(error: HttpError) -> Self {
        if error.is_contradiction() {
            Self::Contradiction(reasons(&error))
        } else {
            Self::NoAnswer(reasons(&error))
        }
    }

    /// A proof can't be computed: tiles are not to be had.
    fn of_tiles(error: &(dyn std::error::Error + 'static)) -> Self {
        Self::NoAnswer(reasons(error))
    }
}

/// The newer checkpoint must begin with what the older one says.
fn continues(
    prover: &mut Prover<'_, Api>,
    held: &Signed,
    shown: &Signed,
    api: &Api,
) -> Result<(), Stop> {
    let (older, newer) = (&held.checkpoint, &shown.checkpoint);
    let proof = prover
        .consistency_proof(older.size)
        .map_err(|error| Stop::of_tiles(&error))?;
    proof
        .verify(older.size, &older.root, newer.size, &newer.root)
        .map_err(|error| Stop::Fork {
            what: format!(
                "no proof joins the checkpoints of size {} and {}: {}",
                older.size,
                newer.size,
                reasons(&error)
            ),
            held: held.note.clone(),
            shown: shown.note.clone(),
            proofs: alarm::between(&held.note, &shown.note, api),
        })
}

/// The entry must be in the log at its own sequence.
fn included(
    prover: &mut Prover<'_, Api>,
    entry: &Waiting,
    checkpoint: &Checkpoint,
) -> Result<(), Stop> {
    let index = LeafIndex::new(entry.sequence);
    let proof = prover
        .inclusion_proof(index)
        .map_err(|error| Stop::of_tiles(&error))?;
    proof
        .verify(index, checkpoint.size, &entry.leaf, &checkpoint.root)
        .map_err(|source| {
            Stop::Alarm(Alarm::NotIncluded {
                sequence: entry.sequence,
                source,
            })
        })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::Log;
    use cinnabar_events::Sequence;

    fn anchor(url: &str, log: &Log, each: bool, entries: &[Entry]) -> Anchor {
        let mut anchor = Anchor::new(Api::new(url), log.key(), each);
        entries.iter().for_each(|entry| anchor.push(entry));
        anchor
    }

    #[test]
    fn every_entry_is_proven_once_a_checkpoint_covers_it() {
        let log = Log::example();
        let count = log.entries().len();
        let served = log.serve(count - 2);
        for each in [true, false] {
            *served.answers.lock().unwrap() = log.answers(count - 2);
            let mut anchor = anchor(&served.url, &log, each, log.entries());
            assert!(matches!(anchor.compare(None), Anchored::Later(Some(_))));
            assert!(
                matches!(anchor.compare(None), Anchored::Later(None)),
                "complains once"
            );
            assert!(anchor.is_behind());
            *served.answers.lock().unwrap() = log.answers(count);
            assert!(matches!(anchor.compare(None), Anchored::Holds { .. }));
            assert!(!anchor.is_behind());
        }
    }

    #[test]
    fn an_entry_that_is_not_in_the_log_raises_an_alarm() {
        let log = Log::example();
        let mut town = cinnabar_governance::testing::Town::populated();
        town.pass(60);
        town.accepted("triage");
        let forged = town.entries();
        let served = log.serve(log.entries().len());
        let outcome = anchor(&served.url, &log, true, forged).compare(None);
        assert!(matches!(
            outcome,
            Anchored::Alarm(Alarm::NotIncluded { .. })
        ));
    }

    #[test]
    fn a_tree_with_another_root_raises_an_alarm() {
        let log = Log::example();
        let count = log.entries().len();
        let served = log.serve(count);
        let mut tree = Frontier::empty();
        for entry in log.entries() {
            tree.push(entry.leaf_hash());
        }
        let outcome = anchor(&served.url, &log, false, log.entries()).compare(Some(&tree));
        assert!(matches!(outcome, Anchored::Holds { .. }));
        let mut other = Frontier::empty();
        for entry in log.entries().iter().rev() {
            other.push(entry.leaf_hash());
        }
        let outcome = anchor(&served.url, &log, false, log.entries()).compare(Some(&other));
        assert!(matches!(outcome, Anchored::Alarm(Alarm::Root { .. })));
    }

    #[test]
    fn checkpoints_that_do_not_continue_each_other_are_a_contradiction() {
        let log = Log::example();
        let mut town = cinnabar_governance::testing::Town::populated();
        town.pass(60);
        town.accepted("triage");
        let other = Log::of(&town);
        let count = log.entries().len();
        let served = log.serve(count - 1);
        let mut anchor = anchor(&served.url, &log, false, &log.entries()[..count - 1]);
        assert!(matches!(anchor.compare(None), Anchored::Holds { .. }));
        *served.answers.lock().unwrap() = other.answers(count);
        anchor.push(&other.entries()[count - 1]);
        assert!(matches!(anchor.compare(None), Anchored::Fork { .. }));
    }

    #[test]
    fn a_checkpoint_that_the_log_did_not_sign_is_a_contradiction_and_silence_is_not() {
        let log = Log::example();
        let count = log.entries().len();
        let served = log.serve(count);
        let note = log
            .checkpoint(count)
            .replace(&format!("\n{count}\n"), &format!("\n{}\n", count + 1));
        served
            .answers
            .lock()
            .unwrap()
            .insert("/checkpoint".into(), note.into());
        let outcome = anchor(&served.url, &log, true, log.entries()).compare(None);
        assert!(matches!(outcome, Anchored::Contradiction(_)));
        served.answers.lock().unwrap().clear();
        let outcome = anchor(&served.url, &log, true, log.entries()).compare(None);
        assert!(matches!(outcome, Anchored::Later(Some(_))));
        assert_eq!(log.entries()[0].seq(), Sequence::FIRST);
    }

    #[test]
    fn a_log_ahead_of_a_feed_that_delivers_nothing_raises_an_alarm_after_a_while() {
        let log = Log::example();
        let count = log.entries().len();
        let served = log.serve(count);
        let mut anchor = Anchor::new(Api::new(&served.url), log.key(), false);
        anchor.owes(count as u64 - 1);
        assert!(
            matches!(anchor.compare(None), Anchored::Holds { .. }),
            "not yet"
        );
        anchor.limit = Duration::ZERO;
        anchor.looked = None;
        let outcome = anchor.compare(None);
        let next = count as u64 - 1;
        assert!(matches!(outcome, Anchored::Withheld { next: owed, .. } if owed == next));
        anchor.owes(count as u64);
        anchor.looked = None;
        assert!(matches!(anchor.compare(None), Anchored::Holds { .. }));
    }

    #[test]
    fn a_log_that_tells_another_story_after_a_restart_is_caught_with_evidence() {
        let log = Log::example();
        let mut town = cinnabar_governance::testing::Town::populated();
        town.pass(60);
        town.accepted("triage");
        town.accepted("other");
        let forged = Log::of(&town);
        let dir = tempfile::tempdir().unwrap();
        let seen = Seen::beside(&dir.path().join("connection.toml"), log.key());
        let served = log.serve(log.entries().len());
        let mut first = anchor(&served.url, &log, false, log.entries()).remembering(seen.clone());
        assert!(matches!(first.compare(None), Anchored::Holds { .. }));
        let served = forged.serve(forged.entries().len());
        let mut again =
            anchor(&served.url, &log, false, forged.entries()).remembering(seen.clone());
        let Anchored::Fork {
            held,
            shown,
            proofs,
            what,
        } = again.compare(None)
        else {
            panic!("not noticed")
        };
        alarm::raise(&what, &held, &shown, &proofs, &log.key(), dir.path());
        let evidence = std::fs::read_dir(dir.path()).unwrap().any(|file| {
            file.unwrap()
                .file_name()
                .to_str()
                .unwrap()
                .ends_with(".evidence.json")
        });
        assert!(evidence);
        // What was seen first stays the one that is believed.
        assert_eq!(
            seen.load().unwrap().checkpoint.size.get(),
            log.entries().len() as u64
        );
    }
}
