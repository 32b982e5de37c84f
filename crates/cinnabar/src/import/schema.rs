//! What a kind's schema says about a field: whether there is such a field, and how long its text may be.

use cinnabar_events::Kind;
use serde_json::Value;

/// A field of a payload, as its schema has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Field {
    /// Most characters, if it is a text with a limit.
    pub(super) max_length: Option<usize>,
}

/// The schema of `kind`, to look fields up in.
pub(super) fn of(kind: Kind) -> Value {
    serde_json::from_str(kind.schema())
        .expect("the contract's schemas are JSON, as its tests check")
}

/// The field at `path` (`facts.numbers.0.value`); `None` if the schema has none, or it is no leaf.
pub(super) fn field(schema: &Value, path: &str) -> Option<Field> {
    let mut at = schema;
    for step in path.split('.') {
        at = if step.bytes().all(|byte| byte.is_ascii_digit()) && !step.is_empty() {
            at.get("items")?
        } else {
            at.get("properties")?.get(step)?
        };
    }
    let leaf = at.get("properties").is_none() && at.get("items").is_none();
    let length = at.get("maxLength").and_then(Value::as_u64);
    leaf.then(|| Field {
        max_length: length.and_then(|length| usize::try_from(length).ok()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_by_path() {
        let schema = of(Kind::ProductSubmitted);
        for (path, expected) in [
            ("name", Some(Some(200))),
            ("facts.numbers.0.value", Some(Some(100))),
            ("facts.lifecycle", Some(None)),
            ("facts.fields.0", Some(None)),
            ("facts", None),
            ("facts.numbers", None),
            ("nickname", None),
            ("", None),
        ] {
            let found = field(&schema, path).map(|field| field.max_length);
            assert_eq!(found, expected, "{path}");
        }
    }
}
