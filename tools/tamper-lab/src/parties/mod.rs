//! Who could notice, and with what: each of them really looks, with the tools that anybody has.

mod compare;
mod verify;
mod witness;

use crate::attacks::Served;
use crate::honest::Honest;

pub use verify::{Findings, run, views, write};
pub use witness::{NAME as WITNESS, witness};

/// Somebody who could notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// Holds one receipt, of an entry that the attack is about.
    Receipt,
    /// An auditor who kept yesterday's checkpoint.
    Yesterday,
    /// An auditor with the log's key and the ledger's id, and nothing else.
    Key,
    /// A witness that is asked to cosign what is shown.
    Witness,
    /// Two auditors who compare what they were shown.
    Notes,
}

impl Party {
    /// All, in the order of the table.
    pub const ALL: [Self; 5] = [
        Self::Receipt,
        Self::Yesterday,
        Self::Key,
        Self::Witness,
        Self::Notes,
    ];

    /// As the table's heading says it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Receipt => "holder of one receipt",
            Self::Yesterday => "auditor with yesterday's checkpoint",
            Self::Key => "auditor with nothing but the key",
            Self::Witness => "witness",
            Self::Notes => "two auditors comparing notes",
        }
    }

    /// Looks. What was noticed, in a few words; none if everything seems well.
    pub fn look(self, honest: &Honest, served: &Served) -> Option<String> {
        match self {
            Self::Receipt => compare::receipt(honest, served),
            Self::Yesterday => verify::with_yesterday(honest, served),
            Self::Key => verify::alone(honest, served),
            Self::Witness => witness::look(honest, served),
            Self::Notes => compare::notes(honest, served),
        }
    }
}
