//! Faults of the disk: power loss, torn and flipped bytes, no space, a sync that fails.

pub mod rot;
