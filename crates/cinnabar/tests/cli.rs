//! The program from outside: exit codes, files, and what it says.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::{Command, Output, Stdio};

use cinnabar::profile::{Profile, Users};
use cinnabar::statement::StatementFile;
use cinnabar_events::LedgerId;
use cinnabar_ledger::nats::keys::UserKey;
use cinnabar_tlog::NoteSigner;
use tempfile::TempDir;

const LEDGER: LedgerId = LedgerId::from_bytes([7; 32]);
/// An approval that two people decide.
const APPROVAL: [&str; 13] = [
    "approval.granted",
    "--subject",
    "product/triage",
    "--data",
    "route=trial",
    "mode=pilot",
    "expires=2027-05-20",
    "reasons=Low risk.",
    "conditions=human in the loop 人工复核",
    "--as",
    "chen:decision_maker",
    "--as",
    "qian:decision_maker",
];

/// A desk with a folder of its own.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cinnabar"));
        command
            .args(arguments)
            .current_dir(self.path())
            .env_remove("CINNABAR_PROFILE")
            .env_remove("SSH_AUTH_SOCK")
            .stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        Ran(self.command(arguments).output().unwrap())
    }

    fn key(&self, name: &str) {
        self.run(&["key", "new", &format!("{name}.key")]).ends(0);
    }

    /// A profile of a ledger that nobody serves.
    fn profile(&self) {
        let name = "ledger.example.org/ai".parse().unwrap();
        let vkey = NoteSigner::from_seed(name, &[3; 32]).verifier().to_string();
        UserKey::create(&self.path().join("submitter.seed")).unwrap();
        let nobody = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let profile = Profile {
            ledger: LEDGER,
            name: "sz-ai".parse().unwrap(),
            origin: "ledger.example.org/ai".into(),
            vkey,
            nats: format!("nats://{nobody}"),
            api: format!("http://{nobody}"),
            monitor: vec![],
            replicas: None,
            ca: None,
            users: Users {
                submitter: Some("submitter.seed".into()),
                ..Users::default()
            },
        };
        profile.save(&self.path().join("connection.toml")).unwrap();
    }

    fn files_like(&self, suffix: &str) -> Vec<String> {
        let files = std::fs::read_dir(self.path()).unwrap();
        let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.ends_with(suffix)).collect()
    }
}

/// How a run ended.
struct Ran(Output);

impl Ran {
    #[track_caller]
    fn ends(self, code: i32) -> Self {
        assert_eq!(
            self.0.status.code(),
            Some(code),
            "{}\n{}",
            self.out(),
            self.err()
        );
        assert!(!self.err().contains("panicked"), "{}", self.err());
        self
    }

    #[track_caller]
    fn saying(self, what: &str) -> Self {
        let (out, err) = (self.out(), self.err());
        assert!(
            out.contains(what) || err.contains(what),
            "{what:?} is not in\n{out}\n{err}"
        );
        self
    }

    fn out(&self) -> String {
        String::from_utf8_lossy(&self.0.stdout).into_owned()
    }

    fn err(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }
}

fn with<'a>(some: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [some, more].concat()
}

#[test]
fn two_people_sign_one_statement_one_after_the_other() {
    let desk = Desk::new();
    desk.key("chen");
    desk.key("qian");
    let ledger = LEDGER.to_string();
    let sign = ["sign"];
    let arguments = with(
        &with(&sign, &APPROVAL),
        &[
            "--ledger",
            &ledger,
            "--key",
            "chen.key",
            "--out",
            "a.statement",
        ],
    );
    desk.run(&arguments).ends(0).saying("1 of 2 signatures");
    desk.run(&arguments)
        .ends(2)
        .saying("cannot create a.statement");
    desk.run(&["submit", "a.statement", "--profile", "none.toml"])
        .ends(2);
    desk.run(&["cosign", "a.statement", "--key", "qian.key"])
        .ends(2)
        .saying("say --yes");
    desk.run(&["cosign", "a.statement", "--key", "chen.key", "--yes"])
        .ends(2)
        .saying("signed this already");
    let cosigned = desk
        .run(&["cosign", "a.statement", "--key", "qian.key", "--yes"])
        .ends(0);
    let cosigned = cosigned
        .saying("signer       chen as decision_maker")
        .saying("human in the loop 人工复核");
    cosigned.saying("all 2 signatures");
    let file = StatementFile::load(&desk.path().join("a.statement")).unwrap();
    assert!(file.signed().unwrap().verify().is_ok());
    desk.run(&["cosign", "a.statement", "--key", "qian.key", "--yes"])
        .ends(2)
        .saying("everybody has signed");
}

