//! Corrections, notes, disputes; disclosure and erasure of confidential values; legal holds.
//!
//! They speak about what stands on the ledger already. What a rule knows of it is the [`StatementRecord`]: that the
//! statement is there, its kind, what it is about and concerns, which fields are committed, and what became of those
//! values. What the statement says in its other fields no rule knows.

mod clauses;
mod corrections;
mod disclosure;
mod erasure;
mod holds;

use cinnabar_events::kinds::{OpeningRef, StatementRef};
use cinnabar_events::rulebook::KindName;
use cinnabar_events::{Code, Id, Name};
use serde::{Deserialize, Serialize};

use crate::case::{Case, Check, find};
use crate::records::{Record, RecordKey, Records, RecordsMut, StatementRecord};
use crate::rejection::Rejection;

pub(crate) use clauses::CLAUSES;
pub use corrections::{CorrectionRecord, DisputeRecord, DisputeStatus, NoteRecord};
pub use disclosure::{DisclosureRecord, DisclosureStatus};
pub use erasure::{AskedRecord, ErasureRecord, ErasureStatus};
pub use holds::{HELD_MAX, HeldRecord, HoldRecord, HoldStatus, held};

use clauses::{
    NO_OPENINGS, NO_SUCH_STATEMENT, NO_SUCH_VALUE, NOT_HISTORY, PERSON_MISSING, VALUE_ERASED,
    VALUE_RESTRICTED,
};

/// Who takes in what people without a key have to say.
const INTAKE_OFFICER: &str = "intake_officer";
/// Where the name of a person stands who has no key.
const PERSON: &str = "/person";

/// A confidential value, as the rules know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValueRecord {
    /// Which field, as it stands in the statement's `commitments`.
    pub pointer: Box<str>,
    /// How many erasures keep it from use: because it must not be erased yet, or soon is.
    #[serde(skip_serializing_if = "is_none", default)]
    pub restricted: u32,
    /// The erasure by which it was destroyed, with its salt and its key.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub erased: Option<Id>,
}

fn is_none(number: &u32) -> bool {
    *number == 0
}

impl ValueRecord {
    /// A value that was just committed.
    pub(crate) fn new(pointer: &str) -> Self {
        Self {
            pointer: pointer.into(),
            restricted: 0,
            erased: None,
        }
    }
}

/// What stands in the place of an erased value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erased {
    /// By which erasure.
    pub erasure: Id,
    /// Under which provision.
    pub provision: Name,
}

/// What stands in the place of the confidential value `opening`, if it was erased.
///
/// # Errors
/// Only if the records can't be read.
pub fn erased<R: Records>(records: &R, opening: &OpeningRef) -> Result<Option<Erased>, R::Error> {
    let Some(statement) = statement_of(records, &opening.of())? else {
        return Ok(None);
    };
    let Some(id) = value(&statement, opening).and_then(|value| value.erased.as_ref()) else {
        return Ok(None);
    };
    let erasure: Option<ErasureRecord> = find(records, id)?;
    let provision = erasure.and_then(|erasure| erasure.provision);
    Ok(provision.map(|provision| Erased {
        erasure: id.clone(),
        provision,
    }))
}

fn statement_of<R: Records>(
    records: &R,
    named: &StatementRef,
) -> Result<Option<StatementRecord>, R::Error> {
    let key = RecordKey::Statement(named.actor.clone(), named.statement);
    Ok(match records.record(&key)? {
        Some(Record::Statement(statement)) => Some(statement),
        _ => None,
    })
}

fn value<'s>(statement: &'s StatementRecord, opening: &OpeningRef) -> Option<&'s ValueRecord> {
    let mut values = statement.values.iter();
    values.find(|value| *value.pointer == *opening.pointer.as_str())
}

