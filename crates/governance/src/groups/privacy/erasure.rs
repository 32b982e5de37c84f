//! Erasure of confidential values: asked for, decided, done.

use cinnabar_events::kinds::{
    ErasureDecided, ErasureExecuted, ErasureOutcome, ErasureRequested, OpeningRef, StatementRef,
};
use cinnabar_events::{Date, Entry, Id, Name};
use serde::{Deserialize, Serialize};

use super::clauses::{BACKUPS, DECIDED_BEFORE, HELD, NOT_ASKED, NOT_TO_BE_ERASED, RETENTION};
use super::holds::hold_on;
use super::{PERSON, change_value, is_kept, not_history, opening, person_named, some};
use crate::case::{Case, Check, Stop, find};
use crate::governed::{Governed, change, put};
use crate::life_cycle::{LifeCycle as _, life_cycle};
use crate::records::{Records, RecordsMut};
use crate::rejection::Rejection;

/// For how many days at most backups hold what was erased, where the rulebook sets none.
const BACKUP_DAYS: u32 = 90;

life_cycle! {
    /// Where a request for erasure stands. It is executed when everything that was decided to be erased is destroyed;
    /// while some of it is left, it stays decided.
    ErasureStatus of Erasure {
        /// Asked for.
        Requested = "requested",
        /// Decided: to erase, to restrict or to refuse.
        Decided = "decided",
        /// Everything decided is destroyed.
        Executed = "executed",
    }
    starts { ErasureRequested => Requested }
    Requested { ErasureDecided => Decided }
    Decided { ErasureDecided => Decided, ErasureExecuted => Executed }
}

/// A request for erasure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ErasureRecord {
    /// Where it stands.
    pub status: ErasureStatus,
    /// The request itself; its `/person` may be erased with what it asks for.
    pub request: StatementRef,
    /// What was asked for: at most [`OPENINGS_MAX`](cinnabar_events::kinds::OPENINGS_MAX).
    pub asked: Vec<AskedRecord>,
    /// What was decided.
    pub outcome: Option<ErasureOutcome>,
    /// Under which provision.
    pub provision: Option<Name>,
}

/// A confidential value that someone wants erased.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AskedRecord {
    /// Which.
    pub opening: OpeningRef,
    /// Whether the decision covers it.
    pub decided: bool,
    /// Whether it is destroyed.
    pub destroyed: bool,
}

impl ErasureRecord {
    /// Whether what it covers may be used for nothing else.
    fn restricts(&self) -> bool {
        match self.outcome {
            Some(ErasureOutcome::Erase | ErasureOutcome::Restrict) => true,
            Some(ErasureOutcome::Refuse) | None => false,
        }
    }

    /// Whether the value is to be destroyed, and is not yet.
    fn is_doomed(&self, opening: &OpeningRef) -> bool {
        let mut asked = self.asked.iter();
        self.outcome == Some(ErasureOutcome::Erase)
            && asked.any(|one| one.opening == *opening && one.decided && !one.destroyed)
    }

    /// Whether the value is the name of whoever asks, in the request itself.
    fn is_own_person(&self, opening: &OpeningRef) -> bool {
        opening.of() == self.request && opening.pointer.as_str() == PERSON
    }
}

impl Governed for ErasureRequested {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        not_history(case)?;
        case.new_subject::<ErasureRecord>()?;
        person_named(case)?;
        some(self.openings.as_slice())?;
        for named in self.openings.iter() {
            let (_, value) = opening(case, named)?;
            is_kept(&value)?;
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let statement = entry.statement();
        let asked = |opening: &OpeningRef| AskedRecord {
            opening: opening.clone(),
            decided: false,
            destroyed: false,
        };
        let erasure = ErasureRecord {
            status: ErasureStatus::Requested,
            request: StatementRef {
                actor: statement.first_signer().actor.clone(),
                statement: statement.id,
            },
            asked: self.openings.iter().map(asked).collect(),
            outcome: None,
            provision: None,
        };
        put(records, entry, erasure);
        Ok(())
    }
}

