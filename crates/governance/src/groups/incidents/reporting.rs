//! What is reported, and by whom it is said to whom else.

use cinnabar_events::kinds::{
    CyberLevel, IncidentNotified, IncidentReported, IncidentUpdated, Notified, ReportType,
    SeriousGround, Severity, SubmitterKind,
};
use cinnabar_events::{Class, Entry, Id, SignerClaim, Statement, Timestamp, When};

use super::late::late_all_in_one;
use super::{
    AWARE_AHEAD, AWARE_BEFORE, AWARE_MISSING, COMBINED_LATE, CRITERIA, IncidentRecord,
    IncidentStatus, NEAR_MISS, ONE_SYSTEM, OPERATOR, PERSONS_TOLD, Party, REPORT_TYPE,
    incident_in_step, product_owner_speaks, step_incident,
};
use crate::admit::OCCURRED_AHEAD_SECONDS;
use crate::case::{Case, Check, Stop};
use crate::governed::{Governed, put};
use crate::records::{Records, RecordsMut};
use crate::rejection::Rejection;

/// The commitment that stands for who submits a report.
const SUBMITTER: &str = "/submitter";

/// Whether a cybersecurity incident of this level has clocks of hours.
pub(super) fn has_clock(level: CyberLevel) -> bool {
    match level {
        CyberLevel::NotCyber | CyberLevel::GeneralIv => false,
        CyberLevel::LargerIii | CyberLevel::MajorIi | CyberLevel::EspeciallyMajorI => true,
    }
}

/// The organisation that signs, if one does.
fn reporter(statement: &Statement) -> Option<&Id> {
    let claim = |signer: &'_ SignerClaim| signer.on_behalf_of.is_some();
    let signer = statement.signers.iter().find(|signer| claim(signer));
    signer.and_then(|signer| signer.on_behalf_of.as_ref())
}

/// The last moment that this can mean.
fn latest(when: When) -> Timestamp {
    match when {
        When::Date(date) => date.end(),
        When::Timestamp(moment) => moment,
    }
}

/// Whether whoever offers the system reports: from his awareness the deadlines are counted.
fn offered_by_reporter(reported: &IncidentReported, statement: &Statement) -> bool {
    match reported.submitter_kind {
        Some(kind) => kind == SubmitterKind::Enterprise,
        None => reporter(statement).is_some(),
    }
}

