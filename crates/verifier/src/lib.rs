#![doc = include_str!("../README.md")]

mod alarm;
mod back;
mod chain;
mod checkpoints;
mod compact;
mod finding;
mod follow;
mod index;
mod keep;
mod levels;
mod lines;
mod read;
mod rejected;
mod report;
mod rules;
mod shelf;
mod skim;
mod state;
mod tree;
mod verifier;

pub use alarm::Alarm;
pub use checkpoints::{CheckpointFault, open_checkpoint};
pub use finding::{Check, FINDINGS_MAX, Finding};
pub use follow::{FOLLOWED_DOSSIERS_MAX, Follower, Selection, check_inclusion};
pub use levels::{Level, Levels, NotALevel};
pub use report::{Cosigned, Covered, Done, Head, Quorum, Report, Resumed, Rules, Verdict};
pub use shelf::{Shelf, ShelfChange, Unreadable};
pub use state::{State, StateRefused};
pub use tree::{LISTED_MAX, Start};
pub use verifier::{Options, Verifier};
