//! Statements: what actors say and sign; read from canonical bytes, built from typed parts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::canonical::{self, NotCanonical, Value};
use crate::decode::{Violation, decode};
use crate::encode::{NotEncodable, encode};
use crate::hash::{Commitment, LedgerId};
use crate::id::{Id, Revision, StatementId, Subject};
use crate::instant::When;
use crate::kinds::{Code, Kind, Payload, UnknownKind};
use crate::signature::BadSignature;
use crate::text::{Listed, Name, Text};

/// Longest statement, in bytes: 32 KiB. Two of them fit a leaf of the tree, which leaves room for
/// what the ledger adds to make an entry.
pub const MAX_STATEMENT_BYTES: usize = 32 * 1024;
/// Most signers of one statement.
pub const MAX_SIGNERS: usize = 16;
/// Most further subjects of one statement.
pub const MAX_CONCERNS: usize = 8;

/// Who must sign a statement, and as what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignerClaim {
    /// The actor's id.
    pub actor: Id,
    /// In which role.
    pub role: Code,
    /// For which organisation.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub on_behalf_of: Option<Id>,
}

/// A provision that a statement rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Basis {
    /// The law, by its short name.
    pub instrument: Text<60>,
    /// The article.
    pub article: Text<40>,
}

/// Where a statement was taken over from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Migrated {
    /// The older register.
    pub register: Name,
    /// The row in it.
    pub row: Name,
}

/// Everything of a statement but its payload, as it stands in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Envelope<Data> {
    v: u8,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    ledger: Option<LedgerId>,
    id: StatementId,
    kind: String,
    subject: Subject,
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    concerns: Listed<Subject, MAX_CONCERNS>,
    signers: Listed<SignerClaim, MAX_SIGNERS>,
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    basis: Listed<Basis, 16>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    occurred: Option<When>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    effective: Option<When>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    expects: Option<Revision>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    migrated: Option<Migrated>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    commitments: BTreeMap<String, Commitment>,
    data: Data,
}

/// What one or more actors say. See `events/README.md` for the meaning of each member.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// The ledger that it is meant for; absent in the genesis only.
    pub ledger: Option<LedgerId>,
    /// Its id, unique per first signer.
    pub id: StatementId,
    /// What it is about.
    pub subject: Subject,
    /// Further subjects whose dossiers it enters, ascending.
    pub concerns: Listed<Subject, MAX_CONCERNS>,
    /// Who must sign it, all of them.
    pub signers: Listed<SignerClaim, MAX_SIGNERS>,
    /// What it rests on in law.
    pub basis: Listed<Basis, 16>,
    /// When it happened in the world, as asserted.
    pub occurred: Option<When>,
    /// When it takes effect in law, as asserted.
    pub effective: Option<When>,
    /// Length of the subject's dossier that the actors saw.
    pub expects: Option<Revision>,
    /// Where it was taken over from.
    pub migrated: Option<Migrated>,
    /// Commitments to confidential fields, by JSON pointer relative to the payload.
    pub commitments: BTreeMap<String, Commitment>,
    /// The kind's payload.
    pub payload: Payload,
}

/// The bytes are no statement, or its signatures have the wrong shape: nobody said this.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Longer than [`MAX_STATEMENT_BYTES`].
    #[error("the statement has {found} bytes, the most is {MAX_STATEMENT_BYTES}")]
    TooLong {
        /// Its length in bytes.
        found: usize,
    },
    /// Not canonical JSON.
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
    /// A kind that this release doesn't know.
    #[error(transparent)]
    UnknownKind(#[from] UnknownKind),
    /// Not the shape that the schema asks for.
    #[error(transparent)]
    Schema(#[from] Violation),
    /// Fewer signatures than signers.
    #[error("{signers} signers but {signatures} signatures")]
    SignatureMissing {
        /// Signers named in the statement.
        signers: usize,
        /// Signatures that came with it.
        signatures: usize,
    },
    /// More signatures than signers.
    #[error("{signatures} signatures for {signers} signers")]
    SignatureExtra {
        /// Signers named in the statement.
        signers: usize,
        /// Signatures that came with it.
        signatures: usize,
    },
    /// Signatures are not in ascending order of their keys.
    #[error("signature {index} is not in ascending order of keys")]
    SignatureUnsorted {
        /// The first that is out of order, 0-based.
        index: usize,
    },
    /// Two signatures by one key.
    #[error("signature {index} is by the same key as the one before")]
    SignatureDoubled {
        /// The second one, 0-based.
        index: usize,
    },
    /// A signature doesn't verify.
    #[error(transparent)]
    SignatureInvalid(#[from] BadSignature),
}

impl Malformed {
    /// Stable code for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "malformed.too_long",
            Self::NotCanonical(_) => "malformed.not_canonical",
            Self::UnknownKind(_) => "malformed.unknown_kind",
            Self::Schema(_) => "malformed.schema",
            Self::SignatureMissing { .. } => "signature.missing",
            Self::SignatureExtra { .. } => "signature.extra",
            Self::SignatureUnsorted { .. } => "signature.unsorted",
            Self::SignatureDoubled { .. } => "signature.doubled",
            Self::SignatureInvalid(_) => "signature.invalid",
        }
    }
}

