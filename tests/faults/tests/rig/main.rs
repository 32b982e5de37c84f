//! Faults of processes, networks, clocks and people, each ending with the oracle. One program, because each links all of it.
#![allow(clippy::unwrap_used)]

mod clocks;
mod exhaustion;
mod hostile;
mod kills;
mod racing;
mod replies;
mod views;
