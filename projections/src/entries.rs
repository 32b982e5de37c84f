//! The view of all entries: by kind, by subject, by time. Not their contents, which the replica has.

use cinnabar_events::{Entry, Kind, Statement, Subject, Timestamp};
use cinnabar_tlog::Size;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::{Deserialize, Serialize};

use crate::column::{Json, seq, unsigned};
use crate::marks::{self, Mark, Slot, Suspect};
use crate::pool::{ReadError, Reader};
use crate::projection::{Projection, Table};
use crate::query::{At, Key, Listing, Page, Source, Total, Where, text};
use crate::writing::Writing;

/// The view `entries`.
pub(crate) struct Entries;

impl Projection for Entries {
    const NAME: &'static str = "entries";
    const VERSION: u32 = 2;
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
                    migrated INTEGER NOT NULL,
                    commitments TEXT
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

    fn apply(entry: &Entry, transaction: &Writing<'_>) -> rusqlite::Result<()> {
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
            transaction.prepare_cached("INSERT INTO entry VALUES (?,?,?,?,?,?,?,?,?,?,?)")?;
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
            commitments(statement).map(Json),
        ])?;
        let mut insert = transaction.prepare_cached("INSERT INTO entry_subject VALUES (?,?,?)")?;
        for (subject, link) in entry.dossiers() {
            let revision = i64::try_from(link.revision.get()).unwrap_or(i64::MAX);
            insert.execute(params![subject.to_string(), sequence, revision])?;
        }
        Ok(())
    }
}

/// Pointer and commitment of each confidential field; nothing if there is none.
fn commitments(statement: &Statement) -> Option<Vec<(String, String)>> {
    let texts = |(pointer, commitment): (&_, &_)| text_pair(pointer, commitment);
    let found: Vec<_> = statement.commitments.iter().map(texts).collect();
    (!found.is_empty()).then_some(found)
}

fn text_pair(pointer: &impl ToString, commitment: &impl ToString) -> (String, String) {
    (pointer.to_string(), commitment.to_string())
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
    /// Keys that signed it after they were compromised, as far as is known. Absent if there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub suspect: Vec<Suspect>,
    /// Its confidential fields. Absent if it has none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub confidential: Vec<Slot>,
    /// Later entries that correct, annotate or dispute it. Absent if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<Mark>,
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
    /// With, or without, a signature of a key that was compromised by then.
    pub suspect: Option<bool>,
}

impl EntryFilter {
    /// How many entries there are of those asked for, if nothing need be counted: there is one at each sequence.
    fn known(&self, at: At, cursor: Size) -> Option<u64> {
        let all = self.kinds.is_empty() && self.subject.is_none() && self.suspect.is_none();
        let end = at.entries().min(cursor).get();
        all.then(|| end.saturating_sub(self.from))
    }

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
        if let Some(suspect) = self.suspect {
            let not = if suspect { "" } else { "NOT " };
            conditions.and(&format!("{not}{}", marks::IS_SUSPECT), [at.value()]);
        }
        conditions
    }
}

const COLUMNS: &str = "entry.seq, time, kind, entry.subject, statement, hash, occurred, effective, signers, migrated, commitments";

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
            id: "",
        };
        let key = |row: &EntryRow| Key {
            sequence: row.sequence,
            id: String::new(),
        };
        let known = filter.known(at, self.cursor().size);
        let total = known.map_or(self.total(at), Total::Known);
        self.ask(|sqlite| {
            let mut listing = conditions.list(sqlite, total, &source, page, read, key)?;
            for row in &mut listing.rows {
                complete(sqlite, at, row)?;
            }
            Ok(listing)
        })
    }

    /// Subjects other than `subject` about which there are entries in its dossier: at most `limit`, those first that
    /// came first. Deadlines are left out.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn related(
        &self,
        at: At,
        subject: &Subject,
        limit: usize,
    ) -> Result<Vec<Subject>, ReadError> {
        self.ask(|sqlite| marks::related(sqlite, at, subject, limit))
    }

    /// One entry, and what was said about it up to that size.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn entry(&self, at: At, sequence: u64) -> Result<Option<EntryRow>, ReadError> {
        let sequence = i64::try_from(sequence).unwrap_or(i64::MAX);
        self.ask(|sqlite| {
            let mut select = sqlite.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM entry WHERE seq = ? AND seq < ?"
            ))?;
            let values = params![sequence, at.value()];
            let Some(mut row) = select.query_row(values, read).optional()? else {
                return Ok(None);
            };
            complete(sqlite, at, &mut row)?;
            Ok(Some(row))
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

/// Adds what later entries say about this one, as far as was known at that size.
fn complete(sqlite: &Connection, at: At, row: &mut EntryRow) -> rusqlite::Result<()> {
    row.suspect = marks::suspects(sqlite, at, row.sequence)?;
    // A statement's id is unique per first signer.
    let first = row.signers.first().map_or("", |signer| &signer.actor);
    row.marks = marks::marks(sqlite, at, first, &row.statement)?;
    let statement = (first, row.statement.as_str());
    marks::note_erased(sqlite, at, statement, &mut row.confidential)
}

fn read(row: &Row<'_>) -> rusqlite::Result<EntryRow> {
    let Json(signers) = row.get(8)?;
    let commitments: Option<Json<Vec<(String, String)>>> = row.get(10)?;
    let slot = |(pointer, commitment)| Slot {
        pointer,
        commitment,
        status: "sealed",
        erased: None,
    };
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
        suspect: Vec::new(),
        confidential: commitments.map_or_else(Vec::new, |Json(pairs)| {
            pairs.into_iter().map(slot).collect()
        }),
        marks: Vec::new(),
    })
}
