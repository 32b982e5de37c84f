//! What hides a vote until all are cast.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::{DimensionScore, Vote};
use crate::id::Id;
use crate::schema::text_schema;
use crate::text::{Listed, text_serde};

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
    use super::super::{VoteRevealed, VoteSealed};
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
