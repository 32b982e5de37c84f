//! What the institution holds the incident to be.

use cinnabar_events::kinds::{GradeChange, IncidentRegraded, IncidentTriaged};
use cinnabar_events::{Class, Entry};

use super::reporting::has_clock;
use super::{NOT_REGRADED, OPERATOR, Party, incident_in_step, step_incident};
use crate::case::{Case, Check};
use crate::governed::Governed;
use crate::records::{Records, RecordsMut};

impl Governed for IncidentTriaged {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        if let Some(taxonomy) = &self.taxonomy {
            case.vocabulary("mit_domain", std::slice::from_ref(&taxonomy.domain))?;
        }
        incident_in_step(case, Party::Owner)?;
        if let Some(lead) = &self.lead {
            case.concerned(Class::Actor, lead)?;
        }
        if let Some(organisation) = &self.organisation {
            case.concerned(Class::Organisation, organisation)?;
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_incident(records, entry, |incident| {
            incident.reportable = Some(self.reportable);
            if let Some(organisation) = &self.organisation {
                incident.organisation = Some(organisation.clone());
            }
        })
    }
}

/// Whether the change starts from `present` and changes something.
fn changes<T: Copy + PartialEq>(change: &Option<GradeChange<T>>, present: T) -> bool {
    change.is_none_or(|change| change.from == present && change.to != present)
}

impl Governed for IncidentRegraded {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let incident = incident_in_step(case, Party::Owner)?;
        let Self {
            severity,
            eu_ground,
            cyber_level,
            operator_class,
            grounds: _,
        } = self;
        let something = severity.is_some() || eu_ground.is_some() || cyber_level.is_some();
        let from_present = changes(severity, incident.severity)
            && changes(eu_ground, incident.eu_ground)
            && changes(cyber_level, incident.cyber_level);
        if !something || !from_present {
            let present = format!(
                "it is {}, {}, {}",
                incident.severity, incident.eu_ground, incident.cyber_level
            );
            return Err(NOT_REGRADED.found(present).into());
        }
        let clock = cyber_level.is_some_and(|change| has_clock(change.to));
        if clock && operator_class.is_none() {
            return Err(OPERATOR.into());
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_incident(records, entry, |incident| {
            let severity = self.severity.map(|change| change.to);
            let ground = self.eu_ground.map(|change| change.to);
            let level = self.cyber_level.map(|change| change.to);
            incident.severity = severity.unwrap_or(incident.severity);
            incident.eu_ground = ground.unwrap_or(incident.eu_ground);
            incident.cyber_level = level.unwrap_or(incident.cyber_level);
        })
    }
}
