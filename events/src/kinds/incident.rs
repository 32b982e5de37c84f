//! Payloads about incidents.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::common::{Code, Document, Number, closed};
use crate::id::Id;
use crate::instant::When;
use crate::text::{Listed, Name, Prose, Text};

closed! {
    /// How severe (OECD common reporting framework 2025, criterion 10).
    Severity {
        /// Could do harm.
        Hazard = "hazard",
        /// Could do serious harm.
        SeriousHazard = "serious_hazard",
        /// Did harm.
        Incident = "incident",
        /// Did serious harm.
        SeriousIncident = "serious_incident",
        /// Disrupted a community.
        Disaster = "disaster",
    }
}

closed! {
    /// Which report on the incident this is.
    ReportType {
        /// The first.
        Initial = "initial",
        /// A later one.
        FollowUp = "follow_up",
        /// First and last in one.
        CombinedInitialFinal = "combined_initial_final",
        /// The last.
        Final = "final",
        /// The last: it need not have been reported.
        FinalNonReportable = "final_non_reportable",
    }
}

closed! {
    /// How the institution dealt with an incident. Before it is triaged, only the last four: it is dismissed.
    IncidentOutcome {
        /// Put right.
        Resolved = "resolved",
        /// Nothing to do.
        NoAction = "no_action",
        /// The law was enforced.
        Enforcement = "enforcement",
        /// Passed on to another body.
        Referred = "referred",
        /// Dismissed: no AI has to do with it.
        NotAi = "not_ai",
        /// Dismissed: nothing happened, nor nearly.
        NotAnIncident = "not_an_incident",
        /// Dismissed: reported already, or rubbish.
        DuplicateSpam = "duplicate_spam",
        /// Dismissed: another place's business.
        OutOfJurisdiction = "out_of_jurisdiction",
    }
}

closed! {
    /// The ground on which an incident is a serious one (EU AI Act Art. 3(49) and 73).
    SeriousGround {
        /// None of them.
        None = "none",
        /// Somebody died.
        Death = "death",
        /// Somebody's health was seriously harmed.
        SeriousHealthHarm = "serious_health_harm",
        /// Critical infrastructure was disrupted.
        CriticalInfrastructure = "critical_infrastructure",
        /// Fundamental rights were infringed.
        FundamentalRights = "fundamental_rights",
        /// Property or the environment was seriously harmed.
        PropertyOrEnvironment = "property_or_environment",
        /// Rights were infringed on a wide scale.
        WidespreadInfringement = "widespread_infringement",
    }
}

closed! {
    /// The level of a cybersecurity incident (National Cybersecurity Incident Reporting Measures 2025).
    CyberLevel {
        /// Not a cybersecurity incident.
        NotCyber = "not_cyber",
        /// 一般
        GeneralIv = "general_iv",
        /// 较大
        LargerIii = "larger_iii",
        /// 重大
        MajorIi = "major_ii",
        /// 特别重大
        EspeciallyMajorI = "especially_major_i",
    }
}

closed! {
    /// Who operates the system, for the clocks of cybersecurity incidents.
    OperatorClass {
        /// Critical information infrastructure.
        Cii = "cii",
        /// A central body or state organ.
        StateOrgan = "state_organ",
        /// Anybody else.
        Other = "other",
    }
}

closed! {
    /// How exactly the time of occurrence is known.
    OccurredPrecision {
        /// To the minute.
        Minute = "minute",
        /// The day.
        Day = "day",
        /// The month; the day given is its first.
        Month = "month",
        /// The year; the day given is its first.
        Year = "year",
    }
}

closed! {
    /// Who reports. Whoever reports as `enterprise` is who offers the system.
    SubmitterKind {
        /// Whoever offers the system.
        Enterprise = "enterprise",
        /// Whoever uses it.
        User = "user",
        /// Anybody.
        Public = "public",
        /// A public body.
        Agency = "agency",
        /// A newspaper or the like.
        Media = "media",
        /// A researcher.
        Researcher = "researcher",
    }
}

