//! One file per resource: parameters, body, handler.

pub(crate) mod actors;
pub(crate) mod bundle;
pub(crate) mod checkpoints;
pub(crate) mod completeness;
pub(crate) mod deadlines;
pub(crate) mod dossiers;
pub(crate) mod entries;
pub(crate) mod entry;
pub(crate) mod incidents;
pub(crate) mod kinds;
pub(crate) mod ledger;
pub(crate) mod organisations;
pub(crate) mod products;
pub(crate) mod proofs;
pub(crate) mod rulebook;
pub(crate) mod subjects;
pub(crate) mod timestamps;
pub(crate) mod views;
