//! The rows of incidents and the questions to them.

use cinnabar_events::kinds::{PlannedAction, ReportType, Severity};
use cinnabar_events::{Entry, Id};
use cinnabar_governance::IncidentStatus;
use rusqlite::{Connection, Row};
use serde::{Deserialize, Serialize};

use crate::column::{Json, is_zero, unsigned};
use crate::decision::Decision;
use crate::marks::suspects_about;
use crate::pool::{ReadError, Reader};
use crate::query::{At, Key, Listing, Page, Source, Where, text};
use crate::search::Search;

/// An incident, as known at one size.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IncidentRow {
    /// Its id.
    pub id: String,
    /// What happened, in a line.
    pub title: String,
    /// Where it stands: `received`, `triaged`, `corrective`, `monitoring`, `closed` or `merged`.
    pub status: String,
    /// How severe it is held to be.
    pub severity: String,
    /// With which product.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// When it happened, as asserted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub occurred: Option<String>,
    /// The incident as which it goes on, if it was merged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub into: Option<String>,
    /// The incident from which it was split off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Entries in its dossier with a signature of a compromised key. Absent if there are none.
    #[serde(skip_serializing_if = "is_zero")]
    pub suspect_entries: u64,
    /// Whether it was taken over from an older register.
    pub migrated: bool,
    /// Sequence of the entry that first reported it.
    pub first_sequence: u64,
    /// When that entry was recorded.
    pub first_time: String,
    /// Sequence of the entry that last changed it.
    pub sequence: u64,
    /// When that entry was recorded.
    pub time: String,
    /// What else is known.
    pub detail: IncidentDetail,
}

/// What else is known about an incident.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IncidentDetail {
    /// With which system that is not in the register.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unregistered_system: Option<String>,
    /// What happened.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub description: Option<String>,
    /// How the AI system has to do with it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub how_ai_relates: Option<String>,
    /// Kinds of harm.
    pub harm_types: Vec<String>,
    /// Since when the reporter knows.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub aware: Option<String>,
    /// Nothing happened, but nearly.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub near_miss: Option<bool>,
    /// What was done.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub action: Option<String>,
    /// Numbers that other registers gave it, as `{scheme, value}`.
    #[schema(value_type = Vec<Object>)]
    pub numbers: serde_json::Value,
    /// The reports on it, oldest first.
    pub reports: Vec<Report>,
    /// Whether it must be reported, as found by triage.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reportable: Option<bool>,
    /// On which ground it is held to be a serious incident.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub eu_ground: Option<String>,
    /// Its level as a cybersecurity incident.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cyber_level: Option<String>,
    /// What the institution found at first sight.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub triage: Option<Decision>,
    /// How, and why, it was last graded anew.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub regrading: Option<Decision>,
    /// Who was told of it; the last 32 notices.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub notified: Vec<Decision>,
    /// Measures ordered; the last 32 orders.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub measures: Vec<Decision>,
    /// Corrective actions.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub actions: Vec<CorrectiveAction>,
    /// The final report.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub concluded: Option<Decision>,
    /// What the public is told.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub public_summary: Option<Decision>,
    /// Incidents that were merged into it; the last 32.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub absorbed: Vec<String>,
    /// Incidents that were split off from it; the last 32.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub children: Vec<String>,
    /// How the institution dealt with it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub outcome: Option<String>,
    /// Why it dealt with it so, or deals with it again.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reasons: Option<String>,
}

/// A corrective action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CorrectiveAction {
    /// What it is called within the incident.
    pub action: String,
    /// How it stands: `planned`, `completed` or `effective`.
    pub status: String,
    /// What is done.
    pub text: String,
    /// By which day.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub due: Option<String>,
}

impl CorrectiveAction {
    pub(super) fn planned(planned: &PlannedAction) -> Self {
        Self {
            action: planned.action.to_string(),
            status: "planned".to_owned(),
            text: planned.text.to_string(),
            due: planned.due.map(|day| day.to_string()),
        }
    }
}

/// One report on an incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Which report it is: `initial`, `follow_up`, ….
    pub report_type: String,
    /// Sequence of its entry.
    pub sequence: u64,
    /// When that entry was recorded.
    pub time: String,
}

impl Report {
    pub(super) fn of(entry: &Entry, report_type: ReportType) -> Self {
        Self {
            report_type: report_type.to_string(),
            sequence: entry.seq().get(),
            time: entry.time().to_string(),
        }
    }
}

/// Which incidents.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IncidentFilter {
    /// Standing there.
    pub status: Option<IncidentStatus>,
    /// As severe as that.
    pub severity: Option<Severity>,
    /// With this product.
    pub product: Option<Id>,
    /// Words in title, description or action.
    pub search: Option<Search>,
}

const COLUMNS: &str = "id, title, status, severity, product, occurred, migrated, first_seq, first_time, from_seq, time, detail, merged_into, parent";

impl Reader {
    /// Incidents, in the order in which they were first reported.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn incidents(
        &self,
        at: At,
        filter: &IncidentFilter,
        page: &Page,
    ) -> Result<Listing<IncidentRow>, ReadError> {
        let mut conditions = Where::default();
        conditions.valid(at);
        conditions.equals("status", filter.status.map(IncidentStatus::as_str));
        conditions.equals("severity", filter.severity.map(Severity::as_str));
        conditions.equals("product", filter.product.as_ref().map(Id::as_str));
        conditions.search("incident_text", filter.search.as_ref());
        let source = Source {
            columns: COLUMNS,
            from: "incident",
            sequence: "first_seq",
            id: "",
        };
        let key = |row: &IncidentRow| Key {
            sequence: row.first_sequence,
            id: row.id.clone(),
        };
        self.ask(|sqlite| {
            let mut listing = conditions.list(sqlite, self.total(at), &source, page, read, key)?;
            for row in &mut listing.rows {
                complete(sqlite, at, row)?;
            }
            Ok(listing)
        })
    }

    /// One incident, as known at that size.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn incident(&self, at: At, id: &str) -> Result<Option<IncidentRow>, ReadError> {
        self.ask(|sqlite| {
            let select = format!(
                "SELECT {COLUMNS} FROM incident WHERE id = ? AND from_seq < ? AND until_seq >= ? ORDER BY from_seq DESC LIMIT 1"
            );
            let mut select = sqlite.prepare_cached(&select)?;
            let found = select
                .query_map([text(id), at.value(), at.value()], read)?
                .next();
            let Some(mut row) = found.transpose()? else {
                return Ok(None);
            };
            complete(sqlite, at, &mut row)?;
            Ok(Some(row))
        })
    }
}

fn complete(sqlite: &Connection, at: At, row: &mut IncidentRow) -> rusqlite::Result<()> {
    row.suspect_entries = suspects_about(sqlite, at, &format!("incident/{}", row.id))?;
    Ok(())
}

pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<IncidentRow> {
    let Json(detail) = row.get(11)?;
    Ok(IncidentRow {
        id: row.get(0)?,
        title: row.get(1)?,
        status: row.get(2)?,
        severity: row.get(3)?,
        product: row.get(4)?,
        occurred: row.get(5)?,
        into: row.get(12)?,
        parent: row.get(13)?,
        suspect_entries: 0,
        migrated: row.get(6)?,
        first_sequence: unsigned(row.get(7)?),
        first_time: row.get(8)?,
        sequence: unsigned(row.get(9)?),
        time: row.get(10)?,
        detail,
    })
}
