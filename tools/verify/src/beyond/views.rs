//! The level `views`: the rows that are served are those that the entries give.

use cinnabar_events::Entry;
use cinnabar_projections::{VIEWS, Views};
use cinnabar_tlog::{Hash, Size};
use cinnabar_verifier::Check;
use serde::{Deserialize, Serialize};

use super::Notes;
use crate::commands::reasons;
use crate::tiles::{HttpTiles, Tiles as _};

/// Where a node says what its views come to.
const PATH: &str = "v1/views";
/// Longest answer: a few views with a digest each.
const ANSWER_MAX_BYTES: usize = 64 << 10;
/// Entries folded in one transaction, and their bytes: bounded memory, and few transactions.
const BLOCK_ENTRIES: usize = 1024;
const BLOCK_BYTES: usize = 8 << 20;

/// What the level came to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ViewsDone {
    /// The size at which the views were compared.
    pub(crate) size: u64,
    /// How many views are what the entries give.
    pub(crate) same: u64,
    /// How many were compared.
    pub(crate) compared: u64,
}

/// What a node answers; what else it says is not looked at.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    as_of: AsOf,
    views: Vec<Said>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AsOf {
    size: u64,
    root_hash: Option<String>,
}

/// One view, as the node says.
#[derive(Debug, Deserialize)]
struct Said {
    name: String,
    version: Option<u32>,
    digest: String,
}

/// A node was asked.
#[derive(Debug)]
pub(crate) struct Asked(Result<Answer, String>);

/// Asks the node at this address.
pub(super) fn ask(base: &str) -> Asked {
    let answer = HttpTiles::new(base).get(PATH, ANSWER_MAX_BYTES);
    let answer = answer.map_err(|error| reasons(&error));
    Asked(answer.and_then(|bytes| {
        serde_json::from_slice(&bytes).map_err(|error| format!("{base}/{PATH}: {error}"))
    }))
}

/// Views that are being built.
pub(super) struct Folding {
    answer: Answer,
    views: Views,
    /// The views are in it; it goes when this does.
    _room: tempfile::TempDir,
    waiting: Vec<Entry>,
    waiting_bytes: usize,
    root: Option<Hash>,
}

impl Folding {
    pub(super) fn begin(asked: Asked, notes: &mut Notes) -> Option<Self> {
        let begun = asked.0.and_then(|answer| {
            let room = tempfile::tempdir().map_err(|error| format!("a place for them: {error}"))?;
            let views = Views::open(room.path()).map_err(|error| reasons(&error))?;
            Ok(Self {
                answer,
                views,
                _room: room,
                waiting: Vec::new(),
                waiting_bytes: 0,
                root: None,
            })
        });
        begun
            .map_err(|why| notes.missing(format!("the views: {why}")))
            .ok()
    }

    /// Folds the next entry in, up to the size that the node speaks of. `root`: with it.
    pub(super) fn take(&mut self, entry: Entry, root: impl Fn() -> Hash) -> Result<(), String> {
        let size = entry.seq().get() + 1;
        if size > self.answer.as_of.size {
            return Ok(());
        }
        self.waiting_bytes += entry.bytes().len();
        self.waiting.push(entry);
        let last = size == self.answer.as_of.size;
        if last {
            self.root = Some(root());
        }
        if last || self.waiting.len() == BLOCK_ENTRIES || self.waiting_bytes >= BLOCK_BYTES {
            let applied = self.views.apply(&self.waiting, (Size::new(size), root()));
            applied.map_err(|error| reasons(&error))?;
            self.waiting.clear();
            self.waiting_bytes = 0;
        }
        Ok(())
    }

    /// Compares. The entries are those that the log signed for.
    pub(super) fn finish(self, notes: &mut Notes) -> Option<ViewsDone> {
        let size = self.answer.as_of.size;
        let stands = self.views.cursor().size.get();
        if stands != size {
            notes.missing(format!(
                "the views: the node's stand at {size}, the checkpoint covers {stands} entries or more, but not as many"
            ));
            return None;
        }
        if let (Some(root), Some(said)) = (self.root, &self.answer.as_of.root_hash)
            && root.to_string() != *said
        {
            notes.finding(
                (None, Check::Views),
                format!("root {root} at size {size}"),
                said.as_str(),
                "the node says that its views speak of another ledger than the log signed for",
            );
        }
        let digests = self.views.digests();
        let digests = digests
            .map_err(|error| notes.missing(format!("the views: {}", reasons(&error))))
            .ok()?;
        let mut done = ViewsDone {
            size,
            same: 0,
            compared: 0,
        };
        for (view, (name, digest)) in VIEWS.iter().zip(digests.views) {
            let said = self.answer.views.iter().find(|said| said.name == name);
            let version = said.and_then(|said| said.version);
            if version.is_some_and(|version| version != view.version) {
                let version = version.unwrap_or(0);
                notes.missing(format!(
                    "the view {name}: the node has version {version} of it, this program {}",
                    view.version
                ));
                continue;
            }
            done.compared += 1;
            let digest = digest.to_string();
            if said.is_some_and(|said| said.digest == digest) {
                done.same += 1;
                continue;
            }
            notes.finding(
                (None, Check::Views),
                format!("the view {name} at size {size} with digest {digest}"),
                said.map_or("no such view", |said| said.digest.as_str()),
                "rows that are served are not what the entries say: something was left out, added or changed between the ledger and the answers",
            );
        }
        Some(done)
    }
}
