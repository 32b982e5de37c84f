//! The rulebook: the rules in force, as data. Adopted in the genesis, changed by `rulebook.adopted`.
//!
//! A rulebook that outgrows a statement keeps part of its rules in chapters: it names them by digest,
//! and `rulebook.deposited` brings their text. It is in force as soon as all of them are there.

mod index;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::calendar::WorkingCalendar;
use crate::deadline::DeadlineRule;
use crate::hash::ChapterDigest;
use crate::kinds::{Code, Kind};
use crate::text::{Listed, Name, Summary, Text};

/// The rules in force: who may say what, with how many, apart from whom; and the code lists.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rulebook {
    /// Its name.
    pub title: Name,
    /// Its version, in words of its authors.
    pub version: Text<20>,
    /// The rules engine that reads it. A node that doesn't have this engine stops.
    pub engine: u32,
    /// The roles that can be granted.
    pub roles: Listed<RoleRule, 64>,
    /// Who may say which kind.
    pub permissions: Listed<Permission, 256>,
    /// Who must be another person than whom.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub separation: Listed<Separation, 128>,
    /// Code lists that grow.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub vocabularies: Listed<Vocabulary, 32>,
    /// Who may take over history from older registers; nobody if absent.
    pub migration: Option<Migration>,
    /// What must be done by when.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub deadlines: Listed<DeadlineRule, 128>,
    /// Which days are working days.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub calendars: Listed<WorkingCalendar, 16>,
    /// Numbers that rules use: quorums, shares, limits.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub settings: Listed<Setting, 64>,
    /// Chapters that belong to this rulebook; their text is deposited apart.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub chapters: Listed<ChapterBinding, 32>,
    /// Where each kind stands in the lists.
    #[serde(skip)]
    index: index::Index,
}

/// Part of a rulebook, for a rulebook that outgrows a statement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Chapter {
    /// Its name.
    pub name: Code,
    /// What it is about, in words.
    pub title: Name,
    /// Roles that can be granted.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub roles: Listed<RoleRule, 64>,
    /// Who may say which kind.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub permissions: Listed<Permission, 256>,
    /// Who must be another person than whom.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub separation: Listed<Separation, 128>,
    /// Code lists that grow.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub vocabularies: Listed<Vocabulary, 32>,
    /// What must be done by when.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub deadlines: Listed<DeadlineRule, 128>,
    /// Which days are working days.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub calendars: Listed<WorkingCalendar, 16>,
    /// Numbers that rules use.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub settings: Listed<Setting, 64>,
}

/// Which chapter, exactly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChapterBinding {
    /// Its name.
    pub name: Code,
    /// BLAKE3 of its canonical bytes.
    pub digest: ChapterDigest,
}

/// A number that a rule uses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Setting {
    /// Its name.
    pub name: Code,
    /// The number.
    pub value: u32,
    /// Where it comes from.
    pub source: Source,
}

/// A role that can be granted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoleRule {
    /// Its code.
    pub role: Code,
    /// What it is, in words.
    pub label: Name,
    /// Roles that nobody may hold beside it.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub excludes: Listed<Code, 32>,
    /// Speaks for an organisation: must say which (`onBehalfOf`), and only about what is that organisation's.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub for_organisation: bool,
}

/// Who may say a kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Permission {
    /// Which kind.
    pub kind: KindName,
    /// Signers in any of these roles count.
    pub roles: Listed<Code, 16>,
    /// How many different actors must sign in those roles.
    pub quorum: u8,
    /// Roles of which exactly one signer each must sign beside them.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub with: Listed<Code, 4>,
    /// Where it comes from; a model value if it cites no provision.
    pub source: Source,
}

/// Where a rule comes from.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Source {
    /// The provision, if the law fixes it.
    pub provision: Option<Name>,
    /// Why we chose it, if the law doesn't: a model value.
    pub model: Option<Summary>,
}

/// Who says `kind` about a subject may not be one of those who said `apart_from` about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Separation {
    /// The later statement.
    pub kind: KindName,
    /// The earlier one.
    pub apart_from: KindName,
    /// Where it comes from.
    pub source: Source,
}

/// A code list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Vocabulary {
    /// Its name.
    pub name: Code,
    /// The codes.
    pub codes: Listed<Code, 256>,
}

/// Who may take over history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Migration {
    /// The role in which such statements are signed, all alone.
    pub role: Code,
    /// Where it comes from.
    pub source: Source,
}

/// Two parts of a rulebook speak about the same thing, or there is more than a rulebook holds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("chapter {chapter}: {list} that stand elsewhere already, or too many")]
pub struct Contradiction {
    /// Which chapter.
    pub chapter: Code,
    /// Which of its lists.
    pub list: &'static str,
}

