use cinnabar_tlog::Note;
use ring::digest::{SHA256, digest};

/// What a time-stamp is over: a SHA-256 digest of 32 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Imprint([u8; 32]);

impl Imprint {
    /// The imprint of a checkpoint: SHA-256 over the note's text as bytes.
    ///
    /// ```text
    /// text    = origin "\n" size "\n" root-in-base64 "\n" [extension lines]
    /// imprint = SHA-256(text)
    /// ```
    ///
    /// The last newline of the text is included; the empty line behind it and the signature lines are not. So the
    /// imprint is over exactly the bytes that the log signs, whoever has cosigned the checkpoint since.
    pub fn of(note: &Note) -> Self {
        Self::of_bytes(note.text().as_bytes())
    }

    /// The imprint of any bytes: `SHA-256(bytes)`.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        let mut imprint = [0; 32];
        imprint.copy_from_slice(digest(&SHA256, bytes).as_ref());
        Self(imprint)
    }

    /// An imprint that was worked out elsewhere.
    pub fn new(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for Imprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Imprint({self})")
    }
}

/// Lower-case hex.
impl std::fmt::Display for Imprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Ties an answer to its request: a positive integer of 16 bytes, big-endian.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nonce([u8; 16]);

impl Nonce {
    /// A nonce of 126 random bits.
    ///
    /// # Errors
    /// The machine has no randomness to give.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)?;
        Ok(Self::of(bytes))
    }

    /// A nonce of given bytes, for tests that repeat. Its two highest bits become `01`.
    pub fn of(mut bytes: [u8; 16]) -> Self {
        // Positive, and as long as it can be: then the INTEGER always has 16 bytes.
        bytes[0] = bytes[0] & 0x3f | 0x40;
        Self(bytes)
    }

    /// The 16 bytes of the integer.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}
