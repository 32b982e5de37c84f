//! Incidents: reported, triaged, put right, watched, closed.
//!
//! An incident moves `received → triaged → corrective → monitoring → closed`. Two arrows depend on more than the kind:
//! with the last effective action `action.verified` leads from `corrective` to `monitoring`, and the two dismissals
//! (before triage, or because nothing was to be reported) go straight to `closed`. An incident that was merged into
//! another is final; its record says into which.

mod ending;
mod grading;
mod handling;
mod joining;
mod late;
mod reporting;

use cinnabar_events::kinds::{Code, CyberLevel, IncidentOutcome, SeriousGround, Severity};
use cinnabar_events::{Entry, Id, Timestamp};
use serde::{Deserialize, Serialize};

use crate::case::{Case, Check, Stop};
use crate::clause::clauses;
use crate::governed::change;
use crate::groups::filing::ProductRecord;
use crate::life_cycle::{LifeCycle as _, life_cycle};
use crate::records::{Records, RecordsMut};
use crate::rejection::Rejection;

clauses! {
    ONE_SYSTEM = "content.one_system" {
        says: "an incident is about a registered product or an unregistered system, one of the two",
        accepted: "product, or unregisteredSystem, but not both",
        source: "",
    }
    AWARE_AHEAD = "content.aware_ahead" {
        says: "nobody can be aware of it already in the future",
        accepted: "a time of awareness up to now",
        source: "",
    }
    AWARE_MISSING = "incident.aware_missing" {
        says: "a report says since when the reporter knows: deadlines are counted from then",
        accepted: "aware: a day or a moment up to now",
        source: "EU AI Act Art. 73(2)",
    }
    AWARE_BEFORE = "incident.aware_before" {
        says: "nobody can be aware of it before it happens",
        accepted: "a time of awareness at or after occurred",
        source: "",
    }
    CRITERIA = "incident.criteria" {
        says: "the report lacks what every incident report must have",
        accepted: "title, description, howAiRelates, the submitter (committed as /submitter, or an organisation that signs), materials or materialsAbsent, severity, harmTypes",
        source: "OECD common reporting framework 2025, criteria 1, 2, 3, 4, 7, 10, 11",
    }
    REPORT_TYPE = "incident.report_type" {
        says: "the first report is the initial one or all in one, and every later one follows up or ends it",
        accepted: "initial or combined_initial_final with incident.reported; follow_up, final or final_non_reportable with incident.updated",
        source: "EU AI Act Art. 73(5)",
    }
    COMBINED_LATE = "incident.combined_late" {
        says: "a report that comes after its time is not first and last in one, so that the ledger can say that the time was missed",
        accepted: "reportType initial, and the rest as incident.updated",
        source: "EU AI Act Art. 73(2)",
    }
    NEAR_MISS = "incident.near_miss" {
        says: "a near miss did no harm: it is a hazard",
        accepted: "severity hazard or serious_hazard with nearMiss",
        source: "OECD common reporting framework 2025, criterion 10",
    }
    OPERATOR = "incident.operator_class" {
        says: "how soon a cybersecurity incident of this level must be reported depends on who operates the system",
        accepted: "operatorClass, with cyberLevel larger_iii or above",
        source: "National Cybersecurity Incident Reporting Measures 2025 Art. 4",
    }
    NOT_REGRADED = "incident.not_regraded" {
        says: "each change starts from what the incident is held to be and ends with something else",
        accepted: "severity, euGround or cyberLevel, at least one, each from the present grade to another",
        source: "",
    }
    MERGE_TARGET = "incident.merge_target" {
        says: "an incident is merged into one that is still open",
        accepted: "an incident that is neither merged nor closed",
        source: "",
    }
    SPLIT_INTO = "incident.split_into" {
        says: "an incident is split into others that are open and that were not split off before",
        accepted: "at least one incident, reported before, that is neither merged nor closed and has no parent",
        source: "",
    }
    PERSONS_TOLD = "incident.persons_told" {
        says: "a notice to persons says how many were told, or why they need not be",
        accepted: "count or waived, with to affected_persons",
        source: "Personal Information Protection Law Art. 57",
    }
    NO_MEASURE = "measure.none" {
        says: "an order orders something",
        accepted: "at least one code of the list measure",
        source: "",
    }
    MEASURE_DUE = "measure.due" {
        says: "nothing can be done by a day that has passed",
        accepted: "due: a day after today",
        source: "",
    }
    MEASURE_PRODUCT = "measure.no_product" {
        says: "there is no registered product whose approval it could affect",
        accepted: "productEffect none",
        source: "",
    }
    NO_ACTION = "action.none" {
        says: "a plan has at least one action",
        accepted: "one to 16 actions",
        source: "",
    }
    ACTION_TAKEN = "action.taken" {
        says: "an action of this name is planned already",
        accepted: "a name that was not used for this incident",
        source: "",
    }
    TOO_MANY_ACTIONS = "action.too_many" {
        says: "an incident has at most 16 actions",
        accepted: "fewer actions, or a split of the incident",
        source: "",
    }
    ACTION_STEP = "action.step" {
        says: "an action is planned, completed and then verified",
        accepted: "the name of an action that stands where this step begins",
        source: "",
    }
    LAST_ACTION = "action.last" {
        says: "last is true when no other action is left, and only then",
        accepted: "last: true with the last one; none before",
        source: "",
    }
    OPEN_ACTIONS = "action.open" {
        says: "the final report comes when every planned action has proved effective",
        accepted: "action.completed and action.verified for each planned action first",
        source: "EU AI Act Art. 73(6)",
    }
    NOT_TRIAGED = "incident.not_triaged" {
        says: "before it is triaged, an incident can only be dismissed",
        accepted: "outcome not_ai, not_an_incident, duplicate_spam or out_of_jurisdiction, or incident.triaged first",
        source: "",
    }
    NOT_CONCLUDED = "incident.not_concluded" {
        says: "an incident that must be reported is closed after its final report",
        accepted: "incident.concluded first, or a triage that finds it not reportable",
        source: "National Cybersecurity Incident Reporting Measures 2025 Art. 8",
    }
    PARTIES_EARLY = "incident.parties_early" {
        says: "nobody is named to the public before the incident is triaged",
        accepted: "a summary without parties, or incident.triaged first",
        source: "",
    }
}

