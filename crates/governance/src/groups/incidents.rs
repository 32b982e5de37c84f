//! Incidents: reported, looked at, dealt with, closed.

use cinnabar_events::kinds::{
    ActionCompleted, ActionPlanned, ActionVerified, IncidentClosed, IncidentConcluded,
    IncidentMerged, IncidentNotified, IncidentRegraded, IncidentReopened, IncidentReported,
    IncidentSplit, IncidentSummarised, IncidentTriaged, IncidentUpdated, MeasureOrdered,
};
use cinnabar_events::{Class, Entry, Id, Timestamp};
use serde::{Deserialize, Serialize};

use crate::admit::OCCURRED_AHEAD_SECONDS;
use crate::case::{Case, Check, Stop};
use crate::clause::clauses;
use crate::governed::{Governed, change, put};
use crate::groups::filing::ProductRecord;
use crate::life_cycle::{LifeCycle as _, life_cycle};
use crate::records::{Records, RecordsMut};

clauses! {
    ONE_SYSTEM = "content.one_system" {
        says: "an incident is about a registered product or an unregistered system, one of the two",
        accepted: "product, or unregisteredSystem, but not both",
        source: "",
    }
    AWARE_AHEAD = "content.aware_ahead" {
        says: "nobody can be aware of it already in the future",
        accepted: "a time of awareness up to now",
        source: "",
    }
}

life_cycle! {
    /// Where an incident stands.
    IncidentStatus of Incident {
        /// Reported.
        Open = "open",
        /// Dealt with.
        Closed = "closed",
    }
    starts { IncidentReported => Open }
    Open { IncidentUpdated => Open, IncidentClosed => Closed }
}

/// An incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IncidentRecord {
    /// Where it stands.
    pub status: IncidentStatus,
    /// With which product.
    pub product: Option<Id>,
    /// Since when the reporter knew of it: deadlines are counted from then.
    pub aware: Option<Timestamp>,
}

fn product_owner_speaks<R: Records>(case: &Case<'_, R>, product: &Id) -> Check<R> {
    let product: ProductRecord = case.known(product)?;
    case.owner_speaks(&product.organisation).map_err(Stop::from)
}

/// The subject incident, if this can be said of it as it stands; its product's owner may speak about it, no other.
fn incident_in_step<R: Records>(case: &Case<'_, R>) -> Check<R, IncidentRecord> {
    let incident: IncidentRecord = case.own()?;
    case.step(incident.status)?;
    if let Some(product) = &incident.product {
        product_owner_speaks(case, product)?;
    }
    Ok(incident)
}

/// Moves the subject incident on.
fn step_incident<R: RecordsMut>(records: &mut R, entry: &Entry) -> Result<(), R::Error> {
    change(records, entry, |incident: &mut IncidentRecord| {
        let kind = entry.statement().kind();
        incident.status = incident.status.after(kind).unwrap_or(incident.status);
    })
}

impl Governed for IncidentReported {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        case.vocabulary("harm_type", self.harm_types.as_slice())?;
        case.new_subject::<IncidentRecord>()?;
        if self.product.is_some() == self.unregistered_system.is_some() {
            return Err(ONE_SYSTEM.into());
        }
        let latest = case.now.plus_seconds(OCCURRED_AHEAD_SECONDS);
        if self.aware.is_some_and(|aware| aware.earliest() > latest) {
            return Err(AWARE_AHEAD.into());
        }
        let Some(product) = &self.product else {
            return Ok(());
        };
        case.concerned(Class::Product, product)?;
        product_owner_speaks(case, product)
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let incident = IncidentRecord {
            status: IncidentStatus::Open,
            product: self.product.clone(),
            aware: self.aware.map(|aware| aware.earliest()),
        };
        put(records, entry, incident);
        Ok(())
    }
}

impl Governed for IncidentUpdated {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        case.vocabulary("harm_type", self.harm_types.as_slice())?;
        incident_in_step(case).map(|_| ())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_incident(records, entry)
    }
}

impl Governed for IncidentClosed {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        incident_in_step(case).map(|_| ())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_incident(records, entry)
    }
}

impl Governed for IncidentTriaged {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for IncidentRegraded {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for IncidentMerged {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for IncidentSplit {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for IncidentNotified {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for MeasureOrdered {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for ActionPlanned {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for ActionCompleted {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for ActionVerified {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for IncidentConcluded {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for IncidentSummarised {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for IncidentReopened {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}
