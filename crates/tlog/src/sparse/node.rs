//! Nodes of the sparse tree and their hashes.

use sha2::{Digest as _, Sha256};

use super::key::SparseKey;
use super::place::SparseBytesError;
use crate::hash::{HASH_BYTES, Hash};

/// What stands for a part of the tree without leaves; the root of the empty tree. Nothing is known that hashes to it.
pub const SPARSE_EMPTY: Hash = Hash::from_bytes([0; HASH_BYTES]);

/// Bytes of a node: its type and two times 32 bytes.
pub const SPARSE_NODE_BYTES: usize = 1 + 2 * HASH_BYTES;

/// Domain byte of a leaf. Other than those of the tree of entries (RFC 6962 §2.1), so that neither passes as the other.
const LEAF: u8 = 0x02;
/// Domain byte of a branch.
const BRANCH: u8 = 0x03;

/// What stands at a place: one leaf alone, or a branch over at least two.
///
/// As bytes `0x02 ‖ key ‖ value` or `0x03 ‖ left ‖ right`: what its hash is the SHA-256 of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SparseNode {
    /// The only leaf under this place.
    Leaf {
        /// Its key.
        key: SparseKey,
        /// Its value.
        value: Hash,
    },
    /// Two leaves or more.
    Branch {
        /// Hash of the half whose next bit is 0, [`SPARSE_EMPTY`] if it has no leaf.
        left: Hash,
        /// Hash of the half whose next bit is 1.
        right: Hash,
    },
}

impl SparseNode {
    /// SHA-256 of [`Self::to_bytes`].
    pub fn hash(&self) -> Hash {
        Hash::from_bytes(Sha256::digest(self.to_bytes()).into())
    }

    /// `0x02 ‖ key ‖ value` or `0x03 ‖ left ‖ right`.
    pub fn to_bytes(&self) -> [u8; SPARSE_NODE_BYTES] {
        let (domain, first, second) = match self {
            Self::Leaf { key, value } => (LEAF, key.as_bytes(), value),
            Self::Branch { left, right } => (BRANCH, left.as_bytes(), right),
        };
        let mut bytes = [domain; SPARSE_NODE_BYTES];
        bytes[1..=HASH_BYTES].copy_from_slice(first);
        bytes[1 + HASH_BYTES..].copy_from_slice(second.as_bytes());
        bytes
    }

    /// Reads what [`Self::to_bytes`] writes and nothing else. A branch with two empty sides is none.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SparseBytesError> {
        let bytes: &[u8; SPARSE_NODE_BYTES] =
            bytes.try_into().map_err(|_| SparseBytesError::Length {
                expected: SPARSE_NODE_BYTES,
                found: bytes.len(),
            })?;
        let (mut first, mut second) = ([0; HASH_BYTES], [0; HASH_BYTES]);
        first.copy_from_slice(&bytes[1..=HASH_BYTES]);
        second.copy_from_slice(&bytes[1 + HASH_BYTES..]);
        let second = Hash::from_bytes(second);
        match bytes[0] {
            LEAF => Ok(Self::Leaf {
                key: SparseKey::of_bytes(first),
                value: second,
            }),
            BRANCH => {
                let (left, right) = (Hash::from_bytes(first), second);
                if left == SPARSE_EMPTY && right == SPARSE_EMPTY {
                    return Err(SparseBytesError::EmptyBranch);
                }
                Ok(Self::Branch { left, right })
            }
            other => Err(SparseBytesError::Type(other)),
        }
    }
}

/// Hash of a leaf, `SHA256(0x02 ‖ key ‖ value)`.
pub fn sparse_leaf_hash(key: &SparseKey, value: &Hash) -> Hash {
    let (key, value) = (*key, *value);
    SparseNode::Leaf { key, value }.hash()
}

/// Hash of a branch, `SHA256(0x03 ‖ left ‖ right)`.
pub fn sparse_node_hash(left: &Hash, right: &Hash) -> Hash {
    let (left, right) = (*left, *right);
    SparseNode::Branch { left, right }.hash()
}
