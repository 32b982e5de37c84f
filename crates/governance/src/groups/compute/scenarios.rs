//! Scenarios for which solutions are sought: published, answered, awarded or closed.

use cinnabar_events::kinds::{ScenarioAnswer, ScenarioAnswered, ScenarioPublished};
use cinnabar_events::{Class, Entry};

use super::clauses::{
    ANSWER_PARTS, ANSWERS_FULL, DECIDED_BY, NOT_ANSWERED, OWN_SCENARIO, SCENARIO_DAYS, STILL_OPEN,
    TOO_LATE,
};
use super::{ScenarioRecord, ScenarioStatus};
use crate::case::{Case, Check, Stop};
use crate::deadline::clock;
use crate::governed::{Governed, change, put};
use crate::records::{Records, RecordsMut};
use crate::rejection::Rejection;

/// Most enterprises that answer one scenario, so that its record stays below some 10 KB.
const ANSWERS_MAX: u32 = 128;

impl Governed for ScenarioPublished {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        case.new_subject::<ScenarioRecord>()?;
        case.concerned(Class::Organisation, &self.organisation)?;
        case.owner_speaks(&self.organisation)?;
        case.vocabulary("application_field", std::slice::from_ref(&self.field))?;
        let over = clock::end_of(self.until) <= case.now && !case.migrated();
        if over || self.decide_by.is_some_and(|day| day <= self.until) {
            return Err(SCENARIO_DAYS.into());
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let scenario = ScenarioRecord {
            organisation: self.organisation.clone(),
            status: ScenarioStatus::Open,
            until: self.until,
            answered: Vec::new(),
            answers_max: self.answers_max.unwrap_or(ANSWERS_MAX).min(ANSWERS_MAX),
        };
        put(records, entry, scenario);
        Ok(())
    }
}

/// Each answer has the parts that it needs, and none that belong to another.
fn has_its_parts(answered: &ScenarioAnswered) -> bool {
    let solution = answered.organisation.is_some() && answered.summary.is_some();
    let nobody =
        answered.organisation.is_none() && answered.product.is_none() && answered.summary.is_none();
    let (chosen, reasons) = (!answered.awarded.is_empty(), answered.reasons.is_some());
    match answered.answer {
        ScenarioAnswer::Solution => solution && !chosen && !reasons,
        ScenarioAnswer::Award => nobody && chosen && reasons,
        ScenarioAnswer::Close => nobody && !chosen && reasons,
    }
}

/// A solution comes in time, from somebody who may answer.
fn solution<R: Records>(
    case: &Case<'_, R>,
    answered: &ScenarioAnswered,
    scenario: &ScenarioRecord,
) -> Check<R> {
    let Some(organisation) = &answered.organisation else {
        return Err(ANSWER_PARTS.into());
    };
    case.concerned(Class::Organisation, organisation)?;
    case.owner_speaks(organisation)?;
    if let Some(product) = &answered.product {
        case.concerned(Class::Product, product)?;
    }
    if *organisation == scenario.organisation {
        return Err(OWN_SCENARIO.into());
    }
    if clock::end_of(scenario.until) <= case.now && !case.migrated() {
        return Err(TOO_LATE.found(scenario.until.to_string()).into());
    }
    let full = scenario.answered.len() >= scenario.answers_max as usize;
    if full && !scenario.answered.contains(organisation) {
        return Err(ANSWERS_FULL.found(scenario.answers_max.to_string()).into());
    }
    Ok(())
}

/// The institution decides: an award when nobody can answer any more, to those who did; a closing at any time.
fn decision<R: Records>(
    case: &Case<'_, R>,
    answered: &ScenarioAnswered,
    scenario: &ScenarioRecord,
) -> Result<(), Rejection> {
    if case.by_an_organisation() {
        return Err(DECIDED_BY.into());
    }
    for organisation in answered.awarded.iter() {
        case.concerned(Class::Organisation, organisation)?;
        if !scenario.answered.contains(organisation) && !case.migrated() {
            return Err(NOT_ANSWERED.found(organisation.as_str()));
        }
    }
    let open = case.now < clock::end_of(scenario.until);
    if open && answered.answer == ScenarioAnswer::Award {
        return Err(STILL_OPEN.found(format!("until {}", scenario.until)));
    }
    Ok(())
}

impl Governed for ScenarioAnswered {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let scenario: ScenarioRecord = case.own()?;
        case.step(scenario.status)?;
        if !has_its_parts(self) {
            return Err(ANSWER_PARTS.into());
        }
        match self.answer {
            ScenarioAnswer::Solution => solution(case, self, &scenario),
            ScenarioAnswer::Award | ScenarioAnswer::Close => {
                decision(case, self, &scenario).map_err(Stop::from)
            }
        }
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        change(records, entry, |scenario: &mut ScenarioRecord| {
            scenario.status = match self.answer {
                ScenarioAnswer::Solution => scenario.status,
                ScenarioAnswer::Award => ScenarioStatus::Awarded,
                ScenarioAnswer::Close => ScenarioStatus::Closed,
            };
            let room = scenario.answered.len() < ANSWERS_MAX as usize;
            match &self.organisation {
                Some(organisation) if room && !scenario.answered.contains(organisation) => {
                    scenario.answered.push(organisation.clone());
                }
                Some(_) | None => {}
            }
        })
    }
}
