//! A witness of the log of the vectors in a folder, asked without HTTP.
#![allow(dead_code, clippy::unwrap_used, missing_docs, unreachable_pub)]

use cinnabar_tlog::*;
use cinnabar_witness::origin_id;
use cinnabar_witness::server::Witness;
use cinnabar_witness::server::*;
use std::fs;
use std::path::{Path, PathBuf};

use super::common::*;

pub fn options(hand: &Hand) -> Options {
    Options {
        clock: hand.clock(),
        ..Options::new(name(WITNESS), vec![log_key()])
    }
}

pub fn open(dir: &Path) -> Witness {
    Witness::open(dir, options(&Hand::at(NEW_YEAR))).unwrap()
}

pub fn log_dir(dir: &Path) -> PathBuf {
    dir.join("logs").join(origin_id(&name(ORIGIN)))
}

pub fn ask(witness: &Witness, body: &str) -> (u16, String) {
    let answer = witness.add_checkpoint(body.as_bytes());
    (answer.status(), answer.body())
}

pub fn last_size(witness: &Witness) -> Option<u64> {
    let last = witness.last(&origin_id(&name(ORIGIN))).unwrap();
    last.map(|last| last.checkpoint().size.get())
}

pub fn evidence(dir: &Path) -> Vec<String> {
    let Ok(files) = fs::read_dir(log_dir(dir).join("evidence")) else {
        return Vec::new();
    };
    let mut names: Vec<String> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// A body with the root or another part of the note replaced, signed again or not.
pub fn resigned(old: u64, checkpoint: &Checkpoint, hashes: Vec<Hash>) -> String {
    AddCheckpoint {
        old: Size::new(old),
        proof: ConsistencyProof::new(hashes).unwrap(),
        checkpoint: checkpoint.sign(&log_signer()).unwrap(),
    }
    .to_string()
}

pub fn signed_text(old: u64, text: &str) -> String {
    let note = Note::new(text, vec![log_signer().sign(text)]).unwrap();
    format!("old {old}\n\n{note}")
}

pub fn stranger(origin: &str) -> NoteSigner {
    NoteSigner::from_seed(name(origin), &seed(0x60))
}
