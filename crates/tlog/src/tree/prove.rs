//! Roots and proofs for any size, from a handful of tiles.

use super::reader::{HashReader, ReadError, hashes, read_tile};
use super::verify::{ConsistencyProof, InclusionProof};
use crate::hash::{EMPTY_ROOT, Hash, node_hash};
use crate::size::{LeafIndex, MAX_TREE_SIZE, Size};
use crate::tile::{TILE_WIDTH, TileId};

/// Tiles that a [`Prover`] keeps at hand: a proof touches at most two of each of the eight levels (one on the path, one
/// at the right edge). Each is at most 511 hashes, so all together at most 256 KiB.
const CACHED_TILES: usize = 16;

/// What was asked for is not in the tree. The asker is wrong, the tree is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RangeError {
    /// No such leaf at this size.
    #[error("leaf {index} is not in a tree of size {size}")]
    IndexOutsideTree {
        /// The leaf asked for.
        index: LeafIndex,
        /// The size of the tree.
        size: Size,
    },
    /// The older size is the larger one.
    #[error("size {old} is not before size {new}")]
    SizesReversed {
        /// The size said to be older.
        old: Size,
        /// The size said to be newer.
        new: Size,
    },
    /// Above [`MAX_TREE_SIZE`].
    #[error("size {0}, the largest tree has {MAX_TREE_SIZE}")]
    TooLarge(Size),
}

/// Why there is no proof: a request that makes no sense, or tiles that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProveError<E> {
    /// The request is wrong.
    #[error(transparent)]
    Range(#[from] RangeError),
    /// The tiles are at fault.
    #[error(transparent)]
    Read(ReadError<E>),
}

impl<E> From<ReadError<E>> for ProveError<E> {
    fn from(error: ReadError<E>) -> Self {
        Self::Read(error)
    }
}

/// The root at `size`, `MTH(D[0:size])`. For several questions about one size keep a [`Prover`].
pub fn root<R: HashReader>(size: Size, reader: &R) -> Result<Hash, ReadError<R::Error>> {
    Prover::new(size, reader).root()
}

/// The inclusion proof of one leaf at `size`, `PATH(index, D[0:size])`.
pub fn inclusion_proof<R: HashReader>(
    index: LeafIndex,
    size: Size,
    reader: &R,
) -> Result<InclusionProof, ProveError<R::Error>> {
    Prover::new(size, reader).inclusion_proof(index)
}

/// The proof that the tree at `new` continues the tree at `old`, `PROOF(old, D[0:new])`.
pub fn consistency_proof<R: HashReader>(
    old: Size,
    new: Size,
    reader: &R,
) -> Result<ConsistencyProof, ProveError<R::Error>> {
    Prover::new(new, reader).consistency_proof(old)
}

/// Answers questions about the tree at one size, reading each tile once as long as questions stay close to each
/// other: the proofs of all entries of a block cost one or two reads per level and little hashing.
#[derive(Debug)]
pub struct Prover<'r, R> {
    size: Size,
    reader: &'r R,
    /// Most recently used last.
    tiles: Vec<Subtrees>,
}

/// A tile with the levels of the tree inside it: `rows[h][i]` is the root of its hashes `[i·2^h, (i + 1)·2^h)`.
#[derive(Debug)]
struct Subtrees {
    tile: TileId,
    rows: Vec<Vec<Hash>>,
}

impl Subtrees {
    fn new(tile: TileId, hashes: Vec<Hash>) -> Self {
        let mut rows = vec![hashes];
        while let Some(below) = rows.last().filter(|row| row.len() > 1) {
            // A last hash without a partner belongs to no complete subtree.
            let row = below
                .chunks_exact(2)
                .map(|pair| node_hash(&pair[0], &pair[1]))
                .collect();
            rows.push(row);
        }
        Self { tile, rows }
    }
}

impl<'r, R: HashReader> Prover<'r, R> {
    /// Nothing is read before the first question.
    pub const fn new(size: Size, reader: &'r R) -> Self {
        Self {
            size,
            reader,
            tiles: Vec::new(),
        }
    }

    /// The size asked about.
    pub const fn size(&self) -> Size {
        self.size
    }

    /// The root, `MTH(D[0:size])`; of no leaves [`EMPTY_ROOT`].
    pub fn root(&mut self) -> Result<Hash, ReadError<R::Error>> {
        self.range(0, self.size.get())
    }

