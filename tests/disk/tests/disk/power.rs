//! The power goes (R2): what was not synced is lost, kept, or torn.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use cinnabar_disk::check::{Found, in_ledger, in_store, in_stream};
use cinnabar_disk::disk::Disk;
use cinnabar_disk::journal::{Journal, Load};
use cinnabar_disk::power::{Keeps, Names, after};
use cinnabar_disk::tree::{Op, Tree};
use cinnabar_disk::up::Up;
use cinnabar_tests::tally::{ran, seed, thorough, times};
use fastrand::Rng;

use crate::common::{laid_out, mounted};

/// How long a statement may take on a disk that is well.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs a load on a disk that remembers: what was done to the disk, and which receipts were given when.
fn recorded(disk: &Arc<Disk>) -> (Vec<Op>, Journal) {
    let up = Up::start(disk.path());
    let data = disk.path().join("data");
    let load = Load::on(&data, disk.clone());
    load.send(times(60, 200), 1, PATIENCE);
    load.send(times(240, 1000), 16, PATIENCE);
    let journal = load.journal();
    let trace = disk.trace();
    drop(up);
    assert_eq!(journal.given.len(), 2 + times(300, 1200), "{journal:?}");
    (trace, journal)
}

/// A state that a crash may leave.
#[derive(Clone, Copy, Debug)]
struct Crash {
    until: usize,
    keeps: Keeps,
    names: Names,
}

/// Some moments of a trace, each with something lost.
fn crashes(trace: &[Op], count: usize, rng: &mut Rng) -> Vec<Crash> {
    let ways = [
        (Keeps::Some, Names::Ordered),
        (Keeps::Nothing, Names::Ordered),
        (Keeps::Some, Names::Loose),
        (Keeps::Some, Names::Ordered),
        (Keeps::Nothing, Names::Loose),
        (Keeps::All, Names::Ordered),
    ];
    (0..count)
        .map(|number| {
            let (keeps, names) = ways[number % ways.len()];
            let until = rng.usize(0..=trace.len());
            Crash {
                until,
                keeps,
                names,
            }
        })
        .collect()
}

/// What was found, by what it was, with the number of times.
#[derive(Debug, Default)]
struct Tally(BTreeMap<String, u64>);

impl Tally {
    fn count(&mut self, found: &Found) {
        let what = match found {
            Found::Whole => "whole".to_owned(),
            Found::Refused(why) => format!("refused: {}", plain(why)),
            Found::Lost { .. } => "lost".to_owned(),
        };
        *self.0.entry(what).or_default() += 1;
    }
}

/// A reason without what differs from run to run.
fn plain(why: &str) -> String {
    let words = why.split_whitespace().filter(|word| !word.contains('/'));
    let kept: Vec<_> = words
        .filter(|word| !word.chars().any(|letter| letter.is_ascii_digit()))
        .collect();
    kept.join(" ")
}

#[test]
fn what_a_receipt_was_given_for_survives_a_power_cut() {
    let Some(disk) = mounted() else { return };
    let (trace, journal) = recorded(&disk);
    println!(
        "{} operations, {} receipts",
        trace.len(),
        journal.given.len()
    );
    let mut rng = Rng::with_seed(seed());
    let mut points = crashes(&trace, times(60, 600), &mut rng);
    if thorough() {
        points.extend(after_syncs(&trace));
    }
    let mut found = [Tally::default(), Tally::default(), Tally::default()];
    // Of the states so many are tried with the whole program.
    let step = points.len() / times(5, 60);
    for (number, crash) in points.iter().enumerate() {
        let tree = after(&trace, crash.until, crash.keeps, crash.names, &mut rng);
        let whole_program = number % step == 0;
        judge(*crash, &tree, &journal, whole_program, &mut found);
    }
    println!("the database alone, the whole program, the stream alone: {found:#?}");
    without_syncs(&trace, &journal, &mut rng);
    let [database, program, stream] = found.map(|tally| tally.0.values().sum::<u64>());
    ran(
        "R2",
        &format!(
            "power cuts: {database} states of the database, {stream} of the stream, {program} with the whole program; {} receipts, 0 lost",
            journal.given.len()
        ),
    );
}

/// Every boundary of a sync, with what was synced and nothing else.
fn after_syncs(trace: &[Op]) -> impl Iterator<Item = Crash> {
    let syncs = trace.iter().enumerate();
    syncs.filter_map(|(index, op)| {
        matches!(op, Op::Sync { .. }).then_some(Crash {
            until: index + 1,
            keeps: Keeps::Nothing,
            names: Names::Ordered,
        })
    })
}

/// Looks at each of the two records by itself, since one would make up for the other, and lets the whole program recover from both.
fn judge(crash: Crash, tree: &Tree, journal: &Journal, whole_program: bool, tallies: &mut [Tally]) {
    let given = || journal.before(crash.until);
    // Before the first receipt there may be no ledger yet. A name whose folder was not synced may be lost with a whole
    // file: then the one record says so, and the other one has it. Where names are that loose the log stream is lost with each crash, and
    // head file and mark may know of the block that was being committed: then the program refuses to start rather than to guess whether
    // anybody had its receipts, although the database by itself has every receipt that was given.
    let promised = given().next().is_some();
    let alone = promised && crash.names == Names::Ordered;
    let mut check = |number: usize, who: &str, found: Found, must_be_whole: bool| {
        tallies[number].count(&found);
        let refuses = matches!(found, Found::Refused(_)) && !must_be_whole;
        assert!(
            found == Found::Whole || refuses,
            "{who} after {crash:?}: {found:?}"
        );
    };
    let folder = laid_out(tree);
    let database = in_store(folder.path(), &mut given());
    let has_all = database == Found::Whole;
    check(0, "the database", database, alone);
    if whole_program {
        let found = in_ledger(folder.path(), &mut given());
        check(1, "the ledger", found, alone || promised && !has_all);
        let folder = laid_out(tree);
        let found = in_stream(folder.path(), &mut given());
        check(2, "the stream", found, alone);
    }
}

/// The proof that this test can fail: the same load, had the database not been synced, or the log stream.
fn without_syncs(trace: &[Op], journal: &Journal, rng: &mut Rng) {
    let until = trace.len();
    for (of, is_database) in [(".log", true), ("_LOG/msgs", false)] {
        let trace = unsynced(trace, of);
        let tree = after(&trace, until, Keeps::Nothing, Names::Ordered, rng);
        let folder = laid_out(&tree);
        let mut given = journal.before(until);
        let found = match is_database {
            true => in_store(folder.path(), &mut given),
            false => in_stream(folder.path(), &mut given),
        };
        assert!(found != Found::Whole, "without syncs of {of} all is well");
    }
}

/// The trace of a program that doesn't sync files whose path contains `of`.
fn unsynced(trace: &[Op], of: &str) -> Vec<Op> {
    let mut tree = Tree::default();
    let mut skips = |op: &Op| {
        tree.apply(op);
        let is = |node| tree.path(node).to_string_lossy().contains(of);
        matches!(op, Op::Sync { node, .. } if is(*node))
    };
    let nothing = Op::Sync { node: 0, begun: 0 };
    let keep = |op: &Op| match skips(op) {
        true => nothing.clone(),
        false => op.clone(),
    };
    trace.iter().map(keep).collect()
}
