//! Payloads about who may sign, beyond enrolment: suspension, delegation; changes to organisations.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::text::Summary;

/// The actor signs nothing until it is restored.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActorSuspended {
    /// A remark.
    pub note: Option<Summary>,
}

/// The actor may sign again.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActorRestored {
    /// A remark.
    pub note: Option<Summary>,
}

/// Someone lends a role of his to another, for a time.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoleDelegated {
    /// A remark.
    pub note: Option<Summary>,
}

/// Facts about the organisation changed.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrganisationUpdated {
    /// A remark.
    pub note: Option<Summary>,
}

/// The organisation is gone, or has become part of another.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrganisationEnded {
    /// A remark.
    pub note: Option<Summary>,
}
