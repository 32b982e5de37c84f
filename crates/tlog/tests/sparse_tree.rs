//! The sparse tree against its definition, written down once more as simply as it can be said.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::collections::BTreeMap;

use cinnabar_tlog::*;
use common::hash;
use proptest::prelude::*;

type Leaves = BTreeMap<SparseKey, Hash>;

fn value(byte: u8) -> Hash {
    Hash::from_bytes([byte; 32])
}

/// The definition: no leaf, one leaf, or two halves by the bit at this depth, read as text.
fn defined(leaves: &[(SparseKey, Hash)], depth: usize) -> Hash {
    match leaves {
        [] => Hash::from_bytes([0; 32]),
        [(key, value)] => sparse_leaf_hash(key, value),
        _ => {
            let bit = |key: &SparseKey| {
                let bits: String = key.as_bytes().iter().map(|b| format!("{b:08b}")).collect();
                bits.as_bytes()[depth]
            };
            let (left, right): (Vec<_>, Vec<_>) = leaves.iter().partition(|(k, _)| bit(k) == b'0');
            sparse_node_hash(&defined(&left, depth + 1), &defined(&right, depth + 1))
        }
    }
}

fn defined_root(leaves: &Leaves) -> Hash {
    let leaves: Vec<_> = leaves.iter().map(|(key, value)| (*key, *value)).collect();
    defined(&leaves, 0)
}

fn tree_of(leaves: &Leaves) -> MemorySparseTree {
    let mut tree = MemorySparseTree::new();
    tree.update(leaves);
    tree
}

/// Keys that are anywhere, and keys that share their first bits with `base`, up to all but the last.
fn key() -> impl Strategy<Value = SparseKey> {
    let anywhere = any::<[u8; 32]>().prop_map(SparseKey::of_bytes);
    let near = (0..256_usize, any::<bool>()).prop_map(|(bit, tail)| {
        let mut bytes = [0x5a; 32];
        bytes[bit / 8] ^= 0x80 >> (bit % 8);
        if tail {
            bytes[31] ^= 1;
        }
        SparseKey::of_bytes(bytes)
    });
    prop_oneof![anywhere, near]
}

fn leaves(most: usize) -> impl Strategy<Value = Leaves> {
    prop::collection::btree_map(key(), any::<u8>().prop_map(value), 0..most)
}

#[test]
fn leaves_and_branches_are_hashed_under_bytes_of_their_own() {
    let key = SparseKey::of(b"product/1");
    assert_eq!(
        key.to_string(),
        "dccf60001a256db21e59b66aa02393540f46f69f6cdde3a9054cf4067a1d0f74"
    );
    let bytes = SparseNode::Leaf {
        key,
        value: value(7),
    }
    .to_bytes();
    assert_eq!(bytes[0], 0x02);
    assert_eq!(&bytes[1..33], key.as_bytes());
    assert_eq!(bytes[33..], [7; 32]);
    let (left, right) = (value(1), value(2));
    let branch = SparseNode::Branch { left, right };
    assert_eq!(branch.to_bytes()[0], 0x03);
    assert_ne!(sparse_node_hash(&left, &right), node_hash(&left, &right));
    assert_ne!(
        sparse_node_hash(&left, &right),
        sparse_node_hash(&right, &left)
    );
}

/// Key `SHA256("product/<i>")`, value `SHA256("head <i>")` for i from 0 on; roots by a program in another language.
#[test]
fn roots_are_as_computed_elsewhere() {
    for (size, root) in [
        (
            1,
            "8f2c9286d569f7b87935b205ec655c395a47aec5c3b9b65a26cfb9472bae4f8b",
        ),
        (
            2,
            "b4fccb1af41912278aa2dca6e0ad54d78711cbed3a765d301aede4626cc05f69",
        ),
        (
            3,
            "ca05452d16bf30d8470e6095ea04f8441e1acdb5722242376fb24852a78b127f",
        ),
        (
            5,
            "7bca3c6a9ec36913354718661212693f1e895c456f45108c74f606faf6339b64",
        ),
        (
            1000,
            "18f82f7ebe19822a98192d5fc6f69fa49f4f498aa7c8bd08f69f6cbc5ed54d89",
        ),
    ] {
        let leaf = |i: u64| {
            let value = SparseKey::of(format!("head {i}").as_bytes());
            let value = Hash::from_bytes(*value.as_bytes());
            (SparseKey::of(format!("product/{i}").as_bytes()), value)
        };
        let leaves: Leaves = (0..size).map(leaf).collect();
        assert_eq!(tree_of(&leaves).root(), hash(root), "{size} leaves");
        assert_eq!(sparse_root_of_sorted(leaves), hash(root), "{size} leaves");
    }
}

