//! Proofs over the sparse tree that do not prove what they are shown for, and bytes that are no nodes.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::cell::Cell;
use std::collections::BTreeMap;

use cinnabar_tlog::*;
use proptest::prelude::*;

fn value(number: u64) -> Hash {
    leaf_hash(&number.to_be_bytes())
}

fn key(number: u64) -> SparseKey {
    SparseKey::of(format!("product/{number}").as_bytes())
}

fn tree(size: u64) -> (BTreeMap<SparseKey, Hash>, MemorySparseTree) {
    let leaves = (0..size).map(|number| (key(number), value(number)));
    let leaves: BTreeMap<_, _> = leaves.collect();
    let mut tree = MemorySparseTree::new();
    tree.update(&leaves);
    (leaves, tree)
}

fn flipped(bytes: &[u8; 32], bit: usize) -> [u8; 32] {
    let mut bytes = *bytes;
    bytes[bit / 8] ^= 0x80 >> (bit % 8);
    bytes
}

fn flipped_hash(hash: &Hash, bit: usize) -> Hash {
    Hash::from_bytes(flipped(hash.as_bytes(), bit))
}

fn flipped_key(key: &SparseKey, bit: usize) -> SparseKey {
    SparseKey::of_bytes(flipped(key.as_bytes(), bit))
}

/// Every proof that differs from this one in one bit of one hash, one sibling more or less, two exchanged, or its end.
fn changed(proof: &SparseProof) -> Vec<SparseProof> {
    let (siblings, end) = (proof.siblings().to_vec(), *proof.end());
    let mut all = Vec::new();
    let mut add = |siblings: Vec<Hash>, end| all.extend(SparseProof::new(siblings, end));
    for place in 0..siblings.len() {
        for bit in 0..256 {
            let mut other = siblings.clone();
            other[place] = flipped_hash(&other[place], bit);
            add(other, end);
        }
        let mut fewer = siblings.clone();
        fewer.remove(place);
        add(fewer, end);
        let mut other = siblings.clone();
        other.swap(0, place);
        if other != siblings {
            add(other, end);
        }
    }
    for more in [SPARSE_EMPTY, value(1)] {
        add([&siblings[..], &[more]].concat(), end);
        add([&[more], &siblings[..]].concat(), end);
    }
    let ends: Vec<SparseEnd> = match end {
        SparseEnd::Own => vec![SparseEnd::Nothing],
        SparseEnd::Nothing => vec![SparseEnd::Own],
        SparseEnd::Other { key, value } => (0..256)
            .flat_map(|bit| {
                [
                    (flipped_key(&key, bit), value),
                    (key, flipped_hash(&value, bit)),
                ]
            })
            .map(|(key, value)| SparseEnd::Other { key, value })
            .chain([SparseEnd::Own, SparseEnd::Nothing])
            .collect(),
    };
    for end in ends {
        add(siblings.clone(), end);
    }
    all
}

#[test]
fn no_changed_proof_of_presence_or_absence_is_accepted() {
    for size in [0, 1, 2, 3, 20] {
        let (leaves, tree) = tree(size);
        for number in 0..size + 12 {
            let (key, root) = (key(number), tree.root());
            let value = leaves.get(&key);
            let proof = tree.prove(&key);
            assert_eq!(proof.verify(&root, &key, value), Ok(()));
            for other in changed(&proof) {
                assert!(other.verify(&root, &key, value).is_err(), "{other:?}");
            }
            for bit in 0..256 {
                let root = flipped_hash(&root, bit);
                let refused = proof.verify(&root, &key, value);
                assert!(matches!(refused, Err(SparseRejection::Root { .. })));
            }
        }
    }
}

#[test]
fn a_proof_of_a_value_is_none_of_another_key_or_value() {
    let (leaves, tree) = tree(20);
    let root = tree.root();
    for (key, value) in &leaves {
        let proof = tree.prove(key);
        for bit in 0..256 {
            let (other_key, other_value) = (flipped_key(key, bit), flipped_hash(value, bit));
            assert!(proof.verify(&root, &other_key, Some(value)).is_err());
            assert!(proof.verify(&root, key, Some(&other_value)).is_err());
        }
    }
}

