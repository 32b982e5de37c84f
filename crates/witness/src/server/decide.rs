//! Whether a checkpoint is cosigned: from the request and what was cosigned before, and from nothing else.

use cinnabar_tlog::{
    AddCheckpoint, AddCheckpointError, Checkpoint, CheckpointError, EMPTY_ROOT, Note,
    NoteRejection, ProofRejection, Size,
};

use super::logs::{Cosigned, Logs};

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It may be cosigned, once that is durable. `note` has the lines of the log's known keys and no others.
    Cosign {
        /// The checkpoint.
        checkpoint: Checkpoint,
        /// The note without the lines of unknown keys.
        note: Note,
    },
    /// It may not.
    Refuse(Refusal),
}

/// Why nothing is cosigned: the request is not the format, or it is and is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not the format.
    #[error(transparent)]
    Malformed(#[from] RequestError),
    /// Well-formed, and refused.
    #[error(transparent)]
    Rejected(#[from] Rejection),
}

/// Why a body is no request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Not the lines that are asked for.
    #[error("the body is no add-checkpoint request")]
    Body(#[source] AddCheckpointError),
    /// The note is no checkpoint, or one with extension lines.
    #[error("the note is no checkpoint")]
    Checkpoint(#[source] CheckpointError),
    /// A proof from a size beyond the checkpoint's.
    #[error("old size {old} is larger than the checkpoint's size {new}")]
    OldBeyondNew {
        /// The size that is continued.
        old: Size,
        /// The checkpoint's size.
        new: Size,
    },
}

/// Why a well-formed request is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// Nobody told this witness of such a log.
    #[error("the log is not known here")]
    UnknownLog,
    /// No key of the log has signed, or a line that names one is wrong.
    #[error("no key of the log has signed the checkpoint")]
    NotSigned(#[source] NoteRejection),
    /// It does not continue what was cosigned last.
    #[error("the size cosigned last is {known}")]
    Stale {
        /// The size cosigned last, 0 if none was.
        known: Size,
        /// Whether the log has signed another root at that size: then it has forked, whatever `old` is.
        forked: bool,
    },
    /// Signed by the log, and not consistent with what was cosigned last.
    #[error("the checkpoint is not consistent")]
    Inconsistent(#[source] Contradiction),
}

/// In which way a checkpoint contradicts what is known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Contradiction {
    /// A tree without leaves has one root only.
    #[error("a checkpoint of size 0 has another root than that of the empty tree")]
    EmptyRoot,
    /// There is nothing to prove from size 0.
    #[error("a proof is given with old size 0")]
    ProofFromNothing,
    /// Two roots for one size.
    #[error("another root has been cosigned at this size")]
    OtherRoot,
    /// The proof does not lead from the one to the other.
    #[error("the consistency proof fails")]
    Proof(#[source] ProofRejection),
}

impl Contradiction {
    /// Whether the two notes alone show it. A failing proof is different: anybody can send a wrong proof with a public
    /// checkpoint.
    pub const fn speaks_for_itself(&self) -> bool {
        match self {
            Self::EmptyRoot | Self::OtherRoot => true,
            Self::ProofFromNothing | Self::Proof(_) => false,
        }
    }
}

impl Refusal {
    /// The HTTP status (tlog-witness, `add-checkpoint`).
    pub const fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) => 400,
            Self::Rejected(Rejection::UnknownLog) => 404,
            Self::Rejected(Rejection::NotSigned(_)) => 403,
            Self::Rejected(Rejection::Stale { .. }) => 409,
            Self::Rejected(Rejection::Inconsistent(_)) => 422,
        }
    }
}

/// A request that is signed by a known log; what it continues is not checked yet.
#[derive(Debug, Clone)]
pub(crate) struct Signed {
    pub(crate) old: Size,
    pub(crate) request: AddCheckpoint,
    pub(crate) checkpoint: Checkpoint,
}

/// Decides on a request. `last` is what was cosigned last for the origin that it is asked for; none if nothing was.
///
/// The checks stand in the order of the specification: known log (404), signed by it (403), well-formed (400), continues
/// what was cosigned last (409), consistent with it (422). Of a body that cannot be taken apart nothing else can be said, so
/// that comes before all (400).
pub fn decide<'c>(
    logs: &Logs,
    last: impl FnOnce(&Checkpoint) -> Option<&'c Cosigned>,
    body: &[u8],
) -> Decision {
    match signed(logs, body) {
        Err(refusal) => Decision::Refuse(refusal),
        Ok(signed) => {
            let last = last(&signed.checkpoint);
            signed.continues(last)
        }
    }
}

/// The checks for which it does not matter what was cosigned before.
pub(crate) fn signed(logs: &Logs, body: &[u8]) -> Result<Signed, Refusal> {
    let mut request = AddCheckpoint::parse(body).map_err(RequestError::Body)?;
    let note = &request.checkpoint;
    let origin = note.text().split('\n').next().unwrap_or_default();
    let (_, keys) = logs.named(origin).ok_or(Rejection::UnknownLog)?;
    note.verify(keys).map_err(Rejection::NotSigned)?;
    let checkpoint = Checkpoint::parse(note.text()).map_err(RequestError::Checkpoint)?;
    let (old, new) = (request.old, checkpoint.size);
    if old > new {
        return Err(RequestError::OldBeyondNew { old, new }.into());
    }
    request.checkpoint = note
        .filtered(|line| {
            keys.iter()
                .any(|key| key.name() == line.name() && key.id() == line.key_id())
        })
        .expect("a note with a verified line is one without the others too");
    Ok(Signed {
        old,
        request,
        checkpoint,
    })
}

impl Signed {
    /// The checks against what was cosigned last.
    pub(crate) fn continues(self, last: Option<&Cosigned>) -> Decision {
        match self.check(last) {
            Err(rejection) => Decision::Refuse(rejection.into()),
            Ok(()) => Decision::Cosign {
                checkpoint: self.checkpoint,
                note: self.request.checkpoint,
            },
        }
    }

    fn check(&self, last: Option<&Cosigned>) -> Result<(), Rejection> {
        let new = &self.checkpoint;
        let (known, known_root) = match last {
            None => (Size::ZERO, EMPTY_ROOT),
            Some(last) => (last.checkpoint().size, last.checkpoint().root),
        };
        let other_root = last.is_some() && new.size == known && new.root != known_root;
        if self.old != known {
            let forked = other_root;
            return Err(Rejection::Stale { known, forked });
        }
        let proof = &self.request.proof;
        let contradiction = if new.size.is_zero() && new.root != EMPTY_ROOT {
            Some(Contradiction::EmptyRoot)
        } else if self.old.is_zero() && !proof.hashes().is_empty() {
            Some(Contradiction::ProofFromNothing)
        } else if other_root {
            Some(Contradiction::OtherRoot)
        } else {
            let verdict = proof.verify(known, &known_root, new.size, &new.root);
            verdict.err().map(Contradiction::Proof)
        };
        contradiction.map_or(Ok(()), |why| Err(Rejection::Inconsistent(why)))
    }
}
