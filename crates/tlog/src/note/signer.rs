//! Those who sign: a log its notes, a witness the checkpoints of others.

use std::fmt;

use ed25519_dalek::{Signer as _, SigningKey};
use zeroize::Zeroizing;

use super::NoteSignature;
use super::key::{Algorithm, KeyId, VerifierKey, split_key};
use super::name::{KeyName, KeyNameError};
use super::public::PublicKey;
use super::verify::{PosixSeconds, cosigned_message};
use crate::checkpoint::Checkpoint;
use crate::encoding::{base64_decode, base64_encode, hex_decode};

/// What a secret key's text begins with.
const SKEY_PREFIX: &str = "PRIVATE+KEY+";
/// Bytes of a seed, of Ed25519 as of ML-DSA.
pub(super) const SEED_BYTES: usize = 32;

/// Why a text is no secret key. Nothing of the text is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SkeyError {
    /// Not `PRIVATE+KEY+<name>+<key id>+<base64>`.
    #[error("expected PRIVATE+KEY+<name>+<key id>+<base64 key>")]
    Shape,
    /// The name is none.
    #[error("the name in the secret key is not a key name")]
    Name(#[source] KeyNameError),
    /// The key id is not 8 lower-case hex digits.
    #[error("the key id is not 8 lower-case hexadecimal digits")]
    KeyId,
    /// The key is not base64 of the expected type byte and 32 bytes.
    #[error("the key is not base64 of type byte {:#04x} and a seed of 32 bytes", .0.type_byte())]
    Key(Algorithm),
    /// The key id belongs to another key, name or type.
    #[error("the key id is not the id of this key")]
    WrongKeyId,
}

/// A log's key: signs the text of notes (type 0x01). The secret is never shown and is wiped from memory when dropped.
#[derive(Clone)]
pub struct NoteSigner(Secret);

/// A witness's key: signs that it saw a checkpoint at a time (type 0x04). One key for one name: the name is not signed.
/// The secret is never shown and is wiped from memory when dropped.
#[derive(Clone)]
pub struct Cosigner(Secret);

/// `SigningKey` wipes itself when dropped.
#[derive(Clone)]
struct Secret {
    key: SigningKey,
    verifier: VerifierKey,
}

impl NoteSigner {
    /// The key that grows from a seed (RFC 8032 §5.1.5), under a name.
    pub fn from_seed(name: KeyName, seed: &[u8; SEED_BYTES]) -> Self {
        Self(Secret::new(name, Algorithm::Ed25519, seed))
    }

    /// Reads Go's `PRIVATE+KEY+<name>+<key id>+<base64(0x01 ‖ seed)>`.
    pub fn parse_skey(skey: &str) -> Result<Self, SkeyError> {
        Secret::parse(skey, Algorithm::Ed25519).map(Self)
    }

    /// Writes Go's text of the secret key. It is the secret: for a key file and nothing else.
    pub fn to_skey(&self) -> Zeroizing<String> {
        self.0.to_skey()
    }

    /// The name signed under.
    pub fn name(&self) -> &KeyName {
        self.0.verifier.name()
    }

    /// The public key.
    pub const fn verifier(&self) -> &VerifierKey {
        &self.0.verifier
    }

    /// Signs a text, which must end in a newline to become a note.
    pub fn sign(&self, text: &str) -> NoteSignature {
        let signature = self.0.key.sign(text.as_bytes());
        self.0.line(signature.to_bytes().to_vec())
    }
}

impl Cosigner {
    /// The key that grows from a seed (RFC 8032 §5.1.5), under a name.
    pub fn from_seed(name: KeyName, seed: &[u8; SEED_BYTES]) -> Self {
        Self(Secret::new(name, Algorithm::CosignatureV1, seed))
    }

    /// Reads `PRIVATE+KEY+<name>+<key id>+<base64(0x04 ‖ seed)>`.
    pub fn parse_skey(skey: &str) -> Result<Self, SkeyError> {
        Secret::parse(skey, Algorithm::CosignatureV1).map(Self)
    }

