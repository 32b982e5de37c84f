//! The client's commands against a running ledger: `cinnabar up` with its demonstration, as a child of the test.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead as _, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use cinnabar_events::Receipt;
use cinnabar_ledger::nats::find::find;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

/// A ledger on ports of its own, stopped when dropped.
struct Town {
    dir: TempDir,
    up: Child,
}

impl Town {
    fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut up = cinnabar(dir.path())
            .args(["up", "--data", "data", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(up.stdout.take().unwrap()).lines();
        let said: Vec<String> = lines
            .by_ref()
            .map(Result::unwrap)
            .take_while(|line| line != "Ctrl-C stops it.")
            .collect();
        assert!(lines_are_open(&mut up), "up ended: {said:?}");
        // What it says later is nobody's here; a closed pipe would be.
        std::thread::spawn(move || lines.for_each(drop));
        Self { dir, up }
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let output = cinnabar(self.dir.path()).args(arguments).output().unwrap();
        Ran(output)
    }

    /// Submits as one of the demonstration's people.
    fn submit(&self, who: &str, role: &str, arguments: &[&str]) -> Ran {
        let (claim, key) = (format!("{who}:{role}"), format!("data/keys/{who}.key"));
        self.run(&[&["submit"], arguments, &["--as", &claim, "--key", &key]].concat())
    }

    fn register(&self, organisation: &str, more: &[&str]) -> Ran {
        let subject = format!("organisation/{organisation}");
        let said = ["organisation.registered", "--subject", &subject];
        let data = ["--data", "name=A laboratory", "organisationKind=enterprise"];
        self.submit("li", "registrar", &[&said, more, &data[..]].concat())
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.dir.path().join(name)
    }
}

/// `until=` the day that is so many days ahead.
fn until(days: u32) -> String {
    let ahead = std::time::Duration::from_secs(u64::from(days) * 86_400);
    let then = std::time::SystemTime::now() + ahead;
    let micros = then
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_micros();
    let then = cinnabar_events::Timestamp::from_micros(i64::try_from(micros).unwrap()).unwrap();
    format!("until={}", then.date())
}

fn lines_are_open(up: &mut Child) -> bool {
    matches!(up.try_wait(), Ok(None))
}

impl Drop for Town {
    fn drop(&mut self) {
        // Asked, not killed: it stops its own child.
        let _ = kill_process(Pid::from_child(&self.up), Signal::INT);
        let _ = self.up.wait();
    }
}

/// The program, in `folder`. The server is looked for from here, as the folder is nowhere near the checkout.
fn cinnabar(folder: &Path) -> Command {
    let server = find(None).expect("tools/test installs a nats-server").path;
    let mut command = Command::new(env!("CARGO_BIN_EXE_cinnabar"));
    command
        .current_dir(folder)
        .env("CINNABAR_PROFILE", "data/connection.toml")
        .env("NATS_SERVER", server)
        .stdin(Stdio::null());
    command
}

struct Ran(Output);

impl Ran {
    #[track_caller]
    fn ends(self, code: i32) -> String {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (out, err) = (text(&self.0.stdout), text(&self.0.stderr));
        assert_eq!(self.0.status.code(), Some(code), "{out}\n{err}");
        assert!(!err.contains("panicked"), "{err}");
        out
    }

    #[track_caller]
    fn json(self, code: i32) -> Value {
        serde_json::from_str(&self.ends(code)).unwrap()
    }
}

/// A `cinnabar follow` that is read line by line; killed when dropped.
struct Follow {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Follow {
    fn start(town: &Town, arguments: &[&str]) -> Self {
        let mut command = cinnabar(town.dir.path());
        let mut child = command
            .arg("follow")
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    fn next(&mut self) -> Value {
        serde_json::from_str(&self.lines.next().unwrap().unwrap()).unwrap()
    }
}

impl Drop for Follow {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn an_officer_submits_and_keeps_a_receipt_that_holds_offline() {
    let town = Town::start();
    let checked = town.register("lab", &["--dry-run", "--json"]).json(0);
    assert_eq!(checked["admissible"], true);
    let told = town.register("lab", &["--json"]).json(0);
    let path = told["receipt"].as_str().unwrap().to_owned();
    assert_eq!(told["again"], false);
    assert!(
        !town
            .path(&path.replace("receipt.json", "statement"))
            .exists()
    );
    let receipt = Receipt::parse(&std::fs::read(town.path(&path)).unwrap()).unwrap();
    assert_eq!(
        receipt.entry().seq().get(),
        told["sequence"].as_u64().unwrap()
    );
    town.run(&["receipt", "verify", &path]).ends(0);

