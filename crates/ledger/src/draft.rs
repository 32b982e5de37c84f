//! The block in the making: admits verified statements one by one, and chains them.

use std::sync::Arc;
use std::time::Instant;

use cinnabar_events::{
    BLOCK_MAX_BYTES, BLOCK_MAX_ENTRIES, Entry, EntryHash, Malformed, Sequence, Timestamp, Verified,
};
use cinnabar_failpoint::{Failpoint, pass};
use cinnabar_governance::{
    Changes, DueKey, Overlay, Record, RecordKey, Records, Rejection, admit, duty, evolve, links,
    placed, unsaid,
};
use cinnabar_store::{LowSpace, Store, StoreError};
use cinnabar_tlog::EdgeTiles;
use cinnabar_vault::{Filing, Vault};

use crate::commit::Halt;
use crate::confidential::VaultFailure;
use crate::identity::LedgerSigner;
use crate::problem::Problem;
use crate::replica::Divergence;
use crate::request::{Mode, Outcome, Reply};

/// The records of the store, under those of the block that is being committed.
struct Layered<'s> {
    store: &'s Store,
    under: &'s Changes,
}

impl Records for Layered<'_> {
    type Error = StoreError;

    fn record(&self, key: &RecordKey) -> Result<Option<Record>, StoreError> {
        match self.under.get(key) {
            Some(record) => Ok(record.cloned()),
            None => self.store.record(key),
        }
    }

    fn due(&self, after: Option<&DueKey>) -> Result<Option<DueKey>, StoreError> {
        self.under.due(after, |after| self.store.due(after))
    }
}

/// A request whose bytes were read and whose signatures were checked.
pub(crate) struct Checked {
    pub(crate) mode: Mode,
    pub(crate) reply: Reply,
    /// When it was taken.
    pub(crate) asked: Instant,
    pub(crate) verified: Result<Verified, Malformed>,
    /// What opens its commitments; none if it has none.
    pub(crate) filing: Result<Option<Filing>, Box<Problem>>,
}

/// The block in the making, on top of a block that may still be in commit.
pub(crate) struct Draft {
    store: Store,
    under: Changes,
    tiles: EdgeTiles,
    prev: EntryHash,
    hash: EntryHash,
    next: Sequence,
    entries: Vec<Entry>,
    bytes: usize,
    changes: Changes,
    outcomes: Vec<(Reply, Outcome)>,
    /// When the oldest request was taken that is decided in it.
    asked: Option<Instant>,
    itself: Arc<LedgerSigner>,
    vault: Option<Arc<Vault>>,
    /// When the next deadline ends, and how often deadlines had been touched when that was looked up.
    horizon: Option<(Option<Timestamp>, u64)>,
    /// That there is no room: then nothing is chained.
    low: Option<LowSpace>,
}

/// A finished draft: what to commit, and what to tell whom once it is.
pub(crate) struct Finished {
    pub(crate) first: Sequence,
    pub(crate) prev: EntryHash,
    pub(crate) entries: Vec<Entry>,
    pub(crate) changes: Changes,
    pub(crate) tiles: Vec<(cinnabar_tlog::TileId, Vec<u8>)>,
    pub(crate) root: cinnabar_tlog::Hash,
    pub(crate) outcomes: Vec<(Reply, Outcome)>,
    /// When the oldest of those requests was taken.
    pub(crate) asked: Option<Instant>,
}

impl Draft {
    /// An empty draft on top of what the store holds.
    pub(crate) fn new(
        store: Store,
        itself: Arc<LedgerSigner>,
        vault: Option<Arc<Vault>>,
    ) -> Result<Self, StoreError> {
        let (head, tiles) = (store.head(), store.edge_tiles()?);
        Ok(Self {
            under: Changes::new(),
            tiles,
            prev: head.hash,
            hash: head.hash,
            next: head.next(),
            entries: Vec::new(),
            bytes: 0,
            changes: Changes::new(),
            outcomes: Vec::new(),
            asked: None,
            itself,
            vault,
            horizon: None,
            low: None,
            store,
        })
    }

