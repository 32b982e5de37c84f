//! Confidential fields: the ledger holds a salted commitment, the submitter keeps value and salt.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use cinnabar_events::{Commitment, NotEncodable, StatementId, encode};
use cinnabar_vault::{DataSubject, MAX_PERSON_CHARS};
use serde::{Serialize, Serializer};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::files::{self, Access, FileError};

/// `/pointer=text` or `/pointer:=JSON`: a field that is committed to and not recorded.
#[derive(Clone, PartialEq, Eq)]
pub struct Confidential {
    pointer: String,
    value: Value,
}

impl std::fmt::Debug for Confidential {
    /// Without the value.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Confidential({})", self.pointer)
    }
}

/// Not a confidential field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotConfidential {
    /// No pointer and value.
    #[error("not /pointer=text or /pointer:=JSON")]
    Shape,
    /// What follows `:=` is no JSON.
    #[error("what follows := is not JSON")]
    Json,
}

impl FromStr for Confidential {
    type Err = NotConfidential;

    fn from_str(text: &str) -> Result<Self, NotConfidential> {
        let (pointer, value) = text.split_once('=').ok_or(NotConfidential::Shape)?;
        let (pointer, value) = match pointer.strip_suffix(':') {
            Some(pointer) => (
                pointer,
                serde_json::from_str(value).map_err(|_| NotConfidential::Json)?,
            ),
            None => (pointer, Value::from(value)),
        };
        if !pointer.starts_with('/') || pointer.len() < 2 {
            return Err(NotConfidential::Shape);
        }
        Ok(Self {
            pointer: pointer.to_owned(),
            value,
        })
    }
}

/// `/pointer=name`: whom a confidential value is about. The name goes into the vault and nowhere else.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    pointer: String,
    name: String,
}

impl std::fmt::Debug for Person {
    /// Without the name.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Person({})", self.pointer)
    }
}

/// Not a person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not /pointer=name, with a name of 1 to {MAX_PERSON_CHARS} characters")]
pub struct NotAPerson;

impl FromStr for Person {
    type Err = NotAPerson;

    fn from_str(text: &str) -> Result<Self, NotAPerson> {
        let (pointer, name) = text.split_once('=').ok_or(NotAPerson)?;
        DataSubject::person(name).map_err(|_| NotAPerson)?;
        if !pointer.starts_with('/') || pointer.len() < 2 {
            return Err(NotAPerson);
        }
        Ok(Self {
            pointer: pointer.to_owned(),
            name: name.to_owned(),
        })
    }
}

/// What opens one commitment.
#[derive(Serialize)]
pub struct Opening {
    /// The field, relative to `data`.
    pub pointer: String,
    /// 32 random bytes, 64 hex digits.
    #[serde(serialize_with = "hex")]
    pub salt: Zeroizing<[u8; 32]>,
    /// The value.
    pub value: Value,
    /// Whom it is about, if not the subject of the statement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
}

fn hex<S: Serializer>(salt: &Zeroizing<[u8; 32]>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&Zeroizing::new(hex::encode(**salt)))
}

/// What opens the commitments of one statement.
#[derive(Serialize)]
pub struct Openings {
    /// Which statement.
    pub statement: StatementId,
    /// One for each commitment.
    pub openings: Vec<Opening>,
}

/// Why there is no commitment.
#[derive(Debug, thiserror::Error)]
pub enum NotCommitted {
    /// The value has no canonical form.
    #[error("the value of {pointer}")]
    Value {
        /// Which field.
        pointer: String,
        /// What is wrong with it.
        #[source]
        source: NotEncodable,
    },
    /// Two values for one field.
    #[error("{pointer} is given twice")]
    Twice {
        /// Which field.
        pointer: String,
    },
    /// A person, and no value.
    #[error("--person {pointer}: no --confidential {pointer}=…")]
    NoValue {
        /// Which field.
        pointer: String,
    },
    /// The system gives no random bytes.
    #[error("the system gives no random bytes")]
    Random(#[from] getrandom::Error),
}

impl Openings {
    /// Commits to each field with a salt of its own.
    ///
    /// # Errors
    /// [`NotCommitted`].
    pub fn commit(
        statement: StatementId,
        fields: &[Confidential],
        people: &[Person],
    ) -> Result<(Self, BTreeMap<String, Commitment>), NotCommitted> {
        let known = |one: &&Person| fields.iter().any(|field| field.pointer == one.pointer);
        if let Some(person) = people.iter().find(|one| !known(one)) {
            let pointer = person.pointer.clone();
            return Err(NotCommitted::NoValue { pointer });
        }
        let mut openings = Vec::new();
        let mut commitments = BTreeMap::new();
        for Confidential { pointer, value } in fields {
            let bytes =
                encode(value)
                    .map(Zeroizing::new)
                    .map_err(|source| NotCommitted::Value {
                        pointer: pointer.clone(),
                        source,
                    })?;
            let mut salt = Zeroizing::new([0; 32]);
            getrandom::fill(&mut *salt)?;
            let commitment = Commitment::to(statement, pointer, &salt, &bytes);
            if commitments.insert(pointer.clone(), commitment).is_some() {
                return Err(NotCommitted::Twice {
                    pointer: pointer.clone(),
                });
            }
            let person = people.iter().find(|person| person.pointer == *pointer);
            openings.push(Opening {
                pointer: pointer.clone(),
                salt,
                value: value.clone(),
                person: person.map(|person| person.name.clone()),
            });
        }
        Ok((
            Self {
                statement,
                openings,
            },
            commitments,
        ))
    }

