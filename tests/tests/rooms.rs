//! The rooms of the house: who may depend on whom, and which room alone links what. Read from `cargo metadata`.

use std::collections::{BTreeMap, BTreeSet};

use cinnabar_tests::cargo;
use serde_json::Value;

/// Every crate of the workspace and the crates of the workspace that it may depend on. One way: each line names only
/// crates above it.
const ARROWS: [(&str, &[&str]); 24] = [
    ("cinnabar-tlog", &[]),
    // Knows nothing of what it interrupts.
    ("cinnabar-failpoint", &[]),
    ("cinnabar-events", &["cinnabar-tlog"]),
    ("cinnabar-governance", &["cinnabar-tlog", "cinnabar-events"]),
    ("cinnabar-verifier", &CONTRACT),
    ("cinnabar-evidence", &CONTRACT),
    // Any log's checkpoints, whatever its entries are.
    ("cinnabar-witness", &["cinnabar-tlog"]),
    ("cinnabar-timestamp", &["cinnabar-tlog"]),
    ("cinnabar-store", &INTERRUPTED),
    // Knows commitments, and no rule: who may see or destroy is decided elsewhere.
    ("cinnabar-vault", &["cinnabar-tlog", "cinnabar-events"]),
    ("cinnabar-projections", &INTERRUPTED),
    (
        "cinnabar-ledger",
        &[
            "cinnabar-tlog",
            "cinnabar-events",
            "cinnabar-governance",
            "cinnabar-failpoint",
            "cinnabar-store",
            "cinnabar-vault",
        ],
    ),
    (
        "cinnabar-api",
        &[
            "cinnabar-tlog",
            "cinnabar-events",
            "cinnabar-governance",
            "cinnabar-evidence",
            "cinnabar-timestamp",
            "cinnabar-store",
            "cinnabar-projections",
        ],
    ),
    ("cinnabar-verify", &AUDIT),
    ("cinnabar-audit-bench", &AUDIT),
    ("cinnabar-fuzz", &AUDIT),
    ("cinnabar", &LIBRARIES),
    ("cinnabar-bench", &LIBRARIES),
    ("cinnabar-read-bench", &LIBRARIES),
    ("cinnabar-counts", &LIBRARIES),
    // Crosses crates: that is what it is for.
    ("cinnabar-tests", &EVERYTHING),
    ("cinnabar-tamper-lab", &CHEATING),
    ("cinnabar-faults", &FAULTS),
    ("cinnabar-disk", &DISK),
];

const CONTRACT: [&str; 3] = ["cinnabar-tlog", "cinnabar-events", "cinnabar-governance"];
/// The contract, and the places at which a test may interrupt.
const INTERRUPTED: [&str; 4] = [
    "cinnabar-tlog",
    "cinnabar-events",
    "cinnabar-governance",
    "cinnabar-failpoint",
];
/// What an auditor's program may be made of.
const AUDIT: [&str; 8] = [
    "cinnabar-tlog",
    "cinnabar-events",
    "cinnabar-governance",
    "cinnabar-verifier",
    "cinnabar-evidence",
    "cinnabar-timestamp",
    "cinnabar-vault",
    "cinnabar-projections",
];
const LIBRARIES: [&str; 13] = [
    "cinnabar-failpoint",
    "cinnabar-tlog",
    "cinnabar-events",
    "cinnabar-governance",
    "cinnabar-verifier",
    "cinnabar-evidence",
    "cinnabar-witness",
    "cinnabar-timestamp",
    "cinnabar-store",
    "cinnabar-vault",
    "cinnabar-projections",
    "cinnabar-ledger",
    "cinnabar-api",
];
const EVERYTHING: [&str; 18] = [
    "cinnabar-failpoint",
    "cinnabar-tlog",
    "cinnabar-events",
    "cinnabar-governance",
    "cinnabar-verifier",
    "cinnabar-evidence",
    "cinnabar-witness",
    "cinnabar-timestamp",
    "cinnabar-store",
    "cinnabar-vault",
    "cinnabar-projections",
    "cinnabar-ledger",
    "cinnabar-api",
    "cinnabar-verify",
    "cinnabar-audit-bench",
    "cinnabar-fuzz",
    "cinnabar",
    "cinnabar-bench",
];
const CHEATING: [&str; 7] = [
    "cinnabar-tests",
    "cinnabar-tlog",
    "cinnabar-events",
    "cinnabar-governance",
    "cinnabar-verifier",
    "cinnabar-evidence",
    "cinnabar-witness",
];

