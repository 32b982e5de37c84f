//! Payloads of statistics and monitoring.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::common::{Code, Document, closed};
use crate::id::Id;
use crate::instant::{Date, Timestamp};
use crate::schema::text_schema;
use crate::text::{Listed, Name, Prose, Summary, Text, text_serde};

closed! {
    /// Parts of the AI industry (Shenzhen AI Regulation Art. 3): its core, and what is driven by it.
    IndustryCategory {
        /// 核心: research, development and production of hardware and software.
        CoreHardwareSoftware = "core_hw_sw",
        /// 核心: application of systems.
        CoreSystemApplication = "core_system_application",
        /// 核心: integration services.
        CoreIntegrationService = "core_integration_service",
        /// 带动: services for people's livelihood.
        DrivenLivelihood = "driven_livelihood",
        /// 带动: governance of society.
        DrivenSocialGovernance = "driven_social_governance",
        /// 带动: economic development.
        DrivenEconomicDevelopment = "driven_economic_development",
    }
}

closed! {
    /// Why a cell of a table has no value.
    Suppression {
        /// Too few respondents are in it.
        SmallCount = "small_count",
        /// One respondent makes up too much of it.
        Dominance = "dominance",
        /// Another suppressed cell could be computed from it.
        Secondary = "secondary",
    }
}

closed! {
    /// Why a release is revised.
    RevisionReason {
        /// Returns came in, or were corrected, later.
        LateReturns = "late_returns",
        /// There was a mistake.
        Error = "error",
        /// The method changed.
        Method = "method",
        /// The classification changed.
        Classification = "classification",
    }
}

/// A decimal number as text: up to 18 digits before the point, up to nine after it. Digits after the point are kept as
/// they are given: they say how precise the number is.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DecimalText(Box<str>);

/// Not a decimal number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a decimal number of at most 18 digits before the point and 9 after it")]
pub struct NotDecimalText;

impl DecimalText {
    /// The number as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is more than nothing.
    pub fn is_positive(&self) -> bool {
        !self.0.starts_with('-') && self.0.bytes().any(|byte| matches!(byte, b'1'..=b'9'))
    }
}

impl FromStr for DecimalText {
    type Err = NotDecimalText;

    fn from_str(text: &str) -> Result<Self, NotDecimalText> {
        let number = text.strip_prefix('-').unwrap_or(text);
        let (whole, part) = match number.split_once('.') {
            Some((whole, part)) => (whole, Some(part)),
            None => (number, None),
        };
        let digits = |text: &str, most| {
            (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        let one_spelling = whole == "0" || !whole.starts_with('0');
        if digits(whole, 18) && one_spelling && part.is_none_or(|part| digits(part, 9)) {
            Ok(Self(text.into()))
        } else {
            Err(NotDecimalText)
        }
    }
}

impl fmt::Display for DecimalText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for DecimalText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

text_serde!(DecimalText);
text_schema!(DecimalText => { "pattern": r"^-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,9})?$" });

/// A unit of measure in UCUM: `1`, `%`, `{person}`; a currency as an annotation, `{CNY}`.
pub type UnitText = Text<40>;

/// The days that figures are about, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReferencePeriod {
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
}

/// What a survey asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FormField {
    /// Its code, of the rulebook's list `survey_field`.
    pub field: Code,
    /// What is asked, in words.
    pub label: Name,
    /// In which unit (UCUM; a currency as an annotation, `{CNY}`).
    pub unit: UnitText,
}

/// Enterprises are asked for figures.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SurveyCalled {
    /// Its title.
    pub title: Name,
    /// What the figures are about.
    pub period: ReferencePeriod,
    /// Which parts of the industry are asked.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub categories: Listed<IndustryCategory, 6>,
    /// What is asked.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub form: Listed<FormField, 32>,
    /// Who must answer, as a rule: the ledger does not know the population.
    pub population_rule: Summary,
    /// Organisations that are asked by name; each must stand among `concerns`, so that their dossiers show it.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub respondents: Listed<Id, 7>,
    /// Last day for returns.
    pub due: Date,
    /// Last day for publishing what comes of it.
    pub release_by: Date,
    /// Number under which the survey was approved. May be absent only in history taken over.
    pub approval_no: Option<Text<60>>,
    /// The survey plan that was approved.
    pub plan: Option<Document>,
}

/// A figure in a return. Confidential: the ledger holds a commitment to all of them.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReturnValue {
    /// Of which field of the form.
    pub field: Code,
    /// The figure, in the unit of the form.
    pub value: DecimalText,
    /// Whether it is an estimate.
    pub estimated: Option<bool>,
}

/// The values of a return, as the vault keeps them.
pub type ReturnValues = Listed<ReturnValue, 32>;

/// An enterprise files its figures, or corrects them. The figures themselves, at `/values`, are always given as a
/// commitment (Statistics Law Art. 28).
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReturnFiled {
    /// To which survey; must stand among `concerns`.
    pub survey: Id,
    /// Whose figures; must stand among `concerns`.
    pub organisation: Id,
    /// To which parts of the industry it belongs.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub categories: Listed<IndustryCategory, 6>,
    /// Which fields of the form are answered.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub fields: Listed<Code, 32>,
    /// Which filing of this return it corrects: 1 is the first.
    pub corrects: Option<u32>,
    /// Why it is corrected.
    pub reason: Option<Summary>,
}

