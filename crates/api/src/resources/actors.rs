//! Actors, with their keys and roles.

use axum::extract::{OriginalUri, State};
use cinnabar_events::Id;
use cinnabar_events::kinds::Code as RoleCode;
use cinnabar_projections::{ActorFilter, ActorRow};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::{Answer, AsOfState};
use crate::item::{self, IdPath, ItemQuery};
use crate::links::RowLinks;
use crate::list::{self, List, ListQuery};
use crate::parameters::{Nothing, Path, Query};
use crate::problem::Problem;
use crate::refusals::{ItemRefusals, ListRefusals};
use crate::state::ApiState;

/// Which actors.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ActorQuery {
    /// Signing for this organisation, by its id.
    #[param(value_type = Option<String>)]
    organisation: Option<Id>,
    /// Holding this role.
    #[param(value_type = Option<String>)]
    role: Option<RoleCode>,
}

/// An actor in the list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ActorItem {
    #[serde(flatten)]
    row: ActorRow,
    links: RowLinks,
}

/// An actor.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ActorBody {
    as_of: AsOfState,
    actor: ActorRow,
    links: RowLinks,
}

fn links(row: &ActorRow) -> RowLinks {
    RowLinks::new("actors", "actor", &row.id, row.sequence)
}

/// Lists actors, in the order in which they were enrolled.
#[utoipa::path(
    get, path = "/actors", operation_id = "list_actors", tag = "actors", params(ListQuery, ActorQuery),
    responses((status = 200, description = "A page of actors with their keys and roles.", body = List<ActorItem>), ListRefusals)
)]
pub(crate) async fn list_actors(
    State(state): State<ApiState>,
    OriginalUri(uri): OriginalUri,
    Query(list, query): Query<ListQuery, ActorQuery>,
) -> Result<Answer<List<ActorItem>>, Problem> {
    let filter = ActorFilter {
        organisation: query.organisation,
        role: query.role.map(|role| role.to_string()),
    };
    let show = |_: &_, row| {
        Ok(ActorItem {
            links: links(&row),
            row,
        })
    };
    list::answer(
        state,
        uri,
        list,
        move |reader, at, page| reader.actors(at, &filter, page),
        show,
    )
    .await
}

/// Finds one actor, with every key and role the actor ever had.
#[utoipa::path(
    get, path = "/actors/{id}", operation_id = "find_actor", tag = "actors", params(IdPath, ItemQuery),
    responses((status = 200, description = "The actor with keys and roles.", body = ActorBody), ItemRefusals)
)]
pub(crate) async fn find_actor(
    State(state): State<ApiState>,
    Path(path): Path<IdPath>,
    Query(query, _): Query<ItemQuery, Nothing>,
) -> Result<Answer<ActorBody>, Problem> {
    let id = path.id;
    let found = item::find(state, query, move |_, reader, moment| {
        let actor = reader
            .actor(moment.at, id.as_str())?
            .ok_or_else(|| Problem::not_found(&format!("actor/{id}")))?;
        Ok(ActorBody {
            as_of: moment.as_of,
            links: links(&actor),
            actor,
        })
    });
    found.await.map(Answer::new)
}
