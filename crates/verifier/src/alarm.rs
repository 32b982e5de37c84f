//! Why following stops.

use cinnabar_events::{EntryHash, Malformed, Revision, Subject, Timestamp};
use cinnabar_tlog::{ProofRejection, Size};

/// What was received can't be the ledger, or not all of it: stop and look.
#[derive(Debug, thiserror::Error)]
pub enum Alarm {
    /// The bytes are no entry, or an author's signature doesn't verify.
    #[error("what came after sequence {after:?} is not a signed entry")]
    NotAnEntry {
        /// The last sequence that was accepted.
        after: Option<u64>,
        /// What is wrong with it.
        #[source]
        source: Malformed,
    },
    /// Entries are missing.
    #[error("entries {from} to {to} were not delivered")]
    Gap {
        /// The first that is missing.
        from: u64,
        /// The last that is missing.
        to: u64,
    },
    /// The sequence came before already.
    #[error("sequence {found} came after sequence {after}")]
    Order {
        /// The last one accepted.
        after: u64,
        /// The one that came.
        found: u64,
    },
    /// The entry carries another hash than that of the entry before.
    #[error("entry {sequence} follows {carried}, but the entry before it has hash {before}")]
    Chain {
        /// The later of the two.
        sequence: u64,
        /// What it carries.
        carried: EntryHash,
        /// The hash of the entry before.
        before: EntryHash,
    },
    /// Entries of a dossier are missing.
    #[error("entry {sequence} enters {subject} at revision {found}, expected {expected}")]
    DossierGap {
        /// The entry that shows it.
        sequence: u64,
        /// Which dossier.
        subject: Subject,
        /// The revision after what was delivered.
        expected: Revision,
        /// What the entry says.
        found: Revision,
    },
    /// The entry and an earlier one tell different histories of a dossier.
    #[error("entry {sequence} contradicts entry {earlier} about {subject}")]
    Dossier {
        /// The later of the two.
        sequence: u64,
        /// The earlier one.
        earlier: u64,
        /// Which dossier.
        subject: Subject,
    },
    /// The time of recording runs backwards.
    #[error("entry {sequence} was recorded at {found}, before the one ahead of it at {latest}")]
    Time {
        /// Which entry.
        sequence: u64,
        /// The time of the entry ahead of it.
        latest: Timestamp,
        /// Its own.
        found: Timestamp,
    },
    /// The statement was signed for another ledger.
    #[error("entry {sequence} holds a statement signed for another ledger")]
    OtherLedger {
        /// Which entry.
        sequence: u64,
    },
    /// The log signed for other entries than were delivered.
    #[error("the checkpoint of size {size} has another root than the entries that were delivered")]
    Root {
        /// The checkpoint's size.
        size: Size,
    },
    /// The entry is not in the log at its sequence.
    #[error("entry {sequence} is not in the log that the checkpoint speaks of")]
    NotIncluded {
        /// Which entry.
        sequence: u64,
        /// How the proof fails.
        #[source]
        source: ProofRejection,
    },
}

impl Alarm {
    /// Stable code for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotAnEntry { .. } => "follow.not_an_entry",
            Self::Gap { .. } => "follow.gap",
            Self::Order { .. } => "follow.order",
            Self::Chain { .. } => "follow.chain",
            Self::DossierGap { .. } => "follow.dossier_gap",
            Self::Dossier { .. } => "follow.dossier",
            Self::Time { .. } => "follow.time",
            Self::OtherLedger { .. } => "follow.other_ledger",
            Self::Root { .. } => "follow.root",
            Self::NotIncluded { .. } => "follow.not_included",
        }
    }
}
