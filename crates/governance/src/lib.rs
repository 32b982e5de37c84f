//! The rules: may this be said now, and what changes when it is said.
//!
//! In scope: records, [`admit`], [`evolve`], the dossier links of an entry. Out of scope: storage
//! (`cinnabar-store`), network and the clock (`cinnabar-ledger`), bytes (`cinnabar-events`).

mod admit;
mod case;
mod clause;
pub mod deadline;
mod default_rulebook;
mod evolve;
mod governed;
mod groups;
mod help;
mod life_cycle;
mod records;
mod rejection;
pub mod story;
#[cfg(feature = "testing")]
pub mod testing;

pub use admit::{ENGINE, Verdict, admit};
pub use clause::{Clause, all_clauses};
pub use deadline::{LEDGER_ACTOR, duty, unsaid};
pub use default_rulebook::{
    BoundRulebook, DEFAULT_CHAPTERS, DEFAULT_RULEBOOK, NotARulebook, default_rulebook,
};
pub use evolve::{evolve, links};
pub use groups::ledger::{dossiers_indexed, placed};
pub use groups::trust::{Suspicion, suspect};
pub use help::Help;
pub use life_cycle::{LifeCycle, Transition, transitions};
pub use records::*;
pub use rejection::Rejection;
