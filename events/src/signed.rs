//! Signed statements: the bytes with their signatures, as they are sent and as they are verified.

use std::sync::Arc;

use serde::Deserialize;

use crate::canonical;
use crate::decode::{Violation, decode};
use crate::signature::{Signature, pre_authentication_encoding, verify};
use crate::statement::{MAX_SIGNERS, MAX_STATEMENT_BYTES, Malformed, Statement};

/// A statement with signatures of the right number and order. Whether they verify is not yet known. Cloning is cheap.
#[derive(Clone, Debug, PartialEq)]
pub struct Signed(Arc<Parts>);

#[derive(Debug, PartialEq)]
struct Parts {
    bytes: Box<[u8]>,
    statement: Statement,
    signatures: Vec<Signature>,
}

impl Signed {
    /// Puts a statement's bytes and its signatures together.
    ///
    /// # Errors
    /// [`Malformed`] if the bytes are no statement, or the signatures aren't one per signer, ascending by key.
    pub fn new(bytes: impl Into<Box<[u8]>>, signatures: Vec<Signature>) -> Result<Self, Malformed> {
        let bytes = bytes.into();
        let statement = Statement::parse(&bytes)?;
        Self::assemble(bytes, statement, signatures)
    }

    pub(crate) fn assemble(
        bytes: Box<[u8]>,
        statement: Statement,
        signatures: Vec<Signature>,
    ) -> Result<Self, Malformed> {
        check_order(&signatures)?;
        let (signers, count) = (statement.signers.as_slice().len(), signatures.len());
        match count.cmp(&signers) {
            std::cmp::Ordering::Less => Err(Malformed::SignatureMissing {
                signers,
                signatures: count,
            }),
            std::cmp::Ordering::Greater => Err(Malformed::SignatureExtra {
                signers,
                signatures: count,
            }),
            std::cmp::Ordering::Equal => Ok(Self(Arc::new(Parts {
                bytes,
                statement,
                signatures,
            }))),
        }
    }

    /// Reads a request to record a statement: `{"signatures":[…],"statement":{…}}`, canonical.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn parse_request(request: &[u8]) -> Result<Self, Malformed> {
        if request.len() > MAX_REQUEST_BYTES {
            return Err(Malformed::TooLong {
                found: request.len(),
            });
        }
        let value = canonical::parse(request)?;
        let Request {
            signatures,
            _statement: _,
        } = decode(&value)?;
        let member = value
            .member("statement")
            .ok_or_else(|| Violation::new("/statement", "a statement", "nothing"))?;
        if member.span.len() > MAX_STATEMENT_BYTES {
            return Err(Malformed::TooLong {
                found: member.span.len(),
            });
        }
        let statement = Statement::from_value(&member.value)?;
        Self::assemble(request[member.span.clone()].into(), statement, signatures)
    }

    /// The request that [`Self::parse_request`] reads.
    pub fn to_request(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.bytes().len() + 32 + 200 * self.signatures().len());
        out.extend_from_slice(b"{\"signatures\":");
        write_signatures(self.signatures(), &mut out);
        out.extend_from_slice(b",\"statement\":");
        out.extend_from_slice(self.bytes());
        out.push(b'}');
        out
    }

    /// Checks every signature strictly over the statement's bytes.
    ///
    /// # Errors
    /// [`Malformed::SignatureInvalid`] for the first that doesn't verify.
    pub fn verify(self) -> Result<Verified, Malformed> {
        let encoded = pre_authentication_encoding(self.bytes());
        for signature in self.signatures() {
            verify(&encoded, signature)?;
        }
        Ok(Verified { signed: self })
    }

    /// The statement's exact bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0.bytes
    }
    /// The statement.
    pub fn statement(&self) -> &Statement {
        &self.0.statement
    }
    /// The signatures, ascending by key.
    pub fn signatures(&self) -> &[Signature] {
        &self.0.signatures
    }
}

/// A statement whose every signature verifies under the key that it names. Whose keys they are is
/// for the rules to say.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified {
    signed: Signed,
}

impl Verified {
    /// The signed statement.
    pub fn signed(&self) -> &Signed {
        &self.signed
    }
    /// The signed statement, without the knowledge that it was verified.
    pub fn into_signed(self) -> Signed {
        self.signed
    }
    /// The statement.
    pub fn statement(&self) -> &Statement {
        self.signed.statement()
    }
}

/// Most bytes of a request: a statement, its signatures and the braces around them.
pub const MAX_REQUEST_BYTES: usize = MAX_STATEMENT_BYTES + MAX_SIGNERS * SIGNATURE_JSON_BYTES + 64;

/// Length of one signature in JSON: `{"key":"ed25519:` + 64 + `","sig":"` + 88 + `"}` and a comma.
pub(crate) const SIGNATURE_JSON_BYTES: usize = 16 + 64 + 9 + 88 + 2 + 1;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    signatures: Vec<Signature>,
    #[serde(rename = "statement")]
    _statement: serde::de::IgnoredAny,
}

/// Signatures ascend by key, no key twice.
pub(crate) fn check_order(signatures: &[Signature]) -> Result<(), Malformed> {
    for (index, pair) in signatures.windows(2).enumerate() {
        match pair[0].key.cmp(&pair[1].key) {
            std::cmp::Ordering::Less => {}
            std::cmp::Ordering::Equal => {
                return Err(Malformed::SignatureDoubled { index: index + 1 });
            }
            std::cmp::Ordering::Greater => {
                return Err(Malformed::SignatureUnsorted { index: index + 1 });
            }
        }
    }
    Ok(())
}

/// Appends the signatures as canonical JSON.
pub(crate) fn write_signatures(signatures: &[Signature], out: &mut Vec<u8>) {
    use std::io::Write as _;
    out.push(b'[');
    for (index, Signature { key, sig }) in signatures.iter().enumerate() {
        let comma = if index > 0 { "," } else { "" };
        write!(out, "{comma}{{\"key\":\"{key}\",\"sig\":\"{sig}\"}}")
            .expect("writing to memory can't fail");
    }
    out.push(b']');
}