    // The same bytes again: the same entry.
    let request = receipt.entry().signed().to_request();
    std::fs::write(town.path("again.statement"), request).unwrap();
    let again = town.run(&["submit", "again.statement", "--json"]).json(0);
    assert_eq!(
        (&again["again"], &again["sequence"]),
        (&true.into(), &told["sequence"])
    );
    let sequence = told["sequence"].to_string();
    town.run(&["receipt", "get", &sequence, "--out", "got.json"])
        .ends(0);
    town.run(&["receipt", "get", "1000000"]).ends(3);
}

#[test]
fn refusals_tell_the_rule_and_leave_nothing_behind() {
    let town = Town::start();
    town.register("lab", &[]).ends(0);
    let exists = town
        .register("lab", &["--json", "--confidential", "/contact=Jo"])
        .json(3);
    assert_eq!(
        (&exists["code"], &exists["status"]),
        (&"subject.exists".into(), &409.into())
    );
    let kept: Vec<_> = std::fs::read_dir(town.dir.path())
        .unwrap()
        .map(|file| file.unwrap().file_name())
        .collect();
    assert_eq!(kept.len(), 3, "data, its mark and one receipt: {kept:?}");
    let said = [
        "product.ended",
        "--subject",
        "product/delivery-robot",
        "--data",
        "reason=retired",
        "--json",
    ];
    let role = town.submit("sun", "case_officer", &said).json(3);
    assert_eq!(role["code"], "role.not_allowed");
    let stale = town
        .submit(
            "li",
            "registrar",
            &[&said[..], &["--expects", "0"]].concat(),
        )
        .json(3);
    assert_eq!(stale["code"], "subject.stale");
}

#[test]
fn a_confidential_value_goes_into_the_vault_and_is_shown_to_whom_it_is_granted() {
    let town = Town::start();
    let key = town.run(&["key", "new", "tan.key", "--no-passphrase"]);
    let public = key.ends(0);
    let public = public
        .split_whitespace()
        .find(|word| word.starts_with("ed25519:"))
        .unwrap()
        .to_owned();
    // Two sign one after the other; what opens the commitment lies beside the file.
    let key = format!("key={public}");
    town.run(&[
        "sign",
        "actor.enrolled",
        "--subject",
        "actor/tan",
        "--id",
        "01930000-0000-7000-8000-00000000a001",
        "--data",
        "name=Tan",
        "actorKind=person",
        "organisation=institution",
        &key,
        "--confidential",
        "/realName=Tan Wei 谭伟",
        "--person",
        "/realName=tan-1",
        "--as",
        "wang:institution_admin",
        "--as",
        "tan:incoming_key",
        "--key",
        "data/keys/wang.key",
        "--out",
        "tan.statement",
    ])
    .ends(0);
    town.run(&["cosign", "tan.statement", "--key", "tan.key", "--yes"])
        .ends(0);
    town.run(&["submit", "tan.statement"]).ends(0);

    let opening = r#"openings:=[{"actor":"wang","statement":"01930000-0000-7000-8000-00000000a001","pointer":"/realName"}]"#;
    let about = ["--concerns", "actor/tan", "actor/sun"];
    let grant = ["disclosure.granted", "--subject", "disclosure/d1"];
    let data = [
        "--data",
        "to=sun",
        opening,
        "until=9999-01-01",
        "purpose=To ask him.",
    ];
    let basis = ["--basis", "Personal Information Protection Law:Art. 13"];
    let granted = town.submit(
        "tang",
        "privacy_officer",
        &[&grant[..], &about, &data, &basis, &["--json"]].concat(),
    );
    assert_eq!(granted.json(3)["code"], "disclosure.term");
    let data = [data[0], data[1], data[2], &until(7), data[4]];
    town.submit(
        "tang",
        "privacy_officer",
        &[&grant[..], &about, &data, &basis].concat(),
    )
    .ends(0);
    let used = [
        "disclosure.used",
        "--subject",
        "disclosure/d1",
        "--concerns",
        "actor/tan",
        "--data",
        opening,
    ];
    let shown = town.submit("sun", "case_officer", &used).ends(0);
    assert!(shown.contains("/realName  Tan Wei 谭伟"), "{shown}");
    let shown = town
        .submit("sun", "case_officer", &[&used[..], &["--json"]].concat())
        .json(0);
    assert_eq!(shown["openings"][0]["openings"][0]["value"], "Tan Wei 谭伟");
    // Nowhere on the ledger.
    let exported = town.run(&["export"]).ends(0);
    assert!(!exported.contains("谭伟") && !exported.contains("tan-1"));
}

#[test]
fn the_rules_in_force_are_shown_and_compared_from_the_node_and_from_an_export() {
    let town = Town::start();
    town.run(&["export", "--out", "ledger.jsonl"]).ends(0);
    let from = ["--from", "ledger.jsonl"];
    let show = ["rulebook", "show", "--json"];
    let mut asked = town.run(&show).json(0);
    let mut read = town.run(&[&show[..], &from].concat()).json(0);
    assert_eq!(asked["adoptedBy"], 0);
    assert_eq!(asked["chapters"][9]["deposited"], true);
    (asked["from"], read["from"]) = (Value::Null, Value::Null);
    assert_eq!(asked, read);
    let text = town.run(&["rulebook", "show"]).ends(0);
    assert!(
        text.contains("law: Administrative Licensing Law Art. 32"),
        "{text}"
    );

    // Before its chapters were there the rulebook held less.
    let diff = ["rulebook", "diff", "0", "default"];
    let node = town.run(&diff).ends(0);
    assert!(node.contains("+ deadline supplement: "), "{node}");
    assert_eq!(node, town.run(&[&diff[..], &from].concat()).ends(0));
    assert_eq!(
        town.run(&["rulebook", "diff", "10", "default"]).ends(0),
        "no difference\n"
    );
    town.run(&["rulebook", "diff", "10", "nowhere"]).ends(2);

    let kind = town.run(&["kinds", "product.accepted"]).ends(0);
    assert!(kind.contains("by the rulebook of this ledger"), "{kind}");
    assert!(kind.contains("product: submitted -> accepted"), "{kind}");
    assert!(
        kind.contains("deadline: starts decide (20 working days)"),
        "{kind}"
    );
    let roles = town.run(&["kinds", "--roles"]).ends(0);
    assert!(roles.contains("approval.granted x2"), "{roles}");
    let life = town.run(&["kinds", "--class", "erasure"]).ends(0);
    assert!(life.contains("decided"), "{life}");
    assert_eq!(
        town.run(&["kinds", "--json"])
            .json(0)
            .as_array()
            .unwrap()
            .len(),
        113
    );
}

#[test]
fn history_is_taken_over_by_the_migrator_alone() {
    let town = Town::start();
    let said = [
        "product.submitted",
        "--subject",
        "product/old-17",
        "--concerns",
        "organisation/nanshan-health",
        "--data",
        "organisation=nanshan-health",
        "name=Old",
        "--migrated",
        "city-register:17",
    ];
    let registrar = town.submit("li", "registrar", &[&said[..], &["--json"]].concat());
    assert_eq!(registrar.json(3)["code"], "migration.not_allowed");
    town.submit("wu", "migrator", &said).ends(0);
}

#[test]
fn an_agency_follows_from_the_past_into_the_present() {
    let town = Town::start();
    let all = town
        .run(&["follow", "--from", "0", "--until-now", "--json"])
        .ends(0);
    let exported = town.run(&["export"]).ends(0);
    assert_eq!(all, exported);
    let count = all.lines().count() as u64;
    let incidents = town
        .run(&[
            "follow",
            "--from",
            "0",
            "--until-now",
            "--json",
            "--kind",
            "incident.*",
        ])
        .ends(0);
    let is_incident = |line: &&str| {
        let entry: Value = serde_json::from_str(line).unwrap();
        entry["statement"]["kind"]
            .as_str()
            .unwrap()
            .starts_with("incident.")
    };
    let expected: Vec<&str> = all.lines().filter(is_incident).collect();
    assert!(!expected.is_empty());
    assert!(
        incidents.lines().eq(expected.iter().copied()),
        "{incidents}"
    );
    let dossier = town.run(&[
        "follow",
        "--from",
        "0",
        "--until-now",
        "--json",
        "--subject",
        "product/delivery-robot",
    ]);
    let dossier: Vec<Value> = dossier
        .ends(0)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let revisions = dossier.iter().map(|entry| {
        entry["dossiers"]["product/delivery-robot"][0]
            .as_u64()
            .unwrap()
    });
    assert!(
        revisions.eq(0..dossier.len() as u64),
        "incidents that concern it are in its dossier too"
    );

    let last = count - 1;
    let mut follow = Follow::start(&town, &["--json", "--from", &last.to_string()]);
    assert_eq!(follow.next()["seq"], last);
    town.register("lab", &[]).ends(0);
    let live = follow.next();
    assert_eq!(
        (&live["seq"], &live["statement"]["subject"]),
        (&count.into(), &"organisation/lab".into())
    );
}

#[test]
fn a_feed_that_tells_another_ledgers_story_raises_an_alarm() {
    let town = Town::start();
    let profile = std::fs::read_to_string(town.path("data/connection.toml")).unwrap();
    let other = cinnabar_events::LedgerId::from_bytes([7; 32]).to_string();
    let at = profile.find("blake3:").unwrap();
    let changed = format!("{}{other}{}", &profile[..at], &profile[at + other.len()..]);
    std::fs::write(town.path("data/other.toml"), changed).unwrap();
    let follow = [
        "follow",
        "--from",
        "0",
        "--until-now",
        "--profile",
        "data/other.toml",
    ];
    let alarm = town.run(&follow);
    assert!(String::from_utf8_lossy(&alarm.0.stderr).contains("follow.other_ledger"));
    alarm.ends(6);
}

#[test]
fn a_register_is_taken_over_once_and_its_bad_rows_are_written_down() {
    let town = Town::start();
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let mapping = format!("{root}/tools/import/nl-algoritmeregister.toml");
    let sample = format!("{root}/tests/import-sample/nl-changes.jsonl");
    let import = [
        "import",
        &mapping,
        &sample,
        "--as",
        "wu:migrator",
        "--key",
        "data/keys/wu.key",
        "--json",
    ];
    let first = town.run(&import).json(3);
    let (rows, number) = (&first["rows"], |value: &Value| value.as_u64().unwrap());
    assert_eq!(
        number(&rows["read"]),
        number(&rows["recorded"]) + number(&rows["alreadyThere"]) + number(&rows["rejected"])
    );
    let rejects = std::fs::read_to_string(town.path(first["rejects"].as_str().unwrap())).unwrap();
    assert_eq!(rejects.lines().count() as u64, number(&rows["rejected"]));
    let second = town.run(&import).json(3);
    assert_eq!(second["statements"]["recorded"], 0);
    assert_eq!(second["rows"]["rejected"], rows["rejected"]);
    town.run(&[&import[..], &["--rejects", &sample]].concat())
        .ends(2);
    town.run(&["follow", "--from", "0", "--until-now"]).ends(0);
}

#[test]
fn doctor_finds_a_healthy_town_healthy() {
    let town = Town::start();
    let findings = town.run(&["doctor", "--json"]).json(0);
    let failed = findings
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["status"] == "FAIL");
    assert_eq!(failed.count(), 0, "{findings}");
    for check in ["intake", "streams", "api", "clock"] {
        let found = findings
            .as_array()
            .unwrap()
            .iter()
            .any(|finding| finding["check"] == check && finding["status"] == "OK");
        assert!(found, "{check}: {findings}");
    }
    let kinds = town.run(&["kinds"]).ends(0);
    assert!(kinds.contains("the rulebook of this ledger"), "{kinds}");
}
