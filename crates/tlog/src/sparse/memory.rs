//! A sparse tree in memory.

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;

use super::key::SparseKey;
use super::node::{SPARSE_EMPTY, SparseNode};
use super::place::SparsePlace;
use super::proof::{SparseProof, sparse_prove};
use super::update::{SparseReader, sparse_update};
use crate::hash::Hash;

/// A sparse tree whose nodes are in memory: for tests, and for verifiers of ledgers that fit there. A leaf takes some
/// 300 bytes.
#[derive(Debug, Clone, Default)]
pub struct MemorySparseTree {
    nodes: HashMap<SparsePlace, SparseNode>,
}

impl MemorySparseTree {
    /// The empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// The root, [`SPARSE_EMPTY`] of an empty tree.
    pub fn root(&self) -> Hash {
        let root = self.nodes.get(&SparsePlace::ROOT);
        root.map_or(SPARSE_EMPTY, SparseNode::hash)
    }

    /// Sets values.
    pub fn update(&mut self, changes: &BTreeMap<SparseKey, Hash>) -> Hash {
        let Ok((root, written)) = sparse_update(self, changes);
        for change in written {
            match change.node {
                Some(node) => self.nodes.insert(change.place, node),
                None => self.nodes.remove(&change.place),
            };
        }
        root
    }

    /// Sets one value.
    pub fn set(&mut self, key: SparseKey, value: Hash) -> Hash {
        self.update(&BTreeMap::from([(key, value)]))
    }

    /// The proof of what this tree says about a key.
    pub fn prove(&self, key: &SparseKey) -> SparseProof {
        let Ok(proof) = sparse_prove(self, key);
        proof
    }
}

impl SparseReader for MemorySparseTree {
    type Error = Infallible;

    fn node(&self, place: &SparsePlace) -> Result<Option<SparseNode>, Infallible> {
        Ok(self.nodes.get(place).copied())
    }
}
