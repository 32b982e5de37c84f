//! Problems: what a submitter is told when there is no receipt (RFC 9457).

use std::borrow::Cow;

use cinnabar_events::Malformed;
use cinnabar_governance::Rejection;
use serde::{Deserialize, Serialize};

/// Why there is no receipt. Members as in RFC 9457, and ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// `urn:cinnabar:problem:<code>`.
    pub r#type: String,
    /// The family, in words.
    pub title: Cow<'static, str>,
    /// As an HTTP status: 400 malformed, 403 not allowed, 409 conflict, 503 not now.
    pub status: u16,
    /// This occurrence, in words.
    pub detail: String,
    /// Stable code for programs.
    pub code: String,
    /// Sequence of the entry that it conflicts with.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub earlier: Option<u64>,
    /// JSON pointer to what is wrong.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub pointer: Option<String>,
    /// Offset of the byte that is wrong.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub byte: Option<usize>,
    /// What was expected there.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expected: Option<String>,
    /// What was found there.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub found: Option<String>,
    /// Try again after so many milliseconds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub retry_after_ms: Option<u64>,
}

/// How long to wait when the queue is full: it drains within this at the slowest disk we support.
const BUSY_RETRY_MS: u64 = 250;
/// How long to wait for a writer: what a take-over takes.
const NO_WRITER_RETRY_MS: u64 = 2000;

impl Problem {
    fn new(status: u16, title: &'static str, code: &str, detail: String) -> Self {
        Self {
            r#type: format!("urn:cinnabar:problem:{code}"),
            title: title.into(),
            status,
            detail,
            code: code.to_owned(),
            earlier: None,
            pointer: None,
            byte: None,
            expected: None,
            found: None,
            retry_after_ms: None,
        }
    }

    /// The queue is full.
    pub fn busy() -> Self {
        let detail = "the queue in front of the writer is full".to_owned();
        Self {
            retry_after_ms: Some(BUSY_RETRY_MS),
            ..Self::new(503, "Busy", "busy", detail)
        }
    }

    /// The writer stopped or stepped down before it could say whether this is recorded.
    pub fn no_writer() -> Self {
        let detail = "the writer stepped down before this was decided; asking again with the same bytes is safe".to_owned();
        Self {
            retry_after_ms: Some(NO_WRITER_RETRY_MS),
            ..Self::new(503, "No writer", "no_writer", detail)
        }
    }

    /// There is no such entry.
    pub fn not_found(detail: String) -> Self {
        Self::new(404, "Not found", "not_found", detail)
    }
}

impl From<&Malformed> for Problem {
    fn from(malformed: &Malformed) -> Self {
        let problem = Self::new(400, "Malformed", malformed.code(), malformed.to_string());
        match malformed {
            Malformed::NotCanonical(fault) => Self {
                byte: Some(fault.at),
                ..problem
            },
            Malformed::Schema(violation) => Self {
                pointer: Some(violation.pointer.clone()),
                expected: Some(violation.expected.clone()),
                found: Some(violation.found.clone()),
                ..problem
            },
            Malformed::TooLong { .. }
            | Malformed::UnknownKind(_)
            | Malformed::SignatureMissing { .. }
            | Malformed::SignatureExtra { .. }
            | Malformed::SignatureUnsorted { .. }
            | Malformed::SignatureDoubled { .. }
            | Malformed::SignatureInvalid(_) => problem,
        }
    }
}

impl From<&Rejection> for Problem {
    fn from(rejection: &Rejection) -> Self {
        let (status, title) = match rejection {
            Rejection::AlreadyRecorded(_)
            | Rejection::IdTaken(_)
            | Rejection::Stale { .. }
            | Rejection::Exists(_)
            | Rejection::State { .. }
            | Rejection::NumberTaken(_)
            | Rejection::Genesis => (409, "Conflict"),
            Rejection::Unknown(_) => (404, "Not found"),
            Rejection::OtherLedger(_)
            | Rejection::UnknownEngine(_)
            | Rejection::OccurredAhead(_)
            | Rejection::UnknownActor(_)
            | Rejection::ForeignKey(_)
            | Rejection::KeyRevoked(..)
            | Rejection::KeyReplaced(..)
            | Rejection::KeyExpired(_)
            | Rejection::SignerUnsigned(_)
            | Rejection::SignerTwice(_)
            | Rejection::KeyTaken(_)
            | Rejection::RoleMissing { .. }
            | Rejection::NotForOrganisation(_)
            | Rejection::RoleNotAllowed { .. }
            | Rejection::Quorum { .. }
            | Rejection::With { .. }
            | Rejection::Migration
            | Rejection::NotConcerned(_)
            | Rejection::UnknownCode { .. }
            | Rejection::SamePerson { .. }
            | Rejection::RulebookIncomplete(_)
            | Rejection::Suspended(_)
            | Rejection::NotDue
            | Rejection::Clause { .. } => (403, "Rejected"),
        };
        let earlier = rejection.earlier().map(cinnabar_events::Sequence::get);
        Self {
            earlier,
            ..Self::new(status, title, rejection.code(), rejection.to_string())
        }
    }
}
