//! What stands in the index of dossiers: one leaf of a sparse tree for each dossier.

use cinnabar_tlog::{Hash, SparseKey};
use sha2::Digest as _;

use crate::hash::EntryHash;
use crate::id::{Revision, Subject};

/// Where a dossier stands in the index: `SHA-256(subject, UTF-8)`.
pub fn dossier_key(subject: &Subject) -> SparseKey {
    SparseKey::of(subject.to_text().as_bytes())
}

/// What the index says of a dossier of `length` entries, the last of which has the hash `head`:
/// `SHA-256(length as u64 big-endian ‖ head)`.
pub fn dossier_value(length: Revision, head: EntryHash) -> Hash {
    let mut hasher = sha2::Sha256::new();
    hasher.update(length.get().to_be_bytes());
    hasher.update(head.as_bytes());
    Hash::from_bytes(hasher.finalize().into())
}