#[test]
fn a_proof_of_absence_holds_for_absent_keys_only() {
    let (leaves, tree) = tree(50);
    let root = tree.root();
    let (mut shown, mut refused) = (0, 0);
    for number in 0..300 {
        let proof = tree.prove(&key(number));
        for asked in (0..300).map(key) {
            match proof.verify(&root, &asked, None) {
                Ok(()) => {
                    assert!(!leaves.contains_key(&asked));
                    shown += 1;
                }
                Err(_) => refused += 1,
            }
        }
    }
    // Each of the 250 absent keys is shown absent by its own proof at least, and many proofs serve for neighbours.
    assert!(shown > 250 && refused > shown, "{shown} {refused}");
}

#[test]
fn the_key_itself_is_no_other_key() {
    let (leaves, tree) = tree(20);
    for (key, value) in leaves {
        let own = tree.prove(&key);
        let disguised = SparseEnd::Other { key, value };
        let disguised = SparseProof::new(own.siblings().to_vec(), disguised).unwrap();
        let refused = disguised.verify(&tree.root(), &key, None);
        assert_eq!(refused, Err(SparseRejection::OwnAsOther));
        let refused = disguised.verify(&tree.root(), &key, Some(&value));
        assert_eq!(refused, Err(SparseRejection::NotPresent));
        let refused = own.verify(&tree.root(), &key, None);
        assert_eq!(refused, Err(SparseRejection::NotAbsent));
    }
}

#[test]
fn another_leaf_must_stand_on_the_way_to_the_key() {
    // The left half has one leaf, the right half two. The left leaf says nothing about keys of the right half.
    let at = |first: u8| SparseKey::of_bytes([first; 32]);
    let mut tree = MemorySparseTree::new();
    for first in [0x00, 0x80, 0xff] {
        tree.set(at(first), value(u64::from(first)));
    }
    let proof = tree.prove(&at(0x11));
    let SparseEnd::Other { key, .. } = proof.end() else {
        panic!("{proof:?}")
    };
    assert_eq!(*key, at(0x00));
    assert_eq!(proof.verify(&tree.root(), &at(0x22), None), Ok(()));
    let off = SparseRejection::OffTheWay {
        shared: 0,
        length: 1,
    };
    for right in [0x80, 0xc0, 0xff] {
        assert_eq!(proof.verify(&tree.root(), &at(right), None), Err(off));
    }
}

#[test]
fn no_more_than_256_siblings_are_taken() {
    let siblings = |count| vec![value(1); count];
    let refused = SparseProof::new(siblings(257), SparseEnd::Own);
    assert_eq!(refused, Err(SparseProofTooLong(257)));
    for end in [
        SparseEnd::Own,
        SparseEnd::Nothing,
        SparseEnd::Other {
            key: flipped_key(&key(1), 255),
            value: value(1),
        },
    ] {
        let full = SparseProof::new(siblings(256), end).unwrap();
        assert!(full.verify(&value(1), &key(1), None).is_err());
        assert!(full.verify(&value(1), &key(1), Some(&value(2))).is_err());
    }
}

#[test]
fn places_and_nodes_read_from_nothing_but_their_bytes() {
    use SparseBytesError::*;
    let place = SparsePlace::on_way_to(&key(1), 13).unwrap();
    let bytes = place.to_bytes();
    assert_eq!(bytes[..2], [0, 13]);
    assert_eq!(bytes[3] & 0b111, 0);
    assert_eq!(SparsePlace::from_bytes(&bytes), Ok(place));
    for length in (0..100).filter(|length| *length != SPARSE_PLACE_BYTES) {
        let found = length;
        let refused = Err(Length {
            expected: SPARSE_PLACE_BYTES,
            found,
        });
        assert_eq!(SparsePlace::from_bytes(&vec![0; length]), refused);
    }
    for beyond in 13..256 {
        let mut bytes = bytes;
        bytes[2 + beyond / 8] |= 0x80 >> (beyond % 8);
        assert_eq!(SparsePlace::from_bytes(&bytes), Err(Prefix(13)));
    }
    for (depth, result) in [
        (256, None),
        (257, Some(Depth(257))),
        (u16::MAX, Some(Depth(u16::MAX))),
    ] {
        let mut bytes = [0xff; SPARSE_PLACE_BYTES];
        bytes[..2].copy_from_slice(&u16::to_be_bytes(depth));
        assert_eq!(SparsePlace::from_bytes(&bytes).err(), result);
    }
    let node = SparseNode::Leaf {
        key: key(1),
        value: value(1),
    };
    assert_eq!(SparseNode::from_bytes(&node.to_bytes()), Ok(node));
    for first in (0..=255).filter(|first| ![2, 3].contains(first)) {
        let mut bytes = node.to_bytes();
        bytes[0] = first;
        assert_eq!(SparseNode::from_bytes(&bytes), Err(Type(first)));
    }
    let mut empty = [0; SPARSE_NODE_BYTES];
    empty[0] = 3;
    assert_eq!(SparseNode::from_bytes(&empty), Err(EmptyBranch));
    assert!(SparseNode::from_bytes(&node.to_bytes()[..64]).is_err());
}

