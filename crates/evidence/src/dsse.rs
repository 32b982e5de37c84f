//! An entry's statement as a DSSE envelope (v1.0.2), for `openssl` or any DSSE library, and back.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cinnabar_events::{
    Entry, MAX_SIGNERS, MAX_STATEMENT_BYTES, Malformed, NotASignature, PAYLOAD_TYPE, PublicKey,
    Signature, Signed, Verified,
};
use serde::{Deserialize, Serialize};

/// Longest envelope that is read, in bytes: a statement in base64, signatures of some 200 bytes each, and room for white
/// space and members that are not looked at.
pub const MAX_ENVELOPE_BYTES: usize = 2 * MAX_STATEMENT_BYTES + MAX_SIGNERS * 512;

/// A statement with its signatures, as DSSE writes it. What is signed is the pre-authentication encoding of payload type
/// and payload, which is what an entry's signatures sign too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Envelope {
    /// The statement's bytes in base64.
    payload: String,
    /// What they are.
    payload_type: String,
    signatures: Vec<EnvelopeSignature>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct EnvelopeSignature {
    keyid: String,
    sig: String,
}

/// The bytes are no envelope of a statement.
#[derive(Debug, thiserror::Error)]
pub enum NotAnEnvelope {
    /// Longer than [`MAX_ENVELOPE_BYTES`].
    #[error("envelope of {0} bytes, at most {MAX_ENVELOPE_BYTES} are read")]
    TooLong(usize),
    /// Not a DSSE envelope in JSON.
    #[error("not a DSSE envelope")]
    Json(#[source] serde_json::Error),
    /// Something else is in it.
    #[error("the payload is of type {0:?}, expected {PAYLOAD_TYPE}")]
    PayloadType(String),
    /// Not base64.
    #[error("the payload is not base64")]
    Payload,
    /// A key id that isn't a public key as the ledger writes it.
    #[error("signature {0} names no Ed25519 key as ed25519:<64 hex>")]
    Key(usize),
    /// A signature of another length.
    #[error("signature {0} is not an Ed25519 signature")]
    Signature(usize, #[source] NotASignature),
    /// The payload is no statement, or the signatures are not one for each signer.
    #[error("the payload is not a statement with its signatures")]
    Statement(#[source] Malformed),
}

impl Envelope {
    /// The envelope of a statement.
    pub fn of(signed: &Signed) -> Self {
        let signature = |signature: &Signature| EnvelopeSignature {
            keyid: signature.key.to_string(),
            sig: signature.sig.to_string(),
        };
        Self {
            payload: STANDARD.encode(signed.bytes()),
            payload_type: PAYLOAD_TYPE.to_owned(),
            signatures: signed.signatures().iter().map(signature).collect(),
        }
    }

    /// Reads an envelope. Members that DSSE doesn't know are ignored, as it asks for.
    ///
    /// # Errors
    /// [`NotAnEnvelope`].
    pub fn parse(bytes: &[u8]) -> Result<Self, NotAnEnvelope> {
        if bytes.len() > MAX_ENVELOPE_BYTES {
            return Err(NotAnEnvelope::TooLong(bytes.len()));
        }
        serde_json::from_slice(bytes).map_err(NotAnEnvelope::Json)
    }

    /// The JSON.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("strings are always JSON")
    }

    /// The statement in it with its signatures, in the order that an entry has them. They are not verified yet.
    ///
    /// # Errors
    /// [`NotAnEnvelope`].
    pub fn open(&self) -> Result<Signed, NotAnEnvelope> {
        if self.payload_type != PAYLOAD_TYPE {
            return Err(NotAnEnvelope::PayloadType(self.payload_type.clone()));
        }
        let payload = STANDARD.decode(&self.payload);
        let payload = payload.map_err(|_| NotAnEnvelope::Payload)?;
        let mut signatures = Vec::new();
        for (place, signature) in self.signatures.iter().enumerate() {
            let key: PublicKey = signature
                .keyid
                .parse()
                .map_err(|_| NotAnEnvelope::Key(place))?;
            let sig = signature.sig.parse();
            let sig = sig.map_err(|fault| NotAnEnvelope::Signature(place, fault))?;
            signatures.push(Signature { key, sig });
        }
        signatures.sort_by_key(|signature| signature.key);
        Signed::new(payload, signatures).map_err(NotAnEnvelope::Statement)
    }

    /// The statement, every signature under it verified. Whose the keys are, only the ledger tells.
    ///
    /// # Errors
    /// [`NotAnEnvelope`], also for a signature that doesn't verify.
    pub fn verify(&self) -> Result<Verified, NotAnEnvelope> {
        self.open()?.verify().map_err(NotAnEnvelope::Statement)
    }
}

/// The JSON of the envelope of an entry's statement.
pub fn envelope(entry: &Entry) -> Vec<u8> {
    Envelope::of(entry.signed()).to_bytes()
}
