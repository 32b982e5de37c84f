//! What holds the writer up: a disk without room, and a disk or a server that doesn't finish.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

/// Since when the block is being committed that is: a slow disk shows here, before anything fails.
#[derive(Clone, Debug, Default)]
pub struct Pending(Arc<AtomicU64>);

/// What times are counted from.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

impl Pending {
    /// A commit begins; it ends when what is returned is dropped.
    pub(crate) fn begin(&self) -> Underway {
        let micros = START.elapsed().as_micros();
        // 0 stands for none.
        let since = u64::try_from(micros).unwrap_or(u64::MAX).max(1);
        self.0.store(since, Ordering::Relaxed);
        Underway(self.clone())
    }

    /// How long the block that is being committed has been; none if there is none.
    pub fn age(&self) -> Option<Duration> {
        let since = match self.0.load(Ordering::Relaxed) {
            0 => return None,
            since => Duration::from_micros(since),
        };
        Some(START.elapsed().saturating_sub(since))
    }
}

/// A commit that has begun.
#[derive(Debug)]
pub(crate) struct Underway(Pending);

impl Drop for Underway {
    fn drop(&mut self) {
        self.0.0.store(0, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_has_an_age_until_it_ends() {
        let pending = Pending::default();
        assert_eq!(pending.age(), None);
        let underway = pending.begin();
        assert!(pending.age().is_some());
        drop(underway);
        assert_eq!(pending.age(), None);
    }
}
