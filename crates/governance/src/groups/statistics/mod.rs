//! Surveys, returns, indicators, releases, the annual report.
//!
//! In scope: what can be known without the figures of a return, which are confidential. Whether those are plausible is
//! for the statisticians, who see them.

mod figures;
mod surveys;
mod tables;

use cinnabar_events::kinds::{IndustryCategory, ReferencePeriod, UnitText};
use cinnabar_events::{Code, Date, Id, Sequence};
use serde::{Deserialize, Serialize};

use crate::case::Case;
use crate::clause::clauses;
use crate::life_cycle::life_cycle;
use crate::rejection::Rejection;

clauses! {
    PERIOD = "content.reference_period" {
        says: "the last day of the period lies before its first",
        accepted: "a last day on or after the first",
        source: "",
    }
    CATEGORY_MISSING = "content.category_missing" {
        says: "statistics of the industry say which of its parts they are about",
        accepted: "at least one of core_hw_sw, core_system_application, core_integration_service, driven_livelihood, driven_social_governance, driven_economic_development under categories",
        source: "Shenzhen AI Regulation Art. 3, 9",
    }
    SURVEY_FORM = "survey.form" {
        says: "a survey asks for something, and for nothing twice",
        accepted: "at least one field under form, each with another code",
        source: "Shenzhen AI Regulation Art. 9",
    }
    SURVEY_DUE = "survey.due" {
        says: "the days of the survey are not in order",
        accepted: "due today or later, and releaseBy on that day or later",
        source: "",
    }
    SURVEY_APPROVAL = "survey.approval_no" {
        says: "a survey has been approved before it is called",
        accepted: "the number of its approval under approvalNo",
        source: "Shenzhen AI Regulation Art. 9",
    }
    RETURN_VALUES = "return.values" {
        says: "the figures of a return are confidential and are missing among the commitments",
        accepted: "a commitment to /values, with the figures beside the statement",
        source: "Statistics Law Art. 28",
    }
    RETURN_TWICE = "return.twice" {
        says: "the organisation has a return to this survey already",
        accepted: "the same return filed again, with corrects and reason",
        source: "",
    }
    RETURN_OTHER = "return.other" {
        says: "a return stays with its survey and its organisation",
        accepted: "the survey and the organisation of the first filing, or another return",
        source: "",
    }
    RETURN_CORRECTION = "return.correction" {
        says: "a return that is filed again, and no other, says which filing it corrects and why",
        accepted: "the number of the last filing under corrects, and a reason; neither of them with the first filing",
        source: "",
    }
    NOT_ON_FORM = "return.not_on_form" {
        says: "the survey does not ask for this",
        accepted: "fields of the survey's form",
        source: "",
    }
    NO_QUESTION = "return.no_question" {
        says: "a query asks about something",
        accepted: "at least one field with the check that it did not pass under edits",
        source: "",
    }
    WEIGHT = "return.weight" {
        says: "an accepted return stands for somebody",
        accepted: "a weight of more than zero",
        source: "",
    }
    INDICATOR_SERIES = "indicator.series" {
        says: "a series keeps its indicator, its category and its unit",
        accepted: "those that it began with, or another series",
        source: "",
    }
    INDICATOR_PERIOD = "indicator.period" {
        says: "the series has a figure for this or a later period",
        accepted: "a period after the last one, or the reason for revising under revises",
        source: "",
    }
    RELEASE_EMPTY = "release.empty" {
        says: "a release holds figures",
        accepted: "at least one table or document",
        source: "",
    }
    RELEASE_METHOD = "release.method" {
        says: "a release says how its figures were computed",
        accepted: "the document under method",
        source: "Shenzhen AI Regulation Art. 9",
    }
    RELEASE_AS_OF = "release.as_of" {
        says: "figures cannot reflect what is not on the ledger yet",
        accepted: "a moment before now under asOf",
        source: "",
    }
    RELEASE_REVISION = "release.revision" {
        says: "releases are revised one after another, and are not replaced",
        accepted: "revision 1 without revises first; then the next number, with revises",
        source: "",
    }
    RELEASE_SURVEY = "release.survey" {
        says: "a release stays with its survey",
        accepted: "the survey of the revision before, or another release",
        source: "",
    }
    CELL = "release.cell" {
        says: "a cell has one place in its table, and either a value or the reason why it has none",
        accepted: "each dimension of the table once, one of its measures, and value or suppressed, not both; no cell twice",
        source: "",
    }
    SMALL_CELL = "release.small_cell" {
        says: "the figure is of so few that one of them could be told from it",
        accepted: "the cell suppressed, or put together with others",
        source: "Statistics Law Art. 28",
    }
    DOMINANCE = "release.dominance" {
        says: "one respondent makes up so much of the figure that it could be told from it",
        accepted: "the cell suppressed, or put together with others",
        source: "Statistics Law Art. 28",
    }
    LONE_SUPPRESSION = "release.lone_suppression" {
        says: "a single suppressed cell can be computed from the total",
        accepted: "a second cell suppressed as secondary, or a table without totals",
        source: "Statistics Law Art. 28",
    }
    REPORT_ID = "report.id" {
        says: "there is one report on a year, and the year is its id",
        accepted: "the subject report/<year>",
        source: "",
    }
    REPORT_YEAR = "report.year" {
        says: "the year is not over",
        accepted: "a year before this one",
        source: "Shenzhen AI Regulation Art. 62",
    }
    NEXT_DUE = "report.next_due" {
        says: "the report on a year is published in the first half of the year after",
        accepted: "30 June, two years after the year of this report, under nextDue",
        source: "Shenzhen AI Regulation Art. 62",
    }
}

