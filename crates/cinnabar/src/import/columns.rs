//! The columns of one row.

use std::collections::BTreeMap;

use super::refusal::Refusal;

/// Most columns of a row. Wide registers have a hundred; more is another file than was meant.
pub(super) const MAX_COLUMNS: usize = 1000;

/// The columns of one row by name. A column may be absent, or there and empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Columns(BTreeMap<String, String>);

impl Columns {
    /// Adds a column.
    ///
    /// # Errors
    /// [`Refusal::ColumnTwice`], or [`Refusal::ColumnCount`] if there are too many.
    pub(super) fn add(&mut self, name: &str, value: String) -> Result<(), Refusal> {
        if self.0.contains_key(name) {
            return Err(Refusal::ColumnTwice {
                column: name.to_owned(),
            });
        }
        if self.0.len() == MAX_COLUMNS {
            return Err(Refusal::ColumnCount {
                expected: MAX_COLUMNS,
                found: MAX_COLUMNS + 1,
            });
        }
        self.0.insert(name.to_owned(), value);
        Ok(())
    }

    /// The value of a column; `None` if it is absent or empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// Whether the column is there, if only empty.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Every column with its value.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Every value, to be changed in place.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut String)> {
        self.0
            .iter_mut()
            .map(|(name, value)| (name.as_str(), value))
    }

    /// Sets a column that the engine makes itself.
    pub(super) fn set(&mut self, name: &str, value: String) {
        self.0.insert(name.to_owned(), value);
    }
}
