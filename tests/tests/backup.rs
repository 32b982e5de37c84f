//! Backups: taken under load, broken off anywhere, damaged, restored elsewhere and restored too old.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cinnabar_tests::http;
use cinnabar_tests::ledger::{LOAD_MAPPING, Ledger};
use cinnabar_tests::running::{Ran, Running, eventually};
use cinnabar_tests::tally::{ran, seed, times};
use serde_json::Value;

/// The exit code of what does not hold.
const NOT_VERIFIED: i32 = 7;
/// The exit code of what answers not, or stops to be safe.
const UNREACHABLE: i32 = 5;
/// The exit code of files and settings that will not do.
const USAGE: i32 = 2;
/// The exit code of what the folder has and must not lose.
const REFUSED: i32 = 3;
/// The exit code of `verify` for findings.
const FINDINGS: i32 = 10;
/// Statement id and openings of the value that is erased.
const SECRET: &str = "0197f3a0-0000-7000-8000-000000000001";

fn manifest(ledger: &Ledger, folder: &str) -> Value {
    let text = fs::read(ledger.path(folder).join("manifest.json")).unwrap();
    serde_json::from_slice(&text).unwrap()
}

fn size(ledger: &Ledger, folder: &str) -> u64 {
    manifest(ledger, folder)["size"].as_u64().unwrap()
}

fn backup(ledger: &Ledger, folder: &str) -> Ran {
    ledger.run(&["backup", folder, "--data", "data"])
}

/// What the second line of a backup's answer counts as new: files.
fn new_files(answer: &Ran) -> u64 {
    let words: Vec<&str> = answer.out.split_whitespace().collect();
    let at = words.iter().position(|word| *word == "which").unwrap();
    words[at + 1].parse().unwrap()
}

/// A generator of small random numbers (splitmix64), from the seed of the run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((word ^ (word >> 31)) % bound as u64).unwrap()
    }
}

/// Starts to record so many organisations.
fn load(ledger: &Ledger, count: usize) -> Running {
    let rows = (0..count).fold(String::new(), |mut rows, number| {
        writeln!(rows, "{{\"id\":\"load-{number}\"}}").unwrap();
        rows
    });
    fs::write(ledger.path("load.jsonl"), rows).unwrap();
    fs::write(ledger.path("load.toml"), LOAD_MAPPING).unwrap();
    let key = ledger.key("wu");
    let words = ["import", "load.toml", "load.jsonl", "--as", "wu:migrator"];
    let words = [&words[..], &["--key", &key]].concat();
    Running::start(&mut ledger.cinnabar(&words))
}

/// The folder `data` is gone and made again from the backup, with the secrets of before; with `stream`, the log stream is still there.
fn put_back(ledger: &Ledger, folder: &str, stream: bool) {
    ledger.shell("mv data lost").ends(0);
    ledger.run(&["restore", folder, "--data", "data"]).ends(0);
    ledger.shell("cp -a lost/secrets lost/keys data/").ends(0);
    if stream {
        ledger.shell("cp -a lost/nats data/").ends(0);
    }
}

