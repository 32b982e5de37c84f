//! Runs `nats-server` as a supervised child on loopback, for the ledger on one machine.
//!
//! - It ends with us, however we end: the system sends it SIGTERM when the thread that spawned it ends. So it is spawned from
//!   one thread that lives as long as the supervision.
//! - `nats-server` does not lock its store, and two servers on one store destroy it. So a lock file in the store is held by us
//!   *and* inherited by the child; a new supervisor waits until an old child is really gone.
//! - If it dies it is started again, with growing pauses, on the same ports, so that clients reconnect.

use std::fs::File;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::{oneshot, watch};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::config::ServerConfig;
use super::process::Process;
pub use super::start::StartError;
use super::start::{Ports, io_error, port_of, prepare, start_once, words};

/// Restarts in a row, none of which stayed up, before giving up.
const RESTARTS_MAX: u32 = 10;
/// A server that ran this long was up: the count of restarts begins anew.
const STAYED_UP: Duration = Duration::from_secs(60);
/// First pause before a restart; doubles each time.
const BACKOFF_FIRST: Duration = Duration::from_millis(100);
/// Longest pause before a restart.
const BACKOFF_MAX: Duration = Duration::from_secs(5);
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