life_cycle! {
    /// Where a survey stands.
    SurveyStatus of Survey {
        /// Enterprises are asked.
        Called = "called",
        /// Something came of it.
        Released = "released",
    }
    starts { SurveyCalled => Called }
    Called { ReleasePublished => Released }
    Released { ReleasePublished => Released }
}

life_cycle! {
    /// Where a return stands.
    ReturnStatus of Return {
        /// With the statisticians.
        Filed = "filed",
        /// They have asked about it.
        Queried = "queried",
        /// Part of the statistics.
        Accepted = "accepted",
    }
    starts { ReturnFiled => Filed }
    Filed { ReturnFiled => Filed, ReturnQueried => Queried, ReturnAccepted => Accepted }
    Queried { ReturnFiled => Filed }
    Accepted { ReturnFiled => Filed }
}

/// A survey.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SurveyRecord {
    /// Where it stands.
    pub status: SurveyStatus,
    /// What it asks for: as many as a form has, at most 32.
    pub form: Vec<Code>,
    /// Last day for returns.
    pub due: Date,
}

/// A return.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReturnRecord {
    /// Where it stands.
    pub status: ReturnStatus,
    /// To which survey.
    pub survey: Id,
    /// Whose.
    pub organisation: Id,
    /// How often it was filed.
    pub filings: u32,
    /// Whether it was first filed after the survey's last day.
    pub late: bool,
}

/// A series of figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IndicatorRecord {
    /// Of what.
    pub indicator: Code,
    /// Of which part of the industry.
    pub category: Option<IndustryCategory>,
    /// In which unit.
    pub unit: UnitText,
    /// Last day of the latest period.
    pub until: Date,
}

/// A release.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReleaseRecord {
    /// From which survey.
    pub survey: Option<Id>,
    /// The latest revision.
    pub revision: u32,
}

/// An annual report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReportRecord {
    /// At which sequence it was published.
    pub sequence: Sequence,
}

/// The period has its days in order.
pub(crate) fn in_order(period: &ReferencePeriod) -> Result<(), Rejection> {
    if period.until < period.from {
        Err(PERIOD.into())
    } else {
        Ok(())
    }
}

/// It is said which part of the industry this is about; history need not say it.
fn classified<R: crate::records::Records>(
    case: &Case<'_, R>,
    categories: &[IndustryCategory],
) -> Result<(), Rejection> {
    if categories.is_empty() && !case.migrated() {
        Err(CATEGORY_MISSING.into())
    } else {
        Ok(())
    }
}
