use std::time::Duration;

use cinnabar_tlog::PosixSeconds;
use der::DateTime;

use crate::Malformed;

/// Digits of a second's fraction that are read: nanoseconds.
const MAX_FRACTION_DIGITS: usize = 9;

/// The time that an authority stamped, in UTC, as exactly as it said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct StampTime {
    since_1970: Duration,
}

impl StampTime {
    /// Reads a GeneralizedTime as RFC 3161 §2.4.2 narrows it: `YYYYMMDDhhmmss[.s...]Z`.
    ///
    /// The fraction has 1 to 9 digits and no trailing zero. Years are 1970 to 9999; there is no leap second.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, Malformed> {
        let text = text.strip_suffix(b"Z").ok_or(Malformed::Time)?;
        let (whole, fraction) = match text.iter().position(|&byte| byte == b'.') {
            Some(point) => (&text[..point], Some(&text[point + 1..])),
            None => (text, None),
        };
        if whole.len() != 14 {
            return Err(Malformed::Time);
        }
        let year = number(&whole[..4])?;
        let mut parts = [0; 5];
        for (part, digits) in parts.iter_mut().zip(whole[4..].chunks_exact(2)) {
            *part = u8::try_from(number(digits)?).map_err(|_| Malformed::Time)?;
        }
        let [month, day, hour, minute, second] = parts;
        let year = u16::try_from(year).map_err(|_| Malformed::Time)?;
        let whole =
            DateTime::new(year, month, day, hour, minute, second).map_err(|_| Malformed::Time)?;
        let nanos = fraction.map_or(Ok(0), nanoseconds)?;
        Ok(Self {
            since_1970: whole.unix_duration() + Duration::from_nanos(nanos),
        })
    }

    /// Time since 1970 without leap seconds, as POSIX counts.
    pub fn since_1970(&self) -> Duration {
        self.since_1970
    }

    /// The whole second, rounded down: what cosignatures state, to be shown beside them.
    pub fn posix(&self) -> PosixSeconds {
        PosixSeconds::new(self.since_1970.as_secs())
            .expect("the year 9999 and 2^32 seconds of accuracy are far below 2^63 seconds")
    }

    /// At most 2^32 seconds and a bit: [`Accuracy`](crate::Accuracy) can't be more.
    pub(crate) fn later_by(&self, span: Duration) -> Self {
        Self {
            since_1970: self.since_1970 + span,
        }
    }
}

/// RFC 3339 in UTC, with a fraction only where there is one: `2026-11-22T15:00:00.25Z`.
impl std::fmt::Display for StampTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Behind the year 9999 (an accuracy of centuries) there is no calendar: the plain number then.
        let Ok(whole) =
            DateTime::from_unix_duration(Duration::from_secs(self.since_1970.as_secs()))
        else {
            return write!(f, "{} s after 1970", self.since_1970.as_secs());
        };
        let (year, month, day) = (whole.year(), whole.month(), whole.day());
        let (hour, minute, second) = (whole.hour(), whole.minutes(), whole.seconds());
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
        )?;
        match self.since_1970.subsec_nanos() {
            0 => write!(f, "Z"),
            nanos => write!(f, ".{}Z", format!("{nanos:09}").trim_end_matches('0')),
        }
    }
}

fn nanoseconds(fraction: &[u8]) -> Result<u64, Malformed> {
    let trailing_zero = fraction.last() == Some(&b'0');
    if fraction.is_empty() || fraction.len() > MAX_FRACTION_DIGITS || trailing_zero {
        return Err(Malformed::Time);
    }
    let missing = (fraction.len()..MAX_FRACTION_DIGITS)
        .map(|_| 10)
        .product::<u64>();
    Ok(number(fraction)? * missing)
}

/// Decimal digits and nothing else; at most nine of them.
fn number(digits: &[u8]) -> Result<u64, Malformed> {
    digits.iter().try_fold(0, |number, digit| match digit {
        b'0'..=b'9' => Ok(number * 10 + u64::from(digit - b'0')),
        _ => Err(Malformed::Time),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_keeps_its_fraction() {
        for (text, shown) in [
            ("20261122150000Z", "2026-11-22T15:00:00Z"),
            ("20261122150000.25Z", "2026-11-22T15:00:00.25Z"),
            (
                "20261122150000.000000001Z",
                "2026-11-22T15:00:00.000000001Z",
            ),
            ("19700101000000Z", "1970-01-01T00:00:00Z"),
            ("99991231235959Z", "9999-12-31T23:59:59Z"),
            ("20240229000000Z", "2024-02-29T00:00:00Z"),
        ] {
            assert_eq!(
                StampTime::parse(text.as_bytes()).unwrap().to_string(),
                shown
            );
        }
    }

    #[test]
    fn a_time_has_one_spelling() {
        for text in [
            "",
            "Z",
            "20261122150000",
            "202611221500Z",
            "20261122150000.Z",
            "20261122150000.0Z",
            "20261122150000.250Z",
            "20261122150000.1234567891Z",
            "20261122150000+0100",
            "20261122150000,5Z",
            "20261122150060Z",
            "20261122240000Z",
            "20261322150000Z",
            "20250229000000Z",
            "19691231235959Z",
            "2026112215000 Z",
            "20261122150000.2.5Z",
        ] {
            assert_eq!(
                StampTime::parse(text.as_bytes()),
                Err(Malformed::Time),
                "{text}"
            );
        }
    }

    #[test]
    fn a_time_behind_the_calendar_is_a_number() {
        let last = StampTime::parse(b"99991231235959Z").unwrap();
        assert_eq!(
            last.later_by(Duration::from_secs(1)).to_string(),
            "253402300800 s after 1970"
        );
    }
}
