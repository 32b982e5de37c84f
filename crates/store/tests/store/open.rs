//! Who may open what.

use std::path::Path;
use std::process::Command;

use cinnabar_store::{Damage, Head, OpenError, Store, StoreError};
use rocksdb::{DB, Options};

use crate::writer::{Writer, copy_dir};

/// Writes into the database of a closed store behind its back.
pub(crate) fn tamper(dir: &Path, change: impl FnOnce(&mut DB)) {
    let path = dir.join("replica/rocksdb");
    let families = DB::list_cf(&Options::default(), &path).unwrap();
    let mut db = DB::open_cf(&Options::default(), &path, families).unwrap();
    change(&mut db);
}

/// A closed store of five entries.
fn closed() -> (tempfile::TempDir, Writer) {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = Writer::new();
    let store = Store::create(dir.path()).unwrap();
    store.apply(writer.some(5)).unwrap();
    (dir, writer)
}

fn damage(dir: &Path) -> Damage {
    match Store::open(dir) {
        Err(OpenError::Unreadable(StoreError::Damaged(damage))) => damage,
        other => panic!("not damaged: {other:?}"),
    }
}

#[test]
fn a_ledger_is_created_where_there_is_nothing_and_nowhere_else() {
    let dir = tempfile::tempdir().unwrap();
    let new = dir.path().join("a/b");
    assert!(matches!(Store::open(&new), Err(OpenError::Missing(_))));
    assert!(!new.exists());
    let store = Store::create(&new).unwrap();
    assert_eq!(store.head(), Head::EMPTY);
    assert_eq!(store.high_water(), None);
    assert_eq!(store.checkpoint(), None);
    drop(store);
    assert!(matches!(Store::create(&new), Err(OpenError::NotEmpty(_))));
    assert_eq!(Store::open(&new).unwrap().head(), Head::EMPTY);
    std::fs::write(dir.path().join("x"), "x").unwrap();
    assert!(matches!(
        Store::create(dir.path()),
        Err(OpenError::NotEmpty(_))
    ));
    assert!(matches!(
        Store::open(dir.path()),
        Err(OpenError::NotAStore(_))
    ));
}

#[test]
fn a_creation_that_was_cut_off_counts_as_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let unfinished = dir.path().join("replica.new/rocksdb");
    std::fs::create_dir_all(&unfinished).unwrap();
    std::fs::write(unfinished.join("CURRENT"), "half").unwrap();
    std::fs::write(dir.path().join("LOCK"), "1\n").unwrap();
    assert!(matches!(
        Store::open(dir.path()),
        Err(OpenError::Missing(_))
    ));
    Store::create(dir.path()).unwrap();
    Store::open(dir.path()).unwrap();
}

#[test]
fn a_store_that_is_open_is_refused_to_a_second_and_free_after_the_last_clone_is_gone() {
    let (dir, writer) = closed();
    let first = Store::open(dir.path()).unwrap();
    let clone = first.clone();
    drop(first);
    let Err(error @ OpenError::Locked { .. }) = Store::open(dir.path()) else {
        panic!("opened twice");
    };
    assert!(
        error.to_string().contains(&std::process::id().to_string()),
        "{error}"
    );
    drop(clone);
    assert_eq!(Store::open(dir.path()).unwrap().head(), writer.head);
}

#[test]
fn a_store_that_another_process_has_open_is_refused_with_its_id() {
    let (dir, _writer) = closed();
    let _open = Store::open(dir.path()).unwrap();
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "open::child_that_opens", "--nocapture"])
        .env("CINNABAR_TEST_OPEN", dir.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(
        said.contains(&format!("open in another process ({})", std::process::id())),
        "{said}"
    );
}

/// The other process of the test above; on its own it does nothing.
#[test]
fn child_that_opens() {
    if let Some(dir) = std::env::var_os("CINNABAR_TEST_OPEN") {
        println!("{}", Store::open(Path::new(&dir)).unwrap_err());
    }
}

#[test]
fn a_newer_format_is_refused_also_if_it_has_more_families() {
    let (dir, _writer) = closed();
    tamper(dir.path(), |db| db.put(b"f", 3_u32.to_be_bytes()).unwrap());
    let newer = |dir| match Store::open(dir) {
        Err(error @ OpenError::NewerFormat { found: 3, known: 2 }) => error.to_string(),
        other => panic!("not refused: {other:?}"),
    };
    assert!(newer(dir.path()).contains("format 3"));
    tamper(dir.path(), |db| {
        db.create_cf("novelties", &Options::default()).unwrap()
    });
    newer(dir.path());
}

#[test]
fn a_database_of_something_else_is_not_taken_for_a_ledger() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("replica/rocksdb");
    std::fs::create_dir_all(&path).unwrap();
    assert!(matches!(
        Store::open(dir.path()),
        Err(OpenError::NotAStore(_))
    ));
    drop(DB::open_default(&path).unwrap());
    assert!(matches!(
        Store::open(dir.path()),
        Err(OpenError::NotAStore(_))
    ));
    let (dir, _writer) = closed();
    tamper(dir.path(), |db| db.delete(b"f").unwrap());
    assert!(matches!(
        Store::open(dir.path()),
        Err(OpenError::NotAStore(_))
    ));
}

#[test]
fn a_store_whose_end_does_not_fit_together_is_refused_as_damaged() {
    let (dir, writer) = closed();
    let last = 4_u64.to_be_bytes();
    let copies = tempfile::tempdir().unwrap();
    let tampered = |name: &str, change: &dyn Fn(&DB)| {
        let copy = copies.path().join(name);
        copy_dir(dir.path(), &copy);
        tamper(&copy, |db| change(db));
        damage(&copy)
    };
    let changed = tampered("entry", &|db| {
        db.put_cf(db.cf_handle("entries").unwrap(), last, "x")
            .unwrap()
    });
    assert!(matches!(changed, Damage::HeadHash { recorded, .. } if recorded == writer.head.hash));
    let gone = tampered("gone", &|db| {
        db.delete_cf(db.cf_handle("entries").unwrap(), last)
            .unwrap()
    });
    assert!(matches!(gone, Damage::EntryMissing(_)));
    let beyond = tampered("beyond", &|db| {
        db.put_cf(db.cf_handle("entries").unwrap(), 5_u64.to_be_bytes(), "x")
            .unwrap();
    });
    assert!(matches!(beyond, Damage::EntryBeyondHead(_)));
    let tile = tampered("tile", &|db| {
        db.put_cf(db.cf_handle("tiles").unwrap(), [0; 9], [7; 5 * 32])
            .unwrap()
    });
    assert!(matches!(tile, Damage::Root { .. }));
    let head = tampered("head", &|db| db.put(b"h", "x").unwrap());
    assert_eq!(head, Damage::Form("head"));
    let position = tampered("position", &|db| db.delete(b"p").unwrap());
    assert_eq!(position, Damage::Missing("position"));
}
