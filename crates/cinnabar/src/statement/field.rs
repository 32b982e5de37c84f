//! `key=value`: one field of a payload, typed by the kind's schema.

use std::str::FromStr;

use cinnabar_events::Violation;
use serde_json::{Map, Value};

use super::schema::{Schema, Type};

/// Longest list that is built item by item; no schema allows more.
const LIST_MAX: usize = 1024;

/// One field: `name=…`, `facts.fields=…` (dots go into objects, numbers into lists), or `name:=JSON`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    path: Vec<String>,
    json: bool,
    value: String,
}

/// Not an assignment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not key=value, key:=JSON, @FILE or -")]
pub struct NotAnAssignment(String);

impl FromStr for Assignment {
    type Err = NotAnAssignment;

    fn from_str(text: &str) -> Result<Self, NotAnAssignment> {
        let fault = || NotAnAssignment(text.chars().take(80).collect());
        let (key, value) = text.split_once('=').ok_or_else(fault)?;
        let (key, json) = key
            .strip_suffix(':')
            .map_or((key, false), |key| (key, true));
        let path: Vec<String> = key.split('.').map(str::to_owned).collect();
        if path.iter().any(String::is_empty) {
            return Err(fault());
        }
        Ok(Self {
            path,
            json,
            value: value.to_owned(),
        })
    }
}

/// Puts the field into `data`. A field that is assigned again is replaced, a list gets one item more.
///
/// # Errors
/// [`Violation`] if the schema has no such field, or it takes no such value.
pub fn assign(
    data: &mut Value,
    schema: Schema<'_>,
    assignment: &Assignment,
) -> Result<(), Violation> {
    step(data, schema, &assignment.path, assignment)
}

fn step(
    at: &mut Value,
    schema: Schema<'_>,
    path: &[String],
    assignment: &Assignment,
) -> Result<(), Violation> {
    let Some((name, rest)) = path.split_first() else {
        return put(at, schema, assignment);
    };
    let inner = match schema.sort() {
        Type::List => return item(at, schema, name, rest, assignment),
        Type::Object | Type::TextOrObject => schema.field(name),
        Type::Any => Some(schema),
        Type::Text | Type::Integer | Type::Boolean => {
            return Err(Violation::new(
                "",
                schema.limits(),
                format!("a member {name:?} of it"),
            ));
        }
    };
    let Some(inner) = inner else {
        let known: Vec<&str> = schema.fields().iter().map(|field| field.name).collect();
        return Err(Violation::new(
            "",
            format!("one of {}", known.join(", ")),
            format!("member {name:?}"),
        ));
    };
    if !at.is_object() {
        *at = Value::Object(Map::new());
    }
    let members = at.as_object_mut().expect("it was made an object");
    step(
        members.entry(name.as_str()).or_insert(Value::Null),
        inner,
        rest,
        assignment,
    )
    .map_err(|violation| violation.inside(name))
}

/// One item of a list, by its number.
fn item(
    at: &mut Value,
    schema: Schema<'_>,
    name: &str,
    rest: &[String],
    assignment: &Assignment,
) -> Result<(), Violation> {
    if !at.is_array() {
        *at = Value::Array(Vec::new());
    }
    let items = at.as_array_mut().expect("it was made an array");
    let index = name
        .parse::<usize>()
        .ok()
        .filter(|index| *index <= items.len().min(LIST_MAX));
    let (Some(index), Some(inner)) = (index, schema.items()) else {
        return Err(Violation::new(
            "",
            format!("a number from 0 to {}", items.len()),
            format!("member {name:?}"),
        ));
    };
    if index == items.len() {
        items.push(Value::Null);
    }
    step(&mut items[index], inner, rest, assignment).map_err(|violation| violation.inside(name))
}

/// Puts the value where it belongs.
fn put(at: &mut Value, schema: Schema<'_>, assignment: &Assignment) -> Result<(), Violation> {
    let Assignment { json, value, .. } = assignment;
    let looks_like_list = value.starts_with('[');
    if *json {
        *at = parse(value, "JSON")?;
        return Ok(());
    }
    match schema.sort() {
        Type::List if !looks_like_list => {
            let inner = schema.items().unwrap_or(schema);
            let mut item = Value::Null;
            put_single(&mut item, inner, value)?;
            match at {
                Value::Array(items) => items.push(item),
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Object(_) => {
                    *at = Value::Array(vec![item]);
                }
            }
            Ok(())
        }
        Type::List
        | Type::Text
        | Type::Integer
        | Type::Boolean
        | Type::Object
        | Type::TextOrObject
        | Type::Any => put_single(at, schema, value),
    }
}

