//! How entries change the register.

use cinnabar_events::kinds::{
    AppealDecided, AppealLodged, ProductFacts, ProductSubmitted, ProductUpdated,
};
use cinnabar_events::{Class, Entry, Payload};
use cinnabar_governance::{LifeCycle as _, ProductStatus};
use rusqlite::{OptionalExtension, params};
use serde_json::Value as Facts;

use super::rows::{ProductFile, TakenOver};
use super::{appeals, decisions};
use crate::column::{OPEN, seq};
use crate::decision::Decision;
use crate::kept::Kept;
use crate::organisations::name_of;
use crate::projection::{Projection, Table};
use crate::search::indexed;
use crate::writing::Writing;

/// The view `products`.
pub(crate) struct Products;

impl Projection for Products {
    const NAME: &'static str = "products";
    const VERSION: u32 = 3;
    const TABLES: &'static [Table] = &[
        Table::Rows {
            name: "product",
            create: "
                CREATE TABLE product (
                    id TEXT NOT NULL,
                    from_seq INTEGER NOT NULL,
                    until_seq INTEGER NOT NULL,
                    first_seq INTEGER NOT NULL,
                    first_time TEXT NOT NULL,
                    time TEXT NOT NULL,
                    status TEXT NOT NULL,
                    name TEXT NOT NULL,
                    organisation TEXT NOT NULL,
                    organisation_name TEXT,
                    route TEXT,
                    risk_tier TEXT,
                    number TEXT,
                    expires TEXT,
                    recall_open INTEGER NOT NULL,
                    migrated INTEGER NOT NULL,
                    text_seq INTEGER NOT NULL,
                    facts TEXT NOT NULL,
                    detail TEXT NOT NULL
                );
                CREATE UNIQUE INDEX product_id ON product (id, from_seq);
                CREATE INDEX product_order ON product (first_seq, from_seq, until_seq);
                CREATE INDEX product_organisation ON product (organisation, until_seq);
                CREATE INDEX product_number ON product (number) WHERE number IS NOT NULL;
                CREATE INDEX product_words ON product (text_seq, until_seq, from_seq, first_seq);",
            order: "id, from_seq",
        },
        Table::Rows {
            name: "product_appeal",
            create: "
                CREATE TABLE product_appeal (
                    appeal TEXT PRIMARY KEY,
                    product TEXT NOT NULL,
                    decision TEXT NOT NULL
                ) WITHOUT ROWID;",
            order: "appeal",
        },
        Table::Words("product_text"),
    ];

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "a view takes the kinds that it shows and leaves the others"
    )]
    fn apply(entry: &Entry, transaction: &Writing<'_>) -> rusqlite::Result<()> {
        let change = Change {
            entry,
            transaction,
            id: entry.statement().subject.id().as_str(),
        };
        match &entry.statement().payload {
            Payload::ProductSubmitted(submitted) => change.submit(submitted),
            Payload::ProductUpdated(updated) => change.update(updated),
            Payload::AppealLodged(lodged) => change.appeal(lodged),
            Payload::AppealDecided(decided) => change.decide_appeal(decided),
            _ if entry.statement().kind().class() == Class::Product => {
                change.step(|row, from| decisions::decide(row, from, entry))
            }
            _ => Ok(()),
        }
    }
}

/// A row of the register as the fold sees it.
pub(super) struct Row {
    pub(super) first_seq: i64,
    pub(super) first_time: String,
    pub(super) status: String,
    pub(super) name: String,
    pub(super) organisation: String,
    pub(super) organisation_name: Option<String>,
    pub(super) route: Option<String>,
    pub(super) risk_tier: Option<String>,
    pub(super) number: Option<String>,
    pub(super) expires: Option<String>,
    pub(super) recall_open: bool,
    pub(super) migrated: bool,
    /// Where the text index has this row's words: the sequence that last changed them.
    pub(super) text_seq: i64,
    pub(super) facts: Kept<Facts>,
    pub(super) file: Kept<ProductFile>,
    /// Which row of the table this is; none before it is written.
    rowid: Option<i64>,
}

/// What a row's words come from.
struct Texts {
    name: String,
    organisation_name: Option<String>,
    number: Option<String>,
    facts: String,
}

