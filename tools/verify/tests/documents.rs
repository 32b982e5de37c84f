//! The subcommands: what one document proves, and what two of them prove against the log.
#![allow(clippy::unwrap_used)]

mod ledger;
mod papers;

use std::path::{Path, PathBuf};
use std::process::Command;

use cinnabar_events::{Kind, Receipt};
use cinnabar_evidence::envelope;
use cinnabar_governance::testing::Town;
use cinnabar_tlog::{Checkpoint, Cosigner, KeyName, NoteSigner, PosixSeconds};
use ledger::{Ledger, serve};
use serde_json::{Value, json};

/// Runs `verify` with these arguments. Its exit code, and what it printed.
fn verify(args: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_verify"))
        .args(args)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    (output.status.code().unwrap(), text)
}

/// A room with files in it.
struct Room(tempfile::TempDir);

impl Room {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.at(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn folder(&self, name: &str, fill: impl FnOnce(&Path)) -> String {
        let path = self.at(name);
        std::fs::create_dir_all(&path).unwrap();
        fill(&path);
        path.to_str().unwrap().to_owned()
    }
}

/// Two histories under one key that part at entry 36.
fn two_stories() -> (Ledger, Ledger) {
    (Ledger::of(60), Ledger::new().and_others(60))
}

fn denounce(ledger: &Ledger, first: &str, second: &str, more: &[&str]) -> (i32, Value) {
    let key = ledger.vkey();
    let args = [
        &["denounce", first, second, "--log-key", &key, "--json"],
        more,
    ]
    .concat();
    let output = Command::new(env!("CARGO_BIN_EXE_verify"))
        .args(args)
        .output()
        .unwrap();
    let said = serde_json::from_slice(&output.stdout).unwrap();
    (output.status.code().unwrap(), said)
}

/// The key of somebody else under the log's name.
fn stranger() -> String {
    let name = KeyName::new("ledger.example.org/ai-register").unwrap();
    NoteSigner::from_seed(name, &[1; 32]).verifier().to_string()
}

#[test]
fn what_a_log_signed_in_one_history_agrees_in_whatever_form_it_is_held() {
    let ledger = Ledger::of(300);
    let room = Room::new();
    let proof = room.put("p.tlog-proof", ledger.proof(7, 300).to_string());
    room.put("p.tlog-proof.entry", ledger.entry(7).bytes());
    let forms = [
        room.put("receipt.json", ledger.receipt(40, 300)),
        room.put("bundle.json", ledger.bundle(35, 300)),
        room.put("checkpoint", ledger.checkpoint(300)),
        proof,
        room.folder("export", |path| drop(ledger.write_export(path))),
        room.folder("tiles", |path| ledger.write_tiles(path)),
        format!("{}/export/ledger.jsonl", room.0.path().display()),
        serve(room.at("tiles")),
    ];
    for first in &forms {
        for second in &forms {
            let (code, said) = denounce(&ledger, first, second, &[]);
            assert_eq!(
                (code, &said["outcome"]),
                (0, &json!("agree")),
                "{first} {second} {said}"
            );
        }
    }
}

#[test]
fn two_stories_are_denounced_with_evidence_that_a_third_party_verifies() {
    let (one, other) = two_stories();
    let room = Room::new();
    let mine = [
        room.put("receipt.json", one.receipt(40, 60)),
        room.put("checkpoint", one.checkpoint(60)),
        room.folder("export", |path| drop(one.write_export(path))),
        room.folder("tiles", |path| one.write_tiles(path)),
    ];
    let theirs = [
        room.put("receipt.other.json", other.receipt(40, 60)),
        room.folder("export.other", |path| drop(other.write_export(path))),
        room.folder("tiles.other", |path| other.write_tiles(path)),
    ];
    let key = one.vkey();
    for (number, (first, second)) in mine
        .iter()
        .flat_map(|first| theirs.iter().map(move |second| (first, second)))
        .enumerate()
    {
        let file = room.at(&format!("{number}.evidence.json"));
        let file = file.to_str().unwrap();
        let (code, said) = denounce(&one, first, second, &["--out", file]);
        assert_eq!(
            (code, &said["outcome"], &said["evidenceFile"]),
            (11, &json!("contradiction"), &json!(file)),
            "{first} {second} {said}"
        );
        let (code, said) = verify(&["evidence", file, "--log-key", &key]);
        assert_eq!(code, 0, "{said}");
        assert!(said.contains("proven: the log"), "{said}");
        let (code, said) = verify(&["evidence", file, "--log-key", &stranger()]);
        assert_eq!(code, 10, "{said}");
        // Nobody's evidence is written over; the verdict is the same.
        let before = std::fs::read(file).unwrap();
        let (code, said) = denounce(&one, second, first, &["--out", file]);
        assert_eq!((code, std::fs::read(file).unwrap()), (11, before), "{said}");
        assert_eq!(said["notWritten"], json!(file));
    }
}

#[test]
fn between_two_sizes_the_log_is_asked_for_its_tiles() {
    let (one, other) = two_stories();
    let room = Room::new();
    let old = room.put("old", one.checkpoint(50));
    let new = room.put("new", other.checkpoint(60));
    let same = room.put("same", one.checkpoint(60));
    let tiles = room.folder("tiles", |path| one.write_tiles(path));
    let forked = room.folder("forked", |path| other.write_tiles(path));
    let served = serve(room.at("forked"));
    let (code, said) = denounce(&one, &old, &new, &[]);
    assert_eq!(
        (code, &said["outcome"]),
        (12, &json!("undecided")),
        "{said}"
    );
    for from in [&forked, &served] {
        let (code, said) = denounce(&one, &old, &new, &["--from", from]);
        assert_eq!(
            (code, &said["proven"]["claim"]),
            (11, &json!("no_consistency")),
            "{said}"
        );
    }
    // Tiles of another tree than the larger one's decide nothing.
    let (code, said) = denounce(&one, &old, &new, &["--from", &tiles]);
    assert_eq!(code, 12, "{said}");
    let (code, said) = denounce(&one, &old, &same, &["--from", &tiles]);
    assert_eq!((code, &said["outcome"]), (0, &json!("agree")), "{said}");
    // A log behind an address brings its own tiles.
    let (code, said) = denounce(&one, &old, &served, &[]);
    assert_eq!(code, 11, "{said}");
    let (code, said) = denounce(&one, &old, &new, &["--from", "/nowhere"]);
    assert_eq!(code, 12);
    assert!(
        said["notFetched"][0].as_str().unwrap().contains("/nowhere"),
        "{said}"
    );
}

#[test]
fn what_the_log_did_not_sign_or_what_was_changed_accuses_nobody() {
    let (one, other) = two_stories();
    let room = Room::new();
    let mine = room.put("mine", one.checkpoint(60));
    let text = String::from_utf8(other.receipt(40, 60)).unwrap();
    let changed = room.put("changed", text.replacen("other40", "other41", 1));
    let export = room.folder("export", |path| {
        let file = other.write_export(path);
        let lines = std::fs::read_to_string(&file)
            .unwrap()
            .replacen("Low risk", "No risk", 1);
        std::fs::write(file, lines).unwrap();
    });
    let absent = room.at("absent").display().to_string();
    let nonsense = room.put("nonsense", b"\x00\xff{}");
    for exhibit in [&changed, &export, &absent, &nonsense] {
        let (code, said) = denounce(&one, &mine, exhibit, &[]);
        assert_eq!(code, 12, "{exhibit} {said}");
    }
}

#[test]
fn a_receipt_shows_its_entry_and_nothing_else_under_another_key() {
    let ledger = Ledger::new();
    let (room, key) = (Room::new(), ledger.vkey());
    let receipt = room.put("receipt.json", ledger.receipt(34, 36));
    let proof = room.put("p", ledger.proof(34, 36).to_string());
    assert_eq!(
        verify(&["receipt", &receipt, "--log-key", &stranger()]).0,
        10
    );
    room.put("p.entry", [ledger.entry(34).bytes(), b"\n"].concat());
    for file in [&receipt, &proof] {
        let (code, said) = verify(&["receipt", file, "--log-key", &key, "--json"]);
        let said: Value = serde_json::from_str(&said).unwrap();
        assert_eq!(
            (code, &said["outcome"], &said["sequence"], &said["size"]),
            (0, &json!("verified"), &json!(34), &json!(36))
        );
    }
    let mut changed = std::fs::read_to_string(&receipt).unwrap();
    changed = changed.replacen("Low risk", "No risk", 1);
    let changed = room.put("changed.json", changed);
    let (code, said) = verify(&["receipt", &changed, "--log-key", &key]);
    assert_eq!(code, 10, "{said}");
    assert!(said.starts_with("proves nothing: "), "{said}");
    room.put("p.entry", ledger.entry(33).bytes());
    assert_eq!(verify(&["receipt", &proof, "--log-key", &key]).0, 10);
    let absent = room.at("absent").display().to_string();
    assert_eq!(verify(&["receipt", &absent, "--log-key", &key]).0, 12);
    assert_eq!(verify(&["receipt", &receipt]).0, 2);
}

#[test]
fn cosignatures_of_known_witnesses_are_shown_and_false_ones_are_refused() {
    let ledger = Ledger::new();
    let (room, key) = (Room::new(), ledger.vkey());
    let witness = Cosigner::from_seed(KeyName::new("witness.example.net/w").unwrap(), &[9; 32]);
    let time = PosixSeconds::new(1_800_000_000).unwrap();
    for (size, code) in [(36, 0), (35, 10)] {
        let checkpoint = Checkpoint::parse(ledger.note(size).text()).unwrap();
        let mut proof = ledger.proof(34, 36);
        let line = witness.cosign(&checkpoint, time);
        proof.checkpoint = proof.checkpoint.with_signature(line).unwrap();
        let receipt = Receipt::new(ledger.entry(34), proof).to_bytes();
        let file = room.put("receipt.json", receipt);
        let vkey = witness.verifier().to_string();
        let args = ["receipt", &file, "--log-key", &key, "--json"];
        let (found, said) = verify(&[&args[..], &["--witness", &vkey]].concat());
        assert_eq!(found, code, "{said}");
        let said: Value = serde_json::from_str(&said).unwrap();
        if code == 0 {
            let expected = json!([{ "by": "witness.example.net/w", "at": 1_800_000_000 }]);
            assert_eq!(said["cosigned"], expected);
        }
        // Who doesn't know the witness sees nothing of it.
        assert_eq!(verify(&args).0, 0);
    }
    let witness = witness.verifier().to_string();
    let file = room.put("receipt.json", ledger.receipt(34, 36));
    assert_eq!(verify(&["receipt", &file, "--log-key", &witness]).0, 2);
}

#[test]
fn a_bundle_verifies_and_a_decision_by_a_key_lost_before_is_a_finding() {
    let mut town = Town::populated();
    town.accepted("a");
    let approval = town.approval("a");
    let approved = usize::try_from(town.say(&approval).unwrap().get()).unwrap();
    let signer = town.entries()[approved].statement().signers.as_slice()[0]
        .actor
        .to_string();
    let key = town.entries()[approved].signed().signatures();
    let key = key
        .iter()
        .find(|one| one.key == cinnabar_governance::testing::public(&signer));
    let data = json!({ "key": key.unwrap().key.to_string(), "reason": "compromise",
        "compromisedSince": town.entries()[approved - 1].time().to_string() });
    let sound = town.entries().len();
    let revoke = town.draft(
        Kind::KeyRevoked,
        &format!("actor/{signer}"),
        &["wang:institution_admin"],
        &data,
    );
    town.say(&revoke).unwrap();
    let ledger = Ledger::told(town);
    let (room, key, id) = (Room::new(), ledger.vkey(), ledger.id().to_string());
    let early = room.put("early.json", ledger.bundle(approved, sound));
    let late = room.put("late.json", ledger.bundle(approved, sound + 1));
    for (file, code, sound) in [(&early, 0, true), (&late, 10, false)] {
        let args = ["bundle", file, "--ledger", &id, "--log-key", &key, "--json"];
        let (found, said) = verify(&args);
        let said: Value = serde_json::from_str(&said).unwrap();
        assert_eq!(
            (found, &said["outcome"], &said["sound"]),
            (code, &json!("verified"), &json!(sound)),
            "{said}"
        );
    }
    let other = Ledger::of(36);
    let (code, said) = verify(&[
        "bundle",
        &early,
        "--ledger",
        &id.replace(['1', '2'], "3"),
        "--log-key",
        &other.vkey(),
    ]);
    assert_eq!(code, 10, "{said}");
}

#[test]
fn a_dossier_is_complete_with_its_tail_in_the_document_in_tiles_or_at_its_address() {
    let mut town = Town::populated();
    town.accepted("a");
    let index = usize::try_from(town.index_dossiers().get()).unwrap();
    for product in 0..260 {
        let submission = town.submission(&format!("p{product}"));
        town.say(&submission).unwrap();
    }
    let approval = town.approval("a");
    let approved = town.say(&approval).unwrap().get();
    let ledger = Ledger::told(town);
    let (room, key, id) = (Room::new(), ledger.vkey(), ledger.id().to_string());
    let tiles = room.folder("log", |path| ledger.write_tiles(path));
    let export = room.folder("export", |path| drop(ledger.write_export(path)));
    let whole = room.put("whole.json", ledger.dossier("product/a", index, true));
    let short = room.put("short.json", ledger.dossier("product/a", index, false));
    let at = "v1/subjects/product/a";
    room.folder(&format!("log/{at}"), |path| {
        std::fs::copy(&short, path.join("completeness"))
            .map(drop)
            .unwrap();
    });
    let served = serve(room.at("log"));
    let dossier = |file: &str, from: &[&str]| {
        let args = [
            "dossier",
            file,
            "--ledger",
            &id,
            "--log-key",
            &key,
            "--json",
        ];
        let (code, said) = verify(&[&args, from].concat());
        (code, serde_json::from_str::<Value>(&said).expect(&said))
    };
    for (file, from) in [
        (whole.as_str(), vec![]),
        (&short, vec!["--from", &tiles]),
        (&short, vec!["--from", &export]),
        (&short, vec!["--from", &served]),
        (&format!("{served}/{at}/completeness"), vec![]),
    ] {
        let (code, said) = dossier(file, &from);
        assert_eq!(
            (code, &said["outcome"]),
            (0, &json!("verified")),
            "{file} {said}"
        );
        let sequences = said["sequences"].as_array().unwrap();
        assert_eq!(sequences.last(), Some(&json!(approved)));
    }
    assert_eq!(dossier(&short, &[]).0, 12);
    std::fs::remove_dir_all(room.at("log/tile/entries")).unwrap();
    assert_eq!(dossier(&short, &["--from", &tiles]).0, 12);
    let hidden = String::from_utf8(std::fs::read(&whole).unwrap()).unwrap();
    let hidden = room.put(
        "hidden.json",
        hidden.replacen("\"tail\":[{", "\"tail\":[],\"x\":[{", 1),
    );
    assert_eq!(dossier(&hidden, &[]).0, 10);
    // An export of another history, with the entries that the document leaves out.
    let other = room.folder("other", |path| drop(Ledger::of(300).write_export(path)));
    let (code, said) = dossier(&short, &["--from", &other]);
    assert_eq!((code, &said["outcome"]), (10, &json!("rejected")), "{said}");
}

#[test]
fn an_envelope_shows_who_signed_and_a_changed_one_nothing() {
    let ledger = Ledger::new();
    let room = Room::new();
    let bytes = envelope(&ledger.entry(34));
    let file = room.put("e.dsse.json", &bytes);
    let (code, said) = verify(&["dsse", &file]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("approval.granted about product/a"), "{said}");
    let mut envelope: Value = serde_json::from_slice(&bytes).unwrap();
    envelope["payload"] = serde_json::from_slice::<Value>(&cinnabar_evidence::envelope(
        &ledger.entry(33),
    ))
    .unwrap()["payload"]
        .take();
    let file = room.put("changed.json", envelope.to_string());
    assert_eq!(verify(&["dsse", &file]).0, 10);
}

#[test]
fn hostile_files_are_findings_and_never_a_bug() {
    let ledger = Ledger::new();
    let (room, key, id) = (Room::new(), ledger.vkey(), ledger.id().to_string());
    let receipt = ledger.receipt(34, 36);
    let bundle = ledger.bundle(34, 36);
    let cut = |bytes: &[u8]| bytes[..bytes.len() / 2].to_vec();
    let deep = [b"{\"checkpoint\":".to_vec(), b"[".repeat(100_000)].concat();
    let long = [b"{\"entry\":\"".to_vec(), b"a".repeat(40 << 20)].concat();
    for (number, bytes) in [
        Vec::new(),
        b"{}".to_vec(),
        cut(&receipt),
        cut(&bundle),
        deep,
        long,
        b"\xff".repeat(99),
    ]
    .into_iter()
    .enumerate()
    {
        let file = room.put(&format!("{number}.json"), bytes);
        for document in ["evidence", "bundle", "dossier", "receipt", "dsse"] {
            let mut args = vec![document, &file];
            if document != "dsse" {
                args.extend(["--log-key", &key]);
            }
            if matches!(document, "bundle" | "dossier") {
                args.extend(["--ledger", &id]);
            }
            let (code, said) = verify(&args);
            // A tlog-proof without its entry beside it can't be decided.
            let expected = code == 10 || (document == "receipt" && code == 12);
            assert!(expected, "{document} {number}: {code} {said}");
        }
        let mine = room.put("mine", ledger.checkpoint(36));
        assert_eq!(denounce(&ledger, &mine, &file, &[]).0, 12, "{number}");
    }
    // A name that a terminal would obey is not printed as it stands.
    let file = room.put("\u{1b}[2J", b"nonsense");
    let mine = room.put("mine", ledger.checkpoint(36));
    let (_, said) = verify(&["denounce", &mine, &file, "--log-key", &key]);
    assert!(said.contains("\u{fffd}[2J"), "{said:?}");
    assert!(!said.contains('\u{1b}'), "{said:?}");
}

#[test]
fn the_flat_form_and_the_subcommands_stand_side_by_side() {
    assert_eq!(verify(&[]).0, 2);
    assert_eq!(verify(&["--from", "x"]).0, 2);
    let ledger = Ledger::new();
    let key = ledger.vkey();
    assert_eq!(
        verify(&["--from", "x", "--log-key", &key, "dsse", "y"]).0,
        2
    );
    for command in [
        "denounce", "evidence", "bundle", "dossier", "receipt", "dsse",
    ] {
        let (code, said) = verify(&[command, "--help"]);
        assert_eq!(code, 0);
        for outcome in [" 0  ", "10  ", "11  ", "12  "] {
            assert!(said.contains(outcome), "{command}: {said}");
        }
    }
}