/// Programs and their neighbours from outside, and what checks them afterwards.
const FAULTS: [&str; 8] = [
    "cinnabar-tests",
    "cinnabar-tlog",
    "cinnabar-events",
    "cinnabar-governance",
    "cinnabar-failpoint",
    "cinnabar-verifier",
    "cinnabar-store",
    "cinnabar-ledger",
];
const DISK: [&str; 9] = [
    "cinnabar-tests",
    "cinnabar-tlog",
    "cinnabar-events",
    "cinnabar-governance",
    "cinnabar-failpoint",
    "cinnabar-verifier",
    "cinnabar-store",
    "cinnabar-ledger",
    "cinnabar-faults",
];

/// A crate from elsewhere, and the only crates of the workspace that may name it as a dependency, tests and builds included.
const LINKED_BY: [(&str, &[&str]); 4] = [
    // The bench measures the machine's own limits, synced batches among them; the lab writes into a database behind the node's back.
    (
        "rocksdb",
        &["cinnabar-store", "cinnabar-bench", "cinnabar-tamper-lab"],
    ),
    (
        "rusqlite",
        &[
            "cinnabar-projections",
            "cinnabar-tamper-lab",
            "cinnabar-read-bench",
        ],
    ),
    (
        "async-nats",
        &[
            "cinnabar-ledger",
            "cinnabar",
            "cinnabar-bench",
            "cinnabar-tests",
            "cinnabar-faults",
        ],
    ),
    (
        "axum",
        &[
            "cinnabar-api",
            "cinnabar-witness",
            "cinnabar-tests",
            "cinnabar-read-bench",
        ],
    ),
];

/// Crates that do no input or output, and the auditor's program: not even through others do they link these.
const PURE: [&str; 6] = [
    "cinnabar-tlog",
    "cinnabar-events",
    "cinnabar-governance",
    "cinnabar-verifier",
    "cinnabar-evidence",
    "cinnabar-verify",
];
/// But the auditor's program builds the views itself, to compare them.
const VIEWS: (&str, &str) = ("cinnabar-verify", "rusqlite");
const IMPURE: [&str; 7] = [
    "rocksdb",
    "librocksdb-sys",
    "rusqlite",
    "async-nats",
    "axum",
    "hyper",
    "tokio",
];

/// Sorts of dependency, as Cargo spells them; a normal one has none.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Edges {
    /// What is linked: normal dependencies.
    Linked,
    /// Also those of builds and of tests.
    All,
}

/// The graph of packages that Cargo resolves for this platform.
struct Graph {
    names: BTreeMap<String, String>,
    members: BTreeSet<String>,
    nodes: BTreeMap<String, Vec<(String, bool)>>,
}

