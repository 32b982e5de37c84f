//! What is applied is there: at once, after closing, for everybody who waits.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::writer::{Writer, actor, cosigned, statement_id, subject};
use cinnabar_events::{Revision, Sequence};
use cinnabar_governance::{RecordKey, Records as _};
use cinnabar_store::{Facet, Head, HighWater, MAX_LISTING, Position, Store};
use cinnabar_tlog::Size;

fn seq(number: u64) -> Sequence {
    Sequence::new(number)
}

/// Everything that the writer knows, the store says.
fn agree(store: &Store, writer: &Writer) {
    assert_eq!(store.head(), writer.head);
    assert_eq!(store.position(), writer.position);
    let size = writer.head.size.get();
    assert_eq!(
        store.high_water().map(|high| high.size.get()).unwrap_or(0),
        size
    );
    for entry in &writer.entries {
        assert_eq!(store.entry(entry.seq()).unwrap().unwrap(), entry.bytes());
        let id = entry.statement().id;
        assert_eq!(store.statement(&actor(), id).unwrap(), Some(entry.seq()));
    }
    assert_eq!(store.entry(seq(size)).unwrap(), None);
    for (subject, expected) in &writer.dossiers {
        let found = store
            .dossier(subject, Revision::new(0), usize::MAX)
            .unwrap();
        assert_eq!(&found, expected, "{subject}");
    }
    for (key, record) in &writer.records {
        assert_eq!(store.record(key).unwrap().as_ref(), Some(record), "{key}");
    }
    let blocks = store.blocks_from(Size::ZERO, usize::MAX).unwrap();
    let found: Vec<_> = blocks
        .iter()
        .map(|block| {
            let position = Position {
                generation: block.generation,
                stream_sequence: block.stream_sequence,
                epoch: block.epoch,
            };
            assert_eq!(
                block.size_after.get(),
                block.first.get() + u64::from(block.count)
            );
            (block.first.get(), block.count, position)
        })
        .collect();
    assert_eq!(found, writer.blocks);
    let notes = store.checkpoints(Size::ZERO, usize::MAX).unwrap();
    let notes: Vec<_> = notes
        .into_iter()
        .map(|(size, note)| (size.get(), note))
        .collect();
    let expected: Vec<_> = writer.checkpoints.clone().into_iter().collect();
    assert_eq!(notes, expected);
    assert_eq!(
        store.checkpoint(),
        expected.last().map(|(_, note)| note.clone())
    );
}

#[test]
fn what_was_applied_is_read_back_now_and_after_opening_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = Writer::new();
    let store = Store::create(dir.path()).unwrap();
    agree(&store, &writer);
    store.apply(writer.epoch()).unwrap();
    agree(&store, &writer);
    let block = writer.block(&[
        &["organisation/a"],
        &["organisation/b", "organisation/a", "product/p"],
        &["organisation/a"],
    ]);
    let block = writer.with_checkpoint(block);
    store.apply(block).unwrap();
    agree(&store, &writer);
    store.apply(writer.some(300)).unwrap();
    store.apply(writer.epoch()).unwrap();
    let block = writer.some(5);
    store.apply(writer.with_checkpoint(block)).unwrap();
    agree(&store, &writer);
    drop(store);
    let store = Store::open(dir.path()).unwrap();
    agree(&store, &writer);
    store.apply(writer.some(1)).unwrap();
    agree(&store, &writer);
}

#[test]
fn a_dossier_is_listed_from_a_revision_on_and_page_by_page() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, store) = (Writer::new(), Store::create(dir.path()).unwrap());
    store
        .apply(writer.block(&[
            &["organisation/a"],
            &["organisation/a-1"],
            &["organisation/a"],
            &["organisation/a"],
        ]))
        .unwrap();
    let list = |from, limit| {
        let found = store
            .dossier(&subject("organisation/a"), Revision::new(from), limit)
            .unwrap();
        found.into_iter().map(Sequence::get).collect::<Vec<_>>()
    };
    assert_eq!(list(0, 9), [0, 2, 3]);
    assert_eq!(list(1, 1), [2]);
    assert_eq!(list(3, 9), [0_u64; 0]);
    assert_eq!(list(0, 0), [0_u64; 0]);
    let nobody = store
        .dossier(&subject("organisation/nobody"), Revision::new(0), 9)
        .unwrap();
    assert_eq!(nobody, []);
}

