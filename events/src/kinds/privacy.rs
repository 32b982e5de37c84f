//! Payloads about corrections, disclosure and erasure.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::text::Summary;

/// Something was recorded wrongly: this is right. The old entry stays.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecordCorrected {
    /// A remark.
    pub note: Option<Summary>,
}

/// A remark on an entry; it changes nothing.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecordAnnotated {
    /// A remark.
    pub note: Option<Summary>,
}

/// Someone says that an entry is wrong.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecordDisputed {
    /// A remark.
    pub note: Option<Summary>,
}

/// What the institution makes of the dispute.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DisputeAnswered {
    /// A remark.
    pub note: Option<Summary>,
}

/// Someone may see these confidential values, for this purpose, until a day.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DisclosureGranted {
    /// A remark.
    pub note: Option<Summary>,
}

/// He asks to see them now.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DisclosureUsed {
    /// A remark.
    pub note: Option<Summary>,
}

/// Someone asks for confidential values to be erased.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ErasureRequested {
    /// A remark.
    pub note: Option<Summary>,
}

/// Whether they are erased, and on what ground.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ErasureDecided {
    /// A remark.
    pub note: Option<Summary>,
}

/// Values, salts and keys are destroyed; the commitments stay.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ErasureExecuted {
    /// A remark.
    pub note: Option<Summary>,
}

/// These values must be kept, whoever asks for erasure.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HoldPlaced {
    /// A remark.
    pub note: Option<Summary>,
}

/// They need not be kept any more.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HoldLifted {
    /// A remark.
    pub note: Option<Summary>,
}
