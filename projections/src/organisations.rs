//! The view of organisations.

use cinnabar_events::kinds::{Institution, OrganisationKind, OrganisationRegistered};
use cinnabar_events::{Entry, Id, Payload};
use rusqlite::types::Value;
use rusqlite::{Row, Transaction, params};
use serde::Serialize;

use crate::column::{Json, seq, unsigned};
use crate::pool::{ReadError, Reader};
use crate::projection::{Projection, Table};
use crate::query::{At, Key, Listing, Page, Source, Where, text};
use crate::search::{Search, indexed};

/// The view `organisations`.
pub(crate) struct Organisations;

impl Projection for Organisations {
    const NAME: &'static str = "organisations";
    const VERSION: u32 = 1;
    const TABLES: &'static [Table] = &[
        Table::Rows {
            name: "organisation",
            create: "
                CREATE TABLE organisation (
                    id TEXT PRIMARY KEY,
                    seq INTEGER NOT NULL UNIQUE,
                    time TEXT NOT NULL,
                    name TEXT NOT NULL,
                    name_en TEXT,
                    kind TEXT NOT NULL,
                    numbers TEXT NOT NULL,
                    address TEXT,
                    country TEXT,
                    url TEXT,
                    migrated INTEGER NOT NULL
                ) WITHOUT ROWID;",
            order: "id",
        },
        Table::Words("organisation_text"),
    ];

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "a view takes the kinds that it shows and leaves the others"
    )]
    fn apply(entry: &Entry, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        match &entry.statement().payload {
            Payload::LedgerOpened(opened) => {
                let Institution { id, name } = &opened.institution;
                let facts = OrganisationRegistered {
                    name: name.clone(),
                    name_en: None,
                    organisation_kind: OrganisationKind::Agency,
                    numbers: Default::default(),
                    address: None,
                    country: None,
                    url: None,
                };
                insert(entry, transaction, id, &facts)
            }
            Payload::OrganisationRegistered(facts) => {
                insert(entry, transaction, entry.statement().subject.id(), facts)
            }
            _ => Ok(()),
        }
    }
}

fn insert(
    entry: &Entry,
    transaction: &Transaction<'_>,
    id: &Id,
    facts: &OrganisationRegistered,
) -> rusqlite::Result<()> {
    let name_en = facts.name_en.as_ref().map(|name| name.as_str());
    let mut insert = transaction
        .prepare_cached("INSERT OR IGNORE INTO organisation VALUES (?,?,?,?,?,?,?,?,?,?,?)")?;
    let added = insert.execute(params![
        id.as_str(),
        seq(entry.seq()),
        entry.time().to_string(),
        facts.name.as_str(),
        name_en,
        facts.organisation_kind.as_str(),
        Json(&facts.numbers),
        facts.address.as_ref().map(|text| text.as_str()),
        facts.country.as_ref().map(|text| text.as_str()),
        facts.url.as_ref().map(|text| text.as_str()),
        entry.statement().migrated.is_some(),
    ])?;
    if added == 1 {
        let numbers = facts.numbers.iter().map(|number| number.value.as_str());
        let words = [Some(facts.name.as_str()), name_en]
            .into_iter()
            .flatten()
            .chain(numbers);
        let mut insert = transaction
            .prepare_cached("INSERT INTO organisation_text (rowid, body) VALUES (?,?)")?;
        insert.execute(params![seq(entry.seq()), indexed(words)])?;
    }
    Ok(())
}

/// The name of the organisation `id`, for views that show it.
pub(crate) fn name_of(transaction: &Transaction<'_>, id: &str) -> rusqlite::Result<Option<String>> {
    let mut select = transaction.prepare_cached("SELECT name FROM organisation WHERE id = ?")?;
    let name = select.query_map([id], |row| row.get(0))?.next();
    name.transpose()
}

/// An organisation.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrganisationRow {
    /// Its id.
    pub id: String,
    /// Its name, as registered.
    pub name: String,
    /// Its name in English.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_en: Option<String>,
    /// What it is: `enterprise`, `agency` or `other`.
    pub organisation_kind: String,
    /// Its numbers, as `{scheme, value}`.
    #[schema(value_type = Vec<Object>)]
    pub numbers: serde_json::Value,
    /// Its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Its country, ISO 3166-1 alpha-2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Where the public can read about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Whether its registration was taken over from an older register.
    pub migrated: bool,
    /// Sequence of the entry that registered it.
    pub sequence: u64,
    /// When that entry was recorded.
    pub time: String,
}

/// Which organisations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OrganisationFilter {
    /// What they are.
    pub kind: Option<OrganisationKind>,
    /// Words in name or numbers.
    pub search: Option<Search>,
}

const COLUMNS: &str =
    "id, name, name_en, kind, numbers, address, country, url, migrated, seq, time";

impl Reader {
    /// Organisations, in the order in which they were registered.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn organisations(
        &self,
        at: At,
        filter: &OrganisationFilter,
        page: &Page,
    ) -> Result<Listing<OrganisationRow>, ReadError> {
        let mut conditions = Where::default();
        conditions.and("seq < ?", [at.value()]);
        conditions.equals("kind", filter.kind.map(OrganisationKind::as_str));
        if let Some(search) = &filter.search {
            let matching =
                "seq IN (SELECT rowid FROM organisation_text WHERE organisation_text MATCH ?)";
            conditions.and(matching, [text(search.as_str())]);
        }
        let source = Source {
            columns: COLUMNS,
            from: "organisation",
            sequence: "seq",
            id: "id",
        };
        let key = |row: &OrganisationRow| Key {
            sequence: row.sequence,
            id: row.id.clone(),
        };
        self.ask(|sqlite| conditions.list(sqlite, &source, page, read, key))
    }

    /// One organisation.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn organisation(&self, at: At, id: &str) -> Result<Option<OrganisationRow>, ReadError> {
        self.ask(|sqlite| {
            let select = format!("SELECT {COLUMNS} FROM organisation WHERE id = ? AND seq < ?");
            let mut select = sqlite.prepare_cached(&select)?;
            let row = select
                .query_map([Value::Text(id.to_owned()), at.value()], read)?
                .next();
            row.transpose()
        })
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<OrganisationRow> {
    let Json(numbers) = row.get(4)?;
    Ok(OrganisationRow {
        id: row.get(0)?,
        name: row.get(1)?,
        name_en: row.get(2)?,
        organisation_kind: row.get(3)?,
        numbers,
        address: row.get(5)?,
        country: row.get(6)?,
        url: row.get(7)?,
        migrated: row.get(8)?,
        sequence: unsigned(row.get(9)?),
        time: row.get(10)?,
    })
}
