//! Complaints.

use cinnabar_events::kinds::{ComplaintConcluded, ComplaintOutcome, ComplaintReceived};
use cinnabar_events::{Class, Entry, Subject};
use serde::{Deserialize, Serialize};

use super::{DESCRIPTION, FOLLOWED_UP, ONE_TARGET, REFERRED_TO, REPORTER};
use crate::case::{Case, Check};
use crate::governed::{Governed, change, put};
use crate::life_cycle::{LifeCycle as _, life_cycle};
use crate::records::{Records, RecordsMut};

life_cycle! {
    /// Where a complaint stands.
    ComplaintStatus of Complaint {
        /// To be looked into.
        Received = "received",
        /// Answered.
        Concluded = "concluded",
    }
    starts { ComplaintReceived => Received }
    Received { ComplaintConcluded => Concluded }
}

/// A complaint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComplaintRecord {
    /// Where it stands.
    pub status: ComplaintStatus,
    /// About what in the register, if it is there.
    pub against: Option<Subject>,
    /// What came of it.
    pub outcome: Option<ComplaintOutcome>,
}

impl Governed for ComplaintReceived {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        case.new_subject::<ComplaintRecord>()?;
        if self.against.is_some() == self.other.is_some() {
            return Err(ONE_TARGET.into());
        }
        if let Some(against) = &self.against {
            case.concerns(against)?;
        }
        if let Some(officer) = &self.assigned {
            case.concerned(Class::Actor, officer)?;
        }
        if case.migrated() {
            return Ok(());
        }
        let hidden = |pointer| case.statement().commitments.contains_key(pointer);
        if !hidden("/description") {
            return Err(DESCRIPTION.into());
        }
        let named = hidden("/reporter") || case.by_an_organisation();
        if named == self.anonymous {
            return Err(REPORTER.into());
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let complaint = ComplaintRecord {
            status: ComplaintStatus::Received,
            against: self.against.clone(),
            outcome: None,
        };
        put(records, entry, complaint);
        Ok(())
    }
}

impl Governed for ComplaintConcluded {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let complaint: ComplaintRecord = case.own()?;
        case.step(complaint.status)?;
        for subject in self.linked.iter() {
            case.concerns(subject)?;
        }
        let followed_up = !self.linked.is_empty() || case.migrated();
        match self.outcome {
            ComplaintOutcome::Substantiated | ComplaintOutcome::Partly if !followed_up => {
                Err(FOLLOWED_UP.into())
            }
            ComplaintOutcome::Referred if self.referred_to.is_none() => Err(REFERRED_TO.into()),
            ComplaintOutcome::Substantiated
            | ComplaintOutcome::Partly
            | ComplaintOutcome::Unsubstantiated
            | ComplaintOutcome::Referred
            | ComplaintOutcome::Withdrawn => Ok(()),
        }
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        change(records, entry, |complaint: &mut ComplaintRecord| {
            let kind = entry.statement().kind();
            complaint.status = complaint.status.after(kind).unwrap_or(complaint.status);
            complaint.outcome = Some(self.outcome);
        })
    }
}
