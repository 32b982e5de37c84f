//! All findings, and what was looked at.

use cinnabar_events::{EntryHash, LedgerId, Timestamp};
use serde::Serialize;

use crate::finding::Finding;

/// What the checks come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Everything was checked and everything holds.
    Verified,
    /// Something is wrong.
    Findings,
    /// The log signed two checkpoints that contradict each other.
    Fork,
    /// Nothing is wrong in what was there, but something needed was not there.
    Undecided,
}

/// The checkpoint that the entries were measured by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Covered {
    /// Which log.
    pub origin: String,
    /// How many entries it covers.
    pub size: u64,
    /// Its root, 64 hex digits.
    pub root: String,
}

/// The last entry that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Head {
    /// Its sequence.
    pub sequence: u64,
    /// Its hash.
    pub hash: EntryHash,
    /// When it was recorded.
    pub time: Timestamp,
}

/// How far the rules could be checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Rules {
    /// Entries that the rules admit again.
    pub admitted: u64,
    /// The first sequence that was lost, so that the state after it isn't known for certain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsure_since: Option<u64>,
    /// Rejections after that. They may follow from what was lost, so they are counted, not listed.
    pub unsure: u64,
}

/// The outcome of an audit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// What it comes to.
    pub verdict: Verdict,
    /// The ledger's id, as its genesis gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ledger: Option<LedgerId>,
    /// Lines read: one entry each.
    pub entries: u64,
    /// Root over them (RFC 6962 §2.1), 64 hex digits.
    pub root: String,
    /// The last entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<Head>,
    /// The signed checkpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<Covered>,
    /// Author signatures that verify.
    pub signatures: u64,
    /// How far the rules could be checked.
    pub rules: Rules,
    /// What is wrong, in order of sequence.
    pub findings: Vec<Finding>,
    /// Findings beyond [`crate::FINDINGS_MAX`], which are not listed.
    pub more_findings: u64,
    /// What was not there, so that something could not be decided.
    pub missing: Vec<String>,
}

impl Report {
    /// Whether everything was checked and everything holds.
    pub fn is_verified(&self) -> bool {
        self.verdict == Verdict::Verified
    }
}
