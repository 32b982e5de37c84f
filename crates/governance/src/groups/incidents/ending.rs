//! The final report, what the public is told, closing and reopening.

use cinnabar_events::kinds::{
    IncidentClosed, IncidentConcluded, IncidentOutcome, IncidentReopened, IncidentSummarised,
};
use cinnabar_events::{Class, Entry};

use super::{
    IncidentStatus, NOT_CONCLUDED, NOT_TRIAGED, OPEN_ACTIONS, PARTIES_EARLY, Party,
    incident_in_step, step_incident,
};
use crate::case::{Case, Check};
use crate::governed::Governed;
use crate::records::{Records, RecordsMut};

impl Governed for IncidentConcluded {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let incident = incident_in_step(case, Party::Owner)?;
        if incident.all_effective() {
            Ok(())
        } else {
            Err(OPEN_ACTIONS.into())
        }
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_incident(records, entry, |incident| incident.concluded = true)
    }
}

impl Governed for IncidentSummarised {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let incident = incident_in_step(case, Party::Owner)?;
        for party in self.parties.iter() {
            case.concerned(Class::Organisation, party)?;
        }
        if incident.reportable.is_none() && !self.parties.is_empty() {
            return Err(PARTIES_EARLY.into());
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_incident(records, entry, |_| ())
    }
}

/// Whether the outcome says that it never was an incident for this institution.
fn dismisses(outcome: IncidentOutcome) -> bool {
    use IncidentOutcome::{
        DuplicateSpam, Enforcement, NoAction, NotAi, NotAnIncident, OutOfJurisdiction, Referred,
        Resolved,
    };
    match outcome {
        Resolved | NoAction | Enforcement | Referred => false,
        NotAi | NotAnIncident | DuplicateSpam | OutOfJurisdiction => true,
    }
}

impl Governed for IncidentClosed {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let incident = incident_in_step(case, Party::Owner)?;
        if case.migrated() {
            return Ok(());
        }
        match incident.reportable {
            None if dismisses(self.outcome) => Ok(()),
            None => Err(NOT_TRIAGED.found(self.outcome.as_str()).into()),
            // What was found not to be reportable ends without a report, unless something was done about it.
            Some(false) if incident.status == IncidentStatus::Triaged => Ok(()),
            Some(_) if incident.concluded => Ok(()),
            Some(_) => Err(NOT_CONCLUDED.into()),
        }
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_incident(records, entry, |incident| {
            incident.outcome = Some(self.outcome);
        })
    }
}

impl Governed for IncidentReopened {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        incident_in_step(case, Party::Owner).map(|_| ())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_incident(records, entry, |incident| {
            incident.reportable = None;
            incident.concluded = false;
            incident.outcome = None;
        })
    }
}
