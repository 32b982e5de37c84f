//! The register's rows and the questions to it.

use cinnabar_events::Id;
use cinnabar_events::kinds::{Code, RiskTier};
use cinnabar_governance::ProductStatus;
use rusqlite::Row;
use serde::{Deserialize, Serialize};

use crate::column::{Json, unsigned};
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
    /// Where it stands: `submitted`, `accepted`, `authorised`, `refused`, `suspended`, `revoked` or `ended`.
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
    /// Whether it was taken over from an older register.
    pub migrated: bool,
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

/// A decision about a product, in force or last made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    /// Sequence of the entry that records it.
    pub sequence: u64,
    /// When that entry was recorded.
    pub time: String,
    /// When it was made, as asserted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub occurred: Option<String>,
    /// When it takes effect in law, as asserted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub effective: Option<String>,
    /// What was said: the payload of the entry's kind.
    #[schema(value_type = Object)]
    pub data: serde_json::Value,
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

/// What the list doesn't show.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Detail {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) trial_mode: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) excluded_domain: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) taken_over: Option<TakenOver>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) acceptance: Option<Decision>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) approval: Option<Decision>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) refusal: Option<Decision>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) suspension: Option<Decision>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) reinstatement: Option<Decision>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) revocation: Option<Decision>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) ending: Option<Decision>,
}

impl Detail {
    /// A new decision on the approval takes the place of all that were made about it before.
    pub(super) fn end_decisions(&mut self) {
        for decision in [
            &mut self.approval,
            &mut self.refusal,
            &mut self.suspension,
            &mut self.reinstatement,
            &mut self.revocation,
            &mut self.ending,
        ] {
            *decision = None;
        }
    }
}

/// A product with everything that holds about it.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProductDetail {
    /// What the register lists.
    #[serde(flatten)]
    pub row: ProductRow,
    /// How it is to be tried out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trial_mode: Option<String>,
    /// Whether it touches a field in which nothing may be tried out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub excluded_domain: Option<String>,
    /// Where it was taken over from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_over: Option<TakenOver>,
    /// The filing was found complete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acceptance: Option<Decision>,
    /// The approval, with its conditions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval: Option<Decision>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Decision>,
    /// Why the approval rests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspension: Option<Decision>,
    /// Why the approval holds again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reinstatement: Option<Decision>,
    /// Why the approval was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocation: Option<Decision>,
    /// Why it is no longer offered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ending: Option<Decision>,
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
    /// Words in name, organisation, number, summary or purpose.
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
        if let Some(search) = &self.search {
            let matching =
                "text_seq IN (SELECT rowid FROM product_text WHERE product_text MATCH ?)";
            conditions.and(matching, [text(search.as_str())]);
        }
        conditions
    }
}

const COLUMNS: &str = "id, name, status, organisation, organisation_name, route, risk_tier, number, migrated, first_seq, first_time, from_seq, time, facts, detail";

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
            id: "id",
        };
        let key = |row: &ProductRow| Key {
            sequence: row.first_sequence,
            id: row.id.clone(),
        };
        self.ask(|sqlite| filter.conditions(at).list(sqlite, &source, page, read, key))
    }

    /// One product, as it stood at that size.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn product(&self, at: At, id: &str) -> Result<Option<ProductDetail>, ReadError> {
        self.ask(|sqlite| {
            let select = format!(
                "SELECT {COLUMNS} FROM product WHERE id = ? AND from_seq < ? AND until_seq >= ?"
            );
            let mut select = sqlite.prepare_cached(&select)?;
            let row = select
                .query_map([text(id), at.value(), at.value()], read_detail)?
                .next();
            row.transpose()
        })
    }
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
        migrated: row.get(8)?,
        first_sequence: unsigned(row.get(9)?),
        first_time: row.get(10)?,
        sequence: unsigned(row.get(11)?),
        time: row.get(12)?,
        facts,
    })
}

fn read_detail(columns: &Row<'_>) -> rusqlite::Result<ProductDetail> {
    let Json(Detail {
        trial_mode,
        excluded_domain,
        taken_over,
        acceptance,
        approval,
        refusal,
        suspension,
        reinstatement,
        revocation,
        ending,
    }) = columns.get(14)?;
    let row = read(columns)?;
    Ok(ProductDetail {
        row,
        trial_mode,
        excluded_domain,
        taken_over,
        acceptance,
        approval,
        refusal,
        suspension,
        reinstatement,
        revocation,
        ending,
    })
}
