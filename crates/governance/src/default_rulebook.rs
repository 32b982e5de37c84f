//! The rulebook that a new ledger starts with.

use cinnabar_events::{Rulebook, canonical, decode, encode};

/// The default rulebook, for the Shenzhen regulation, as it stands in the source tree.
pub const DEFAULT_RULEBOOK: &str = include_str!("../rulebooks/shenzhen.json");

/// The text is no rulebook.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotARulebook {
    /// Not JSON.
    #[error("not JSON")]
    Json,
    /// Not the shape of a rulebook.
    #[error(transparent)]
    Shape(#[from] cinnabar_events::Violation),
}

/// Reads a rulebook from readable JSON.
///
/// # Errors
/// [`NotARulebook`], with the JSON pointer at fault.
pub fn read_rulebook(text: &str) -> Result<Rulebook, NotARulebook> {
    let json: serde_json::Value = serde_json::from_str(text).map_err(|_| NotARulebook::Json)?;
    let bytes = encode(&json).map_err(|_| NotARulebook::Json)?;
    let value = canonical::parse(&bytes).map_err(|_| NotARulebook::Json)?;
    Ok(decode(&value)?)
}

/// The default rulebook.
pub fn default_rulebook() -> Rulebook {
    read_rulebook(DEFAULT_RULEBOOK).expect("a test reads it")
}
