//! The view of actors: who signs, with which keys and roles.

mod fold;
mod rows;

pub(crate) use fold::Actors;
pub use rows::{ActorFilter, ActorRow, KeyRow, RoleRow, SuspensionRow};
