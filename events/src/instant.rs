//! Times: a [`Timestamp`] in UTC with microseconds, a [`Date`], and [`When`], which is either.

use std::fmt;
use std::str::FromStr;

/// Microseconds in a second.
const MICROS: i64 = 1_000_000;
/// 0000-01-01T00:00:00.000000Z: 719,528 days before 1970.
const FIRST_MICROS: i64 = -719_528 * 86_400 * MICROS;
/// 9999-12-31T23:59:59.999999Z: 2,932,896 days after 1970, and the day itself.
const LAST_MICROS: i64 = 2_932_897 * 86_400 * MICROS - 1;

/// The text is not a time in the one spelling that the ledger knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotATime {
    /// Not `2026-11-22T15:00:00.123456Z`.
    #[error("not a UTC time with six decimals, like 2026-11-22T15:00:00.123456Z")]
    Timestamp,
    /// Not `2026-11-22`.
    #[error("not a date, like 2026-11-22")]
    Date,
    /// Neither of the two.
    #[error(
        "not a date, like 2026-11-22, or a UTC time with six decimals, like 2026-11-22T15:00:00.123456Z"
    )]
    When,
}

/// A moment in UTC, to the microsecond, in the years 0000 to 9999. No leap seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment `micros` microseconds after 1970-01-01T00:00:00Z; `None` outside the years 0000 to 9999.
    pub fn from_micros(micros: i64) -> Option<Self> {
        (FIRST_MICROS..=LAST_MICROS)
            .contains(&micros)
            .then_some(Self(micros))
    }

    /// Microseconds after 1970-01-01T00:00:00Z.
    pub fn micros(self) -> i64 {
        self.0
    }

    /// The moment `seconds` later (earlier if negative), held within the years 0000 to 9999.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        let moved = self.0.saturating_add(seconds.saturating_mul(MICROS));
        Self::from_micros(moved).unwrap_or(self)
    }

    /// The day of this moment, in UTC.
    pub fn date(self) -> Date {
        Date(self.moment().date())
    }

    fn moment(self) -> time::OffsetDateTime {
        time::OffsetDateTime::from_unix_timestamp(self.0.div_euclid(MICROS))
            .expect("the constructor checked the year")
    }
}

/// `number` in decimal, with zeros in front, as many digits as there is room.
fn write_digits(mut number: u32, text: &mut [u8]) {
    for digit in text.iter_mut().rev() {
        *digit = b'0' + u8::try_from(number % 10).expect("a remainder of ten");
        number /= 10;
    }
}

/// `yyyy-mm-dd`, into ten bytes of which the fifth and the eighth are hyphens already.
fn write_date(date: time::Date, text: &mut [u8]) {
    let year = u32::try_from(date.year()).expect("years are 0000 to 9999");
    write_digits(year, &mut text[..4]);
    write_digits(u8::from(date.month()).into(), &mut text[5..7]);
    write_digits(date.day().into(), &mut text[8..10]);
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.moment();
        let micros = u32::try_from(self.0.rem_euclid(MICROS)).expect("a remainder of a million");
        let mut text = *b"0000-00-00T00:00:00.000000Z";
        write_date(at.date(), &mut text[..10]);
        write_digits(at.hour().into(), &mut text[11..13]);
        write_digits(at.minute().into(), &mut text[14..16]);
        write_digits(at.second().into(), &mut text[17..19]);
        write_digits(micros, &mut text[20..26]);
        f.write_str(std::str::from_utf8(&text).expect("digits are ASCII"))
    }
}

impl FromStr for Timestamp {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        let fault = NotATime::Timestamp;
        let bytes = text.as_bytes();
        if bytes.len() != 27
            || bytes[10] != b'T'
            || bytes[13] != b':'
            || bytes[16] != b':'
            || bytes[19] != b'.'
            || bytes[26] != b'Z'
        {
            return Err(fault);
        }
        let date: Date = text.get(..10).ok_or(fault)?.parse().map_err(|_| fault)?;
        let part = |range| digits(bytes, range).ok_or(fault);
        let (hour, minute, second, micros) =
            (part(11..13)?, part(14..16)?, part(17..19)?, part(20..26)?);
        let narrow = |value: u32| u8::try_from(value).map_err(|_| fault);
        let clock = time::Time::from_hms(narrow(hour)?, narrow(minute)?, narrow(second)?)
            .map_err(|_| fault)?;
        let seconds = date.0.with_time(clock).assume_utc().unix_timestamp();
        Ok(Self(seconds * MICROS + i64::from(micros)))
    }
}

