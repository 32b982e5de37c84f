//! The seeded bugs are still where `seeded.toml` says, and the tests that must notice them exist. `tools/seeded-bugs` runs them.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::Path;

use cinnabar_tests::{root, source_files};
use serde::Deserialize;

/// The mistakes that must be on the list.
const NAMES: [&str; 6] = [
    "skip the fsync",
    "acknowledge before commit",
    "off by one in recovery",
    "no fencing",
    "accept an equal sequence",
    "ignore the last block",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    bug: Vec<Bug>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bug {
    name: String,
    file: String,
    find: String,
    replace: String,
    package: String,
    binary: String,
    test: String,
}

fn list() -> Vec<Bug> {
    let text = std::fs::read_to_string(root().join("tests/faults/seeded.toml")).unwrap();
    toml::from_str::<List>(&text).unwrap().bug
}

/// The folder of a package, by its manifest.
fn folder(package: &str) -> &'static Path {
    let manifest = source_files().into_iter().find(|path| {
        path.ends_with("Cargo.toml")
            && std::fs::read_to_string(root().join(path))
                .unwrap()
                .contains(&format!("name = \"{package}\""))
    });
    let manifest = manifest.unwrap_or_else(|| panic!("no package {package}"));
    Box::leak(manifest.into_boxed_path()).parent().unwrap()
}

#[test]
fn every_seeded_bug_can_be_put_in_at_exactly_one_place() {
    let list = list();
    for bug in &list {
        let text = std::fs::read_to_string(root().join(&bug.file)).unwrap();
        let found = text.matches(bug.find.as_str()).count();
        assert_eq!(found, 1, "{}: {:?} in {}", bug.name, bug.find, bug.file);
        assert_ne!(bug.find, bug.replace, "{}", bug.name);
    }
    let names: BTreeSet<&str> = list.iter().map(|bug| bug.name.as_str()).collect();
    assert!(NAMES.iter().all(|name| names.contains(name)), "{names:?}");
    assert_eq!(names.len(), list.len(), "a name twice");
}

#[test]
fn the_test_that_must_notice_a_seeded_bug_exists() {
    let files = source_files();
    for Bug {
        name,
        package,
        binary,
        test,
        ..
    } in list()
    {
        let folder = folder(&package);
        let function = test.rsplit("::").next().unwrap();
        let wanted = [format!("fn {function}()"), format!("async fn {function}()")];
        let there = files.iter().any(|path| {
            path.starts_with(folder)
                && path.to_string_lossy().contains(&binary)
                && path.extension().is_some_and(|extension| extension == "rs")
                && std::fs::read_to_string(root().join(path))
                    .is_ok_and(|text| wanted.iter().any(|wanted| text.contains(wanted)))
        });
        assert!(there, "{name}: no {test} in {binary} of {package}");
    }
}
