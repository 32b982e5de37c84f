//! JSON Schemas (2020-12) of the payloads, generated from their types.
//!
//! A payload derives [`schemars::JsonSchema`]; what it can't know is put right here: what is absent is absent
//! and never null, integers lie within what canonical JSON has, and nothing refers to elsewhere, so that
//! each schema can be read alone.

use std::borrow::Cow;

use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::{Serialize, SerializeMap as _, SerializeSeq as _, Serializer};
use serde_json::{Map, Value};

use crate::canonical::MAX_INTEGER;
use crate::text::{Listed, Text};

/// Implements [`JsonSchema`] for types that are strings in JSON; what stands in braces narrows the string.
macro_rules! text_schema {
    ($($type:ty => { $($member:tt)* }),+ $(,)?) => {$(
        impl schemars::JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", $($member)* })
            }
        }
    )+};
}
pub(crate) use text_schema;

impl<const MAX: usize> JsonSchema for Text<MAX> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        format!("Text{MAX}").into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "minLength": 1, "maxLength": MAX })
    }
}

impl<T: JsonSchema, const MAX: usize> JsonSchema for Listed<T, MAX> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        format!("Listed{MAX}{}", T::schema_name()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let items = generator.subschema_for::<T>();
        json_schema!({ "type": "array", "items": items, "maxItems": MAX, "uniqueItems": true })
    }
}

/// The schema of one `T`, all in one piece.
pub(crate) fn of<T: JsonSchema>() -> Map<String, Value> {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
        settings.transforms = vec![Box::new(Tidy)];
    });
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    let mut members = std::mem::take(schema.ensure_object());
    // The name of a Rust type says nothing to who reads the schema.
    members.remove("title");
    members
}

/// The schema of a committed field's value.
pub(crate) type ValueSchema = fn() -> Map<String, Value>;

/// The text of `schemas/<kind>.json`: the schema of the payload `T`, and beside it, at `x-confidential`, the
/// schemas of the values that are given as commitments only.
pub(crate) fn text<T: JsonSchema>(kind: &str, confidential: &[(&str, ValueSchema)]) -> String {
    let mut schema = of::<T>();
    schema.insert(
        "$schema".into(),
        "https://json-schema.org/draft/2020-12/schema".into(),
    );
    schema.insert("$id".into(), format!("urn:cinnabar:schema:{kind}").into());
    schema.insert("title".into(), kind.into());
    if !confidential.is_empty() {
        let values = confidential
            .iter()
            .map(|(pointer, value)| ((*pointer).to_owned(), Value::Object(value())));
        schema.insert("x-confidential".into(), Value::Object(values.collect()));
    }
    let schema = Value::Object(schema);
    let ordered = Ordered {
        value: &schema,
        names: false,
    };
    serde_json::to_string_pretty(&ordered).expect("JSON with string keys can be written") + "\n"
}

/// Puts right what derived schemas say that payloads are not.
#[derive(Clone)]
struct Tidy;

impl Transform for Tidy {
    fn transform(&mut self, schema: &mut Schema) {
        transform_subschemas(self, schema);
        if let Some(members) = schema.as_object_mut() {
            drop_null(members);
            bound_integer(members);
            members.remove("default");
            if let Some(Value::String(description)) = members.get_mut("description") {
                *description = description.replace('\n', " ");
            }
        }
    }
}

/// What is optional is left out; it is never null.
fn drop_null(members: &mut Map<String, Value>) {
    let null = |value: &Value| value.is_null() || value == "null" || value["type"] == "null";
    for keyword in ["type", "enum", "anyOf"] {
        if let Some(Value::Array(choices)) = members.get_mut(keyword) {
            choices.retain(|choice| !null(choice));
        }
    }
    if let Some(Value::Array(types)) = members.get_mut("type")
        && types.len() == 1
    {
        let only = types.remove(0);
        members.insert("type".into(), only);
    }
    if let Some(Value::Array(choices)) = members.get_mut("anyOf")
        && choices.len() == 1
        && let Value::Object(only) = choices.remove(0)
    {
        members.remove("anyOf");
        for (keyword, value) in only {
            members.entry(keyword).or_insert(value);
        }
    }
}

/// Integers lie within the Rust type and within canonical JSON; the Rust type's name is no format.
fn bound_integer(members: &mut Map<String, Value>) {
    if members.get("type").is_none_or(|name| name != "integer") {
        return;
    }
    let format = members.remove("format");
    let (least, most) = match format.as_ref().and_then(Value::as_str).unwrap_or_default() {
        "int32" => (i64::from(i32::MIN), i64::from(i32::MAX)),
        "uint32" => (0, i64::from(u32::MAX)),
        unsigned if unsigned.starts_with("uint") => (0, MAX_INTEGER),
        _ => (-MAX_INTEGER, MAX_INTEGER),
    };
    members.entry("minimum").or_insert(least.into());
    members.entry("maximum").or_insert(most.into());
}

/// The order in which people read a schema. Other keywords follow, by name.
const ORDER: [&str; 11] = [
    "$schema",
    "$id",
    "title",
    "description",
    "type",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "properties",
    "required",
];

/// A schema whose keywords are written in [`ORDER`].
struct Ordered<'v> {
    value: &'v Value,
    /// The keys are names that someone chose, not keywords.
    names: bool,
}

impl Serialize for Ordered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let inside = |value, names| Ordered { value, names };
        match self.value {
            Value::Object(members) => {
                let mut members: Vec<(&String, &Value)> = members.iter().collect();
                if !self.names {
                    let rank = |key: &str| ORDER.iter().position(|known| *known == key);
                    members.sort_by_key(|(key, _)| rank(key).unwrap_or(ORDER.len()));
                }
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (key, value) in members {
                    let named = ["properties", "x-codes", "x-confidential"].contains(&key.as_str());
                    map.serialize_entry(key, &inside(value, named && !self.names))?;
                }
                map.end()
            }
            Value::Array(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(&inside(item, false))?;
                }
                list.end()
            }
            plain @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
                plain.serialize(serializer)
            }
        }
    }
}
