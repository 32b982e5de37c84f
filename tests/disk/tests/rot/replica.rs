//! Faults in the replica and its mark, in this process.

use std::path::{Path, PathBuf};

use cinnabar_disk::rot::fault::{Damage, Fault};
use cinnabar_disk::rot::fixture::{Fixture, OLDER};
use cinnabar_disk::rot::outcome::{Outcome, Tally};
use cinnabar_disk::rot::store::{judge, judge_cut, options, scrub};
use cinnabar_disk::rot::wal;
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
        (_, Some("manifest.note")) => Some("note on the MANIFEST"),
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

pub(crate) fn length(file: &Path) -> u64 {
    Fixture::get().bytes(file).len() as u64
}

/// A file of a class: its newest: the one with the highest number in its name.
pub(crate) fn newest(wanted: &str) -> PathBuf {
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

pub(crate) fn report(row: &str, what: &str, tally: &Tally) {
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
    let faults = (0..times(48, 10_000)).map(|number| {
        let (_, files) = &classes[number % classes.len()];
        let file = &files[random.usize(0..files.len())];
        Fault::flip(file, length(file), number / classes.len(), &mut random)
    });
    let faults: Vec<Fault> = faults.collect();
    let tally = judge_all("R4", "flips in the replica", faults);
    assert!(tally.of("refused at open") > 0 && tally.of("found by scrub") > 0);
}

/// Cuts at every boundary of `places`, one byte before and after each, and at `random` places more; all of `every` if thorough.
fn cuts(file: &Path, places: &[usize], random: usize, every: std::ops::Range<u64>) -> Vec<Fault> {
    let length = length(file);
    let mut to: Vec<u64> = places
        .iter()
        .flat_map(|place| [place.saturating_sub(1), *place, place + 1])
        .map(|place| place as u64)
        .collect();
    let mut choices = Rng::with_seed(seed());
    to.extend((0..random).map(|_| choices.u64(0..length)));
    if thorough() {
        to.extend(every);
    }
    to.retain(|to| *to < length);
    to.sort_unstable();
    to.dedup();
    let cut = |to| Fault {
        file: file.to_owned(),
        damage: Damage::Cut { to },
    };
    to.into_iter().map(cut).collect()
}

#[test]
fn a_file_of_the_replica_cut_short_never_costs_an_acknowledged_entry_without_a_word() {
    let mut tally = Tally::default();
    let fixture = Fixture::get();
    let log = newest("write-ahead log");
    let records = wal::records(&fixture.bytes(&log));
    let last = &records[records.len() - 2..];
    assert!(
        records.len() > 3 && last[1].1 as u64 == length(&log),
        "{records:?}"
    );
    let places = [last[0].0, last[0].1, last[1].0];
    for fault in cuts(&log, &places, times(4, 500), last[0].0 as u64..length(&log)) {
        let outcome = judge_cut(&fault);
        assert!(
            !matches!(outcome, Outcome::Irrelevant),
            "{fault}: nobody noticed"
        );
        tally.count("write-ahead log", &fault, &outcome);
    }
    let manifest = newest("MANIFEST");
    let edits = wal::records(&fixture.bytes(&manifest));
    let places: Vec<usize> = edits.iter().map(|(start, _)| *start).collect();
    let shown = &places[places.len() - times(3, places.len())..];
    let table = newest("table");
    let footer = usize::try_from(length(&table)).unwrap() - 53;
    let others = [
        cuts(&manifest, shown, times(1, 50), 0..length(&manifest)),
        cuts(&table, &[footer], times(2, 200), 0..0),
        cuts(Path::new(HEAD), &[4096], times(2, 50), 0..8192),
        cuts(Path::new(MARK), &[4096], times(1, 50), 0..0),
        cuts(&newest("CURRENT"), &[15], 1, 0..16),
    ];
    for fault in others.into_iter().flatten() {
        let outcome = judge(std::slice::from_ref(&fault), options);
        println!("{fault}: {outcome:?}");
        tally.count(class(&fault.file), &fault, &outcome);
    }
    report("R3", "files of the replica cut short", &tally);
}

/// A flipped bit that hits a record in the middle of the newest write-ahead log.
pub(crate) fn mid_log(random: &mut Rng) -> Fault {
    let file = newest("write-ahead log");
    let records = wal::records(&Fixture::get().bytes(&file));
    let (start, end) = records[random.usize(1..records.len() - 1)];
    let damage = Damage::Flip {
        at: random.u64(start as u64..end as u64),
        bit: random.u8(0..8),
    };
    Fault { file, damage }
}

/// The same path in the copy of one start earlier: its bytes.
pub(crate) fn older(file: &str) -> Fault {
    let bytes = Fixture::get().bytes(&Path::new(OLDER).join(file));
    Fault {
        file: file.into(),
        damage: Damage::Other {
            what: "its older copy",
            bytes,
        },
    }
}

#[test]
fn a_bit_flipped_within_the_write_ahead_log_is_never_a_shorter_ledger_that_looks_whole() {
    let mut random = Rng::with_seed(seed());
    let mut tally = Tally::default();
    let gone = |file: &str| Fault {
        file: file.into(),
        damage: Damage::Gone,
    };
    for _ in 0..times(6, 500) {
        let flip = mid_log(&mut random);
        let alone = judge(std::slice::from_ref(&flip), options);
        assert!(matches!(alone, Outcome::Behind(_)), "{flip}: {alone:?}");
        tally.count("alone", &flip, &alone);
        let (file, found) = match random.bool() {
            true => (gone(HEAD), "refused at open"),
            // The mark stands elsewhere, and knows.
            false => (older(HEAD), "noticed as behind"),
        };
        let class = format!("and the head file {}", file.damage);
        let outcome = judge(&[flip.clone(), file], options);
        assert_eq!(outcome.name(), found, "{flip}, {class}: {outcome:?}");
        tally.count(&class, &flip, &outcome);
    }
    report("R5", "flips within the write-ahead log", &tally);
}

#[test]
fn blocks_that_changed_places_and_files_put_back_are_noticed() {
    let mut random = Rng::with_seed(seed());
    let mut tally = Tally::default();
    let mut tables: Vec<PathBuf> = replica_files()
        .into_iter()
        .filter(|file| class(file) == "table")
        .collect();
    tables.retain(|file| length(file) >= 3 * 4096);
    tables.push(newest("write-ahead log"));
    for number in 0..times(6, 1000) {
        let file = tables[number % tables.len()].clone();
        let blocks = length(&file) / 4096;
        let a = random.u64(0..blocks);
        let damage = Damage::Swap {
            a,
            b: (a + random.u64(1..blocks)) % blocks,
        };
        let fault = Fault { file, damage };
        let outcome = judge(std::slice::from_ref(&fault), options);
        assert!(
            !matches!(outcome, Outcome::Irrelevant),
            "{fault}: nobody noticed"
        );
        tally.count(
            &format!("blocks of a {}", class(&fault.file)),
            &fault,
            &outcome,
        );
    }
    for (what, fault) in put_back() {
        let outcome = judge(std::slice::from_ref(&fault), options);
        println!("{fault}: {outcome:?}");
        tally.count(what, &fault, &outcome);
        let harmless = matches!(outcome, Outcome::Irrelevant);
        // A file that knows less than the ledger is no witness against it, and takes nothing from it.
        assert_eq!(
            harmless,
            what.ends_with("knows less"),
            "{what}: {outcome:?}"
        );
    }
    report("R6", "misplaced or stale", &tally);
}

/// Older copies of files, and those of other files, under the names of newer ones.
fn put_back() -> Vec<(&'static str, Fault)> {
    let fixture = Fixture::get();
    let older_files = |wanted: &str| -> Vec<PathBuf> {
        let dir = fixture.path().join(OLDER).join(DATABASE);
        let names = std::fs::read_dir(dir)
            .unwrap()
            .map(|item| item.unwrap().file_name().into_string().unwrap());
        let mut files: Vec<String> = names
            .map(|name| format!("{DATABASE}{name}"))
            .filter(|path| class_of(path) == Some(wanted))
            .collect();
        files.sort();
        files.into_iter().map(PathBuf::from).collect()
    };
    let under = |wanted: &'static str, what: &'static str| {
        let from = older_files(wanted).pop().unwrap();
        let bytes = fixture.bytes(&Path::new(OLDER).join(from));
        Fault {
            file: newest(wanted),
            damage: Damage::Other { what, bytes },
        }
    };
    vec![
        (
            "older table under a newer name",
            under("table", "an older table"),
        ),
        (
            "older log under the newer name",
            under("write-ahead log", "an older log"),
        ),
        (
            "older MANIFEST under the newer name",
            under("MANIFEST", "an older MANIFEST"),
        ),
        ("older head file, which knows less", older(HEAD)),
        ("older mark, which knows less", older(MARK)),
    ]
}

#[test]
fn a_scrub_of_what_is_whole_finds_nothing() {
    let copy = Fixture::get().replica();
    let found = scrub(copy.path(), &options(copy.path())).unwrap();
    assert!(found.is_clean() && found.entries > 150, "{found:#?}");
}
