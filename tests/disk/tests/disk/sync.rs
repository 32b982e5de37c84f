//! A sync that fails (R8), and one that takes its time (R9).

use std::time::Duration;

use cinnabar_disk::check::{Found, in_ledger, in_store, in_stream};
use cinnabar_disk::disk::Disk;
use cinnabar_disk::faults::{FailingSync, SlowSync};
use cinnabar_disk::journal::{Journal, Load};
use cinnabar_disk::power::{Keeps, Names, after};
use cinnabar_disk::up::Up;
use cinnabar_ledger::nats::publish::ACK_WITHIN;
use cinnabar_tests::running::eventually;
use cinnabar_tests::tally::{ran, seed, thorough, times};
use fastrand::Rng;

use crate::common::{laid_out, mounted};

/// How long a statement may take on a disk that is well.
const PATIENCE: Duration = Duration::from_secs(30);
/// More than the queue in front of the writer and the blocks on their way hold.
const CROWD: usize = 6000;
/// How long an answer is waited for after a sync failed.
const AFTER: Duration = Duration::from_secs(4);
/// Files whose sync fails: the database's write-ahead log, the log stream, the mark, the feed, the head file.
const FILES: [&str; 5] = [
    ".log",
    "_LOG/msgs",
    "data.mark",
    "_FEED/msgs",
    "replica/head",
];

#[test]
fn after_a_sync_that_failed_nothing_is_acknowledged_before_a_restart() {
    if mounted().is_none() {
        return;
    }
    let mut rng = Rng::with_seed(seed());
    let rounds = times(1, 5);
    let files = &FILES[..times(3, FILES.len())];
    for round in 0..rounds {
        for of in files {
            let after = if round == 0 { 1 } else { rng.usize(0..40) };
            fail_sync(of, after, &mut rng);
        }
    }
    ran(
        "R8",
        &format!(
            "{} failed syncs in {} kinds of files: each stopped with its reason, acknowledged nothing after it, and recovered",
            rounds * files.len(),
            files.len()
        ),
    );
}

/// Lets one sync fail, and looks at what was said, what is left, and whether a restart goes on.
fn fail_sync(of: &'static str, succeed: usize, rng: &mut Rng) {
    let disk = mounted().expect("it worked before");
    let up = Up::start(disk.path());
    let data = disk.path().join("data");
    let load = Load::on(&data, disk.clone());
    load.send(20, 4, PATIENCE);
    disk.fail(|faults| {
        faults.failing_sync = Some(FailingSync { of, after: succeed });
    });
    std::thread::scope(|threads| {
        threads.spawn(|| load.send(1000, 2, AFTER));
        eventually("a sync that fails", || disk.has_failed().then_some(()));
        eventually("an end", || up.has_ended().then_some(()));
        load.give_up();
    });
    let said = up.said();
    assert!(!said.contains("panicked"), "{of}:\n{said}");
    let ended = up.end();
    assert_eq!(ended.code, Some(5), "{of}:\n{}", ended.err);
    let why = ended.err.lines().last().unwrap_or_default().to_owned();
    assert!(
        why.to_lowercase().contains("input/output error"),
        "{of}:\n{}",
        ended.err
    );
    let (failed_at, path) = disk.failed()[0].clone();
    println!("{}: {why}", path.display());
    let (trace, journal) = (disk.trace(), load.journal());
    // Whatever has a receipt was durable before the sync failed: nothing was acknowledged after it. (The feed is
    // derived; the ledger goes on for the moment that it takes to notice.) And the power may go as well.
    let until = match of.starts_with("_FEED") {
        true => trace.len(),
        false => failed_at,
    };
    let states = [(until, Keeps::Nothing), (trace.len(), Keeps::Some)];
    for (until, keeps) in states.into_iter().take(times(1, 2)) {
        let tree = after(&trace, until, keeps, Names::Ordered, rng);
        let folder = laid_out(&tree);
        let found = in_ledger(folder.path(), &mut journal.given.iter());
        assert_eq!(found, Found::Whole, "{of} {keeps:?}");
    }
    let up = Up::start(disk.path());
    let load = Load::again(&data, disk.clone(), Some(load));
    load.send(10, 2, PATIENCE);
    let api = up.desk().setting("api");
    drop(up.desk().verify(&["--from", &api]).ends(0));
    drop(up.stop().ends(0));
    let found = in_store(disk.path(), &mut load.journal().given.iter());
    assert_eq!(found, Found::Whole, "{of}");
    // What the restart found in memory only, it has written again.
    let trace = disk.trace();
    let tree = after(&trace, trace.len(), Keeps::Nothing, Names::Ordered, rng);
    let folder = laid_out(&tree);
    let found = in_store(folder.path(), &mut load.journal().given.iter());
    assert_eq!(
        found,
        Found::Whole,
        "{of}, and the power gone after the restart"
    );
}

