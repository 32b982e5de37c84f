//! A ledger as separate processes: one or three servers, and nodes with roles.

use std::path::{Path, PathBuf};
use std::process::Command;

use cinnabar_tests::desk::Desk;
use cinnabar_tests::running::{Ran, Running, eventually, in_time, send};
use cinnabar_tests::{http, program};
use rustix::process::Signal;
use serde_json::Value;
use tempfile::TempDir;

use super::{NatsServer, Place, arm};
use crate::people::{Person, enrol};

/// Its name on NATS.
const NAME: &str = "sz-ai";
/// The name in its checkpoints.
const ORIGIN: &str = "ledger.example.org/ai";

/// What a node does on top of being a replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Writes, if nobody else does.
    Writer,
    /// The same, by another name.
    Standby,
    /// Shows.
    Reader,
}

impl Role {
    const fn name(self) -> &'static str {
        match self {
            Self::Writer => "writer",
            Self::Standby => "standby",
            Self::Reader => "reader",
        }
    }
}

/// A ledger that was founded by `cinnabar init`, and its servers, which run.
#[derive(Debug)]
pub struct Cluster {
    /// Its servers, to be killed, paused and started again.
    pub servers: Vec<NatsServer>,
    folder: TempDir,
}

impl Cluster {
    /// Founds a ledger on one or three servers, and starts these.
    ///
    /// # Panics
    /// If that can't be done.
    #[must_use]
    pub fn founded(servers: usize) -> Self {
        Self::founded_at(&vec![Place::default(); servers])
    }

    /// The same with a server at each of these places.
    ///
    /// # Panics
    /// If that can't be done.
    #[must_use]
    pub fn founded_at(places: &[Place]) -> Self {
        let folder = tempfile::tempdir().expect("room for a folder");
        let count = places.len().to_string();
        let words = [
            "init",
            "--out",
            ".",
            "--origin",
            ORIGIN,
            "--name",
            NAME,
            "--institution",
            "AI Governance Institution",
            "--nodes",
            &count,
        ];
        let mut command = Command::new(program("cinnabar"));
        let founded = Ran::of(command.args(words).current_dir(folder.path()));
        drop(founded.ends(0));
        let mut servers = NatsServer::all(folder.path(), places);
        for server in &mut servers {
            server.start();
        }
        Self { servers, folder }
    }

    /// The folder in which everything is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where whoever runs the test connects: all servers.
    #[must_use]
    pub fn urls(&self) -> Vec<String> {
        self.servers.iter().map(NatsServer::url).collect()
    }

    /// A node, not started yet. It connects to `ways` (proxies, perhaps), or straight to all servers if there are none. It keeps name,
    /// data and address over restarts.
    ///
    /// # Panics
    /// If its configuration can't be written.
    #[must_use]
    pub fn node(&self, name: &str, role: Role, ways: &[String]) -> Node {
        self.node_at(Place::default(), name, role, ways)
    }

    /// The same, somewhere else.
    ///
    /// # Panics
    /// If its configuration can't be written.
    #[must_use]
    pub fn node_at(&self, place: Place, name: &str, role: Role, ways: &[String]) -> Node {
        let address = place.address(8480);
        let seed = match role {
            Role::Reader => "reader",
            Role::Writer | Role::Standby => "writer",
        };
        let straight: Vec<String> = self.servers.iter().map(NatsServer::net_url).collect();
        let servers = if ways.is_empty() { &straight } else { ways };
        let monitors = self.servers.iter().map(NatsServer::monitor_net_url);
        let monitors: Vec<String> = monitors.collect();
        let mut config = format!(
            "role = \"{}\"\nname = \"{name}\"\ndata = \"{name}\"\ngenesis = \"genesis.json\"\nlisten = \"{}\"\n\
             [nats]\nservers = {servers:?}\nseed = \"secrets/nats/{seed}.seed\"\nreplicas = {}\n",
            role.name(),
            address.listen,
            self.servers.len()
        );
        // Asked only while all of them run; a server that is down has nothing to say at a restart.
        if self.servers.iter().all(NatsServer::runs) {
            config.push_str(&format!("monitor = {monitors:?}\n"));
        }
        match role {
            Role::Reader => {}
            Role::Writer | Role::Standby => config.push_str(
                "operator = \"secrets/nats/operator.seed\"\n\
                 [keys]\nlog = \"secrets/log.skey\"\nledger = \"secrets/ledger.seed\"\n\
                 [vault]\nkey = \"secrets/institution.key\"\n",
            ),
        }
        let file = format!("{name}.toml");
        std::fs::write(self.folder().join(&file), config).expect("room for a file");
        Node {
            folder: self.folder().to_owned(),
            file,
            url: format!("http://{}", address.desk),
            place,
            running: None,
        }
    }

