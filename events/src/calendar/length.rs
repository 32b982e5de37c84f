//! How long a deadline is.

use std::str::FromStr;

use schemars::JsonSchema;
use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer, Serialize};

/// Most days of a length: ten years, which have at most 3,653 days.
pub const DAYS_MAX: u16 = 3_660;
/// Most working days of a length: ten years of at most 262 weekdays.
pub const WORKING_DAYS_MAX: u16 = 2_620;
/// Most hours of a length: a leap year. What is longer stands in days.
pub const HOURS_MAX: u16 = 366 * 24;
/// Most months of a length: ten years.
pub const MONTHS_MAX: u16 = 120;
/// Most bytes of a [`Pointer`]: a path of a few member names.
pub const POINTER_MAX_BYTES: usize = 100;

/// How long a deadline is. In JSON an object with exactly one of `workingDays`, `days`, `hours`, `months`, `until`;
/// beside `until` there may be `before`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "LengthMembers")]
pub enum Length {
    /// A number of days, working days, hours or months from the start event.
    Counted(Counted),
    /// Until a date that the statement gives.
    Until(Until),
}

/// A number of units, within the unit's limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Counted {
    unit: Unit,
    number: u16,
}

/// What a [`Counted`] length counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Working days.
    WorkingDays,
    /// Calendar days.
    Days,
    /// Hours, which run through.
    Hours,
    /// Months: up to the same day number, or the last day of the month.
    Months,
}

impl Unit {
    /// The most that a length may have of it.
    pub fn max(self) -> u16 {
        match self {
            Unit::WorkingDays => WORKING_DAYS_MAX,
            Unit::Days => DAYS_MAX,
            Unit::Hours => HOURS_MAX,
            Unit::Months => MONTHS_MAX,
        }
    }
}

impl Counted {
    /// `number` times `unit`.
    ///
    /// # Errors
    /// [`NotALength::Number`] if that is none or more than [`Unit::max`].
    pub fn new(number: u16, unit: Unit) -> Result<Self, NotALength> {
        let most = unit.max();
        if (1..=most).contains(&number) {
            Ok(Self { unit, number })
        } else {
            Err(NotALength::Number { number, most })
        }
    }

    /// How many: at least one, at most [`Unit::max`].
    pub fn number(self) -> u16 {
        self.number
    }

    /// Of what.
    pub fn unit(self) -> Unit {
        self.unit
    }
}

/// To the end of a date that the statement gives, or of the day that lies some days before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Until {
    date: Pointer,
    before: u16,
}

impl Until {
    /// To the end of the day `before` days before the date at `date`.
    ///
    /// # Errors
    /// [`NotALength::Number`] if `before` is more than [`DAYS_MAX`].
    pub fn new(date: Pointer, before: u16) -> Result<Self, NotALength> {
        if before > DAYS_MAX {
            return Err(NotALength::Number {
                number: before,
                most: DAYS_MAX,
            });
        }
        Ok(Self { date, before })
    }

    /// Where the date stands in the statement's `data`.
    pub fn date(&self) -> &Pointer {
        &self.date
    }

    /// How many days before it the deadline ends: 0 is that date itself, at most [`DAYS_MAX`].
    pub fn before(&self) -> u16 {
        self.before
    }
}

/// The members don't make a [`Length`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotALength {
    /// None of the members, or several.
    #[error("not exactly one of workingDays, days, hours, months, until")]
    Members,
    /// `before` beside something else than `until`, or of 0 days.
    #[error("before with 0 days or without until")]
    Before,
    /// None or too many of a unit.
    #[error("{number}, where {most} is the most and 1 the least")]
    Number {
        /// How many there are.
        number: u16,
        /// How many there may be.
        most: u16,
    },
}

/// A [`Length`] as it stands in JSON.
#[serde_with::skip_serializing_none]
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct LengthMembers {
    /// Working days: 1 to [`WORKING_DAYS_MAX`].
    working_days: Option<u16>,
    /// Calendar days: 1 to [`DAYS_MAX`].
    days: Option<u16>,
    /// Hours, which run through: 1 to [`HOURS_MAX`].
    hours: Option<u16>,
    /// Months: 1 to [`MONTHS_MAX`].
    months: Option<u16>,
    /// JSON pointer, relative to the statement's `data`, to the date with whose day's end the deadline ends.
    until: Option<Pointer>,
    /// Only beside `until`: so many days before that date; 1 to [`DAYS_MAX`].
    before: Option<u16>,
}

/// Exactly one of the units, or `until` with or without `before`.
impl JsonSchema for Length {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Length".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let mut schema = LengthMembers::json_schema(generator);
        let members = [
            ("workingDays", WORKING_DAYS_MAX),
            ("days", DAYS_MAX),
            ("hours", HOURS_MAX),
            ("months", MONTHS_MAX),
            ("before", DAYS_MAX),
        ];
        for (name, most) in members {
            let bounds = [("minimum", 1), ("maximum", most)];
            for (keyword, bound) in bounds {
                if let Some(member) = schema.pointer_mut(&format!("/properties/{name}"))
                    && let Some(member) = member.as_object_mut()
                {
                    member.insert(keyword.into(), bound.into());
                }
            }
        }
        let one = ["workingDays", "days", "hours", "months", "until"];
        let one = one.map(|name| serde_json::json!({ "required": [name] }));
        schema.insert("oneOf".into(), one.into_iter().collect());
        let with = serde_json::json!({ "before": ["until"] });
        schema.insert("dependentRequired".into(), with);
        schema
    }
}

