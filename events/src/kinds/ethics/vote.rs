//! Votes: sealed first, revealed when all are sealed, so that nobody votes with an eye to how others did.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer, Serialize};

use super::{Ballot, Code, Opinion, SealedVote, VoteSalt, closed};
use crate::id::Id;
use crate::text::Listed;

closed! {
    /// How a member votes.
    Vote {
        /// It may be done.
        Approve = "approve",
        /// It may be done once it is changed.
        ApproveAfterModification = "approve_after_modification",
        /// It must be changed and looked at again.
        ReviseAndResubmit = "revise_and_resubmit",
        /// It may not be done.
        Reject = "reject",
        /// Neither.
        Abstain = "abstain",
    }
}

impl Vote {
    /// The opinion that it is a vote for; none for an abstention.
    pub const fn opinion(self) -> Option<Opinion> {
        match self {
            Self::Approve => Some(Opinion::Approved),
            Self::ApproveAfterModification => Some(Opinion::ApprovedAfterModification),
            Self::ReviseAndResubmit => Some(Opinion::ReviseAndResubmit),
            Self::Reject => Some(Opinion::NotApproved),
            Self::Abstain => None,
        }
    }
}

/// How many voted how. Who was present and gave no vote, or did not reveal it, is counted under `abstain`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VoteTally {
    /// For `approve`.
    pub approve: u32,
    /// For `approve_after_modification`.
    pub approve_after_modification: u32,
    /// For `revise_and_resubmit`.
    pub revise_and_resubmit: u32,
    /// For `reject`.
    pub reject: u32,
    /// For nothing.
    pub abstain: u32,
}

impl VoteTally {
    /// Counts one more vote.
    pub fn count(&mut self, vote: Vote) {
        *match vote {
            Vote::Approve => &mut self.approve,
            Vote::ApproveAfterModification => &mut self.approve_after_modification,
            Vote::ReviseAndResubmit => &mut self.revise_and_resubmit,
            Vote::Reject => &mut self.reject,
            Vote::Abstain => &mut self.abstain,
        } += 1;
    }
}

impl fmt::Display for VoteTally {
    /// `approve 4, approve_after_modification 1, …`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            approve,
            approve_after_modification,
            revise_and_resubmit,
            reject,
            abstain,
        } = self;
        write!(
            f,
            "approve {approve}, approve_after_modification {approve_after_modification}, \
             revise_and_resubmit {revise_and_resubmit}, reject {reject}, abstain {abstain}"
        )
    }
}

/// How well a matter does in one respect: 1 (badly) to 5 (well).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct EthicsScore(u32);

impl EthicsScore {
    /// The worst.
    pub const MIN: u32 = 1;
    /// The best.
    pub const MAX: u32 = 5;

    /// The score `value`, if there is one.
    pub fn new(value: u32) -> Option<Self> {
        (Self::MIN..=Self::MAX)
            .contains(&value)
            .then_some(Self(value))
    }

    /// As a number.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl<'de> Deserialize<'de> for EthicsScore {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = u32::deserialize(deserializer)?;
        let found = Unexpected::Unsigned(value.into());
        Self::new(value).ok_or_else(|| D::Error::invalid_value(found, &"a score from 1 to 5"))
    }
}

impl JsonSchema for EthicsScore {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "EthicsScore".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": Self::MIN, "maximum": Self::MAX })
    }
}

/// A score in one respect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DimensionScore {
    /// In which respect: a code of the rulebook's list `ethics_dimension`.
    pub dimension: Code,
    /// How well: 1 (badly) to 5 (well).
    pub score: EthicsScore,
}

/// A member has voted; the vote is hidden until all have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VoteSealed {
    /// In which round.
    pub round: u32,
    /// What opens only to the same vote: `s1:` and 64 hex digits, the SHA-256 of byte 3, the review's id, byte 0, the
    /// round in decimal, byte 0, the member's id, byte 0, the 32 bytes of the salt, and the canonical JSON of an object
    /// with the `scores` (if there are any) and the `vote` that will be revealed.
    pub seal: SealedVote,
}

/// A member opens the vote that was sealed. Why he voted so is confidential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VoteRevealed {
    /// In which round.
    pub round: u32,
    /// How he voted.
    pub vote: Vote,
    /// How well the matter does in each respect; nothing if he abstains.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub scores: Listed<DimensionScore, 16>,
    /// The salt that the vote was sealed with.
    pub salt: VoteSalt,
}

impl VoteRevealed {
    /// The seal that this opens, if `member` says it about `review`.
    pub fn seal(&self, review: &Id, member: &Id) -> SealedVote {
        let ballot = Ballot {
            vote: self.vote,
            scores: &self.scores,
        };
        SealedVote::of(review, self.round, member, &ballot, &self.salt)
    }
}