impl Statement {
    /// Reads a statement from its bytes.
    ///
    /// # Errors
    /// [`Malformed`], with the byte or the JSON pointer at fault.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        if bytes.len() > MAX_STATEMENT_BYTES {
            return Err(Malformed::TooLong { found: bytes.len() });
        }
        Self::from_value(&canonical::parse(bytes)?)
    }

    /// Reads a statement from a value that was seen to be canonical.
    pub(crate) fn from_value(value: &Value<'_>) -> Result<Self, Malformed> {
        if let Some(Value::String(kind)) = value.member("kind").map(|member| &member.value) {
            kind.parse::<Kind>()?;
        }
        for name in ["basis", "commitments", "concerns"] {
            // What is absent is left out: there is one spelling of "none".
            let nothing = match value.member(name).map(|member| &member.value) {
                Some(Value::Array(items)) => items.is_empty(),
                Some(Value::Object(members)) => members.is_empty(),
                Some(Value::Bool(_) | Value::Integer(_) | Value::String(_)) | None => false,
            };
            if nothing {
                let expected = "something, or the member left out";
                return Err(Violation::new(format!("/{name}"), expected, "nothing in it").into());
            }
        }
        let envelope: Envelope<serde::de::IgnoredAny> = decode(value)?;
        let kind: Kind = envelope.kind.parse()?;
        let data = value
            .member("data")
            .ok_or_else(|| Violation::new("/data", "an object", "nothing"))?;
        let payload =
            Payload::decode(kind, &data.value).map_err(|violation| violation.inside("data"))?;
        let Envelope {
            v,
            ledger,
            id,
            kind: _,
            subject,
            concerns,
            signers,
            basis,
            occurred,
            effective,
            expects,
            migrated,
            commitments,
            data: _,
        } = envelope;
        let statement = Self {
            ledger,
            id,
            subject,
            concerns,
            signers,
            basis,
            occurred,
            effective,
            expects,
            migrated,
            commitments,
            payload,
        };
        statement.check(v, &data.value)?;
        Ok(statement)
    }

    /// What the types alone can't say.
    fn check(&self, v: u8, data: &Value<'_>) -> Result<(), Violation> {
        let kind = self.kind();
        if v != 1 {
            return Err(Violation::new("/v", "1", v.to_string()));
        }
        if self.ledger.is_none() != (kind == Kind::LedgerOpened) {
            return Err(Violation::new(
                "/ledger",
                "the ledger's id, but in ledger.opened",
                if self.ledger.is_some() {
                    "an id"
                } else {
                    "nothing"
                },
            ));
        }
        if self.subject.class() != kind.class() {
            return Err(Violation::new(
                "/subject",
                format!("a subject of class {}", kind.class()),
                self.subject.to_string(),
            ));
        }
        if self.signers.is_empty() {
            return Err(Violation::new("/signers", "at least one signer", "none"));
        }
        let ascending = self.concerns.as_slice().is_sorted()
            && !self.concerns.as_slice().contains(&self.subject);
        if !ascending {
            return Err(Violation::new(
                "/concerns",
                "further subjects, ascending",
                "another order, or the subject itself",
            ));
        }
        for pointer in self.commitments.keys() {
            let field = pointer.strip_prefix('/').unwrap_or(pointer);
            if !kind.confidential().contains(&pointer.as_str()) {
                let expected = if kind.confidential().is_empty() {
                    "no commitments".to_owned()
                } else {
                    format!("one of {}", kind.confidential().join(", "))
                };
                return Err(Violation::new(
                    "/commitments",
                    expected,
                    format!("{pointer:?}"),
                ));
            }
            if data.member(field).is_some() {
                return Err(Violation::new(
                    format!("/data{pointer}"),
                    "nothing, as it is committed",
                    "a value",
                ));
            }
        }
        Ok(())
    }

    /// The kind.
    pub fn kind(&self) -> Kind {
        self.payload.kind()
    }

    /// The first signer: the one whose ids this statement's id is among.
    pub fn first_signer(&self) -> &SignerClaim {
        self.signers
            .as_slice()
            .first()
            .expect("a statement has at least one signer")
    }

    /// The subject and the further subjects: every dossier that the statement enters.
    pub fn subjects(&self) -> impl Iterator<Item = &Subject> {
        std::iter::once(&self.subject).chain(self.concerns.iter())
    }

    /// The canonical bytes.
    ///
    /// # Errors
    /// [`Unwritable`] if the parts make no valid statement; the bytes are read back to find out.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Unwritable> {
        let data = self.payload.to_json().map_err(|_| NotEncodable::Shape)?;
        let bytes = encode(&Envelope {
            v: 1,
            ledger: self.ledger,
            id: self.id,
            kind: self.kind().as_str().to_owned(),
            subject: self.subject.clone(),
            concerns: self.concerns.clone(),
            signers: self.signers.clone(),
            basis: self.basis.clone(),
            occurred: self.occurred,
            effective: self.effective,
            expects: self.expects,
            migrated: self.migrated.clone(),
            commitments: self.commitments.clone(),
            data,
        })?;
        Self::parse(&bytes)?;
        Ok(bytes)
    }
}

/// The parts given make no valid statement.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unwritable {
    /// A value without a canonical form.
    #[error(transparent)]
    NotEncodable(#[from] NotEncodable),
    /// A rule on the shape of statements is broken.
    #[error(transparent)]
    Malformed(#[from] Malformed),
}
