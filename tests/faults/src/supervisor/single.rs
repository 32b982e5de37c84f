//! Everything on one machine: `cinnabar up`, with the `nats-server` that it starts.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::Command;

use cinnabar_tests::desk::Desk;
use cinnabar_tests::ledger::{ENV_NATS_SERVER, nats_server};
use cinnabar_tests::program;
use cinnabar_tests::running::{Ran, Running, child_of, eventually, send};
use rustix::process::Signal;
use tempfile::TempDir;

use super::arm;
use crate::people::{Person, enrol};
use crate::profile::Profile;

/// The last line that `cinnabar up` prints once everything runs.
const UP: &str = "Ctrl-C stops it.";

/// A folder with a ledger in it, and the process that runs it, while it does.
#[derive(Debug)]
pub struct Single {
    desk: Desk,
    running: Option<Running>,
    // The last field: the folder goes after the process that uses it.
    folder: TempDir,
}

impl Deref for Single {
    type Target = Desk;

    fn deref(&self) -> &Desk {
        &self.desk
    }
}

impl Single {
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
            running: None,
            folder,
        }
    }

    /// A ledger with its genesis, and the registrars of these names, who can sign for a journal. It runs.
    ///
    /// # Panics
    /// If it doesn't come up.
    #[must_use]
    pub fn with_registrars(names: &[&str]) -> Self {
        let mut single = Self::nowhere();
        single.launch(&["--empty"], "", &[]);
        assert!(single.comes_up(), "{}", single.said());
        for name in names {
            single.enrol(&Person::new(name, "registrar"));
        }
        single
    }

    /// Has the founders enrol somebody in their role.
    pub fn enrol(&self, newcomer: &Person) {
        let mut random = fastrand::Rng::new();
        let [wang, zhao] = [self.founder("wang"), self.founder("zhao")];
        enrol(&self.profile_path(), [&wang, &zhao], newcomer, &mut random);
    }

    /// `wang` or `zhao`, who founded it.
    #[must_use]
    pub fn founder(&self, name: &str) -> Person {
        let file = self.data().join(format!("keys/{name}.key"));
        Person::of_file(name, "institution_admin", &file)
    }

    /// Where everything is kept.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The connection profile that it leaves.
    #[must_use]
    pub fn profile_path(&self) -> PathBuf {
        self.data().join("connection.toml")
    }

    /// The connection profile as it is now.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn profile(&self) -> Profile {
        Profile::read(&self.profile_path()).expect("it left its profile")
    }

    /// `cinnabar up` on this folder, not started yet.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program("cinnabar"));
        self.prepare(command.arg("up"), arguments);
        command
    }

    /// Adds what every start has to a command that ends with `up`.
    fn prepare(&self, command: &mut Command, arguments: &[&str]) {
        command
            .args(["--data", "data", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .current_dir(self.folder.path());
        let server = nats_server();
        if server != Path::new("nats-server") {
            command.env(ENV_NATS_SERVER, server);
        }
    }

    /// Starts it, with failpoints, and doesn't wait. `before`: a program that starts it, with its arguments (`prlimit`, `unshare`, …).
    ///
    /// # Panics
    /// If it runs already.
    pub fn launch(&mut self, arguments: &[&str], failpoints: &str, before: &[&str]) {
        assert!(self.running.is_none(), "it runs");
        let mut command = match before {
            [] => self.command(arguments),
            [first, rest @ ..] => {
                let mut command = Command::new(first);
                command.args(rest).arg(program("cinnabar")).arg("up");
                self.prepare(&mut command, arguments);
                command
            }
        };
        arm(&mut command, failpoints);
        self.running = Some(Running::start(&mut command));
    }

    /// Waits until all of it runs, true, or it has ended, false: then it doesn't run any more, and can be started again.
    ///
    /// # Panics
    /// If neither comes.
    pub fn comes_up(&mut self) -> bool {
        let running = self.running();
        let up = eventually("a ledger that runs, or has ended", || {
            if running.out().iter().any(|line| line.starts_with(UP)) {
                return Some(true);
            }
            running.has_ended().then_some(false)
        });
        if !up {
            self.kill();
        }
        up
    }

    /// Starts it and waits until all of it runs.
    ///
    /// # Panics
    /// If it doesn't come up.
    #[track_caller]
    pub fn start(&mut self, failpoints: &str) {
        self.launch(&[], failpoints, &[]);
        let running = self.running();
        eventually("a ledger that runs", || {
            assert!(!running.has_ended(), "it ended\n{}", self.said());
            running
                .out()
                .iter()
                .any(|line| line.starts_with(UP))
                .then_some(())
        });
    }

    /// What it has said so far.
    #[must_use]
    pub fn said(&self) -> String {
        self.running.as_ref().map_or_else(String::new, |running| {
            let [out, err] = [running.out(), running.err()];
            let skip = err.len().saturating_sub(40);
            format!("{}\n{}", out.join("\n"), err[skip..].join("\n"))
        })
    }

    fn running(&self) -> &Running {
        self.running.as_ref().expect("it runs")
    }

    /// Whether it ended by itself since it was started.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.running.as_ref().is_none_or(Running::has_ended)
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
    #[must_use]
    pub fn id(&self) -> u32 {
        self.running().id()
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        self.running.take().expect("it runs").kill();
    }

    /// Ctrl-C: it must end well.
    #[track_caller]
    pub fn stop(&mut self) {
        let running = self.running.take().expect("it runs");
        running.interrupt();
        let _ = running.end().ends(0);
    }

    /// SIGSTOP.
    pub fn pause(&self) {
        send(self.id(), Signal::STOP);
    }

    /// SIGCONT.
    pub fn resume(&self) {
        send(self.id(), Signal::CONT);
    }

    /// The process id of its `nats-server`; none while there is none.
    #[must_use]
    pub fn nats_process(&self) -> Option<u32> {
        child_of(self.id(), "nats-server")
    }

    /// SIGKILL to its `nats-server`, if there is one.
    pub fn kill_nats(&self) -> bool {
        let server = self.nats_process();
        server.inspect(|id| send(*id, Signal::KILL)).is_some()
    }

    /// Whether `/readyz` says that it is ready.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        let api = self.profile().api;
        cinnabar_tests::http::get(&api, "/readyz").is_some_and(|(status, _)| status == 200)
    }
}
