//! Merkle tree, tiles, notes, checkpoints, proofs, cosignatures and trust policy.
