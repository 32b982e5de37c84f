//! Cosignatures that a quantum computer does not forge: ML-DSA-44 (C2SP tlog-cosignature, type 0x06; FIPS 204).

use std::fmt;

use ml_dsa::signature::{Keypair as _, Signer as _};
use ml_dsa::{MlDsa44, SigningKey};
use zeroize::Zeroizing;

use super::NoteSignature;
use super::key::{Algorithm, VerifierKey};
use super::name::KeyName;
use super::public::{MlDsaPublic, PublicKey};
use super::signer::{SEED_BYTES, SkeyError, parse_seed, write_skey};
use super::verify::PosixSeconds;
use crate::checkpoint::Checkpoint;

/// What the signed message begins with.
const LABEL: &[u8; 12] = b"subtree/v1\n\0";

/// A key that cosigns checkpoints with ML-DSA-44 (type 0x06): a witness's, or under the log's own name the log's second
/// signature, which stands when Ed25519 falls. The secret is never shown and is wiped from memory when dropped.
#[derive(Clone)]
pub struct PqCosigner {
    key: Box<SigningKey<MlDsa44>>,
    verifier: VerifierKey,
}

impl PqCosigner {
    /// The key that grows from a seed (FIPS 204, algorithm 6), under a name.
    pub fn from_seed(name: KeyName, seed: &[u8; SEED_BYTES]) -> Self {
        let seed = Zeroizing::new(ml_dsa::Seed::from(*seed));
        let key = Box::new(SigningKey::from_seed(&seed));
        let public = PublicKey::MlDsa44(MlDsaPublic::new(key.verifying_key()));
        let verifier = VerifierKey::from_parts(name, Algorithm::MlDsa44, public);
        Self { key, verifier }
    }

    /// Reads `PRIVATE+KEY+<name>+<key id>+<base64(0x06 ‖ seed)>`.
    pub fn parse_skey(skey: &str) -> Result<Self, SkeyError> {
        let (name, id, seed) = parse_seed(skey, Algorithm::MlDsa44)?;
        let cosigner = Self::from_seed(name, &seed);
        if cosigner.verifier.id() != id {
            return Err(SkeyError::WrongKeyId);
        }
        Ok(cosigner)
    }

    /// Writes the text of the secret key. It is the secret: for a key file and nothing else.
    pub fn to_skey(&self) -> Zeroizing<String> {
        write_skey(&self.verifier, self.key.as_seed())
    }

    /// The name signed under.
    pub fn name(&self) -> &KeyName {
        self.verifier.name()
    }

    /// The public key.
    pub const fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// Signs that at `time` this is the largest consistent tree seen for the checkpoint's origin. The caller vouches for
    /// that. The signature is `u64 time ‖ ML-DSA-44(message)`, see [`pq_cosigned_message`], with the empty context and
    /// without randomness (FIPS 204 §3.4): the same question has the same bytes for an answer.
    pub fn cosign(&self, checkpoint: &Checkpoint, time: PosixSeconds) -> NoteSignature {
        let message = pq_cosigned_message(self.name(), time, checkpoint);
        let signature = self.key.try_sign(&message);
        // The chance that one attempt in 2^14 or so does not succeed is below 2^-1000 for any message.
        let signature = signature.expect("a message that cannot be signed has never been found");
        let bytes = [&time.get().to_be_bytes()[..], &signature.encode()].concat();
        let (name, id) = (self.name().clone(), self.verifier.id());
        NoteSignature::new(name, id, bytes).expect("2428 bytes are within the limits")
    }
}

/// What an ML-DSA-44 cosignature of a checkpoint signs, integers big-endian, lengths in one byte:
///
/// ```text
/// "subtree/v1\n\0" ‖ length ‖ name of the cosigner ‖ u64 time ‖ length ‖ origin ‖ u64 0 ‖ u64 size ‖ root
/// ```
///
/// The cosigner's name is signed, unlike in [`cosigned_message`](super::cosigned_message).
pub fn pq_cosigned_message(
    cosigner: &KeyName,
    time: PosixSeconds,
    checkpoint: &Checkpoint,
) -> Vec<u8> {
    let mut message = LABEL.to_vec();
    let push_name = |message: &mut Vec<u8>, name: &KeyName| {
        let name = name.as_str();
        message.push(u8::try_from(name.len()).expect("a key name has at most 255 bytes"));
        message.extend(name.as_bytes());
    };
    push_name(&mut message, cosigner);
    message.extend(time.get().to_be_bytes());
    push_name(&mut message, &checkpoint.origin);
    message.extend(0_u64.to_be_bytes());
    message.extend(checkpoint.size.get().to_be_bytes());
    message.extend(checkpoint.root.as_bytes());
    message
}

impl fmt::Debug for PqCosigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PqCosigner({})", self.verifier)
    }
}
