//! May this be said now?
//!
//! The order of checks is the order of [`Rejection`]'s variants: is it for this ledger, was it said
//! before, who signs, may they, does the subject's state allow it, is what it says allowed.

mod content;
mod genesis;
mod signers;
mod state;

use cinnabar_events::kinds::Code;
use cinnabar_events::{EntryHash, Kind, Rulebook, Statement, Timestamp, Verified};

use crate::records::{LedgerRecord, Record, RecordKey, Records};
use crate::rejection::Rejection;

/// The rules engine in this release. A released engine is never changed; the next one gets the next number.
pub const ENGINE: u32 = 1;

/// How far ahead of the ledger's clock a statement may claim to have happened, in seconds: clocks of
/// honest submitters differ by less than five minutes.
pub(crate) const OCCURRED_AHEAD_SECONDS: i64 = 300;

/// Yes, or the rule that says no.
pub type Verdict = Result<(), Rejection>;

/// Why [`check`] stopped: a rule said no, or the state couldn't be read. Only control flow: the two
/// part again where [`admit`] answers.
enum Stop<E> {
    Rejected(Rejection),
    Unreadable(E),
}

impl<E> From<Rejection> for Stop<E> {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl<E> From<crate::rejection::Content> for Stop<E> {
    fn from(content: crate::rejection::Content) -> Self {
        Self::Rejected(Rejection::Content(content))
    }
}

/// May `statement` be said at `now`? Looks only at records, the rulebook in force among them, and at
/// `now`: the same question gets the same answer for ever.
///
/// # Errors
/// Only if the records can't be read; a rejection is an answer, not an error.
pub fn admit<R: Records>(
    records: &R,
    now: Timestamp,
    statement: &Verified,
) -> Result<Verdict, R::Error> {
    match check(&Case {
        records,
        now,
        verified: statement,
    }) {
        Ok(()) => Ok(Ok(())),
        Err(Stop::Rejected(rejection)) => Ok(Err(rejection)),
        Err(Stop::Unreadable(error)) => Err(error),
    }
}

/// One statement before the rules.
struct Case<'c, R> {
    records: &'c R,
    now: Timestamp,
    verified: &'c Verified,
}

impl<R: Records> Case<'_, R> {
    fn statement(&self) -> &Statement {
        self.verified.statement()
    }

    fn kind(&self) -> Kind {
        self.statement().kind()
    }

    fn migrated(&self) -> bool {
        self.statement().migrated.is_some()
    }

    fn record(&self, key: RecordKey) -> Result<Option<Record>, Stop<R::Error>> {
        self.records.record(&key).map_err(Stop::Unreadable)
    }

    fn ledger(&self) -> Result<Option<LedgerRecord>, Stop<R::Error>> {
        Ok(match self.record(RecordKey::Ledger)? {
            Some(Record::Ledger(record)) => Some(record),
            _ => None,
        })
    }

    fn rulebook(&self) -> Result<std::sync::Arc<Rulebook>, Stop<R::Error>> {
        match self.record(RecordKey::Rulebook)? {
            Some(Record::Rulebook(rulebook)) => Ok(rulebook),
            _ => Err(Rejection::Genesis.into()),
        }
    }
}

fn check<R: Records>(case: &Case<'_, R>) -> Result<(), Stop<R::Error>> {
    let Some(ledger) = case.ledger()? else {
        return genesis::check(case);
    };
    let statement = case.statement();
    match statement.ledger {
        Some(id) if id == ledger.id => {}
        Some(other) => return Err(Rejection::OtherLedger(other.to_string()).into()),
        None => {
            recorded_before(case)?;
            return Err(Rejection::Genesis.into());
        }
    }
    let rulebook = case.rulebook()?;
    if rulebook.engine != ENGINE {
        return Err(Rejection::UnknownEngine(rulebook.engine).into());
    }
    recorded_before(case)?;
    occurred_ahead(case)?;
    signers::check(case, &rulebook)?;
    state::expected_revision(case)?;
    state::concerns_exist(case)?;
    content::codes(case, &rulebook)?;
    state::check(case, &rulebook)
}

fn recorded_before<R: Records>(case: &Case<'_, R>) -> Result<(), Stop<R::Error>> {
    let statement = case.statement();
    let key = RecordKey::Statement(statement.first_signer().actor.clone(), statement.id);
    let Some(Record::Statement(earlier)) = case.record(key)? else {
        return Ok(());
    };
    let same = earlier.digest == EntryHash::of(case.verified.signed().bytes());
    Err(if same {
        Rejection::AlreadyRecorded(earlier.sequence)
    } else {
        Rejection::IdTaken(earlier.sequence)
    }
    .into())
}

fn occurred_ahead<R: Records>(case: &Case<'_, R>) -> Result<(), Stop<R::Error>> {
    let latest = case.now.plus_seconds(OCCURRED_AHEAD_SECONDS);
    match case.statement().occurred {
        Some(occurred) if occurred.earliest() > latest => {
            Err(Rejection::OccurredAhead(case.now).into())
        }
        Some(_) | None => Ok(()),
    }
}

/// A role that is not granted but follows from the statement itself.
pub(crate) mod pseudo_role {
    use super::Code;

    /// Signs the genesis.
    pub(crate) const FOUNDER: &str = "founder";
    /// Speaks about itself.
    pub(crate) const SELF: &str = "self";
    /// Holds the key that the statement brings: proof of possession.
    pub(crate) const INCOMING_KEY: &str = "incoming_key";
    /// The ledger itself.
    pub(crate) const SYSTEM: &str = "system";
    /// Given to the founders by the genesis; can be granted to others too.
    pub(crate) const ADMIN: &str = "institution_admin";

    /// Whether nobody can be granted `role`.
    pub(crate) fn is_reserved(role: &Code) -> bool {
        matches!(role.as_str(), FOUNDER | SELF | INCOMING_KEY | SYSTEM)
    }
}
