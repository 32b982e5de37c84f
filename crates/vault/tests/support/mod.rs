//! A vault in a temporary directory, and filings for it.
#![allow(dead_code, clippy::unwrap_used)]

use std::collections::BTreeMap;

use cinnabar_events::{Commitment, StatementId, Subject};
use cinnabar_vault::{DataSubject, Filing, InstitutionKey, Opening, Openings, Slot, Vault};
use tempfile::TempDir;
use zeroize::Zeroizing;

pub(crate) fn institution(byte: u8) -> InstitutionKey {
    InstitutionKey::from_bytes(Zeroizing::new([byte; 32]))
}

pub(crate) fn new_vault() -> (TempDir, Vault) {
    let dir = tempfile::tempdir().unwrap();
    let vault = Vault::create(dir.path(), &institution(1)).unwrap();
    (dir, vault)
}

/// Closes the vault and opens it again.
pub(crate) fn reopen(dir: &TempDir, vault: Vault) -> Vault {
    drop(vault);
    Vault::open(dir.path(), &institution(1)).unwrap()
}

pub(crate) fn id(name: &str) -> StatementId {
    StatementId::derived("test", name)
}

pub(crate) fn subject() -> Subject {
    "incident/i1".parse().unwrap()
}

pub(crate) fn person(name: &str) -> DataSubject {
    DataSubject::person(name).unwrap()
}

pub(crate) fn opening(pointer: &str, value: &str) -> Opening {
    let salt = *blake3::hash(format!("{pointer} {value}").as_bytes()).as_bytes();
    Opening::new(pointer, Zeroizing::new(salt), &value.into()).unwrap()
}

pub(crate) fn commitments(
    statement: StatementId,
    openings: &[Opening],
) -> BTreeMap<String, Commitment> {
    let pairs = openings.iter();
    pairs
        .map(|opening| (opening.pointer().to_owned(), opening.commitment(statement)))
        .collect()
}

/// Openings for all commitments of a statement about [`subject`].
pub(crate) fn filing(statement: StatementId, openings: Vec<Opening>) -> Filing {
    let commitments = commitments(statement, &openings);
    let openings = Openings::new(statement, openings).unwrap();
    Filing::check(statement, &subject(), &commitments, openings).unwrap()
}

/// A filing with one opening.
pub(crate) fn one(name: &str) -> Filing {
    filing(id(name), vec![opening("/contact", name)])
}

pub(crate) fn slots(filing: &Filing) -> Vec<Slot> {
    filing.slots().collect()
}

pub(crate) fn keep(vault: &Vault, filing: &Filing) {
    let verdicts = vault.keep(std::slice::from_ref(filing)).unwrap();
    assert_eq!(verdicts, [Ok(())]);
}
