//! One start of the server: lock, configuration, process, ports, health.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::net::TcpListener;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use serde::Deserialize;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::config::{ConfigError, Listen};
use super::http;
use super::process::Process;
use super::supervisor::Options;

/// How long the server may take to be healthy: after a kill it reads its whole store, at some 1.6 GB/s.
const READY_WITHIN: Duration = Duration::from_secs(600);
/// Pause between two looks at the ports file and at `/healthz`.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// How long to wait for the child of a supervisor that was killed: longer than it takes to end.
const LOCK_WITHIN: Duration = Duration::from_secs(15);
/// Name of the lock file in the store directory.
const LOCK_FILE: &str = "cinnabar.lock";
/// Name of the configuration file beside the ports file.
const CONFIG_FILE: &str = "nats-server.conf";

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

/// The addresses that the server got.
#[derive(Debug, Clone)]
pub(super) struct Ports {
    /// `nats://host:port`.
    pub(super) nats: String,
    /// `http://host:port`.
    pub(super) monitoring: String,
}

/// The ports file.
#[derive(Deserialize)]
struct PortsFile {
    nats: Vec<String>,
    monitoring: Vec<String>,
}

/// Makes the directories and takes the lock on the store.
pub(super) async fn prepare(options: &Options) -> Result<File, StartError> {
    let store_dir = &options.config.store_dir;
    for dir in [store_dir, &options.run_dir] {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
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
pub(super) async fn start_once(
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

pub(super) fn words(process: &Process) -> String {
    let words = process
        .last_words
        .lock()
        .ok()
        .and_then(|words| words.clone());
    words.unwrap_or_else(|| "it said nothing".into())
}

/// The port of `scheme://host:port`.
pub(super) fn port_of(url: &str) -> Option<u16> {
    url.rsplit_once(':')
        .and_then(|(_, port)| port.trim_end_matches('/').parse().ok())
}

pub(super) fn io_error(doing: impl Into<String>) -> impl FnOnce(io::Error) -> StartError {
    let doing = doing.into();
    move |source| StartError::Io { doing, source }
}
