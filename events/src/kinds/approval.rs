//! Payloads of decisions about a product.

use serde::{Deserialize, Serialize};

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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApprovalGranted {
    /// By which way. May be absent only in history taken over.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub route: Option<Route>,
    /// How it is tried out; with route `trial` only.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub mode: Option<TrialMode>,
    /// Under which conditions.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub conditions: Listed<Text<1000>, 16>,
    /// First day; at once if absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub starts: Option<Date>,
    /// Last day; a trial must have one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expires: Option<Date>,
    /// Number of the decision.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub decision: Option<Text<40>>,
    /// Why.
    pub reasons: Prose,
}

/// The product may not be tried out or offered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApprovalRefused {
    /// Number of the decision.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub decision: Option<Text<40>>,
    /// Why.
    pub reasons: Prose,
}

/// The approval rests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApprovalSuspended {
    /// The incident that gave rise to it; must stand among `concerns`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub incident: Option<Id>,
    /// Measures ordered; codes of the rulebook's list `measure`.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub measures: Listed<Code, 16>,
    /// Last day; until further notice if absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<Date>,
    /// Why.
    pub reasons: Prose,
}

/// The approval holds again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApprovalReinstated {
    /// Further conditions.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub conditions: Listed<Text<1000>, 16>,
    /// Why.
    pub reasons: Prose,
}

/// The approval has ended before its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApprovalRevoked {
    /// In which way.
    pub termination: Termination,
    /// From which day on nothing may be offered; at once if absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub from: Option<Date>,
    /// Why.
    pub reasons: Prose,
}

/// Conditions of the approval are added or lifted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApprovalConditioned {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// The holder asks for the approval to go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RenewalRequested {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// The approval goes on until a later day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApprovalExtended {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// The approval has lapsed; the ledger itself says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApprovalExpired {
    /// The first moment at which the approval no longer held.
    pub at: Timestamp,
}

/// What a trial has shown so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrialReported {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// Whether a condition of the approval is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConditionChecked {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// The institution looked at the product in use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProductInspected {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// The product must be taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProductRecalled {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}