closed! {
    /// What nobody may do with AI (Shenzhen AI Regulation Art. 72).
    ProhibitedConduct {
        /// Endangers national security or the public interest: (1).
        P1 = "p1_national_security_or_public_interest",
        /// Violates privacy or personal information: (2).
        P2 = "p2_privacy_or_personal_information",
        /// Harms body or mind: (3).
        P3 = "p3_physical_or_mental_health",
        /// Discriminates by race, sex, nationality, ethnicity, belief or the like: (4).
        P4 = "p4_discrimination",
        /// Prices by the person, or deceives consumers: (5).
        P5 = "p5_algorithmic_price_discrimination_or_consumer_fraud",
        /// Uses deep synthesis for what is forbidden: (6).
        P6 = "p6_prohibited_deep_synthesis",
        /// Breaks laws, regulations or norms of ethics in another way: (7).
        P7 = "p7_other_violation",
    }
}

/// Who, and how many, are affected.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AffectedPersons {
    /// At least so many persons.
    pub at_least: Option<u32>,
    /// At most so many persons.
    pub at_most: Option<u32>,
    /// Which groups; codes of the rulebook's list `affected_group`.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub groups: Listed<Code, 16>,
}

/// Something went wrong, or nearly. The statement's `occurred` says when.
///
/// Seven things a report must have (OECD common reporting framework 2025, criteria 1, 2, 3, 4, 7, 10, 11): `title`,
/// `description`, `howAiRelates`, who submits it (committed as `/submitter`, or an organisation that signs), supporting
/// material or why there is none, `severity`, `harmTypes`. History taken over may lack them.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IncidentReported {
    /// With which product; must stand among `concerns`. This or `unregisteredSystem`.
    pub product: Option<Id>,
    /// With which system that is not in the register.
    pub unregistered_system: Option<Name>,
    /// What happened, in a line.
    pub title: Name,
    /// What happened.
    pub description: Option<Prose>,
    /// How the AI system has to do with it.
    pub how_ai_relates: Option<Prose>,
    /// How severe.
    pub severity: Severity,
    /// Kinds of harm; codes of the rulebook's list `harm_type`.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub harm_types: Listed<Code, 16>,
    /// Since when the reporter knows.
    pub aware: Option<When>,
    /// Nothing happened, but nearly.
    pub near_miss: Option<bool>,
    /// Which report this is.
    pub report_type: ReportType,
    /// Numbers that other registers gave it.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub numbers: Listed<Number, 8>,
    /// What was done at once.
    pub action: Option<Text<1000>>,
    /// Supporting material.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub materials: Listed<Document, 16>,
    /// Why there is no supporting material; in its place.
    pub materials_absent: Option<Text<400>>,
    /// Who reports.
    pub submitter_kind: Option<SubmitterKind>,
    /// On which ground it is a serious incident; none if absent.
    pub eu_ground: Option<SeriousGround>,
    /// Its level as a cybersecurity incident; not one if absent.
    pub cyber_level: Option<CyberLevel>,
    /// Who operates the system; must be there from cyber level `larger_iii` up.
    pub operator_class: Option<OperatorClass>,
    /// How exactly `occurred` is known.
    pub occurred_precision: Option<OccurredPrecision>,
    /// Where: districts by GB/T 2260 (`440305`), countries by ISO 3166 (`CN`).
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub places: Listed<Text<10>, 32>,
    /// Who is affected.
    pub affected: Option<AffectedPersons>,
    /// Of how many persons personal information leaked.
    pub personal_info_leaked: Option<u32>,
    /// Which prohibited conduct it shows, if any.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub conduct: Listed<ProhibitedConduct, 7>,
}

/// More, or better, is known.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IncidentUpdated {
    /// Which report this is.
    pub report_type: ReportType,
    /// What is known now.
    pub description: Option<Prose>,
    /// How severe whoever says this holds it to be. The institution's grade changes by `incident.regraded` alone.
    pub severity: Option<Severity>,
    /// Kinds of harm; codes of the rulebook's list `harm_type`.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub harm_types: Listed<Code, 16>,
    /// What was done.
    pub action: Option<Text<1000>>,
    /// Supporting material.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub materials: Listed<Document, 16>,
    /// With this a follow-up completes the report: nothing that is known is missing any more. A final report always does.
    pub complete: Option<bool>,
    /// How the AI system has to do with it, as it is known now.
    pub how_ai_relates: Option<Prose>,
    /// Who is affected, as it is known now.
    pub affected: Option<AffectedPersons>,
    /// Of how many persons personal information leaked, as it is known now.
    pub personal_info_leaked: Option<u32>,
}

/// The incident is dealt with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IncidentClosed {
    /// How.
    pub outcome: IncidentOutcome,
    /// Why.
    pub reasons: Prose,
}
