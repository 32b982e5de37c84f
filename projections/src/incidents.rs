//! The view of incidents: what went wrong, as it was known at any size of the ledger.

use cinnabar_events::kinds::{
    ActionResult, IncidentReported, IncidentUpdated, PlannedAction, ReportType, Severity,
};
use cinnabar_events::{Class, Entry, Id, Payload};
use cinnabar_governance::{IncidentStatus, LifeCycle as _};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde::{Deserialize, Serialize};

use crate::column::{Json, OPEN, is_zero, seq, unsigned};
use crate::decision::Decision;
use crate::marks::suspects_about;
use crate::pool::{ReadError, Reader};
use crate::projection::{Projection, Table};
use crate::query::{At, Key, Listing, Page, Source, Where, text};
use crate::search::{Search, indexed};

/// The view `incidents`.
pub(crate) struct Incidents;

impl Projection for Incidents {
    const NAME: &'static str = "incidents";
    const VERSION: u32 = 2;
    const TABLES: &'static [Table] = &[
        Table::Rows {
            name: "incident",
            create: "
                CREATE TABLE incident (
                    id TEXT NOT NULL,
                    from_seq INTEGER NOT NULL,
                    until_seq INTEGER NOT NULL,
                    first_seq INTEGER NOT NULL,
                    first_time TEXT NOT NULL,
                    time TEXT NOT NULL,
                    status TEXT NOT NULL,
                    severity TEXT NOT NULL,
                    product TEXT,
                    title TEXT NOT NULL,
                    occurred TEXT,
                    merged_into TEXT,
                    parent TEXT,
                    migrated INTEGER NOT NULL,
                    text_seq INTEGER NOT NULL,
                    detail TEXT NOT NULL,
                    PRIMARY KEY (id, from_seq)
                ) WITHOUT ROWID;
                CREATE INDEX incident_order ON incident (first_seq, from_seq);
                CREATE INDEX incident_product ON incident (product, until_seq);",
            order: "id, from_seq",
        },
        Table::Words("incident_text"),
    ];

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "a view takes the kinds that it shows and leaves the others"
    )]
    fn apply(entry: &Entry, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        let id = entry.statement().subject.id().as_str();
        match &entry.statement().payload {
            Payload::IncidentReported(reported) => report(entry, transaction, reported),
            Payload::IncidentMerged(merged) => {
                change(entry, transaction, merged.into.as_str(), |row| {
                    note(&mut row.detail.absorbed, id.to_owned());
                })?;
                step(entry, transaction, |row| {
                    row.into = Some(merged.into.to_string());
                })
            }
            Payload::IncidentSplit(split) => {
                for child in split.into.iter() {
                    change(entry, transaction, child.as_str(), |row| {
                        row.parent = Some(id.to_owned());
                    })?;
                }
                step(entry, transaction, |row| {
                    for child in split.into.iter() {
                        note(&mut row.detail.children, child.to_string());
                    }
                })
            }
            _ if entry.statement().kind().class() == Class::Incident => {
                step(entry, transaction, |row| decide(row, entry))
            }
            _ => Ok(()),
        }
    }
}

/// Most things of one sort that an incident shows beside each other (measures, notices, incidents merged into it); the
/// oldest are then left to the dossier.
const SHOWN_MAX: usize = 32;

fn note<T>(list: &mut Vec<T>, item: T) {
    list.push(item);
    list.drain(..list.len().saturating_sub(SHOWN_MAX));
}

