#![doc = include_str!("../README.md")]

mod alarm;
mod chain;
mod checkpoints;
mod finding;
mod follow;
mod lines;
mod read;
mod report;
mod rules;
mod verifier;

pub use alarm::Alarm;
pub use checkpoints::{CheckpointFault, open_checkpoint};
pub use finding::{Check, FINDINGS_MAX, Finding};
pub use follow::{FOLLOWED_DOSSIERS_MAX, Follower, Selection, check_inclusion};
pub use report::{Covered, Head, Report, Rules, Verdict};
pub use verifier::{Options, Verifier};
