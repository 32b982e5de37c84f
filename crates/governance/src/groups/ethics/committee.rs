//! Who sits in a committee, and what it publishes.

use cinnabar_events::kinds::{CommitteeConstituted, GuidancePublished, Seat, SeatClass};
use cinnabar_events::{Class, Entry};

use super::clauses::{NO_REASONS, SEAT_CLASS_MISSING, SEAT_TWICE, TERM, TOO_SMALL};
use super::{CommitteeRecord, CommitteeStatus, SeatRecord, by_the_chair};
use crate::case::{Case, Check};
use crate::deadline::clock::{end_of, local_date};
use crate::governed::{Governed, put};
use crate::groups::trust::ActorRecord;
use crate::records::{Records, RecordsMut};

/// Fewest members, where the rulebook sets no number.
const MEMBERS_MIN: u32 = 7;
/// Longest term in months, where the rulebook sets no number.
const TERM_MONTHS: u32 = 60;

impl Governed for CommitteeConstituted {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        if let Some(organisation) = &self.organisation {
            case.concerned(Class::Organisation, organisation)?;
        }
        if let Some(committee) = case.find::<CommitteeRecord>(case.id())? {
            case.step(committee.status)?;
            if self.reasons.is_none() && !case.migrated() {
                return Err(NO_REASONS.into());
            }
        }
        case.known::<ActorRecord>(&self.chair)?;
        for (at, seat) in self.seats.iter().enumerate() {
            case.known::<ActorRecord>(&seat.actor)?;
            let mut before = self.seats.as_slice()[..at].iter();
            if before.any(|other| other.actor == seat.actor) {
                return Err(SEAT_TWICE.found(seat.actor.as_str()).into());
            }
        }
        if case.migrated() {
            return Ok(());
        }
        composition(case, self.seats.as_slice())?;
        terms(case, self.seats.as_slice())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let seats = self.seats.iter().map(|seat| SeatRecord {
            actor: seat.actor.clone(),
            class: seat.class,
            until: seat.until,
        });
        let committee = CommitteeRecord {
            status: CommitteeStatus::Constituted,
            organisation: self.organisation.clone(),
            chair: self.chair.clone(),
            seats: seats.collect(),
        };
        put(records, entry, committee);
        Ok(())
    }
}

fn composition<R: Records>(case: &Case<'_, R>, seats: &[Seat]) -> Check<R> {
    let least = case.setting("committee_members_min", MEMBERS_MIN);
    if seats.len() < least as usize {
        let found = format!("{} seats, at least {least} are needed", seats.len());
        return Err(TOO_SMALL.found(found).into());
    }
    let empty = |class: &&SeatClass| !seats.iter().any(|seat| seat.class == **class);
    match SeatClass::ALL.iter().find(empty) {
        Some(class) => Err(SEAT_CLASS_MISSING.found(class.as_str()).into()),
        None => Ok(()),
    }
}

fn terms<R: Records>(case: &Case<'_, R>, seats: &[Seat]) -> Check<R> {
    let months = case.setting("committee_term_months", TERM_MONTHS);
    let today = local_date(case.now);
    let last = today.plus_months(u16::try_from(months).unwrap_or(u16::MAX));
    let wrong = |seat: &&Seat| end_of(seat.until) <= case.now || seat.until > last;
    match seats.iter().find(wrong) {
        Some(seat) => {
            let found = format!(
                "{} until {}, from {today} to {last}",
                seat.actor, seat.until
            );
            Err(TERM.found(found).into())
        }
        None => Ok(()),
    }
}

impl Governed for GuidancePublished {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let committee: CommitteeRecord = case.own()?;
        case.step(committee.status)?;
        by_the_chair(case, &committee)
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}
