//! The file: nothing skipped, nothing half done, rebuilt alike.
#![allow(clippy::unwrap_used)]

mod common;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use cinnabar_projections::*;
use cinnabar_tlog::{Hash, Size};
use common::*;
use proptest::prelude::*;

/// Entries after which products are there, and more to come.
const SOME: usize = 50;

fn file_in_use(dir: &Path) -> PathBuf {
    dir.join(std::fs::read_link(dir.join("views.db")).unwrap())
}

fn files(dir: &Path) -> Vec<String> {
    let names = std::fs::read_dir(dir)
        .unwrap()
        .map(|item| item.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| name.ends_with(".db")).collect();
    names.sort();
    names
}

#[test]
fn a_view_never_skips_an_entry() {
    let (dir, town) = (tempfile::tempdir().unwrap(), busy_town());
    let (entries, roots) = (town.entries(), roots(town.entries()));
    let views = folded(dir.path(), &entries[..20]);
    let before = views.digests().unwrap();
    let end = |size: usize| (Size::new(size as u64), roots[size]);
    let other = {
        let mut town = cinnabar_governance::testing::Town::new();
        (0..12).for_each(|index| town.enrol(&format!("actor-{index}"), None, &[]));
        town.entries()[20].clone()
    };
    let refused = [
        views.apply(&entries[21..22], end(22)).unwrap_err(),
        views.apply(&entries[19..21], end(21)).unwrap_err(),
        views
            .apply(&[entries[20].clone(), entries[22].clone()], end(22))
            .unwrap_err(),
        views.apply(&[other], end(21)).unwrap_err(),
        views.apply(&entries[20..22], end(23)).unwrap_err(),
        views.apply(&[], (Size::new(20), roots[19])).unwrap_err(),
    ];
    let kinds = refused.map(|error| match error {
        ApplyError::NotNext { .. } => "next",
        ApplyError::OtherLedger { .. } => "ledger",
        ApplyError::OtherSize { .. } => "size",
        other @ (ApplyError::Damaged | ApplyError::Sqlite(_) | ApplyError::Swap(_)) => {
            panic!("{other:?}")
        }
    });
    assert_eq!(kinds, ["next", "next", "next", "ledger", "size", "size"]);
    assert_eq!(views.digests().unwrap(), before);
    views.apply(&entries[20..22], end(22)).unwrap();
    assert_eq!(
        views.cursor(),
        Cursor {
            size: Size::new(22),
            root: roots[22],
            head: entries[21].hash()
        }
    );
}

#[test]
fn the_cursor_survives_being_closed() {
    let (dir, town) = (tempfile::tempdir().unwrap(), busy_town());
    let views = folded(dir.path(), &town.entries()[..SOME]);
    let before = views.digests().unwrap();
    drop(views);
    let views = Views::open(dir.path()).unwrap();
    assert_eq!(views.cursor(), before.cursor);
    assert_eq!(views.digests().unwrap(), before);
    fold(&views, town.entries(), 3);
    assert_eq!(views.cursor().size, Size::new(town.entries().len() as u64));
}

#[test]
fn what_a_crash_leaves_is_the_last_whole_block() {
    let (dir, town) = (tempfile::tempdir().unwrap(), busy_town());
    let views = folded(dir.path(), &town.entries()[..SOME]);
    let before = views.digests().unwrap();
    let file = file_in_use(dir.path());
    // Another writer dies half way through the next block: its rows are in the log, its commit isn't.
    let mut other = rusqlite::Connection::open(&file).unwrap();
    let transaction = other.transaction().unwrap();
    transaction
        .execute("DELETE FROM entry WHERE seq > 3", [])
        .unwrap();
    transaction
        .execute("UPDATE cursor SET size = 99", [])
        .unwrap();
    transaction.cache_flush().unwrap();
    let crashed = tempfile::tempdir().unwrap();
    for name in ["views-1.db", "views-1.db-wal"] {
        std::fs::copy(dir.path().join(name), crashed.path().join(name)).unwrap();
    }
    std::os::unix::fs::symlink("views-1.db", crashed.path().join("views.db")).unwrap();
    let views = Views::open(crashed.path()).unwrap();
    assert_eq!(views.digests().unwrap(), before);
    fold(&views, town.entries(), 4);
}

#[test]
fn a_rebuild_gives_the_same_rows_and_readers_never_go_back() {
    let (dir, town) = (tempfile::tempdir().unwrap(), busy_town());
    let views = folded(dir.path(), town.entries());
    let before = views.digests().unwrap();
    views.rebuild().unwrap();
    assert_eq!(views.cursor(), Cursor::START);
    let half = town.entries().len() / 2;
    fold(&views, &town.entries()[..half], 5);
    assert_eq!(views.read().unwrap().cursor(), before.cursor);
    assert_eq!(views.served_cursor(), before.cursor);
    assert_eq!(file_in_use(dir.path()).file_name().unwrap(), "views-1.db");
    fold(&views, town.entries(), 5);
    assert_eq!(views.digests().unwrap(), before);
    assert_eq!(views.read().unwrap().cursor(), before.cursor);
    assert_eq!(files(dir.path()), ["views-2.db", "views.db"]);
    drop(views);
    assert_eq!(Views::open(dir.path()).unwrap().digests().unwrap(), before);
}

