//! A value kept as JSON text that is read only by a fold that changes it.

use std::borrow::Cow;
use std::fmt;

use rusqlite::types::{FromSql, FromSqlResult, Type, ValueRef};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A value, or the text that it stands as. Most entries change little of a row, and what they leave alone is written as it was read.
pub(crate) enum Kept<T> {
    /// As it was read.
    Text(String),
    /// As it is to be written.
    Value(T),
    /// Read by someone who wanted to change it, and no such value: the file is damaged.
    Damaged(serde_json::Error, T),
}

impl<T: Default + DeserializeOwned + Serialize> Kept<T> {
    /// The value, to be changed. A text that is none gives an empty one, which [`Self::text`] refuses to write.
    pub(crate) fn change(&mut self) -> &mut T {
        if let Self::Text(text) = self {
            *self = match serde_json::from_str(text) {
                Ok(value) => Self::Value(value),
                Err(error) => Self::Damaged(error, T::default()),
            };
        }
        match self {
            Self::Value(value) | Self::Damaged(_, value) => value,
            Self::Text(_) => unreachable!("it was read above"),
        }
    }

    /// The value.
    pub(crate) fn take(mut self) -> rusqlite::Result<T> {
        let value = std::mem::take(self.change());
        match self {
            Self::Damaged(error, _) => Err(damage(&error)),
            Self::Text(_) | Self::Value(_) => Ok(value),
        }
    }

    /// What is written.
    pub(crate) fn text(&self) -> rusqlite::Result<Cow<'_, str>> {
        match self {
            Self::Text(text) => Ok(text.into()),
            Self::Value(value) => match serde_json::to_string(value) {
                Ok(text) => Ok(text.into()),
                Err(error) => Err(rusqlite::Error::ToSqlConversionFailure(error.into())),
            },
            Self::Damaged(error, _) => Err(damage(error)),
        }
    }
}

fn damage(error: &serde_json::Error) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Text, error.to_string().into())
}

impl<T> FromSql for Kept<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Ok(Self::Text(value.as_str()?.to_owned()))
    }
}

impl<T> fmt::Debug for Kept<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text(_) => "Text",
            Self::Value(_) => "Value",
            Self::Damaged(..) => "Damaged",
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_nobody_changes_is_written_as_it_was_read() {
        let odd = "[ 1,2 ]".to_owned();
        let kept = Kept::<Vec<u8>>::Text(odd.clone());
        assert_eq!(kept.text().unwrap(), odd);
        let mut kept = Kept::<Vec<u8>>::Text(odd);
        kept.change().push(3);
        assert_eq!(kept.text().unwrap(), "[1,2,3]");
    }

    #[test]
    fn what_cannot_be_read_is_never_written() {
        let mut kept = Kept::<Vec<u8>>::Text("not json".to_owned());
        kept.change().push(3);
        let error = kept.text().unwrap_err();
        assert!(crate::pool::is_damage(&error), "{error}");
    }
}
