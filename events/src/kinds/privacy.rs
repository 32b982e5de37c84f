//! Payloads about corrections, disclosure and erasure.
//!
//! They speak about what stands on the ledger already. A statement is named by the actor who signed it first and the id
//! that he gave it ([`StatementRef`]), a confidential value by its statement and field ([`OpeningRef`]).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::common::{Code, Sha256Hex, closed};
use crate::calendar::Pointer;
use crate::id::{Id, StatementId, Subject};
use crate::instant::Date;
use crate::text::{Listed, Name, Prose, Summary, Text};

/// Most confidential values that one statement names: so that a record of them stays below 8 KiB.
pub const OPENINGS_MAX: usize = 32;
/// Most statements that one dispute is about: as many as further subjects fit.
pub const DISPUTED_MAX: usize = 8;

/// A statement on the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StatementRef {
    /// Its first signer.
    pub actor: Id,
    /// Its id.
    pub statement: StatementId,
}

/// A confidential value: the opening of one of a statement's commitments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OpeningRef {
    /// The statement's first signer.
    pub actor: Id,
    /// The statement's id.
    pub statement: StatementId,
    /// Which field, as it stands in the statement's `commitments`.
    pub pointer: Pointer,
}

impl OpeningRef {
    /// The statement that holds the commitment.
    pub fn of(&self) -> StatementRef {
        StatementRef {
            actor: self.actor.clone(),
            statement: self.statement,
        }
    }
}

closed! {
    /// Why something was recorded wrongly.
    CorrectionReason {
        /// A slip of the pen.
        Clerical = "clerical",
        /// The facts were otherwise.
        Factual = "factual",
        /// It became known later.
        LateInformation = "late_information",
        /// It was translated wrongly.
        Translation = "translation",
    }
}

closed! {
    /// From when on what is right is to be read in place of what was wrong.
    CorrectionEffect {
        /// As if it had been recorded so from the start.
        FromStart = "from_start",
        /// From the correction on.
        FromNow = "from_now",
    }
}

closed! {
    /// What the institution makes of a dispute.
    DisputeOutcome {
        /// The entry was wrong; it was put right.
        Upheld = "upheld",
        /// The entry is right.
        Rejected = "rejected",
    }
}

closed! {
    /// Why confidential values are to be erased. The first four and the last follow Personal Information Protection Law Art. 47.
    ErasureGround {
        /// They are no longer needed for what they were collected for.
        PurposeFulfilled = "purpose_fulfilled",
        /// The time for which they may be kept is over.
        RetentionExpired = "retention_expired",
        /// Whoever had agreed agrees no longer.
        ConsentWithdrawn = "consent_withdrawn",
        /// They should never have been collected.
        UnlawfulProcessing = "unlawful_processing",
        /// A law or a court demands it.
        LegalObligation = "legal_obligation",
        /// They are about a minor, without a guardian's consent.
        Minor = "minor",
        /// Something else; the note says what.
        Other = "other",
    }
}

closed! {
    /// What becomes of a request for erasure.
    ErasureOutcome {
        /// The values are destroyed.
        Erase = "erase",
        /// They must still be kept, and are kept for nothing else (Personal Information Protection Law Art. 47(2)).
        Restrict = "restrict",
        /// Nothing changes.
        Refuse = "refuse",
    }
}

closed! {
    /// Why values must be kept, whoever asks for erasure.
    HoldGround {
        /// A lawsuit.
        Litigation = "litigation",
        /// An appeal to the institution or its superior.
        Appeal = "appeal",
        /// An investigation of an authority.
        Investigation = "investigation",
        /// An audit.
        Audit = "audit",
        /// A law that says how long they must be kept.
        StatutoryRetention = "statutory_retention",
        /// Something else; the reasons say what.
        Other = "other",
    }
}

/// Something was recorded wrongly: this is right. The old entry stays, and so does what followed from it: a correction
/// changes how an entry is read, not where its subject stands.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecordCorrected {
    /// The statement that is wrong; what it is about must stand among `concerns`.
    pub target: StatementRef,
    /// Which field of its `data`.
    pub field: Pointer,
    /// SHA-256 of the wrong value in canonical JSON. Not given for a confidential field, where it would help to guess; there
    /// the commitment names the value.
    pub wrong: Option<Sha256Hex>,
    /// The right value, as canonical JSON in a string. That of a confidential field is confidential too.
    pub right: Option<Prose>,
    /// Why it was wrong.
    pub reason: CorrectionReason,
    /// From when on the right value holds.
    pub effective: CorrectionEffect,
    /// How it came to light.
    pub note: Option<Summary>,
}

