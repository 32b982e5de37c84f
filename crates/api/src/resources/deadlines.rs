//! Deadlines: what is due, and what was missed. The work list of an officer.

use std::str::FromStr;

use axum::extract::{OriginalUri, State};
use cinnabar_events::deadline::{ClassName, Consequence, DeadlineRule};
use cinnabar_events::kinds::Code as RuleCode;
use cinnabar_events::{Date, Rulebook, Subject, Timestamp, When};
use cinnabar_governance::deadline::clock::{Left, end_of, local_date};
use cinnabar_governance::{
    DeadlineRecord, DeadlineStatus, DueKey, Record, RecordKey, RulebookRecord,
};
use cinnabar_projections::{At, Key, Listing, MissedFilter, MissedRow, Page};
use cinnabar_store::Snapshot;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::Answer;
use crate::list::List;
use crate::parameters::{Query, from_text, with_micros};
use crate::problem::Problem;
use crate::refusals::ListRefusals;
use crate::standing::{self, StandingQuery, Wanted};
use crate::state::{ApiState, Inner};

/// Which deadlines.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeadlineQuery {
    /// Those that run, the next one first; or those that were missed, in the order in which the ledger said so.
    /// Running ones if absent.
    #[param(inline)]
    status: Option<Asked>,
    /// Ending before this day in Asia/Shanghai begins, or before this UTC time.
    #[param(value_type = Option<String>, example = "2026-12-01")]
    before: Option<Before>,
    /// Owed by this role.
    #[param(value_type = Option<String>)]
    owed_by: Option<RuleCode>,
    /// On subjects of this class, like `product`.
    #[param(value_type = Option<String>)]
    class: Option<ClassName>,
}

/// Which of two lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Asked {
    /// The clock runs.
    Running,
    /// The ledger said that nothing met it in time.
    Missed,
}

/// The latest end: what is due at this moment was due before.
#[derive(Clone, Copy, Debug)]
struct Before(Timestamp);

impl FromStr for Before {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // A day begins where the one before ends; the first moment that is too late for that one.
        let begins = |day: Date| end_of(day).plus_seconds(-24 * 3600);
        match with_micros(text).parse() {
            Ok(When::Date(day)) => Ok(Self(begins(day))),
            Ok(When::Timestamp(moment)) => Ok(Self(moment)),
            Err(_) => Err("not a date like 2026-12-01, or a UTC time like 2026-12-01T15:00:00Z"),
        }
    }
}

from_text!(Before);

/// A deadline on a subject.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeadlineItem {
    /// Its rule, a code of the rulebook.
    rule: String,
    /// What must be done, in words; absent if the rulebook in force no longer has the rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    /// On what it runs.
    on: String,
    /// How it stands: `running`, `paused`, `met`, `lifted`, `missed` or `met_late`.
    status: &'static str,
    /// Since when it is counted.
    from: String,
    /// The first moment that is too late; of one that is paused, what it was before.
    due: String,
    /// Days from that of the newest entry to the last one, in Asia/Shanghai: 0 on the last day. Of one that runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    days_left: Option<i64>,
    /// Days since the last one until that of the newest entry. Of one that was missed and not made up for.
    #[serde(skip_serializing_if = "Option::is_none")]
    days_late: Option<i64>,
    /// What was left when the clock was stopped: `workingDays`, `days` or `micros` (millionths of a second).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    left: Option<Left>,
    /// Whose duty it is: a role.
    #[serde(skip_serializing_if = "Option::is_none")]
    owed_by: Option<String>,
    /// Whether it was extended.
    #[serde(skip_serializing_if = "Option::is_none")]
    extended: Option<bool>,
    /// What follows if nothing meets it: `missed`, `deemed_accepted` or `expired`.
    consequence: &'static str,
    /// The provision that it comes from, if the law fixes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    provision: Option<String>,
    /// Why it was chosen so, if the law doesn't fix it: a model value.
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    /// Sequence of the entry that started it. Of a missed one that another by the same rule has followed, it isn't kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    started: Option<u64>,
    /// Sequence of the entry that met it, lifted it, or says that it was missed.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<u64>,
    links: DeadlineLinks,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
struct DeadlineLinks {
    /// How the subject stands.
    subject: String,
    /// All entries about the subject.
    dossier: String,
    /// The entry that started it.
    #[serde(skip_serializing_if = "Option::is_none")]
    started: Option<String>,
    /// The entry that ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<String>,
}