impl Chapter {
    /// BLAKE3 of its canonical bytes: what a rulebook names it by.
    pub fn digest(&self) -> ChapterDigest {
        let json = serde_json::to_value(self).expect("a chapter has only string keys");
        ChapterDigest::of(&crate::encode(&json).expect("a chapter was read from canonical JSON"))
    }
}

/// `own` and then `more`, if no two have the same key.
fn joined<T: Clone + PartialEq, K: PartialEq, const MAX: usize>(
    own: &Listed<T, MAX>,
    more: &Listed<T, MAX>,
    key: impl Fn(&T) -> K,
) -> Option<Listed<T, MAX>> {
    let clash = more
        .iter()
        .any(|item| own.iter().any(|other| key(other) == key(item)));
    let all: Vec<T> = own.iter().chain(more.iter()).cloned().collect();
    Listed::new(all).filter(|_| !clash)
}

impl Rulebook {
    /// This rulebook with the rules of `chapter` added.
    ///
    /// # Errors
    /// [`Contradiction`] if both speak about the same kind, role, list, deadline, year or number.
    pub fn with(&self, chapter: &Chapter) -> Result<Self, Contradiction> {
        let clash = |list| Contradiction {
            chapter: chapter.name.clone(),
            list,
        };
        let Chapter {
            name: _,
            title: _,
            roles,
            permissions,
            separation,
            vocabularies,
            deadlines,
            calendars,
            settings,
        } = chapter;
        Ok(Self {
            roles: joined(&self.roles, roles, |role| role.role.clone())
                .ok_or_else(|| clash("roles"))?,
            permissions: joined(&self.permissions, permissions, |one| one.kind.clone())
                .ok_or_else(|| clash("permissions"))?,
            separation: joined(&self.separation, separation, |one| {
                (one.kind.clone(), one.apart_from.clone())
            })
            .ok_or_else(|| clash("separation"))?,
            vocabularies: joined(&self.vocabularies, vocabularies, |list| list.name.clone())
                .ok_or_else(|| clash("vocabularies"))?,
            deadlines: joined(&self.deadlines, deadlines, |one| one.rule.clone())
                .ok_or_else(|| clash("deadlines"))?,
            calendars: joined(&self.calendars, calendars, |one| one.year())
                .ok_or_else(|| clash("calendars"))?,
            settings: joined(&self.settings, settings, |one| one.name.clone())
                .ok_or_else(|| clash("settings"))?,
            ..self.clone()
        })
    }

    /// The number called `name`; none if the rulebook doesn't set it.
    pub fn setting(&self, name: &str) -> Option<u32> {
        let setting = self
            .settings
            .iter()
            .find(|setting| setting.name.as_str() == name);
        setting.map(|setting| setting.value)
    }

    /// What stands about `role`.
    pub fn role(&self, role: &Code) -> Option<&RoleRule> {
        self.roles.iter().find(|rule| rule.role == *role)
    }
    /// The codes of the list `name`; none if there is no such list.
    pub fn codes(&self, name: &str) -> &[Code] {
        self.vocabularies
            .iter()
            .find(|list| list.name.as_str() == name)
            .map_or(&[], |list| list.codes.as_slice())
    }
}

/// The name of a kind, which this release may or may not know: `noun.verb`, or `noun.verb-2`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KindName(Box<str>);

/// Not a kind's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a kind's name, like approval.granted or approval.granted-2")]
pub struct NotAKindName;

impl KindName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this names `kind`.
    pub fn is(&self, kind: Kind) -> bool {
        *self.0 == *kind.as_str()
    }
}

impl From<Kind> for KindName {
    fn from(kind: Kind) -> Self {
        Self(kind.as_str().into())
    }
}

impl std::str::FromStr for KindName {
    type Err = NotAKindName;

    fn from_str(text: &str) -> Result<Self, NotAKindName> {
        let word =
            |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
        // The first version has no number; the others have one spelling, of at most nine digits.
        let number = |number: &str| {
            let parsed: Option<u32> = number.parse().ok();
            parsed.is_some_and(|version| {
                (2..1_000_000_000).contains(&version) && version.to_string() == number
            })
        };
        let (noun, verb) = text.split_once('.').ok_or(NotAKindName)?;
        let (verb, plain) = verb
            .split_once('-')
            .map_or((verb, true), |(verb, version)| (verb, number(version)));
        if word(noun) && word(verb) && plain && text.len() <= 60 {
            Ok(Self(text.into()))
        } else {
            Err(NotAKindName)
        }
    }
}

impl std::fmt::Display for KindName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

crate::text::text_serde!(KindName);
crate::schema::text_schema! {
    KindName => { "pattern": r"^[a-z]+\.[a-z]+(-([2-9]|[1-9][0-9]{1,8}))?$", "maxLength": 60 },
}
