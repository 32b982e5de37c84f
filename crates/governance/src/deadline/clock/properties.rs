//! A second opinion: days as plain numbers, walked one by one, with a calendar arithmetic of its own.

use std::collections::HashSet;

use cinnabar_events::Listed;
use cinnabar_events::rulebook::Source;
use proptest::prelude::*;

use super::*;

const DAY_MICROS: i64 = 86_400_000_000;
const AHEAD_MICROS: i64 = 8 * 3_600_000_000;
/// 2024-01-01 and 2030-01-01, 00:00 UTC, in days from 1970-01-01.
const YEARS: std::ops::Range<i64> = 19_723..21_915;

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn month_length(year: i64, month: usize) -> i64 {
    let february = if is_leap(year) { 29 } else { 28 };
    [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month]
}

/// Year, month from 0, and day of the month, of a day from 1970-01-01 on.
fn civil(mut day: i64) -> (i64, usize, i64) {
    for year in 1970.. {
        for month in 0..12 {
            let length = month_length(year, month);
            if day < length {
                return (year, month, day + 1);
            }
            day -= length;
        }
    }
    unreachable!("years do not end")
}

fn date_of(day: i64) -> Date {
    let (year, month, day) = civil(day);
    format!("{year:04}-{:02}-{day:02}", month + 1)
        .parse()
        .unwrap()
}

/// What people do on certain days.
#[derive(Clone, Debug, Default)]
struct Town {
    off: HashSet<i64>,
    on: HashSet<i64>,
}

impl Town {
    /// 1970-01-01 was a Thursday.
    fn is_weekend(day: i64) -> bool {
        (day + 3) % 7 >= 5
    }

    fn works(&self, day: i64) -> bool {
        self.on.contains(&day) || (!Self::is_weekend(day) && !self.off.contains(&day))
    }

    fn calendars(&self) -> Vec<WorkingCalendar> {
        let of = |days: &HashSet<i64>, year: i64| -> Vec<Date> {
            let days = days.iter().filter(|day| civil(**day).0 == year);
            days.map(|day| date_of(*day)).collect()
        };
        let source = Source {
            provision: None,
            model: None,
        };
        // No calendar for 2026: Monday to Friday. The order doesn't matter.
        let years = [2029, 2024, 2028, 2025, 2027];
        years
            .into_iter()
            .map(|year| {
                let holidays = Listed::new(of(&self.off, year)).unwrap();
                let workdays = Listed::new(of(&self.on, year)).unwrap();
                let year = u16::try_from(year).unwrap();
                WorkingCalendar::new(year, holidays, workdays, source.clone()).unwrap()
            })
            .collect()
    }
}

fn town() -> impl Strategy<Value = Town> {
    let days = prop::collection::hash_set(YEARS, 0..120);
    // A long holiday too, as in autumn.
    (days, prop::collection::hash_set(YEARS, 0..60), YEARS).prop_map(|(mut off, on, long)| {
        off.extend(long..(long + 9).min(YEARS.end));
        off.retain(|day| civil(*day).0 != 2026);
        let on = on
            .into_iter()
            .filter(|day| civil(*day).0 != 2026 && Town::is_weekend(*day) && !off.contains(day))
            .take(30)
            .collect();
        Town { off, on }
    })
}

fn length() -> impl Strategy<Value = Counted> {
    prop_oneof![
        (1u16..300).prop_map(|number| (number, Unit::WorkingDays)),
        (1u16..600).prop_map(|number| (number, Unit::Days)),
        (1u16..2000).prop_map(|number| (number, Unit::Hours)),
        (1u16..30).prop_map(|number| (number, Unit::Months)),
    ]
    .prop_map(|(number, unit)| Counted::new(number, unit).unwrap())
}

/// A moment in 2024 to 2027.
fn start() -> impl Strategy<Value = Timestamp> {
    (YEARS.start * DAY_MICROS..21_180 * DAY_MICROS)
        .prop_map(|micros| Timestamp::from_micros(micros).unwrap())
}

fn local_day(at: Timestamp) -> i64 {
    (at.micros() + AHEAD_MICROS).div_euclid(DAY_MICROS)
}

fn midnight_after(day: i64) -> Timestamp {
    Timestamp::from_micros((day + 1) * DAY_MICROS - AHEAD_MICROS).unwrap()
}

/// The end, by a walk from day to day; days in one of `pauses` (first and last) are passed over.
fn oracle(from: Timestamp, length: Counted, town: &Town, pauses: &[(i64, i64)]) -> Timestamp {
    let (start, number) = (local_day(from), i64::from(length.number()));
    let in_pause = |day: i64| pauses.iter().any(|(a, b)| (*a..=*b).contains(&day));
    let walk = |wanted: i64, counts: &dyn Fn(i64) -> bool| {
        let (mut day, mut counted) = (start, 0);
        while counted < wanted {
            day += 1;
            counted += i64::from(counts(day) && !in_pause(day));
        }
        day
    };
    let moved = |mut day: i64| {
        while !town.works(day) {
            day += 1;
        }
        midnight_after(day)
    };
    match length.unit() {
        Unit::WorkingDays => midnight_after(walk(number, &|day| town.works(day))),
        Unit::Days => moved(walk(number, &|_| true)),
        Unit::Hours => Timestamp::from_micros(from.micros() + number * 3_600_000_000).unwrap(),
        Unit::Months => {
            let (_, _, wanted) = civil(start);
            let (mut day, mut month_ends) = (start, 0);
            // To the last day of the month before the one meant, then to the day of that number, if there is one.
            while month_ends < number {
                month_ends += i64::from(civil(day + 1).2 == 1);
                day += 1;
            }
            while civil(day).2 < wanted && civil(day + 1).2 != 1 {
                day += 1;
            }
            moved(walk(day - start, &|_| true))
        }
    }
}

