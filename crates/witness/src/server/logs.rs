//! The logs that a witness knows, and what it cosigned last for one.

use std::collections::BTreeMap;

use cinnabar_tlog::{
    Algorithm, Checkpoint, CheckpointError, Note, NoteRejection, Origin, PosixSeconds, VerifierKey,
};

/// Most logs of one witness: each has its state in memory and a folder on disk.
pub const MAX_LOGS: usize = 4_096;

/// Most keys of one log: the one in use, and those that a rotation leaves valid for a while.
const MAX_KEYS: usize = 16;

/// The logs that are witnessed: their origins and the keys that they sign with.
#[derive(Debug, Clone, Default)]
pub struct Logs(BTreeMap<Origin, Vec<VerifierKey>>);

/// Why a list of keys names no logs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogsError {
    /// The key signs cosignatures: it is a witness's.
    #[error("{0} is the key of a witness, not of a log")]
    WitnessKey(Box<VerifierKey>),
    /// The same key twice.
    #[error("{0} is listed twice")]
    Duplicate(Box<VerifierKey>),
    /// More than 16 keys of one log.
    #[error("more than {MAX_KEYS} keys of {0}")]
    TooManyKeys(Origin),
    /// More than [`MAX_LOGS`].
    #[error("more than {MAX_LOGS} logs")]
    TooMany,
}

impl Logs {
    /// The logs with these keys. Keys of one name are of one log: the name is its origin.
    ///
    /// # Errors
    /// [`LogsError`].
    pub fn new(keys: impl IntoIterator<Item = VerifierKey>) -> Result<Self, LogsError> {
        let mut logs: BTreeMap<Origin, Vec<VerifierKey>> = BTreeMap::new();
        for key in keys {
            if key.algorithm() == Algorithm::CosignatureV1 {
                return Err(LogsError::WitnessKey(Box::new(key)));
            }
            let of_log = logs.entry(key.name().clone()).or_default();
            if of_log.contains(&key) {
                return Err(LogsError::Duplicate(Box::new(key)));
            }
            if of_log.len() == MAX_KEYS {
                return Err(LogsError::TooManyKeys(key.name().clone()));
            }
            of_log.push(key);
            if logs.len() > MAX_LOGS {
                return Err(LogsError::TooMany);
            }
        }
        Ok(Self(logs))
    }

    /// The origins, in order.
    pub fn origins(&self) -> impl Iterator<Item = &Origin> {
        self.0.keys()
    }

    /// The log whose origin is written so, and its keys.
    pub(crate) fn named(&self, origin: &str) -> Option<(&Origin, &[VerifierKey])> {
        let origin = Origin::new(origin).ok()?;
        let (origin, keys) = self.0.get_key_value(&origin)?;
        Some((origin, keys))
    }
}

/// What a witness cosigned last for a log: the log's lines and its own, and the time that it states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigned {
    note: Note,
    checkpoint: Checkpoint,
    time: PosixSeconds,
}

/// Why a note is not a checkpoint of this log that this witness cosigned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotCosigned {
    /// It is no checkpoint.
    #[error("the note is no checkpoint")]
    Checkpoint(#[source] CheckpointError),
    /// It is another log's.
    #[error("the checkpoint is of {0}")]
    OtherLog(Origin),
    /// The witness's line is missing or wrong.
    #[error("the witness has not cosigned it")]
    Signature(#[source] NoteRejection),
}

impl Cosigned {
    /// Takes a note as one that the witness with `key` cosigned for `origin`. The log's own signatures are not looked at.
    pub(crate) fn open(
        note: Note,
        origin: &Origin,
        key: &VerifierKey,
    ) -> Result<Self, NotCosigned> {
        let checkpoint = Checkpoint::parse(note.text()).map_err(NotCosigned::Checkpoint)?;
        if checkpoint.origin != *origin {
            return Err(NotCosigned::OtherLog(checkpoint.origin));
        }
        let by = note.verify([key]).map_err(NotCosigned::Signature)?;
        let time = by.iter().filter_map(|signature| signature.time).max();
        let time = time.ok_or(NotCosigned::Signature(NoteRejection::NoKnownSignature))?;
        Ok(Self {
            note,
            checkpoint,
            time,
        })
    }

    /// The whole note.
    pub const fn note(&self) -> &Note {
        &self.note
    }

    /// The checkpoint in it.
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// When the witness says to have cosigned it.
    pub const fn time(&self) -> PosixSeconds {
        self.time
    }
}
