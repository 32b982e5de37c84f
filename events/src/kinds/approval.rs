//! Payloads of decisions about a product, and of what they hold it to.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de};
use serde_with::skip_serializing_none;

use super::common::{Code, Document, closed};
use super::filing::InspectionFinding;
use super::product::{Route, TrialMode};
use crate::id::Id;
use crate::instant::{Date, Timestamp};
use crate::text::{Listed, Name, Prose, Summary, Text};

closed! {
    /// The ways in which an approval, or what is left of it, ends. They differ in law and are never merged.
    Termination {
        /// 撤销: it should never have been granted (Licensing Law Art. 69).
        Void = "void",
        /// 撤回: taken back in the public interest, without fault (Licensing Law Art. 8).
        WithdrawnPublicInterest = "withdrawn_public_interest",
        /// 吊销: as a penalty.
        Penalty = "penalty",
        /// 注销: nothing is left to be done; the entry in the register is closed for good (Licensing Law Art. 70).
        Closed = "closed",
    }
}

closed! {
    /// Whether the holder was heard.
    HolderHearing {
        /// In a hearing.
        Held = "held",
        /// It was offered and not wanted.
        Waived = "waived",
        /// There was no time; it is made up for.
        Urgent = "urgent",
        /// The law asks for none.
        NotRequired = "not_required",
    }
}

closed! {
    /// How bad something found is.
    FindingSeverity {
        /// To be put right.
        Minor = "minor",
        /// Touches what the approval rests on.
        Major = "major",
        /// People or the public interest are in danger.
        Critical = "critical",
    }
}

closed! {
    /// How a condition stands.
    ConditionResult {
        /// It is kept.
        Kept = "kept",
        /// It is not.
        Breached = "breached",
        /// It was not, and is again.
        Restored = "restored",
    }
}

closed! {
    /// How the institution came to know.
    CheckSource {
        /// From the holder.
        Report = "report",
        /// It looked.
        Inspection = "inspection",
        /// By a running measurement.
        Monitor = "monitor",
    }
}

closed! {
    /// How the institution looked.
    InspectionMethod {
        /// At papers.
        Desk = "desk",
        /// On site.
        Onsite = "onsite",
        /// By trying it.
        Test = "test",
        /// At random.
        Random = "random",
        /// At how a recall is carried out; the only way for a product that is no longer offered.
        Recall = "recall",
    }
}

closed! {
    /// What came of looking.
    InspectionResult {
        /// All is as it should be.
        Conform = "conform",
        /// Something isn't.
        Findings = "findings",
        /// The institution was kept from looking.
        Obstructed = "obstructed",
    }
}

/// A condition of an approval: its text alone, or with an id and what it is measured by. A condition without an id is
/// called `c1`, `c2`, … by its place among all that were ever attached to this product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum ApprovalCondition {
    /// What must be kept, in words.
    Plain(Text<1000>),
    /// With more than words.
    Measured(Box<MeasuredCondition>),
}

/// A condition with an id and what it is measured by.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MeasuredCondition {
    /// What it is called from here on; never given twice for one product.
    pub id: Code,
    /// What must be kept, in words.
    pub text: Text<1000>,
    /// What is measured.
    pub metric: Option<Text<100>>,
    /// The value that must be kept.
    pub threshold: Option<Text<100>>,
    /// How often it is looked at.
    pub check_every: Option<Text<60>>,
}

impl<'de> Deserialize<'de> for ApprovalCondition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = ApprovalCondition;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string of 1 to 1000 characters, or an object with id and text")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<ApprovalCondition, E> {
                let plain = Text::new(text).map(ApprovalCondition::Plain);
                plain.map_err(|_| {
                    let found = format!("one of {}", text.chars().count());
                    E::invalid_value(de::Unexpected::Other(&found), &self)
                })
            }
            fn visit_map<A: de::MapAccess<'de>>(
                self,
                members: A,
            ) -> Result<ApprovalCondition, A::Error> {
                let members = de::value::MapAccessDeserializer::new(members);
                let measured = MeasuredCondition::deserialize(members)?;
                Ok(ApprovalCondition::Measured(Box::new(measured)))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for ApprovalCondition {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ApprovalCondition".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let plain = generator.subschema_for::<Text<1000>>();
        let measured = generator.subschema_for::<MeasuredCondition>();
        schemars::json_schema!({ "anyOf": [plain, measured] })
    }
}

/// What the approval covers.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApprovalScope {
    /// Where: codes of GB/T 2260; anywhere if empty.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub areas: Listed<Code, 16>,
    /// Sites by name.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub sites: Listed<Name, 16>,
    /// Most users at a time.
    pub users_max: Option<u32>,
    /// For what.
    pub purpose: Option<Summary>,
}

/// The product may be tried out or offered.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApprovalGranted {
    /// By which way. May be absent only in history taken over.
    pub route: Option<Route>,
    /// How it is tried out; with route `trial` only.
    pub mode: Option<TrialMode>,
    /// Under which conditions.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub conditions: Listed<ApprovalCondition, 16>,
    /// What it covers.
    pub scope: Option<ApprovalScope>,
    /// The ethics review whose opinion it stands on; must stand among `concerns`. High risk needs one (Art. 65, 66).
    pub review: Option<Id>,
    /// How the product is watched.
    pub monitoring_plan: Option<Document>,
    /// How it can be ended without harm.
    pub exit_plan: Option<Document>,
    /// How it is insured.
    pub insurance: Option<Text<200>>,
    /// First day; at once if absent.
    pub starts: Option<Date>,
    /// Last day; a trial must have one.
    pub expires: Option<Date>,
    /// Number of the decision.
    pub decision: Option<Text<40>>,
    /// Why.
    pub reasons: Prose,
}

