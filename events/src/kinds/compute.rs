//! Payloads about computing power, algorithms and scenarios.

use serde::{Deserialize, Serialize};

use crate::text::Summary;

/// Computing power is offered: what, how much, when, to whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ComputeOffered {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// The offer is larger, or smaller, from a time on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ComputeResized {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// The offer is closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ComputeEnded {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// Someone asks for computing power.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AllocationRequested {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// The request waits until something is free.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AllocationWaitlisted {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// So many units, from when to when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AllocationGranted {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// There is no computing power for this request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AllocationRefused {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// The computing power is in use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AllocationStarted {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// The computing power is free again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AllocationEnded {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// An algorithm or open-source model is on the open platform, or a new version of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AlgorithmPublished {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// The algorithm is no longer on the platform; the record stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AlgorithmDelisted {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// A scenario for which solutions are sought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScenarioPublished {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// Someone offers a solution, or one was chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScenarioAnswered {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}
