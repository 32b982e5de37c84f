//! Signed notes (C2SP signed-note): a text and the signatures under it; and cosignatures (tlog-cosignature).

mod key;
mod name;
mod pq;
mod public;
mod signer;
mod verify;

pub use key::{Algorithm, KeyId, MAX_VKEY_BYTES, VerifierKey, VkeyError};
pub use name::{KeyName, KeyNameError, MAX_KEY_NAME_BYTES};
pub use pq::{PqCosigner, pq_cosigned_message};
pub use signer::{Cosigner, NoteSigner, SkeyError};
pub use verify::{NoteRejection, PosixSeconds, VerifiedSignature, cosigned_message};

use crate::encoding::{base64_decode, base64_encode};

/// Longest note: what Go's implementation reads, so that whatever it reads is read here. [`MAX_SIGNATURES`] lines of
/// ML-DSA-44 under the longest names take 350 kB of it.
pub const MAX_NOTE_BYTES: usize = 1_000_000;

/// Most signatures under a note: what Go's implementation reads. The specification asks for at least 16.
pub const MAX_SIGNATURES: usize = 100;

/// Longest signature, its key id not counted: an ML-DSA-44 cosignature has 8 + 2420 bytes; room for larger schemes, as
/// unknown ones are kept and ignored.
pub const MAX_SIGNATURE_BYTES: usize = 65_536;

/// What a signature line starts with: U+2014 and a space.
const SIGNATURE_PREFIX: &str = "\u{2014} ";

/// A text and the signatures under it, of known and unknown keys, none of them verified yet.
///
/// Reading and writing are inverse, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

/// One signature line: who says to have signed, and the bytes that must show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    name: KeyName,
    key_id: KeyId,
    signature: Vec<u8>,
}

/// Why bytes are not a signed note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Longer than [`MAX_NOTE_BYTES`].
    #[error("note of {0} bytes, at most {MAX_NOTE_BYTES} are read")]
    TooLong(usize),
    /// Not UTF-8.
    #[error("note is not UTF-8 at byte {offset}")]
    NotUtf8 {
        /// First byte that is not.
        offset: usize,
    },
    /// An ASCII control character other than the newline.
    #[error("note has a control character at byte {offset}")]
    ControlCharacter {
        /// Where.
        offset: usize,
    },
    /// The text is empty or does not end in a newline.
    #[error("note text does not end in a newline")]
    Text,
    /// No empty line, or no signature line after the last one.
    #[error("note has no empty line with signatures after it")]
    NoSignatures,
    /// A signature line that is not a dash, a key name and base64 of a key id and a signature.
    #[error("signature line {line} is malformed")]
    SignatureLine {
        /// Which signature, from 1.
        line: usize,
    },
    /// The last line has no newline.
    #[error("note does not end in a newline")]
    NoFinalNewline,
    /// More than [`MAX_SIGNATURES`].
    #[error("more than {MAX_SIGNATURES} signatures")]
    TooManySignatures,
}

impl Note {
    /// A note from its parts: the text must end in a newline, with at least one signature.
    pub fn new(text: &str, signatures: Vec<NoteSignature>) -> Result<Self, NoteError> {
        if !text.ends_with('\n') {
            return Err(NoteError::Text);
        }
        check_characters(text)?;
        if signatures.is_empty() {
            return Err(NoteError::NoSignatures);
        }
        if signatures.len() > MAX_SIGNATURES {
            return Err(NoteError::TooManySignatures);
        }
        let note = Self {
            text: text.to_owned(),
            signatures,
        };
        match note.to_string().len() {
            0..=MAX_NOTE_BYTES => Ok(note),
            length => Err(NoteError::TooLong(length)),
        }
    }

