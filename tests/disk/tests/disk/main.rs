//! Faults of the disk, on the real programs.

mod common;
mod power;
mod space;
mod sync;
