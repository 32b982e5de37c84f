//! Refusing to lie after a rollback: is the ledger as long as it was known to be, and what allows going on if it isn't?
//!
//! Known are the head file beside the database, the mark outside the data directory, and what witnesses say they cosigned. They are asked when
//! the log stream has been read to its end: what the stream still has is not lost.

use cinnabar_events::{Kind, Malformed, Payload, Sequence, Signed, Verified};
use cinnabar_governance::{Rejection, admit, unsaid};
use cinnabar_store::{Recovery, Store, StoreError};
use cinnabar_tlog::{Checkpoint, Hash, Note};

use crate::clock::system_time;
use crate::replica::Divergence;
use crate::setup::Seen;

/// What is missing at the end of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lost {
    /// Entries now.
    pub(crate) found: u64,
    /// Most entries that it was known to have.
    pub(crate) known: u64,
    /// Who or what knows.
    pub(crate) place: String,
}

impl From<Lost> for Divergence {
    fn from(lost: Lost) -> Self {
        let Lost {
            found,
            known,
            place,
        } = lost;
        Self::RolledBack {
            known,
            found,
            place,
        }
    }
}

/// Why a recovery that was offered is not taken.
#[derive(Debug, thiserror::Error)]
pub enum RecoveryRefused {
    /// Nothing is lost.
    #[error("nothing is lost; start without it")]
    NothingLost,
    /// It is no signed statement.
    #[error("it is no signed statement")]
    Malformed(#[from] Malformed),
    /// It is a statement of another kind.
    #[error("it is a {0}, not a ledger.recovered")]
    Kind(Kind),
    /// It names other entries than those that are lost.
    #[error(
        "it names the entries from {from} to {until}, lost are those from {found} to {known} (the last not included)"
    )]
    Range {
        /// Its first.
        from: u64,
        /// The one after its last.
        until: u64,
        /// The ledger's size.
        found: u64,
        /// The size that was known.
        known: u64,
    },
    /// A deadline has passed that the ledger must say first: then the recovery would not stand where the loss began.
    #[error("a deadline that passed comes before it")]
    Due,
    /// The rules refuse it.
    #[error("the rules refuse it ({}): {}", .0.code(), .0)]
    Rules(Box<Rejection>),
}

/// What is lost, if anything is.
///
/// # Errors
/// If somebody saw another history, or the store can't be read; if the replica was put back from a backup and nobody can say
/// whether anything is lost.
pub(crate) fn look(store: &Store, seen: &[Seen]) -> Result<Option<Lost>, Divergence> {
    let head = store.head().size;
    let mut known = Vec::new();
    if let Some(high_water) = store.high_water() {
        known.push((high_water.size, "the head file".to_owned()));
    }
    let mark = store.mark();
    if let Some(mark) = &mark {
        let place = format!("the mark {}", mark.path.display());
        known.push((mark.high_water.size, place));
    }
    let vouched = mark.is_some_and(|mark| mark.high_water.size <= head);
    let recoveries = store.recoveries()?;
    for seen in seen.iter().filter(|seen| !seen.size.is_zero()) {
        let here = match seen.size <= head {
            true => Some(root_at(store, seen)?),
            false => None,
        };
        if here == Some(seen.root) || is_declared_lost(store, &recoveries, seen, vouched)? {
            continue;
        }
        match here {
            None => known.push((seen.size, seen.by.clone())),
            Some(found) => {
                return Err(Divergence::Contradicted {
                    size: seen.size.get(),
                    place: seen.by.clone(),
                    seen: seen.root,
                    found,
                });
            }
        }
    }
    let most = known.into_iter().max_by_key(|(size, _)| *size);
    let lost = most.filter(|(size, _)| *size > head);
    if let (None, Some(restored)) = (&lost, store.restored()) {
        return Err(Divergence::Unproven {
            size: restored.size.get(),
        });
    }
    Ok(lost.map(|(size, place)| Lost {
        found: head.get(),
        known: size.get(),
        place,
    }))
}