#[test]
fn a_backup_under_load_restored_elsewhere_without_a_network_is_the_ledger_that_it_was() {
    let mut ledger = Ledger::demo();
    let told = ledger.size();
    let key = ledger.setting("vkey");
    let count = times(400, 4_000);
    let loading = load(&ledger, count);
    let mut taken = Vec::new();
    let mut under_load = 0;
    while taken.len() < 2 || ledger.size() < told + count as u64 / 2 {
        let before = ledger.size();
        let answer = backup(&ledger, "kept").ends(0);
        let found = size(&ledger, "kept");
        assert!(before <= found, "{before} {found}");
        // It may hold a block that nobody was told of yet; then they will be.
        eventually("what is in the backup", || {
            (ledger.size() >= found).then_some(())
        });
        under_load += usize::from(found < told + count as u64);
        taken.push((found, new_files(&answer)));
    }
    loading.end().ends(0);
    assert!(under_load > 0, "{taken:?}");
    let total = manifest(&ledger, "kept")["files"].as_array().unwrap().len() as u64;
    assert!(taken[1].1 < total, "nothing was reused: {taken:?}");
    ledger
        .run(&["backup", "kept", "--check"])
        .ends(0)
        .says("is whole");
    ledger.run(&["export", "--out", "ledger.jsonl"]).ends(0);
    ledger.stop();
    // Elsewhere: nothing of the ledger is left, the backup has another name and its files other times.
    ledger
        .shell("mv data gone && cp -r kept moved && rm -r kept && find moved -exec touch -d 2001-01-01 {} +")
        .ends(0);
    let words = [
        "restore",
        "moved",
        "--data",
        "elsewhere",
        "--verify",
        "--log-key",
    ];
    let size = size(&ledger, "moved");
    ledger
        .run(&[&words[..], &[&key]].concat())
        .ends(0)
        .says(&format!("verified: {size} entries"));
    // Byte for byte what the ledger had: a backup of what was restored has the same entries, head and checkpoint.
    ledger
        .run(&["backup", "again", "--data", "elsewhere"])
        .ends(0);
    let (moved, again) = (manifest(&ledger, "moved"), manifest(&ledger, "again"));
    for member in [
        "ledger",
        "size",
        "head",
        "root",
        "checkpoint",
        "vkey",
        "stream",
    ] {
        assert_eq!(moved[member], again[member], "{member}");
    }
    let exported = fs::read_to_string(ledger.path("ledger.jsonl")).unwrap();
    let last = exported
        .lines()
        .nth(usize::try_from(size).unwrap())
        .unwrap_or_default();
    let next: Value = serde_json::from_str(last).unwrap_or_default();
    if !next.is_null() {
        assert_eq!(
            next["prev"], moved["head"],
            "entry {size} follows the head of the backup"
        );
    }
    let wrong = "cinnabar.example/demo+00000000+AAAA";
    ledger
        .run(&["restore", "moved", "--data", "other", "--log-key", wrong])
        .ends(NOT_VERIFIED);
    assert!(!ledger.path("other").exists());
    let takes = taken.len();
    ran(
        "R31",
        &format!(
            "{takes} backups under load, {size} entries restored elsewhere offline, checkpoint the same"
        ),
    );
}

#[test]
fn a_backup_that_is_killed_anywhere_leaves_the_one_before() {
    let mut ledger = Ledger::demo();
    backup(&ledger, "kept").ends(0);
    let key = ledger.key("li");
    let places = [
        ("backup.file=kill@1", true),
        ("backup.file=kill@2", true),
        ("backup.file=error@3", true),
        ("backup.gathered=kill", true),
        ("backup.named=kill", false),
    ];
    for (number, (place, former)) in places.iter().enumerate() {
        let before = size(&ledger, "kept");
        ledger.register(&format!("kill-{number}"), &key);
        let mut command = ledger.cinnabar(&["backup", "kept", "--data", "data"]);
        let broken = Ran::of(command.env("CINNABAR_FAILPOINTS", place));
        assert_ne!(broken.code, Some(0), "{place}: {broken:?}");
        ledger.run(&["backup", "kept", "--check"]).ends(0);
        let found = size(&ledger, "kept");
        assert_eq!(
            found,
            if *former { before } else { ledger.size() },
            "{place}"
        );
    }
    // The node itself dies while it is backed up.
    ledger.stop();
    let before = size(&ledger, "kept");
    let mut command = ledger.command(&[]);
    let node = Running::start(command.env("CINNABAR_FAILPOINTS", "backup.copied=kill"));
    node.wait_for_line("Ctrl-C stops it.");
    backup(&ledger, "kept")
        .ends(UNREACHABLE)
        .says("the backup before is as it was");
    drop(node);
    ledger.run(&["backup", "kept", "--check"]).ends(0);
    assert_eq!(size(&ledger, "kept"), before);
    ledger.start(&[]);
    ledger.stop();
    // The same command, while nothing runs; what the kills left in the folder is gone after it.
    backup(&ledger, "kept").ends(0);
    let listed = manifest(&ledger, "kept")["files"]
        .as_array()
        .unwrap()
        .clone();
    let named: std::collections::BTreeSet<&str> = listed
        .iter()
        .map(|file| file["blake3"].as_str().unwrap())
        .collect();
    let there = fs::read_dir(ledger.path("kept/files")).unwrap().count();
    assert_eq!(there, named.len());
    ledger
        .run(&["restore", "kept", "--data", "elsewhere", "--verify"])
        .ends(0)
        .says("verified: ");
    ran(
        "R31",
        &format!("{} kills during a backup, 0 backups lost", places.len() + 1),
    );
}

