//! Faults anywhere in the data directory, and the whole program that starts on it.

use std::path::{Path, PathBuf};

use cinnabar_disk::rot::fault::{Damage, Fault};
use cinnabar_disk::rot::fixture::Fixture;
use cinnabar_disk::rot::outcome::{Outcome, Tally};
use cinnabar_disk::rot::program::{doctor, everything, judge};
use cinnabar_tests::tally::{seed, times};
use fastrand::Rng;

use crate::replica::{length, mid_log, older, report};

const LOG: &str = "data/nats/store/jetstream/LEDGER/streams/CINNABAR_DEMO_LOG/";

/// Files of the data directory that are not the replica's, by class.
fn class_of(path: &str) -> Option<&'static str> {
    let stream = match path
        .split_once("/streams/")
        .map(|(_, rest)| rest.split_once('/'))
    {
        Some(Some(("CINNABAR_DEMO_LOG", file))) => Some((true, file)),
        Some(Some((_, file))) => Some((false, file)),
        Some(None) | None => None,
    };
    let found = match (stream, path) {
        (Some((true, "msgs/1.blk")), _) => "log stream: messages",
        (Some((true, "msgs/index.db")), _) => "log stream: index.db",
        (Some((true, "meta.inf")), _) => "log stream: meta.inf",
        (Some((true, "meta.sum")), _) => "log stream: meta.sum",
        (Some((false, file)), _) if file.ends_with(".blk") => "other streams: messages",
        (Some((false, file)), _) if file.ends_with(".db") => "other streams: index.db",
        (Some((false, _)), _) => "other streams: meta",
        (None, "data/genesis.json") => "genesis.json",
        (None, "data/chapters.jsonl") => "chapters.jsonl",
        (None, "data/connection.toml") => "connection.toml",
        (None, "data/secrets/log.skey") => "log key",
        (None, "data/secrets/ledger.seed") => "ledger's own key",
        (None, "data/secrets/institution.key") => "institution key",
        (None, path) if path.starts_with("data/secrets/nats/") => "NATS users' keys",
        (None, path) if path.starts_with("data/nats/run/") => "NATS configuration",
        (None, path) if path.starts_with("data/vault/sealed/") => "vault: sealed",
        (None, path) if path.starts_with("data/vault/keys/") => "vault: keys",
        (None, path) if path.starts_with("data/vault/statements/") => "vault: lists",
        (None, path) if path.starts_with("data/vault/") => "vault: its own files",
        (None, path) if path.starts_with("data/views/") => "views",
        (_, _) => return None,
    };
    Some(found)
}

/// The classes with their files, those without bytes left out.
fn classes() -> Vec<(&'static str, Vec<PathBuf>)> {
    let fixture = Fixture::get();
    let mut classes: Vec<(&str, Vec<PathBuf>)> = Vec::new();
    for file in fixture.files(|path| class_of(path).is_some()) {
        if length(&file) == 0 {
            continue;
        }
        let class = class_of(&file.to_string_lossy()).unwrap();
        match classes.iter_mut().find(|(name, _)| *name == class) {
            Some((_, files)) => files.push(file),
            None => classes.push((class, vec![file])),
        }
    }
    classes
}

#[test]
fn a_flipped_bit_anywhere_else_is_named_healed_or_makes_no_difference() {
    let mut random = Rng::with_seed(seed());
    let mut tally = Tally::default();
    let classes = classes();
    assert!(classes.len() >= 18, "{classes:?}");
    let quick = [
        "log stream: messages",
        "ledger's own key",
        "log key",
        "views",
        "genesis.json",
    ];
    for number in 0..times(quick.len(), 40 * classes.len()) {
        let chosen = match number < quick.len() {
            true => classes
                .iter()
                .find(|(class, _)| *class == quick[number])
                .unwrap(),
            false => &classes[number % classes.len()],
        };
        let file = random.choice(&chosen.1).unwrap();
        let fault = Fault::flip(file, length(file), 1 + number / classes.len(), &mut random);
        let outcome = judge(std::slice::from_ref(&fault), &[]);
        println!("{fault}: {outcome:?}");
        tally.count(chosen.0, &fault, &outcome);
    }
    report("R4", "flips outside of the replica", &tally);
}

#[test]
fn what_the_write_ahead_log_lost_comes_back_from_the_log_stream() {
    let mut random = Rng::with_seed(seed());
    let mut tally = Tally::default();
    for number in 0..times(1, 20) {
        let flip = mid_log(&mut random);
        // Without head file's and mark's memory the stream alone must do.
        let (faults, arguments): (Vec<Fault>, &[&str]) = match number % 2 {
            0 => (vec![flip.clone()], &[]),
            _ => (
                vec![flip.clone(), older("data/store/replica/head")],
                &["--mark", "none"],
            ),
        };
        let outcome = judge(&faults, arguments);
        println!("{flip}: {outcome:?}");
        assert!(
            matches!(outcome, Outcome::Irrelevant | Outcome::Healed(_)),
            "{flip}: {outcome:?}"
        );
        tally.count("write-ahead log, whole program", &flip, &outcome);
    }
    report("R5", "flips healed from the stream", &tally);
}

