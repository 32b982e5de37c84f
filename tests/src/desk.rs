//! A desk: a folder at which people sign, submit and check.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::running::{Ran, eventually};
use crate::{http, program};

/// A folder in which the programs run, with the profile that tells them where the ledger is.
#[derive(Clone, Debug)]
pub struct Desk {
    folder: PathBuf,
    profile: PathBuf,
}

impl Desk {
    /// A desk in `folder`, which exists, for the ledger of `profile`.
    #[must_use]
    pub fn new(folder: &Path, profile: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            profile: profile.to_owned(),
        }
    }

    /// Where something at this desk is.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// `cinnabar` with these arguments, not started yet.
    #[must_use]
    pub fn cinnabar(&self, arguments: &[&str]) -> Command {
        self.command(&program("cinnabar"), arguments)
    }

    /// A program with these arguments, not started yet; it finds ours on its `PATH`.
    #[must_use]
    pub fn command(&self, program_path: &Path, arguments: &[&str]) -> Command {
        let mut path = vec![
            program("cinnabar")
                .parent()
                .expect("a program is in a folder")
                .to_owned(),
        ];
        path.extend(std::env::split_paths(
            &std::env::var_os("PATH").unwrap_or_default(),
        ));
        let mut command = Command::new(program_path);
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env("CINNABAR_PROFILE", &self.profile)
            .env(
                "PATH",
                std::env::join_paths(path).expect("PATH was one before"),
            )
            .env_remove("SSH_AUTH_SOCK");
        command
    }

    /// Runs `cinnabar` to its end.
    #[must_use]
    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&mut self.cinnabar(arguments))
    }

    /// Runs a shell script to its end.
    #[must_use]
    pub fn shell(&self, script: &str) -> Ran {
        Ran::of(&mut self.command(Path::new("sh"), &["-c", script]))
    }

    /// Runs `verify --log-key` with the ledger's own key and `arguments` to its end.
    #[must_use]
    pub fn verify(&self, arguments: &[&str]) -> Ran {
        let key = self.setting("vkey");
        let mut command = self.command(&program("verify"), &["--log-key", &key]);
        Ran::of(command.args(arguments))
    }

    /// Runs `verify` on a document: the subcommand and its arguments, then `--log-key` with the ledger's own key.
    #[must_use]
    pub fn examine(&self, arguments: &[&str]) -> Ran {
        let key = self.setting("vkey");
        let mut command = self.command(&program("verify"), arguments);
        Ran::of(command.args(["--log-key", &key]))
    }

    /// A text in the profile.
    ///
    /// # Panics
    /// If the profile is not there or doesn't have it.
    #[must_use]
    pub fn setting(&self, name: &str) -> String {
        let profile = std::fs::read_to_string(&self.profile).expect("the profile is there");
        let value = profile.lines().find_map(|line| {
            let (key, value) = line.split_once(" = ")?;
            (key == name).then(|| value.trim_matches('"').to_owned())
        });
        value.unwrap_or_else(|| panic!("no {name} in\n{profile}"))
    }

    /// Asks the read API: status and JSON.
    ///
    /// # Panics
    /// If nobody answers, or not in JSON.
    #[must_use]
    pub fn ask(&self, path: &str) -> (u16, Value) {
        let (status, body) = http::get(&self.setting("api"), path).expect("the API answers");
        let value = serde_json::from_slice(&body);
        (
            status,
            value.unwrap_or_else(|error| panic!("{error} in {}", String::from_utf8_lossy(&body))),
        )
    }

    /// How many entries the newest checkpoint covers.
    ///
    /// # Panics
    /// If there is no checkpoint.
    #[must_use]
    pub fn size(&self) -> u64 {
        size_of(&self.setting("api")).expect("there is a checkpoint")
    }

    /// Asks the views, as soon as they show at least `size` entries.
    ///
    /// # Panics
    /// If they never do, or answer with another status than 200.
    #[must_use]
    pub fn ask_as_of(&self, path: &str, size: u64) -> Value {
        eventually("views that have caught up", || {
            let (status, value) = self.ask(path);
            assert_eq!(status, 200, "{path} gives {value}");
            value["asOf"]["size"]
                .as_u64()
                .filter(|shown| *shown >= size)?;
            Some(value)
        })
    }

    /// Registers an organisation, signed by the registrar's key: its sequence.
    ///
    /// # Panics
    /// If it isn't recorded.
    #[track_caller]
    pub fn register(&self, id: &str, registrar: &str) -> u64 {
        let subject = format!("organisation/{id}");
        let ran = self.run(&[
            "submit",
            "organisation.registered",
            "--subject",
            &subject,
            "--data",
            "name=An Enterprise",
            "organisationKind=enterprise",
            "--as",
            "li:registrar",
            "--key",
            registrar,
            "--json",
        ]);
        ran.ends(0).json()["sequence"]
            .as_u64()
            .expect("a sequence is a number")
    }
}

/// How many entries the newest checkpoint of the log at `base` covers; none if there is none to be had.
#[must_use]
pub fn size_of(base: &str) -> Option<u64> {
    let (status, note) = http::get(base, "/checkpoint")?;
    let text = String::from_utf8(note).ok().filter(|_| status == 200)?;
    text.lines().nth(1)?.parse().ok()
}
