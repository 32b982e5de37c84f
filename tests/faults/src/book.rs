//! The journal's file: one line for each request before it is sent, and one for whatever came back. It is only ever appended to.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One line of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The statement's id.
    pub id: String,
    /// Its first signer; ids are unique for each.
    pub actor: String,
    /// Which client of the journal.
    pub client: usize,
    /// When, in microseconds of the machine's monotonic clock.
    pub at: u64,
    /// What happened.
    #[serde(flatten)]
    pub what: What,
}

/// What happened to a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum What {
    /// It is about to be sent.
    Sent {
        /// The request's bytes, which are JSON.
        request: String,
    },
    /// A receipt came.
    Receipt {
        /// It said that the statement was recorded before.
        again: bool,
        /// The receipt's bytes, which are JSON.
        receipt: String,
    },
    /// It was refused.
    Refused {
        /// The problem.
        problem: Value,
    },
    /// No answer came in time, or the connection broke: what became of it is not known.
    Unanswered {
        /// Why.
        why: String,
    },
}

impl What {
    /// Whether asking again is of no use.
    #[must_use]
    pub fn is_final(&self) -> bool {
        match self {
            Self::Receipt { .. } => true,
            // 503: not decided.
            Self::Refused { problem } => problem["status"] != 503,
            Self::Sent { .. } | Self::Unanswered { .. } => false,
        }
    }
}

/// Time on the machine's monotonic clock, in microseconds: the same for every process of one machine.
#[must_use]
pub fn now() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    let part = |value: i64| u64::try_from(value).unwrap_or(0);
    part(time.tv_sec) * 1_000_000 + part(time.tv_nsec) / 1_000
}

/// The file, open for appending.
#[derive(Debug)]
pub struct Book(Mutex<File>);

impl Book {
    /// Opens it, or makes it.
    ///
    /// # Errors
    /// As the system says.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self(Mutex::new(file)))
    }

    /// Appends a line; it is on the disk when this returns.
    ///
    /// # Errors
    /// As the system says. Whoever gets one must not go on.
    pub fn write(&self, line: &Line) -> io::Result<()> {
        let mut bytes = serde_json::to_vec(line)?;
        bytes.push(b'\n');
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(&bytes)?;
        file.sync_data()
    }
}

/// Reads the file.
///
/// # Errors
/// It can't be read, or a line is none.
pub fn read(path: &Path) -> io::Result<Vec<Line>> {
    let text = std::fs::read_to_string(path)?;
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).map_err(io::Error::from))
        .collect()
}
