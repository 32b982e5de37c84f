//! Problems: what every answer with a status of 400 or more says (RFC 9457).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use cinnabar_projections::ReadError;
use cinnabar_store::{ProofError, StoreError};
use serde::Serialize;

/// Media type of a problem.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";
/// How long to wait before asking again, in seconds: a few blocks.
const RETRY_AFTER_SECONDS: u64 = 1;

/// What kind of problem. Codes are stable: programs decide by them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    BadParameter,
    UnknownParameter,
    BadCursor,
    NotFound,
    NotCosigned,
    NoDocument,
    NoSuchPath,
    MethodNotAllowed,
    NotAcceptable,
    TooLarge,
    Behind,
    Busy,
    TooLong,
    NotReady,
    Fault,
}

impl Code {
    /// Every code, for the page that explains them.
    pub(crate) const ALL: [Self; 15] = [
        Self::BadParameter,
        Self::UnknownParameter,
        Self::BadCursor,
        Self::NotFound,
        Self::NotCosigned,
        Self::NoDocument,
        Self::NoSuchPath,
        Self::MethodNotAllowed,
        Self::NotAcceptable,
        Self::TooLarge,
        Self::Behind,
        Self::Busy,
        Self::TooLong,
        Self::NotReady,
        Self::Fault,
    ];

    /// Status, code and title.
    pub(crate) const fn parts(self) -> (StatusCode, &'static str, &'static str) {
        let (code, title) = self.words();
        (self.status(), code, title)
    }

    const fn status(self) -> StatusCode {
        match self {
            Self::BadParameter | Self::UnknownParameter | Self::BadCursor => {
                StatusCode::BAD_REQUEST
            }
            Self::NotFound | Self::NotCosigned | Self::NoDocument | Self::NoSuchPath => {
                StatusCode::NOT_FOUND
            }
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Behind | Self::Busy | Self::TooLong | Self::NotReady => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Fault => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Code and title.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::BadParameter => (
                "request.bad_parameter",
                "A parameter has a value that it cannot have",
            ),
            Self::UnknownParameter => (
                "request.unknown_parameter",
                "A parameter is not known here, or given twice",
            ),
            Self::BadCursor => (
                "request.bad_cursor",
                "The cursor is not one that this list gave",
            ),
            Self::NotFound => (
                "resource.not_found",
                "There is no such thing at this size of the ledger",
            ),
            Self::NotCosigned => (
                "resource.not_cosigned",
                "No checkpoint with what was asked for covers it, or none yet",
            ),
            Self::NoDocument => (
                "resource.no_document",
                "It does not fit into one document; the parts are to be had one by one",
            ),
            Self::NoSuchPath => ("request.no_such_path", "Nothing has this path"),
            Self::MethodNotAllowed => (
                "request.method_not_allowed",
                "Only GET and HEAD are answered: statements are submitted over NATS",
            ),
            Self::NotAcceptable => (
                "request.not_acceptable",
                "There is no representation of an accepted media type",
            ),
            Self::TooLarge => (
                "request.too_large",
                "The request is larger than any that is answered",
            ),
            Self::Behind => ("service.behind", "This node has not come so far yet"),
            Self::Busy => ("service.busy", "Too many requests are being answered"),
            Self::TooLong => ("service.too_long", "The answer took too long"),
            Self::NotReady => ("service.not_ready", "A part of this node is not ready"),
            Self::Fault => ("service.fault", "Something is wrong with this node"),
        }
    }

    /// The code for an answer that came without one.
    pub(crate) fn of(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::NoSuchPath,
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            StatusCode::NOT_ACCEPTABLE => Self::NotAcceptable,
            StatusCode::PAYLOAD_TOO_LARGE | StatusCode::URI_TOO_LONG => Self::TooLarge,
            other if other.is_client_error() => Self::BadParameter,
            _ => Self::Fault,
        }
    }
}

/// A problem as it is sent.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[schema(title = "Problem")]
pub(crate) struct Problem {
    #[serde(skip)]
    kind: Code,
    /// Where the kind of problem is explained.
    r#type: String,
    /// The kind of problem, in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What is wrong this time.
    detail: String,
    /// The kind of problem, for programs.
    code: &'static str,
    /// The parameter at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
}

impl Problem {
    pub(crate) fn new(kind: Code, detail: impl Into<String>) -> Self {
        let (status, code, title) = kind.parts();
        Self {
            kind,
            r#type: format!("/problems/{code}"),
            title,
            status: status.as_u16(),
            detail: detail.into(),
            code,
            parameter: None,
        }
    }

    pub(crate) fn parameter(name: &str, detail: impl std::fmt::Display) -> Self {
        let mut problem = Self::new(Code::BadParameter, format!("{name}: {detail}"));
        problem.parameter = Some(name.to_owned());
        problem
    }

    pub(crate) fn unknown_parameter(name: &str, detail: String) -> Self {
        let mut problem = Self::new(Code::UnknownParameter, detail);
        problem.parameter = Some(name.to_owned());
        problem
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(
            Code::NotFound,
            format!("{what} is not in the ledger at this size"),
        )
    }

    /// Something is wrong with this node. The cause is logged here, once, and not sent.
    pub(crate) fn fault(error: &dyn std::error::Error) -> Self {
        let mut causes = error.to_string();
        let mut next = error.source();
        while let Some(cause) = next {
            causes = format!("{causes}: {cause}");
            next = cause.source();
        }
        tracing::error!(error = causes, "a request could not be answered");
        Self::new(
            Code::Fault,
            "the node's operator finds the cause in its log",
        )
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, ..) = self.kind.parts();
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS));
        }
        response
    }
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Busy => Self::new(Code::Busy, error.to_string()),
            ReadError::TooLong => Self::new(Code::TooLong, error.to_string()),
            ReadError::Damaged(_) | ReadError::Sqlite(_) => Self::fault(&error),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::fault(&error)
    }
}

impl From<ProofError> for Problem {
    fn from(error: ProofError) -> Self {
        match error {
            ProofError::Range(range) => Self::new(Code::BadParameter, range.to_string()),
            read @ ProofError::Read(_) => Self::fault(&read),
        }
    }
}
