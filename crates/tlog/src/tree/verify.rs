//! Proofs and their verification (RFC 9162 §2.1.3.2 and §2.1.4.2), independent of how they are made.

use crate::hash::{EMPTY_ROOT, Hash, node_hash};
use crate::size::{LeafIndex, Size};

/// Most hashes in a proof: one for each level of a tree numbered with 64 bits.
pub const MAX_PROOF_HASHES: usize = 64;

/// A proof of more than [`MAX_PROOF_HASHES`] hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("proof of {0} hashes, no tree needs more than {MAX_PROOF_HASHES}")]
pub struct ProofTooLong(
    /// Hashes in the refused proof.
    pub usize,
);

/// The proof does not prove it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofRejection {
    /// There is no such leaf at this size, so nothing can prove it.
    #[error("leaf {index} is not in a tree of size {size}")]
    IndexOutsideTree {
        /// The leaf.
        index: LeafIndex,
        /// The size.
        size: Size,
    },
    /// The older size is the larger one.
    #[error("size {old} is not before size {new}")]
    SizesReversed {
        /// The size said to be older.
        old: Size,
        /// The size said to be newer.
        new: Size,
    },
    /// The number of hashes does not fit the sizes.
    #[error("{0} hashes are not as many as the sizes need")]
    WrongLength(usize),
    /// The hashes lead to another root.
    #[error("the proof leads to root {computed}, expected {expected}")]
    RootMismatch {
        /// The root to be met.
        expected: Hash,
        /// The root that the proof leads to.
        computed: Hash,
    },
}

/// That a leaf is in a tree: its sibling hashes, from the leaf up.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct InclusionProof {
    hashes: Vec<Hash>,
}

impl InclusionProof {
    /// A proof from somewhere, not yet verified.
    pub fn new(hashes: Vec<Hash>) -> Result<Self, ProofTooLong> {
        bounded(hashes).map(|hashes| Self { hashes })
    }

    /// The sibling hashes, the leaf's sibling first.
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// Verifies that the leaf with this hash is at `index` in the tree of this size and root. Roots do not contain
    /// their size, so take both from one signed checkpoint.
    pub fn verify(
        &self,
        index: LeafIndex,
        size: Size,
        leaf: &Hash,
        root: &Hash,
    ) -> Result<(), ProofRejection> {
        if !size.contains(index) {
            return Err(ProofRejection::IndexOutsideTree { index, size });
        }
        let mut climb = Climb::new(index.get(), size.get() - 1);
        let mut hash = *leaf;
        for sibling in &self.hashes {
            hash = match climb.step() {
                None => return Err(ProofRejection::WrongLength(self.hashes.len())),
                Some(Side::Left) => node_hash(sibling, &hash),
                Some(Side::Right) => node_hash(&hash, sibling),
            };
        }
        if !climb.is_at_root() {
            return Err(ProofRejection::WrongLength(self.hashes.len()));
        }
        expect_root(root, hash)
    }
}

/// That a tree continues an older one: nothing was changed or removed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ConsistencyProof {
    hashes: Vec<Hash>,
}

impl ConsistencyProof {
    /// A proof from somewhere, not yet verified.
    pub fn new(hashes: Vec<Hash>) -> Result<Self, ProofTooLong> {
        bounded(hashes).map(|hashes| Self { hashes })
    }

    /// The hashes in the order of RFC 6962 §2.1.2.
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// Verifies that the tree of size `new` and root `new_root` begins with the tree of size `old` and root `old_root`.
    /// Every tree begins with the empty one, whose root must be [`EMPTY_ROOT`].
    pub fn verify(
        &self,
        old: Size,
        old_root: &Hash,
        new: Size,
        new_root: &Hash,
    ) -> Result<(), ProofRejection> {
        if old > new {
            return Err(ProofRejection::SizesReversed { old, new });
        }
        let wrong_length = ProofRejection::WrongLength(self.hashes.len());
        if old == new || old.is_zero() {
            if !self.hashes.is_empty() {
                return Err(wrong_length);
            }
            if old.is_zero() {
                expect_root(old_root, EMPTY_ROOT)?;
            }
            return if old == new {
                expect_root(new_root, *old_root)
            } else {
                Ok(())
            };
        }
        // A power of two is one complete subtree: its root, which the verifier has, is left out of the proof.
        let (seed, path) = if old.get().is_power_of_two() {
            if self.hashes.is_empty() {
                return Err(wrong_length);
            }
            (*old_root, &self.hashes[..])
        } else {
            let (seed, path) = self.hashes.split_first().ok_or(wrong_length)?;
            (*seed, path)
        };
        let (mut old_hash, mut new_hash) = (seed, seed);
        let mut climb = Climb::new(old.get() - 1, new.get() - 1);
        climb.skip_complete();
        for hash in path {
            match climb.step() {
                None => return Err(wrong_length),
                Some(Side::Left) => {
                    old_hash = node_hash(hash, &old_hash);
                    new_hash = node_hash(hash, &new_hash);
                }
                Some(Side::Right) => new_hash = node_hash(&new_hash, hash),
            }
        }
        if !climb.is_at_root() {
            return Err(wrong_length);
        }
        expect_root(old_root, old_hash)?;
        expect_root(new_root, new_hash)
    }
}

/// Where the next hash of the proof stands, seen from the node reached so far.
enum Side {
    Left,
    Right,
}

/// The way up: `fn` and `sn` of RFC 9162, the position of the node reached and of the last node on its level.
struct Climb {
    node: u64,
    last: u64,
}

impl Climb {
    const fn new(node: u64, last: u64) -> Self {
        Self { node, last }
    }

    const fn is_at_root(&self) -> bool {
        self.last == 0
    }

    const fn up(&mut self) {
        self.node >>= 1;
        self.last >>= 1;
    }

    /// Goes up while the node is a right child: there the old tree is complete.
    const fn skip_complete(&mut self) {
        while self.node & 1 == 1 {
            self.up();
        }
    }

    /// Takes one hash of the proof; none when the root is reached and a hash is left over.
    const fn step(&mut self) -> Option<Side> {
        if self.is_at_root() {
            return None;
        }
        if self.node & 1 == 0 && self.node != self.last {
            self.up();
            return Some(Side::Right);
        }
        // A last node that is a left child has no sibling: it moves up until it is a right child.
        while self.node & 1 == 0 && self.node != 0 {
            self.up();
        }
        self.up();
        Some(Side::Left)
    }
}

fn bounded(hashes: Vec<Hash>) -> Result<Vec<Hash>, ProofTooLong> {
    if hashes.len() > MAX_PROOF_HASHES {
        return Err(ProofTooLong(hashes.len()));
    }
    Ok(hashes)
}

fn expect_root(expected: &Hash, computed: Hash) -> Result<(), ProofRejection> {
    if *expected == computed {
        return Ok(());
    }
    Err(ProofRejection::RootMismatch {
        expected: *expected,
        computed,
    })
}
