//! Votes: sealed first, revealed when all are sealed, so that nobody votes with an eye to how others did.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Code, Opinion, closed};
use crate::id::Id;
use crate::schema::text_schema;
use crate::text::{Listed, text_serde};

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

/// What is under a seal.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Ballot<'b> {
    /// How the member votes.
    pub vote: Vote,
    /// How well the matter does in each respect.
    #[serde(skip_serializing_if = "Listed::is_empty")]
    pub scores: &'b Listed<DimensionScore, 16>,
}

/// A vote under seal. Written `s1:<64 hex>`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SealedVote([u8; 32]);

/// Not a seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not s1: and 64 lower-case hex digits")]
pub struct NotASeal;

impl SealedVote {
    /// First byte of what is hashed. Leaves of the tree have 0, its nodes 1, commitments 2.
    const DOMAIN: u8 = 0x03;

    /// `SHA-256(0x03 ‖ review id ‖ 0x00 ‖ round, decimal ‖ 0x00 ‖ member id ‖ 0x00 ‖ salt ‖ canonical JSON of the ballot)`.
    ///
    /// Ids are ASCII without a zero byte and the salt has 32 bytes, so no two different votes have the same input.
    /// Review, round and member are in it so that nobody can seal by repeating another's seal.
    pub fn of(review: &Id, round: u32, member: &Id, ballot: &Ballot<'_>, salt: &VoteSalt) -> Self {
        let ballot = crate::encode(ballot).expect("a ballot has codes and small integers");
        let mut hasher = Sha256::new();
        hasher.update([Self::DOMAIN]);
        for part in [review.as_str(), &round.to_string(), member.as_str()] {
            hasher.update(part);
            hasher.update([0]);
        }
        hasher.update(salt.0);
        hasher.update(ballot);
        Self(hasher.finalize().into())
    }
}

/// 32 random bytes that keep a sealed vote from being guessed. Written as 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct VoteSalt([u8; 32]);

/// Not a salt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not 64 lower-case hex digits")]
pub struct NotASalt;

impl VoteSalt {
    /// The salt of these bytes, which nobody else may know and nobody may use twice.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

fn hex(bytes: &[u8; 32], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let text: &[u8; 64] = text.as_bytes().try_into().ok()?;
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

impl fmt::Display for SealedVote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("s1:")?;
        hex(&self.0, f)
    }
}

impl FromStr for SealedVote {
    type Err = NotASeal;

    fn from_str(text: &str) -> Result<Self, NotASeal> {
        let digits = text.strip_prefix("s1:").ok_or(NotASeal)?;
        unhex(digits).map(Self).ok_or(NotASeal)
    }
}

impl fmt::Display for VoteSalt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(&self.0, f)
    }
}

impl FromStr for VoteSalt {
    type Err = NotASalt;

    fn from_str(text: &str) -> Result<Self, NotASalt> {
        unhex(text).map(Self).ok_or(NotASalt)
    }
}

impl fmt::Debug for SealedVote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for VoteSalt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

text_serde!(SealedVote, VoteSalt);
text_schema! {
    SealedVote => { "pattern": "^s1:[0-9a-f]{64}$" },
    VoteSalt => { "pattern": "^[0-9a-f]{64}$" },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;

    /// The examples were sealed by a few lines of Python, from the formula alone.
    #[test]
    fn the_revealed_example_opens_the_sealed_one_and_nothing_else_does() {
        let sealed: VoteSealed = serde_json::from_str(Kind::VoteSealed.example()).unwrap();
        let revealed: VoteRevealed = serde_json::from_str(Kind::VoteRevealed.example()).unwrap();
        let id = |text: &str| text.parse::<Id>().unwrap();
        assert_eq!(revealed.seal(&id("r1"), &id("bai")), sealed.seal);
        let mut others = vec![
            revealed.seal(&id("r2"), &id("bai")),
            revealed.seal(&id("r1"), &id("cao")),
        ];
        let mut changed = |how: fn(&mut VoteRevealed)| {
            let mut other = revealed.clone();
            how(&mut other);
            others.push(other.seal(&id("r1"), &id("bai")));
        };
        changed(|other| other.round = 2);
        changed(|other| other.vote = Vote::Approve);
        changed(|other| other.scores = Listed::default());
        changed(|other| other.salt = VoteSalt::from_bytes([0; 32]));
        assert!(others.iter().all(|other| *other != sealed.seal));
    }

    #[test]
    fn seals_and_salts_have_one_spelling() {
        let hex = "ab".repeat(32);
        assert!(format!("s1:{hex}").parse::<SealedVote>().is_ok());
        assert!(hex.parse::<VoteSalt>().is_ok());
        for bad in [
            String::new(),
            hex.clone(),
            format!("s1:{hex}0"),
            format!("c1:{hex}"),
            format!("s1:{}", hex.to_uppercase()),
        ] {
            assert_eq!(bad.parse::<SealedVote>(), Err(NotASeal), "{bad}");
        }
        for bad in [
            String::new(),
            hex.to_uppercase(),
            format!("{hex}0"),
            "é".repeat(32),
        ] {
            assert_eq!(bad.parse::<VoteSalt>(), Err(NotASalt), "{bad}");
        }
    }
}
