//! The view of products: the register, as it stood at any size of the ledger.

mod appeals;
mod conditions;
mod decisions;
mod fold;
mod rows;

pub use conditions::Condition;
pub(crate) use fold::Products;
pub use rows::{ProductDetail, ProductFile, ProductFilter, ProductRow, TakenOver};
