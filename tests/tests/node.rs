//! A cluster's parts as separate processes: a server, a writer, a standby, a reader.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::Command;

use cinnabar_tests::desk::Desk;
use cinnabar_tests::http;
use cinnabar_tests::ledger::nats_server;
use cinnabar_tests::program;
use cinnabar_tests::running::{Ran, Running, eventually};
use serde_json::Value;
use tempfile::TempDir;

/// Where the server of a cluster listens, as `cinnabar init` writes it for containers.
const IN_CONTAINERS: [(&str, &str); 3] = [
    ("\"0.0.0.0:4222\"", "\"127.0.0.1:-1\""),
    ("\"0.0.0.0:8222\"", "\"127.0.0.1:-1\""),
    ("\"/data\"", "\"store\""),
];

/// Entries of a new ledger: its genesis, and the chapters of its rulebook.
const OPENING: u64 = 11;

/// A ledger that was founded by `cinnabar init`, its server, and its nodes.
struct Cluster {
    nats: String,
    monitor: String,
    _server: Running,
    folder: TempDir,
}

/// A node and its address.
struct Node {
    url: String,
    running: Running,
}

impl Cluster {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        let words = [
            "init",
            "--out",
            ".",
            "--origin",
            "ledger.example.org/ai",
            "--name",
            "sz-ai",
            "--institution",
            "AI Governance Institution",
            "--nodes",
            "1",
        ];
        Ran::of(
            Command::new(program("cinnabar"))
                .args(words)
                .current_dir(at),
        )
        .ends(0);
        let mut config = std::fs::read_to_string(at.join("nats/nats-1.conf")).unwrap();
        for (there, here) in IN_CONTAINERS {
            assert!(config.contains(there), "no {there} in\n{config}");
            config = config.replace(there, here);
        }
        config.push_str("ports_file_dir: \".\"\n");
        std::fs::write(at.join("here.conf"), config).unwrap();
        let mut command = Command::new(nats_server());
        let server = Running::start(command.args(["-c", "here.conf"]).current_dir(at));
        let (nats, monitor) = eventually("the server's ports", || ports(at));
        Self {
            nats,
            monitor,
            _server: server,
            folder,
        }
    }

    /// Starts a node, and waits until it is ready.
    fn node(&self, name: &str, role: &str) -> Node {
        let seed = if role == "reader" { "reader" } else { "writer" };
        let address = free_address();
        let mut config = format!(
            "role = \"{role}\"\nname = \"{name}\"\ndata = \"{name}\"\ngenesis = \"genesis.json\"\nlisten = \"{address}\"\n\
             [nats]\nservers = [\"{}\"]\nseed = \"secrets/nats/{seed}.seed\"\nreplicas = 1\nmonitor = [\"{}\"]\n",
            self.nats, self.monitor
        );
        if seed == "writer" {
            config.push_str(
                "operator = \"secrets/nats/operator.seed\"\n[keys]\nlog = \"secrets/log.skey\"\nledger = \"secrets/ledger.seed\"\n",
            );
        }
        if role == "writer" {
            config.push_str("[vault]\nkey = \"secrets/institution.key\"\n");
        }
        let file = format!("{name}.toml");
        std::fs::write(self.folder.path().join(&file), config).unwrap();
        let mut command = Command::new(program("cinnabar"));
        let words = ["node", "--config", &file];
        let running = Running::start(command.args(words).current_dir(self.folder.path()));
        let url = format!("http://{address}");
        eventually("a node that is ready", || {
            (http::get(&url, "/readyz")?.0 == 200).then_some(())
        });
        Node { url, running }
    }

    /// A desk for people who ask `api`.
    fn desk(&self, api: &str) -> Desk {
        let genesis = std::fs::read_to_string(self.folder.path().join("genesis.json")).unwrap();
        assert!(genesis.contains("ledger.example.org/ai"));
        let (_, body) = http::get(api, "/v1/ledger").unwrap();
        let ledger: Value = serde_json::from_slice(&body).unwrap();
        let text = |name: &str| {
            ledger[name]
                .as_str()
                .unwrap_or_else(|| panic!("{name} in {ledger:#}"))
        };
        let profile = format!(
            "ledger = \"{}\"\nname = \"sz-ai\"\norigin = \"ledger.example.org/ai\"\nvkey = \"{}\"\nnats = \"{}\"\napi = \"{api}\"\n\
             [users]\nsubmitter = \"secrets/nats/submitter.seed\"\nagency = \"secrets/nats/agency.seed\"\n",
            text("ledger"),
            text("logKey"),
            self.nats,
        );
        let path = self.folder.path().join("connection.toml");
        std::fs::write(&path, profile).unwrap();
        Desk::new(self.folder.path(), &path)
    }
}

