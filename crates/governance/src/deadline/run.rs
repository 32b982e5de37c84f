//! What an entry does to the deadlines on its subjects.

use std::cell::OnceCell;
use std::sync::Arc;

use cinnabar_events::calendar::{Counted, Length, Unit};
use cinnabar_events::deadline::{Anchor, Condition, DeadlineRule, Trigger};
use cinnabar_events::{Code, Date, Entry, Id, Rulebook, Sequence, Subject, Timestamp};
use serde_json::Value as Json;

use super::clock::{self, Left};
use super::{DeadlineRecord, DeadlineStatus};
use crate::case::find;
use crate::evolve::is_new;
use crate::groups::incidents::IncidentRecord;
use crate::records::{DueKey, Record, RecordKey, Records, RecordsMut, RulebookRecord};

/// An entry, and what it says as JSON where a condition asks for it.
struct Said<'e> {
    entry: &'e Entry,
    data: OnceCell<Json>,
}

impl Said<'_> {
    fn data(&self) -> &Json {
        self.data.get_or_init(|| {
            let payload = &self.entry.statement().payload;
            payload.to_json().unwrap_or(Json::Null)
        })
    }

    fn triggers(&self, triggers: &[Trigger], on: &Subject) -> bool {
        let statement = self.entry.statement();
        // What a statement is about counts before what it concerns of the same class.
        let about = *on == statement.subject || on.class() != statement.subject.class();
        triggers.iter().any(|trigger| {
            trigger.kind.is(statement.kind())
                && (about || trigger.concerned)
                && trigger.when.iter().all(|condition| self.fits(condition))
        })
    }

    fn fits(&self, condition: &Condition) -> bool {
        let wanted = |text: &str| condition.is.iter().any(|value| value.as_str() == text);
        let one = |value: &Json| match value {
            Json::String(text) => wanted(text),
            Json::Bool(yes) => wanted(if *yes { "true" } else { "false" }),
            Json::Number(number) => wanted(&number.to_string()),
            Json::Null | Json::Array(_) | Json::Object(_) => false,
        };
        match self.data().pointer(condition.field.as_str()) {
            None => wanted("absent"),
            Some(Json::Array(values)) => values.iter().any(one),
            Some(value) => one(value),
        }
    }

    fn date(&self, pointer: &str) -> Option<Date> {
        self.data().pointer(pointer)?.as_str()?.parse().ok()
    }
}

/// Starts, pauses, resumes, meets and lifts the deadlines on the entry's subjects. History taken over does nothing to any.
///
/// # Errors
/// Only if the records can't be read.
pub(crate) fn run<R: RecordsMut>(records: &mut R, entry: &Entry) -> Result<(), R::Error> {
    let statement = entry.statement();
    if statement.migrated.is_some() {
        return Ok(());
    }
    let rulebook: Arc<Rulebook> = match records.record(&RecordKey::Rulebook)? {
        Some(Record::Rulebook(RulebookRecord { rulebook, .. })) => rulebook,
        _ => return Ok(()),
    };
    let said = Said {
        entry,
        data: OnceCell::new(),
    };
    for rule in rulebook.deadlines_of(statement.kind()) {
        for subject in statement.subjects() {
            if subject.class() == rule.class.0 {
                let before = match is_new(entry, subject) {
                    true => None,
                    false => find_deadline(records, subject, &rule.rule)?,
                };
                one(records, &rulebook, rule, &said, (subject, before))?;
            }
        }
    }
    Ok(())
}