fn root_at(store: &Store, seen: &Seen) -> Result<Hash, Divergence> {
    Ok(cinnabar_tlog::root(seen.size, store).map_err(StoreError::from)?)
}

/// Whether a recorded recovery says that what was seen is lost. A size within the lost range comes twice, so a size alone excuses only
/// if this ledger has it already, or `vouched`: if the mark says that nothing was lost since. What the recovery names itself,
/// by size and root, is always excused.
fn is_declared_lost(
    store: &Store,
    recoveries: &[Recovery],
    seen: &Seen,
    vouched: bool,
) -> Result<bool, Divergence> {
    for recovery in recoveries.iter().filter(|one| one.explains(seen.size)) {
        let excused = match seen.size == recovery.until {
            true => named_root(store, recovery.from)? == Some(seen.root),
            false => vouched || seen.size <= store.head().size,
        };
        if excused {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The root in the checkpoint that the recovery at `entry` names.
fn named_root(store: &Store, entry: Sequence) -> Result<Option<Hash>, Divergence> {
    let Some(bytes) = store.entry(entry)? else {
        return Ok(None);
    };
    let malformed = |source| Divergence::Entry {
        sequence: entry,
        source,
    };
    let entry = cinnabar_events::Entry::parse(bytes).map_err(malformed)?;
    let Payload::LedgerRecovered(recovered) = &entry.statement().payload else {
        return Ok(None);
    };
    let note = Note::parse(recovered.checkpoint.as_str().as_bytes()).ok();
    let checkpoint = note.and_then(|note| Checkpoint::parse(note.text()).ok());
    Ok(checkpoint.map(|checkpoint| checkpoint.root))
}

/// Reads a recovery and checks its signatures.
pub(crate) fn read(recovery: &[u8]) -> Result<Verified, RecoveryRefused> {
    // A line may end as lines do.
    let verified = Signed::parse_request(recovery.trim_ascii_end())?.verify()?;
    let kind = verified.statement().kind();
    match kind == Kind::LedgerRecovered {
        true => Ok(verified),
        false => Err(RecoveryRefused::Kind(kind)),
    }
}

/// Whether a writer may sign, when `lost` was found and `recovery` is offered.
///
/// # Errors
/// What is lost, if no recovery is offered; otherwise what is wrong with it.
pub(crate) fn allow(
    lost: Option<Lost>,
    recovery: Option<&[u8]>,
    store: &Store,
) -> Result<(), Divergence> {
    let Some(recovery) = recovery else {
        return lost.map_or(Ok(()), |lost| Err(lost.into()));
    };
    let verified = read(recovery)?;
    let statement = verified.statement();
    let recorded = store.statement(&statement.first_signer().actor, statement.id)?;
    let Some(lost) = lost else {
        if let Some(sequence) = recorded {
            tracing::warn!(entry.sequence = %sequence, "The recovery that is offered is recorded already; start without it.");
            return Ok(());
        }
        return Err(RecoveryRefused::NothingLost.into());
    };
    let Payload::LedgerRecovered(recovered) = &statement.payload else {
        return Err(RecoveryRefused::Kind(statement.kind()).into());
    };
    let (from, until) = (recovered.lost_from, recovered.lost_until);
    if (from, until) != (lost.found, lost.known) {
        let Lost { found, known, .. } = lost;
        return Err(RecoveryRefused::Range {
            from,
            until,
            found,
            known,
        }
        .into());
    }
    // Asked again when it is recorded; asked now so that nothing is signed for one that is refused.
    let now = store
        .head()
        .time
        .map_or(system_time(), |last| last.max(system_time()));
    if unsaid(store, now, statement)?.is_some() {
        return Err(RecoveryRefused::Due.into());
    }
    let verdict = admit(store, now, &verified)?;
    verdict.map_err(|rejection| RecoveryRefused::Rules(Box::new(rejection)))?;
    // What a backup lacks is named now: from here on the recovery, or the lack of it, says so.
    Ok(store.settle_restored()?)
}
