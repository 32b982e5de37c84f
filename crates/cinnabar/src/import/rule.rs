//! The parts of a mapping as they stand in TOML.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::condition::Condition;
use super::date::Shape;
use super::id_rule::IdRule;
use super::template::{Template, Vocabulary};

/// A mapping as it stands in TOML, before it is checked.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MappingFile {
    /// Its name, `[a-z0-9-]{1,60}`.
    pub(super) name: String,
    /// Its version: changed when the same row would make other statements.
    pub(super) version: u32,
    /// How the file is written.
    pub(super) format: Format,
    /// Between the fields of a CSV file.
    #[serde(default)]
    pub(super) delimiter: Delimiter,
    /// Columns that tell rows apart, for ever.
    pub(super) key: Vec<String>,
    /// Values that mean "nothing", besides the empty text.
    #[serde(default)]
    pub(super) nothing: Vec<String>,
    /// What to do with a column that nothing in the mapping looks at.
    #[serde(default)]
    pub(super) unmapped: Unmapped,
    /// Columns known not to be taken over.
    #[serde(default)]
    pub(super) ignore: Vec<String>,
    /// Columns that hold dates, and the shapes to try, in this order.
    #[serde(default)]
    pub(super) dates: BTreeMap<String, Vec<Shape>>,
    /// Crosswalks.
    #[serde(default)]
    pub(super) vocabularies: BTreeMap<String, Vocabulary>,
    /// Ids of subjects.
    pub(super) ids: BTreeMap<String, IdRule>,
    /// Rows that are not taken over.
    #[serde(default)]
    pub(super) refuse: Vec<RefuseRule>,
    /// Rows that are remarked on.
    #[serde(default)]
    pub(super) note: Vec<NoteRule>,
    /// Values that a row says were there before, held against what earlier rows said.
    pub(super) before: Option<BeforeRule>,
    /// Statements of a row, in this order.
    #[serde(rename = "statement")]
    pub(super) statements: Vec<StatementRule>,
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Format {
    /// CSV with a header.
    Csv,
    /// A JSON object a line.
    JsonLines,
}

/// Between the fields of a CSV file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub(super) enum Delimiter {
    #[default]
    #[serde(rename = ",")]
    Comma,
    #[serde(rename = ";")]
    Semicolon,
    #[serde(rename = "\t")]
    Tab,
}

impl Delimiter {
    pub(super) const fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
        }
    }
}

/// What to do with a column that nothing in the mapping looks at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Unmapped {
    /// Count the rows in which it has a value.
    #[default]
    Note,
    /// Refuse those rows.
    Refuse,
}

/// Rows that are not taken over.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RefuseRule {
    pub(super) when: Vec<Condition>,
    /// Stable code for programs.
    pub(super) code: String,
    /// Why, for people.
    pub(super) words: String,
}

/// Rows that are remarked on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NoteRule {
    pub(super) when: Vec<Condition>,
    /// What to count them as.
    pub(super) words: String,
}

/// Values that a row says were there before, held against what earlier rows said. In `says` and
/// `was`, `*` stands for the name of the field.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BeforeRule {
    /// Whose values.
    pub(super) subject: String,
    /// Names of the fields.
    pub(super) fields: Vec<String>,
    /// Columns with the value from now on.
    pub(super) says: Vec<String>,
    /// Column with the value before.
    pub(super) was: String,
}

impl BeforeRule {
    /// The columns that tell about `field`.
    pub(super) fn columns(&self, field: &str) -> impl Iterator<Item = String> {
        let all = self.says.iter().chain(std::iter::once(&self.was));
        all.map(move |pattern| pattern.replace('*', field))
    }
}

/// One statement of a row.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StatementRule {
    /// What the statement is in its row, `[a-z0-9-]{1,40}`; part of its id.
    pub(super) role: String,
    /// Its kind.
    pub(super) kind: String,
    /// Name of the id that is its subject.
    pub(super) subject: String,
    /// Names of ids of further subjects; those without a value are left out.
    #[serde(default)]
    pub(super) concerns: Vec<String>,
    /// Only for rows like these.
    #[serde(default)]
    pub(super) when: Vec<Condition>,
    /// Once for each subject, not once for each row.
    #[serde(default)]
    pub(super) once: bool,
    /// Once for each of the items in a column.
    pub(super) each: Option<EachRule>,
    /// When it happened.
    pub(super) occurred: Option<OccurredRule>,
    /// The payload: fields by path.
    pub(super) data: BTreeMap<String, FieldRule>,
}

/// A statement for each of the items in a column. The columns `each.number` (from 1) and `each.last`
/// (`yes`, or empty) can be used in its templates and conditions.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EachRule {
    pub(super) column: String,
    /// Between the items.
    pub(super) split: char,
    /// Every item there can be; another one refuses the row.
    pub(super) of: Vec<String>,
    /// The items that make a statement.
    pub(super) take: Vec<String>,
}

/// Column that `each` sets to the number of the statement, from 1.
pub(super) const EACH_NUMBER: &str = "each.number";
/// Column that `each` sets to `yes` in the last statement.
pub(super) const EACH_LAST: &str = "each.last";

/// When it happened: the first of the columns that has a value.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OccurredRule {
    pub(super) from: Vec<String>,
    /// What to count the row as if none has.
    pub(super) absent: Option<String>,
}

/// A field of the payload: a template, or more said about it.
#[derive(Debug, Clone)]
pub(super) struct FieldRule {
    /// Templates; those that have a value are joined.
    pub(super) text: Vec<Template>,
    /// Between them.
    pub(super) join: String,
    /// Only for rows like these.
    pub(super) when: Vec<Condition>,
    /// Without a value, the row is refused.
    pub(super) required: bool,
    /// What to count the row as if there is no value.
    pub(super) absent: Option<String>,
    /// What to do with a text longer than the field allows.
    pub(super) overlong: Overlong,
}

/// What to do with a text longer than the field allows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Overlong {
    /// Refuse the row.
    #[default]
    Refuse,
    /// Cut the text, say so at its end, and count the row.
    Cut,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LongField {
    text: OneOrMore,
    #[serde(default = "space")]
    join: String,
    #[serde(default)]
    when: Vec<Condition>,
    #[serde(default)]
    required: bool,
    absent: Option<String>,
    #[serde(default)]
    overlong: Overlong,
}

fn space() -> String {
    " ".to_owned()
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(Template),
    More(Vec<Template>),
}

impl<'de> Deserialize<'de> for FieldRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = FieldRule;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "a template, or a table with text, join, when, required, absent, overlong",
                )
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<FieldRule, E> {
                Ok(FieldRule {
                    text: vec![text.parse().map_err(E::custom)?],
                    join: space(),
                    when: Vec::new(),
                    required: false,
                    absent: None,
                    overlong: Overlong::default(),
                })
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<FieldRule, A::Error> {
                let long = LongField::deserialize(MapAccessDeserializer::new(map))?;
                let text = match long.text {
                    OneOrMore::One(one) => vec![one],
                    OneOrMore::More(more) => more,
                };
                Ok(FieldRule {
                    text,
                    join: long.join,
                    when: long.when,
                    required: long.required,
                    absent: long.absent,
                    overlong: long.overlong,
                })
            }
        }
        deserializer.deserialize_any(Either)
    }
}