    /// What the file with the openings of `statement` is called.
    pub fn file_name(statement: StatementId) -> String {
        format!("{statement}.openings.json")
    }

    /// Keeps them in `<id>.openings.json` in `folder`, readable by its owner only: until the statement is submitted nothing
    /// else can open the commitments, and afterwards only the institution's vault.
    ///
    /// # Errors
    /// [`FileError`].
    ///
    /// # Panics
    /// Never: openings are JSON.
    pub fn keep(&self, folder: &Path) -> Result<PathBuf, FileError> {
        let path = folder.join(Self::file_name(self.statement));
        let text = Zeroizing::new(serde_json::to_vec_pretty(self).expect("openings are JSON"));
        files::create(&path, &text, Access::Private)?;
        Ok(path)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn what_is_kept_opens_what_is_committed() {
        let id = StatementId::derived("test", "1");
        let fields: Vec<Confidential> = [
            r#"/contactPerson={"no":"json"}"#,
            r#"/persons:=[{"age":7}]"#,
        ]
        .iter()
        .map(|text| text.parse().unwrap())
        .collect();
        let (openings, commitments) = Openings::commit(id, &fields, &[]).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let path = openings.keep(dir.path()).unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let kept: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        assert_eq!(
            kept["openings"][0]["value"],
            Value::from(r#"{"no":"json"}"#)
        );
        for opening in kept["openings"].as_array().unwrap() {
            let pointer = opening["pointer"].as_str().unwrap();
            let salt: [u8; 32] = hex::decode(opening["salt"].as_str().unwrap())
                .unwrap()
                .try_into()
                .unwrap();
            let value = encode(&opening["value"]).unwrap();
            assert_eq!(
                Commitment::to(id, pointer, &salt, &value),
                commitments[pointer]
            );
        }
        assert!(!format!("{fields:?}").contains("json"));
    }

    #[test]
    fn the_vault_reads_what_is_kept_and_whom_it_is_about() {
        let id = StatementId::derived("test", "1");
        let fields = ["/contact=yes".parse().unwrap()];
        let people = ["/contact=Lin Hua".parse().unwrap()];
        let (openings, commitments) = Openings::commit(id, &fields, &people).unwrap();
        let json = serde_json::to_vec(&openings).unwrap();
        let read = cinnabar_vault::Openings::parse(&json).unwrap();
        let opening = read.iter().next().unwrap();
        assert_eq!(opening.commitment(id), commitments["/contact"]);
        assert!(
            String::from_utf8(json)
                .unwrap()
                .contains(r#""person":"Lin Hua""#)
        );
        assert!(!format!("{people:?}").contains("Hua"));
        let nobody = ["/reporter=Lin Hua".parse().unwrap()];
        assert!(matches!(
            Openings::commit(id, &fields, &nobody),
            Err(NotCommitted::NoValue { .. })
        ));
        for bad in ["", "/contact", "/contact=", "contact=Lin"] {
            assert_eq!(bad.parse::<Person>(), Err(NotAPerson), "{bad:?}");
        }
    }

    #[test]
    fn nobody_can_guess_a_value_by_committing_to_it_again() {
        let id = StatementId::derived("test", "1");
        let fields = ["/contact=yes".parse().unwrap()];
        let commit = || Openings::commit(id, &fields, &[]).unwrap();
        let (one, other) = (commit(), commit());
        assert_ne!(one.1, other.1);
        assert_ne!(*one.0.openings[0].salt, [0; 32]);
    }

    #[test]
    fn a_field_needs_a_pointer_and_a_value_with_one_spelling() {
        for bad in ["", "contact=x", "/=x", "/contact", "/contact:={"] {
            assert!(bad.parse::<Confidential>().is_err(), "{bad:?}");
        }
        let id = StatementId::derived("test", "1");
        let float = ["/a:=1.5".parse().unwrap()];
        assert!(matches!(
            Openings::commit(id, &float, &[]),
            Err(NotCommitted::Value { .. })
        ));
        let twice = ["/a=1".parse().unwrap(), "/a=2".parse().unwrap()];
        assert!(matches!(
            Openings::commit(id, &twice, &[]),
            Err(NotCommitted::Twice { .. })
        ));
    }
}
