#![doc = include_str!("../README.md")]

mod bundle;
mod checkpoint;
mod edge;
mod encoding;
mod hash;
mod note;
mod policy;
mod size;
mod sparse;
mod tile;
mod tlog_proof;
mod tree;
mod witness;

pub use bundle::{
    BundleError, BundleFault, EntryTooLong, MAX_ENTRY_BYTES, decode_bundle, decode_entries,
    encode_bundle, push_entry,
};
pub use checkpoint::{
    Checkpoint, CheckpointError, OpenError, Origin, OriginError, OriginMismatch, SignAlsoError,
};
pub use edge::EdgeTiles;
pub use hash::{EMPTY_ROOT, HASH_BYTES, Hash, HashParseError, empty_root, leaf_hash, node_hash};
pub use note::{
    Algorithm, Cosigner, KeyId, KeyName, KeyNameError, MAX_KEY_NAME_BYTES, MAX_NOTE_BYTES,
    MAX_SIGNATURE_BYTES, MAX_SIGNATURES, MAX_VKEY_BYTES, Note, NoteError, NoteRejection,
    NoteSignature, NoteSigner, PosixSeconds, PqCosigner, SkeyError, VerifiedSignature, VerifierKey,
    VkeyError, cosigned_message, pq_cosigned_message,
};
pub use policy::{
    Group, Log, MAX_POLICY_BYTES, MAX_POLICY_DEFINITIONS, PolicyError, PolicyFault,
    PolicyRejection, TrustPolicy, Trusted, TrustedError, Witness,
};
pub use size::{LeafIndex, MAX_TREE_SIZE, Size};
pub use sparse::{
    MAX_SPARSE_SIBLINGS, MemorySparseTree, SPARSE_DEPTH, SPARSE_EMPTY, SPARSE_NODE_BYTES,
    SPARSE_PLACE_BYTES, SparseBytesError, SparseChange, SparseEnd, SparseKey, SparseNode,
    SparsePlace, SparseProof, SparseProofTooLong, SparseReader, SparseRejection, sparse_leaf_hash,
    sparse_node_hash, sparse_prove, sparse_root_of_sorted, sparse_update,
};
pub use tile::{
    MAX_TILE_LEVEL, MAX_TILE_PATH_BYTES, TILE_WIDTH, TileId, TileIdError, TilePath, TilePathError,
    TileWidth, bundle_width_at,
};
pub use tlog_proof::{
    MAX_EXTRA_BYTES, MAX_TLOG_PROOF_BYTES, TlogProof, TlogProofError, TlogProofRejection,
    VerifyTlogProofError,
};
pub use tree::{
    ConsistencyProof, Frontier, FrontierError, HashReader, InclusionProof, MAX_PROOF_HASHES,
    MemoryTree, MemoryTreeError, ProofRejection, ProofTooLong, ProveError, Prover, RangeError,
    ReadError, consistency_proof, inclusion_proof, root,
};
pub use witness::{AddCheckpoint, AddCheckpointError, MAX_WITNESS_PROOF_HASHES};
