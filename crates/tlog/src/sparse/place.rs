//! Where a node of the sparse tree stands.

use super::key::{SPARSE_DEPTH, SparseKey};
use crate::hash::HASH_BYTES;

/// Bytes of a place: depth and prefix.
pub const SPARSE_PLACE_BYTES: usize = 2 + HASH_BYTES;

/// Place in the sparse tree: how far down, and the bits that lead there. At depth 0 stands the root, at depth 256 one
/// key alone.
///
/// As bytes `u16 big-endian depth ‖ 32 bytes of prefix`, the bits of the prefix from `depth` on being zero; so the
/// places of one depth stand together and from left to right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SparsePlace {
    depth: u16,
    prefix: SparseKey,
}

/// Why bytes are no place or no node of the sparse tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SparseBytesError {
    /// Another length.
    #[error("{found} bytes, expected {expected}")]
    Length {
        /// How many are needed.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// Deeper than any key.
    #[error("depth {0}, at most {SPARSE_DEPTH} is possible")]
    Depth(u16),
    /// The prefix has bits beyond the depth.
    #[error("the prefix has a bit at or beyond its depth {0}")]
    Prefix(u16),
    /// The first byte of a node is neither a leaf's nor a branch's.
    #[error("a node begins with 0x02 or 0x03, not {0:#04x}")]
    Type(u8),
    /// A branch with nothing on either side.
    #[error("a branch with two empty sides")]
    EmptyBranch,
}

impl SparsePlace {
    /// Where the root stands.
    pub const ROOT: Self = Self {
        depth: 0,
        prefix: SparseKey::of_bytes([0; HASH_BYTES]),
    };

    /// The place at a depth on the way to a key; none beyond [`SPARSE_DEPTH`].
    pub fn on_way_to(key: &SparseKey, depth: u16) -> Option<Self> {
        if depth > SPARSE_DEPTH {
            return None;
        }
        let mut prefix = *key.as_bytes();
        for (byte, first_bit) in prefix.iter_mut().zip((0..SPARSE_DEPTH).step_by(8)) {
            // How many of the eight bits of this byte are above the depth.
            let kept = depth.saturating_sub(first_bit).min(8);
            *byte &= !u8::try_from(0xff_u16 >> kept).expect("at most 0xff");
        }
        let prefix = SparseKey::of_bytes(prefix);
        Some(Self { depth, prefix })
    }

    /// The place one step further down; none at [`SPARSE_DEPTH`].
    pub fn below(&self, right: bool) -> Option<Self> {
        if self.depth >= SPARSE_DEPTH {
            return None;
        }
        let mut prefix = *self.prefix.as_bytes();
        if right {
            prefix[usize::from(self.depth / 8)] |= 0x80 >> (self.depth % 8);
        }
        Some(Self {
            depth: self.depth + 1,
            prefix: SparseKey::of_bytes(prefix),
        })
    }

    /// Steps from the root.
    pub const fn depth(&self) -> u16 {
        self.depth
    }

    /// The bits that lead here, and zeros.
    pub const fn prefix(&self) -> &[u8; HASH_BYTES] {
        self.prefix.as_bytes()
    }

    /// Whether this place is on the way to a key.
    pub fn leads_to(&self, key: &SparseKey) -> bool {
        self.prefix.shared_bits(key) >= self.depth
    }

    /// `depth ‖ prefix`.
    pub fn to_bytes(&self) -> [u8; SPARSE_PLACE_BYTES] {
        let mut bytes = [0; SPARSE_PLACE_BYTES];
        bytes[..2].copy_from_slice(&self.depth.to_be_bytes());
        bytes[2..].copy_from_slice(self.prefix.as_bytes());
        bytes
    }

    /// Reads what [`Self::to_bytes`] writes and nothing else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SparseBytesError> {
        let bytes: &[u8; SPARSE_PLACE_BYTES] =
            bytes.try_into().map_err(|_| SparseBytesError::Length {
                expected: SPARSE_PLACE_BYTES,
                found: bytes.len(),
            })?;
        let depth = u16::from_be_bytes([bytes[0], bytes[1]]);
        let mut prefix = [0; HASH_BYTES];
        prefix.copy_from_slice(&bytes[2..]);
        let prefix = SparseKey::of_bytes(prefix);
        let place = Self::on_way_to(&prefix, depth).ok_or(SparseBytesError::Depth(depth))?;
        if place.prefix != prefix {
            return Err(SparseBytesError::Prefix(depth));
        }
        Ok(place)
    }
}