/// What the entry changes in its incident's row, beside the status that its kind alone leads to.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a view takes the kinds that it shows and leaves the others"
)]
fn decide(row: &mut IncidentRow, entry: &Entry) {
    let said = || Some(Decision::of(entry));
    let detail = &mut row.detail;
    match &entry.statement().payload {
        Payload::IncidentUpdated(updated) => update(row, entry, updated),
        Payload::IncidentTriaged(triaged) => {
            detail.reportable = Some(triaged.reportable);
            detail.triage = said();
        }
        Payload::IncidentRegraded(regraded) => {
            if let Some(severity) = regraded.severity {
                row.severity = severity.to.to_string();
            }
            if let Some(ground) = regraded.eu_ground {
                detail.eu_ground = Some(ground.to.to_string());
            }
            if let Some(level) = regraded.cyber_level {
                detail.cyber_level = Some(level.to.to_string());
            }
            detail.regrading = said();
        }
        Payload::IncidentNotified(_) => note(&mut detail.notified, Decision::of(entry)),
        Payload::MeasureOrdered(_) => {
            detail.concluded = None;
            note(&mut detail.measures, Decision::of(entry));
        }
        Payload::ActionPlanned(planned) => {
            detail.concluded = None;
            let actions = planned.actions.iter().map(CorrectiveAction::planned);
            detail.actions.extend(actions);
            detail.actions.truncate(ACTIONS_MAX);
        }
        Payload::ActionCompleted(done) => {
            advance(detail, done.action.as_str(), "planned", "completed");
        }
        Payload::ActionVerified(verified) => {
            let to = match verified.result {
                ActionResult::Effective => "effective",
                ActionResult::Partly | ActionResult::NotEffective => "planned",
            };
            let moved = advance(detail, verified.action.as_str(), "completed", to);
            if moved && detail.actions.iter().all(|one| one.status == "effective") {
                IncidentStatus::Monitoring
                    .as_str()
                    .clone_into(&mut row.status);
            }
        }
        Payload::IncidentConcluded(_) => detail.concluded = said(),
        Payload::IncidentSummarised(_) => detail.public_summary = said(),
        Payload::IncidentClosed(closed) => {
            detail.outcome = Some(closed.outcome.to_string());
            detail.reasons = Some(closed.reasons.to_string());
        }
        Payload::IncidentReopened(reopened) => {
            detail.reportable = None;
            detail.concluded = None;
            detail.outcome = None;
            detail.reasons = Some(reopened.reasons.to_string());
        }
        _ => {}
    }
}

/// Most corrective actions of one incident, as in the rules.
const ACTIONS_MAX: usize = 16;

/// Takes the action called `name` from one status to the next, as the rules do.
fn advance(detail: &mut IncidentDetail, name: &str, from: &str, to: &str) -> bool {
    let mut actions = detail.actions.iter_mut();
    let found = actions.find(|one| one.action == name && one.status == from);
    match found {
        Some(action) => {
            to.clone_into(&mut action.status);
            true
        }
        None => false,
    }
}

fn report(
    entry: &Entry,
    transaction: &Transaction<'_>,
    reported: &IncidentReported,
) -> rusqlite::Result<()> {
    let id = entry.statement().subject.id().as_str();
    if current(transaction, id)?.is_some() {
        return Ok(());
    }
    let row = IncidentRow {
        id: id.to_owned(),
        title: reported.title.to_string(),
        status: IncidentStatus::Received.as_str().to_owned(),
        severity: reported.severity.to_string(),
        product: reported.product.as_ref().map(ToString::to_string),
        occurred: entry.statement().occurred.map(|when| when.to_string()),
        into: None,
        parent: None,
        suspect_entries: 0,
        migrated: entry.statement().migrated.is_some(),
        first_sequence: entry.seq().get(),
        first_time: entry.time().to_string(),
        sequence: entry.seq().get(),
        time: entry.time().to_string(),
        detail: IncidentDetail {
            unregistered_system: own(reported.unregistered_system.as_ref()),
            description: own(reported.description.as_ref()),
            how_ai_relates: own(reported.how_ai_relates.as_ref()),
            harm_types: reported
                .harm_types
                .iter()
                .map(ToString::to_string)
                .collect(),
            aware: reported.aware.map(|when| when.to_string()),
            near_miss: reported.near_miss,
            action: reported.action.as_ref().map(ToString::to_string),
            numbers: serde_json::to_value(&reported.numbers).unwrap_or_default(),
            reports: vec![Report::of(entry, reported.report_type)],
            eu_ground: reported.eu_ground.map(|ground| ground.to_string()),
            cyber_level: reported.cyber_level.map(|level| level.to_string()),
            ..IncidentDetail::default()
        },
    };
    put(entry, transaction, &row, None)
}

fn own(text: Option<&impl ToString>) -> Option<String> {
    text.map(ToString::to_string)
}

/// What the update names replaces what was known; the rest stays. The grade is the institution's: an update only says
/// what whoever says it thinks.
fn update(row: &mut IncidentRow, entry: &Entry, updated: &IncidentUpdated) {
    if let Some(relates) = &updated.how_ai_relates {
        row.detail.how_ai_relates = Some(relates.to_string());
    }
    if let Some(description) = &updated.description {
        row.detail.description = Some(description.to_string());
    }
    if !updated.harm_types.is_empty() {
        row.detail.harm_types = updated.harm_types.iter().map(ToString::to_string).collect();
    }
    if let Some(action) = &updated.action {
        row.detail.action = Some(action.to_string());
    }
    row.detail
        .reports
        .push(Report::of(entry, updated.report_type));
}

