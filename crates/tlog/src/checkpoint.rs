//! Checkpoints (C2SP tlog-checkpoint): the signed statement of a log's size and root.

use std::fmt;

use crate::encoding::{base64_encode, decimal, hash_from_base64};
use crate::hash::Hash;
use crate::note::{
    KeyName, MAX_KEY_NAME_BYTES, Note, NoteError, NoteRejection, NoteSigner, PosixSeconds,
    PqCosigner, VerifierKey,
};
use crate::size::{MAX_TREE_SIZE, Size};

/// Name of a log, the first line of its checkpoints and the name of its keys: a [`KeyName`], usually a URL without its
/// scheme. Some older logs have spaces in theirs; those are refused, as no key could bear the name.
pub type Origin = KeyName;

/// Why a text is no origin.
pub type OriginError = crate::note::KeyNameError;

/// Longest text of a checkpoint: origin, size of at most 20 digits, 44 characters of root, three newlines.
const MAX_CHECKPOINT_TEXT_BYTES: usize = MAX_KEY_NAME_BYTES + 20 + 44 + 3;

/// Size and root of a log at some moment; as text three lines: origin, size, root in base64.
///
/// Extension lines are refused, in foreign checkpoints too: newer cosignatures do not cover them and witnesses refuse
/// them, so nothing that is said there can be relied on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Checkpoint {
    /// Which log.
    pub origin: Origin,
    /// Its number of leaves.
    pub size: Size,
    /// The root over them.
    pub root: Hash,
}

/// Why a text is no checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Longer than any checkpoint.
    #[error("checkpoint of {0} bytes, at most {MAX_CHECKPOINT_TEXT_BYTES} are possible")]
    TooLong(usize),
    /// Fewer than three lines, or the last without a newline.
    #[error("checkpoint is not three lines, each with its newline")]
    Lines,
    /// Anything after the third line.
    #[error("checkpoint has extension lines")]
    Extension,
    /// The first line.
    #[error("the origin cannot be the name of a key")]
    Origin(#[source] OriginError),
    /// The second line.
    #[error("the size is not a decimal up to {MAX_TREE_SIZE} without leading zero")]
    Size,
    /// The third line.
    #[error("the root is not base64 of 32 bytes")]
    Root,
}

/// The log's key has another name than the checkpoint's origin. A log signs under its own name only.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("key named {key}, checkpoint of {origin}")]
pub struct OriginMismatch {
    /// The name of the key.
    pub key: KeyName,
    /// The origin of the checkpoint.
    pub origin: Origin,
}

/// Why a note is not a log's checkpoint: what is wrong in each case is said by an error of its own kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The note is not a checkpoint.
    #[error(transparent)]
    Malformed(#[from] CheckpointError),
    /// The log did not sign it.
    #[error(transparent)]
    Signature(#[from] NoteRejection),
    /// Signed by the key given, but it speaks of another log.
    #[error(transparent)]
    Origin(#[from] OriginMismatch),
}

impl Checkpoint {
    /// Reads the text of a note as a checkpoint; nothing is verified.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let mut lines = text.splitn(4, '\n');
        let mut line = || lines.next().ok_or(CheckpointError::Lines);
        let (origin, size, root, rest) = (line()?, line()?, line()?, line()?);
        if !rest.is_empty() {
            return Err(CheckpointError::Extension);
        }
        if text.len() > MAX_CHECKPOINT_TEXT_BYTES {
            return Err(CheckpointError::TooLong(text.len()));
        }
        let origin = Origin::new(origin).map_err(CheckpointError::Origin)?;
        let size = decimal(size).map(Size::new).ok_or(CheckpointError::Size)?;
        if size > MAX_TREE_SIZE {
            return Err(CheckpointError::Size);
        }
        let root = hash_from_base64(root).ok_or(CheckpointError::Root)?;
        Ok(Self { origin, size, root })
    }

    /// Signs it with the log's key, whose name must be the origin. Whoever calls this has made sure that it is
    /// consistent with the last one signed.
    pub fn sign(&self, signer: &NoteSigner) -> Result<Note, OriginMismatch> {
        self.check_name(signer.name())?;
        let text = self.to_string();
        let signature = signer.sign(&text);
        Ok(Note::new(&text, vec![signature]).expect("a checkpoint is the text of a note"))
    }

    /// Signs a note of this checkpoint with one more of the log's keys, as in a key rotation.
    pub fn sign_also(&self, note: Note, signer: &NoteSigner) -> Result<Note, SignAlsoError> {
        self.check_own(&note, signer.name())?;
        let signature = signer.sign(note.text());
        Ok(note.with_signature(signature)?)
    }

    /// Signs a note of this checkpoint with the log's ML-DSA-44 key too: a cosignature under the log's own name, its
    /// second signature.
    pub fn sign_also_pq(
        &self,
        note: Note,
        signer: &PqCosigner,
        time: PosixSeconds,
    ) -> Result<Note, SignAlsoError> {
        self.check_own(&note, signer.name())?;
        Ok(note.with_signature(signer.cosign(self, time))?)
    }

    /// Takes a note as a checkpoint of the log with this key: the key's signature is verified, its name is the origin.
    /// Signatures of other keys are ignored. Where a log has an Ed25519 and an ML-DSA-44 key and both shall hold, open it
    /// with each.
    pub fn open(note: &Note, log_key: &VerifierKey) -> Result<Self, OpenError> {
        note.verify([log_key])?;
        let checkpoint = Self::parse(note.text())?;
        checkpoint.check_name(log_key.name())?;
        Ok(checkpoint)
    }

    fn check_own(&self, note: &Note, key: &KeyName) -> Result<(), SignAlsoError> {
        self.check_name(key)?;
        if note.text() != self.to_string() {
            return Err(SignAlsoError::OtherText);
        }
        Ok(())
    }

    fn check_name(&self, key: &KeyName) -> Result<(), OriginMismatch> {
        if *key == self.origin {
            return Ok(());
        }
        Err(OriginMismatch {
            key: key.clone(),
            origin: self.origin.clone(),
        })
    }
}

/// Why a further key did not sign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignAlsoError {
    /// The key has another name.
    #[error(transparent)]
    Origin(#[from] OriginMismatch),
    /// The note is of something else.
    #[error("the note's text is not this checkpoint")]
    OtherText,
    /// There is no room for one more signature.
    #[error(transparent)]
    Note(#[from] NoteError),
}

/// The three lines, each with its newline: the text of the note.
impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let root = base64_encode(self.root.as_bytes());
        writeln!(f, "{}\n{}\n{root}", self.origin, self.size)
    }
}
