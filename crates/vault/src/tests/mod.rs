//! Tests that look behind the interface: at the files, step by step.
#![allow(clippy::unwrap_used)]

mod crash;
mod destroyed;
mod fixture;
mod trace;

pub(crate) use fixture::{files, filing, institution, keep, opening, slots};
pub(crate) use trace::Trace;
