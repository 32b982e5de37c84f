//! What must hold of every tree, against the definitions of RFC 6962 written down a second time.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;

use cinnabar_tlog::*;
use common::{entry, tree};
use proptest::prelude::*;

/// `MTH(D[n])` by the book.
fn mth(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => EMPTY_ROOT,
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node_hash(&mth(left), &mth(right))
        }
    }
}

fn leaves(size: u64) -> Vec<Hash> {
    (0..size).map(|i| leaf_hash(&entry(i))).collect()
}

#[test]
fn the_edge_the_tiles_and_the_definition_agree_on_every_small_root() {
    let tree = tree(600);
    let leaves = leaves(600);
    let mut frontier = Frontier::empty();
    for size in 0..=600 {
        let expected = mth(&leaves[..size]);
        assert_eq!(frontier.root(), expected, "edge at {size}");
        let size = Size::new(size as u64);
        assert_eq!(root(size, &tree), Ok(expected), "tiles at {size}");
        assert_eq!(Frontier::from_reader(size, &tree).unwrap(), frontier);
        assert_eq!(
            Frontier::from_bytes(&frontier.to_bytes()),
            Ok(frontier.clone())
        );
        if let Some(leaf) = leaves.get(frontier.size().get() as usize) {
            frontier.push(*leaf);
        }
    }
}

#[test]
fn every_inclusion_proof_of_every_small_tree_verifies_and_no_other() {
    let (tree, leaves) = (tree(70), leaves(70));
    for size in (1..=70).map(Size::new) {
        let root = root(size, &tree).unwrap();
        let mut prover = Prover::new(size, &tree);
        for index in (0..size.get()).map(LeafIndex::new) {
            let leaf = leaves[index.get() as usize];
            let proof = prover.inclusion_proof(index).unwrap();
            assert_eq!(
                proof.verify(index, size, &leaf, &root),
                Ok(()),
                "{index} in {size}"
            );
            assert!(
                proof
                    .verify(index, size, &node_hash(&leaf, &leaf), &root)
                    .is_err()
            );
            for other in (0..size.get() + 2)
                .map(LeafIndex::new)
                .filter(|i| *i != index)
            {
                assert!(
                    proof.verify(other, size, &leaf, &root).is_err(),
                    "{other} in {size}"
                );
            }
            check_changed_hashes(proof.hashes(), |hashes| {
                let proof = InclusionProof::new(hashes).unwrap();
                proof.verify(index, size, &leaf, &root)
            });
        }
    }
}

#[test]
fn every_consistency_proof_of_every_small_tree_verifies_and_no_other() {
    let tree = tree(70);
    for new in (0..=70).map(Size::new) {
        let new_root = root(new, &tree).unwrap();
        let mut prover = Prover::new(new, &tree);
        for old in (0..=new.get()).map(Size::new) {
            let old_root = root(old, &tree).unwrap();
            let proof = prover.consistency_proof(old).unwrap();
            assert_eq!(
                proof.verify(old, &old_root, new, &new_root),
                Ok(()),
                "{old} to {new}"
            );
            let other = leaf_hash(b"other");
            assert!(
                proof.verify(old, &other, new, &new_root).is_err(),
                "{old} to {new}"
            );
            if !old.is_zero() {
                assert!(
                    proof.verify(old, &old_root, new, &other).is_err(),
                    "{old} to {new}"
                );
            }
            check_changed_hashes(proof.hashes(), |hashes| {
                let proof = ConsistencyProof::new(hashes).unwrap();
                proof.verify(old, &old_root, new, &new_root)
            });
        }
    }
}

