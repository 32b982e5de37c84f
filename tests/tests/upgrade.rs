//! Other releases: what an older one left is opened, gone on with and verified; what a newer one left is refused with a sentence.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use cinnabar_tests::ledger::Ledger;
use cinnabar_tests::running::Ran;
use cinnabar_tests::tally::ran;
use cinnabar_tests::{on_path, root};
use serde_json::Value;

/// The exit code of settings and files that will not do.
const USAGE: i32 = 2;
/// What every refusal of a newer format says.
const ADVICE: &str = "use the release that wrote it, or a newer one";
/// Bytes of the head file and the mark from one slot to the next, and before the version's digit.
const SLOT: usize = 4096;
const VERSION_AT: usize = 7;

/// The archives, one for each release.
fn golden() -> Vec<PathBuf> {
    let folder = fs::read_dir(root().join("tests/golden")).unwrap();
    let mut archives: Vec<PathBuf> = folder
        .map(|file| file.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(".tar.xz"))
        .collect();
    archives.sort();
    assert!(!archives.is_empty(), "no golden data");
    archives
}

/// What the release left, unpacked where a ledger is started from.
fn unpacked(archive: &PathBuf) -> Ledger {
    let ledger = Ledger::nowhere();
    let mut tar = Command::new("tar");
    Ran::of(tar.arg("-xJf").arg(archive).arg("-C").arg(ledger.path(""))).ends(0);
    ledger
}

fn text(ledger: &Ledger, name: &str) -> String {
    fs::read_to_string(ledger.path(name)).unwrap()
}

/// Whether this machine's clock is behind what was recorded: then the ledger rightly refuses to go on.
fn is_too_early(export: &str) -> bool {
    let last: Value = serde_json::from_str(export.lines().last().unwrap()).unwrap();
    let last = last["time"].as_str().unwrap().to_owned();
    let now = Ran::of(Command::new("date").args(["-u", "+%Y-%m-%dT%H:%M:%S"]));
    now.out.trim() < &last[..19]
}

#[test]
fn what_every_release_left_is_verified_opened_and_gone_on_with() {
    for archive in golden() {
        let mut ledger = unpacked(&archive);
        let shown = archive.file_name().unwrap().to_string_lossy().into_owned();
        let export = text(&ledger, "ledger.jsonl");
        let entries = export.lines().count();
        let id = text(&ledger, "ledger-id");
        let receipts = |ledger: &Ledger| {
            let shell = "for r in receipts/*.json; do set -- \"$@\" \"$r\"; done; cinnabar receipt verify --log-key \"$(cat vkey)\" \"$@\"";
            assert_eq!(
                fs::read_dir(ledger.path("receipts")).unwrap().count(),
                entries
            );
            ledger.shell(shell).ends(0);
        };
        // Offline: nothing of what it left is touched.
        ledger
            .verify(&["--from", "ledger.jsonl", "--ledger", id.trim()])
            .ends(0);
        receipts(&ledger);
        for bundle in fs::read_dir(ledger.path("bundles")).unwrap() {
            let name = bundle.unwrap().path().to_string_lossy().into_owned();
            ledger
                .examine(&["bundle", &name, "--ledger", id.trim()])
                .ends(0);
        }
        ledger
            .run(&["restore", "backup", "--data", "restored", "--verify"])
            .ends(0)
            .says(&format!("verified: {entries} entries"));
        if is_too_early(&export) {
            println!(
                "Skipped: this machine's clock is before {shown}, a ledger does not go back in time."
            );
            continue;
        }
        ledger.start(&[]);
        let before = ledger.size();
        assert!(before >= entries as u64, "{shown}");
        ledger.register("upgraded", &ledger.key("li"));
        let url = ledger.setting("api");
        let words = [
            "--from",
            &url,
            "--old-checkpoint",
            "ledger.jsonl.checkpoint",
        ];
        ledger.verify(&words).ends(0);
        ledger.run(&["export", "--out", "now.jsonl"]).ends(0);
        assert!(
            text(&ledger, "now.jsonl").starts_with(&export),
            "{shown}: other bytes"
        );
        let products = ledger.ask_as_of("/v1/products", before);
        assert!(
            products["total"].as_u64().is_some_and(|total| total > 0),
            "{products:#}"
        );
        ledger.stop();
        receipts(&ledger);
        ran(
            "R33",
            &format!("{shown}: {entries} entries and receipts verified, opened and gone on with"),
        );
    }
}

