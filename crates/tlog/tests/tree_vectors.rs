//! Roots, tiles and proofs with values computed elsewhere.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use cinnabar_tlog::*;
use common::{entry, hash, resource, tree};
use sha2::{Digest as _, Sha256};

const LEAVES: [&str; 5] = [
    "fa7d01f1d0c1cd0c66e820f7e2b2c439ddb8573d39ffb20aaf2d0d183a5b13d8",
    "3bc492748da85bd0b07cb91e5a957f404f6841c381f4f63f695a7f0192fcc01a",
    "e5699c12f39281a0c8d17729b8bdc9884bde564bc278f8196bf46bb7a5c69826",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "84b4e69a70acfdf4542ff8fe3c058b39fc36b1f349970f9b12706bc60e4912c0",
];
const ROOTS: [(u64, &str); 10] = [
    (
        0,
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ),
    (1, LEAVES[0]),
    (2, ROOT_2),
    (
        3,
        "97bba7ab4b0cd3a83c0f45b8740c86eec198d18e1355eab9ef7abdb92746f2e7",
    ),
    (4, ROOT_4),
    (
        5,
        "3a4e362e8d96dd39baf50961e1e44768d760304d2365a4c5219eaa79049d8f37",
    ),
    (256, ROOT_256),
    (
        257,
        "17837cc8b37fd5c8aa638addc1448a4e00a97b46581004761887510b5c7e2a2f",
    ),
    (
        300,
        "89211d0361ab1620a64c6809738655a17bce5779336cdd4ab56cc630e81e6fd9",
    ),
    (
        70_000,
        "137540eff163728d39e4b09311eb878fd07bb1f5413244fd84fea90d5a6d34cf",
    ),
];
const ROOT_2: &str = "d23a39e67c9002cdb1a849a03f57ba9e06248e6238c30943354ae0c09b7edbcc";
const ROOT_4: &str = "4b27b82ddd8ebda8d674b425c95e52a5a1a3cfeac033c9353b9753290244fa40";
const ROOT_256: &str = "ff62ec42902a500b96650891349d6c860c3c6532fca5b4d0778a64249c697a84";

#[test]
fn leaves_hash_as_computed_elsewhere() {
    for (index, expected) in (0..).zip(LEAVES) {
        assert_eq!(
            leaf_hash(&entry(index)).to_string(),
            expected,
            "leaf {index}"
        );
    }
}

#[test]
fn roots_are_as_computed_elsewhere_from_the_edge_and_from_tiles() {
    let tree = tree(70_000);
    let mut frontier = Frontier::empty();
    for (size, expected) in ROOTS {
        while frontier.size().get() < size {
            frontier.push(leaf_hash(&entry(frontier.size().get())));
        }
        assert_eq!(frontier.root().to_string(), expected, "edge at {size}");
        let of_tiles = root(Size::new(size), &tree).unwrap();
        assert_eq!(of_tiles.to_string(), expected, "tiles at {size}");
    }
    assert_eq!(tree.root(), frontier.root());
}

#[test]
fn the_classic_test_tree_of_certificate_transparency_has_its_roots() {
    let leaves: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    let roots = [
        ("6e340b9c", "a01d"),
        ("fac54203", "c125"),
        ("aeb6bcfe", "e77"),
        ("d37ee418", "14b7"),
        ("4e3bbb1f", "64d4"),
        ("76e67dad", "87ef"),
        ("ddb89be4", "4c8c"),
        (
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960",
            "cfe370eff4604328",
        ),
    ];
    let mut frontier = Frontier::empty();
    for (leaf, (start, end)) in leaves.iter().zip(roots) {
        frontier.push(leaf_hash(leaf));
        let root = frontier.root().to_string();
        assert!(root.starts_with(start) && root.ends_with(end), "{root}");
    }
}

fn check_resources(size: u64, expected: &[(&str, usize, &str)]) {
    let tree = tree(size);
    let paths: Vec<TilePath> = TilePath::all_at(tree.size()).collect();
    let names: Vec<String> = paths.iter().map(ToString::to_string).collect();
    let expected_names: Vec<_> = expected.iter().map(|(path, _, _)| *path).collect();
    assert_eq!(names, expected_names);
    for (path, (name, length, sha256)) in paths.into_iter().zip(expected) {
        let body = resource(path, &tree);
        assert_eq!(body.len(), *length, "{name}");
        let digest = Hash::from_bytes(Sha256::digest(&body).into());
        assert_eq!(digest.to_string(), *sha256, "{name}");
    }
}

