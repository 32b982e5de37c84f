//! Payloads about computing power, algorithms and scenarios.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::text::Summary;

/// Computing power is offered: what, how much, when, to whom.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ComputeOffered {
    /// A remark.
    pub note: Option<Summary>,
}

/// The offer is larger, or smaller, from a time on.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ComputeResized {
    /// A remark.
    pub note: Option<Summary>,
}

/// The offer is closed.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ComputeEnded {
    /// A remark.
    pub note: Option<Summary>,
}

/// Someone asks for computing power.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AllocationRequested {
    /// A remark.
    pub note: Option<Summary>,
}

/// The request waits until something is free.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AllocationWaitlisted {
    /// A remark.
    pub note: Option<Summary>,
}

/// So many units, from when to when.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AllocationGranted {
    /// A remark.
    pub note: Option<Summary>,
}

/// There is no computing power for this request.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AllocationRefused {
    /// A remark.
    pub note: Option<Summary>,
}

/// The computing power is in use.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AllocationStarted {
    /// A remark.
    pub note: Option<Summary>,
}

/// The computing power is free again.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AllocationEnded {
    /// A remark.
    pub note: Option<Summary>,
}

/// An algorithm or open-source model is on the open platform, or a new version of it.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AlgorithmPublished {
    /// A remark.
    pub note: Option<Summary>,
}

/// The algorithm is no longer on the platform; the record stays.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AlgorithmDelisted {
    /// A remark.
    pub note: Option<Summary>,
}

/// A scenario for which solutions are sought.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScenarioPublished {
    /// A remark.
    pub note: Option<Summary>,
}

/// Someone offers a solution, or one was chosen.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScenarioAnswered {
    /// A remark.
    pub note: Option<Summary>,
}
