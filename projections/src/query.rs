//! Lists: conditions, a count, and one page of rows after a key.

use cinnabar_tlog::Size;
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};

use crate::column::unsigned;

/// Most rows on one page: a page is held in memory as a whole.
pub const PAGE_MAX: usize = 100;

/// The size of the ledger that an answer speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At(Size);

impl At {
    /// As it stood at `size`.
    pub const fn size(size: Size) -> Self {
        Self(size)
    }

    pub(crate) fn value(self) -> Value {
        Value::Integer(i64::try_from(self.0.get()).unwrap_or(i64::MAX))
    }
}

/// Where a row stands in its list: the sequence that brought it, then its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Sequence of the entry that brought it.
    pub sequence: u64,
    /// Its id; empty where the sequence alone tells rows apart.
    pub id: String,
}

/// Which rows of a list are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Those after this one; from the start if absent.
    pub after: Option<Key>,
    /// How many, 1 to [`PAGE_MAX`]; others are moved into that range.
    pub limit: usize,
    /// Newest first.
    pub descending: bool,
}

impl Default for Page {
    fn default() -> Self {
        Self {
            after: None,
            limit: PAGE_MAX,
            descending: false,
        }
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing<T> {
    /// How many rows the whole list has.
    pub total: u64,
    /// This page's.
    pub rows: Vec<T>,
    /// Key of this page's last row, if more follow.
    pub next: Option<Key>,
}

/// The list's table and the columns of its key.
pub(crate) struct Source {
    /// What follows `SELECT`.
    pub(crate) columns: &'static str,
    /// What follows `FROM`.
    pub(crate) from: &'static str,
    /// The key's sequence.
    pub(crate) sequence: &'static str,
    /// The key's id; `''` if there is none.
    pub(crate) id: &'static str,
}

/// Conditions, all of which must hold. Their text is ours; what comes from outside is bound.
#[derive(Default)]
pub(crate) struct Where {
    sql: String,
    values: Vec<Value>,
}

impl Where {
    /// Adds a condition with as many `?` as `values`.
    pub(crate) fn and(&mut self, condition: &str, values: impl IntoIterator<Item = Value>) {
        self.sql.push_str(if self.sql.is_empty() {
            " WHERE "
        } else {
            " AND "
        });
        self.sql.push_str(condition);
        self.values.extend(values);
    }

    /// Adds `column = value`, if there is a value.
    pub(crate) fn equals(&mut self, column: &str, value: Option<impl AsRef<str>>) {
        if let Some(value) = value {
            self.and(&format!("{column} = ?"), [text(value)]);
        }
    }

    /// Adds that a row was valid at that size: `from_seq < size AND size <= until_seq`.
    pub(crate) fn valid(&mut self, at: At) {
        self.and("from_seq < ? AND until_seq >= ?", [at.value(), at.value()]);
    }

    /// Counts the rows and reads one page of them.
    pub(crate) fn list<T>(
        mut self,
        sqlite: &Connection,
        source: &Source,
        page: &Page,
        read: fn(&Row<'_>) -> rusqlite::Result<T>,
        key: fn(&T) -> Key,
    ) -> rusqlite::Result<Listing<T>> {
        let Source {
            columns,
            from,
            sequence,
            id,
        } = source;
        let count = format!("SELECT count(*) FROM {from}{}", self.sql);
        let total: i64 = sqlite
            .prepare_cached(&count)?
            .query_row(params_from_iter(&self.values), |row| row.get(0))?;
        let (compare, direction) = if page.descending {
            ("<", "DESC")
        } else {
            (">", "ASC")
        };
        if let Some(after) = &page.after {
            let values = [
                Value::Integer(i64::try_from(after.sequence).unwrap_or(i64::MAX)),
                text(&after.id),
            ];
            self.and(&format!("({sequence}, {id}) {compare} (?, ?)"), values);
        }
        let limit = page.limit.clamp(1, PAGE_MAX);
        // One more than wanted tells whether there is a next page.
        let select = format!(
            "SELECT {columns} FROM {from}{} ORDER BY {sequence} {direction}, {id} {direction} LIMIT {}",
            self.sql,
            limit + 1
        );
        let mut statement = sqlite.prepare_cached(&select)?;
        let found = statement.query_map(params_from_iter(&self.values), read)?;
        let mut rows = found.collect::<rusqlite::Result<Vec<T>>>()?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(key);
        Ok(Listing {
            total: unsigned(total),
            rows,
            next,
        })
    }
}

/// A text as a bound value.
pub(crate) fn text(value: impl AsRef<str>) -> Value {
    Value::Text(value.as_ref().to_owned())
}
