//! Deadlines as data: what starts one, how long it is, what meets it, what follows if nothing does.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::calendar::Length;
use crate::id::Class;
use crate::kinds::{Code, closed};
use crate::rulebook::{KindName, Source};
use crate::text::{Listed, Name, Text};

/// A deadline. It runs on each subject of class `class` that a starting statement is about or concerns.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeadlineRule {
    /// Its code.
    pub rule: Code,
    /// What must be done, in words.
    pub label: Name,
    /// On what it runs.
    pub class: ClassName,
    /// What starts it; a statement that starts it again while it runs leaves it as it is.
    pub starts: Listed<Trigger, 8>,
    /// From when it is counted; from the time of recording if absent.
    pub from: Option<Anchor>,
    /// How long it is.
    pub length: Length,
    /// What meets it.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub meets: Listed<Trigger, 16>,
    /// What makes it no longer owed.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub lifts: Listed<Trigger, 16>,
    /// What stops the clock.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub pauses: Listed<Trigger, 8>,
    /// What lets it run on.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub resumes: Listed<Trigger, 8>,
    /// By how much it may be extended, once, with reasons; not at all if absent.
    pub extension: Option<Length>,
    /// What follows if nothing meets it.
    pub consequence: Consequence,
    /// Whose duty it is: a role.
    pub owed_by: Code,
    /// Where it comes from.
    pub source: Source,
}

impl DeadlineRule {
    /// Everything that moves it: what starts, meets, lifts, pauses or resumes it.
    pub fn triggers(&self) -> impl Iterator<Item = &Trigger> {
        let short = [&self.starts, &self.pauses, &self.resumes];
        let long = [&self.meets, &self.lifts];
        let short = short.into_iter().flat_map(|list| list.iter());
        short.chain(long.into_iter().flat_map(|list| list.iter()))
    }
}

/// A statement of `kind`, if what it says fits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Trigger {
    /// Which kind.
    pub kind: KindName,
    /// What it must say, all of it; anything if empty.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub when: Listed<Condition, 4>,
    /// Whether it also counts for things that the statement only concerns, although it is about one of the same class: a
    /// follow-up review for the review that it follows. Otherwise nobody acts on a stranger's deadline by naming him.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub concerned: bool,
}

/// A field of a statement's `data` has one of these values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Condition {
    /// JSON pointer, relative to `data`.
    pub field: Text<100>,
    /// The values, as text; `true` and `false` for a yes-or-no field, `absent` where the field isn't given.
    pub is: Listed<Text<100>, 16>,
}

closed! {
    /// From when a deadline is counted.
    Anchor {
        /// From when the statement was recorded.
        Recorded = "recorded",
        /// From when it occurred, as the statement says; from recording if it doesn't.
        Occurred = "occurred",
        /// From when the reporter knew of the incident; from recording if nobody said.
        Aware = "aware",
    }
}

closed! {
    /// What follows when nothing has met a deadline.
    Consequence {
        /// The ledger says `deadline.missed`.
        Missed = "missed",
        /// The filing counts as accepted: the ledger says `product.accepted`.
        DeemedAccepted = "deemed_accepted",
        /// The approval lapses: the ledger says `approval.expired`.
        Expired = "expired",
    }
}

/// The name of a class of subjects, as it stands before the slash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClassName(pub Class);

/// Not a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a class of subjects, like product or incident")]
pub struct NotAClass;

impl std::str::FromStr for ClassName {
    type Err = NotAClass;

    fn from_str(text: &str) -> Result<Self, NotAClass> {
        let known = Class::ALL.iter().find(|class| class.as_str() == text);
        known.copied().map(Self).ok_or(NotAClass)
    }
}

impl std::fmt::Display for ClassName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.as_str())
    }
}

crate::text::text_serde!(ClassName);
crate::schema::text_schema!(ClassName => { "enum": Class::ALL.map(Class::as_str) });
