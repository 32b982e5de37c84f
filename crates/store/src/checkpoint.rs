//! Checkpoints: every one that was ever signed is kept, by size.

use std::sync::Arc;

use cinnabar_tlog::{Checkpoint, Hash, Note, Size};
use rocksdb::WriteBatch;

use crate::error::{ApplyError, Damage, Inconsistency, StoreError};
use crate::keys::{self, Family, IndexKey};
use crate::options;
use crate::store::Store;

/// A checkpoint that may be kept.
pub(crate) struct Kept {
    pub(crate) size: Size,
    pub(crate) note: Arc<str>,
}

impl Store {
    /// The signed checkpoint of exactly this size (the whole note), if there was one.
    ///
    /// # Errors
    /// If the database can't be read.
    pub fn checkpoint_at(&self, size: Size) -> Result<Option<String>, StoreError> {
        if size > self.head().size {
            return Ok(None);
        }
        self.value(
            Family::Index,
            &keys::checkpoint(size),
            "checkpoint",
            note_text,
        )
    }

    /// The signed checkpoints of `from` entries or more, with their sizes, smallest first; at most `limit` and at most
    /// [`MAX_LISTING`](crate::MAX_LISTING).
    ///
    /// # Errors
    /// If the database can't be read.
    pub fn checkpoints(&self, from: Size, limit: usize) -> Result<Vec<(Size, String)>, StoreError> {
        let head = self.head();
        let end = [IndexKey::Checkpoint as u8 + 1];
        let mut rows = self.listing(&keys::checkpoint(from), &end, limit, checkpoint_row)?;
        rows.retain(|(size, _)| *size <= head.size);
        Ok(rows)
    }

    /// Keeps a checkpoint of the present size or of an earlier one that came without a block: signed later, or with further cosignatures.
    /// If there is one for its size already, the signatures of both are kept. Returns when it is durable.
    ///
    /// # Errors
    /// [`ApplyError`]. A checkpoint that can't be kept (`Inconsistent`, `Read`) changes nothing; after any other error the store is poisoned,
    /// as by [`Self::apply`].
    pub fn keep_checkpoint(&self, note: &str) -> Result<(), ApplyError> {
        self.alone(|applier| {
            let root = applier.edge.root();
            let kept = self.check_checkpoint(note, self.head().size, root)?;
            let mut batch = WriteBatch::default();
            batch.put_cf(
                self.family(Family::Index),
                keys::checkpoint(kept.size),
                kept.note.as_bytes(),
            );
            let written = self.inner.db.write_opt(batch, &options::synced());
            written.map_err(|error| ApplyError::Database(error.into()))?;
            self.state().keep(kept);
            Ok(())
        })
    }

    /// Whether `note` may be kept when the tree has `size` leaves and `root`; with the signatures kept already.
    pub(crate) fn check_checkpoint(
        &self,
        note: &str,
        size: Size,
        root: Hash,
    ) -> Result<Kept, ApplyError> {
        let parse = |note: &str| {
            let note = Note::parse(note.as_bytes()).ok()?;
            Some((Checkpoint::parse(note.text()).ok()?, note))
        };
        let (checkpoint, mut merged) = parse(note).ok_or(Inconsistency::CheckpointForm)?;
        // Nothing is signed in the middle of a block.
        let covered = self.head().size;
        if checkpoint.size > covered && checkpoint.size != size {
            return Err(Inconsistency::CheckpointSize(checkpoint.size).into());
        }
        let expected = match checkpoint.size == size {
            true => root,
            false => cinnabar_tlog::root(checkpoint.size, self).map_err(StoreError::from)?,
        };
        if checkpoint.root != expected {
            return Err(Inconsistency::CheckpointRoot {
                size: checkpoint.size,
                expected,
                found: checkpoint.root,
            }
            .into());
        }
        if let Some(earlier) = self.stored_checkpoint(checkpoint.size)? {
            let (_, earlier) =
                parse(&earlier).ok_or(StoreError::from(Damage::Form("checkpoint")))?;
            if earlier.text() != merged.text() {
                return Err(Inconsistency::CheckpointOther(checkpoint.size).into());
            }
            merged = merge(earlier, &merged);
        }
        Ok(Kept {
            size: checkpoint.size,
            note: merged.to_string().into(),
        })
    }

    fn stored_checkpoint(&self, size: Size) -> Result<Option<String>, StoreError> {
        self.value(
            Family::Index,
            &keys::checkpoint(size),
            "checkpoint",
            note_text,
        )
    }
}

/// `first` with the signatures of `second` that it lacks. Where a note is full, what came first stays.
fn merge(first: Note, second: &Note) -> Note {
    let mut merged = first;
    for signature in second.signatures() {
        if !merged.signatures().contains(signature) {
            merged = match merged.clone().with_signature(signature.clone()) {
                Ok(more) => more,
                Err(_) => return merged,
            };
        }
    }
    merged
}

pub(crate) fn note_text(bytes: &[u8]) -> Option<String> {
    String::from_utf8(bytes.to_vec()).ok()
}

/// Reads a row of the index as a checkpoint.
pub(crate) fn checkpoint_row(key: &[u8], bytes: &[u8]) -> Result<(Size, String), Damage> {
    keys::checkpoint_size(key)
        .zip(note_text(bytes))
        .ok_or(Damage::Form("checkpoint"))
}

impl crate::store::State {
    /// Takes a checkpoint that is durable as the newest, unless a newer one is known.
    pub(crate) fn keep(&mut self, kept: Kept) {
        if self
            .checkpoint
            .as_ref()
            .is_none_or(|(size, _)| *size <= kept.size)
        {
            self.checkpoint = Some((kept.size, kept.note));
        }
    }
}
