//! How it goes with one witness, for health and metrics.

use std::error::Error;
use std::sync::Arc;

use cinnabar_tlog::{NoteError, PosixSeconds, Size};

use super::alarm::Alarm;
use super::log::LogFailure;

/// How it goes with one witness.
#[derive(Debug, Clone)]
pub struct WitnessStatus {
    /// Its name in the policy.
    pub name: String,
    /// Its submission prefix.
    pub url: String,
    /// The last cosignature that was verified and kept.
    pub cosigned: Option<LastCosignature>,
    /// Rounds in which it was asked.
    pub rounds: u64,
    /// Rounds that failed.
    pub failures: u64,
    /// Rounds that failed since the last cosignature.
    pub failures_in_a_row: u32,
    /// Why the last round failed, if it did.
    pub last_failure: Option<Failure>,
    /// The alarm that was raised last. It stays until a restart.
    pub alarm: Option<Alarm>,
    /// Whether it is not asked any more until a restart.
    pub silenced: bool,
}

/// A cosignature that was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastCosignature {
    /// The size of the checkpoint.
    pub size: Size,
    /// The time that the witness states.
    pub time: PosixSeconds,
}

/// Why a round failed. After each of these the witness is left alone for a while that doubles.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Failure {
    /// No connection, no answer in time, or one that is too long.
    #[error("no answer")]
    NoAnswer(#[source] Arc<dyn Error + Send + Sync>),
    /// 5xx or 429.
    #[error("the witness is not able to answer now (status {0})")]
    Unable(u16),
    /// Any other status that is no cosignature: the witness does not know the log (404) or its key (403), or found the request
    /// malformed (400).
    #[error("the witness refuses (status {0})")]
    Refused(u16),
    /// The answer is not signature lines.
    #[error("the answer is no signature lines")]
    Lines(#[source] NoteError),
    /// A line with the witness's name and key does not verify.
    #[error("the cosignature does not verify")]
    BadCosignature,
    /// Signature lines, none of them by the witness's key.
    #[error("the answer has no line by the witness's key")]
    OtherKey,
    /// 409 with the type of a size, and no size, or the one it was asked from.
    #[error("the witness conflicts with no size to go on from")]
    NoSize,
    /// Every time it was asked it named another size.
    #[error("the witness named another size each of {0} times")]
    Unsettled(usize),
    /// The log is behind what the witness cosigned: see the alarm.
    #[error("the log is behind what the witness cosigned")]
    Behind,
    /// The witness finds the log inconsistent: see the alarm.
    #[error("the witness finds the log inconsistent")]
    SplitView,
    /// The log has no proof, or could not keep the cosignature.
    #[error("the log could not do its part")]
    Log(#[source] LogFailure),
    /// The feeder was told to stop.
    #[error("stopped")]
    Stopped,
}
