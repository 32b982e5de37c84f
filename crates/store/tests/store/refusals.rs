//! A block that doesn't go on where the store stands is refused, and stops the store.

use crate::writer::{Writer, subject};
use cinnabar_events::{EntryHash, Sequence};
use cinnabar_governance::{DossierRecord, Record, RecordKey};
use cinnabar_store::{Application, ApplyError, Inconsistency, Store, StoreError};
use cinnabar_tlog::Hash;

/// A store of two blocks, and the writer that made them.
fn begun() -> (tempfile::TempDir, Store, Writer) {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, store) = (Writer::new(), Store::create(dir.path()).unwrap());
    store.apply(writer.epoch()).unwrap();
    store.apply(writer.some(10)).unwrap();
    (dir, store, writer)
}

/// Applies what `make` gives, which must be refused as inconsistent; checks that nothing was written and that nothing
/// more is applied until the store is opened again.
fn refused(make: impl FnOnce(&mut Writer) -> Application) -> Inconsistency {
    let (dir, store, writer) = begun();
    let bad = make(&mut writer.clone());
    let ApplyError::Inconsistent(found) = store.apply(bad).unwrap_err() else {
        panic!("refused for another reason");
    };
    assert_eq!(store.head(), writer.head);
    let good = writer.clone().some(1);
    let ApplyError::Poisoned { reason } = store.apply(good.clone()).unwrap_err() else {
        panic!("a poisoned store went on");
    };
    assert!(reason.contains(&found.to_string()), "{reason}");
    assert!(matches!(
        store.keep_checkpoint("x"),
        Err(ApplyError::Poisoned { .. })
    ));
    assert!(matches!(
        store.edge_tiles(),
        Err(StoreError::Poisoned { .. })
    ));
    // It still reads.
    assert!(store.entry(Sequence::new(9)).unwrap().is_some());
    drop(store);
    let store = Store::open(dir.path()).unwrap();
    assert_eq!(store.head(), writer.head);
    assert_eq!(store.position(), writer.position);
    store.apply(good).unwrap();
    found
}

#[test]
fn a_block_that_was_made_before_the_last_one_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, store) = (Writer::new(), Store::create(dir.path()).unwrap());
    store.apply(writer.some(3)).unwrap();
    let mut rival = writer.clone();
    store.apply(writer.some(1)).unwrap();
    let mut stale = rival.some(1);
    stale.position.stream_sequence += 1;
    let found = store.apply(stale).unwrap_err();
    assert!(
        matches!(
            found,
            ApplyError::Inconsistent(Inconsistency::Sequence { .. })
        ),
        "{found}"
    );
    assert_eq!(store.head(), writer.head);
    assert!(store.poisoned().is_some());
}

#[test]
fn a_gap_is_refused() {
    let found = refused(|writer| {
        writer.some(1);
        writer.some(1)
    });
    let (expected, found_seq) = (Sequence::new(10), Sequence::new(11));
    assert_eq!(
        found,
        Inconsistency::Sequence {
            expected,
            found: found_seq
        }
    );
}

#[test]
fn an_entry_after_another_entry_than_the_last_is_refused() {
    let found = refused(|writer| {
        writer.head.hash = EntryHash::of(b"another");
        writer.some(1)
    });
    assert!(
        matches!(found, Inconsistency::Previous { at, .. } if at == Sequence::new(10)),
        "{found}"
    );
}

#[test]
fn an_entry_of_an_earlier_time_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, store) = (Writer::new(), Store::create(dir.path()).unwrap());
    writer.start = writer.start.plus_seconds(60);
    store.apply(writer.some(1)).unwrap();
    writer.start = writer.start.plus_seconds(-60);
    let found = store.apply(writer.some(1)).unwrap_err();
    assert!(
        matches!(found, ApplyError::Inconsistent(Inconsistency::Time { .. })),
        "{found}"
    );
}

