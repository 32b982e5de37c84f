//! The log of the worked vectors: keys from seeds that count up, and entries with known hashes.
#![allow(dead_code, clippy::unwrap_used, missing_docs, unreachable_pub)]

use cinnabar_tlog::*;

pub const ORIGIN: &str = "ledger.example.org/ai-register";
pub const LOG_VKEY: &str =
    "ledger.example.org/ai-register+12408df7+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
pub const LOG_SKEY: &str = "PRIVATE+KEY+ledger.example.org/ai-register+12408df7+AQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";
pub const WITNESS_VKEY: &str =
    "witness.example.org/w1+f3c080b6+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X";
/// 2026-01-01 00:00:00 UTC.
pub const COSIGNED_AT: u64 = 1_767_225_600;

pub const CHECKPOINT_0: &str = "ledger.example.org/ai-register
0
47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=

— ledger.example.org/ai-register EkCN91KqDNAPJ9RSC37rPnfw09++Ox4SLvmybCQ73BP7zd1cgVdWXC8yRkLRW59c1SPuoa2ouIJZva+80L5i5lvW1A0=
";
pub const CHECKPOINT_5: &str = "ledger.example.org/ai-register
5
Ok42Lo2W3Tm69Qlh4eRHaNdgME0jZaTFIZ6qeQSdjzc=

— ledger.example.org/ai-register EkCN90Wvi4E8lfY/AowvsjB/uDuqAF0jkOAyR/q+uOSi8iLSbfa6ld2G3H6yT3dwHsJr9Tq2tVk073gf5H+l/6Z6+Qo=
— witness.example.org/w1 88CAtgAAAABpVbkAoCMV6OWv1knC8TtRIi5vAuYjR4DbI0V++Au5/dmF437P4JBZR9gK0S6mRK0DWxDhCJEptN8dvYcOynDrRrh5DA==
";
pub const PROOF_2_IN_5: &str = "c2sp.org/tlog-proof@v1
index 2
bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=
0jo55nyQAs2xqEmgP1e6ngYkjmI4wwlDNUrgwJt+28w=
hLTmmnCs/fRUL/j+PAWLOfw2sfNJlw+bEnBrxg5JEsA=

";

/// The offline proof of entry 2 in the log of 5 entries.
pub fn proof_file() -> String {
    format!("{PROOF_2_IN_5}{CHECKPOINT_5}")
}

/// So many random cases; failures are printed, not kept in files.
pub fn cases(cases: u32) -> proptest::prelude::ProptestConfig {
    proptest::prelude::ProptestConfig {
        cases,
        failure_persistence: None,
        ..Default::default()
    }
}

fn seed(first: u8) -> [u8; 32] {
    std::array::from_fn(|i| first + i as u8)
}

pub fn name(name: &str) -> KeyName {
    KeyName::new(name).unwrap()
}

pub fn log_signer() -> NoteSigner {
    NoteSigner::from_seed(name(ORIGIN), &seed(0x00))
}

pub fn witness() -> Cosigner {
    Cosigner::from_seed(name("witness.example.org/w1"), &seed(0x20))
}

/// The same witness with an ML-DSA-44 key.
pub fn pq_witness() -> PqCosigner {
    PqCosigner::from_seed(name("witness.example.org/w1"), &seed(0x40))
}

/// The log's own second key.
pub fn pq_log() -> PqCosigner {
    PqCosigner::from_seed(name(ORIGIN), &[0x77; 32])
}

/// Another witness, numbered from 2.
pub fn other_witness(number: u8) -> Cosigner {
    Cosigner::from_seed(
        name(&format!("witness.example.org/w{number}")),
        &[number; 32],
    )
}

pub fn time() -> PosixSeconds {
    PosixSeconds::new(COSIGNED_AT).unwrap()
}

pub fn entry(index: u64) -> Vec<u8> {
    match index {
        0 => b"register model A".to_vec(),
        1 => b"approve model A".to_vec(),
        2 => b"incident 1 on model A".to_vec(),
        3 => Vec::new(),
        4 => b"revoke model A".to_vec(),
        _ => format!("event {index}").into_bytes(),
    }
}

pub fn tree(size: u64) -> MemoryTree {
    (0..size).map(|i| leaf_hash(&entry(i))).collect()
}

pub fn hash(hex: &str) -> Hash {
    hex.parse().unwrap()
}

pub fn checkpoint(size: u64) -> Checkpoint {
    let tree = tree(size);
    Checkpoint {
        origin: name(ORIGIN),
        size: tree.size(),
        root: tree.root(),
    }
}

/// The body of a static resource at the size of the tree.
pub fn resource(path: TilePath, tree: &MemoryTree) -> Vec<u8> {
    match path {
        TilePath::Hashes { tile, width } => tree.tile(tile, width).unwrap().into_owned(),
        TilePath::Entries { index, width } => {
            let first = index * 256;
            let entries: Vec<_> = (first..first + u64::from(width.get())).map(entry).collect();
            encode_bundle(entries.iter().map(Vec::as_slice)).unwrap()
        }
    }
}
