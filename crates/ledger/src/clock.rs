//! The writer's clock: never backwards, and never far ahead of the time that really passed.

use std::time::{Duration, SystemTime};

use cinnabar_events::Timestamp;

/// How far the system's clock may run ahead of the monotonic one between two readings. Clocks are
/// slewed by far less; a step beyond it would sign every deadline as missed.
pub(crate) const JUMP_MAX: Duration = Duration::from_secs(10);

/// The system's clock jumped ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the system clock ran {ahead:?} ahead of the time that passed; set it right and start again"
)]
pub struct ClockJump {
    /// By how much.
    pub ahead: Duration,
}

/// Reads the system's clock.
#[derive(Clone, Debug)]
pub struct Clock {
    last: Option<(Duration, Timestamp)>,
    floor: Timestamp,
    ahead_seconds: i64,
}

impl Clock {
    /// A clock that never gives a time before `floor`, the time of the last entry.
    pub fn starting_at(floor: Option<Timestamp>) -> Self {
        let epoch = Timestamp::from_micros(0).expect("1970 is within the years 0000 to 9999");
        Self {
            last: None,
            floor: floor.unwrap_or(epoch),
            ahead_seconds: 0,
        }
    }

    /// The same clock, always so many seconds ahead: for tests, which can't wait for a deadline.
    #[must_use]
    pub fn ahead_by(self, seconds: i64) -> Self {
        Self {
            ahead_seconds: seconds,
            ..self
        }
    }

    /// The time now; the same as before if the system's clock went back.
    ///
    /// # Errors
    /// [`ClockJump`] if it ran more than ten seconds ahead since the last reading.
    pub fn now(&mut self) -> Result<Timestamp, ClockJump> {
        self.reading(since_boot(), self.shifted())
    }

    /// What the clock would say now, without taking note of it.
    pub fn reading_now(&self) -> Timestamp {
        self.floor.max(self.shifted())
    }

    fn shifted(&self) -> Timestamp {
        system_time().plus_seconds(self.ahead_seconds)
    }

    fn reading(&mut self, monotonic: Duration, system: Timestamp) -> Result<Timestamp, ClockJump> {
        if let Some((then, before)) = self.last {
            let passed =
                i64::try_from(monotonic.saturating_sub(then).as_micros()).unwrap_or(i64::MAX);
            let ahead = (system.micros() - before.micros()).saturating_sub(passed);
            let ahead = Duration::from_micros(u64::try_from(ahead).unwrap_or(0));
            if ahead > JUMP_MAX {
                return Err(ClockJump { ahead });
            }
        }
        self.last = Some((monotonic, system));
        self.floor = self.floor.max(system);
        Ok(self.floor)
    }
}

/// Time since the machine was started, also while it slept: a laptop that was closed for an hour has
/// not jumped ahead.
fn since_boot() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    let part = |value: i64| u64::try_from(value).unwrap_or(0);
    Duration::from_secs(part(now.tv_sec)) + Duration::from_nanos(part(now.tv_nsec))
}

/// What the system's clock says.
pub(crate) fn system_time() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let micros = i64::try_from(since.as_micros()).unwrap_or(i64::MAX);
    Timestamp::from_micros(micros).unwrap_or_else(|| {
        Timestamp::from_micros(0).expect("1970 is within the years 0000 to 9999")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(1_800_000_000_000_000)
            .expect("in 2027")
            .plus_seconds(seconds)
    }

    #[test]
    fn the_ledgers_clock_never_runs_backwards() {
        let start = Duration::from_secs(1000);
        let mut clock = Clock::starting_at(Some(at(100)));
        assert_eq!(clock.reading(start, at(90)), Ok(at(100)));
        assert_eq!(
            clock.reading(start + Duration::from_secs(20), at(110)),
            Ok(at(110))
        );
        assert_eq!(
            clock.reading(start + Duration::from_secs(21), at(50)),
            Ok(at(110))
        );
    }

    #[test]
    fn a_jump_ahead_stops_the_writer() {
        let start = Duration::from_secs(1000);
        let mut clock = Clock::starting_at(None);
        assert_eq!(clock.reading(start, at(0)), Ok(at(0)));
        assert_eq!(
            clock.reading(start + Duration::from_secs(1), at(11)),
            Ok(at(11))
        );
        let jump = clock.reading(start + Duration::from_secs(2), at(3600));
        assert_eq!(
            jump,
            Err(ClockJump {
                ahead: Duration::from_secs(3588)
            })
        );
    }
}
