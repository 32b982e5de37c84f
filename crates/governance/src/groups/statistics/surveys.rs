//! Surveys and their returns.

use cinnabar_events::kinds::{FormField, ReturnAccepted, ReturnFiled, ReturnQueried, SurveyCalled};
use cinnabar_events::{Class, Code, Entry, Id};

use super::{
    NO_QUESTION, NOT_ON_FORM, RETURN_CORRECTION, RETURN_OTHER, RETURN_TWICE, RETURN_VALUES,
    ReturnRecord, ReturnStatus, SURVEY_APPROVAL, SURVEY_DUE, SURVEY_FORM, SurveyRecord,
    SurveyStatus, WEIGHT, classified, in_order,
};
use crate::case::{Case, Check, Stop, find};
use crate::deadline::clock;
use crate::governed::{Governed, change, put};
use crate::life_cycle::LifeCycle as _;
use crate::records::{NumberRecord, Record, RecordKey, Records, RecordsMut};
use crate::rejection::Rejection;

/// Where the figures of a return would stand, were they not confidential.
const VALUES: &str = "/values";

impl Governed for SurveyCalled {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let codes: Vec<Code> = self.form.iter().map(|one| one.field.clone()).collect();
        case.vocabulary("survey_field", &codes)?;
        case.new_subject::<SurveyRecord>()?;
        for respondent in self.respondents.iter() {
            case.concerned(Class::Organisation, respondent)?;
        }
        in_order(&self.period)?;
        if case.migrated() {
            return Ok(());
        }
        classified(case, self.categories.as_slice())?;
        asks_once(self.form.as_slice())?;
        if self.approval_no.is_none() {
            return Err(SURVEY_APPROVAL.into());
        }
        let today = clock::local_date(case.now);
        if self.due < today || self.release_by < self.due {
            return Err(SURVEY_DUE.into());
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let survey = SurveyRecord {
            status: SurveyStatus::Called,
            form: self.form.iter().map(|one| one.field.clone()).collect(),
            due: self.due,
        };
        put(records, entry, survey);
        Ok(())
    }
}

fn asks_once(form: &[FormField]) -> Result<(), Rejection> {
    let twice = form.iter().enumerate().find(|(index, one)| {
        let earlier = &form[..*index];
        earlier.iter().any(|other| other.field == one.field)
    });
    match twice {
        Some((_, one)) => Err(SURVEY_FORM.found(one.field.as_str())),
        None if form.is_empty() => Err(SURVEY_FORM.into()),
        None => Ok(()),
    }
}

/// Every one of `fields` stands on the form of the survey.
fn on_form<'f>(
    survey: &SurveyRecord,
    fields: impl IntoIterator<Item = &'f Code>,
) -> Result<(), Rejection> {
    let mut fields = fields.into_iter();
    match fields.find(|field| !survey.form.contains(field)) {
        Some(field) => Err(NOT_ON_FORM.found(field.as_str())),
        None => Ok(()),
    }
}

/// Under which an organisation's one return to a survey is found.
fn one_return(survey: &Id, organisation: &Id) -> RecordKey {
    // Official numbers are given by registrars; ids contain no spaces, so that no two pairs share a key.
    RecordKey::Number(format!("return {survey} {organisation}"))
}

/// Which filing this is, and whether it says so.
fn next_filing<R: Records>(filed: &ReturnFiled, case: &Case<'_, R>) -> Check<R> {
    let Some(before) = case.find::<ReturnRecord>(case.id())? else {
        if filed.corrects.is_some() || filed.reason.is_some() {
            return Err(RETURN_CORRECTION.found("this is the first filing").into());
        }
        let key = one_return(&filed.survey, &filed.organisation);
        return match case.record(key)? {
            Some(Record::Number(NumberRecord { subject })) => {
                Err(RETURN_TWICE.found(subject.to_string()).into())
            }
            _ => Ok(()),
        };
    };
    if before.survey != filed.survey || before.organisation != filed.organisation {
        return Err(RETURN_OTHER.into());
    }
    case.step(before.status)?;
    if filed.corrects != Some(before.filings) || filed.reason.is_none() {
        let last = format!("the last filing is number {}", before.filings);
        return Err(RETURN_CORRECTION.found(last).into());
    }
    Ok(())
}

impl Governed for ReturnFiled {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        case.concerned(Class::Survey, &self.survey)?;
        case.concerned(Class::Organisation, &self.organisation)?;
        case.owner_speaks(&self.organisation)?;
        let survey: SurveyRecord = case.known(&self.survey)?;
        next_filing(self, case)?;
        if case.migrated() {
            return Ok(());
        }
        classified(case, self.categories.as_slice())?;
        on_form(&survey, self.fields.iter())?;
        if case.statement().commitments.contains_key(VALUES) {
            Ok(())
        } else {
            Err(RETURN_VALUES.into())
        }
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let subject = &entry.statement().subject;
        let survey: Option<SurveyRecord> = find(records, &self.survey)?;
        let before: Option<ReturnRecord> = find(records, subject.id())?;
        let late = survey.is_some_and(|survey| entry.time() >= clock::end_of(survey.due));
        let (filings, late) = match before {
            Some(before) => (before.filings.saturating_add(1), before.late),
            None => (1, late),
        };
        let filed = ReturnRecord {
            status: ReturnStatus::Filed,
            survey: self.survey.clone(),
            organisation: self.organisation.clone(),
            filings,
            late,
        };
        put(records, entry, filed);
        let number = NumberRecord {
            subject: subject.clone(),
        };
        let key = one_return(&self.survey, &self.organisation);
        records.put(key, Record::Number(number));
        Ok(())
    }
}

fn step_return<R: RecordsMut>(records: &mut R, entry: &Entry) -> Result<(), R::Error> {
    change(records, entry, |one: &mut ReturnRecord| {
        let kind = entry.statement().kind();
        one.status = one.status.after(kind).unwrap_or(one.status);
    })
}

impl Governed for ReturnQueried {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let checks: Vec<Code> = self.edits.iter().map(|edit| edit.check.clone()).collect();
        case.vocabulary("statistics_check", &checks)?;
        let filed: ReturnRecord = case.own()?;
        case.step(filed.status)?;
        if self.edits.is_empty() {
            return Err(NO_QUESTION.into());
        }
        let survey: SurveyRecord = case.known(&filed.survey)?;
        on_form(&survey, self.edits.iter().map(|edit| &edit.field)).map_err(Stop::from)
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_return(records, entry)
    }
}

impl Governed for ReturnAccepted {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let filed: ReturnRecord = case.own()?;
        case.step(filed.status)?;
        if self.weight.is_positive() {
            Ok(())
        } else {
            Err(WEIGHT.found(self.weight.as_str()).into())
        }
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_return(records, entry)
    }
}