#[test]
fn a_flipped_bit_in_any_file_of_a_backup_is_found_and_nothing_is_restored() {
    let mut ledger = Ledger::demo();
    ledger.stop();
    backup(&ledger, "kept").ends(0);
    let folder = ledger.path("kept/files");
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    // An empty log of the database has no bit to flip.
    files.retain(|file| fs::metadata(file).unwrap().len() > 0);
    files.sort();
    let all = files.len();
    let mut dice = Dice(seed());
    println!("CINNABAR_FAULTS_SEED={}", seed());
    let chosen: Vec<PathBuf> = match times(10, all) {
        count if count < all => (0..count).map(|_| files[dice.below(all)].clone()).collect(),
        _ => files,
    };
    let is_found = |file: &Path| {
        for words in [
            &["backup", "kept", "--check"][..],
            &["restore", "kept", "--data", "elsewhere"],
        ] {
            let found = ledger.run(words);
            assert_eq!(
                found.code,
                Some(NOT_VERIFIED),
                "{}: {found:?}",
                file.display()
            );
            assert!(found.err.contains("damaged"), "{found:?}");
        }
        assert!(!ledger.path("elsewhere").exists());
        assert!(!ledger.path("elsewhere.restoring").exists());
    };
    for file in chosen.iter().chain([&ledger.path("kept/manifest.json")]) {
        let whole = fs::read(file).unwrap();
        let mut flipped = whole.clone();
        flipped[dice.below(whole.len())] ^= 1 << dice.below(8);
        fs::write(file, flipped).unwrap();
        is_found(file);
        fs::write(file, whole).unwrap();
    }
    let aside = ledger.path("aside");
    fs::rename(&chosen[0], &aside).unwrap();
    is_found(&chosen[0]);
    // A backup heals what it needs again.
    backup(&ledger, "kept").ends(0);
    ledger
        .run(&["restore", "kept", "--data", "elsewhere"])
        .ends(0);
    let flips = chosen.len() + 1;
    ran(
        "R31",
        &format!("{flips} bits flipped in {all} files and the manifest, {flips} found"),
    );
}

