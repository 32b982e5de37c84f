//! A ledger that others watch: a witness cosigns it, and an old copy of it is noticed. `cinnabar up` and `cinnabar witness`, as children of
//! the test.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use cinnabar_events::Receipt;
use cinnabar_ledger::nats::find::find;
use cinnabar_tlog::TrustPolicy;
use rustix::process::{Pid, Signal, kill_process};

/// Times that something is asked for until it is there. Each takes a new process some hundredths of a second.
const PATIENCE: usize = 2_000;

/// A folder that everything is in.
struct Desk(tempfile::TempDir);

/// A program that runs until it is dropped.
struct Running {
    child: Child,
    said: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        // Asked, not killed: it stops its own child.
        let _ = kill_process(Pid::from_child(&self.child), Signal::INT);
        let _ = self.child.wait();
    }
}

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let server = find(None).expect("tools/test installs a nats-server").path;
        let mut command = Command::new(env!("CARGO_BIN_EXE_cinnabar"));
        command
            .current_dir(self.0.path())
            .env("CINNABAR_PROFILE", "data/connection.toml")
            .env("NATS_SERVER", server)
            .args(arguments)
            .stdin(Stdio::null());
        command
    }

    /// Starts a program and waits until it says that it runs.
    fn start(&self, arguments: &[&str]) -> Running {
        let mut child = self
            .command(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let said: Vec<String> = lines
            .by_ref()
            .map(Result::unwrap)
            .take_while(|line| line != "Ctrl-C stops it.")
            .collect();
        let said = said.join("\n");
        assert!(matches!(child.try_wait(), Ok(None)), "ended: {said}");
        std::thread::spawn(move || lines.for_each(drop));
        Running { child, said }
    }

    fn up(&self, more: &[&str]) -> Running {
        let up = ["up", "--data", "data", "--listen", "127.0.0.1:0"];
        self.start(&[&up[..], more].concat())
    }

    #[track_caller]
    fn ends(&self, arguments: &[&str], code: i32) -> String {
        let Output {
            status,
            stdout,
            stderr,
        } = self.command(arguments).output().unwrap();
        let text = [stdout, stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        assert_eq!(
            status.code(),
            Some(code),
            "{arguments:?}\n{}\n{}",
            text[0],
            text[1]
        );
        text.concat()
    }

    fn register(&self, organisation: &str) {
        let subject = format!("organisation/{organisation}");
        let said = ["submit", "organisation.registered", "--subject", &subject];
        let data = ["--data", "name=A laboratory", "organisationKind=enterprise"];
        let signed = ["--as", "li:registrar", "--key", "data/keys/li.key"];
        self.ends(&[&said[..], &data, &signed].concat(), 0);
    }

    fn receipt(&self, name: &str) -> Receipt {
        Receipt::parse(&std::fs::read(self.path(name)).unwrap()).unwrap()
    }

    fn log_key(&self) -> String {
        let profile = std::fs::read_to_string(self.path("data/connection.toml")).unwrap();
        let line = profile
            .lines()
            .find(|line| line.starts_with("vkey = "))
            .unwrap();
        line.split('"').nth(1).unwrap().to_owned()
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    std::fs::set_permissions(to, from.metadata().unwrap().permissions()).unwrap();
    for item in std::fs::read_dir(from).unwrap() {
        let item = item.unwrap();
        let target = to.join(item.file_name());
        if item.file_type().unwrap().is_dir() {
            copy(&item.path(), &target);
        } else if item.file_type().unwrap().is_file() {
            std::fs::copy(item.path(), target).unwrap();
        }
    }
}

#[test]
fn a_witness_cosigns_what_is_recorded_and_receipts_get_its_word_later() {
    let desk = Desk::new();
    drop(desk.up(&[]));
    let witness = desk.start(&[
        "witness",
        "--data",
        "witness",
        "--name",
        "witness.example.org/w1",
        "--listen",
        "127.0.0.1:0",
        "--log",
        &desk.log_key(),
    ]);
    let line = witness
        .said
        .lines()
        .find_map(|line| line.trim().strip_prefix("policy line"));
    let line = line.unwrap().trim();
    let name = line.split(' ').nth(1).unwrap();
    std::fs::write(desk.path("policy"), format!("{line}\nquorum {name}\n")).unwrap();
    let _up = desk.up(&["--witness-policy", "policy"]);

    desk.ends(&["receipt", "get", "7"], 0);
    let first = desk.receipt("7.receipt.json");
    std::fs::copy(desk.path("7.receipt.json"), desk.path("first.receipt.json")).unwrap();
    let refresh = ["receipt", "refresh", "7.receipt.json"];
    let refreshed = (0..PATIENCE).any(|_| {
        let output = desk.command(&refresh).output().unwrap();
        output.status.code() == Some(0)
    });
    assert!(refreshed, "the witness has not cosigned");
    let cosigned = desk.receipt("7.receipt.json");
    assert_eq!(cosigned.entry().bytes(), first.entry().bytes());
    let policy = format!("log {}\n{line}\nquorum {name}\n", desk.log_key());
    let policy = TrustPolicy::parse(&policy).unwrap();
    policy.evaluate(&cosigned.proof().checkpoint).unwrap();
    desk.ends(&["denounce", "first.receipt.json", "7.receipt.json"], 0);

    // The rest of what auditors take home.
    let told = desk.ends(&["bundle", "7"], 0);
    assert!(told.contains("7.bundle.json (verified)"), "{told}");
    desk.ends(&["export", "--tiles", "mirror"], 0);
    assert!(desk.path("mirror/checkpoint").exists());
    assert!(
        std::fs::read_dir(desk.path("mirror/checkpoints"))
            .unwrap()
            .count()
            > 1
    );
}

#[test]
fn an_old_copy_of_the_data_is_refused_until_the_loss_is_on_record() {
    let desk = Desk::new();
    drop(desk.up(&[]));
    copy(&desk.path("data"), &desk.path("backup"));
    let up = desk.up(&[]);
    desk.register("lost");
    desk.ends(&["receipt", "get", "7"], 0);
    drop(up);
    std::fs::remove_dir_all(desk.path("data")).unwrap();
    copy(&desk.path("backup"), &desk.path("data"));

    let again = ["up", "--data", "data", "--listen", "127.0.0.1:0"];
    let told = desk.ends(&again, 5);
    assert!(told.contains("put back to an earlier state"), "{told}");
    assert!(told.contains("cinnabar sign ledger.recovered"), "{told}");

    let subject = "ledger/demo";
    desk.ends(
        &[
            "sign",
            "ledger.recovered",
            "--subject",
            subject,
            "--data",
            "@data/recovery.json",
            "reasons=The disk failed.",
            "--as",
            "wang:institution_admin",
            "--as",
            "zhao:institution_admin",
            "--key",
            "data/keys/wang.key",
            "--out",
            "recovered.statement",
        ],
        0,
    );
    // Half signed is not signed.
    let recover = [&again[..], &["--recover", "recovered.statement"]].concat();
    desk.ends(&recover, 4);
    desk.ends(
        &[
            "cosign",
            "recovered.statement",
            "--key",
            "data/keys/zhao.key",
            "--yes",
        ],
        0,
    );
    let up = desk.up(&["--recover", "recovered.statement"]);
    desk.register("found");
    drop(up);
    // Once it is on record, nothing more is needed.
    drop(desk.up(&[]));
}

#[test]
fn a_post_quantum_line_stands_under_each_checkpoint() {
    let desk = Desk::new();
    let up = desk.up(&["--empty", "--post-quantum"]);
    assert!(
        up.said.contains("Second log key, post-quantum: "),
        "{}",
        up.said
    );
    desk.ends(&["receipt", "get", "0"], 0);
    let receipt = desk.receipt("0.receipt.json");
    let lines = receipt.proof().checkpoint.signatures();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[1].signature().len(), 8 + 2420);
}
