//! The view of deadlines that were missed, as the ledger says. Those that run stand in the records.

use cinnabar_events::{Class, Code, Entry, Payload, Subject, Timestamp};
use rusqlite::types::Type;
use rusqlite::{Row, params};

use crate::column::{seq, unsigned};
use crate::pool::{ReadError, Reader};
use crate::projection::{Projection, Table};
use crate::query::{At, Key, Listing, Page, Source, Where, text};
use crate::writing::Writing;

/// The view `deadlines`.
pub(crate) struct Deadlines;

impl Projection for Deadlines {
    const NAME: &'static str = "deadlines";
    const VERSION: u32 = 1;
    const TABLES: &'static [Table] = &[Table::Rows {
        name: "missed",
        create: "
            CREATE TABLE missed (
                seq INTEGER PRIMARY KEY,
                rule TEXT NOT NULL,
                class TEXT NOT NULL,
                subject TEXT NOT NULL,
                counted_from TEXT NOT NULL,
                due TEXT NOT NULL
            );",
        order: "seq",
    }];

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "a view takes the kinds that it shows and leaves the others"
    )]
    fn apply(entry: &Entry, transaction: &Writing<'_>) -> rusqlite::Result<()> {
        match &entry.statement().payload {
            Payload::DeadlineMissed(missed) => {
                let mut insert =
                    transaction.prepare_cached("INSERT INTO missed VALUES (?,?,?,?,?,?)")?;
                insert.execute(params![
                    seq(entry.seq()),
                    missed.rule.as_str(),
                    missed.on.class().as_str(),
                    missed.on.to_string(),
                    missed.from.to_string(),
                    missed.due.to_string(),
                ])?;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// A deadline that the ledger said was missed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissedRow {
    /// Sequence of the entry that says so.
    pub sequence: u64,
    /// Its rule.
    pub rule: Code,
    /// On what it ran.
    pub on: Subject,
    /// From when it was counted.
    pub from: Timestamp,
    /// The first moment that was too late.
    pub due: Timestamp,
}

/// Which missed deadlines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MissedFilter {
    /// On subjects of this class.
    pub class: Option<Class>,
    /// Due at this moment or before.
    pub until: Option<Timestamp>,
    /// By one of these rules; any if absent.
    pub rules: Option<Vec<String>>,
}

impl Reader {
    /// Missed deadlines, in the order in which the ledger said so.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn missed(
        &self,
        at: At,
        filter: &MissedFilter,
        page: &Page,
    ) -> Result<Listing<MissedRow>, ReadError> {
        let mut conditions = Where::default();
        conditions.and("seq < ?", [at.value()]);
        conditions.equals("class", filter.class.map(Class::as_str));
        if let Some(until) = filter.until {
            conditions.and("due <= ?", [text(until.to_string())]);
        }
        if let Some(rules) = &filter.rules {
            let places = vec!["?"; rules.len()].join(",");
            conditions.and(&format!("rule IN ({places})"), rules.iter().map(text));
        }
        let source = Source {
            columns: "seq, rule, subject, counted_from, due",
            from: "missed",
            sequence: "seq",
            id: "",
        };
        let key = |row: &MissedRow| Key {
            sequence: row.sequence,
            id: String::new(),
        };
        self.ask(|sqlite| conditions.list(sqlite, self.total(at), &source, page, read, key))
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<MissedRow> {
    Ok(MissedRow {
        sequence: unsigned(row.get(0)?),
        rule: parsed(row, 1)?,
        on: parsed(row, 2)?,
        from: parsed(row, 3)?,
        due: parsed(row, 4)?,
    })
}

/// What was written as text, read again.
pub(crate) fn parsed<T>(row: &Row<'_>, column: usize) -> rusqlite::Result<T>
where
    T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>,
{
    let text: String = row.get(column)?;
    text.parse().map_err(|error: T::Err| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
    })
}
