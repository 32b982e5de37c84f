//! What somebody takes home from the API, and what is verified of it without the ledger.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::Command;

use cinnabar_tests::ledger::Ledger;
use cinnabar_tests::running::Ran;
use cinnabar_tests::{http, on_path, root};
use serde_json::Value;

/// An entry that two people signed: the decision maker Chen, enrolled by an administrator.
const TWO_SIGNED: u64 = 17;
/// A dossier of the demonstration: several entries, by several people.
const PRODUCT: &str = "product/delivery-robot";
/// A dossier that is not there.
const NOBODY: &str = "product/nobody";
/// The exit code for a document that doesn't prove what it should.
const FINDINGS: i32 = 10;

/// Keeps what the API answers in a file.
fn keep(ledger: &Ledger, path: &str, name: &str) -> Value {
    let (status, body) = http::get(&ledger.setting("api"), path).unwrap();
    assert_eq!(status, 200, "{path}");
    std::fs::write(ledger.path(name), &body).unwrap();
    serde_json::from_slice(&body).unwrap()
}

/// Languages that verify an envelope: the program that must be here, and the script.
fn languages() -> [(&'static str, &'static str, Vec<&'static str>); 3] {
    let bash = vec!["tests/checkers/dsse/openssl.sh"];
    let node = vec!["tests/checkers/dsse/verify.mjs"];
    [
        ("openssl", "bash", bash),
        ("node", "node", node),
        ("go", "go", vec!["run", "tests/checkers/dsse/main.go"]),
    ]
}

/// Verifies an envelope under `keys` in every language that is here: how often it was accepted, of how many.
fn accepted(envelope: &Path, keys: &[&str]) -> (usize, usize) {
    let mut ends = Vec::new();
    for (needed, program, script) in languages() {
        if !on_path(needed) {
            assert_ne!(needed, "openssl", "tools/test installs it");
            println!("Skipped: there is no {needed} on PATH.");
            continue;
        }
        let mut command = Command::new(program);
        command.args(script).arg(envelope).args(keys);
        let ran = Ran::of(command.current_dir(root()));
        let whole = ran.out.lines().filter(|line| line.ends_with(": verified"));
        assert_eq!(
            whole.count() == keys.len(),
            ran.code == Some(0),
            "{needed}: {ran:?}"
        );
        assert!(ran.out.lines().count() == keys.len(), "{needed}: {ran:?}");
        ends.push(ran.code == Some(0));
    }
    (
        ends.iter().filter(|accepted| **accepted).count(),
        ends.len(),
    )
}

#[test]
fn what_the_api_gives_of_an_entry_and_of_a_dossier_is_verified_without_it() {
    let mut ledger = Ledger::demo();
    let id = ledger.setting("ledger");
    let url = |what: &str| format!("/v1/entries/{TWO_SIGNED}/{what}");
    keep(&ledger, &url("envelope"), "envelope.json");
    keep(&ledger, &url("bundle"), "bundle.json");
    let entry = keep(&ledger, &url("raw"), "entry.json");
    let complete = |subject: &str| format!("/v1/subjects/{subject}/completeness");
    keep(&ledger, &complete(PRODUCT), "dossier.json");
    keep(&ledger, &complete(NOBODY), "nobody.json");
    ledger
        .run(&["bundle", &TWO_SIGNED.to_string()])
        .ends(0)
        .says("(verified)");
    ledger.stop();
    bundles(&ledger, &id);
    dossiers(&ledger, &id);
    envelopes(&ledger, &entry);
}

/// The file with one change of its JSON, under the name `changed.json`. Unchanged it is canonical.
fn change(ledger: &Ledger, name: &str, change: impl Fn(&mut Value)) {
    let text = std::fs::read_to_string(ledger.path(name)).unwrap();
    let mut value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value.to_string(), text.trim_end(), "canonical JSON");
    change(&mut value);
    assert_ne!(value.to_string(), text.trim_end());
    std::fs::write(ledger.path("changed.json"), value.to_string()).unwrap();
}

fn bundles(ledger: &Ledger, id: &str) {
    let verify = |file: &str, id: &str| ledger.examine(&["bundle", file, "--ledger", id, "--json"]);
    for file in ["bundle.json", &format!("{TWO_SIGNED}.bundle.json")] {
        let said = verify(file, id).ends(0).json();
        assert_eq!(
            (&said["outcome"], &said["sound"]),
            (&"verified".into(), &true.into())
        );
    }
    let other = format!("blake3:{}", "5a".repeat(32));
    verify("bundle.json", &other).ends(FINDINGS);
    // The history of whoever signed, without its last entry before this one.
    change(ledger, "bundle.json", |bundle| {
        let entries = bundle["entries"].as_array_mut().unwrap();
        assert!(entries.len() > 2);
        entries.remove(1);
    });
    verify("changed.json", id).ends(FINDINGS);
}

fn dossiers(ledger: &Ledger, id: &str) {
    let verify = |file: &str| ledger.examine(&["dossier", file, "--ledger", id, "--json"]);
    verify("dossier.json").ends(0);
    verify("nobody.json").ends(0);
    change(ledger, "dossier.json", |dossier| {
        let entries = dossier["entries"].as_array_mut().unwrap();
        assert!(entries.len() > 2);
        entries.pop();
    });
    verify("changed.json").ends(FINDINGS);
    // Nor does one that has entries pass for one that has none.
    change(ledger, "nobody.json", |dossier| {
        dossier["subject"] = PRODUCT.into()
    });
    verify("changed.json").ends(FINDINGS);
}

/// Every language says the same of an envelope under its keys, under another, and of one that was changed.
fn envelopes(ledger: &Ledger, entry: &Value) {
    let envelope = ledger.path("envelope.json");
    let keys = entry["signatures"].as_array().unwrap();
    let keys: Vec<&str> = keys
        .iter()
        .map(|one| one["key"].as_str().unwrap())
        .collect();
    assert_eq!(keys.len(), 2);
    let (accepting, all) = accepted(&envelope, &keys);
    assert_eq!(accepting, all);
    let other = format!("ed25519:{}", "5a".repeat(32));
    assert_eq!(accepted(&envelope, &[keys[0], &other]).0, 0);
    let text = std::fs::read_to_string(&envelope).unwrap();
    let at = text.find("\"payload\":\"").unwrap() + 20;
    let letter = if text.as_bytes()[at] == b'A' {
        "B"
    } else {
        "A"
    };
    let changed = [&text[..at], letter, &text[at + 1..]].concat();
    std::fs::write(&envelope, changed).unwrap();
    assert_eq!(accepted(&envelope, &keys).0, 0);
}