impl DeadlineLinks {
    fn new(on: &Subject, started: Option<u64>, ended: Option<u64>) -> Self {
        let entry = |sequence: u64| format!("/v1/entries/{sequence}");
        Self {
            subject: format!("/v1/subjects/{on}"),
            dossier: format!("/v1/dossiers/{on}"),
            started: started.map(entry),
            ended: ended.map(entry),
        }
    }
}

impl DeadlineItem {
    /// The deadline by `rule` on `on`, at the time `now` of the newest entry.
    pub(crate) fn new(
        on: &Subject,
        rule: &RuleCode,
        record: &DeadlineRecord,
        rulebook: Option<&Rulebook>,
        now: Option<Timestamp>,
    ) -> Self {
        let known = find_rule(rulebook, rule);
        let source = known.map(|known| &known.source);
        let days = now.map(|now| days(now, record.due));
        let is = |status| record.status == status;
        let ended = record.ended.map(|sequence| sequence.get());
        let started = Some(record.started.get());
        Self {
            rule: rule.to_string(),
            label: known.map(|known| known.label.to_string()),
            on: on.to_string(),
            status: record.status.as_str(),
            from: record.from.to_string(),
            due: record.due.to_string(),
            days_left: days.filter(|days| is(DeadlineStatus::Running) && *days >= 0),
            days_late: days
                .map(|days| -days)
                .filter(|days| is(DeadlineStatus::Missed) && *days > 0),
            left: record.left.filter(|_| is(DeadlineStatus::Paused)),
            owed_by: Some(record.owed_by.to_string()),
            extended: Some(record.extended),
            consequence: record.consequence.as_str(),
            provision: source.and_then(|source| Some(source.provision.as_ref()?.to_string())),
            model: source.and_then(|source| Some(source.model.as_ref()?.to_string())),
            started,
            ended,
            links: DeadlineLinks::new(on, started, ended),
        }
    }
}

/// Days from that of `now` to the last one before `due`, in Asia/Shanghai; negative afterwards.
fn days(now: Timestamp, due: Timestamp) -> i64 {
    let last = Timestamp::from_micros(due.micros().saturating_sub(1)).unwrap_or(due);
    local_date(now).days_until(local_date(last))
}

/// The rulebook in force.
pub(crate) fn rulebook(snapshot: &Snapshot<'_>) -> Result<Option<RulebookRecord>, Problem> {
    Ok(match snapshot.record(&RecordKey::Rulebook)? {
        Some(Record::Rulebook(rulebook)) => Some(rulebook),
        _ => None,
    })
}

fn deadline(
    snapshot: &Snapshot<'_>,
    on: &Subject,
    rule: &RuleCode,
) -> Result<Option<DeadlineRecord>, Problem> {
    let key = RecordKey::Deadline(on.clone(), rule.clone());
    Ok(match snapshot.record(&key)? {
        Some(Record::Deadline(deadline)) => Some(deadline),
        _ => None,
    })
}

/// Lists deadlines: those that run, or those that were missed.
#[utoipa::path(
    get, path = "/deadlines", operation_id = "list_deadlines", tag = "work", params(StandingQuery, DeadlineQuery),
    responses((status = 200, description = "A page of deadlines.", body = List<DeadlineItem>), ListRefusals)
)]
pub(crate) async fn list_deadlines(
    State(state): State<ApiState>,
    OriginalUri(uri): OriginalUri,
    Query(standing, query): Query<StandingQuery, DeadlineQuery>,
) -> Result<Answer<List<DeadlineItem>>, Problem> {
    standing::answer(
        state,
        uri,
        standing,
        move |inner, snapshot, wanted| match query.status.unwrap_or(Asked::Running) {
            Asked::Running => running(snapshot, &query, wanted),
            Asked::Missed => missed(inner, snapshot, &query, wanted),
        },
    )
    .await
}

