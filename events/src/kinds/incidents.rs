//! Payloads about dealing with an incident.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::text::Summary;

/// The institution has looked at the report: what it is, whether it must be followed up.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IncidentTriaged {
    /// A remark.
    pub note: Option<Summary>,
}

/// The incident is more, or less, severe than thought.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IncidentRegraded {
    /// A remark.
    pub note: Option<Summary>,
}

/// This incident is the same as another one, under whose number it goes on.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IncidentMerged {
    /// A remark.
    pub note: Option<Summary>,
}

/// What was one incident is several.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IncidentSplit {
    /// A remark.
    pub note: Option<Summary>,
}

/// Others were told of the incident: an authority, or those who were harmed.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IncidentNotified {
    /// A remark.
    pub note: Option<Summary>,
}

/// The institution orders measures against the incident.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MeasureOrdered {
    /// A remark.
    pub note: Option<Summary>,
}

/// What will be done so that it does not happen again.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActionPlanned {
    /// A remark.
    pub note: Option<Summary>,
}

/// A planned action was done.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActionCompleted {
    /// A remark.
    pub note: Option<Summary>,
}

/// Whether the action helped.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActionVerified {
    /// A remark.
    pub note: Option<Summary>,
}

/// The final report: cause, harm, lessons.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IncidentConcluded {
    /// A remark.
    pub note: Option<Summary>,
}

/// What the public should know about the incident.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IncidentSummarised {
    /// A remark.
    pub note: Option<Summary>,
}

/// The incident was not dealt with after all.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IncidentReopened {
    /// A remark.
    pub note: Option<Summary>,
}