/// What the report lacks of what every report must have; the title and the severity it can't lack.
fn lacks<R: Records>(reported: &IncidentReported, case: &Case<'_, R>) -> Vec<&'static str> {
    let submitter = case.statement().commitments.contains_key(SUBMITTER);
    let submitted = submitter || case.by_an_organisation();
    let shown = !reported.materials.is_empty() || reported.materials_absent.is_some();
    let criteria = [
        ("description", reported.description.is_some()),
        ("howAiRelates", reported.how_ai_relates.is_some()),
        ("submitter", submitted),
        ("materials", shown),
        ("harmTypes", !reported.harm_types.is_empty()),
    ];
    let lacking = criteria.iter().filter(|(_, there)| !there);
    lacking.map(|(name, _)| *name).collect()
}

/// What a new report must say; history taken over may lack it.
fn complete<R: Records>(reported: &IncidentReported, case: &Case<'_, R>) -> Result<(), Rejection> {
    let lacking = lacks(reported, case);
    if !lacking.is_empty() {
        return Err(CRITERIA.found(format!("without {}", lacking.join(", "))));
    }
    let Some(aware) = reported.aware else {
        return Err(AWARE_MISSING.into());
    };
    let occurred = case.statement().occurred;
    if occurred.is_some_and(|occurred| latest(aware) < occurred.earliest()) {
        return Err(AWARE_BEFORE.into());
    }
    let harmed = match reported.severity {
        Severity::Hazard | Severity::SeriousHazard => false,
        Severity::Incident | Severity::SeriousIncident | Severity::Disaster => true,
    };
    if harmed && reported.near_miss == Some(true) {
        return Err(NEAR_MISS.found(reported.severity.as_str()));
    }
    if reported.cyber_level.is_some_and(has_clock) && reported.operator_class.is_none() {
        return Err(OPERATOR.into());
    }
    match reported.report_type {
        ReportType::Initial => Ok(()),
        ReportType::CombinedInitialFinal => {
            let theirs = offered_by_reporter(reported, case.statement());
            if theirs && late_all_in_one(reported, aware.earliest(), case) {
                return Err(COMBINED_LATE.into());
            }
            Ok(())
        }
        ReportType::FollowUp | ReportType::Final | ReportType::FinalNonReportable => {
            Err(REPORT_TYPE.found(reported.report_type.as_str()))
        }
    }
}

impl Governed for IncidentReported {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        case.vocabulary("harm_type", self.harm_types.as_slice())?;
        if let Some(affected) = &self.affected {
            case.vocabulary("affected_group", affected.groups.as_slice())?;
        }
        case.new_subject::<IncidentRecord>()?;
        if self.product.is_some() == self.unregistered_system.is_some() {
            return Err(ONE_SYSTEM.into());
        }
        let ahead = case.now.plus_seconds(OCCURRED_AHEAD_SECONDS);
        if self.aware.is_some_and(|aware| aware.earliest() > ahead) {
            return Err(AWARE_AHEAD.into());
        }
        if let Some(product) = &self.product {
            case.concerned(Class::Product, product)?;
            // Whoever reports as another than who offers it speaks for himself.
            if offered_by_reporter(self, case.statement()) {
                product_owner_speaks(case, product)?;
            }
        }
        if case.migrated() {
            return Ok(());
        }
        complete(self, case).map_err(Stop::from)
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let statement = entry.statement();
        let offered = offered_by_reporter(self, statement);
        let reporter = reporter(statement).cloned();
        let unregistered = self.unregistered_system.is_some();
        let incident = IncidentRecord {
            status: IncidentStatus::Received,
            product: self.product.clone(),
            organisation: reporter.clone().filter(|_| offered && unregistered),
            reporter,
            aware: self.aware.filter(|_| offered).map(When::earliest),
            severity: self.severity,
            eu_ground: self.eu_ground.unwrap_or(SeriousGround::None),
            cyber_level: self.cyber_level.unwrap_or(CyberLevel::NotCyber),
            reportable: None,
            actions: Vec::new(),
            concluded: false,
            outcome: None,
            into: None,
            parent: None,
        };
        put(records, entry, incident);
        Ok(())
    }
}

impl Governed for IncidentUpdated {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        case.vocabulary("harm_type", self.harm_types.as_slice())?;
        if let Some(affected) = &self.affected {
            case.vocabulary("affected_group", affected.groups.as_slice())?;
        }
        let ends = match self.report_type {
            ReportType::Final | ReportType::FinalNonReportable => true,
            ReportType::Initial | ReportType::FollowUp | ReportType::CombinedInitialFinal => {
                self.complete == Some(true)
            }
        };
        let party = match ends {
            true => Party::Owner,
            false => Party::OwnerOrReporter,
        };
        incident_in_step(case, party)?;
        match self.report_type {
            ReportType::FollowUp | ReportType::Final | ReportType::FinalNonReportable => Ok(()),
            ReportType::Initial | ReportType::CombinedInitialFinal if case.migrated() => Ok(()),
            ReportType::Initial | ReportType::CombinedInitialFinal => {
                Err(REPORT_TYPE.found(self.report_type.as_str()).into())
            }
        }
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_incident(records, entry, |_| ())
    }
}

impl Governed for IncidentNotified {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        incident_in_step(case, Party::Owner)?;
        let persons = self.to == Notified::AffectedPersons;
        if persons && self.count.is_none() && self.waived.is_none() {
            return Err(PERSONS_TOLD.into());
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_incident(records, entry, |_| ())
    }
}
