//! Payloads about products and services.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::common::{Code, Document, Number, closed};
use crate::id::Id;
use crate::instant::Date;
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
    /// What the filer is to the product.
    ProductRole {
        /// Makes it, or has it made, and offers it.
        Provider = "provider",
        /// Uses it in its own work.
        Deployer = "deployer",
        /// Brings it in from elsewhere.
        Importer = "importer",
        /// Runs it for others.
        Operator = "operator",
    }
}

closed! {
    /// What the product has to do with decisions about people.
    DecisionInfluence {
        /// Nothing.
        None = "none",
        /// A human decides with its help.
        Supports = "supports",
        /// It decides.
        Determines = "determines",
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

/// Where a standard is still missing (Art. 44): a trial is for products that no standard of the country or the city covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StandardsGap {
    /// Whether the country has none.
    pub national: bool,
    /// Whether the city has none.
    pub local: bool,
}

/// Data that the product was made with or works on.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProductDataSource {
    /// What it is called.
    pub name: Name,
    /// Where it can be had.
    pub url: Option<Text<500>>,
    /// Whether there is personal information in it.
    pub personal: bool,
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
    /// What the filer is to it.
    pub role: Option<ProductRole>,
    /// Class of its algorithm; a code of the rulebook's list `algorithm_class` (Algorithm Provisions Art. 2).
    pub algorithm_class: Option<Code>,
    /// Where it is offered: codes of GB/T 2260, such as `440305`.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub deployment_area: Listed<Code, 16>,
    /// For whom it is; codes of the rulebook's list `target_user`.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub target_users: Listed<Code, 16>,
    /// Whether minors use it, or are treated by it.
    pub involves_minors: Option<bool>,
    /// Whether it processes personal information.
    pub involves_personal_info: Option<bool>,
    /// What it has to do with decisions about people.
    pub decision_influence: Option<DecisionInfluence>,
    /// Whether it is used in public decisions or in business of public interest: then the public is owed an
    /// explanation (Art. 71).
    pub public_decision: Option<bool>,
    /// What goes in, and how it comes to what comes out.
    pub inputs_and_logic: Option<Prose>,
    /// Data that it was made with or works on.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub data_sources: Listed<ProductDataSource, 16>,
    /// Who supplies parts of it.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub suppliers: Listed<Name, 8>,
    /// Where a standard is still missing (Art. 44).
    pub standards_gap: Option<StandardsGap>,
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
    pub removed: Listed<Text<40>, 32>,
    /// Whether this is all that was asked for when the filing was returned.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub supplement: bool,
    /// Whether the change is so large that the product must be classified again.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub substantial: bool,
    /// Since when it is so in the world. A change is filed within ten working days (Algorithm Provisions Art. 24(2)).
    pub changed: Option<Date>,
    /// Why it is filed later than that.
    pub late_reason: Option<Summary>,
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
    /// Since when it is no longer offered.
    pub ended: Option<Date>,
    /// What its users were told.
    pub user_notice: Option<Document>,
    /// What becomes of its data.
    pub data_disposal: Option<Summary>,
    /// In words.
    pub note: Option<Summary>,
}