#[test]
fn what_is_malformed_is_told_by_its_place_before_anybody_is_asked() {
    let desk = Desk::new();
    desk.key("lin");
    let ledger = LEDGER.to_string();
    let sign = |data: &[&str]| {
        let head = [
            "sign",
            "product.submitted",
            "--subject",
            "product/p",
            "--ledger",
            &ledger,
            "--as",
            "lin:filer",
            "--data",
        ];
        desk.run(&with(&head, data))
    };
    sign(&["name=x", "colour=red"])
        .ends(4)
        .saying("member \"colour\"")
        .saying("organisation");
    sign(&["name=x"]).ends(4).saying("/organisation");
    sign(&["name=x", "organisation=no spaces"])
        .ends(4)
        .saying("/organisation");
    sign(&["name=x", "organisation=acme", "route=fast"])
        .ends(4)
        .saying("disclosure");
    sign(&["name"]).ends(2).saying("key=value");
    sign(&["@none.json"]).ends(2).saying("none.json");
    desk.run(&["sign", "product.sold", "--subject", "product/p"])
        .ends(2)
        .saying("product.sold");
    desk.run(&["submit", "product.sold", "--profile", "none.toml"])
        .ends(2)
        .saying("connection profile");
    assert_eq!(desk.files_like(".statement"), Vec::<String>::new());
}

#[test]
fn a_statement_that_could_not_be_sent_is_kept_to_be_sent_again() {
    let desk = Desk::new();
    desk.profile();
    desk.key("lin");
    let arguments = [
        "submit",
        "product.submitted",
        "--profile",
        "connection.toml",
        "--subject",
        "product/p",
        "--as",
        "lin:enterprise_filer@acme",
        "--data",
        "name=x",
        "organisation=acme",
        "--confidential",
        "/contactPerson=Lin Hua",
        "--key",
        "lin.key",
    ];
    desk.run(&arguments).ends(5).saying("asks again, safely");
    let kept = desk.files_like(".statement");
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!(desk.files_like(".openings.json").len(), 1);
    desk.run(&["submit", &kept[0], "--profile", "connection.toml"])
        .ends(5);
    assert_eq!(desk.files_like(".statement"), kept);
    desk.run(&[
        "submit",
        &kept[0],
        "--profile",
        "connection.toml",
        "--key",
        "lin.key",
    ])
    .ends(2);
}

#[test]
fn a_statement_for_another_ledger_is_not_sent() {
    let desk = Desk::new();
    desk.profile();
    desk.key("li");
    let other = LedgerId::from_bytes([8; 32]).to_string();
    let sign = [
        "sign",
        "product.ended",
        "--subject",
        "product/p",
        "--as",
        "li:registrar",
        "--data",
        "reason=retired",
    ];
    desk.run(&with(
        &sign,
        &[
            "--ledger",
            &other,
            "--key",
            "li.key",
            "--out",
            "a.statement",
        ],
    ))
    .ends(0);
    desk.run(&["submit", "a.statement", "--profile", "connection.toml"])
        .ends(2)
        .saying("another ledger");
}

#[test]
fn a_reader_that_has_gone_ends_the_program_quietly() {
    let desk = Desk::new();
    // `kinds ledger.opened` prints more than a pipe holds before the reader is gone for good.
    let mut child = desk
        .command(&["kinds", "--profile", "none.toml"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn kinds_tells_fields_limits_and_who_may_say_them() {
    let desk = Desk::new();
    let one = desk
        .run(&["kinds", "approval.granted", "--profile", "none.toml"])
        .ends(0);
    one.saying("who: 2 of decision_maker")
        .saying("! reasons")
        .saying("subject: product/");
    let json = desk
        .run(&["kinds", "--json", "--profile", "none.toml"])
        .ends(0)
        .out();
    let list: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        list.as_array().unwrap().len(),
        cinnabar_events::Kind::ALL.len()
    );
}

#[test]
fn nobody_answering_is_told_apart_from_wrong_use() {
    let desk = Desk::new();
    desk.profile();
    desk.run(&["health", "http://127.0.0.1:1/livez"]).ends(5);
    desk.run(&["export", "--profile", "connection.toml"])
        .ends(5);
    desk.run(&["follow", "--profile", "connection.toml"])
        .ends(2)
        .saying("users.agency");
    desk.run(&["doctor", "--profile", "connection.toml"])
        .ends(2)
        .saying("FAIL  intake");
    desk.run(&["doctor", "--profile", "none.toml", "--json"])
        .ends(2)
        .saying("\"check\": \"profile\"");
    desk.run(&["no-such-command"]).ends(2);
    desk.run(&["--help"]).ends(0).saying("Exit codes");
    desk.run(&["key", "list-agent"])
        .ends(2)
        .saying("SSH_AUTH_SOCK");
}