    /// Reads a note.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > MAX_NOTE_BYTES {
            return Err(NoteError::TooLong(bytes.len()));
        }
        let note = utf8(bytes)?;
        check_characters(note)?;
        // The text may have empty lines itself: the last one ends it.
        let (text, signatures) = note.rsplit_once("\n\n").ok_or(NoteError::NoSignatures)?;
        let text = &note[..text.len() + 1];
        let signatures = NoteSignature::parse_lines_of(signatures)?;
        Ok(Self {
            text: text.to_owned(),
            signatures,
        })
    }

    /// The signed text, its last newline included.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signatures in their order.
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Adds a signature under the others, such as a witness's.
    pub fn with_signature(mut self, signature: NoteSignature) -> Result<Self, NoteError> {
        self.signatures.push(signature);
        Self::new(&self.text, self.signatures)
    }

    /// The same note with only those signatures that `keep` wants: a witness is sent the log's and no other's.
    pub fn filtered(&self, keep: impl Fn(&NoteSignature) -> bool) -> Result<Self, NoteError> {
        let kept = self.signatures.iter().filter(|s| keep(s)).cloned();
        Self::new(&self.text, kept.collect())
    }
}

impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)?;
        f.write_str("\n")?;
        self.signatures.iter().try_for_each(|line| line.fmt(f))
    }
}

impl NoteSignature {
    /// A signature from its parts: 1 to [`MAX_SIGNATURE_BYTES`] bytes, the key id not among them.
    pub fn new(name: KeyName, key_id: KeyId, signature: Vec<u8>) -> Option<Self> {
        let sized = (1..=MAX_SIGNATURE_BYTES).contains(&signature.len());
        sized.then_some(Self {
            name,
            key_id,
            signature,
        })
    }

    /// Who says to have signed.
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// With which key.
    pub fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// The signature after the key id. Its form depends on the key's type, which only the key tells.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// Reads one or more signature lines and nothing else: what a witness answers.
    pub fn parse_lines(bytes: &[u8]) -> Result<Vec<Self>, NoteError> {
        if bytes.len() > MAX_NOTE_BYTES {
            return Err(NoteError::TooLong(bytes.len()));
        }
        let lines = utf8(bytes)?;
        check_characters(lines)?;
        Self::parse_lines_of(lines)
    }

    fn parse_lines_of(lines: &str) -> Result<Vec<Self>, NoteError> {
        if lines.is_empty() {
            return Err(NoteError::NoSignatures);
        }
        let lines = lines.strip_suffix('\n').ok_or(NoteError::NoFinalNewline)?;
        let mut signatures = Vec::new();
        for (place, line) in lines.split('\n').enumerate() {
            if place == MAX_SIGNATURES {
                return Err(NoteError::TooManySignatures);
            }
            let malformed = NoteError::SignatureLine { line: place + 1 };
            signatures.push(Self::parse_line(line).ok_or(malformed)?);
        }
        Ok(signatures)
    }

    /// `— <name> <base64(key id ‖ signature)>`.
    fn parse_line(line: &str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix(SIGNATURE_PREFIX)?.split_once(' ')?;
        let name = KeyName::new(name).ok()?;
        let bytes = base64_decode(encoded)?;
        let (key_id, signature) = bytes.split_first_chunk()?;
        Self::new(name, KeyId::from_bytes(*key_id), signature.to_vec())
    }
}

/// The whole signature line, with its newline.
impl std::fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bytes = [&self.key_id.as_bytes()[..], &self.signature].concat();
        writeln!(
            f,
            "{SIGNATURE_PREFIX}{} {}",
            self.name,
            base64_encode(&bytes)
        )
    }
}

fn utf8(bytes: &[u8]) -> Result<&str, NoteError> {
    str::from_utf8(bytes).map_err(|error| NoteError::NotUtf8 {
        offset: error.valid_up_to(),
    })
}

/// No ASCII control character below 0x20 but the newline.
fn check_characters(text: &str) -> Result<(), NoteError> {
    match text.bytes().position(|b| b < 0x20 && b != b'\n') {
        Some(offset) => Err(NoteError::ControlCharacter { offset }),
        None => Ok(()),
    }
}
