//! Strings that must have a certain form: read by `FromStr`, written by `Display`.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};

/// Implements `serde` for types that are strings in JSON, by their `FromStr` and `Display`.
macro_rules! text_serde {
    ($($type:ty),+ $(,)?) => {$(
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;
                impl serde::de::Visitor<'_> for Text {
                    type Value = $type;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("a string")
                    }
                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$type, E> {
                        text.parse().map_err(|reason| {
                            E::invalid_value(serde::de::Unexpected::Str(text), &$crate::text::Wanted(&reason))
                        })
                    }
                }
                deserializer.deserialize_str(Text)
            }
        }
    )+};
}
pub(crate) use text_serde;

/// What was wanted instead, for an error: the reason that the parser gave ("not a date"), without its "not".
pub(crate) struct Wanted<'e>(pub(crate) &'e dyn fmt::Display);

impl de::Expected for Wanted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = self.0.to_string();
        f.write_str(reason.strip_prefix("not ").unwrap_or(&reason))
    }
}

/// Text of 1 to `MAX` characters (Unicode scalar values), as JSON Schema counts them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Text<const MAX: usize>(String);

/// A name or a title: at most 200 characters, two lines on a page.
pub type Name = Text<200>;
/// A summary: at most 400 characters, as long as the Dutch publication standard allows.
pub type Summary = Text<400>;
/// Prose: at most 4,000 characters; six such fields fit a statement of 32 KiB even in Chinese
/// unless all are full, and then the statement's own limit says so.
pub type Prose = Text<4000>;

/// The text is empty or too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("empty or longer than {max} characters")]
pub struct BadLength {
    /// The most characters allowed.
    pub max: usize,
}

impl<const MAX: usize> Text<MAX> {
    /// Checks the length.
    ///
    /// # Errors
    /// [`BadLength`] if `text` is empty or has more than `MAX` characters.
    pub fn new(text: impl Into<String>) -> Result<Self, BadLength> {
        let text = text.into();
        // A character has at most four bytes and at least one: count only where that can't tell.
        let fits = !text.is_empty()
            && (text.len() <= MAX || (text.len() <= 4 * MAX && text.chars().count() <= MAX));
        if fits {
            Ok(Self(text))
        } else {
            Err(BadLength { max: MAX })
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for Text<MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<const MAX: usize>;
        impl<const MAX: usize> de::Visitor<'_> for Visitor<MAX> {
            type Value = Text<MAX>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a string of 1 to {MAX} characters")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Text<MAX>, E> {
                Text::new(text).map_err(|_| {
                    E::invalid_value(
                        de::Unexpected::Other(&format!("one of {}", text.chars().count())),
                        &self,
                    )
                })
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

/// A list of at most `MAX` items without repetition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Listed<T, const MAX: usize>(Vec<T>);

impl<T, const MAX: usize> Default for Listed<T, MAX> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: PartialEq, const MAX: usize> Listed<T, MAX> {
    /// Checks number and uniqueness; `None` if there are too many or two are the same.
    pub fn new(items: Vec<T>) -> Option<Self> {
        let unique = items
            .iter()
            .enumerate()
            .all(|(index, item)| !items[..index].contains(item));
        (items.len() <= MAX && unique).then_some(Self(items))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The items, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.0.iter()
    }

    /// The items, in order.
    pub fn as_slice(&self) -> &[T] {
        &self.0
    }
}

impl<'de, T: Deserialize<'de> + PartialEq, const MAX: usize> Deserialize<'de> for Listed<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items = Vec::<T>::deserialize(deserializer)?;
        let count = items.len();
        Self::new(items).ok_or_else(|| {
            de::Error::invalid_length(
                count,
                &Wanted(&format_args!("at most {MAX} items, none twice")),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_characters_not_bytes() {
        assert!(Text::<4>::new("人工智能").is_ok());
        assert!(Text::<4>::new("人工智能!").is_err());
        assert!(Text::<4>::new("").is_err());
        assert!(Text::<4>::new("abcde").is_err());
    }
}
