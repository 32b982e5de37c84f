//! The schema files are what the payload types say, in the words that every reader of JSON Schema knows.
//!
//! `BLESS=1 cargo test -p cinnabar-events --test schemas` writes the files; for a new kind, an empty one must be there.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use cinnabar_events::{Kind, canonical};
use serde_json::Value as Json;

#[test]
fn every_schema_file_is_what_the_types_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    for kind in Kind::ALL {
        let file = folder.join(format!("{kind}.json"));
        let generated = kind.generated_schema();
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&file, &generated).unwrap();
        }
        let found = std::fs::read_to_string(&file).unwrap();
        assert!(found == generated, "{kind}: run this test with BLESS=1");
    }
}

#[test]
fn every_schema_stands_alone_and_within_canonical_json() {
    for kind in Kind::ALL {
        let schema: Json = serde_json::from_str(&kind.generated_schema()).unwrap();
        let mut faults = Vec::new();
        inspect(&schema, kind.as_str(), &mut faults);
        for (pointer, value) in schema["x-confidential"].as_object().into_iter().flatten() {
            inspect(
                value,
                &format!("{kind} confidential {pointer}"),
                &mut faults,
            );
        }
        assert!(faults.is_empty(), "{faults:#?}");
    }
}

/// The types that values of canonical JSON have.
const TYPES: [&str; 5] = ["array", "boolean", "integer", "object", "string"];

/// The keywords that our schemas use. Whoever needs another one sees to it that the tests of the contract know it.
const KEYWORDS: [&str; 24] = [
    "$id",
    "$schema",
    "additionalProperties",
    "anyOf",
    "description",
    "enum",
    "format",
    "items",
    "dependentRequired",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "oneOf",
    "pattern",
    "properties",
    "required",
    "title",
    "type",
    "uniqueItems",
    "x-codes",
    "x-confidential",
];

fn inspect(schema: &Json, at: &str, faults: &mut Vec<String>) {
    let mut ask = |fine: bool, what: &str| {
        if !fine {
            faults.push(format!("{at}: {what}"));
        }
    };
    let limit = |keyword: &str| schema[keyword].as_i64();
    let within =
        |value: Option<i64>| value.is_some_and(|value| value.abs() <= canonical::MAX_INTEGER);
    for keyword in schema.as_object().unwrap().keys() {
        ask(
            KEYWORDS.contains(&keyword.as_str()),
            &format!("keyword {keyword}"),
        );
    }
    let either = schema["anyOf"].as_array();
    let sort = schema["type"].as_str();
    ask(
        either.is_some() != sort.is_some_and(|sort| TYPES.contains(&sort)),
        "no single type",
    );
    match sort {
        Some("integer") => ask(
            within(limit("minimum")) && within(limit("maximum")),
            "unbounded",
        ),
        Some("array") => ask(limit("maxItems").is_some(), "unbounded"),
        Some("object") => ask(schema["additionalProperties"] == false, "open"),
        Some("string") => {
            let bounded = ["maxLength", "pattern", "enum"]
                .iter()
                .any(|one| schema.get(one).is_some());
            ask(bounded, "unbounded");
            ask(
                schema.get("format").is_none_or(|format| format == "date"),
                "format",
            );
        }
        Some(_) | None => {}
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let described = property["description"]
            .as_str()
            .is_some_and(|text| !text.is_empty());
        ask(described, &format!("{name} has no description"));
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        inspect(property, &format!("{at}/{name}"), faults);
    }
    for part in either.into_iter().flatten().chain(schema.get("items")) {
        inspect(part, &format!("{at}/0"), faults);
    }
}
