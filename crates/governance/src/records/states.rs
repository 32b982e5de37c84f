//! What a record can be.

use std::collections::BTreeMap;
use std::sync::Arc;

use cinnabar_events::rulebook::{Chapter, KindName};
use cinnabar_events::{
    ChapterDigest, Class, Date, EntryHash, Id, LedgerId, PublicKey, Revision, Rulebook, Sequence,
    Statement, Subject, Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::deadline::clock::local_date;
pub use crate::deadline::{DeadlineRecord, DeadlineStatus};
pub use crate::groups::complaints::{AppealRecord, ComplaintRecord};
pub use crate::groups::compute::{
    AlgorithmRecord, AllocationRecord, ComputeRecord, ScenarioRecord,
};
pub use crate::groups::ethics::{CommitteeRecord, ReviewRecord};
pub use crate::groups::filing::{ProductRecord, ProductStatus};
pub use crate::groups::incidents::{IncidentRecord, IncidentStatus};
pub use crate::groups::privacy::{
    AskedRecord, CorrectionRecord, DisclosureRecord, DisclosureStatus, DisputeRecord,
    DisputeStatus, Erased, ErasureRecord, ErasureStatus, HELD_MAX, HeldRecord, HoldRecord,
    HoldStatus, NoteRecord, ValueRecord, erased, held,
};
pub use crate::groups::resources::{AccessRecord, DatasetRecord, GuidelineRecord};
pub use crate::groups::statistics::{
    IndicatorRecord, ReleaseRecord, ReportRecord, ReturnRecord, SurveyRecord,
};
pub use crate::groups::trust::{
    ActorRecord, ActorStatus, Held, KeyRecord, OrganisationRecord, OrganisationStatus,
};

/// The state of a subject, by its class: the fold of its dossier.
pub trait State: Sized {
    /// The class of such subjects.
    const CLASS: Class;

    /// As a record.
    fn into_record(self) -> Record;

    /// Out of a record, if it is one of these.
    fn from_record(record: Record) -> Option<Self>;
}

macro_rules! records {
    (states { $($(#[$doc:meta])* $class:ident: $state:ty),+ $(,)? } $($(#[$other_doc:meta])* $other:ident: $kept:ty),+ $(,)?) => {
        /// The state of one thing: the fold of what was said about it.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Record {
            $($(#[$doc])* $class($state),)+
            $($(#[$other_doc])* $other($kept),)+
        }

        $(impl State for $state {
            const CLASS: Class = Class::$class;

            fn into_record(self) -> Record {
                Record::$class(self)
            }

            fn from_record(record: Record) -> Option<Self> {
                match record {
                    Record::$class(state) => Some(state),
                    _ => None,
                }
            }
        })+
    };
}

records! {
    states {
        /// An actor.
        Actor: ActorRecord,
        /// An organisation.
        Organisation: OrganisationRecord,
        /// A product.
        Product: ProductRecord,
        /// An incident.
        Incident: IncidentRecord,
        /// An ethics committee.
        Committee: CommitteeRecord,
        /// An ethics review.
        Review: ReviewRecord,
        /// A report of a violation.
        Complaint: ComplaintRecord,
        /// An appeal.
        Appeal: AppealRecord,
        /// A survey.
        Survey: SurveyRecord,
        /// A statistical return.
        Return: ReturnRecord,
        /// A monitored indicator.
        Indicator: IndicatorRecord,
        /// A statistical release.
        Release: ReleaseRecord,
        /// An annual report.
        Report: ReportRecord,
        /// A guideline for sharing data.
        Guideline: GuidelineRecord,
        /// A public data resource.
        Dataset: DatasetRecord,
        /// Access to public data.
        Access: AccessRecord,
        /// An offer of computing power.
        Compute: ComputeRecord,
        /// Computing power given.
        Allocation: AllocationRecord,
        /// An algorithm on the open platform.
        Algorithm: AlgorithmRecord,
        /// A scenario for which solutions are sought.
        Scenario: ScenarioRecord,
        /// A correction.
        Correction: CorrectionRecord,
        /// An annotation.
        Note: NoteRecord,
        /// A dispute.
        Dispute: DisputeRecord,
        /// Leave to see confidential values.
        Disclosure: DisclosureRecord,
        /// A request for erasure.
        Erasure: ErasureRecord,
        /// A legal hold.
        Hold: HoldRecord,
    }
    /// Under [`RecordKey::Ledger`](super::RecordKey::Ledger).
    Ledger: LedgerRecord,
    /// Under [`RecordKey::Rulebook`](super::RecordKey::Rulebook).
    Rulebook: RulebookRecord,
    /// Under [`RecordKey::Chapter`](super::RecordKey::Chapter).
    Chapter: Arc<Chapter>,
    /// Under [`RecordKey::Dossier`](super::RecordKey::Dossier).
    Dossier: DossierRecord,
    /// Under [`RecordKey::Parts`](super::RecordKey::Parts).
    Parts: PartsRecord,
    /// Under [`RecordKey::Key`](super::RecordKey::Key).
    Key: KeyRecord,
    /// Under [`RecordKey::Number`](super::RecordKey::Number).
    Number: NumberRecord,
    /// Under [`RecordKey::Statement`](super::RecordKey::Statement).
    Statement: StatementRecord,
    /// Under [`RecordKey::Held`](super::RecordKey::Held).
    Held: HeldRecord,
    /// Under [`RecordKey::Deadline`](super::RecordKey::Deadline).
    Deadline: DeadlineRecord,
    /// Under [`RecordKey::Due`](super::RecordKey::Due): that it is there says everything.
    Due: (),
}

/// The ledger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LedgerRecord {
    /// Its id.
    pub id: LedgerId,
    /// The log key.
    pub log_key: PublicKey,
    /// The ledger's own key.
    pub ledger_key: PublicKey,
    /// How many founders had to sign the genesis; as many administrators declare a recovery.
    pub threshold: u8,
    /// How many entries the newest index of dossiers covers; 0 before the first.
    pub indexed: u64,
    /// Who was made an institution administrator, at most 64 of them: so that the last ones can't be lost.
    pub administrators: Arc<[Id]>,
}

/// The rulebook in force.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RulebookRecord {
    /// The rules, those of its chapters among them.
    pub rulebook: Arc<Rulebook>,
    /// Chapters whose text is not on the ledger yet: until it is, nothing else may be said.
    pub missing: Vec<ChapterDigest>,
    /// Since when it is in force.
    pub adopted: Sequence,
}

/// A dossier's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DossierRecord {
    /// Entries in it.
    pub revision: Revision,
    /// Hash of the last.
    pub head: EntryHash,
}

/// Who took which part, for the separation of duties: actors by kind. Only kinds that the rulebook keeps apart from
/// others are noted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PartsRecord {
    /// Who said it, the latest last.
    pub said: BTreeMap<String, Vec<Id>>,
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
    /// Whether `now` is within: days are those of Asia/Shanghai, as for deadlines.
    pub fn covers(&self, now: Timestamp) -> bool {
        let today = local_date(now);
        self.from.is_none_or(|from| from <= today) && !self.over(now)
    }

    /// Whether its last day has passed.
    pub fn over(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| until < local_date(now))
    }
}

/// Who has an official number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NumberRecord {
    /// What has it.
    pub subject: Subject,
}

/// Where a statement stands, and what later statements about it have to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementRecord {
    /// At which sequence.
    pub sequence: Sequence,
    /// BLAKE3 of its bytes.
    pub digest: EntryHash,
    /// Its kind.
    pub kind: KindName,
    /// What it is about, and after that what it concerns.
    pub subjects: Vec<Subject>,
    /// Its confidential values: as many as its kind has fields that may be.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub values: Vec<ValueRecord>,
}

impl StatementRecord {
    /// What `statement`, recorded at `sequence` with these bytes, leaves in the records.
    pub fn new(statement: &Statement, sequence: Sequence, bytes: &[u8]) -> Self {
        Self {
            sequence,
            digest: EntryHash::of(bytes),
            kind: statement.kind().into(),
            subjects: statement.subjects().cloned().collect(),
            values: statement
                .commitments
                .keys()
                .map(|pointer| ValueRecord::new(pointer))
                .collect(),
        }
    }
}
