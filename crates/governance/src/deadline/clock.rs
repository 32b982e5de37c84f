//! When a deadline ends, and what a pause leaves of it.
//!
//! In scope: arithmetic of days, working days, hours and months over the rulebook's calendars. Out of scope: which
//! statement starts, pauses or meets which deadline, and how long it is (the rulebook says that).
//!
//! - **Days are those of Asia/Shanghai: UTC+8 all year.** There is one zone for all of China, and no summer time
//!   since 1991; what the clocks showed before that does not matter here.
//! - **The start day does not count**: the first day of a deadline is the day after the local day of its start event.
//! - **A deadline ends at 24:00 of its last day.** What [`due`] returns is that instant, 00:00 of the next day: the
//!   first that is too late. **Missed if and only if `now >= due`.**
//! - **Days and months whose last day is no working day** end with the next working day. A number of working days
//!   ends on a working day anyway. Hours run through and end where they end; a date given by a statement stays.
//! - **A pause takes the days out from that on which it begins to that on which it ends, both included**: the day of
//!   the pause is not used up, the day of the resumption does not count, as no start day does ([`not_counted`]).
//! - **A year without calendar** has working days from Monday to Friday. Of two calendars for a year the first counts.

use std::ops::RangeInclusive;

use cinnabar_events::calendar::{Counted, Unit, WorkingCalendar, is_weekend};
use cinnabar_events::{Date, Timestamp};
use serde::{Deserialize, Serialize};

/// Seconds by which Asia/Shanghai is ahead of UTC.
const AHEAD: i64 = 8 * 3600;
/// Seconds of a day.
const DAY: i64 = 24 * 3600;
/// Microseconds of an hour.
const HOUR_MICROS: u64 = 3600 * 1_000_000;

/// Days after which a search for working days gives up: 22 years.
///
/// Every year has at least 260 weekdays, of which a calendar can take away 128: 132 remain, and the longest length
/// of 2,620 working days lies within 20 such years, plus the parts of a year at both ends. Only the end of the year
/// 9999 is ever beyond it; there the deadline ends with the last day searched.
const SEARCH_DAYS_MAX: u16 = 22 * 366;
const _: () = {
    use cinnabar_events::calendar::{HOLIDAYS_MAX, WORKING_DAYS_MAX};
    let least = 260 - HOLIDAYS_MAX;
    assert!((WORKING_DAYS_MAX as usize).div_ceil(least) + 2 <= SEARCH_DAYS_MAX as usize / 366);
};

/// What is left of a deadline that counts units: all of it at the start, less after each pause.
///
/// A length in months becomes days at the start, because a part of a month is a number of days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Left {
    /// Working days.
    WorkingDays(u16),
    /// Calendar days.
    Days(u16),
    /// Microseconds, of a length in hours.
    Micros(u64),
}

impl Left {
    /// All of `length`, from the start event at `from` on.
    pub fn whole(from: Timestamp, length: Counted) -> Self {
        let number = length.number();
        match length.unit() {
            Unit::WorkingDays => Left::WorkingDays(number),
            Unit::Days => Left::Days(number),
            Unit::Hours => Left::Micros(u64::from(number) * HOUR_MICROS),
            Unit::Months => {
                let start = local_date(from);
                Left::Days(at_most_u16(start.days_until(start.plus_months(number))))
            }
        }
    }
}

/// The day of `at` in Asia/Shanghai.
pub fn local_date(at: Timestamp) -> Date {
    at.plus_seconds(AHEAD).date()
}

/// The first instant after `day` in Asia/Shanghai: `day` 24:00 there is `day` 16:00 UTC.
pub fn end_of(day: Date) -> Timestamp {
    day.start().plus_seconds(DAY - AHEAD)
}

/// Whether `day` is a working day by its year's calendar; from Monday to Friday if there is none.
pub fn is_working_day(day: Date, calendars: &[WorkingCalendar]) -> bool {
    calendars
        .iter()
        .find(|calendar| calendar.year() == day.year())
        .map_or(!is_weekend(day), |calendar| calendar.is_working_day(day))
}

/// The first instant that is too late for a deadline of `length` whose start event was at `from`.
pub fn due(from: Timestamp, length: Counted, calendars: &[WorkingCalendar]) -> Timestamp {
    resume(Left::whole(from, length), from, calendars)
}

