//! Problems: what a submitter is told when there is no receipt (RFC 9457).

use std::borrow::Cow;

use cinnabar_events::{Malformed, Rulebook};
use cinnabar_governance::{Help, Rejection};
use cinnabar_store::LowSpace;
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
    /// What would be accepted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub accepted: Option<String>,
    /// Where the rule stands: a provision, or that it is a model value.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub source: Option<String>,
    /// Version of the rulebook that it was judged under.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rulebook: Option<String>,
    /// Try again after so many milliseconds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub retry_after_ms: Option<u64>,
}

/// How long to wait when the queue is full: it drains within this at the slowest disk we support.
const BUSY_RETRY_MS: u64 = 250;
/// How long to wait for a writer: what a take-over takes.
const NO_WRITER_RETRY_MS: u64 = 2000;
/// How long to wait when there is no room: somebody has to make some.
const NO_SPACE_RETRY_MS: u64 = 5000;

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
            accepted: None,
            source: None,
            rulebook: None,
            retry_after_ms: None,
        }
    }

    /// The disk is nearly full. Reads, proofs and receipts for what is recorded go on.
    pub(crate) fn no_space(low: &LowSpace) -> Self {
        let detail = format!("nothing new is recorded until there is room: {low}");
        Self {
            retry_after_ms: Some(NO_SPACE_RETRY_MS),
            ..Self::new(503, "No space", "unavailable.space", detail)
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

    /// A commitment came without what opens it.
    pub(crate) fn opening_missing(pointer: &str) -> Self {
        let detail = format!(
            "{pointer} is given as a commitment; send salt and value beside the statement, for the vault"
        );
        Self {
            pointer: Some(pointer.to_owned()),
            ..Self::new(403, "Rejected", "opening.missing", detail)
        }
    }

    /// More openings than may come beside a statement.
    pub(crate) fn openings_too_long(found: usize) -> Self {
        let most = crate::confidential::OPENINGS_MAX_BYTES;
        let detail = format!("the openings have {found} bytes, {most} is the most");
        Self::new(400, "Malformed", "opening.too_long", detail)
    }

    /// What came beside the statement are no openings.
    pub(crate) fn bad_openings(code: &str, detail: String) -> Self {
        Self::new(400, "Malformed", code, detail)
    }

    /// The openings don't open the statement's commitments.
    pub(crate) fn refused_openings(code: &str, detail: String) -> Self {
        Self::new(403, "Rejected", code, detail)
    }

    /// This ledger has no vault.
    pub(crate) fn no_vault() -> Self {
        let detail = "this ledger keeps no confidential values: its writer has no vault".to_owned();
        Self::new(403, "Rejected", "vault.none", detail)
    }

    /// There is no such entry.
    pub fn not_found(detail: String) -> Self {
        Self::new(404, "Not found", "not_found", detail)
    }
}

impl Problem {
    /// A rejection, with what would be accepted and where that stands, as far as there is a rulebook to say so.
    pub fn rejected(rejection: &Rejection, rulebook: Option<&Rulebook>) -> Self {
        let problem = Self::from(rejection);
        let Some(rulebook) = rulebook else {
            return problem;
        };
        let Help { accepted, source } = rejection.help(rulebook);
        Self {
            accepted: Some(accepted).filter(|text| !text.is_empty()),
            source: Some(source).filter(|text| !text.is_empty()),
            rulebook: Some(rulebook.version.to_string()),
            ..problem
        }
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
