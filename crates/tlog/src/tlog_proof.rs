//! Offline proofs (C2SP tlog-proof): one text file that shows that an entry is in a log.

use std::fmt;

use crate::checkpoint::{Checkpoint, CheckpointError, OpenError, OriginMismatch};
use crate::encoding::{
    HASH_BASE64_BYTES, base64_decode, base64_encode, decimal, hash_from_base64, hash_to_base64,
};
use crate::hash::leaf_hash;
use crate::note::{MAX_NOTE_BYTES, Note, NoteError, NoteRejection, VerifierKey};
use crate::policy::{PolicyRejection, TrustPolicy, Trusted, TrustedError};
use crate::size::LeafIndex;
use crate::tree::{InclusionProof, MAX_PROOF_HASHES, ProofRejection};

/// Most bytes of `extra`: what an entry may have.
pub const MAX_EXTRA_BYTES: usize = crate::bundle::MAX_ENTRY_BYTES;

/// Longest file: the note, 64 lines of 45 bytes, `extra` in base64, and the short lines.
pub const MAX_TLOG_PROOF_BYTES: usize =
    MAX_NOTE_BYTES + MAX_PROOF_HASHES * 45 + MAX_EXTRA_BYTES.div_ceil(3) * 4 + 128;

/// A line that holds one hash.
const HASH_LINE_BYTES: usize = HASH_BASE64_BYTES + 1;

/// The first line.
const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// The proof that an entry, which is kept beside it, is in a log: its index, the inclusion proof and the checkpoint
/// with its cosignatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlogProof {
    /// Something for the application. Nothing proves it.
    pub extra: Option<Vec<u8>>,
    /// Where the entry is.
    pub index: LeafIndex,
    /// The proof from the entry to the checkpoint's root.
    pub inclusion: InclusionProof,
    /// The checkpoint that the proof leads to.
    pub checkpoint: Note,
}

/// Why bytes are no such file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TlogProofError {
    /// Longer than [`MAX_TLOG_PROOF_BYTES`].
    #[error("proof of {0} bytes, at most {MAX_TLOG_PROOF_BYTES} are read")]
    TooLong(usize),
    /// Another first line.
    #[error("the first line is not {HEADER}")]
    Header,
    /// The lines before the note are not UTF-8, or there is no empty line after them.
    #[error("no empty line between the proof and the checkpoint")]
    NoEmptyLine,
    /// The `extra` line is not base64 or has more than [`MAX_EXTRA_BYTES`].
    #[error("the extra line is not base64 of at most {MAX_EXTRA_BYTES} bytes")]
    Extra,
    /// There is no `index` line where it must be.
    #[error("expected index and a decimal without leading zero")]
    Index,
    /// A line is not base64 of a hash.
    #[error("line {line} of the inclusion proof is not base64 of 32 bytes")]
    HashLine {
        /// Which, from 1.
        line: usize,
    },
    /// More than [`MAX_PROOF_HASHES`].
    #[error("more than {MAX_PROOF_HASHES} hashes")]
    ProofTooLong,
    /// The rest is no note.
    #[error("the checkpoint is not a signed note")]
    Note(#[source] NoteError),
}

