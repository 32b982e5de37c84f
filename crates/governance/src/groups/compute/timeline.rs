//! Capacity and grants of one offer over time.
//!
//! Both are constant between borders: capacity changes at its steps, what is granted at both ends of each window. So
//! what holds at every border holds at every moment.

use cinnabar_events::kinds::ComputeWindow;
use cinnabar_events::{Id, Timestamp};
use serde::{Deserialize, Serialize};

/// So many units from a moment on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CapacityStep {
    /// From when on.
    pub from: Timestamp,
    /// How many units there are.
    pub units: u32,
}

/// An allocation that was granted and has not ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenGrant {
    /// Which.
    pub allocation: Id,
    /// How many units.
    pub units: u32,
    /// From when to when.
    pub window: ComputeWindow,
}

/// A moment at which more would be granted than there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Overrun {
    /// When.
    pub at: Timestamp,
    /// Units that there are then.
    pub capacity: u32,
    /// Units that are granted then.
    pub granted: u64,
}

/// Capacity and grants of one offer over time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeline {
    /// The capacity in force and the changes announced, by time; never two at the same moment.
    pub steps: Vec<CapacityStep>,
    /// What is granted, in the order of the grants.
    pub grants: Vec<OpenGrant>,
}

/// Whether `at` lies in `window`: `from ≤ at < until`.
fn within(window: &ComputeWindow, at: Timestamp) -> bool {
    window.from <= at && at < window.until
}

impl Timeline {
    /// Units that there are at `at`: those of the last step that is not later. Before the first step, its own: what was
    /// in force earlier is forgotten, and nothing is granted into the past.
    pub fn capacity(&self, at: Timestamp) -> u32 {
        let last = self.steps.iter().rev().find(|step| step.from <= at);
        last.or(self.steps.first()).map_or(0, |step| step.units)
    }

    /// Units that are granted at `at`: the sum over the windows in which it lies.
    pub fn granted(&self, at: Timestamp) -> u64 {
        let open = self.grants.iter().filter(|one| within(&one.window, at));
        open.map(|one| u64::from(one.units)).sum()
    }

    /// The first moment of `window` at which `more` units beside those granted would be more than there are.
    ///
    /// Capacity only falls at a step, and more is granted only where a window begins: it is enough to look there, and at
    /// the beginning of `window`.
    pub(super) fn overrun(&self, window: &ComputeWindow, more: u32) -> Option<Overrun> {
        let starts = self.grants.iter().map(|grant| grant.window.from);
        let steps = self.steps.iter().map(|step| step.from);
        starts
            .chain(steps)
            .chain([window.from])
            .filter(|at| within(window, *at))
            .map(|at| Overrun {
                at,
                capacity: self.capacity(at),
                granted: self.granted(at),
            })
            .filter(|then| then.granted + u64::from(more) > u64::from(then.capacity))
            .min_by_key(|then| then.at)
    }

    /// The same with `step` in place of what was announced for its time and later; what lies before `now` is forgotten.
    #[must_use]
    pub(super) fn resized(&self, step: CapacityStep, now: Timestamp) -> Self {
        let earlier = self.steps.iter().filter(|one| one.from < step.from);
        let mut steps: Vec<CapacityStep> = earlier.copied().chain([step]).collect();
        let in_force = steps.iter().rposition(|one| one.from <= now).unwrap_or(0);
        steps.drain(..in_force);
        Self {
            steps,
            grants: self.grants.clone(),
        }
    }

    /// Changes of the capacity that are announced for a time after `now` and before `before`.
    pub(super) fn announced(&self, now: Timestamp, before: Timestamp) -> usize {
        let ahead = |step: &&CapacityStep| now < step.from && step.from < before;
        self.steps.iter().filter(ahead).count()
    }

    /// Takes back what was granted to `allocation`, and grants it `grant` if given.
    pub(super) fn put(&mut self, allocation: &Id, grant: Option<OpenGrant>) {
        self.grants.retain(|one| one.allocation != *allocation);
        self.grants.extend(grant);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_micros(hour * 3_600_000_000).unwrap()
    }

    fn window(from: i64, until: i64) -> ComputeWindow {
        ComputeWindow {
            from: at(from),
            until: at(until),
        }
    }

    fn step(from: i64, units: u32) -> CapacityStep {
        CapacityStep {
            from: at(from),
            units,
        }
    }

    /// 8 units, 4 from hour 10 on; 3 granted from 2 to 6, 4 from 5 to 12.
    fn timeline() -> Timeline {
        let grant = |allocation: &str, units, window| OpenGrant {
            allocation: allocation.parse().unwrap(),
            units,
            window,
        };
        Timeline {
            steps: vec![step(0, 8), step(10, 4)],
            grants: vec![grant("a", 3, window(2, 6)), grant("b", 4, window(5, 12))],
        }
    }

    #[test]
    fn capacity_and_grants_change_at_their_borders() {
        for (hour, capacity, granted) in [
            (-1, 8, 0),
            (0, 8, 0),
            (2, 8, 3),
            (4, 8, 3),
            (5, 8, 7),
            (6, 8, 4),
            (9, 8, 4),
            (10, 4, 4),
            (12, 4, 0),
        ] {
            let found = (timeline().capacity(at(hour)), timeline().granted(at(hour)));
            assert_eq!(found, (capacity, granted), "hour {hour}");
        }
    }

    #[test]
    fn the_first_moment_at_which_too_much_would_be_granted() {
        for (span, more, first) in [
            (window(0, 24), 1, Some(10)),
            (window(0, 10), 1, None),
            (window(0, 10), 2, Some(5)),
            (window(5, 6), 2, Some(5)),
            (window(6, 10), 4, None),
            (window(6, 11), 4, Some(10)),
            (window(6, 10), 5, Some(6)),
            (window(12, 24), 4, None),
            (window(12, 24), 5, Some(12)),
            (window(0, 2), 8, None),
            (window(0, 24), 0, None),
        ] {
            let found = timeline().overrun(&span, more).map(|then| then.at);
            assert_eq!(found, first.map(at), "{more} more in {span:?}");
        }
    }

    #[test]
    fn a_new_size_replaces_what_was_announced_for_later_and_the_past_is_forgotten() {
        let resized = timeline().resized(step(6, 5), at(3));
        assert_eq!(resized.steps, [step(0, 8), step(6, 5)]);
        let resized = timeline().resized(step(20, 5), at(11));
        assert_eq!(resized.steps, [step(10, 4), step(20, 5)]);
        let resized = timeline().resized(step(0, 5), at(0));
        assert_eq!(resized.steps, [step(0, 5)]);
        assert_eq!(timeline().announced(at(0), at(11)), 1);
        assert_eq!(timeline().announced(at(0), at(10)), 0);
        assert_eq!(timeline().announced(at(10), at(24)), 0);
    }
}
