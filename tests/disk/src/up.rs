//! `cinnabar up` on a folder of the test's choosing: a disk that fails, or what one left behind.

use std::path::{Path, PathBuf};
use std::process::Command;

use cinnabar_tests::desk::Desk;
use cinnabar_tests::ledger::{ENV_NATS_SERVER, nats_server};
use cinnabar_tests::program;
use cinnabar_tests::running::{Ran, Running, child_of, eventually};

/// The last line that `cinnabar up` prints once everything runs.
const UP: &str = "Ctrl-C stops it.";

/// A running `cinnabar up`. Dropped, it and its `nats-server` are killed.
#[derive(Debug)]
pub struct Up {
    folder: PathBuf,
    /// None once it was taken to its end.
    running: Option<Running>,
}

/// `cinnabar up` on the data in `folder`, not started yet.
#[must_use]
pub fn command(folder: &Path) -> Command {
    let mut command = Command::new(program("cinnabar"));
    command
        .args(["up", "--empty", "--data", "data", "--listen", "127.0.0.1:0"])
        .current_dir(folder);
    let server = nats_server();
    if server != Path::new("nats-server") {
        command.env(ENV_NATS_SERVER, server);
    }
    command
}

impl Up {
    /// Starts it and waits until it takes statements.
    ///
    /// # Panics
    /// If it doesn't come up.
    #[must_use]
    #[track_caller]
    pub fn start(folder: &Path) -> Self {
        match Self::try_start(&mut command(folder), folder) {
            Ok(up) => up,
            Err(ran) => panic!("it does not come up:\n{}\n{}", ran.out, ran.err),
        }
    }

    /// Starts it and waits until it takes statements, or refuses: then what it said.
    ///
    /// # Errors
    /// What it said, if it ended.
    ///
    /// # Panics
    /// If it does neither.
    pub fn try_start(command: &mut Command, folder: &Path) -> Result<Self, Ran> {
        let running = Running::start(command);
        let process = running.id();
        let up = eventually("a ledger that is up, or refuses", || {
            let is_up = running.out().iter().any(|line| line.starts_with(UP));
            (is_up || has_ended(process)).then_some(is_up)
        });
        match up {
            true => Ok(Self {
                folder: folder.to_owned(),
                running: Some(running),
            }),
            false => Err(running.end()),
        }
    }

    /// Where people sign and check.
    #[must_use]
    pub fn desk(&self) -> Desk {
        Desk::new(&self.folder, &self.folder.join("data/connection.toml"))
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.running().id()
    }

    /// What it said on standard error.
    #[must_use]
    pub fn said(&self) -> String {
        self.running().err().join("\n")
    }

    /// Whether it has ended by itself.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        has_ended(self.running().id())
    }

    /// Waits until it ends by itself, and gives what it said.
    ///
    /// # Panics
    /// If it doesn't.
    #[must_use]
    #[track_caller]
    pub fn end(mut self) -> Ran {
        self.running.take().expect("it runs").end()
    }

    /// Stops it as Ctrl-C does.
    ///
    /// # Panics
    /// If it doesn't end.
    #[must_use]
    #[track_caller]
    pub fn stop(self) -> Ran {
        self.running().interrupt();
        self.end()
    }

    fn running(&self) -> &Running {
        self.running.as_ref().expect("it runs")
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        let Some(running) = self.running.take() else {
            return;
        };
        let server = child_of(running.id(), "nats-server");
        if let Some(server) = server {
            cinnabar_tests::running::send(server, rustix::process::Signal::KILL);
        }
        running.kill();
        if let Some(server) = server {
            eventually("the end of a server", || has_ended(server).then_some(()));
        }
    }
}

/// Whether a process is gone, or waits to be buried.
fn has_ended(process: u32) -> bool {
    matches!(state(process), None | Some('Z' | 'X'))
}

/// Whether a process was stopped by SIGSTOP.
#[must_use]
pub fn is_stopped(process: u32) -> bool {
    state(process) == Some('T')
}

fn state(process: u32) -> Option<char> {
    let status = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    status.rsplit_once(") ")?.1.chars().next()
}
