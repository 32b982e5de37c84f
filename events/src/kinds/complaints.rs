//! Payloads of complaints and appeals.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::common::{Document, closed};
use super::incident::ProhibitedConduct;
use crate::id::{Id, Subject};
use crate::instant::Date;
use crate::rulebook::KindName;
use crate::text::{Listed, Name, Prose, Text};

/// Someone reports a violation (Shenzhen AI Regulation Art. 70). What it says, and who says it, are confidential:
/// `/description`, and `/reporter` unless he stays anonymous or an organisation signs.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ComplaintReceived {
    /// About whom or what: a product, an organisation, an incident, a dataset, an officer; must stand among `concerns`.
    /// This or `other`.
    pub against: Option<Subject>,
    /// About what that is not in the register.
    pub other: Option<Name>,
    /// What it is about, in a line that names no person.
    pub title: Name,
    /// Which prohibited conduct it alleges, if any.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub conduct: Listed<ProhibitedConduct, 7>,
    /// Whether the reporter stays anonymous.
    pub anonymous: bool,
    /// Who looks into it: an actor; must stand among `concerns`.
    pub assigned: Option<Id>,
    /// What was handed in with it.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub materials: Listed<Document, 16>,
}

closed! {
    /// What came of a complaint.
    ComplaintOutcome {
        /// It is true.
        Substantiated = "substantiated",
        /// It is true in part.
        Partly = "partly",
        /// It is not shown to be true.
        Unsubstantiated = "unsubstantiated",
        /// Another body's business.
        Referred = "referred",
        /// Taken back.
        Withdrawn = "withdrawn",
    }
}

/// What came of a report of a violation.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ComplaintConcluded {
    /// What.
    pub outcome: ComplaintOutcome,
    /// Where it is followed up: incidents, products, organisations; each must stand among `concerns`. At least one if the
    /// complaint is true.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub linked: Listed<Subject, 8>,
    /// Which prohibited conduct was found.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub conduct: Listed<ProhibitedConduct, 7>,
    /// To whom it was referred.
    pub referred_to: Option<Name>,
    /// What the reporter is told.
    pub answer: Prose,
}

/// A decision, as an appellant can name it.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DecisionRef {
    /// What was decided: a kind of statement, `approval.refused`.
    pub kind: KindName,
    /// About what; must stand among `concerns`. Of several such decisions, the last.
    pub subject: Subject,
    /// Who decided it, or one of them: an actor.
    pub by: Id,
    /// On which day.
    pub on: Option<Date>,
    /// Number of the decision.
    pub number: Option<Text<40>>,
}

closed! {
    /// What an appellant asks for.
    Relief {
        /// That the decision is set aside.
        SetAside = "set_aside",
        /// That it is changed.
        Vary = "vary",
        /// That what was left undone is done.
        PerformDuty = "perform_duty",
        /// That it is said to have been unlawful.
        ConfirmUnlawful = "confirm_unlawful",
    }
}

/// Someone asks for a decision to be reconsidered. Who it is stands in `organisation`, or, for a person, hidden under
/// `/appellant`.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AppealLodged {
    /// Against which decision.
    pub against: DecisionRef,
    /// Which organisation appeals; must stand among `concerns`.
    pub organisation: Option<Id>,
    /// Why the decision is wrong.
    pub grounds: Prose,
    /// What is asked for.
    pub relief: Relief,
    /// Since when the appellant knows of the decision.
    pub known_on: Date,
    /// Why it comes late: what nobody could help.
    pub late_reasons: Option<Prose>,
    /// Whether the decision shall rest until then.
    pub stay_requested: Option<bool>,
    /// Supporting material.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub materials: Listed<Document, 16>,
}

closed! {
    /// How an appeal is dealt with.
    AppealProcedure {
        /// In the ordinary way.
        Ordinary = "ordinary",
        /// Simple facts, little in dispute: in half the time.
        Simplified = "simplified",
    }
}

/// The appeal will be decided. One that will not is decided at once, as `inadmissible`.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AppealAdmitted {
    /// How.
    pub procedure: AppealProcedure,
    /// A remark.
    pub note: Option<Text<1000>>,
}

closed! {
    /// How much of a decision rests.
    StayEffect {
        /// All of it.
        Stay = "stay",
        /// Part of it.
        Partial = "partial",
    }
}

closed! {
    /// Why a decision rests (Administrative Reconsideration Law Art. 42).
    StayGround {
        /// Who decided finds it necessary.
        Decider = "decider",
        /// Who reconsiders finds it necessary.
        Reviewer = "reviewer",
        /// The appellant asked for it, with good reason.
        Requested = "requested",
        /// A law says so.
        Law = "law",
    }
}

/// The decision appealed rests until the appeal is decided. It never does by itself.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AppealStayed {
    /// How much of it.
    pub effect: StayEffect,
    /// Which part, if not all.
    pub part: Option<Text<1000>>,
    /// On which ground.
    pub ground: StayGround,
    /// Why.
    pub reasons: Prose,
}

closed! {
    /// What becomes of a decision appealed.
    AppealOutcome {
        /// It stands.
        Upheld = "upheld",
        /// It is changed, as `terms` says.
        Varied = "varied",
        /// It is set aside.
        Overturned = "overturned",
        /// It is set aside and must be taken anew.
        RemittedForNewDecision = "remitted_for_new_decision",
        /// The appeal can't be heard.
        Inadmissible = "inadmissible",
        /// The appeal was taken back.
        Withdrawn = "withdrawn",
        /// The parties agreed.
        Mediated = "mediated",
    }
}

/// What becomes of the decision appealed. Set aside, it no longer has its effect: a product stands again where it stood
/// before. What was varied or agreed stands in `terms`, and what follows from it is said by statements of its own.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AppealDecided {
    /// What.
    pub outcome: AppealOutcome,
    /// What holds instead; must be there if the decision is varied or the parties agreed.
    pub terms: Option<Prose>,
    /// Kinds of statements that must now be said.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub directs: Listed<KindName, 4>,
    /// By which day the new decision must be taken; must be there if it is remitted, and lie after today.
    pub new_decision_due: Option<Date>,
    /// Number of the decision on the appeal.
    pub number: Option<Text<40>>,
    /// Why.
    pub reasons: Prose,
}
