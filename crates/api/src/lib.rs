#![doc = include_str!("../README.md")]

mod answer;
mod catch_up;
mod connection;
mod health;
mod item;
mod layers;
mod links;
mod list;
mod log;
mod metrics;
mod openapi;
mod pages;
mod parameters;
mod problem;
mod prover;
mod refusals;
mod resources;
mod router;
mod rulebook;
mod search;
mod serve;
mod standing;
mod state;
mod witnessed;

pub use catch_up::{CatchUpError, catch_up};
pub use router::{document, dressed, router};
pub use rulebook::rulebook_at;
pub use serve::serve;
pub use state::{ApiState, Part, Settings};
pub use witnessed::{WITNESSED_LAG_MAX_SECONDS, Witnessed};
