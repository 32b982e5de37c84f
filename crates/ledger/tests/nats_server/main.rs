//! The NATS side against a real server: permissions, fencing, batches, and a child that dies.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm, missing_docs)]

mod cluster;
mod findings;
mod permissions;
mod publishing;
mod reading;
mod supervision;

use std::path::{Path, PathBuf};

use async_nats::Client;
use async_nats::service::ServiceExt;
use cinnabar_ledger::nats::config::ServerConfig;
use cinnabar_ledger::nats::connect::{Link, Login, connect};
use cinnabar_ledger::nats::find::find;
use cinnabar_ledger::nats::keys::UserKey;
use cinnabar_ledger::nats::names::Names;
use cinnabar_ledger::nats::streams::{self, Replicas, StreamKind};
use cinnabar_ledger::nats::supervisor::{NatsServer, Options};
use cinnabar_ledger::nats::users::{EntryFilter, Role, User, UserName};
use futures::StreamExt;
use tokio::task::JoinHandle;

/// The users of the test server, in the order of the permission table's columns.
const USERS: [&str; 6] = [
    "operator",
    "writer",
    "reader",
    "agency",
    "filtered",
    "submitter",
];
const ENTRY: &str = "cinnabar.t-1.entry.approval.granted.product.p1";

fn role(name: &str) -> Role {
    match name {
        "operator" => Role::Operator,
        "writer" => Role::Writer,
        "reader" => Role::Reader,
        "agency" => Role::Agency(vec![]),
        "filtered" => Role::Agency(vec![EntryFilter::new("approval.>").unwrap()]),
        "submitter" => Role::Submitter,
        other => panic!("{other}"),
    }
}

fn names() -> Names {
    Names::new("t-1").unwrap()
}

fn seed(dir: &Path, user: &str) -> PathBuf {
    dir.join(format!("{user}.seed"))
}

fn options(dir: &Path) -> Options {
    let users = USERS.map(|name| User {
        name: UserName::new(name).unwrap(),
        role: role(name),
        key: UserKey::load_or_create(&seed(dir, name))
            .unwrap()
            .public()
            .clone(),
    });
    let run_dir = dir.join("run");
    let config =
        ServerConfig::embedded(names(), users.to_vec(), dir.join("store"), run_dir.clone());
    Options {
        binary: find(None).unwrap().path,
        run_dir,
        config,
    }
}

fn login(dir: &Path, user: &str, server: &NatsServer) -> Login {
    Login {
        servers: vec![server.client_url().to_owned()],
        user: UserName::new(user).unwrap(),
        key: UserKey::load(&seed(dir, user)).unwrap(),
        ca: None,
    }
}

/// A running server with all its streams.
struct Room {
    dir: tempfile::TempDir,
    server: NatsServer,
}

impl Room {
    async fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let server = NatsServer::start(options(dir.path())).await.unwrap();
        let room = Self { dir, server };
        let operator = room.link("operator").await;
        streams::ensure_all(&operator.client, &names(), Replicas::One)
            .await
            .unwrap();
        room
    }

    async fn link(&self, user: &str) -> Link {
        connect(login(self.dir.path(), user, &self.server))
            .await
            .unwrap()
    }

    async fn last(&self, client: &Client, kind: StreamKind) -> u64 {
        streams::info(client, &names(), kind)
            .await
            .unwrap()
            .state
            .last_sequence
    }
}

/// An intake that answers everything with `ok`, as the writer.
async fn serve_intake(client: Client) -> JoinHandle<()> {
    let service = client
        .service_builder()
        .start("cinnabar-intake", "0.1.0")
        .await
        .unwrap();
    let mut endpoint = service
        .endpoint(names().intake_subject("submit"))
        .await
        .unwrap();
    client.flush().await.unwrap();
    tokio::spawn(async move {
        let _service = service;
        while let Some(request) = endpoint.next().await {
            let _ = request.respond(Ok("ok".into())).await;
        }
    })
}
