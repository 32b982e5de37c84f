//! Payloads about a filing on its way to a decision: what is missing, evidence, risk, disclosure.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::text::Summary;

/// The institution asks, once, for everything that is missing from the filing.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProductReturned {
    /// A remark.
    pub note: Option<Summary>,
}

/// The filing is not accepted.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProductDeclined {
    /// A remark.
    pub note: Option<Summary>,
}

/// A document that shows something about the product: a test, an assessment, a filing elsewhere.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EvidenceFiled {
    /// A remark.
    pub note: Option<Summary>,
}

/// The product has this risk tier, for these reasons.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RiskClassified {
    /// A remark.
    pub note: Option<Summary>,
}

/// The product is published before it is offered: low and medium risk.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProductDisclosed {
    /// A remark.
    pub note: Option<Summary>,
}
