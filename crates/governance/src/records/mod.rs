//! Records: the small keyed state that the rules look at.

mod map;
mod states;

use std::fmt;

use cinnabar_events::{ChapterDigest, Code, Id, PublicKey, StatementId, Subject, Timestamp};

pub use map::{Changes, Overlay, RecordMap, RecordTable};
pub use states::*;

/// Room for the text of most keys, in bytes: two ids, or a subject and a rule.
const TEXT_BYTES: usize = 96;

/// What a record is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordKey {
    /// The ledger itself: one record.
    Ledger,
    /// The rulebook in force: one record.
    Rulebook,
    /// The text of a rulebook's chapter.
    Chapter(ChapterDigest),
    /// A dossier: how long it is and where it ends.
    Dossier(Subject),
    /// Where a subject stands.
    State(Subject),
    /// Who took which part in what was said about a subject.
    Parts(Subject),
    /// A public key: whose it is.
    Key(PublicKey),
    /// An official number: what has it.
    Number(String),
    /// A statement's id, by first signer: where it stands.
    Statement(Id, StatementId),
    /// A subject: the legal holds on it.
    Held(Subject),
    /// A deadline, by what it runs on and its rule.
    Deadline(Subject, Code),
    /// A running deadline in the order of its end. Its record says nothing more.
    Due(DueKey),
}

/// A running deadline, ordered by its end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DueKey {
    /// The first moment that is too late.
    pub due: Timestamp,
    /// On what it runs.
    pub on: Subject,
    /// Its rule.
    pub rule: Code,
}

impl DueKey {
    /// First letter of such a key, as it stands in a store.
    pub const LETTER: char = 'T';

    /// Reads the key as it stands in a store.
    pub fn parse(text: &str) -> Option<Self> {
        let (due, rest) = text.strip_prefix(Self::LETTER)?.split_once(' ')?;
        let (on, rule) = rest.split_once(' ')?;
        Some(Self {
            due: Timestamp::from_micros(due.parse().ok()?)?,
            on: on.parse().ok()?,
            rule: rule.parse().ok()?,
        })
    }
}

impl fmt::Display for DueKey {
    /// `T<microseconds, 20 digits> <subject> <rule>`: the order of such texts is the order of the keys, because
    /// subjects sort as text and a space sorts before everything that they contain.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { due, on, rule } = self;
        // No deadline ends before 1970: it is counted from an entry's time.
        let micros = due.micros().max(0);
        write!(f, "{}{micros:020} {on} {rule}", Self::LETTER)
    }
}

impl RecordKey {
    /// The key as it stands in a store: a letter for the kind of record, then what names it. Never changes. Some twenty are made for
    /// each entry.
    pub fn to_text(&self) -> String {
        let mut text = String::with_capacity(TEXT_BYTES);
        let mut about = |letter, subject: &Subject| {
            text.push(letter);
            subject.push_to(&mut text);
        };
        match self {
            Self::Ledger => text.push('L'),
            Self::Rulebook => text.push('R'),
            Self::Chapter(digest) => put(&mut text, format_args!("C{digest}")),
            Self::Dossier(subject) => about('D', subject),
            Self::State(subject) => about('A', subject),
            Self::Parts(subject) => about('P', subject),
            Self::Key(key) => put(&mut text, format_args!("K{key}")),
            Self::Number(number) => put(&mut text, format_args!("N{number}")),
            Self::Statement(actor, id) => put(&mut text, format_args!("S{actor}/{id}")),
            Self::Held(subject) => about('H', subject),
            Self::Deadline(subject, rule) => {
                about('M', subject);
                text.push(' ');
                text.push_str(rule.as_str());
            }
            Self::Due(key) => put(&mut text, format_args!("{key}")),
        }
        text
    }
}

fn put(text: &mut String, words: fmt::Arguments<'_>) {
    fmt::Write::write_fmt(text, words).expect("a text takes what it is given");
}

impl fmt::Display for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

/// A lookup of records by key. Two exist: a map, and the store.
pub trait Records {
    /// Why the state can't be read: fatal, not a rejection.
    type Error;

    /// The record under `key`, if there is one.
    ///
    /// # Errors
    /// If the state can't be read.
    fn record(&self, key: &RecordKey) -> Result<Option<Record>, Self::Error>;

    /// The running deadline that ends next after `after`; the first of all if absent.
    ///
    /// # Errors
    /// If the state can't be read.
    fn due(&self, after: Option<&DueKey>) -> Result<Option<DueKey>, Self::Error>;
}

/// Where changed records are put.
pub trait RecordsMut: Records {
    /// Puts `record` under `key`, in place of what was there.
    fn put(&mut self, key: RecordKey, record: Record);

    /// Takes away what is under `key`, if anything is.
    fn remove(&mut self, key: RecordKey);
}
