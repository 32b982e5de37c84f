//! Payloads about products and services.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::common::{Code, Number, closed};
use crate::id::Id;
use crate::text::{Listed, Name, Prose, Summary, Text};

closed! {
    /// By which way a product comes to be offered.
    Route {
        /// Published before, followed up after: low and medium risk (Art. 66).
        Disclosure = "disclosure",
        /// Tried out first: low risk, no standard yet, international standards met (Art. 44).
        Trial = "trial",
        /// Approved after an assessment: high risk (Art. 66).
        StandingApproval = "standing_approval",
    }
}

closed! {
    /// How a product is tried out (Art. 44).
    TrialMode {
        /// 测试
        Test = "test",
        /// 试验
        Experiment = "experiment",
        /// 试点
        Pilot = "pilot",
    }
}

closed! {
    /// How risky (Art. 66).
    RiskTier {
        /// Low.
        Low = "low",
        /// Medium.
        Medium = "medium",
        /// High.
        High = "high",
        /// Not allowed at all (Art. 72).
        Prohibited = "prohibited",
    }
}

closed! {
    /// What is offered.
    ProductKind {
        /// A product.
        Product = "product",
        /// A service.
        Service = "service",
        /// A model.
        Model = "model",
        /// An algorithm.
        Algorithm = "algorithm",
        /// A system.
        System = "system",
    }
}

closed! {
    /// Whether it is used.
    Lifecycle {
        /// Being made.
        InDevelopment = "in_development",
        /// In use.
        InUse = "in_use",
        /// No longer in use.
        OutOfUse = "out_of_use",
    }
}

closed! {
    /// A field in which nothing may be tried out (Art. 44).
    ExcludedDomain {
        /// None of them.
        None = "none",
        /// National security.
        NationalSecurity = "national_security",
        /// The public interest.
        PublicInterest = "public_interest",
        /// Personal safety.
        PersonalSafety = "personal_safety",
    }
}

closed! {
    /// Why a product has ended.
    EndReason {
        /// Its maker ended it.
        Retired = "retired",
        /// Its maker took the filing back.
        Withdrawn = "withdrawn",
        /// It was gone from the register that it was taken over from, without a reason.
        Vanished = "vanished",
        /// Another reason, in the note.
        Other = "other",
    }
}

/// Descriptive facts about a product, all optional: what is absent was not provided.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProductFacts {
    /// Name in English.
    pub name_en: Option<Name>,
    /// Version.
    pub version: Option<Text<60>>,
    /// What is offered.
    pub product_kind: Option<ProductKind>,
    /// What it is, in a few lines.
    pub summary: Option<Summary>,
    /// What it is for.
    pub purpose: Option<Prose>,
    /// Fields of application; codes of the rulebook's list `application_field`.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub fields: Listed<Code, 16>,
    /// Techniques; codes of the rulebook's list `ai_technique`.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub techniques: Listed<Code, 8>,
    /// Whether it is used.
    pub lifecycle: Option<Lifecycle>,
    /// What it stands on in law, in words.
    pub legal_basis: Option<Prose>,
    /// Impact assessments made, in words.
    pub impact_assessment: Option<Prose>,
    /// How humans oversee it.
    pub human_oversight: Option<Prose>,
    /// An explanation that the public understands (Art. 71).
    pub public_explanation: Option<Prose>,
    /// International standards that it meets (Art. 44).
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub standards: Listed<Text<100>, 16>,
    /// Numbers that other registers gave it.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub numbers: Listed<Number, 8>,
    /// Where the public can read about it.
    pub url: Option<Text<500>>,
    /// Whom the public can ask.
    pub contact: Option<Text<200>>,
}

/// An organisation files a product or service.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProductSubmitted {
    /// Whose it is; must stand among `concerns`.
    pub organisation: Id,
    /// Its name.
    pub name: Name,
    /// The way applied for. May be absent only in history taken over.
    pub route: Option<Route>,
    /// How it is to be tried out; with route `trial` only.
    pub trial_mode: Option<TrialMode>,
    /// Whether it touches a field in which nothing may be tried out.
    pub excluded_domain: Option<ExcludedDomain>,
    /// What else is known.
    #[serde(default)]
    pub facts: ProductFacts,
}

/// The filing is complete.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProductAccepted {
    /// The official number, never given twice. Only a filing that counts as accepted has none yet; its classification
    /// then brings it.
    pub number: Option<Text<40>>,
    /// How risky, in history taken over; otherwise `risk.classified` says so.
    pub risk_tier: Option<RiskTier>,
    /// Why.
    pub reasons: Option<Prose>,
    /// Whether the filing counts as accepted because the institution didn't answer in time (Licensing Law Art. 32). Said
    /// by the ledger itself.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub deemed: bool,
}

/// Facts about the product changed.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProductUpdated {
    /// Whose it is now; must stand among `concerns`.
    pub organisation: Option<Id>,
    /// Its new name.
    pub name: Option<Name>,
    /// New values of facts; those not named stay.
    #[serde(default)]
    pub facts: ProductFacts,
    /// Names of facts that no longer hold.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub removed: Listed<Text<40>, 16>,
    /// Why.
    pub note: Option<Summary>,
}

/// The product is no longer offered.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProductEnded {
    /// Why.
    pub reason: EndReason,
    /// In words.
    pub note: Option<Summary>,
}
