//! Time on the wall, and time that this thread had on a core: on a busy machine only the second is worth comparing.

use std::time::Instant;

/// When something began.
pub(crate) struct Clock {
    wall: Instant,
    cpu: f64,
}

/// How long it took, in seconds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Took {
    pub(crate) wall: f64,
    /// Of the thread that started and stopped the clock; 0 where the system doesn't tell.
    pub(crate) cpu: f64,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self {
            wall: Instant::now(),
            cpu: on_core(),
        }
    }

    pub(crate) fn stop(&self) -> Took {
        Took {
            wall: self.wall.elapsed().as_secs_f64(),
            cpu: on_core() - self.cpu,
        }
    }
}

/// Seconds that this thread was on a core since it began: the first number of `schedstat`, in nanoseconds (Linux, sched-stats).
fn on_core() -> f64 {
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|text| text.split(' ').next()?.parse::<f64>().ok())
        .unwrap_or(0.0)
        / 1e9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_takes_time_on_a_core_and_no_more_than_on_the_wall() {
        let clock = Clock::start();
        let sum: u64 = (0..20_000_000).fold(0, |sum, n| std::hint::black_box(sum ^ n));
        let took = clock.stop();
        assert!(sum > 0 || took.wall > 0.0);
        assert!(took.cpu <= took.wall + 0.01, "{took:?}");
    }
}