fn put_single(at: &mut Value, schema: Schema<'_>, text: &str) -> Result<(), Violation> {
    let found = || format!("{:?}", text.chars().take(80).collect::<String>());
    *at = match schema.sort() {
        Type::Text => Value::String(text.to_owned()),
        Type::Integer => text
            .parse::<i64>()
            .map(Value::from)
            .map_err(|_| Violation::new("", schema.limits(), found()))?,
        Type::Boolean => text
            .parse::<bool>()
            .map(Value::from)
            .map_err(|_| Violation::new("", schema.limits(), found()))?,
        Type::List => parse(text, "a list as JSON")?,
        Type::TextOrObject if !text.starts_with('{') => Value::String(text.to_owned()),
        Type::Object | Type::TextOrObject => parse(text, "an object as JSON")?,
        Type::Any => parse(text, "JSON")?,
    };
    Ok(())
}

fn parse(text: &str, expected: &str) -> Result<Value, Violation> {
    serde_json::from_str(text)
        .map_err(|error| Violation::new("", expected, format!("text that is none: {error}")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::schema;
    use super::*;
    use cinnabar_events::Kind;
    use serde_json::json;

    #[test]
    fn what_may_be_text_or_an_object_is_given_either_way() {
        let given = all(
            Kind::ApprovalGranted,
            &[
                "conditions=Log every change.",
                "conditions.1.id=rate",
                "conditions.1.text=Few false alarms.",
                r#"conditions={"id":"c","text":"More."}"#,
            ],
        );
        let expected = json!({ "conditions": [
            "Log every change.",
            { "id": "rate", "text": "Few false alarms." },
            { "id": "c", "text": "More." },
        ] });
        assert_eq!(given.unwrap(), expected);
    }

    fn all(kind: Kind, texts: &[&str]) -> Result<Value, Violation> {
        let schema = schema::of(kind);
        let mut data = json!({});
        for text in texts {
            assign(&mut data, Schema::new(&schema), &text.parse().unwrap())?;
        }
        Ok(data)
    }

    #[test]
    fn values_take_the_type_that_the_schema_gives_them() {
        let data = all(
            Kind::ProductSubmitted,
            &[
                "organisation=acme",
                "name=42",
                "facts.fields=healthcare",
                "facts.fields=transport",
                "facts.numbers.0.scheme=uscc",
                "facts.numbers.0.value=91440300708461136T",
                r#"facts.standards=["ISO/IEC 42001:2023"]"#,
            ],
        );
        let expected = json!({
            "organisation": "acme",
            "name": "42",
            "facts": {
                "fields": ["healthcare", "transport"],
                "numbers": [{ "scheme": "uscc", "value": "91440300708461136T" }],
                "standards": ["ISO/IEC 42001:2023"],
            },
        });
        assert_eq!(data, Ok(expected));
    }

    #[test]
    fn a_value_may_hold_an_equals_sign_and_json_is_taken_as_it_is() {
        let data = all(
            Kind::ProductSubmitted,
            &["name=a=b", r#"facts:={"version":"1=2"}"#, "facts.version=3"],
        );
        assert_eq!(
            data,
            Ok(json!({ "name": "a=b", "facts": { "version": "3" } }))
        );
    }

    #[test]
    fn a_wrong_field_is_answered_with_its_place_and_the_right_ones() {
        let violation = all(Kind::ProductSubmitted, &["facts.colour=red"]).unwrap_err();
        assert_eq!(violation.pointer, "/facts");
        assert!(violation.expected.contains("version"), "{violation}");
        assert_eq!(violation.found, "member \"colour\"");
        let violation = all(Kind::ProductSubmitted, &["name.first=x"]).unwrap_err();
        assert_eq!(violation.pointer, "/name");
        let violation = all(Kind::ProductSubmitted, &["facts.fields.3=x"]).unwrap_err();
        assert_eq!(
            (violation.pointer.as_str(), violation.expected.as_str()),
            ("/facts/fields", "a number from 0 to 0")
        );
    }

    #[test]
    fn integers_and_truth_values_are_no_text() {
        let integer = json!({ "type": "object", "properties": { "n": { "type": "integer" }, "b": { "type": "boolean" } } });
        let mut data = json!({});
        let schema = Schema::new(&integer);
        assign(&mut data, schema, &"n=7".parse().unwrap()).unwrap();
        assign(&mut data, schema, &"b=true".parse().unwrap()).unwrap();
        assert_eq!(data, json!({ "n": 7, "b": true }));
        assert_eq!(
            assign(&mut data, schema, &"n=7.5".parse().unwrap())
                .unwrap_err()
                .pointer,
            "/n"
        );
        assert_eq!(
            assign(&mut data, schema, &"b=yes".parse().unwrap())
                .unwrap_err()
                .expected,
            "true or false"
        );
    }

    #[test]
    fn what_has_no_equals_sign_is_no_assignment() {
        for bad in ["", "name", "=x", "a..b=x", ".a=x"] {
            assert!(bad.parse::<Assignment>().is_err(), "{bad:?}");
        }
    }
}
