//! Legal holds: what must be kept, whoever asks for erasure.

use cinnabar_events::kinds::{HoldLifted, HoldPlaced, OpeningRef};
use cinnabar_events::{Date, Entry, Id, Subject, Timestamp};
use serde::{Deserialize, Serialize};

use super::clauses::{HOLD_ELSEWHERE, HOLD_TERM, TOO_MANY_HOLDS};
use super::{is_kept, not_history, opening, statement_of};
use crate::case::{Case, Check, Stop, find};
use crate::governed::{Governed, change, put};
use crate::life_cycle::{LifeCycle as _, life_cycle};
use crate::records::{Record, RecordKey, Records, RecordsMut, StatementRecord};

/// Most holds on one subject at once. Each is looked up for each value of an erasure: 32 values with 9 subjects each and 8
/// holds on each are 2,592 lookups at the very most.
pub const HELD_MAX: usize = 8;

life_cycle! {
    /// Where a hold stands. That its last day has passed follows from what its record says.
    HoldStatus of Hold {
        /// Placed.
        Placed = "placed",
        /// Lifted.
        Lifted = "lifted",
    }
    starts { HoldPlaced => Placed }
    Placed { HoldLifted => Lifted }
}

/// A hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HoldRecord {
    /// Where it stands.
    pub status: HoldStatus,
    /// On what.
    pub on: Subject,
    /// Only on these values; at most [`OPENINGS_MAX`](cinnabar_events::kinds::OPENINGS_MAX). On all if there are none.
    pub openings: Vec<OpeningRef>,
    /// Last day; until it is lifted if absent.
    pub until: Option<Date>,
}

impl HoldRecord {
    /// Whether it holds at `now`.
    pub fn is_active(&self, now: Timestamp) -> bool {
        let placed = match self.status {
            HoldStatus::Placed => true,
            HoldStatus::Lifted => false,
        };
        placed && self.until.is_none_or(|until| now <= until.end())
    }

    fn covers(&self, opening: &OpeningRef) -> bool {
        self.openings.is_empty() || self.openings.contains(opening)
    }
}

/// The holds on a subject that were not lifted: at most [`HELD_MAX`] that are active.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HeldRecord {
    /// Their ids.
    pub holds: Vec<Id>,
}

/// The legal hold that keeps the confidential value `opening` from erasure at `now`, if one does.
///
/// # Errors
/// Only if the records can't be read.
pub fn held<R: Records>(
    records: &R,
    opening: &OpeningRef,
    now: Timestamp,
) -> Result<Option<Id>, R::Error> {
    match statement_of(records, &opening.of())? {
        Some(statement) => hold_on(records, opening, &statement, now),
        None => Ok(None),
    }
}

/// The same, for a value of a statement that was looked up.
pub(super) fn hold_on<R: Records>(
    records: &R,
    opening: &OpeningRef,
    statement: &StatementRecord,
    now: Timestamp,
) -> Result<Option<Id>, R::Error> {
    for subject in &statement.subjects {
        for id in active_on(records, subject, now)? {
            let hold: Option<HoldRecord> = find(records, &id)?;
            if hold.is_some_and(|hold| hold.covers(opening)) {
                return Ok(Some(id));
            }
        }
    }
    Ok(None)
}

/// The holds on `subject` that are active at `now`.
fn active_on<R: Records>(
    records: &R,
    subject: &Subject,
    now: Timestamp,
) -> Result<Vec<Id>, R::Error> {
    let mut active = Vec::new();
    if let Some(Record::Held(HeldRecord { holds })) =
        records.record(&RecordKey::Held(subject.clone()))?
    {
        for id in holds {
            let hold: Option<HoldRecord> = find(records, &id)?;
            if hold.is_some_and(|hold| hold.is_active(now)) {
                active.push(id);
            }
        }
    }
    Ok(active)
}

impl Governed for HoldPlaced {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        not_history(case)?;
        case.new_subject::<HoldRecord>()?;
        case.concerns(&self.on)?;
        if let Some(until) = self.until
            && until.end() < case.now
        {
            return Err(HOLD_TERM.found(until.to_string()).into());
        }
        for named in self.openings.iter() {
            let (statement, value) = opening(case, named)?;
            if !statement.subjects.contains(&self.on) {
                return Err(HOLD_ELSEWHERE.found(named.pointer.as_str()).into());
            }
            is_kept(&value)?;
        }
        let active = active_on(case.records, &self.on, case.now).map_err(Stop::Unreadable)?;
        if active.len() >= HELD_MAX {
            return Err(TOO_MANY_HOLDS.found(self.on.to_string()).into());
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let hold = HoldRecord {
            status: HoldStatus::Placed,
            on: self.on.clone(),
            openings: self.openings.as_slice().to_vec(),
            until: self.until,
        };
        // Holds whose last day has passed are forgotten here: nothing else says that they ended.
        let mut holds = active_on(records, &self.on, entry.time())?;
        if holds.len() < HELD_MAX {
            holds.push(entry.statement().subject.id().clone());
        }
        put(records, entry, hold);
        let key = RecordKey::Held(self.on.clone());
        records.put(key, Record::Held(HeldRecord { holds }));
        Ok(())
    }
}

impl Governed for HoldLifted {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        not_history(case)?;
        let hold: HoldRecord = case.own()?;
        case.step(hold.status)?;
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let Some(hold) = find::<HoldRecord, R>(records, entry.statement().subject.id())? else {
            return Ok(());
        };
        change(records, entry, |hold: &mut HoldRecord| {
            let kind = entry.statement().kind();
            hold.status = hold.status.after(kind).unwrap_or(hold.status);
        })?;
        let holds = active_on(records, &hold.on, entry.time())?;
        let key = RecordKey::Held(hold.on);
        match holds.is_empty() {
            true => records.remove(key),
            false => records.put(key, Record::Held(HeldRecord { holds })),
        }
        Ok(())
    }
}
