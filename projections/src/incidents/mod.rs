//! The view of incidents: what went wrong, as it was known at any size of the ledger.

mod fold;
mod rows;

pub(crate) use fold::Incidents;
pub use rows::{CorrectiveAction, IncidentDetail, IncidentFilter, IncidentRow, Report};
