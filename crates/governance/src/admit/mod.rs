//! May this be said now?
//!
//! The order of checks is the order of [`Rejection`]'s variants: is it for this ledger, was it said
//! before, who signs, may they, does the subject's state allow it, is what it says allowed.

mod genesis;
mod signers;

use std::sync::Arc;

use cinnabar_events::{Class, EntryHash, Id, Kind, Statement, Timestamp, Verified, for_payload};

use crate::case::{Case, Check, Stop};
use crate::clause::clauses;
use crate::deadline;
use crate::governed::Governed as _;
use crate::records::{
    DossierRecord, LedgerRecord, PartsRecord, Record, RecordKey, Records, RulebookRecord,
};
use crate::rejection::Rejection;

pub(crate) use signers::{by_the_ledger, is_duty, pseudo_role, signed_by_an_administrator};

/// The rules engine in this release. A released engine is never changed; the next one gets the next number.
pub const ENGINE: u32 = 1;

/// How far ahead of the ledger's clock a statement may claim to have happened, in seconds: clocks of
/// honest submitters differ by less than five minutes.
pub(crate) const OCCURRED_AHEAD_SECONDS: i64 = 300;

clauses! {
    THRESHOLD = "ledger.threshold" {
        says: "the genesis must be signed by at least threshold founders, as founders, and by nobody else",
        accepted: "different founders with different keys, at least as many signatures as threshold",
        source: "Electronic Signature Law Art. 13",
    }
}

/// Yes, or the rule that says no.
pub type Verdict = Result<(), Rejection>;

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
    match check(records, now, statement) {
        Ok(()) => Ok(Ok(())),
        Err(Stop::Rejected(rejection)) => Ok(Err(rejection)),
        Err(Stop::Unreadable(error)) => Err(error),
    }
}

fn check<R: Records>(records: &R, now: Timestamp, verified: &Verified) -> Check<R> {
    let statement = verified.statement();
    let read = |key| records.record(&key).map_err(Stop::Unreadable);
    let ledger: LedgerRecord = match read(RecordKey::Ledger)? {
        Some(Record::Ledger(ledger)) => ledger,
        _ => return genesis::check(now, verified).map_err(Stop::from),
    };
    match statement.ledger {
        Some(id) if id == ledger.id => {}
        Some(other) => return Err(Rejection::OtherLedger(other.to_string()).into()),
        None => {
            recorded_before(records, verified)?;
            return Err(Rejection::Genesis.into());
        }
    }
    let Some(Record::Rulebook(RulebookRecord {
        rulebook, missing, ..
    })) = read(RecordKey::Rulebook)?
    else {
        return Err(Rejection::Genesis.into());
    };
    if rulebook.engine != ENGINE {
        return Err(Rejection::UnknownEngine(rulebook.engine).into());
    }
    recorded_before(records, verified)?;
    occurred_ahead(now, statement)?;
    let case = Case {
        records,
        now,
        verified,
        rulebook: Arc::clone(&rulebook),
    };
    if let Some(first) = missing.first() {
        return crate::groups::rules::completes(&case, *first, &missing);
    }
    let lenders = signers::check(&case)?;
    if is_duty(statement) {
        return deadline::said_when_due(&case);
    }
    expected_revision(&case)?;
    concerns_exist(&case)?;
    kept_apart(&case, &lenders)?;
    for_payload!(&statement.payload, payload => payload.admit(&case))
}

fn recorded_before<R: Records>(records: &R, verified: &Verified) -> Check<R> {
    let statement = verified.statement();
    let key = RecordKey::Statement(statement.first_signer().actor.clone(), statement.id);
    let Some(Record::Statement(earlier)) = records.record(&key).map_err(Stop::Unreadable)? else {
        return Ok(());
    };
    let same = earlier.digest == EntryHash::of(verified.signed().bytes());
    Err(if same {
        Rejection::AlreadyRecorded(earlier.sequence)
    } else {
        Rejection::IdTaken(earlier.sequence)
    }
    .into())
}

fn occurred_ahead(now: Timestamp, statement: &Statement) -> Result<(), Rejection> {
    let latest = now.plus_seconds(OCCURRED_AHEAD_SECONDS);
    match statement.occurred {
        Some(occurred) if occurred.earliest() > latest => Err(Rejection::OccurredAhead(now)),
        Some(_) | None => Ok(()),
    }
}

/// The actors saw the dossier as it is.
fn expected_revision<R: Records>(case: &Case<'_, R>) -> Check<R> {
    let statement = case.statement();
    let Some(expected) = statement.expects else {
        return Ok(());
    };
    let found = match case.record(RecordKey::Dossier(statement.subject.clone()))? {
        Some(Record::Dossier(DossierRecord { revision, .. })) => revision,
        _ => Default::default(),
    };
    if expected == found {
        Ok(())
    } else {
        Err(Rejection::Stale {
            subject: statement.subject.clone(),
            expected,
            found,
        }
        .into())
    }
}

/// Further subjects are things that exist.
fn concerns_exist<R: Records>(case: &Case<'_, R>) -> Check<R> {
    for subject in case.statement().concerns.iter() {
        // Founders, and the institution, have a state and no dossier; the ledger, the rulebook and deadlines the other way round.
        let by_state = [Class::Actor, Class::Organisation].contains(&subject.class());
        let key = match by_state {
            true => RecordKey::State(subject.clone()),
            false => RecordKey::Dossier(subject.clone()),
        };
        if case.record(key)?.is_none() {
            return Err(Rejection::Unknown(subject.clone()).into());
        }
    }
    Ok(())
}

/// Whoever took an earlier part that the rulebook keeps apart from this one may not take this one: neither about the
/// subject nor about what it concerns. Nor may he have it done by one to whom he lends his role.
fn kept_apart<R: Records>(case: &Case<'_, R>, lenders: &[Id]) -> Check<R> {
    let kind = case.kind();
    let rules: Vec<_> = case.rulebook.separations(kind).collect();
    if case.migrated() || rules.is_empty() {
        return Ok(());
    }
    for subject in case.statement().subjects() {
        let Some(Record::Parts(PartsRecord { said })) =
            case.record(RecordKey::Parts(subject.clone()))?
        else {
            continue;
        };
        for rule in &rules {
            let earlier = said
                .get(rule.apart_from.as_str())
                .map_or(&[][..], Vec::as_slice);
            let signers = case.statement().signers.iter();
            let mut behind = signers.map(|signer| &signer.actor).chain(lenders);
            let twice = behind.find(|actor| earlier.contains(actor));
            let earlier = Kind::ALL.iter().find(|kind| rule.apart_from.is(**kind));
            if let (Some(actor), Some(earlier)) = (twice, earlier) {
                return Err(Rejection::SamePerson {
                    actor: actor.clone(),
                    earlier: *earlier,
                    kind,
                }
                .into());
            }
        }
    }
    Ok(())
}
