//! Proofs that a key has a value in a sparse tree, or none.

use super::key::{SPARSE_DEPTH, SparseKey};
use super::node::{SPARSE_EMPTY, SparseNode, sparse_leaf_hash, sparse_node_hash};
use super::place::SparsePlace;
use super::update::{SparseReader, possible, stated};
use crate::hash::Hash;

/// Most siblings of a proof: one for every bit of a key.
pub const MAX_SPARSE_SIBLINGS: usize = SPARSE_DEPTH as usize;

/// Where the way to a key ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SparseEnd {
    /// At the key's own leaf: the key is there.
    Own,
    /// At another leaf that stands alone on the same way: the key is not there.
    Other {
        /// The other key, which has the same first bits, as many as there are siblings.
        key: SparseKey,
        /// Its value.
        value: Hash,
    },
    /// Where there is nothing: the key is not there.
    Nothing,
}

/// Proof of what a sparse tree says about one key: the other halves beside the way to it, from the root down, and
/// where the way ends.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SparseProof {
    siblings: Vec<Hash>,
    end: SparseEnd,
}

/// More siblings than a key has bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} siblings, at most {MAX_SPARSE_SIBLINGS} are possible")]
pub struct SparseProofTooLong(pub usize);

/// Why a proof does not prove what is said about a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SparseRejection {
    /// Said to be there, but the proof's way does not end at the key's leaf.
    #[error("the proof does not end at the leaf of the key")]
    NotPresent,
    /// Said not to be there, but the proof ends at the key's leaf.
    #[error("the proof ends at the leaf of a key that is said to be absent")]
    NotAbsent,
    /// The other leaf has the key that is said to be absent.
    #[error("the other leaf has the key itself")]
    OwnAsOther,
    /// The other leaf cannot stand on the way to the key.
    #[error("the other leaf shares {shared} bits with the key, the way has {length}")]
    OffTheWay {
        /// First bits that both keys have.
        shared: u16,
        /// Siblings of the proof.
        length: usize,
    },
    /// The hashes lead to another root.
    #[error("the proof leads to root {computed}, not {expected}")]
    Root {
        /// The root given.
        expected: Hash,
        /// The root that the proof leads to.
        computed: Hash,
    },
}

impl SparseProof {
    /// A proof from its parts; nothing is verified.
    pub fn new(siblings: Vec<Hash>, end: SparseEnd) -> Result<Self, SparseProofTooLong> {
        match siblings.len() {
            0..=MAX_SPARSE_SIBLINGS => Ok(Self { siblings, end }),
            more => Err(SparseProofTooLong(more)),
        }
    }

    /// Hashes of the other halves from the root down; [`SPARSE_EMPTY`] where a half has no leaf.
    pub fn siblings(&self) -> &[Hash] {
        &self.siblings
    }

    /// Where the way ends.
    pub const fn end(&self) -> &SparseEnd {
        &self.end
    }

    /// Verifies that in the tree with this root the key has the value given, or is absent if none is given.
    ///
    /// ```text
    /// h_n = leaf(key, value) | leaf(other key, other value) | 32 zero bytes       n = number of siblings
    /// h_i = node(h_{i+1}, sibling_i) if bit i of the key is 0, node(sibling_i, h_{i+1}) if it is 1
    /// h_0 = root
    /// ```
    pub fn verify(
        &self,
        root: &Hash,
        key: &SparseKey,
        value: Option<&Hash>,
    ) -> Result<(), SparseRejection> {
        let end = match (&self.end, value) {
            (SparseEnd::Own, Some(value)) => sparse_leaf_hash(key, value),
            (SparseEnd::Own, None) => return Err(SparseRejection::NotAbsent),
            (SparseEnd::Other { .. } | SparseEnd::Nothing, Some(_)) => {
                return Err(SparseRejection::NotPresent);
            }
            (SparseEnd::Other { key: other, value }, None) => {
                self.check_other(key, other)?;
                sparse_leaf_hash(other, value)
            }
            (SparseEnd::Nothing, None) => SPARSE_EMPTY,
        };
        let depths = 0..SPARSE_DEPTH;
        let way: Vec<(u16, &Hash)> = depths.zip(&self.siblings).collect();
        let computed =
            way.iter()
                .rev()
                .fold(end, |hash, (depth, sibling)| match key.goes_right(*depth) {
                    false => sparse_node_hash(&hash, sibling),
                    true => sparse_node_hash(sibling, &hash),
                });
        if computed != *root {
            let expected = *root;
            return Err(SparseRejection::Root { expected, computed });
        }
        Ok(())
    }

    fn check_other(&self, key: &SparseKey, other: &SparseKey) -> Result<(), SparseRejection> {
        if key == other {
            return Err(SparseRejection::OwnAsOther);
        }
        let (shared, length) = (key.shared_bits(other), self.siblings.len());
        if usize::from(shared) < length {
            return Err(SparseRejection::OffTheWay { shared, length });
        }
        Ok(())
    }
}

/// Proves what a sparse tree says about a key.
pub fn sparse_prove<R: SparseReader + ?Sized>(
    reader: &R,
    key: &SparseKey,
) -> Result<SparseProof, R::Error> {
    let mut place = SparsePlace::ROOT;
    let mut node = possible(reader, &place, reader.node(&place)?)?;
    let mut siblings = Vec::new();
    let end = loop {
        let (left, right) = match node {
            None => break SparseEnd::Nothing,
            Some(SparseNode::Leaf { key: own, .. }) if own == *key => break SparseEnd::Own,
            Some(SparseNode::Leaf { key, value }) => break SparseEnd::Other { key, value },
            Some(SparseNode::Branch { left, right }) => (left, right),
        };
        let goes_right = key.goes_right(place.depth());
        let (next, sibling) = if goes_right {
            (right, left)
        } else {
            (left, right)
        };
        siblings.push(sibling);
        place = place
            .below(goes_right)
            .expect("no branch at the last depth");
        node = stated(reader, &place, &next)?;
    };
    Ok(SparseProof { siblings, end })
}