    /// Writes the connection profile for clients who ask `api` and submit through `nats` (empty: straight to all servers), and gives
    /// its path. The ledger must be open.
    ///
    /// # Panics
    /// If nobody answers at `api`.
    #[must_use]
    pub fn profile_path(&self, api: &str, nats: &str) -> PathBuf {
        let ledger: Value = eventually("a ledger that is open", || {
            let (status, body) = http::get(api, "/v1/ledger")?;
            serde_json::from_slice(&body).ok().filter(|_| status == 200)
        });
        let text = |name: &str| ledger[name].as_str().expect("a text").to_owned();
        let urls = self.urls().join(",");
        let nats = if nats.is_empty() { &urls } else { nats };
        let profile = format!(
            "ledger = \"{}\"\nname = \"{NAME}\"\norigin = \"{ORIGIN}\"\nvkey = \"{}\"\nnats = \"{nats}\"\napi = \"{api}\"\n\
             [users]\nsubmitter = \"secrets/nats/submitter.seed\"\nagency = \"secrets/nats/agency.seed\"\n",
            text("ledger"),
            text("logKey"),
        );
        let path = self.folder().join("connection.toml");
        std::fs::write(&path, profile).expect("room for a file");
        path
    }

    /// A desk for people who ask `api`; writes the profile.
    #[must_use]
    pub fn desk(&self, api: &str) -> Desk {
        Desk::new(self.folder(), &self.profile_path(api, ""))
    }

    /// Has the founders enrol somebody in their role; the profile must be written.
    pub fn enrol(&self, newcomer: &Person) {
        let founder = |name: &str| {
            let file = self.folder().join(format!("keys/{name}.key"));
            Person::of_file(name, "institution_admin", &file)
        };
        let profile = self.folder().join("connection.toml");
        let mut random = fastrand::Rng::new();
        let [wang, zhao] = [founder("wang"), founder("zhao")];
        enrol(&profile, [&wang, &zhao], newcomer, &mut random);
    }
}

/// A node, and its process while it runs.
#[derive(Debug)]
pub struct Node {
    folder: PathBuf,
    file: String,
    /// Where its read API is.
    pub url: String,
    place: Place,
    running: Option<Running>,
}

impl Node {
    /// Its configuration, a file in the cluster's folder.
    #[must_use]
    pub fn config(&self) -> &str {
        &self.file
    }

    /// Starts it with failpoints (`""` for none) and doesn't wait.
    ///
    /// # Panics
    /// If it runs already.
    pub fn launch(&mut self, failpoints: &str) {
        assert!(self.running.is_none(), "it runs");
        let mut command = self.place.command(&program("cinnabar"));
        command
            .args(["node", "--config", &self.file])
            .current_dir(&self.folder);
        arm(&mut command, failpoints);
        self.running = Some(Running::start(&mut command));
    }

    /// Starts it, and waits until it is ready.
    ///
    /// # Panics
    /// If it ends instead, or never is.
    #[track_caller]
    pub fn start(&mut self, failpoints: &str) {
        self.launch(failpoints);
        let ready = in_time(|| {
            assert!(!self.has_ended(), "it ended\n{}", self.said());
            self.is_ready().then_some(())
        });
        let asked = http::get(&self.url, "/readyz").map(|(_, body)| body);
        let asked = asked.unwrap_or_default();
        assert!(
            ready.is_some(),
            "not ready: {}\n{}",
            String::from_utf8_lossy(&asked),
            self.said()
        );
    }

    /// Whether `/readyz` says that it is ready.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        http::get(&self.url, "/readyz").is_some_and(|(status, _)| status == 200)
    }

    /// Whether it is ready, and says that it hears nothing of the log stream.
    #[must_use]
    pub fn is_ready_and_alone(&self) -> bool {
        let told = http::get(&self.url, "/readyz");
        told.is_some_and(|(status, parts)| {
            status == 200 && String::from_utf8_lossy(&parts).contains("has not answered")
        })
    }

    /// Whether it doesn't run any more.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.running.as_ref().is_none_or(Running::has_ended)
    }

    /// What it has said so far on standard error, the end of it.
    #[must_use]
    pub fn said(&self) -> String {
        let err = self.running.as_ref().map_or_else(Vec::new, Running::err);
        err[err.len().saturating_sub(40)..].join("\n")
    }

    /// Waits until it ends by itself, and gives what it said.
    ///
    /// # Panics
    /// If it doesn't run, or doesn't end.
    #[track_caller]
    pub fn ends(&mut self) -> Ran {
        self.running.take().expect("it runs").end()
    }

    /// Its process id.
    ///
    /// # Panics
    /// If it doesn't run.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.running.as_ref().expect("it runs").id()
    }

    /// SIGKILL.
    ///
    /// # Panics
    /// If it was not started.
    pub fn kill(&mut self) {
        self.running.take().expect("it was started").kill();
    }

    /// Ctrl-C: it must end well.
    #[track_caller]
    pub fn stop(&mut self) {
        let running = self.running.take().expect("it runs");
        running.interrupt();
        drop(running.end().ends(0));
    }

    /// SIGSTOP.
    pub fn pause(&self) {
        send(self.id(), Signal::STOP);
    }

    /// SIGCONT.
    pub fn resume(&self) {
        send(self.id(), Signal::CONT);
    }
}
