//! How entries change what is known of incidents.

use cinnabar_events::kinds::{ActionResult, IncidentReported, IncidentUpdated};
use cinnabar_events::{Class, Entry, Payload};
use cinnabar_governance::{IncidentStatus, LifeCycle as _};
use rusqlite::{OptionalExtension, params};

use super::rows::{CorrectiveAction, IncidentDetail, IncidentRow, Report, read};
use crate::column::{Json, OPEN, seq};
use crate::decision::Decision;
use crate::projection::{Projection, Table};
use crate::search::indexed;
use crate::writing::Writing;

/// The view `incidents`.
pub(crate) struct Incidents;

impl Projection for Incidents {
    const NAME: &'static str = "incidents";
    const VERSION: u32 = 3;
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
                    detail TEXT NOT NULL
                );
                CREATE UNIQUE INDEX incident_id ON incident (id, from_seq);
                CREATE INDEX incident_words ON incident (text_seq);
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
    fn apply(entry: &Entry, transaction: &Writing<'_>) -> rusqlite::Result<()> {
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
    transaction: &Writing<'_>,
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
    transaction: &Writing<'_>,
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
    transaction: &Writing<'_>,
    id: &str,
    how: impl FnOnce(&mut IncidentRow),
) -> rusqlite::Result<()> {
    let Some((mut row, before)) = current(transaction, id)? else {
        return Ok(());
    };
    how(&mut row);
    row.sequence = entry.seq().get();
    row.time = entry.time().to_string();
    put(entry, transaction, &row, Some(&before))
}

/// The row before a change: which one it is, and its texts.
struct Before {
    rowid: i64,
    text_seq: i64,
    texts: [Option<String>; TEXTS],
}

/// The row that holds: of all with this id the one that came last.
fn current(transaction: &Writing<'_>, id: &str) -> rusqlite::Result<Option<(IncidentRow, Before)>> {
    let select = "SELECT id, title, status, severity, product, occurred, migrated, first_seq, first_time, from_seq, time, detail, merged_into, parent, text_seq, rowid
        FROM incident WHERE id = ? ORDER BY from_seq DESC LIMIT 1";
    let mut select = transaction.prepare_cached(select)?;
    let read = |columns: &rusqlite::Row<'_>| {
        let row = read(columns)?;
        let before = Before {
            text_seq: columns.get(14)?,
            rowid: columns.get(15)?,
            texts: texts(&row).map(|text| text.map(str::to_owned)),
        };
        Ok((row, before))
    };
    select.query_row([id], read).optional()
}

/// How many texts are searched.
const TEXTS: usize = 5;

fn texts(row: &IncidentRow) -> [Option<&str>; TEXTS] {
    let detail = &row.detail;
    [
        Some(row.title.as_str()),
        detail.unregistered_system.as_deref(),
        detail.description.as_deref(),
        detail.how_ai_relates.as_deref(),
        detail.action.as_deref(),
    ]
}

/// Ends the row there is and adds this one; its words are indexed if they differ from those indexed.
fn put(
    entry: &Entry,
    transaction: &Writing<'_>,
    row: &IncidentRow,
    before: Option<&Before>,
) -> rusqlite::Result<()> {
    let sequence = seq(entry.seq());
    if let Some(before) = before {
        let end = "UPDATE incident SET until_seq = ? WHERE rowid = ?";
        let mut end = transaction.prepare_cached(end)?;
        end.execute(params![sequence, before.rowid])?;
    }
    let now = texts(row);
    let words = || indexed(now.into_iter().flatten());
    let same = |before: &Before| {
        let texts = before.texts.each_ref().map(Option::as_deref);
        texts == now || indexed(texts.into_iter().flatten()) == words()
    };
    let text_seq = match before.filter(|before| same(before)) {
        Some(before) => before.text_seq,
        None => {
            let insert = "INSERT INTO incident_text (rowid, body) VALUES (?,?)";
            transaction.index(insert, sequence, &words())?;
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
