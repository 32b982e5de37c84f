//! The sparse tree, its nodes and its proofs.

use std::collections::BTreeMap;

use cinnabar_tlog::{
    Hash, MAX_SPARSE_SIBLINGS, MemorySparseTree, SPARSE_EMPTY, SparseEnd, SparseKey, SparseNode,
    SparsePlace, SparseProof, leaf_hash, sparse_leaf_hash, sparse_node_hash, sparse_root_of_sorted,
};

use crate::cursor::Cursor;

/// Leaves of the largest tree that proofs are tried on.
const LEAVES: u16 = 24;
/// Batches and leaves of a batch that a tree is built from.
const BATCHES: usize = 8;

/// A place or a node as it is stored: one spelling.
pub fn sparse_bytes(data: &[u8]) {
    if let Ok(place) = SparsePlace::from_bytes(data) {
        assert_eq!(place.to_bytes(), data);
        let key = SparseKey::of_bytes(*place.prefix());
        assert_eq!(SparsePlace::on_way_to(&key, place.depth()), Some(place));
        assert!(place.leads_to(&key));
        for right in [false, true] {
            let below = place.below(right);
            assert_eq!(below.is_some(), place.depth() < 256);
            assert!(below.is_none_or(|below| below > place));
        }
    }
    if let Ok(node) = SparseNode::from_bytes(data) {
        assert_eq!(node.to_bytes(), data);
        assert_ne!(node.hash(), SPARSE_EMPTY);
    }
}

fn key(number: u64) -> SparseKey {
    SparseKey::of(&number.to_be_bytes())
}

fn value(number: u64) -> Hash {
    leaf_hash(&number.to_be_bytes())
}

/// `leaves ‖ asked ‖ end ‖ siblings`, the end being `0` nothing, `1` own, `2 ‖ key ‖ value` another. Keys below `leaves`
/// are in the tree. What is accepted is true, and the one proof of presence is the one made from the tree.
pub fn sparse_proof(data: &[u8]) {
    let mut from = Cursor(data);
    let (leaves, asked) = (from.below(LEAVES + 1), from.below(2 * LEAVES));
    let all = (0..leaves).map(|number| (key(number), value(number)));
    let mut tree = MemorySparseTree::new();
    let root = tree.update(&all.collect());
    let end = match from.byte() % 3 {
        0 => SparseEnd::Nothing,
        1 => SparseEnd::Own,
        _ => SparseEnd::Other {
            key: SparseKey::of_bytes(from.bytes()),
            value: from.hash(),
        },
    };
    let proof = SparseProof::new(from.hashes(MAX_SPARSE_SIBLINGS), end);
    let proof = proof.expect("no more siblings than there may be");
    let made = tree.prove(&key(asked));
    let there = asked < leaves;
    let present = proof.verify(&root, &key(asked), Some(&value(asked)));
    assert_eq!(present.is_ok(), there && proof == made);
    let other = proof.verify(&root, &key(asked), Some(&value(asked + 1)));
    assert!(other.is_err());
    let absent = proof.verify(&root, &key(asked), None);
    assert_eq!(absent.is_ok(), !there && proof == made);
}

/// Batches of keys near each other: however they come, the root is that of the definition, and each key is proven.
pub fn sparse_tree(data: &[u8]) {
    let mut from = Cursor(data);
    let (mut tree, mut all) = (MemorySparseTree::new(), BTreeMap::new());
    for _ in 0..BATCHES {
        if from.is_empty() {
            break;
        }
        let mut batch = BTreeMap::new();
        for _ in 0..from.below(BATCHES as u16 + 1) {
            // Two bits that differ from a common key, so that ways part late.
            let (one, two, set) = (from.byte(), from.byte(), from.byte());
            let mut bytes = [0xa5; 32];
            bytes[usize::from(one / 8)] ^= 0x80 >> (one % 8);
            bytes[usize::from(two / 8)] ^= 0x80 >> (two % 8);
            batch.insert(SparseKey::of_bytes(bytes), value(u64::from(set)));
        }
        let root = tree.update(&batch);
        all.extend(batch);
        let leaves: Vec<_> = all.iter().map(|(key, value)| (*key, *value)).collect();
        assert_eq!(root, defined(&leaves, 0));
        assert_eq!(root, tree.root());
    }
    let root = tree.root();
    assert_eq!(root, sparse_root_of_sorted(all.clone()));
    for (key, value) in &all {
        assert_eq!(tree.prove(key).verify(&root, key, Some(value)), Ok(()));
    }
    let stranger = SparseKey::of(data);
    assert_eq!(tree.prove(&stranger).verify(&root, &stranger, None), Ok(()));
}

/// The definition (README of cinnabar-tlog), bit by bit.
fn defined(leaves: &[(SparseKey, Hash)], depth: usize) -> Hash {
    match leaves {
        [] => SPARSE_EMPTY,
        [(key, value)] => sparse_leaf_hash(key, value),
        _ => {
            let right = |key: &SparseKey| key.as_bytes()[depth / 8] & 0x80 >> (depth % 8) != 0;
            let (rights, lefts): (Vec<_>, Vec<_>) = leaves.iter().partition(|(key, _)| right(key));
            sparse_node_hash(&defined(&lefts, depth + 1), &defined(&rights, depth + 1))
        }
    }
}
