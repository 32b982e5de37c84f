//! The view of all entries: by kind, by subject, by time. Not their contents, which the replica has.

use cinnabar_events::{Entry, Kind, Subject, Timestamp};
use cinnabar_tlog::Size;
use rusqlite::{Row, Transaction, params};
use serde::{Deserialize, Serialize};

use crate::column::{Json, seq, unsigned};
use crate::pool::{ReadError, Reader};
use crate::projection::{Projection, Table};
use crate::query::{At, Key, Listing, Page, Source, Where, text};

/// The view `entries`.
pub(crate) struct Entries;

impl Projection for Entries {
    const NAME: &'static str = "entries";
    const VERSION: u32 = 1;
    const TABLES: &'static [Table] = &[
        Table::Rows {
            name: "entry",
            create: "
                CREATE TABLE entry (
                    seq INTEGER PRIMARY KEY,
                    time TEXT NOT NULL,
                    kind TEXT NOT NULL,
                    subject TEXT NOT NULL,
                    statement TEXT NOT NULL,
                    hash TEXT NOT NULL,
                    occurred TEXT,
                    effective TEXT,
                    signers TEXT NOT NULL,
                    migrated INTEGER NOT NULL
                );
                CREATE INDEX entry_kind ON entry (kind, seq);
                CREATE INDEX entry_time ON entry (time);",
            order: "seq",
        },
        Table::Rows {
            name: "entry_subject",
            create: "
                CREATE TABLE entry_subject (
                    subject TEXT NOT NULL,
                    seq INTEGER NOT NULL,
                    revision INTEGER NOT NULL,
                    PRIMARY KEY (subject, seq)
                ) WITHOUT ROWID;",
            order: "subject, seq",
        },
    ];

    fn apply(entry: &Entry, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        let (statement, sequence) = (entry.statement(), seq(entry.seq()));
        let signers: Vec<SignerRow> = statement
            .signers
            .iter()
            .map(|claim| SignerRow {
                actor: claim.actor.to_string(),
                role: claim.role.to_string(),
                on_behalf_of: claim.on_behalf_of.as_ref().map(ToString::to_string),
            })
            .collect();
        let mut insert =
            transaction.prepare_cached("INSERT INTO entry VALUES (?,?,?,?,?,?,?,?,?,?)")?;
        insert.execute(params![
            sequence,
            entry.time().to_string(),
            statement.kind().as_str(),
            statement.subject.to_string(),
            statement.id.to_string(),
            entry.hash().to_string(),
            statement.occurred.map(|when| when.to_string()),
            statement.effective.map(|when| when.to_string()),
            Json(signers),
            statement.migrated.is_some(),
        ])?;
        let mut insert = transaction.prepare_cached("INSERT INTO entry_subject VALUES (?,?,?)")?;
        for (subject, link) in entry.dossiers() {
            let revision = i64::try_from(link.revision.get()).unwrap_or(i64::MAX);
            insert.execute(params![subject.to_string(), sequence, revision])?;
        }
        Ok(())
    }
}

/// One signer, as the statement names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignerRow {
    /// The actor's id.
    pub actor: String,
    /// In which role.
    pub role: String,
    /// For which organisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<String>,
}

/// One entry, without its contents.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EntryRow {
    /// Its position in the ledger.
    pub sequence: u64,
    /// When it was recorded.
    pub time: String,
    /// Which fact it states.
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// The statement's id.
    pub statement: String,
    /// BLAKE3 of the entry's bytes.
    pub hash: String,
    /// When it happened in the world, as asserted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub occurred: Option<String>,
    /// When it takes effect in law, as asserted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effective: Option<String>,
    /// Who signed it.
    pub signers: Vec<SignerRow>,
    /// Whether it was taken over from an older register.
    pub migrated: bool,
}

/// Which entries.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EntryFilter {
    /// Of one of these kinds; any if empty.
    pub kinds: Vec<Kind>,
    /// In this subject's dossier.
    pub subject: Option<Subject>,
    /// From this sequence on.
    pub from: u64,
}

impl EntryFilter {
    fn conditions(&self, at: At) -> Where {
        let mut conditions = Where::default();
        conditions.and("entry.seq < ?", [at.value()]);
        if self.from > 0 {
            let from = i64::try_from(self.from).unwrap_or(i64::MAX);
            conditions.and("entry.seq >= ?", [from.into()]);
        }
        if !self.kinds.is_empty() {
            let places = vec!["?"; self.kinds.len()].join(",");
            conditions.and(
                &format!("entry.kind IN ({places})"),
                self.kinds.iter().map(|kind| text(kind.as_str())),
            );
        }
        conditions
    }
}

const COLUMNS: &str =
    "entry.seq, time, kind, entry.subject, statement, hash, occurred, effective, signers, migrated";

impl Reader {
    /// Entries, in order of their sequence.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn entries(
        &self,
        at: At,
        filter: &EntryFilter,
        page: &Page,
    ) -> Result<Listing<EntryRow>, ReadError> {
        let mut conditions = filter.conditions(at);
        let mut from = "entry";
        if let Some(subject) = &filter.subject {
            from = "entry_subject JOIN entry ON entry.seq = entry_subject.seq";
            conditions.and("entry_subject.subject = ?", [text(subject.to_string())]);
        }
        let source = Source {
            columns: COLUMNS,
            from,
            sequence: "entry.seq",
            id: "''",
        };
        let key = |row: &EntryRow| Key {
            sequence: row.sequence,
            id: String::new(),
        };
        self.ask(|sqlite| conditions.list(sqlite, &source, page, read, key))
    }

    /// One entry.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn entry(&self, sequence: u64) -> Result<Option<EntryRow>, ReadError> {
        let sequence = i64::try_from(sequence).unwrap_or(i64::MAX);
        self.ask(|sqlite| {
            let mut select =
                sqlite.prepare_cached(&format!("SELECT {COLUMNS} FROM entry WHERE seq = ?"))?;
            let row = select.query_map([sequence], read)?.next();
            row.transpose()
        })
    }

    /// The size that the ledger had at `moment`: how many entries had been recorded by then.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn size_at(&self, moment: Timestamp) -> Result<Size, ReadError> {
        self.ask(|sqlite| {
            // Times never run backwards, so the last entry of that time or before is the last one there was.
            let mut select = sqlite.prepare_cached(
                "SELECT seq + 1 FROM entry WHERE time <= ? ORDER BY time DESC, seq DESC LIMIT 1",
            )?;
            let size = select
                .query_map([moment.to_string()], |row| row.get(0))?
                .next();
            Ok(Size::new(unsigned(size.transpose()?.unwrap_or(0))))
        })
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<EntryRow> {
    let Json(signers) = row.get(8)?;
    Ok(EntryRow {
        sequence: unsigned(row.get(0)?),
        time: row.get(1)?,
        kind: row.get(2)?,
        subject: row.get(3)?,
        statement: row.get(4)?,
        hash: row.get(5)?,
        occurred: row.get(6)?,
        effective: row.get(7)?,
        signers,
        migrated: row.get(9)?,
    })
}
