//! Dates as older registers write them.

use cinnabar_events::{Date, Timestamp, When};
use serde::Deserialize;

/// A way of writing dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum Shape {
    /// `2026-11-22`.
    #[serde(rename = "YYYY-MM-DD")]
    Iso,
    /// `20261122`.
    #[serde(rename = "YYYYMMDD")]
    Compact,
    /// `11/22/2026`, month first; leading zeros may be missing.
    #[serde(rename = "MM/DD/YYYY")]
    MonthFirst,
    /// `22/11/2026`, day first; leading zeros may be missing.
    #[serde(rename = "DD/MM/YYYY")]
    DayFirst,
    /// `22-11-2026`, day first; leading zeros may be missing.
    #[serde(rename = "DD-MM-YYYY")]
    DayFirstDashes,
    /// A moment with its offset: `2026-11-22T16:00:00.5+01:00` (RFC 3339), kept in UTC.
    #[serde(rename = "RFC 3339")]
    Moment,
}

impl Shape {
    /// As it is written in a mapping.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Iso => "YYYY-MM-DD",
            Self::Compact => "YYYYMMDD",
            Self::MonthFirst => "MM/DD/YYYY",
            Self::DayFirst => "DD/MM/YYYY",
            Self::DayFirstDashes => "DD-MM-YYYY",
            Self::Moment => "RFC 3339",
        }
    }

    /// Reads `text`; `None` if it is not of this shape or no such day exists.
    pub(super) fn read(self, text: &str) -> Option<When> {
        match self {
            Self::Iso => text.parse().ok().map(When::Date),
            Self::Compact => {
                let digits = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
                let (year, month, day) = digits.then(|| (&text[..4], &text[4..6], &text[6..]))?;
                day_of(year, month, day)
            }
            Self::MonthFirst => {
                let [month, day, year] = three(text, '/')?;
                day_of(year, month, day)
            }
            Self::DayFirst => {
                let [day, month, year] = three(text, '/')?;
                day_of(year, month, day)
            }
            Self::DayFirstDashes => {
                let [day, month, year] = three(text, '-')?;
                day_of(year, month, day)
            }
            Self::Moment => moment(text).map(When::Timestamp),
        }
    }
}

/// Two of `shapes` read the same text as different days.
pub(super) fn ambiguous(shapes: &[Shape]) -> bool {
    shapes.contains(&Shape::MonthFirst) && shapes.contains(&Shape::DayFirst)
}

fn three(text: &str, separator: char) -> Option<[&str; 3]> {
    let mut parts = text.split(separator);
    let three = [parts.next()?, parts.next()?, parts.next()?];
    parts.next().is_none().then_some(three)
}

fn day_of(year: &str, month: &str, day: &str) -> Option<When> {
    let short = |part: &str| (1..=2).contains(&part.len());
    if year.len() != 4 || !short(month) || !short(day) {
        return None;
    }
    let date: Date = format!("{year}-{month:0>2}-{day:0>2}").parse().ok()?;
    Some(When::Date(date))
}

/// `date 'T' time [fraction] offset`; digits of the fraction beyond microseconds are left out.
fn moment(text: &str) -> Option<Timestamp> {
    let (local, offset_seconds) = if let Some(local) = text.strip_suffix(['Z', 'z']) {
        (local, 0)
    } else {
        let (local, offset) = text.split_at_checked(text.len().checked_sub(6)?)?;
        (local, offset_of(offset)?)
    };
    let (clock, fraction) = local.split_once('.').unwrap_or((local, "0"));
    let digits = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let micros: String = fraction.chars().chain("000000".chars()).take(6).collect();
    let utc: Timestamp = digits
        .then(|| format!("{clock}.{micros}Z").parse().ok())
        .flatten()?;
    Timestamp::from_micros(utc.micros() - offset_seconds * 1_000_000)
}

/// `±HH:MM` in seconds.
fn offset_of(text: &str) -> Option<i64> {
    let (sign, rest) = match text.as_bytes().first()? {
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let number = |part: &str, most: i64| {
        let digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        let value: i64 = digits.then(|| part.parse().ok()).flatten()?;
        (value <= most).then_some(value)
    };
    Some(sign * (number(hours, 23)? * 3600 + number(minutes, 59)? * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_by_their_shape_and_no_other() {
        for (shape, text, expected) in [
            (Shape::Iso, "2024-02-29", Some("2024-02-29")),
            (Shape::Iso, "2023-02-29", None),
            (Shape::Iso, "2024-2-29", None),
            (Shape::Compact, "20240229", Some("2024-02-29")),
            (Shape::Compact, "2024022é", None),
            (Shape::MonthFirst, "03/07/2019", Some("2019-03-07")),
            (Shape::MonthFirst, "3/7/2019", Some("2019-03-07")),
            (Shape::MonthFirst, "13/07/2019", None),
            (Shape::MonthFirst, "03/07/19", None),
            (Shape::MonthFirst, "03/07/2019/1", None),
            (Shape::DayFirst, "13/07/2019", Some("2019-07-13")),
            (Shape::DayFirstDashes, "1-2-2020", Some("2020-02-01")),
            (
                Shape::Moment,
                "2026-05-13T16:57:57+02:00",
                Some("2026-05-13T14:57:57.000000Z"),
            ),
            (
                Shape::Moment,
                "2026-01-01T00:30:00.1234567+01:00",
                Some("2025-12-31T23:30:00.123456Z"),
            ),
            (
                Shape::Moment,
                "2026-06-08T19:00:48Z",
                Some("2026-06-08T19:00:48.000000Z"),
            ),
            (Shape::Moment, "2026-06-08T19:00:48", None),
            (Shape::Moment, "2026-06-08T19:00:48.Z", None),
            (Shape::Moment, "2026-06-08T19:00:48+24:00", None),
            (Shape::Moment, "", None),
            (Shape::Moment, "2026-06-08T19:00:48€", None),
        ] {
            let read = shape.read(text).map(|when| when.to_string());
            assert_eq!(read.as_deref(), expected, "{text} as {}", shape.as_str());
        }
    }
}
