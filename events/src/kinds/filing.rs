//! Payloads about a filing on its way to a decision: what is missing, evidence, risk, disclosure.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::approval::FindingSeverity;
use super::common::{Code, Document, Number, closed};
use super::product::RiskTier;
use crate::instant::Date;
use crate::text::{Listed, Name, Prose, Summary, Text};

closed! {
    /// Why a filing is not accepted (Licensing Law Art. 32).
    DeclineReason {
        /// What was asked for was not brought.
        NotSupplemented = "not_supplemented",
        /// It need not be filed.
        NotNeeded = "not_needed",
        /// Another authority has to deal with it.
        NotCompetent = "not_competent",
        /// It is no AI product or service.
        OutOfScope = "out_of_scope",
        /// Another reason, in the reasons.
        Other = "other",
    }
}

closed! {
    /// What a piece of evidence shows.
    EvidenceResult {
        /// The product meets what was tested, or the plan is complete.
        Pass = "pass",
        /// It meets part of it.
        Partial = "partial",
        /// It doesn't.
        Fail = "fail",
        /// It only informs.
        Info = "info",
    }
}

closed! {
    /// Whose standard it is (Standardization Law Art. 2).
    StandardLevel {
        /// Of an international or foreign body.
        International = "international",
        /// 国家标准
        National = "national",
        /// 行业标准
        Industry = "industry",
        /// 地方标准
        Local = "local",
        /// 团体标准
        Group = "group",
        /// 企业标准
        Enterprise = "enterprise",
    }
}

closed! {
    /// Who looked.
    EvidenceAssessor {
        /// Whoever filed the product.
        Own = "own",
        /// An independent body.
        Independent = "independent",
        /// The institution.
        Institution = "institution",
    }
}

closed! {
    /// Why a product is classified again.
    Reclassification {
        /// The product changed.
        Change = "change",
        /// An incident.
        Incident = "incident",
        /// The rules changed.
        RuleChange = "rule_change",
        /// An appeal was decided.
        Appeal = "appeal",
        /// It was time to look again.
        Periodic = "periodic",
    }
}

/// Something that is missing from a filing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MissingItem {
    /// Which field or document.
    pub field: Text<100>,
    /// What would do.
    pub what: Summary,
}

/// The institution asks, once, for everything that is missing from the filing (Licensing Law Art. 32(4)).
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProductReturned {
    /// Everything that is missing: at least one item. There is no second time.
    pub missing: Listed<MissingItem, 32>,
    /// Until when it should be brought.
    pub until: Option<Date>,
    /// A remark.
    pub note: Option<Summary>,
}

/// The filing is not accepted.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProductDeclined {
    /// Why, in a word.
    pub reason: DeclineReason,
    /// Why, in words.
    pub reasons: Prose,
    /// Which authority to turn to instead.
    pub competent: Option<Name>,
    /// How to have this reconsidered, and by when.
    pub remedy: Option<Prose>,
}

/// A standard or specification that something was held against.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StandardReference {
    /// Its number, with its year: `ISO/IEC 42001:2023`.
    pub number: Text<60>,
    /// Whose it is.
    pub level: StandardLevel,
    /// Which clauses; all if absent.
    pub clauses: Option<Text<200>>,
}

/// Something that whoever looked has found.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InspectionFinding {
    /// How bad.
    pub severity: FindingSeverity,
    /// What.
    pub text: Summary,
    /// Which condition of the approval it touches.
    pub condition: Option<Code>,
}

/// A document that shows something about the product: a test, an assessment, a filing elsewhere.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EvidenceFiled {
    /// What it is; a code of the rulebook's list `evidence_kind`. The latest of a kind counts.
    pub evidence_kind: Code,
    /// Its title.
    pub title: Name,
    /// What it shows.
    pub result: EvidenceResult,
    /// Who issued it.
    pub issuer: Option<Name>,
    /// By what the issuer is accredited.
    pub accreditation: Option<Text<100>>,
    /// Who looked.
    pub performed_by: Option<EvidenceAssessor>,
    /// Against which standards.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub standards: Listed<StandardReference, 8>,
    /// By which method.
    pub method: Option<Text<200>>,
    /// What was found.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub findings: Listed<InspectionFinding, 16>,
    /// Its number, such as that of an algorithm filing.
    pub number: Option<Text<60>>,
    /// When it was issued.
    pub issued: Option<Date>,
    /// Last day on which it counts.
    pub valid_until: Option<Date>,
    /// The documents, by hash.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub documents: Listed<Document, 8>,
}

/// What the classification looks at (Art. 66).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RiskFactors {
    /// What the level of risk comes from.
    pub basis: Summary,
    /// In which scenario the product is used.
    pub scenario: Summary,
    /// How far it reaches; a code of the rulebook's list `scope_of_influence`.
    pub scope_of_influence: Code,
}

/// The product has this risk tier, for these reasons. Two case officers sign for `high` and `prohibited`.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RiskClassified {
    /// How risky.
    pub tier: RiskTier,
    /// What that comes from.
    pub factors: RiskFactors,
    /// Which prohibited acts (Art. 72): codes of the rulebook's list `prohibited_conduct`; with tier `prohibited` only.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub prohibited_conduct: Listed<Code, 7>,
    /// The official number, if the filing counted as accepted and has none yet.
    pub number: Option<Text<40>>,
    /// Why again; with every classification but the first.
    pub trigger: Option<Reclassification>,
    /// Which rules led to it.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub rule_hits: Listed<Text<60>, 16>,
    /// Where other schemes put it.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub external: Listed<Number, 8>,
    /// Why.
    pub reasons: Prose,
    /// What a case officer thinks who sees it otherwise.
    pub dissent: Option<Prose>,
}

/// The product is published before it is offered, and followed up after: low and medium risk (Art. 66).
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProductDisclosed {
    /// What the public is told.
    pub text: Prose,
    /// From which day on it may be offered; at once if absent.
    pub from: Option<Date>,
    /// Where it stands published.
    pub url: Option<Text<500>>,
    /// Number of the decision.
    pub decision: Option<Text<40>>,
}