impl Texts {
    /// What is searched: names, what it is and what it is for, numbers.
    fn words(&self) -> rusqlite::Result<String> {
        let facts: Facts = Kept::Text(self.facts.clone()).take()?;
        let fact = |name| facts.get(name).and_then(Facts::as_str);
        let facts = ["nameEn", "summary", "purpose"].map(fact);
        let names = [
            Some(self.name.as_str()),
            self.organisation_name.as_deref(),
            self.number.as_deref(),
        ];
        Ok(indexed(names.into_iter().chain(facts).flatten()))
    }

    /// Whether the words may be others.
    fn differ(&self, row: &Row, facts: &str) -> bool {
        self.name != row.name
            || self.organisation_name != row.organisation_name
            || self.number != row.number
            || self.facts != facts
    }
}

/// What one entry changes.
struct Change<'e> {
    entry: &'e Entry,
    transaction: &'e Writing<'e>,
    /// The product's id.
    id: &'e str,
}

impl Change<'_> {
    fn submit(&self, submitted: &ProductSubmitted) -> rusqlite::Result<()> {
        if self.current()?.is_some() {
            return Ok(());
        }
        let migrated = self.entry.statement().migrated.as_ref();
        let row = Row {
            first_seq: seq(self.entry.seq()),
            first_time: self.entry.time().to_string(),
            status: ProductStatus::Submitted.as_str().to_owned(),
            name: submitted.name.to_string(),
            organisation: submitted.organisation.to_string(),
            organisation_name: name_of(self.transaction, submitted.organisation.as_str())?,
            route: submitted.route.map(|route| route.to_string()),
            risk_tier: None,
            number: None,
            expires: None,
            recall_open: false,
            migrated: migrated.is_some(),
            text_seq: 0,
            facts: Kept::Value(facts_json(&submitted.facts)),
            file: Kept::Value(ProductFile {
                trial_mode: submitted.trial_mode.map(|mode| mode.to_string()),
                excluded_domain: submitted.excluded_domain.map(|domain| domain.to_string()),
                taken_over: migrated.map(|from| TakenOver {
                    register: from.register.to_string(),
                    row: from.row.to_string(),
                }),
                ..ProductFile::default()
            }),
            rowid: None,
        };
        self.put(row, None)
    }

    fn update(&self, updated: &ProductUpdated) -> rusqlite::Result<()> {
        let organisation_name = match &updated.organisation {
            Some(organisation) => name_of(self.transaction, organisation.as_str())?,
            None => None,
        };
        self.step(|row, _| {
            if let Some(name) = &updated.name {
                row.name = name.to_string();
            }
            if let Some(organisation) = &updated.organisation {
                row.organisation = organisation.to_string();
                row.organisation_name = organisation_name;
            }
            if let (Facts::Object(old), Facts::Object(new)) =
                (row.facts.change(), facts_json(&updated.facts))
            {
                old.extend(new);
                updated
                    .removed
                    .iter()
                    .for_each(|name| drop(old.remove(name.as_str())));
            }
        })
    }

    /// An appeal against a decision about a product: what it says later is about the appeal.
    fn appeal(&self, lodged: &AppealLodged) -> rusqlite::Result<()> {
        let against = &lodged.against;
        if against.subject.class() != Class::Product {
            return Ok(());
        }
        let mut insert = self
            .transaction
            .prepare_cached("INSERT OR IGNORE INTO product_appeal VALUES (?,?,?)")?;
        let product = against.subject.id().as_str();
        insert.execute(params![self.id, product, against.kind.as_str()])?;
        Ok(())
    }

    /// A decision that is set aside leaves its product where it stood before.
    fn decide_appeal(&self, decided: &AppealDecided) -> rusqlite::Result<()> {
        let mut select = self
            .transaction
            .prepare_cached("SELECT product, decision FROM product_appeal WHERE appeal = ?")?;
        let against: Option<(String, String)> = select
            .query_row([self.id], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((product, decision)) = against else {
            return Ok(());
        };
        let change = Change {
            id: &product,
            ..*self
        };
        if !appeals::sets_aside(decided.outcome) {
            return Ok(());
        }
        change.change(|row| {
            if let Some(status) = status_of(&row.status)
                && appeals::set_aside(row, status, &decision)
            {
                row.file.change().set_aside = Some(Decision::of(self.entry));
            }
        })
    }

    /// Moves the product on by its life cycle and then by `how`, which is also told where it stood.
    fn step(&self, how: impl FnOnce(&mut Row, ProductStatus)) -> rusqlite::Result<()> {
        self.change(|row| {
            let Some(from) = status_of(&row.status) else {
                return;
            };
            let to = from.after(self.entry.statement().kind()).unwrap_or(from);
            to.as_str().clone_into(&mut row.status);
            how(row, from);
        })
    }

    fn change(&self, how: impl FnOnce(&mut Row)) -> rusqlite::Result<()> {
        let Some(mut row) = self.current()? else {
            return Ok(());
        };
        let texts = Texts {
            name: row.name.clone(),
            organisation_name: row.organisation_name.clone(),
            number: row.number.clone(),
            facts: row.facts.text()?.into_owned(),
        };
        how(&mut row);
        self.put(row, Some(&texts))
    }

    /// The row that holds: of all with this id the one that came last.
    fn current(&self) -> rusqlite::Result<Option<Row>> {
        let mut select = self.transaction.prepare_cached(
            "SELECT first_seq, first_time, status, name, organisation, organisation_name, route, risk_tier, number, migrated, text_seq, facts, detail, expires, recall_open, rowid
             FROM product WHERE id = ? ORDER BY from_seq DESC LIMIT 1",
        )?;
        let row = |row: &rusqlite::Row<'_>| {
            Ok(Row {
                first_seq: row.get(0)?,
                first_time: row.get(1)?,
                status: row.get(2)?,
                name: row.get(3)?,
                organisation: row.get(4)?,
                organisation_name: row.get(5)?,
                route: row.get(6)?,
                risk_tier: row.get(7)?,
                number: row.get(8)?,
                migrated: row.get(9)?,
                text_seq: row.get(10)?,
                facts: row.get(11)?,
                file: row.get(12)?,
                expires: row.get(13)?,
                recall_open: row.get(14)?,
                rowid: row.get(15)?,
            })
        };
        select.query_row([self.id], row).optional()
    }

    /// Ends the row there is and adds this one; its words are indexed if they differ from those `before`.
    fn put(&self, mut row: Row, before: Option<&Texts>) -> rusqlite::Result<()> {
        let sequence = seq(self.entry.seq());
        if let Some(rowid) = row.rowid {
            let end = "UPDATE product SET until_seq = ? WHERE rowid = ?";
            let mut end = self.transaction.prepare_cached(end)?;
            end.execute(params![sequence, rowid])?;
        }
        let facts = row.facts.text()?.into_owned();
        if before.is_none_or(|before| before.differ(&row, &facts)) {
            let now = Texts {
                name: row.name.clone(),
                organisation_name: row.organisation_name.clone(),
                number: row.number.clone(),
                facts: facts.clone(),
            };
            let words = now.words()?;
            let same = match before {
                Some(before) => before.words()? == words,
                None => false,
            };
            if !same {
                let insert = "INSERT INTO product_text (rowid, body) VALUES (?,?)";
                self.transaction.index(insert, sequence, &words)?;
                row.text_seq = sequence;
            }
        }
        let insert = "INSERT INTO product VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
        self.transaction.prepare_cached(insert)?.execute(params![
            self.id,
            sequence,
            OPEN,
            row.first_seq,
            row.first_time,
            self.entry.time().to_string(),
            row.status,
            row.name,
            row.organisation,
            row.organisation_name,
            row.route,
            row.risk_tier,
            row.number,
            row.expires,
            row.recall_open,
            row.migrated,
            row.text_seq,
            facts,
            row.file.text()?,
        ])?;
        Ok(())
    }
}

fn facts_json(facts: &ProductFacts) -> Facts {
    serde_json::to_value(facts).unwrap_or_default()
}

pub(super) fn status_of(text: &str) -> Option<ProductStatus> {
    let mut all = ProductStatus::ALL.iter();
    all.find(|status| status.as_str() == text).copied()
}
