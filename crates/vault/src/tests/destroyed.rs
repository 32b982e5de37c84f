//! What an erasure leaves: in the files, and in the blocks of files that are gone.

use super::fixture::{files, filing, institution, keep, opening, person, search, slots};
use crate::layout::FileName;
use crate::{Filing, Found, Vault};

/// A vault with two openings about one person and one about another.
fn vault(dir: &std::path::Path) -> (Vault, Vec<Filing>) {
    let vault = Vault::create(dir, &institution()).unwrap();
    let li = |pointer, value| opening(pointer, value).about(person("Li Na"));
    let filings = vec![
        filing("s1", vec![li("/name", "value that is to be erased")]),
        filing("s2", vec![li("/phone", "value that stays")]),
        filing("s3", vec![opening("/summary", "value about another")]),
    ];
    keep(&vault, &filings);
    (vault, filings)
}

/// Everything that an erasure of the first filing must destroy.
fn needles(vault: &Vault) -> Vec<(&'static str, Vec<u8>)> {
    let name = FileName::of(&vault.keys, &person("Li Na"));
    let read = |path| vault.disk.read(path, usize::MAX - 1).unwrap().unwrap();
    let erased = opening("/name", "value that is to be erased");
    let (wrapped, sealed) = (read(&name.key()), read(&name.sealed()));
    vec![
        ("value", b"value that is to be erased".to_vec()),
        ("salt", erased.salt().to_vec()),
        ("salt in hex", hex::encode(erased.salt()).into_bytes()),
        (
            "key",
            vault.load(name).unwrap().unwrap().key.bytes().to_vec(),
        ),
        // Without the nonce, and without the tag: no part of them may be left.
        ("wrapped key", wrapped[32..64].to_vec()),
        ("nonce of the wrapped key", wrapped[8..32].to_vec()),
        ("sealed openings", sealed[36..68].to_vec()),
        ("name", b"Li Na".to_vec()),
    ]
}

/// Hard links to all files: what their blocks hold after the files are gone.
fn link_all(from: &std::path::Path, to: &std::path::Path) {
    for (number, path) in files(from).keys().enumerate() {
        std::fs::hard_link(from.join(path), to.join(number.to_string())).unwrap();
    }
}

#[test]
fn neither_value_nor_salt_nor_key_is_found_in_any_file_after_an_erasure() {
    let (dir, blocks) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (vault, filings) = vault(dir.path());
    let needles = needles(&vault);
    let before: Vec<&str> = search(&files(dir.path()), &needles)
        .into_iter()
        .map(|(what, _)| what)
        .collect();
    let sealed = ["wrapped key", "nonce of the wrapped key", "sealed openings"];
    assert_eq!(before, sealed, "only sealed, and findable");
    link_all(dir.path(), blocks.path());

    let receipt = vault.erase(&slots(&filings[..1])).unwrap();
    assert_eq!(receipt.slots, slots(&filings[..1]));
    assert_eq!((receipt.files.len(), receipt.survivors), (1, 1));
    assert_eq!(search(&files(dir.path()), &needles), []);
    assert_eq!(search(&files(blocks.path()), &needles), []);
    for slot in slots(&filings[1..]) {
        assert!(matches!(vault.find(&slot), Ok(Found::Opening(_))));
    }
    drop(vault);
    let vault = Vault::open(dir.path(), &institution()).unwrap();
    assert_eq!(vault.find(&slots(&filings)[0]).unwrap(), Found::Erased);
    assert_eq!(search(&files(dir.path()), &needles), []);
}

#[test]
fn an_erasure_that_only_forgets_the_key_would_be_found_out() {
    let (dir, blocks) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (vault, filings) = vault(dir.path());
    let needles = needles(&vault);
    link_all(dir.path(), blocks.path());
    vault.disk.trace.only_forget();
    vault.erase(&slots(&filings[..1])).unwrap();
    let found = search(&files(blocks.path()), &needles);
    assert!(found.iter().any(|(what, _)| *what == "wrapped key"));
}

#[test]
fn of_a_data_subject_without_openings_no_file_is_left() {
    let (dir, blocks) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (vault, _) = vault(dir.path());
    let needles = needles(&vault);
    link_all(dir.path(), blocks.path());
    let receipt = vault.erase_subject(&person("Li Na")).unwrap();
    assert_eq!((receipt.slots.len(), receipt.survivors), (2, 0));
    assert_eq!(search(&files(dir.path()), &needles), []);
    assert_eq!(search(&files(blocks.path()), &needles), []);
    let name = hex::encode(FileName::of(&vault.keys, &person("Li Na")).0);
    let named = |path: &&std::path::PathBuf| path.to_string_lossy().contains(&name);
    assert_eq!(files(dir.path()).keys().find(named), None);
    assert_eq!(vault.list(&person("Li Na")).unwrap(), []);
}

#[test]
fn a_statement_that_was_not_recorded_leaves_as_little_and_may_come_again() {
    let dir = tempfile::tempdir().unwrap();
    let (vault, filings) = vault(dir.path());
    let needles = needles(&vault);
    vault.discard(&slots(&filings[..1])).unwrap();
    assert_eq!(search(&files(dir.path()), &needles), []);
    let slot = slots(&filings)[0];
    assert_eq!(vault.find(&slot).unwrap(), Found::Nothing);
    keep(&vault, &filings);
    assert!(matches!(vault.find(&slot), Ok(Found::Opening(_))));
}

#[test]
fn the_new_key_is_another_one() {
    let dir = tempfile::tempdir().unwrap();
    let (vault, filings) = vault(dir.path());
    let name = FileName::of(&vault.keys, &person("Li Na"));
    let key = |vault: &Vault| *vault.load(name).unwrap().unwrap().key.bytes();
    let before = key(&vault);
    vault.erase(&slots(&filings[..1])).unwrap();
    assert_ne!(key(&vault), before);
}
