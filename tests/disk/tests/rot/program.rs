//! Faults anywhere in the data directory, and the whole program that starts on it.

use std::path::{Path, PathBuf};

use cinnabar_disk::rot::fault::{Damage, Fault};
use cinnabar_disk::rot::fixture::Fixture;
use cinnabar_disk::rot::outcome::{Outcome, Tally};
use cinnabar_disk::rot::program::judge;
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
fn an_older_log_stream_is_not_written_to() {
    let fault = older(&format!("{LOG}msgs/1.blk"));
    let outcome = judge(std::slice::from_ref(&fault), &[]);
    println!("{outcome:?}");
    let mut tally = Tally::default();
    tally.count("older block file of the log stream", &fault, &outcome);
    report("R6", "older files of the server", &tally);
    assert!(matches!(outcome, Outcome::Refused(_)), "{outcome:?}");
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
