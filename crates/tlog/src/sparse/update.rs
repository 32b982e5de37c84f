//! Setting values in a sparse tree that is kept node by node.

use std::collections::BTreeMap;

use super::key::SparseKey;
use super::node::{SPARSE_EMPTY, SparseNode};
use super::place::SparsePlace;
use crate::hash::Hash;

/// Where the nodes of a sparse tree are read.
pub trait SparseReader {
    /// Why a node cannot be read.
    type Error;

    /// The node that stands at a place; none if there is no leaf under it, or one that stands alone further up.
    fn node(&self, place: &SparsePlace) -> Result<Option<SparseNode>, Self::Error>;

    /// What is wrong when the nodes contradict each other at a place: the one that stands there does not have the hash
    /// that the branch above states, is missing, or cannot stand there. A store that can be damaged answers with an
    /// error, and then nothing is made of such nodes. The default (none) goes on as if nothing stood there: for trees
    /// that cannot be damaged.
    fn damaged(&self, _place: &SparsePlace) -> Option<Self::Error> {
        None
    }
}

/// What has to be written at one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SparseChange {
    /// Where.
    pub place: SparsePlace,
    /// What stands there from now on; none if nothing does. (Keys are never removed, so there is always something.)
    pub node: Option<SparseNode>,
}

/// A leaf, in the order of keys among others.
type Leaf = (SparseKey, Hash);

/// Sets values and gives the new root and the nodes to be written, each place once. Keys are never removed.
///
/// Reads the nodes on the ways to the keys that change, about `log2(leaves)` for each of them.
pub fn sparse_update<R: SparseReader + ?Sized>(
    reader: &R,
    changes: &BTreeMap<SparseKey, Hash>,
) -> Result<(Hash, Vec<SparseChange>), R::Error> {
    let leaves: Vec<Leaf> = changes.iter().map(|(key, value)| (*key, *value)).collect();
    let mut written = Vec::new();
    let old = possible(reader, &SparsePlace::ROOT, reader.node(&SparsePlace::ROOT)?)?;
    let root = set(reader, SparsePlace::ROOT, old, &leaves, &mut written)?;
    Ok((root, written))
}

/// Reads the node at a place of which the branch above states the hash.
pub(super) fn stated<R: SparseReader + ?Sized>(
    reader: &R,
    place: &SparsePlace,
    hash: &Hash,
) -> Result<Option<SparseNode>, R::Error> {
    if *hash == SPARSE_EMPTY {
        return Ok(None);
    }
    let node = reader.node(place)?;
    let honest = node.filter(|node| node.hash() == *hash);
    if honest.is_none() {
        return reader.damaged(place).map_or(Ok(None), Err);
    }
    possible(reader, place, honest)
}

/// Leaves stand on the way to their key, branches above the last depth.
pub(super) fn possible<R: SparseReader + ?Sized>(
    reader: &R,
    place: &SparsePlace,
    node: Option<SparseNode>,
) -> Result<Option<SparseNode>, R::Error> {
    let possible = match &node {
        None => true,
        Some(SparseNode::Leaf { key, .. }) => place.leads_to(key),
        Some(SparseNode::Branch { .. }) => place.below(false).is_some(),
    };
    if possible {
        return Ok(node);
    }
    reader.damaged(place).map_or(Ok(None), Err)
}

/// Sets leaves under a place where `old` stands, and gives the hash of what stands there then.
fn set<R: SparseReader + ?Sized>(
    reader: &R,
    place: SparsePlace,
    old: Option<SparseNode>,
    leaves: &[Leaf],
    written: &mut Vec<SparseChange>,
) -> Result<Hash, R::Error> {
    match old {
        _ if leaves.is_empty() => Ok(old.map_or(SPARSE_EMPTY, |node| node.hash())),
        None => Ok(build(place, leaves, written)),
        Some(leaf @ SparseNode::Leaf { key, value }) => {
            if leaves == [(key, value)] {
                return Ok(leaf.hash());
            }
            match leaves.binary_search_by_key(&key, |(key, _)| *key) {
                Ok(_) => Ok(build(place, leaves, written)),
                Err(between) => {
                    let mut all = leaves.to_vec();
                    all.insert(between, (key, value));
                    Ok(build(place, &all, written))
                }
            }
        }
        Some(SparseNode::Branch { left, right }) => {
            let (lefts, rights) = halves(&place, leaves);
            let mut half = |goes_right, hash: Hash, leaves: &[Leaf]| -> Result<Hash, R::Error> {
                if leaves.is_empty() {
                    return Ok(hash);
                }
                let below = place
                    .below(goes_right)
                    .expect("no branch at the last depth");
                let old = stated(reader, &below, &hash)?;
                set(reader, below, old, leaves, written)
            };
            let now = SparseNode::Branch {
                left: half(false, left, lefts)?,
                right: half(true, right, rights)?,
            };
            if now != (SparseNode::Branch { left, right }) {
                let node = Some(now);
                written.push(SparseChange { place, node });
            }
            Ok(now.hash())
        }
    }
}

/// A part of the tree from all its leaves.
fn build(place: SparsePlace, leaves: &[Leaf], written: &mut Vec<SparseChange>) -> Hash {
    let node = match leaves {
        [] => return SPARSE_EMPTY,
        [(key, value)] => SparseNode::Leaf {
            key: *key,
            value: *value,
        },
        _ => {
            let (lefts, rights) = halves(&place, leaves);
            let mut half = |goes_right, leaves: &[Leaf]| {
                let below = place.below(goes_right);
                let below = below.expect("different keys part before the last depth");
                build(below, leaves, written)
            };
            SparseNode::Branch {
                left: half(false, lefts),
                right: half(true, rights),
            }
        }
    };
    written.push(SparseChange {
        place,
        node: Some(node),
    });
    node.hash()
}

/// Leaves under a place by the side that they are on.
fn halves<'l>(place: &SparsePlace, leaves: &'l [Leaf]) -> (&'l [Leaf], &'l [Leaf]) {
    let middle = leaves.partition_point(|(key, _)| !key.goes_right(place.depth()));
    leaves.split_at(middle)
}
