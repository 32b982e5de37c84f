//! Statement files: one statement and the signatures that it has so far, as the request that the ledger takes.
//!
//! `{"signatures":[…],"statement":{…}}`, canonical; the statement's bytes stand in it as they were signed. A line end
//! after it, as editors leave one, is forgiven.

use std::path::{Path, PathBuf};

use cinnabar_events::{
    BadSignature, MAX_REQUEST_BYTES, Malformed, PublicKey, Signature, Signed, Statement,
    Unwritable, Violation, canonical, decode, encode, pre_authentication_encoding, verify,
};
use serde::Deserialize;

use crate::files::{self, Access, FileError};
use crate::keys::{Key, SignError};

/// What the name of such a file ends with.
pub const STATEMENT_SUFFIX: &str = ".statement";

/// A statement, and the signatures that it has so far, each verified.
#[derive(Clone, Debug, PartialEq)]
pub struct StatementFile {
    bytes: Vec<u8>,
    statement: Statement,
    /// Ascending by key, no key twice, at most one for each signer.
    signatures: Vec<Signature>,
}

/// Why a file holds no statement, or can't be signed once more.
#[derive(Debug, thiserror::Error)]
pub enum NotAStatementFile {
    /// It can't be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The bytes are no statement with signatures.
    #[error("{path} is not a statement file")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        #[source]
        source: Malformed,
    },
}

/// Why a signature can't be added.
#[derive(Debug, thiserror::Error)]
pub enum NotSigned {
    /// Everybody has signed.
    #[error("all {signers} signatures are there already; send it with `cinnabar submit`")]
    Complete {
        /// How many there are.
        signers: usize,
    },
    /// This key has.
    #[error("{key} has signed this already")]
    Again {
        /// Which key.
        key: PublicKey,
    },
    /// The key did not.
    #[error(transparent)]
    Key(#[from] SignError),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    signatures: Vec<Signature>,
    #[serde(rename = "statement")]
    _statement: serde::de::IgnoredAny,
}

impl StatementFile {
    /// A statement that nobody has signed yet.
    ///
    /// # Errors
    /// [`Unwritable`] if the parts make no statement.
    pub fn new(statement: Statement) -> Result<Self, Unwritable> {
        Ok(Self {
            bytes: statement.to_bytes()?,
            statement,
            signatures: Vec::new(),
        })
    }

    /// Reads a file and verifies the signatures that it has.
    ///
    /// # Errors
    /// [`NotAStatementFile`].
    pub fn load(path: &Path) -> Result<Self, NotAStatementFile> {
        let bytes = files::read(path, MAX_REQUEST_BYTES + 2)?;
        Self::parse(&bytes).map_err(|source| NotAStatementFile::Malformed {
            path: path.to_owned(),
            source,
        })
    }

    /// Reads the bytes of a file.
    ///
    /// # Errors
    /// [`Malformed`], with the byte or the JSON pointer at fault.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        let value = canonical::parse(bytes)?;
        let Parts { signatures, .. } = decode(&value)?;
        let member = value
            .member("statement")
            .ok_or_else(|| Violation::new("/statement", "a statement", "nothing"))?;
        let statement_bytes = bytes[member.span.clone()].to_vec();
        let statement = Statement::parse(&statement_bytes)?;
        let signers = statement.signers.as_slice().len();
        if signatures.len() > signers {
            return Err(Malformed::SignatureExtra {
                signers,
                signatures: signatures.len(),
            });
        }
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
        let message = pre_authentication_encoding(&statement_bytes);
        let checked: Result<Vec<()>, BadSignature> = signatures
            .iter()
            .map(|signature| verify(&message, signature))
            .collect();
        checked?;
        Ok(Self {
            bytes: statement_bytes,
            statement,
            signatures,
        })
    }

    /// The file's bytes: the request that the ledger takes, once it is complete.
    ///
    /// # Panics
    /// Never: keys and signatures have a canonical form.
    pub fn to_bytes(&self) -> Vec<u8> {
        let signatures = encode(&self.signatures).expect("signatures are objects of strings");
        [
            &b"{\"signatures\":"[..],
            &signatures,
            b",\"statement\":",
            &self.bytes,
            b"}",
        ]
        .concat()
    }