/// A tree whose nodes are not what they were: one is missing, another's, or lies.
struct Damaged<'t> {
    tree: &'t MemorySparseTree,
    place: SparsePlace,
    instead: Option<SparseNode>,
    noticed: Cell<bool>,
}

impl SparseReader for Damaged<'_> {
    type Error = SparsePlace;

    fn node(&self, place: &SparsePlace) -> Result<Option<SparseNode>, SparsePlace> {
        if *place == self.place {
            return Ok(self.instead);
        }
        let Ok(node) = self.tree.node(place);
        Ok(node)
    }

    fn damaged(&self, place: &SparsePlace) -> Option<SparsePlace> {
        self.noticed.set(true);
        Some(*place)
    }
}

#[test]
fn a_node_that_is_missing_or_another_is_damage_where_it_is_read() {
    let (leaves, tree) = tree(40);
    let Ok((_, nodes)) = sparse_update(&MemorySparseTree::new(), &leaves);
    let stranger = SparseNode::Leaf {
        key: key(1000),
        value: value(1000),
    };
    for key in leaves.keys() {
        let on_way = nodes.iter().filter(|node| node.place.leads_to(key));
        for place in on_way
            .map(|node| node.place)
            .filter(|place| place.depth() > 0)
        {
            for instead in [None, Some(stranger)] {
                let noticed = Cell::new(false);
                let damaged = Damaged {
                    tree: &tree,
                    place,
                    instead,
                    noticed,
                };
                assert_eq!(sparse_prove(&damaged, key), Err(place));
                let changes = BTreeMap::from([(*key, value(7))]);
                assert_eq!(sparse_update(&damaged, &changes), Err(place));
                assert!(damaged.noticed.get());
            }
        }
    }
}

/// Says that a branch stands everywhere, down to where there is no place below.
struct Bottomless;

impl SparseReader for Bottomless {
    type Error = ();

    fn node(&self, _: &SparsePlace) -> Result<Option<SparseNode>, ()> {
        let (left, right) = (value(1), value(2));
        Ok(Some(SparseNode::Branch { left, right }))
    }
}

#[test]
fn a_lying_reader_is_answered() {
    assert!(sparse_prove(&Bottomless, &key(1)).is_ok());
    let changes = (0..9).map(|number| (key(number), value(number))).collect();
    assert!(sparse_update(&Bottomless, &changes).is_ok());
}

proptest! {
    #![proptest_config(common::cases(2000))]

    #[test]
    fn whatever_is_read_is_written_the_same(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        if let Ok(place) = SparsePlace::from_bytes(&bytes) {
            prop_assert_eq!(&place.to_bytes()[..], &bytes[..]);
        }
        if let Ok(node) = SparseNode::from_bytes(&bytes) {
            prop_assert_eq!(&node.to_bytes()[..], &bytes[..]);
        }
    }

    #[test]
    fn every_place_reads_back(key in any::<[u8; 32]>(), depth in 0..=256_u16) {
        let key = SparseKey::of_bytes(key);
        let place = SparsePlace::on_way_to(&key, depth).unwrap();
        prop_assert!(place.leads_to(&key));
        prop_assert_eq!(SparsePlace::from_bytes(&place.to_bytes()), Ok(place));
        let mut walked = SparsePlace::ROOT;
        for above in 0..depth {
            walked = walked.below(key.goes_right(above)).unwrap();
        }
        prop_assert_eq!(walked, place);
        prop_assert_eq!(place.below(true).is_none(), depth == 256);
    }
}
