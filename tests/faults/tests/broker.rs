//! R11: the broker of `cinnabar up` killed, wiped and damaged: it is a record, and so is the replica, and either rebuilds the other.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use cinnabar_failpoint::Failpoint;
use cinnabar_faults::oracle::judge;
use cinnabar_faults::supervisor::{Keeper, Run, Single, at};
use cinnabar_tests::running::{eventually, send};
use cinnabar_tests::tally::{ran, seed, times};
use rustix::process::Signal;

/// Receipts between two faults: each damage then has something to lose.
const BETWEEN: u64 = 6;

fn journal(ledger: &Single) -> (Keeper, PathBuf) {
    let book = ledger.path("journal.jsonl");
    let keeper = Keeper::start(&ledger.profile_path(), &book, &Run::default());
    (keeper, book)
}

/// Where the broker keeps its streams.
fn streams(ledger: &Single) -> PathBuf {
    ledger.data().join("nats/store")
}

#[test]
fn a_broker_that_is_killed_is_started_again_and_costs_no_receipt() {
    let mut ledger = Single::with_registrars(&["journal"]);
    let (mut keeper, book) = journal(&ledger);
    let mut kills = 0;
    for round in 1..=times(2, 60) {
        // Ten ends in a row, each within a minute, are taken for a broker that can't run, and the node gives up.
        if round % 8 == 0 {
            ledger.stop();
            ledger.start("");
        }
        keeper.more_receipts(BETWEEN);
        // It may just be on its way up again.
        kills += u64::from(ledger.kill_nats());
        keeper.more_receipts(BETWEEN);
    }
    keeper.finish();
    let verdict = judge(&ledger, &[&book]);
    ran(
        "R11",
        &format!(
            "broker killed {kills} times under {} receipts",
            verdict.receipts
        ),
    );
}

#[test]
fn a_broker_whose_data_are_wiped_gets_them_back_from_the_replica() {
    let mut ledger = Single::with_registrars(&["journal"]);
    let (mut keeper, book) = journal(&ledger);
    let rounds = times(1, 12);
    for _ in 0..rounds {
        keeper.more_receipts(BETWEEN);
        // While it runs: nobody starts the broker again before its data are gone.
        ledger.pause();
        let broker = ledger.nats_process().unwrap();
        send(broker, Signal::KILL);
        fs::remove_dir_all(streams(&ledger)).unwrap();
        ledger.resume();
        keeper.more_receipts(BETWEEN);
        // And between two runs.
        ledger.stop();
        fs::remove_dir_all(streams(&ledger)).unwrap();
        ledger.start("");
        keeper.more_receipts(BETWEEN);
    }
    keeper.finish();
    let verdict = judge(&ledger, &[&book]);
    ran(
        "R11",
        &format!(
            "broker wiped {} times under {} receipts",
            2 * rounds,
            verdict.receipts
        ),
    );
}

#[test]
fn a_replica_that_is_lost_is_built_again_from_the_stream_and_the_mark_agrees() {
    let mut ledger = Single::with_registrars(&["journal"]);
    let (mut keeper, book) = journal(&ledger);
    let rounds = times(1, 12);
    for round in 0..rounds {
        keeper.more_receipts(BETWEEN);
        match round % 2 {
            0 => ledger.kill(),
            _ => ledger.stop(),
        }
        fs::remove_dir_all(ledger.data().join("store")).unwrap();
        ledger.start("");
        assert!(
            ledger
                .said()
                .contains("the replica is built from the log stream"),
            "{}",
            ledger.said()
        );
        keeper.more_receipts(BETWEEN);
    }
    keeper.finish();
    let verdict = judge(&ledger, &[&book]);
    // Both lost: the mark remembers, and nothing is signed.
    ledger.stop();
    fs::remove_dir_all(ledger.data().join("store")).unwrap();
    fs::remove_dir_all(streams(&ledger)).unwrap();
    ledger.launch(&[], "", &[]);
    let ended = ledger.ends();
    assert_ne!(ended.code, Some(0));
    assert!(
        ended.err.contains("was put back to an earlier state"),
        "{}",
        ended.err
    );
    ran(
        "R11",
        &format!(
            "replica lost {rounds} times under {} receipts",
            verdict.receipts
        ),
    );
}

#[test]
fn a_refill_that_is_killed_on_its_way_is_gone_on_with() {
    let mut random = fastrand::Rng::with_seed(seed());
    let mut ledger = Single::with_registrars(&["journal"]);
    let (mut keeper, book) = journal(&ledger);
    let rounds = times(1, 10);
    for _ in 0..rounds {
        keeper.more_receipts(BETWEEN);
        ledger.stop();
        fs::remove_dir_all(streams(&ledger)).unwrap();
        let pass = random.u64(2..12);
        ledger.launch(
            &[],
            &at(Failpoint::RefillPublishing, &format!("kill@{pass}")),
            &[],
        );
        assert_eq!(ledger.ends().code, None, "block {pass}: a signal ended it");
        ledger.start("");
        keeper.more_receipts(BETWEEN);
    }
    keeper.finish();
    let verdict = judge(&ledger, &[&book]);
    ran(
        "R11",
        &format!(
            "{rounds} refills killed, {} receipts held",
            verdict.receipts
        ),
    );
}

/// The files with the blocks of the log.
fn block_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for item in fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            found.extend(block_files(&path));
        } else if path.extension().is_some_and(|name| name == "blk")
            && path.to_string_lossy().contains("_LOG/")
        {
            found.push(path);
        }
    }
    found
}

#[test]
fn a_bit_that_flips_in_the_brokers_files_costs_no_receipt() {
    let mut random = fastrand::Rng::with_seed(seed());
    let mut ledger = Single::with_registrars(&["journal"]);
    let (mut keeper, book) = journal(&ledger);
    let rounds = times(2, 40);
    for _ in 0..rounds {
        keeper.more_receipts(BETWEEN);
        // After a kill the broker reads its files again, after a clean end it trusts its index.
        let killed = random.bool();
        match killed {
            true => ledger.kill(),
            false => ledger.stop(),
        }
        eventually("the end of the broker", || {
            broker_is_gone(&ledger).then_some(())
        });
        let file = random.choice(block_files(&streams(&ledger))).unwrap();
        let mut bytes = fs::read(&file).unwrap();
        let bit = random.usize(..bytes.len() * 8);
        println!("killed {killed}, bit {bit} of {}", file.display());
        bytes[bit / 8] ^= 1 << (bit % 8);
        fs::write(&file, bytes).unwrap();
        ledger.start("");
        keeper.more_receipts(BETWEEN);
    }
    keeper.finish();
    let verdict = judge(&ledger, &[&book]);
    ran(
        "R11",
        &format!(
            "{rounds} bits flipped in the log's files, {} receipts held",
            verdict.receipts
        ),
    );
}

/// Whether nobody holds the broker's store any more.
fn broker_is_gone(ledger: &Single) -> bool {
    let lock = fs::File::open(streams(ledger).join("cinnabar.lock")).unwrap();
    lock.try_lock().is_ok()
}
