//! Payloads that change the rulebook.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rulebook::{Chapter, Rulebook};
use crate::text::Prose;

/// The text of a chapter is on the ledger. It says nothing about whether it is in force: a rulebook names it by digest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RulebookDeposited {
    /// The chapter.
    pub chapter: Box<Chapter>,
}

/// Another rulebook is in force from this entry on. Deadlines that run keep the end that they had.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RulebookAdopted {
    /// The rulebook; its chapters must have been deposited before.
    pub rulebook: Box<Rulebook>,
    /// Why.
    pub reasons: Prose,
}
