//! From a typed value to canonical bytes: the producer's side.

use serde::Serialize;
use serde_json::Value as Json;

use crate::canonical::{MAX_INTEGER, write_string};

/// The value has no canonical form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotEncodable {
    /// A float, or an integer beyond ±(2^53−1).
    #[error("{0} is not an integer within 2^53-1")]
    Number(String),
    /// The type refuses to be serialised, has keys that are no strings, or a null where one can't be left out.
    #[error("the value can't be written as JSON")]
    Shape,
}

/// The canonical bytes of `value`. Absent options and nulls are left out of objects.
///
/// # Errors
/// [`NotEncodable`] if `value` holds a number that canonical JSON doesn't have.
pub fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, NotEncodable> {
    let json = serde_json::to_value(value).map_err(|_| NotEncodable::Shape)?;
    let mut out = Vec::with_capacity(512);
    encode_json(&json, &mut out)?;
    Ok(out)
}

fn encode_json(value: &Json, out: &mut Vec<u8>) -> Result<(), NotEncodable> {
    match value {
        Json::Null => return Err(NotEncodable::Shape),
        Json::Bool(value) => out.extend_from_slice(if *value { b"true" } else { b"false" }),
        Json::Number(number) => match number.as_i64() {
            Some(integer) if integer.abs() <= MAX_INTEGER => {
                out.extend_from_slice(integer.to_string().as_bytes())
            }
            _ => return Err(NotEncodable::Number(number.to_string())),
        },
        Json::String(text) => write_string(text, out),
        Json::Array(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                encode_json(item, out)?;
            }
            out.push(b']');
        }
        Json::Object(members) => {
            // Sorted here, so that no feature of serde_json's map can change the order.
            let mut sorted: Vec<_> = members
                .iter()
                .filter(|(_, value)| !value.is_null())
                .collect();
            sorted.sort_by(|a, b| a.0.cmp(b.0));
            out.push(b'{');
            for (index, (key, value)) in sorted.into_iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_string(key, out);
                out.push(b':');
                encode_json(value, out)?;
            }
            out.push(b'}');
        }
    }
    Ok(())
}
