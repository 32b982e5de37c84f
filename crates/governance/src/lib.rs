//! The rules: may this be said now, and what changes when it is said.
//!
//! In scope: records, [`admit`], [`evolve`], the dossier links of an entry. Out of scope: storage
//! (`cinnabar-store`), network and the clock (`cinnabar-ledger`), bytes (`cinnabar-events`).

mod admit;
pub mod deadline;
mod default_rulebook;
mod evolve;
mod records;
mod rejection;
#[cfg(feature = "testing")]
pub mod testing;

pub use admit::{ENGINE, Verdict, admit};
pub use default_rulebook::{DEFAULT_RULEBOOK, NotARulebook, default_rulebook, read_rulebook};
pub use evolve::{evolve, links};
pub use records::*;
pub use rejection::{Content, Rejection};
