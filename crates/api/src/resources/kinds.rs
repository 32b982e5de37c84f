//! Kinds of statement and their schemas: the public contract.

use axum::extract::State;
use cinnabar_events::Kind;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::{Answer, AsOfState, Representation};
use crate::parameters::{Nothing, Path, Query};
use crate::problem::Problem;
use crate::refusals::{ItemRefusals, PlainRefusals};
use crate::state::ApiState;

/// Every kind of statement.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KindList {
    as_of: AsOfState,
    /// How many there are.
    total: usize,
    items: Vec<KindItem>,
}

/// One kind of statement.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct KindItem {
    /// Its name.
    kind: &'static str,
    /// What such a statement says.
    summary: &'static str,
    /// The class that its subject has.
    class: &'static str,
    /// Fields that may be given as commitments, as JSON pointers relative to `data`.
    confidential: &'static [&'static str],
    links: KindLinks,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
struct KindLinks {
    /// JSON Schema of its payload.
    schema: String,
    /// Entries of this kind.
    entries: String,
}

/// Which kind.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct KindPath {
    /// Its name, like `product.submitted`.
    kind: String,
}

/// Lists every kind of statement that this node knows.
#[utoipa::path(
    get, path = "/kinds", operation_id = "list_kinds", tag = "contract", params(Nothing),
    responses((status = 200, description = "All kinds.", body = KindList), PlainRefusals)
)]
pub(crate) async fn list_kinds(
    State(state): State<ApiState>,
    _: Query<Nothing>,
) -> Answer<KindList> {
    let item = |kind: &Kind| KindItem {
        kind: kind.as_str(),
        summary: kind.summary(),
        class: kind.class().as_str(),
        confidential: kind.confidential(),
        links: KindLinks {
            schema: format!("/v1/kinds/{kind}/schema"),
            entries: format!("/v1/entries?kind={kind}"),
        },
    };
    let cursor = state.0.views.served_cursor();
    Answer::new(KindList {
        as_of: AsOfState::new(cursor.size, cursor.root),
        total: Kind::ALL.len(),
        items: Kind::ALL.iter().map(item).collect(),
    })
}

/// Gives the JSON Schema (2020-12) of a kind's payload.
#[utoipa::path(
    get, path = "/kinds/{kind}/schema", operation_id = "find_kind_schema", tag = "contract", params(KindPath),
    responses((status = 200, description = "The schema.", body = Object, content_type = "application/schema+json"), ItemRefusals)
)]
pub(crate) async fn find_kind_schema(
    Path(path): Path<KindPath>,
    _: Query<Nothing>,
) -> Result<Representation, Problem> {
    let missing = |_| {
        Problem::not_found(&format!(
            "the kind {:?}",
            path.kind.chars().take(60).collect::<String>()
        ))
    };
    let kind: Kind = path.kind.parse().map_err(missing)?;
    Ok(Representation {
        media_type: "application/schema+json",
        ..Representation::json(kind.schema().as_bytes().to_vec())
    })
}
