//! Witnesses as processes: what they cosign, what is served of it, and how a ledger that was put back is noticed and goes on.
#![allow(clippy::unwrap_used)]

use cinnabar_tests::desk::Desk;
use cinnabar_tests::http;
use cinnabar_tests::ledger::Ledger;
use cinnabar_tests::running::{Ran, Running, eventually};
use serde_json::Value;

/// The exit code of a ledger that does not start because it was put back.
const PUT_BACK: i32 = 5;
/// The exit code of what is not signed by everybody who must.
const INCOMPLETE: i32 = 4;
/// The exit code of `verify` for two stories.
const FORK: i32 = 11;
/// The exit code of an alarm.
const ALARM: i32 = 6;

/// `cinnabar witness`, and what it said of itself.
struct Witness {
    running: Running,
    url: String,
    /// Its line in a policy.
    line: String,
    /// Where it shows what it cosigned of the one log that it watches: a path below `url`.
    shows: String,
}

impl Witness {
    /// A witness of one log, in `desk`'s folder `data`, at `address`.
    fn start(desk: &Desk, data: &str, address: &str, log_key: &str) -> Self {
        let name = format!("{data}.example.org/w");
        let words = ["witness", "--data", data, "--name", &name];
        let place = ["--listen", address, "--log", log_key];
        let running = Running::start(&mut desk.cinnabar(&[&words[..], &place].concat()));
        let said = running.wait_for_line("Ctrl-C stops it.");
        let after = |label: &str| {
            let found = said.iter().find_map(|line| line.trim().strip_prefix(label));
            found
                .unwrap_or_else(|| panic!("no {label} in {said:?}"))
                .trim()
                .to_owned()
        };
        let url = after("URL");
        let shows = after("shows").split(' ').next().unwrap().to_owned();
        Self {
            running,
            line: after("policy line"),
            shows: shows.strip_prefix(&url).unwrap().to_owned(),
            url,
        }
    }

    /// The address that it listens at.
    fn address(&self) -> String {
        self.url.strip_prefix("http://").unwrap().to_owned()
    }

    /// Writes a policy at `desk` by which this witness must have cosigned.
    fn policy(&self, desk: &Desk, log_key: &str) {
        let word = self.line.split(' ').nth(1).unwrap();
        let text = format!("log {log_key}\n{}\nquorum {word}\n", self.line);
        std::fs::write(desk.path("policy"), text).unwrap();
    }

    /// The note that it shows: what it cosigned last.
    fn shown(&self) -> String {
        let (status, note) = http::get(&self.url, &self.shows).unwrap();
        assert_eq!(status, 200);
        String::from_utf8(note).unwrap()
    }

    /// What its lines under a note begin with.
    fn mark(&self) -> String {
        let key = self.line.split(' ').nth(2).unwrap();
        format!("\n— {} ", key.split('+').next().unwrap())
    }

    /// Waits until the log at `api` shows a checkpoint over at least `size` entries with this witness's line.
    fn has_cosigned(&self, api: &str, size: u64) -> String {
        eventually("a cosigned checkpoint", || {
            let note = http::get(api, "/checkpoint")?.1;
            let note = String::from_utf8(note).unwrap();
            let covered: u64 = note.lines().nth(1)?.parse().ok()?;
            (covered >= size && note.contains(&self.mark())).then_some(note)
        })
    }
}

/// The text of a note: everything above the signatures.
fn text(note: &str) -> &str {
    note.split("\n\n").next().unwrap()
}

fn read(desk: &Desk, name: &str) -> String {
    std::fs::read_to_string(desk.path(name)).unwrap()
}

/// Keeps the receipt of an entry as it is served now, under this name.
fn receipt(desk: &Desk, sequence: u64, name: &str) {
    let sequence = sequence.to_string();
    desk.run(&["receipt", "get", &sequence, "--out", name])
        .ends(0);
}

/// A ledger whose checkpoints `witness` cosigns, started.
fn watched() -> (Ledger, Witness) {
    let mut ledger = Ledger::demo();
    let key = ledger.setting("vkey");
    receipt(&ledger, 7, "before.json");
    ledger.stop();
    ledger
        .shell("cp -a data backup && cp -a data.mark backup.mark")
        .ends(0);
    let witness = Witness::start(&ledger, "witness", "127.0.0.1:0", &key);
    witness.policy(&ledger, &key);
    ledger.start(&["--witness-policy", "policy"]);
    (ledger, witness)
}

/// What a witness's word looks like everywhere it is served.
fn is_served_everywhere(ledger: &Ledger, witness: &Witness) {
    let api = ledger.setting("api");
    let note = witness.has_cosigned(&api, ledger.size());
    assert_eq!(text(&witness.shown()), text(&note));
    assert!(witness.shown().contains(&witness.mark()));
    ledger
        .verify(&["--from", &api, "--policy", "policy"])
        .ends(0);

    let before = read(ledger, "before.json");
    std::fs::write(ledger.path("after.json"), &before).unwrap();
    let words = [
        "receipt",
        "refresh",
        "after.json",
        "--witness-policy",
        "policy",
    ];
    ledger.run(&words).ends(0);
    let after = read(ledger, "after.json");
    assert!(after.contains(witness.mark().trim()) && !before.contains(witness.mark().trim()));
    let entry = |receipt: &str| serde_json::from_str::<Value>(receipt).unwrap()["entry"].clone();
    assert_eq!(entry(&after), entry(&before));
    ledger
        .run(&["receipt", "verify", "before.json", "after.json"])
        .ends(0);
    ledger
        .run(&["denounce", "before.json", "after.json"])
        .ends(0);
}