impl Graph {
    fn read() -> Self {
        let platform = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
        let output = cargo()
            .args(["metadata", "--format-version=1", "--locked"])
            .args(["--filter-platform", &platform])
            .output()
            .expect("cargo runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "cargo metadata: {said}");
        Self::parse(&serde_json::from_slice(&output.stdout).expect("cargo writes JSON"))
    }

    fn parse(metadata: &Value) -> Self {
        let names = list(&metadata["packages"])
            .map(|package| (text(&package["id"]), text(&package["name"])))
            .collect();
        let members = list(&metadata["workspace_members"]).map(text).collect();
        let nodes = list(&metadata["resolve"]["nodes"])
            .map(|node| {
                let edges = list(&node["deps"]).map(|dep| {
                    let linked = list(&dep["dep_kinds"]).any(|kind| kind["kind"].is_null());
                    (text(&dep["pkg"]), linked)
                });
                (text(&node["id"]), edges.collect())
            })
            .collect();
        Self {
            names,
            members,
            nodes,
        }
    }

    fn name(&self, id: &str) -> &str {
        &self.names[id]
    }

    /// Ids of the packages that the package names as dependencies.
    fn direct<'a>(&'a self, id: &str, edges: Edges) -> impl Iterator<Item = &'a str> {
        self.nodes[id]
            .iter()
            .filter(move |(_, linked)| *linked || edges == Edges::All)
            .map(|(to, _)| to.as_str())
    }

    /// Names of everything that the package links, through others too.
    fn linked(&self, id: &str) -> BTreeSet<&str> {
        let mut seen = BTreeSet::new();
        let mut open = vec![id];
        while let Some(at) = open.pop() {
            for to in self.direct(at, Edges::Linked) {
                if seen.insert(to) {
                    open.push(to);
                }
            }
        }
        seen.into_iter().map(|id| self.name(id)).collect()
    }

    fn member(&self, name: &str) -> &str {
        self.members
            .iter()
            .find(|id| self.name(id) == name)
            .unwrap_or_else(|| panic!("no crate {name} in the workspace"))
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[test]
fn every_crate_stands_in_the_table_of_arrows() {
    let graph = Graph::read();
    let members: BTreeSet<&str> = graph.members.iter().map(|id| graph.name(id)).collect();
    let table: BTreeSet<&str> = ARROWS.iter().map(|(name, _)| *name).collect();
    assert_eq!(members, table);
}

#[test]
fn arrows_point_one_way() {
    let mut above = BTreeSet::new();
    for (name, allowed) in ARROWS {
        for to in allowed {
            assert!(
                above.contains(to),
                "{name} may not name {to}, which is not above it"
            );
        }
        above.insert(name);
    }
}

#[test]
fn crates_depend_only_where_an_arrow_points() {
    let graph = Graph::read();
    for (name, allowed) in ARROWS {
        let id = graph.member(name);
        let rooms = graph
            .direct(id, Edges::All)
            .filter(|to| *to != id && graph.members.contains(*to))
            .map(|to| graph.name(to));
        for room in rooms {
            assert!(allowed.contains(&room), "{name} depends on {room}");
        }
    }
}

#[test]
fn each_outside_crate_is_linked_by_its_room_alone() {
    let graph = Graph::read();
    for (outside, allowed) in LINKED_BY {
        let users: BTreeSet<&str> = graph
            .members
            .iter()
            .filter(|id| {
                graph
                    .direct(id, Edges::All)
                    .any(|to| graph.name(to) == outside)
            })
            .map(|id| graph.name(id))
            .collect();
        assert!(
            !users.is_empty(),
            "nobody links {outside}: is the name right?"
        );
        for user in users {
            assert!(allowed.contains(&user), "{user} links {outside}");
        }
    }
}

#[test]
fn the_contract_the_tree_the_rules_and_the_verifier_link_no_input_or_output() {
    let graph = Graph::read();
    for name in PURE {
        let linked = graph.linked(graph.member(name));
        for outside in IMPURE {
            let allowed = (name, outside) == VIEWS;
            assert!(
                allowed || !linked.contains(outside),
                "{name} links {outside}"
            );
        }
    }
}

#[test]
fn what_is_forbidden_would_be_seen() {
    let graph = Graph::read();
    let linked = graph.linked(graph.member("cinnabar-ledger"));
    for outside in ["rocksdb", "librocksdb-sys", "async-nats", "tokio"] {
        assert!(linked.contains(outside), "the ledger links {outside}");
    }
}
