//! Computing power asked for, waited for, granted, used, given back.

use cinnabar_events::kinds::{
    AllocationEnded, AllocationGranted, AllocationOutcome, AllocationRefused, AllocationRequested,
    AllocationStarted, AllocationWaitlisted, ComputeWindow,
};
use cinnabar_events::{Class, Entry, Id, Timestamp};

use super::clauses::{
    ALLOCATIONS_FULL, END_TIME, MORE_THAN_ASKED, NOT_ELIGIBLE, NOT_OFFERED, OUT_OF_TURN, OUTCOME,
    OUTSIDE_PERIOD, OVER_COMMITTED, POSITION, REVOKED_BY, SETTLE_DAY, START_TIME, UNIT_HOURS, USED,
    WAITING_FULL, WINDOW_PAST,
};
use super::offers::{ALLOCATIONS_MAX, WAITING_MAX, inside, not_empty};
use super::timeline::OpenGrant;
use super::{AllocationRecord, AllocationStatus, ComputeRecord, ComputeStatus, Share};
use crate::case::{Case, Check, Stop, find};
use crate::deadline::clock;
use crate::governed::{Governed, change, change_at, put};
use crate::life_cycle::LifeCycle as _;
use crate::records::{Records, RecordsMut};
use crate::rejection::Rejection;

/// Microseconds of an hour.
const HOUR_MICROS: u128 = 3_600_000_000;

impl Share {
    /// At least an hour, and no more than `units × (until − from)`, a begun hour counted as a whole one.
    fn sensible(&self) -> Result<(), Rejection> {
        not_empty(&self.window)?;
        let micros = self
            .window
            .until
            .micros()
            .abs_diff(self.window.from.micros());
        let hours = u128::from(micros).div_ceil(HOUR_MICROS);
        let most = hours * u128::from(self.units);
        if (1..=most).contains(&u128::from(self.unit_hours)) {
            Ok(())
        } else {
            Err(UNIT_HOURS.found(format!("{} of {most}", self.unit_hours)))
        }
    }
}

/// The subject allocation and its offer, which must stand among `concerns`, if this can be said as the allocation stands.
fn in_step<R: Records>(case: &Case<'_, R>) -> Check<R, (AllocationRecord, ComputeRecord)> {
    let allocation: AllocationRecord = case.own()?;
    case.step(allocation.status)?;
    case.concerned(Class::Compute, &allocation.compute)?;
    let offer = case.known(&allocation.compute)?;
    Ok((allocation, offer))
}

fn stands(offer: &ComputeRecord) -> Result<(), Rejection> {
    match offer.status {
        ComputeStatus::Offered => Ok(()),
        ComputeStatus::Ended => Err(NOT_OFFERED.into()),
    }
}

fn within_period(window: &ComputeWindow, offer: &ComputeRecord) -> Result<(), Rejection> {
    if inside(window, &offer.period) {
        return Ok(());
    }
    let period = format!("{} to {}", offer.period.from, offer.period.until);
    Err(OUTSIDE_PERIOD.found(period))
}

/// Moves the subject allocation on, changes it and its offer.
fn step<R: RecordsMut>(
    records: &mut R,
    entry: &Entry,
    how: impl FnOnce(&mut AllocationRecord),
    offer: impl FnOnce(&mut ComputeRecord, &Id),
) -> Result<(), R::Error> {
    let id = entry.statement().subject.id();
    change(records, entry, |allocation: &mut AllocationRecord| {
        let kind = entry.statement().kind();
        allocation.status = allocation.status.after(kind).unwrap_or(allocation.status);
        how(allocation);
    })?;
    match find::<AllocationRecord, R>(records, id)? {
        Some(allocation) => change_at(records, &allocation.compute, |record| offer(record, id)),
        None => Ok(()),
    }
}

