//! Rulebooks as people read them: from a running ledger, from an export, from files; in words, and compared.

mod compare;
mod history;
mod source;
mod words;

pub(crate) use compare::{Change, compare};
pub(crate) use history::{History, InForce};
pub(crate) use source::{from_api, from_default, from_export, from_files, read_rulebook};
pub(crate) use words::{length, origin, signers, trigger};
