//! The rule by which a note is accepted.

use std::fmt;

use super::key::{Algorithm, KeyId, VerifierKey};
use super::name::KeyName;
use super::pq::pq_cosigned_message;
use super::{Note, NoteSignature};
use crate::checkpoint::Checkpoint;

/// Seconds since 1970-01-01 UTC without leap seconds, below 2^63 (tlog-cosignature).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PosixSeconds(u64);

impl PosixSeconds {
    /// A time below 2^63 seconds.
    pub const fn new(seconds: u64) -> Option<Self> {
        if seconds > i64::MAX as u64 {
            return None;
        }
        Some(Self(seconds))
    }

    /// The seconds.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for PosixSeconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A signature that a known key made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerifiedSignature<'k> {
    /// The key.
    pub key: &'k VerifierKey,
    /// When, if it is a cosignature: the time that the witness states.
    pub time: Option<PosixSeconds>,
}

/// Why a note is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteRejection {
    /// A line names a known key that did not make it. Such a note is refused whatever its other signatures.
    #[error("the signature of {name} with key {key_id} does not verify")]
    BadSignature {
        /// The name in the line.
        name: KeyName,
        /// The key id in the line.
        key_id: KeyId,
    },
    /// No line names a known key.
    #[error("no signature by a known key")]
    NoKnownSignature,
}

impl Note {
    /// Verifies the signatures of the keys that are known, in the order of the lines.
    ///
    /// Lines of unknown name, key id or type are ignored; a line that names a known key must verify; at least one
    /// must. Ed25519 is verified strictly (RFC 8032 with canonical encodings and no point of small order). ML-DSA-44
    /// signs checkpoints only: under any other text its signatures do not verify.
    pub fn verify<'k>(
        &self,
        keys: impl IntoIterator<Item = &'k VerifierKey> + Clone,
    ) -> Result<Vec<VerifiedSignature<'k>>, NoteRejection> {
        let mut verified = Vec::new();
        for line in self.signatures() {
            let mut named = keys
                .clone()
                .into_iter()
                .filter(|key| key.name() == line.name() && key.id() == line.key_id())
                .peekable();
            if named.peek().is_none() {
                continue;
            }
            let by = named.find_map(|key| key.verify(self.text(), line));
            verified.push(by.ok_or_else(|| NoteRejection::BadSignature {
                name: line.name().clone(),
                key_id: line.key_id(),
            })?);
        }
        if verified.is_empty() {
            return Err(NoteRejection::NoKnownSignature);
        }
        Ok(verified)
    }
}

impl VerifierKey {
    /// Verifies one signature over a note's text; none if this key did not make it.
    pub fn verify(&self, text: &str, line: &NoteSignature) -> Option<VerifiedSignature<'_>> {
        if self.name() != line.name() || self.id() != line.key_id() {
            return None;
        }
        let (time, signed) = match self.algorithm() {
            Algorithm::Ed25519 => {
                let signed = self.public().verify(text.as_bytes(), line.signature());
                (None, signed)
            }
            Algorithm::CosignatureV1 => {
                let (time, signature) = split_time(line.signature())?;
                let message = cosigned_message(text, time);
                let signed = self.public().verify(message.as_bytes(), signature);
                (Some(time), signed)
            }
            Algorithm::MlDsa44 => {
                let (time, signature) = split_time(line.signature())?;
                let checkpoint = Checkpoint::parse(text).ok()?;
                let message = pq_cosigned_message(self.name(), time, &checkpoint);
                (Some(time), self.public().verify(&message, signature))
            }
        };
        signed.then_some(VerifiedSignature { key: self, time })
    }
}

/// `u64 time ‖ signature`, the form of a cosignature.
fn split_time(cosignature: &[u8]) -> Option<(PosixSeconds, &[u8])> {
    let (time, signature) = cosignature.split_first_chunk()?;
    let time = PosixSeconds::new(u64::from_be_bytes(*time))?;
    Some((time, signature))
}

/// What an Ed25519 cosignature signs: `cosignature/v1`, the time and the note's text, each on lines of its own.
pub fn cosigned_message(text: &str, time: PosixSeconds) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}
