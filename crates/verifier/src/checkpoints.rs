//! Checkpoints, and the tree that must agree with them.

use cinnabar_events::EntryHash;
use cinnabar_tlog::{
    Algorithm, Checkpoint, Frontier, Hash, Note, NoteError, OpenError, Size, VerifierKey, leaf_hash,
};

use crate::finding::{Check, Fault, Findings};
use crate::report::Covered;

/// Why bytes are not a checkpoint of the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointFault {
    /// The key given is a witness's.
    #[error("the key is not a log's key, which has type 0x01")]
    NotALogKey,
    /// The bytes are no signed note.
    #[error("the checkpoint is not a signed note")]
    Note(#[from] NoteError),
    /// It isn't a checkpoint, or not this log's, or not signed by it.
    #[error("the note is not a checkpoint signed by the log")]
    Open(#[from] OpenError),
}

/// Reads a signed note as a checkpoint of the log with this key: signature and origin are checked.
///
/// # Errors
/// [`CheckpointFault`].
pub fn open_checkpoint(note: &[u8], log_key: &VerifierKey) -> Result<Checkpoint, CheckpointFault> {
    if log_key.algorithm() != Algorithm::Ed25519 {
        return Err(CheckpointFault::NotALogKey);
    }
    Ok(Checkpoint::open(&Note::parse(note)?, log_key)?)
}

/// A fault and all that it comes from, in one line.
pub(crate) fn reasons(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// The tree over the lines read so far, and its roots at the sizes that checkpoints speak of.
#[derive(Debug)]
pub(crate) struct Tree {
    /// Without the last leaf, which may yet have to be tried in another form.
    edge: Frontier,
    last: Option<Hash>,
    /// The signed checkpoint that the ledger is measured by.
    newest: Option<Checkpoint>,
    older: Vec<Checkpoint>,
    /// For each checkpoint, `newest` first: the root that the entries have at its size, once they reach it.
    roots: Vec<Option<Hash>>,
}

impl Tree {
    pub(crate) fn new(newest: Option<Checkpoint>, older: Vec<Checkpoint>) -> Self {
        let roots = vec![None; 1 + older.len()];
        let mut tree = Self {
            edge: Frontier::empty(),
            last: None,
            newest,
            older,
            roots,
        };
        tree.note_roots();
        tree
    }

    pub(crate) fn push(&mut self, leaf: Hash) {
        if let Some(last) = self.last.replace(leaf) {
            self.edge.push(last);
            self.note_roots();
        }
    }

    fn note_roots(&mut self) {
        let size = self.edge.size();
        let checkpoints = std::iter::once(self.newest.as_ref()).chain(self.older.iter().map(Some));
        for (root, checkpoint) in self.roots.iter_mut().zip(checkpoints) {
            if checkpoint.is_some_and(|checkpoint| checkpoint.size == size) {
                *root = Some(self.edge.root());
            }
        }
    }

    /// How many entries the checkpoint covers.
    pub(crate) fn covered(&self) -> Option<u64> {
        self.newest.as_ref().map(|checkpoint| checkpoint.size.get())
    }

    /// Whether the tree has the checkpoint's root once the last entry, `bytes`, carries `wanted` instead of `carried`.
    pub(crate) fn fits_repaired(
        &self,
        bytes: &[u8],
        carried: EntryHash,
        wanted: EntryHash,
    ) -> bool {
        let Some(checkpoint) = self
            .newest
            .as_ref()
            .filter(|checkpoint| checkpoint.size.get() == self.edge.size().get() + 1)
        else {
            return false;
        };
        let (carried, wanted) = (
            format!("\"prev\":\"{carried}\""),
            format!("\"prev\":\"{wanted}\""),
        );
        // Nothing that sorts before `prev` in an entry can hold these bytes.
        let Ok(repaired) = str::from_utf8(bytes).map(|text| text.replacen(&carried, &wanted, 1))
        else {
            return false;
        };
        let mut edge = self.edge.clone();
        edge.push(leaf_hash(repaired.as_bytes()));
        edge.root() == checkpoint.root
    }

    /// Number of lines, and the root over them.
    pub(crate) fn finish(&mut self) -> (Size, Hash) {
        if let Some(last) = self.last.take() {
            self.edge.push(last);
            self.note_roots();
        }
        (self.edge.size(), self.edge.root())
    }

    /// Compares size and root with the checkpoint. `reached`: the sequence after the last entry;
    /// `cut`: whether more are known to exist that could not be had.
    pub(crate) fn compare(&self, reached: u64, cut: bool, findings: &mut Findings) {
        let Some(checkpoint) = &self.newest else {
            return;
        };
        let size = checkpoint.size.get();
        if reached < size && !cut {
            let meaning = "the end of the ledger is missing";
            let (expected, found) = (
                format!("{size} entries, as the checkpoint says"),
                format!("{reached} entries"),
            );
            findings.push(Fault::new(Check::Size, expected, found, meaning).at(reached));
        }
        if reached > size {
            let meaning = "the log has not signed for these entries: take a newer checkpoint, or they were added";
            let (expected, found) = (
                format!("{size} entries, as the checkpoint says"),
                format!("{reached} entries"),
            );
            findings.push(Fault::new(Check::Size, expected, found, meaning).at(size));
        }
        let found = match self.roots.first().copied().flatten() {
            Some(root) if root == checkpoint.root => return,
            Some(root) => root.to_string(),
            None if reached < size => return,
            None => format!(
                "{} lines, which give no root of that size",
                self.edge.size()
            ),
        };
        // A whole chain vouches for every entry but the last: if nothing else is wrong, it is the last.
        let last = (findings.is_empty() && reached == size).then(|| size.saturating_sub(1));
        let meaning = "these are not the entries that the log signed for";
        findings
            .push(Fault::new(Check::Root, checkpoint.root.to_string(), found, meaning).at(last));
    }

    /// Older checkpoints that contradict the newest: the log has told two stories.
    pub(crate) fn forks(&self) -> Vec<Fault> {
        let Some(newest) = &self.newest else {
            return Vec::new();
        };
        let own = self.roots.first().copied().flatten();
        let ours = own == Some(newest.root);
        let mut faults = Vec::new();
        for (older, root) in self.older.iter().zip(self.roots.iter().skip(1)) {
            let other = match root {
                _ if older.size == newest.size => newest.root,
                Some(root) if ours => *root,
                Some(_) | None => continue,
            };
            if other != older.root {
                let expected = format!(
                    "root {other} at size {}, as the newer checkpoint implies",
                    older.size
                );
                let meaning = "the log signed two checkpoints that no history joins: it has shown different ledgers to different people";
                faults.push(Fault::new(
                    Check::Fork,
                    expected,
                    format!("root {}", older.root),
                    meaning,
                ));
            }
        }
        faults
    }

    /// Older checkpoints that nothing here can be compared with.
    pub(crate) fn incomparable(&self) -> impl Iterator<Item = &Checkpoint> {
        let newest = self.newest.as_ref().map(|newest| newest.size);
        let pairs = self.older.iter().zip(self.roots.iter().skip(1));
        pairs
            .filter(move |(older, root)| root.is_none() && Some(older.size) != newest)
            .map(|(older, _)| older)
    }

    pub(crate) fn report(&self) -> Option<Covered> {
        self.newest.as_ref().map(|checkpoint| Covered {
            origin: checkpoint.origin.to_string(),
            size: checkpoint.size.get(),
            root: checkpoint.root.to_string(),
        })
    }
}
