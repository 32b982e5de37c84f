//! Runs `nats-server` as a supervised child on loopback, for the ledger on one machine.
//!
//! - It ends with us, however we end: see [`super::process`]. It is spawned from one thread that lives as long as the
//!   supervision, because the system's death signal follows the spawning thread.
//! - `nats-server` does not lock its store, and two servers on one store destroy it. So a lock file in the store is held by us
//!   *and* inherited by the child; a new supervisor waits until an old child is really gone.
//! - If it dies it is started again, with growing pauses, on the same ports, so that clients reconnect.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::net::TcpListener;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::thread;
use std::time::{Duration, Instant};

use serde::Deserialize;
use tokio::sync::{oneshot, watch};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::config::{ConfigError, Listen, ServerConfig};
use super::http;
use super::process::Process;

/// How long the server may take to be healthy: after a kill it reads its whole store, at some 1.6 GB/s.
const READY_WITHIN: Duration = Duration::from_secs(600);
/// Pause between two looks at the ports file and at `/healthz`.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// How long to wait for the child of a supervisor that was killed: longer than it takes to end.
const LOCK_WITHIN: Duration = Duration::from_secs(15);
/// Restarts in a row, none of which stayed up, before giving up.
const RESTARTS_MAX: u32 = 10;
/// A server that ran this long was up: the count of restarts begins anew.
const STAYED_UP: Duration = Duration::from_secs(60);
/// First pause before a restart; doubles each time.
const BACKOFF_FIRST: Duration = Duration::from_millis(100);
/// Longest pause before a restart.
const BACKOFF_MAX: Duration = Duration::from_secs(5);
/// Name of the lock file in the store directory.
const LOCK_FILE: &str = "cinnabar.lock";
/// Name of the configuration file beside the ports file.
const CONFIG_FILE: &str = "nats-server.conf";

/// What to run.
#[derive(Debug, Clone)]
pub struct Options {
    /// The binary; see [`super::find`].
    pub binary: PathBuf,
    /// Where the configuration and the ports file are written. Made if missing, with mode 0700.
    pub run_dir: PathBuf,
    /// The server's configuration. `ports_dir` is set to `run_dir`.
    pub config: ServerConfig,
}

