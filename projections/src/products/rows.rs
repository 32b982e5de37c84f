//! The register's rows and the questions to it.

use cinnabar_events::Id;
use cinnabar_events::kinds::{Code, RiskTier};
use cinnabar_governance::ProductStatus;
use rusqlite::{Connection, Row};
use serde::{Deserialize, Serialize};

use super::conditions::Condition;
use crate::column::{Json, is_zero, unsigned};
use crate::decision::Decision;
use crate::marks::suspects_about;
use crate::organisations::name_at;
use crate::pool::{ReadError, Reader};
use crate::query::{At, Key, Listing, Page, Source, Where, text};
use crate::search::Search;

/// A product, as the register lists it.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProductRow {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Where it stands: `submitted`, `returned`, `declined`, `accepted`, `classified`, `disclosed`, `authorised`, `refused`,
    /// `suspended`, `voided`, `withdrawn`, `revoked`, `expired`, `ended` or `closed`.
    pub status: String,
    /// Whose it is.
    pub organisation: String,
    /// The name of whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation_name: Option<String>,
    /// The way applied for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// How risky, as classified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk_tier: Option<String>,
    /// Its official number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Last day of the approval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// It must be taken back, and nobody has seen yet that it was. Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub recall_open: bool,
    /// Whether it was taken over from an older register.
    pub migrated: bool,
    /// Entries in its dossier with a signature of a compromised key. Absent if there are none.
    #[serde(skip_serializing_if = "is_zero")]
    pub suspect_entries: u64,
    /// Sequence of the entry that filed it.
    pub first_sequence: u64,
    /// When that entry was recorded.
    pub first_time: String,
    /// Sequence of the entry that last changed it.
    pub sequence: u64,
    /// When that entry was recorded.
    pub time: String,
    /// Descriptive facts, under the names that `product.submitted` gives them.
    #[schema(value_type = Object)]
    pub facts: serde_json::Value,
}

/// Where a product was taken over from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TakenOver {
    /// The older register.
    pub register: String,
    /// The row in it.
    pub row: String,
}

/// What the list doesn't show: what holds about a product, and the statements that it comes from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProductFile {
    /// How it is to be tried out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub trial_mode: Option<String>,
    /// Whether it touches a field in which nothing may be tried out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub excluded_domain: Option<String>,
    /// Where it was taken over from.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub taken_over: Option<TakenOver>,
    /// What was missing from the filing, asked for once.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub returned: Option<Decision>,
    /// Why the filing was not accepted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub declined: Option<Decision>,
    /// The filing was found complete, or counts as such.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub acceptance: Option<Decision>,
    /// How its risk was last classified.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub classification: Option<Decision>,
    /// Evidence: of each kind the latest.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub evidence: Vec<Decision>,
    /// What the public was told before it was offered.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub disclosure: Option<Decision>,
    /// The approval.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub approval: Option<Decision>,
    /// Every condition that was ever attached, in order.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub conditions: Vec<Condition>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub refusal: Option<Decision>,
    /// Why the approval, or the disclosure, rests.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub suspension: Option<Decision>,
    /// Where it stood when it was suspended.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub suspended_from: Option<String>,
    /// Why it holds again.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reinstatement: Option<Decision>,
    /// The holder asked for the approval to go on, and waits for an answer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub renewal: Option<Decision>,
    /// Why the approval will not go on: the renewal was refused.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub renewal_refusal: Option<Decision>,
    /// The approval goes on until a later day.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub extension: Option<Decision>,
    /// The latest report on the trial.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub trial_report: Option<Decision>,
    /// The latest inspection.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub inspection: Option<Decision>,
    /// Why it must be taken back; `recallOpen` says whether it still is to be.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub recall: Option<Decision>,
    /// The approval lapsed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expiry: Option<Decision>,
    /// In which way the approval ended early: `void`, `withdrawn_public_interest` or `penalty`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub termination: Option<String>,
    /// Why it ended early: void, taken back in the public interest, or as a penalty.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub revocation: Option<Decision>,
    /// An appeal set a decision aside.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub set_aside: Option<Decision>,
    /// Why it is no longer offered.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ending: Option<Decision>,
    /// Why its entry in the register is closed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub closing: Option<Decision>,
}

impl ProductFile {
    /// A new decision on the approval takes the place of all that were made about it before.
    pub(super) fn end_decisions(&mut self) {
        for decision in [
            &mut self.approval,
            &mut self.refusal,
            &mut self.suspension,
            &mut self.reinstatement,
            &mut self.renewal,
            &mut self.renewal_refusal,
            &mut self.extension,
            &mut self.expiry,
            &mut self.revocation,
            &mut self.set_aside,
            &mut self.ending,
        ] {
            *decision = None;
        }
    }
}

