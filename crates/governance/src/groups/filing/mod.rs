//! A product or service on its way to a decision: filed, completed, accepted, classified, disclosed.

mod assessment;
mod clauses;
pub(crate) mod facts;
mod record;
mod submission;

pub(crate) use clauses::*;
pub(crate) use facts::{explained, fit_for_trial};
pub(crate) use record::Evidence;
pub use record::{ProductRecord, ProductStatus};
pub(crate) use record::{change_product, product_in_step, step_product};
