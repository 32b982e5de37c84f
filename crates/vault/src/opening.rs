//! Openings: what opens a commitment, as it comes beside a statement and as it is shown.

use std::fmt;

use cinnabar_events::canonical::{self, NotCanonical};
use cinnabar_events::{Commitment, NotEncodable, StatementId, Subject, encode};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use zeroize::{Zeroize as _, Zeroizing};

use crate::limits::{
    MAX_OPENINGS, MAX_OPENINGS_BYTES, MAX_PERSON_CHARS, MAX_POINTER_BYTES, MAX_VALUE_BYTES,
};

/// Whom confidential values are about: what is sealed together, and can be erased together.
///
/// Either a subject of the ledger, or a person under a name that stands nowhere on the ledger. The two never meet: a person
/// called `incident/i1` is not the subject `incident/i1`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DataSubject {
    tag: u8,
    name: Box<str>,
}

impl DataSubject {
    pub(crate) const SUBJECT: u8 = 0;
    pub(crate) const PERSON: u8 = 1;

    /// A subject of the ledger.
    pub fn subject(subject: &Subject) -> Self {
        Self {
            tag: Self::SUBJECT,
            name: subject.to_string().into(),
        }
    }

    /// A person, under any name of 1 to [`MAX_PERSON_CHARS`] characters that the institution uses for them.
    ///
    /// # Errors
    /// [`Malformed::Person`].
    pub fn person(name: &str) -> Result<Self, Malformed> {
        let chars = name.chars().take(MAX_PERSON_CHARS + 1).count();
        if (1..=MAX_PERSON_CHARS).contains(&chars) {
            Ok(Self {
                tag: Self::PERSON,
                name: name.into(),
            })
        } else {
            Err(Malformed::Person)
        }
    }

    pub(crate) fn tag(&self) -> u8 {
        self.tag
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Debug for DataSubject {
    /// Without the name: it may be a person's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataSubject")
    }
}

/// What opens one commitment: field, salt and value.
#[derive(Clone, PartialEq, Eq)]
pub struct Opening {
    pub(crate) pointer: Box<str>,
    pub(crate) salt: Zeroizing<[u8; 32]>,
    pub(crate) value: Zeroizing<Vec<u8>>,
    pub(crate) person: Option<DataSubject>,
}

impl Opening {
    /// `value` in the field at `pointer` (relative to `data`), with its salt: 32 random bytes.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn new(pointer: &str, salt: Zeroizing<[u8; 32]>, value: &Value) -> Result<Self, Malformed> {
        if !is_pointer(pointer) {
            return Err(Malformed::Pointer);
        }
        let named = || pointer.to_owned();
        let value = Zeroizing::new(encode(value).map_err(|source| match source {
            // The number itself is part of the value.
            NotEncodable::Number(_) => Malformed::Number { pointer: named() },
            NotEncodable::Shape => Malformed::Null { pointer: named() },
        })?);
        if value.len() > MAX_VALUE_BYTES {
            return Err(Malformed::ValueTooLong { pointer: named() });
        }
        canonical::parse(&value).map_err(|source| Malformed::Value {
            pointer: named(),
            source,
        })?;
        Ok(Self {
            pointer: pointer.into(),
            salt,
            value,
            person: None,
        })
    }

    /// The same, about another data subject than the subject of the statement.
    #[must_use]
    pub fn about(mut self, person: DataSubject) -> Self {
        self.person = Some(person);
        self
    }

    /// The field, relative to `data`.
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// The salt.
    pub fn salt(&self) -> &[u8; 32] {
        &self.salt
    }

    /// The value's canonical bytes.
    pub fn value(&self) -> &[u8] {
        &self.value
    }

    /// The commitment that this opens, in the statement `statement`.
    pub fn commitment(&self, statement: StatementId) -> Commitment {
        Commitment::to(statement, &self.pointer, &self.salt, &self.value)
    }
}

impl fmt::Debug for Opening {
    /// Without salt, value and person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Opening({})", self.pointer)
    }
}

impl Serialize for Opening {
    /// As it stands in the JSON of [`Openings`].
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let salt = Zeroizing::new(hex::encode(*self.salt));
        let mut value: Value = serde_json::from_slice(&self.value)
            .map_err(|_| serde::ser::Error::custom("a value is no JSON"))?;
        let result = Written {
            pointer: &self.pointer,
            salt: &salt,
            value: &value,
            person: self.person.as_ref().map(DataSubject::name),
        }
        .serialize(serializer);
        wipe(&mut value);
        result
    }
}

/// Shape of one opening in JSON.
#[derive(Serialize)]
struct Written<'a> {
    pointer: &'a str,
    salt: &'a str,
    value: &'a Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<&'a str>,
}