/// A product with everything that holds about it.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ProductDetail {
    /// What the register lists.
    #[serde(flatten)]
    pub row: ProductRow,
    /// The rest.
    #[serde(flatten)]
    pub file: ProductFile,
}

/// Which products.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProductFilter {
    /// Standing there.
    pub status: Option<ProductStatus>,
    /// Of this organisation.
    pub organisation: Option<Id>,
    /// As risky as that.
    pub risk_tier: Option<RiskTier>,
    /// In this field of application.
    pub field: Option<Code>,
    /// With this official number.
    pub number: Option<String>,
    /// Taken over from an older register, or not.
    pub migrated: Option<bool>,
    /// Words in name, number, summary, purpose, or the organisation's name when the product last changed.
    pub search: Option<Search>,
}

impl ProductFilter {
    fn conditions(&self, at: At) -> Where {
        let mut conditions = Where::default();
        conditions.valid(at);
        conditions.equals("status", self.status.map(ProductStatus::as_str));
        conditions.equals("organisation", self.organisation.as_ref().map(Id::as_str));
        conditions.equals("risk_tier", self.risk_tier.map(RiskTier::as_str));
        conditions.equals("number", self.number.as_ref());
        if let Some(migrated) = self.migrated {
            conditions.and("migrated = ?", [i64::from(migrated).into()]);
        }
        if let Some(field) = &self.field {
            let in_field =
                "EXISTS (SELECT 1 FROM json_each(facts, '$.fields') WHERE json_each.value = ?)";
            conditions.and(in_field, [text(field.as_str())]);
        }
        conditions.search("product_text", self.search.as_ref());
        conditions
    }
}

const COLUMNS: &str = "id, name, status, organisation, organisation_name, route, risk_tier, number, migrated, first_seq, first_time, from_seq, time, facts, detail, expires, recall_open";

impl Reader {
    /// The register: products in the order in which they were filed.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn products(
        &self,
        at: At,
        filter: &ProductFilter,
        page: &Page,
    ) -> Result<Listing<ProductRow>, ReadError> {
        let source = Source {
            columns: COLUMNS,
            from: "product",
            sequence: "first_seq",
            id: "",
        };
        let key = |row: &ProductRow| Key {
            sequence: row.first_sequence,
            id: row.id.clone(),
        };
        self.ask(|sqlite| {
            let conditions = filter.conditions(at);
            let mut listing = conditions.list(sqlite, self.total(at), &source, page, read, key)?;
            for row in &mut listing.rows {
                complete(sqlite, at, row)?;
            }
            Ok(listing)
        })
    }

    /// One product, as it stood at that size.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn product(&self, at: At, id: &str) -> Result<Option<ProductDetail>, ReadError> {
        self.ask(|sqlite| {
            let select = format!(
                "SELECT {COLUMNS} FROM product WHERE id = ? AND from_seq < ? AND until_seq >= ? ORDER BY from_seq DESC LIMIT 1"
            );
            let mut select = sqlite.prepare_cached(&select)?;
            let found = select
                .query_map([text(id), at.value(), at.value()], read_detail)?
                .next();
            let Some(mut product) = found.transpose()? else {
                return Ok(None);
            };
            complete(sqlite, at, &mut product.row)?;
            Ok(Some(product))
        })
    }
}

/// Adds what other views know: an organisation may have another name by now.
fn complete(sqlite: &Connection, at: At, row: &mut ProductRow) -> rusqlite::Result<()> {
    row.organisation_name = name_at(sqlite, at, &row.organisation)?;
    row.suspect_entries = suspects_about(sqlite, at, &format!("product/{}", row.id))?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<ProductRow> {
    let Json(facts) = row.get(13)?;
    Ok(ProductRow {
        id: row.get(0)?,
        name: row.get(1)?,
        status: row.get(2)?,
        organisation: row.get(3)?,
        organisation_name: row.get(4)?,
        route: row.get(5)?,
        risk_tier: row.get(6)?,
        number: row.get(7)?,
        expires: row.get(15)?,
        recall_open: row.get(16)?,
        migrated: row.get(8)?,
        suspect_entries: 0,
        first_sequence: unsigned(row.get(9)?),
        first_time: row.get(10)?,
        sequence: unsigned(row.get(11)?),
        time: row.get(12)?,
        facts,
    })
}

fn read_detail(columns: &Row<'_>) -> rusqlite::Result<ProductDetail> {
    let Json(file) = columns.get(14)?;
    let row = read(columns)?;
    Ok(ProductDetail { row, file })
}
