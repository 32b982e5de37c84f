//! Offers of computing power: made, resized, closed.

use cinnabar_events::kinds::{ComputeEnded, ComputeOffered, ComputeResized, ComputeWindow};
use cinnabar_events::{Class, Entry};

use super::clauses::{
    BELOW_GRANTED, EMPTY_WINDOW, OFFER_OVER, PUE, RESIZE_TIME, STEPS, STILL_GRANTED,
};
use super::timeline::{CapacityStep, Timeline};
use super::{ComputeRecord, ComputeStatus};
use crate::case::{Case, Check, Stop};
use crate::governed::{Governed, change, put};
use crate::life_cycle::LifeCycle as _;
use crate::records::{Records, RecordsMut};
use crate::rejection::Rejection;

/// Most open allocations of one offer, so that its record stays below some 20 KB.
pub(super) const ALLOCATIONS_MAX: u32 = 128;
/// Most requests on the wait-list of one offer, so that its record stays below some 40 KB.
pub(super) const WAITING_MAX: u32 = 256;
/// Most changes of an offer's size that are announced ahead: one a quarter for a year.
const STEPS_MAX: usize = 4;
/// One, in millionths.
const ONE: u64 = 1_000_000;

/// Refuses a window that ends before it begins, or as soon.
pub(super) fn not_empty(window: &ComputeWindow) -> Result<(), Rejection> {
    if window.from < window.until {
        Ok(())
    } else {
        Err(EMPTY_WINDOW.into())
    }
}

/// `a` lies within `b`.
pub(super) fn inside(a: &ComputeWindow, b: &ComputeWindow) -> bool {
    b.from <= a.from && a.until <= b.until
}

impl Governed for ComputeOffered {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        case.new_subject::<ComputeRecord>()?;
        case.concerned(Class::Organisation, &self.provider)?;
        case.owner_speaks(&self.provider)?;
        case.vocabulary("accelerator", std::slice::from_ref(&self.accelerator))?;
        case.vocabulary("compute_eligibility", self.eligibility.as_slice())?;
        not_empty(&self.period)?;
        if self.period.until <= case.now && !case.migrated() {
            return Err(OFFER_OVER.found(self.period.until.to_string()).into());
        }
        match &self.pue {
            Some(pue) if pue.millionths() < ONE => Err(PUE.found(pue.to_string()).into()),
            Some(_) | None => Ok(()),
        }
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let first = CapacityStep {
            from: self.period.from,
            units: self.units.get(),
        };
        let allocations = self
            .allocations_max
            .map_or(ALLOCATIONS_MAX, |most| most.get());
        let offer = ComputeRecord {
            provider: self.provider.clone(),
            status: ComputeStatus::Offered,
            period: self.period,
            timeline: Timeline {
                steps: vec![first],
                grants: Vec::new(),
            },
            eligibility: self.eligibility.as_slice().to_vec(),
            waiting: Vec::new(),
            allocations_max: allocations.min(ALLOCATIONS_MAX),
            waiting_max: self.waiting_max.unwrap_or(WAITING_MAX).min(WAITING_MAX),
        };
        put(records, entry, offer);
        Ok(())
    }
}

/// The subject offer, if its provider may say this of it as it stands.
fn offer_in_step<R: Records>(case: &Case<'_, R>) -> Check<R, ComputeRecord> {
    let offer: ComputeRecord = case.own()?;
    case.owner_speaks(&offer.provider)?;
    case.step(offer.status)?;
    Ok(offer)
}

impl Governed for ComputeResized {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let offer = offer_in_step(case)?;
        let in_period = offer.period.from <= self.from && self.from < offer.period.until;
        if !in_period || (self.from < case.now && !case.migrated()) {
            return Err(RESIZE_TIME.found(self.from.to_string()).into());
        }
        if offer.timeline.announced(case.now, self.from) >= STEPS_MAX {
            return Err(STEPS.into());
        }
        let after = offer.timeline.resized(size(self), case.now);
        let rest = ComputeWindow {
            from: self.from.max(case.now),
            until: offer.period.until,
        };
        match after.overrun(&rest, 0) {
            None => Ok(()),
            Some(then) => {
                let found = format!("{} of {} at {}", then.granted, then.capacity, then.at);
                Err(BELOW_GRANTED.found(found).into())
            }
        }
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        change(records, entry, |offer: &mut ComputeRecord| {
            offer.timeline = offer.timeline.resized(size(self), entry.time());
        })
    }
}

fn size(resized: &ComputeResized) -> CapacityStep {
    CapacityStep {
        from: resized.from,
        units: resized.units,
    }
}

impl Governed for ComputeEnded {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let offer = offer_in_step(case)?;
        match offer.timeline.grants.as_slice() {
            [] => Ok(()),
            [first, rest @ ..] => {
                let found = format!("allocation/{} and {} others", first.allocation, rest.len());
                Err(Stop::from(STILL_GRANTED.found(found)))
            }
        }
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        change(records, entry, |offer: &mut ComputeRecord| {
            let kind = entry.statement().kind();
            offer.status = offer.status.after(kind).unwrap_or(offer.status);
        })
    }
}
