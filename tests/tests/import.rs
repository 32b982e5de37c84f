//! Import of older registers: the samples, messy as real ones are, and the real ones where they are at hand.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::path::Path;

use cinnabar_tests::ledger::Ledger;
use cinnabar_tests::root;
use cinnabar_tests::running::{Running, eventually};
use serde_json::{Value, json};

/// Names the folder with the real registers.
const ENV_DATA: &str = "CINNABAR_DATA";
/// Mapping, sample and real file; the devices come before what happened with them.
const REGISTERS: [(&str, &str, &str); 3] = [
    (
        "nl-algoritmeregister.toml",
        "nl-changes.jsonl",
        "nl-algoritmeregister/changes.jsonl",
    ),
    (
        "fda-approvals.toml",
        "fda-approvals.csv",
        "fda-medai/823_fda_devices_withAEs.csv",
    ),
    (
        "fda-incidents.toml",
        "fda-incidents.csv",
        "fda-medai/943_AEs_for_fda_devices.csv",
    ),
];
/// Rows of the register that an import is killed in.
const MANY: u64 = 600;

/// The arguments that import `file` by `mapping`.
fn arguments(ledger: &Ledger, mapping: &str, file: &Path) -> Vec<String> {
    let mapping = root().join("tools/import").join(mapping);
    let words = ["--as", "wu:migrator", "--json", "--rejects", "rejects"];
    let mut arguments = vec![
        "import".to_owned(),
        mapping.display().to_string(),
        file.display().to_string(),
        "--key".to_owned(),
        ledger.key("wu"),
    ];
    arguments.extend(words.map(str::to_owned));
    arguments
}

/// Imports, and gives what it counted. Everything adds up, and every rejected row is in the reject file with its reason.
fn import(ledger: &Ledger, mapping: &str, file: &Path) -> Value {
    let _ = std::fs::remove_file(ledger.path("rejects"));
    let arguments = arguments(ledger, mapping, file);
    let ran = ledger.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    let counts = ran.json();
    let number = |of: &str, what: &str| counts[of][what].as_u64().unwrap();
    for of in ["rows", "statements"] {
        let parts = ["recorded", "alreadyThere", "rejected"];
        let sum: u64 = parts.iter().map(|part| number(of, part)).sum();
        assert_eq!(number(of, "read"), sum, "{counts:#}");
    }
    let rejected = number("rows", "rejected");
    let reasons = counts["reasons"].as_object().unwrap();
    let listed: u64 = reasons.values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(listed, rejected, "{counts:#}");
    let register = std::fs::read(file).unwrap();
    let rejects = std::fs::read_to_string(ledger.path("rejects")).unwrap_or_default();
    assert_eq!(rejects.lines().count() as u64, rejected);
    for line in rejects.lines() {
        let reject: Value = serde_json::from_str(line).unwrap();
        let code = reject["code"].as_str().unwrap();
        assert!(reasons.contains_key(code) && reject["reason"].is_string());
        assert!(is_in(&raw(&reject), &register), "not a row: {reject:#}");
    }
    ran.ends(if rejected > 0 { 3 } else { 0 });
    counts
}

/// The bytes of a rejected row.
fn raw(reject: &Value) -> Vec<u8> {
    if let Some(text) = reject["raw"].as_str() {
        return text.as_bytes().to_vec();
    }
    let hex = reject["rawHex"].as_str().unwrap();
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}

fn is_in(row: &[u8], register: &[u8]) -> bool {
    let row = row.trim_ascii();
    !row.is_empty() && register.windows(row.len()).any(|bytes| bytes == row)
}

/// What an import counts when all that it could use is there already.
fn nothing_new(first: &Value, again: &Value) {
    for of in ["rows", "statements"] {
        let (first, again) = (&first[of], &again[of]);
        let known = first["recorded"].as_u64().unwrap() + first["alreadyThere"].as_u64().unwrap();
        let expected = json!({
            "read": first["read"], "recorded": 0, "alreadyThere": known, "rejected": first["rejected"],
        });
        assert_eq!(*again, expected, "{of}");
    }
}

