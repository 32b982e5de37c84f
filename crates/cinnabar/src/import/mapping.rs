//! A mapping: read from TOML, checked against the contract before the first row is read.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead};
use std::path::{Path, PathBuf};

use cinnabar_events::kinds::UnknownKind;
use cinnabar_events::{Class, Kind};

use super::check::Check;
use super::date::Shape;
use super::id_rule::MAX_PREFIX;
use super::rows::{Rows, Unreadable};
use super::rule::{MappingFile, StatementRule};

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
    #[error("statement {role}: {kind} is about the class {expected}, and {id} is not")]
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
        let mut check = Check::new(&file);
        check.shared()?;
        let statements = check.statements()?;
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
