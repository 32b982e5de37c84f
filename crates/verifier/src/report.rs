//! All findings, and what was looked at.

use cinnabar_events::{EntryHash, LedgerId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::finding::Finding;
use crate::levels::Level;

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

/// One witness that has cosigned the checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cosigned {
    /// What the policy calls it.
    pub witness: String,
    /// The name of its key.
    pub key: String,
    /// When, in seconds since 1970-01-01 UTC, by its own clock.
    pub time: u64,
}

/// The witnesses of the trust policy that vouch for the checkpoint, enough of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Quorum {
    /// Who must agree, by the policy; absent if nobody must.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quorum: Option<String>,
    /// Every witness of the policy that cosigned, in the quorum or not.
    pub cosigned: Vec<Cosigned>,
}

/// A level that was done, and how much of the ledger it covered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Done {
    /// Which.
    pub level: Level,
    /// What was covered, in words.
    pub covered: String,
}

/// What was verified earlier and not read again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Resumed {
    /// How many entries.
    pub size: u64,
    /// The root over them, 64 hex digits.
    pub root: String,
}

/// The last entry that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The levels that were done.
    pub levels: Vec<Done>,
    /// What was verified earlier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resumed: Option<Resumed>,
    /// Entries: the lines read now, and those that were verified earlier.
    pub entries: u64,
    /// Lines read now.
    pub read: u64,
    /// Root over them (RFC 6962 §2.1), 64 hex digits.
    pub root: String,
    /// The last entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<Head>,
    /// The signed checkpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<Covered>,
    /// Who has cosigned it, if a trust policy was given and is met.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quorum: Option<Quorum>,
    /// Checkpoints of the log's own list that lie on the line of the entries.
    pub listed: u64,
    /// Hash tiles that are served and are those of the entries.
    pub tiles: u64,
    /// Indexes of the dossiers that were recorded and are right.
    pub indexes: u64,
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
