//! Every kind of statement, and the payload of each.
//!
//! Adding a kind: a payload struct with its docs in the module of its group, one line in the table
//! below, its example, and its schema, which `BLESS=1 cargo test -p cinnabar-events --test schemas` writes
//! from the struct. The compiler then asks for its rule and its fold.

mod actor;
mod approval;
mod common;
mod complaints;
mod compute;
mod deadlines;
mod ethics;
mod filing;
mod incident;
mod incidents;
mod ledger;
mod organisation;
mod privacy;
mod product;
mod resources;
mod rules;
mod statistics;
mod trust;

pub use actor::*;
pub use approval::*;
pub use common::*;
pub use complaints::*;
pub use compute::*;
pub use deadlines::*;
pub use ethics::*;
pub use filing::*;
pub use incident::*;
pub use incidents::*;
pub use ledger::*;
pub use organisation::*;
pub use privacy::*;
pub use product::*;
pub use resources::*;
pub use rules::*;
pub use statistics::*;
pub use trust::*;

use crate::canonical::Value;
use crate::decode::{Violation, decode};
use crate::id::Class;
use crate::schema;
use crate::text::{Listed, Name, Prose};

/// The type of a committed value: prose, unless the table says otherwise (`"/persons": Listed<Name, 16>`).
macro_rules! confidential_value {
    () => {
        Prose
    };
    ($type:ty) => {
        $type
    };
}

/// Defines `for_payload!`, for which the list of kinds is needed.
macro_rules! define_for_payload {
    ($dollar:tt $($name:ident),+) => {
        /// `for_payload!(&payload, inner => expression)`: the expression, with `inner` bound to the typed payload of
        /// whichever kind it is. This is how code that every kind implements is reached without a list of kinds.
        #[macro_export]
        macro_rules! for_payload {
            ($dollar payload:expr, $dollar inner:ident => $dollar body:expr) => {
                match $dollar payload { $($dollar crate::Payload::$name($dollar inner) => $dollar body),+ }
            };
        }
    };
}

macro_rules! kinds {
    ($dollar:tt $($(#[doc = $doc:literal])+ $name:ident = $text:literal, $class:ident, confidential [$($pointer:literal $(: $value:ty)?),*];)+) => {
        /// Which fact a statement asserts: `noun.verb`, past tense.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Kind {
            /// Every kind, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The kind as it stands in a statement.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }

            /// The class that the subject of such a statement has.
            pub const fn class(self) -> Class {
                match self { $(Self::$name => Class::$class),+ }
            }

            /// What such a statement says, in a sentence.
            pub const fn summary(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+).trim_ascii()),+ }
            }

            /// JSON pointers, relative to `data`, of the fields that may be given as commitments.
            pub const fn confidential(self) -> &'static [&'static str] {
                match self { $(Self::$name => &[$($pointer),*]),+ }
            }

            /// JSON Schema (2020-12) of the payload: the public contract.
            pub const fn schema(self) -> &'static str {
                match self { $(Self::$name => include_str!(concat!("../../schemas/", $text, ".json"))),+ }
            }

            /// That schema as the payload's type says it, which the file repeats.
            pub fn generated_schema(self) -> String {
                match self { $(Self::$name => schema::text::<$name>(
                    $text, &[$(($pointer, schema::of::<confidential_value!($($value)?)>)),*],
                )),+ }
            }

            /// A payload of this kind with every field, as canonical JSON's readable form.
            pub const fn example(self) -> &'static str {
                match self { $(Self::$name => include_str!(concat!("../../examples/", $text, ".json"))),+ }
            }
        }

        define_for_payload!($dollar $($name),+);

        /// A statement's `data`, typed by its kind.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Payload {
            $($(#[doc = $doc])+ $name(Box<$name>),)+
        }

        impl Payload {
            /// The kind that this is the payload of.
            pub const fn kind(&self) -> Kind {
                match self { $(Self::$name(_) => Kind::$name),+ }
            }

            /// Reads the `data` of a statement of kind `kind`.
            ///
            /// # Errors
            /// [`Violation`] with a pointer relative to `data`.
            pub fn decode(kind: Kind, data: &Value<'_>) -> Result<Self, Violation> {
                match kind { $(Kind::$name => decode(data).map(|payload| Self::$name(Box::new(payload)))),+ }
            }

            /// The payload as JSON, for building a statement.
            ///
            /// # Errors
            /// Only what [`serde_json::to_value`] can refuse; none of our payloads does.
            pub fn to_json(&self) -> Result<serde_json::Value, serde_json::Error> {
                match self { $(Self::$name(payload) => serde_json::to_value(payload)),+ }
            }
        }
    };
}

