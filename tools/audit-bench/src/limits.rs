//! What the machine can do: signatures alone, hashes alone, over the very bytes of the ledger.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader};
use std::path::Path;

use crate::clock::{Clock, Spent};
use cinnabar_events::{Entry, pre_authentication_encoding};
use ed25519_dalek::{Signature, VerifyingKey};
use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

/// Lines in memory at a time.
const CHUNK: usize = 50_000;

/// Times of the bare work, summed over the ledger. Reading and taking apart is not in them.
#[derive(Default)]
pub(crate) struct Limits {
    /// `verify_strict` of every signature, each key decoded for each signature.
    pub(crate) signatures: Spent,
    /// The same with keys decoded beforehand.
    pub(crate) signatures_only: Spent,
    /// BLAKE3 and SHA-256 of every entry.
    pub(crate) hashes: Spent,
    /// How many signatures.
    pub(crate) count: u64,
    /// How many entries.
    pub(crate) entries: u64,
    /// How many bytes.
    pub(crate) bytes: u64,
}

type Signed = (Vec<u8>, [u8; 32], VerifyingKey, Signature);

/// Measures both on all cores.
pub(crate) fn measure(export: &Path) -> io::Result<Limits> {
    let mut reader = BufReader::with_capacity(1 << 20, File::open(export)?);
    let mut limits = Limits::default();
    loop {
        let mut lines: Vec<Vec<u8>> = Vec::with_capacity(CHUNK);
        while lines.len() < CHUNK {
            let mut line = Vec::new();
            if reader.read_until(b'\n', &mut line)? == 0 {
                break;
            }
            line.pop();
            lines.push(line);
        }
        if lines.is_empty() {
            return Ok(limits);
        }
        let start = Clock::start();
        let sum: u64 = lines.par_iter().map(|line| hashed(line)).sum();
        limits.hashes += start.stop();
        std::hint::black_box(sum);
        limits.entries += lines.len() as u64;
        limits.bytes += lines.iter().map(|line| line.len() as u64).sum::<u64>();
        let signed: Vec<Signed> = lines
            .par_iter()
            .flat_map_iter(|line| signatures(line))
            .collect();
        limits.count += signed.len() as u64;
        let start = Clock::start();
        let good = signed.par_iter().all(|(message, key, _, signature)| {
            let key = VerifyingKey::from_bytes(key).expect("a key");
            key.verify_strict(message, signature).is_ok()
        });
        limits.signatures += start.stop();
        let start = Clock::start();
        let also = signed
            .par_iter()
            .all(|(message, _, key, signature)| key.verify_strict(message, signature).is_ok());
        limits.signatures_only += start.stop();
        assert!(good && also, "the ledger's signatures verify");
    }
}

fn hashed(line: &[u8]) -> u64 {
    let blake3 = blake3::hash(line);
    let sha256 = Sha256::new()
        .chain_update([0])
        .chain_update(line)
        .finalize();
    u64::from(blake3.as_bytes()[0]) + u64::from(sha256[0])
}

fn signatures(line: &[u8]) -> Vec<Signed> {
    let entry = Entry::parse(line).expect("an entry");
    let message = pre_authentication_encoding(entry.signed().bytes());
    let all = entry.signed().signatures().iter();
    all.map(|signature| {
        let key = VerifyingKey::from_bytes(signature.key.as_bytes()).expect("a key");
        let bytes = Signature::from_bytes(signature.sig.as_bytes());
        (message.clone(), *signature.key.as_bytes(), key, bytes)
    })
    .collect()
}
