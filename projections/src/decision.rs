//! A statement that matters to what a row shows, with its payload.

use cinnabar_events::Entry;
use serde::{Deserialize, Serialize};

/// A decision, or another statement that a row shows in full.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    /// Sequence of the entry that records it.
    pub sequence: u64,
    /// When that entry was recorded.
    pub time: String,
    /// When it was made, as asserted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub occurred: Option<String>,
    /// When it takes effect in law, as asserted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub effective: Option<String>,
    /// What was said: the payload of the entry's kind.
    #[schema(value_type = Object)]
    pub data: serde_json::Value,
}

impl Decision {
    /// What the entry says.
    pub(crate) fn of(entry: &Entry) -> Self {
        let statement = entry.statement();
        Self {
            sequence: entry.seq().get(),
            time: entry.time().to_string(),
            occurred: statement.occurred.map(|when| when.to_string()),
            effective: statement.effective.map(|when| when.to_string()),
            data: statement.payload.to_json().unwrap_or_default(),
        }
    }
}