#[test]
fn another_version_is_folded_again_and_takes_its_place_when_it_has_come_as_far() {
    let (dir, town) = (tempfile::tempdir().unwrap(), busy_town());
    let views = folded(dir.path(), town.entries());
    let before = views.digests().unwrap();
    drop(views);
    let file = rusqlite::Connection::open(file_in_use(dir.path())).unwrap();
    file.execute(
        "UPDATE view SET version = version + 1 WHERE name = 'products'",
        [],
    )
    .unwrap();
    drop(file);
    let views = Views::open(dir.path()).unwrap();
    assert_eq!(views.cursor(), Cursor::START);
    fold(&views, &town.entries()[..9], 9);
    assert_eq!(file_in_use(dir.path()).file_name().unwrap(), "views-1.db");
    drop(views);
    // Stopped half way, it goes on where it was.
    let views = Views::open(dir.path()).unwrap();
    assert_eq!(views.cursor().size, Size::new(9));
    assert_eq!(views.read().unwrap().cursor().size, Size::new(9));
    fold(&views, town.entries(), 5);
    assert_eq!(views.digests().unwrap(), before);
    assert_eq!(files(dir.path()), ["views-2.db", "views.db"]);
}

#[test]
fn a_damaged_file_is_folded_again() {
    let town = busy_town();
    type Damage = fn(&mut Vec<u8>);
    let damages: [(&str, Damage); 3] = [
        ("header", |bytes| bytes[0] ^= 1),
        ("cut", |bytes| bytes.truncate(5000)),
        ("pages", |bytes| {
            bytes[4096..].iter_mut().for_each(|byte| *byte = 0xa5)
        }),
    ];
    for (name, damage) in damages {
        let dir = tempfile::tempdir().unwrap();
        let before = folded(dir.path(), town.entries()).digests().unwrap();
        let file = file_in_use(dir.path());
        // Closing the last connection moves the log into the file.
        let mut bytes = std::fs::read(&file).unwrap();
        damage(&mut bytes);
        std::fs::write(&file, bytes).unwrap();
        let views = Views::open(dir.path()).unwrap();
        assert_eq!(views.cursor(), Cursor::START, "{name}");
        fold(&views, town.entries(), 50);
        assert_eq!(views.digests().unwrap(), before, "{name}");
        assert_eq!(files(dir.path()).len(), 2, "{name}");
    }
}

#[test]
fn damage_found_by_a_reader_stops_the_fold_until_it_is_rebuilt() {
    let (dir, town) = (tempfile::tempdir().unwrap(), busy_town());
    let entries = town.entries();
    let views = folded(dir.path(), &entries[..SOME]);
    let file = rusqlite::Connection::open(file_in_use(dir.path())).unwrap();
    file.execute("UPDATE product SET facts = 'not json'", [])
        .unwrap();
    drop(file);
    let reader = views.read().unwrap();
    let answer = reader.products(reader.at(), &ProductFilter::default(), &Page::default());
    assert!(matches!(answer, Err(ReadError::Damaged(_))), "{answer:?}");
    let answer = views.apply(
        &entries[SOME..=SOME],
        (Size::new(SOME as u64 + 1), roots(entries)[SOME + 1]),
    );
    assert!(matches!(answer, Err(ApplyError::Damaged)), "{answer:?}");
    views.rebuild().unwrap();
    fold(&views, entries, 8);
    let reader = views.read().unwrap();
    assert_eq!(
        reader
            .products(reader.at(), &ProductFilter::default(), &Page::default())
            .unwrap()
            .total,
        4
    );
}

#[test]
fn a_reader_sees_one_moment() {
    let (dir, town) = (tempfile::tempdir().unwrap(), busy_town());
    let views = folded(dir.path(), &town.entries()[..SOME]);
    let reader = views.read().unwrap();
    fold(&views, town.entries(), 50);
    let all = EntryFilter::default();
    assert_eq!(reader.cursor().size, Size::new(SOME as u64));
    assert_eq!(
        reader
            .entries(at(1000), &all, &Page::default())
            .unwrap()
            .total,
        SOME as u64
    );
    let later = views.read().unwrap();
    assert_eq!(later.cursor().size, Size::new(town.entries().len() as u64));
}

#[test]
fn those_who_wait_are_told_of_every_block() {
    let (dir, town) = (tempfile::tempdir().unwrap(), busy_town());
    let views = Views::open(dir.path()).unwrap();
    let told: Arc<Mutex<Vec<u64>>> = Arc::default();
    let note = Arc::clone(&told);
    views.on_change(move |cursor| note.lock().unwrap().push(cursor.size.get()));
    fold(&views, &town.entries()[..20], 10);
    assert_eq!(*told.lock().unwrap(), [10, 20]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..Default::default() })]

    /// However the entries are cut into blocks, and however often the process stops, the rows are the same.
    #[test]
    fn the_rows_depend_on_the_entries_alone(blocks in proptest::collection::vec(1usize..9, 4..12), stops in proptest::collection::vec(any::<bool>(), 12)) {
        let town = busy_town();
        let entries = town.entries();
        let roots: Vec<Hash> = roots(entries);
        let (dir, plain) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let mut views = Views::open(dir.path()).unwrap();
        let mut size = 0;
        for (block, stop) in blocks.iter().zip(&stops) {
            let end = entries.len().min(size + block);
            views.apply(&entries[size..end], (Size::new(end as u64), roots[end])).unwrap();
            size = end;
            if *stop {
                drop(views);
                views = Views::open(dir.path()).unwrap();
            }
        }
        prop_assert_eq!(views.digests().unwrap(), folded(plain.path(), &entries[..size]).digests().unwrap());
    }
}
