//! Every kind against its schema and its example, by the struct and by a JSON Schema validator.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::Path;

use cinnabar_events::{Kind, Payload, canonical, encode};
use serde_json::Value as Json;

fn json(text: &str) -> Json {
    serde_json::from_str(text).unwrap()
}

fn validator(kind: Kind) -> jsonschema::Validator {
    jsonschema::draft202012::new(&json(kind.schema())).unwrap()
}

/// What the payload struct says of `data`: the payload, or the pointer and what was expected.
fn decode(kind: Kind, data: &Json) -> Result<Payload, String> {
    let bytes = encode(data).map_err(|fault| fault.to_string())?;
    let value = canonical::parse(&bytes).map_err(|fault| fault.to_string())?;
    Payload::decode(kind, &value).map_err(|violation| violation.to_string())
}

#[test]
fn every_kind_has_a_schema_and_an_example_and_nothing_else_lies_about() {
    for folder in ["schemas", "examples"] {
        let found: BTreeSet<String> =
            std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder))
                .unwrap()
                .map(|file| file.unwrap().file_name().into_string().unwrap())
                .collect();
        let expected: BTreeSet<String> = Kind::ALL
            .iter()
            .map(|kind| format!("{kind}.json"))
            .collect();
        assert_eq!(found, expected, "{folder}");
    }
}

#[test]
fn every_example_shows_every_field_and_survives_the_struct_byte_for_byte() {
    for &kind in Kind::ALL {
        let (schema, example) = (json(kind.schema()), json(kind.example()));
        assert!(
            validator(kind).is_valid(&example),
            "{kind}: the example breaks the schema"
        );
        assert_every_field_is_shown(&schema, &example, kind.as_str());
        let payload = decode(kind, &example).unwrap_or_else(|reason| panic!("{kind}: {reason}"));
        assert_eq!(
            encode(&payload.to_json().unwrap()).unwrap(),
            encode(&example).unwrap(),
            "{kind}"
        );
    }
}

#[test]
fn every_schema_names_the_fields_that_may_be_committed() {
    for &kind in Kind::ALL {
        let schema = json(kind.schema());
        let named: Vec<&str> = schema["x-confidential"]
            .as_object()
            .map(|pointers| pointers.keys().map(String::as_str).collect())
            .unwrap_or_default();
        assert_eq!(named, kind.confidential(), "{kind}");
    }
}

fn assert_every_field_is_shown(schema: &Json, example: &Json, at: &str) {
    if let Some(properties) = schema["properties"].as_object() {
        // A length has one of its members; a trigger's further members are shown by one of the lists of triggers.
        let one_of = schema.get("oneOf").is_some() || properties.contains_key("when");
        for (name, property) in properties {
            if one_of && example.get(name).is_none() {
                continue;
            }
            assert!(
                example.get(name).is_some(),
                "{at}/{name} is not in the example"
            );
            assert!(
                property["description"].is_string(),
                "{at}/{name} has no description"
            );
            assert_every_field_is_shown(property, &example[name], &format!("{at}/{name}"));
        }
    }
    if let Some(items) = schema.get("items") {
        assert_every_field_is_shown(items, &example[0], &format!("{at}/0"));
    }
}

/// Spoils every place of the example in every way that schemas speak about. Struct and schema must agree on each.
#[test]
fn struct_and_schema_agree_on_every_spoiled_example() {
    let mut cases = 0;
    let mut refused = 0;
    for &kind in Kind::ALL {
        let validator = validator(kind);
        for spoiled in spoil(&json(kind.example())) {
            let by_schema = validator.is_valid(&spoiled);
            let by_struct = decode(kind, &spoiled);
            // That dates fit their calendar no schema can say.
            let dates = |reason: &String| reason.contains("a calendar whose dates fit together");
            if by_struct.as_ref().is_err_and(dates) {
                continue;
            }
            assert_eq!(
                by_schema,
                by_struct.is_ok(),
                "{kind}: schema says {by_schema}, struct says {by_struct:?} of {spoiled}"
            );
            cases += 1;
            refused += usize::from(!by_schema);
        }
    }
    assert!(
        cases > 2_000 && refused > cases / 2,
        "{cases} cases, {refused} refused"
    );
}

/// The value with one thing changed, for every place in it.
fn spoil(value: &Json) -> Vec<Json> {
    let mut all = vec![
        json("7"),
        json("-1"),
        json("true"),
        json("\"\""),
        json("\"no such code\""),
        json("{}"),
        json("[]"),
    ];
    all.push(Json::String("长".repeat(4001)));
    match value {
        Json::Object(members) => {
            for name in members.keys() {
                let mut less = members.clone();
                less.remove(name);
                all.push(Json::Object(less));
                for part in spoil(&members[name]) {
                    let mut changed = members.clone();
                    changed.insert(name.clone(), part);
                    all.push(Json::Object(changed));
                }
            }
            let mut more = members.clone();
            more.insert("surplus".into(), json("1"));
            all.push(Json::Object(more));
        }
        Json::Array(items) => {
            all.push(Json::Array([items.as_slice(), items.as_slice()].concat()));
            for (index, item) in items.iter().enumerate() {
                for part in spoil(item) {
                    let mut changed = items.clone();
                    changed[index] = part;
                    all.push(Json::Array(changed));
                }
            }
        }
        Json::String(text) => {
            all.push(Json::String(format!("{text}x")));
            all.push(Json::String(text.chars().skip(1).collect()));
            all.push(Json::String("a".repeat(201)));
            all.push(Json::String("a".repeat(41)));
            all.push(Json::String("AB".into()));
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
    all
}
