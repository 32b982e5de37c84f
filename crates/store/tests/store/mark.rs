//! The mark: what is known outside the data directory, when that is put back to an earlier state.

use std::path::{Path, PathBuf};

use cinnabar_store::{ApplyError, Inconsistency, OpenError, OpenOptions, Recovery, Store};

use crate::writer::{Writer, copy_dir};

/// A folder with a data directory, a mark beside it, and copies of the data directory.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn options(&self) -> OpenOptions {
        OpenOptions {
            mark: Some(self.folder.path().join("elsewhere/mark")),
            mark_may_be_new: false,
        }
    }

    fn create(&self) -> Store {
        Store::create_with(&self.data(), &self.options()).unwrap()
    }

    fn open(&self) -> Store {
        Store::open_with(&self.data(), &self.options()).unwrap()
    }

    fn refused(&self) -> OpenError {
        Store::open_with(&self.data(), &self.options()).unwrap_err()
    }

    fn keep(&self, name: &str) {
        copy_dir(&self.data(), &self.folder.path().join(name));
    }

    fn put_back(&self, name: &str) {
        std::fs::remove_dir_all(self.data()).unwrap();
        copy_dir(&self.folder.path().join(name), &self.data());
    }
}

fn marked(store: &Store) -> u64 {
    store.mark().unwrap().high_water.size.get()
}

#[test]
fn the_mark_moves_with_every_block_and_holds_the_newest_checkpoint() {
    let (place, mut writer) = (Place::new(), Writer::new());
    let store = place.create();
    assert_eq!(marked(&store), 0);
    for count in 1..5 {
        let block = writer.some(count);
        store.apply(writer.with_checkpoint(block)).unwrap();
        let mark = store.mark().unwrap();
        assert_eq!(mark.high_water.size, writer.head.size);
        assert_eq!(mark.high_water.hash, writer.head.hash);
        assert_eq!(mark.checkpoint, store.checkpoint());
    }
    let before = store.mark();
    drop(store);
    assert_eq!(place.open().mark(), before);
}

#[test]
fn an_old_copy_of_the_data_directory_is_behind_the_mark_and_stays_so_until_all_is_there_again() {
    let (place, mut writer) = (Place::new(), Writer::new());
    let store = place.create();
    store.apply(writer.some(4)).unwrap();
    place.keep("old");
    let later: Vec<_> = (0..6).map(|_| writer.some(2)).collect();
    for block in &later {
        store.apply(block.clone()).unwrap();
    }
    drop(store);
    place.put_back("old");
    // Opened again after every other block, when both slots could have been written: what was known is never forgotten
    // on the way.
    for (number, blocks) in later.chunks(2).enumerate() {
        let store = place.open();
        assert_eq!(store.head().size.get(), 4 + 4 * number as u64);
        assert_eq!(marked(&store), 16);
        for block in blocks {
            store.apply(block.clone()).unwrap();
            assert_eq!(marked(&store), 16);
        }
    }
    let store = place.open();
    assert_eq!(store.head(), writer.head);
    store.apply(writer.some(1)).unwrap();
    assert_eq!(marked(&store), 17);
}

#[test]
fn another_history_is_refused_where_it_passes_the_mark_and_when_it_is_opened() {
    let (place, mut writer) = (Place::new(), Writer::new());
    let store = place.create();
    store.apply(writer.some(4)).unwrap();
    place.keep("old");
    let mut other = writer.clone();
    store.apply(writer.some(3)).unwrap();
    drop(store);
    place.put_back("old");
    let store = place.open();
    store.apply(other.block(&[&["organisation/x"]])).unwrap();
    let error = store.apply(other.some(5)).unwrap_err();
    assert!(
        matches!(
            error,
            ApplyError::Inconsistent(Inconsistency::HighWater { at, .. }) if at.get() == 6
        ),
        "{error:?}"
    );
    drop(store);
    // The same history, written while the mark was not looked at.
    place.put_back("old");
    let store = Store::open(&place.data()).unwrap();
    let mut replayed = Writer::new();
    replayed.some(4);
    store.apply(replayed.block(&[&["organisation/x"]])).unwrap();
    store.apply(replayed.some(5)).unwrap();
    drop(store);
    let refused = place.refused();
    assert!(
        matches!(&refused, OpenError::MarkContradicts { size, .. } if size.get() == 7),
        "{refused}"
    );
}

