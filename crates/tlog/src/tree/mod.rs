//! The Merkle tree of RFC 6962 §2.1: growing it, hashing it at any size, proving and verifying.

mod frontier;
mod memory;
mod prove;
mod reader;
mod verify;

pub use frontier::{Frontier, FrontierError};
pub use memory::{MemoryTree, MemoryTreeError};
pub use prove::{ProveError, Prover, RangeError, consistency_proof, inclusion_proof, root};
pub(crate) use reader::read_tile;
pub use reader::{HashReader, ReadError};
pub use verify::{
    ConsistencyProof, InclusionProof, MAX_PROOF_HASHES, ProofRejection, ProofTooLong,
};
