//! A node of the operator's, run over a data directory that he has tampered with.

use std::path::Path;
use std::process::Command;

use cinnabar_tests::desk::Desk;
use cinnabar_tests::http;
use cinnabar_tests::ledger::Ledger;
use cinnabar_tests::running::{Running, eventually};

use crate::attacks::Shown;
use crate::story::Story;

/// The line that a node begins with if it doesn't start.
const REFUSES: &str = "cinnabar: ";
/// The line that it ends with if it does.
const UP: &str = "Ctrl-C stops it.";
/// What stands before a witness's line for policies.
const POLICY_LINE: &str = "policy line";

/// Copies a file or a folder as it is, links and all.
///
/// # Panics
/// If there is no room.
pub fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-a").arg(from).arg(to).status();
    assert!(copied.expect("cp is on PATH").success());
}

/// A copy of a data directory, with the mark beside it, that nobody runs yet.
///
/// # Panics
/// If there is no room.
pub fn put_back(data: &Path, mark: &Path) -> Ledger {
    let ledger = Ledger::nowhere();
    copy(data, &ledger.data());
    copy(mark, &ledger.path("data.mark"));
    ledger
}

/// A witness of `log_key` in the folder `witness` at this desk, served; and the desk's file `policy` asks for its word.
///
/// # Panics
/// If it doesn't start.
pub fn serve_witness(desk: &Desk, name: &str, log_key: &str) -> Running {
    let words = ["witness", "--data", "witness", "--name", name];
    let place = ["--listen", "127.0.0.1:0", "--log", log_key];
    let running = Running::start(&mut desk.cinnabar(&[&words[..], &place].concat()));
    let said = running.wait_for_line(UP);
    let line = said.iter().find_map(|line| {
        let line = line.trim().strip_prefix(POLICY_LINE)?;
        Some(line.trim().to_owned())
    });
    let line = line.expect("it says what to put into a policy");
    let called = line.split(' ').nth(1).expect("a line has a name");
    let policy = format!("log {log_key}\n{line}\nquorum {called}\n");
    std::fs::write(desk.path("policy"), policy).expect("room for a policy");
    running
}

/// A node that runs.
#[derive(Debug)]
pub struct Node {
    up: Running,
    /// The desk at it.
    pub desk: Ledger,
}

/// Starts a node over the data. The error is why it refuses, as it says itself.
///
/// # Errors
/// The first clause of its reason.
pub fn start(ledger: Ledger, arguments: &[&str]) -> Result<Node, String> {
    let up = Running::start(&mut ledger.command(arguments));
    let refuses = eventually("the node, or why it refuses", || {
        let refused = up.err().into_iter().find_map(|line| {
            let reason = line.strip_prefix(REFUSES)?;
            Some(Some(reason.to_owned()))
        });
        let runs = up.out().iter().any(|line| line.starts_with(UP));
        refused.or_else(|| runs.then_some(None))
    });
    match refuses {
        None => Ok(Node { up, desk: ledger }),
        Some(reason) => Err(reason),
    }
}

impl Node {
    /// What it serves: its export and its newest checkpoint. None, and why, if it can't.
    ///
    /// # Errors
    /// What the export said.
    ///
    /// # Panics
    /// If it wrote no files.
    pub fn export(&self) -> Result<Shown, String> {
        let ran = self.desk.run(&["export", "--out", "data/served.jsonl"]);
        if ran.code != Some(0) {
            return Err(ran.err);
        }
        let path = self.desk.data().join("served.jsonl");
        let checkpoint = self.desk.data().join("served.jsonl.checkpoint");
        Ok(Shown {
            story: Story::of_export(&std::fs::read(path).expect("it was written")),
            checkpoint: std::fs::read_to_string(checkpoint).expect("it was written"),
        })
    }

    /// What it answers to whoever asks for the first `size` entries, fewer than a tile has: status and bytes.
    ///
    /// # Panics
    /// If it doesn't answer.
    pub fn entries(&self, size: usize) -> (u16, Vec<u8>) {
        let path = format!("/tile/entries/000.p/{size}");
        http::get(&self.desk.setting("api"), &path).expect("the node answers")
    }

    /// Stops it.
    pub fn stop(self) -> Ledger {
        self.up.interrupt();
        let _ = self.up.end();
        self.desk
    }
}
