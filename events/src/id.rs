//! Names and numbers: what identifies statements, subjects, entries and ledgers.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::schema::text_schema;
use crate::text::text_serde;

/// Position of an entry in the ledger, 0-based. Not a [`cinnabar_tlog::Size`], which counts entries.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct Sequence(u64);

impl Sequence {
    /// The first entry's.
    pub const FIRST: Self = Self(0);

    /// The sequence `value`.
    pub const fn new(value: u64) -> Self {
        Self(value)
    }
    /// As a number.
    pub const fn get(self) -> u64 {
        self.0
    }
    /// The one after.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Length of a dossier; in an entry, the length before it.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(transparent)]
pub struct Revision(u64);

impl Revision {
    /// The revision `value`.
    pub const fn new(value: u64) -> Self {
        Self(value)
    }
    /// As a number.
    pub const fn get(self) -> u64 {
        self.0
    }
    /// The one after.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Why a text is no identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAnId {
    /// Not a lower-case UUID of version 7 or 8.
    #[error("not a lower-case UUID of version 7 or 8")]
    Statement,
    /// Not an id.
    #[error("not 1 to 64 of A-Z, a-z, 0-9, '_' and '-'")]
    Id,
    /// Not a subject.
    #[error(
        "not a subject: class/id, with a class like product or incident, and an id of 1 to 64 of A-Z, a-z, 0-9, '_' and '-'"
    )]
    Subject,
    /// Not a BLAKE3 hash.
    #[error("not blake3: and 64 lower-case hex digits")]
    Hash,
    /// Not a public key.
    #[error("not ed25519: and 64 lower-case hex digits")]
    Key,
    /// Not a commitment.
    #[error("not c1: and 64 lower-case hex digits")]
    Commitment,
    /// Not a ledger's short name.
    #[error("not 1 to 32 of a-z, 0-9 and '-'")]
    ShortName,
}

/// A statement's id: UUID version 7 (RFC 9562 §5.7), or 8 where it is derived; lower case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatementId(uuid::Uuid);

impl StatementId {
    /// A new id, version 7, for the moment `now`, with random bits given by the caller.
    pub fn at(now: crate::Timestamp, random: [u8; 10]) -> Self {
        let millis = u64::try_from(now.micros() / 1000).unwrap_or(0);
        Self(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// An id derived from a namespace and a name, version 8: the first 16 bytes of
    /// `BLAKE3-derive-key("cinnabar statement id v1", len(namespace) as u64 LE ‖ namespace ‖ name)`,
    /// with version and variant bits set. The same input gives the same id for ever.
    pub fn derived(namespace: &str, name: &str) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("cinnabar statement id v1");
        hasher.update(&(namespace.len() as u64).to_le_bytes());
        hasher.update(namespace.as_bytes());
        hasher.update(name.as_bytes());
        let mut bytes = [0; 16];
        hasher.finalize_xof().fill(&mut bytes);
        Self(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }
}

impl fmt::Display for StatementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

impl fmt::Debug for StatementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for StatementId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let spelled = text.len() == 36 && !text.bytes().any(|byte| byte.is_ascii_uppercase());
        let id = uuid::Uuid::try_parse(text).map_err(|_| NotAnId::Statement)?;
        let known =
            matches!(id.get_version_num(), 7 | 8) && id.get_variant() == uuid::Variant::RFC4122;
        if spelled && known {
            Ok(Self(id))
        } else {
            Err(NotAnId::Statement)
        }
    }
}

/// The id part of a subject: `[A-Za-z0-9_-]{1,64}`. Cloning is cheap: records and their keys are full of them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(Arc<str>);

impl Id {
    /// Longest id, in bytes: a NATS subject token and a path segment that people still read.
    pub const MAX_LEN: usize = 64;

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Id {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if (1..=Self::MAX_LEN).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.into()))
        } else {
            Err(NotAnId::Id)
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What kind of thing a subject is. Variants stand in the order of their names, so that subjects sort
/// as their text does: that is the order of the keys of an entry's `dossiers`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// A request for access to public data.
    Access,
    /// Someone who signs.
    Actor,
    /// An algorithm or open-source model on the open platform.
    Algorithm,
    /// Computing power asked for and given.
    Allocation,
    /// Reconsideration of a decision.
    Appeal,
    /// An ethics committee.
    Committee,
    /// A report of a violation.
    Complaint,
    /// An offer of computing power.
    Compute,
    /// What was recorded wrongly, put right.
    Correction,
    /// A public data resource.
    Dataset,
    /// A deadline on another subject.
    Deadline,
    /// Leave to see confidential values.
    Disclosure,
    /// A claim that an entry is wrong.
    Dispute,
    /// A request to erase confidential values.
    Erasure,
    /// A guideline for sharing public data.
    Guideline,
    /// A legal hold, which keeps values from erasure.
    Hold,
    /// Something that went wrong, or nearly.
    Incident,
    /// A monitored indicator.
    Indicator,
    /// The ledger itself.
    Ledger,
    /// An annotation.
    Note,
    /// Whom an actor signs for.
    Organisation,
    /// An AI product or service.
    Product,
    /// A statistical release.
    Release,
    /// An annual report.
    Report,
    /// A statistical return.
    Return,
    /// An ethics review.
    Review,
    /// The rules.
    Rulebook,
    /// A scenario for which solutions are sought.
    Scenario,
    /// A statistical survey.
    Survey,
}