#[test]
fn an_entry_that_states_another_revision_or_end_of_a_dossier_is_refused() {
    let longer = subject("organisation/org-0");
    for change in ["shorter", "longer", "another end", "new", "forgotten"] {
        let found = refused(|writer| {
            let end = writer.ends.get_mut(&longer).unwrap();
            match change {
                "shorter" => end.revision = cinnabar_events::Revision::new(1),
                "longer" => end.revision = end.revision.next(),
                "another end" => end.prev = EntryHash::of(b"another"),
                "new" => *end = cinnabar_events::DossierLink::START,
                _ => {
                    // Within one block: the second entry doesn't know of the first.
                    let before = *end;
                    let mut block = writer.block(&[&["organisation/org-0"]]);
                    writer.ends.insert(longer.clone(), before);
                    block
                        .entries
                        .extend(writer.block(&[&["organisation/org-0"]]).entries);
                    return block;
                }
            }
            writer.block(&[&["organisation/org-0"]])
        });
        assert!(
            matches!(&found, Inconsistency::Dossier { subject, .. } if *subject == longer),
            "{change}: {found}"
        );
    }
}

#[test]
fn a_dossiers_record_that_is_not_where_its_entries_end_is_refused() {
    let org = subject("organisation/org-3");
    let found = refused(|writer| {
        let mut block = writer.block(&[&["organisation/org-3"]]);
        let record = DossierRecord {
            revision: cinnabar_events::Revision::new(9),
            head: EntryHash::NONE,
        };
        block.records.set(
            RecordKey::Dossier(org.clone()),
            Some(Record::Dossier(record)),
        );
        block
    });
    assert_eq!(found, Inconsistency::DossierRecord(org));
}

#[test]
fn a_position_that_does_not_move_forward_is_refused() {
    for change in ["same", "earlier", "earlier generation", "earlier epoch"] {
        let found = refused(|writer| {
            writer.position.generation = 0;
            let mut block = writer.some(1);
            match change {
                "same" => block.position.stream_sequence -= 1,
                "earlier" => block.position.stream_sequence = 0,
                "earlier generation" => block.position.stream_sequence -= 2,
                _ => block.position.epoch -= 1,
            }
            block
        });
        assert!(
            matches!(found, Inconsistency::Position { .. }),
            "{change}: {found}"
        );
    }
}

#[test]
fn a_later_generation_starts_its_stream_anew_and_an_earlier_one_never_comes_back() {
    let (_dir, store, mut writer) = begun();
    writer.position.generation = 2;
    writer.position.stream_sequence = 0;
    store.apply(writer.some(1)).unwrap();
    assert_eq!(store.position(), writer.position);
    writer.position.generation = 1;
    writer.position.stream_sequence = 99;
    let found = store.apply(writer.some(1)).unwrap_err();
    assert!(
        matches!(
            found,
            ApplyError::Inconsistent(Inconsistency::Position { .. })
        ),
        "{found}"
    );
}

#[test]
fn tiles_or_a_root_that_the_entries_do_not_make_are_refused() {
    for change in [
        "flipped",
        "missing",
        "doubled",
        "cut",
        "of the block before",
    ] {
        let found = refused(|writer| {
            let before = writer.clone().some(0).tiles;
            let mut block = writer.some(1);
            match change {
                "flipped" => block.tiles[0].1[40] ^= 1,
                "missing" => block.tiles.clear(),
                "doubled" => block.tiles.push(block.tiles[0].clone()),
                "cut" => block.tiles[0].1.truncate(10 * 32),
                _ => block.tiles = before,
            }
            block
        });
        assert!(matches!(found, Inconsistency::Tile(_)), "{change}: {found}");
    }
    let found = refused(|writer| {
        let mut block = writer.some(1);
        block.root = Hash::from_bytes([9; 32]);
        block
    });
    assert!(matches!(found, Inconsistency::Root { .. }), "{found}");
}

#[test]
fn a_checkpoint_that_is_none_or_tells_of_another_tree_is_refused() {
    let found = refused(|writer| {
        let mut block = writer.some(1);
        block.checkpoint = Some("not a note".into());
        block
    });
    assert_eq!(found, Inconsistency::CheckpointForm);
    let found = refused(|writer| {
        let mut block = writer.some(1);
        writer.some(1);
        block.checkpoint = Some(writer.checkpoint());
        block
    });
    assert!(matches!(found, Inconsistency::CheckpointSize(_)), "{found}");
    for back in [true, false] {
        let found = refused(|writer| {
            let root = writer.head.root;
            writer.head.root = Hash::from_bytes([9; 32]);
            let earlier = writer.checkpoint();
            writer.head.root = root;
            let mut block = writer.some(1);
            writer.head.root = Hash::from_bytes([9; 32]);
            block.checkpoint = Some(if back { earlier } else { writer.checkpoint() });
            block
        });
        assert!(
            matches!(found, Inconsistency::CheckpointRoot { .. }),
            "{found}"
        );
    }
}
