//! Three brokers, of which one at a time is killed, the leader included: writes go on.
#![allow(clippy::unwrap_used)]

use std::process::Command;

use cinnabar_faults::oracle::judge;
use cinnabar_faults::people::Person;
use cinnabar_faults::supervisor::{Cluster, Keeper, OPENING, Role, Run};
use cinnabar_tests::running::{Ran, eventually};
use cinnabar_tests::tally::{ran, times};
use cinnabar_tests::{http, program};
use serde_json::Value;

/// Which server leads the log stream, by its place, as the servers themselves say.
fn leader(cluster: &Cluster) -> Option<usize> {
    let running = cluster.servers.iter().find(|server| server.runs())?;
    let (_, body) = http::get(&running.monitor_url(), "/jsz?streams=true&accounts=true")?;
    let told: Value = serde_json::from_slice(&body).ok()?;
    let accounts = told["account_details"].as_array()?;
    let mut streams = accounts
        .iter()
        .filter_map(|one| one["stream_detail"].as_array())
        .flatten();
    let log = streams.find(|one| {
        one["name"]
            .as_str()
            .is_some_and(|name| name.ends_with("_LOG"))
    })?;
    let leads = log["cluster"]["leader"].as_str()?;
    cluster
        .servers
        .iter()
        .position(|server| server.name() == leads)
}

#[test]
fn with_any_one_of_three_brokers_killed_writing_goes_on() {
    let mut cluster = Cluster::founded(3);
    let mut writer = cluster.node("one", Role::Writer, &[]);
    writer.launch("");
    eventually("a writer, once the brokers have found each other", || {
        if writer.has_ended() {
            writer.kill();
            writer.launch("");
        }
        writer.is_ready().then_some(())
    });
    let profile = cluster.profile_path(&writer.url, "");
    writer.opens();
    let rounds = times(1, 12);
    let mut books = Vec::new();
    let mut led = 0;
    cluster.enrol(&Person::new("journal", "registrar"));
    for round in 0..rounds {
        let leads = eventually("a leader", || leader(&cluster));
        // The leader first, then each in turn.
        let victim = if round == 0 { leads } else { round % 3 };
        led += u64::from(victim == leads);
        let way = cluster.servers[(victim + 1) % 3].url();
        let book = cluster.folder().join(format!("journal-{round}.jsonl"));
        let run = Run {
            way: Some(way),
            tag: format!("r{round}"),
            ..Run::default()
        };
        let mut keeper = Keeper::start(&profile, &book, &run);
        keeper.more_receipts(10);
        cluster.servers[victim].kill();
        keeper.more_receipts(20);
        cluster.servers[victim].start();
        let url = cluster.servers[victim].monitor_url();
        eventually("a broker that has caught up", || {
            http::get(&url, "/healthz").filter(|(status, _)| *status == 200)
        });
        keeper.more_receipts(10);
        keeper.finish();
        books.push(book);
    }
    let desk = cluster.desk(&writer.url);
    let books: Vec<_> = books.iter().map(std::path::PathBuf::as_path).collect();
    let verdict = judge(&desk, &books);
    writer.stop();
    ran(
        "R11",
        &format!(
            "{rounds} of three brokers killed in turn ({led} times the leader), {} receipts held",
            verdict.receipts
        ),
    );
}

#[test]
fn a_node_that_writes_is_backed_up_by_its_configuration_and_restored_elsewhere() {
    let cluster = Cluster::founded(1);
    let mut writer = cluster.node("one", Role::Writer, &[]);
    writer.start("");
    let profile = cluster.profile_path(&writer.url, "");
    writer.opens();
    cluster.enrol(&Person::new("journal", "registrar"));
    let book = cluster.folder().join("journal.jsonl");
    let mut keeper = Keeper::start(&profile, &book, &Run::default());
    keeper.more_receipts(20);
    let cinnabar = |words: &[&str]| {
        let mut command = Command::new(program("cinnabar"));
        Ran::of(command.args(words).current_dir(cluster.folder()))
    };
    cinnabar(&["backup", "copy", "--config", writer.config()]).ends(0);
    keeper.more_receipts(20);
    cinnabar(&["backup", "copy", "--check"]).ends(0);
    keeper.finish();
    let manifest = std::fs::read(cluster.folder().join("copy/manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    let size = manifest["size"].as_u64().unwrap();
    assert!(size >= OPENING + 20, "{size}");
    cinnabar(&["restore", "copy", "--data", "elsewhere", "--verify"]).ends(0);
    let settings = |file: &str| std::fs::read(cluster.folder().join(file)).unwrap();
    assert_eq!(settings("elsewhere/node.toml"), settings(writer.config()));
    let verdict = judge(&cluster.desk(&writer.url), &[&book]);
    writer.stop();
    ran(
        "R31",
        &format!(
            "1 backup of a node of a cluster under load, {size} entries restored, {} receipts held",
            verdict.receipts
        ),
    );
}
