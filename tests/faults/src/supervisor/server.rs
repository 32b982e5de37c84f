//! A `nats-server` of a cluster, as a process of its own.

use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use cinnabar_tests::ledger::nats_server;
use cinnabar_tests::running::{Running, eventually, send};
use rustix::process::Signal;

use super::free_address;

/// A server with the configuration that `cinnabar init` wrote for it, moved to loopback. Its addresses stay the same over restarts.
#[derive(Debug)]
pub struct NatsServer {
    folder: PathBuf,
    name: String,
    client: String,
    monitor: String,
    running: Option<Running>,
}

impl NatsServer {
    /// The servers of the cluster that was founded in `folder`, not started yet.
    ///
    /// # Panics
    /// If there are none, or they are configured in another way than `cinnabar init` does.
    #[must_use]
    pub fn all(folder: &Path, count: usize) -> Vec<Self> {
        let routes: Vec<String> = (0..count).map(|_| free_address()).collect();
        (1..=count)
            .map(|number| {
                let name = format!("nats-{number}");
                let (client, monitor) = (free_address(), free_address());
                let file = folder.join(format!("nats/{name}.conf"));
                let mut config = std::fs::read_to_string(file).expect("a configuration");
                let mut moves = vec![
                    ("\"0.0.0.0:4222\"".to_owned(), format!("{client:?}")),
                    ("\"0.0.0.0:8222\"".to_owned(), format!("{monitor:?}")),
                    ("\"/data\"".to_owned(), format!("\"store-{number}\"")),
                ];
                if count > 1 {
                    let listen = format!("{:?}", routes[number - 1]);
                    moves.push(("\"0.0.0.0:6222\"".to_owned(), listen));
                    for (other, address) in routes.iter().enumerate() {
                        if other + 1 != number {
                            moves.push((format!("nats-{}:6222", other + 1), address.clone()));
                        }
                    }
                }
                for (there, here) in moves {
                    assert!(config.contains(&there), "no {there} in\n{config}");
                    config = config.replace(&there, &here);
                }
                let here = folder.join(format!("{name}.conf"));
                std::fs::write(here, config).expect("room for a file");
                Self {
                    folder: folder.to_owned(),
                    name,
                    client: format!("nats://{client}"),
                    monitor: format!("http://{monitor}"),
                    running: None,
                }
            })
            .collect()
    }

    /// Starts it, and waits until it takes connections.
    ///
    /// # Panics
    /// If it runs already, or doesn't come up.
    pub fn start(&mut self) {
        assert!(self.running.is_none(), "{} runs", self.name);
        let mut command = Command::new(nats_server());
        let config = format!("{}.conf", self.name);
        command.args(["-c", &config]).current_dir(&self.folder);
        let running = Running::start(&mut command);
        let address = self.client.trim_start_matches("nats://");
        eventually("a nats-server", || {
            assert!(!running.has_ended(), "{:#?}", running.err());
            TcpStream::connect(address).ok()
        });
        self.running = Some(running);
    }

    /// Its name, `nats-1` and so on.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where clients connect.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.client
    }

    /// Where its monitoring is.
    #[must_use]
    pub fn monitor_url(&self) -> &str {
        &self.monitor
    }

    /// Where it keeps its streams.
    #[must_use]
    pub fn store(&self) -> PathBuf {
        self.folder.join(self.name.replace("nats", "store"))
    }

    /// Whether it runs, as far as we started and didn't end it.
    #[must_use]
    pub fn runs(&self) -> bool {
        self.running.as_ref().is_some_and(|one| !one.has_ended())
    }

    /// SIGKILL.
    ///
    /// # Panics
    /// If it doesn't run.
    pub fn kill(&mut self) {
        self.running.take().expect("it runs").kill();
    }

    /// SIGSTOP.
    pub fn pause(&self) {
        self.signal(Signal::STOP);
    }

    /// SIGCONT.
    pub fn resume(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        send(self.running.as_ref().expect("it runs").id(), signal);
    }
}
