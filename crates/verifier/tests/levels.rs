//! Levels, indexes of dossiers, listed checkpoints, cosignatures, and going on from a state.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use cinnabar_events::{Kind, Payload};
use cinnabar_governance::testing::{Town, key};
use cinnabar_tlog::{Checkpoint, Cosigner, KeyName, Note, PosixSeconds, TrustPolicy};
use cinnabar_verifier::{
    Check, Levels, Options, Report, Shelf, ShelfChange, Start, State, Unreadable, Verdict, Verifier,
};
use common::*;

/// A shelf in memory, shared with the test.
#[derive(Clone, Debug, Default)]
struct Board(Arc<Mutex<Boards>>);

type Map = BTreeMap<Vec<u8>, Vec<u8>>;

#[derive(Debug, Default)]
struct Boards {
    records: Map,
    committed: Option<(Map, Vec<u8>)>,
}

impl Shelf for Board {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Unreadable> {
        Ok(self.0.lock().unwrap().records.get(key).cloned())
    }

    fn keys(&self, prefix: &[u8], each: &mut dyn FnMut(&[u8])) -> Result<(), Unreadable> {
        let boards = self.0.lock().unwrap();
        let keys = boards.records.keys();
        keys.filter(|key| key.starts_with(prefix))
            .for_each(|key| each(key));
        Ok(())
    }

    fn put(&mut self, changes: Vec<ShelfChange>) -> Result<(), Unreadable> {
        assert!(changes.is_sorted_by(|a, b| a.0 < b.0));
        let mut boards = self.0.lock().unwrap();
        for (key, value) in changes {
            match value {
                Some(value) => boards.records.insert(key, value),
                None => boards.records.remove(&key),
            };
        }
        Ok(())
    }

    fn commit(&mut self, state: &[u8]) -> Result<(), Unreadable> {
        let mut boards = self.0.lock().unwrap();
        boards.committed = Some((boards.records.clone(), state.to_vec()));
        Ok(())
    }
}

impl Board {
    /// What a crash leaves: the last commit.
    fn reopened(&self) -> (Self, State) {
        let (records, state) = self.0.lock().unwrap().committed.clone().unwrap();
        let state = State::parse(&state, &log_key(), None, Levels::ALL).unwrap();
        let boards = Boards {
            records,
            committed: None,
        };
        (Self(Arc::new(Mutex::new(boards))), state)
    }
}

/// A town with indexes of its dossiers, one late.
fn indexed() -> Town {
    let mut town = town();
    town.index_dossiers();
    town.accepted("d");
    town.index_dossiers();
    town.accepted("e");
    town
}

fn first_run(entries: &[Vec<u8>], size: usize) -> Board {
    let board = Board::default();
    let options = Options::new(log_key(), Some(checkpoint(&entries[..size])));
    let start = Start::Edge(Default::default());
    let mut verifier = Verifier::on_shelf(options, Box::new(board.clone()), start).unwrap();
    verifier.push(&export(&entries[..size]));
    assert!(verifier.finish().is_verified());
    board
}

fn goes_on(board: &Board, entries: &[Vec<u8>]) -> Report {
    let (board, state) = board.reopened();
    let options = Options::new(log_key(), Some(checkpoint(entries)));
    let start = Start::Edge(state.frontier().unwrap());
    let rest = export(entries)[usize::try_from(state.offset()).unwrap()..].to_vec();
    let mut verifier = Verifier::resume(options, Box::new(board), &state, start).unwrap();
    verifier.push(&rest);
    verifier.finish()
}

#[test]
fn going_on_from_a_state_gives_the_report_of_one_audit() {
    let entries = entries(&indexed());
    let whole = audit(&entries, &export(&entries));
    assert!(whole.is_verified(), "{whole:#?}");
    assert_eq!(whole.indexes, 2);
    for size in [1, OPENING, TOWN - 1, TOWN, TOWN + 1, entries.len()] {
        let mut report = goes_on(&first_run(&entries, size), &entries);
        assert_eq!(report.resumed.take().unwrap().size, size as u64);
        assert_eq!(report.read, (entries.len() - size) as u64);
        report.read = whole.read;
        for (mine, other) in report.levels.iter().zip(&whole.levels) {
            assert_eq!(mine, other, "from {size}");
        }
        assert_eq!(report, whole, "from {size}");
    }
}

#[test]
fn what_the_rules_refuse_is_refused_after_going_on_too() {
    let mut town = indexed();
    let size = town.entries().len();
    let twice = town.submission("a");
    town.force(town.sign(&twice));
    let entries = entries(&town);
    let report = goes_on(&first_run(&entries, size), &entries);
    assert_eq!(found(&report), [(Some(size as u64), Check::Rules.code())]);
}

