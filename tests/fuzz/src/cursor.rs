//! Bytes as a source of choices: what is not there is zero, so every input means something.

use cinnabar_tlog::Hash;

/// Takes numbers and hashes from the front of some bytes.
pub(crate) struct Cursor<'b>(pub(crate) &'b [u8]);

impl Cursor<'_> {
    /// The next bytes, and zeros for those that are not there.
    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        let there = N.min(self.0.len());
        let (taken, rest) = self.0.split_at(there);
        out[..there].copy_from_slice(taken);
        self.0 = rest;
        out
    }

    /// One byte.
    pub(crate) fn byte(&mut self) -> u8 {
        let [byte] = self.bytes();
        byte
    }

    /// A number below `end`, which is at most 256 and not 0.
    pub(crate) fn below(&mut self, end: u16) -> u64 {
        u64::from(u16::from(self.byte()) % end)
    }

    /// A number of 64 bits, big-endian.
    pub(crate) fn number(&mut self) -> u64 {
        u64::from_be_bytes(self.bytes())
    }

    /// A hash.
    pub(crate) fn hash(&mut self) -> Hash {
        Hash::from_bytes(self.bytes())
    }

    /// All whole hashes that are left, at most `limit`.
    pub(crate) fn hashes(&mut self, limit: usize) -> Vec<Hash> {
        let count = (self.0.len() / 32).min(limit);
        (0..count).map(|_| self.hash()).collect()
    }

    /// Whether nothing is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
