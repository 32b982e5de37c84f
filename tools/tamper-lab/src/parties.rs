//! Who could notice, and with what: each of them really looks, with the tools that anybody has.

use std::fs;
use std::path::Path;
use std::process::Command;

use cinnabar_evidence::{Exhibit, Lines, Trust, Verdict, denounce};
use cinnabar_tests::program;
use cinnabar_tlog::{
    AddCheckpoint, ConsistencyProof, MemoryTree, Note, Size, consistency_proof, leaf_hash,
};
use cinnabar_witness::Witness;
use cinnabar_witness::server::{Answer, Options};
use serde_json::Value as Json;

use crate::attack::Served;
use crate::honest::Honest;
use crate::story::Story;

/// Somebody who could notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// Holds one receipt, of an entry that the attack is about.
    Receipt,
    /// An auditor who kept yesterday's checkpoint.
    Yesterday,
    /// An auditor with the log's key and the ledger's id, and nothing else.
    Key,
    /// A witness that cosigned yesterday's checkpoint, and is asked to cosign today's.
    Witness,
    /// Two auditors who compare what they were shown: one of them the honest ledger.
    Notes,
}

impl Party {
    /// All, in the order of the table.
    pub const ALL: [Self; 5] = [
        Self::Receipt,
        Self::Yesterday,
        Self::Key,
        Self::Witness,
        Self::Notes,
    ];

    /// As the table's heading says it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Receipt => "holder of one receipt",
            Self::Yesterday => "auditor with yesterday's checkpoint",
            Self::Key => "auditor with nothing but the key",
            Self::Witness => "witness",
            Self::Notes => "two auditors comparing notes",
        }
    }

    /// Looks. What was noticed, in a few words; none if everything seems well.
    pub fn look(self, honest: &Honest, served: &Served) -> Option<String> {
        match self {
            Self::Receipt => receipt(honest, served),
            Self::Yesterday => {
                // Only what the checkpoint adds to the key alone.
                let alone = verify(honest, served, None);
                let kept = verify(honest, served, Some(&honest.kept()));
                (kept != alone).then_some(kept).flatten().or(alone)
            }
            Self::Key => verify(honest, served, None),
            Self::Witness => witness(honest, served),
            Self::Notes => notes(honest, served),
        }
    }
}

/// `verify` on what is served. The verdict and the first finding, unless all is well.
fn verify(honest: &Honest, served: &Served, kept: Option<&str>) -> Option<String> {
    let folder = tempfile::tempdir().expect("room for a folder");
    let (code, report) = run_verify(honest, served, kept, folder.path());
    if code == 0 {
        return None;
    }
    let verdict = report["verdict"].as_str().unwrap_or("no verdict");
    let first = &report["findings"][0];
    let check = first["check"].as_str().unwrap_or("no finding");
    let at = match first["sequence"].as_u64() {
        Some(sequence) => format!(" at {sequence}"),
        None => String::new(),
    };
    Some(match verdict {
        "findings" => format!("`{check}`{at}"),
        other => format!("{other}: `{check}`{at}"),
    })
}

fn run_verify(honest: &Honest, served: &Served, kept: Option<&str>, folder: &Path) -> (i32, Json) {
    let export = write_served(served, folder);
    let mut command = Command::new(program("verify"));
    command
        .arg("--from")
        .arg(&export)
        .args(["--log-key", &honest.key().to_string()])
        .args(["--ledger", &honest.id.to_string()])
        .args(["--json", "--quiet"]);
    if let Some(kept) = kept {
        let path = folder.join("kept.checkpoint");
        fs::write(&path, kept).expect("room for a checkpoint");
        command.arg("--old-checkpoint").arg(path);
    }
    let output = command.output().expect("verify runs");
    let report = serde_json::from_slice(&output.stdout).unwrap_or(Json::Null);
    (output.status.code().unwrap_or(-1), report)
}

/// The export and its checkpoint in `folder`; the path of the export.
pub fn write_served(served: &Served, folder: &Path) -> std::path::PathBuf {
    let export = folder.join("ledger.jsonl");
    fs::write(&export, served.story.export()).expect("room for an export");
    fs::write(folder.join("ledger.jsonl.checkpoint"), &served.checkpoint)
        .expect("room for a checkpoint");
    export
}

