//! Working days and lengths of deadlines, as data of a rulebook.
//!
//! In scope: what a rulebook may say. Out of scope: when a deadline ends (`cinnabar-governance`, `deadline::clock`).

mod length;

use schemars::JsonSchema;
use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer, Serialize};

use crate::instant::Date;
use crate::rulebook::Source;
use crate::text::Listed;

pub use length::*;

/// Most holidays of a year. 2026 has 33, weekends among them; the rest is room for a year of emergencies. A year has
/// at least 260 weekdays, so that 260 - 128 = 132 working days remain whatever a calendar says.
pub const HOLIDAYS_MAX: usize = 128;
/// Most make-up working days of a year: in practice six or seven.
pub const WORKDAYS_MAX: usize = 32;

/// Which days of a year are working days, where that isn't simply Monday to Friday.
///
/// In China the State Council's general office announces it every year: holidays, and the Saturdays and
/// Sundays on which people work instead. Fields are private because they were checked against each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkingCalendar {
    year: u16,
    #[serde(skip_serializing_if = "Listed::is_empty")]
    holidays: Listed<Date, HOLIDAYS_MAX>,
    #[serde(skip_serializing_if = "Listed::is_empty")]
    workdays: Listed<Date, WORKDAYS_MAX>,
    source: Source,
}

/// The members of a [`WorkingCalendar`], not yet checked against each other.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CalendarMembers {
    /// The year of all its dates.
    year: u16,
    /// Days on which nobody works, also those that are Saturdays and Sundays.
    #[serde(default)]
    holidays: Listed<Date, HOLIDAYS_MAX>,
    /// Saturdays and Sundays on which people work.
    #[serde(default)]
    workdays: Listed<Date, WORKDAYS_MAX>,
    /// The notice that it is taken from; a model value if it cites none.
    source: Source,
}

impl JsonSchema for WorkingCalendar {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "WorkingCalendar".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        CalendarMembers::json_schema(generator)
    }
}

/// The dates of a calendar don't fit together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadCalendar {
    /// A date of another year.
    #[error("{date} in the calendar of {year}")]
    OtherYear {
        /// The date.
        date: Date,
        /// The calendar's year.
        year: u16,
    },
    /// A make-up working day from Monday to Friday.
    #[error("{0} as a make-up working day, which is no Saturday or Sunday")]
    NotAWeekend(Date),
    /// A holiday on which people work.
    #[error("{0} as a holiday and as a working day")]
    Both(Date),
}

impl WorkingCalendar {
    /// A calendar whose dates fit together: `holidays` are days on which nobody works (weekends may be among
    /// them), `workdays` are Saturdays and Sundays on which people work.
    ///
    /// # Errors
    /// [`BadCalendar`] at the first date that doesn't fit.
    pub fn new(
        year: u16,
        holidays: Listed<Date, HOLIDAYS_MAX>,
        workdays: Listed<Date, WORKDAYS_MAX>,
        source: Source,
    ) -> Result<Self, BadCalendar> {
        for &date in holidays.iter().chain(workdays.iter()) {
            if date.year() != year {
                return Err(BadCalendar::OtherYear { date, year });
            }
        }
        for &date in workdays.iter() {
            if !is_weekend(date) {
                return Err(BadCalendar::NotAWeekend(date));
            }
            if holidays.as_slice().contains(&date) {
                return Err(BadCalendar::Both(date));
            }
        }
        Ok(Self {
            year,
            holidays,
            workdays,
            source,
        })
    }

    /// The year of all its dates.
    pub fn year(&self) -> u16 {
        self.year
    }

    /// Days on which nobody works.
    pub fn holidays(&self) -> &[Date] {
        self.holidays.as_slice()
    }

    /// Saturdays and Sundays on which people work.
    pub fn workdays(&self) -> &[Date] {
        self.workdays.as_slice()
    }

    /// The notice that it is taken from; a model value if it cites none.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Whether people work on `date`, which must be of this year: a make-up day, or Monday to Friday without holiday.
    pub fn is_working_day(&self, date: Date) -> bool {
        if is_weekend(date) {
            self.workdays().contains(&date)
        } else {
            !self.holidays().contains(&date)
        }
    }
}

/// Whether `date` is a Saturday or a Sunday.
pub fn is_weekend(date: Date) -> bool {
    date.weekday() >= 6
}

impl<'de> Deserialize<'de> for WorkingCalendar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let it = CalendarMembers::deserialize(deserializer)?;
        Self::new(it.year, it.holidays, it.workdays, it.source).map_err(|bad| {
            D::Error::invalid_value(
                Unexpected::Other(&bad.to_string()),
                &"a calendar whose dates fit together",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{canonical, decode, encode};

    #[test]
    fn the_dates_of_a_calendar_fit_together() {
        let calendar = |dates: &str| {
            let text = format!(r#"{{{dates},"source":{{}},"year":2026}}"#);
            let json: serde_json::Value = serde_json::from_str(&text).unwrap();
            decode::<WorkingCalendar>(&canonical::parse(&encode(&json).unwrap()).unwrap())
        };
        // A holiday may be a Saturday.
        let dates = r#""holidays":["2026-01-01","2026-01-03"],"workdays":["2026-01-04"]"#;
        let good = calendar(dates).unwrap();
        for (date, works) in [
            ("2026-01-01", false),
            ("2026-01-02", true),
            ("2026-01-03", false),
            ("2026-01-04", true),
            ("2026-01-05", true),
            ("2026-01-10", false),
        ] {
            assert_eq!(good.is_working_day(date.parse().unwrap()), works, "{date}");
        }
        let written = encode(&good).unwrap();
        assert_eq!(
            decode(&canonical::parse(&written).unwrap()).as_ref(),
            Ok(&good)
        );
        for (bad, found) in [
            (r#""holidays":["2027-01-01"]"#, "in the calendar of 2026"),
            (r#""workdays":["2027-01-02"]"#, "in the calendar of 2026"),
            (r#""workdays":["2026-01-02"]"#, "no Saturday or Sunday"),
            (
                r#""holidays":["2026-01-04"],"workdays":["2026-01-04"]"#,
                "as a holiday and as a working day",
            ),
            (r#""holidays":["2026-01-01","2026-01-01"]"#, "2 items"),
            (r#""holiday":["2026-01-01"]"#, "holiday"),
        ] {
            let violation = calendar(bad).unwrap_err();
            assert!(violation.found.contains(found), "{bad}: {violation}");
        }
    }
}
