//! Names of keys.

use std::fmt;
use std::str::FromStr;

/// Longest key name: cosigned messages of newer kinds hold its length in one byte.
pub const MAX_KEY_NAME_BYTES: usize = 255;

/// Name of a key: not empty, without Unicode spaces, control characters and `+`, at most [`MAX_KEY_NAME_BYTES`].
/// For a log it is the origin of its checkpoints.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName(String);

/// Why a text is no key name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyNameError {
    /// Nothing there.
    #[error("key name is empty")]
    Empty,
    /// Longer than [`MAX_KEY_NAME_BYTES`].
    #[error("key name of {0} bytes, at most {MAX_KEY_NAME_BYTES} are allowed")]
    TooLong(usize),
    /// A space, a control character or a plus sign.
    #[error("key name has a forbidden character at byte {offset}")]
    Character {
        /// Where.
        offset: usize,
    },
}

impl KeyName {
    /// Checks a name.
    pub fn new(name: &str) -> Result<Self, KeyNameError> {
        if name.is_empty() {
            return Err(KeyNameError::Empty);
        }
        if name.len() > MAX_KEY_NAME_BYTES {
            return Err(KeyNameError::TooLong(name.len()));
        }
        match name.find(|c: char| c.is_whitespace() || c < ' ' || c == '+') {
            Some(offset) => Err(KeyNameError::Character { offset }),
            None => Ok(Self(name.to_owned())),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for KeyName {
    type Err = KeyNameError;

    fn from_str(name: &str) -> Result<Self, KeyNameError> {
        Self::new(name)
    }
}
