//! Agencies: following live, filtered, and across breaks.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::net::TcpStream;

use cinnabar_tests::ledger::{LOAD_MAPPING, Ledger};
use cinnabar_tests::running::{Running, eventually, send};
use rustix::process::Signal;
use serde_json::Value;

/// The kind of an entry in which the ledger says how its dossiers end: it comes by itself under load.
const INDEX: &str = "\"kind\":\"dossiers.indexed\"";

/// Statements of the load under which everything is killed.
const MANY: usize = 1500;

/// Follows with these arguments, one entry a line.
fn follow(ledger: &Ledger, more: &[&str]) -> Running {
    let arguments: Vec<&str> = ["follow", "--json"].iter().chain(more).copied().collect();
    Running::start(&mut ledger.cinnabar(&arguments))
}

/// Sequence and subject of each entry that came.
fn entries(lines: &[String]) -> Vec<(u64, String)> {
    lines
        .iter()
        .map(|line| {
            let entry: Value = serde_json::from_str(line).unwrap();
            let subject = entry["statement"]["subject"].as_str().unwrap();
            (entry["seq"].as_u64().unwrap(), subject.to_owned())
        })
        .collect()
}

/// Waits until `count` entries came, and gives them.
fn wait_for(following: &Running, count: usize) -> Vec<(u64, String)> {
    entries(&following.wait_for("entries", |out| out.len() >= count))
}

#[test]
fn whoever_follows_gets_every_entry_once_in_order_from_there_on_and_live() {
    let ledger = Ledger::demo();
    let key = ledger.key("li");
    let told = ledger.size();
    let (all, ours, one) = (
        follow(&ledger, &["--from", "0"]),
        follow(&ledger, &["--from", "0", "--kind", "organisation.*"]),
        follow(
            &ledger,
            &["--from", "0", "--subject", "organisation/live-2"],
        ),
    );
    let before = wait_for(&all, usize::try_from(told).unwrap());
    let organisations = before
        .iter()
        .filter(|(_, subject)| subject.starts_with("organisation/"))
        .count();
    wait_for(&ours, organisations);
    for number in 0..5 {
        ledger.register(&format!("live-{number}"), &key);
    }
    let sequences: Vec<u64> = wait_for(&all, before.len() + 5)
        .iter()
        .map(|(sequence, _)| *sequence)
        .collect();
    assert_eq!(sequences, (0..told + 5).collect::<Vec<_>>());
    let filtered = wait_for(&ours, organisations + 5);
    let live: Vec<(u64, String)> = (0..5)
        .map(|number| (told + number, format!("organisation/live-{number}")))
        .collect();
    assert_eq!(filtered[organisations..], live);
    assert_eq!(wait_for(&one, 1), live[2..3]);
    for following in [&all, &ours, &one] {
        assert_eq!(following.err(), Vec::<String>::new());
    }
}

#[test]
fn what_is_there_now_can_be_read_to_its_end() {
    let ledger = Ledger::demo();
    let ran = ledger.run(&["follow", "--from", "0", "--until-now", "--json"]);
    let lines: Vec<String> = ran.ends(0).out.lines().map(str::to_owned).collect();
    assert_eq!(lines.len() as u64, ledger.size());
    // The bytes that are followed are those that are exported.
    let exported = ledger.run(&["export"]).ends(0).out;
    assert_eq!(exported.lines().collect::<Vec<_>>(), lines);
}

#[test]
fn whoever_follows_and_whoever_submits_goes_on_when_the_server_is_killed() {
    let ledger = Ledger::demo();
    let key = ledger.key("li");
    let told = ledger.size();
    let following = follow(&ledger, &["--from", "0"]);
    wait_for(&following, usize::try_from(told).unwrap());
    for round in 0..3 {
        let server = ledger.nats_process().expect("a server");
        send(server, Signal::KILL);
        eventually("another server", || {
            ledger.nats_process().filter(|found| *found != server)?;
            let address = ledger.setting("nats");
            TcpStream::connect(address.strip_prefix("nats://")?).ok()
        });
        let sequence = ledger.register(&format!("after-{round}"), &key);
        assert_eq!(sequence, told + round);
        let came = wait_for(&following, usize::try_from(sequence).unwrap() + 1);
        assert_eq!(
            came.last().unwrap(),
            &(sequence, format!("organisation/after-{round}"))
        );
    }
    let came = entries(&following.out());
    let sequences: Vec<u64> = came.iter().map(|(sequence, _)| *sequence).collect();
    assert_eq!(sequences, (0..told + 3).collect::<Vec<_>>());
    let url = ledger.setting("api");
    ledger.verify(&["--from", &url]).ends(0);
}

#[test]
fn what_an_agency_got_is_there_when_everything_was_killed_under_load() {
    let mut ledger = Ledger::demo();
    let told = usize::try_from(ledger.size()).unwrap();
    let register = (0..MANY).fold(String::new(), |mut register, number| {
        writeln!(register, "{{\"id\":\"load-{number}\"}}").unwrap();
        register
    });
    std::fs::write(ledger.path("load.jsonl"), register).unwrap();
    std::fs::write(ledger.path("load.toml"), LOAD_MAPPING).unwrap();
    let key = ledger.key("wu");
    let words = [
        "import",
        "load.toml",
        "load.jsonl",
        "--as",
        "wu:migrator",
        "--json",
    ];
    let import: Vec<&str> = words.into_iter().chain(["--key", &key]).collect();

    let following = follow(&ledger, &["--from", "0"]);
    wait_for(&following, told);
    let importing = Running::start(&mut ledger.cinnabar(&import));
    wait_for(&following, told + 20);
    ledger.kill();
    importing.kill();
    let got = following.out();
    following.kill();
    assert!(got.len() < told + MANY, "it was not killed under load");

    ledger.start(&[]);
    let exported = ledger.run(&["export"]).ends(0).out;
    let lines: Vec<&str> = exported.lines().collect();
    assert_eq!(lines[..got.len()], got, "what was delivered is recorded");
    let counts = ledger.run(&import).ends(0).json();
    assert_eq!(counts["rows"]["read"], MANY, "{counts:#}");
    // What the ledger itself said beside it.
    let own = |lines: &[&str]| lines.iter().filter(|line| line.contains(INDEX)).count();
    assert_eq!(
        counts["rows"]["alreadyThere"],
        lines.len() - told - own(&lines[told..]),
        "{counts:#}"
    );
    let exported = ledger.run(&["export"]).ends(0).out;
    let lines: Vec<&str> = exported.lines().collect();
    let all = told + MANY + own(&lines[told..]);
    let url = ledger.setting("api");
    ledger
        .verify(&["--from", &url])
        .ends(0)
        .says(&format!("VERIFIED: {all} entries"));
}
