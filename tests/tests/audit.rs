//! The auditor: exports, tiles and the running log, checked by `verify` and with a shell alone.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use cinnabar_tests::ledger::Ledger;
use cinnabar_tests::program;
use cinnabar_tests::running::Ran;

/// The shell way, as README shows it: the hash of every line is the `prev` of the next.
const SHELL_WAY: &str = r#"
cinnabar export --out ledger.jsonl
"#;
/// The part of it that checks, on the first 50 entries.
const SHELL_CHECK: &str = r#"
head -n 50 ledger.jsonl | while IFS= read -r line; do printf '%s' "$line" | b3sum --no-names; done |
    sed '$d; s/^/blake3:/' >hashes
head -n 50 ledger.jsonl | jq -r .prev | sed 1d >prevs
diff hashes prevs && echo 'every entry names the one before'
"#;

/// How many bytes of an export are changed, one at a time.
const FLIPS: usize = 30;

/// A generator of small random numbers (splitmix64): good enough to choose bytes with.
struct Dice(u64);

impl Dice {
    /// With a seed that is printed, so that a failure can be had again: `CINNABAR_SEED` names it.
    fn new() -> Self {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let seed = std::env::var("CINNABAR_SEED")
            .map_or_else(|_| now.unwrap().as_secs(), |seed| seed.parse().unwrap());
        println!("CINNABAR_SEED={seed}");
        Self(seed)
    }

    /// A number below `bound`.
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((word ^ (word >> 31)) % bound as u64).unwrap()
    }
}

/// The sequence that the first finding names.
fn named(report: &serde_json::Value) -> Option<usize> {
    let sequence = report["findings"][0]["sequence"].as_u64()?;
    usize::try_from(sequence).ok()
}

#[test]
fn an_export_is_checked_with_b3sum_and_jq_alone() {
    let ledger = Ledger::demo();
    ledger.shell(SHELL_WAY).ends(0);
    ledger
        .shell(SHELL_CHECK)
        .ends(0)
        .says("every entry names the one before");

    let export = std::fs::read_to_string(ledger.path("ledger.jsonl")).unwrap();
    let changed = export.replacen("Registrar Li", "Registrar Lu", 1);
    assert_ne!(changed, export);
    std::fs::write(ledger.path("ledger.jsonl"), changed).unwrap();
    ledger.shell(SHELL_CHECK).ends(1);
}

#[test]
fn the_log_its_export_and_its_mirror_are_verified_alike() {
    let ledger = Ledger::demo();
    let (url, id) = (ledger.setting("api"), ledger.setting("ledger"));
    ledger.run(&["export", "--out", "ledger.jsonl"]).ends(0);
    ledger.run(&["export", "--tiles", "mirror"]).ends(0);
    let mut reports = Vec::new();
    for from in [&url, "ledger.jsonl", "mirror"] {
        let ran = ledger.verify(&["--from", from, "--ledger", &id, "--json"]);
        let report = ran.ends(0).json();
        assert_eq!(
            (&report["verdict"], &report["entries"]),
            (&"verified".into(), &ledger.size().into())
        );
        reports.push(report);
    }
    // What they say of the ledger; how they came to the bytes, and how long it took, differs.
    for member in [
        "checkpoint",
        "findings",
        "head",
        "ledger",
        "root",
        "rules",
        "signatures",
    ] {
        let first = &reports[0][member];
        assert!(!first.is_null() || member == "head", "no {member}");
        let same = reports.iter().all(|report| report[member] == *first);
        assert!(same, "{member} differs: {reports:#?}");
    }

    // An older checkpoint, kept from before: the log was only extended since.
    let note = std::fs::read(ledger.path("ledger.jsonl.checkpoint")).unwrap();
    std::fs::write(ledger.path("kept.checkpoint"), note).unwrap();
    let later = ledger.register("later", &ledger.key("li"));
    ledger
        .verify(&["--from", &url, "--old-checkpoint", "kept.checkpoint"])
        .ends(0)
        .says(&format!("VERIFIED: {} entries", later + 1));
}

#[test]
fn the_exit_code_tells_findings_from_what_is_missing_and_from_a_wrong_command() {
    let ledger = Ledger::demo();
    let other = Ledger::empty();
    ledger.run(&["export", "--out", "ledger.jsonl"]).ends(0);
    // Another log of the same name: its key, and its checkpoint.
    let key = other.setting("vkey");
    let verify = |arguments: &[&str]| {
        let mut command = Command::new(program("verify"));
        Ran::of(command.args(arguments).current_dir(ledger.path("")))
    };
    let wrong = verify(&["--from", "ledger.jsonl", "--log-key", &key, "--json"]);
    assert_eq!(wrong.ends(10).json()["verdict"], "findings");
    let id = other.setting("ledger");
    ledger
        .verify(&["--from", "ledger.jsonl", "--ledger", &id])
        .ends(10)
        .says("genesis");

    verify(&["--from", "ledger.jsonl"]).ends(2);
    verify(&["--from", "ledger.jsonl", "--log-key", "no key"]).ends(2);
    ledger.verify(&["--from", "nowhere.jsonl"]).ends(12);
    std::fs::remove_file(ledger.path("ledger.jsonl.checkpoint")).unwrap();
    ledger
        .verify(&["--from", "ledger.jsonl"])
        .ends(12)
        .says("CANNOT DECIDE");
}

#[test]
fn any_byte_of_an_export_that_is_changed_names_the_entry_that_it_is_in() {
    let ledger = Ledger::demo();
    ledger.run(&["export", "--out", "ledger.jsonl"]).ends(0);
    let path = ledger.path("ledger.jsonl");
    let export = std::fs::read(&path).unwrap();
    let mut dice = Dice::new();
    for _ in 0..FLIPS {
        let at = dice.below(export.len());
        let mut changed = export.clone();
        changed[at] ^= u8::try_from(1 + dice.below(255)).unwrap();
        std::fs::write(&path, &changed).unwrap();
        // A newline belongs to the line that it ends.
        let line = export[..at].iter().filter(|byte| **byte == b'\n').count();
        let ran = ledger
            .verify(&["--from", "ledger.jsonl", "--json"])
            .ends(10);
        let report = ran.json();
        assert_eq!(
            named(&report),
            Some(line),
            "byte {at} from {} to {}: {report:#}",
            export[at],
            changed[at]
        );
    }
}

#[test]
fn a_mirror_that_was_tampered_with_is_not_verified() {
    let ledger = Ledger::demo();
    ledger.run(&["export", "--tiles", "mirror"]).ends(0);
    let mirror = ledger.path("mirror");
    ledger.verify(&["--from", "mirror"]).ends(0);
    // Tiles of hashes follow from the entries: `verify` computes them and reads none.
    let files = [
        &files_below(&mirror.join("tile/entries"))[..],
        &[mirror.join("checkpoint")],
    ]
    .concat();
    assert!(files.len() >= 2, "{files:?}");
    for file in files {
        let whole = std::fs::read(&file).unwrap();
        let mut changed = whole.clone();
        let middle = changed.len() / 2;
        changed[middle] ^= 1;
        std::fs::write(&file, changed).unwrap();
        let ran = ledger.verify(&["--from", "mirror"]);
        assert!(
            matches!(ran.code, Some(10 | 12)),
            "{}: {ran:?}",
            file.display()
        );
        std::fs::write(&file, whole).unwrap();
    }
    ledger.verify(&["--from", "mirror"]).ends(0);
}

fn files_below(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries
        .flat_map(|entry| {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files_below(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}
