//! Ids of subjects, made from values of the row.

use cinnabar_events::{Class, Id, StatementId};
use serde::Deserialize;

use super::refusal::{Refusal, shortened};
use super::template::{Context, Template};

/// Longest slug in a derived id: leaves room for a prefix of 14 and 9 of the hash within [`Id::MAX_LEN`].
const MAX_SLUG: usize = 41;
/// Longest prefix of a derived id.
pub(super) const MAX_PREFIX: usize = 14;
/// Hex digits of the hash: names with the same slug are a handful, 32 bits tell them apart.
const HASH_DIGITS: usize = 8;

const _: () = assert!(MAX_PREFIX + MAX_SLUG + 1 + HASH_DIGITS <= Id::MAX_LEN);

/// How the id of a subject is made.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IdRule {
    /// Class of the subject.
    pub(super) class: ClassName,
    /// What stands ahead of every such id, so that ids of two registers don't meet.
    pub(super) prefix: String,
    /// What it is made from.
    pub(super) from: Template,
    /// In which way.
    #[serde(default)]
    pub(super) style: Style,
}

/// A class whose subjects can be taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ClassName {
    Organisation,
    Product,
    Incident,
}

impl From<ClassName> for Class {
    fn from(name: ClassName) -> Self {
        match name {
            ClassName::Organisation => Class::Organisation,
            ClassName::Product => Class::Product,
            ClassName::Incident => Class::Incident,
        }
    }
}

/// How a value becomes an id.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Style {
    /// Prefix and value, as it is.
    #[default]
    Plain,
    /// From a name: prefix, slug, short hash. Names that differ in case or spacing only are the same.
    Name,
    /// From a name: as [`Style::Name`], but only letters and digits tell names apart, so that
    /// `Imbio, LLC` and `IMBIO LLC` are the same.
    NameLetters,
}

impl IdRule {
    /// The id; `None` if what it is made from has no value.
    pub(super) fn make(&self, id: &str, context: Context<'_>) -> Result<Option<Id>, Refusal> {
        let Some(value) = self.from.fill(context)? else {
            return Ok(None);
        };
        let text = match self.style {
            Style::Plain => format!("{}{value}", self.prefix),
            Style::Name => self.of_name(&folded(&value), &value),
            Style::NameLetters => self.of_name(&letters(&value), &value),
        };
        text.parse().map(Some).map_err(|_| Refusal::IdInvalid {
            id: id.to_owned(),
            value: shortened(&text),
        })
    }

    /// `prefix ‖ slug ‖ "-" ‖ first 8 hex digits of derived("name " ‖ prefix, folded name)`.
    fn of_name(&self, folded: &str, name: &str) -> String {
        let hash = StatementId::derived(&format!("name {}", self.prefix), folded).to_string();
        let slug = match self.style {
            // Of what all spellings share.
            Style::NameLetters => slug(folded),
            Style::Name | Style::Plain => slug(name),
        };
        let hyphen = if slug.is_empty() { "" } else { "-" };
        format!("{}{slug}{hyphen}{}", self.prefix, &hash[..HASH_DIGITS])
    }
}

/// Lower case, white space as single spaces.
fn folded(name: &str) -> String {
    let words: Vec<_> = name.split_whitespace().map(str::to_lowercase).collect();
    words.join(" ")
}

/// Letters and digits only, lower case.
fn letters(name: &str) -> String {
    let kept: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
    kept.to_lowercase()
}

/// ASCII letters and digits, in lower case; a hyphen for whatever is between them.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        if slug.len() == MAX_SLUG {
            break;
        }
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeMap;

    use super::super::columns::Columns;
    use super::*;

    fn id(style: Style, name: &str) -> String {
        let rule = IdRule {
            class: ClassName::Organisation,
            prefix: "x-".to_owned(),
            from: "{n}".parse().unwrap(),
            style,
        };
        let mut columns = Columns::default();
        columns.add("n", name.to_owned()).unwrap();
        let (vocabularies, ids) = (BTreeMap::new(), BTreeMap::new());
        let context = Context {
            columns: &columns,
            vocabularies: &vocabularies,
            ids: &ids,
        };
        match rule.make("organisation", context) {
            Ok(made) => made.unwrap().to_string(),
            Err(refusal) => refusal.code().to_owned(),
        }
    }

    #[test]
    fn the_same_name_gives_the_same_id_for_ever() {
        for (style, name, expected) in [
            (Style::Plain, "K150817", "x-K150817"),
            (Style::Plain, "K 150817", "id.invalid"),
            (Style::Name, "Zeeuws archief", "x-zeeuws-archief-fe563881"),
            (Style::Name, " ZEEUWS  Archief", "x-zeeuws-archief-fe563881"),
            (Style::Name, "深圳市", "x-86643ff9"),
            (Style::NameLetters, "Imbio, LLC", "x-imbiollc-2efa9ac9"),
            (Style::NameLetters, "IMBIO LLC", "x-imbiollc-2efa9ac9"),
        ] {
            assert_eq!(id(style, name), expected, "{name}");
        }
    }

    #[test]
    fn long_names_that_begin_alike_keep_apart() {
        let long = "a very long name ".repeat(20);
        let (one, two) = (id(Style::Name, &long), id(Style::Name, &format!("{long}2")));
        assert_ne!(one, two);
        assert!(one.len() <= Id::MAX_LEN);
    }
}
