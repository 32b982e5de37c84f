//! Golden bytes in `vectors/`, for implementations in other languages.
//!
//! `UPDATE_VECTORS=1 cargo test -p cinnabar-events --test vectors` writes the files again; without it they are compared. A
//! released vector never changes: a difference means that the format changed, which it may not.
//! `vectors/signatures.json` is never written: it was made elsewhere, and holds verdicts that this crate must give.
// A kind that no table here mentions gets a plain statement by the registrar.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm)]

mod canonical;
mod ledger;
mod signatures;
mod wire;

use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use serde_json::Value as Json;

/// Where the vectors are.
fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("vectors")
        .join(name)
}

/// Holds `found` against the file `name`, or writes the file if `UPDATE_VECTORS` is set.
fn golden(name: &str, found: &Json) {
    let path = path(name);
    let mut text = serde_json::to_string_pretty(found).unwrap();
    text.push('\n');
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        std::fs::write(&path, text).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    let differs = kept
        .lines()
        .zip(text.lines())
        .enumerate()
        .find(|(_, (kept, found))| kept != found);
    assert!(
        differs.is_none() && kept == text,
        "{name} is not what comes out now; first difference (line, (kept, found)): {differs:?}"
    );
}

/// A key whose seed is 32 bytes counting up from `first`.
fn seed(first: u8) -> SigningKey {
    SigningKey::from_bytes(&std::array::from_fn(|index| first + index as u8))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    hex(&sha2::Sha256::digest(bytes))
}
