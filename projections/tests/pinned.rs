//! What the views came to before anything about how they are written was changed.
#![allow(clippy::unwrap_used)]

mod common;

use cinnabar_projections::Partial;
use common::*;

/// Digests of the busy town's views: how rows are stored, found and written may change, what they say may not.
const BUSY_TOWN: [(&str, &str); 7] = [
    (
        "entries",
        "blake3:3ea2d5e93f86237db34a22fd6ccdb1548f2e8708e711594271b57233ab5826b5",
    ),
    (
        "marks",
        "blake3:6cd60394d631736d151a583fefd25041a500782294cab1f47593395e01c7b743",
    ),
    (
        "organisations",
        "blake3:7dbefab261e48b11802a4c9377ea82c4a3278b2faf18acc629620287ce569d40",
    ),
    (
        "actors",
        "blake3:c284e369237109b85df33c5b99f9f325ce8164758f9afa7df0ecf606f1c42cd5",
    ),
    (
        "products",
        "blake3:71b674c997c24740978adefb9e022ac21a4d4c2f2d7952b6337a0e7116d293f6",
    ),
    (
        "incidents",
        "blake3:5daa86d29363248cebfbadb1b14c986137c0102295d10119304c3c0bb7f855b6",
    ),
    (
        "deadlines",
        "blake3:65c23371eda227b51a3a510e939a0a501d4c4f7ae6c8564b9da2fe2d1396ec08",
    ),
];

/// BLAKE3 over name and digests of every story's views.
const STORIES: &str = "ec4da2be6a56e2e0805514794fe8d103d56e1ae0156f8983d1ed983cf3382018";

#[test]
fn the_rows_are_those_that_they_have_always_been() {
    let (dir, town) = (tempfile::tempdir().unwrap(), busy_town());
    let views = folded(dir.path(), town.entries());
    let found: Vec<_> = views
        .digests()
        .unwrap()
        .views
        .into_iter()
        .map(|(name, digest)| (name, digest.to_string()))
        .collect();
    let expected = BUSY_TOWN.map(|(name, digest)| (name, digest.to_owned()));
    assert_eq!(found, expected);
}

/// All stories together: every kind of statement is in them.
#[test]
fn so_are_those_of_every_story() {
    let mut hasher = blake3::Hasher::new();
    for (name, town) in story::all() {
        let dir = tempfile::tempdir().unwrap();
        let digests = folded(dir.path(), town.entries()).digests().unwrap();
        hasher.update(name.as_bytes());
        for (view, digest) in digests.views {
            hasher.update(format!("{view} {digest}\n").as_bytes());
        }
    }
    assert_eq!(hasher.finalize().to_hex().as_str(), STORIES);
}

/// A view in a file of its own has the rows that it has beside the others, with and without its words.
#[test]
fn a_view_folded_alone_has_the_same_rows() {
    let (dir, town) = (tempfile::tempdir().unwrap(), busy_town());
    for (number, words) in [true, false].into_iter().enumerate() {
        for names in [
            &["entries"][..],
            &["entries", "marks"],
            &["organisations", "products"],
            &["incidents"],
        ] {
            let file = dir.path().join(format!("{number}-{}.db", names.join("-")));
            let mut partial = Partial::create(&file, names, words).unwrap();
            for chunk in town.entries().chunks(11) {
                partial.apply(chunk).unwrap();
            }
            for (name, digest) in partial.digests().unwrap() {
                let expected = BUSY_TOWN.iter().find(|(other, _)| *other == name).unwrap();
                assert_eq!(digest.to_string(), expected.1, "{name}, words: {words}");
            }
        }
    }
}
