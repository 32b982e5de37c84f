//! A scrub names whatever is not as the entries make it, checksums or not, and changes nothing.

use std::fs;
use std::path::Path;

use cinnabar_governance::Changes;
use cinnabar_governance::{Overlay, RecordMap, evolve};
use cinnabar_store::{Application, OpenError, OpenOptions, Scrub, Store};
use rocksdb::DB;
use tempfile::TempDir;

use crate::open::tamper;
use crate::writer::{Writer, copy_dir};

/// The block, with the records that the rules make of it.
fn folded(mut block: Application, records: &mut RecordMap) -> Application {
    let mut overlay = Overlay::new(records);
    for entry in &block.entries {
        evolve(&mut overlay, entry).unwrap();
    }
    let changes: Changes = overlay.into_changes();
    block.records = changes.clone();
    use cinnabar_governance::RecordsMut as _;
    for (key, record) in changes.iter() {
        match record {
            Some(record) => records.put(key.clone(), record.clone()),
            None => records.remove(key.clone()),
        }
    }
    block
}

/// A closed store of 300 entries in blocks of ten, with checkpoints, an index of dossiers and a mark.
fn closed() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, mut records) = (Writer::new(), RecordMap::new());
    let store = Store::create_with(&dir.path().join("store"), &options(dir.path())).unwrap();
    store.apply(writer.epoch()).unwrap();
    for _ in 0..30 {
        let block = writer.some(10);
        let block = folded(writer.with_checkpoint(block), &mut records);
        store.apply(block).unwrap();
    }
    let plan = store.plan_index(store.head().size).unwrap();
    let (size, root, dossiers) = (plan.size().get(), plan.root(), plan.dossiers());
    let block = writer.indexed(size, &root, dossiers);
    store.apply(folded(block, &mut records)).unwrap();
    let recorded = store.indexes_to_apply(1).unwrap()[0].entry;
    assert!(store.apply_index(plan, recorded).unwrap());
    dir
}

fn options(dir: &Path) -> OpenOptions {
    OpenOptions {
        mark: Some(dir.join("mark")),
        mark_may_be_new: false,
    }
}

fn scrub(dir: &Path) -> Scrub {
    Store::scrub(&dir.join("store"), &options(dir)).unwrap()
}

fn bytes_below(dir: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for item in fs::read_dir(dir).unwrap() {
        let path = item.unwrap().path();
        match path.is_dir() {
            true => found.extend(bytes_below(&path)),
            false => found.push((path.clone(), fs::read(path).unwrap())),
        }
    }
    // RocksDB's own text log tells of every opening, and the lock file who had it last.
    found.retain(|(path, _)| {
        let name = path.file_name().unwrap().to_string_lossy();
        !name.starts_with("LOG") && name != "LOCK"
    });
    found.sort();
    found
}

#[test]
fn a_whole_store_is_clean_and_stays_as_it_is() {
    let dir = closed();
    let before = bytes_below(dir.path());
    let found = scrub(dir.path());
    assert!(found.is_clean(), "{:#?}", found.findings);
    assert_eq!(
        (found.entries, found.blocks, found.checkpoints),
        (301, 32, 30)
    );
    assert!(found.records > 300 && found.tiles == 3, "{found:?}");
    assert!(bytes_below(dir.path()) == before);
    let open = Store::open(&dir.path().join("store")).unwrap();
    let refused = Store::scrub(&dir.path().join("store"), &options(dir.path()));
    assert!(matches!(refused, Err(OpenError::Locked { .. })));
    drop(open);
    let nowhere = Store::scrub(&dir.path().join("nowhere"), &OpenOptions::default());
    assert!(matches!(nowhere, Err(OpenError::Missing(_))));
}

fn put(db: &DB, family: &str, key: &[u8], value: &[u8]) {
    db.put_cf(db.cf_handle(family).unwrap(), key, value)
        .unwrap();
}

fn get(db: &DB, family: &str, key: &[u8]) -> Vec<u8> {
    db.get_cf(db.cf_handle(family).unwrap(), key)
        .unwrap()
        .unwrap()
}

fn delete(db: &DB, family: &str, key: &[u8]) {
    db.delete_cf(db.cf_handle(family).unwrap(), key).unwrap();
}

/// The first key of a family that begins so.
fn first(db: &DB, family: &str, begins: &[u8]) -> Vec<u8> {
    let mut rows = db.raw_iterator_cf(db.cf_handle(family).unwrap());
    rows.seek(begins);
    let key = rows.key().unwrap().to_vec();
    assert!(key.starts_with(begins));
    key
}

fn flip(db: &DB, family: &str, key: &[u8], at: usize) {
    let mut value = get(db, family, key);
    value[at] ^= 1;
    put(db, family, key, &value);
}

fn key(letter: u8, number: u64) -> Vec<u8> {
    [&[letter][..], &number.to_be_bytes()].concat()
}

