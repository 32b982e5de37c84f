//! The oracle can fail: each lie that a ledger could tell is found, by the guarantee that it breaks.
#![allow(clippy::unwrap_used)]

use cinnabar_events::{Entry, Kind, Receipt};
use cinnabar_faults::book::{Line, What};
use cinnabar_faults::oracle::{Ledger, Verdict, compare};
use cinnabar_governance::testing::{Town, key};
use cinnabar_tlog::{
    Algorithm, Checkpoint, Frontier, KeyName, LeafIndex, MemoryTree, NoteSigner, Size, TlogProof,
    VerifierKey, inclusion_proof,
};
use serde_json::json;

const ORIGIN: &str = "ledger.example.org/ai-register";

fn signer() -> NoteSigner {
    NoteSigner::from_seed(KeyName::new(ORIGIN).unwrap(), &key("log").to_bytes())
}

/// A ledger that shows these entries, and signs for them.
fn shown(entries: &[Entry]) -> Ledger {
    let mut frontier = Frontier::empty();
    entries
        .iter()
        .for_each(|entry| frontier.push(entry.leaf_hash()));
    let public = key("log").verifying_key().to_bytes();
    let newest = Checkpoint {
        origin: ORIGIN.parse().unwrap(),
        size: Size::new(entries.len() as u64),
        root: frontier.root(),
    };
    Ledger {
        entries: entries.to_vec(),
        newest: newest.sign(&signer()).unwrap(),
        key: VerifierKey::new(KeyName::new(ORIGIN).unwrap(), Algorithm::Ed25519, &public).unwrap(),
    }
}

/// The receipt for the entry at `index`, under the checkpoint of the first `size` of these.
fn receipt(entries: &[Entry], index: usize, size: usize) -> String {
    let mut tree = MemoryTree::default();
    for entry in &entries[..size] {
        tree.push(entry.leaf_hash());
    }
    let (leaf, size) = (LeafIndex::new(index as u64), Size::new(size as u64));
    let checkpoint = Checkpoint {
        origin: ORIGIN.parse().unwrap(),
        size,
        root: tree.root(),
    };
    let proof = TlogProof {
        extra: None,
        index: leaf,
        inclusion: inclusion_proof(leaf, size, &tree).unwrap(),
        checkpoint: checkpoint.sign(&signer()).unwrap(),
    };
    String::from_utf8(Receipt::new(entries[index].clone(), proof).to_bytes()).unwrap()
}

/// Entries of a town, of which the last three are said by `li`, and a journal of all of it.
fn three() -> (Vec<Entry>, Vec<Line>) {
    let mut town = Town::populated();
    for name in ["a", "b", "c"] {
        let data = json!({"name": name, "organisationKind": "enterprise"});
        let subject = format!("organisation/new-{name}");
        let kind = Kind::OrganisationRegistered;
        let draft = town.draft(kind, &subject, &["li:registrar"], &data);
        town.say(&draft).unwrap();
    }
    let entries = town.entries().to_vec();
    let mut lines = Vec::new();
    let actor = |entry: &Entry| entry.statement().first_signer().actor.as_str().to_owned();
    for (index, entry) in entries.iter().enumerate() {
        let statement = entry.statement();
        let at = index as u64 * 10;
        let line = |at, what| Line {
            id: statement.id.to_string(),
            actor: actor(entry),
            client: 1,
            at,
            what,
        };
        let request = String::from_utf8(entry.signed().to_request()).unwrap();
        lines.push(line(at, What::Sent { request }));
        let receipt = receipt(&entries, index, index + 1);
        let again = false;
        lines.push(line(at + 5, What::Receipt { again, receipt }));
    }
    (entries, lines)
}

/// What is wrong, all of it.
#[track_caller]
fn wrong(ledger: &Ledger, lines: &[Line]) -> String {
    compare(ledger, lines).expect_err("it lies").join("\n")
}

#[test]
fn an_honest_ledger_passes() {
    let (entries, lines) = three();
    let verdict = compare(&shown(&entries), &lines).unwrap();
    let receipts = lines.len() / 2;
    let expected = Verdict {
        entries: entries.len(),
        requests: receipts,
        receipts,
        ..Verdict::default()
    };
    assert_eq!(verdict, expected);
}

