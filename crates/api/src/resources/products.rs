//! The register.

use axum::extract::{OriginalUri, State};
use cinnabar_events::kinds::{Code as KindCode, RiskTier};
use cinnabar_events::{Class, Id, Subject};
use cinnabar_governance::{IncidentStatus, ProductStatus};
use cinnabar_projections::{
    IncidentFilter, Page, ProductDetail, ProductFilter, ProductRow, Reader,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::dossiers::{self, DossierItem};
use crate::answer::{Answer, AsOfState, Moment};
use crate::item::{self, IdPath, ItemQuery};
use crate::links::RowLinks;
use crate::list::{self, List, ListQuery};
use crate::parameters::{Nothing, Path, Query};
use crate::problem::Problem;
use crate::refusals::{ItemRefusals, ListRefusals};
use crate::search::search;
use crate::state::{ApiState, Inner};

/// Which products.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProductQuery {
    /// Standing there: `submitted`, `returned`, `declined`, `accepted`, `classified`, `disclosed`, `authorised`, `refused`,
    /// `suspended`, `voided`, `withdrawn`, `revoked`, `expired`, `ended` or `closed`.
    #[param(value_type = Option<String>)]
    status: Option<ProductStatus>,
    /// Of this organisation, by its id.
    #[param(value_type = Option<String>)]
    organisation: Option<Id>,
    /// As risky as that: `low`, `medium`, `high` or `prohibited`.
    #[param(value_type = Option<String>)]
    risk_tier: Option<RiskTier>,
    /// In this field of application, a code of the rulebook.
    #[param(value_type = Option<String>)]
    field: Option<KindCode>,
    /// With this official number.
    number: Option<String>,
    /// Taken over from an older register, or not.
    migrated: Option<bool>,
    /// Words in name, organisation, number, summary or purpose; Chinese words need no spaces.
    q: Option<String>,
}

impl ProductQuery {
    fn filter(self) -> Result<ProductFilter, Problem> {
        let Self {
            status,
            organisation,
            risk_tier,
            field,
            number,
            migrated,
            q,
        } = self;
        Ok(ProductFilter {
            status,
            organisation,
            risk_tier,
            field,
            number,
            migrated,
            search: search(q)?,
        })
    }
}

/// A product in the register.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ProductItem {
    #[serde(flatten)]
    row: ProductRow,
    links: RowLinks,
}

/// A product with its history.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProductBody {
    as_of: AsOfState,
    product: ProductDetail,
    /// Incidents with it.
    incidents: IncidentCount,
    history: History,
    links: RowLinks,
}

/// How many incidents there are with a product.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
struct IncidentCount {
    /// All.
    total: u64,
    /// Neither closed nor merged into others.
    open: u64,
}

/// The entries about a thing, oldest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct History {
    /// How many there are.
    total: u64,
    /// The first hundred of them.
    items: Vec<DossierItem>,
    /// Where all of them are, if there are more.
    #[serde(skip_serializing_if = "Option::is_none")]
    more: Option<String>,
}

impl History {
    /// The dossier of `class/id` at that moment.
    pub(crate) fn read(
        inner: &Inner,
        reader: &Reader,
        moment: &Moment,
        class: Class,
        id: &Id,
    ) -> Result<Self, Problem> {
        let subject = Subject::new(class, id.clone());
        let more = format!("/v1/dossiers/{subject}");
        let found = dossiers::read(reader, moment.at, subject, &Page::default())?;
        let items = found
            .rows
            .into_iter()
            .map(|row| DossierItem::read(inner, row))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            total: found.total,
            items,
            more: found.next.map(|_| more),
        })
    }
}

fn links(row: &ProductRow) -> RowLinks {
    RowLinks::new("products", "product", &row.id, row.sequence)
}

/// Lists the register, in the order in which products were filed.
#[utoipa::path(
    get, path = "/products", operation_id = "list_products", tag = "register", params(ListQuery, ProductQuery),
    responses((status = 200, description = "A page of the register.", body = List<ProductItem>), ListRefusals)
)]
pub(crate) async fn list_products(
    State(state): State<ApiState>,
    OriginalUri(uri): OriginalUri,
    Query(list, query): Query<ListQuery, ProductQuery>,
) -> Result<Answer<List<ProductItem>>, Problem> {
    let filter = query.filter()?;
    let show = |_: &_, row| {
        Ok(ProductItem {
            links: links(&row),
            row,
        })
    };
    list::answer(
        state,
        uri,
        list,
        move |reader, at, page| reader.products(at, &filter, page),
        show,
    )
    .await
}

/// Finds one product, with everything that was ever said about it.
#[utoipa::path(
    get, path = "/products/{id}", operation_id = "find_product", tag = "register", params(IdPath, ItemQuery),
    responses((status = 200, description = "The product, the decisions in force and its history.", body = ProductBody), ItemRefusals)
)]
pub(crate) async fn find_product(
    State(state): State<ApiState>,
    Path(path): Path<IdPath>,
    Query(query, _): Query<ItemQuery, Nothing>,
) -> Result<Answer<ProductBody>, Problem> {
    item::find(state, query, move |inner, reader, moment| {
        body(inner, reader, moment, &path.id)
    })
    .await
    .map(Answer::new)
}

fn body(inner: &Inner, reader: &Reader, moment: Moment, id: &Id) -> Result<ProductBody, Problem> {
    let product = reader
        .product(moment.at, id.as_str())?
        .ok_or_else(|| Problem::not_found(&format!("product/{id}")))?;
    let one = Page {
        limit: 1,
        ..Page::default()
    };
    let count = |status| {
        let filter = IncidentFilter {
            status,
            product: Some(id.clone()),
            ..IncidentFilter::default()
        };
        reader
            .incidents(moment.at, &filter, &one)
            .map(|found| found.total)
    };
    let total = count(None)?;
    let over = count(Some(IncidentStatus::Closed))? + count(Some(IncidentStatus::Merged))?;
    let incidents = IncidentCount {
        total,
        open: total.saturating_sub(over),
    };
    let history = History::read(inner, reader, &moment, Class::Product, id)?;
    Ok(ProductBody {
        links: links(&product.row),
        as_of: moment.as_of,
        product,
        incidents,
        history,
    })
}
