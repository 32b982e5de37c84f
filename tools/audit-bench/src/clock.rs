//! Time on the wall, and time on the processors: where cores are shared, only the second can be compared.

use std::ops::AddAssign;
use std::time::Instant;

/// Ticks of `/proc/self/stat` in a second: what Linux says to programs on every machine.
const TICKS: f64 = 100.0;

/// What something took.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spent {
    /// Seconds on the wall.
    pub(crate) wall: f64,
    /// Seconds on all processors together.
    pub(crate) cpu: f64,
}

impl AddAssign for Spent {
    fn add_assign(&mut self, other: Self) {
        self.wall += other.wall;
        self.cpu += other.cpu;
    }
}

/// A stop watch.
pub(crate) struct Clock {
    wall: Instant,
    cpu: f64,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self {
            wall: Instant::now(),
            cpu: cpu_seconds(),
        }
    }

    pub(crate) fn stop(&self) -> Spent {
        Spent {
            wall: self.wall.elapsed().as_secs_f64(),
            cpu: cpu_seconds() - self.cpu,
        }
    }
}

/// What this process has taken of all processors so far.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2);
    ticks
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        / TICKS
}
