//! Thirty-two bytes with a name: hashes, keys, commitments. Written as a prefix and lower-case hex.

use std::fmt;
use std::str::FromStr;

use crate::id::{NotAnId, StatementId};
use crate::schema::text_schema;
use crate::text::text_serde;

/// Defines 32 bytes that are written as a prefix and 64 lower-case hex digits.
macro_rules! prefixed_hex {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $fault:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 32]);

        impl $name {
            /// From the 32 bytes.
            pub const fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }
            /// The 32 bytes.
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                const START: &str = concat!($prefix, ":");
                let mut text = [0; START.len() + 64];
                text[..START.len()].copy_from_slice(START.as_bytes());
                to_hex(&self.0, &mut text[START.len()..]);
                f.write_str(std::str::from_utf8(&text).expect("hex digits are ASCII"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let hex = text.strip_prefix(concat!($prefix, ":")).ok_or(NotAnId::$fault)?;
                unhex(hex).map(Self).ok_or(NotAnId::$fault)
            }
        }

        text_schema!($name => { "pattern": concat!("^", $prefix, ":[0-9a-f]{64}$") });
    };
}

/// Lower-case hex digits of `bytes`, two for each.
fn to_hex(bytes: &[u8; 32], text: &mut [u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for (byte, pair) in bytes.iter().zip(text.chunks_exact_mut(2)) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
}

fn unhex(hex: &str) -> Option<[u8; 32]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; 32];
    let hex: &[u8; 64] = hex.as_bytes().try_into().ok()?;
    for (byte, pair) in bytes.iter_mut().zip(hex.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

prefixed_hex!(
    /// Hash of an entry: BLAKE3 of its bytes, without a line end. Written `blake3:<hex>`.
    EntryHash, "blake3", Hash
);
prefixed_hex!(
    /// A ledger's id: BLAKE3 of its genesis statement's bytes. Written `blake3:<hex>`.
    LedgerId, "blake3", Hash
);
prefixed_hex!(
    /// An Ed25519 public key, as bytes; it need not be a point of the curve. Written `ed25519:<hex>`.
    PublicKey, "ed25519", Key
);
prefixed_hex!(
    /// A salted commitment to a confidential value. Written `c1:<hex>`. See [`Commitment::to`].
    Commitment, "c1", Commitment
);

prefixed_hex!(
    /// A rulebook chapter's digest: BLAKE3 of its canonical bytes. Written `blake3:<hex>`.
    ChapterDigest, "blake3", Hash
);

prefixed_hex!(
    /// Root of a sparse tree: SHA-256. Written `sha256:<hex>`.
    SparseRoot, "sha256", Hash
);

impl ChapterDigest {
    /// `BLAKE3(canonical bytes of the chapter)`.
    pub fn of(chapter: &[u8]) -> Self {
        Self(*blake3::hash(chapter).as_bytes())
    }
}

impl EntryHash {
    /// What stands as `prev` in the first entry, and in the first of each dossier: 32 zero bytes.
    pub const NONE: Self = Self([0; 32]);

    /// `BLAKE3(entry bytes)`.
    pub fn of(entry: &[u8]) -> Self {
        Self(*blake3::hash(entry).as_bytes())
    }
}

impl LedgerId {
    /// `BLAKE3(genesis statement bytes)`.
    pub fn of(genesis_statement: &[u8]) -> Self {
        Self(*blake3::hash(genesis_statement).as_bytes())
    }
}

impl Commitment {
    /// `SHA-256(0x02 ‖ statement id, 36 ASCII bytes ‖ 0x00 ‖ pointer ‖ 0x00 ‖ salt ‖ canonical value)`.
    ///
    /// `pointer` is the JSON pointer of the field relative to `data`; `value` its canonical bytes.
    pub fn to(statement: StatementId, pointer: &str, salt: &[u8; 32], value: &[u8]) -> Self {
        use sha2::Digest as _;
        let mut hasher = sha2::Sha256::new();
        hasher.update([0x02]);
        hasher.update(statement.to_string().as_bytes());
        hasher.update([0x00]);
        hasher.update(pointer.as_bytes());
        hasher.update([0x00]);
        hasher.update(salt);
        hasher.update(value);
        Self(hasher.finalize().into())
    }
}

text_serde!(
    SparseRoot,
    ChapterDigest,
    EntryHash,
    LedgerId,
    PublicKey,
    Commitment
);
