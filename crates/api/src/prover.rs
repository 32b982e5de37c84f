//! Inclusion proofs from tiles whose inner levels are computed once.
//!
//! A tile keeps every eighth level of the tree. A proof needs a sibling on each level, and from a tile of 256 hashes those take 255 more
//! hashes to compute; so the levels between are kept here, for tiles asked about lately.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use cinnabar_events::Sequence;
use cinnabar_store::Store;
use cinnabar_tlog::{
    EMPTY_ROOT, HASH_BYTES, Hash, InclusionProof, LeafIndex, Size, TILE_WIDTH, TileId, TileWidth,
    node_hash,
};

use crate::problem::Problem;

/// Most tiles kept, in two halves; a full one takes 16 KiB, all of them 64 MiB.
const TILES_MAX: usize = 4_096;

/// A tile with the levels of the tree inside it: `rows[h][i]` is the root of its hashes `[i·2^h, (i + 1)·2^h)`.
struct Subtrees(Vec<Vec<Hash>>);

impl Subtrees {
    fn new(bytes: &[u8]) -> Self {
        let (hashes, _) = bytes.as_chunks::<HASH_BYTES>();
        let mut rows = vec![hashes.iter().copied().map(Hash::from_bytes).collect()];
        while let Some(below) = rows.last().filter(|row: &&Vec<Hash>| row.len() > 1) {
            // A last hash without a partner belongs to no complete subtree.
            let pairs = below.chunks_exact(2);
            rows.push(pairs.map(|pair| node_hash(&pair[0], &pair[1])).collect());
        }
        Self(rows)
    }
}

/// A tile as wide as it was at some size: what it holds never changes.
type Key = (u8, u64, u16);

/// Tiles asked about lately. When the young half is full it becomes the old half, and what was old and not used meanwhile is forgotten.
#[derive(Default)]
pub(crate) struct Prover(Mutex<Halves>);

#[derive(Default)]
struct Halves {
    young: HashMap<Key, Arc<Subtrees>>,
    old: HashMap<Key, Arc<Subtrees>>,
}

impl Prover {
    /// `PATH(sequence, D[0:size])` of RFC 6962 §2.1.1: the siblings on the way from the leaf to the root, the leaf's first. `sequence` is below
    /// `size`, and `size` not beyond what the store has.
    ///
    /// ```text
    /// PATH(m, D[n]) = PATH(m, D[0:k]) : MTH(D[k:n])      for m < k
    /// PATH(m, D[n]) = PATH(m − k, D[k:n]) : MTH(D[0:k])  for m >= k
    /// ```
    pub(crate) fn inclusion(
        &self,
        store: &Store,
        sequence: Sequence,
        size: Size,
    ) -> Result<InclusionProof, Problem> {
        let index = LeafIndex::new(sequence.get());
        if !size.contains(index) || size > store.head().size {
            // The store says which of the two it is.
            return Ok(store.inclusion_proof(sequence, size)?);
        }
        let (mut start, mut end) = (0, size.get());
        let mut siblings = Vec::new();
        while end - start > 1 {
            // k: the largest power of two below the number of leaves.
            let middle = start + (1 << (end - start - 1).ilog2());
            let (sibling, inside) = match index.get() < middle {
                true => ((middle, end), (start, middle)),
                false => ((start, middle), (middle, end)),
            };
            match self.range(store, size, sibling)? {
                Some(hash) => siblings.push(hash),
                None => return Ok(store.inclusion_proof(sequence, size)?),
            }
            (start, end) = inside;
        }
        siblings.reverse();
        Ok(InclusionProof::new(siblings).expect("a tree below 2^63 leaves is at most 63 high"))
    }

    /// `MTH(D[start:end])`: the complete subtrees from the left, largest first, joined from the right. Nothing if a tile lacks hashes.
    fn range(
        &self,
        store: &Store,
        size: Size,
        (start, end): (u64, u64),
    ) -> Result<Option<Hash>, Problem> {
        let mut roots = Vec::new();
        let mut at = start;
        while at < end {
            let height = (end - at).ilog2();
            let Some(root) = self.complete(store, size, height, at >> height)? else {
                return Ok(None);
            };
            roots.push(root);
            at += 1 << height;
        }
        let joined = roots.into_iter().rev();
        Ok(Some(
            joined
                .reduce(|right, left| node_hash(&left, &right))
                .unwrap_or(EMPTY_ROOT),
        ))
    }

    /// The root of the complete subtree `D[index·2^height : (index + 1)·2^height]`, which lies inside one tile.
    fn complete(
        &self,
        store: &Store,
        size: Size,
        height: u32,
        index: u64,
    ) -> Result<Option<Hash>, Problem> {
        let (level, inner) = (height / 8, height % 8);
        let per_tile = u64::from(TILE_WIDTH) >> inner;
        let level = u8::try_from(level).expect("height is below 64");
        let tile = TileId::new(level, index / per_tile).expect("a subtree below a 64-bit size");
        let place = usize::try_from(index % per_tile).expect("below 256");
        let Some(width) = tile.width_at(size) else {
            return Ok(None);
        };
        let subtrees = self.tile(store, tile, width)?;
        Ok(subtrees.and_then(|tile| tile.0.get(inner as usize)?.get(place).copied()))
    }

    fn tile(
        &self,
        store: &Store,
        tile: TileId,
        width: TileWidth,
    ) -> Result<Option<Arc<Subtrees>>, Problem> {
        let key = (tile.level(), tile.index(), width.get());
        let halves = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = halves().get(key) {
            return Ok(Some(kept));
        }
        let Some(bytes) = store.tile(tile, width)? else {
            return Ok(None);
        };
        let subtrees = Arc::new(Subtrees::new(&bytes));
        halves().put(key, Arc::clone(&subtrees));
        Ok(Some(subtrees))
    }
}

impl Halves {
    fn get(&mut self, key: Key) -> Option<Arc<Subtrees>> {
        if let Some(kept) = self.young.get(&key) {
            return Some(Arc::clone(kept));
        }
        let kept = self.old.remove(&key)?;
        self.put(key, Arc::clone(&kept));
        Some(kept)
    }

    fn put(&mut self, key: Key, subtrees: Arc<Subtrees>) {
        if self.young.len() >= TILES_MAX / 2 {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, subtrees);
    }
}
