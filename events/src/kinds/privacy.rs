//! Payloads about corrections, disclosure and erasure.

use serde::{Deserialize, Serialize};

use crate::text::Summary;

/// Something was recorded wrongly: this is right. The old entry stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecordCorrected {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// A remark on an entry; it changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecordAnnotated {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// Someone says that an entry is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecordDisputed {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// What the institution makes of the dispute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DisputeAnswered {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// Someone may see these confidential values, for this purpose, until a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DisclosureGranted {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// He asks to see them now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DisclosureUsed {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// Someone asks for confidential values to be erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ErasureRequested {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// Whether they are erased, and on what ground.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ErasureDecided {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// Values, salts and keys are destroyed; the commitments stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ErasureExecuted {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// These values must be kept, whoever asks for erasure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HoldPlaced {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// They need not be kept any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HoldLifted {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}