/// Whether the rules and every other check admit this story, signed by the operator.
pub fn is_sound(honest: &Honest, story: &Story) -> bool {
    let checkpoint = story.checkpoint(&honest.log).into_bytes();
    let mut options = cinnabar_verifier::Options::new(honest.key().clone(), Some(checkpoint));
    options.ledger = Some(honest.id);
    let mut verifier = cinnabar_verifier::Verifier::new(options);
    verifier.push(&story.export());
    verifier.finish().is_verified()
}

fn trust(honest: &Honest) -> Trust {
    Trust::key(honest.key().clone()).expect("the log's own key")
}

fn note(text: &str) -> Note {
    Note::parse(text.as_bytes()).expect("the operator signs notes")
}

fn compared(first: &Exhibit<'_>, second: &Exhibit<'_>, trust: &Trust) -> Option<String> {
    match denounce(first, second, trust, &[]) {
        Ok(Verdict::Agree { .. }) => None,
        Ok(Verdict::Contradiction { evidence, .. }) => {
            let proven = evidence.verify(trust).expect("the evidence holds");
            Some(format!("evidence: {}", words(proven.claim)))
        }
        Ok(Verdict::Undecided { missing, .. }) => Some(format!("{missing} is not to be had")),
        Err(error) => Some(error.to_string()),
    }
}

fn receipt(honest: &Honest, served: &Served) -> Option<String> {
    let receipt = Exhibit::parse(&served.receipt).expect("an honest receipt");
    let export = served.story.export();
    let lines = Lines(&export);
    let shown = Exhibit::export(note(&served.checkpoint), &lines);
    compared(&receipt, &shown, &trust(honest))
}

fn notes(honest: &Honest, served: &Served) -> Option<String> {
    let (first, second) = (honest.today.export(), served.story.export());
    let (first_lines, second_lines) = (Lines(&first), Lines(&second));
    let truth = Exhibit::export(note(&honest.today.checkpoint(&honest.log)), &first_lines);
    let shown = Exhibit::export(note(&served.checkpoint), &second_lines);
    compared(&truth, &shown, &trust(honest))
}

fn tree(story: &Story) -> MemoryTree {
    let mut tree = MemoryTree::new();
    for entry in &story.entries {
        tree.push(leaf_hash(entry));
    }
    tree
}

/// The request that leads from `old` to what is served, as far as it can be proven.
fn request(old: usize, story: &Story, checkpoint: &str) -> String {
    let (old, new) = (Size::new(old as u64), Size::new(story.size() as u64));
    let proof = match old <= new {
        true => consistency_proof(old, new, &tree(story)).expect("the operator has the tree"),
        false => ConsistencyProof::new(Vec::new()).expect("no hash is not too many"),
    };
    let request = AddCheckpoint {
        old,
        proof,
        checkpoint: note(checkpoint),
    };
    request.to_string()
}

fn witness(honest: &Honest, served: &Served) -> Option<String> {
    let folder = tempfile::tempdir().expect("room for a folder");
    let name = "witness.example.org/w1".parse().expect("a name");
    let options = Options::new(name, vec![honest.key().clone()]);
    let witness = Witness::open(folder.path(), options).expect("a witness");
    let kept = request(0, &honest.of_yesterday(), &honest.kept());
    let Answer::Cosigned(_) = witness.add_checkpoint(kept.as_bytes()) else {
        panic!("the witness did not cosign yesterday's checkpoint")
    };
    let today = request(honest.yesterday, &served.story, &served.checkpoint);
    match witness.add_checkpoint(today.as_bytes()) {
        Answer::Cosigned(_) => None,
        refused @ (Answer::Refused(_) | Answer::ClockBehind(_) | Answer::NotDurable) => {
            Some(format!("refuses, {}", refused.status()))
        }
    }
}

/// A claim as the evidence file spells it.
fn words(claim: cinnabar_evidence::Claim) -> String {
    let json = serde_json::to_value(claim).expect("a claim is a word");
    json.as_str().unwrap_or_default().replace('_', " ")
}