impl Class {
    /// Every class, in the order of their names.
    pub const ALL: [Self; 29] = [
        Self::Access,
        Self::Actor,
        Self::Algorithm,
        Self::Allocation,
        Self::Appeal,
        Self::Committee,
        Self::Complaint,
        Self::Compute,
        Self::Correction,
        Self::Dataset,
        Self::Deadline,
        Self::Disclosure,
        Self::Dispute,
        Self::Erasure,
        Self::Guideline,
        Self::Hold,
        Self::Incident,
        Self::Indicator,
        Self::Ledger,
        Self::Note,
        Self::Organisation,
        Self::Product,
        Self::Release,
        Self::Report,
        Self::Return,
        Self::Review,
        Self::Rulebook,
        Self::Scenario,
        Self::Survey,
    ];

    /// The class as it stands in a subject.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Actor => "actor",
            Self::Algorithm => "algorithm",
            Self::Allocation => "allocation",
            Self::Appeal => "appeal",
            Self::Committee => "committee",
            Self::Complaint => "complaint",
            Self::Compute => "compute",
            Self::Correction => "correction",
            Self::Dataset => "dataset",
            Self::Deadline => "deadline",
            Self::Disclosure => "disclosure",
            Self::Dispute => "dispute",
            Self::Erasure => "erasure",
            Self::Guideline => "guideline",
            Self::Hold => "hold",
            Self::Incident => "incident",
            Self::Indicator => "indicator",
            Self::Ledger => "ledger",
            Self::Note => "note",
            Self::Organisation => "organisation",
            Self::Product => "product",
            Self::Release => "release",
            Self::Report => "report",
            Self::Return => "return",
            Self::Review => "review",
            Self::Rulebook => "rulebook",
            Self::Scenario => "scenario",
            Self::Survey => "survey",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a statement is about: `class/id`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    class: Class,
    id: Id,
}

impl Subject {
    /// The subject `class/id`.
    pub fn new(class: Class, id: Id) -> Self {
        Self { class, id }
    }
    /// Its class.
    pub fn class(&self) -> Class {
        self.class
    }
    /// Its id within the class.
    pub fn id(&self) -> &Id {
        &self.id
    }

    /// `class/id`, as it displays itself, put after what is in `text`.
    pub fn push_to(&self, text: &mut String) {
        text.push_str(self.class.as_str());
        text.push('/');
        text.push_str(self.id.as_str());
    }

    /// `class/id` as a text of its own: several for each entry, so without the machinery of formatting.
    pub fn to_text(&self) -> String {
        let mut text =
            String::with_capacity(self.class.as_str().len() + 1 + self.id.as_str().len());
        self.push_to(&mut text);
        text
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.class.as_str())?;
        f.write_str("/")?;
        f.write_str(self.id.as_str())
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Subject {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let (class, id) = text.split_once('/').ok_or(NotAnId::Subject)?;
        let class = Class::ALL
            .into_iter()
            .find(|known| known.as_str() == class)
            .ok_or(NotAnId::Subject)?;
        Ok(Self {
            class,
            id: id.parse().map_err(|_| NotAnId::Subject)?,
        })
    }
}

/// A ledger's short name, as it stands in NATS subjects: `[a-z0-9-]{1,32}`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ShortName(Box<str>);

impl ShortName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ShortName {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if (1..=32).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.into()))
        } else {
            Err(NotAnId::ShortName)
        }
    }
}

impl fmt::Display for ShortName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

text_serde!(StatementId, Id, Subject, ShortName);
text_schema! {
    StatementId => { "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$" },
    Id => { "pattern": "^[A-Za-z0-9_-]{1,64}$" },
    Subject => { "pattern": format!("^({})/[A-Za-z0-9_-]{{1,64}}$", Class::ALL.map(Class::as_str).join("|")) },
    ShortName => { "pattern": "^[a-z0-9-]{1,32}$" },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::EntryHash;

    #[test]
    fn identifiers_have_one_spelling() {
        let hex = "ab".repeat(32);
        assert!(format!("blake3:{hex}").parse::<EntryHash>().is_ok());
        for bad in [
            hex.clone(),
            format!("blake3:{}", hex.to_uppercase()),
            format!("blake3:{hex}0"),
            format!("sha256:{hex}"),
        ] {
            assert_eq!(bad.parse::<EntryHash>(), Err(NotAnId::Hash), "{bad}");
        }
        assert!(
            "01930000-0000-7000-8000-000000000001"
                .parse::<StatementId>()
                .is_ok()
        );
        for bad in [
            "01930000-0000-4000-8000-000000000001",
            "01930000-0000-7000-0000-000000000001",
            "0193000000007000800000000000001",
            "01930000-0000-7000-8000-00000000000A",
            "{01930000-0000-7000-8000-000000000001}",
            "",
        ] {
            assert_eq!(bad.parse::<StatementId>(), Err(NotAnId::Statement), "{bad}");
        }
        for bad in [
            "product",
            "product/",
            "Product/x",
            "product/a/b",
            "product/a.b",
            "robot/x",
            "product/é",
        ] {
            assert_eq!(bad.parse::<Subject>(), Err(NotAnId::Subject), "{bad}");
        }
    }

    #[test]
    fn subjects_sort_as_their_text_does() {
        let subject = |class, id: &str| Subject::new(class, id.parse().unwrap());
        let mut subjects: Vec<Subject> = Class::ALL
            .into_iter()
            .flat_map(|class| ["b", "a", "Z", "_", "-", "a-b", "a0"].map(|id| subject(class, id)))
            .collect();
        subjects.sort();
        let texts: Vec<String> = subjects.iter().map(ToString::to_string).collect();
        assert!(texts.is_sorted(), "{texts:?}");
    }

    #[test]
    fn a_derived_id_is_the_same_for_ever() {
        let id = StatementId::derived("nl-register@1", "row 7");
        assert_eq!(id, StatementId::derived("nl-register@1", "row 7"));
        assert_ne!(id, StatementId::derived("nl-register@", "1row 7"));
        assert_eq!(id.to_string().parse(), Ok(id));
    }
}