    /// Writes the file; one that exists is left alone and is an error.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn create(&self, path: &Path) -> Result<(), FileError> {
        files::create(path, &self.to_bytes(), Access::Public)
    }

    /// Writes the file in the place of an older one.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn replace(&self, path: &Path) -> Result<(), FileError> {
        files::replace(path, &self.to_bytes(), Access::Public)
    }

    /// Adds one signature, where the order of keys puts it.
    ///
    /// # Errors
    /// [`NotSigned`]; the signatures are then as they were.
    pub fn sign(&mut self, key: &Key) -> Result<(), NotSigned> {
        use cinnabar_events::Signer as _;
        let signers = self.statement.signers.as_slice().len();
        if self.is_complete() {
            return Err(NotSigned::Complete { signers });
        }
        let public = key.public_key();
        match self
            .signatures
            .binary_search_by_key(&public, |signature| signature.key)
        {
            Ok(_) => Err(NotSigned::Again { key: public }),
            Err(place) => {
                self.signatures
                    .insert(place, key.sign_statement(&self.bytes)?);
                Ok(())
            }
        }
    }

    /// Whether there is a signature for each signer.
    pub fn is_complete(&self) -> bool {
        self.signatures.len() == self.statement.signers.as_slice().len()
    }

    /// The complete statement.
    ///
    /// # Errors
    /// [`Malformed::SignatureMissing`] if somebody has yet to sign.
    pub fn signed(&self) -> Result<Signed, Malformed> {
        Signed::new(self.bytes.clone(), self.signatures.clone())
    }

    /// The statement.
    pub fn statement(&self) -> &Statement {
        &self.statement
    }
    /// Its exact bytes: what is signed.
    pub fn statement_bytes(&self) -> &[u8] {
        &self.bytes
    }
    /// The signatures so far, ascending by key.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use cinnabar_events::Kind;
    use cinnabar_governance::testing::{Town, key};

    fn approval() -> StatementFile {
        let mut town = Town::populated();
        StatementFile::new(town.approval("triage").statement().clone()).unwrap()
    }

    fn held(name: &str) -> Key {
        Key::File(key(name))
    }

    #[test]
    fn people_sign_one_after_the_other_in_any_order() {
        let mut one = approval();
        let mut other = one.clone();
        for name in ["chen", "qian"] {
            assert!(!one.is_complete());
            one.sign(&held(name)).unwrap();
            one = StatementFile::parse(&one.to_bytes()).unwrap();
        }
        other.sign(&held("qian")).unwrap();
        other.sign(&held("chen")).unwrap();
        assert_eq!(one.to_bytes(), other.to_bytes());
        let request = one.signed().unwrap();
        assert_eq!(request.to_request(), one.to_bytes());
        assert!(request.verify().is_ok());
    }

    #[test]
    fn nobody_signs_twice_and_no_more_sign_than_are_named() {
        let mut file = approval();
        file.sign(&held("chen")).unwrap();
        assert!(matches!(
            file.sign(&held("chen")),
            Err(NotSigned::Again { .. })
        ));
        assert!(matches!(
            file.signed(),
            Err(Malformed::SignatureMissing {
                signers: 2,
                signatures: 1
            })
        ));
        file.sign(&held("qian")).unwrap();
        assert!(matches!(
            file.sign(&held("sun")),
            Err(NotSigned::Complete { signers: 2 })
        ));
    }

    #[test]
    fn a_signature_over_other_bytes_is_seen_when_the_file_is_read() {
        let mut file = approval();
        file.sign(&held("chen")).unwrap();
        let text = String::from_utf8(file.to_bytes()).unwrap();
        let changed = text.replace("Low risk", "No risk!");
        assert_ne!(text, changed);
        assert!(matches!(
            StatementFile::parse(changed.as_bytes()),
            Err(Malformed::SignatureInvalid(_))
        ));
    }

    #[test]
    fn a_line_end_after_the_file_is_forgiven_and_a_space_is_not() {
        let mut file = approval();
        file.sign(&held("chen")).unwrap();
        let bytes = file.to_bytes();
        assert_eq!(
            StatementFile::parse(&[&bytes[..], b"\n"].concat()).unwrap(),
            file
        );
        assert!(StatementFile::parse(&[&bytes[..], b" "].concat()).is_err());
        assert!(matches!(
            StatementFile::parse(b""),
            Err(Malformed::NotCanonical(_))
        ));
        assert_eq!(file.statement().kind(), Kind::ApprovalGranted);
    }
}
