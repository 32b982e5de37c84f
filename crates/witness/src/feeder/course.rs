//! When a witness is asked: pure bookkeeping over a monotonic clock.

use std::time::Duration;

use cinnabar_tlog::{Checkpoint, Size};

/// A witness is never asked about a new checkpoint more often. Also how soon a new one is noticed.
pub const ROUND_EVERY: Duration = Duration::from_secs(1);
/// A checkpoint that stays the newest is cosigned again after this, so that its age shows that the log lives.
pub const REPUBLISH_AFTER: Duration = Duration::from_secs(600);
/// How long a witness is left alone after a failure.
pub const FIRST_BACK_OFF: Duration = Duration::from_secs(2);
/// How long at the most, however often it failed.
pub const MAX_BACK_OFF: Duration = Duration::from_secs(300);

/// What is remembered of one witness.
#[derive(Debug, Default)]
pub(crate) struct Course {
    /// The size that it said to have cosigned last; none as long as it said nothing.
    pub(crate) known: Option<Size>,
    /// What it cosigned last for us, and when.
    pub(crate) cosigned: Option<(Checkpoint, Duration)>,
    pub(crate) failures: u32,
    /// A split view: not asked any more.
    pub(crate) silenced: bool,
    began: Option<Duration>,
    not_before: Duration,
}

impl Course {
    /// Whether to ask about `newest` now.
    pub(crate) fn due(&self, now: Duration, newest: &Checkpoint) -> bool {
        if self.silenced || now < self.not_before {
            return false;
        }
        if self.began.is_some_and(|began| now < began + ROUND_EVERY) {
            return false;
        }
        match &self.cosigned {
            Some((cosigned, at)) if cosigned == newest => now >= *at + REPUBLISH_AFTER,
            Some(_) | None => true,
        }
    }

    pub(crate) const fn begins(&mut self, now: Duration) {
        self.began = Some(now);
    }

    pub(crate) fn succeeded(&mut self, now: Duration, checkpoint: Checkpoint) {
        self.known = Some(checkpoint.size);
        self.cosigned = Some((checkpoint, now));
        self.failures = 0;
        self.not_before = Duration::ZERO;
    }

    /// Leaves the witness alone for a random time between half and all of what [`back_off`] says, so that many logs do not
    /// come back together; and for as long as it asks, within [`MAX_BACK_OFF`].
    pub(crate) fn failed(&mut self, now: Duration, jitter: u32, retry_after: Option<Duration>) {
        self.failures = self.failures.saturating_add(1);
        let whole = back_off(self.failures);
        let half = whole / 2;
        let more = half.mul_f64(f64::from(jitter) / f64::from(u32::MAX));
        let asked = retry_after.unwrap_or_default().min(MAX_BACK_OFF);
        self.not_before = now + (half + more).max(asked);
    }
}

/// `min(FIRST · 2^(failures − 1), MAX)`.
pub(crate) fn back_off(failures: u32) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    (FIRST_BACK_OFF * (1 << doublings)).min(MAX_BACK_OFF)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use cinnabar_tlog::{EMPTY_ROOT, Origin, leaf_hash};

    fn checkpoint(size: u64) -> Checkpoint {
        Checkpoint {
            origin: Origin::new("log").unwrap(),
            size: Size::new(size),
            root: EMPTY_ROOT,
        }
    }

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn one_round_a_second_and_no_more() {
        let mut course = Course::default();
        assert!(course.due(seconds(0), &checkpoint(1)));
        course.begins(seconds(0));
        course.succeeded(seconds(0), checkpoint(1));
        assert!(!course.due(Duration::from_millis(999), &checkpoint(2)));
        assert!(course.due(seconds(1), &checkpoint(2)));
    }

    #[test]
    fn the_same_checkpoint_is_shown_again_after_ten_minutes() {
        let mut course = Course::default();
        course.begins(seconds(0));
        course.succeeded(seconds(0), checkpoint(1));
        assert!(!course.due(seconds(599), &checkpoint(1)));
        assert!(course.due(seconds(600), &checkpoint(1)));
        // Not the same: another root.
        let root = leaf_hash(b"");
        let other = Checkpoint {
            root,
            ..checkpoint(1)
        };
        assert!(course.due(seconds(1), &other));
    }

    #[test]
    fn back_off_doubles_to_a_bound_with_jitter_from_half_to_all() {
        let waits: Vec<u64> = (1..=10).map(|n| back_off(n).as_secs()).collect();
        assert_eq!(waits, [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
        assert_eq!(back_off(u32::MAX), MAX_BACK_OFF);
        for (jitter, wait) in [(0, 1), (u32::MAX, 2)] {
            let mut course = Course::default();
            course.failed(seconds(10), jitter, None);
            assert!(!course.due(
                seconds(10 + wait) - Duration::from_millis(1),
                &checkpoint(1)
            ));
            assert!(course.due(seconds(10 + wait), &checkpoint(1)));
        }
        let mut course = Course {
            failures: u32::MAX,
            ..Course::default()
        };
        course.failed(seconds(0), u32::MAX, None);
        assert!(course.due(MAX_BACK_OFF, &checkpoint(1)));
    }

    #[test]
    fn a_witness_may_ask_for_more_time_within_the_bound() {
        let mut course = Course::default();
        course.failed(seconds(0), 0, Some(seconds(30)));
        assert!(!course.due(seconds(29), &checkpoint(1)));
        assert!(course.due(seconds(30), &checkpoint(1)));
        course.failed(seconds(0), 0, Some(seconds(1_000_000)));
        assert!(course.due(MAX_BACK_OFF, &checkpoint(1)));
    }

    #[test]
    fn success_ends_the_back_off() {
        let mut course = Course::default();
        course.failed(seconds(0), 0, Some(seconds(100)));
        course.succeeded(seconds(100), checkpoint(1));
        assert_eq!(course.failures, 0);
        assert!(course.due(seconds(101), &checkpoint(2)));
    }
}
