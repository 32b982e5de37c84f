//! Payloads about who may sign, beyond enrolment: suspension, delegation; changes to organisations.

use serde::{Deserialize, Serialize};

use crate::text::Summary;

/// The actor signs nothing until it is restored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActorSuspended {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// The actor may sign again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActorRestored {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// Someone lends a role of his to another, for a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoleDelegated {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// Facts about the organisation changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrganisationUpdated {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}

/// The organisation is gone, or has become part of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrganisationEnded {
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Summary>,
}
