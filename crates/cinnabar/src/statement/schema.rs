//! A kind's JSON schema, as far as the command line needs it: which fields, of what type, within which limits.

use cinnabar_events::Kind;
use serde_json::{Map, Value};

/// One node of a schema: of a payload, or of a value in it.
#[derive(Clone, Copy, Debug)]
pub struct Schema<'s>(&'s Value);

/// A member of an object.
#[derive(Clone, Debug)]
pub struct Field<'s> {
    /// Its name.
    pub name: &'s str,
    /// Whether it must be there.
    pub required: bool,
    /// What it may be.
    pub schema: Schema<'s>,
}

/// What sort of value a node asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// A string, or one of a list of codes.
    Text,
    /// An integer.
    Integer,
    /// True or false.
    Boolean,
    /// A list.
    List,
    /// An object with members.
    Object,
    /// Plain text, or an object that says more.
    TextOrObject,
    /// Anything: only JSON will do.
    Any,
}

/// Reads the schema of a kind's payload.
///
/// # Panics
/// If the schema in the source tree is no JSON, which the contract's tests rule out.
pub(super) fn of(kind: Kind) -> Value {
    serde_json::from_str(kind.schema()).expect("schemas in the source tree are JSON")
}

impl<'s> Schema<'s> {
    /// The schema in `json`.
    pub fn new(json: &'s Value) -> Self {
        Self(json)
    }

    /// What sort of value it asks for.
    pub fn sort(self) -> Type {
        match self.0.get("type").and_then(Value::as_str) {
            Some("integer") => Type::Integer,
            Some("boolean") => Type::Boolean,
            Some("array") => Type::List,
            Some("object") => Type::Object,
            Some("string") => Type::Text,
            Some(_) => Type::Any,
            None if self.0.get("enum").is_some() => Type::Text,
            None if self.branch("string").is_some() && self.branch("object").is_some() => {
                Type::TextOrObject
            }
            None => Type::Any,
        }
    }

    /// What a list holds.
    pub fn items(self) -> Option<Self> {
        self.0.get("items").map(Self)
    }

    /// What it may be besides, of one type.
    fn branch(self, of: &str) -> Option<Self> {
        let branches = self.0.get("anyOf")?.as_array()?;
        let fits = |branch: &&Value| branch.get("type").and_then(Value::as_str) == Some(of);
        branches.iter().find(fits).map(Self)
    }

    fn properties(self) -> Option<&'s Map<String, Value>> {
        let object = self.branch("object").unwrap_or(self);
        object.0.get("properties").and_then(Value::as_object)
    }

    /// The member called `name`.
    pub fn field(self, name: &str) -> Option<Self> {
        self.properties()?.get(name).map(Self)
    }

    /// The members, required ones first, then by name.
    pub fn fields(self) -> Vec<Field<'s>> {
        let object = self.branch("object").unwrap_or(self);
        let required = |name: &str| {
            object
                .0
                .get("required")
                .and_then(Value::as_array)
                .is_some_and(|list| list.iter().any(|item| item == name))
        };
        let members = self.properties().into_iter().flatten();
        let mut fields: Vec<Field<'s>> = members
            .map(|(name, schema)| Field {
                name,
                required: required(name),
                schema: Self(schema),
            })
            .collect();
        fields.sort_by_key(|field| (!field.required, field.name));
        fields
    }

    /// What it is, in words.
    pub fn description(self) -> Option<&'s str> {
        self.0.get("description").and_then(Value::as_str)
    }

    /// The codes that it may be, if only these.
    pub fn codes(self) -> Option<Vec<&'s str>> {
        let codes = self.0.get("enum")?.as_array()?;
        Some(codes.iter().filter_map(Value::as_str).collect())
    }

    /// Type and limits on one line: `text, 1 to 200 characters`.
    pub fn limits(self) -> String {
        let number = |name: &str| self.0.get(name).and_then(Value::as_i64);
        let range = |least: Option<i64>, most: Option<i64>, unit: &str| match (least, most) {
            (Some(least), Some(most)) => format!(", {least} to {most}{unit}"),
            (Some(least), None) => format!(", at least {least}{unit}"),
            (None, Some(most)) => format!(", at most {most}{unit}"),
            (None, None) => String::new(),
        };
        match self.sort() {
            Type::Text => {
                if let Some(codes) = self.codes() {
                    return format!("one of {}", codes.join(", "));
                }
                let form = match (self.0.get("format"), self.0.get("pattern")) {
                    (Some(Value::String(format)), _) => format!(", a {format}"),
                    (_, Some(Value::String(pattern))) => format!(", {pattern}"),
                    _ => String::new(),
                };
                format!(
                    "text{}{form}",
                    range(number("minLength"), number("maxLength"), " characters")
                )
            }
            Type::Integer => format!("integer{}", range(number("minimum"), number("maximum"), "")),
            Type::Boolean => "true or false".to_owned(),
            Type::List => {
                let of = self
                    .items()
                    .map(|items| format!(" of {}", items.limits()))
                    .unwrap_or_default();
                format!(
                    "list{}{of}",
                    range(number("minItems"), number("maxItems"), "")
                )
            }
            Type::Object => "object".to_owned(),
            Type::TextOrObject => {
                let text = self.branch("string").map(Self::limits).unwrap_or_default();
                format!("{text}; or an object")
            }
            Type::Any => "JSON".to_owned(),
        }
    }
}