/// Only what must be kept for a while says until when.
fn retention_fits(decided: &ErasureDecided, today: Date) -> Result<(), Rejection> {
    let fits = match (decided.outcome, decided.retention_until) {
        (ErasureOutcome::Restrict, Some(until)) => today <= until,
        (ErasureOutcome::Restrict, None) | (ErasureOutcome::Erase, Some(_)) => false,
        (ErasureOutcome::Erase, None) | (ErasureOutcome::Refuse, _) => true,
    };
    if fits { Ok(()) } else { Err(RETENTION.into()) }
}

impl Governed for ErasureDecided {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        not_history(case)?;
        let erasure: ErasureRecord = case.own()?;
        case.step(erasure.status)?;
        match erasure.outcome {
            None | Some(ErasureOutcome::Restrict) => {}
            Some(outcome @ (ErasureOutcome::Erase | ErasureOutcome::Refuse)) => {
                return Err(DECIDED_BEFORE.found(outcome.as_str()).into());
            }
        }
        for named in self.openings.iter() {
            if !erasure.asked.iter().any(|one| one.opening == *named) {
                return Err(NOT_ASKED.found(named.pointer.as_str()).into());
            }
        }
        retention_fits(self, case.now.date()).map_err(Stop::from)
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let id: &Id = entry.statement().subject.id();
        let Some(mut erasure) = find::<ErasureRecord, R>(records, id)? else {
            return Ok(());
        };
        let restricted_before = erasure.restricts();
        let kind = entry.statement().kind();
        erasure.status = erasure.status.after(kind).unwrap_or(erasure.status);
        erasure.outcome = Some(self.outcome);
        erasure.provision = Some(self.provision.clone());
        let restricts = erasure.restricts();
        for asked in &mut erasure.asked {
            let before = asked.decided && restricted_before;
            asked.decided =
                self.openings.is_empty() || self.openings.as_slice().contains(&asked.opening);
            let after = asked.decided && restricts;
            change_value(records, &asked.opening, |value| {
                let others = value.restricted.saturating_sub(u32::from(before));
                value.restricted = others.saturating_add(u32::from(after));
            })?;
        }
        put(records, entry, erasure);
        Ok(())
    }
}

impl Governed for ErasureExecuted {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        not_history(case)?;
        let erasure: ErasureRecord = case.own()?;
        case.step(erasure.status)?;
        some(self.openings.as_slice())?;
        for named in self.openings.iter() {
            let own =
                erasure.outcome == Some(ErasureOutcome::Erase) && erasure.is_own_person(named);
            if !own && !erasure.is_doomed(named) {
                return Err(NOT_TO_BE_ERASED.found(named.pointer.as_str()).into());
            }
            let (statement, _) = opening(case, named)?;
            let hold = hold_on(case.records, named, &statement, case.now);
            if let Some(hold) = hold.map_err(Stop::Unreadable)? {
                return Err(HELD.found(format!("hold/{hold}")).into());
            }
        }
        let longest = i64::from(case.setting("backup_days", BACKUP_DAYS));
        if case.now.date().days_until(self.backups_expire) > longest {
            return Err(BACKUPS.found(self.backups_expire.to_string()).into());
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let id = entry.statement().subject.id();
        for named in self.openings.iter() {
            // Two requests may have asked for the same value: the first that was executed is named for it.
            change_value(records, named, |value| {
                value.erased.get_or_insert_with(|| id.clone());
            })?;
        }
        change(records, entry, |erasure: &mut ErasureRecord| {
            for asked in &mut erasure.asked {
                asked.destroyed |= self.openings.as_slice().contains(&asked.opening);
            }
            let left = |one: &AskedRecord| one.decided && !one.destroyed;
            if !erasure.asked.iter().any(left) {
                let kind = entry.statement().kind();
                erasure.status = erasure.status.after(kind).unwrap_or(erasure.status);
            }
        })
    }
}