/// The first instant that is too late for a deadline that ends `before` days before `date`, a date that a statement
/// gives. It never moves and is never paused.
pub fn due_by(date: Date, before: u16) -> Timestamp {
    end_of(date.plus_days(-i64::from(before)))
}

/// What a pause at `at` leaves of a deadline; `None` if it is missed already: that stays so.
///
/// `from` is the start event, or the last resumption; `left` what was left then ([`Left::whole`] at the start); `due`
/// is what was computed then. `at` before `from` leaves all.
///
/// `left` less the days (working days) after the local day of `from` and before that of `at`; at least one, for a
/// deadline that isn't missed has a day left, if only because it was moved to a working day. Hours: `due - at`.
pub fn pause(
    from: Timestamp,
    due: Timestamp,
    left: Left,
    at: Timestamp,
    calendars: &[WorkingCalendar],
) -> Option<Left> {
    if at >= due {
        return None;
    }
    let (start, today) = (local_date(from), local_date(at));
    let passed = at_most_u16(start.days_until(today) - 1);
    Some(match left {
        Left::WorkingDays(days) => {
            let used = (1..=passed.min(SEARCH_DAYS_MAX))
                .filter(|day| is_working_day(start.plus_days((*day).into()), calendars))
                .take(days.into())
                .count();
            let used = u16::try_from(used).unwrap_or(days);
            Left::WorkingDays(days.saturating_sub(used).max(1))
        }
        Left::Days(days) => Left::Days(days.saturating_sub(passed).max(1)),
        Left::Micros(micros) => {
            let rest = due.micros().abs_diff(at.micros());
            Left::Micros(rest.min(micros))
        }
    })
}

/// The first instant that is too late for a deadline of which `left` is left and that runs again from `at` on.
///
/// Resuming in the instant of the pause gives the same `due` for hours always; for days if the pause lies on the
/// start day, and for working days also if it lies on a day that isn't one. On another day that day is given back,
/// and the deadline ends one day (working day) later, or with the same next working day to which it is moved.
pub fn resume(left: Left, at: Timestamp, calendars: &[WorkingCalendar]) -> Timestamp {
    let start = local_date(at);
    match left {
        Left::WorkingDays(days) => {
            let tomorrow = start.plus_days(1);
            end_of(working_day(tomorrow, days, calendars))
        }
        Left::Days(days) => end_of(working_day(start.plus_days(days.into()), 1, calendars)),
        Left::Micros(micros) => {
            let end = at.micros().saturating_add_unsigned(micros);
            Timestamp::from_micros(end).unwrap_or(start.plus_days(i64::MAX).end())
        }
    }
}

/// The days that a pause takes out of a deadline, in Asia/Shanghai: from that of the pause to that of the resumption.
/// They are all days; only those that the deadline's unit counts were lost to it.
pub fn not_counted(paused: Timestamp, resumed: Timestamp) -> RangeInclusive<Date> {
    local_date(paused)..=local_date(resumed)
}

/// How many days late `at` is: 0 before `due`; the day that begins with `due` is the first.
///
/// A deadline that ends at 24:00 is late by calendar days of Asia/Shanghai; one in hours by spans of 24 hours.
pub fn days_late(due: Timestamp, at: Timestamp) -> u32 {
    let late = at.micros().saturating_sub(due.micros());
    if late < 0 {
        return 0;
    }
    let whole_days = late / (DAY * 1_000_000);
    u32::try_from(whole_days + 1).unwrap_or(u32::MAX)
}

/// The `number`th working day from `first` on (`first` itself is the first if it is one), or the last day searched.
fn working_day(first: Date, number: u16, calendars: &[WorkingCalendar]) -> Date {
    let before = usize::from(number.max(1)) - 1;
    (0..i64::from(SEARCH_DAYS_MAX))
        .map(|days| first.plus_days(days))
        .filter(|day| is_working_day(*day, calendars))
        .nth(before)
        .unwrap_or_else(|| first.plus_days(SEARCH_DAYS_MAX.into()))
}

/// `days` as an unsigned number, held within its range: no length has more than a few thousand days.
fn at_most_u16(days: i64) -> u16 {
    u16::try_from(days.max(0)).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
