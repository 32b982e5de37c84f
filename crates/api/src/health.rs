//! Whether the node lives, is ready, and how it does.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::answer::Representation;
use crate::problem::{Code, Problem};
use crate::state::{ApiState, Inner};

/// How many entries the views may be behind the replica and the node still be ready: what a fold takes in well under a second.
const VIEWS_LAG_MAX: u64 = 10_000;

/// `GET /livez`: the process answers.
pub(crate) async fn livez() -> Representation {
    Representation {
        cache: "no-store",
        ..Representation::text("alive\n".to_owned())
    }
}

#[derive(Serialize)]
struct Ready {
    ready: bool,
    parts: Vec<PartReport>,
}

#[derive(Serialize)]
struct PartReport {
    name: &'static str,
    ready: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// `GET /readyz`: each part and whether it is ready; 503 if one isn't.
pub(crate) async fn readyz(State(state): State<ApiState>) -> Response {
    let parts = match state.blocking(|inner| Ok(parts(inner))).await {
        Ok(parts) => parts,
        Err(problem) => return problem.into_response(),
    };
    let failing: Vec<_> = parts
        .iter()
        .filter(|part| !part.ready)
        .map(|part| {
            format!(
                "{}: {}",
                part.name,
                part.detail.as_deref().unwrap_or("not ready")
            )
        })
        .collect();
    if !failing.is_empty() {
        return Problem::new(Code::NotReady, failing.join("; ")).into_response();
    }
    match serde_json::to_vec(&Ready { ready: true, parts }) {
        Ok(body) => Representation {
            cache: "no-store",
            ..Representation::json(body)
        }
        .into_response(),
        Err(error) => Problem::fault(&error).into_response(),
    }
}

fn parts(inner: &Inner) -> Vec<PartReport> {
    let store = inner
        .store
        .poisoned()
        .map_or(Ok(None), |reason| Err(reason.to_string()));
    let others = inner.parts.iter().map(|part| (part.name, (part.check)()));
    let all = [("store", store), ("views", views(inner))]
        .into_iter()
        .chain(others);
    all.map(|(name, check)| PartReport {
        name,
        ready: check.is_ok(),
        detail: check.unwrap_or_else(Some),
    })
    .collect()
}

fn views(inner: &Inner) -> Result<Option<String>, String> {
    let lag = views_lag(inner);
    if lag > VIEWS_LAG_MAX {
        return Err(format!("{lag} entries behind"));
    }
    inner
        .views
        .read()
        .map(|_| None)
        .map_err(|error| error.to_string())
}

/// Entries that the replica has and readers of the views don't see yet.
pub(crate) fn views_lag(inner: &Inner) -> u64 {
    inner
        .store
        .head()
        .size
        .get()
        .saturating_sub(inner.views.served_cursor().size.get())
}

/// `GET /metrics`, in the OpenMetrics text format.
pub(crate) async fn metrics(State(state): State<ApiState>) -> Response {
    let inner = &state.0;
    match inner.metrics.text(
        inner.store.head().size.get(),
        inner.views.served_cursor().size.get(),
        views_lag(inner),
    ) {
        Ok(text) => {
            let media_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            (
                [
                    (header::CONTENT_TYPE, media_type),
                    (header::CACHE_CONTROL, "no-store"),
                ],
                text,
            )
                .into_response()
        }
        Err(error) => Problem::fault(&error).into_response(),
    }
}
