//! Payloads of the ethics committee.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::text::Summary;

/// Who sits in the ethics committee, for which seat, until when.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CommitteeConstituted {
    /// A remark.
    pub note: Option<Summary>,
}

/// The committee publishes a norm, a guide, a white paper or cases.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuidancePublished {
    /// A remark.
    pub note: Option<Summary>,
}

/// The committee looks at a product: which questions, who reviews.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReviewOpened {
    /// A remark.
    pub note: Option<Summary>,
}

/// A member says what ties him to the matter, or that nothing does.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConflictDeclared {
    /// A remark.
    pub note: Option<Summary>,
}

/// The members met; from here on they vote.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SessionHeld {
    /// A remark.
    pub note: Option<Summary>,
}

/// A member has voted; the vote is hidden until all have.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VoteSealed {
    /// A remark.
    pub note: Option<Summary>,
}

/// A member opens the vote that was sealed.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VoteRevealed {
    /// A remark.
    pub note: Option<Summary>,
}

/// What the committee thinks, with the tally and the view of the minority.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OpinionIssued {
    /// A remark.
    pub note: Option<Summary>,
}

/// The review has ended or was called off.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReviewClosed {
    /// A remark.
    pub note: Option<Summary>,
}
