//! What the feeder needs of the log.

use std::error::Error;
use std::sync::Arc;

use cinnabar_tlog::{Checkpoint, CheckpointError, ConsistencyProof, Note, NoteError, Size};

/// A checkpoint that the log has published, as it is shown to witnesses: with the log's own lines and no others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    note: Note,
    checkpoint: Checkpoint,
}

/// Why a note is not a published checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublishedError {
    /// The note is no checkpoint.
    #[error("the note is no checkpoint")]
    Checkpoint(#[source] CheckpointError),
    /// None of its lines has the name of the log.
    #[error("the log has not signed it")]
    Unsigned(#[source] NoteError),
}

impl Published {
    /// Takes a checkpoint with any lines under it; those of others than the log, whose name is the origin, are left out:
    /// witnesses read 16 KiB, and the lines of the other witnesses are none of their business.
    ///
    /// # Errors
    /// [`PublishedError`].
    pub fn new(note: &Note) -> Result<Self, PublishedError> {
        let checkpoint = Checkpoint::parse(note.text()).map_err(PublishedError::Checkpoint)?;
        let note = note
            .filtered(|line| *line.name() == checkpoint.origin)
            .map_err(PublishedError::Unsigned)?;
        Ok(Self { note, checkpoint })
    }

    /// The note with the log's lines.
    pub const fn note(&self) -> &Note {
        &self.note
    }

    /// The checkpoint.
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Its size.
    pub const fn size(&self) -> Size {
        self.checkpoint.size
    }
}

/// The log could not do it: its store's error, which goes into the status of the witness.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the log failed")]
pub struct LogFailure(#[source] Arc<dyn Error + Send + Sync>);

impl LogFailure {
    /// The log's own error.
    pub fn new(error: impl Error + Send + Sync + 'static) -> Self {
        Self(Arc::new(error))
    }
}

/// The log whose checkpoints are shown. Called from several threads at a time; may block for a read or a write.
pub trait Log: Send + Sync {
    /// The newest checkpoint that is durable and published; none if there is none yet. Asked once a second for each
    /// witness, so from memory.
    fn newest(&self) -> Option<Published>;

    /// The proof that the tree of size `new` continues that of size `old`, with 0 < `old` < `new`.
    ///
    /// # Errors
    /// If the store cannot give it.
    fn consistency(&self, old: Size, new: Size) -> Result<ConsistencyProof, LogFailure>;

    /// Keeps a checkpoint with a witness's verified cosignature beside what is kept of the same checkpoint. The same witness
    /// may come again with a later time.
    ///
    /// # Errors
    /// If the store cannot keep it.
    fn keep(&self, cosigned: &Note) -> Result<(), LogFailure>;
}