impl Governed for AllocationRequested {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        case.new_subject::<AllocationRecord>()?;
        case.concerned(Class::Organisation, &self.organisation)?;
        case.owner_speaks(&self.organisation)?;
        case.concerned(Class::Compute, &self.compute)?;
        if let Some(product) = &self.product {
            case.concerned(Class::Product, product)?;
        }
        case.vocabulary("compute_purpose", std::slice::from_ref(&self.purpose))?;
        let kind = self.applicant_kind.as_slice();
        case.vocabulary("compute_eligibility", kind)?;
        asked(self).sensible()?;
        let offer: ComputeRecord = case.known(&self.compute)?;
        if case.migrated() {
            return Ok(());
        }
        stands(&offer)?;
        within_period(&self.window, &offer)?;
        let fits = |kind| offer.eligibility.contains(kind);
        if !offer.eligibility.is_empty() && !kind.iter().any(fits) {
            let found: Vec<&str> = offer.eligibility.iter().map(|kind| kind.as_str()).collect();
            return Err(NOT_ELIGIBLE.found(found.join(", ")).into());
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let allocation = AllocationRecord {
            compute: self.compute.clone(),
            organisation: self.organisation.clone(),
            status: AllocationStatus::Requested,
            asked: asked(self),
            granted: None,
            started: None,
        };
        put(records, entry, allocation);
        Ok(())
    }
}

fn asked(request: &AllocationRequested) -> Share {
    Share {
        units: request.units.get(),
        unit_hours: request.unit_hours,
        window: request.window,
    }
}

impl Governed for AllocationWaitlisted {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let (_, offer) = in_step(case)?;
        stands(&offer)?;
        let waiting = u32::try_from(offer.waiting.len()).unwrap_or(u32::MAX);
        if waiting >= offer.waiting_max {
            return Err(WAITING_FULL.found(waiting.to_string()).into());
        }
        let next = waiting.saturating_add(1);
        if self.position.get() != next && !case.migrated() {
            return Err(POSITION.found(format!("the next place is {next}")).into());
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step(
            records,
            entry,
            |_| {},
            |offer, id| {
                if offer.waiting.len() < WAITING_MAX as usize && !offer.waiting.contains(id) {
                    offer.waiting.push(id.clone());
                }
            },
        )
    }
}

fn given(grant: &AllocationGranted) -> Share {
    Share {
        units: grant.units.get(),
        unit_hours: grant.unit_hours,
        window: grant.window,
    }
}

impl Governed for AllocationGranted {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let (allocation, offer) = in_step(case)?;
        let share = given(self);
        share.sensible()?;
        if !case.migrated() {
            stands(&offer)?;
            if self.window.from < case.now {
                return Err(WINDOW_PAST.found(self.window.from.to_string()).into());
            }
            let asked = &allocation.asked;
            if share.units > asked.units || share.unit_hours > asked.unit_hours {
                let found = format!("{} units and {} hours", asked.units, asked.unit_hours);
                return Err(MORE_THAN_ASKED.found(found).into());
            }
            in_turn(self, case.id(), &offer)?;
        }
        within_period(&self.window, &offer)?;
        if self
            .settle_by
            .is_some_and(|day| clock::end_of(day) < self.window.until)
        {
            return Err(SETTLE_DAY.into());
        }
        free(&share, &offer, case.now).map_err(Stop::from)
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let share = given(self);
        step(
            records,
            entry,
            |allocation| allocation.granted = Some(share),
            |offer, id| {
                offer.waiting.retain(|one| one != id);
                if offer.timeline.grants.len() < ALLOCATIONS_MAX as usize {
                    let grant = OpenGrant {
                        allocation: id.clone(),
                        units: share.units,
                        window: share.window,
                    };
                    offer.timeline.put(id, Some(grant));
                }
            },
        )
    }
}

/// Whoever is first on the list goes first; or there are reasons.
fn in_turn(grant: &AllocationGranted, id: &Id, offer: &ComputeRecord) -> Result<(), Rejection> {
    match offer.waiting.first() {
        Some(first) if first != id && grant.reasons.is_none() => {
            Err(OUT_OF_TURN.found(format!("allocation/{first} is the first")))
        }
        Some(_) | None => Ok(()),
    }
}