#[test]
fn a_mark_that_is_gone_damaged_inside_or_in_use_is_refused() {
    let (place, mut writer) = (Place::new(), Writer::new());
    let store = place.create();
    store.apply(writer.some(2)).unwrap();
    let second = Store::create_with(&place.folder.path().join("second"), &place.options());
    assert!(matches!(second, Err(OpenError::MarkInUse(_))), "{second:?}");
    drop(store);
    let mark = place.options().mark.unwrap();
    let inside = OpenOptions {
        mark: Some(place.data().join("deep/mark")),
        mark_may_be_new: true,
    };
    let refused = Store::open_with(&place.data(), &inside).unwrap_err();
    assert!(matches!(refused, OpenError::MarkInside(_)), "{refused}");
    let whole = std::fs::read(&mark).unwrap();
    std::fs::write(&mark, vec![1; whole.len()]).unwrap();
    assert!(matches!(place.refused(), OpenError::MarkDamaged(_)));
    std::fs::remove_file(&mark).unwrap();
    assert!(matches!(place.refused(), OpenError::MarkMissing(_)));
    let allowed = OpenOptions {
        mark_may_be_new: true,
        ..place.options()
    };
    let store = Store::open_with(&place.data(), &allowed).unwrap();
    store.apply(writer.some(1)).unwrap();
    assert_eq!(marked(&store), 3);
    drop(store);
    assert_eq!(marked(&place.open()), 3);
}

#[test]
fn a_recovery_sets_the_mark_back_once_and_for_what_it_names_only() {
    let (place, mut writer) = (Place::new(), Writer::new());
    let store = place.create();
    store.apply(writer.some(4)).unwrap();
    place.keep("old");
    let old = writer.clone();
    store.apply(writer.some(3)).unwrap();
    store.apply(writer.some(3)).unwrap();
    drop(store);

    place.put_back("old");
    let store = place.open();
    let too_little = store.apply(old.clone().recovery(9)).unwrap_err();
    assert!(
        matches!(
            too_little,
            ApplyError::Inconsistent(Inconsistency::Recovery { .. })
        ),
        "{too_little:?}"
    );
    drop(store);

    let (store, mut writer) = (place.open(), old);
    store.apply(writer.recovery(10)).unwrap();
    let recovery = Recovery {
        from: cinnabar_events::Sequence::new(4),
        until: cinnabar_tlog::Size::new(10),
    };
    assert_eq!(store.recoveries().unwrap(), [recovery]);
    assert_eq!(marked(&store), 5);
    place.keep("recovered");
    store.apply(writer.some(2)).unwrap();
    assert_eq!(marked(&store), 7);
    drop(store);
    assert_eq!(marked(&place.open()), 7);

    // Put back a second time: the recovery before excuses nothing.
    place.put_back("recovered");
    let store = place.open();
    assert_eq!((store.head().size.get(), marked(&store)), (5, 7));
}

#[test]
fn a_mark_from_before_a_recovery_that_it_did_not_see_is_set_back_when_the_store_is_opened() {
    let (place, mut writer) = (Place::new(), Writer::new());
    let store = place.create();
    store.apply(writer.some(4)).unwrap();
    place.keep("old");
    let old = writer.clone();
    store.apply(writer.some(6)).unwrap();
    drop(store);
    for further in [0, 8] {
        place.put_back("old");
        // Recovered by somebody who keeps no mark.
        let (store, mut writer) = (Store::open(&place.data()).unwrap(), old.clone());
        store.apply(writer.recovery(10)).unwrap();
        store.apply(writer.some(further)).unwrap();
        drop(store);
        let mark = place.options().mark.unwrap();
        let kept = std::fs::read(&mark).unwrap();
        let store = place.open();
        assert_eq!(marked(&store), 5 + further);
        store.apply(writer.some(1)).unwrap();
        drop(store);
        assert_eq!(marked(&place.open()), 6 + further);
        std::fs::write(&mark, kept).unwrap();
    }
}

#[test]
fn the_head_file_is_not_forgotten_either_while_blocks_come_back() {
    let (place, mut writer) = (Place::new(), Writer::new());
    let store = place.create();
    store.apply(writer.some(2)).unwrap();
    let rocksdb = |name: &str| place.folder.path().join(name);
    copy_dir(&place.data().join("replica/rocksdb"), &rocksdb("early"));
    let later: Vec<_> = (0..6).map(|_| writer.some(1)).collect();
    for block in &later {
        store.apply(block.clone()).unwrap();
    }
    drop(store);
    std::fs::remove_dir_all(place.data().join("replica/rocksdb")).unwrap();
    copy_dir(&rocksdb("early"), &place.data().join("replica/rocksdb"));
    for blocks in later.chunks(2) {
        let store = Store::open(&place.data()).unwrap();
        assert_eq!(store.high_water().unwrap().size.get(), 8);
        for block in blocks {
            store.apply(block.clone()).unwrap();
        }
    }
    let store = Store::open(Path::new(&place.data())).unwrap();
    assert_eq!(store.head(), writer.head);
}