impl TryFrom<LengthMembers> for Length {
    type Error = NotALength;

    fn try_from(members: LengthMembers) -> Result<Self, NotALength> {
        let counts = [
            (members.working_days, Unit::WorkingDays),
            (members.days, Unit::Days),
            (members.hours, Unit::Hours),
            (members.months, Unit::Months),
        ];
        let mut counts = counts
            .into_iter()
            .filter_map(|(number, unit)| Some((number?, unit)));
        match (counts.next(), counts.next(), members.until, members.before) {
            (Some((number, unit)), None, None, None) => {
                Counted::new(number, unit).map(Length::Counted)
            }
            // One spelling: no days before is no `before`.
            (None, None, Some(_), Some(0)) | (Some(_), None, None, Some(_)) => {
                Err(NotALength::Before)
            }
            (None, None, Some(date), before) => {
                Until::new(date, before.unwrap_or(0)).map(Length::Until)
            }
            _ => Err(NotALength::Members),
        }
    }
}

impl From<Length> for LengthMembers {
    fn from(length: Length) -> Self {
        let mut members = Self::default();
        match length {
            Length::Counted(counted) => {
                let member = match counted.unit {
                    Unit::WorkingDays => &mut members.working_days,
                    Unit::Days => &mut members.days,
                    Unit::Hours => &mut members.hours,
                    Unit::Months => &mut members.months,
                };
                *member = Some(counted.number);
            }
            Length::Until(until) => {
                members.until = Some(until.date);
                members.before = (until.before > 0).then_some(until.before);
            }
        }
        members
    }
}

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(LengthMembers::deserialize(deserializer)?).map_err(|not| {
            D::Error::invalid_value(
                Unexpected::Other(&not.to_string()),
                &"a length, like {\"days\":15} or {\"until\":\"/expires\"}",
            )
        })
    }
}

/// A JSON pointer (RFC 6901) to a value below the top: `/` before each step, `~0` and `~1` for `~` and `/`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pointer(Box<str>);

/// Not a JSON pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a JSON pointer of at most {POINTER_MAX_BYTES} bytes, like /expires")]
pub struct NotAPointer;

impl Pointer {
    /// The pointer.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Pointer {
    type Err = NotAPointer;

    fn from_str(text: &str) -> Result<Self, NotAPointer> {
        let escaped = text
            .split('~')
            .skip(1)
            .all(|rest| rest.starts_with(['0', '1']));
        let plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        let fits = plain && text.starts_with('/') && text.len() <= POINTER_MAX_BYTES && escaped;
        fits.then(|| Self(text.into())).ok_or(NotAPointer)
    }
}

impl std::fmt::Display for Pointer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

crate::text::text_serde!(Pointer);
crate::schema::text_schema!(Pointer => { "pattern": "^/([ -}]|~[01])*$", "maxLength": POINTER_MAX_BYTES });

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{canonical, decode, encode};

    fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, crate::Violation> {
        decode(&canonical::parse(text.as_bytes()).unwrap())
    }

    #[test]
    fn a_length_has_exactly_one_unit_and_one_spelling() {
        for good in [
            r#"{"workingDays":20}"#,
            r#"{"workingDays":2620}"#,
            r#"{"days":3660}"#,
            r#"{"hours":72}"#,
            r#"{"hours":8784}"#,
            r#"{"months":120}"#,
            r#"{"until":"/expires"}"#,
            r#"{"before":30,"until":"/scope/expires"}"#,
            r#"{"until":"/a~1b~0"}"#,
        ] {
            let length: Length = read(good).unwrap();
            assert_eq!(encode(&length).unwrap(), good.as_bytes());
        }
        for (bad, found) in [
            (r#"{}"#, "not exactly one"),
            (r#"{"days":1,"hours":1}"#, "not exactly one"),
            (r#"{"days":1,"until":"/expires"}"#, "not exactly one"),
            (r#"{"before":3}"#, "not exactly one"),
            (r#"{"before":3,"days":1}"#, "before"),
            (r#"{"before":0,"until":"/expires"}"#, "before"),
            (r#"{"before":3661,"until":"/expires"}"#, "3661"),
            (r#"{"days":0}"#, "0, where 3660"),
            (r#"{"days":3661}"#, "3661"),
            (r#"{"workingDays":2621}"#, "2621"),
            (r#"{"hours":8785}"#, "8785"),
            (r#"{"months":121}"#, "121"),
            (r#"{"days":-1}"#, "-1"),
            (r#"{"weeks":1}"#, "weeks"),
            (r#"{"until":"expires"}"#, "expires"),
            (r#"{"until":"/a~2"}"#, "/a~2"),
            (r#""days""#, "string"),
        ] {
            let violation = read::<Length>(bad).unwrap_err();
            assert!(violation.found.contains(found), "{bad}: {violation}");
        }
    }
}
