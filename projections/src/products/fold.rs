//! How entries change the register.

use cinnabar_events::kinds::{ProductFacts, ProductSubmitted, ProductUpdated};
use cinnabar_events::{Entry, Payload};
use cinnabar_governance::ProductStatus;
use rusqlite::{OptionalExtension, Transaction, params};
use serde::Serialize;
use serde_json::Value as Facts;

use super::rows::{Decision, Detail, TakenOver};
use crate::column::{Json, OPEN, seq};
use crate::organisations::name_of;
use crate::projection::{Projection, Table};
use crate::search::indexed;

/// The view `products`.
pub(crate) struct Products;

impl Projection for Products {
    const NAME: &'static str = "products";
    const VERSION: u32 = 1;
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
                    migrated INTEGER NOT NULL,
                    text_seq INTEGER NOT NULL,
                    facts TEXT NOT NULL,
                    detail TEXT NOT NULL,
                    PRIMARY KEY (id, from_seq)
                ) WITHOUT ROWID;
                CREATE INDEX product_order ON product (first_seq, from_seq);
                CREATE INDEX product_organisation ON product (organisation, until_seq);
                CREATE INDEX product_number ON product (number) WHERE number IS NOT NULL;",
            order: "id, from_seq",
        },
        Table::Words("product_text"),
    ];

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "a view takes the kinds that it shows and leaves the others"
    )]
    fn apply(entry: &Entry, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        let change = Change { entry, transaction };
        match &entry.statement().payload {
            Payload::ProductSubmitted(submitted) => change.submit(submitted),
            Payload::ProductUpdated(updated) => change.update(updated),
            Payload::ProductAccepted(accepted) => {
                change.decide(Some(ProductStatus::Accepted), |row| {
                    row.risk_tier = accepted.risk_tier.map(|tier| tier.to_string());
                    row.number = accepted.number.as_ref().map(ToString::to_string);
                    row.detail.acceptance = Some(change.decision(accepted));
                })
            }
            Payload::ApprovalGranted(granted) => {
                change.decide(Some(ProductStatus::Authorised), |row| {
                    row.route = row
                        .route
                        .take()
                        .or(granted.route.map(|route| route.to_string()));
                    row.detail.end_decisions();
                    row.detail.approval = Some(change.decision(granted));
                })
            }
            Payload::ApprovalRefused(refused) => {
                change.decide(Some(ProductStatus::Refused), |row| {
                    row.detail.end_decisions();
                    row.detail.refusal = Some(change.decision(refused));
                })
            }
            Payload::ApprovalSuspended(suspended) => {
                change.decide(Some(ProductStatus::Suspended), |row| {
                    row.detail.reinstatement = None;
                    row.detail.suspension = Some(change.decision(suspended));
                })
            }
            Payload::ApprovalReinstated(reinstated) => {
                change.decide(Some(ProductStatus::Authorised), |row| {
                    row.detail.suspension = None;
                    row.detail.reinstatement = Some(change.decision(reinstated));
                })
            }
            Payload::ApprovalRevoked(revoked) => {
                change.decide(Some(ProductStatus::Revoked), |row| {
                    row.detail.revocation = Some(change.decision(revoked));
                })
            }
            Payload::ProductEnded(ended) => change.decide(Some(ProductStatus::Ended), |row| {
                row.detail.ending = Some(change.decision(ended));
            }),
            _ => Ok(()),
        }
    }
}

/// A row of the register as the fold sees it.
struct Row {
    first_seq: i64,
    first_time: String,
    status: String,
    name: String,
    organisation: String,
    organisation_name: Option<String>,
    route: Option<String>,
    risk_tier: Option<String>,
    number: Option<String>,
    migrated: bool,
    /// Where the text index has this row's words: the sequence that last changed them.
    text_seq: i64,
    facts: Facts,
    detail: Detail,
}

impl Row {
    /// What is searched: names, what it is and what it is for, numbers.
    fn words(&self) -> String {
        let fact = |name| self.facts.get(name).and_then(Facts::as_str);
        let facts = ["nameEn", "summary", "purpose"].map(fact);
        let names = [
            Some(self.name.as_str()),
            self.organisation_name.as_deref(),
            self.number.as_deref(),
        ];
        indexed(names.into_iter().chain(facts).flatten())
    }
}

