//! Payloads of the ethics committee (Shenzhen AI Regulation Art. 65; S&T Ethics Review Measures 2023; AI Ethics Review
//! Measures 2026).

mod seal;
mod vote;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::common::{Code, Document, Sha256Hex, closed};
use crate::id::Id;
use crate::instant::Date;
use crate::text::{Listed, Name, Prose, Summary, Text};

pub use seal::{Ballot, NotASalt, NotASeal, SealedVote, VoteSalt};
pub use vote::{DimensionScore, EthicsScore, Vote, VoteRevealed, VoteSealed, VoteTally};

/// Most seats of a committee, and so most members of a review: four times what the 2023 measures ask for, and few
/// enough for everybody to hear everybody.
pub const SEATS_MAX: usize = 32;

closed! {
    /// What a member of a committee stands for.
    SeatClass {
        /// Experts in the technology.
        Technology = "technology",
        /// Experts in ethics.
        Ethics = "ethics",
        /// Experts in law.
        Law = "law",
        /// The field in which the technology is used.
        Sector = "sector",
        /// The public, from outside the institution.
        Public = "public",
    }
}

/// A seat in a committee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Seat {
    /// Who sits there.
    pub actor: Id,
    /// For whom.
    pub class: SeatClass,
    /// Last day of the term.
    pub until: Date,
}

/// Who sits in the ethics committee, for which seat, until when. Said again, it replaces the whole composition; reviews
/// that run keep the members with whom they were opened.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CommitteeConstituted {
    /// Its name.
    pub name: Name,
    /// Whose committee it is, if it isn't the institution's own; must stand among `concerns`. Two committees of one
    /// organisation are one body: neither looks again at what the other has reviewed.
    pub organisation: Option<Id>,
    /// Who leads it and issues its opinions; votes only with a seat.
    pub chair: Id,
    /// The seats.
    pub seats: Listed<Seat, SEATS_MAX>,
    /// Why; must be given when the composition changes.
    pub reasons: Option<Prose>,
}

closed! {
    /// What the committee publishes (Shenzhen AI Regulation Art. 65).
    GuidanceKind {
        /// A norm of ethics and safety.
        Norm = "norm",
        /// A guide to practice.
        PracticeGuide = "practice_guide",
        /// A white paper.
        WhitePaper = "white_paper",
        /// A collection of cases.
        CaseCollection = "case_collection",
    }
}

/// The public was asked before a guidance was adopted.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PublicConsultation {
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// How many comments came.
    pub comments: u32,
    /// What became of them.
    pub outcome: Option<Summary>,
}

/// The committee publishes a norm, a guide, a white paper or cases. The statement's `effective` says from when it holds.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuidancePublished {
    /// Which sort.
    pub guidance: GuidanceKind,
    /// Its title.
    pub title: Name,
    /// Its version, in words of its authors.
    pub version: Option<Text<20>>,
    /// The text.
    pub document: Document,
    /// SHA-256 of the document that it replaces.
    pub replaces: Option<Sha256Hex>,
    /// What it is about.
    pub summary: Option<Summary>,
    /// How the public was asked.
    pub consultation: Option<PublicConsultation>,
}

closed! {
    /// Why a review is opened.
    ReviewTrigger {
        /// A product is of high risk (Shenzhen AI Regulation Art. 66).
        HighRisk = "high_risk",
        /// A product was put into another risk tier.
        Reclassification = "reclassification",
        /// Something went wrong.
        Incident = "incident",
        /// Somebody asked for it.
        Request = "request",
        /// Follow-up of an earlier review.
        Tracking = "tracking",
        /// An earlier review is looked at again by another body (AI Ethics Review Measures 2026 Art. 11).
        Rereview = "rereview",
    }
}

closed! {
    /// How a review is held. Quorum and seats of each stand in the rulebook.
    ReviewProcedure {
        /// By a meeting of the committee.
        GeneralMeeting = "general_meeting",
        /// By few members, where the risk is low.
        Simplified = "simplified",
        /// By the experts of another body.
        ExpertRereview = "expert_rereview",
        /// At once, in an emergency.
        Emergency = "emergency",
    }
}

/// The committee looks at a product, or at another matter: which questions, who reviews.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReviewOpened {
    /// What it is about, in a line.
    pub title: Name,
    /// About which product, if it is about one; must stand among `concerns`.
    pub product: Option<Id>,
    /// Which committee; must stand among `concerns`.
    pub committee: Id,
    /// Why.
    pub trigger: ReviewTrigger,
    /// How.
    pub procedure: ReviewProcedure,
    /// What the emergency is; with procedure `emergency` it must be given.
    pub grounds: Option<Prose>,
    /// What the committee is asked.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub questions: Listed<Text<1000>, 16>,
    /// What the committee is given to read.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub materials: Listed<Document, 32>,
    /// Who reviews: members of the committee.
    pub members: Listed<Id, SEATS_MAX>,
    /// Whom they hear. Advisers don't vote.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub advisers: Listed<Name, 16>,
    /// The review that is looked at again, or followed up; must stand among `concerns`. With triggers `rereview` and
    /// `tracking`, and no other.
    pub earlier: Option<Id>,
}