/// Every running deadline is looked at, for the total; there are as many as there is work to be done.
fn running(
    snapshot: &Snapshot<'_>,
    query: &DeadlineQuery,
    wanted: &Wanted,
) -> Result<Listing<DeadlineItem>, Problem> {
    let in_force = rulebook(snapshot)?;
    let rules = in_force.as_ref().map(|record| &*record.rulebook);
    let now = snapshot.head().time;
    let (mut total, mut rows) = (0, Vec::new());
    for key in snapshot.running(None) {
        let due = key?;
        if query.before.is_some_and(|before| due.due > before.0) {
            break;
        }
        if query.class.is_some_and(|class| class.0 != due.on.class()) {
            continue;
        }
        let key = page_key(&due);
        let after = wanted.after.as_ref();
        let here = rows.len() <= wanted.limit
            && after.is_none_or(|after| (&key.sequence, &key.id) > (&after.sequence, &after.id));
        if !here && query.owed_by.is_none() {
            total += 1;
            continue;
        }
        let Some(record) = deadline(snapshot, &due.on, &due.rule)? else {
            continue;
        };
        if query
            .owed_by
            .as_ref()
            .is_some_and(|role| *role != record.owed_by)
        {
            continue;
        }
        total += 1;
        if here {
            let item = DeadlineItem::new(&due.on, &due.rule, &record, rules, now);
            rows.push((key, item));
        }
    }
    Ok(wanted.page(total, rows))
}

/// End, subject and rule: the order of [`DueKey`].
fn page_key(due: &DueKey) -> Key {
    Key {
        sequence: u64::try_from(due.due.micros()).unwrap_or(0),
        id: format!("{} {}", due.on, due.rule),
    }
}

/// What the ledger has said was missed; who owed it, by the rulebook in force.
fn missed(
    inner: &Inner,
    snapshot: &Snapshot<'_>,
    query: &DeadlineQuery,
    wanted: &Wanted,
) -> Result<Listing<DeadlineItem>, Problem> {
    let in_force = rulebook(snapshot)?;
    let rules = in_force.as_ref().map(|record| &*record.rulebook);
    let owed = query.owed_by.as_ref().map(|role| {
        let rules = rules.into_iter().flat_map(|rules| rules.deadlines.iter());
        let owed = rules.filter(|rule| rule.owed_by == *role);
        owed.map(|rule| rule.rule.to_string()).collect()
    });
    let filter = MissedFilter {
        class: query.class.map(|class| class.0),
        until: query.before.map(|before| before.0),
        rules: owed,
    };
    let page = Page {
        after: wanted.after.clone(),
        limit: wanted.limit,
        descending: false,
    };
    let at = At::size(snapshot.head().size);
    let Listing { total, rows, next } = inner.views.read()?.missed(at, &filter, &page)?;
    let rows = rows
        .iter()
        .map(|row| missed_item(snapshot, row, rules))
        .collect::<Result<_, _>>()?;
    Ok(Listing { total, rows, next })
}

fn missed_item(
    snapshot: &Snapshot<'_>,
    row: &MissedRow,
    rules: Option<&Rulebook>,
) -> Result<DeadlineItem, Problem> {
    let now = snapshot.head().time;
    let found = deadline(snapshot, &row.on, &row.rule)?;
    let ended = found.as_ref().and_then(|record| record.ended);
    if let Some(record) = found.filter(|_| ended.map(|ended| ended.get()) == Some(row.sequence)) {
        return Ok(DeadlineItem::new(&row.on, &row.rule, &record, rules, now));
    }
    // Another one by the same rule took its place: of this one there is what the ledger said.
    let known = find_rule(rules, &row.rule);
    let source = known.map(|known| &known.source);
    Ok(DeadlineItem {
        rule: row.rule.to_string(),
        label: known.map(|known| known.label.to_string()),
        on: row.on.to_string(),
        status: DeadlineStatus::Missed.as_str(),
        from: row.from.to_string(),
        due: row.due.to_string(),
        days_left: None,
        days_late: None,
        left: None,
        owed_by: known.map(|known| known.owed_by.to_string()),
        extended: None,
        consequence: Consequence::Missed.as_str(),
        provision: source.and_then(|source| Some(source.provision.as_ref()?.to_string())),
        model: source.and_then(|source| Some(source.model.as_ref()?.to_string())),
        started: None,
        ended: Some(row.sequence),
        links: DeadlineLinks::new(&row.on, None, Some(row.sequence)),
    })
}

fn find_rule<'r>(rulebook: Option<&'r Rulebook>, rule: &RuleCode) -> Option<&'r DeadlineRule> {
    let mut rules = rulebook?.deadlines.iter();
    rules.find(|known| known.rule == *rule)
}