#[test]
fn an_interrupted_audit_goes_on_from_where_it_was_kept() {
    let entries = entries(&indexed());
    let board = Board::default();
    let options = Options::new(log_key(), Some(checkpoint(&entries)));
    let start = Start::Edge(Default::default());
    let mut verifier = Verifier::on_shelf(options, Box::new(board.clone()), start).unwrap();
    let lines = export(&entries[..20]);
    verifier.push(&lines[..lines.len() - 100]);
    // Of 19 whole lines the last two wait for a neighbour.
    assert_eq!(verifier.interrupt().unwrap(), 17);
    verifier.push_cut("the rest");
    assert_eq!(verifier.finish().verdict, Verdict::Undecided);
    let report = goes_on(&board, &entries);
    assert!(report.is_verified(), "{report:#?}");
    assert_eq!(report.resumed.unwrap().size, 17);
}

#[test]
fn a_log_that_rewrites_what_was_verified_is_found_by_the_root() {
    let town = indexed();
    let honest = entries(&town);
    let board = first_run(&honest, TOWN);
    let mut other = Town::populated();
    other.accepted("x");
    while other.entries().len() < TOWN + 2 {
        let draft = other.submission(&format!("y{}", other.entries().len()));
        other.say(&draft).unwrap();
    }
    let rewritten = entries(&other);
    let (shelf, state) = board.reopened();
    let options = Options::new(log_key(), Some(checkpoint(&rewritten)));
    let start = Start::Edge(state.frontier().unwrap());
    let mut verifier = Verifier::resume(options, Box::new(shelf), &state, start).unwrap();
    for entry in &rewritten[TOWN..] {
        verifier.push_entry(entry);
    }
    assert_eq!(verifier.finish().verdict, Verdict::Findings);
    // Read from the start, with the checkpoint of the first audit: two roots for one size.
    let kept = state.checkpoint().unwrap().as_bytes().to_vec();
    let report = audit_with(
        Options {
            older: vec![kept],
            ..Options::new(log_key(), Some(checkpoint(&rewritten)))
        },
        &export(&rewritten),
    );
    assert_eq!(report.verdict, Verdict::Fork);
    let fork = report.findings.last().unwrap();
    assert!(fork.found.contains(state.root()), "{fork:?}");
}

#[test]
fn a_state_of_something_else_is_refused() {
    let entries = entries(&town());
    let (_, state) = first_run(&entries, TOWN).reopened();
    let bytes = state.to_bytes();
    let parse = |bytes: &[u8], levels: &str| {
        let levels = levels.parse().unwrap();
        State::parse(bytes, &log_key(), None, levels)
            .map(|_| ())
            .map_err(|refused| refused.to_string())
    };
    assert_eq!(parse(&bytes, "all"), Ok(()));
    assert!(parse(&bytes, "tree").unwrap_err().contains("levels"));
    let text = String::from_utf8(bytes.clone()).unwrap();
    let newer = text.replacen("\"format\":1", "\"format\":2", 1);
    assert!(
        parse(newer.as_bytes(), "all")
            .unwrap_err()
            .contains("format 2")
    );
    let other = text.replacen("ai-register+", "bi-register+", 1);
    assert!(
        parse(other.as_bytes(), "all")
            .unwrap_err()
            .contains("another")
            || parse(other.as_bytes(), "all").is_err()
    );
    let size = format!("\"size\":{TOWN}");
    let larger = text.replacen(&size, &format!("\"size\":{}", TOWN + 1), 1);
    assert_ne!(larger, text);
    assert!(
        parse(larger.as_bytes(), "all")
            .unwrap_err()
            .contains("damaged")
    );
    let other = cinnabar_events::LedgerId::from_bytes([1; 32]);
    assert!(State::parse(&bytes, &log_key(), Some(other), Levels::ALL).is_err());
}

#[test]
fn an_index_that_is_not_of_the_dossiers_is_named() {
    let mut town = indexed();
    let right = town.index_dossiers();
    let statement = town.entries()[right.get() as usize].statement().clone();
    town.accepted("f");
    // The same root over more entries: what is new would be proved to be absent.
    let Payload::DossiersIndexed(mut index) = statement.payload.clone() else {
        panic!("an index");
    };
    index.size = town.entries().len() as u64;
    let lie =
        cinnabar_governance::dossiers_indexed(town.ledger(), statement.subject.clone(), *index);
    let seq = town.force(town.sign_as(&lie, &["ledger"]).unwrap());
    let entries = entries(&town);
    let report = audit(&entries, &export(&entries));
    assert_eq!(found(&report), [(Some(seq.get()), Check::Dossiers.code())]);
    assert_eq!(report.indexes, 3);
}

