//! The nodes of the index of dossiers as the database has them: four depths of the tree to a page.
//!
//! A page stands at every fourth depth and has the nodes from there on, fifteen at most. A dossier's way through a tree of
//! millions leads through five or six pages instead of more than twenty nodes, each of them a lookup of its own.
//!
//! As bytes a list of `slot (1) ‖ node (65)`, by slot. Slot 1 is the top, the nodes under slot `s` are `2s` and `2s + 1`.
//! Only what can't be worked out stands there: leaves, and the branches of the lowest depth. Each page has one form.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use cinnabar_tlog::{
    Hash, SPARSE_EMPTY, SPARSE_NODE_BYTES, SparseChange, SparseKey, SparseNode, SparsePlace,
    SparseReader, sparse_update,
};
use rocksdb::{DB, ReadOptions, WriteBatch};

use crate::error::{Damage, StoreError};
use crate::keys::{self, Family};
use crate::store::family_of;

/// Depths in a page. More of them make fewer lookups of more bytes, all of which are written when one leaf changes.
const DEPTHS: u16 = 4;
/// The first slot of the lowest depth.
const LOWEST: u8 = 1 << (DEPTHS - 1);
/// The slot after the last one.
const SLOTS: u8 = 2 * LOWEST;
/// Bytes of a node with its slot.
const ITEM_BYTES: usize = 1 + SPARSE_NODE_BYTES;

/// Where a page stands: where its top node does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PagePlace(SparsePlace);

impl PagePlace {
    /// The page that has the node at `place`, and its slot there.
    fn of(place: &SparsePlace) -> (Self, u8) {
        let below = place.depth() % DEPTHS;
        let way = SparseKey::of_bytes(*place.prefix());
        let top = SparsePlace::on_way_to(&way, place.depth() - below);
        let top = top.expect("a page is no deeper than what it holds");
        let slot = (top.depth()..place.depth())
            .fold(1, |slot, depth| 2 * slot + u8::from(way.goes_right(depth)));
        (Self(top), slot)
    }

    /// `depth / 4 (1) ‖ the bits that lead there`, in as few bytes as have them. Pages of one depth stand together.
    pub(crate) fn push_to(&self, key: &mut Vec<u8>) {
        let depth = self.0.depth();
        let number = depth / DEPTHS;
        key.push(u8::try_from(number).expect("a key has 256 bits"));
        let bytes = usize::from(depth.div_ceil(8));
        key.extend_from_slice(&self.0.prefix()[..bytes]);
    }
}

/// Nodes by their slot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Page(Vec<(u8, SparseNode)>);

impl Page {
    fn node(&self, slot: u8) -> Option<SparseNode> {
        let at = self.0.binary_search_by_key(&slot, |(slot, _)| *slot);
        Some(self.0[at.ok()?].1)
    }

    fn set(&mut self, slot: u8, node: Option<SparseNode>) {
        match (self.0.binary_search_by_key(&slot, |(slot, _)| *slot), node) {
            (Ok(at), Some(node)) => self.0[at].1 = node,
            (Ok(at), None) => drop(self.0.remove(at)),
            (Err(at), Some(node)) => self.0.insert(at, (slot, node)),
            (Err(_), None) => {}
        }
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(usize::from(LOWEST) * ITEM_BYTES);
        for (slot, node) in &self.0 {
            if *slot >= LOWEST || matches!(node, SparseNode::Leaf { .. }) {
                bytes.push(*slot);
                bytes.extend_from_slice(&node.to_bytes());
            }
        }
        bytes
    }

    /// Reads what [`Self::to_bytes`] writes and nothing else, and works out the branches above.
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (items, rest) = bytes.as_chunks::<ITEM_BYTES>();
        let mut nodes = [None; SLOTS as usize];
        let mut before = 0;
        for [slot, node @ ..] in items {
            let node = SparseNode::from_bytes(node).ok()?;
            let lone = matches!(node, SparseNode::Leaf { .. });
            if *slot <= before || *slot >= SLOTS || !(lone || *slot >= LOWEST) {
                return None;
            }
            before = *slot;
            nodes[usize::from(*slot)] = Some(node);
        }
        for slot in (1..usize::from(LOWEST)).rev() {
            let below = [nodes[2 * slot], nodes[2 * slot + 1]];
            nodes[slot] = match (nodes[slot], below) {
                (own, [None, None]) => own,
                // Nothing stands under a leaf.
                (Some(_), _) => return None,
                (None, [left, right]) => Some(SparseNode::Branch {
                    left: hash(left),
                    right: hash(right),
                }),
            };
        }
        let nodes = (0..SLOTS).zip(nodes);
        let nodes: Vec<_> = nodes
            .filter_map(|(slot, node)| Some((slot, node?)))
            .collect();
        (rest.is_empty() && !nodes.is_empty()).then_some(Self(nodes))
    }
}

