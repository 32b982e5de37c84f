//! Payloads about deadlines. Their subject is the deadline (`deadline/…`, a derived id); what it runs on
//! stands among `concerns`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::common::Code;
use crate::id::Subject;
use crate::instant::Timestamp;
use crate::text::Prose;

/// A deadline ends later: once, and by as much as its rule allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeadlineExtended {
    /// Which rule of the rulebook.
    pub rule: Code,
    /// On what it runs; must stand among `concerns`.
    pub on: Subject,
    /// Why.
    pub reasons: Prose,
}

/// Nothing met the deadline. Said by the ledger itself, once; a later statement that would have met it changes nothing here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeadlineMissed {
    /// Which rule of the rulebook.
    pub rule: Code,
    /// On what it runs; must stand among `concerns`.
    pub on: Subject,
    /// From when it was counted.
    pub from: Timestamp,
    /// The first moment that was too late.
    pub due: Timestamp,
}
