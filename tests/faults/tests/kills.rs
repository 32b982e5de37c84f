//! R1: programs killed without a warning, at every place where it could matter and at random times.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use cinnabar_failpoint::Failpoint;
use cinnabar_faults::mix::Mix;
use cinnabar_faults::oracle::judge;
use cinnabar_faults::supervisor::{Keeper, Run, Single, at};
use cinnabar_tests::tally::{ran, seed, times};

/// Places that every statement passes, or every start.
const ON_THE_WAY: [Failpoint; 15] = [
    Failpoint::WriterTaken,
    Failpoint::WriterDecided,
    Failpoint::BlockSigned,
    Failpoint::BlockPublished,
    Failpoint::CheckpointSigned,
    Failpoint::StoreBegun,
    Failpoint::StoreWritten,
    Failpoint::StoreDurable,
    Failpoint::BlockApplied,
    Failpoint::AnswerMade,
    Failpoint::AnswerSent,
    Failpoint::EpochOpened,
    Failpoint::FeedBatched,
    Failpoint::ViewFolded,
    Failpoint::ViewCommitted,
];

#[test]
fn killed_at_every_place_on_the_way_of_a_statement_it_loses_nothing_and_records_nothing_twice() {
    let mut random = fastrand::Rng::with_seed(seed());
    let mut ledger = Single::with_registrars(&["journal"]);
    let book = ledger.path("journal.jsonl");
    let run = Run {
        mix: Mix::Both,
        ..Run::default()
    };
    let mut keeper = Keeper::start(&ledger.profile_path(), &book, &run);
    let (mut kills, mut slowest) = (0, Duration::ZERO);
    for _ in 0..times(1, 12) {
        for place in ON_THE_WAY {
            let pass = random.u64(1..4);
            ledger.kill();
            ledger.launch(&[], &at(place, &format!("kill@{pass}")), &[]);
            println!("{place}=kill@{pass}");
            // A start may pass the place too, then it never comes up.
            if ledger.comes_up() {
                assert_eq!(ledger.ends().code, None, "{place}: a signal ended it");
            }
            kills += 1;
            let begun = Instant::now();
            ledger.start("");
            slowest = slowest.max(begun.elapsed());
            keeper.more_receipts(2);
        }
    }
    let counts = keeper.finish();
    let verdict = judge(&ledger, &[&book]);
    assert_eq!(verdict.unsettled, 0);
    ran(
        "R1",
        &format!(
            "{kills} kills at {} places: {} receipts held, {} requests asked again, 0 lost, 0 twice; ready again after {slowest:.1?} at most",
            ON_THE_WAY.len(),
            counts.receipts,
            verdict.doubted
        ),
    );
}
