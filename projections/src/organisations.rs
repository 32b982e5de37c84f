//! The view of organisations: who is known to the institution, as it stood at any size of the ledger.

use cinnabar_events::kinds::{
    Institution, OrganisationFact, OrganisationKind, OrganisationRegistered, OrganisationUpdated,
};
use cinnabar_events::{Entry, Id, Payload};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::{Deserialize, Serialize};

use crate::column::{Json, OPEN, is_zero, seq, unsigned};
use crate::decision::Decision;
use crate::marks::suspects_about;
use crate::pool::{ReadError, Reader};
use crate::projection::{Projection, Table};
use crate::query::{At, Key, Listing, Page, Source, Where, text};
use crate::search::{Search, indexed};
use crate::writing::Writing;

/// The view `organisations`.
pub(crate) struct Organisations;

impl Projection for Organisations {
    const NAME: &'static str = "organisations";
    const VERSION: u32 = 3;
    const TABLES: &'static [Table] = &[
        Table::Rows {
            name: "organisation",
            create: "
                CREATE TABLE organisation (
                    id TEXT NOT NULL,
                    from_seq INTEGER NOT NULL,
                    until_seq INTEGER NOT NULL,
                    first_seq INTEGER NOT NULL,
                    first_time TEXT NOT NULL,
                    time TEXT NOT NULL,
                    status TEXT NOT NULL,
                    name TEXT NOT NULL,
                    kind TEXT NOT NULL,
                    migrated INTEGER NOT NULL,
                    text_seq INTEGER NOT NULL,
                    facts TEXT NOT NULL
                );
                CREATE UNIQUE INDEX organisation_id ON organisation (id, from_seq);
                CREATE INDEX organisation_words ON organisation (text_seq);
                CREATE INDEX organisation_order ON organisation (first_seq, from_seq);",
            order: "id, from_seq",
        },
        Table::Words("organisation_text"),
    ];

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "a view takes the kinds that it shows and leaves the others"
    )]
    fn apply(entry: &Entry, transaction: &Writing<'_>) -> rusqlite::Result<()> {
        let fold = Fold { entry, transaction };
        let id = entry.statement().subject.id();
        match &entry.statement().payload {
            Payload::LedgerOpened(opened) => {
                let Institution { id, name } = &opened.institution;
                fold.add(
                    id,
                    name.as_str(),
                    OrganisationKind::Agency,
                    OrganisationFacts::default(),
                )
            }
            Payload::OrganisationRegistered(registered) => {
                let (name, kind) = (registered.name.as_str(), registered.organisation_kind);
                fold.add(id, name, kind, OrganisationFacts::of(registered))
            }
            Payload::OrganisationUpdated(updated) => fold.change(id, |row| row.update(updated)),
            Payload::OrganisationEnded(ended) => fold.change(id, |row| {
                ENDED.clone_into(&mut row.status);
                row.facts.into = ended.into.as_ref().map(ToString::to_string);
                row.facts.ending = Some(Decision::of(entry));
            }),
            _ => Ok(()),
        }
    }
}

/// Where an organisation stands, as the rules say.
const REGISTERED: &str = "registered";
const ENDED: &str = "ended";

/// What is known of an organisation beside its name and kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrganisationFacts {
    /// Its name in English.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name_en: Option<String>,
    /// Its numbers.
    pub numbers: Vec<OrganisationNumber>,
    /// Its address.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub address: Option<String>,
    /// Its country, ISO 3166-1 alpha-2.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub country: Option<String>,
    /// Its district, GB/T 2260.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub district: Option<String>,
    /// Where the public can read about it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub url: Option<String>,
    /// The day on which it was founded.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub founded: Option<String>,
    /// How large it is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub size: Option<String>,
    /// How its ethics committee is set up.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ethics_committee: Option<String>,
    /// Who goes on with what it had.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub into: Option<String>,
    /// Why it is no longer there.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ending: Option<Decision>,
}

/// A number that some register gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OrganisationNumber {
    /// Whose number: `uscc`, `lei`, ….
    pub scheme: String,
    /// The number as it is written.
    pub value: String,
}

impl From<&cinnabar_events::kinds::Number> for OrganisationNumber {
    fn from(number: &cinnabar_events::kinds::Number) -> Self {
        Self {
            scheme: number.scheme.to_string(),
            value: number.value.to_string(),
        }
    }
}

fn own(value: Option<&impl ToString>) -> Option<String> {
    value.map(ToString::to_string)
}

