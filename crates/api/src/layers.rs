//! What happens to every request and answer.

use std::any::Any;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower_http::cors::{Any as AnyOrigin, CorsLayer};

use crate::problem::{Code, PROBLEM_JSON, Problem};
use crate::state::{ApiState, IN_FLIGHT_MAX};

/// Longest body of a request, in bytes: nothing here reads one.
pub(crate) const REQUEST_BODY_MAX_BYTES: usize = 16 * 1024;
/// How long an answer may take: five seconds of waiting for a size and five for a question.
const ANSWER_MAX: Duration = Duration::from_secs(12);
/// The version of this API, in full; its first number stands in the paths. Raised with every change to the document.
pub(crate) const API_VERSION: &str = "1.0.0";

/// Scripts and styles only from here; the documentation page needs its inline styles.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Anyone's pages may read: everything here is public.
pub(crate) fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AnyOrigin)
        .allow_methods([Method::GET, Method::HEAD])
        .allow_headers([header::ACCEPT, header::IF_NONE_MATCH])
        .expose_headers([
            header::ETAG,
            header::LINK,
            header::RETRY_AFTER,
            HeaderName::from_static("api-version"),
        ])
        .vary([])
}

/// Counts and times the answer, under the route's pattern.
pub(crate) async fn measure(
    State(state): State<ApiState>,
    request: Request,
    next: Next,
) -> Response {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none".to_owned(), |path| path.as_str().to_owned());
    let started = Instant::now();
    let response = next.run(request).await;
    state
        .0
        .metrics
        .answered(&route, response.status().as_u16(), started.elapsed());
    response
}

/// Adds the headers that every answer has, and makes a problem of errors that aren't one.
pub(crate) async fn dress(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let status = response.status();
    let is_problem = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind == PROBLEM_JSON);
    if (status.is_client_error() || status.is_server_error()) && !is_problem {
        let allow = response.headers_mut().remove(header::ALLOW);
        let code = Code::of(status);
        response = Problem::new(code, code.parts().2).into_response();
        if let Some(allow) = allow {
            response.headers_mut().insert(header::ALLOW, allow);
        }
    }
    let headers = response.headers_mut();
    for (name, value) in [
        ("api-version", API_VERSION),
        ("content-security-policy", CONTENT_SECURITY_POLICY),
        ("referrer-policy", "no-referrer"),
        ("strict-transport-security", "max-age=31536000"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
    ] {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    response
}

/// Answers 304 where the asker has these bytes already (RFC 9110 §13.1.2).
pub(crate) async fn revalidate(request: Request, next: Next) -> Response {
    let asked: Vec<HeaderValue> = request
        .headers()
        .get_all(header::IF_NONE_MATCH)
        .into_iter()
        .cloned()
        .collect();
    let mut response = next.run(request).await;
    let unchanged = response.status() == StatusCode::OK && has(&asked, response.headers());
    if unchanged {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::empty();
        response.headers_mut().remove(header::CONTENT_TYPE);
        response.headers_mut().remove(header::CONTENT_LENGTH);
    }
    response
}

fn has(asked: &[HeaderValue], headers: &HeaderMap) -> bool {
    let Some(tag) = headers.get(header::ETAG).and_then(|tag| tag.to_str().ok()) else {
        return false;
    };
    let tags = asked
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    tags.map(str::trim)
        .any(|asked| asked == "*" || asked.trim_start_matches("W/") == tag)
}

/// Refuses what is too much or takes too long.
pub(crate) async fn bound(State(state): State<ApiState>, request: Request, next: Next) -> Response {
    let Ok(_place) = state.0.in_flight.try_acquire() else {
        return Problem::new(
            Code::Busy,
            format!("{IN_FLIGHT_MAX} requests are being answered"),
        )
        .into_response();
    };
    match tokio::time::timeout(ANSWER_MAX, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::new(
            Code::TooLong,
            format!("no answer within {} seconds", ANSWER_MAX.as_secs()),
        )
        .into_response(),
    }
}

/// A bug in a handler costs its own request, and nothing else.
pub(crate) fn panicked(_: Box<dyn Any + Send>) -> Response {
    tracing::error!("a handler panicked");
    Problem::new(
        Code::Fault,
        "the node's operator finds the cause in its log",
    )
    .into_response()
}
