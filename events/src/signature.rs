//! Signatures: Ed25519 over DSSE's pre-authentication encoding of a statement's bytes.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use crate::hash::PublicKey;
use crate::text::text_serde;

/// DSSE payload type of a statement. Part of what is signed.
pub const PAYLOAD_TYPE: &str = "application/vnd.cinnabar.statement.v1+json";

/// The 64 bytes of an Ed25519 signature (RFC 8032 §5.1.6). Written in base64 with padding.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SignatureBytes([u8; 64]);

/// Not base64 of 64 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the padded base64 of 64 bytes")]
pub struct NotASignature;

impl SignatureBytes {
    /// From the 64 bytes.
    pub const fn from_bytes(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }
    /// The 64 bytes.
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }
}

impl fmt::Display for SignatureBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // 88 characters are what 64 bytes take.
        let mut text = [0; 88];
        let length = STANDARD.encode_slice(self.0, &mut text);
        let text = &text[..length.expect("there is room for 64 bytes")];
        f.write_str(std::str::from_utf8(text).expect("base64 is ASCII"))
    }
}

impl fmt::Debug for SignatureBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for SignatureBytes {
    type Err = NotASignature;

    fn from_str(text: &str) -> Result<Self, NotASignature> {
        let mut bytes = [0; 64];
        // 66 is what the decoder may need as room for 88 characters.
        let mut room = [0; 66];
        match STANDARD.decode_slice(text, &mut room) {
            Ok(64) => bytes.copy_from_slice(&room[..64]),
            Ok(_) | Err(_) => return Err(NotASignature),
        }
        Ok(Self(bytes))
    }
}

text_serde!(SignatureBytes);

/// One signature on a statement: `{"key":"ed25519:…","sig":"…"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// Whose.
    pub key: PublicKey,
    /// The signature.
    pub sig: SignatureBytes,
}

/// The signature does not verify under its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature by {key} does not verify over the statement's bytes")]
pub struct BadSignature {
    /// The key that it claims.
    pub key: PublicKey,
}

/// DSSE v1 pre-authentication encoding of a statement:
/// `"DSSEv1" SP len(type) SP type SP len(payload) SP payload`, lengths in decimal.
pub fn pre_authentication_encoding(statement: &[u8]) -> Vec<u8> {
    let mut bytes = format!(
        "DSSEv1 {} {PAYLOAD_TYPE} {} ",
        PAYLOAD_TYPE.len(),
        statement.len()
    )
    .into_bytes();
    bytes.extend_from_slice(statement);
    bytes
}

/// Verifies strictly (RFC 8032 with canonical scalars, and no points of small order): what this
/// accepts, every implementation accepts.
///
/// `encoded` is the [`pre_authentication_encoding`].
///
/// # Errors
/// [`BadSignature`] if it doesn't verify or the key is no acceptable point.
pub fn verify(encoded: &[u8], signature: &Signature) -> Result<(), BadSignature> {
    let bad = BadSignature { key: signature.key };
    let key = decoded(signature.key).ok_or(bad)?;
    let sig = ed25519_dalek::Signature::from_bytes(signature.sig.as_bytes());
    key.verify_strict(encoded, &sig).map_err(|_| bad)
}

/// Most decoded keys that a thread remembers, 200 bytes each: more people than sign in a busy hour.
const DECODED_KEYS: usize = 4096;

thread_local! {
    /// Decoding a key takes a square root, a tenth of a verification: the same few people sign again and again.
    static DECODED: RefCell<HashMap<PublicKey, VerifyingKey>> = RefCell::default();
}

/// The key as a point of the curve; none if it is no acceptable one.
fn decoded(key: PublicKey) -> Option<VerifyingKey> {
    DECODED.with_borrow_mut(|known| {
        if let Some(known) = known.get(&key) {
            return Some(*known);
        }
        let point = VerifyingKey::from_bytes(key.as_bytes()).ok()?;
        if known.len() == DECODED_KEYS {
            known.clear();
        }
        known.insert(key, point);
        Some(point)
    })
}

/// Whoever can sign with one Ed25519 key: a key in memory, an agent, a token.
pub trait Signer {
    /// Why signing failed.
    type Error;
    /// The public half of the key.
    fn public_key(&self) -> PublicKey;
    /// An Ed25519 signature over exactly `message`.
    ///
    /// # Errors
    /// If the key can't be reached, or its holder refuses.
    fn sign(&self, message: &[u8]) -> Result<SignatureBytes, Self::Error>;
}

impl Signer for SigningKey {
    type Error = std::convert::Infallible;

    fn public_key(&self) -> PublicKey {
        PublicKey::from_bytes(self.verifying_key().to_bytes())
    }

    fn sign(&self, message: &[u8]) -> Result<SignatureBytes, Self::Error> {
        Ok(SignatureBytes(
            ed25519_dalek::Signer::sign(self, message).to_bytes(),
        ))
    }
}

/// Signs a statement's bytes with a key in memory.
pub fn sign(key: &SigningKey, statement: &[u8]) -> Signature {
    let Ok(sig) = Signer::sign(key, &pre_authentication_encoding(statement));
    Signature {
        key: key.public_key(),
        sig,
    }
}
