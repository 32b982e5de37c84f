//! The rules, group by group: for each its clauses, its life cycles, its states, and for each of its kinds what must
//! hold for it to be said and what it changes.

pub(crate) mod approval;
pub(crate) mod complaints;
pub(crate) mod compute;
pub(crate) mod deadlines;
pub(crate) mod ethics;
pub(crate) mod filing;
pub(crate) mod incidents;
pub(crate) mod ledger;
pub(crate) mod privacy;
pub(crate) mod resources;
pub(crate) mod rules;
pub(crate) mod statistics;
pub(crate) mod trust;
