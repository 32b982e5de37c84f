//! Payloads of decisions about a product.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::common::{Code, closed};
use super::product::{Route, TrialMode};
use crate::id::Id;
use crate::instant::{Date, Timestamp};
use crate::text::{Listed, Prose, Summary, Text};

closed! {
    /// The ways in which an approval ends early. They differ in law and are never merged.
    Termination {
        /// 撤销: it should never have been granted (Licensing Law Art. 69).
        Void = "void",
        /// 撤回: taken back in the public interest, without fault (Licensing Law Art. 8).
        WithdrawnPublicInterest = "withdrawn_public_interest",
        /// 吊销: as a penalty.
        Penalty = "penalty",
    }
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
    pub conditions: Listed<Text<1000>, 16>,
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
    /// Why.
    pub reasons: Prose,
}

/// The approval holds again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApprovalReinstated {
    /// Further conditions.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub conditions: Listed<Text<1000>, 16>,
    /// Why.
    pub reasons: Prose,
}

/// The approval has ended before its time.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApprovalRevoked {
    /// In which way.
    pub termination: Termination,
    /// From which day on nothing may be offered; at once if absent.
    pub from: Option<Date>,
    /// Why.
    pub reasons: Prose,
}

/// Conditions of the approval are added or lifted.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApprovalConditioned {
    /// A remark.
    pub note: Option<Summary>,
}

/// The holder asks for the approval to go on.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RenewalRequested {
    /// A remark.
    pub note: Option<Summary>,
}

/// The approval goes on until a later day.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApprovalExtended {
    /// A remark.
    pub note: Option<Summary>,
}

/// The approval has lapsed; the ledger itself says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApprovalExpired {
    /// The first moment at which the approval no longer held.
    pub at: Timestamp,
}

/// What a trial has shown so far.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrialReported {
    /// A remark.
    pub note: Option<Summary>,
}

/// Whether a condition of the approval is kept.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConditionChecked {
    /// A remark.
    pub note: Option<Summary>,
}

/// The institution looked at the product in use.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProductInspected {
    /// A remark.
    pub note: Option<Summary>,
}

/// The product must be taken back.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProductRecalled {
    /// A remark.
    pub note: Option<Summary>,
}