    /// `PATH(index, D[0:size])` of RFC 6962 §2.1.1: the siblings on the way from the leaf to the root.
    ///
    /// ```text
    /// PATH(m, D[n]) = PATH(m, D[0:k]) : MTH(D[k:n])      for m < k
    /// PATH(m, D[n]) = PATH(m − k, D[k:n]) : MTH(D[0:k])  for m >= k
    /// ```
    pub fn inclusion_proof(
        &mut self,
        index: LeafIndex,
    ) -> Result<InclusionProof, ProveError<R::Error>> {
        let size = self.checked_size()?;
        if !size.contains(index) {
            return Err(RangeError::IndexOutsideTree { index, size }.into());
        }
        let (mut start, mut end) = (0, size.get());
        let mut siblings = Vec::new();
        while end - start > 1 {
            let middle = start + left_leaves(end - start);
            if index.get() < middle {
                siblings.push(self.range(middle, end)?);
                end = middle;
            } else {
                siblings.push(self.range(start, middle)?);
                start = middle;
            }
        }
        siblings.reverse();
        Ok(InclusionProof::new(siblings).expect("a tree below 2^63 leaves is at most 63 high"))
    }

    /// `PROOF(old, D[0:size])` of RFC 6962 §2.1.2; empty for an `old` of 0 or of the size itself.
    ///
    /// ```text
    /// SUBPROOF(m, D[m], true)  = {}
    /// SUBPROOF(m, D[m], false) = {MTH(D[m])}
    /// SUBPROOF(m, D[n], b) = SUBPROOF(m, D[0:k], b) : MTH(D[k:n])          for m <= k
    /// SUBPROOF(m, D[n], b) = SUBPROOF(m − k, D[k:n], false) : MTH(D[0:k])  for m > k
    /// ```
    pub fn consistency_proof(
        &mut self,
        old: Size,
    ) -> Result<ConsistencyProof, ProveError<R::Error>> {
        let new = self.checked_size()?;
        if old > new {
            return Err(RangeError::SizesReversed { old, new }.into());
        }
        let mut nodes = Vec::new();
        if !old.is_zero() {
            let (mut start, mut end) = (0, new.get());
            while end != old.get() {
                let middle = start + left_leaves(end - start);
                if old.get() <= middle {
                    nodes.push(self.range(middle, end)?);
                    end = middle;
                } else {
                    nodes.push(self.range(start, middle)?);
                    start = middle;
                }
            }
            // A start of 0 means that the verifier's own old root is the node here.
            if start != 0 {
                nodes.push(self.range(start, end)?);
            }
            nodes.reverse();
        }
        Ok(ConsistencyProof::new(nodes).expect("a tree below 2^63 leaves is at most 63 high"))
    }

    fn checked_size(&self) -> Result<Size, RangeError> {
        if self.size > MAX_TREE_SIZE {
            return Err(RangeError::TooLarge(self.size));
        }
        Ok(self.size)
    }

    /// `MTH(D[start:end])`, where `start` is a multiple of a power of two not below `end − start`, as everywhere in
    /// RFC 6962: the complete subtrees from the left, largest first, joined from the right.
    fn range(&mut self, start: u64, end: u64) -> Result<Hash, ReadError<R::Error>> {
        let mut roots = Vec::new();
        let mut at = start;
        while at < end {
            let height = (end - at).ilog2();
            roots.push(self.complete(height, at >> height)?);
            at += 1 << height;
        }
        Ok(roots
            .into_iter()
            .rev()
            .reduce(|right, left| node_hash(&left, &right))
            .unwrap_or(EMPTY_ROOT))
    }

    /// The root of the complete subtree `D[index·2^height : (index + 1)·2^height]`, which lies inside one tile.
    fn complete(&mut self, height: u32, index: u64) -> Result<Hash, ReadError<R::Error>> {
        let (level, inner) = (height / 8, height % 8);
        let per_tile = u64::from(TILE_WIDTH) >> inner;
        let level = u8::try_from(level).expect("height is below 64");
        let tile = TileId::new(level, index / per_tile).expect("a subtree below a 64-bit size");
        let place = usize::try_from(index % per_tile).expect("below 256");
        let subtrees = self.load(tile)?;
        Ok(subtrees.rows[inner as usize][place])
    }

    /// The tile as wide as it is at this size, from the cache or the reader.
    fn load(&mut self, tile: TileId) -> Result<&Subtrees, ReadError<R::Error>> {
        let subtrees = match self.tiles.iter().position(|kept| kept.tile == tile) {
            Some(place) => self.tiles.remove(place),
            None => {
                let width = tile
                    .width_at(self.size)
                    .expect("only hashes inside the tree are asked for");
                let bytes = read_tile(self.reader, tile, width)?;
                Subtrees::new(tile, hashes(&bytes).collect())
            }
        };
        if self.tiles.len() == CACHED_TILES {
            self.tiles.remove(0);
        }
        Ok(self.tiles.push_mut(subtrees))
    }
}

/// k of RFC 6962 §2.1: the largest power of two below `leaves`, of which there are at least two.
fn left_leaves(leaves: u64) -> u64 {
    1 << (leaves - 1).ilog2()
}
