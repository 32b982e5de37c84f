//! The power goes (R2): what was not synced is lost, kept, or torn.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

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
    let since = Instant::now();
    let (trace, journal) = recorded(&disk);
    let mut rng = Rng::with_seed(seed());
    eprintln!(
        "{} operations, {} receipts, {:?}",
        trace.len(),
        journal.given.len(),
        since.elapsed()
    );
    let mut tallies = [Tally::default(), Tally::default(), Tally::default()];
    let mut points = crashes(&trace, times(60, 400), &mut rng);
    if thorough() {
        // Every boundary of a sync, with what was synced and nothing else.
        let syncs = trace.iter().enumerate();
        points.extend(syncs.filter_map(|(index, op)| {
            let (keeps, names) = (Keeps::Nothing, Names::Ordered);
            matches!(op, Op::Sync { .. }).then_some(Crash {
                until: index + 1,
                keeps,
                names,
            })
        }));
    }
    for (number, crash) in points.iter().enumerate() {
        let Crash {
            until,
            keeps,
            names,
        } = *crash;
        let tree = after(&trace, until, keeps, names, &mut rng);
        let folder = laid_out(&tree);
        let given = || journal.before(until);
        let found = in_store(folder.path(), &mut given());
        tallies[0].count(&found);
        // A name that its folder was not synced for may be lost with a whole file: then it says so.
        let must_be_whole = names == Names::Ordered && given().next().is_some();
        assert!(
            found == Found::Whole || !must_be_whole && matches!(found, Found::Refused(_)),
            "the database after {crash:?}: {found:?}"
        );
        if number % times(12, 8) != 0 {
            continue;
        }
        let found = in_ledger(folder.path(), &mut given());
        tallies[1].count(&found);
        // Whichever of the two records has lost something has it from the other.
        let refuses = given().next().is_none() && matches!(found, Found::Refused(_));
        assert!(
            found == Found::Whole || refuses,
            "the ledger after {crash:?}: {found:?}"
        );
        let folder = laid_out(&tree);
        let found = in_stream(folder.path(), &mut given());
        tallies[2].count(&found);
        assert!(
            found == Found::Whole || !must_be_whole && matches!(found, Found::Refused(_)),
            "the stream after {crash:?}: {found:?}"
        );
    }
    eprintln!("{tallies:#?}, {:?}", since.elapsed());
    without_syncs(&trace, &journal, &mut rng);
    let sum = |tally: &Tally| tally.0.values().sum::<u64>();
    ran(
        "R2",
        &format!(
            "power cuts: {} states of the database, {} of the stream, {} with the whole program; {} receipts, 0 lost",
            sum(&tallies[0]),
            sum(&tallies[2]),
            sum(&tallies[1]),
            journal.given.len()
        ),
    );
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
