//! Copies of a replica that is being written, and what a replica made from one knows of itself.

use std::path::Path;

use cinnabar_store::{CopyError, Head, OpenOptions, Restored, Store, backup_folder, note_restored};

use crate::writer::{Writer, copy_dir};

/// A data directory with the copy in it.
fn put_back(folder: &Path, to: &Path) -> Store {
    std::fs::create_dir(to).unwrap();
    copy_dir(&folder.join("replica"), &to.join("replica"));
    Store::open(to).unwrap()
}

fn note(head: &Head) -> Restored {
    Restored {
        size: head.size,
        hash: head.hash,
    }
}

#[test]
fn a_copy_of_an_open_replica_is_a_replica_of_that_moment_and_goes_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let (data, mut writer) = (dir.path().join("data"), Writer::new());
    let store = Store::create(&data).unwrap();
    assert_eq!(store.copy().unwrap().head, Head::EMPTY);
    for round in 0..4 {
        let block = writer.some(7);
        store.apply(writer.with_checkpoint(block)).unwrap();
        let copy = store.copy().unwrap();
        let (head, checkpoint) = (store.head(), store.checkpoint());
        // What comes after is not in it.
        store.apply(writer.some(3)).unwrap();
        assert_eq!((copy.head, &copy.checkpoint), (head, &checkpoint));
        let other = put_back(copy.folder(), &dir.path().join(format!("copy-{round}")));
        assert_eq!((other.head(), other.checkpoint()), (head, checkpoint));
        assert_eq!(other.high_water().unwrap().hash, head.hash);
        assert_eq!(other.position(), copy.position);
        let entries = |store: &Store| -> Vec<Vec<u8>> {
            let all = store.entries(cinnabar_events::Sequence::new(0), head.next());
            all.map(Result::unwrap).collect()
        };
        assert_eq!(entries(&other), entries(&store));
    }
    assert!(!backup_folder(&data).join("replica").exists());
    // What a killed process left is gone with the next start.
    std::mem::forget(store.copy().unwrap());
    assert!(backup_folder(&data).join("replica").exists());
    drop(store);
    Store::open(&data).unwrap();
    assert!(!backup_folder(&data).join("replica").exists());
}

#[test]
fn a_replica_that_lost_blocks_is_not_copied() {
    let dir = tempfile::tempdir().unwrap();
    let (data, mut writer) = (dir.path().join("data"), Writer::new());
    let store = Store::create(&data).unwrap();
    store.apply(writer.some(4)).unwrap();
    drop(store);
    copy_dir(&data, &dir.path().join("old"));
    let store = Store::open(&data).unwrap();
    store.apply(writer.some(2)).unwrap();
    drop(store);
    let head = "replica/head";
    std::fs::copy(data.join(head), dir.path().join("old").join(head)).unwrap();
    let store = Store::open(&dir.path().join("old")).unwrap();
    let refused = store.copy().unwrap_err();
    assert!(
        matches!(refused, CopyError::Behind { found, known } if found.get() == 4 && known.get() == 6),
        "{refused}"
    );
}

#[test]
fn a_replica_that_was_put_back_says_so_until_the_mark_or_somebody_shows_that_it_is_the_newest() {
    let dir = tempfile::tempdir().unwrap();
    let mark = |name: &str, may_be_new| OpenOptions {
        mark: Some(dir.path().join(name)),
        mark_may_be_new: may_be_new,
    };
    let (data, mut writer) = (dir.path().join("data"), Writer::new());
    let store = Store::create_with(&data, &mark("same", false)).unwrap();
    store.apply(writer.some(4)).unwrap();
    let head = store.head();
    drop(store);
    copy_dir(&data, &dir.path().join("backup"));
    let later = dir.path().join("later");
    std::fs::copy(dir.path().join("same"), dir.path().join("ahead")).unwrap();
    copy_dir(&data, &later);
    let store = Store::open_with(&later, &mark("ahead", false)).unwrap();
    store.apply(writer.some(1)).unwrap();
    drop(store);

    let nothing = OpenOptions::default();
    let answered = OpenOptions {
        mark: None,
        mark_may_be_new: true,
    };
    let cases = [
        ("no mark", &nothing, true),
        ("a mark that knows of more", &mark("ahead", false), true),
        ("the mark where it ends", &mark("same", false), false),
        (
            "somebody answers, with a new mark",
            &mark("new", true),
            false,
        ),
        ("somebody answers, without a mark", &answered, false),
    ];
    for (number, (case, options, remains)) in cases.iter().enumerate() {
        let data = dir.path().join(format!("restored-{number}"));
        copy_dir(&dir.path().join("backup"), &data);
        note_restored(&data, &note(&head)).unwrap();
        for _ in 0..2 {
            let store = Store::open_with(&data, options).unwrap();
            assert_eq!(store.restored(), remains.then(|| note(&head)), "{case}");
        }
        // The log stream was there.
        let store = Store::open_with(&data, options).unwrap();
        store.settle_restored().unwrap();
        drop(store);
        assert_eq!(Store::open(&data).unwrap().restored(), None, "{case}");
    }
}
