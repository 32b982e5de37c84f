//! Deadlines: what starts, pauses, meets and misses them, and what the ledger itself says of them.
//!
//! Nothing here is said by hand. A deadline starts and is met because of what others say, by the rulebook's rules
//! ([`DeadlineRule`](cinnabar_events::deadline::DeadlineRule)); that nothing met it is the one thing that no entry shows,
//! so the ledger says it ([`duty`]).

pub mod clock;
mod duty;
mod run;

use cinnabar_events::deadline::Consequence;
use cinnabar_events::{Code, Sequence, Subject, Timestamp};
use serde::{Deserialize, Serialize};

use crate::deadline::clock::Left;
use crate::records::DueKey;

pub(crate) use duty::said_when_due;
pub use duty::{duty, unsaid};
pub(crate) use run::{extend, lapse, lift_without_rule, put_extended, run};

/// The id of the actor that the ledger itself is.
pub const LEDGER_ACTOR: &str = "ledger";

/// How a deadline stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeadlineStatus {
    /// The clock runs.
    Running,
    /// The clock is stopped.
    Paused,
    /// It was met in time.
    Met,
    /// It is no longer owed.
    Lifted,
    /// Nothing met it in time.
    Missed,
    /// It was missed, and what it was for was done later.
    MetLate,
}

impl DeadlineStatus {
    /// The status as it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Met => "met",
            Self::Lifted => "lifted",
            Self::Missed => "missed",
            Self::MetLate => "met_late",
        }
    }
}

/// A deadline on one subject, by one rule: the last one, if there were several one after the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeadlineRecord {
    /// How it stands.
    pub status: DeadlineStatus,
    /// Which entry started it.
    pub started: Sequence,
    /// From when it is counted.
    pub from: Timestamp,
    /// The first moment that is too late; while it is paused, what it was before.
    pub due: Timestamp,
    /// Since when the clock runs without a stop; if it is paused, until when it did.
    pub since: Timestamp,
    /// What was left then; none if it ends on a day that a statement gave.
    pub left: Option<Left>,
    /// Whether it was extended.
    pub extended: bool,
    /// What follows if nothing meets it.
    pub consequence: Consequence,
    /// Whose duty it is.
    pub owed_by: Code,
    /// Which entry ended it.
    pub ended: Option<Sequence>,
}

impl DeadlineRecord {
    fn key(&self, on: &Subject, rule: &Code) -> DueKey {
        DueKey {
            due: self.due,
            on: on.clone(),
            rule: rule.clone(),
        }
    }
}
