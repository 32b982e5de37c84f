//! What a comparison comes to.

use std::fmt;

use serde::Serialize;

use super::exhibit::InvalidExhibit;
use super::leaves::Unreadable;
use crate::claim::Proven;
use crate::evidence::Evidence;

/// What two exhibits are to one another.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// They can both be true, and each is part of the same history.
    Agree {
        /// What was compared.
        compared: Vec<Compared>,
    },
    /// The log signed both, and they can't both be true.
    Contradiction {
        /// The file that proves it.
        evidence: Box<Evidence>,
        /// What it proves.
        proven: Proven,
    },
    /// Nothing contradicts, and something is missing to say that they agree.
    Undecided {
        /// What is missing.
        missing: Missing,
        /// What was compared and agrees.
        compared: Vec<Compared>,
    },
}

/// Something that was compared and agrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Compared {
    /// Both checkpoints have the same size and root.
    SameRoot(u64),
    /// The larger tree begins with the smaller one.
    Consistent {
        /// The smaller size.
        old: u64,
        /// The larger size.
        new: u64,
    },
    /// Both have the same entry at this sequence.
    SameEntry(u64),
    /// So many entries can stand in their order: their times, chain and dossiers allow it.
    Order(usize),
}

/// What has to be fetched before the two can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Missing {
    /// The consistency proof between the two checkpoints.
    Consistency {
        /// The smaller size.
        old: u64,
        /// The larger size.
        new: u64,
    },
}

/// Which exhibit is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Place {
    /// The one given first.
    First,
    /// The one given second.
    Second,
}

/// Why two exhibits couldn't be compared.
#[derive(Debug, thiserror::Error)]
pub enum DenounceError {
    /// One of them shows nothing.
    #[error("the {} exhibit shows nothing", match place { Place::First => "first", Place::Second => "second" })]
    Invalid {
        /// Which.
        place: Place,
        /// Why.
        #[source]
        source: InvalidExhibit,
    },
    /// An export couldn't be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
}

impl fmt::Display for Compared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SameRoot(size) => write!(f, "both have the same root at size {size}"),
            Self::Consistent { old, new } => {
                write!(f, "the tree of size {new} begins with that of size {old}")
            }
            Self::SameEntry(sequence) => write!(f, "both have the same entry {sequence}"),
            Self::Order(entries) => write!(
                f,
                "{entries} entries can stand in their order: times, chain and dossiers allow it"
            ),
        }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Consistency { old, new } => write!(
                f,
                "the proof that the tree of size {new} begins with that of size {old}; until then the smaller one may be an older state of the same log or a fork of it"
            ),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let compared = match self {
            Self::Contradiction { proven, .. } => return proven.fmt(f),
            Self::Agree { compared } => {
                writeln!(f, "they agree")?;
                compared
            }
            Self::Undecided { missing, compared } => {
                writeln!(f, "undecided: missing is {missing}")?;
                compared
            }
        };
        compared.iter().try_for_each(|one| writeln!(f, "- {one}"))
    }
}
