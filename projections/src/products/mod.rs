//! The view of products: the register, as it stood at any size of the ledger.

mod fold;
mod rows;

pub(crate) use fold::Products;
pub use rows::{Decision, ProductDetail, ProductFilter, ProductRow, TakenOver};
