//! Ids and public keys of those who sign notes.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

use super::name::{KeyName, KeyNameError, MAX_KEY_NAME_BYTES};
use super::public::{ML_DSA_44_PUBLIC_BYTES, PublicKey};
use crate::encoding::{base64_decode, base64_encode, hex_decode, hex_encode};

/// Longest vkey: the longest name, 8 digits of key id, the type and an ML-DSA-44 key in base64, two plus signs between.
pub const MAX_VKEY_BYTES: usize =
    MAX_KEY_NAME_BYTES + 1 + 8 + 1 + (1 + ML_DSA_44_PUBLIC_BYTES).div_ceil(3) * 4;

/// Short id of a key, to find it by: the first 4 bytes of `SHA256(name ‖ 0x0A ‖ type ‖ public key)`. Not unique against
/// somebody who wants a collision; only a signature is evidence.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 4]);

impl KeyId {
    /// An id as it stands in a signature line.
    pub const fn from_bytes(bytes: [u8; 4]) -> Self {
        Self(bytes)
    }

    /// The 4 bytes.
    pub const fn as_bytes(&self) -> &[u8; 4] {
        &self.0
    }

    pub(super) fn of(name: &KeyName, algorithm: Algorithm, public: &PublicKey) -> Self {
        let mut sha = Sha256::new();
        sha.update(name.as_str());
        sha.update([b'\n', algorithm.type_byte()]);
        sha.update(public.as_bytes());
        let hash: [u8; 32] = sha.finalize().into();
        let (id, _) = hash.split_first_chunk().expect("32 bytes begin with 4");
        Self(*id)
    }
}

/// 8 lower-case hex digits.
impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex_encode(&self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What a key signs. The types that exist besides (ECDSA 0x02, RFC 6962 0x05, private ones 0xff) are not verified here:
/// their signatures are ignored, their keys refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// Type 0x01: Ed25519 over the text of the note. How a log signs its checkpoints.
    Ed25519,
    /// Type 0x04: Ed25519 over the text and a time. How a witness cosigns them.
    CosignatureV1,
    /// Type 0x06: ML-DSA-44 over a checkpoint, the cosigner's name and a time. How a witness cosigns checkpoints, and
    /// under its own name a log, so that they hold when Ed25519 no longer does.
    MlDsa44,
}

impl Algorithm {
    /// The type byte in key ids and keys.
    pub const fn type_byte(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::CosignatureV1 => 0x04,
            Self::MlDsa44 => 0x06,
        }
    }

    const fn from_type_byte(byte: u8) -> Option<Self> {
        match byte {
            0x01 => Some(Self::Ed25519),
            0x04 => Some(Self::CosignatureV1),
            0x06 => Some(Self::MlDsa44),
            _ => None,
        }
    }

    /// Whether a log signs its own checkpoints with such keys.
    pub const fn is_for_logs(self) -> bool {
        match self {
            Self::Ed25519 | Self::MlDsa44 => true,
            Self::CosignatureV1 => false,
        }
    }

    /// Whether a witness cosigns checkpoints of others with such keys.
    pub const fn is_for_witnesses(self) -> bool {
        match self {
            Self::CosignatureV1 | Self::MlDsa44 => true,
            Self::Ed25519 => false,
        }
    }
}

/// The scheme of the key.
impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ed25519 | Self::CosignatureV1 => "Ed25519",
            Self::MlDsa44 => "ML-DSA-44",
        })
    }
}

/// A public key with its name and what it signs; as text `<name>+<key id>+<base64(type ‖ public key)>`, a vkey.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: KeyName,
    id: KeyId,
    algorithm: Algorithm,
    public: PublicKey,
}