/// A calendar day, years 0000 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(time::Date);

impl Date {
    /// The first moment of this day, in UTC.
    pub fn start(self) -> Timestamp {
        Timestamp(self.0.midnight().assume_utc().unix_timestamp() * MICROS)
    }

    /// The last microsecond of this day, in UTC.
    pub fn end(self) -> Timestamp {
        Timestamp(self.start().0 + 24 * 3600 * MICROS - 1)
    }

    /// Its year, 0 to 9999.
    pub fn year(self) -> u16 {
        u16::try_from(self.0.year()).expect("years are 0000 to 9999")
    }

    /// Its day of the week as ISO 8601 numbers them: 1 is Monday, 7 is Sunday.
    pub fn weekday(self) -> u8 {
        self.0.weekday().number_from_monday()
    }

    /// Days from this day to `later`; negative if that is earlier.
    pub fn days_until(self, later: Date) -> i64 {
        i64::from(later.0.to_julian_day()) - i64::from(self.0.to_julian_day())
    }

    /// The day `days` later (earlier if negative); the first or last day of the years 0000 to 9999 if it lies outside.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        let (first, last) = (time::Date::from_ordinal_date(0, 1), Self::last().0);
        let first = first.expect("every year has a first day");
        let day = i64::from(self.0.to_julian_day()).saturating_add(days);
        let day = day.clamp(first.to_julian_day().into(), last.to_julian_day().into());
        let day = i32::try_from(day).expect("held between two days");
        Self(time::Date::from_julian_day(day).expect("held between two days"))
    }

    /// The same day number `months` later, or the last day of that month if it has no such day; 9999-12-31 at most.
    #[must_use]
    pub fn plus_months(self, months: u16) -> Self {
        let month = i32::from(u8::from(self.0.month())) - 1 + i32::from(months);
        let (year, month) = (self.0.year() + month / 12, month % 12);
        if year > 9999 {
            return Self::last();
        }
        let month = u8::try_from(month + 1).expect("a remainder of twelve, plus one");
        let month = time::Month::try_from(month).expect("1 to 12");
        let day = self.0.day().min(month.length(year));
        Self(time::Date::from_calendar_date(year, month, day).expect("the month has that day"))
    }

    /// 9999-12-31.
    fn last() -> Self {
        let last = time::Date::from_calendar_date(9999, time::Month::December, 31);
        Self(last.expect("December has 31 days"))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = *b"0000-00-00";
        write_date(self.0, &mut text);
        f.write_str(std::str::from_utf8(&text).expect("digits are ASCII"))
    }
}

impl FromStr for Date {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        let fault = NotATime::Date;
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return Err(fault);
        }
        let part = |range| digits(bytes, range).ok_or(fault);
        let year = i32::try_from(part(0..4)?).map_err(|_| fault)?;
        let month = u8::try_from(part(5..7)?)
            .ok()
            .and_then(|month| time::Month::try_from(month).ok())
            .ok_or(fault)?;
        let day = u8::try_from(part(8..10)?).map_err(|_| fault)?;
        time::Date::from_calendar_date(year, month, day)
            .map(Self)
            .map_err(|_| fault)
    }
}

fn digits(bytes: &[u8], range: std::ops::Range<usize>) -> Option<u32> {
    bytes.get(range)?.iter().try_fold(0u32, |value, byte| {
        byte.is_ascii_digit()
            .then(|| value * 10 + u32::from(byte - b'0'))
    })
}

/// When something happened or takes effect: as exactly as the speaker knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum When {
    /// A day.
    Date(Date),
    /// A moment.
    Timestamp(Timestamp),
}

impl When {
    /// The earliest moment that this can mean.
    pub fn earliest(self) -> Timestamp {
        match self {
            When::Date(date) => date.start(),
            When::Timestamp(moment) => moment,
        }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            When::Date(date) => date.fmt(f),
            When::Timestamp(moment) => moment.fmt(f),
        }
    }
}

impl FromStr for When {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        match text.len() {
            10 => text.parse().map(When::Date).map_err(|_| NotATime::When),
            _ => text
                .parse()
                .map(When::Timestamp)
                .map_err(|_| NotATime::When),
        }
    }
}