#[test]
fn what_a_newer_release_wrote_is_refused_with_a_sentence_and_left_as_it_is() {
    let archive = golden().pop().unwrap();
    let ledger = unpacked(&archive);
    let digit = |bytes: &mut Vec<u8>| bytes[VERSION_AT] = b'9';
    let second = |bytes: &mut Vec<u8>| bytes[SLOT + VERSION_AT] = b'9';
    let vault = |bytes: &mut Vec<u8>| {
        let text = String::from_utf8(bytes.clone()).unwrap();
        *bytes = text
            .replace("cinnabar vault 1", "cinnabar vault 9")
            .into_bytes();
    };
    let manifest = |bytes: &mut Vec<u8>| {
        let text = String::from_utf8(bytes.clone()).unwrap();
        *bytes = text.replace("\"format\": 1", "\"format\": 9").into_bytes();
    };
    type Change<'c> = &'c dyn Fn(&mut Vec<u8>);
    let up = |ledger: &Ledger| Ran::of(&mut ledger.command(&[]));
    let restore = |ledger: &Ledger| ledger.run(&["restore", "backup", "--data", "restored"]);
    let over = |ledger: &Ledger| ledger.run(&["backup", "backup", "--data", "data"]);
    type Act<'c> = &'c dyn Fn(&Ledger) -> Ran;
    let places: [(&str, Change<'_>, Act<'_>, &str); 6] = [
        ("data/store/replica/head", &digit, &up, ADVICE),
        ("data/store/replica/head", &second, &up, ADVICE),
        ("data.mark", &digit, &up, ADVICE),
        ("data/vault/FORMAT", &vault, &up, "9"),
        ("backup/manifest.json", &manifest, &restore, ADVICE),
        ("backup/manifest.json", &manifest, &over, ADVICE),
    ];
    for (name, change, act, says) in &places {
        let path = ledger.path(name);
        let whole = fs::read(&path).unwrap();
        let mut newer = whole.clone();
        change(&mut newer);
        assert_ne!(newer, whole, "{name}");
        fs::write(&path, &newer).unwrap();
        act(&ledger).ends(USAGE).says(says);
        assert_eq!(fs::read(&path).unwrap(), newer, "{name} was written to");
        fs::write(&path, whole).unwrap();
    }
    // The database itself and the blocks on the stream: the tests of the store and of the ledger.
    ran(
        "R33",
        &format!(
            "{} places with a newer format, each refused and left as it was",
            places.len()
        ),
    );
}

#[test]
fn views_of_another_release_are_folded_again() {
    if !on_path("python3") {
        println!("Skipped: there is no python3 on PATH.");
        return;
    }
    let archive = golden().pop().unwrap();
    let mut ledger = unpacked(&archive);
    if is_too_early(&text(&ledger, "ledger.jsonl")) {
        println!("Skipped: this machine's clock is before the golden data.");
        return;
    }
    let ask = |ledger: &Ledger, sql: &str| {
        let script = "import sqlite3,sys;d=sqlite3.connect(sys.argv[1]);print(d.execute(sys.argv[2]).fetchall());d.commit()";
        let shell = format!("python3 -c '{script}' data/views/views.db '{sql}'");
        ledger.shell(&shell).ends(0).out
    };
    assert_eq!(ask(&ledger, "PRAGMA user_version"), "[(1,)]\n");
    let cursor = ask(&ledger, "SELECT size FROM cursor");
    ask(&ledger, "PRAGMA user_version = 9");
    ledger.start(&[]);
    let size = ledger.size();
    let products = ledger.ask_as_of("/v1/products", size);
    assert!(products["total"].as_u64().is_some_and(|total| total > 0));
    ledger.stop();
    assert_eq!(ask(&ledger, "PRAGMA user_version"), "[(1,)]\n");
    assert!(ask(&ledger, "SELECT size FROM cursor").len() >= cursor.len());
    ran("R33", "views of a newer release folded again");
}