/// What the server is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It is healthy.
    Running {
        /// Its process id.
        pid: u32,
    },
    /// It ended and is being started again.
    Restarting {
        /// Which attempt this is, from 1.
        attempt: u32,
        /// Why it ended.
        reason: String,
    },
    /// It ended too often. Nothing more is tried.
    Failed {
        /// Why it ended the last time.
        reason: String,
    },
    /// It was stopped.
    Stopped,
}

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Its configuration cannot be written.
    #[error("configuration of nats-server")]
    Config(#[from] ConfigError),
    /// A file or the process could not be made.
    #[error("{doing}")]
    Io {
        /// What was being done.
        doing: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Another process listens there.
    #[error("port {port} of {host} is taken by another process")]
    PortTaken {
        /// The address.
        host: String,
        /// The port.
        port: u16,
    },
    /// Another server uses the store.
    #[error("another process uses the store {store_dir}")]
    StoreBusy {
        /// The store.
        store_dir: PathBuf,
    },
    /// It ended before it was healthy.
    #[error("nats-server ended at start ({status}): {last_words}")]
    Exited {
        /// How it ended.
        status: ExitStatus,
        /// Its last error.
        last_words: String,
    },
    /// It runs, but did not become healthy.
    #[error("nats-server is not healthy after {} s", READY_WITHIN.as_secs())]
    NotHealthy,
    /// It was told to stop meanwhile.
    #[error("nats-server was stopped while starting")]
    Stopped,
}

/// A supervised server. Dropping it stops the server too, without waiting for it.
#[derive(Debug)]
pub struct NatsServer {
    client_url: String,
    monitor_url: String,
    state: watch::Receiver<State>,
    stop: CancellationToken,
}

impl NatsServer {
    /// Starts the server and returns once it is healthy.
    ///
    /// # Errors
    /// [`StartError`]. Nothing is left running.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let stop = CancellationToken::new();
        // If this future is dropped while it waits, the thread must stop too.
        let guard = stop.clone().drop_guard();
        let (started, first) = oneshot::channel();
        let (publish, state) = watch::channel(State::Stopped);
        let token = stop.clone();
        let run = move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            match runtime {
                Ok(runtime) => runtime.block_on(supervise(options, started, publish, token)),
                Err(source) => drop(started.send(Err(io_error("making a runtime")(source)))),
            }
        };
        thread::Builder::new()
            .name("nats-supervisor".into())
            .spawn(run)
            .map_err(io_error("starting a thread"))?;
        let ports = first.await.map_err(|_| StartError::Stopped)??;
        guard.disarm();
        Ok(Self {
            client_url: ports.nats,
            monitor_url: ports.monitoring,
            state,
            stop,
        })
    }

    /// Where clients connect: `nats://127.0.0.1:<port>`. Stays the same after a restart.
    #[must_use]
    pub fn client_url(&self) -> &str {
        &self.client_url
    }

    /// Where `/healthz` and `/jsz` are: `http://127.0.0.1:<port>`. Stays the same after a restart.
    #[must_use]
    pub fn monitor_url(&self) -> &str {
        &self.monitor_url
    }

    /// What the server is doing, now and from now on.
    #[must_use]
    pub fn state(&self) -> watch::Receiver<State> {
        self.state.clone()
    }

    /// Stops the server and waits for its end (SIGTERM; SIGKILL after 10 s).
    pub async fn stop(mut self) {
        self.stop.cancel();
        // The sender goes away with the thread, also if that ended before.
        while !matches!(*self.state.borrow_and_update(), State::Stopped)
            && self.state.changed().await.is_ok()
        {}
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// The addresses that the server got.
#[derive(Debug, Clone)]
struct Ports {
    nats: String,
    monitoring: String,
}

/// The ports file.
#[derive(Deserialize)]
struct PortsFile {
    nats: Vec<String>,
    monitoring: Vec<String>,
}

/// How a run of the server ended.
enum Ended {
    Stopped,
    ByItself(String),
}

/// The supervision, from lock to lock. Runs on its own thread.
async fn supervise(
    mut options: Options,
    started: oneshot::Sender<Result<Ports, StartError>>,
    state: watch::Sender<State>,
    stop: CancellationToken,
) {
    options.config.ports_dir = Some(options.run_dir.clone());
    let lock = match prepare(&options).await {
        Ok(lock) => lock,
        Err(error) => return drop(started.send(Err(error))),
    };
    let (mut process, ports) = match start_once(&options, &lock, &stop).await {
        Ok(up) => up,
        Err(error) => return drop(started.send(Err(error))),
    };
    // From here on the ports are fixed, so that clients find the server again.
    options.config.client.port = port_of(&ports.nats).or(options.config.client.port);
    options.config.monitor.port = port_of(&ports.monitoring).or(options.config.monitor.port);
    announce(&state, &process);
    if started.send(Ok(ports)).is_err() {
        return process.end().await;
    }
    let mut attempt = 0;
    loop {
        let since = Instant::now();
        match run(process, &stop).await {
            Ended::Stopped => return drop(state.send(State::Stopped)),
            Ended::ByItself(reason) => {
                attempt = if since.elapsed() >= STAYED_UP {
                    0
                } else {
                    attempt
                };
                match restart(&options, &lock, &state, &stop, &mut attempt, reason).await {
                    Some(again) => process = again,
                    None => return,
                }
            }
        }
        announce(&state, &process);
    }
}

fn announce(state: &watch::Sender<State>, process: &Process) {
    state.send_replace(State::Running {
        pid: process.id().unwrap_or_default(),
    });
}

/// Waits until the server ends, or ends it when told to stop.
async fn run(mut process: Process, stop: &CancellationToken) -> Ended {
    let ended = tokio::select! {
        ended = process.wait() => ended,
        () = stop.cancelled() => {
            process.end().await;
            return Ended::Stopped;
        }
    };
    let words = words(&process);
    Ended::ByItself(ended.map_or_else(
        |error| error.to_string(),
        |status| format!("{status}: {words}"),
    ))
}

/// Starts again until it is healthy. `None`: stopped, or failed too often; the state says which.
async fn restart(
    options: &Options,
    lock: &File,
    state: &watch::Sender<State>,
    stop: &CancellationToken,
    attempt: &mut u32,
    mut reason: String,
) -> Option<Process> {
    loop {
        *attempt += 1;
        if *attempt > RESTARTS_MAX {
            tracing::error!(
                reason,
                "nats-server failed {RESTARTS_MAX} times in a row; giving up"
            );
            state.send_replace(State::Failed { reason });
            return None;
        }
        tracing::warn!(attempt, reason, "nats-server ended; starting it again");
        state.send_replace(State::Restarting {
            attempt: *attempt,
            reason: reason.clone(),
        });
        let pause = (BACKOFF_FIRST * 2_u32.pow(*attempt - 1)).min(BACKOFF_MAX);
        tokio::select! {
            () = sleep(pause) => {}
            () = stop.cancelled() => {}
        }
        match start_once(options, lock, stop).await {
            Ok((process, _)) => return Some(process),
            Err(StartError::Stopped) => {
                state.send_replace(State::Stopped);
                return None;
            }
            Err(error) => reason = error.to_string(),
        }
    }
}

/// Makes the directories and takes the lock on the store.
async fn prepare(options: &Options) -> Result<File, StartError> {
    let store_dir = &options.config.store_dir;
    for dir in [store_dir, &options.run_dir] {
        use std::os::unix::fs::DirBuilderExt;
        let made = std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir);
        made.map_err(io_error(format!("making {}", dir.display())))?;
    }
    let path = store_dir.join(LOCK_FILE);
    let doing = format!("locking {}", path.display());
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path);
    let file = file.map_err(io_error(doing.clone()))?;
    let until = Instant::now() + LOCK_WITHIN;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if Instant::now() < until => sleep(LOOK_EVERY).await,
            Err(TryLockError::WouldBlock) => {
                return Err(StartError::StoreBusy {
                    store_dir: store_dir.clone(),
                });
            }
            Err(TryLockError::Error(source)) => return Err(io_error(doing)(source)),
        }
    }
}

