//! Checkpoints: opening them, and who has cosigned them.

use cinnabar_tlog::{
    Algorithm, Checkpoint, Note, NoteError, OpenError, PolicyRejection, TrustPolicy, TrustedError,
    VerifierKey,
};

use crate::finding::{Check, Fault};
use crate::report::{Cosigned, Quorum};

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

/// What the trust policy says of a checkpoint that the log signed.
pub(crate) fn judge_policy(note: &[u8], policy: &TrustPolicy) -> (Option<Quorum>, Option<Fault>) {
    let Ok(note) = Note::parse(note) else {
        return (None, None);
    };
    let meaning = "fewer witnesses than you ask for have seen this checkpoint: it may be one that only you were shown";
    match policy.evaluate(&note) {
        Ok(trusted) => {
            let by = trusted.cosigned.iter().map(|(witness, time)| Cosigned {
                witness: witness.name().to_owned(),
                key: witness.key().name().to_string(),
                time: time.get(),
            });
            let quorum = Quorum {
                quorum: policy.quorum().map(str::to_owned),
                cosigned: by.collect(),
            };
            (Some(quorum), None)
        }
        Err(TrustedError::Malformed(_)) => (None, None),
        Err(TrustedError::Rejected(rejection)) => {
            let (check, expected, meaning) = match &rejection {
                PolicyRejection::Quorum { quorum, .. } => (
                    Check::Quorum,
                    format!("quorum {quorum} of the trust policy"),
                    meaning,
                ),
                PolicyRejection::UnknownLog(_) => (
                    Check::Quorum,
                    "a log of the trust policy".to_owned(),
                    "the policy is about other logs",
                ),
                PolicyRejection::Signature(_) => (
                    Check::Checkpoint,
                    "signatures that verify, where they name a known key".to_owned(),
                    "somebody put a cosignature there that its witness never made",
                ),
            };
            (
                None,
                Some(Fault::new(check, expected, reasons(&rejection), meaning)),
            )
        }
    }
}

/// Further keys of the log that have not signed, too.
pub(crate) fn judge_keys(note: &[u8], keys: &[VerifierKey]) -> Vec<Fault> {
    let Ok(note) = Note::parse(note) else {
        return Vec::new();
    };
    let unsigned = |key: &VerifierKey| {
        let error = note.verify([key]).err()?;
        let meaning = "the log did not sign with all keys that you expect it to sign with";
        let expected = format!("a signature with the key {key}");
        Some(Fault::new(
            Check::Checkpoint,
            expected,
            reasons(&error),
            meaning,
        ))
    };
    keys.iter().filter_map(unsigned).collect()
}
