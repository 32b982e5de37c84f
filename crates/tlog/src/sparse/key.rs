//! Keys of the sparse tree.

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::encoding::hex_encode;
use crate::hash::HASH_BYTES;

/// Bits of a key: the depth below which no two keys are alike.
pub const SPARSE_DEPTH: u16 = 256;

/// Key of the sparse tree: 32 bytes, read as 256 bits from the most significant bit of the first byte on. Ordered as
/// the leaves stand from left to right. Shown as 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SparseKey([u8; HASH_BYTES]);

impl SparseKey {
    /// Takes 32 bytes as a key.
    pub const fn of_bytes(bytes: [u8; HASH_BYTES]) -> Self {
        Self(bytes)
    }

    /// The key of a text, `SHA256(text)`: keys spread evenly, so that nobody can make a deep tree on purpose.
    pub fn of(text: &[u8]) -> Self {
        Self(Sha256::digest(text).into())
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; HASH_BYTES] {
        &self.0
    }

    /// Whether the way goes right at a depth: bit `depth` of the key. Left at depths that no key has.
    pub fn goes_right(&self, depth: u16) -> bool {
        let byte = self.0.get(usize::from(depth / 8)).copied().unwrap_or(0);
        byte >> (7 - depth % 8) & 1 == 1
    }

    /// How many first bits two keys share, [`SPARSE_DEPTH`] if they are the same.
    pub fn shared_bits(&self, other: &Self) -> u16 {
        let mut shared = 0;
        for (own, other) in self.0.iter().zip(other.0) {
            let same = (own ^ other).leading_zeros();
            shared += u16::try_from(same).expect("a byte has 8 bits");
            if same < 8 {
                break;
            }
        }
        shared
    }
}

impl fmt::Display for SparseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex_encode(&self.0))
    }
}

impl fmt::Debug for SparseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_counted_from_the_most_significant_one() {
        let mut bytes = [0; 32];
        bytes[0] = 0b1000_0000;
        bytes[31] = 0b0000_0001;
        let key = SparseKey::of_bytes(bytes);
        let right: Vec<u16> = (0..300).filter(|depth| key.goes_right(*depth)).collect();
        assert_eq!(right, [0, 255]);
    }

    #[test]
    fn shared_bits_end_at_the_first_difference() {
        let zero = SparseKey::of_bytes([0; 32]);
        for bit in 0..256_u16 {
            let mut bytes = [0; 32];
            bytes[usize::from(bit / 8)] = 0x80 >> (bit % 8);
            bytes[31] |= 1;
            assert_eq!(zero.shared_bits(&SparseKey::of_bytes(bytes)), bit);
        }
        assert_eq!(zero.shared_bits(&zero), SPARSE_DEPTH);
    }
}
