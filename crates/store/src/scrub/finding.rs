//! Findings: bounded in number and length.

use std::fmt;

use super::SCRUB_FINDINGS_MAX;

/// Most characters of a key or value that a finding shows.
const SHOWN_MAX: usize = 160;
/// What it means that a value has no form that a release wrote.
pub(super) const FORM: &str =
    "no release wrote such a value: the replica is damaged; rebuild it from the log stream";
/// What it means that the database can't read something.
const UNREADABLE: &str = "the bytes on the disk are not those that were written: rebuild the replica from the log stream";

/// One thing that is not as the entries make it, or that can't be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScrubFinding {
    /// File or family, and the key or sequence in it.
    pub place: String,
    /// What should be there.
    pub expected: String,
    /// What is there.
    pub found: String,
    /// What that means.
    pub meaning: &'static str,
}

impl fmt::Display for ScrubFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            place,
            expected,
            found,
            meaning,
        } = self;
        write!(f, "{place}: expected {expected}, found {found}: {meaning}")
    }
}

/// The list, as it grows.
#[derive(Debug, Default)]
pub(super) struct Findings {
    list: Vec<ScrubFinding>,
    more: u64,
}

impl Findings {
    /// Adds one.
    pub(super) fn add(
        &mut self,
        place: impl Into<String>,
        expected: impl fmt::Display,
        found: impl fmt::Display,
        meaning: &'static str,
    ) {
        if self.list.len() >= SCRUB_FINDINGS_MAX {
            self.more += 1;
            return;
        }
        self.list.push(ScrubFinding {
            place: place.into(),
            expected: cut(&expected.to_string()),
            found: cut(&found.to_string()),
            meaning,
        });
    }

    /// Adds that the database can't read something: its checksums say so, and its text names the file.
    pub(super) fn unreadable(&mut self, place: impl Into<String>, error: rocksdb::Error) {
        self.add(place, "bytes with their checksum", error, UNREADABLE);
    }

    pub(super) fn into_parts(self) -> (Vec<ScrubFinding>, u64) {
        (self.list, self.more)
    }
}

/// A key or value for people to read.
pub(super) fn shown(bytes: &[u8]) -> String {
    let most = &bytes[..bytes.len().min(SHOWN_MAX)];
    most.escape_ascii().to_string()
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(2 * SHOWN_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
