//! Two verifiers, one in Rust and one in Python, written from the same documents: they agree on the ledger and on what is wrong with it.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use cinnabar_tests::desk::Desk;
use cinnabar_tests::ledger::Ledger;
use cinnabar_tests::running::Ran;
use cinnabar_tests::{program, root};
use serde_json::Value;

/// How many single bits are flipped, and how many of each of the fourteen other damages there are. `agree.py` does thousands by itself.
const FLIPS: &str = "160";
const OTHERS: &str = "6";
/// Where the damages start: always the same.
const SEED: &str = "4";
/// How many damages that makes.
const DAMAGES: usize = 160 + 14 * 6;
/// The exit code for something that is wrong with the ledger.
const FINDINGS: i32 = 10;

/// Runs a script of the checkout with Python at the ledger's desk. -B: no compiled files in the checkout.
fn python(ledger: &Ledger, script: &str, arguments: &[&str]) -> Ran {
    let script = root().join(script);
    let mut command = Desk::command(ledger, Path::new("python3"), &["-B"]);
    Ran::of(command.arg(script).args(arguments))
}

/// The verdict and the sequence that the first finding names.
fn verdict(report: &Value) -> (String, Option<u64>) {
    let verdict = report["verdict"].as_str().unwrap().to_owned();
    (verdict, report["findings"][0]["sequence"].as_u64())
}

/// What both say of an export, with the exit code that both end with.
#[track_caller]
fn both(ledger: &Ledger, export: &str, code: i32) -> [Value; 2] {
    let key = ledger.setting("vkey");
    let words = [export, "--log-key", &key, "--json"];
    let second = python(ledger, "tools/second-verifier/verify.py", &words);
    let first = ledger.verify(&["--from", export, "--json"]);
    [first, second].map(|ran| ran.ends(code).json())
}

#[test]
fn both_verifiers_say_the_same_of_a_ledger_and_of_every_damage_to_it() {
    let ledger = Ledger::demo();
    let size = ledger.size();
    ledger.run(&["export", "--out", "ledger.jsonl"]).ends(0);
    let sound = both(&ledger, "ledger.jsonl", 0);
    for report in &sound {
        assert_eq!(verdict(report), ("verified".to_owned(), None));
        assert_eq!(report["entries"], size);
    }

    // An index of all dossiers that is wrong, signed with the ledger's own key, in a log signed with the log's.
    let export = std::fs::read_to_string(ledger.path("ledger.jsonl")).unwrap();
    let last = export.lines().last().unwrap();
    assert!(last.contains("\"kind\":\"dossiers.indexed\""), "{last}");
    let words = [
        "ledger.jsonl",
        "data/secrets/log.skey",
        "data/secrets/ledger.seed",
        "forged.jsonl",
    ];
    python(&ledger, "tests/checkers/forge_index.py", &words).ends(0);
    for report in &both(&ledger, "forged.jsonl", FINDINGS) {
        assert_eq!(verdict(report), ("findings".to_owned(), Some(size - 1)));
        assert_eq!(report["findings"][0]["check"], "dossiers", "{report:#}");
        assert_eq!(
            report["findings"].as_array().unwrap().len(),
            1,
            "{report:#}"
        );
    }

    let verify = program("verify");
    let key = ledger.setting("vkey");
    let words = [verify.to_str().unwrap(), "ledger.jsonl", &key];
    let numbers = ["--flips", FLIPS, "--others", OTHERS, "--seed", SEED];
    python(
        &ledger,
        "tests/checkers/agree.py",
        &[&words[..], &numbers].concat(),
    )
    .ends(0)
    .says(&format!(
        "{DAMAGES} damaged exports: 0 differ, 0 not noticed"
    ));
}
