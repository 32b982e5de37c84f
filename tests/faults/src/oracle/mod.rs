//! The oracle G1 to G8: what must hold after every fault, told from the journal and from what the ledger shows the world.
//!
//! | | what must hold |
//! |---|---|
//! | G1 | every entry with a receipt is present, byte for byte, at the receipt's sequence |
//! | G2 | the receipt verifies, and the tree of today begins with the tree that it was given under |
//! | G3 | nothing is present that nobody sent, and each id at most once |
//! | G4 | the sequence has no gaps, chain and tree agree, with the newest checkpoint too |
//! | G5 | each view is the fold of the entries (`verify --views`) |
//! | G6 | whoever was not answered finds the statement whole or not at all, and asking again gives one receipt |
//! | G7 | the node says that it is ready when, and only when, it is |
//! | G8 | the second verifier says what the first says |

mod told;

use std::path::Path;

use cinnabar_events::Entry;
use cinnabar_tests::desk::Desk;
use cinnabar_tests::running::{Ran, eventually};
use cinnabar_tests::{program, root};
use cinnabar_tlog::{Note, VerifierKey};

pub use told::{Ledger, Verdict, compare, operations};

use crate::book::{self, Line};

/// Most entries that the second verifier is asked about where it has to do Ed25519 in Python: 10 ms for each signature.
const SECOND_MAX: u64 = 600;

/// Checks G1 to G8 for the ledger that the desk is about, with what these journals saw.
///
/// # Panics
/// If one of them doesn't hold; the message says what is wrong.
#[track_caller]
pub fn judge(desk: &Desk, books: &[&Path]) -> Verdict {
    let mut lines: Vec<Line> = Vec::new();
    for book in books {
        lines.extend(book::read(book).expect("a journal that can be read"));
    }
    judge_lines(desk, &lines)
}

/// The same, for lines of a journal.
///
/// # Panics
/// If something doesn't hold.
#[track_caller]
pub fn judge_lines(desk: &Desk, lines: &[Line]) -> Verdict {
    // G7: nothing is at fault, so it must be ready, soon.
    eventually("a node that says that it is ready", || {
        (desk.ask("/readyz").0 == 200).then_some(())
    });
    drop(desk.run(&["export", "--out", "oracle.jsonl"]).ends(0));
    let ledger = read(desk, "oracle.jsonl");
    let entries = ledger.entries.len() as u64;
    let verdict = match compare(&ledger, lines) {
        Ok(verdict) => verdict,
        Err(wrong) => panic!("{} things are wrong:\n{}", wrong.len(), wrong.join("\n")),
    };
    let api = desk.setting("api");
    // G5, and everything else that our own verifier knows.
    desk.verify(&["--from", &api, "--views", &api])
        .ends(0)
        .says(&format!("VERIFIED: {entries} entries"));
    if entries <= SECOND_MAX || is_quick(desk) {
        second(desk, entries);
    }
    verdict
}

/// Whether Python has a library for signatures.
fn is_quick(desk: &Desk) -> bool {
    desk.shell("python3 -c 'import blake3, cryptography'").code == Some(0)
}

/// G8: two verifiers, one verdict.
fn second(desk: &Desk, entries: u64) {
    let key = desk.setting("vkey");
    let script = root().join("tools/second-verifier/verify.py");
    let mut command = desk.command(Path::new("python3"), &["-B"]);
    command
        .arg(script)
        .args(["oracle.jsonl", "--log-key", &key, "--json"]);
    let second = Ran::of(&mut command).ends(0).json();
    let mut command = desk.command(&program("verify"), &["--from", "oracle.jsonl"]);
    let first = Ran::of(command.args(["--log-key", &key, "--json"]))
        .ends(0)
        .json();
    for report in [first, second] {
        assert_eq!(report["verdict"], "verified", "{report:#}");
        assert_eq!(report["entries"], entries, "{report:#}");
    }
}

/// Reads an export at the desk, and the checkpoint beside it.
///
/// # Panics
/// If it is none.
#[must_use]
pub fn read(desk: &Desk, export: &str) -> Ledger {
    let text = std::fs::read(desk.path(export)).expect("an export");
    let lines = text
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty());
    let entries = lines.map(|line| Entry::parse(line).expect("an export has entries"));
    let note = std::fs::read(desk.path(&format!("{export}.checkpoint"))).expect("a checkpoint");
    Ledger {
        entries: entries.collect(),
        newest: Note::parse(&note).expect("a signed note"),
        key: VerifierKey::parse(&desk.setting("vkey")).expect("the log's key"),
    }
}
