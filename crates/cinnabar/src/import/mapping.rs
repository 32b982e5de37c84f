//! A mapping: read from TOML, checked against the contract before the first row is read.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead};
use std::path::{Path, PathBuf};

use cinnabar_events::kinds::UnknownKind;
use cinnabar_events::{Class, Kind};

use super::date::{Shape, ambiguous};
use super::id_rule::MAX_PREFIX;
use super::rows::{Rows, Unreadable};
use super::rule::{BeforeRule, EACH_LAST, EACH_NUMBER, FieldRule, MappingFile, StatementRule};
use super::schema;
use super::template::{Part, Template};

/// Longest mapping file, in bytes: 1 MiB. Those shipped have some 5 KiB.
const MAX_MAPPING_BYTES: u64 = 1024 * 1024;

/// How the rows of an older register become statements.
#[derive(Debug, Clone)]
pub struct Mapping {
    pub(super) file: MappingFile,
    namespace: String,
    pub(super) statements: Vec<CheckedRule>,
    /// Every column that something looks at.
    pub(super) used: BTreeSet<String>,
}

/// A statement's rule with what the contract says about it.
#[derive(Debug, Clone)]
pub(super) struct CheckedRule {
    pub(super) rule: StatementRule,
    pub(super) kind: Kind,
    /// Most characters of fields that have a limit.
    pub(super) limits: BTreeMap<String, usize>,
}

/// The mapping can't be used.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum Unusable {
    /// The file can't be read, or is longer than a mapping is.
    #[error("the mapping {path} can't be read")]
    Io { path: PathBuf, source: io::Error },
    /// Not TOML, or a key that no mapping has.
    #[error("not a mapping")]
    Toml(#[from] Box<toml::de::Error>),
    /// A name that can't be part of an id.
    #[error("{what} {found:?} is not 1 to {most} of a-z, 0-9 and '-'")]
    Name {
        what: &'static str,
        found: String,
        most: usize,
    },
    /// A kind that this release doesn't know.
    #[error("statement {role}")]
    UnknownKind { role: String, source: UnknownKind },
    /// A field that the kind doesn't have.
    #[error("statement {role}: {kind} has no field {field}")]
    UnknownField {
        role: String,
        kind: Kind,
        field: String,
    },
    /// Something is named that the mapping doesn't define.
    #[error("{place}: the mapping has no {what} {name:?}")]
    Undefined {
        place: String,
        what: &'static str,
        name: String,
    },
    /// A subject of another class than the kind is about.
    #[error("statement {role}: {kind} is about a {expected}, {id} is about another class")]
    WrongClass {
        role: String,
        kind: Kind,
        expected: Class,
        id: String,
    },
    /// Two statements with the same role, which would have the same id.
    #[error("two statements have the role {role}")]
    RoleTwice { role: String },
    /// A date can be read in two ways, or in none.
    #[error(
        "column {column}: no shapes, or MM/DD/YYYY beside DD/MM/YYYY, which nobody can tell apart"
    )]
    Shapes { column: String },
    /// A condition that says nothing.
    #[error("a condition on column {column} says nothing about it")]
    IdleCondition { column: String },
    /// A list that needs an item has none.
    #[error("{what} is empty")]
    Empty { what: &'static str },
    /// An id's prefix is too long or has characters that ids don't.
    #[error("prefix {prefix:?} is longer than {MAX_PREFIX} or has more than a-z, 0-9 and '-'")]
    Prefix { prefix: String },
}

impl Mapping {
    /// Reads a mapping from a file.
    ///
    /// # Errors
    /// [`Unusable`].
    pub fn load(path: &Path) -> Result<Self, Unusable> {
        let unreadable = |source| Unusable::Io {
            path: path.to_owned(),
            source,
        };
        let length = std::fs::metadata(path).map_err(unreadable)?.len();
        if length > MAX_MAPPING_BYTES {
            let reason = format!("{length} bytes, the most is {MAX_MAPPING_BYTES}");
            let kind = io::ErrorKind::FileTooLarge;
            return Err(unreadable(io::Error::new(kind, reason)));
        }
        Self::parse(&std::fs::read_to_string(path).map_err(unreadable)?)
    }

    /// Reads a mapping from TOML.
    ///
    /// # Errors
    /// [`Unusable`].
    pub fn parse(text: &str) -> Result<Self, Unusable> {
        let file: MappingFile = toml::from_str(text).map_err(Box::new)?;
        check_name("the name", &file.name, 60)?;
        for (list, what) in [
            (file.key.is_empty(), "key"),
            (file.statements.is_empty(), "statement"),
        ] {
            if list {
                return Err(Unusable::Empty { what });
            }
        }
        for (column, shapes) in &file.dates {
            if shapes.is_empty() || ambiguous(shapes) {
                let column = column.clone();
                return Err(Unusable::Shapes { column });
            }
        }
        let mut check = Check {
            file: &file,
            used: BTreeSet::new(),
        };
        check.shared()?;
        let mut roles = BTreeSet::new();
        let mut statements = Vec::new();
        for rule in &file.statements {
            if !roles.insert(&rule.role) {
                let role = rule.role.clone();
                return Err(Unusable::RoleTwice { role });
            }
            statements.push(check.statement(rule)?);
        }
        let used = check.used;
        Ok(Self {
            namespace: format!("{}@{}", file.name, file.version),
            file,
            statements,
            used,
        })
    }

