//! R3 to R6: bytes of a real data directory torn, flipped, misplaced or put back, one fault at a time.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use cinnabar_disk::rot::fault::{Damage, Fault};
use cinnabar_disk::rot::fixture::Fixture;
use cinnabar_disk::rot::outcome::{Outcome, Tally};
use cinnabar_disk::rot::store::{judge, no_mark, options, scrub};
use cinnabar_tests::tally::{ran, seed, thorough, times};
use fastrand::Rng;

const DATABASE: &str = "data/store/replica/rocksdb/";
const HEAD: &str = "data/store/replica/head";
const MARK: &str = "data.mark";

/// Files of the replica, by class.
fn class_of(path: &str) -> Option<&'static str> {
    let name = path.strip_prefix(DATABASE);
    match (path, name) {
        (HEAD, _) => Some("head file"),
        (MARK, _) => Some("mark"),
        (_, Some("CURRENT")) => Some("CURRENT"),
        (_, Some("IDENTITY")) => Some("IDENTITY"),
        (_, Some(name)) if name.ends_with(".sst") => Some("table"),
        (_, Some(name)) if name.ends_with(".log") => Some("write-ahead log"),
        (_, Some(name)) if name.starts_with("MANIFEST") => Some("MANIFEST"),
        (_, Some(name)) if name.starts_with("OPTIONS") => Some("OPTIONS"),
        (_, _) => None,
    }
}

fn class(file: &Path) -> &'static str {
    class_of(&file.to_string_lossy()).unwrap()
}

/// The replica's files with bytes in them.
fn replica_files() -> Vec<PathBuf> {
    let fixture = Fixture::get();
    let mut files = fixture.files(|path| class_of(path).is_some());
    files.retain(|file| !fixture.bytes(file).is_empty());
    files
}

fn length(file: &Path) -> u64 {
    Fixture::get().bytes(file).len() as u64
}

/// The one file of a class, or its newest: the one with the highest number in its name.
fn newest(wanted: &str) -> PathBuf {
    replica_files()
        .into_iter()
        .rfind(|file| class(file) == wanted)
        .unwrap()
}

/// Judges each fault by itself, and reports; nothing may have been served wrong.
fn judge_all(row: &str, what: &str, faults: impl IntoIterator<Item = Fault>) -> Tally {
    let mut tally = Tally::default();
    for fault in faults {
        let outcome = judge(std::slice::from_ref(&fault), options);
        tally.count(class(&fault.file), &fault, &outcome);
    }
    report(row, what, &tally);
    tally
}

fn report(row: &str, what: &str, tally: &Tally) {
    print!("{tally}");
    ran(row, &format!("{} {what}: {}", tally.all(), tally.line()));
    assert!(
        tally.wrong().is_empty(),
        "seed {}: {:#?}",
        seed(),
        tally.wrong()
    );
}

#[test]
fn a_flipped_bit_in_the_replica_is_named_or_makes_no_difference() {
    let mut random = Rng::with_seed(seed());
    // By classes in turn, so that a small file is hit as often as a large one.
    let mut classes: Vec<(&str, Vec<PathBuf>)> = Vec::new();
    for file in replica_files() {
        match classes.iter_mut().find(|(name, _)| *name == class(&file)) {
            Some((_, files)) => files.push(file),
            None => classes.push((class(&file), vec![file])),
        }
    }
    let faults = (0..times(64, 10_000)).map(|number| {
        let (_, files) = &classes[number % classes.len()];
        let file = &files[random.usize(0..files.len())];
        Fault::flip(file, length(file), number / classes.len(), &mut random)
    });
    let faults: Vec<Fault> = faults.collect();
    let tally = judge_all("R4", "flips in the replica", faults);
    assert!(tally.of("refused at open") > 0 && tally.of("found by scrub") > 0);
}