    /// Whether no further request may be decided in this block.
    pub(crate) fn is_full(&self) -> bool {
        self.entries.len() >= BLOCK_MAX_ENTRIES
            || self.bytes >= BLOCK_MAX_BYTES
            || self.outcomes.len() >= 2 * BLOCK_MAX_ENTRIES
    }

    /// Whether there is nothing to commit and nobody to answer.
    pub(crate) fn is_empty(&self) -> bool {
        self.outcomes.is_empty() && self.entries.is_empty()
    }

    /// Looks whether there is room for more.
    pub(crate) fn look_for_space(&mut self) {
        self.low = self.store.low_space();
    }

    /// Decides one request at `now`. Without room it is looked at all the same: what was recorded before gets its receipt, what
    /// the rules forbid is refused.
    pub(crate) fn decide(&mut self, now: Timestamp, request: Checked) -> Result<(), Halt> {
        let mode = match self.low {
            None => request.mode,
            Some(_) => Mode::Check,
        };
        let outcome = match request.verified {
            Ok(verified) => self.verdict(now, mode, verified, request.filing)?,
            Err(malformed) => Outcome::Refused(Box::new(Problem::from(&malformed))),
        };
        let outcome = match (&self.low, request.mode, outcome) {
            (Some(low), Mode::Record, Outcome::Admissible) => {
                Outcome::Refused(Box::new(Problem::no_space(low)))
            }
            (_, _, outcome) => outcome,
        };
        let oldest = self.asked.unwrap_or(request.asked);
        self.asked = Some(oldest.min(request.asked));
        self.outcomes.push((request.reply, outcome));
        Ok(())
    }

    fn verdict(
        &mut self,
        now: Timestamp,
        mode: Mode,
        verified: Verified,
        filing: Result<Option<Filing>, Box<Problem>>,
    ) -> Result<Outcome, Halt> {
        let base = Layered {
            store: &self.store,
            under: &self.under,
        };
        let mut records = Overlay::resume(&base, std::mem::take(&mut self.changes));
        let unknown = Divergence::Store;
        let verdict = admit(&records, now, &verified).map_err(unknown)?;
        let verdict = verdict.and_then(|()| placed(verified.statement(), self.next));
        let verdict = verdict.map_err(|no| {
            if let Rejection::AlreadyRecorded(sequence) = no {
                Outcome::Again(sequence)
            } else {
                Outcome::Refused(Box::new(refusal(&records, &no)))
            }
        });
        // What is confidential is durable in the vault before the statement can be.
        let verdict = match (verdict, filing) {
            (Err(no), _) => Err(no),
            (Ok(()), Err(problem)) => Err(Outcome::Refused(problem)),
            (Ok(()), Ok(filing)) => keep(self.vault.as_deref(), mode, filing)?,
        };
        let mut chained = None;
        let outcome = match (verdict, mode) {
            (Err(no), _) => no,
            (Ok(()), Mode::Check) => Outcome::Admissible,
            (Ok(()), Mode::Record) => {
                let dossiers = links(&records, verified.statement()).map_err(unknown)?;
                let entry = Entry::chain(verified, self.next, now, self.hash, dossiers);
                evolve(&mut records, &entry).map_err(unknown)?;
                let sequence = entry.seq();
                chained = Some(entry);
                Outcome::Recorded(sequence)
            }
        };
        self.changes = records.into_changes();
        if let Some(entry) = chained {
            self.push(entry);
        }
        Ok(outcome)
    }

    /// Chains the recovery, before anything else is decided: it stands where the loss began, or nowhere.
    pub(crate) fn recover(&mut self, now: Timestamp, recovery: Verified) -> Result<(), Halt> {
        let unknown = Divergence::Store;
        // A writer must not record what every replica would refuse.
        if unsaid(&self.store, now, recovery.statement())
            .map_err(unknown)?
            .is_some()
        {
            return Err(Halt::NotRecovered(
                "a deadline that passed comes before it".into(),
            ));
        }
        match self.verdict(now, Mode::Record, recovery, Ok(None))? {
            Outcome::Recorded(_) => Ok(()),
            Outcome::Again(sequence) => {
                Err(Halt::NotRecovered(format!("it was recorded at {sequence}")))
            }
            Outcome::Refused(problem) => Err(Halt::NotRecovered(problem.detail)),
            Outcome::Admissible => Ok(()),
        }
    }