/// Has the contact of `organisation/clinic` erased.
fn erase(ledger: &Ledger) {
    let openings =
        format!(r#"openings:=[{{"actor":"li","statement":"{SECRET}","pointer":"/contact"}}]"#);
    let submit = |kind: &str, words: &[&str], signers: &[(&str, &str)]| {
        let mut command = vec!["submit", kind, "--subject", "erasure/era-0002"];
        command.extend(words);
        let said: Vec<(String, String)> = signers
            .iter()
            .map(|(who, role)| (format!("{who}:{role}"), ledger.key(who)))
            .collect();
        for (who, key) in &said {
            command.extend(["--as", who, "--key", key]);
        }
        ledger.run(&command).ends(0);
    };
    let about = ["--concerns", "organisation/clinic", "--data", &openings];
    let asked = [
        "ground=consent_withdrawn",
        "--confidential",
        "/person=Wu Mei",
    ];
    submit(
        "erasure.requested",
        &[&about[..], &asked].concat(),
        &[("zhou", "intake_officer")],
    );
    let decided = [
        "--data",
        "outcome=erase",
        "provision=Personal Information Protection Law Art. 47",
        "reasons=Consent was withdrawn.",
    ];
    let both = [("tang", "privacy_officer"), ("chen", "decision_maker")];
    submit("erasure.decided", &decided, &both);
    let date = Ran::of(Command::new("date").args(["-u", "-d", "+30 days", "+backupsExpire=%F"]));
    let executed = [&about[..], &[date.out.trim()]].concat();
    submit("erasure.executed", &executed, &both[..1]);
}

#[test]
fn what_was_erased_after_a_backup_is_erased_again_when_the_backup_is_restored() {
    let mut ledger = Ledger::demo();
    let key = ledger.key("li");
    let words = [
        "submit",
        "organisation.registered",
        "--subject",
        "organisation/clinic",
        "--data",
        "name=Clinic",
        "organisationKind=other",
        "--confidential",
        "/contact=The Canary, +86 755 0000 0002",
        "--id",
        SECRET,
        "--as",
        "li:registrar",
        "--key",
        &key,
    ];
    ledger.run(&words).ends(0);
    backup(&ledger, "kept").ends(0);
    erase(&ledger);
    let last = ledger.register("later", &key);
    ledger.run(&["export", "--out", "ledger.jsonl"]).ends(0);
    ledger.stop();
    let audit = |ledger: &Ledger, code: i32| {
        let words = ["--from", "ledger.jsonl", "--vault", "data/vault"];
        let words = [
            &words[..],
            &["--institution-key", "data/secrets/institution.key"],
        ]
        .concat();
        ledger.verify(&words).ends(code)
    };
    audit(&ledger, 0);
    put_back(&ledger, "kept", true);
    // As the backup had it: the value opens, which an audit beside the whole ledger finds.
    audit(&ledger, FINDINGS).says("erased");
    ledger.start(&[]);
    assert_eq!(ledger.size(), last + 1, "the rest came from the log stream");
    let (status, _) = http::get(&ledger.setting("api"), "/livez").unwrap();
    assert_eq!(status, 200);
    assert_eq!(ledger.register("after", &ledger.key("li")), last + 1);
    ledger.run(&["export", "--out", "ledger.jsonl"]).ends(0);
    ledger.stop();
    audit(&ledger, 0);
    ran(
        "R32",
        "1 value erased after a backup, restored, erased again before the first statement",
    );
}

/// Has both administrators sign that what the mark knows of and the ledger lacks is lost.
fn declare_lost(ledger: &Ledger) {
    let (wang, zhao) = (ledger.key("wang"), ledger.key("zhao"));
    let words = [
        "sign",
        "ledger.recovered",
        "--subject",
        "ledger/demo",
        "--data",
        "@data/recovery.json",
        "reasons=The disk failed, and the copy was older.",
        "--as",
        "wang:institution_admin",
        "--as",
        "zhao:institution_admin",
        "--key",
        &wang,
        "--key",
        &zhao,
        "--out",
        "recovered.statement",
    ];
    ledger.run(&words).ends(0);
}

#[test]
fn with_the_log_stream_lost_the_newest_backup_goes_on_and_an_older_one_signs_nothing() {
    let mut ledger = Ledger::demo();
    backup(&ledger, "kept").ends(0);
    let old = size(&ledger, "kept");
    ledger.register("acknowledged", &ledger.key("li"));
    ledger.stop();
    backup(&ledger, "newest").ends(0);
    // The mark stands where the backup ends: nothing is missing, and the stream is filled from the replica.
    put_back(&ledger, "newest", false);
    ledger.start(&[]);
    let known = ledger.register("later", &ledger.key("li")) + 1;
    ledger.stop();

    ledger.shell("rm -r lost").ends(0);
    put_back(&ledger, "kept", false);
    // What was put back is not written over a newer backup.
    backup(&ledger, "newest")
        .ends(REFUSED)
        .says("it was put back");
    // One that starts runs on; then this doesn't wait for ever.
    let refused = |words: &[&str]| Running::start(&mut ledger.command(words)).end();
    // The mark knows better; where there is none, nobody knows.
    let lost = format!("it has {old} entries");
    refused(&[])
        .ends(UNREACHABLE)
        .says(&lost)
        .says(&known.to_string());
    refused(&["--mark", "elsewhere.mark"])
        .ends(USAGE)
        .says("is missing");
    refused(&["--mark", "none"])
        .ends(UNREACHABLE)
        .says(&format!("put back from a backup with {old} entries"));
    backup(&ledger, "after").ends(0);
    assert_eq!(size(&ledger, "after"), old, "something was signed");
    declare_lost(&ledger);
    ledger.start(&["--recover", "recovered.statement"]);
    assert_eq!(ledger.register("found", &ledger.key("li")), old + 1);
    ledger.stop();
    ledger.start(&[]);
    let url = ledger.setting("api");
    ledger.verify(&["--from", &url]).ends(0);
    ledger.stop();
    ran(
        "R31",
        "stream lost: newest backup went on, 3 starts of an older one refused, 0 entries signed before its recovery",
    );
}
