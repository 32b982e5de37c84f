//! One incident that is another, and one that is several.

use cinnabar_events::kinds::{IncidentMerged, IncidentSplit};
use cinnabar_events::{Class, Entry};

use super::{IncidentRecord, MERGE_TARGET, Party, SPLIT_INTO, incident_in_step, step_incident};
use crate::case::{Case, Check};
use crate::deadline::{DeadlineStatus, put_extended};
use crate::governed::{Governed, change_at};
use crate::records::{DeadlineRecord, Record, RecordKey, Records, RecordsMut, RulebookRecord};

impl Governed for IncidentMerged {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        incident_in_step(case, Party::Owner)?;
        // Nothing concerns its own subject, so the target is another incident; as it is open it is not merged, so that
        // following `into` ends.
        case.concerned(Class::Incident, &self.into)?;
        let target: IncidentRecord = case.known(&self.into)?;
        if target.status.is_open() {
            Ok(())
        } else {
            Err(MERGE_TARGET.found(target.status.as_str()).into())
        }
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        lift_deadlines(records, entry)?;
        step_incident(records, entry, |incident| {
            incident.into = Some(self.into.clone());
        })
    }
}

/// What was owed on the incident is owed on the other one from here on. A rule of the rulebook can't say that: what
/// lifts a deadline lifts it on the concerned incident too.
fn lift_deadlines<R: RecordsMut>(records: &mut R, entry: &Entry) -> Result<(), R::Error> {
    use DeadlineStatus::{Lifted, Paused, Running};
    let Some(Record::Rulebook(RulebookRecord { rulebook, .. })) =
        records.record(&RecordKey::Rulebook)?
    else {
        return Ok(());
    };
    let subject = &entry.statement().subject;
    for rule in rulebook.deadlines.iter() {
        let key = RecordKey::Deadline(subject.clone(), rule.rule.clone());
        let Some(Record::Deadline(before)) = records.record(&key)? else {
            continue;
        };
        if matches!(before.status, Running | Paused) {
            let after = DeadlineRecord {
                status: Lifted,
                ended: Some(entry.seq()),
                ..before.clone()
            };
            put_extended(records, subject, &rule.rule, &before, after);
        }
    }
    Ok(())
}

impl Governed for IncidentSplit {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        incident_in_step(case, Party::Owner)?;
        if self.into.is_empty() {
            return Err(SPLIT_INTO.into());
        }
        for child in self.into.iter() {
            case.concerned(Class::Incident, child)?;
            let record: IncidentRecord = case.known(child)?;
            if !record.status.is_open() || record.parent.is_some() {
                return Err(SPLIT_INTO.found(child.as_str()).into());
            }
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let parent = entry.statement().subject.id();
        for child in self.into.iter() {
            change_at(records, child, |incident: &mut IncidentRecord| {
                incident.parent = Some(parent.clone());
            })?;
        }
        step_incident(records, entry, |_| ())
    }
}
