//! Tables: what a reader of the law would compute by hand.

use cinnabar_events::calendar::{DAYS_MAX, HOLIDAYS_MAX, HOURS_MAX, MONTHS_MAX, WORKING_DAYS_MAX};
use cinnabar_events::rulebook::Source;
use cinnabar_events::{Listed, canonical, decode, encode};

use super::*;

/// The calendars of 2026 and 2027 that come with the rulebooks.
fn china() -> Vec<WorkingCalendar> {
    let text = include_str!("../../../rulebooks/calendar.json");
    let json: serde_json::Value = serde_json::from_str(text).unwrap();
    let bytes = encode(&json).unwrap();
    let calendars: Listed<WorkingCalendar, 8> = decode(&canonical::parse(&bytes).unwrap()).unwrap();
    calendars.as_slice().to_vec()
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Ten in the morning of a day in Shenzhen.
fn morning(day: &str) -> Timestamp {
    moment(&format!("{day}T02:00:00.000000Z"))
}

/// 24:00 of a day in Shenzhen, by the text.
fn midnight_after(day: &str) -> Timestamp {
    moment(&format!("{day}T16:00:00.000000Z"))
}

fn count(number: u16, unit: Unit) -> Counted {
    Counted::new(number, unit).unwrap()
}

const WD: Unit = Unit::WorkingDays;
const D: Unit = Unit::Days;
const H: Unit = Unit::Hours;
const M: Unit = Unit::Months;

#[test]
fn a_deadline_ends_at_midnight_after_its_last_day() {
    for (start, number, unit, last) in [
        // The Saturday of 14 February counts, the Spring Festival does not, the Saturday of 28 February does.
        ("2026-02-13", 1, WD, "2026-02-14"),
        ("2026-02-13", 5, WD, "2026-02-27"),
        ("2026-02-13", 6, WD, "2026-02-28"),
        ("2026-02-13", 7, WD, "2026-03-02"),
        // The Sunday of 20 September and the Saturday of 10 October count, Mid-Autumn and National Day do not.
        ("2026-09-18", 20, WD, "2026-10-22"),
        // Over the ends of years, also of years without calendar.
        ("2025-12-31", 1, WD, "2026-01-04"),
        ("2026-12-30", 5, WD, "2027-01-07"),
        ("2027-12-31", 1, WD, "2028-01-03"),
        // Days are moved to the next working day, which may be a make-up Saturday.
        ("2026-06-03", 2, D, "2026-06-05"),
        ("2026-06-03", 3, D, "2026-06-08"),
        ("2026-02-01", 15, D, "2026-02-24"),
        ("2026-09-21", 10, D, "2026-10-08"),
        ("2026-05-06", 3, D, "2026-05-09"),
        ("2026-12-17", 15, D, "2027-01-04"),
        ("2024-02-27", 2, D, "2024-02-29"),
        // So are months.
        ("2026-01-31", 1, M, "2026-02-28"),
        ("2026-08-31", 6, M, "2027-03-01"),
        ("2024-02-29", 12, M, "2025-02-28"),
        ("2024-01-31", 1, M, "2024-02-29"),
        ("2026-11-22", 12, M, "2027-11-22"),
    ] {
        assert_eq!(
            due(morning(start), count(number, unit), &china()),
            midnight_after(last),
            "{start} {number} {unit:?}"
        );
    }
}

#[test]
fn the_start_day_is_the_day_in_shenzhen() {
    let (before, after) = ("2026-03-02T15:59:59.999999Z", "2026-03-02T16:00:00.000000Z");
    assert_eq!(local_date(moment(before)), date("2026-03-02"));
    assert_eq!(local_date(moment(after)), date("2026-03-03"));
    for unit in [D, WD] {
        let end = |start| due(moment(start), count(1, unit), &china());
        assert_eq!(end(before), midnight_after("2026-03-03"), "{unit:?}");
        assert_eq!(end(after), midnight_after("2026-03-04"), "{unit:?}");
    }
}

#[test]
fn hours_run_through_holidays_and_end_where_they_end() {
    let start = moment("2026-02-14T10:20:30.000001Z");
    let end = due(start, count(72, H), &china());
    assert_eq!(end, moment("2026-02-17T10:20:30.000001Z"));
}

#[test]
fn a_date_that_a_statement_gives_does_not_move() {
    // A Sunday.
    assert_eq!(due_by(date("2026-11-22"), 0), midnight_after("2026-11-22"));
    assert_eq!(due_by(date("2026-12-31"), 30), midnight_after("2026-12-01"));
    assert_eq!(due_by(date("2028-03-01"), 1), midnight_after("2028-02-29"));
}

#[test]
fn a_pause_takes_its_days_out_from_first_to_last() {
    for (start, number, unit, paused, resumed, last) in [
        // 3 to 6 March are used; 16 are left, and Qingming lies between.
        (
            "2026-03-02",
            20,
            WD,
            "2026-03-09",
            "2026-03-20",
            "2026-04-14",
        ),
        // On the start day nothing is used yet.
        (
            "2026-03-02",
            20,
            WD,
            "2026-03-02",
            "2026-03-02",
            "2026-03-30",
        ),
        // The last day isn't used up when the pause falls on it.
        (
            "2026-03-02",
            5,
            WD,
            "2026-03-09",
            "2026-03-10",
            "2026-03-11",
        ),
        // A pause over the Spring Festival alone costs nothing.
        (
            "2026-02-13",
            5,
            WD,
            "2026-02-15",
            "2026-02-23",
            "2026-02-27",
        ),
        // 3 to 8 March are used, 9 left.
        (
            "2026-03-02",
            15,
            D,
            "2026-03-09",
            "2026-03-11",
            "2026-03-20",
        ),
        // 28 days to 28 February are a month; 27 are left.
        ("2026-01-31", 1, M, "2026-02-02", "2026-02-02", "2026-03-02"),
        // Nominally ended on the Saturday; the Sunday is granted, and one day is left.
        ("2026-06-03", 3, D, "2026-06-07", "2026-06-09", "2026-06-10"),
    ] {
        let calendars = china();
        let (from, length) = (morning(start), count(number, unit));
        let whole = Left::whole(from, length);
        let end = due(from, length, &calendars);
        let left = pause(from, end, whole, morning(paused), &calendars).unwrap();
        assert_eq!(
            resume(left, morning(resumed), &calendars),
            midnight_after(last),
            "{start} {number} {unit:?} {paused} {resumed} {left:?}"
        );
    }
    let days = not_counted(morning("2026-03-09"), morning("2026-03-20"));
    assert_eq!(days, date("2026-03-09")..=date("2026-03-20"));
}

#[test]
fn hours_are_paused_to_the_microsecond() {
    let (start, calendars) = (morning("2026-03-02"), china());
    let whole = Left::whole(start, count(4, H));
    let end = due(start, count(4, H), &calendars);
    let at = moment("2026-03-02T03:00:00.000001Z");
    let left = pause(start, end, whole, at, &calendars).unwrap();
    assert_eq!(left, Left::Micros(3 * HOUR_MICROS - 1));
    assert_eq!(resume(left, at, &calendars), end);
    let later = moment("2026-03-07T00:00:00.000000Z");
    assert_eq!(
        resume(left, later, &calendars),
        moment("2026-03-07T02:59:59.999999Z")
    );
}

#[test]
fn a_missed_deadline_is_not_paused() {
    let calendars = china();
    for (number, unit) in [(5, WD), (5, D), (5, H), (1, M)] {
        let from = morning("2026-03-02");
        let whole = Left::whole(from, count(number, unit));
        let end = due(from, count(number, unit), &calendars);
        let before = Timestamp::from_micros(end.micros() - 1).unwrap();
        assert!(pause(from, end, whole, before, &calendars).is_some());
        assert_eq!(pause(from, end, whole, end, &calendars), None);
        assert_eq!(
            pause(from, end, whole, end.plus_seconds(1), &calendars),
            None
        );
    }
}

#[test]
fn a_calendar_that_came_later_leaves_a_day_to_a_deadline_that_is_not_missed() {
    // Ends on 24 February by the calendar; without it, both days are over on 17 February.
    let from = morning("2026-02-13");
    let whole = Left::whole(from, count(2, WD));
    let end = due(from, count(2, WD), &china());
    assert_eq!(end, midnight_after("2026-02-24"));
    let left = pause(from, end, whole, morning("2026-02-23"), &[]);
    assert_eq!(left, Some(Left::WorkingDays(1)));
}

#[test]
fn what_is_left_survives_its_record() {
    for left in [
        Left::WorkingDays(16),
        Left::Days(27),
        Left::Micros(10_799_999_999),
    ] {
        let text = serde_json::to_string(&left).unwrap();
        assert_eq!(serde_json::from_str::<Left>(&text).unwrap(), left, "{text}");
    }
    let text = serde_json::to_string(&Left::WorkingDays(16)).unwrap();
    assert_eq!(text, r#"{"workingDays":16}"#);
}

#[test]
fn days_late_begin_with_the_first_instant_that_is_too_late() {
    let end = midnight_after("2026-03-30");
    for (at, late) in [
        ("2026-03-30T15:59:59.999999Z", 0),
        ("2026-03-01T00:00:00.000000Z", 0),
        ("2026-03-30T16:00:00.000000Z", 1),
        ("2026-03-31T15:59:59.999999Z", 1),
        ("2026-03-31T16:00:00.000000Z", 2),
        ("2026-04-30T01:00:00.000000Z", 31),
    ] {
        assert_eq!(days_late(end, moment(at)), late, "{at}");
    }
}

#[test]
fn the_calendar_of_2026_has_as_many_working_days_as_weekdays_less_the_thirteen_of_the_regulation() {
    let calendars = china();
    let working = |year: u16| {
        let first = date(&format!("{year}-01-01"));
        let days = (0..366).map(|day| first.plus_days(day));
        days.filter(|day| day.year() == year && is_working_day(*day, &calendars))
            .count()
    };
    assert_eq!(working(2026), 261 - 13);
    // Seven of the thirteen are weekdays; what is given in place of the others is not announced yet.
    assert_eq!(working(2027), 261 - 7);
    assert_eq!(calendars[1].holidays().len(), 13);
    // No calendar: Monday to Friday.
    assert_eq!(working(2028), 260);
    assert!(calendars.iter().all(|calendar| {
        calendar.source().model.is_some() && calendar.source().provision.is_none()
    }));
}

#[test]
fn of_two_calendars_for_a_year_the_first_counts() {
    let none = |workdays: &[&str]| {
        let workdays = workdays.iter().map(|day| date(day)).collect();
        let source = Source {
            provision: None,
            model: None,
        };
        WorkingCalendar::new(
            2026,
            Listed::default(),
            Listed::new(workdays).unwrap(),
            source,
        )
        .unwrap()
    };
    let saturday = date("2026-06-06");
    let (works, rests) = (none(&["2026-06-06"]), none(&[]));
    assert!(is_working_day(saturday, &[works.clone(), rests.clone()]));
    assert!(!is_working_day(saturday, &[rests, works]));
}

/// Calendars from 2000 to 2060 with as many holidays as they can hold, all on weekdays, from the year's start or end.
fn hostile() -> Vec<WorkingCalendar> {
    let calendar = |year: u16| {
        let first = date(&format!("{year}-01-01"));
        let mut days: Vec<Date> = (0..366)
            .map(|day| first.plus_days(day))
            .filter(|day| day.year() == year && !is_weekend(*day))
            .collect();
        // A year's holidays stand at its end, the next year's at its beginning: nearly a whole year in one piece.
        if year.is_multiple_of(2) {
            days.reverse();
        }
        days.truncate(HOLIDAYS_MAX);
        let source = Source {
            provision: None,
            model: None,
        };
        WorkingCalendar::new(year, Listed::new(days).unwrap(), Listed::default(), source).unwrap()
    };
    (2000..=2060).map(calendar).collect()
}

#[test]
fn the_longest_length_ends_whatever_the_calendars_say() {
    let calendars = hostile();
    for start in ["2000-01-01", "2016-06-29", "2017-06-30", "2030-07-01"] {
        let from = morning(start);
        let end = due(from, count(WORKING_DAYS_MAX, WD), &calendars);
        let last = local_date(Timestamp::from_micros(end.micros() - 1).unwrap());
        let first = date(start).plus_days(1);
        let days = (0..=first.days_until(last)).map(|day| first.plus_days(day));
        let counted = days.filter(|day| is_working_day(*day, &calendars)).count();
        assert_eq!(counted, usize::from(WORKING_DAYS_MAX), "{start}");
        assert!(is_working_day(last, &calendars), "{start}");
    }
    // From the middle of a year on nobody works for nearly a year.
    let end = due(morning("2016-07-10"), count(1, D), &calendars);
    assert!(end > midnight_after("2017-06-20"));
}

#[test]
fn at_the_end_of_all_years_every_length_still_ends() {
    let calendars = china();
    let last = moment("9999-12-31T23:59:59.999999Z");
    for start in ["0000-01-01", "9990-05-05", "9999-12-30", "9999-12-31"] {
        for (number, unit) in [
            (WORKING_DAYS_MAX, WD),
            (DAYS_MAX, D),
            (HOURS_MAX, H),
            (MONTHS_MAX, M),
        ] {
            let from = morning(start);
            let whole = Left::whole(from, count(number, unit));
            let end = due(from, count(number, unit), &calendars);
            assert!(from < end && end <= last, "{start} {number} {unit:?}");
            assert!(pause(from, end, whole, from, &calendars).is_some());
            assert!(resume(whole, last, &calendars) <= last);
        }
    }
}
