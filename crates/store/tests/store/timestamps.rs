//! Time-stamps beside checkpoints.

use cinnabar_store::{KeepError, MAX_AUTHORITIES, MAX_TIMESTAMP_BYTES, Store};
use cinnabar_tlog::Size;

use crate::writer::Writer;

#[test]
fn a_time_stamp_is_kept_beside_its_checkpoint_the_first_of_each_authority() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, store) = (Writer::new(), Store::create(dir.path()).unwrap());
    for count in [2, 254] {
        let block = writer.some(count);
        store.apply(writer.with_checkpoint(block)).unwrap();
    }
    let (two, all) = (Size::new(2), Size::new(256));
    assert!(store.keep_timestamp(two, "b.example", b"first").unwrap());
    assert!(!store.keep_timestamp(two, "b.example", b"second").unwrap());
    assert!(store.keep_timestamp(two, "a.example", b"other").unwrap());
    assert!(store.keep_timestamp(all, "a.example", b"later").unwrap());
    let of = |name: &str, der: &[u8]| (name.to_owned(), der.to_vec());
    drop(store);
    let store = Store::open(dir.path()).unwrap();
    assert_eq!(
        store.timestamps(two).unwrap(),
        [of("a.example", b"other"), of("b.example", b"first")]
    );
    assert_eq!(store.timestamps(all).unwrap(), [of("a.example", b"later")]);
    let listed = store.timestamps_from(Size::new(3), 10).unwrap();
    assert_eq!(listed, [(all, "a.example".to_owned(), b"later".to_vec())]);
    assert_eq!(store.timestamps_from(Size::ZERO, 2).unwrap().len(), 2);
    assert_eq!(store.timestamps(Size::new(1)).unwrap(), []);
}

#[test]
fn what_is_no_time_stamp_of_a_checkpoint_is_refused_and_stops_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, store) = (Writer::new(), Store::create(dir.path()).unwrap());
    let block = writer.some(3);
    store.apply(writer.with_checkpoint(block)).unwrap();
    let three = Size::new(3);
    let refused = |size, name: &str, der: &[u8]| store.keep_timestamp(size, name, der).unwrap_err();
    assert!(matches!(
        refused(Size::new(2), "a", b"x"),
        KeepError::NoCheckpoint(_)
    ));
    assert!(matches!(refused(three, "", b"x"), KeepError::Authority));
    assert!(matches!(refused(three, "a\n", b"x"), KeepError::Authority));
    assert!(matches!(refused(three, "a", b""), KeepError::Length(0)));
    let long = vec![0; MAX_TIMESTAMP_BYTES + 1];
    assert!(matches!(refused(three, "a", &long), KeepError::Length(_)));
    for number in 0..MAX_AUTHORITIES {
        assert!(
            store
                .keep_timestamp(three, &number.to_string(), b"x")
                .unwrap()
        );
    }
    assert!(matches!(
        refused(three, "one more", b"x"),
        KeepError::Full(_)
    ));
    store.apply(writer.some(1)).unwrap();
}

#[test]
fn a_checkpoint_that_can_not_be_kept_stops_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, store) = (Writer::new(), Store::create(dir.path()).unwrap());
    store.apply(writer.some(3)).unwrap();
    store.keep_checkpoint("no note").unwrap_err();
    store.apply(writer.some(1)).unwrap();
    store.keep_checkpoint(&writer.checkpoint()).unwrap();
}

#[test]
fn who_waits_is_told_when_the_store_stops() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, store) = (Writer::new(), Store::create(dir.path()).unwrap());
    store.apply(writer.some(3)).unwrap();
    let waiting = store.clone();
    let waits =
        std::thread::spawn(move || waiting.wait_beyond(Size::new(3), std::time::Duration::MAX));
    let mut gap = writer.clone();
    gap.some(1);
    store.apply(gap.some(1)).unwrap_err();
    assert_eq!(waits.join().unwrap(), writer.head);
}
