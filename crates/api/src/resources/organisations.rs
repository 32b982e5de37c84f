//! Organisations.

use axum::extract::{OriginalUri, State};
use cinnabar_events::kinds::OrganisationKind;
use cinnabar_projections::{OrganisationFilter, OrganisationRow, Page, ProductFilter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::{Answer, AsOfState};
use crate::item::{self, IdPath, ItemQuery};
use crate::links::RowLinks;
use crate::list::{self, List, ListQuery};
use crate::parameters::{Nothing, Path, Query};
use crate::problem::Problem;
use crate::refusals::{ItemRefusals, ListRefusals};
use crate::search::search;
use crate::state::ApiState;

/// Which organisations.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrganisationQuery {
    /// What they are: `enterprise`, `agency` or `other`.
    #[param(value_type = Option<String>)]
    organisation_kind: Option<OrganisationKind>,
    /// Words in name or numbers; Chinese words need no spaces.
    q: Option<String>,
}

/// An organisation in the list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OrganisationItem {
    #[serde(flatten)]
    row: OrganisationRow,
    links: RowLinks,
}

/// An organisation.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrganisationBody {
    as_of: AsOfState,
    organisation: OrganisationRow,
    /// How many products it has in the register.
    products: u64,
    links: RowLinks,
}

fn links(row: &OrganisationRow) -> RowLinks {
    RowLinks::new("organisations", "organisation", &row.id, row.sequence)
}

/// Lists organisations, in the order in which they were registered.
#[utoipa::path(
    get, path = "/organisations", operation_id = "list_organisations", tag = "register", params(ListQuery, OrganisationQuery),
    responses((status = 200, description = "A page of organisations.", body = List<OrganisationItem>), ListRefusals)
)]
pub(crate) async fn list_organisations(
    State(state): State<ApiState>,
    OriginalUri(uri): OriginalUri,
    Query(list, query): Query<ListQuery, OrganisationQuery>,
) -> Result<Answer<List<OrganisationItem>>, Problem> {
    let filter = OrganisationFilter {
        kind: query.organisation_kind,
        search: search(query.q)?,
    };
    let show = |_: &_, row| {
        Ok(OrganisationItem {
            links: links(&row),
            row,
        })
    };
    list::answer(
        state,
        uri,
        list,
        move |reader, at, page| reader.organisations(at, &filter, page),
        show,
    )
    .await
}

/// Finds one organisation.
#[utoipa::path(
    get, path = "/organisations/{id}", operation_id = "find_organisation", tag = "register", params(IdPath, ItemQuery),
    responses((status = 200, description = "The organisation.", body = OrganisationBody), ItemRefusals)
)]
pub(crate) async fn find_organisation(
    State(state): State<ApiState>,
    Path(path): Path<IdPath>,
    Query(query, _): Query<ItemQuery, Nothing>,
) -> Result<Answer<OrganisationBody>, Problem> {
    let id = path.id;
    let found = item::find(state, query, move |_, reader, moment| {
        let organisation = reader
            .organisation(moment.at, id.as_str())?
            .ok_or_else(|| Problem::not_found(&format!("organisation/{id}")))?;
        let filter = ProductFilter {
            organisation: Some(id),
            ..ProductFilter::default()
        };
        let products = reader
            .products(
                moment.at,
                &filter,
                &Page {
                    limit: 1,
                    ..Page::default()
                },
            )?
            .total;
        Ok(OrganisationBody {
            as_of: moment.as_of,
            links: links(&organisation),
            organisation,
            products,
        })
    });
    found.await.map(Answer::new)
}
