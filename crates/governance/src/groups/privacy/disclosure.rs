//! Who may see confidential values, and who has.

use cinnabar_events::kinds::{DisclosureGranted, DisclosureUsed, OpeningRef};
use cinnabar_events::{Class, Date, Entry, Id, Kind};
use serde::{Deserialize, Serialize};

use super::clauses::{
    BASIS_MISSING, CAN_NOT_LOOK, DISCLOSURE_OVER, DISCLOSURE_TERM, DISCLOSURE_USES, NOT_GRANTED,
    OTHER_PERSON, STATISTICS_ONLY, TO_HIMSELF, USED_UP,
};
use super::{CorrectionRecord, can_be_seen, listed, not_history, opening, some};
use crate::case::{Case, Check};
use crate::governed::{Governed, change, put};
use crate::groups::trust::ActorRecord;
use crate::life_cycle::life_cycle;
use crate::records::{Records, RecordsMut, StatementRecord};
use crate::rejection::Rejection;

/// Longest disclosure, in days, where the rulebook sets none.
const DAYS: u32 = 90;
/// Most uses of a disclosure, where the rulebook sets none.
const USES: u32 = 20;
/// The only role that sees what was filed for statistics.
const STATISTICIAN: &str = "statistician";

life_cycle! {
    /// Where a disclosure stands. That its time is over, or its uses are, follows from what its record says.
    DisclosureStatus of Disclosure {
        /// Granted.
        Granted = "granted",
    }
    starts { DisclosureGranted => Granted }
    Granted { DisclosureUsed => Granted }
}

/// Leave to see confidential values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DisclosureRecord {
    /// Where it stands.
    pub status: DisclosureStatus,
    /// Who may see them.
    pub to: Id,
    /// Which values: at most [`OPENINGS_MAX`](cinnabar_events::kinds::OPENINGS_MAX).
    pub openings: Vec<OpeningRef>,
    /// Last day.
    pub until: Date,
    /// How often, in all; as the rulebook says if absent.
    pub uses: Option<u32>,
    /// How often it was used.
    pub used: u32,
}

/// Whether the value was filed for statistics, or corrects one that was.
fn is_for_statistics<R: Records>(
    case: &Case<'_, R>,
    statement: &StatementRecord,
) -> Check<R, bool> {
    let about = statement.subjects.first();
    let corrects = match about.filter(|about| about.class() == Class::Correction) {
        Some(about) => case.find::<CorrectionRecord>(about.id())?,
        None => None,
    };
    let kind = corrects.map_or_else(|| statement.kind.clone(), |correction| correction.kind);
    Ok(listed(case, "statistics_only", &kind))
}

/// The disclosure ends neither too early nor too late, and can be used neither too rarely nor too often.
fn term_fits<R: Records>(case: &Case<'_, R>, granted: &DisclosureGranted) -> Result<(), Rejection> {
    let longest = i64::from(case.setting("disclosure_days", DAYS));
    let days = case.now.date().days_until(granted.until);
    if !(0..=longest).contains(&days) {
        return Err(DISCLOSURE_TERM.found(granted.until.to_string()));
    }
    let most = case.setting("disclosure_uses", USES);
    match granted.uses {
        Some(uses) if uses == 0 || uses > most => Err(DISCLOSURE_USES.found(uses.to_string())),
        Some(_) | None => Ok(()),
    }
}

impl Governed for DisclosureGranted {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        not_history(case)?;
        case.new_subject::<DisclosureRecord>()?;
        let statement = case.statement();
        if statement.basis.is_empty() {
            return Err(BASIS_MISSING.into());
        }
        if statement
            .signers
            .iter()
            .any(|signer| signer.actor == self.to)
        {
            return Err(TO_HIMSELF.into());
        }
        case.concerned(Class::Actor, &self.to)?;
        let grantee: ActorRecord = case.known(&self.to)?;
        let holds = |role: &str| grantee.holds(role, case.now).is_some();
        let permission = case.rulebook.permission(Kind::DisclosureUsed);
        let mut looking = permission.iter().flat_map(|one| one.roles.iter());
        if !looking.any(|role| holds(role.as_str())) {
            return Err(CAN_NOT_LOOK.found(self.to.as_str()).into());
        }
        term_fits(case, self)?;
        some(self.openings.as_slice())?;
        for named in self.openings.iter() {
            let (statement, value) = opening(case, named)?;
            can_be_seen(&value)?;
            if !holds(STATISTICIAN) && is_for_statistics(case, &statement)? {
                return Err(STATISTICS_ONLY.found(statement.kind.as_str()).into());
            }
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let disclosure = DisclosureRecord {
            status: DisclosureStatus::Granted,
            to: self.to.clone(),
            openings: self.openings.as_slice().to_vec(),
            until: self.until,
            uses: self.uses,
            used: 0,
        };
        put(records, entry, disclosure);
        Ok(())
    }
}

impl Governed for DisclosureUsed {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        not_history(case)?;
        let disclosure: DisclosureRecord = case.own()?;
        case.step(disclosure.status)?;
        let mut signers = case.statement().signers.iter();
        if let Some(other) = signers.find(|signer| signer.actor != disclosure.to) {
            return Err(OTHER_PERSON.found(other.actor.as_str()).into());
        }
        if disclosure.until.end() < case.now {
            return Err(DISCLOSURE_OVER.found(disclosure.until.to_string()).into());
        }
        let most = case.setting("disclosure_uses", USES);
        if disclosure.used >= disclosure.uses.unwrap_or(most) {
            return Err(USED_UP.into());
        }
        let named = match self.openings.is_empty() {
            true => disclosure.openings.as_slice(),
            false => self.openings.as_slice(),
        };
        for one in named {
            if !disclosure.openings.contains(one) {
                return Err(NOT_GRANTED.found(one.pointer.as_str()).into());
            }
            let (_, value) = opening(case, one)?;
            can_be_seen(&value)?;
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        change(records, entry, |disclosure: &mut DisclosureRecord| {
            disclosure.used = disclosure.used.saturating_add(1);
        })
    }
}