/// Moves the entry's own incident on by its life cycle, and then by `how`.
fn step(
    entry: &Entry,
    transaction: &Transaction<'_>,
    how: impl FnOnce(&mut IncidentRow),
) -> rusqlite::Result<()> {
    let statement = entry.statement();
    change(entry, transaction, statement.subject.id().as_str(), |row| {
        let mut all = IncidentStatus::ALL.iter();
        let from = all.find(|status| status.as_str() == row.status);
        if let Some(to) = from.and_then(|from| from.after(statement.kind())) {
            to.as_str().clone_into(&mut row.status);
        }
        how(row);
    })
}

fn change(
    entry: &Entry,
    transaction: &Transaction<'_>,
    id: &str,
    how: impl FnOnce(&mut IncidentRow),
) -> rusqlite::Result<()> {
    let Some((mut row, text_seq)) = current(transaction, id)? else {
        return Ok(());
    };
    let words = words(&row);
    how(&mut row);
    row.sequence = entry.seq().get();
    row.time = entry.time().to_string();
    put(entry, transaction, &row, Some((words, text_seq)))
}

fn current(
    transaction: &Transaction<'_>,
    id: &str,
) -> rusqlite::Result<Option<(IncidentRow, i64)>> {
    let select = format!("SELECT {COLUMNS}, text_seq FROM incident WHERE id = ? AND until_seq = ?");
    let mut select = transaction.prepare_cached(&select)?;
    select
        .query_row(params![id, OPEN], |row| {
            Ok((read(row)?, row.get("text_seq")?))
        })
        .optional()
}

fn words(row: &IncidentRow) -> String {
    let detail = &row.detail;
    let texts = [
        &detail.unregistered_system,
        &detail.description,
        &detail.how_ai_relates,
        &detail.action,
    ];
    indexed(
        [row.title.as_str()]
            .into_iter()
            .chain(texts.into_iter().flatten().map(String::as_str)),
    )
}

/// Ends the row there is and adds this one; its words are indexed if they differ from those indexed.
fn put(
    entry: &Entry,
    transaction: &Transaction<'_>,
    row: &IncidentRow,
    indexed: Option<(String, i64)>,
) -> rusqlite::Result<()> {
    let sequence = seq(entry.seq());
    let end = "UPDATE incident SET until_seq = ? WHERE id = ? AND until_seq = ?";
    transaction
        .prepare_cached(end)?
        .execute(params![sequence, row.id, OPEN])?;
    let new_words = words(row);
    let text_seq = match indexed {
        Some((words, text_seq)) if words == new_words => text_seq,
        Some(_) | None => {
            let insert = "INSERT INTO incident_text (rowid, body) VALUES (?,?)";
            transaction
                .prepare_cached(insert)?
                .execute(params![sequence, new_words])?;
            sequence
        }
    };
    let insert = "INSERT INTO incident VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
    transaction.prepare_cached(insert)?.execute(params![
        row.id,
        sequence,
        OPEN,
        i64::try_from(row.first_sequence).unwrap_or(i64::MAX),
        row.first_time,
        row.time,
        row.status,
        row.severity,
        row.product,
        row.title,
        row.occurred,
        row.into,
        row.parent,
        row.migrated,
        text_seq,
        Json(&row.detail),
    ])?;
    Ok(())
}

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
    fn planned(planned: &PlannedAction) -> Self {
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
    fn of(entry: &Entry, report_type: ReportType) -> Self {
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
        if let Some(search) = &filter.search {
            let matching =
                "text_seq IN (SELECT rowid FROM incident_text WHERE incident_text MATCH ?)";
            conditions.and(matching, [text(search.as_str())]);
        }
        let source = Source {
            columns: COLUMNS,
            from: "incident",
            sequence: "first_seq",
            id: "id",
        };
        let key = |row: &IncidentRow| Key {
            sequence: row.first_sequence,
            id: row.id.clone(),
        };
        self.ask(|sqlite| {
            let mut listing = conditions.list(sqlite, &source, page, read, key)?;
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
                "SELECT {COLUMNS} FROM incident WHERE id = ? AND from_seq < ? AND until_seq >= ?"
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

fn read(row: &Row<'_>) -> rusqlite::Result<IncidentRow> {
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
