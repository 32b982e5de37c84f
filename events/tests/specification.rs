//! `README.md` is the specification: what it lists is what the code has, and what it works out is what the code computes.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cinnabar_events::{
    Kind, MAX_CONCERNS, MAX_REQUEST_BYTES, MAX_SIGNERS, MAX_STATEMENT_BYTES, canonical,
};
use serde_json::Value as Json;

const README: &str = include_str!("../README.md");

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The text from `start` to the next `end`.
fn between<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
    let (_, after) = text
        .split_once(start)
        .unwrap_or_else(|| panic!("no {start:?}"));
    after
        .split_once(end)
        .unwrap_or_else(|| panic!("no {end:?} after {start:?}"))
        .0
}

/// The cells of every table row of a section that starts with code.
fn rows(section: &str) -> Vec<Vec<&str>> {
    let (_, section) = README
        .split_once(&format!("\n## {section}\n"))
        .unwrap_or_else(|| panic!("no section {section}"));
    let section = section.split("\n## ").next().unwrap();
    section
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .map(|line| {
            line.trim_end_matches('|')
                .split('|')
                .map(|cell| cell.trim().trim_matches('`'))
                .collect()
        })
        .collect()
}

/// Variant and code of each arm of `fn code` in `impl`. Read from the source: no list can be forgotten.
fn arms<'t>(source: &'t str, of: &str) -> Vec<(&'t str, &'t str)> {
    let body = between(
        between(source, &format!("impl {of} {{"), "\n}\n"),
        "const fn code(",
        "\n    }",
    );
    body.lines()
        .filter_map(|line| line.trim().strip_prefix("Self::"))
        .filter_map(|arm| {
            let (pattern, result) = arm.split_once(" => ")?;
            let variant = pattern.split([' ', '(']).next().unwrap();
            Some((variant, result.strip_prefix('"')?.strip_suffix("\",")?))
        })
        .collect()
}

/// The status of each rejection, from the match that gives it.
fn statuses(problem: &str) -> BTreeMap<&str, &str> {
    let body = between(problem, "match rejection {", "\n        };");
    let mut status = BTreeMap::new();
    let mut waiting = Vec::new();
    for line in body.lines().map(str::trim) {
        if let Some(variant) = line
            .trim_start_matches("| ")
            .strip_prefix("Rejection::")
            .and_then(|rest| rest.split([' ', '(']).next())
        {
            waiting.push(variant);
        }
        if let Some((_, result)) = line.split_once("=> (") {
            status.extend(waiting.drain(..).map(|variant| (variant, &result[..3])));
        }
    }
    status
}

#[test]
fn the_table_of_codes_is_the_codes_and_their_statuses() {
    let statement = read("src/statement.rs");
    let rejection = read("../crates/governance/src/rejection.rs");
    let problem = read("../crates/ledger/src/problem.rs");
    let statuses = statuses(&problem);
    let mut expected: Vec<(&str, &str)> = arms(&statement, "Malformed")
        .into_iter()
        .map(|(_, code)| (code, "400"))
        .collect();
    let rejections = arms(&rejection, "Rejection");
    // Every variant has an arm of its own; one passes the question on, to the clauses of the groups of kinds.
    assert_eq!(rejections.len() + 1, statuses.len());
    expected.extend(
        rejections
            .iter()
            .map(|(variant, code)| (*code, statuses[variant])),
    );
    let (openings, filing) = (
        read("../crates/vault/src/opening.rs"),
        read("../crates/vault/src/filing.rs"),
    );
    expected.extend(
        arms(&openings, "Malformed")
            .into_iter()
            .map(|(_, code)| (code, "400")),
    );
    expected.extend(
        arms(&filing, "Rejection")
            .into_iter()
            .map(|(_, code)| (code, "403")),
    );
    for made in problem.split("Self::new(").skip(1) {
        let mut parts = made.split(", ");
        let (status, code) = (parts.next().unwrap(), parts.nth(1).unwrap());
        if let Some(code) = code.strip_prefix('"') {
            expected.push((code.trim_end_matches('"'), status));
        }
    }
    let found: Vec<(&str, &str)> = rows("Codes").iter().map(|row| (row[0], row[1])).collect();
    assert!(found.len() > 50, "{}", found.len());
    // Two places may say the same: that there are too many bytes.
    let sorted = |mut codes: Vec<_>| {
        codes.sort_unstable();
        codes.dedup();
        codes
    };
    assert_eq!(sorted(found), sorted(expected));
}

#[test]
fn the_tables_of_kinds_have_every_kind() {
    let found: BTreeSet<&str> = rows("Kinds").iter().map(|row| row[0]).collect();
    let missing: Vec<&str> = Kind::ALL
        .iter()
        .map(|kind| kind.as_str())
        .filter(|kind| !found.contains(kind))
        .collect();
    // What each row says is checked where the rules are.
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_worked_example_is_the_one_in_the_vectors() {
    let file: Json = serde_json::from_str(&read("vectors/kinds.json")).unwrap();
    let entries = file["entries"].as_array().unwrap();
    let shown = entries
        .iter()
        .find(|entry| entry["kind"] == "product.ended")
        .unwrap();
    for value in [
        "statement",
        "entry",
        "pae_sha256",
        "entry_hash",
        "leaf_hash",
    ] {
        let value = shown[value].as_str().unwrap();
        assert!(README.contains(value), "{value}");
    }
    let length = shown["statement"].as_str().unwrap().len();
    assert!(README.contains(&format!("The statement, {length} bytes")));
}

#[test]
fn the_limits_are_the_ones_in_the_code() {
    let thousands = |number: usize| format!("{},{:03}", number / 1000, number % 1000);
    for limit in [
        format!("at most {} bytes. Members", thousands(MAX_STATEMENT_BYTES)),
        format!("at most {} bytes, no other", thousands(MAX_REQUEST_BYTES)),
        format!(
            "at most {} bytes, exactly",
            thousands(cinnabar_events::MAX_ENTRY_BYTES)
        ),
        format!(
            "at most {} and {} bytes",
            cinnabar_events::BLOCK_MAX_ENTRIES,
            thousands(cinnabar_events::BLOCK_MAX_BYTES)
        ),
        format!("at most {MAX_CONCERNS} further"),
        format!("1 to {MAX_SIGNERS}, none twice"),
        format!("nest at most {} deep", canonical::MAX_DEPTH),
    ] {
        assert!(README.contains(&limit), "{limit}");
    }
}

/// A receipt puts a statement two levels deeper, and must be readable for every statement.
#[test]
fn every_kind_leaves_room_for_the_receipt_around_it() {
    fn depth(value: &Json) -> usize {
        match value {
            Json::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
            Json::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => 0,
        }
    }
    let deepest = Kind::ALL
        .iter()
        .map(|kind| 1 + depth(&serde_json::from_str(kind.example()).unwrap()))
        .max()
        .unwrap();
    assert!(deepest <= canonical::MAX_DEPTH - 2);
    assert!(README.contains(&format!("the deepest today has {deepest}")));
}