/// Changes what is known of a confidential value.
fn change_value<R: RecordsMut>(
    records: &mut R,
    opening: &OpeningRef,
    how: impl FnOnce(&mut ValueRecord),
) -> Result<(), R::Error> {
    if let Some(mut statement) = statement_of(records, &opening.of())? {
        let mut values = statement.values.iter_mut();
        if let Some(value) = values.find(|value| *value.pointer == *opening.pointer.as_str()) {
            how(value);
        }
        let key = RecordKey::Statement(opening.actor.clone(), opening.statement);
        records.put(key, Record::Statement(statement));
    }
    Ok(())
}

/// The statement that is named, which must be recorded.
fn recorded<R: Records>(case: &Case<'_, R>, named: &StatementRef) -> Check<R, StatementRecord> {
    let found = statement_of(case.records, named).map_err(crate::case::Stop::Unreadable)?;
    let missing = || format!("{} by {}", named.statement, named.actor);
    found.ok_or_else(|| NO_SUCH_STATEMENT.found(missing()).into())
}

/// The same, whose subject must stand among `concerns`, so that its dossier shows what is said here.
fn target<R: Records>(case: &Case<'_, R>, named: &StatementRef) -> Check<R, StatementRecord> {
    let statement = recorded(case, named)?;
    if let Some(about) = statement.subjects.first() {
        case.concerns(about)?;
    }
    Ok(statement)
}

/// The confidential value that is named: it was committed, and a dossier of its statement shows what is said here.
fn opening<R: Records>(
    case: &Case<'_, R>,
    opening: &OpeningRef,
) -> Check<R, (StatementRecord, ValueRecord)> {
    let statement = recorded(case, &opening.of())?;
    let Some(value) = value(&statement, opening).cloned() else {
        return Err(NO_SUCH_VALUE.found(opening.pointer.as_str()).into());
    };
    let shown = |subject| case.statement().subjects().any(|own| own == subject);
    match statement.subjects.first() {
        Some(about) if !statement.subjects.iter().any(shown) => {
            Err(Rejection::NotConcerned(about.clone()).into())
        }
        Some(_) | None => Ok((statement, value)),
    }
}

/// Says no if the value is destroyed.
fn is_kept(value: &ValueRecord) -> Result<(), Rejection> {
    match &value.erased {
        Some(by) => Err(VALUE_ERASED.found(format!("{} by erasure/{by}", value.pointer))),
        None => Ok(()),
    }
}

/// Says no if the value isn't there to be seen.
fn can_be_seen(value: &ValueRecord) -> Result<(), Rejection> {
    is_kept(value)?;
    match value.restricted {
        0 => Ok(()),
        _ => Err(VALUE_RESTRICTED.found(&*value.pointer)),
    }
}

/// Says no if nothing is named.
fn some(openings: &[OpeningRef]) -> Result<(), Rejection> {
    if openings.is_empty() {
        return Err(NO_OPENINGS.into());
    }
    Ok(())
}

/// Says no to history taken over: nobody else would have checked it, and it would act on what is kept today.
fn not_history<R: Records>(case: &Case<'_, R>) -> Result<(), Rejection> {
    if case.migrated() {
        return Err(NOT_HISTORY.into());
    }
    Ok(())
}

/// Whoever speaks for a person without a key says for whom.
fn person_named<R: Records>(case: &Case<'_, R>) -> Result<(), Rejection> {
    let statement = case.statement();
    let mut signers = statement.signers.iter();
    let by_intake = signers.any(|signer| signer.role.as_str() == INTAKE_OFFICER);
    if by_intake && !statement.commitments.contains_key(PERSON) {
        return Err(PERSON_MISSING.into());
    }
    Ok(())
}

/// The code under which the rulebook's lists name a kind: `approval_granted` for `approval.granted`.
fn code_of(kind: &KindName) -> Option<Code> {
    kind.as_str().replace(['.', '-'], "_").parse().ok()
}

/// Whether `kind` stands in the rulebook's list `name`.
fn listed<R: Records>(case: &Case<'_, R>, name: &str, kind: &KindName) -> bool {
    let codes = case.rulebook.codes(name);
    code_of(kind).is_some_and(|code| codes.contains(&code))
}
