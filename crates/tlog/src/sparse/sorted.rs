//! The root over leaves that come in the order of their keys, without keeping them.

use super::key::{SPARSE_DEPTH, SparseKey};
use super::node::{SPARSE_EMPTY, sparse_leaf_hash, sparse_node_hash};
use crate::hash::Hash;

/// Root of the sparse tree over leaves in strictly ascending order of their keys. Keeps at most 256 hashes.
///
/// A leaf stands one step below where its way parts from its nearer neighbour's: with `s` the number of shared first
/// bits, `depth = 1 + max(s(before, key), s(key, after))`, and 0 if it has no neighbour.
///
/// # Panics
///
/// If a key is not greater than the one before: that is a mistake of the caller, and any root would be a lie.
pub fn sparse_root_of_sorted(leaves: impl IntoIterator<Item = (SparseKey, Hash)>) -> Hash {
    let mut leaves = leaves.into_iter();
    let Some(mut leaf) = leaves.next() else {
        return SPARSE_EMPTY;
    };
    let mut edge = Edge::default();
    let mut shared_before = None;
    for next in leaves {
        assert!(leaf.0 < next.0, "the keys are not in ascending order");
        let shared = leaf.0.shared_bits(&next.0);
        edge.push(&leaf, shared_before, shared);
        (leaf, shared_before) = (next, Some(shared));
    }
    match shared_before {
        None => sparse_leaf_hash(&leaf.0, &leaf.1),
        Some(before) => edge.finish(&leaf, before),
    }
}

/// Left halves whose right neighbours have not come yet, by the depth at which they stand, which grows.
#[derive(Default)]
struct Edge(Vec<(u16, Hash)>);

impl Edge {
    /// Takes a leaf that shares so many first bits with the one before and with the one after: everything under the
    /// place where it parts from the next is complete, and is a left half.
    fn push(&mut self, leaf: &(SparseKey, Hash), before: Option<u16>, after: u16) {
        let depth = before.map_or(after, |before| before.max(after)) + 1;
        let hash = self.climb(leaf, depth, after + 1);
        self.0.push((after + 1, hash));
        debug_assert!(self.0.len() <= usize::from(SPARSE_DEPTH));
    }

    fn finish(mut self, leaf: &(SparseKey, Hash), before: u16) -> Hash {
        self.climb(leaf, before + 1, 0)
    }

    /// Hash at depth `to` of what is complete there once the leaf has been put at depth `from`.
    fn climb(&mut self, (key, value): &(SparseKey, Hash), from: u16, to: u16) -> Hash {
        let leaf = sparse_leaf_hash(key, value);
        (to..from).rev().fold(leaf, |hash, above| {
            if !key.goes_right(above) {
                return sparse_node_hash(&hash, &SPARSE_EMPTY);
            }
            let waiting = self.0.pop_if(|(depth, _)| *depth == above + 1);
            let left = waiting.map_or(SPARSE_EMPTY, |(_, left)| left);
            sparse_node_hash(&left, &hash)
        })
    }
}
