//! Import: takes an older register over, row by row, as a mapping in TOML says.
//!
//! ```text
//! file → lines → columns → drafts → statements → (signed, submitted by the caller) → tally, reject file
//! ```
//!
//! In scope: reading CSV and JSON lines within bounds, the mapping, ids that are the same on every
//! run, the order of submission, the counts, the reject file. Out of scope: keys, signatures and the
//! network; the caller plugs them in as a [`Submit`].
//!
//! What makes an import repeatable: a statement's id is derived from the mapping's name and version,
//! the row's key and the statement's role in the row ([`Mapping::namespace`]), and nothing that goes
//! into a statement depends on the clock or on where the row stands in the file. So a second run asks
//! the same questions and gets the same receipts.
//!
//! The mapping language is described in `tools/import/README.md`.

mod build;
mod check;
mod columns;
mod condition;
mod csv;
mod date;
mod draft;
mod id_rule;
mod json;
mod lines;
mod mapping;
mod memory;
mod pipeline;
mod progress;
mod refusal;
mod reject_file;
mod rows;
mod rule;
mod run;
mod schema;
mod tally;
mod template;
#[cfg(test)]
mod tests;

pub use draft::Draft;
pub use mapping::{Mapping, Unusable};
pub use progress::bar;
pub use refusal::Refusal;
pub use reject_file::{RejectFile, Rejected};
pub use rows::{MAX_ROWS, Row, Rows, Unreadable};
pub use run::{Author, HaltCause, Halted, IN_FLIGHT, Outcome, Submit, run};
pub use tally::{Count, Tally};
