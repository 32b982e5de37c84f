//! First start, second start, no start, and a start after everything was killed.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use cinnabar_tests::ledger::Ledger;
use cinnabar_tests::program;
use cinnabar_tests::running::Ran;

/// Entries of a ledger with its demonstration told.
const DEMONSTRATION: u64 = 183;
/// Entries of a ledger that was just opened: the genesis, and the chapters of its rulebook.
const OPENED: u64 = 11;

#[test]
fn the_first_start_tells_the_story_of_a_city_and_the_next_goes_on() {
    let mut ledger = Ledger::demo();
    assert_eq!(ledger.size(), DEMONSTRATION);
    let products = ledger.ask_as_of("/v1/products", DEMONSTRATION);
    let statuses: BTreeSet<&str> = products["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|product| product["status"].as_str().unwrap())
        .collect();
    assert_eq!(products["total"], 4);
    assert_eq!(
        statuses,
        ["authorised", "revoked", "suspended"].into_iter().collect()
    );
    let id = ledger.setting("ledger");
    assert_eq!(
        ledger.register("newcomer", &ledger.key("li")),
        DEMONSTRATION
    );
    ledger.stop();

    let said = ledger.start(&[]).join("\n");
    assert!(said.contains(&format!("with {} entries", DEMONSTRATION + 1)));
    assert!(!said.contains("demonstration") && !said.contains("Told"));
    assert!(said.contains(&id) && ledger.setting("ledger") == id);
    let newcomer = ledger.ask_as_of("/v1/organisations/newcomer", DEMONSTRATION + 1);
    assert_eq!(newcomer["organisation"]["id"], "newcomer", "{newcomer}");
}

#[test]
fn what_the_first_start_says_to_try_works_as_it_is_printed() {
    let mut ledger = Ledger::nowhere();
    let said = ledger.start(&[]);
    let first = said
        .iter()
        .position(|line| line.starts_with("Try next"))
        .unwrap();
    let script: Vec<&str> = said[first + 1..]
        .iter()
        .map(String::as_str)
        .filter(|line| !line.starts_with("Ctrl-C") && !line.trim().starts_with("curl"))
        .collect();
    let ran = ledger.shell(&format!("set -e\n{}", script.join("\n")));
    ran.ends(0)
        .says("approval.granted: ")
        .says("recorded\n")
        .says(&format!("VERIFIED: {} entries", DEMONSTRATION + 1));
}

#[test]
fn an_empty_ledger_holds_its_genesis_and_its_rules_and_nobodys_story() {
    let ledger = Ledger::empty();
    assert_eq!(ledger.size(), OPENED);
    let entries = ledger.ask_as_of("/v1/entries?order=oldest", OPENED);
    assert_eq!(entries["total"], OPENED);
    assert_eq!(entries["items"][0]["kind"], "ledger.opened");
    assert_eq!(entries["items"][10]["kind"], "rulebook.deposited");
    assert_eq!(ledger.ask_as_of("/v1/products", OPENED)["total"], 0);
    let url = ledger.setting("api");
    ledger.verify(&["--from", &url]).ends(0);
}

#[test]
fn a_port_that_is_taken_is_named_and_nothing_is_founded() {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap().to_string();
    let ledger = Ledger::nowhere();
    let mut command = Command::new(program("cinnabar"));
    command
        .args(["up", "--data", "data", "--listen", &address])
        .current_dir(ledger.path(""));
    Ran::of(&mut command)
        .ends(2)
        .says(&format!("cannot listen on {address}"))
        .says("choose one with --listen");
    assert!(!ledger.data().exists());
}

#[test]
fn a_data_directory_that_another_process_has_is_left_alone() {
    let ledger = Ledger::empty();
    let profile = std::fs::read(ledger.path("data/connection.toml")).unwrap();
    Ran::of(&mut ledger.command(&[]))
        .ends(2)
        .says("is open in another process");
    assert_eq!(
        std::fs::read(ledger.path("data/connection.toml")).unwrap(),
        profile
    );
    assert_eq!(ledger.size(), OPENED, "the first goes on");
}

#[test]
fn without_a_nats_server_it_says_what_is_missing_and_with_one_it_goes_on_from_there() {
    let mut ledger = Ledger::nowhere();
    let mut command = ledger.command(&[]);
    Ran::of(command.env("NATS_SERVER", "/nonexistent"))
        .ends(2)
        .says("cannot run /nonexistent");
    ledger.start(&[]);
    assert_eq!(ledger.size(), DEMONSTRATION);
}

#[test]
fn a_nats_server_that_is_too_old_is_not_used() {
    let ledger = Ledger::nowhere();
    let old = ledger.path("nats-server");
    std::fs::write(&old, "#!/bin/sh\necho nats-server: v2.9.25\n").unwrap();
    std::fs::set_permissions(&old, std::fs::Permissions::from_mode(0o755)).unwrap();
    Ran::of(ledger.command(&[]).env("NATS_SERVER", &old))
        .ends(2)
        .says("is nats-server 2.9.25; 2.15.0 or newer is needed");
}

#[test]
fn the_doctor_finds_a_running_ledger_well_and_says_what_is_wrong_with_one_that_is_stopped() {
    let mut ledger = Ledger::demo();
    let key = ledger.key("li");
    ledger.run(&["doctor", "--key", &key]).ends(0);
    ledger.stop();
    let ran = ledger.run(&["doctor", "--key", &key, "--json"]).ends(2);
    assert!(!ran.json().as_array().unwrap().is_empty(), "{ran:?}");
}

#[test]
fn whatever_was_recorded_is_there_after_everything_was_killed() {
    let mut ledger = Ledger::demo();
    let id = ledger.setting("ledger");
    for round in 0..3 {
        let name = format!("before-the-fall-{round}");
        let sequence = ledger.register(&name, &ledger.key("li"));
        ledger.kill();
        ledger.start(&[]);
        assert_eq!(sequence, DEMONSTRATION + round);
        assert_eq!(ledger.size(), sequence + 1);
        let path = format!("/v1/entries/{sequence}");
        let entry = ledger.ask_as_of(&path, sequence + 1);
        assert_eq!(
            entry["entry"]["statement"]["subject"],
            format!("organisation/{name}"),
            "{entry}"
        );
    }
    let url = ledger.setting("api");
    ledger
        .verify(&["--from", &url, "--ledger", &id])
        .ends(0)
        .says(&format!("VERIFIED: {} entries", DEMONSTRATION + 3));
}