fn hash(node: Option<SparseNode>) -> Hash {
    node.map_or(SPARSE_EMPTY, |node| node.hash())
}

/// Pages that are to be written, in the order of their keys; one without bytes is to be taken away.
pub(crate) type Changed = BTreeMap<PagePlace, Vec<u8>>;

/// Has a batch write pages to a database.
pub(crate) fn put(batch: &mut WriteBatch, db: &DB, pages: &Changed) {
    let index = family_of(db, Family::Index);
    for (place, bytes) in pages {
        match bytes.is_empty() {
            false => batch.put_cf(index, keys::page(place), bytes),
            true => batch.delete_cf(index, keys::page(place)),
        }
    }
}

/// The pages of a database that were not changed since.
static UNCHANGED: Changed = Changed::new();

/// The tree of a database, page by page: each is read once.
pub(crate) struct Pages<'db> {
    db: &'db DB,
    /// As the database is now, or as it was at a snapshot.
    options: ReadOptions,
    /// What is to be written to it, and counts as written here.
    over: &'db Changed,
    known: RefCell<BTreeMap<PagePlace, Page>>,
}

impl<'db> Pages<'db> {
    pub(crate) fn new(db: &'db DB, options: ReadOptions) -> Self {
        Self {
            db,
            options,
            over: &UNCHANGED,
            known: RefCell::default(),
        }
    }

    /// The tree with what is to be written to it.
    pub(crate) fn over(db: &'db DB, over: &'db Changed) -> Self {
        Self {
            over,
            ..Self::new(db, ReadOptions::default())
        }
    }

    fn read(&self, place: &PagePlace) -> Result<Page, StoreError> {
        let index = family_of(self.db, Family::Index);
        let read = || {
            self.db
                .get_pinned_cf_opt(index, keys::page(place), &self.options)
        };
        let page = match self.over.get(place) {
            Some(bytes) => Page::from_bytes(bytes),
            None => match read()? {
                Some(bytes) => Page::from_bytes(&bytes),
                None => Some(Page::default()),
            },
        };
        Ok(page.ok_or(Damage::Form("page of the index of dossiers"))?)
    }

    /// Sets values, and gives the root and the pages that change.
    pub(crate) fn update(
        self,
        values: &BTreeMap<SparseKey, Hash>,
    ) -> Result<(Hash, Changed), StoreError> {
        let (root, changes) = sparse_update(&self, values)?;
        let mut known = self.known.into_inner();
        let mut changed = BTreeMap::<_, Page>::new();
        for SparseChange { place, node } in changes {
            let (page, slot) = PagePlace::of(&place);
            // What was not read is not there yet: nothing stands under a leaf.
            let page = changed
                .entry(page)
                .or_insert_with_key(|page| known.remove(page).unwrap_or_default());
            page.set(slot, node);
        }
        let changed = changed.into_iter();
        let changed = changed.map(|(place, page)| (place, page.to_bytes()));
        Ok((root, changed.collect()))
    }
}