/// One rule on one subject, and the deadline that there was. What meets it comes before what starts the next one: an inspection may do both.
fn one<R: RecordsMut>(
    records: &mut R,
    rulebook: &Rulebook,
    rule: &DeadlineRule,
    said: &Said<'_>,
    (on, before): (&Subject, Option<DeadlineRecord>),
) -> Result<(), R::Error> {
    let now = said.entry.time();
    let mut deadline = before.clone();
    if let Some(deadline) = &mut deadline {
        use DeadlineStatus::{Lifted, Met, MetLate, Missed, Paused, Running};
        let met = said.triggers(rule.meets.as_slice(), on);
        let lifted = said.triggers(rule.lifts.as_slice(), on);
        match deadline.status {
            Running | Paused if met || lifted => {
                deadline.status = if met { Met } else { Lifted };
                deadline.ended = Some(said.entry.seq());
            }
            Missed if met => deadline.status = MetLate,
            Running if said.triggers(rule.pauses.as_slice(), on) => {
                let left = deadline.left.and_then(|left| {
                    let (since, due) = (deadline.since, deadline.due);
                    clock::pause(since, due, left, now, rulebook.calendars.as_slice())
                });
                if let Some(left) = left {
                    deadline.left = Some(left);
                    deadline.since = now;
                    deadline.status = Paused;
                }
            }
            Paused if said.triggers(rule.resumes.as_slice(), on) => {
                if let Some(left) = deadline.left {
                    deadline.due = clock::resume(left, now, rulebook.calendars.as_slice());
                    deadline.since = now;
                    deadline.status = Running;
                }
            }
            Running | Paused | Met | Lifted | Missed | MetLate => {}
        }
    }
    if said.triggers(rule.starts.as_slice(), on) {
        start(records, rulebook, rule, said, on, &mut deadline)?;
    }
    if deadline != before {
        replace(records, on, &rule.rule, before.as_ref(), deadline);
    }
    Ok(())
}

fn start<R: Records>(
    records: &R,
    rulebook: &Rulebook,
    rule: &DeadlineRule,
    said: &Said<'_>,
    on: &Subject,
    deadline: &mut Option<DeadlineRecord>,
) -> Result<(), R::Error> {
    use DeadlineStatus::{Paused, Running};
    let runs = matches!(deadline, Some(one) if matches!(one.status, Running | Paused));
    let from = match rule.from.unwrap_or(Anchor::Recorded) {
        Anchor::Recorded => said.entry.time(),
        Anchor::Occurred => {
            let occurred = said.entry.statement().occurred;
            occurred.map_or(said.entry.time(), |when| when.earliest())
        }
        Anchor::Aware => aware(records, on.id())?.unwrap_or(said.entry.time()),
    };
    let (due, left) = match &rule.length {
        Length::Counted(_) if runs => return Ok(()),
        Length::Counted(counted) => {
            let left = Left::whole(from, *counted);
            let due = clock::due(from, *counted, rulebook.calendars.as_slice());
            (due, Some(left))
        }
        // Its end moves with every statement that gives one.
        Length::Until(until) => match said.date(until.date().as_str()) {
            None => return Ok(()),
            Some(date) => (clock::due_by(date, until.before()), None),
        },
    };
    *deadline = Some(DeadlineRecord {
        status: Running,
        started: said.entry.seq(),
        from,
        due,
        since: from,
        left,
        extended: false,
        consequence: rule.consequence,
        owed_by: rule.owed_by.clone(),
        ended: None,
    });
    Ok(())
}

fn aware<R: Records>(records: &R, incident: &Id) -> Result<Option<Timestamp>, R::Error> {
    let incident: Option<IncidentRecord> = find(records, incident)?;
    Ok(incident.and_then(|incident| incident.aware))
}

/// The deadline on `on` by `rule`, if there is one.
pub(super) fn find_deadline<R: Records>(
    records: &R,
    on: &Subject,
    rule: &Code,
) -> Result<Option<DeadlineRecord>, R::Error> {
    let key = RecordKey::Deadline(on.clone(), rule.clone());
    Ok(match records.record(&key)? {
        Some(Record::Deadline(deadline)) => Some(deadline),
        _ => None,
    })
}

/// Puts a deadline in place of another, and keeps the order of their ends.
fn replace<R: RecordsMut>(
    records: &mut R,
    on: &Subject,
    rule: &Code,
    before: Option<&DeadlineRecord>,
    after: Option<DeadlineRecord>,
) {
    let running = |one: &&DeadlineRecord| one.status == DeadlineStatus::Running;
    let old: Option<DueKey> = before.filter(running).map(|one| one.key(on, rule));
    let new: Option<DueKey> = after.as_ref().filter(running).map(|one| one.key(on, rule));
    if old != new {
        if let Some(old) = old {
            records.remove(RecordKey::Due(old));
        }
        if let Some(new) = new {
            records.put(RecordKey::Due(new), Record::Due(()));
        }
    }
    if let Some(after) = after {
        let key = RecordKey::Deadline(on.clone(), rule.clone());
        records.put(key, Record::Deadline(after));
    }
}

