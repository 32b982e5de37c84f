//! Records: the small keyed state that the rules look at.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use cinnabar_events::kinds::{Code, RiskTier, Route};
use cinnabar_events::{
    Date, EntryHash, Id, LedgerId, PublicKey, Revision, Rulebook, Sequence, StatementId, Subject,
    Timestamp,
};
use serde::{Deserialize, Serialize};

/// What a record is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordKey {
    /// The ledger itself: one record.
    Ledger,
    /// The rulebook in force: one record.
    Rulebook,
    /// A dossier: how long it is and where it ends.
    Dossier(Subject),
    /// An actor.
    Actor(Id),
    /// A public key: whose it is.
    Key(PublicKey),
    /// An organisation.
    Organisation(Id),
    /// A product.
    Product(Id),
    /// An incident.
    Incident(Id),
    /// An official number: what has it.
    Number(String),
    /// A statement's id, by first signer: where it stands.
    Statement(Id, StatementId),
}

impl fmt::Display for RecordKey {
    /// The key as it stands in a store: a letter for the kind of record, then what names it. Never changes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ledger => f.write_str("L"),
            Self::Rulebook => f.write_str("R"),
            Self::Dossier(subject) => write!(f, "D{subject}"),
            Self::Actor(id) => write!(f, "A{id}"),
            Self::Key(key) => write!(f, "K{key}"),
            Self::Organisation(id) => write!(f, "O{id}"),
            Self::Product(id) => write!(f, "P{id}"),
            Self::Incident(id) => write!(f, "I{id}"),
            Self::Number(number) => write!(f, "N{number}"),
            Self::Statement(actor, id) => write!(f, "S{actor}/{id}"),
        }
    }
}

/// The state of one thing: the fold of what was said about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// Under [`RecordKey::Ledger`].
    Ledger(LedgerRecord),
    /// Under [`RecordKey::Rulebook`].
    Rulebook(Arc<Rulebook>),
    /// Under [`RecordKey::Dossier`].
    Dossier(DossierRecord),
    /// Under [`RecordKey::Actor`].
    Actor(ActorRecord),
    /// Under [`RecordKey::Key`].
    Key(KeyRecord),
    /// Under [`RecordKey::Organisation`].
    Organisation(OrganisationRecord),
    /// Under [`RecordKey::Product`].
    Product(ProductRecord),
    /// Under [`RecordKey::Incident`].
    Incident(IncidentRecord),
    /// Under [`RecordKey::Number`].
    Number(NumberRecord),
    /// Under [`RecordKey::Statement`].
    Statement(StatementRecord),
}

/// The ledger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LedgerRecord {
    /// Its id.
    pub id: LedgerId,
    /// The log key.
    pub log_key: PublicKey,
}

/// A dossier's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DossierRecord {
    /// Entries in it.
    pub revision: Revision,
    /// Hash of the last.
    pub head: EntryHash,
}

/// An actor: who it is, which key and roles it has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActorRecord {
    /// Whom it signs for.
    pub organisation: Option<Id>,
    /// The key it signs with; none after a revocation, until another one comes.
    pub key: Option<PublicKey>,
    /// Its roles.
    pub roles: BTreeMap<Code, Term>,
}

/// From when to when, both days included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// First day; since ever if absent.
    pub from: Option<Date>,
    /// Last day; for ever if absent.
    pub until: Option<Date>,
}

impl Term {
    /// Whether `now` is within.
    pub fn covers(&self, now: Timestamp) -> bool {
        self.from.is_none_or(|from| from.start() <= now)
            && self.until.is_none_or(|until| now <= until.end())
    }
}

/// A key's life.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeyRecord {
    /// Whose.
    pub actor: Id,
    /// Last day on which it signs.
    pub expires: Option<Date>,
    /// Where it ended: rotated or revoked.
    pub ended: Option<Sequence>,
    /// Whether it ended by revocation.
    pub revoked: bool,
    /// Since when what it signed is suspect.
    pub compromised_since: Option<Timestamp>,
}

/// An organisation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrganisationRecord {
    /// Where it was registered.
    pub registered: Sequence,
}