#[test]
fn a_proof_in_a_lower_tree_is_none_in_a_higher_one() {
    let tree = tree(40);
    let height = |size: u64| size.next_power_of_two().ilog2();
    for lower in 1..=40 {
        let root = root(Size::new(lower), &tree).unwrap();
        let mut prover = Prover::new(Size::new(lower), &tree);
        for higher in (lower..100).filter(|higher| height(*higher) > height(lower)) {
            let higher = Size::new(higher);
            for old in (1..lower).map(Size::new) {
                let old_root = common::tree(old.get()).root();
                let proof = prover.consistency_proof(old).unwrap();
                let verified = proof.verify(old, &old_root, higher, &root);
                assert!(verified.is_err(), "{old} to {lower}, said to be {higher}");
            }
            let first = LeafIndex::new(0);
            let proof = prover.inclusion_proof(first).unwrap();
            let verified = proof.verify(first, higher, &leaf_hash(&entry(0)), &root);
            assert!(verified.is_err(), "in {lower}, said to be {higher}");
        }
    }
}

/// Any changed byte, any missing hash and any further hash must be refused.
fn check_changed_hashes(hashes: &[Hash], verify: impl Fn(Vec<Hash>) -> Result<(), ProofRejection>) {
    for place in 0..hashes.len() {
        for byte in 0..HASH_BYTES {
            let mut changed = hashes.to_vec();
            let mut bytes = *changed[place].as_bytes();
            bytes[byte] ^= 1 << (byte % 8);
            changed[place] = Hash::from_bytes(bytes);
            assert!(verify(changed).is_err(), "byte {byte} of hash {place}");
        }
        let mut without = hashes.to_vec();
        without.remove(place);
        assert!(verify(without).is_err(), "without hash {place}");
    }
    for place in 0..=hashes.len() {
        let mut with = hashes.to_vec();
        with.insert(place, leaf_hash(b"one more"));
        assert!(verify(with).is_err(), "with one more at {place}");
    }
}

#[test]
fn what_is_not_in_the_tree_is_not_proved() {
    let tree = tree(5);
    let five = Size::new(5);
    assert_eq!(
        inclusion_proof(LeafIndex::new(5), five, &tree),
        Err(ProveError::Range(RangeError::IndexOutsideTree {
            index: LeafIndex::new(5),
            size: five
        }))
    );
    assert_eq!(
        consistency_proof(Size::new(6), five, &tree),
        Err(ProveError::Range(RangeError::SizesReversed {
            old: Size::new(6),
            new: five
        }))
    );
    let huge = Size::new(u64::MAX);
    assert_eq!(
        inclusion_proof(LeafIndex::new(0), huge, &tree),
        Err(ProveError::Range(RangeError::TooLarge(huge)))
    );
    assert!(matches!(
        root(Size::new(6), &tree),
        Err(ReadError::Reader { .. })
    ));
    assert!(root(huge, &tree).is_err());
    assert_eq!(
        InclusionProof::new(vec![EMPTY_ROOT; MAX_PROOF_HASHES + 1]),
        Err(ProofTooLong(MAX_PROOF_HASHES + 1))
    );
}

/// Counts what is read, and makes up the hashes of a tree too large to have.
struct Imagined {
    reads: RefCell<BTreeMap<TileId, usize>>,
}

impl HashReader for Imagined {
    type Error = std::convert::Infallible;

    fn tile(&self, tile: TileId, width: TileWidth) -> Result<Cow<'_, [u8]>, Self::Error> {
        *self.reads.borrow_mut().entry(tile).or_default() += 1;
        Ok(Cow::Owned(vec![
            tile.level();
            width.as_usize() * HASH_BYTES
        ]))
    }
}

#[test]
fn proofs_in_the_largest_tree_read_at_most_two_tiles_of_each_level_and_each_once() {
    for size in [
        MAX_TREE_SIZE,
        Size::new(1 << 62),
        Size::new((1 << 62) + 12_345_678_901),
    ] {
        let imagined = Imagined {
            reads: RefCell::default(),
        };
        for index in [
            0,
            1,
            255,
            256,
            size.get() / 2,
            size.get() / 3,
            size.get() - 1,
        ] {
            imagined.reads.borrow_mut().clear();
            let proof = inclusion_proof(LeafIndex::new(index), size, &imagined).unwrap();
            assert!(proof.hashes().len() <= MAX_PROOF_HASHES);
            let reads = imagined.reads.borrow();
            assert!(reads.len() <= 16, "{} tiles", reads.len());
            assert!(reads.values().all(|count| *count == 1), "{reads:?}");
            drop(reads);
            imagined.reads.borrow_mut().clear();
            consistency_proof(Size::new(index), size, &imagined).unwrap();
            let reads = imagined.reads.borrow();
            assert!(
                reads.len() <= 16 && reads.values().all(|count| *count == 1),
                "{reads:?}"
            );
        }
    }
}

