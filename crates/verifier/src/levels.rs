//! How deep an audit goes.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

macro_rules! levels {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal;)+) => {
        /// One thing that an audit can check by itself. The checks that belong to each stand in the README.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Level {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Level {
            /// Every level, in the order in which they build on each other.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Its name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}

levels! {
    /// Every line is canonical JSON, one entry each.
    Bytes = "bytes";
    /// Every line has the form of an entry of a known kind.
    Form = "form";
    /// Sequences, links from entry to entry, and times.
    Chain = "chain";
    /// The entries have the signed root; the tiles that are served are theirs.
    Tree = "tree";
    /// What the log signed, all of it, is one history; and who has cosigned it.
    Checkpoints = "checkpoints";
    /// Each author's signature, for this ledger.
    Authors = "authors";
    /// Links within dossiers, and the index of all dossiers.
    Dossiers = "dossiers";
    /// Keys, ids, and that the rules admit each statement again.
    Rules = "rules";
}

impl Level {
    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Level {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Not the name of a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a level is one of bytes, form, chain, tree, checkpoints, authors, dossiers, rules, or all"
)]
pub struct NotALevel;

/// Which levels an audit does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Levels(u16);

impl Levels {
    /// All of them.
    pub const ALL: Self = Self((1 << Level::ALL.len()) - 1);

    /// No level: what others are added to.
    pub const NONE: Self = Self(0);

    /// With one more, and what it needs: the chain names the entries, and rules judge what is known to be signed, in dossiers that are whole.
    #[must_use]
    pub const fn and(self, level: Level) -> Self {
        let with = match level {
            Level::Chain => 0,
            Level::Bytes | Level::Tree => Level::Chain.bit(),
            Level::Checkpoints => Level::Chain.bit() | Level::Tree.bit(),
            Level::Form => Level::Bytes.bit() | Level::Chain.bit(),
            Level::Authors | Level::Dossiers => {
                Level::Form.bit() | Level::Bytes.bit() | Level::Chain.bit()
            }
            Level::Rules => {
                Level::Dossiers.bit()
                    | Level::Authors.bit()
                    | Level::Form.bit()
                    | Level::Bytes.bit()
                    | Level::Chain.bit()
            }
        };
        Self(self.0 | with | level.bit())
    }

    /// Whether `level` is done.
    pub const fn has(self, level: Level) -> bool {
        self.0 & level.bit() != 0
    }

    /// Those that are done.
    pub fn iter(self) -> impl Iterator<Item = Level> {
        Level::ALL
            .iter()
            .copied()
            .filter(move |level| self.has(*level))
    }
}

impl fmt::Display for Levels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.iter().map(Level::as_str).collect();
        f.write_str(&names.join(","))
    }
}

impl FromStr for Levels {
    type Err = NotALevel;

    /// Names with commas between, or `all`.
    fn from_str(text: &str) -> Result<Self, NotALevel> {
        if text == "all" {
            return Ok(Self::ALL);
        }
        text.split(',').try_fold(Self::NONE, |levels, name| {
            let level = Level::ALL.iter().find(|level| level.as_str() == name);
            level.map(|level| levels.and(*level)).ok_or(NotALevel)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_read_back_from_their_names_with_what_they_need() {
        assert_eq!("all".parse(), Ok(Levels::ALL));
        assert_eq!(Levels::ALL.to_string().parse(), Ok(Levels::ALL));
        let tree: Levels = "tree".parse().expect("a level");
        assert!(tree.has(Level::Tree) && !tree.has(Level::Bytes));
        let rules: Levels = "rules".parse().expect("a level");
        assert!(rules.has(Level::Authors) && rules.has(Level::Dossiers));
        assert!(!rules.has(Level::Tree));
        for wrong in ["", "rule", "tree,", "all,tree"] {
            assert_eq!(wrong.parse::<Levels>(), Err(NotALevel), "{wrong}");
        }
    }
}