/// Why a well-formed proof proves nothing to the one who verifies it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlogProofRejection {
    /// A signature is missing or wrong.
    #[error("the checkpoint is not signed by the log")]
    Signature(#[source] NoteRejection),
    /// The log's key signed another log's checkpoint.
    #[error("the checkpoint is another log's")]
    Origin(#[source] OriginMismatch),
    /// The policy does not trust the checkpoint.
    #[error("the checkpoint does not meet the trust policy")]
    Policy(#[source] PolicyRejection),
    /// The hashes do not lead from the entry to the root.
    #[error("the entry is not at index {index} of this checkpoint")]
    Inclusion {
        /// The index stated.
        index: LeafIndex,
        /// How it fails.
        #[source]
        source: ProofRejection,
    },
}

/// Why a verification failed: the note in the file is no checkpoint, or the proof is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyTlogProofError {
    /// The signed text is not a checkpoint.
    #[error(transparent)]
    Malformed(#[from] CheckpointError),
    /// The proof does not prove it.
    #[error(transparent)]
    Rejected(#[from] TlogProofRejection),
}

impl TlogProof {
    /// What stands before the checkpoint in a file without `extra`: for those who write many proofs under one checkpoint.
    pub fn head(index: LeafIndex, inclusion: &InclusionProof) -> String {
        let mut text = String::with_capacity(64 + HASH_LINE_BYTES * inclusion.hashes().len());
        write_head(&mut text, None, index, inclusion).expect("writing to a String cannot fail");
        text
    }

    /// Reads a file.
    pub fn parse(bytes: &[u8]) -> Result<Self, TlogProofError> {
        if bytes.len() > MAX_TLOG_PROOF_BYTES {
            return Err(TlogProofError::TooLong(bytes.len()));
        }
        let end = bytes.windows(2).position(|pair| pair == b"\n\n");
        let end = end.ok_or(TlogProofError::NoEmptyLine)?;
        let head = str::from_utf8(&bytes[..end]).map_err(|_| TlogProofError::NoEmptyLine)?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(HEADER) {
            return Err(TlogProofError::Header);
        }
        let extra = match lines.peek().and_then(|line| line.strip_prefix("extra ")) {
            Some(encoded) => {
                lines.next();
                Some(parse_extra(encoded)?)
            }
            None => None,
        };
        let index = lines
            .next()
            .and_then(|line| decimal(line.strip_prefix("index ")?))
            .ok_or(TlogProofError::Index)?;
        let mut hashes = Vec::new();
        for (place, line) in lines.enumerate() {
            if place == MAX_PROOF_HASHES {
                return Err(TlogProofError::ProofTooLong);
            }
            let malformed = TlogProofError::HashLine { line: place + 1 };
            hashes.push(hash_from_base64(line).ok_or(malformed)?);
        }
        let checkpoint = Note::parse(&bytes[end + 2..]).map_err(TlogProofError::Note)?;
        Ok(Self {
            extra,
            index: LeafIndex::new(index),
            inclusion: InclusionProof::new(hashes).map_err(|_| TlogProofError::ProofTooLong)?,
            checkpoint,
        })
    }

    /// Verifies that the entry is in the log that the policy trusts, under a checkpoint that it trusts.
    pub fn verify<'p>(
        &self,
        entry: &[u8],
        policy: &'p TrustPolicy,
    ) -> Result<Trusted<'p>, VerifyTlogProofError> {
        let trusted = policy
            .evaluate(&self.checkpoint)
            .map_err(|error| match error {
                TrustedError::Malformed(error) => VerifyTlogProofError::Malformed(error),
                TrustedError::Rejected(error) => TlogProofRejection::Policy(error).into(),
            })?;
        self.verify_inclusion(entry, &trusted.checkpoint)?;
        Ok(trusted)
    }

    /// Verifies that the entry is in the log with this key. Nobody but the log vouches that others are shown the same.
    pub fn verify_with_key(
        &self,
        entry: &[u8],
        log_key: &VerifierKey,
    ) -> Result<Checkpoint, VerifyTlogProofError> {
        let checkpoint =
            Checkpoint::open(&self.checkpoint, log_key).map_err(|error| match error {
                OpenError::Malformed(error) => VerifyTlogProofError::Malformed(error),
                OpenError::Signature(error) => TlogProofRejection::Signature(error).into(),
                OpenError::Origin(error) => TlogProofRejection::Origin(error).into(),
            })?;
        self.verify_inclusion(entry, &checkpoint)?;
        Ok(checkpoint)
    }

    fn verify_inclusion(
        &self,
        entry: &[u8],
        checkpoint: &Checkpoint,
    ) -> Result<(), TlogProofRejection> {
        let (index, leaf) = (self.index, leaf_hash(entry));
        self.inclusion
            .verify(index, checkpoint.size, &leaf, &checkpoint.root)
            .map_err(|source| TlogProofRejection::Inclusion { index, source })
    }
}

fn parse_extra(encoded: &str) -> Result<Vec<u8>, TlogProofError> {
    base64_decode(encoded)
        .filter(|extra| extra.len() <= MAX_EXTRA_BYTES)
        .ok_or(TlogProofError::Extra)
}

/// The file.
impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_head(f, self.extra.as_deref(), self.index, &self.inclusion)?;
        fmt::Display::fmt(&self.checkpoint, f)
    }
}

/// All before the checkpoint, the empty line included.
fn write_head(
    out: &mut impl fmt::Write,
    extra: Option<&[u8]>,
    index: LeafIndex,
    inclusion: &InclusionProof,
) -> fmt::Result {
    writeln!(out, "{HEADER}")?;
    if let Some(extra) = extra {
        writeln!(out, "extra {}", base64_encode(extra))?;
    }
    writeln!(out, "index {index}")?;
    for hash in inclusion.hashes() {
        out.write_str(hash_to_base64(hash, &mut [0; HASH_BASE64_BYTES]))?;
        out.write_char('\n')?;
    }
    out.write_char('\n')
}
