//! A whole tree in memory, for tests and for a verifier of a small ledger.

use std::borrow::Cow;

use super::frontier::Frontier;
use super::reader::HashReader;
use crate::hash::{HASH_BYTES, Hash};
use crate::size::Size;
use crate::tile::{TILE_WIDTH, TileId, TileWidth};

/// All the hashes that tiles keep, 32 bytes a leaf and a little more. A long ledger is better followed with a
/// [`Frontier`], which does not grow.
#[derive(Debug, Clone, Default)]
pub struct MemoryTree {
    frontier: Frontier,
    /// The hashes of each tile level, side by side.
    levels: Vec<Vec<u8>>,
}

/// The tree is too small to have so much of this tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a tree of size {size} does not have {} hashes in this tile", width.get())]
pub struct MemoryTreeError {
    /// Leaves in the tree.
    pub size: Size,
    /// Hashes asked for.
    pub width: TileWidth,
}

impl MemoryTree {
    /// The tree without leaves.
    pub const fn new() -> Self {
        Self {
            frontier: Frontier::empty(),
            levels: Vec::new(),
        }
    }

    /// Appends the hash of the next leaf.
    pub fn push(&mut self, leaf: Hash) {
        let levels = &mut self.levels;
        self.frontier.push_with(leaf, |level, hash| {
            let level = usize::from(level);
            if levels.len() == level {
                levels.push(Vec::new());
            }
            levels[level].extend_from_slice(hash.as_bytes());
        });
    }

    /// Number of leaves.
    pub const fn size(&self) -> Size {
        self.frontier.size()
    }

    /// The root over all leaves.
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// The right edge.
    pub const fn frontier(&self) -> &Frontier {
        &self.frontier
    }
}

impl FromIterator<Hash> for MemoryTree {
    fn from_iter<I: IntoIterator<Item = Hash>>(leaves: I) -> Self {
        let mut tree = Self::new();
        for leaf in leaves {
            tree.push(leaf);
        }
        tree
    }
}

impl HashReader for MemoryTree {
    type Error = MemoryTreeError;

    fn tile(&self, tile: TileId, width: TileWidth) -> Result<Cow<'_, [u8]>, MemoryTreeError> {
        let row = self.levels.get(usize::from(tile.level()));
        let start = usize::try_from(tile.index())
            .ok()
            .and_then(|index| index.checked_mul(usize::from(TILE_WIDTH) * HASH_BYTES));
        let bytes = start.and_then(|start| {
            let end = start.checked_add(width.as_usize() * HASH_BYTES)?;
            row?.get(start..end)
        });
        bytes.map(Cow::Borrowed).ok_or(MemoryTreeError {
            size: self.size(),
            width,
        })
    }
}