#[test]
fn the_entries_of_a_range_come_in_order_and_stop_at_the_head_of_when_they_were_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, store) = (Writer::new(), Store::create(dir.path()).unwrap());
    store.apply(writer.some(400)).unwrap();
    store.apply(writer.some(400)).unwrap();
    let bytes = |range: std::ops::Range<usize>| -> Vec<Vec<u8>> {
        writer.entries[range]
            .iter()
            .map(|entry| entry.bytes().to_vec())
            .collect()
    };
    let read = |from, to| -> Vec<Vec<u8>> {
        store
            .entries(seq(from), seq(to))
            .map(Result::unwrap)
            .collect()
    };
    assert_eq!(read(0, 800), bytes(0..800));
    assert_eq!(read(255, 513), bytes(255..513));
    assert_eq!(read(799, u64::MAX), bytes(799..800));
    for (from, to) in [(5, 5), (9, 3), (800, 900), (u64::MAX, u64::MAX)] {
        assert_eq!(read(from, to), Vec::<Vec<u8>>::new(), "{from}..{to}");
    }
    let scan = store.entries(seq(700), seq(u64::MAX));
    let expected = bytes(700..800);
    store.apply(writer.some(10)).unwrap();
    assert_eq!(scan.map(Result::unwrap).collect::<Vec<_>>(), expected);
}

#[test]
fn every_entry_knows_its_block() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, store) = (Writer::new(), Store::create(dir.path()).unwrap());
    for block in [
        writer.epoch(),
        writer.some(3),
        writer.epoch(),
        writer.epoch(),
        writer.some(1),
        writer.some(2),
    ] {
        store.apply(block).unwrap();
    }
    let first_of = |at| {
        store
            .block_containing(seq(at))
            .unwrap()
            .map(|block| (block.first.get(), block.count, block.stream_sequence))
    };
    for at in 0..3 {
        assert_eq!(first_of(at), Some((0, 3, 2)));
    }
    assert_eq!(first_of(3), Some((3, 1, 5)));
    assert_eq!(first_of(4), Some((4, 2, 6)));
    assert_eq!(first_of(5), Some((4, 2, 6)));
    assert_eq!(first_of(6), None);
    let from: Vec<u64> = store
        .blocks_from(Size::new(3), 3)
        .unwrap()
        .iter()
        .map(|block| block.stream_sequence)
        .collect();
    assert_eq!(from, [3, 4, 5]);
}

#[test]
fn a_listing_never_gives_more_than_its_limit() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, store) = (Writer::new(), Store::create(dir.path()).unwrap());
    let entries: Vec<&[&str]> = vec![&["organisation/a"]; MAX_LISTING + 1];
    store.apply(writer.block(&entries)).unwrap();
    let a = subject("organisation/a");
    assert_eq!(
        store
            .dossier(&a, Revision::new(0), usize::MAX)
            .unwrap()
            .len(),
        MAX_LISTING
    );
    let rest = store
        .dossier(&a, Revision::new(MAX_LISTING as u64), usize::MAX)
        .unwrap();
    assert_eq!(rest, [seq(MAX_LISTING as u64)]);
}

#[test]
fn a_statement_that_was_never_made_is_nowhere() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, store) = (Writer::new(), Store::create(dir.path()).unwrap());
    store.apply(writer.some(2)).unwrap();
    assert_eq!(
        store.statement(&actor(), statement_id(1)).unwrap(),
        Some(seq(1))
    );
    assert_eq!(store.statement(&actor(), statement_id(2)).unwrap(), None);
    assert_eq!(
        store
            .statement(&"another".parse().unwrap(), statement_id(1))
            .unwrap(),
        None
    );
    let key = RecordKey::State("organisation/nobody".parse().unwrap());
    assert_eq!(store.record(&key).unwrap(), None);
}