/// Where a product stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductStatus {
    /// Filed.
    Submitted,
    /// Complete, numbered and classified.
    Accepted,
    /// May be tried out or offered.
    Authorised,
    /// May not.
    Refused,
    /// Approval rests.
    Suspended,
    /// Approval ended early.
    Revoked,
    /// No longer offered.
    Ended,
}

impl ProductStatus {
    /// Every status, in order of life.
    pub const ALL: [Self; 7] = [
        Self::Submitted,
        Self::Accepted,
        Self::Authorised,
        Self::Refused,
        Self::Suspended,
        Self::Revoked,
        Self::Ended,
    ];

    /// The status as it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Accepted => "accepted",
            Self::Authorised => "authorised",
            Self::Refused => "refused",
            Self::Suspended => "suspended",
            Self::Revoked => "revoked",
            Self::Ended => "ended",
        }
    }
}

/// A product.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProductRecord {
    /// Whose.
    pub organisation: Id,
    /// Where it stands.
    pub status: ProductStatus,
    /// The way applied for.
    pub route: Option<Route>,
    /// How risky.
    pub tier: Option<RiskTier>,
    /// Its official number.
    pub number: Option<String>,
    /// Who said what about it, for the separation of duties: actors by kind, the last time it was said.
    pub said: BTreeMap<String, Vec<Id>>,
}

/// Where an incident stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentStatus {
    /// Reported.
    Open,
    /// Dealt with.
    Closed,
}

impl IncidentStatus {
    /// The status as it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}

/// An incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IncidentRecord {
    /// Where it stands.
    pub status: IncidentStatus,
    /// With which product.
    pub product: Option<Id>,
}

/// Who has an official number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NumberRecord {
    /// What has it.
    pub subject: Subject,
}

/// Where a statement stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementRecord {
    /// At which sequence.
    pub sequence: Sequence,
    /// BLAKE3 of its bytes.
    pub digest: EntryHash,
}

/// A lookup of records by key. Two exist: a map, and the store.
pub trait Records {
    /// Why the state can't be read: fatal, not a rejection.
    type Error;

    /// The record under `key`, if there is one.
    ///
    /// # Errors
    /// If the state can't be read.
    fn record(&self, key: &RecordKey) -> Result<Option<Record>, Self::Error>;
}

/// Where changed records are put.
pub trait RecordsMut: Records {
    /// Puts `record` under `key`, in place of what was there.
    fn put(&mut self, key: RecordKey, record: Record);
}

/// Records in memory: for the verifier and for tests.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RecordMap(HashMap<RecordKey, Record>);

impl RecordMap {
    /// No records: the ledger before its genesis.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Records for RecordMap {
    type Error = std::convert::Infallible;

    fn record(&self, key: &RecordKey) -> Result<Option<Record>, Self::Error> {
        Ok(self.0.get(key).cloned())
    }
}

impl RecordsMut for RecordMap {
    fn put(&mut self, key: RecordKey, record: Record) {
        self.0.insert(key, record);
    }
}

/// Changes on top of other records: what a block that is not committed yet would change.
#[derive(Clone, Debug)]
pub struct Overlay<'r, R> {
    base: &'r R,
    changed: HashMap<RecordKey, Record>,
}

impl<'r, R: Records> Overlay<'r, R> {
    /// No changes yet.
    pub fn new(base: &'r R) -> Self {
        Self {
            base,
            changed: HashMap::new(),
        }
    }

    /// On top of `base`, with changes made earlier.
    pub fn resume(base: &'r R, changed: HashMap<RecordKey, Record>) -> Self {
        Self { base, changed }
    }

    /// What was changed.
    pub fn into_changes(self) -> HashMap<RecordKey, Record> {
        self.changed
    }
}

impl<R: Records> Records for Overlay<'_, R> {
    type Error = R::Error;

    fn record(&self, key: &RecordKey) -> Result<Option<Record>, Self::Error> {
        match self.changed.get(key) {
            Some(record) => Ok(Some(record.clone())),
            None => self.base.record(key),
        }
    }
}

impl<R: Records> RecordsMut for Overlay<'_, R> {
    fn put(&mut self, key: RecordKey, record: Record) {
        self.changed.insert(key, record);
    }
}
