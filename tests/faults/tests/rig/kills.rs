//! R1: programs killed without a warning, at every place where it could matter and at random times.

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

/// Places that the story of the demonstration passes, which has secrets, erasures and an index.
const IN_THE_STORY: [Failpoint; 4] = [
    Failpoint::VaultKept,
    Failpoint::ErasureBegun,
    Failpoint::IndexPlanned,
    Failpoint::FeedPublished,
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
    ledger.kill();
    for _ in 0..times(1, 12) {
        for place in ON_THE_WAY {
            // A start passes some places itself; the quick selection kills at the first pass, wherever it is. A term begins once.
            let most = match place == Failpoint::EpochOpened {
                true => 1,
                false => times(1, 4) as u64,
            };
            let pass = random.u64(1..=most);
            println!("{place}=kill@{pass}");
            ledger.launch(&[], &at(place, &format!("kill@{pass}")), &[]);
            let begun = Instant::now();
            if ledger.comes_up() {
                slowest = slowest.max(begun.elapsed());
                assert_eq!(ledger.ends().code, None, "{place}: a signal ended it");
            }
            kills += 1;
        }
        ledger.start("");
        keeper.more_receipts(2);
        ledger.kill();
        kills += 1;
    }
    ledger.start("");
    let counts = keeper.finish();
    let verdict = judge(&ledger, &[&book]);
    assert_eq!(verdict.unsettled, 0);
    ran(
        "R1",
        &format!(
            "{kills} kills, {} places: {} receipts held, {} requests asked again, 0 lost, 0 twice; ready again within {slowest:.1?}",
            ON_THE_WAY.len(),
            counts.receipts,
            verdict.doubted
        ),
    );
}

#[test]
fn killed_in_the_middle_of_its_story_the_demonstration_goes_on_to_its_end() {
    let mut ledger = Single::nowhere();
    let places = &IN_THE_STORY[..times(2, IN_THE_STORY.len())];
    for place in places {
        ledger.launch(&[], &at(*place, "kill@1"), &[]);
        assert!(!ledger.comes_up(), "{place} is on the way of the story");
    }
    ledger.start("");
    let verdict = judge(&ledger, &[]);
    ran(
        "R1",
        &format!(
            "{} kills in a story, {} entries told",
            places.len(),
            verdict.entries
        ),
    );
}

#[test]
fn killed_at_random_times_with_and_without_its_server_it_loses_nothing() {
    let mut random = fastrand::Rng::with_seed(seed());
    let mut ledger = Single::with_registrars(&["journal"]);
    let book = ledger.path("journal.jsonl");
    let run = Run {
        mix: Mix::Both,
        patience_ms: 500,
        ..Run::default()
    };
    let mut keeper = Keeper::start(&ledger.profile_path(), &book, &run);
    let (mut kills, mut server_kills) = (0, 0);
    while kills + server_kills < times(5, 520) {
        std::thread::sleep(Duration::from_millis(random.u64(0..300)));
        if random.u8(..3) == 0 && ledger.kill_nats() {
            // The supervisor starts another one, and the writer finds out what became of its block.
            server_kills += 1;
            if random.bool() {
                continue;
            }
        }
        ledger.kill();
        kills += 1;
        ledger.launch(&[], "", &[]);
        // Some are killed before they are up.
        if random.u8(..4) != 0 {
            assert!(ledger.comes_up(), "it doesn't come up again (kill {kills})");
            keeper.more_receipts(1);
        } else {
            std::thread::sleep(Duration::from_millis(random.u64(0..800)));
        }
    }
    ledger.kill();
    ledger.start("");
    let counts = keeper.finish();
    let verdict = judge(&ledger, &[&book]);
    assert_eq!(verdict.unsettled, 0);
    ran(
        "R1",
        &format!(
            "{kills} kills at random times, {server_kills} of nats-server alone: {} receipts held, {} requests asked again",
            counts.receipts, verdict.doubted
        ),
    );
}
