//! The sparse tree: an authenticated map from 32 bytes to 32 bytes, in which absence can be proven as well as presence.
//!
//! Bit i of a key, the most significant bit of byte 0 first, decides at depth i: 0 goes left, 1 goes right.
//!
//! ```text
//! H(no leaf)            = 32 zero bytes
//! H(exactly one leaf)   = SHA256(0x02 ‖ key ‖ value), at whatever depth it stands alone
//! H(two leaves or more) = SHA256(0x03 ‖ H(left half) ‖ H(right half))
//! ```

mod key;
mod memory;
mod node;
mod place;
mod proof;
mod sorted;
mod update;

pub use key::{SPARSE_DEPTH, SparseKey};
pub use memory::MemorySparseTree;
pub use node::{SPARSE_EMPTY, SPARSE_NODE_BYTES, SparseNode, sparse_leaf_hash, sparse_node_hash};
pub use place::{SPARSE_PLACE_BYTES, SparseBytesError, SparsePlace};
pub use proof::{
    MAX_SPARSE_SIBLINGS, SparseEnd, SparseProof, SparseProofTooLong, SparseRejection, sparse_prove,
};
pub use sorted::sparse_root_of_sorted;
pub use update::{SparseChange, SparseReader, sparse_update};
