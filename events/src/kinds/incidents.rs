//! Payloads about dealing with an incident.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::common::{Code, Document, closed};
use super::incident::{CyberLevel, OperatorClass, ProhibitedConduct, SeriousGround, Severity};
use crate::id::Id;
use crate::instant::Date;
use crate::text::{Listed, Name, Prose, Text};

closed! {
    /// How sure it is that the system caused it (EU AI Act Art. 73(2)).
    CausalLink {
        /// It did.
        Established = "established",
        /// Very likely it did.
        ReasonableLikelihood = "reasonable_likelihood",
        /// Perhaps it did.
        Suspected = "suspected",
        /// It did not.
        None = "none",
    }
}

closed! {
    /// How much the system did by itself.
    Autonomy {
        /// A human decided each time.
        HumanInTheLoop = "human_in_the_loop",
        /// A human watched and could step in.
        HumanOnTheLoop = "human_on_the_loop",
        /// No human had to do with it.
        HumanOutOfTheLoop = "human_out_of_the_loop",
        /// Nobody knows.
        Unclear = "unclear",
    }
}

closed! {
    /// Who brought the risk about (MIT AI risk taxonomy).
    RiskEntity {
        /// A human.
        Human = "human",
        /// The system.
        Ai = "ai",
        /// Both, or neither.
        Other = "other",
    }
}

closed! {
    /// When the risk arose (MIT AI risk taxonomy).
    RiskTiming {
        /// Before the system was in use.
        PreDeployment = "pre_deployment",
        /// While it was in use.
        PostDeployment = "post_deployment",
        /// At no one time.
        Other = "other",
    }
}

closed! {
    /// Whether it was meant (MIT AI risk taxonomy).
    RiskIntent {
        /// It was.
        Intentional = "intentional",
        /// It was not.
        Unintentional = "unintentional",
        /// Nobody knows.
        Other = "other",
    }
}

/// Where the incident stands in the MIT AI risk taxonomy.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RiskTaxonomy {
    /// Domain; a code of the rulebook's list `mit_domain`.
    pub domain: Code,
    /// Subdomain, as `7.3`.
    pub subdomain: Option<Text<10>>,
    /// Who brought it about.
    pub entity: RiskEntity,
    /// When.
    pub timing: RiskTiming,
    /// Whether on purpose.
    pub intent: RiskIntent,
}

/// The institution has looked at the report: what it is, whether it must be followed up. The grade is not given again:
/// it stands as reported until `incident.regraded` changes it.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IncidentTriaged {
    /// Whether it is one that must be reported and followed up.
    pub reportable: bool,
    /// How sure it is that the system caused it.
    pub causal_link: CausalLink,
    /// How much the system did by itself.
    pub autonomy: Option<Autonomy>,
    /// Where it stands in the MIT taxonomy.
    pub taxonomy: Option<RiskTaxonomy>,
    /// Which prohibited conduct it shows, if any.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub conduct: Listed<ProhibitedConduct, 7>,
    /// Who leads the case: an actor; must stand among `concerns`.
    pub lead: Option<Id>,
    /// Whose the unregistered system is: this organisation may speak about the incident from now on; must stand among
    /// `concerns`.
    pub organisation: Option<Id>,
    /// What is investigated.
    pub scope: Option<Prose>,
    /// The system must not be altered in a way that spoils the evidence before the institution is told (EU AI Act
    /// Art. 73(6)).
    pub preserve: Option<bool>,
    /// Why.
    pub reasons: Prose,
}

/// From what to what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GradeChange<T> {
    /// What it was until now.
    pub from: T,
    /// What it is from now on.
    pub to: T,
}

/// The incident is more, or less, severe than thought. Only what changes is given. A raise starts the stricter
/// deadlines, counted from awareness, so that one may be missed at once; a lowering lifts those that no longer apply,
/// and leaves a missed one missed.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IncidentRegraded {
    /// How severe.
    pub severity: Option<GradeChange<Severity>>,
    /// On which ground it is a serious incident.
    pub eu_ground: Option<GradeChange<SeriousGround>>,
    /// Its level as a cybersecurity incident.
    pub cyber_level: Option<GradeChange<CyberLevel>>,
    /// Who operates the system; must be there with a cyber level from `larger_iii` up.
    pub operator_class: Option<OperatorClass>,
    /// Why.
    pub grounds: Prose,
}

/// This incident is the same as another one, under whose number it goes on. Its own id stays and leads there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IncidentMerged {
    /// Into which incident; must stand among `concerns`.
    pub into: Id,
    /// Why they are the same.
    pub reasons: Text<1000>,
}

/// What was one incident is several. The others are reported first; this one goes on with what is left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IncidentSplit {
    /// Into which incidents; each must stand among `concerns`.
    pub into: Listed<Id, 16>,
    /// Why they are not the same.
    pub reasons: Text<1000>,
}