/// At every moment of the window, `granted + units ≤ capacity`; what lies before `now` is not judged again.
fn free(share: &Share, offer: &ComputeRecord, now: Timestamp) -> Result<(), Rejection> {
    if offer.timeline.grants.len() >= offer.allocations_max as usize {
        return Err(ALLOCATIONS_FULL.found(offer.allocations_max.to_string()));
    }
    let ahead = ComputeWindow {
        from: share.window.from.max(now),
        until: share.window.until,
    };
    match offer.timeline.overrun(&ahead, share.units) {
        None => Ok(()),
        Some(then) => {
            let free = u64::from(then.capacity).saturating_sub(then.granted);
            let found = format!("{free} of {} are at {}", then.capacity, then.at);
            Err(OVER_COMMITTED.found(found))
        }
    }
}

impl Governed for AllocationRefused {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        in_step(case)?;
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let leave = |offer: &mut ComputeRecord, id: &Id| offer.waiting.retain(|one| one != id);
        step(records, entry, |_| {}, leave)
    }
}

impl Governed for AllocationStarted {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let (allocation, offer) = in_step(case)?;
        case.owner_speaks(&offer.provider)?;
        let fits = allocation.granted.is_some_and(|Share { window, .. }| {
            window.from <= self.at && self.at < window.until && self.at <= case.now
        });
        if fits {
            Ok(())
        } else {
            Err(START_TIME.found(self.at.to_string()).into())
        }
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step(
            records,
            entry,
            |allocation| allocation.started = Some(self.at),
            |_, _| {},
        )
    }
}

impl Governed for AllocationEnded {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let (allocation, offer) = in_step(case)?;
        // The applicant withdraws; the rest is for the provider or the applicant to say, or for the institution.
        let applicant = case.owner_speaks(&allocation.organisation);
        match self.outcome {
            AllocationOutcome::Withdrawn => applicant?,
            AllocationOutcome::Revoked if case.by_an_organisation() => {
                return Err(REVOKED_BY.into());
            }
            AllocationOutcome::Completed
            | AllocationOutcome::Expired
            | AllocationOutcome::Released
            | AllocationOutcome::Revoked => {
                applicant.or_else(|_| case.owner_speaks(&offer.provider))?;
            }
        }
        if !ends_like(self.outcome, &allocation, case.now) {
            let status = allocation.status.as_str();
            return Err(OUTCOME
                .found(format!("{} while {status}", self.outcome))
                .into());
        }
        if self.at > case.now || allocation.started.is_some_and(|started| self.at < started) {
            return Err(END_TIME.found(self.at.to_string()).into());
        }
        if accounted(self, &allocation) {
            Ok(())
        } else {
            let hours = allocation.granted.map_or(0, |share| share.unit_hours);
            Err(USED.found(format!("{hours} were granted")).into())
        }
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step(
            records,
            entry,
            |_| {},
            |offer, id| {
                offer.waiting.retain(|one| one != id);
                offer.timeline.put(id, None);
            },
        )
    }
}

/// Whether an allocation can end like that as it stands at `now`.
fn ends_like(outcome: AllocationOutcome, allocation: &AllocationRecord, now: Timestamp) -> bool {
    use AllocationOutcome::{Completed, Expired, Released, Revoked, Withdrawn};
    use AllocationStatus as Status;
    let over = allocation
        .granted
        .is_some_and(|share| share.window.until <= now);
    match allocation.status {
        Status::Requested | Status::Waitlisted => outcome == Withdrawn,
        Status::Granted | Status::Running => match outcome {
            Withdrawn => false,
            Completed => allocation.status == Status::Running,
            Expired => over,
            Released | Revoked => true,
        },
        Status::Refused | Status::Ended => false,
    }
}

/// The hours used are given for what was started, and for nothing else; they are at most those granted.
fn accounted(ended: &AllocationEnded, allocation: &AllocationRecord) -> bool {
    match (
        allocation.started,
        allocation.granted,
        ended.used_unit_hours,
    ) {
        (Some(_), Some(granted), Some(used)) => used <= granted.unit_hours,
        (Some(_), _, _) => false,
        (None, _, used) => used.is_none_or(|used| used == 0),
    }
}
