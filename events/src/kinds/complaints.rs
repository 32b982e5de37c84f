//! Payloads of complaints and appeals.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::text::Summary;

/// Someone reports a violation.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ComplaintReceived {
    /// A remark.
    pub note: Option<Summary>,
}

/// What came of a report of a violation.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ComplaintConcluded {
    /// A remark.
    pub note: Option<Summary>,
}

/// Someone asks for a decision to be reconsidered.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AppealLodged {
    /// A remark.
    pub note: Option<Summary>,
}

/// The appeal will be decided.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AppealAdmitted {
    /// A remark.
    pub note: Option<Summary>,
}

/// The decision appealed rests until the appeal is decided.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AppealStayed {
    /// A remark.
    pub note: Option<Summary>,
}

/// What becomes of the decision appealed.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AppealDecided {
    /// A remark.
    pub note: Option<Summary>,
}
