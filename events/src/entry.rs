//! Entries: what the ledger holds at one sequence.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::Arc;

use serde::Deserialize;

use crate::canonical;
use crate::decode::{Violation, decode};
use crate::hash::EntryHash;
use crate::id::{Revision, Sequence, Subject};
use crate::instant::Timestamp;
use crate::signature::Signature;
use crate::signed::{SIGNATURE_JSON_BYTES, Signed, Verified, write_signatures};
use crate::statement::{MAX_CONCERNS, MAX_SIGNERS, MAX_STATEMENT_BYTES, Malformed};

/// Longest entry, in bytes: a leaf's length is a `u16` in an entry bundle (C2SP tlog-tiles).
pub const MAX_ENTRY_BYTES: usize = 65_535;

/// One dossier in JSON: `"organisation/` + 64 + `":[` + 16 digits + `,"blake3:` + 64 + `"],`.
const DOSSIER_JSON_BYTES: usize = 14 + 64 + 3 + 16 + 9 + 64 + 3;

/// All that is the same in every entry, its sequence, its time and the hash before it: 205 bytes at most.
const FRAME_JSON_BYTES: usize = 256;

// Whatever statement is admitted, its entry fits a leaf.
const _: () = assert!(
    MAX_STATEMENT_BYTES
        + MAX_SIGNERS * SIGNATURE_JSON_BYTES
        + (1 + MAX_CONCERNS) * DOSSIER_JSON_BYTES
        + FRAME_JSON_BYTES
        <= MAX_ENTRY_BYTES
);

/// Where a dossier stood before an entry: its length, and the hash of its last entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DossierLink {
    /// Entries in the dossier before this one.
    pub revision: Revision,
    /// Hash of the last of them; [`EntryHash::NONE`] if there was none.
    pub prev: EntryHash,
}

impl DossierLink {
    /// Where every dossier starts.
    pub const START: Self = Self {
        revision: Revision::new(0),
        prev: EntryHash::NONE,
    };
}

/// One entry: its bytes, and what they say. Cloning is cheap: committing, answering and feeding look at the same one.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry(Arc<Whole>);

#[derive(Debug, PartialEq)]
struct Whole {
    bytes: Box<[u8]>,
    hash: EntryHash,
    seq: Sequence,
    time: Timestamp,
    prev: EntryHash,
    dossiers: BTreeMap<Subject, DossierLink>,
    signed: Signed,
}

