//! The hash of the tree: SHA-256 with the domain separation of RFC 6962 §2.1.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

use crate::encoding::{hex_decode, hex_encode};

/// Bytes in a [`struct@Hash`].
pub const HASH_BYTES: usize = 32;

/// The root of the tree without leaves, SHA-256 of nothing (RFC 6962 §2.1).
pub const EMPTY_ROOT: Hash = Hash([
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
    0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
]);

/// Domain byte before the bytes of a leaf.
const LEAF_PREFIX: [u8; 1] = [0x00];
/// Domain byte before two child hashes.
const NODE_PREFIX: [u8; 1] = [0x01];

/// A SHA-256 hash of the Merkle tree: of a leaf, of an inner node, or a root. Shown as 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; HASH_BYTES]);

/// The text is not 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a hash is 64 lower-case hexadecimal digits")]
pub struct HashParseError;

impl Hash {
    /// Takes 32 bytes as a hash.
    pub const fn from_bytes(bytes: [u8; HASH_BYTES]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; HASH_BYTES] {
        &self.0
    }
}

impl From<[u8; HASH_BYTES]> for Hash {
    fn from(bytes: [u8; HASH_BYTES]) -> Self {
        Self(bytes)
    }
}

impl AsRef<[u8]> for Hash {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex_encode(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Hash {
    type Err = HashParseError;

    fn from_str(text: &str) -> Result<Self, HashParseError> {
        hex_decode(text).map(Self).ok_or(HashParseError)
    }
}

/// Hash of a leaf, `SHA256(0x00 ‖ entry)` (RFC 6962 §2.1).
pub fn leaf_hash(entry: &[u8]) -> Hash {
    let mut sha = Sha256::new();
    sha.update(LEAF_PREFIX);
    sha.update(entry);
    Hash(sha.finalize().into())
}

/// Hash of an inner node, `SHA256(0x01 ‖ left ‖ right)` (RFC 6962 §2.1).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut sha = Sha256::new();
    sha.update(NODE_PREFIX);
    sha.update(left.0);
    sha.update(right.0);
    Hash(sha.finalize().into())
}

/// [`EMPTY_ROOT`] as a function, for places that want one.
pub const fn empty_root() -> Hash {
    EMPTY_ROOT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_empty_root_is_the_hash_of_nothing() {
        assert_eq!(EMPTY_ROOT.0, <[u8; 32]>::from(Sha256::digest(b"")));
        assert_eq!(empty_root(), EMPTY_ROOT);
    }

    #[test]
    fn a_leaf_and_a_node_of_the_same_bytes_differ() {
        let (left, right) = (leaf_hash(b"l"), leaf_hash(b"r"));
        let both = [left.0, right.0].concat();
        assert_ne!(leaf_hash(&both), node_hash(&left, &right));
    }

    #[test]
    fn a_hash_reads_back_from_its_text() {
        let hash = leaf_hash(b"");
        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert_eq!(
            hash.to_string(),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        );
        assert_eq!("6E".repeat(32).parse::<Hash>(), Err(HashParseError));
    }
}
