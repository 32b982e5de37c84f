//! Deadlines: when they end, how they are paused.

pub mod clock;