closed! {
    /// Who was told of an incident.
    Notified {
        /// The police.
        Police = "police",
        /// The cyberspace authority.
        CyberspaceAuthority = "cyberspace_authority",
        /// The health authority.
        Health = "health",
        /// Market regulation.
        MarketRegulation = "market_regulation",
        /// The authority of the sector.
        Sector = "sector",
        /// A national authority.
        National = "national",
        /// The persons affected.
        AffectedPersons = "affected_persons",
        /// Whoever uses the system.
        Users = "users",
    }
}

/// Others were told of the incident: an authority, or those who were harmed. The statement's `occurred` says when.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IncidentNotified {
    /// Who.
    pub to: Notified,
    /// How: by telephone, letter, a notice in the app.
    pub channel: Option<Name>,
    /// Under which number they have it.
    pub reference: Option<Text<100>>,
    /// How many persons were told.
    pub count: Option<u32>,
    /// What they were told.
    pub content: Option<Document>,
    /// Why the persons affected need not be told (Personal Information Protection Law Art. 57).
    pub waived: Option<Prose>,
}

closed! {
    /// What an ordered measure does to the approval. It is a decision of its own, about the product: this only announces it.
    ProductEffect {
        /// Nothing.
        None = "none",
        /// Conditions are added.
        Condition = "condition",
        /// It is suspended.
        Suspend = "suspend",
        /// The product is recalled.
        Recall = "recall",
        /// It is revoked.
        Revoke = "revoke",
    }
}

/// The institution orders measures against the incident.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MeasureOrdered {
    /// Which; codes of the rulebook's list `measure`, at least one.
    pub measures: Listed<Code, 16>,
    /// By which day, after today; as the rulebook says if absent.
    pub due: Option<Date>,
    /// What it does to the approval; another one than `none` needs a product, which must stand among `concerns`.
    pub product_effect: ProductEffect,
    /// Number of the decision.
    pub decision: Option<Text<40>>,
    /// Why.
    pub reasons: Prose,
}

closed! {
    /// What brought the incident about.
    RootCause {
        /// The data.
        Data = "data",
        /// The model.
        Model = "model",
        /// How the system is built into another.
        Integration = "integration",
        /// A human.
        Human = "human",
        /// It was used for what it is not for.
        Misuse = "misuse",
        /// An attack.
        Attack = "attack",
        /// Nobody knows yet.
        Unknown = "unknown",
    }
}

/// One corrective action.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlannedAction {
    /// What it is called within the incident.
    pub action: Code,
    /// What will be done.
    pub text: Text<1000>,
    /// Who does it: a role within the enterprise.
    pub owner: Option<Name>,
    /// By which day.
    pub due: Option<Date>,
}

/// What will be done so that it does not happen again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActionPlanned {
    /// The actions; at most 16 an incident.
    pub actions: Listed<PlannedAction, 16>,
    /// What brought the incident about.
    pub root_cause: RootCause,
}

/// A planned action was done. The statement's `occurred` says when.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActionCompleted {
    /// Which.
    pub action: Code,
    /// True when with this no planned action is left to do, and only then.
    pub last: Option<bool>,
    /// What shows it.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub evidence: Listed<Document, 16>,
    /// A remark.
    pub note: Option<Text<1000>>,
}

closed! {
    /// Whether a corrective action helped.
    ActionResult {
        /// It did.
        Effective = "effective",
        /// In part: it is to be done again.
        Partly = "partly",
        /// It did not: it is to be done again.
        NotEffective = "not_effective",
    }
}

/// Whether the action helped. With the last effective one the handling ends and the incident is monitored.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActionVerified {
    /// Which.
    pub action: Code,
    /// Whether it helped.
    pub result: ActionResult,
    /// True when with this every planned action is effective, and only then.
    pub last: Option<bool>,
    /// How that was seen.
    pub reasons: Prose,
}

/// The harm done, in numbers.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HarmDone {
    /// Dead.
    pub deaths: Option<u32>,
    /// Injured.
    pub injuries: Option<u32>,
    /// Persons affected in all.
    pub persons: Option<u32>,
    /// Loss in fen: hundredths of a yuan.
    pub loss_fen: Option<u64>,
}

/// The final report: cause, harm, lessons.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IncidentConcluded {
    /// The report.
    pub report: Document,
    /// What brought the incident about.
    pub root_cause: RootCause,
    /// The harm done.
    pub harm: Option<HarmDone>,
    /// What is learnt from it.
    pub lessons: Prose,
}

/// Something that is not told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WithheldPart {
    /// What.
    pub what: Name,
    /// On which ground.
    pub ground: Name,
}

/// What the public should know about the incident: no personal data, and no alleged parties before triage.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IncidentSummarised {
    /// The summary.
    pub summary: Prose,
    /// The same in English.
    pub summary_en: Option<Prose>,
    /// Organisations that it names; each must stand among `concerns`.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub parties: Listed<Id, 8>,
    /// What is not told.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub withheld: Listed<WithheldPart, 16>,
}

/// The incident was not dealt with after all: it is triaged anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IncidentReopened {
    /// Why.
    pub reasons: Prose,
    /// What is new.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub materials: Listed<Document, 16>,
}
