//! Auditors: `verify` over what is shown, with the log's key and the ledger's id, and perhaps a checkpoint kept from before.

use std::fs;
use std::path::Path;
use std::process::Command;

use cinnabar_events::Kind;
use cinnabar_tests::desk::Desk;
use cinnabar_tests::program;
use serde_json::Value as Json;

use crate::attacks::{Served, Shown};
use crate::honest::Honest;
use crate::story::Story;

/// What a verifier came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Findings {
    /// `verified`, `findings`, `fork` or `undecided`.
    pub verdict: String,
    /// Where the first finding is, if it has a place.
    pub sequence: Option<u64>,
    /// The check that the first finding is of.
    pub check: Option<String>,
    /// What is missing first, if something is.
    pub missing: Option<String>,
}

impl Findings {
    /// From the report of either verifier.
    pub fn of(report: &Json) -> Self {
        let first = &report["findings"][0];
        let text = |value: &Json| value.as_str().map(str::to_owned);
        Self {
            verdict: text(&report["verdict"]).unwrap_or_else(|| "no verdict".to_owned()),
            sequence: first["sequence"].as_u64(),
            check: text(&first["check"]),
            missing: text(&report["missing"][0]),
        }
    }

    /// In a cell of the table.
    fn cell(&self) -> Option<String> {
        let check = self.check.as_deref();
        Some(match (self.verdict.as_str(), check) {
            ("verified", _) => return None,
            ("findings", Some(check)) => format!("`{check}`"),
            ("undecided", _) => {
                let missing = self.missing.as_deref().unwrap_or_default();
                format!("undecided, missing: {}", without_size(missing))
            }
            ("fork", _) => "fork: `checkpoint.fork`".to_owned(),
            (verdict, _) => verdict.to_owned(),
        })
    }
}

/// A sentence of a report without the size that it names, which follows from the demonstration and not from the attack.
fn without_size(sentence: &str) -> String {
    let around = sentence.split_once(" up to size ");
    let around = around.and_then(|(before, rest)| Some((before, rest.split_once(", ")?.1)));
    around.map_or(sentence.to_owned(), |(before, after)| {
        format!("{before} {after}")
    })
}

/// With nothing but the key.
pub(super) fn alone(honest: &Honest, served: &Served) -> Option<String> {
    audit(honest, &served.shown, false).cell()
}

/// With yesterday's checkpoint besides.
pub(super) fn with_yesterday(honest: &Honest, served: &Served) -> Option<String> {
    let alone = audit(honest, &served.shown, false);
    let kept = audit(honest, &served.shown, true);
    match kept == alone {
        true => alone.cell().map(|_| "as with the key alone".to_owned()),
        false => kept.cell(),
    }
}

fn audit(honest: &Honest, shown: &Shown, kept: bool) -> Findings {
    let folder = tempfile::tempdir().expect("room for a folder");
    write(honest, shown, folder.path());
    let report = run(honest, folder.path(), kept, "all");
    Findings::of(&report)
}

/// What is shown, and yesterday's checkpoint, as files: `ledger.jsonl`, `ledger.jsonl.checkpoint`, `kept.checkpoint`.
///
/// # Panics
/// If there is no room.
pub fn write(honest: &Honest, shown: &Shown, folder: &Path) {
    let kept = honest.shown(honest.yesterday).checkpoint.into_bytes();
    let checkpoint = shown.checkpoint.clone().into_bytes();
    for (name, bytes) in [
        ("ledger.jsonl", shown.story.export()),
        ("ledger.jsonl.checkpoint", checkpoint),
        ("kept.checkpoint", kept),
    ] {
        fs::write(folder.join(name), bytes).expect("room for an export");
    }
}

/// `verify` over the export in `folder`: its report.
///
/// # Panics
/// If there is no such program, or it gives no report.
pub fn run(honest: &Honest, folder: &Path, kept: bool, levels: &str) -> Json {
    let mut command = Command::new(program("verify"));
    command
        .arg("--from")
        .arg(folder.join("ledger.jsonl"))
        .args(["--log-key", &honest.key().to_string()])
        .args(["--ledger", &honest.secrets.ledger.to_string()])
        .args(["--level", levels, "--json", "--quiet"]);
    if kept {
        command
            .arg("--old-checkpoint")
            .arg(folder.join("kept.checkpoint"));
    }
    let output = command.output().expect("verify runs");
    serde_json::from_slice(&output.stdout).expect("verify gives a report")
}

/// Whoever compares the views of a running node with what its entries give: what he says.
///
/// # Panics
/// If there is no program `verify`, or all is well.
pub fn views(honest: &Honest, node: &Desk, story: &Story) -> String {
    let help = Command::new(program("verify")).arg("--help").output();
    let help = help.expect("verify runs").stdout;
    match String::from_utf8_lossy(&help).contains("--views") {
        true => format!("`verify --views`: {}", compare_views(honest, node)),
        false => look_up(node, story),
    }
}

/// With the program.
fn compare_views(honest: &Honest, node: &Desk) -> String {
    let api = node.setting("api");
    let output = Command::new(program("verify"))
        .args(["--from", &api, "--views", &api])
        .args(["--log-key", &honest.key().to_string()])
        .args(["--ledger", &honest.secrets.ledger.to_string()])
        .args(["--json", "--quiet"])
        .output()
        .expect("verify runs");
    let report = serde_json::from_slice(&output.stdout).expect("verify gives a report");
    let noticed = Findings::of(&report).cell();
    noticed.expect("the views are not what the entries give")
}

/// By hand: each organisation that was registered is looked up.
fn look_up(node: &Desk, story: &Story) -> String {
    let registered = |at: &usize| {
        let entry = story.entry(*at);
        entry.statement().kind() == Kind::OrganisationRegistered
    };
    let missing = (0..story.size()).filter(registered).filter(|at| {
        let subject = story.entry(*at).statement().subject.to_string();
        let id = subject.trim_start_matches("organisation/");
        node.ask(&format!("/v1/organisations/{id}")).0 == 404
    });
    assert_eq!(missing.count(), 1, "one is not in the view");
    "whoever looks up each registered enterprise in the view".to_owned()
}