/// A field that is asked about. What exactly is asked stands in the confidential `/message`, for it may tell the figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReturnEdit {
    /// Which field of the form.
    pub field: Code,
    /// Which check it did not pass; a code of the rulebook's list `statistics_check`.
    pub check: Code,
}

/// The statisticians ask about figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReturnQueried {
    /// About which.
    pub edits: Listed<ReturnEdit, 32>,
}

/// The figures are part of the statistics.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReturnAccepted {
    /// For how many of the population it stands.
    pub weight: DecimalText,
    /// Whether missing figures were imputed.
    pub imputed: bool,
}

/// A monitored figure, with unit and method. One subject is one series: the same indicator, period after period.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IndicatorRecorded {
    /// Which indicator; a code of the rulebook's list `indicator`.
    pub indicator: Code,
    /// Of which part of the industry; of all of it if absent.
    pub category: Option<IndustryCategory>,
    /// The figure.
    pub value: DecimalText,
    /// In which unit (UCUM; a currency as an annotation, `{CNY}`).
    pub unit: UnitText,
    /// What the figure is about.
    pub period: ReferencePeriod,
    /// How it was found.
    pub method: Summary,
    /// The survey that it comes from; must stand among `concerns`.
    pub survey: Option<Id>,
    /// Why a figure that was recorded for this or a later period is revised.
    pub revises: Option<Summary>,
}

/// What a table measures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TableMeasure {
    /// Its code.
    pub measure: Code,
    /// What it is, in words.
    pub label: Name,
    /// In which unit (UCUM; a currency as an annotation, `{CNY}`).
    pub unit: UnitText,
}

/// Where a cell stands in one dimension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CellPlace {
    /// The dimension.
    pub dim: Code,
    /// The value in it.
    pub is: Name,
}

/// A cell of a table. A cell that nobody is in is left out.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TableCell {
    /// Its place in each dimension of the table.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub at: Listed<CellPlace, 6>,
    /// What is measured.
    pub measure: Code,
    /// How many respondents are in it.
    pub respondents: u32,
    /// No respondent makes up more of it than this, in percent. A bound, not the share itself: that would tell the figure.
    pub largest_at_most: Option<u8>,
    /// The figure. This or `suppressed`.
    pub value: Option<DecimalText>,
    /// Why there is none.
    pub suppressed: Option<Suppression>,
}

/// A small table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReleaseTable {
    /// Its title.
    pub title: Name,
    /// Its dimensions.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub dims: Listed<Code, 6>,
    /// What it measures.
    pub measures: Listed<TableMeasure, 16>,
    /// Whether it has totals, from which a single suppressed cell could be computed.
    pub totals: bool,
    /// Its cells.
    pub cells: Listed<TableCell, 128>,
}

/// What changed against the revision before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Revised {
    /// Why.
    pub reason: RevisionReason,
    /// How many cells have another figure.
    pub changed_cells: u32,
    /// What changed, in words.
    pub explanation: Summary,
}

/// Statistics are published, or published again, revised: the revisions before stay.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReleasePublished {
    /// Its title.
    pub title: Name,
    /// The survey that it comes from; must stand among `concerns`. None if it comes from the register alone.
    pub survey: Option<Id>,
    /// What the figures are about.
    pub period: ReferencePeriod,
    /// Which parts of the industry are in it.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub categories: Listed<IndustryCategory, 6>,
    /// 1, then one more each time that it is revised.
    pub revision: u32,
    /// What changed; with a revision.
    pub revises: Option<Revised>,
    /// The figures are those that the ledger held at this moment: with it they can be computed again.
    pub as_of: Timestamp,
    /// How they were computed. May be absent only in history taken over.
    pub method: Option<Document>,
    /// Small tables.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub tables: Listed<ReleaseTable, 8>,
    /// Tables as documents.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub documents: Listed<Document, 16>,
}

/// A figure of the annual report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReportFigure {
    /// What it is.
    pub label: Name,
    /// The figure.
    pub value: DecimalText,
    /// In which unit (UCUM; a currency as an annotation, `{CNY}`).
    pub unit: UnitText,
}

/// The annual report is published: how the plan for the industry was carried out in a year. Its subject's id is the year.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReportPublished {
    /// On which year.
    pub year: u16,
    /// Who publishes it; must stand among `concerns`: on it runs the deadline for the next one.
    pub organisation: Id,
    /// The report.
    pub document: Document,
    /// The most important figures.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub figures: Listed<ReportFigure, 32>,
    /// In short.
    pub summary: Option<Prose>,
    /// Last day for the report on the year after: 30 June. May be absent only in history taken over.
    pub next_due: Option<Date>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_has_few_digits_and_no_needless_zero_before_the_point() {
        for good in [
            "0",
            "1",
            "-1",
            "0.5",
            "-0.5",
            "1.50",
            "123456789012345678.123456789",
        ] {
            assert!(good.parse::<DecimalText>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "-",
            ".5",
            "1.",
            "01",
            "+1",
            "1e3",
            "1,5",
            "--1",
            "1.1.1",
            "1234567890123456789",
            "1.1234567890",
            "１",
        ] {
            assert!(bad.parse::<DecimalText>().is_err(), "{bad}");
        }
    }

    #[test]
    fn only_more_than_nothing_is_positive() {
        for (text, positive) in [
            ("1", true),
            ("0.01", true),
            ("0", false),
            ("0.00", false),
            ("-1", false),
            ("-0", false),
        ] {
            assert_eq!(
                text.parse::<DecimalText>().unwrap().is_positive(),
                positive,
                "{text}"
            );
        }
    }
}
