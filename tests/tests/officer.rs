//! Officers: keys, several signatures on one statement, receipts, refusals.
#![allow(clippy::unwrap_used)]

use cinnabar_tests::desk::Desk;
use cinnabar_tests::ledger::Ledger;
use cinnabar_tests::running::Ran;

/// Registers an organisation, but for its id and whoever signs.
const REGISTER: [&str; 5] = [
    "submit",
    "organisation.registered",
    "--data",
    "name=An Enterprise",
    "organisationKind=enterprise",
];

/// `first` and then `more`, run.
fn run(desk: &Desk, first: &[&str], more: &[&str]) -> Ran {
    let arguments: Vec<&str> = first.iter().chain(more).copied().collect();
    desk.run(&arguments)
}

fn register(desk: &Desk, more: &[&str]) -> Ran {
    run(desk, &REGISTER, more)
}

/// The public half of a key file, as statements carry it.
fn public_key(desk: &Desk, file: &str) -> String {
    let shown = desk.run(&["key", "show", file]).ends(0).out;
    let at = shown.find("ed25519:").unwrap();
    shown[at..at + "ed25519:".len() + 64].to_owned()
}

/// Signs with the first key, cosigns with the others, submits.
fn decide_together(desk: &Desk, what: &[&str], keys: &[&str], file: &str) {
    run(desk, &["sign"], what);
    let early = desk.run(&["submit", file]).ends(2);
    assert!(early.err.contains("not everybody has signed"), "{early:?}");
    for key in &keys[1..] {
        desk.run(&["cosign", file, "--key", key, "--yes"]).ends(0);
    }
    desk.run(&["submit", file]).ends(0).says("recorded\n");
}

/// Enrols `hong` with a new key and makes them a registrar, each step signed by several people one after the other.
fn enrol_hong(ledger: &Ledger) {
    ledger.run(&["key", "new", "hong.key"]).ends(0);
    let key = format!("key={}", public_key(ledger, "hong.key"));
    let (wang, zhao) = (ledger.key("wang"), ledger.key("zhao"));
    let enrolment = [
        "actor.enrolled",
        "--subject",
        "actor/hong",
        "--data",
        "name=Registrar Hong",
        "actorKind=person",
        "organisation=institution",
        &key,
        "--as",
        "wang:institution_admin",
        "--as",
        "hong:incoming_key",
        "--key",
        &wang,
        "--out",
        "hong.statement",
    ];
    decide_together(ledger, &enrolment, &[&wang, "hong.key"], "hong.statement");
    let grant = [
        "role.granted",
        "--subject",
        "actor/hong",
        "--data",
        "role=registrar",
        "--as",
        "wang:institution_admin",
        "--as",
        "zhao:institution_admin",
        "--key",
        &wang,
        "--out",
        "grant.statement",
    ];
    decide_together(ledger, &grant, &[&wang, &zhao], "grant.statement");
}

#[test]
fn a_new_officer_is_enrolled_by_several_and_then_records_and_keeps_a_receipt() {
    let mut ledger = Ledger::demo();
    enrol_hong(&ledger);
    let size = ledger.size();
    let signed = ["--as", "hong:registrar", "--key", "hong.key"];
    let subject = ["--subject", "organisation/lab"];
    run(
        &ledger,
        &REGISTER,
        &[&subject[..], &signed, &["--dry-run"]].concat(),
    )
    .ends(0)
    .says("nothing was");
    assert_eq!(ledger.size(), size, "a dry run records nothing");
    let kept = ["--receipt", "lab.receipt.json"];
    run(&ledger, &REGISTER, &[&subject[..], &signed, &kept].concat())
        .ends(0)
        .says("(verified)");
    assert_eq!(ledger.size(), size + 1);

    // Offline: the ledger is stopped, and there is no profile.
    let vkey = ledger.setting("vkey");
    ledger.stop();
    let verify = |file: &str| {
        let arguments = ["receipt", "verify", file, "--log-key", &vkey];
        let mut command = ledger.cinnabar(&arguments);
        Ran::of(command.env("CINNABAR_PROFILE", "/nonexistent"))
    };
    verify("lab.receipt.json")
        .ends(0)
        .says(&format!("verified: entry {size}"));
    let receipt = std::fs::read(ledger.path("lab.receipt.json")).unwrap();
    let broken = |at: usize| {
        let mut bytes = receipt.clone();
        bytes[at] ^= 1;
        std::fs::write(ledger.path("broken.receipt.json"), bytes).unwrap();
        verify("broken.receipt.json")
    };
    // A byte that breaks the receipt's form makes it no receipt (4), any other makes it one that does not hold (7).
    let mut codes = Vec::new();
    for at in (0..receipt.len()).step_by(receipt.len() / 40) {
        let ran = broken(at);
        assert!(matches!(ran.code, Some(4 | 7)), "byte {at}: {ran:?}");
        codes.push(ran.code);
    }
    assert!(codes.contains(&Some(7)), "{codes:?}");
}

