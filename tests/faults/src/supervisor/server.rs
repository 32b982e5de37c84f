//! A `nats-server` of a cluster, as a process of its own.

use std::net::TcpStream;
use std::path::{Path, PathBuf};

use cinnabar_tests::ledger::nats_server;
use cinnabar_tests::running::{Running, eventually, send};
use rustix::process::Signal;

use super::Place;
use super::place::Address;

/// A server with the configuration that `cinnabar init` wrote for it, moved to its place. Its addresses stay the same over restarts.
#[derive(Debug)]
pub struct NatsServer {
    folder: PathBuf,
    name: String,
    place: Place,
    client: Address,
    monitor: Address,
    running: Option<Running>,
}

impl NatsServer {
    /// The servers of the cluster that was founded in `folder`, each at its place, not started yet.
    ///
    /// # Panics
    /// If there are none, or they are configured in another way than `cinnabar init` does.
    #[must_use]
    pub fn all(folder: &Path, places: &[Place]) -> Vec<Self> {
        let routes: Vec<Address> = places.iter().map(|place| place.address(6222)).collect();
        (1..)
            .zip(places)
            .map(|(number, place)| {
                let name = format!("nats-{number}");
                let (client, monitor) = (place.address(4222), place.address(8222));
                let file = folder.join(format!("nats/{name}.conf"));
                let mut config = std::fs::read_to_string(file).expect("a configuration");
                let mut moves = vec![
                    (
                        "\"0.0.0.0:4222\"".to_owned(),
                        format!("{:?}", client.listen),
                    ),
                    (
                        "\"0.0.0.0:8222\"".to_owned(),
                        format!("{:?}", monitor.listen),
                    ),
                    ("\"/data\"".to_owned(), format!("\"store-{number}\"")),
                ];
                if places.len() > 1 {
                    let listen = format!("{:?}", routes[number - 1].listen);
                    moves.push(("\"0.0.0.0:6222\"".to_owned(), listen));
                    for (other, address) in routes.iter().enumerate() {
                        if other + 1 != number {
                            moves.push((format!("nats-{}:6222", other + 1), address.net.clone()));
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
                    place: place.clone(),
                    client,
                    monitor,
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
        let mut command = self.place.command(&nats_server());
        let config = format!("{}.conf", self.name);
        command.args(["-c", &config]).current_dir(&self.folder);
        let running = Running::start(&mut command);
        eventually("a nats-server", || {
            assert!(!running.has_ended(), "{:#?}", running.err());
            TcpStream::connect(&self.client.desk).ok()
        });
        self.running = Some(running);
    }

    /// Its name, `nats-1` and so on.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where whoever runs the test connects.
    #[must_use]
    pub fn url(&self) -> String {
        format!("nats://{}", self.client.desk)
    }

    /// Where nodes and clients of the same network connect.
    #[must_use]
    pub fn net_url(&self) -> String {
        format!("nats://{}", self.client.net)
    }

    /// Where its monitoring is, for whoever runs the test.
    #[must_use]
    pub fn monitor_url(&self) -> String {
        format!("http://{}", self.monitor.desk)
    }

    /// Where its monitoring is, for nodes.
    pub(super) fn monitor_net_url(&self) -> String {
        format!("http://{}", self.monitor.net)
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