/// The same, as it is read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    pointer: String,
    salt: String,
    value: Value,
    #[serde(default)]
    person: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadAll {
    statement: StatementId,
    openings: Vec<Read>,
}

/// What opens the commitments of one statement. As JSON:
///
/// ```json
/// {"statement": "01930000-0000-7000-8000-000000000001",
///  "openings": [{"pointer": "/contact", "salt": "<64 hex digits>", "value": "…", "person": "…"}]}
/// ```
///
/// `person` is left out where the value is about the subject of the statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Openings {
    statement: StatementId,
    openings: Vec<Opening>,
}

impl Openings {
    /// `openings` of the statement `statement`.
    ///
    /// # Errors
    /// [`Malformed::TooMany`].
    pub fn new(statement: StatementId, openings: Vec<Opening>) -> Result<Self, Malformed> {
        if openings.len() > MAX_OPENINGS {
            return Err(Malformed::TooMany);
        }
        Ok(Self {
            statement,
            openings,
        })
    }

    /// Reads them from JSON.
    ///
    /// # Errors
    /// [`Malformed`]. Never panics, whatever the input.
    pub fn parse(json: &[u8]) -> Result<Self, Malformed> {
        if json.len() > MAX_OPENINGS_BYTES {
            return Err(Malformed::TooLong { found: json.len() });
        }
        let read: ReadAll = serde_json::from_slice(json).map_err(|error| Malformed::Json {
            line: error.line(),
            column: error.column(),
        })?;
        let openings: Result<Vec<Opening>, Malformed> =
            read.openings.into_iter().map(Read::finish).collect();
        Self::new(read.statement, openings?)
    }

    /// As JSON.
    ///
    /// # Panics
    /// Never: openings are JSON.
    pub fn to_json(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(serde_json::to_vec(self).expect("openings are JSON"))
    }

    /// Which statement.
    pub fn statement(&self) -> StatementId {
        self.statement
    }

    /// Each of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Opening> {
        self.openings.iter()
    }

    pub(crate) fn into_openings(self) -> Vec<Opening> {
        self.openings
    }
}

impl Read {
    fn finish(mut self) -> Result<Opening, Malformed> {
        let opening = self.read();
        self.salt.zeroize();
        wipe(&mut self.value);
        opening
    }

    fn read(&self) -> Result<Opening, Malformed> {
        let mut salt = Zeroizing::new([0; 32]);
        let lower = !self.salt.bytes().any(|byte| byte.is_ascii_uppercase());
        if !lower || hex::decode_to_slice(&self.salt, &mut *salt).is_err() {
            return Err(Malformed::Salt);
        }
        let opening = Opening::new(&self.pointer, salt, &self.value)?;
        Ok(match &self.person {
            Some(person) => opening.about(DataSubject::person(person)?),
            None => opening,
        })
    }
}

/// Wipes the texts of a value from memory.
fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(members) => members.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A JSON pointer (RFC 6901) that names a field: begins with `/`, `~` only in `~0` and `~1`.
fn is_pointer(text: &str) -> bool {
    let escapes = text
        .split('~')
        .skip(1)
        .all(|rest| rest.starts_with(['0', '1']));
    text.len() > 1
        && text.len() <= MAX_POINTER_BYTES
        && text.starts_with('/')
        && !text.contains('\0')
        && escapes
}

/// The bytes are no openings. Says where, never what stands there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Longer than [`MAX_OPENINGS_BYTES`].
    #[error("the openings have {found} bytes, the most is {MAX_OPENINGS_BYTES}")]
    TooLong {
        /// Their length in bytes.
        found: usize,
    },
    /// More than [`MAX_OPENINGS`].
    #[error("more than {MAX_OPENINGS} openings")]
    TooMany,
    /// Not JSON of this shape.
    #[error(
        "line {line}, column {column}: not {{\"statement\", \"openings\": [{{\"pointer\", \"salt\", \"value\", \"person\"?}}]}}"
    )]
    Json {
        /// 1-based.
        line: usize,
        /// 1-based.
        column: usize,
    },
    /// Not a JSON pointer to a field.
    #[error("a pointer is not a JSON pointer of 2 to {MAX_POINTER_BYTES} bytes")]
    Pointer,
    /// Not a salt.
    #[error("a salt is not 64 lower-case hex digits")]
    Salt,
    /// Not a person's name.
    #[error("a person is not 1 to {MAX_PERSON_CHARS} characters")]
    Person,
    /// Longer than [`MAX_VALUE_BYTES`].
    #[error("the value of {pointer} has more than {MAX_VALUE_BYTES} bytes")]
    ValueTooLong {
        /// Which field.
        pointer: String,
    },
    /// A number that canonical JSON does not have.
    #[error("the value of {pointer} has a number that is no integer within 2^53-1")]
    Number {
        /// Which field.
        pointer: String,
    },
    /// Null, which canonical JSON does not have.
    #[error("the value of {pointer} has a null")]
    Null {
        /// Which field.
        pointer: String,
    },
    /// No canonical form.
    #[error("the value of {pointer} has no canonical form")]
    Value {
        /// Which field.
        pointer: String,
        /// What is wrong with it.
        #[source]
        source: NotCanonical,
    },
}

