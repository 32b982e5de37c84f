//! The few pages for people: what is where, and what a problem means.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::answer::Representation;
use crate::problem::{Code, Problem};

const INDEX: &str = include_str!("index.html");

/// `GET /`: what is where.
pub(crate) async fn index() -> Response {
    (
        [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CACHE_CONTROL, "no-cache"),
        ],
        INDEX,
    )
        .into_response()
}

/// `GET /problems/{code}`: what a problem means.
pub(crate) async fn problem(Path(asked): Path<String>) -> Result<Representation, Problem> {
    let known = Code::ALL
        .into_iter()
        .map(Code::parts)
        .find(|(_, code, _)| *code == asked);
    let (status, code, title) =
        known.ok_or_else(|| Problem::new(Code::NoSuchPath, "there is no such problem"))?;
    Ok(Representation::text(format!(
        "{code} ({status})\n\n{title}.\n"
    )))
}
