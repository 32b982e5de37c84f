//! From a canonical [`Value`] to a typed payload, with errors that say where and what.
//!
//! A `serde` deserializer, so that payloads are plain structs; its error keeps the JSON pointer, what
//! was expected and what was found apart instead of in one sentence.

use std::fmt;

use serde::de::{self, DeserializeOwned, IntoDeserializer, Unexpected, Visitor};

use crate::canonical::{Member, Value};

/// The value doesn't have the shape that its schema asks for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at {}: expected {expected}, found {found}", if pointer.is_empty() { "the top" } else { pointer })]
pub struct Violation {
    /// JSON pointer (RFC 6901) to the offending value, relative to what was decoded.
    pub pointer: String,
    /// What the schema asks for.
    pub expected: String,
    /// What is there.
    pub found: String,
}

impl Violation {
    /// A violation at `pointer`.
    pub fn new(
        pointer: impl Into<String>,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        Self {
            pointer: pointer.into(),
            expected: expected.into(),
            found: found.into(),
        }
    }

    /// The same violation, seen from one level further out.
    #[must_use]
    pub fn inside(mut self, step: &str) -> Self {
        self.pointer = format!(
            "/{}{}",
            step.replace('~', "~0").replace('/', "~1"),
            self.pointer
        );
        self
    }
}

impl de::Error for Violation {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new("", message.to_string(), "something else")
    }
    fn invalid_type(found: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::new("", expected.to_string(), found.to_string())
    }
    fn invalid_value(found: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::new("", expected.to_string(), found.to_string())
    }
    fn invalid_length(length: usize, expected: &dyn de::Expected) -> Self {
        Self::new("", expected.to_string(), format!("{length} items"))
    }
    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::new(
            "",
            format!("one of {}", expected.join(", ")),
            format!("string {variant:?}"),
        )
    }
    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let expected = if expected.is_empty() {
            "no members".to_owned()
        } else {
            format!("no member but {}", expected.join(", "))
        };
        Self::new("", expected, format!("member {field:?}"))
    }
    fn missing_field(field: &'static str) -> Self {
        Self::new(format!("/{field}"), "a value", "nothing")
    }
}

/// Decodes `value` as a `T`.
///
/// # Errors
/// [`Violation`] at the first place that doesn't fit.
pub fn decode<T: DeserializeOwned>(value: &Value<'_>) -> Result<T, Violation> {
    T::deserialize(Decoder(value))
}

struct Decoder<'v, 'a>(&'v Value<'a>);

impl<'de> de::Deserializer<'de> for Decoder<'_, '_> {
    type Error = Violation;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Violation> {
        let found = self.0;
        match found {
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Integer(value) => match u64::try_from(*value) {
                Ok(positive) => visitor.visit_u64(positive),
                Err(_) => visitor.visit_i64(*value),
            },
            Value::String(text) => visitor.visit_str(text),
            Value::Array(items) => {
                let mut rest = Items {
                    items: items.iter(),
                    index: 0,
                };
                // A tuple's visitor stops after its last field: what is left over is too much.
                visitor.visit_seq(&mut rest).and_then(|value| {
                    if rest.items.len() == 0 {
                        return Ok(value);
                    }
                    let expected = format!("an array of {}", rest.index);
                    Err(Violation::new("", expected, found.describe()))
                })
            }
            Value::Object(members) => visitor.visit_map(Members {
                members: members.iter(),
                current: None,
            }),
        }
        // Unexpected has no room for the value's own words; say them here once.
        .map_err(|mut violation: Violation| {
            if violation.pointer.is_empty() && violation.found == "something else" {
                violation.found = found.describe();
            }
            violation
        })
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Violation> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Violation> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Violation> {
        match self.0 {
            Value::String(text) => visitor.visit_enum(text.as_ref().into_deserializer()),
            other @ (Value::Bool(_) | Value::Integer(_) | Value::Array(_) | Value::Object(_)) => {
                Err(Violation::new("", "a string", other.describe()))
            }
        }
    }

    /// Structs are objects. Derived code would take an array of the fields' values too.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Violation> {
        match self.0 {
            Value::Object(_) => self.deserialize_any(visitor),
            other @ (Value::Bool(_) | Value::Integer(_) | Value::String(_) | Value::Array(_)) => {
                Err(Violation::new("", "an object", other.describe()))
            }
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

struct Items<'v, 'a> {
    items: std::slice::Iter<'v, Value<'a>>,
    index: usize,
}

impl<'de> de::SeqAccess<'de> for Items<'_, '_> {
    type Error = Violation;

    fn next_element_seed<T: de::DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Violation> {
        let Some(item) = self.items.next() else {
            return Ok(None);
        };
        let index = self.index;
        self.index += 1;
        seed.deserialize(Decoder(item))
            .map(Some)
            .map_err(|violation| violation.inside(&index.to_string()))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

struct Members<'v, 'a> {
    members: std::slice::Iter<'v, Member<'a>>,
    current: Option<&'v Member<'a>>,
}

impl<'de> de::MapAccess<'de> for Members<'_, '_> {
    type Error = Violation;

    fn next_key_seed<K: de::DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Violation> {
        self.current = self.members.next();
        let Some(member) = self.current else {
            return Ok(None);
        };
        seed.deserialize(member.key.into_deserializer()).map(Some)
    }

    fn next_value_seed<V: de::DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, Violation> {
        let member = self
            .current
            .take()
            .expect("serde asks for a key before its value");
        seed.deserialize(Decoder(&member.value))
            .map_err(|violation| violation.inside(member.key))
    }
}