impl Malformed {
    /// Stable code for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLong { .. } | Self::TooMany | Self::ValueTooLong { .. } => "opening.too_long",
            Self::Json { .. } => "opening.not_json",
            Self::Pointer => "opening.pointer",
            Self::Salt => "opening.salt",
            Self::Person => "opening.person",
            Self::Number { .. } | Self::Null { .. } | Self::Value { .. } => "opening.value",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "01930000-0000-7000-8000-000000000001";

    fn one(member: &str, json: &str) -> String {
        let mut opening = serde_json::json!({
            "pointer": "/contact", "salt": "0a".repeat(32), "value": "Li Na",
        });
        opening[member] = serde_json::from_str(json).unwrap();
        serde_json::json!({ "statement": ID, "openings": [opening] }).to_string()
    }

    #[test]
    fn openings_are_read_as_they_are_written() {
        let json = one("person", "\"Li Na, 1980\"");
        let openings = Openings::parse(json.as_bytes()).unwrap();
        let again = Openings::parse(&openings.to_json()).unwrap();
        assert_eq!(openings, again);
        let opening = openings.iter().next().unwrap();
        assert_eq!(opening.value(), b"\"Li Na\"");
        assert_eq!(
            opening.commitment(openings.statement()),
            Commitment::to(ID.parse().unwrap(), "/contact", &[0x0a; 32], b"\"Li Na\"")
        );
        let shown = format!("{openings:?} {:?}", opening.person);
        assert!(
            !shown.contains("Li Na") && !shown.contains("0a0a"),
            "{shown}"
        );
    }

    #[test]
    fn what_is_wrong_is_said_without_the_value() {
        let long = format!("\"{}\"", "s3cret".repeat(MAX_VALUE_BYTES / 6 + 1));
        let deep = format!("{}\"s3cret\"{}", "[".repeat(20), "]".repeat(20));
        let table = [
            ("salt", "\"00\"", "opening.salt"),
            ("salt", &format!("{:?}", "0A".repeat(32)), "opening.salt"),
            ("pointer", "\"contact\"", "opening.pointer"),
            ("pointer", "\"/\"", "opening.pointer"),
            ("pointer", "\"/a~2\"", "opening.pointer"),
            ("pointer", "\"/a\\u0000b\"", "opening.pointer"),
            ("person", "\"\"", "opening.person"),
            (
                "person",
                &format!("{:?}", "x".repeat(201)),
                "opening.person",
            ),
            ("value", "1.5", "opening.value"),
            ("value", "null", "opening.value"),
            ("value", "[\"s3cret\", 9007199254740993]", "opening.value"),
            ("value", "\"s3cret\\u007f\"", "opening.value"),
            ("value", &deep, "opening.value"),
            ("value", &long, "opening.too_long"),
            ("extra", "\"s3cret\"", "opening.not_json"),
            ("pointer", "{\"s3cret\": 1}", "opening.not_json"),
        ];
        for (member, json, code) in table {
            let error = Openings::parse(one(member, json).as_bytes()).unwrap_err();
            assert_eq!(error.code(), code, "{member} {json}");
            assert!(
                !format!("{error} {error:?}").contains("s3cret"),
                "{error:?}"
            );
            assert!(!format!("{error:?}").contains("9007199254740993"));
        }
    }

    #[test]
    fn there_is_a_most_of_openings_and_of_their_bytes() {
        let opening = Opening::new("/a", Zeroizing::new([1; 32]), &Value::from("x")).unwrap();
        let id = ID.parse().unwrap();
        assert!(Openings::new(id, vec![opening.clone(); MAX_OPENINGS]).is_ok());
        assert_eq!(
            Openings::new(id, vec![opening; MAX_OPENINGS + 1]),
            Err(Malformed::TooMany)
        );
        let spaces = vec![b' '; MAX_OPENINGS_BYTES + 1];
        let found = spaces.len();
        assert_eq!(Openings::parse(&spaces), Err(Malformed::TooLong { found }));
    }
}