    fn push(&mut self, entry: Entry) {
        self.tiles.append(entry.leaf_hash());
        self.hash = entry.hash();
        self.next = entry.seq().next();
        self.bytes += entry.bytes().len();
        self.entries.push(entry);
    }

    /// When the next deadline ends, as far as that was looked up.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        let (next, _) = self.horizon.filter(|_| self.low.is_none())?;
        next
    }

    /// Says what the ledger itself must say by `now`. False if the block is full before all is said.
    pub(crate) fn say_what_is_due(&mut self, now: Timestamp) -> Result<bool, Halt> {
        if self.low.is_some() {
            return Ok(true);
        }
        let unknown = Divergence::Store;
        loop {
            let touched = self.changes.deadlines_touched();
            if let Some((next, at)) = self.horizon
                && at == touched
                && next.is_none_or(|due| due > now)
            {
                return Ok(true);
            }
            if self.is_full() {
                return Ok(false);
            }
            let base = Layered {
                store: &self.store,
                under: &self.under,
            };
            let mut records = Overlay::resume(&base, std::mem::take(&mut self.changes));
            let Some(statement) = duty(&records, now).map_err(unknown)? else {
                let next = records.due(None).map_err(unknown)?.map(|key| key.due);
                self.horizon = Some((next, touched));
                self.changes = records.into_changes();
                return Ok(true);
            };
            let verified = self.itself.sign(&statement);
            let verified = verified.map_err(|why| Halt::Duty(why.to_string()))?;
            if let Err(why) = admit(&records, now, &verified).map_err(unknown)? {
                return Err(Halt::Duty(why.to_string()));
            }
            let dossiers = links(&records, &statement).map_err(unknown)?;
            let entry = Entry::chain(verified, self.next, now, self.hash, dossiers);
            evolve(&mut records, &entry).map_err(unknown)?;
            self.changes = records.into_changes();
            self.push(entry);
        }
    }

    /// Ends this draft and starts the next one on top of it.
    pub(crate) fn finish(&mut self) -> Finished {
        let entries = std::mem::take(&mut self.entries);
        let changes = std::mem::take(&mut self.changes);
        let first = Sequence::new(self.next.get() - entries.len() as u64);
        let prev = std::mem::replace(&mut self.prev, self.hash);
        self.bytes = 0;
        self.under = changes.clone();
        // The next deadline is the same as before, in a draft that has touched none.
        self.horizon = self
            .horizon
            .filter(|(_, at)| *at == changes.deadlines_touched());
        self.horizon = self.horizon.map(|(next, _)| (next, 0));
        Finished {
            first,
            prev,
            entries,
            changes,
            tiles: self.tiles.take_changes(),
            root: self.tiles.root(),
            outcomes: std::mem::take(&mut self.outcomes),
            asked: self.asked.take(),
        }
    }
}

/// Keeps what opens the statement's commitments, if it is to be recorded.
fn keep(
    vault: Option<&Vault>,
    mode: Mode,
    filing: Option<Filing>,
) -> Result<Result<(), Outcome>, Halt> {
    let Some(filing) = filing else {
        return Ok(Ok(()));
    };
    let Some(vault) = vault else {
        return Ok(Err(Outcome::Refused(Box::new(Problem::no_vault()))));
    };
    if mode == Mode::Check {
        return Ok(Ok(()));
    }
    let kept = vault.keep(&[filing]).map_err(VaultFailure::from)?;
    pass(Failpoint::VaultKept);
    let refused = kept.into_iter().find_map(Result::err);
    Ok(match refused {
        None => Ok(()),
        Some(no) => Err(Outcome::Refused(Box::new(Problem::refused_openings(
            no.code(),
            no.to_string(),
        )))),
    })
}

/// The refusal in words, with the help that the rulebook in force gives.
fn refusal<R: Records>(records: &R, rejection: &Rejection) -> Problem {
    let rulebook = match records.record(&RecordKey::Rulebook) {
        Ok(Some(Record::Rulebook(record))) => Some(record.rulebook),
        // Without a rulebook, or one that can't be read now, the refusal stands all the same.
        Ok(_) | Err(_) => None,
    };
    Problem::rejected(rejection, rulebook.as_deref())
}