#[test]
fn a_file_of_the_server_or_the_views_cut_short_is_named_or_healed() {
    let mut random = Rng::with_seed(seed());
    let mut tally = Tally::default();
    let names = [
        "log stream: messages",
        "log stream: index.db",
        "views",
        "log stream: meta.inf",
    ];
    for number in 0..times(2, 200) {
        let classes = classes();
        let (class, files) = classes
            .iter()
            .find(|(class, _)| *class == names[number % names.len()])
            .unwrap();
        let file = files[0].clone();
        let length = length(&file);
        // The last message first: it is the one that a crash tears.
        let to = match number < names.len() {
            true => length - 1 - random.u64(0..length.min(200)),
            false => random.u64(0..length),
        };
        let fault = Fault {
            file,
            damage: Damage::Cut { to },
        };
        let outcome = judge(std::slice::from_ref(&fault), &[]);
        println!("{fault}: {outcome:?}");
        tally.count(class, &fault, &outcome);
    }
    report("R3", "files of server and views cut short", &tally);
}

#[test]
fn an_older_log_stream_gets_back_what_it_lacks() {
    let fault = older(&format!("{LOG}msgs/1.blk"));
    let outcome = judge(std::slice::from_ref(&fault), &[]);
    println!("{outcome:?}");
    let mut tally = Tally::default();
    tally.count("older block file of the log stream", &fault, &outcome);
    report("R6", "older files of the server", &tally);
    assert!(matches!(outcome, Outcome::Healed(_)), "{outcome:?}");
}

/// A replica that is gone is rebuilt from the stream; from one with a flipped bit never to something else.
#[test]
fn a_replica_rebuilt_from_a_damaged_stream_is_the_same_or_none() {
    let mut random = Rng::with_seed(seed());
    let mut tally = Tally::default();
    let blocks = PathBuf::from(format!("{LOG}msgs/1.blk"));
    for number in 0..times(1, 100) {
        let flip = Fault::flip(&blocks, length(&blocks), 1 + number, &mut random);
        let gone = Fault {
            file: Path::new("data/store").to_owned(),
            damage: Damage::Gone,
        };
        let outcome = judge(&[flip.clone(), gone], &[]);
        println!("{flip}: {outcome:?}");
        tally.count("log stream: messages, replica gone", &flip, &outcome);
    }
    report("R4", "rebuilds from a damaged stream", &tally);
}

/// Faults that a start does not come upon, and the check of `doctor --scrub` that does.
fn latent() -> Vec<(&'static str, Vec<Fault>)> {
    let flip = |file: &Path, at: u64| Fault {
        file: file.to_owned(),
        damage: Damage::Flip { at, bit: 0 },
    };
    let fixture = Fixture::get();
    let first = |begins: &str| fixture.files(|path| path.starts_with(begins))[0].clone();
    let table = fixture
        .files(|path| path.ends_with(".sst"))
        .into_iter()
        .max_by_key(|file| length(file))
        .unwrap();
    vec![
        ("vault", vec![flip(&first("data/vault/sealed/"), 150)]),
        ("keys", vec![other_digit()]),
        ("replica", vec![flip(&table, length(&table) / 2)]),
        ("views", texts()),
    ]
}

/// A bit in the ledger's own key that makes it another key: the last bit of a decimal digit makes another digit.
fn other_digit() -> Fault {
    let file = PathBuf::from("data/secrets/ledger.seed");
    let digit = Fixture::get()
        .bytes(&file)
        .iter()
        .position(u8::is_ascii_digit)
        .unwrap();
    Fault {
        file,
        damage: Damage::Flip {
            at: digit as u64,
            bit: 0,
        },
    }
}

#[test]
fn a_bit_that_makes_the_ledgers_own_key_another_key_stops_the_start() {
    let outcome = judge(&[other_digit()], &[]);
    assert!(
        matches!(&outcome, Outcome::Refused(why) if why.contains("ledger.seed")),
        "{outcome:?}"
    );
}

/// One bit in every copy of a name in the views: the pages that the write-ahead log has newer ones of are not read.
fn texts() -> Vec<Fault> {
    const NAME: &[u8] = b"enterprise";
    let file = PathBuf::from("data/views/views-1.db");
    let bytes = Fixture::get().bytes(&file);
    let places = bytes
        .windows(NAME.len())
        .enumerate()
        .filter(|(_, text)| *text == NAME);
    let flip = |(at, _)| Fault {
        file: file.clone(),
        damage: Damage::Flip {
            at: at as u64,
            bit: 0,
        },
    };
    places.map(flip).collect()
}

#[test]
fn a_scrub_names_what_a_start_does_not_come_upon() {
    let whole = everything();
    assert_eq!(doctor(whole.path()), Ok(Vec::new()));
    for (check, faults) in latent() {
        assert!(!faults.is_empty(), "{check}");
        let copy = everything();
        faults.iter().for_each(|fault| fault.inflict(copy.path()));
        let found = doctor(copy.path()).unwrap();
        let named = found
            .iter()
            .any(|finding| finding.starts_with(&format!("\"FAIL\" \"{check}\"")));
        assert!(named, "{check}: {found:?}");
    }
}

#[test]
fn views_that_changed_while_nobody_folded_them_are_folded_again_before_anybody_sees_them() {
    let outcome = judge(&texts(), &[]);
    let mut tally = Tally::default();
    tally.count("a text in the views", &"every copy of a name", &outcome);
    report("R4", "flips in a text of the views", &tally);
    assert!(
        matches!(&outcome, Outcome::Healed(why) if why.contains("folded again")),
        "{outcome:?}"
    );
}