crate::text::text_serde!(Timestamp, Date, When);
crate::schema::text_schema! {
    Timestamp => { "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$" },
    Date => { "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "format": "date" },
}

impl schemars::JsonSchema for When {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "When".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let day = generator.subschema_for::<Date>();
        let moment = generator.subschema_for::<Timestamp>();
        schemars::json_schema!({ "anyOf": [day, moment] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_and_the_last_moment_are_those_of_the_years_0000_to_9999() {
        for (text, micros) in [
            ("0000-01-01T00:00:00.000000Z", FIRST_MICROS),
            ("9999-12-31T23:59:59.999999Z", LAST_MICROS),
        ] {
            let moment: Timestamp = text.parse().unwrap();
            assert_eq!(moment.micros(), micros);
            assert_eq!(Timestamp::from_micros(micros), Some(moment));
            assert_eq!(moment.to_string(), text);
        }
        assert_eq!(Timestamp::from_micros(FIRST_MICROS - 1), None);
        assert_eq!(Timestamp::from_micros(LAST_MICROS + 1), None);
    }

    #[test]
    fn a_time_has_one_spelling() {
        for good in [
            "2026-11-22T15:00:00.123456Z",
            "2024-02-29T23:59:59.999999Z",
            "0000-01-01T00:00:00.000000Z",
            "1969-12-31T23:59:59.000001Z",
        ] {
            assert_eq!(good.parse::<Timestamp>().unwrap().to_string(), good);
        }
        for bad in [
            "2026-11-22T15:00:00Z",
            "2026-11-22T15:00:00.123Z",
            "2026-11-22T15:00:60.000000Z",
            "2026-11-22T24:00:00.000000Z",
            "2026-11-22T15:00:00.123456+",
            "2026-11-22t15:00:00.123456Z",
            "2025-02-29T00:00:00.000000Z",
            "2026-11-22T15:00:00.12345éZ",
            "",
        ] {
            assert_eq!(bad.parse::<Timestamp>(), Err(NotATime::Timestamp), "{bad}");
        }
        for bad in [
            "2026-1-22",
            "2026-13-01",
            "2026-02-30",
            "26-01-01",
            "2026/01/01",
            "+026-01-01",
        ] {
            assert_eq!(bad.parse::<Date>(), Err(NotATime::Date), "{bad}");
        }
    }

    #[test]
    fn days_are_counted_over_leap_years_and_stop_at_the_ends() {
        let date = |text: &str| text.parse::<Date>().unwrap();
        for (from, days, to) in [
            ("2024-02-28", 1, "2024-02-29"),
            ("2024-02-28", 2, "2024-03-01"),
            ("2026-02-28", 1, "2026-03-01"),
            ("2026-12-31", 1, "2027-01-01"),
            ("2100-02-28", 1, "2100-03-01"),
            ("2026-01-01", -1, "2025-12-31"),
        ] {
            assert_eq!(date(from).plus_days(days), date(to), "{from} {days}");
            assert_eq!(date(from).days_until(date(to)), days, "{from} {to}");
        }
        assert_eq!(date("2026-01-01").plus_days(i64::MAX), date("9999-12-31"));
        assert_eq!(date("2026-01-01").plus_days(i64::MIN), date("0000-01-01"));
        assert_eq!(date("2026-11-22").weekday(), 7);
        assert_eq!(date("2026-11-23").weekday(), 1);
    }

    #[test]
    fn a_month_ends_on_the_same_day_number_or_on_its_last_day() {
        let date = |text: &str| text.parse::<Date>().unwrap();
        for (from, months, to) in [
            ("2026-01-15", 1, "2026-02-15"),
            ("2026-01-31", 1, "2026-02-28"),
            ("2024-01-31", 1, "2024-02-29"),
            ("2026-12-31", 2, "2027-02-28"),
            ("2024-02-29", 12, "2025-02-28"),
            ("2026-08-31", 120, "2036-08-31"),
            ("2026-12-01", 0, "2026-12-01"),
            ("9999-12-01", 1, "9999-12-31"),
        ] {
            assert_eq!(date(from).plus_months(months), date(to), "{from} {months}");
        }
    }

    proptest! {
        #[test]
        fn every_moment_survives_its_text(micros in -62_167_219_200_000_000i64..253_402_300_800_000_000) {
            let moment = Timestamp::from_micros(micros).unwrap();
            prop_assert_eq!(moment.to_string().parse::<Timestamp>(), Ok(moment));
            prop_assert!(moment.date().start() <= moment && moment <= moment.date().end());
        }
    }
}
