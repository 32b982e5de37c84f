//! Cheats with a ledger in every way that its operator could, and shows who notices.
//!
//! In scope: attacks by whoever holds the data directory and the log's key; the parties that could notice, with the tools
//! that anybody has; the table of both. Out of scope: faults (nobody means them), and attacks on the machines of auditors.

pub mod attacks;
pub mod document;
pub mod honest;
pub mod node;
pub mod parties;
pub mod secrets;
pub mod story;
pub mod table;
