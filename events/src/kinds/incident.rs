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
    /// How the institution dealt with an incident.
    IncidentOutcome {
        /// Put right.
        Resolved = "resolved",
        /// Nothing to do.
        NoAction = "no_action",
        /// The law was enforced.
        Enforcement = "enforcement",
        /// Passed on to another body.
        Referred = "referred",
    }
}

/// Something went wrong, or nearly. The statement's `occurred` says when.
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
    /// How severe it is now held to be.
    pub severity: Option<Severity>,
    /// Kinds of harm; codes of the rulebook's list `harm_type`.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub harm_types: Listed<Code, 16>,
    /// What was done.
    pub action: Option<Text<1000>>,
    /// Supporting material.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub materials: Listed<Document, 16>,
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