closed! {
    /// What ties a member to the matter of a review.
    ConflictOfInterest {
        /// Nothing.
        None = "none",
        /// Money.
        Financial = "financial",
        /// Work for one of those concerned, now or lately.
        Employment = "employment",
        /// A part in making what is reviewed.
        Authorship = "authorship",
        /// A relative.
        Family = "family",
        /// Something else.
        Other = "other",
    }
}

/// A member says what ties him to the matter, or that nothing does. Who is tied to it is recused: not counted as
/// present, and without a vote.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConflictDeclared {
    /// What.
    pub conflict: ConflictOfInterest,
    /// To whom, as far as it is public.
    pub party: Option<Name>,
}

closed! {
    /// How the members met.
    SessionMode {
        /// All in one room.
        InPerson = "in_person",
        /// All by video.
        Video = "video",
        /// Some so, some so.
        Mixed = "mixed",
    }
}

/// The members met; from here on they vote. The statement's `occurred` says when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SessionHeld {
    /// Which round of votes it opens: 1, and one more after each opinion `revise_and_resubmit`.
    pub round: u32,
    /// How.
    pub mode: SessionMode,
    /// Which members were there and may vote.
    pub present: Listed<Id, SEATS_MAX>,
    /// Whom they heard, without a vote.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub advisers: Listed<Name, 16>,
    /// What was filed since the review was opened, or since the last round.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub materials: Listed<Document, 32>,
    /// The minutes.
    pub minutes: Document,
}

closed! {
    /// What a committee thinks.
    Opinion {
        /// It may be done.
        Approved = "approved",
        /// It may be done once it is changed as said.
        ApprovedAfterModification = "approved_after_modification",
        /// It must be changed and looked at again.
        ReviseAndResubmit = "revise_and_resubmit",
        /// It may not be done.
        NotApproved = "not_approved",
    }
}

impl Opinion {
    /// Whether it may be done, as it is or changed.
    pub const fn approves(self) -> bool {
        match self {
            Self::Approved | Self::ApprovedAfterModification => true,
            Self::ReviseAndResubmit | Self::NotApproved => false,
        }
    }

    /// Whether it ends the review: no further round follows.
    pub const fn is_final(self) -> bool {
        match self {
            Self::Approved | Self::ApprovedAfterModification | Self::NotApproved => true,
            Self::ReviseAndResubmit => false,
        }
    }
}

closed! {
    /// What a follow-up review recommends for what runs already.
    TrackingAdvice {
        /// It goes on.
        Continue = "continue",
        /// It goes on, changed.
        Modify = "modify",
        /// It should rest.
        Suspend = "suspend",
        /// It should end.
        Terminate = "terminate",
    }
}

/// What the committee thinks, with the tally and the view of the minority. The ledger counts the votes itself and
/// refuses an opinion that they don't bear out.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OpinionIssued {
    /// Of which round.
    pub round: u32,
    /// What.
    pub opinion: Opinion,
    /// How many voted how.
    pub tally: VoteTally,
    /// Whether it may be done, as it is or changed.
    pub passed: bool,
    /// Who was present and did not seal a vote, or did not reveal it in time; each of them counts as an abstention.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub unrevealed: Listed<Id, SEATS_MAX>,
    /// What must be changed.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub required_modifications: Listed<Text<1000>, 16>,
    /// What those think who voted otherwise.
    pub minority_opinion: Option<Prose>,
    /// What the public should know.
    pub public_summary: Prose,
    /// Last day for a follow-up review, if it may be done.
    pub tracking_by: Option<Date>,
    /// What a follow-up review recommends; with trigger `tracking` only.
    pub advice: Option<TrackingAdvice>,
}

closed! {
    /// How a review ends.
    ReviewEnding {
        /// The opinion stands; there is nothing more to follow up.
        Concluded = "concluded",
        /// A later review follows up in its place.
        HandedOver = "handed_over",
        /// What it was about is no longer there.
        SubjectEnded = "subject_ended",
        /// Called off before there was an opinion that ends it.
        CalledOff = "called_off",
    }
}

/// The review has ended or was called off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReviewClosed {
    /// How.
    pub ending: ReviewEnding,
    /// Why.
    pub reasons: Prose,
}
