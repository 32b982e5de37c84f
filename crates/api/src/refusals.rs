//! Which problems an operation can answer with, for the OpenAPI document.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};

use crate::problem::PROBLEM_JSON;

/// Of a list.
pub(crate) struct ListRefusals;
/// Of one thing.
pub(crate) struct ItemRefusals;
/// Of what takes no parameters.
pub(crate) struct PlainRefusals;

const BAD_REQUEST: (&str, &str) = (
    "400",
    "A parameter is unknown, or has a value that it cannot have; the problem names it.",
);
const NOT_FOUND: (&str, &str) = ("404", "There is no such thing at this size of the ledger.");
const FAULT: (&str, &str) = ("500", "Something is wrong with this node.");
const UNAVAILABLE: (&str, &str) = (
    "503",
    "The node is behind, or has too much to do; `Retry-After` says when to ask again.",
);

type Responses = BTreeMap<String, RefOr<Response>>;

fn responses(of: &[(&str, &str)]) -> Responses {
    let problem = |description: &str| {
        let content = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name("Problem")))
            .build();
        ResponseBuilder::new()
            .description(description)
            .content(PROBLEM_JSON, content)
            .build()
            .into()
    };
    of.iter()
        .map(|(status, description)| ((*status).to_owned(), problem(description)))
        .collect()
}

impl IntoResponses for ListRefusals {
    fn responses() -> Responses {
        responses(&[BAD_REQUEST, FAULT, UNAVAILABLE])
    }
}

impl IntoResponses for ItemRefusals {
    fn responses() -> Responses {
        responses(&[BAD_REQUEST, NOT_FOUND, FAULT, UNAVAILABLE])
    }
}

impl IntoResponses for PlainRefusals {
    fn responses() -> Responses {
        responses(&[BAD_REQUEST, FAULT, UNAVAILABLE])
    }
}