#[test]
fn those_who_wait_are_told_when_the_block_is_durable() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, store) = (Writer::new(), Store::create(dir.path()).unwrap());
    let told: Arc<Mutex<Vec<Head>>> = Arc::default();
    let (listener, within) = (Arc::clone(&told), store.clone());
    store.on_commit(Box::new(move |head| {
        // Everything below the head can be read, also from here.
        assert_eq!(within.head(), head);
        listener.lock().unwrap().push(head);
    }));
    let (waiting, (woken, wakes)) = (store.clone(), std::sync::mpsc::channel());
    std::thread::spawn(move || woken.send(waiting.wait_beyond(Size::new(2), Duration::MAX)));
    store.apply(writer.some(2)).unwrap();
    let first = writer.head;
    store.apply(writer.some(1)).unwrap();
    let woken = wakes.recv_timeout(Duration::from_secs(30));
    assert_eq!(woken, Ok(writer.head));
    assert_eq!(*told.lock().unwrap(), [first, writer.head]);
    assert_eq!(
        store.wait_beyond(writer.head.size, Duration::ZERO),
        writer.head
    );
    let high_water = HighWater {
        recoveries: 0,
        size: writer.head.size,
        hash: writer.head.hash,
    };
    assert_eq!(store.high_water(), Some(high_water));
}

#[test]
fn a_checkpoint_may_come_later_and_no_cosignature_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, store) = (Writer::new(), Store::create(dir.path()).unwrap());
    store.apply(writer.some(4)).unwrap();
    let four = writer.checkpoint();
    store.keep_checkpoint(&four).unwrap();
    assert_eq!(store.checkpoint(), Some(four.clone()));
    // The block after carries the checkpoint of the size before it.
    let mut block = writer.some(3);
    block.checkpoint = Some(cosigned(&four, 1));
    store.apply(block).unwrap();
    store.keep_checkpoint(&cosigned(&four, 2)).unwrap();
    let both = store.checkpoint_at(Size::new(4)).unwrap().unwrap();
    assert_eq!(both, cosigned(&cosigned(&four, 1), 2));
    let seven = writer.checkpoint();
    store.keep_checkpoint(&seven).unwrap();
    store.keep_checkpoint(&four).unwrap();
    assert_eq!(store.checkpoint(), Some(seven.clone()));
    assert_eq!(store.checkpoint_at(Size::new(5)).unwrap(), None);
    drop(store);
    let store = Store::open(dir.path()).unwrap();
    assert_eq!(store.checkpoint(), Some(seven));
    assert_eq!(store.checkpoint_at(Size::new(4)).unwrap(), Some(both));
}

#[test]
fn a_snapshot_sees_one_moment_and_the_subjects_of_one_class_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = Writer::new();
    let store = Store::create(dir.path()).unwrap();
    assert_eq!(store.snapshot().unwrap().head(), Head::EMPTY);
    // Another class begins with the same letters, and ids end where others go on.
    let block = writer.block(&[
        &["organisation/b", "actor/b"],
        &["organisation/a-1"],
        &["organisation/a", "product/a"],
        &["organisation/B"],
    ]);
    store.apply(block).unwrap();
    let before = store.snapshot().unwrap();
    let block = writer.block(&[&["organisation/c"]]);
    store.apply(block).unwrap();
    let ids = |snapshot: &cinnabar_store::Snapshot<'_>, after: Option<&str>| {
        let after = after.map(|after| after.parse().unwrap());
        let class = cinnabar_events::Class::Organisation;
        let found = snapshot.subjects(Facet::Dossier, class, after.as_ref());
        found
            .map(|found| found.unwrap().0.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(before.head().size, Size::new(4));
    assert_eq!(ids(&before, None), ["B", "a", "a-1", "b"]);
    assert_eq!(ids(&before, Some("a")), ["a-1", "b"]);
    assert_eq!(ids(&before, Some("z")), [""; 0]);
    let class = cinnabar_events::Class::Organisation;
    assert_eq!(before.count(Facet::Dossier, class).unwrap(), 4);
    let key = RecordKey::Dossier(subject("organisation/c"));
    assert_eq!(before.record(&key).unwrap(), None);
    let after = store.snapshot().unwrap();
    assert_eq!(
        (after.head(), after.count(Facet::Dossier, class).unwrap()),
        (writer.head, 5)
    );
    assert!(after.record(&key).unwrap().is_some());
}