#[test]
fn each_level_finds_what_is_its_own_and_says_what_it_did() {
    let mut town = town();
    let forged = town.submission("a");
    town.force(town.sign(&forged));
    let honest = entries(&town);
    let with = |levels: &str, lines: &[Vec<u8>]| {
        let options = Options {
            levels: levels.parse().unwrap(),
            ..Options::new(log_key(), Some(checkpoint(&honest)))
        };
        audit_with(options, &export(lines))
    };
    for levels in [
        "chain",
        "tree",
        "bytes",
        "form",
        "authors",
        "dossiers",
        "checkpoints",
    ] {
        let report = with(levels, &honest);
        assert!(report.is_verified(), "{levels}: {report:#?}");
        let done: Vec<_> = report
            .levels
            .iter()
            .map(|done| done.level.as_str())
            .collect();
        assert!(
            done.contains(&levels) && !done.contains(&"rules"),
            "{done:?}"
        );
        assert_eq!(report.head, with("all", &honest).head);
    }
    assert_eq!(with("rules", &honest).verdict, Verdict::Findings);
    // An approval with another reason, chained and signed by the log: only its authors' signatures tell.
    let at = at(&honest, Kind::ApprovalGranted, "product/a");
    let mut changed = honest.clone();
    changed[at] = later(&changed[at]);
    for levels in ["chain", "tree", "bytes", "form"] {
        let report = with(levels, &changed);
        let first = report.findings.first();
        assert_eq!(
            first.and_then(|one| one.sequence),
            Some(at as u64),
            "{levels}"
        );
    }
    let mut spaced = honest.clone();
    spaced[at].push(b' ');
    assert_eq!(
        found(&with("bytes", &spaced))[0],
        (Some(at as u64), Check::Framing.code())
    );
}

#[test]
fn every_checkpoint_that_the_log_lists_must_be_on_the_line() {
    let entries = entries(&town());
    let with = |listed: &[Vec<u8>]| {
        let mut verifier = Verifier::new(Options::new(log_key(), Some(checkpoint(&entries))));
        listed.iter().for_each(|note| verifier.push_listed(note));
        verifier.push(&export(&entries));
        verifier.finish()
    };
    let honest: Vec<_> = (1..=TOWN)
        .map(|size| checkpoint(&entries[..size]))
        .collect();
    let report = with(&honest);
    assert!(report.is_verified());
    assert_eq!(report.listed, TOWN as u64);
    let mut swapped = entries[..9].to_vec();
    swapped.swap(7, 8);
    let report = with(&[honest.clone(), vec![checkpoint(&swapped)]].concat());
    assert_eq!(report.verdict, Verdict::Fork);
    assert_eq!(found(&report), [(None, Check::Fork.code())]);
    // One that the log signed for more than it shows.
    let mut more = entries.clone();
    more.push(entries[1].clone());
    assert_eq!(with(&[checkpoint(&more)]).verdict, Verdict::Undecided);
}

#[test]
fn a_quorum_that_is_not_met_is_a_finding_and_a_met_one_is_shown_with_its_times() {
    let entries = entries(&town());
    let note = Note::parse(&checkpoint(&entries)).unwrap();
    let signed = Checkpoint::parse(note.text()).unwrap();
    let witness =
        |name: &str| Cosigner::from_seed(KeyName::new(name).unwrap(), &key(name).to_bytes());
    let (one, two) = (witness("w1.example.org"), witness("w2.example.org"));
    let policy = format!(
        "log {}\nwitness one {}\nwitness two {}\ngroup both all one two\nquorum both\n",
        log_key(),
        one.verifier(),
        two.verifier()
    );
    let policy = TrustPolicy::parse(&policy).unwrap();
    let time = |seconds| PosixSeconds::new(seconds).unwrap();
    let half = note
        .with_signature(one.cosign(&signed, time(1_700_000_000)))
        .unwrap();
    let full = half
        .clone()
        .with_signature(two.cosign(&signed, time(1_700_000_007)))
        .unwrap();
    let with = |note: &Note| {
        let options = Options {
            policy: Some(policy.clone()),
            ..Options::new(log_key(), Some(note.to_string().into_bytes()))
        };
        audit_with(options, &export(&entries))
    };
    let report = with(&full);
    assert!(report.is_verified(), "{report:#?}");
    let quorum = report.quorum.unwrap();
    let times: Vec<_> = quorum.cosigned.iter().map(|by| by.time).collect();
    assert_eq!(
        (quorum.quorum.as_deref(), times),
        (Some("both"), vec![1_700_000_000, 1_700_000_007])
    );
    assert_eq!(found(&with(&half)), [(None, Check::Quorum.code())]);
}
