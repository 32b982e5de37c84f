//! Lists: conditions, a count, and one page of rows after a key.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use cinnabar_tlog::Size;
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};

use crate::column::unsigned;
use crate::search::Search;

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

    /// Entries in it.
    pub(crate) const fn entries(self) -> Size {
        self.0
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
    /// The key's id; empty where no two rows of a list have the same sequence.
    pub(crate) id: &'static str,
}

impl Source {
    /// The columns that order the list.
    fn order(&self, direction: &str) -> String {
        match self.id {
            "" => format!("{} {direction}", self.sequence),
            id => format!("{} {direction}, {id} {direction}", self.sequence),
        }
    }
}

/// How a list's total is come by.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Total<'t> {
    /// It follows from what is asked.
    Known(u64),
    /// What holds now will hold for ever: counted once.
    Remembered(&'t Totals),
    /// Counted each time.
    Counted,
}

/// Totals that were counted. What held at one size holds for ever, and the pages of a list all speak of one size.
#[derive(Debug, Default)]
pub(crate) struct Totals(Mutex<HashMap<String, u64>>);

/// Most totals that are remembered, some 500 bytes each; then all are forgotten.
const TOTALS_MAX: usize = 4_096;

impl Totals {
    /// The total that is remembered under `question`, or else the one that `count` gives.
    fn of(
        &self,
        question: String,
        count: impl FnOnce() -> rusqlite::Result<u64>,
    ) -> rusqlite::Result<u64> {
        let totals = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(total) = totals().get(&question) {
            return Ok(*total);
        }
        let total = count()?;
        let mut totals = totals();
        if totals.len() >= TOTALS_MAX {
            totals.clear();
        }
        totals.insert(question, total);
        Ok(total)
    }
}

/// Conditions, all of which must hold. Their text is ours; what comes from outside is bound.
#[derive(Default)]
pub(crate) struct Where {
    sql: String,
    values: Vec<Value>,
    /// The text index that is searched.
    words: Option<&'static str>,
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

    /// Adds that the row's words, in the text index `words`, match. They are looked up first, and rows by their `text_seq`.
    pub(crate) fn search(&mut self, words: &'static str, search: Option<&Search>) {
        if let Some(search) = search {
            self.words = Some(words);
            self.and(&format!("{words} MATCH ?"), [text(search.as_str())]);
        }
    }

    /// Counts the rows and reads one page of them.
    pub(crate) fn list<T>(
        mut self,
        sqlite: &Connection,
        total: Total<'_>,
        source: &Source,
        page: &Page,
        read: fn(&Row<'_>) -> rusqlite::Result<T>,
        key: fn(&T) -> Key,
    ) -> rusqlite::Result<Listing<T>> {
        let total = self.total(sqlite, total, source)?;
        let (compare, direction) = if page.descending {
            ("<", "DESC")
        } else {
            (">", "ASC")
        };
        if let Some(after) = &page.after {
            let sequence = Value::Integer(i64::try_from(after.sequence).unwrap_or(i64::MAX));
            match source.id {
                "" => self.and(&format!("{} {compare} ?", source.sequence), [sequence]),
                id => self.and(
                    &format!("({}, {id}) {compare} (?, ?)", source.sequence),
                    [sequence, text(&after.id)],
                ),
            }
        }
        let limit = page.limit.clamp(1, PAGE_MAX);
        let select = self.select(source, direction, limit);
        let mut statement = sqlite.prepare_cached(&select)?;
        let found = statement.query_map(params_from_iter(&self.values), read)?;
        let mut rows = found.collect::<rusqlite::Result<Vec<T>>>()?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(key);
        Ok(Listing { total, rows, next })
    }

    fn total(
        &self,
        sqlite: &Connection,
        total: Total<'_>,
        source: &Source,
    ) -> rusqlite::Result<u64> {
        let sql = format!("SELECT count(*) FROM {}{}", self.from(source), self.sql);
        let count = || {
            let mut count = sqlite.prepare_cached(&sql)?;
            let total = count.query_row(params_from_iter(&self.values), |row| row.get(0))?;
            Ok(unsigned(total))
        };
        match total {
            Total::Known(total) => Ok(total),
            Total::Remembered(totals) => totals.of(format!("{sql} {:?}", self.values), count),
            Total::Counted => count(),
        }
    }

    /// The table, behind the text index that leads to its rows.
    fn from(&self, source: &Source) -> Cow<'static, str> {
        let from = source.from;
        match self.words {
            Some(words) => {
                format!("{words} CROSS JOIN {from} ON {from}.text_seq = {words}.rowid").into()
            }
            None => from.into(),
        }
    }

    /// The page, and one row more than wanted, which tells whether there is a next page. What a search finds is sorted by its keys alone,
    /// before any row is read.
    fn select(&self, source: &Source, direction: &str, limit: usize) -> String {
        let (order, limit, from) = (source.order(direction), limit + 1, self.from(source));
        let (columns, conditions) = (source.columns, &self.sql);
        match self.words {
            Some(_) => format!(
                "SELECT {columns} FROM {table} WHERE rowid IN (SELECT {table}.rowid FROM {from}{conditions} ORDER BY {order} LIMIT {limit}) ORDER BY {order}",
                table = source.from
            ),
            None => {
                format!("SELECT {columns} FROM {from}{conditions} ORDER BY {order} LIMIT {limit}")
            }
        }
    }
}

/// A text as a bound value.
pub(crate) fn text(value: impl AsRef<str>) -> Value {
    Value::Text(value.as_ref().to_owned())
}