    /// Writes the text of the secret key. It is the secret: for a key file and nothing else.
    pub fn to_skey(&self) -> Zeroizing<String> {
        self.0.to_skey()
    }

    /// The name signed under.
    pub fn name(&self) -> &KeyName {
        self.0.verifier.name()
    }

    /// The public key.
    pub const fn verifier(&self) -> &VerifierKey {
        &self.0.verifier
    }

    /// Signs that at `time` this is the largest consistent tree seen for the checkpoint's origin. The caller vouches for that.
    /// The signature is `u64 time ‖ Ed25519(cosignature/v1 …)`, see [`cosigned_message`].
    pub fn cosign(&self, checkpoint: &Checkpoint, time: PosixSeconds) -> NoteSignature {
        let message = cosigned_message(&checkpoint.to_string(), time);
        let signature = self.0.key.sign(message.as_bytes());
        let bytes = [&time.get().to_be_bytes()[..], &signature.to_bytes()].concat();
        self.0.line(bytes)
    }
}

impl Secret {
    fn new(name: KeyName, algorithm: Algorithm, seed: &[u8; SEED_BYTES]) -> Self {
        let key = SigningKey::from_bytes(seed);
        let verifier =
            VerifierKey::from_parts(name, algorithm, PublicKey::Ed25519(key.verifying_key()));
        Self { key, verifier }
    }

    fn parse(skey: &str, algorithm: Algorithm) -> Result<Self, SkeyError> {
        let (name, id, seed) = parse_seed(skey, algorithm)?;
        let secret = Self::new(name, algorithm, &seed);
        if secret.verifier.id() != id {
            return Err(SkeyError::WrongKeyId);
        }
        Ok(secret)
    }

    fn to_skey(&self) -> Zeroizing<String> {
        write_skey(&self.verifier, self.key.as_bytes())
    }

    fn line(&self, signature: Vec<u8>) -> NoteSignature {
        let (name, id) = (self.verifier.name().clone(), self.verifier.id());
        NoteSignature::new(name, id, signature).expect("64 or 72 bytes are within the limits")
    }
}

/// Name, key id and seed of a secret key's text; that the id is the key's is not checked yet.
pub(super) fn parse_seed(
    skey: &str,
    algorithm: Algorithm,
) -> Result<(KeyName, KeyId, Zeroizing<[u8; SEED_BYTES]>), SkeyError> {
    let rest = skey.strip_prefix(SKEY_PREFIX).ok_or(SkeyError::Shape)?;
    let (name, id, key) = split_key(rest).ok_or(SkeyError::Shape)?;
    let name = KeyName::new(name).map_err(SkeyError::Name)?;
    let id = KeyId::from_bytes(hex_decode(id).ok_or(SkeyError::KeyId)?);
    let malformed = SkeyError::Key(algorithm);
    let bytes = Zeroizing::new(base64_decode(key).ok_or(malformed)?);
    let seed = match bytes.split_first() {
        Some((type_byte, seed)) if *type_byte == algorithm.type_byte() => seed,
        Some(_) | None => return Err(malformed),
    };
    let mut fixed = Zeroizing::new([0; SEED_BYTES]);
    if seed.len() != SEED_BYTES {
        return Err(malformed);
    }
    fixed.copy_from_slice(seed);
    Ok((name, id, fixed))
}

/// `PRIVATE+KEY+<name>+<key id>+<base64(type ‖ seed)>`.
pub(super) fn write_skey(verifier: &VerifierKey, seed: &[u8]) -> Zeroizing<String> {
    let mut bytes = Zeroizing::new([verifier.algorithm().type_byte(); 1 + SEED_BYTES]);
    bytes[1..].copy_from_slice(seed);
    let key = Zeroizing::new(base64_encode(&bytes[..]));
    let (name, id) = (verifier.name(), verifier.id());
    Zeroizing::new(format!("{SKEY_PREFIX}{name}+{id}+{}", *key))
}

impl fmt::Debug for NoteSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NoteSigner({})", self.0.verifier)
    }
}

impl fmt::Debug for Cosigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cosigner({})", self.0.verifier)
    }
}