life_cycle! {
    /// Where an incident stands.
    IncidentStatus of Incident {
        /// Reported, or reopened: not triaged yet.
        Received = "received",
        /// Triaged: under investigation.
        Triaged = "triaged",
        /// Measures are ordered or actions planned.
        Corrective = "corrective",
        /// Put right, or explained: watched before it is closed.
        Monitoring = "monitoring",
        /// Dealt with, or dismissed: the outcome says which.
        Closed = "closed",
        /// Goes on as another incident.
        Merged = "merged",
    }
    starts { IncidentReported => Received }
    Received {
        IncidentUpdated => Received, IncidentRegraded => Received, IncidentNotified => Received,
        IncidentSummarised => Received, IncidentTriaged => Triaged, IncidentMerged => Merged, IncidentClosed => Closed,
    }
    Triaged {
        IncidentUpdated => Triaged, IncidentRegraded => Triaged, IncidentNotified => Triaged,
        IncidentSummarised => Triaged, IncidentTriaged => Triaged, IncidentSplit => Triaged, IncidentMerged => Merged,
        MeasureOrdered => Corrective, ActionPlanned => Corrective, IncidentConcluded => Monitoring,
        IncidentClosed => Closed,
    }
    Corrective {
        IncidentUpdated => Corrective, IncidentRegraded => Corrective, IncidentNotified => Corrective,
        IncidentSummarised => Corrective, IncidentSplit => Corrective, MeasureOrdered => Corrective,
        ActionPlanned => Corrective, ActionCompleted => Corrective, ActionVerified => Corrective,
        IncidentConcluded => Monitoring,
    }
    Monitoring {
        IncidentUpdated => Monitoring, IncidentRegraded => Monitoring, IncidentNotified => Monitoring,
        IncidentSummarised => Monitoring, MeasureOrdered => Corrective, ActionPlanned => Corrective,
        IncidentConcluded => Monitoring, IncidentClosed => Closed,
    }
    Closed { IncidentSummarised => Closed, IncidentReopened => Received }
}

