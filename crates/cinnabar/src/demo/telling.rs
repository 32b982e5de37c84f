//! The story, as it is told on a day: who is in it, and what is said.

use std::collections::{BTreeMap, BTreeSet};

use cinnabar_events::{Date, PublicKey, Signer as _};
use cinnabar_governance::story::{Line, Says, read};
use ed25519_dalek::SigningKey;

/// What is said in the demonstration, in order, with what must be so afterwards.
const STORY: &str = include_str!("city.story");

/// The story can't be read.
#[derive(Debug, thiserror::Error)]
#[error("the demonstration can't be read: {0}")]
pub(super) struct NotTold(String);

/// The story, told on `today`: `day+30` is thirty days later, `day-2` two days before, `year-1` is last year.
pub(super) fn on(today: Date) -> String {
    let day = counted(STORY, "day", |days| today.plus_days(days).to_string());
    counted(&day, "year", |years| {
        (i64::from(today.year()) + years).to_string()
    })
}

/// `text` with what `word` and a number with a sign stand for.
fn counted(text: &str, word: &str, means: impl Fn(i64) -> String) -> String {
    let mut told = String::with_capacity(text.len() * 2);
    let mut rest = text;
    while let Some(at) = rest.find(word) {
        let (before, after) = (&rest[..at], &rest[at + word.len()..]);
        told.push_str(before);
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let length = after
            .strip_prefix(['+', '-'])
            .map_or(0, |number| digits(number) + 1);
        match after[..length].parse::<i64>() {
            Ok(number) => told.push_str(&means(number)),
            Err(_) => told.push_str(&rest[at..at + word.len() + length]),
        }
        rest = &after[length..];
    }
    told.push_str(rest);
    told
}

/// Everybody who signs.
///
/// # Errors
/// [`NotTold`].
pub(super) fn people(text: &str) -> Result<BTreeSet<String>, NotTold> {
    let nobody = PublicKey::from_bytes([0; 32]);
    let lines = read(text, |_| Some(nobody)).map_err(NotTold)?;
    let signers = lines.into_iter().filter_map(|(_, line)| said(line));
    let names = signers.flat_map(|says| says.signers);
    Ok(names
        .filter_map(|signer| Some(signer.split_once(':')?.0.to_owned()))
        .collect())
}

/// What people say. What the ledger says by itself, and what is so then, is for readers and for the test.
///
/// # Errors
/// [`NotTold`].
pub(super) fn says(text: &str, keys: &BTreeMap<String, SigningKey>) -> Result<Vec<Says>, NotTold> {
    let key = |name: &str| Some(keys.get(name)?.public_key());
    let lines = read(text, key).map_err(NotTold)?;
    Ok(lines
        .into_iter()
        .filter_map(|(_, line)| said(line))
        .collect())
}

fn said(line: Line) -> Option<Says> {
    match line {
        Line::Says(says) => Some(*says),
        Line::Time(_) | Line::Ledger { .. } | Line::Is { .. } | Line::Deadline { .. } => None,
    }
}
