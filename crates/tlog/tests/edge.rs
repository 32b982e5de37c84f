//! The right edge: what a store writes as the tree grows.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::borrow::Cow;
use std::collections::BTreeMap;

use cinnabar_tlog::*;
use common::entry;

/// A store that keeps one growing value per tile, as `EdgeTiles` asks for.
#[derive(Default)]
struct Store(BTreeMap<TileId, Vec<u8>>);

impl HashReader for Store {
    type Error = TileId;

    fn tile(&self, tile: TileId, _: TileWidth) -> Result<Cow<'_, [u8]>, TileId> {
        let bytes = self.0.get(&tile).ok_or(tile)?;
        Ok(Cow::Borrowed(bytes))
    }
}

impl Store {
    fn write(&mut self, edge: &mut EdgeTiles) {
        for (tile, bytes) in edge.take_changes() {
            let before = self.0.insert(tile, bytes.clone()).unwrap_or_default();
            assert!(
                bytes.starts_with(&before) && bytes.len() > before.len(),
                "a tile only grows"
            );
        }
    }
}

#[test]
fn a_store_that_writes_the_changes_of_each_block_has_the_tiles_of_the_tree() {
    let mut edge = EdgeTiles::empty();
    let mut store = Store::default();
    let mut tree = MemoryTree::new();
    for (block, leaves) in [0, 1, 254, 1, 1, 512, 700, 65_000, 4, 3527]
        .into_iter()
        .enumerate()
    {
        for index in (0..leaves)
            .map(|i| tree.size().get() + i)
            .collect::<Vec<_>>()
        {
            edge.append(leaf_hash(&entry(index)));
            tree.push(leaf_hash(&entry(index)));
        }
        store.write(&mut edge);
        assert_eq!(edge.take_changes(), [], "block {block}: taken once");
        assert_eq!((edge.size(), edge.root()), (tree.size(), tree.root()));
        for path in TilePath::all_at(tree.size()) {
            if let TilePath::Hashes { tile, width } = path {
                let kept = store.tile(tile, width).unwrap();
                assert_eq!(kept, tree.tile(tile, width).unwrap(), "{path}");
            }
        }
        // A writer that starts again from the store goes on with the same tiles.
        edge = EdgeTiles::from_reader(tree.size(), &store).unwrap();
        assert_eq!(edge.take_changes(), []);
    }
    assert_eq!(tree.size(), Size::new(70_000));
}

#[test]
fn an_edge_made_at_an_older_size_forgets_what_was_appended_since() {
    let (mut edge, mut store) = (EdgeTiles::empty(), Store::default());
    (0..300).for_each(|i| edge.append(leaf_hash(&entry(i))));
    store.write(&mut edge);
    let mut back = EdgeTiles::from_reader(Size::new(280), &store).unwrap();
    (280..300).for_each(|i| back.append(leaf_hash(&entry(i))));
    assert_eq!(back.root(), edge.root());
    let changes = back.take_changes();
    assert_eq!(
        changes,
        [(
            TileId::new(0, 1).unwrap(),
            store.0[&TileId::new(0, 1).unwrap()].clone()
        )]
    );
}

#[test]
fn a_block_tried_on_a_clone_leaves_the_edge_as_it_was() {
    let mut edge = EdgeTiles::empty();
    (0..255).for_each(|i| edge.append(leaf_hash(&entry(i))));
    edge.take_changes();
    let before = edge.root();
    let mut tried = edge.clone();
    tried.append(leaf_hash(b"lost"));
    assert_eq!(
        tried.take_changes().len(),
        2,
        "the tile that is full now, and its root above"
    );
    assert_eq!((edge.root(), edge.take_changes()), (before, vec![]));
}
