//! Faults of the disk: power loss, torn and flipped bytes, no space, a sync that fails.

pub mod check;
pub mod disk;
pub mod faults;
mod fuse;
pub mod journal;
pub mod power;
mod replies;
pub mod rot;
pub mod tree;
pub mod up;

/// Bytes that a disk writes whole or not at all, as most do; what is not synced is lost or kept by pages.
pub const PAGE: usize = 4096;
