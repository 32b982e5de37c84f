//! Where a ledger is, read from the connection profile that a node leaves, again at every connection: after a restart it has other ports.

use std::io;
use std::path::{Path, PathBuf};

use crate::wire::Wire;

/// The user that may submit.
const SUBMITTER: &str = "submitter";

/// What a submitter has to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The ledger's id.
    pub ledger: String,
    /// Its short name.
    pub name: String,
    /// The log's key.
    pub vkey: String,
    /// Where its NATS server is.
    pub nats: String,
    /// Where its read API is.
    pub api: String,
    /// The seed of the user who may submit.
    seed: PathBuf,
}

impl Profile {
    /// Reads it.
    ///
    /// # Errors
    /// It isn't there, or not complete.
    pub fn read(path: &Path) -> io::Result<Self> {
        let text = std::fs::read_to_string(path)?;
        let value = |name: &str| {
            let found = text.lines().find_map(|line| {
                let (key, value) = line.split_once(" = ")?;
                (key == name).then(|| value.trim_matches('"').to_owned())
            });
            found.ok_or_else(|| io::Error::other(format!("no {name} in {}", path.display())))
        };
        let folder = path.parent().unwrap_or(Path::new(""));
        Ok(Self {
            ledger: value("ledger")?,
            name: value("name")?,
            vkey: value("vkey")?,
            nats: value("nats")?,
            api: value("api")?,
            seed: folder.join(value(SUBMITTER)?),
        })
    }

    /// Connects as submitter; through `way`, if one is given, instead of straight to the server.
    ///
    /// # Errors
    /// As [`Wire::dial`].
    pub fn dial(&self, way: Option<&str>) -> io::Result<Wire> {
        let seed = std::fs::read_to_string(&self.seed)?;
        // Several servers have commas between; any will do.
        let first = self.nats.split(',').next().unwrap_or(&self.nats);
        Wire::dial(way.unwrap_or(first), SUBMITTER, &seed)
    }

    /// Where statements are submitted.
    #[must_use]
    pub fn submit_subject(&self) -> String {
        self.intake_subject("submit")
    }

    /// Where an intake request of this sort goes: `submit`, `check`, `receipt`, `info`.
    #[must_use]
    pub fn intake_subject(&self, endpoint: &str) -> String {
        format!("cinnabar.{}.intake.{endpoint}", self.name)
    }
}