#[test]
fn a_slow_disk_pushes_back_and_acknowledges_nothing_early() {
    let Some(disk) = mounted() else { return };
    let up = Up::start(disk.path());
    let data = disk.path().join("data");
    let load = Load::on(&data, disk.clone());
    load.send(10, 4, PATIENCE);
    let before = load.journal().given.len();
    let files = ["_LOG/msgs", ".log", "replica/head", ""];
    let mut slow = Vec::new();
    for of in &files[..times(2, 4)] {
        for seconds in match (thorough(), *of) {
            (true, _) => vec![1, 6, 19],
            (false, "_LOG/msgs") => vec![6],
            (false, _) => vec![1],
        } {
            slow_sync(&disk, &up, &load, of, seconds);
            slow.push((*of, seconds));
        }
    }
    // A crowd on a slow disk: the queue is bounded, and says when to come again.
    let takes = Duration::from_secs(times(2, 19) as u64);
    disk.fail(|faults| faults.slow_sync = Some(SlowSync { of: ".log", takes }));
    load.crowd(CROWD, takes * 4);
    disk.fail(|faults| faults.slow_sync = None);
    let journal = load.journal();
    assert!(journal.refused["busy"] > 0, "{:?}", journal.refused);
    assert!(journal.problems["busy"].retry_after_ms.is_some());
    load.send(10, 4, PATIENCE);
    let api = up.desk().setting("api");
    drop(up.desk().verify(&["--from", &api]).ends(0));
    drop(up.stop().ends(0));
    let journal = load.journal();
    let last = journal.given.len() - 1;
    let slow_ones: Vec<_> = (before..before + slow.len()).chain([last]).collect();
    at_the_moment(&disk, &journal, &slow_ones);
    ran(
        "R9",
        &format!(
            "syncs of {slow:?} s: {} busy, longest receipt {} s, {} receipts checked at the moment they came",
            journal.refused["busy"],
            journal.longest.as_secs(),
            slow_ones.len()
        ),
    );
}

/// Records one statement while each sync of some files takes long.
fn slow_sync(disk: &Disk, up: &Up, load: &Load, of: &'static str, seconds: u64) {
    let takes = Duration::from_secs(seconds);
    disk.fail(|faults| faults.slow_sync = Some(SlowSync { of, takes }));
    let before = load.journal().given.len();
    std::thread::scope(|threads| {
        threads.spawn(|| load.send(1, 1, takes * 8));
        if seconds > ACK_WITHIN.as_secs() {
            eventually("a node that says that its disk is slow", || {
                let (status, said) = up.desk().ask("/readyz");
                (status == 503 && said.to_string().contains("commit")).then_some(())
            });
        }
    });
    let journal = load.journal();
    assert_eq!(
        journal.given.len(),
        before + 1,
        "{of} {seconds} s: {journal:?}"
    );
}

/// Each receipt, had the power gone the moment it came: in both records.
fn at_the_moment(disk: &Disk, journal: &Journal, numbers: &[usize]) {
    let trace = disk.trace();
    let mut rng = Rng::with_seed(seed());
    for (nth, number) in numbers.iter().enumerate() {
        let until = journal.given[*number].at;
        let tree = after(&trace, until, Keeps::Nothing, Names::Ordered, &mut rng);
        let folder = laid_out(&tree);
        let found = in_store(folder.path(), &mut journal.before(until));
        assert_eq!(found, Found::Whole, "the database, receipt {number}");
        if nth == 0 || thorough() {
            let found = in_stream(folder.path(), &mut journal.before(until));
            assert_eq!(found, Found::Whole, "the stream, receipt {number}");
        }
    }
}
