//! What somebody has to be told at once.

use cinnabar_tlog::{Note, Size, VerifierKey};

/// A witness contradicts the log, or itself. Both notes are there as evidence, as far as they could be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// The witness's name in the policy.
    pub witness: String,
    /// Its key.
    pub key: VerifierKey,
    /// What is wrong.
    pub kind: AlarmKind,
    /// What the witness was asked to cosign, with the log's lines.
    pub ours: Note,
    /// What it cosigned last for the log, with its line verified; none if it does not show it.
    pub theirs: Option<Note>,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AlarmKind {
    /// The witness finds the checkpoint inconsistent with one of this log that it cosigned: the log has shown two histories,
    /// or what it proves with is damaged. This witness is not asked again until a restart.
    #[error(
        "split view: the checkpoint contradicts what the witness cosigned (status {status}, from size {old})"
    )]
    SplitView {
        /// The witness's answer: 422, or 409 without a size.
        status: u16,
        /// The size from which consistency was shown.
        old: Size,
    },
    /// The witness cosigned a larger tree of this log than the log has: the log was set back, or its key signs elsewhere.
    #[error("rollback: the witness cosigned size {cosigned}, and the log has {newest}")]
    Rollback {
        /// What the witness says to have cosigned.
        cosigned: Size,
        /// The size of the log's newest checkpoint.
        newest: Size,
    },
    /// The witness says to have cosigned less than it cosigned before: it lost its state, and could be made to cosign a
    /// fork. It is still asked, but its word is worth little.
    #[error("the witness cosigned size {before} and now says {now}")]
    WitnessWentBack {
        /// What it cosigned.
        before: Size,
        /// What it says now.
        now: Size,
    },
}