impl IncidentStatus {
    /// Whether it is still dealt with under its own number.
    pub(crate) fn is_open(self) -> bool {
        match self {
            Self::Received | Self::Triaged | Self::Corrective | Self::Monitoring => true,
            Self::Closed | Self::Merged => false,
        }
    }
}

/// Most corrective actions that an incident remembers: as many as one plan can hold.
const ACTIONS_MAX: usize = 16;

/// How a corrective action stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionStatus {
    /// To be done, or to be done again.
    Planned,
    /// Done; nobody has looked whether it helps.
    Completed,
    /// It helps.
    Effective,
}

/// A corrective action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// Its name.
    pub action: Code,
    /// How it stands.
    pub status: ActionStatus,
}

/// An incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IncidentRecord {
    /// Where it stands.
    pub status: IncidentStatus,
    /// With which product.
    pub product: Option<Id>,
    /// Which organisation reported it, if one did.
    pub reporter: Option<Id>,
    /// Whose the unregistered system is, if that is known.
    pub organisation: Option<Id>,
    /// Since when whoever offers the system knew of it: deadlines are counted from then. If somebody else reported it,
    /// nothing: they are counted from when that was recorded.
    pub aware: Option<Timestamp>,
    /// How severe it is held to be.
    pub severity: Severity,
    /// On which ground it is a serious incident.
    pub eu_ground: SeriousGround,
    /// Its level as a cybersecurity incident.
    pub cyber_level: CyberLevel,
    /// Whether it must be reported; unknown before triage.
    pub reportable: Option<bool>,
    /// Corrective actions, at most 16.
    pub actions: Vec<Action>,
    /// Whether the final report is there.
    pub concluded: bool,
    /// How it was dealt with, while it is closed.
    pub outcome: Option<IncidentOutcome>,
    /// Into which incident it was merged.
    pub into: Option<Id>,
    /// From which incident it was split off.
    pub parent: Option<Id>,
}

impl IncidentRecord {
    /// Whether every planned action proved effective; true if there is none.
    fn all_effective(&self) -> bool {
        self.actions
            .iter()
            .all(|action| action.status == ActionStatus::Effective)
    }
}

fn product_owner_speaks<R: Records>(case: &Case<'_, R>, product: &Id) -> Check<R> {
    let product: ProductRecord = case.known(product)?;
    case.owner_speaks(&product.organisation).map_err(Stop::from)
}

/// Which organisations may say something about an incident; the institution may say all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Party {
    /// Whose the product or system is: what this one says fulfils the duties.
    Owner,
    /// The owner, or whoever reported it and knows more.
    OwnerOrReporter,
}

fn party_speaks<R: Records>(
    case: &Case<'_, R>,
    incident: &IncidentRecord,
    party: Party,
) -> Check<R> {
    let owner = match &incident.product {
        Some(product) => Some(case.known::<ProductRecord>(product)?.organisation),
        None => incident.organisation.clone(),
    };
    let reporter = incident
        .reporter
        .as_ref()
        .filter(|_| party == Party::OwnerOrReporter);
    let stranger = case.statement().signers.iter().find(|signer| {
        let speaks_for = signer.on_behalf_of.as_ref();
        speaks_for.is_some() && speaks_for != owner.as_ref() && speaks_for != reporter
    });
    match stranger {
        Some(signer) => Err(Rejection::NotForOrganisation(signer.actor.clone()).into()),
        None => Ok(()),
    }
}

/// The subject incident, if this can be said of it as it stands by whoever says it.
fn incident_in_step<R: Records>(case: &Case<'_, R>, party: Party) -> Check<R, IncidentRecord> {
    let incident: IncidentRecord = case.own()?;
    case.step(incident.status)?;
    party_speaks(case, &incident, party)?;
    Ok(incident)
}

/// Moves the subject incident on, and changes what else there is to change.
fn step_incident<R: RecordsMut>(
    records: &mut R,
    entry: &Entry,
    how: impl FnOnce(&mut IncidentRecord),
) -> Result<(), R::Error> {
    change(records, entry, |incident: &mut IncidentRecord| {
        let kind = entry.statement().kind();
        incident.status = incident.status.after(kind).unwrap_or(incident.status);
        how(incident);
    })
}