impl Entry {
    /// Chains an admitted statement: the entry at `seq`, after the entry with hash `prev`, at `time`;
    /// `dossiers` says where each of the statement's subjects stood before.
    ///
    /// # Panics
    /// If `dossiers` doesn't name exactly the statement's subjects: a bug in the caller.
    pub fn chain(
        verified: Verified,
        seq: Sequence,
        time: Timestamp,
        prev: EntryHash,
        dossiers: BTreeMap<Subject, DossierLink>,
    ) -> Self {
        let signed = verified.into_signed();
        assert!(
            dossiers.len() == signed.statement().subjects().count()
                && signed
                    .statement()
                    .subjects()
                    .all(|subject| dossiers.contains_key(subject)),
            "an entry links exactly the dossiers of its statement's subjects"
        );
        let most = signed.bytes().len()
            + SIGNATURE_JSON_BYTES * signed.signatures().len()
            + DOSSIER_JSON_BYTES * dossiers.len()
            + FRAME_JSON_BYTES;
        let mut bytes = Vec::with_capacity(most);
        bytes.extend_from_slice(b"{\"dossiers\":{");
        for (index, (subject, link)) in dossiers.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            write!(
                bytes,
                "{comma}\"{subject}\":[{},\"{}\"]",
                link.revision, link.prev
            )
            .expect("writing to memory can't fail");
        }
        write!(
            bytes,
            "}},\"prev\":\"{prev}\",\"seq\":{seq},\"signatures\":"
        )
        .expect("writing to memory can't fail");
        write_signatures(signed.signatures(), &mut bytes);
        bytes.extend_from_slice(b",\"statement\":");
        bytes.extend_from_slice(signed.bytes());
        write!(bytes, ",\"time\":\"{time}\",\"v\":1}}").expect("writing to memory can't fail");
        let hash = EntryHash::of(&bytes);
        debug_assert!(
            Self::parse(bytes.as_slice()).is_ok(),
            "what is chained can be read"
        );
        Self(Arc::new(Whole {
            bytes: bytes.into(),
            hash,
            seq,
            time,
            prev,
            dossiers,
            signed,
        }))
    }

    /// Reads an entry from its bytes. Checks form only: neither signatures nor that it is true to its neighbours.
    ///
    /// # Errors
    /// [`Malformed`], with the byte or the JSON pointer at fault.
    pub fn parse(bytes: impl Into<Box<[u8]>>) -> Result<Self, Malformed> {
        let bytes = bytes.into();
        if bytes.len() > MAX_ENTRY_BYTES {
            return Err(Malformed::TooLong { found: bytes.len() });
        }
        let (parts, signed) = Self::read(&bytes)?;
        let dossiers: BTreeMap<_, _> = parts
            .dossiers
            .into_iter()
            .map(|(subject, Link(revision, prev))| (subject, DossierLink { revision, prev }))
            .collect();
        let subjects = signed.statement().subjects();
        if dossiers.len() != signed.statement().subjects().count()
            || !subjects
                .into_iter()
                .all(|subject| dossiers.contains_key(subject))
        {
            let found = dossiers
                .keys()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(", ");
            return Err(
                Violation::new("/dossiers", "exactly the statement's subjects", found).into(),
            );
        }
        Ok(Self(Arc::new(Whole {
            hash: EntryHash::of(&bytes),
            seq: parts.seq,
            time: parts.time,
            prev: parts.prev,
            dossiers,
            signed,
            bytes,
        })))
    }

    fn read(bytes: &[u8]) -> Result<(Parts, Signed), Malformed> {
        let value = canonical::parse(bytes)?;
        let mut parts: Parts = decode(&value)?;
        if parts.v != 1 {
            return Err(Violation::new("/v", "1", parts.v.to_string()).into());
        }
        let member = value
            .member("statement")
            .ok_or_else(|| Violation::new("/statement", "a statement", "nothing"))?;
        if member.span.len() > MAX_STATEMENT_BYTES {
            return Err(Malformed::TooLong {
                found: member.span.len(),
            });
        }
        let statement =
            crate::Statement::from_value(&member.value).map_err(|fault| match fault {
                Malformed::Schema(violation) => Malformed::Schema(violation.inside("statement")),
                other @ (Malformed::TooLong { .. }
                | Malformed::NotCanonical(_)
                | Malformed::UnknownKind(_)
                | Malformed::SignatureMissing { .. }
                | Malformed::SignatureExtra { .. }
                | Malformed::SignatureUnsorted { .. }
                | Malformed::SignatureDoubled { .. }
                | Malformed::SignatureInvalid(_)) => other,
            })?;
        let signatures = std::mem::take(&mut parts.signatures);
        let signed = Signed::assemble(bytes[member.span.clone()].into(), statement, signatures)?;
        Ok((parts, signed))
    }

    /// The exact bytes: a leaf of the tree.
    pub fn bytes(&self) -> &[u8] {
        &self.0.bytes
    }
    /// `BLAKE3(bytes)`: what the next entry carries as `prev`.
    pub fn hash(&self) -> EntryHash {
        self.0.hash
    }
    /// `SHA-256(0x00 ‖ bytes)`, RFC 6962 §2.1.
    pub fn leaf_hash(&self) -> cinnabar_tlog::Hash {
        cinnabar_tlog::leaf_hash(&self.0.bytes)
    }
    /// Its position.
    pub fn seq(&self) -> Sequence {
        self.0.seq
    }
    /// When it was recorded.
    pub fn time(&self) -> Timestamp {
        self.0.time
    }
    /// Hash of the entry before.
    pub fn prev(&self) -> EntryHash {
        self.0.prev
    }
    /// Where each of the statement's subjects stood before.
    pub fn dossiers(&self) -> &BTreeMap<Subject, DossierLink> {
        &self.0.dossiers
    }
    /// The statement with its signatures.
    pub fn signed(&self) -> &Signed {
        &self.0.signed
    }
    /// The statement.
    pub fn statement(&self) -> &crate::Statement {
        self.0.signed.statement()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    dossiers: BTreeMap<Subject, Link>,
    prev: EntryHash,
    seq: Sequence,
    signatures: Vec<Signature>,
    #[serde(rename = "statement")]
    _statement: serde::de::IgnoredAny,
    time: Timestamp,
    v: u8,
}

#[derive(Deserialize)]
struct Link(Revision, EntryHash);