#[test]
fn every_row_that_is_not_as_the_entries_make_it_is_named_whatever_its_checksum() {
    type Change = fn(&DB);
    const CASES: [(&str, &str, Change); 19] = [
        (
            "a record says more",
            "records, key Dorganisation/org-3",
            |db| flip(db, "records", b"Dorganisation/org-3", 30),
        ),
        (
            "a record is gone",
            "records, key Aorganisation/org-2",
            |db| delete(db, "records", b"Aorganisation/org-2"),
        ),
        (
            "a record too many",
            "records, key Aorganisation/other",
            |db| put(db, "records", b"Aorganisation/other", b"\x01{}"),
        ),
        (
            "a hash within a full tile",
            "tiles, level 0, index 0",
            |db| flip(db, "tiles", &[0; 9], 100),
        ),
        ("a tile that is too long", "tiles, key", |db| {
            put(
                db,
                "tiles",
                &[0, 0, 0, 0, 0, 0, 0, 0, 1],
                &[get(db, "tiles", &[0, 0, 0, 0, 0, 0, 0, 0, 1]), vec![0; 32]].concat(),
            )
        }),
        ("a tile is gone", "tiles, level 1, index 0", |db| {
            delete(db, "tiles", &[1, 0, 0, 0, 0, 0, 0, 0, 0])
        }),
        (
            "an entry at another's place",
            "entries, sequence 17",
            |db| {
                put(
                    db,
                    "entries",
                    &17_u64.to_be_bytes(),
                    &get(db, "entries", &18_u64.to_be_bytes()),
                )
            },
        ),
        ("an entry that is none", "entries, sequence 18", |db| {
            flip(db, "entries", &18_u64.to_be_bytes(), 3)
        }),
        ("an entry is gone", "entries, sequence 19", |db| {
            delete(db, "entries", &19_u64.to_be_bytes())
        }),
        (
            "a dossier leads to another entry",
            "index, dossier organisation/org-1 at 2",
            |db| {
                flip(
                    db,
                    "index",
                    &[b"dorganisation/org-1\0", &2_u64.to_be_bytes()[..]].concat(),
                    7,
                )
            },
        ),
        ("a dossier has a row too many", "index, dossiers", |db| {
            put(
                db,
                "index",
                b"dorganisation/xyz\0\0\0\0\0\0\0\0\0",
                &[0; 40],
            )
        }),
        (
            "a checkpoint of another size",
            "index, checkpoint c",
            |db| {
                put(
                    db,
                    "index",
                    &key(b'c', 40),
                    &get(db, "index", &key(b'c', 50)),
                )
            },
        ),
        ("a checkpoint beyond the end", "index, checkpoint c", |db| {
            put(
                db,
                "index",
                &key(b'c', 900),
                &get(db, "index", &key(b'c', 50)),
            )
        }),
        ("a block is gone", "index, block b", |db| {
            delete(db, "index", &first(db, "index", &key(b'b', 50)))
        }),
        (
            "a recorded index is another",
            "index, recorded index at 300",
            |db| flip(db, "index", &key(b'i', 300), 20),
        ),
        ("a page is another", "index, pages", |db| {
            flip(db, "index", &first(db, "index", b"p"), 20)
        }),
        ("a time-stamp of nothing", "index, time-stamp t", |db| {
            put(db, "index", &[key(b't', 41), b"x".to_vec()].concat(), b"x")
        }),
        ("a row of no release", "index, key x", |db| {
            put(db, "index", b"x", b"x")
        }),
        ("the position of another block", "default, position", |db| {
            let mut value = db.get(b"p").unwrap().unwrap();
            value[11] ^= 1;
            db.put(b"p", value).unwrap();
        }),
    ];
    let dir = closed();
    for (name, place, change) in CASES {
        let copy = tempfile::tempdir().unwrap();
        copy_dir(dir.path(), copy.path());
        tamper(&copy.path().join("store"), |db| change(db));
        let found = scrub(copy.path());
        let named = found
            .findings
            .iter()
            .any(|finding| finding.place.starts_with(place));
        assert!(named, "{name}: {place} is not among {:#?}", found.findings);
    }
}

#[test]
fn head_file_and_mark_are_compared_slot_by_slot() {
    let dir = closed();
    let head = dir.path().join("store/replica/head");
    for (path, what) in [(&head, "head file"), (&dir.path().join("mark"), "mark")] {
        let whole = fs::read(path).unwrap();
        for (at, slot) in [(41, "slot 0"), (4096 + 60, "slot 1"), (4000, "slot 0")] {
            let mut bytes = whole.clone();
            bytes[at] ^= 4;
            fs::write(path, &bytes).unwrap();
            let found = scrub(dir.path());
            let [finding] = &found.findings[..] else {
                panic!("{found:#?}");
            };
            assert!(
                finding.place.starts_with(what) && finding.place.ends_with(slot),
                "{finding}"
            );
        }
        fs::write(path, whole).unwrap();
    }
    // An older database under newer files: what was acknowledged is missing.
    let older = tempfile::tempdir().unwrap();
    let store = Store::create(older.path()).unwrap();
    store.apply(Writer::new().some(3)).unwrap();
    drop(store);
    let database = dir.path().join("store/replica/rocksdb");
    fs::remove_dir_all(&database).unwrap();
    copy_dir(&older.path().join("replica/rocksdb"), &database);
    let found = scrub(dir.path());
    let behind = found
        .findings
        .iter()
        .filter(|finding| finding.expected.starts_with("at least"))
        .count();
    assert_eq!(behind, 4, "{found:#?}");
}