#[test]
fn a_messy_register_is_taken_over_row_by_row_and_a_second_time_nothing_is_recorded() {
    let ledger = Ledger::demo();
    let sample = |name: &str| root().join("tests/import-sample").join(name);
    let before = ledger.size();
    let firsts = REGISTERS.map(|(mapping, file, _)| import(&ledger, mapping, &sample(file)));
    let size = ledger.size();
    let recorded = firsts
        .iter()
        .map(|counts| counts["statements"]["recorded"].as_u64().unwrap());
    assert_eq!(size - before, recorded.sum::<u64>());
    for (first, (mapping, file, _)) in firsts.iter().zip(REGISTERS) {
        for count in ["recorded", "rejected"] {
            assert!(
                first["rows"][count].as_u64().unwrap() > 0,
                "{file}: {first:#}"
            );
        }
        nothing_new(first, &import(&ledger, mapping, &sample(file)));
    }
    assert_eq!(ledger.size(), size);

    // Their dates and ours are kept apart, and what was taken over says so.
    let products = ledger.ask_as_of("/v1/products?limit=100", size);
    let migrated = products["items"].as_array().unwrap().iter();
    assert!(migrated.filter(|item| item["migrated"] == true).count() > 2);
    let url = ledger.setting("api");
    ledger.verify(&["--from", &url]).ends(0);
}

/// A register of the Dutch shape with many algorithms in it, all alike.
fn many_rows() -> String {
    let sample = root().join("tests/import-sample/nl-changes.jsonl");
    let sample = String::from_utf8_lossy(&std::fs::read(sample).unwrap()).into_owned();
    let mut row: Value = serde_json::from_str(sample.lines().next().unwrap()).unwrap();
    (0..MANY).fold(String::new(), |mut register, number| {
        row["id"] = format!("many-{number}").into();
        writeln!(register, "{row}").unwrap();
        register
    })
}

#[test]
fn an_import_that_was_killed_half_way_is_completed_by_running_it_again() {
    let ledger = Ledger::demo();
    let file = ledger.path("many.jsonl");
    std::fs::write(&file, many_rows()).unwrap();
    let before = ledger.size();
    let mut slowly = arguments(&ledger, REGISTERS[0].0, &file);
    slowly.extend(["--in-flight".to_owned(), "1".to_owned()]);
    let words: Vec<&str> = slowly.iter().map(String::as_str).collect();
    let importing = Running::start(&mut ledger.cinnabar(&words));
    eventually("some rows", || (ledger.size() > before + 20).then_some(()));
    importing.kill();

    let counts = import(&ledger, REGISTERS[0].0, &file);
    let rows = |what: &str| counts["rows"][what].as_u64().unwrap();
    assert_eq!((rows("read"), rows("rejected")), (MANY, 0), "{counts:#}");
    assert!(rows("alreadyThere") >= 10, "{counts:#}");
    assert!(
        rows("recorded") > 0,
        "it was not killed half way: {counts:#}"
    );
    let statements = counts["statements"]["read"].as_u64().unwrap();
    assert_eq!(ledger.size() - before, statements);
}

#[test]
fn the_real_registers_are_taken_over_whole_where_they_are_at_hand() {
    let Some(data) = std::env::var_os(ENV_DATA) else {
        println!("{ENV_DATA} names no folder; nothing to take over");
        return;
    };
    let ledger = Ledger::demo();
    let mut firsts = Vec::new();
    for (mapping, _, file) in REGISTERS {
        let counts = import(&ledger, mapping, &Path::new(&data).join(file));
        println!("{file}: {counts:#}");
        firsts.push(counts);
    }
    for (first, (mapping, _, file)) in firsts.iter().zip(REGISTERS) {
        nothing_new(
            first,
            &import(&ledger, mapping, &Path::new(&data).join(file)),
        );
    }
    let size = ledger.size();
    let products = ledger.ask_as_of("/v1/products", size);
    let incidents = ledger.ask_as_of("/v1/incidents", size);
    println!(
        "{size} entries, {} products, {} incidents",
        products["total"], incidents["total"]
    );
    let url = ledger.setting("api");
    ledger.verify(&["--from", &url]).ends(0).says("VERIFIED");
}
