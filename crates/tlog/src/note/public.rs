//! Public keys of the algorithms that are verified here.

use std::sync::Arc;

use ed25519_dalek::VerifyingKey;
use ml_dsa::{EncodedVerifyingKey, MlDsa44};

use super::key::Algorithm;

/// Bytes of an ML-DSA-44 public key (FIPS 204, table 2).
pub(super) const ML_DSA_44_PUBLIC_BYTES: usize = 1312;
/// Where the second part of an ML-DSA key begins, the vector t1, after the seed of the matrix.
const ML_DSA_T1_OFFSET: usize = 32;

/// A public key.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum PublicKey {
    Ed25519(VerifyingKey),
    MlDsa44(MlDsaPublic),
}

/// An ML-DSA-44 public key with what is computed from it once: some 20 kB, shared by all copies.
#[derive(Clone)]
pub(super) struct MlDsaPublic(Arc<(EncodedVerifyingKey<MlDsa44>, ml_dsa::VerifyingKey<MlDsa44>)>);

impl PublicKey {
    /// A key from its bytes; none of another length, and no key for which anybody can sign.
    pub(super) fn from_bytes(algorithm: Algorithm, bytes: &[u8]) -> Option<Self> {
        match algorithm {
            Algorithm::Ed25519 | Algorithm::CosignatureV1 => {
                let key = VerifyingKey::from_bytes(bytes.try_into().ok()?).ok()?;
                (!key.is_weak()).then_some(Self::Ed25519(key))
            }
            Algorithm::MlDsa44 => MlDsaPublic::from_bytes(bytes).map(Self::MlDsa44),
        }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Ed25519(key) => key.as_bytes(),
            Self::MlDsa44(key) => &key.0.0,
        }
    }

    pub(super) const fn as_ed25519(&self) -> Option<&VerifyingKey> {
        match self {
            Self::Ed25519(key) => Some(key),
            Self::MlDsa44(_) => None,
        }
    }

    /// Ed25519 strictly (RFC 8032 with canonical encodings and no point of small order); ML-DSA-44 with the empty
    /// context (FIPS 204 §5.3), which has one encoding of everything by itself.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Ed25519(key) => ed25519_dalek::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify_strict(message, &signature).is_ok()),
            Self::MlDsa44(key) => ml_dsa::Signature::try_from(signature)
                .is_ok_and(|signature| key.0.1.verify_with_context(message, &[], &signature)),
        }
    }
}

impl MlDsaPublic {
    pub(super) fn new(key: ml_dsa::VerifyingKey<MlDsa44>) -> Self {
        Self(Arc::new((key.encode(), key)))
    }

    /// Any bytes are a key, but with t1 = 0 whoever chooses a short z has a signature: such a key says nothing.
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let encoded = EncodedVerifyingKey::<MlDsa44>::try_from(bytes).ok()?;
        if encoded[ML_DSA_T1_OFFSET..].iter().all(|byte| *byte == 0) {
            return None;
        }
        Some(Self::new(ml_dsa::VerifyingKey::decode(&encoded)))
    }
}

impl PartialEq for MlDsaPublic {
    fn eq(&self, other: &Self) -> bool {
        self.0.0 == other.0.0
    }
}

impl Eq for MlDsaPublic {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_what_the_schemes_say() {
        assert_eq!(
            size_of::<EncodedVerifyingKey<MlDsa44>>(),
            ML_DSA_44_PUBLIC_BYTES
        );
        for (algorithm, length) in [
            (Algorithm::Ed25519, 32),
            (Algorithm::CosignatureV1, 32),
            (Algorithm::MlDsa44, ML_DSA_44_PUBLIC_BYTES),
        ] {
            for other in [0, 1, 31, 32, 33, 1311, 1312, 1313] {
                // 0x58, 0x66, 0x66 … is the base point of Ed25519, and good enough a key of the other.
                let mut bytes = vec![0x66; other];
                bytes.iter_mut().take(1).for_each(|byte| *byte = 0x58);
                let key = PublicKey::from_bytes(algorithm, &bytes);
                assert_eq!(key.is_some(), other == length, "{algorithm:?} of {other}");
            }
        }
    }

    #[test]
    fn a_key_that_anybody_can_sign_for_is_none() {
        let mut bytes = [0; ML_DSA_44_PUBLIC_BYTES];
        bytes[..ML_DSA_T1_OFFSET].fill(7);
        assert!(PublicKey::from_bytes(Algorithm::MlDsa44, &bytes).is_none());
        bytes[ML_DSA_44_PUBLIC_BYTES - 1] = 1;
        assert!(PublicKey::from_bytes(Algorithm::MlDsa44, &bytes).is_some());
    }
}