#[test]
fn an_entry_with_a_receipt_that_is_lost_or_changed_is_missed() {
    let (entries, lines) = three();
    let short = wrong(&shown(&entries[..entries.len() - 1]), &lines);
    assert!(
        short.contains("G1/G2") && short.contains("is lost"),
        "{short}"
    );

    // Signed again by the log, with another time.
    let mut changed = entries.clone();
    let last = changed.pop().unwrap();
    let text = String::from_utf8(last.bytes().to_vec()).unwrap();
    let at = text.find("\"time\":\"20").unwrap() + 10;
    let other = format!("{}99{}", &text[..at], &text[at + 2..]);
    changed.push(Entry::parse(other.into_bytes()).unwrap());
    let other = wrong(&shown(&changed), &lines);
    assert!(
        other.contains("another one than the receipt says"),
        "{other}"
    );
    // Whoever has a receipt for an entry before it, from later, sees it too.
    let (before, size) = (entries.len() - 2, entries.len());
    let mut lines = lines[..lines.len() - 2].to_vec();
    lines.last_mut().unwrap().what = What::Receipt {
        again: true,
        receipt: receipt(&entries, before, size),
    };
    let other = wrong(&shown(&changed), &lines);
    assert!(other.contains("about another ledger"), "{other}");
}

#[test]
fn a_receipt_for_more_than_there_is_and_a_forged_one_are_seen() {
    let (entries, mut lines) = three();
    let ledger = shown(&entries);
    let last = lines.last_mut().unwrap();
    let What::Receipt { receipt, .. } = &mut last.what else {
        panic!("a receipt")
    };
    let at = receipt.find("\"sig\":\"").unwrap() + 8;
    let swap = if receipt.as_bytes()[at] == b'A' {
        "B"
    } else {
        "A"
    };
    receipt.replace_range(at..=at, swap);
    let forged = wrong(&ledger, &lines);
    assert!(forged.contains("G1/G2"), "{forged}");
}

#[test]
fn what_nobody_sent_and_what_was_refused_must_not_be_there() {
    let (entries, lines) = three();
    let ledger = shown(&entries);
    let without = &lines[..lines.len() - 2];
    let unsent = wrong(&ledger, without);
    assert!(unsent.contains("G3: nobody sent"), "{unsent}");

    let mut refused = lines.clone();
    let problem = json!({"status": 403, "code": "no"});
    refused.last_mut().unwrap().what = What::Refused { problem };
    let refused = wrong(&ledger, &refused);
    assert!(
        refused.contains("was refused, and is recorded"),
        "{refused}"
    );

    let mut other = lines.clone();
    let at = other.len() - 2;
    let What::Sent { request } = &mut other[at].what else {
        panic!("a request")
    };
    *request = request.replace("\"c\"", "\"d\"");
    let other = wrong(&ledger, &other);
    assert!(other.contains("with bytes that nobody sent"), "{other}");
}

#[test]
fn a_gap_a_repetition_and_a_checkpoint_of_something_else_are_seen() {
    let (entries, _) = three();
    let mut gap = entries.clone();
    gap.remove(entries.len() - 2);
    assert!(wrong(&shown(&gap), &[]).contains("G4: sequence"));
    let mut twice = entries.clone();
    twice.push(entries.last().unwrap().clone());
    let twice = wrong(&shown(&twice), &[]);
    assert!(
        twice.contains("G3") && twice.contains("is recorded at"),
        "{twice}"
    );
    let stale = Ledger {
        newest: shown(&entries[..3]).newest,
        ..shown(&entries)
    };
    assert!(wrong(&stale, &[]).contains("about other entries"));
}

#[test]
fn whoever_was_not_answered_may_be_recorded_or_not() {
    let (entries, mut lines) = three();
    let why = "no answer in time".to_owned();
    lines.last_mut().unwrap().what = What::Unanswered { why };
    for ledger in [shown(&entries), shown(&entries[..entries.len() - 1])] {
        let verdict = compare(&ledger, &lines).unwrap();
        assert_eq!((verdict.unsettled, verdict.doubted), (1, 1));
    }
}