/// One start: writes the configuration, spawns, waits until healthy. On error the process has ended.
async fn start_once(
    options: &Options,
    lock: &File,
    stop: &CancellationToken,
) -> Result<(Process, Ports), StartError> {
    if stop.is_cancelled() {
        return Err(StartError::Stopped);
    }
    let config = options.run_dir.join(CONFIG_FILE);
    let text = options.config.render()?;
    write_config(&config, &text).map_err(io_error(format!("writing {}", config.display())))?;
    let doing = format!("starting {}", options.binary.display());
    let mut process = Process::spawn(&options.binary, &config, lock).map_err(io_error(doing))?;
    let pid = process.id().unwrap_or_default();
    let error = tokio::select! {
        ended = process.wait() => return Err(why_ended(options, ended, &process)),
        ready = tokio::time::timeout(READY_WITHIN, ready(options, pid)) => match ready {
            Ok(ports) => return Ok((process, ports)),
            Err(_) => StartError::NotHealthy,
        },
        () = stop.cancelled() => StartError::Stopped,
    };
    process.end().await;
    Err(error)
}

/// Writes the configuration, readable by its owner only (it names who may do what).
fn write_config(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())
}

/// Waits for the ports file of process `pid`, then for the server to say that JetStream is up.
async fn ready(options: &Options, pid: u32) -> Ports {
    let name = options
        .binary
        .file_name()
        .unwrap_or_default()
        .to_string_lossy();
    let path = options.run_dir.join(format!("{name}_{pid}.ports"));
    loop {
        if let Some(ports) = read_ports(&path)
            && http::get(&ports.monitoring, "/healthz?js-enabled-only=true")
                .await
                .is_ok()
        {
            return ports;
        }
        sleep(LOOK_EVERY).await;
    }
}

/// The ports file, if it is there and complete (it is not written in one step).
fn read_ports(path: &Path) -> Option<Ports> {
    let file: PortsFile = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
    Some(Ports {
        nats: file.nats.into_iter().next()?,
        monitoring: file.monitoring.into_iter().next()?,
    })
}

/// Why a server ended before it was healthy. A port that cannot be had is told from a try, not from the server's words.
fn why_ended(options: &Options, ended: io::Result<ExitStatus>, process: &Process) -> StartError {
    for Listen { host, port } in [&options.config.client, &options.config.monitor] {
        if let Some(port) = *port
            && let Err(error) = TcpListener::bind((host.as_str(), port))
            && error.kind() == io::ErrorKind::AddrInUse
        {
            return StartError::PortTaken {
                host: host.clone(),
                port,
            };
        }
    }
    match ended {
        Ok(status) => StartError::Exited {
            status,
            last_words: words(process),
        },
        Err(source) => io_error("waiting for nats-server")(source),
    }
}

fn words(process: &Process) -> String {
    let words = process
        .last_words
        .lock()
        .ok()
        .and_then(|words| words.clone());
    words.unwrap_or_else(|| "it said nothing".into())
}

/// The port of `scheme://host:port`.
fn port_of(url: &str) -> Option<u16> {
    url.rsplit_once(':')
        .and_then(|(_, port)| port.trim_end_matches('/').parse().ok())
}

fn io_error(doing: impl Into<String>) -> impl FnOnce(io::Error) -> StartError {
    let doing = doing.into();
    move |source| StartError::Io { doing, source }
}
