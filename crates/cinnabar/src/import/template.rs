//! Text with placeholders: `FDA decision {decisioncode} ({decisioncode|decisions})`.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, de};

use super::columns::Columns;
use super::id_rule::IdRule;
use super::refusal::{Refusal, shortened};

/// What a value of an older register is called here. A value that becomes the empty text counts as absent.
pub(super) type Vocabulary = BTreeMap<String, String>;

/// Text with placeholders: `{column}`, `{column|vocabulary}` and `{@id}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template {
    written: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Text(String),
    Column(String),
    Translated { column: String, vocabulary: String },
    Id(String),
}

/// What placeholders are filled from.
#[derive(Clone, Copy)]
pub(super) struct Context<'m> {
    pub(super) columns: &'m Columns,
    pub(super) vocabularies: &'m BTreeMap<String, Vocabulary>,
    pub(super) ids: &'m BTreeMap<String, IdRule>,
}

impl Template {
    /// The placeholders and the texts between them.
    pub(super) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Fills the placeholders; `None` if one of them has no value.
    pub(super) fn fill(&self, context: Context<'_>) -> Result<Option<String>, Refusal> {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Column(column) => match context.columns.get(column) {
                    Some(value) => out.push_str(value),
                    None => return Ok(None),
                },
                Part::Translated { column, vocabulary } => {
                    match context.translated(column, vocabulary)? {
                        Some(value) => out.push_str(value),
                        None => return Ok(None),
                    }
                }
                Part::Id(id) => match context.id(id)? {
                    Some(value) => out.push_str(value.as_str()),
                    None => return Ok(None),
                },
            }
        }
        Ok(Some(out))
    }
}

impl<'m> Context<'m> {
    fn translated(self, column: &str, vocabulary: &str) -> Result<Option<&'m str>, Refusal> {
        let Some(value) = self.columns.get(column) else {
            return Ok(None);
        };
        let known = self.vocabularies.get(vocabulary).and_then(|v| v.get(value));
        let ours = known.ok_or_else(|| Refusal::ValueUnknown {
            column: column.to_owned(),
            value: shortened(value),
            vocabulary: vocabulary.to_owned(),
        })?;
        Ok(Some(ours.as_str()).filter(|ours| !ours.is_empty()))
    }

    /// The id that the mapping calls `name`; `None` if what it is made from has no value.
    pub(super) fn id(self, name: &str) -> Result<Option<cinnabar_events::Id>, Refusal> {
        match self.ids.get(name) {
            Some(rule) => rule.make(name, self),
            None => Ok(None),
        }
    }
}

/// The text is no template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} has a brace that is not closed, not opened, or has nothing within")]
pub(super) struct NotATemplate(String);

impl FromStr for Template {
    type Err = NotATemplate;

    fn from_str(text: &str) -> Result<Self, NotATemplate> {
        let fault = || NotATemplate(shortened(text));
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, behind) = after.split_once('}').ok_or_else(fault)?;
            if before.contains('}') || name.contains('{') {
                return Err(fault());
            }
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            let part = match (name.strip_prefix('@'), name.split_once('|')) {
                (Some(id), _) => Part::Id(id.to_owned()),
                (None, Some((column, vocabulary))) => Part::Translated {
                    column: column.to_owned(),
                    vocabulary: vocabulary.to_owned(),
                },
                (None, None) => Part::Column(name.to_owned()),
            };
            if matches!(name, "" | "@") {
                return Err(fault());
            }
            parts.push(part);
            rest = behind;
        }
        if rest.contains('}') {
            return Err(fault());
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Self {
            written: text.to_owned(),
            parts,
        })
    }
}

impl std::fmt::Display for Template {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.written)
    }
}

impl<'de> Deserialize<'de> for Template {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn placeholders_are_filled_or_the_whole_is_absent() {
        let mut columns = Columns::default();
        columns.add("a", "1".to_owned()).unwrap();
        columns.add("b", String::new()).unwrap();
        columns.add("s", "open".to_owned()).unwrap();
        let vocabulary: Vocabulary = [("open".to_owned(), "in_use".to_owned())].into();
        let vocabularies = [("status".to_owned(), vocabulary)].into();
        let context = Context {
            columns: &columns,
            vocabularies: &vocabularies,
            ids: &BTreeMap::new(),
        };
        let fill = |text: &str| text.parse::<Template>().unwrap().fill(context);
        assert_eq!(fill("plain").unwrap().as_deref(), Some("plain"));
        assert_eq!(fill("x{a}y{a}").unwrap().as_deref(), Some("x1y1"));
        assert_eq!(fill("x{b}").unwrap(), None);
        assert_eq!(fill("x{c}").unwrap(), None);
        assert_eq!(fill("{s|status}").unwrap().as_deref(), Some("in_use"));
        assert_eq!(fill("{a|status}").unwrap_err().code(), "value.unknown");
    }

    #[test]
    fn stray_braces_are_refused() {
        for text in ["{", "}", "{a", "a}", "{}", "{@}", "{a{b}}", "}{a}"] {
            assert!(text.parse::<Template>().is_err(), "{text}");
        }
    }
}