    /// Name and version, `nl-algoritmeregister@1`: what statement ids are derived from, and
    /// `migrated.register` of every statement.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// Reads the rows of a file. Of a CSV file the header is read at once.
    ///
    /// # Errors
    /// [`Unreadable`] if the file can't be read, or its header lacks a column that the mapping looks at.
    pub fn read<R: BufRead>(&self, file: R) -> Result<Rows<'_, R>, Unreadable> {
        Rows::new(self, file)
    }

    pub(super) fn shapes(&self, column: &str) -> Option<&[Shape]> {
        self.file.dates.get(column).map(Vec::as_slice)
    }
}

fn check_name(what: &'static str, name: &str, most: usize) -> Result<(), Unusable> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if (1..=most).contains(&name.len()) && name.bytes().all(allowed) {
        return Ok(());
    }
    Err(Unusable::Name {
        what,
        found: name.to_owned(),
        most,
    })
}

/// One pass over a mapping: everything named is defined; which columns are used.
struct Check<'m> {
    file: &'m MappingFile,
    used: BTreeSet<String>,
}

impl Check<'_> {
    /// What all statements share.
    fn shared(&mut self) -> Result<(), Unusable> {
        let file = self.file;
        let plain = file.key.iter().chain(&file.ignore);
        self.used.extend(plain.chain(file.dates.keys()).cloned());
        for (name, id) in &file.ids {
            let allowed =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            if id.prefix.len() > MAX_PREFIX || !id.prefix.bytes().all(allowed) {
                let prefix = id.prefix.clone();
                return Err(Unusable::Prefix { prefix });
            }
            self.template(&format!("ids.{name}"), &id.from)?;
        }
        for rule in &file.refuse {
            self.conditions("refuse", &rule.when)?;
        }
        for rule in &file.note {
            self.conditions("note", &rule.when)?;
        }
        if let Some(before) = &file.before {
            self.id("before", &before.subject)?;
            for field in &before.fields {
                self.used.extend(before.columns(field));
            }
        }
        Ok(())
    }

    fn statement(&mut self, rule: &StatementRule) -> Result<CheckedRule, Unusable> {
        let role = &rule.role;
        check_name("the role", role, 40)?;
        let kind: Kind = rule.kind.parse().map_err(|source| Unusable::UnknownKind {
            role: role.clone(),
            source,
        })?;
        let class: Class = self.id(role, &rule.subject)?.into();
        if class != kind.class() {
            return Err(Unusable::WrongClass {
                role: role.clone(),
                kind,
                expected: kind.class(),
                id: rule.subject.clone(),
            });
        }
        for id in &rule.concerns {
            self.id(role, id)?;
        }
        if let Some(each) = &rule.each {
            self.used.insert(each.column.clone());
        }
        self.conditions(role, &rule.when)?;
        if let Some(occurred) = &rule.occurred {
            for column in &occurred.from {
                self.date(role, column)?;
            }
        }
        let schema = schema::of(kind);
        let mut limits = BTreeMap::new();
        for (path, field) in &rule.data {
            let Some(found) = schema::field(&schema, path) else {
                return Err(Unusable::UnknownField {
                    role: role.clone(),
                    kind,
                    field: path.clone(),
                });
            };
            limits.extend(found.max_length.map(|most| (path.clone(), most)));
            self.field(&format!("{role}: {path}"), field)?;
        }
        Ok(CheckedRule {
            rule: rule.clone(),
            kind,
            limits,
        })
    }

    fn field(&mut self, place: &str, field: &FieldRule) -> Result<(), Unusable> {
        self.conditions(place, &field.when)?;
        for template in &field.text {
            self.template(place, template)?;
        }
        Ok(())
    }

    fn conditions(
        &mut self,
        place: &str,
        conditions: &[super::condition::Condition],
    ) -> Result<(), Unusable> {
        for condition in conditions {
            if condition.is_idle() {
                let column = condition.column.clone();
                return Err(Unusable::IdleCondition { column });
            }
            for column in condition.columns() {
                self.column(column);
            }
            for column in condition.dates() {
                self.date(place, column)?;
            }
        }
        Ok(())
    }

    fn template(&mut self, place: &str, template: &Template) -> Result<(), Unusable> {
        for part in template.parts() {
            match part {
                Part::Text(_) => {}
                Part::Column(column) => self.column(column),
                Part::Translated { column, vocabulary } => {
                    self.column(column);
                    if !self.file.vocabularies.contains_key(vocabulary) {
                        return Err(undefined(place, "vocabulary", vocabulary));
                    }
                }
                Part::Id(id) => {
                    self.id(place, id)?;
                }
            }
        }
        Ok(())
    }

    fn column(&mut self, column: &str) {
        if column != EACH_NUMBER && column != EACH_LAST {
            self.used.insert(column.to_owned());
        }
    }

    fn id(&self, place: &str, id: &str) -> Result<super::id_rule::ClassName, Unusable> {
        let rule = self.file.ids.get(id);
        rule.map(|rule| rule.class)
            .ok_or_else(|| undefined(place, "id", id))
    }

    fn date(&self, place: &str, column: &str) -> Result<(), Unusable> {
        if self.file.dates.contains_key(column) {
            return Ok(());
        }
        Err(undefined(place, "date", column))
    }
}

fn undefined(place: &str, what: &'static str, name: &str) -> Unusable {
    Unusable::Undefined {
        place: place.to_owned(),
        what,
        name: name.to_owned(),
    }
}

impl BeforeRule {
    /// The columns that tell about `field`.
    pub(super) fn columns(&self, field: &str) -> impl Iterator<Item = String> {
        let all = self.says.iter().chain(std::iter::once(&self.was));
        all.map(move |pattern| pattern.replace('*', field))
    }
}
