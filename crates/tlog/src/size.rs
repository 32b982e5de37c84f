//! How many leaves a tree has, and which leaf is meant: two types, so that they are never mixed up.

use std::fmt;

/// Largest size that proofs, checkpoints and frontiers here deal in: 2^63 − 1 leaves.
/// Other implementations hold sizes in a signed 64-bit integer, so a larger one could not be shared with anybody.
pub const MAX_TREE_SIZE: Size = Size(i64::MAX as u64);

/// Number of leaves in a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Size(u64);

impl Size {
    /// The tree without leaves.
    pub const ZERO: Self = Self(0);

    /// A tree of `leaves` leaves.
    pub const fn new(leaves: u64) -> Self {
        Self(leaves)
    }

    /// The number of leaves.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Whether the tree has no leaf.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Whether the leaf is in a tree of this size.
    pub const fn contains(self, index: LeafIndex) -> bool {
        index.0 < self.0
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Position of a leaf in the tree, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct LeafIndex(u64);

impl LeafIndex {
    /// The leaf at this position.
    pub const fn new(index: u64) -> Self {
        Self(index)
    }

    /// The position.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for LeafIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