#[test]
fn the_smallest_trees_are_what_the_definition_says() {
    let mut tree = MemorySparseTree::new();
    assert_eq!(tree.root(), SPARSE_EMPTY);
    assert_eq!(SPARSE_EMPTY.as_bytes(), &[0; 32]);
    assert_eq!(sparse_root_of_sorted([]), SPARSE_EMPTY);
    let (low, high) = ([0; 32], [0xff; 32]);
    let (low, high) = (SparseKey::of_bytes(low), SparseKey::of_bytes(high));
    let one = tree.set(low, value(1));
    assert_eq!(one, sparse_leaf_hash(&low, &value(1)));
    let two = tree.set(high, value(2));
    let leaf = sparse_leaf_hash(&high, &value(2));
    assert_eq!(two, sparse_node_hash(&one, &leaf));
    // A third key beside the first at the very last bit: 255 branches above them.
    let mut last = [0; 32];
    last[31] = 1;
    let last = SparseKey::of_bytes(last);
    let three = tree.set(last, value(3));
    let mut hash = sparse_node_hash(&one, &sparse_leaf_hash(&last, &value(3)));
    for _ in 1..255 {
        hash = sparse_node_hash(&hash, &SPARSE_EMPTY);
    }
    assert_eq!(three, sparse_node_hash(&hash, &leaf));
    let proof = tree.prove(&last);
    assert_eq!(proof.siblings().len(), MAX_SPARSE_SIBLINGS);
    assert_eq!(proof.verify(&three, &last, Some(&value(3))), Ok(()));
}

#[test]
#[should_panic(expected = "ascending")]
fn keys_out_of_order_have_no_root() {
    let keys = [SparseKey::of(b"a"), SparseKey::of(b"a")];
    sparse_root_of_sorted(keys.map(|key| (key, value(1))));
}

proptest! {
    #![proptest_config(common::cases(60))]

    #[test]
    fn all_ways_to_build_it_give_the_root_of_the_definition(
        batches in prop::collection::vec(leaves(12), 0..6),
    ) {
        let mut tree = MemorySparseTree::new();
        let mut all = Leaves::new();
        for batch in &batches {
            all.extend(batch);
            let root = tree.update(batch);
            prop_assert_eq!(root, tree.root());
            prop_assert_eq!(root, defined_root(&all));
        }
        prop_assert_eq!(tree.root(), tree_of(&all).root());
        prop_assert_eq!(tree.root(), sparse_root_of_sorted(all.clone()));
        let mut one_by_one = MemorySparseTree::new();
        for (key, value) in all.iter().rev() {
            one_by_one.set(*key, *value);
        }
        prop_assert_eq!(tree.root(), one_by_one.root());
    }

    #[test]
    fn an_update_writes_each_place_once_and_nothing_that_stays(
        old in leaves(20),
        new in leaves(8),
    ) {
        let tree = tree_of(&old);
        let Ok((_, written)) = sparse_update(&tree, &new);
        let places: std::collections::BTreeSet<_> = written.iter().map(|c| c.place).collect();
        prop_assert_eq!(places.len(), written.len());
        for change in &written {
            let Ok(before) = tree.node(&change.place);
            prop_assert!(change.node.is_some() && change.node != before);
        }
        let Ok((root, written)) = sparse_update(&tree, &old);
        prop_assert_eq!(root, tree.root());
        prop_assert_eq!(written, []);
    }

    #[test]
    fn what_is_proven_is_what_is_in_the_tree(all in leaves(30), asked in key()) {
        let tree = tree_of(&all);
        for key in all.keys().chain([&asked]) {
            let proof = tree.prove(key);
            let value_there = all.get(key);
            prop_assert_eq!(proof.verify(&tree.root(), key, value_there), Ok(()));
            let opposite = if value_there.is_some() { None } else { Some(value(9)) };
            prop_assert!(proof.verify(&tree.root(), key, opposite.as_ref()).is_err());
        }
    }
}
