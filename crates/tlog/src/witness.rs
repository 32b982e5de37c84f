//! The body of a request to a witness (C2SP tlog-witness, `add-checkpoint`).

use std::fmt;

use crate::encoding::{base64_encode, decimal, hash_from_base64};
use crate::note::{MAX_NOTE_BYTES, Note, NoteError};
use crate::size::{MAX_TREE_SIZE, Size};
use crate::tree::ConsistencyProof;

/// Most hashes that a witness reads in a request.
pub const MAX_WITNESS_PROOF_HASHES: usize = 63;

/// Longest body: the note, 63 lines of 45 bytes, and `old` with a size.
const MAX_BODY_BYTES: usize = MAX_NOTE_BYTES + MAX_WITNESS_PROOF_HASHES * 45 + 32;

/// What is sent to `add-checkpoint`: the size that the witness cosigned last, the proof from there, and the new
/// checkpoint. Send the log's signatures only: some witnesses read no more than 16 KiB.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The size that the witness knows.
    pub old: Size,
    /// The proof from there; empty if `old` is 0 or the new size.
    pub proof: ConsistencyProof,
    /// The new checkpoint, signed by the log.
    pub checkpoint: Note,
}

/// Why bytes are no such request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddCheckpointError {
    /// Too long to be one.
    #[error("body of {0} bytes, at most {MAX_BODY_BYTES} are read")]
    TooLong(usize),
    /// The lines before the note are not UTF-8, or there is no empty line after them.
    #[error("no empty line between the proof and the checkpoint")]
    NoEmptyLine,
    /// The first line is not `old <size>`.
    #[error("the first line is not old and a decimal size without leading zero")]
    OldLine,
    /// A line of the proof is not base64 of a hash.
    #[error("line {line} of the proof is not base64 of 32 bytes")]
    ProofLine {
        /// Which, from 1.
        line: usize,
    },
    /// More than [`MAX_WITNESS_PROOF_HASHES`].
    #[error("more than {MAX_WITNESS_PROOF_HASHES} lines of proof")]
    ProofTooLong,
    /// The rest is no note.
    #[error("the checkpoint is not a signed note")]
    Note(#[source] NoteError),
}

impl AddCheckpoint {
    /// Reads a body.
    pub fn parse(body: &[u8]) -> Result<Self, AddCheckpointError> {
        if body.len() > MAX_BODY_BYTES {
            return Err(AddCheckpointError::TooLong(body.len()));
        }
        let end = body.windows(2).position(|pair| pair == b"\n\n");
        let end = end.ok_or(AddCheckpointError::NoEmptyLine)?;
        let head = str::from_utf8(&body[..end]).map_err(|_| AddCheckpointError::NoEmptyLine)?;
        let mut lines = head.split('\n');
        let old = lines
            .next()
            .and_then(|line| decimal(line.strip_prefix("old ")?))
            .map(Size::new)
            .filter(|old| *old <= MAX_TREE_SIZE)
            .ok_or(AddCheckpointError::OldLine)?;
        let mut hashes = Vec::new();
        for (place, line) in lines.enumerate() {
            if place == MAX_WITNESS_PROOF_HASHES {
                return Err(AddCheckpointError::ProofTooLong);
            }
            let malformed = AddCheckpointError::ProofLine { line: place + 1 };
            hashes.push(hash_from_base64(line).ok_or(malformed)?);
        }
        let checkpoint = Note::parse(&body[end + 2..]).map_err(AddCheckpointError::Note)?;
        let proof = ConsistencyProof::new(hashes).map_err(|_| AddCheckpointError::ProofTooLong)?;
        Ok(Self {
            old,
            proof,
            checkpoint,
        })
    }
}

/// The body.
impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        for hash in self.proof.hashes() {
            writeln!(f, "{}", base64_encode(hash.as_bytes()))?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}
