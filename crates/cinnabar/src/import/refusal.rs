//! Why a row can't be used.

use cinnabar_events::{Malformed, NotEncodable, Unwritable, Violation};

use super::lines::MAX_ROW_BYTES;
use super::rows::MAX_ROWS;

/// Why a row can't be used. Goes to the reject file as a stable code and words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Longer than a row may be.
    #[error(
        "the row has {found} bytes, the most is {MAX_ROW_BYTES}; the first of them are kept here"
    )]
    RowTooLong {
        /// Its length in bytes.
        found: u64,
    },
    /// Not UTF-8.
    #[error("byte {at} of the row is not UTF-8")]
    NotUtf8 {
        /// Offset of the byte in the row, from 0.
        at: usize,
    },
    /// A CSV field is opened with a quote that is never closed.
    #[error("a quote is opened in column {column} and not closed")]
    UnclosedQuote {
        /// Number of the column, from 1.
        column: usize,
    },
    /// Something stands between a closing quote and the next delimiter.
    #[error("text after the closing quote of column {column}")]
    TextAfterQuote {
        /// Number of the column, from 1.
        column: usize,
    },
    /// Not as many columns as the header has.
    #[error("{found} columns, the header has {expected}")]
    ColumnCount {
        /// Columns in the header.
        expected: usize,
        /// Columns in the row.
        found: usize,
    },
    /// Not a JSON object.
    #[error("not a JSON object: {detail}")]
    NotJson {
        /// What the parser says.
        detail: String,
    },
    /// The same member twice.
    #[error("member {column} stands twice")]
    ColumnTwice {
        /// The member's path.
        column: String,
    },
    /// A column that the mapping knows nothing of.
    #[error("the mapping has no use for column {column}")]
    ColumnUnmapped {
        /// The column.
        column: String,
    },
    /// No key, so no id.
    #[error("column {column}, part of the row's key, is empty")]
    KeyMissing {
        /// The empty column.
        column: String,
    },
    /// A row with this key was read before.
    #[error("a row with the key {key} was read before")]
    Duplicate {
        /// The key.
        key: String,
    },
    /// More rows than an import reads.
    #[error("more than {MAX_ROWS} rows; split the file")]
    TooManyRows,
    /// No statement of the mapping is for such a row.
    #[error("no statement of the mapping is for such a row")]
    NoStatement,
    /// The row says nothing that a statement could hold.
    #[error("nothing to state in {role}")]
    Nothing {
        /// The statement's role in the row.
        role: String,
    },
    /// The mapping refuses such rows.
    #[error("{words}")]
    ByMapping {
        /// The mapping's code.
        code: String,
        /// The mapping's words.
        words: String,
    },
    /// A value that must be there isn't.
    #[error("{field} needs a value and its column is empty")]
    ValueMissing {
        /// The field that wants it.
        field: String,
    },
    /// A value that stands in no vocabulary of the mapping.
    #[error("{value:?} in column {column} is not in the vocabulary {vocabulary}")]
    ValueUnknown {
        /// The column.
        column: String,
        /// The value, shortened.
        value: String,
        /// The vocabulary.
        vocabulary: String,
    },
    /// A text longer than the field allows.
    #[error("{field} would have {found} characters, the most is {most}")]
    ValueTooLong {
        /// The field.
        field: String,
        /// Characters found.
        found: usize,
        /// Characters allowed.
        most: usize,
    },
    /// A control character, which has no place in a statement.
    #[error("a control character U+{code:04X} in column {column}")]
    ControlCharacter {
        /// The column.
        column: String,
        /// The character.
        code: u32,
    },
    /// A date in none of the shapes.
    #[error("{value:?} in column {column} is not a date of the shape {shapes}")]
    DateUnreadable {
        /// The column.
        column: String,
        /// The value, shortened.
        value: String,
        /// The shapes tried.
        shapes: String,
    },
    /// No id can be made.
    #[error(
        "no id for {id}: {value:?} is empty or has characters other than A-Z, a-z, 0-9, '_' and '-'"
    )]
    IdInvalid {
        /// The mapping's name for the id.
        id: String,
        /// What would have been the id, shortened.
        value: String,
    },
    /// The kind's schema says no.
    #[error("{role}: {violation}")]
    Schema {
        /// The statement's role in the row.
        role: String,
        /// What and where.
        violation: Violation,
    },
    /// No valid statement for another reason, such as its length.
    #[error("{role}: {cause}")]
    Unwritable {
        /// The statement's role in the row.
        role: String,
        /// Why.
        cause: Unwritable,
    },
}

impl Refusal {
    /// Stable code for programs. Codes of a mapping's own refusals are those that it gives.
    pub fn code(&self) -> &str {
        match self {
            Self::RowTooLong { .. } => "row.too_long",
            Self::NotUtf8 { .. } => "row.not_utf8",
            Self::UnclosedQuote { .. } => "row.unclosed_quote",
            Self::TextAfterQuote { .. } => "row.text_after_quote",
            Self::ColumnCount { .. } => "row.column_count",
            Self::NotJson { .. } => "row.not_json",
            Self::ColumnTwice { .. } => "row.column_twice",
            Self::ColumnUnmapped { .. } => "row.column_unmapped",
            Self::KeyMissing { .. } => "row.key_missing",
            Self::Duplicate { .. } => "row.duplicate",
            Self::TooManyRows => "row.too_many",
            Self::NoStatement => "row.no_statement",
            Self::Nothing { .. } => "row.nothing_to_state",
            Self::ByMapping { code, .. } => code,
            Self::ValueMissing { .. } => "value.missing",
            Self::ValueUnknown { .. } => "value.unknown",
            Self::ValueTooLong { .. } => "value.too_long",
            Self::ControlCharacter { .. } => "value.control_character",
            Self::DateUnreadable { .. } => "date.unreadable",
            Self::IdInvalid { .. } => "id.invalid",
            Self::Schema { .. } => "statement.schema",
            Self::Unwritable { cause, .. } => match cause {
                Unwritable::NotEncodable(NotEncodable::Number(_) | NotEncodable::Shape) => {
                    "statement.not_encodable"
                }
                Unwritable::Malformed(Malformed::TooLong { .. }) => "statement.too_long",
                Unwritable::Malformed(_) => "statement.malformed",
            },
        }
    }
}

/// The first characters of `value`, enough to find it again.
pub(super) fn shortened(value: &str) -> String {
    /// Characters shown of a value in words.
    const SHOWN: usize = 60;
    let mut short: String = value.chars().take(SHOWN).collect();
    if short.len() < value.len() {
        short.push('…');
    }
    short
}