/// A remark on an entry; it changes nothing.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecordAnnotated {
    /// The statement; what it is about must stand among `concerns`.
    pub target: StatementRef,
    /// What kind of remark; a code of the rulebook's list `note_category`.
    pub category: Code,
    /// The earlier annotation that this one answers; must stand among `concerns` and be on the same statement.
    pub answers: Option<Id>,
    /// The remark. Absent if it is confidential.
    pub text: Option<Prose>,
}

/// Someone says that an entry is wrong. The mark stays until the dispute is answered.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecordDisputed {
    /// The statements; what each is about must stand among `concerns`.
    pub targets: Listed<StatementRef, DISPUTED_MAX>,
    /// Which field of their `data`; the whole of them if absent.
    pub field: Option<Pointer>,
    /// What is wrong. Absent if it is confidential.
    pub claim: Option<Prose>,
}

/// What the institution makes of the dispute.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DisputeAnswered {
    /// Whether the entry was wrong.
    pub outcome: DisputeOutcome,
    /// The corrections that put it right; must stand among `concerns`.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub corrections: Listed<Id, DISPUTED_MAX>,
    /// The later statement that takes the place of a disputed one: how a decision is put right.
    pub superseded_by: Option<StatementRef>,
    /// Why.
    pub reasons: Prose,
}

/// Someone may see these confidential values, for this purpose, until a day. What the law says on it stands in `basis`.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DisclosureGranted {
    /// Who may see them; must stand among `concerns`.
    pub to: Id,
    /// Which values. Of each, something that its statement is about or concerns must stand among `concerns`.
    pub openings: Listed<OpeningRef, OPENINGS_MAX>,
    /// What for.
    pub purpose: Text<1000>,
    /// Last day.
    pub until: Date,
    /// How many times; as often as the rulebook's number `disclosure_uses` if absent.
    pub uses: Option<u32>,
}

/// He asks to see them now. Whoever asks signs it, so that the ledger says who saw what, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DisclosureUsed {
    /// Which of the values granted; all of them if absent.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub openings: Listed<OpeningRef, OPENINGS_MAX>,
}

/// Someone asks for confidential values to be erased. When they asked stands in `occurred`.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ErasureRequested {
    /// Which values. Of each, something that its statement is about or concerns must stand among `concerns`.
    pub openings: Listed<OpeningRef, OPENINGS_MAX>,
    /// Why.
    pub ground: ErasureGround,
    /// A remark.
    pub note: Option<Summary>,
}

/// Whether they are erased, and on what ground.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ErasureDecided {
    /// What becomes of them.
    pub outcome: ErasureOutcome,
    /// The provision that it rests on: what will stand in the place of an erased value.
    pub provision: Name,
    /// Which of the values asked for; all of them if absent. The others stay as they are.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub openings: Listed<OpeningRef, OPENINGS_MAX>,
    /// Last day on which they must be kept; with outcome `restrict`, or `refuse`.
    pub retention_until: Option<Date>,
    /// Why.
    pub reasons: Prose,
}

/// Values, salts and keys are destroyed; the commitments stay. Whatever keeps openings destroys these when this is recorded.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ErasureExecuted {
    /// Which values; all of those decided, or some now and the others later. The request's own `/person` may be among them.
    /// Of each, something that its statement is about or concerns must stand among `concerns`, or it is the request's own.
    pub openings: Listed<OpeningRef, OPENINGS_MAX>,
    /// Last day on which a backup holds them.
    pub backups_expire: Date,
    /// SHA-256 of the receipt of a vault that is kept apart from this ledger.
    pub receipt: Option<Sha256Hex>,
}

/// These values must be kept, whoever asks for erasure.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HoldPlaced {
    /// Everything confidential in statements that are about this or concern it; must stand among `concerns`.
    pub on: Subject,
    /// Only these values of it; all of them if absent.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub openings: Listed<OpeningRef, OPENINGS_MAX>,
    /// On what ground.
    pub ground: HoldGround,
    /// Who demands it, if it is somebody else.
    pub authority: Option<Name>,
    /// Last day; until it is lifted if absent.
    pub until: Option<Date>,
    /// Why.
    pub reasons: Prose,
}

/// They need not be kept any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HoldLifted {
    /// Why.
    pub reasons: Prose,
}
