//! What the ledger itself must say now.

use std::collections::BTreeMap;

use cinnabar_events::deadline::Consequence;
use cinnabar_events::kinds::{ApprovalExpired, DeadlineMissed, ProductAccepted};
use cinnabar_events::{
    Class, Kind, LedgerId, Listed, Payload, SignerClaim, Statement, StatementId, Subject,
    Timestamp, When,
};

use super::run::find_deadline;
use super::{DeadlineRecord, LEDGER_ACTOR};
use crate::admit::{is_duty, pseudo_role};
use crate::case::{Case, Check, Stop, find};
use crate::groups::filing::ProductRecord;
use crate::life_cycle::LifeCycle as _;
use crate::records::{DueKey, LedgerRecord, Record, RecordKey, Records};
use crate::rejection::Rejection;

/// What the ledger must say at `now` before anybody else says anything: that the first of the deadlines that have
/// passed was missed, or what follows from that. The same records and the same `now` give the same statement, with
/// the same id, also after a restart or on another node.
///
/// # Errors
/// Only if the records can't be read.
pub fn duty<R: Records>(records: &R, now: Timestamp) -> Result<Option<Statement>, R::Error> {
    let first = match records.due(None)? {
        Some(first) if first.due <= now => first,
        Some(_) | None => return Ok(None),
    };
    let Some(deadline) = find_deadline(records, &first.on, &first.rule)? else {
        return Ok(None);
    };
    let Some(Record::Ledger(LedgerRecord { id, .. })) = records.record(&RecordKey::Ledger)? else {
        return Ok(None);
    };
    let follows = consequence(records, &first, &deadline)?;
    Ok(Some(statement(id, &first, &deadline, follows)))
}

/// What follows, unless the product isn't where it could: then only that the deadline was missed.
fn consequence<R: Records>(
    records: &R,
    first: &DueKey,
    deadline: &DeadlineRecord,
) -> Result<Consequence, R::Error> {
    let kind = match deadline.consequence {
        Consequence::Missed => return Ok(Consequence::Missed),
        Consequence::DeemedAccepted => Kind::ProductAccepted,
        Consequence::Expired => Kind::ApprovalExpired,
    };
    let product: Option<ProductRecord> = match first.on.class() == Class::Product {
        true => find(records, first.on.id())?,
        false => None,
    };
    let possible = product.is_some_and(|product| product.status.after(kind).is_some());
    Ok(match possible {
        true => deadline.consequence,
        false => Consequence::Missed,
    })
}

/// What the ledger should have said by `now`, before `statement`, and has not: nothing, in an honest ledger.
///
/// # Errors
/// Only if the records can't be read.
pub fn unsaid<R: Records>(
    records: &R,
    now: Timestamp,
    statement: &Statement,
) -> Result<Option<Statement>, R::Error> {
    // A recovery names its own sequence, so nothing may be said before it: what is due comes right after.
    let recovers = matches!(statement.payload, Payload::LedgerRecovered(_));
    if recovers || is_duty(statement) {
        return Ok(None);
    }
    duty(records, now)
}

fn statement(
    ledger: LedgerId,
    first: &DueKey,
    deadline: &DeadlineRecord,
    follows: Consequence,
) -> Statement {
    let DueKey { due, on, rule } = first;
    let namespace = format!("deadline of {ledger}");
    let id = StatementId::derived(&namespace, &format!("{on} {rule} {}", deadline.started));
    let (subject, concerns, payload) = match follows {
        Consequence::Missed => {
            let itself = id.to_string().parse().expect("a UUID is an id");
            let missed = DeadlineMissed {
                rule: rule.clone(),
                on: on.clone(),
                from: deadline.from,
                due: *due,
            };
            (
                Subject::new(Class::Deadline, itself),
                vec![on.clone()],
                Payload::DeadlineMissed(Box::new(missed)),
            )
        }
        Consequence::DeemedAccepted => {
            let accepted = ProductAccepted {
                number: None,
                risk_tier: None,
                reasons: None,
                deemed: true,
            };
            (
                on.clone(),
                Vec::new(),
                Payload::ProductAccepted(Box::new(accepted)),
            )
        }
        Consequence::Expired => {
            let expired = ApprovalExpired { at: *due };
            (
                on.clone(),
                Vec::new(),
                Payload::ApprovalExpired(Box::new(expired)),
            )
        }
    };
    let itself = SignerClaim {
        actor: LEDGER_ACTOR.parse().expect("a word is an id"),
        role: pseudo_role::SYSTEM.parse().expect("a word is a code"),
        on_behalf_of: None,
    };
    Statement {
        ledger: Some(ledger),
        id,
        subject,
        concerns: Listed::new(concerns).expect("one subject is not twice there"),
        signers: Listed::new(vec![itself]).expect("one signer is not twice there"),
        basis: Listed::default(),
        occurred: Some(When::Timestamp(*due)),
        effective: None,
        expects: None,
        migrated: None,
        commitments: BTreeMap::new(),
        payload,
    }
}

/// What the ledger says is what it must say now, to the letter.
pub(crate) fn said_when_due<R: Records>(case: &Case<'_, R>) -> Check<R> {
    match duty(case.records, case.now).map_err(Stop::Unreadable)? {
        Some(due) if due == *case.statement() => Ok(()),
        Some(_) | None => Err(Rejection::NotDue.into()),
    }
}