impl SparseReader for Pages<'_> {
    type Error = StoreError;

    fn node(&self, place: &SparsePlace) -> Result<Option<SparseNode>, StoreError> {
        let (page, slot) = PagePlace::of(place);
        let mut known = self.known.borrow_mut();
        let page = match known.entry(page) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(self.read(&page)?),
        };
        Ok(page.node(slot))
    }

    fn damaged(&self, _place: &SparsePlace) -> Option<StoreError> {
        Some(Damage::Form("index of dossiers").into())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use cinnabar_tlog::MemorySparseTree;
    use proptest::prelude::*;

    use super::*;

    fn leaf(key: [u8; 32]) -> SparseNode {
        SparseNode::Leaf {
            key: SparseKey::of_bytes(key),
            value: Hash::from_bytes([7; 32]),
        }
    }

    fn branch() -> SparseNode {
        SparseNode::Branch {
            left: Hash::from_bytes([1; 32]),
            right: SPARSE_EMPTY,
        }
    }

    fn items(items: &[(u8, SparseNode)]) -> Vec<u8> {
        let bytes = items
            .iter()
            .flat_map(|(slot, node)| [&[*slot][..], &node.to_bytes()].concat());
        bytes.collect()
    }

    #[test]
    fn a_node_stands_in_the_page_of_every_fourth_depth_above_it() {
        let key = SparseKey::of_bytes([0b1011_0110; 32]);
        let places = [
            (0, 0, 1),
            (1, 0, 0b11),
            (3, 0, 0b1101),
            (4, 4, 1),
            (7, 4, 0b1011),
            (13, 12, 0b10 | u8::from(key.goes_right(12))),
            (255, 252, 0b1011),
            (256, 256, 1),
        ];
        for (depth, top, slot) in places {
            let place = SparsePlace::on_way_to(&key, depth).unwrap();
            let page = PagePlace(SparsePlace::on_way_to(&key, top).unwrap());
            assert_eq!(PagePlace::of(&place), (page, slot), "depth {depth}");
        }
    }

    #[test]
    fn keys_of_pages_are_short_and_ordered_as_their_places() {
        let mut places = Vec::new();
        for first in [0, 0x1f, 0x80, 0xff] {
            for depth in (0..=256).step_by(4) {
                let key = SparseKey::of_bytes([first; 32]);
                let place = SparsePlace::on_way_to(&key, depth).unwrap();
                places.push(PagePlace(place));
            }
        }
        places.sort_unstable();
        places.dedup();
        let all: Vec<_> = places.iter().map(keys::page).collect();
        assert!(all.is_sorted_by(|one, next| one < next));
        assert_eq!(all[0], b"p\0");
        assert_eq!(
            keys::page(&PagePlace(
                SparsePlace::on_way_to(&SparseKey::of_bytes([0xff; 32]), 12).unwrap()
            )),
            [b'p', 3, 0xff, 0xf0]
        );
    }

    #[test]
    fn bytes_that_are_no_page_are_not_read_as_one() {
        let (low, other) = (leaf([0; 32]), leaf([9; 32]));
        assert!(Page::from_bytes(&items(&[(2, low), (12, branch())])).is_some());
        let refused = [
            ("nothing", vec![]),
            ("half an item", items(&[(1, low)])[..65].to_vec()),
            (
                "more than an item",
                [&items(&[(1, low)])[..], &[0]].concat(),
            ),
            ("slot 0", items(&[(0, low)])),
            ("slot 16", items(&[(16, low)])),
            ("a slot twice", items(&[(9, low), (9, other)])),
            ("slots in another order", items(&[(9, low), (8, other)])),
            ("a branch that can be worked out", items(&[(7, branch())])),
            ("a node under a leaf", items(&[(2, low), (9, other)])),
            ("no node", [&[8, 4][..], &[0; 64]].concat()),
        ];
        for (what, bytes) in refused {
            assert_eq!(Page::from_bytes(&bytes), None, "{what}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        /// Keys that share many bits, too: pages with one node, and ways that don't part for long.
        #[test]
        fn a_database_of_pages_gives_the_tree_that_memory_gives(
            steps in prop::collection::vec(
                prop::collection::btree_map((0_u8..4, 0_u8..32, any::<u8>()), any::<u8>(), 1..40),
                1..5,
            )
        ) {
            let folder = tempfile::tempdir().unwrap();
            let db = DB::open_cf_descriptors(
                &crate::options::database(true),
                folder.path(),
                crate::options::families(),
            )
            .unwrap();
            let mut tree = MemorySparseTree::new();
            for step in steps {
                let key = |(first, place, byte): (u8, u8, u8)| {
                    let mut key = [first << 6; 32];
                    key[usize::from(place)] ^= byte;
                    SparseKey::of_bytes(key)
                };
                let values: BTreeMap<_, _> = step
                    .into_iter()
                    .map(|(parts, value)| (key(parts), Hash::from_bytes([value; 32])))
                    .collect();
                let pages = Pages::new(&db, ReadOptions::default());
                let (root, written) = pages.update(&values).unwrap();
                prop_assert_eq!(root, tree.update(&values));
                let mut batch = WriteBatch::default();
                put(&mut batch, &db, &written);
                db.write(batch).unwrap();
                for key in values.keys() {
                    let pages = Pages::new(&db, ReadOptions::default());
                    let proof = cinnabar_tlog::sparse_prove(&pages, key).unwrap();
                    prop_assert_eq!(&proof, &tree.prove(key));
                }
            }
        }
    }
}