/// The first running deadline has passed: the entry says so.
///
/// # Errors
/// Only if the records can't be read.
pub(crate) fn lapse<R: RecordsMut>(records: &mut R, entry: &Entry) -> Result<(), R::Error> {
    let Some(first) = records.due(None)? else {
        return Ok(());
    };
    let Some(before) = find_deadline(records, &first.on, &first.rule)? else {
        records.remove(RecordKey::Due(first));
        return Ok(());
    };
    let mut after = before.clone();
    after.status = DeadlineStatus::Missed;
    after.ended = Some(entry.seq());
    replace(records, &first.on, &first.rule, Some(&before), Some(after));
    Ok(())
}

/// Whether the deadline can be extended by its rule, and how it stands then.
pub(crate) fn extend(
    deadline: &DeadlineRecord,
    rule: &DeadlineRule,
    rulebook: &Rulebook,
) -> Option<DeadlineRecord> {
    let (Some(Length::Counted(more)), Some(left), false) =
        (&rule.extension, deadline.left, deadline.extended)
    else {
        return None;
    };
    let left = longer(deadline, left, &rule.length, *more)?;
    let mut after = DeadlineRecord {
        left: Some(left),
        extended: true,
        ..deadline.clone()
    };
    match deadline.status {
        DeadlineStatus::Running => {
            after.due = clock::resume(left, after.since, rulebook.calendars.as_slice());
            Some(after)
        }
        DeadlineStatus::Paused => Some(after),
        DeadlineStatus::Met
        | DeadlineStatus::Lifted
        | DeadlineStatus::Missed
        | DeadlineStatus::MetLate => None,
    }
}

/// What is left with `more`; none if that is counted otherwise.
fn longer(deadline: &DeadlineRecord, left: Left, length: &Length, more: Counted) -> Option<Left> {
    // Months before the first pause are counted from the start, so that two times one is two.
    if let Length::Counted(first) = length
        && (first.unit(), more.unit()) == (Unit::Months, Unit::Months)
        && deadline.since == deadline.from
    {
        let both = first.number().saturating_add(more.number());
        let both = Counted::new(both.min(Unit::Months.max()), Unit::Months).ok()?;
        return Some(Left::whole(deadline.from, both));
    }
    match (left, Left::whole(deadline.since, more)) {
        (Left::WorkingDays(days), Left::WorkingDays(more)) => {
            Some(Left::WorkingDays(days.saturating_add(more)))
        }
        (Left::Days(days), Left::Days(more)) => Some(Left::Days(days.saturating_add(more))),
        (Left::Micros(micros), Left::Micros(more)) => {
            Some(Left::Micros(micros.saturating_add(more)))
        }
        (Left::WorkingDays(_) | Left::Days(_) | Left::Micros(_), _) => None,
    }
}

/// Deadlines whose rule the rulebook no longer has are no longer owed. They are looked for among those that run: one
/// that is paused stays so.
///
/// # Errors
/// Only if the records can't be read.
pub(crate) fn lift_without_rule<R: RecordsMut>(
    records: &mut R,
    rulebook: &Rulebook,
    at: Sequence,
) -> Result<(), R::Error> {
    let mut after: Option<DueKey> = None;
    while let Some(key) = records.due(after.as_ref())? {
        let kept = rulebook.deadlines.iter().any(|rule| rule.rule == key.rule);
        if !kept && let Some(before) = find_deadline(records, &key.on, &key.rule)? {
            let lifted = DeadlineRecord {
                status: DeadlineStatus::Lifted,
                ended: Some(at),
                ..before.clone()
            };
            replace(records, &key.on, &key.rule, Some(&before), Some(lifted));
        }
        after = Some(key);
    }
    Ok(())
}

/// Puts an extended deadline in place of the one before.
pub(crate) fn put_extended<R: RecordsMut>(
    records: &mut R,
    on: &Subject,
    rule: &Code,
    before: &DeadlineRecord,
    after: DeadlineRecord,
) {
    replace(records, on, rule, Some(before), Some(after));
}