impl OrganisationFacts {
    fn of(registered: &OrganisationRegistered) -> Self {
        Self {
            name_en: own(registered.name_en.as_ref()),
            numbers: registered.numbers.iter().map(Into::into).collect(),
            address: own(registered.address.as_ref()),
            country: own(registered.country.as_ref()),
            district: own(registered.district.as_ref()),
            url: own(registered.url.as_ref()),
            founded: own(registered.founded.as_ref()),
            size: own(registered.size.as_ref()),
            ethics_committee: own(registered.ethics_committee.as_ref()),
            into: None,
            ending: None,
        }
    }

    /// What the update names replaces what was known, what it removes goes, and its numbers come to the others.
    fn update(&mut self, updated: &OrganisationUpdated) {
        for fact in updated.removed.iter() {
            *match fact {
                OrganisationFact::NameEn => &mut self.name_en,
                OrganisationFact::Address => &mut self.address,
                OrganisationFact::Country => &mut self.country,
                OrganisationFact::District => &mut self.district,
                OrganisationFact::Url => &mut self.url,
                OrganisationFact::Founded => &mut self.founded,
                OrganisationFact::Size => &mut self.size,
                OrganisationFact::EthicsCommittee => &mut self.ethics_committee,
            } = None;
        }
        let replace = |old: &mut Option<String>, new: Option<String>| {
            if new.is_some() {
                *old = new;
            }
        };
        replace(&mut self.name_en, own(updated.name_en.as_ref()));
        replace(&mut self.address, own(updated.address.as_ref()));
        replace(&mut self.country, own(updated.country.as_ref()));
        replace(&mut self.district, own(updated.district.as_ref()));
        replace(&mut self.url, own(updated.url.as_ref()));
        replace(&mut self.size, own(updated.size.as_ref()));
        let committee = own(updated.ethics_committee.as_ref());
        replace(&mut self.ethics_committee, committee);
        for number in updated.numbers.iter().map(OrganisationNumber::from) {
            if !self.numbers.contains(&number) {
                self.numbers.push(number);
            }
        }
    }
}

impl OrganisationRow {
    fn update(&mut self, updated: &OrganisationUpdated) {
        if let Some(name) = &updated.name {
            self.name = name.to_string();
        }
        if let Some(kind) = updated.organisation_kind {
            self.organisation_kind = kind.to_string();
        }
        self.facts.update(updated);
    }

    /// What is searched: names and numbers.
    fn words(&self) -> String {
        let names = [Some(self.name.as_str()), self.facts.name_en.as_deref()];
        let numbers = self
            .facts
            .numbers
            .iter()
            .map(|number| number.value.as_str());
        indexed(names.into_iter().flatten().chain(numbers))
    }
}

/// What one entry changes.
struct Fold<'e> {
    entry: &'e Entry,
    transaction: &'e Writing<'e>,
}

impl Fold<'_> {
    fn add(
        &self,
        id: &Id,
        name: &str,
        kind: OrganisationKind,
        facts: OrganisationFacts,
    ) -> rusqlite::Result<()> {
        if self.current(id)?.is_some() {
            return Ok(());
        }
        let (sequence, time) = (self.entry.seq().get(), self.entry.time().to_string());
        let row = OrganisationRow {
            id: id.to_string(),
            name: name.to_owned(),
            organisation_kind: kind.to_string(),
            status: REGISTERED.to_owned(),
            facts,
            migrated: self.entry.statement().migrated.is_some(),
            suspect_entries: 0,
            first_sequence: sequence,
            first_time: time.clone(),
            sequence,
            time,
        };
        self.put(&row, None)
    }

    fn change(&self, id: &Id, how: impl FnOnce(&mut OrganisationRow)) -> rusqlite::Result<()> {
        let Some((mut row, text_seq)) = self.current(id)? else {
            return Ok(());
        };
        let words = row.words();
        how(&mut row);
        row.sequence = self.entry.seq().get();
        row.time = self.entry.time().to_string();
        self.put(&row, Some((words, text_seq)))
    }

    fn current(&self, id: &Id) -> rusqlite::Result<Option<(OrganisationRow, i64)>> {
        let select = format!(
            "SELECT {COLUMNS}, text_seq FROM organisation WHERE id = ? ORDER BY from_seq DESC LIMIT 1"
        );
        let mut select = self.transaction.prepare_cached(&select)?;
        let row = |row: &Row<'_>| Ok((read(row)?, row.get("text_seq")?));
        select.query_row([id.as_str()], row).optional()
    }

    /// Ends the row there is and adds this one; its words are indexed if they differ from those indexed.
    fn put(&self, row: &OrganisationRow, before: Option<(String, i64)>) -> rusqlite::Result<()> {
        let sequence = seq(self.entry.seq());
        if before.is_some() {
            let end = "UPDATE organisation SET until_seq = ? WHERE id = ? AND until_seq = ?";
            let mut end = self.transaction.prepare_cached(end)?;
            end.execute(params![sequence, row.id, OPEN])?;
        }
        let words = row.words();
        let text_seq = match before {
            Some((indexed, text_seq)) if indexed == words => text_seq,
            Some(_) | None => {
                let insert = "INSERT INTO organisation_text (rowid, body) VALUES (?,?)";
                self.transaction.index(insert, sequence, &words)?;
                sequence
            }
        };
        let insert = "INSERT INTO organisation VALUES (?,?,?,?,?,?,?,?,?,?,?,?)";
        self.transaction.prepare_cached(insert)?.execute(params![
            row.id,
            sequence,
            OPEN,
            i64::try_from(row.first_sequence).unwrap_or(i64::MAX),
            row.first_time,
            row.time,
            row.status,
            row.name,
            row.organisation_kind,
            row.migrated,
            text_seq,
            Json(&row.facts),
        ])?;
        Ok(())
    }
}