fn is_in_hours(length: Counted) -> bool {
    length.unit() == Unit::Hours
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_walk_from_day_to_day_ends_on_the_same_day(from in start(), length in length(), town in town()) {
        prop_assert_eq!(due(from, length, &town.calendars()), oracle(from, length, &town, &[]));
    }

    #[test]
    fn later_starts_and_longer_lengths_never_end_earlier(
        from in start(), later in 0i64..40 * DAY_MICROS, length in length(), more in 0u16..40, town in town(),
    ) {
        let calendars = town.calendars();
        let end = due(from, length, &calendars);
        prop_assert!(from < end);
        let from_later = Timestamp::from_micros(from.micros() + later).unwrap();
        prop_assert!(end <= due(from_later, length, &calendars));
        let longer = Counted::new(length.number() + more, length.unit()).unwrap();
        prop_assert!(end <= due(from, longer, &calendars));
    }

    /// Two pauses, the second after the first: the walk passes over both, wherever they lie before the last counted day.
    #[test]
    fn paused_days_are_the_days_that_do_not_count(
        from in start(), length in length(), town in town(),
        gaps in prop::array::uniform4(0i64..30 * DAY_MICROS),
    ) {
        prop_assume!(!is_in_hours(length));
        let calendars = town.calendars();
        let (mut start, mut left) = (from, Left::whole(from, length));
        let mut end = due(from, length, &calendars);
        let mut pauses = Vec::new();
        for gap in gaps.chunks(2) {
            let at = Timestamp::from_micros(start.micros() + gap[0]).unwrap();
            let again = Timestamp::from_micros(at.micros() + gap[1]).unwrap();
            // Beyond its last counted day a deadline lives only because it was moved: the tables say what is left then.
            let used_up = match left {
                Left::Days(days) => local_day(start) + i64::from(days) < local_day(at),
                Left::WorkingDays(_) | Left::Micros(_) => false,
            };
            let Some(rest) = pause(start, end, left, at, &calendars).filter(|_| !used_up) else {
                break;
            };
            pauses.push((local_day(at), local_day(again)));
            let resumed = resume(rest, again, &calendars);
            prop_assert!(end <= resumed, "a pause never makes a deadline end earlier");
            (start, left, end) = (again, rest, resumed);
        }
        prop_assert_eq!(end, oracle(from, length, &town, &pauses));
    }

    /// The day of the pause is given back, unless it is one that the deadline doesn't count anyway.
    #[test]
    fn a_pause_without_gap_changes_nothing_unless_its_day_would_have_counted(
        from in start(), length in length(), town in town(), share in 0i64..1000,
    ) {
        let calendars = town.calendars();
        let end = due(from, length, &calendars);
        let at = from.micros() + (end.micros() - from.micros()) / 1000 * share;
        let at = Timestamp::from_micros(at).unwrap();
        let left = pause(from, end, Left::whole(from, length), at, &calendars).unwrap();
        let resumed = resume(left, at, &calendars);
        let is_start_day = local_day(at) == local_day(from);
        let is_idle = length.unit() == Unit::WorkingDays && !town.works(local_day(at));
        if is_in_hours(length) || is_start_day || is_idle {
            prop_assert_eq!(resumed, end);
        } else if length.unit() == Unit::WorkingDays {
            let day = Counted::new(length.number() + 1, Unit::WorkingDays).unwrap();
            prop_assert_eq!(resumed, oracle(from, day, &town, &[]));
        } else {
            // One day later, and from there to the next working day: the next two working days at most.
            let next = (local_day(end)..).find(|day| town.works(*day)).unwrap();
            prop_assert!(resumed == end || resumed == midnight_after(next));
        }
    }

    #[test]
    fn days_late_are_calendar_days_in_shenzhen(from in start(), days in 1u16..600, later in 0i64..90 * DAY_MICROS, town in town()) {
        let end = due(from, Counted::new(days, Unit::Days).unwrap(), &town.calendars());
        let at = Timestamp::from_micros(end.micros() + later).unwrap();
        // The last day is the one before that of `end`.
        let late = local_day(at) - (local_day(end) - 1);
        prop_assert_eq!(i64::from(days_late(end, at)), late);
        let before = Timestamp::from_micros(end.micros() - 1).unwrap();
        prop_assert_eq!(days_late(end, before), 0);
    }
}