/// The statement that entries from `from` on are lost, signed by one of the two who must; what is known of them is in `note`.
fn loss(ledger: &Ledger, from: u64, until: u64, note: &str) {
    let data = [
        format!("lostFrom:={from}"),
        format!("lostUntil:={until}"),
        format!("checkpoint={note}"),
        "reasons=The disk failed, and the copy was older.".to_owned(),
    ];
    let words = [
        "sign",
        "ledger.recovered",
        "--subject",
        "ledger/demo",
        "--data",
    ];
    let data: Vec<&str> = data.iter().map(String::as_str).collect();
    let key = ledger.key("wang");
    let signers = [
        "--as",
        "wang:institution_admin",
        "--as",
        "zhao:institution_admin",
        "--key",
        &key,
        "--out",
        "recovered.statement",
    ];
    ledger.run(&[&words[..], &data, &signers].concat()).ends(0);
}

#[test]
fn a_ledger_that_was_put_back_is_found_out_by_its_witness_and_goes_on_when_two_have_declared_the_loss()
 {
    let (mut ledger, witness) = watched();
    let kept = ledger.size();
    is_served_everywhere(&ledger, &witness);

    // A witness that falls goes on where it was.
    let (address, key) = (witness.address(), ledger.setting("vkey"));
    witness.running.kill();
    ledger.register("while-it-was-down", &ledger.key("li"));
    let witness = Witness::start(&ledger, "witness", &address, &key);
    witness.has_cosigned(&ledger.setting("api"), kept + 1);
    assert_eq!(ledger.register("lost", &ledger.key("li")), kept + 1);
    witness.has_cosigned(&ledger.setting("api"), kept + 2);
    receipt(&ledger, kept, "first.json");
    receipt(&ledger, kept + 1, "second.json");

    // Data and mark are put back together: nothing on this machine knows better.
    ledger.stop();
    ledger
        .shell("rm -r data data.mark && mv backup data && mv backup.mark data.mark")
        .ends(0);
    let refused = |arguments: &[&str]| {
        let words = ["--witness-policy", "policy"];
        Ran::of(&mut ledger.command(&[&words[..], arguments].concat()))
    };
    refused(&[])
        .ends(PUT_BACK)
        .says("put back to an earlier state")
        .says(&kept.to_string())
        .says(&(kept + 2).to_string())
        .says("cinnabar sign ledger.recovered");
    let note = witness.shown();
    loss(&ledger, kept, kept + 2, &note);
    refused(&["--recover", "recovered.statement"]).ends(INCOMPLETE);
    let key = ledger.key("zhao");
    ledger
        .run(&["cosign", "recovered.statement", "--key", &key, "--yes"])
        .ends(0);
    ledger.start(&[
        "--witness-policy",
        "policy",
        "--recover",
        "recovered.statement",
    ]);
    assert_eq!(ledger.register("found", &ledger.key("li")), kept + 1);
    ledger.run(&["export", "--out", "ledger.jsonl"]).ends(0);
    ledger.verify(&["--from", "ledger.jsonl"]).ends(0);
    let recorded = read(&ledger, "ledger.jsonl");
    let recorded = recorded
        .lines()
        .nth(usize::try_from(kept).unwrap())
        .unwrap();
    assert!(
        recorded.contains("\"kind\":\"ledger.recovered\""),
        "{recorded}"
    );

    // Whoever holds the receipt of a lost entry has proof of the loss, which says that it was declared.
    receipt(&ledger, kept, "declared.json");
    let declared = format!("declared by entry {kept}");
    ledger
        .run(&["denounce", "first.json", "declared.json"])
        .ends(ALARM)
        .says(&declared);

    // It is on record: nothing more is needed, though the witness keeps to what it has seen.
    ledger.stop();
    ledger.start(&["--witness-policy", "policy"]);
    assert_eq!(text(&witness.shown()), text(&note));
    assert_eq!(ledger.register("later", &ledger.key("li")), kept + 2);
    assert_eq!(ledger.register("last", &ledger.key("li")), kept + 3);
    ledger.run(&["export", "--out", "later.jsonl"]).ends(0);
    for (lost, evidence) in [
        ("first.json", "first.evidence"),
        ("second.json", "second.evidence"),
    ] {
        ledger
            .examine(&["denounce", lost, "later.jsonl", "--out", evidence])
            .ends(FORK)
            .says(&declared);
        ledger
            .examine(&["evidence", evidence])
            .ends(0)
            .says(&declared);
    }
}

#[test]
fn two_agencies_are_witnesses_of_each_others_ledgers() {
    let mut ledgers = [Ledger::empty(), Ledger::empty()];
    let keys = ledgers.each_ref().map(|ledger| ledger.setting("vkey"));
    for ledger in &mut ledgers {
        ledger.stop();
    }
    let witnesses = [0, 1].map(|agency| {
        Witness::start(
            &ledgers[agency],
            "witness",
            "127.0.0.1:0",
            &keys[1 - agency],
        )
    });
    for (agency, ledger) in ledgers.iter_mut().enumerate() {
        witnesses[1 - agency].policy(ledger, &keys[agency]);
        ledger.start(&["--witness-policy", "policy"]);
    }
    for (agency, ledger) in ledgers.iter().enumerate() {
        let api = ledger.setting("api");
        witnesses[1 - agency].has_cosigned(&api, ledger.size());
        ledger
            .verify(&["--from", &api, "--policy", "policy"])
            .ends(0);
    }
}