#[test]
fn the_resources_of_five_and_of_three_hundred_entries_are_as_computed_elsewhere() {
    check_resources(
        5,
        &[
            (
                "tile/0/000.p/5",
                160,
                "4a2a5011c35b8da51ae8a481327a6c1fdf6bd224048cce1c287a971ce097b877",
            ),
            (
                "tile/entries/000.p/5",
                76,
                "a39d1dd41cfbca6f83636bf552f6426383b6fb1fbc676e1c927f860d9733e7a4",
            ),
        ],
    );
    let only_hash = Sha256::digest(hash(ROOT_256).as_bytes());
    let only_hash = Hash::from_bytes(only_hash.into()).to_string();
    check_resources(
        300,
        &[
            (
                "tile/0/000",
                8192,
                "67981d91a0144597da8ee0d8745d51c5dd559c705eb4a675e7b8269519c7edde",
            ),
            (
                "tile/0/001.p/44",
                1408,
                "d65c14e2213b5f507c52d529f3bdf24f08cdcd91d29429bdc5a6d48a222bd3f7",
            ),
            ("tile/1/000.p/1", 32, &only_hash),
            (
                "tile/entries/000",
                2737,
                "05577f810a66c3aa1c0c9434f4a9d192717921564275964c6a36ba2fabc82d67",
            ),
            (
                "tile/entries/001.p/44",
                484,
                "8f9eb1c24bdd7aa8cfba571f674231c0f1183a743fcaf465baea9acc2d6ac444",
            ),
        ],
    );
}

#[test]
fn seventy_thousand_entries_give_exactly_the_listed_resources() {
    let tree = tree(70_000);
    let mut all: Vec<_> = TilePath::all_at(tree.size())
        .map(|path| (path.to_string(), path))
        .collect();
    all.sort();
    assert_eq!(all.len(), 551);
    let partial: Vec<_> = all
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|n| n.contains(".p/"))
        .collect();
    assert_eq!(
        partial,
        [
            "tile/0/273.p/112",
            "tile/1/001.p/17",
            "tile/2/000.p/1",
            "tile/entries/273.p/112"
        ]
    );
    let mut sha = Sha256::new();
    for (_, path) in &all {
        sha.update(resource(*path, &tree));
    }
    assert_eq!(
        Hash::from_bytes(sha.finalize().into()).to_string(),
        "c7b98dd2401fb36bae44d5b4ba20a9cf2af088b2832965debedad446d77ecdad"
    );
}

#[test]
fn inclusion_proofs_are_as_computed_elsewhere() {
    let tree = tree(300);
    let of_299 = [
        "79e9dd5e21e8a629cf7b4ef3179f90c0e63187491aabc3a3521559883072bc1f",
        "5e71bf5e8a40862932107d53121bfcb5b9132fccf7431e670ce8dac793632124",
        "6b833d2117d059a6a4f9dea2fa25cf9f7697ef47a36dcffa2d930587b27c1a52",
        "d7ecfec95aec366fed842c3fc888245c6f610818a6c64874c3095f98108d417c",
        ROOT_256,
    ];
    let table: [(u64, u64, &[&str]); 3] = [
        (2, 5, &[LEAVES[3], ROOT_2, LEAVES[4]]),
        (4, 5, &[ROOT_4]),
        (299, 300, &of_299),
    ];
    for (index, size, expected) in table {
        let proof = inclusion_proof(LeafIndex::new(index), Size::new(size), &tree).unwrap();
        let found: Vec<_> = proof.hashes().iter().map(ToString::to_string).collect();
        assert_eq!(found, expected, "{index} in {size}");
    }
}

#[test]
fn consistency_proofs_are_as_computed_elsewhere() {
    let tree = tree(300);
    let table: [(u64, u64, &[&str]); 4] = [
        (
            2,
            5,
            &[
                "a1cdd3bbc3ef008dbf457d51210a24a1e85a6c55a6f0b3e6d6d46df4d2850de3",
                LEAVES[4],
            ],
        ),
        (3, 5, &[LEAVES[2], LEAVES[3], ROOT_2, LEAVES[4]]),
        (4, 5, &[LEAVES[4]]),
        (
            256,
            300,
            &["27b77decd20dfea41339813ebb7864ec30a50b46c979a9deed5223d25fc93bc2"],
        ),
    ];
    for (old, new, expected) in table {
        let proof = consistency_proof(Size::new(old), Size::new(new), &tree).unwrap();
        let found: Vec<_> = proof.hashes().iter().map(ToString::to_string).collect();
        assert_eq!(found, expected, "{old} to {new}");
    }
}