/// Why a text is no key that can be used here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VkeyError {
    /// Longer than [`MAX_VKEY_BYTES`].
    #[error("key of {0} bytes, at most {MAX_VKEY_BYTES} are possible")]
    TooLong(usize),
    /// Not three parts with `+` between them.
    #[error("expected <name>+<key id>+<base64 key>")]
    Shape,
    /// The name is none.
    #[error("the first part is not a key name")]
    Name(#[source] KeyNameError),
    /// The key id is not 8 lower-case hex digits.
    #[error("the key id is not 8 lower-case hexadecimal digits")]
    KeyId,
    /// The key is not base64 of a type byte and more.
    #[error("the key is not base64 of a type byte and a key")]
    Base64,
    /// A type of key that is not verified here.
    #[error("keys of type {0:#04x} are not supported, expected 0x01, 0x04 or 0x06")]
    UnsupportedType(u8),
    /// Ed25519: not 32 bytes, not a point on the curve, or of small order. ML-DSA-44: not 1312 bytes, or all of t1 is 0.
    #[error("not a public key of {0}")]
    PublicKey(Algorithm),
    /// The key id belongs to another key, name or type.
    #[error("key id {found} is not the id of this key, which is {expected}")]
    WrongKeyId {
        /// The id of the key given.
        expected: KeyId,
        /// The id given.
        found: KeyId,
    },
}

impl VerifierKey {
    /// A key from its parts. Refused if it has another length than its scheme's, or if anybody can sign for it: a point
    /// of small order, an ML-DSA key whose second part is zero.
    pub fn new(name: KeyName, algorithm: Algorithm, public: &[u8]) -> Result<Self, VkeyError> {
        let public = PublicKey::from_bytes(algorithm, public);
        let public = public.ok_or(VkeyError::PublicKey(algorithm))?;
        Ok(Self::from_parts(name, algorithm, public))
    }

    pub(super) fn from_parts(name: KeyName, algorithm: Algorithm, public: PublicKey) -> Self {
        Self {
            id: KeyId::of(&name, algorithm, &public),
            name,
            algorithm,
            public,
        }
    }

    /// Reads a vkey.
    pub fn parse(vkey: &str) -> Result<Self, VkeyError> {
        if vkey.len() > MAX_VKEY_BYTES {
            return Err(VkeyError::TooLong(vkey.len()));
        }
        let (name, id, key) = split_key(vkey).ok_or(VkeyError::Shape)?;
        let name = KeyName::new(name).map_err(VkeyError::Name)?;
        let found = KeyId(hex_decode(id).ok_or(VkeyError::KeyId)?);
        let bytes = base64_decode(key).ok_or(VkeyError::Base64)?;
        let (type_byte, public) = bytes.split_first().ok_or(VkeyError::Base64)?;
        let algorithm =
            Algorithm::from_type_byte(*type_byte).ok_or(VkeyError::UnsupportedType(*type_byte))?;
        let key = Self::new(name, algorithm, public)?;
        if key.id != found {
            let expected = key.id;
            return Err(VkeyError::WrongKeyId { expected, found });
        }
        Ok(key)
    }

    /// The name.
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// The id.
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// What it signs.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The bytes of the public key: 32 of Ed25519, 1312 of ML-DSA-44.
    pub fn public_bytes(&self) -> &[u8] {
        self.public.as_bytes()
    }

    /// The 32 bytes, if the key is one of Ed25519.
    pub fn ed25519_bytes(&self) -> Option<&[u8; 32]> {
        self.public.as_ed25519().map(|key| key.as_bytes())
    }

    pub(super) const fn public(&self) -> &PublicKey {
        &self.public
    }
}

/// `<name>+<id>+<base64>`: a name has no `+`, base64 may have some.
pub(super) fn split_key(text: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = text.split_once('+')?;
    let (id, key) = rest.split_once('+')?;
    Some((name, id, key))
}

/// `<name>+<id>+<base64(type ‖ key)>`, the vkey.
impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&[self.algorithm.type_byte()][..], self.public.as_bytes()].concat();
        write!(f, "{}+{}+{}", self.name, self.id, base64_encode(&bytes))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for VerifierKey {
    type Err = VkeyError;

    fn from_str(vkey: &str) -> Result<Self, VkeyError> {
        Self::parse(vkey)
    }
}
