//! The log of the worked vectors: keys from seeds that count up, entries "event <i>" after the first five.
#![allow(dead_code, clippy::unwrap_used, missing_docs, unreachable_pub)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cinnabar_tlog::*;

pub const ORIGIN: &str = "ledger.example.org/ai-register";
pub const WITNESS: &str = "witness.example.org/w1";
/// 2026-01-01 00:00:00 UTC.
pub const NEW_YEAR: u64 = 1_767_225_600;

/// The request 5 -> 300 of the reference, which other witnesses have accepted.
pub const REQUEST_5_300: &str = "old 5
hLTmmnCs/fRUL/j+PAWLOfw2sfNJlw+bEnBrxg5JEsA=
0GLeeAZ2n1dRjcBuSvzKyiyPkDm/PEFevBeHJQKpIEw=
caj5z+ULAFFOTaExvhIYpnxXvPQpm3Jo7YhvAoNu5iI=
Sye4Ld2OvajWdLQlyV5SpaGjz+rAM8k1O5dTKQJE+kA=
82h/RQS31Y6M+/w6Ez2CHQFfBNGzLrnQFucJaFeHS7c=
H2YNx6mwR1lU3T4X7bk61NZ2LltEAOy6QlMxu+c9TOs=
ZtMAr6JWWvtzOTzL2WVWT3d1NVCaX7i/9s81MtVJ8y0=
dKe3Lw1ntdJAQpfLCjBbJL28mQONXf3wxzu3PHwx8t4=
qAwmHOczj0QmpVRZQwW9BGtKx1HeudpZG/zNnmklr04=
J7d97NIN/qQTOYE+u3hk7DClC0bJeane7VIj0l/JO8I=

ledger.example.org/ai-register
300
iSEdA2GrFiCmTGgJc4ZVoXvOV3kzbN1KtWzGMOgeb9k=

\u{2014} ledger.example.org/ai-register EkCN9xlqSGmE45OuX+tuJLFKVh0rUMyR8l16SK/3X+xV8wIHs6V1nBRs54Ug5GXyUr2RMFsJ8bx4R4N+E7bEkzmdcgc=
";

pub fn seed(first: u8) -> [u8; 32] {
    std::array::from_fn(|i| first + i as u8)
}

pub fn name(name: &str) -> KeyName {
    KeyName::new(name).unwrap()
}

pub fn log_signer() -> NoteSigner {
    NoteSigner::from_seed(name(ORIGIN), &seed(0x00))
}

pub fn log_key() -> VerifierKey {
    log_signer().verifier().clone()
}

/// A witness that is not a server here.
pub fn cosigner() -> Cosigner {
    Cosigner::from_seed(name(WITNESS), &seed(0x20))
}

/// The tree of the first `size` entries.
pub fn tree(size: u64) -> MemoryTree {
    history("", size)
}

/// The same log as told to somebody else: entry 3 differs.
pub fn fork(size: u64) -> MemoryTree {
    history("not so", size)
}

fn history(third: &str, size: u64) -> MemoryTree {
    let first = [
        "register model A",
        "approve model A",
        "incident 1 on model A",
        third,
        "revoke model A",
    ];
    (0..size)
        .map(|i| match first.get(i as usize) {
            Some(entry) => leaf_hash(entry.as_bytes()),
            None => leaf_hash(format!("event {i}").as_bytes()),
        })
        .collect()
}

pub fn checkpoint(tree: &MemoryTree) -> Checkpoint {
    Checkpoint {
        origin: name(ORIGIN),
        size: tree.size(),
        root: tree.root(),
    }
}

/// A tree's checkpoint, signed by the log.
pub fn note(tree: &MemoryTree) -> Note {
    checkpoint(tree).sign(&log_signer()).unwrap()
}

pub fn proof(old: u64, tree: &MemoryTree) -> ConsistencyProof {
    if old == 0 || old >= tree.size().get() {
        return ConsistencyProof::new(Vec::new()).unwrap();
    }
    consistency_proof(Size::new(old), tree.size(), tree).unwrap()
}

/// What is sent to a witness that cosigned size `old`.
pub fn request(old: u64, tree: &MemoryTree) -> String {
    AddCheckpoint {
        old: Size::new(old),
        proof: proof(old, tree),
        checkpoint: note(tree),
    }
    .to_string()
}

/// A clock that goes where it is set.
#[derive(Clone, Default)]
pub struct Hand(Arc<AtomicU64>);

impl Hand {
    pub fn at(seconds: u64) -> Self {
        Self(Arc::new(AtomicU64::new(seconds)))
    }

    pub fn set(&self, seconds: u64) {
        self.0.store(seconds, Ordering::SeqCst);
    }

    pub fn get(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    pub fn clock(&self) -> Arc<dyn Fn() -> PosixSeconds + Send + Sync> {
        let hand = self.clone();
        Arc::new(move || PosixSeconds::new(hand.get()).unwrap())
    }
}