/// The product may not be tried out or offered.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApprovalRefused {
    /// Number of the decision.
    pub decision: Option<Text<40>>,
    /// Whether it is the renewal that is refused; the approval then runs until its last day.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub renewal: bool,
    /// How to have this reconsidered, and by when.
    pub remedy: Option<Prose>,
    /// Why.
    pub reasons: Prose,
}

/// The approval rests.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApprovalSuspended {
    /// The incident that gave rise to it; must stand among `concerns`.
    pub incident: Option<Id>,
    /// Measures ordered; codes of the rulebook's list `measure`.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub measures: Listed<Code, 16>,
    /// Last day; until further notice if absent.
    pub until: Option<Date>,
    /// Whether the holder is heard only afterwards.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub immediate: bool,
    /// Why.
    pub reasons: Prose,
}

/// The approval holds again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApprovalReinstated {
    /// Further conditions.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub conditions: Listed<ApprovalCondition, 16>,
    /// Why.
    pub reasons: Prose,
}

/// The approval has ended before its time, or the register's entry is closed.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApprovalRevoked {
    /// In which way.
    pub termination: Termination,
    /// From which day on nothing may be offered; at once if absent.
    pub from: Option<Date>,
    /// Until when what runs is brought to an end.
    pub wind_down_until: Option<Date>,
    /// Whether the holder is compensated; with `withdrawn_public_interest`, where the law owes it (Licensing Law Art. 8).
    pub compensation: Option<bool>,
    /// Whether the holder was heard.
    pub hearing: Option<HolderHearing>,
    /// Number of the decision.
    pub decision: Option<Text<40>>,
    /// Why.
    pub reasons: Prose,
}

/// Conditions of the approval are added or lifted.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApprovalConditioned {
    /// Further conditions.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub added: Listed<ApprovalCondition, 16>,
    /// Ids of conditions that hold no longer.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub lifted: Listed<Code, 16>,
    /// Number of the decision.
    pub decision: Option<Text<40>>,
    /// Why.
    pub reasons: Prose,
}

/// The holder asks for the approval to go on (Licensing Law Art. 50).
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RenewalRequested {
    /// Until which day.
    pub until: Date,
    /// Why.
    pub reasons: Prose,
    /// What it has brought so far.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub results: Listed<Document, 8>,
    /// Why it is asked for so late: less than 30 days before the approval's last day.
    pub late_reason: Option<Summary>,
}

/// The approval goes on until a later day.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApprovalExtended {
    /// The new last day.
    pub expires: Date,
    /// Number of the decision.
    pub decision: Option<Text<40>>,
    /// Why.
    pub reasons: Prose,
}

/// The approval has lapsed; the ledger itself says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApprovalExpired {
    /// The first moment at which the approval no longer held.
    pub at: Timestamp,
}

/// A value that a condition is measured by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConditionValue {
    /// Which condition, by its id.
    pub condition: Code,
    /// What was measured, as text with its unit.
    pub value: Text<100>,
}

/// What a trial has shown so far.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrialReported {
    /// First day of what is reported.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// People who used it.
    pub users: Option<u32>,
    /// Incidents in that time, near misses among them.
    pub incidents: u32,
    /// What the conditions are measured by.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub values: Listed<ConditionValue, 16>,
    /// Where the trial went otherwise than approved.
    pub deviations: Option<Prose>,
    /// What was learned.
    pub summary: Option<Prose>,
    /// Supporting documents, by hash.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub documents: Listed<Document, 8>,
    /// Whether this is the last report.
    #[serde(rename = "final", skip_serializing_if = "std::ops::Not::not", default)]
    pub last: bool,
}

/// Whether a condition of the approval is kept.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConditionChecked {
    /// Which condition, by its id.
    pub condition: Code,
    /// How it stands.
    pub result: ConditionResult,
    /// How bad the breach is; with `breached` only.
    pub severity: Option<FindingSeverity>,
    /// What was measured, as text with its unit.
    pub measured: Option<Text<100>>,
    /// How the institution came to know.
    pub source: CheckSource,
    /// Supporting documents, by hash.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub documents: Listed<Document, 8>,
    /// In words.
    pub note: Option<Summary>,
}

/// The institution looked at the product in use (Art. 66).
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProductInspected {
    /// How.
    pub method: InspectionMethod,
    /// What came of it.
    pub result: InspectionResult,
    /// What was found; with result `findings` only.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub findings: Listed<InspectionFinding, 32>,
    /// Whether the product is no longer what was filed; the filer then files the change.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub undeclared_change: bool,
    /// Whether a recall is carried out.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub recall_done: bool,
    /// The report, by hash.
    pub report: Option<Document>,
    /// In words.
    pub note: Option<Summary>,
}

/// The product must be taken back.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProductRecalled {
    /// Which of it: versions, places, users.
    pub scope: Prose,
    /// What must be done; codes of the rulebook's list `measure`.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub measures: Listed<Code, 16>,
    /// By which day.
    pub due: Date,
    /// What the public is told.
    pub notice: Prose,
    /// The incident that gave rise to it; must stand among `concerns`.
    pub incident: Option<Id>,
    /// Why.
    pub reasons: Prose,
}