#[test]
fn the_same_statement_again_gets_the_same_entry_and_another_under_its_id_is_a_conflict() {
    let ledger = Ledger::demo();
    let key = ledger.key("li");
    let id = "01a20496-18a0-77d0-8707-abedfcbf32c7";
    let submit = |subject: &str, receipt: &str| {
        let more = ["--subject", subject, "--id", id, "--as", "li:registrar"];
        let rest = ["--key", &key, "--receipt", receipt, "--json"];
        register(&ledger, &[&more[..], &rest].concat())
    };
    let first = submit("organisation/once", "first.json").ends(0).json();
    let sequence = first["sequence"].as_u64().unwrap();
    ledger.register("in-between", &key);
    let again = submit("organisation/once", "again.json").ends(0).json();
    assert_eq!(first["again"], false);
    assert_eq!(again["again"], true);
    let entry = |file: &str| ledger.run(&["receipt", "show", file, "--json"]).ends(0).out;
    assert_eq!(entry("first.json"), entry("again.json"));
    ledger
        .run(&["receipt", "verify", "first.json", "again.json"])
        .ends(0);

    let conflict = submit("organisation/twice", "other.json").ends(3).json();
    assert_eq!(conflict["code"], "statement.id_taken", "{conflict}");
    assert_eq!(conflict["earlier"], sequence);
    assert!(!ledger.path("other.json").exists());
    assert_eq!(ledger.size(), sequence + 2);
}

#[test]
fn a_refusal_names_its_rule_and_records_nothing() {
    let ledger = Ledger::demo();
    let size = ledger.size();
    ledger.run(&["key", "new", "stranger.key"]).ends(0);
    let (li, chen) = (ledger.key("li"), ledger.key("chen"));
    let nanshan = "organisation/nanshan-health";
    let cases = [
        ("organisation/a", "li:intake_officer", &*li, "role.missing"),
        (
            "organisation/a",
            "chen:decision_maker",
            &chen,
            "role.not_allowed",
        ),
        ("organisation/a", "li:registrar", &chen, "key.foreign"),
        (
            "organisation/a",
            "nobody:registrar",
            "stranger.key",
            "signer.unknown",
        ),
        (nanshan, "li:registrar", &li, "subject.exists"),
    ];
    let refused = |more: &[&str], code: &str| {
        for how in [&["--json"][..], &["--json", "--dry-run"]] {
            let ran = register(&ledger, &[more, how].concat()).ends(3);
            assert_eq!(ran.json()["code"], code, "{more:?} {how:?}");
        }
    };
    for (subject, signer, key, code) in cases {
        refused(&["--subject", subject, "--as", signer, "--key", key], code);
    }
    let signed = ["--subject", nanshan, "--as", "li:registrar", "--key", &li];
    refused(
        &[&signed[..], &["--expects", "7"]].concat(),
        "subject.stale",
    );
    // In words, too.
    register(&ledger, &signed)
        .ends(3)
        .says("code      subject.exists");
    // Not in the form of its kind.
    register(&ledger, &[&["--data", "colour=red"][..], &signed].concat())
        .ends(4)
        .says("colour");
    assert_eq!(ledger.size(), size);
}

#[test]
fn what_could_not_be_sent_is_kept_and_recorded_once_when_the_ledger_is_back() {
    let mut ledger = Ledger::demo();
    let (size, key) = (ledger.size(), ledger.key("li"));
    ledger.stop();
    let signed = ["--as", "li:registrar", "--key", &key];
    let subject = ["--subject", "organisation/patient"];
    let ran = register(&ledger, &[&subject[..], &signed].concat()).ends(5);
    let said = ran.err.split('`').nth(1).unwrap().to_owned();
    assert!(said.starts_with("cinnabar submit ") && ran.err.contains("asks again, safely"));
    ledger.start(&[]);
    ledger.shell(&said).ends(0).says("recorded\n");
    ledger.shell(&said).ends(0).says("recorded before");
    assert_eq!(ledger.size(), size + 1);
}