#[test]
fn a_reader_that_gives_too_little_is_found_out() {
    struct Short;
    impl HashReader for Short {
        type Error = std::convert::Infallible;
        fn tile(&self, _: TileId, width: TileWidth) -> Result<Cow<'_, [u8]>, Self::Error> {
            Ok(Cow::Owned(vec![0; width.as_usize() * HASH_BYTES - 1]))
        }
    }
    let tile = TileId::new(0, 0).unwrap();
    let short = ReadError::Short {
        tile,
        expected: 160,
        found: 159,
    };
    assert_eq!(root(Size::new(5), &Short), Err(short));
    assert_eq!(Frontier::from_reader(Size::new(5), &Short), Err(short));
    assert_eq!(
        EdgeTiles::from_reader(Size::new(5), &Short).unwrap_err(),
        short
    );
}

#[test]
fn a_frontier_in_another_version_or_length_is_refused() {
    let bytes = tree(5).frontier().to_bytes();
    let mut other = bytes.clone();
    other[0] = 2;
    assert_eq!(Frontier::from_bytes(&other), Err(FrontierError::Version(2)));
    for length in 0..bytes.len() {
        assert!(
            Frontier::from_bytes(&bytes[..length]).is_err(),
            "{length} bytes"
        );
    }
    let longer = [&bytes[..], &[0]].concat();
    let length = FrontierError::Length {
        expected: bytes.len(),
        found: longer.len(),
    };
    assert_eq!(Frontier::from_bytes(&longer), Err(length));
    let mut huge = bytes;
    huge[1..9].copy_from_slice(&u64::MAX.to_be_bytes());
    assert_eq!(
        Frontier::from_bytes(&huge),
        Err(FrontierError::Size(Size::new(u64::MAX)))
    );
}

proptest! {
    #![proptest_config(common::cases(64))]

    #[test]
    fn proofs_in_trees_of_several_tile_levels_verify(size in 1_u64..=70_000, at in 0.0..1.0_f64) {
        static TREE: std::sync::LazyLock<MemoryTree> = std::sync::LazyLock::new(|| tree(70_000));
        let (tree, size) = (&*TREE, Size::new(size));
        let index = (size.get() as f64 * at) as u64;
        let root_then = root(size, tree).unwrap();
        let leaf = leaf_hash(&entry(index));
        let index = LeafIndex::new(index);
        let proof = inclusion_proof(index, size, tree).unwrap();
        prop_assert_eq!(proof.verify(index, size, &leaf, &root_then), Ok(()));
        let old = Size::new(index.get());
        let old_root = root(old, tree).unwrap();
        let proof = consistency_proof(old, size, tree).unwrap();
        prop_assert_eq!(proof.verify(old, &old_root, size, &root_then), Ok(()));
    }

    #[test]
    fn verifiers_end_with_any_sizes_and_any_hashes(
        a in any::<u64>(), b in any::<u64>(), count in 0_usize..=MAX_PROOF_HASHES,
    ) {
        let (hashes, root) = (vec![EMPTY_ROOT; count], leaf_hash(b"root"));
        let inclusion = InclusionProof::new(hashes.clone()).unwrap();
        prop_assert!(inclusion.verify(LeafIndex::new(a), Size::new(b), &EMPTY_ROOT, &root).is_err());
        let consistency = ConsistencyProof::new(hashes).unwrap();
        if a != 0 && a != b {
            prop_assert!(consistency.verify(Size::new(a), &EMPTY_ROOT, Size::new(b), &root).is_err());
        }
    }
}