/// What one entry changes.
struct Change<'e> {
    entry: &'e Entry,
    transaction: &'e Transaction<'e>,
}

impl Change<'_> {
    fn id(&self) -> &str {
        self.entry.statement().subject.id().as_str()
    }

    /// What the entry decided, as the register shows it.
    fn decision<T: Serialize>(&self, payload: &T) -> Decision {
        let statement = self.entry.statement();
        Decision {
            sequence: self.entry.seq().get(),
            time: self.entry.time().to_string(),
            occurred: statement.occurred.map(|when| when.to_string()),
            effective: statement.effective.map(|when| when.to_string()),
            data: serde_json::to_value(payload).unwrap_or_default(),
        }
    }

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
            migrated: migrated.is_some(),
            text_seq: 0,
            facts: facts_json(&submitted.facts),
            detail: Detail {
                trial_mode: submitted.trial_mode.map(|mode| mode.to_string()),
                excluded_domain: submitted.excluded_domain.map(|domain| domain.to_string()),
                taken_over: migrated.map(|from| TakenOver {
                    register: from.register.to_string(),
                    row: from.row.to_string(),
                }),
                ..Detail::default()
            },
        };
        self.put(row, None)
    }

    fn update(&self, updated: &ProductUpdated) -> rusqlite::Result<()> {
        let organisation_name = match &updated.organisation {
            Some(organisation) => name_of(self.transaction, organisation.as_str())?,
            None => None,
        };
        self.decide(None, |row| {
            if let Some(name) = &updated.name {
                row.name = name.to_string();
            }
            if let Some(organisation) = &updated.organisation {
                row.organisation = organisation.to_string();
                row.organisation_name = organisation_name;
            }
            if let (Facts::Object(old), Facts::Object(new)) =
                (&mut row.facts, facts_json(&updated.facts))
            {
                old.extend(new);
                updated
                    .removed
                    .iter()
                    .for_each(|name| drop(old.remove(name.as_str())));
            }
        })
    }

    /// Changes the row and, if given, its status.
    fn decide(
        &self,
        status: Option<ProductStatus>,
        change: impl FnOnce(&mut Row),
    ) -> rusqlite::Result<()> {
        let Some(mut row) = self.current()? else {
            return Ok(());
        };
        let words = row.words();
        if let Some(status) = status {
            status.as_str().clone_into(&mut row.status);
        }
        change(&mut row);
        self.put(row, Some(words))
    }

    fn current(&self) -> rusqlite::Result<Option<Row>> {
        let mut select = self.transaction.prepare_cached(
            "SELECT first_seq, first_time, status, name, organisation, organisation_name, route, risk_tier, number, migrated, text_seq, facts, detail
             FROM product WHERE id = ? AND until_seq = ?",
        )?;
        let row = |row: &rusqlite::Row<'_>| {
            let (Json(facts), Json(detail)) = (row.get(11)?, row.get(12)?);
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
                facts,
                detail,
            })
        };
        select.query_row(params![self.id(), OPEN], row).optional()
    }

    /// Ends the row there is and adds this one; its words are indexed if they differ from `indexed_words`.
    fn put(&self, mut row: Row, indexed_words: Option<String>) -> rusqlite::Result<()> {
        let sequence = seq(self.entry.seq());
        let end = "UPDATE product SET until_seq = ? WHERE id = ? AND until_seq = ?";
        self.transaction
            .prepare_cached(end)?
            .execute(params![sequence, self.id(), OPEN])?;
        let words = row.words();
        if indexed_words.is_none_or(|indexed_words| indexed_words != words) {
            let insert = "INSERT INTO product_text (rowid, body) VALUES (?,?)";
            self.transaction
                .prepare_cached(insert)?
                .execute(params![sequence, words])?;
            row.text_seq = sequence;
        }
        let insert = "INSERT INTO product VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
        self.transaction.prepare_cached(insert)?.execute(params![
            self.id(),
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
            row.migrated,
            row.text_seq,
            Json(row.facts),
            Json(row.detail),
        ])?;
        Ok(())
    }
}

fn facts_json(facts: &ProductFacts) -> Facts {
    serde_json::to_value(facts).unwrap_or_default()
}
