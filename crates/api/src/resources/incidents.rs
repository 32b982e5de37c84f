//! Incidents.

use axum::extract::{OriginalUri, State};
use cinnabar_events::kinds::Severity;
use cinnabar_events::{Class, Id};
use cinnabar_governance::IncidentStatus;
use cinnabar_projections::{IncidentFilter, IncidentRow};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::products::History;
use crate::answer::{Answer, AsOfState};
use crate::item::{self, IdPath, ItemQuery};
use crate::links::RowLinks;
use crate::list::{self, List, ListQuery};
use crate::parameters::{Nothing, Path, Query};
use crate::problem::Problem;
use crate::refusals::{ItemRefusals, ListRefusals};
use crate::search::search;
use crate::state::ApiState;

/// Which incidents.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IncidentQuery {
    /// Standing there: `received`, `triaged`, `corrective`, `monitoring`, `closed` or `merged`.
    #[param(value_type = Option<String>)]
    status: Option<IncidentStatus>,
    /// As severe as that: `hazard`, `serious_hazard`, `incident`, `serious_incident` or `disaster`.
    #[param(value_type = Option<String>)]
    severity: Option<Severity>,
    /// With this product, by its id.
    #[param(value_type = Option<String>)]
    product: Option<Id>,
    /// Words in title, description or action; Chinese words need no spaces.
    q: Option<String>,
}

/// An incident in the list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct IncidentItem {
    #[serde(flatten)]
    row: IncidentRow,
    links: RowLinks,
}

/// An incident with its history.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IncidentBody {
    as_of: AsOfState,
    incident: IncidentRow,
    /// Where it goes on, if it was merged into another incident; that one may have been merged in turn.
    #[serde(skip_serializing_if = "Option::is_none")]
    continued: Option<String>,
    history: History,
    links: RowLinks,
}

fn links(row: &IncidentRow) -> RowLinks {
    RowLinks::new("incidents", "incident", &row.id, row.sequence)
}

/// Lists incidents, in the order in which they were first reported.
#[utoipa::path(
    get, path = "/incidents", operation_id = "list_incidents", tag = "register", params(ListQuery, IncidentQuery),
    responses((status = 200, description = "A page of incidents.", body = List<IncidentItem>), ListRefusals)
)]
pub(crate) async fn list_incidents(
    State(state): State<ApiState>,
    OriginalUri(uri): OriginalUri,
    Query(list, query): Query<ListQuery, IncidentQuery>,
) -> Result<Answer<List<IncidentItem>>, Problem> {
    let IncidentQuery {
        status,
        severity,
        product,
        q,
    } = query;
    let filter = IncidentFilter {
        status,
        severity,
        product,
        search: search(q)?,
    };
    let show = |_: &_, row| {
        Ok(IncidentItem {
            links: links(&row),
            row,
        })
    };
    list::answer(
        state,
        uri,
        list,
        move |reader, at, page| reader.incidents(at, &filter, page),
        show,
    )
    .await
}

/// Finds one incident, with every report on it.
#[utoipa::path(
    get, path = "/incidents/{id}", operation_id = "find_incident", tag = "register", params(IdPath, ItemQuery),
    responses((status = 200, description = "The incident and its history.", body = IncidentBody), ItemRefusals)
)]
pub(crate) async fn find_incident(
    State(state): State<ApiState>,
    Path(path): Path<IdPath>,
    Query(query, _): Query<ItemQuery, Nothing>,
) -> Result<Answer<IncidentBody>, Problem> {
    let id = path.id;
    let found = item::find(state, query, move |inner, reader, moment| {
        let incident = reader
            .incident(moment.at, id.as_str())?
            .ok_or_else(|| Problem::not_found(&format!("incident/{id}")))?;
        let history = History::read(inner, reader, &moment, Class::Incident, &id)?;
        Ok(IncidentBody {
            as_of: moment.as_of,
            links: links(&incident),
            continued: incident
                .into
                .as_ref()
                .map(|into| format!("/v1/incidents/{into}")),
            incident,
            history,
        })
    });
    found.await.map(Answer::new)
}
