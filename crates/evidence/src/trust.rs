//! Whom the verifier believes: the log's keys, and witnesses.

use cinnabar_tlog::{Algorithm, Checkpoint, KeyName, Note, NoteRejection, OpenError, VerifierKey};
use serde::Serialize;

/// Most keys of one log: each rotation adds one, and a ledger rotates its key every few years.
pub const MAX_LOG_KEYS: usize = 8;

/// The keys by which signed notes are believed: those of one log (more than one after a rotation), and those of
/// witnesses, whose cosignatures are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trust {
    log: Vec<VerifierKey>,
    witnesses: Vec<VerifierKey>,
}

/// The keys can't be one log's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// None, or too many.
    #[error("{0} keys of a log, from 1 to {MAX_LOG_KEYS} are needed")]
    Count(usize),
    /// Keys under several names.
    #[error("one log has one name, the keys have {0} and {1}")]
    Names(KeyName, KeyName),
    /// A witness's key.
    #[error("the key {0} is not a log's key, which has type 0x01")]
    NotALogKey(Box<VerifierKey>),
}

/// One cosignature that verifies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cosigned {
    /// The witness.
    pub by: String,
    /// When, as it states: seconds since 1970-01-01 UTC.
    pub at: u64,
}

impl Trust {
    /// Believes the log with these keys, and reports what these witnesses say.
    ///
    /// # Errors
    /// [`TrustError`].
    pub fn new(log: Vec<VerifierKey>, witnesses: Vec<VerifierKey>) -> Result<Self, TrustError> {
        if log.is_empty() || log.len() > MAX_LOG_KEYS {
            return Err(TrustError::Count(log.len()));
        }
        if let Some(other) = log.iter().find(|key| key.name() != log[0].name()) {
            return Err(TrustError::Names(
                log[0].name().clone(),
                other.name().clone(),
            ));
        }
        if let Some(key) = log.iter().find(|key| key.algorithm() != Algorithm::Ed25519) {
            return Err(TrustError::NotALogKey(Box::new(key.clone())));
        }
        Ok(Self { log, witnesses })
    }

    /// Believes the log with this key.
    ///
    /// # Errors
    /// [`TrustError::NotALogKey`].
    pub fn key(log: VerifierKey) -> Result<Self, TrustError> {
        Self::new(vec![log], Vec::new())
    }

    /// The log's keys.
    pub fn log_keys(&self) -> &[VerifierKey] {
        &self.log
    }

    /// The log's name.
    pub fn origin(&self) -> &KeyName {
        self.log[0].name()
    }

    /// Takes a note as a checkpoint of the log: one of its keys signed it, and none of its lines is wrong.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(&self, note: &Note) -> Result<Checkpoint, OpenError> {
        note.verify(&self.log)?;
        let mut fault = OpenError::Signature(NoteRejection::NoKnownSignature);
        for key in &self.log {
            match Checkpoint::open(note, key) {
                Ok(checkpoint) => return Ok(checkpoint),
                Err(error) => fault = error,
            }
        }
        Err(fault)
    }

    /// The same, and no line of a witness that is known here is wrong either: what a careful client accepts.
    ///
    /// Not asked of evidence: a log that lies could spoil what it signed with a false line under it.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open_strictly(&self, note: &Note) -> Result<Checkpoint, OpenError> {
        let checkpoint = self.open(note)?;
        note.verify(self.log.iter().chain(&self.witnesses))?;
        Ok(checkpoint)
    }

    /// The cosignatures under a note that verify, each witness once.
    pub fn cosigned(&self, note: &Note) -> Vec<Cosigned> {
        let by = |key: &VerifierKey| {
            let mut lines = note.signatures().iter();
            let verified = lines.find_map(|line| key.verify(note.text(), line))?;
            Some(Cosigned {
                by: key.name().to_string(),
                at: verified.time?.get(),
            })
        };
        self.witnesses.iter().filter_map(by).collect()
    }
}
