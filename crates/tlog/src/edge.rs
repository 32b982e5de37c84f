//! The tiles at the right edge, as they grow.

use crate::hash::{HASH_BYTES, Hash};
use crate::size::Size;
use crate::tile::{MAX_TILE_LEVEL, TILE_WIDTH, TileId};
use crate::tree::{Frontier, HashReader, ReadError};

/// Levels of tiles that can exist.
const LEVELS: usize = MAX_TILE_LEVEL as usize + 1;
/// Bytes in a full tile.
const FULL_TILE_BYTES: usize = TILE_WIDTH as usize * HASH_BYTES;

/// The partial tile of each level, which says what a store has to write when leaves are appended.
///
/// A store keeps one growing value per tile: [`Self::take_changes`] gives the whole present value of each tile that
/// changed. Cloning copies at most eight tiles of 8 KiB (three, in practice), so a block is tried on a clone that is
/// dropped if its commit fails. Until they are taken the full tiles stay here, so take them after each block.
#[derive(Debug, Clone)]
pub struct EdgeTiles {
    frontier: Frontier,
    /// The partial tile of each level; empty where all tiles are full.
    partial: [Vec<u8>; LEVELS],
    /// Whether `partial` has changed since the changes were taken.
    changed: [bool; LEVELS],
    /// Tiles that became full since the changes were taken.
    filled: Vec<(TileId, Vec<u8>)>,
}

impl EdgeTiles {
    /// The edge of the tree without leaves.
    pub fn empty() -> Self {
        Self {
            frontier: Frontier::empty(),
            partial: [const { Vec::new() }; LEVELS],
            changed: [false; LEVELS],
            filled: Vec::new(),
        }
    }

    /// The edge of the tree at `size`, from at most one tile of each level. Tiles that go on beyond `size` are cut.
    pub fn from_reader<R: HashReader>(size: Size, reader: &R) -> Result<Self, ReadError<R::Error>> {
        let mut edge = Self::empty();
        edge.frontier = Frontier::from_reader(size, reader)?;
        for level in 0..=MAX_TILE_LEVEL {
            let tile = edge_tile(level, size);
            if let Some(width) = tile.width_at(size) {
                let bytes = crate::tree::read_tile(reader, tile, width)?;
                edge.partial[usize::from(level)] = bytes.into_owned();
            }
        }
        Ok(edge)
    }

    /// Appends the hash of the next leaf.
    pub fn append(&mut self, leaf: Hash) {
        let size = self.frontier.size();
        let (partial, changed, filled) = (&mut self.partial, &mut self.changed, &mut self.filled);
        self.frontier.push_with(leaf, |level, hash| {
            let place = usize::from(level);
            partial[place].extend_from_slice(hash.as_bytes());
            changed[place] = true;
            if partial[place].len() == FULL_TILE_BYTES {
                let tile = edge_tile(level, size);
                filled.push((tile, std::mem::take(&mut partial[place])));
                changed[place] = false;
            }
        });
    }

    /// Every tile that changed since the last call (or since the edge was made), with all of its bytes, in the order
    /// of level and index. A tile appears once.
    pub fn take_changes(&mut self) -> Vec<(TileId, Vec<u8>)> {
        let size = self.size();
        let mut changes = std::mem::take(&mut self.filled);
        for level in 0..=MAX_TILE_LEVEL {
            let place = usize::from(level);
            if std::mem::take(&mut self.changed[place]) {
                changes.push((edge_tile(level, size), self.partial[place].clone()));
            }
        }
        changes.sort_by_key(|(tile, _)| *tile);
        changes
    }

    /// Number of leaves.
    pub const fn size(&self) -> Size {
        self.frontier.size()
    }

    /// The root over all leaves.
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// The right edge as subtrees.
    pub const fn frontier(&self) -> &Frontier {
        &self.frontier
    }
}

impl Default for EdgeTiles {
    fn default() -> Self {
        Self::empty()
    }
}

/// The tile of this level into which the next hash goes: `floor(size / 256^(level + 1))`.
fn edge_tile(level: u8, size: Size) -> TileId {
    let index = size.get().checked_shr(8 * (u32::from(level) + 1));
    TileId::new(level, index.unwrap_or(0)).expect("a tile below a 64-bit size")
}
