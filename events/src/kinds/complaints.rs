//! Payloads of complaints and appeals.

use serde::{Deserialize, Serialize};

use crate::text::Summary;

/// Someone reports a violation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ComplaintReceived {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// What came of a report of a violation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ComplaintConcluded {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// Someone asks for a decision to be reconsidered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AppealLodged {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// The appeal will be decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AppealAdmitted {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// The decision appealed rests until the appeal is decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AppealStayed {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// What becomes of the decision appealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AppealDecided {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}
