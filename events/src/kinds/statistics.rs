//! Payloads of statistics and monitoring.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::text::Summary;

/// Enterprises are asked for figures.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SurveyCalled {
    /// A remark.
    pub note: Option<Summary>,
}

/// An enterprise files its figures, or corrects them.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReturnFiled {
    /// A remark.
    pub note: Option<Summary>,
}

/// The statisticians ask about figures.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReturnQueried {
    /// A remark.
    pub note: Option<Summary>,
}

/// The figures are part of the statistics.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReturnAccepted {
    /// A remark.
    pub note: Option<Summary>,
}

/// A monitored figure, with unit and method.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IndicatorRecorded {
    /// A remark.
    pub note: Option<Summary>,
}

/// Statistics are published, or published again, revised.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReleasePublished {
    /// A remark.
    pub note: Option<Summary>,
}

/// The annual report is published.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReportPublished {
    /// A remark.
    pub note: Option<Summary>,
}