kinds! { $
    /// The ledger exists: origin, institution, founding keys, log key, first rulebook.
    LedgerOpened = "ledger.opened", Ledger, confidential [];
    /// Someone may sign from now on, with this key.
    ActorEnrolled = "actor.enrolled", Actor, confidential ["/contact", "/identityDocument", "/realName"];
    /// The actor has a role, within these dates and about these things.
    RoleGranted = "role.granted", Actor, confidential [];
    /// The actor no longer has the role.
    RoleWithdrawn = "role.withdrawn", Actor, confidential [];
    /// The actor signs with a new key; the old one signs nothing more.
    KeyRotated = "key.rotated", Actor, confidential [];
    /// The key signs nothing more; what it signed since it was compromised is suspect.
    KeyRevoked = "key.revoked", Actor, confidential [];
    /// The organisation is known to the institution.
    OrganisationRegistered = "organisation.registered", Organisation, confidential ["/contact", "/legalRepresentative", "/safetyOfficer"];
    /// An organisation files a product or service for the register.
    ProductSubmitted = "product.submitted", Product, confidential ["/annex", "/contactPerson"];
    /// The filing is complete and will be decided on.
    ProductAccepted = "product.accepted", Product, confidential [];
    /// Facts about the product changed.
    ProductUpdated = "product.updated", Product, confidential [];
    /// The product is no longer offered.
    ProductEnded = "product.ended", Product, confidential [];
    /// The product may be tried out or offered, under conditions.
    ApprovalGranted = "approval.granted", Product, confidential ["/contact"];
    /// The product may not be tried out or offered.
    ApprovalRefused = "approval.refused", Product, confidential [];
    /// The approval rests until further notice.
    ApprovalSuspended = "approval.suspended", Product, confidential [];
    /// The approval holds again.
    ApprovalReinstated = "approval.reinstated", Product, confidential [];
    /// The approval has ended before its time, or the register's entry is closed.
    ApprovalRevoked = "approval.revoked", Product, confidential [];
    /// Something went wrong, or nearly, with an AI product or system.
    IncidentReported = "incident.reported", Incident, confidential ["/persons": Listed<Name, 16>, "/submitter": Name];
    /// More, or better, is known about the incident.
    IncidentUpdated = "incident.updated", Incident, confidential ["/persons": Listed<Name, 16>];
    /// The incident is dealt with.
    IncidentClosed = "incident.closed", Incident, confidential [];
    /// The actor signs nothing until it is restored.
    ActorSuspended = "actor.suspended", Actor, confidential [];
    /// The actor may sign again.
    ActorRestored = "actor.restored", Actor, confidential [];
    /// Someone lends a role of his to another, for a time.
    RoleDelegated = "role.delegated", Actor, confidential [];
    /// Facts about the organisation changed.
    OrganisationUpdated = "organisation.updated", Organisation, confidential ["/contact", "/legalRepresentative", "/safetyOfficer"];
    /// The organisation is gone, or has become part of another.
    OrganisationEnded = "organisation.ended", Organisation, confidential [];
    /// The text of a chapter is on the ledger; it is in force once a rulebook names it.
    RulebookDeposited = "rulebook.deposited", Rulebook, confidential [];
    /// Another rulebook is in force from here on.
    RulebookAdopted = "rulebook.adopted", Rulebook, confidential [];
    /// The institution asks, once, for everything that is missing from the filing.
    ProductReturned = "product.returned", Product, confidential [];
    /// The filing is not accepted.
    ProductDeclined = "product.declined", Product, confidential [];
    /// A document that shows something about the product: a test, an assessment, a filing elsewhere.
    EvidenceFiled = "evidence.filed", Product, confidential ["/annex"];
    /// The product has this risk tier, for these reasons.
    RiskClassified = "risk.classified", Product, confidential [];
    /// The product is published before it is offered: low and medium risk.
    ProductDisclosed = "product.disclosed", Product, confidential [];
    /// Conditions of the approval are added or lifted.
    ApprovalConditioned = "approval.conditioned", Product, confidential [];
    /// The holder asks for the approval to go on.
    RenewalRequested = "renewal.requested", Product, confidential [];
    /// The approval goes on until a later day.
    ApprovalExtended = "approval.extended", Product, confidential [];
    /// The approval has lapsed; the ledger itself says so.
    ApprovalExpired = "approval.expired", Product, confidential [];
    /// What a trial has shown so far.
    TrialReported = "trial.reported", Product, confidential [];
    /// Whether a condition of the approval is kept.
    ConditionChecked = "condition.checked", Product, confidential [];
    /// The institution looked at the product in use.
    ProductInspected = "product.inspected", Product, confidential [];
    /// The product must be taken back.
    ProductRecalled = "product.recalled", Product, confidential [];
    /// Who sits in the ethics committee, for which seat, until when.
    CommitteeConstituted = "committee.constituted", Committee, confidential [];
    /// The committee publishes a norm, a guide, a white paper or cases.
    GuidancePublished = "guidance.published", Committee, confidential [];
    /// The committee looks at a product, or another matter: which questions, who reviews.
    ReviewOpened = "review.opened", Review, confidential [];
    /// A member says what ties him to the matter, or that nothing does.
    ConflictDeclared = "conflict.declared", Review, confidential ["/detail"];
    /// The members met; from here on they vote.
    SessionHeld = "session.held", Review, confidential [];
    /// A member has voted; the vote is hidden until all have.
    VoteSealed = "vote.sealed", Review, confidential [];
    /// A member opens the vote that was sealed.
    VoteRevealed = "vote.revealed", Review, confidential ["/reasons"];
    /// What the committee thinks, with the tally and the view of the minority.
    OpinionIssued = "opinion.issued", Review, confidential [];
    /// The review has ended or was called off.
    ReviewClosed = "review.closed", Review, confidential [];
    /// The institution has looked at the report: what it is, whether it must be followed up.
    IncidentTriaged = "incident.triaged", Incident, confidential [];
    /// The incident is more, or less, severe than thought.
    IncidentRegraded = "incident.regraded", Incident, confidential [];
    /// This incident is the same as another one, under whose number it goes on.
    IncidentMerged = "incident.merged", Incident, confidential [];
    /// What was one incident is several.
    IncidentSplit = "incident.split", Incident, confidential [];
    /// Others were told of the incident: an authority, or those who were harmed.
    IncidentNotified = "incident.notified", Incident, confidential [];
    /// The institution orders measures against the incident.
    MeasureOrdered = "measure.ordered", Incident, confidential [];
    /// What will be done so that it does not happen again.
    ActionPlanned = "action.planned", Incident, confidential [];
    /// A planned action was done.
    ActionCompleted = "action.completed", Incident, confidential [];
    /// Whether the action helped.
    ActionVerified = "action.verified", Incident, confidential [];
    /// The final report: cause, harm, lessons.
    IncidentConcluded = "incident.concluded", Incident, confidential [];
    /// What the public should know about the incident.
    IncidentSummarised = "incident.summarised", Incident, confidential [];
    /// The incident was not dealt with after all.
    IncidentReopened = "incident.reopened", Incident, confidential [];
    /// Someone reports a violation.
    ComplaintReceived = "complaint.received", Complaint, confidential ["/description", "/reporter": Name];
    /// What came of a report of a violation.
    ComplaintConcluded = "complaint.concluded", Complaint, confidential [];
    /// Someone asks for a decision to be reconsidered.
    AppealLodged = "appeal.lodged", Appeal, confidential ["/appellant": Name, "/contact"];
    /// The appeal will be decided.
    AppealAdmitted = "appeal.admitted", Appeal, confidential [];
    /// The decision appealed rests until the appeal is decided.
    AppealStayed = "appeal.stayed", Appeal, confidential [];
    /// What becomes of the decision appealed.
    AppealDecided = "appeal.decided", Appeal, confidential [];
    /// Enterprises are asked for figures.
    SurveyCalled = "survey.called", Survey, confidential [];
    /// An enterprise files its figures, or corrects them.
    ReturnFiled = "return.filed", Return, confidential ["/values": ReturnValues];
    /// The statisticians ask about figures.
    ReturnQueried = "return.queried", Return, confidential ["/message"];
    /// The figures are part of the statistics.
    ReturnAccepted = "return.accepted", Return, confidential [];
    /// A monitored figure, with unit and method.
    IndicatorRecorded = "indicator.recorded", Indicator, confidential [];
    /// Statistics are published, or published again, revised.
    ReleasePublished = "release.published", Release, confidential [];
    /// The annual report is published.
    ReportPublished = "report.published", Report, confidential [];
    /// How public data are shared from here on.
    GuidelineAdopted = "guideline.adopted", Guideline, confidential [];
    /// The guideline holds no longer.
    GuidelineRepealed = "guideline.repealed", Guideline, confidential [];
    /// A public data resource stands in the catalogue.
    DatasetCatalogued = "dataset.catalogued", Dataset, confidential [];
    /// A form in which the data can be had.
    DatasetDistributed = "dataset.distributed", Dataset, confidential [];
    /// The data can be had.
    DatasetPublished = "dataset.published", Dataset, confidential [];
    /// The data can't be had until further notice.
    DatasetSuspended = "dataset.suspended", Dataset, confidential [];
    /// The data can't be had any more; the record stays.
    DatasetWithdrawn = "dataset.withdrawn", Dataset, confidential [];
    /// Someone asks for public data that are not open to all.
    AccessRequested = "access.requested", Access, confidential ["/contact"];
    /// The data may be used, under conditions, until a day.
    AccessGranted = "access.granted", Access, confidential [];
    /// The data may not be used.
    AccessRefused = "access.refused", Access, confidential [];
    /// The data may not be used any more.
    AccessWithdrawn = "access.withdrawn", Access, confidential [];
    /// The data were not used as agreed.
    AccessMisused = "access.misused", Access, confidential [];
    /// Computing power is offered: what, how much, when, to whom.
    ComputeOffered = "compute.offered", Compute, confidential [];
    /// The offer is larger, or smaller, from a time on.
    ComputeResized = "compute.resized", Compute, confidential [];
    /// The offer is closed.
    ComputeEnded = "compute.ended", Compute, confidential [];
    /// Someone asks for computing power.
    AllocationRequested = "allocation.requested", Allocation, confidential ["/contact"];
    /// The request waits until something is free.
    AllocationWaitlisted = "allocation.waitlisted", Allocation, confidential [];
    /// So many units, from when to when.
    AllocationGranted = "allocation.granted", Allocation, confidential [];
    /// There is no computing power for this request.
    AllocationRefused = "allocation.refused", Allocation, confidential [];
    /// The computing power is in use.
    AllocationStarted = "allocation.started", Allocation, confidential [];
    /// The computing power is free again.
    AllocationEnded = "allocation.ended", Allocation, confidential [];
    /// An algorithm or open-source model is on the open platform, or a new version of it.
    AlgorithmPublished = "algorithm.published", Algorithm, confidential [];
    /// The algorithm is no longer on the platform; the record stays.
    AlgorithmDelisted = "algorithm.delisted", Algorithm, confidential [];
    /// A scenario for which solutions are sought.
    ScenarioPublished = "scenario.published", Scenario, confidential [];
    /// Someone offers a solution, or the best were chosen, or none was.
    ScenarioAnswered = "scenario.answered", Scenario, confidential ["/contact", "/proposal"];
    /// Something was recorded wrongly: this is right. The old entry stays.
    RecordCorrected = "record.corrected", Correction, confidential ["/confidentialRight"];
    /// A remark on an entry; it changes nothing.
    RecordAnnotated = "record.annotated", Note, confidential ["/remark"];
    /// Someone says that an entry is wrong.
    RecordDisputed = "record.disputed", Dispute, confidential ["/details", "/person": Name];
    /// What the institution makes of the dispute.
    DisputeAnswered = "dispute.answered", Dispute, confidential [];
    /// Someone may see these confidential values, for this purpose, until a day.
    DisclosureGranted = "disclosure.granted", Disclosure, confidential [];
    /// He asks to see them now.
    DisclosureUsed = "disclosure.used", Disclosure, confidential [];
    /// Someone asks for confidential values to be erased.
    ErasureRequested = "erasure.requested", Erasure, confidential ["/person": Name];
    /// Whether they are erased, and on what ground.
    ErasureDecided = "erasure.decided", Erasure, confidential [];
    /// Values, salts and keys are destroyed; the commitments stay.
    ErasureExecuted = "erasure.executed", Erasure, confidential [];
    /// These values must be kept, whoever asks for erasure.
    HoldPlaced = "hold.placed", Hold, confidential [];
    /// They need not be kept any more.
    HoldLifted = "hold.lifted", Hold, confidential [];
    /// A deadline ends later, once, for a reason.
    DeadlineExtended = "deadline.extended", Deadline, confidential [];
    /// Nothing met the deadline; the ledger itself says so.
    DeadlineMissed = "deadline.missed", Deadline, confidential [];
    /// So long are all dossiers, and so they end: the ledger itself says so, now and then.
    DossiersIndexed = "dossiers.indexed", Ledger, confidential [];
    /// Entries that were acknowledged once are lost; the ledger goes on without them.
    LedgerRecovered = "ledger.recovered", Ledger, confidential [];
}

/// A kind that this release doesn't know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown kind {0:?}")]
pub struct UnknownKind(pub String);

impl std::str::FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        let known = Self::ALL.iter().find(|kind| kind.as_str() == text);
        known
            .copied()
            .ok_or_else(|| UnknownKind(text.chars().take(80).collect()))
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
