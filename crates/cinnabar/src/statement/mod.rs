//! Statements on the desk: built from arguments, signed one after the other, kept in files.

mod args;
mod confidential;
mod field;
mod file;
mod parts;
mod schema;
mod show;

pub use args::{Drafted, StatementArgs};
pub use confidential::{
    Confidential, NotAPerson, NotCommitted, NotConfidential, Opening, Openings, Person,
};
pub use field::{Assignment, NotAnAssignment, assign};
pub use file::{NotAStatementFile, NotSigned, STATEMENT_SUFFIX, StatementFile};
pub use parts::{Claim, NotAClaim, NotAProvision, NotASource, Provision, Source};
pub use schema::{Field, Schema};
pub use show::show;
