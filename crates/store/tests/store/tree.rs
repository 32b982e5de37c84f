//! The tree that is kept is the tree of the entries, at every size and every width.

use crate::writer::Writer;
use cinnabar_events::Sequence;
use cinnabar_store::{ProofError, Store};
use cinnabar_tlog::{
    HashReader as _, LeafIndex, RangeError, Size, TILE_WIDTH, TileId, TilePath, TileWidth,
    decode_bundle, root,
};

const ENTRIES: u64 = 600;

/// Applied in blocks of growing size, so that tiles grow in all sorts of steps.
fn six_hundred() -> (tempfile::TempDir, Store, Writer) {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, store) = (Writer::new(), Store::create(dir.path()).unwrap());
    let mut step = 1;
    while writer.head.size.get() < ENTRIES {
        let count = step.min(ENTRIES - writer.head.size.get());
        store.apply(writer.some(count)).unwrap();
        step = step * 2 + 1;
    }
    (dir, store, writer)
}

#[test]
fn tiles_and_bundles_are_the_same_at_every_width() {
    let (_dir, store, writer) = six_hundred();
    let mut tiles = 0;
    for path in TilePath::all_at(writer.head.size) {
        for width in (1..=path.width().get()).map(|width| TileWidth::new(width).unwrap()) {
            match path {
                TilePath::Hashes { tile, .. } => {
                    let length = width.as_usize() * 32;
                    let expected = writer.tree.tile(tile, width).unwrap();
                    assert_eq!(
                        store.tile(tile, width).unwrap().unwrap(),
                        expected[..length]
                    );
                }
                TilePath::Entries { index, .. } => {
                    let bundle = store.bundle(index, width).unwrap().unwrap();
                    let first = usize::try_from(index * u64::from(TILE_WIDTH)).unwrap();
                    let expected = writer.entries[first..first + width.as_usize()].iter();
                    let expected: Vec<&[u8]> = expected.map(|entry| entry.bytes()).collect();
                    assert_eq!(decode_bundle(&bundle, width).unwrap(), expected);
                }
            }
            tiles += 1;
        }
    }
    assert_eq!(tiles, 2 * ENTRIES + 2);
}

#[test]
fn what_no_checkpoint_can_cover_is_not_there() {
    let (_dir, store, _writer) = six_hundred();
    let width = |width| TileWidth::new(width).unwrap();
    let tile = |level, index| TileId::new(level, index).unwrap();
    assert!(store.tile(tile(0, 2), width(88)).unwrap().is_some());
    for (tile, hashes) in [
        (tile(0, 2), 89),
        (tile(0, 3), 1),
        (tile(1, 0), 3),
        (tile(2, 0), 1),
        (tile(7, 0), 1),
    ] {
        assert_eq!(store.tile(tile, width(hashes)).unwrap(), None);
    }
    assert!(store.bundle(2, width(88)).unwrap().is_some());
    for (index, entries) in [(2, 89), (3, 1), (u64::MAX, 1)] {
        assert_eq!(store.bundle(index, width(entries)).unwrap(), None);
    }
}

#[test]
fn proofs_at_any_size_verify_against_the_root_of_that_size() {
    let (_dir, store, writer) = six_hundred();
    let root_at = |size| root(Size::new(size), &writer.tree).unwrap();
    let sizes = [1, 2, 3, 255, 256, 257, 511, 512, 513, 599, 600];
    for size in sizes {
        assert_eq!(store.root_at(Size::new(size)).unwrap(), root_at(size));
        for index in [0, size / 3, size / 2, size - 1] {
            let proof = store
                .inclusion_proof(Sequence::new(index), Size::new(size))
                .unwrap();
            let leaf = writer.entries[usize::try_from(index).unwrap()].leaf_hash();
            proof
                .verify(
                    LeafIndex::new(index),
                    Size::new(size),
                    &leaf,
                    &root_at(size),
                )
                .unwrap();
        }
        for old in sizes.into_iter().filter(|old| *old <= size) {
            let proof = store
                .consistency_proof(Size::new(old), Size::new(size))
                .unwrap();
            proof
                .verify(
                    Size::new(old),
                    &root_at(old),
                    Size::new(size),
                    &root_at(size),
                )
                .unwrap();
        }
    }
}

#[test]
fn a_proof_about_what_is_not_there_is_refused_as_the_askers_mistake() {
    let (_dir, store, _writer) = six_hundred();
    let beyond = Size::new(ENTRIES + 1);
    let range = |error| matches!(error, ProofError::Range(_));
    assert!(range(
        store.inclusion_proof(Sequence::new(0), beyond).unwrap_err()
    ));
    assert!(range(
        store.consistency_proof(Size::new(1), beyond).unwrap_err()
    ));
    assert!(range(store.root_at(beyond).unwrap_err()));
    let outside = store
        .inclusion_proof(Sequence::new(5), Size::new(5))
        .unwrap_err();
    let expected = RangeError::IndexOutsideTree {
        index: LeafIndex::new(5),
        size: Size::new(5),
    };
    assert_eq!(outside, ProofError::Range(expected));
}

#[test]
fn the_edge_goes_on_where_the_store_stands_also_after_opening_again() {
    let (dir, store, mut writer) = six_hundred();
    drop(store);
    let store = Store::open(dir.path()).unwrap();
    let mut edge = store.edge_tiles().unwrap();
    assert_eq!(edge.root(), writer.head.root);
    let block = writer.some(1);
    edge.append(block.entries[0].leaf_hash());
    assert_eq!(edge.take_changes(), block.tiles);
    store.apply(block).unwrap();
}
