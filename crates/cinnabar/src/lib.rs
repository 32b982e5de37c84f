//! The binary: configuration, composition and command line.
//!
//! In scope: the command tree ([`cli`]), exit codes ([`exit`]), actors' keys ([`keys`]), building and signing statements
//! ([`statement`]), what a client needs to reach a ledger ([`profile`], [`wire`], [`intake`], [`http`]), reading rulebooks (`rules`), taking over older
//! registers ([`import`]), and putting a node together ([`up`], [`node`], [`init`]). Out of scope: what any of the parts does.

mod alarm;
pub mod anchors;
pub mod cli;
mod commands;
pub mod demo;
pub mod exit;
pub mod files;
mod genuine;
pub mod http;
pub mod import;
pub mod init;
pub mod intake;
pub mod keys;
pub mod log;
pub mod node;
pub mod out;
pub mod profile;
pub mod recovery;
mod rules;
mod seal;
mod seen;
pub mod serving;
pub mod statement;
#[cfg(test)]
mod testing;
pub mod up;
pub mod wire;

pub use cli::run;
