//! What answers which path: a flat table, by who asks.

use std::sync::Arc;

use axum::body::Bytes;
use axum::routing::get;
use axum::{Router, middleware};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use utoipa::openapi::OpenApi as Document;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::answer::Representation;
use crate::parameters::{Nothing, Query};
use crate::problem::{Code, Problem};
use crate::refusals::PlainRefusals;
use crate::resources::{
    actors, bundle, checkpoints, completeness, deadlines, dossiers, entries, entry, incidents,
    kinds, ledger, organisations, products, proofs, rulebook, subjects, timestamps, views,
};
use crate::state::ApiState;
use crate::{health, layers, log, openapi, pages};

/// The API's paths below `/v1`.
fn v1() -> OpenApiRouter<ApiState> {
    OpenApiRouter::with_openapi(openapi::base())
        // The public and agencies: the register.
        .routes(routes!(products::list_products))
        .routes(routes!(products::find_product))
        .routes(routes!(incidents::list_incidents))
        .routes(routes!(incidents::find_incident))
        .routes(routes!(organisations::list_organisations))
        .routes(routes!(organisations::find_organisation))
        .routes(routes!(actors::list_actors))
        .routes(routes!(actors::find_actor))
        // Officers: how everything stands, and what is due.
        .routes(routes!(subjects::list_classes))
        .routes(routes!(subjects::list_subjects))
        .routes(routes!(subjects::find_subject))
        .routes(routes!(deadlines::list_deadlines))
        .routes(routes!(rulebook::find_rulebook))
        // Auditors and enterprises: entries and what proves them.
        .routes(routes!(ledger::find_ledger))
        .routes(routes!(entries::list_entries))
        .routes(routes!(entry::find_entry))
        .routes(routes!(entry::find_entry_bytes))
        .routes(routes!(entry::find_entry_envelope))
        .routes(routes!(proofs::find_entry_proof))
        .routes(routes!(proofs::find_entry_receipt))
        .routes(routes!(bundle::find_entry_bundle))
        .routes(routes!(proofs::find_consistency_proof))
        .routes(routes!(checkpoints::list_checkpoints))
        .routes(routes!(checkpoints::find_checkpoint))
        .routes(routes!(timestamps::list_checkpoint_timestamps))
        .routes(routes!(timestamps::find_checkpoint_timestamp))
        .routes(routes!(dossiers::list_dossier))
        .routes(routes!(completeness::find_dossier_completeness))
        .routes(routes!(views::find_view_digests))
        // Programmers: the contract.
        .routes(routes!(kinds::list_kinds))
        .routes(routes!(kinds::find_kind_schema))
        .routes(routes!(find_openapi))
}

/// Everything that is served, for `axum::serve`.
pub fn router(state: ApiState) -> Router {
    let (v1, _) = v1().split_for_parts();
    let docs =
        SwaggerUi::new("/docs").config(Config::new(["/v1/openapi.json"]).validator_url("none"));
    let routes = Router::new()
        // Log clients: C2SP tlog-tiles.
        .route("/checkpoint", get(log::checkpoint))
        .route("/tile/{*path}", get(log::tile))
        // Operators' machines.
        .route("/livez", get(health::livez))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(health::metrics))
        // People.
        .route("/", get(pages::index))
        .route("/problems/{code}", get(pages::problem))
        .merge(docs)
        .nest("/v1", v1)
        .fallback(async || Problem::new(Code::NoSuchPath, "nothing has this path"));
    dressed(routes.with_state(state.clone()), &state)
}

/// `routes` under everything that happens to each request and answer here: bounds, headers, measures.
pub fn dressed(routes: Router, state: &ApiState) -> Router {
    routes
        .layer(middleware::from_fn(layers::revalidate))
        .layer(CatchPanicLayer::custom(layers::panicked))
        .layer(middleware::from_fn_with_state(state.clone(), layers::bound))
        .layer(RequestBodyLimitLayer::new(layers::REQUEST_BODY_MAX_BYTES))
        .layer(middleware::from_fn(layers::dress))
        .layer(layers::cors())
        .layer(middleware::from_fn_with_state(
            state.clone(),
            layers::measure,
        ))
}

/// The OpenAPI document of everything below `/v1`.
pub fn document() -> Document {
    let (_, mut document) = v1().split_for_parts();
    openapi::finish(&mut document);
    document
}

/// Gives this document.
#[utoipa::path(
    get, path = "/openapi.json", operation_id = "find_openapi", tag = "contract", params(Nothing),
    responses((status = 200, description = "The OpenAPI 3.1 document.", body = Object, content_type = "application/json"), PlainRefusals)
)]
async fn find_openapi(_: Query<Nothing>) -> Result<Representation, Problem> {
    static DOCUMENT: std::sync::OnceLock<Arc<[u8]>> = std::sync::OnceLock::new();
    let written = match DOCUMENT.get() {
        Some(written) => written,
        None => {
            let written = document()
                .to_pretty_json()
                .map_err(|error| Problem::fault(&error))?;
            DOCUMENT.get_or_init(|| written.into_bytes().into())
        }
    };
    Ok(Representation {
        body: Bytes::copy_from_slice(written),
        ..Representation::json(Vec::new())
    })
}
