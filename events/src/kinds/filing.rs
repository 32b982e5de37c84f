//! Payloads about a filing on its way to a decision: what is missing, evidence, risk, disclosure.

use serde::{Deserialize, Serialize};

use crate::text::Summary;

/// The institution asks, once, for everything that is missing from the filing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProductReturned {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// The filing is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProductDeclined {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// A document that shows something about the product: a test, an assessment, a filing elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EvidenceFiled {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// The product has this risk tier, for these reasons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RiskClassified {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// The product is published before it is offered: low and medium risk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProductDisclosed {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}