/// The name of the organisation `id` now, for views that show it.
pub(crate) fn name_of(transaction: &Writing<'_>, id: &str) -> rusqlite::Result<Option<String>> {
    let mut select = transaction.prepare_cached(
        "SELECT name FROM organisation WHERE id = ? ORDER BY from_seq DESC LIMIT 1",
    )?;
    select.query_row([id], |row| row.get(0)).optional()
}

/// The name that the organisation `id` had at that size.
pub(crate) fn name_at(sqlite: &Connection, at: At, id: &str) -> rusqlite::Result<Option<String>> {
    let mut select = sqlite.prepare_cached(
        "SELECT name FROM organisation WHERE id = ? AND from_seq < ? AND until_seq >= ? ORDER BY from_seq DESC LIMIT 1",
    )?;
    select
        .query_row([text(id), at.value(), at.value()], |row| row.get(0))
        .optional()
}

/// An organisation.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrganisationRow {
    /// Its id.
    pub id: String,
    /// Its name, as registered.
    pub name: String,
    /// What it is: `enterprise`, `agency` or `other`.
    pub organisation_kind: String,
    /// Whether it is there: `registered` or `ended`.
    pub status: String,
    /// What else is known.
    #[serde(flatten)]
    pub facts: OrganisationFacts,
    /// Whether its registration was taken over from an older register.
    pub migrated: bool,
    /// Entries in its dossier with a signature of a compromised key. Absent if there are none.
    #[serde(skip_serializing_if = "is_zero")]
    pub suspect_entries: u64,
    /// Sequence of the entry that registered it.
    pub first_sequence: u64,
    /// When that entry was recorded.
    pub first_time: String,
    /// Sequence of the entry that last changed it.
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
    "id, name, kind, status, facts, migrated, first_seq, first_time, from_seq, time";

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
        conditions.valid(at);
        conditions.equals("kind", filter.kind.map(OrganisationKind::as_str));
        conditions.search("organisation_text", filter.search.as_ref());
        let source = Source {
            columns: COLUMNS,
            from: "organisation",
            sequence: "first_seq",
            id: "",
        };
        let key = |row: &OrganisationRow| Key {
            sequence: row.first_sequence,
            id: row.id.clone(),
        };
        self.ask(|sqlite| {
            let mut listing = conditions.list(sqlite, self.total(at), &source, page, read, key)?;
            for row in &mut listing.rows {
                complete(sqlite, at, row)?;
            }
            Ok(listing)
        })
    }

    /// One organisation, as known at that size.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn organisation(&self, at: At, id: &str) -> Result<Option<OrganisationRow>, ReadError> {
        self.ask(|sqlite| {
            let select = format!(
                "SELECT {COLUMNS} FROM organisation WHERE id = ? AND from_seq < ? AND until_seq >= ? ORDER BY from_seq DESC LIMIT 1"
            );
            let mut select = sqlite.prepare_cached(&select)?;
            let found = select.query_row([text(id), at.value(), at.value()], read);
            let Some(mut row) = found.optional()? else {
                return Ok(None);
            };
            complete(sqlite, at, &mut row)?;
            Ok(Some(row))
        })
    }
}

fn complete(sqlite: &Connection, at: At, row: &mut OrganisationRow) -> rusqlite::Result<()> {
    row.suspect_entries = suspects_about(sqlite, at, &format!("organisation/{}", row.id))?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<OrganisationRow> {
    let Json(facts) = row.get(4)?;
    Ok(OrganisationRow {
        id: row.get(0)?,
        name: row.get(1)?,
        organisation_kind: row.get(2)?,
        status: row.get(3)?,
        facts,
        migrated: row.get(5)?,
        suspect_entries: 0,
        first_sequence: unsigned(row.get(6)?),
        first_time: row.get(7)?,
        sequence: unsigned(row.get(8)?),
        time: row.get(9)?,
    })
}
