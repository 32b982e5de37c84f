//! A vault with something in it, and its files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use cinnabar_events::{StatementId, Subject};
use zeroize::Zeroizing;

use crate::{DataSubject, Filing, InstitutionKey, Opening, Openings, Slot, Vault};

pub(crate) fn institution() -> InstitutionKey {
    InstitutionKey::from_bytes(Zeroizing::new([7; 32]))
}

pub(crate) fn person(name: &str) -> DataSubject {
    DataSubject::person(name).unwrap()
}

/// A salt and a value that are found nowhere else.
pub(crate) fn opening(pointer: &str, value: &str) -> Opening {
    let salt = *blake3::hash(format!("{pointer} {value}").as_bytes()).as_bytes();
    Opening::new(pointer, Zeroizing::new(salt), &value.into()).unwrap()
}

pub(crate) fn id(statement: &str) -> StatementId {
    StatementId::derived("test", statement)
}

/// A filing of openings that open all commitments of a statement about an incident.
pub(crate) fn filing(statement: &str, openings: Vec<Opening>) -> Filing {
    let subject: Subject = "incident/i1".parse().unwrap();
    let commitments = openings
        .iter()
        .map(|opening| {
            (
                opening.pointer().to_owned(),
                opening.commitment(id(statement)),
            )
        })
        .collect();
    let openings = Openings::new(id(statement), openings).unwrap();
    Filing::check(id(statement), &subject, &commitments, openings).unwrap()
}

pub(crate) fn slots(filings: &[Filing]) -> Vec<Slot> {
    filings.iter().flat_map(Filing::slots).collect()
}

pub(crate) fn keep(vault: &Vault, filings: &[Filing]) {
    for verdict in vault.keep(filings).unwrap() {
        verdict.unwrap();
    }
}

/// All files under `root` but the lock, by their paths relative to it.
pub(crate) fn files(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                open.push(entry.path());
            } else if entry.file_name() != "LOCK" {
                let path = entry.path().strip_prefix(root).unwrap().to_owned();
                found.insert(path, std::fs::read(entry.path()).unwrap());
            }
        }
    }
    found
}

/// Which of the needles are in which files.
pub(crate) fn search<'a>(
    files: &BTreeMap<PathBuf, Vec<u8>>,
    needles: &'a [(&'static str, Vec<u8>)],
) -> Vec<(&'a str, PathBuf)> {
    let mut found = Vec::new();
    for (what, needle) in needles {
        for (path, bytes) in files {
            if bytes.windows(needle.len()).any(|window| window == needle) {
                found.push((*what, path.clone()));
            }
        }
    }
    found
}