/// Address of the server and of its monitoring, from the file that it writes.
fn ports(folder: &Path) -> Option<(String, String)> {
    let mut files = std::fs::read_dir(folder).ok()?.flatten();
    let file = files.find(|file| file.file_name().to_string_lossy().ends_with(".ports"))?;
    let ports: Value = serde_json::from_slice(&std::fs::read(file.path()).ok()?).ok()?;
    let first = |name: &str| Some(ports[name][0].as_str()?.to_owned());
    Some((first("nats")?, first("monitoring")?))
}

/// An address that nobody listens on. A node's address is in its configuration, so the system can't choose it later.
fn free_address() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

/// Enrols someone; both founders may.
fn enrol(desk: &Desk, id: &str) -> u64 {
    let (file, subject) = (format!("{id}.key"), format!("actor/{id}"));
    desk.run(&["key", "new", &file]).ends(0);
    let shown = desk.run(&["key", "show", &file]).ends(0).out;
    let at = shown.find("ed25519:").unwrap();
    let key = format!("key={}", &shown[at..at + 72]);
    let incoming = format!("{id}:incoming_key");
    let words = [
        "submit",
        "actor.enrolled",
        "--subject",
        &subject,
        "--data",
        "name=Somebody",
        "actorKind=person",
        &key,
        "--as",
        "wang:institution_admin",
        "--as",
        &incoming,
        "--key",
        "keys/wang.key",
        "--key",
        &file,
        "--json",
    ];
    desk.run(&words).ends(0).json()["sequence"]
        .as_u64()
        .unwrap()
}

/// Size and root of the newest checkpoint at `url`, once it covers `size` entries.
fn checkpoint(url: &str, size: u64) -> (u64, String) {
    eventually("a checkpoint", || {
        let (_, note) = http::get(url, "/checkpoint").filter(|(status, _)| *status == 200)?;
        let note = String::from_utf8(note).unwrap();
        let mut lines = note.lines().skip(1);
        let covered = lines.next()?.parse().ok()?;
        (covered >= size).then(|| (covered, lines.next().unwrap().to_owned()))
    })
}

#[test]
fn what_the_writer_records_the_reader_shows_and_the_standby_goes_on_when_the_writer_is_killed() {
    let cluster = Cluster::new();
    let writer = cluster.node("one", "writer");
    checkpoint(&writer.url, OPENING);
    let standby = cluster.node("two", "standby");
    let reader = cluster.node("three", "reader");
    checkpoint(&reader.url, OPENING);
    let desk = cluster.desk(&reader.url);

    assert_eq!(enrol(&desk, "first"), OPENING);
    let root = checkpoint(&writer.url, OPENING + 1);
    for node in [&standby, &reader] {
        assert_eq!(checkpoint(&node.url, OPENING + 1), root);
    }
    assert_eq!(desk.ask_as_of("/v1/actors", OPENING + 1)["total"], 4);

    writer.running.kill();
    assert_eq!(enrol(&desk, "second"), OPENING + 1);
    let root = checkpoint(&standby.url, OPENING + 2);
    assert_eq!(checkpoint(&reader.url, OPENING + 2), root);
    desk.verify(&["--from", &reader.url])
        .ends(0)
        .says(&format!("VERIFIED: {} entries", OPENING + 2));

    // The old writer comes back, as whoever waits now, and has missed nothing.
    let writer = cluster.node("one", "writer");
    assert_eq!(checkpoint(&writer.url, OPENING + 2), root);
    assert_eq!(enrol(&desk, "third"), OPENING + 2);
    for node in [writer, standby, reader] {
        checkpoint(&node.url, OPENING + 3);
        node.running.interrupt();
        node.running.end().ends(0);
    }
}
