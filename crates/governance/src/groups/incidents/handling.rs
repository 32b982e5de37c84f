//! What is done about an incident: measures ordered, actions planned, done and looked at.

use cinnabar_events::kinds::{
    ActionCompleted, ActionPlanned, ActionResult, ActionVerified, Code, MeasureOrdered,
    ProductEffect,
};
use cinnabar_events::{Class, Entry};

use super::{
    ACTION_STEP, ACTION_TAKEN, ACTIONS_MAX, Action, ActionStatus, IncidentRecord, IncidentStatus,
    LAST_ACTION, MEASURE_DUE, MEASURE_PRODUCT, NO_ACTION, NO_MEASURE, Party, TOO_MANY_ACTIONS,
    incident_in_step, step_incident,
};
use crate::case::{Case, Check};
use crate::deadline::clock::local_date;
use crate::governed::Governed;
use crate::records::{Records, RecordsMut};
use crate::rejection::Rejection;

impl Governed for MeasureOrdered {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        case.vocabulary("measure", self.measures.as_slice())?;
        let incident = incident_in_step(case, Party::Owner)?;
        if self.measures.is_empty() {
            return Err(NO_MEASURE.into());
        }
        let today = local_date(case.now);
        if !case.migrated() && self.due.is_some_and(|due| due <= today) {
            return Err(MEASURE_DUE.into());
        }
        match (self.product_effect, &incident.product) {
            (ProductEffect::None, _) => Ok(()),
            (_, None) => Err(MEASURE_PRODUCT.into()),
            (_, Some(product)) => Ok(case.concerned(Class::Product, product)?),
        }
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_incident(records, entry, |incident| incident.concluded = false)
    }
}

impl Governed for ActionPlanned {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let incident = incident_in_step(case, Party::Owner)?;
        if self.actions.is_empty() {
            return Err(NO_ACTION.into());
        }
        if incident.actions.len() + self.actions.as_slice().len() > ACTIONS_MAX {
            return Err(TOO_MANY_ACTIONS.into());
        }
        let before = incident.actions.iter().map(|action| &action.action);
        let mut names: Vec<&Code> = before.collect();
        for planned in self.actions.iter() {
            if names.contains(&&planned.action) {
                return Err(ACTION_TAKEN.found(planned.action.as_str()).into());
            }
            names.push(&planned.action);
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_incident(records, entry, |incident| {
            let planned = self.actions.iter().map(|planned| Action {
                action: planned.action.clone(),
                status: ActionStatus::Planned,
            });
            incident.actions.extend(planned);
            incident.actions.truncate(ACTIONS_MAX);
            incident.concluded = false;
        })
    }
}

/// Takes the action called `name` from one status to the next.
fn advance(
    incident: &mut IncidentRecord,
    name: &Code,
    from: ActionStatus,
    to: ActionStatus,
) -> bool {
    let mut actions = incident.actions.iter_mut();
    let found = actions.find(|action| action.action == *name && action.status == from);
    match found {
        Some(action) => {
            action.status = to;
            true
        }
        None => false,
    }
}

/// `last` says what is so.
fn last_is(said: Option<bool>, so: bool) -> Result<(), Rejection> {
    if said.unwrap_or(false) == so {
        Ok(())
    } else {
        let found = if so {
            "it is the last"
        } else {
            "others are left"
        };
        Err(LAST_ACTION.found(found))
    }
}

impl Governed for ActionCompleted {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        use ActionStatus::{Completed, Planned};
        let mut incident = incident_in_step(case, Party::Owner)?;
        if !advance(&mut incident, &self.action, Planned, Completed) {
            return Err(ACTION_STEP.found(self.action.as_str()).into());
        }
        let left = |action: &Action| action.status == Planned;
        let last = !incident.actions.iter().any(left);
        Ok(last_is(self.last, last)?)
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        use ActionStatus::{Completed, Planned};
        step_incident(records, entry, |incident| {
            advance(incident, &self.action, Planned, Completed);
        })
    }
}

/// Where an action stands once somebody has looked at it.
fn verified(result: ActionResult) -> ActionStatus {
    match result {
        ActionResult::Effective => ActionStatus::Effective,
        ActionResult::Partly | ActionResult::NotEffective => ActionStatus::Planned,
    }
}

impl Governed for ActionVerified {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let mut incident = incident_in_step(case, Party::Owner)?;
        let to = verified(self.result);
        if !advance(&mut incident, &self.action, ActionStatus::Completed, to) {
            return Err(ACTION_STEP.found(self.action.as_str()).into());
        }
        Ok(last_is(self.last, incident.all_effective())?)
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_incident(records, entry, |incident| {
            let to = verified(self.result);
            let moved = advance(incident, &self.action, ActionStatus::Completed, to);
            if moved && incident.all_effective() {
                incident.status = IncidentStatus::Monitoring;
            }
        })
    }
}
