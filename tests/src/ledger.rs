//! A ledger on this machine, as `cinnabar up` runs it for a stranger.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::desk::Desk;
use crate::running::{Ran, Running, child_of};
use crate::{program, root};

/// The last line that `cinnabar up` prints once everything runs.
const UP: &str = "Ctrl-C stops it.";
/// Names the `nats-server` to run.
pub const ENV_NATS_SERVER: &str = "NATS_SERVER";

/// How a row `{"id":"…"}` of a made-up load is imported: as an organisation of that name.
pub const LOAD_MAPPING: &str = r#"
name = "load"
version = 1
format = "json-lines"
key = ["id"]

[ids.organisation]
class = "organisation"
prefix = ""
from = "{id}"
style = "plain"

[[statement]]
role = "organisation"
kind = "organisation.registered"
subject = "organisation"

[statement.data]
name = "{id}"
organisationKind = "enterprise"
"#;

/// The `nats-server` that the scripts install, if nothing else is named: tests run elsewhere than in the checkout.
#[must_use]
pub fn nats_server() -> PathBuf {
    let installed = root().join(".tools/nats-server");
    match std::env::var_os(ENV_NATS_SERVER) {
        Some(named) => named.into(),
        None if installed.is_file() => installed,
        None => "nats-server".into(),
    }
}

/// A folder with a ledger in it, served as long as this lives. It is also the desk of everyone whose keys are in it.
///
/// Dropped, it is stopped as Ctrl-C does, and must end well.
#[derive(Debug)]
pub struct Ledger {
    desk: Desk,
    up: Option<Running>,
    // The last field: the folder goes after the process that uses it.
    folder: TempDir,
}

impl Deref for Ledger {
    type Target = Desk;

    fn deref(&self) -> &Desk {
        &self.desk
    }
}

impl Ledger {
    /// A folder for a ledger that nobody has opened yet.
    ///
    /// # Panics
    /// If there is no room for it.
    #[must_use]
    pub fn nowhere() -> Self {
        let folder = tempfile::tempdir().expect("room for a folder");
        let profile = folder.path().join("data/connection.toml");
        Self {
            desk: Desk::new(folder.path(), &profile),
            up: None,
            folder,
        }
    }

    /// With the demonstration.
    #[must_use]
    pub fn demo() -> Self {
        let mut ledger = Self::nowhere();
        ledger.start(&[]);
        ledger
    }

    /// With its genesis and nothing else.
    #[must_use]
    pub fn empty() -> Self {
        let mut ledger = Self::nowhere();
        ledger.start(&["--empty"]);
        ledger
    }

    /// Where everything is kept.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The key file of someone in the demonstration, or of a founder.
    #[must_use]
    pub fn key(&self, actor: &str) -> String {
        format!("data/keys/{actor}.key")
    }

    /// `cinnabar up` on this folder, on ports that the system chooses, not started yet.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program("cinnabar"));
        command
            .args(["up", "--data", "data", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .current_dir(self.folder.path());
        let server = nats_server();
        if server != Path::new("nats-server") {
            command.env(ENV_NATS_SERVER, server);
        }
        command
    }

    /// Starts it, and waits until all of it runs. What it said so far.
    ///
    /// # Panics
    /// If it doesn't come up.
    #[track_caller]
    pub fn start(&mut self, arguments: &[&str]) -> Vec<String> {
        let up = Running::start(&mut self.command(arguments));
        let said = up.wait_for_line(UP);
        self.up = Some(up);
        said
    }

    /// Stops it as Ctrl-C does: it must end well, and say so.
    ///
    /// # Panics
    /// If it doesn't run, or doesn't end with 0.
    #[track_caller]
    pub fn stop(&mut self) -> Ran {
        let up = self.up.take().expect("it runs");
        up.interrupt();
        up.end().ends(0).says("Everything is on disk")
    }

    /// Kills it without a warning.
    ///
    /// # Panics
    /// If it doesn't run.
    pub fn kill(&mut self) {
        self.up.take().expect("it runs").kill();
    }

    /// The process id of its `nats-server`; none while there is none.
    ///
    /// # Panics
    /// If the ledger doesn't run.
    #[must_use]
    pub fn nats_process(&self) -> Option<u32> {
        child_of(self.up.as_ref().expect("it runs").id(), "nats-server")
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        if self.up.is_some() && !std::thread::panicking() {
            self.stop();
        }
    }
}
