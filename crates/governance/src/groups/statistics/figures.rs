//! What comes of surveys: indicators, releases, the annual report.

use cinnabar_events::kinds::{IndicatorRecorded, ReleasePublished, ReportPublished};
use cinnabar_events::{Class, Code, Date, Entry};

use super::{
    INDICATOR_PERIOD, INDICATOR_SERIES, IndicatorRecord, NEXT_DUE, RELEASE_AS_OF, RELEASE_EMPTY,
    RELEASE_METHOD, RELEASE_REVISION, RELEASE_SURVEY, REPORT_ID, REPORT_YEAR, ReleaseRecord,
    ReportRecord, SurveyRecord, classified, in_order, tables,
};
use crate::case::{Case, Check, find};
use crate::deadline::clock;
use crate::governed::{Governed, change_at, put};
use crate::life_cycle::LifeCycle as _;
use crate::records::{Records, RecordsMut};
use crate::rejection::Rejection;

impl Governed for IndicatorRecorded {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        case.vocabulary("indicator", std::slice::from_ref::<Code>(&self.indicator))?;
        in_order(&self.period)?;
        if let Some(survey) = &self.survey {
            case.concerned(Class::Survey, survey)?;
        }
        let Some(series) = case.find::<IndicatorRecord>(case.id())? else {
            return Ok(());
        };
        let same = series.indicator == self.indicator
            && series.category == self.category
            && series.unit == self.unit;
        if !same {
            return Err(INDICATOR_SERIES.found(series.indicator.as_str()).into());
        }
        if self.period.from <= series.until && self.revises.is_none() {
            let last = format!("the last period ends on {}", series.until);
            return Err(INDICATOR_PERIOD.found(last).into());
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let before: Option<IndicatorRecord> = find(records, entry.statement().subject.id())?;
        let until = before.map_or(self.period.until, |series| {
            series.until.max(self.period.until)
        });
        let series = IndicatorRecord {
            indicator: self.indicator.clone(),
            category: self.category,
            unit: self.unit.clone(),
            until,
        };
        put(records, entry, series);
        Ok(())
    }
}

/// The next revision of what there is, or the first; in history taken over the earlier ones may be lost.
fn next_revision<R: Records>(
    release: &ReleasePublished,
    case: &Case<'_, R>,
    before: Option<ReleaseRecord>,
) -> Result<(), Rejection> {
    let (last, again) = before
        .as_ref()
        .map_or((0, false), |one| (one.revision, true));
    if before.is_some_and(|one| one.survey != release.survey) {
        return Err(RELEASE_SURVEY.into());
    }
    if case.migrated() && release.revision > last {
        return Ok(());
    }
    if Some(release.revision) == last.checked_add(1) && release.revises.is_some() == again {
        return Ok(());
    }
    let found = match again {
        false => "there is none yet".to_owned(),
        true => format!("the last is revision {last}"),
    };
    Err(RELEASE_REVISION.found(found))
}

impl Governed for ReleasePublished {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        in_order(&self.period)?;
        if let Some(survey) = &self.survey {
            case.concerned(Class::Survey, survey)?;
            case.known::<SurveyRecord>(survey)?;
        }
        let before = case.find::<ReleaseRecord>(case.id())?;
        next_revision(self, case, before)?;
        // What is recorded at `now` and later is not in it, so that the figures are the same whenever they are computed.
        if self.as_of >= case.now {
            return Err(RELEASE_AS_OF.into());
        }
        if self.tables.is_empty() && self.documents.is_empty() {
            return Err(RELEASE_EMPTY.into());
        }
        if case.migrated() {
            return Ok(());
        }
        classified(case, self.categories.as_slice())?;
        if self.method.is_none() {
            return Err(RELEASE_METHOD.into());
        }
        let limits = tables::Limits::of(case);
        for table in self.tables.iter() {
            tables::tells_nobody(table, limits)?;
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let release = ReleaseRecord {
            survey: self.survey.clone(),
            revision: self.revision,
        };
        put(records, entry, release);
        let Some(survey) = &self.survey else {
            return Ok(());
        };
        change_at(records, survey, |survey: &mut SurveyRecord| {
            let kind = entry.statement().kind();
            survey.status = survey.status.after(kind).unwrap_or(survey.status);
        })
    }
}

/// Last day for the report on the year after `year`: 30 June two years later; none beyond the year 9999.
fn next_due(year: u16) -> Option<Date> {
    let later = year.checked_add(2)?;
    format!("{later:04}-06-30").parse().ok()
}

impl Governed for ReportPublished {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        case.concerned(Class::Organisation, &self.organisation)?;
        case.new_subject::<ReportRecord>()?;
        let id = self.year.to_string();
        if case.id().as_str() != id {
            return Err(REPORT_ID.found(format!("report/{id}")).into());
        }
        if self.year >= clock::local_date(case.now).year() {
            return Err(REPORT_YEAR.into());
        }
        if !case.migrated() && (self.next_due.is_none() || self.next_due != next_due(self.year)) {
            return Err(NEXT_DUE.into());
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let report = ReportRecord {
            sequence: entry.seq(),
        };
        put(records, entry, report);
        Ok(())
    }
}
