//! The ethics committee: who sits in it, what it reviews, how it votes, what it thinks.
//!
//! A review goes `opened → voting → issued → closed`. A session opens a round of votes. Each member present seals his
//! vote; when all have, or when the time for it is over, nobody can seal any more and votes are revealed; the chair then
//! issues the opinion that the votes give. After `revise_and_resubmit` a further session opens the next round; any
//! other opinion stands, until another body looks at it again or a follow-up review says otherwise.

mod clauses;
mod committee;
mod opinion;
mod review;
mod round;
mod session;
#[cfg(test)]
mod tests;
mod vote;

use cinnabar_events::kinds::{
    Opinion, ReviewProcedure, ReviewTrigger, SealedVote, SeatClass, Vote,
};
use cinnabar_events::{Date, Id, Timestamp};
use serde::{Deserialize, Serialize};

use crate::case::{Case, Check, Stop};
use crate::life_cycle::life_cycle;
use crate::records::Records;

pub(crate) use clauses::CLAUSES;
pub(crate) use review::opinion_allows;

life_cycle! {
    /// Where a committee stands.
    CommitteeStatus of Committee {
        /// It has members.
        Constituted = "constituted",
    }
    starts { CommitteeConstituted => Constituted }
    Constituted { CommitteeConstituted => Constituted, GuidancePublished => Constituted }
}

life_cycle! {
    /// Where a review stands.
    ReviewStatus of Review {
        /// Members are assigned and declare what ties them to the matter.
        Opened = "opened",
        /// A session was held: votes are sealed, then revealed.
        Voting = "voting",
        /// There is an opinion. If it is to revise and resubmit, a further session may follow.
        Issued = "issued",
        /// Over, or called off.
        Closed = "closed",
    }
    starts { ReviewOpened => Opened }
    Opened { ConflictDeclared => Opened, SessionHeld => Voting, ReviewClosed => Closed }
    Voting { ConflictDeclared => Voting, VoteSealed => Voting, VoteRevealed => Voting, OpinionIssued => Issued }
    Issued { ConflictDeclared => Issued, SessionHeld => Voting, ReviewClosed => Closed }
}

/// A committee.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CommitteeRecord {
    /// Where it stands.
    pub status: CommitteeStatus,
    /// Whose it is, if not the institution's own.
    pub organisation: Option<Id>,
    /// Who leads it.
    pub chair: Id,
    /// Its seats, at most [`SEATS_MAX`](cinnabar_events::kinds::SEATS_MAX).
    pub seats: Vec<SeatRecord>,
}

/// A seat.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeatRecord {
    /// Who sits there.
    pub actor: Id,
    /// For whom.
    pub class: SeatClass,
    /// Last day.
    pub until: Date,
}

/// A review. Of its rounds it keeps the last: what earlier ones said stands in its dossier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReviewRecord {
    /// Where it stands.
    pub status: ReviewStatus,
    /// Which committee reviews.
    pub committee: Id,
    /// Which product, if it is about one.
    pub product: Option<Id>,
    /// Why.
    pub trigger: ReviewTrigger,
    /// How.
    pub procedure: ReviewProcedure,
    /// The review that it looks at again, or follows up.
    pub earlier: Option<Id>,
    /// The re-review or follow-up of this one that is under way.
    pub later: Option<Id>,
    /// A re-review or follow-up did not approve.
    pub overruled: bool,
    /// Who reviews, at most [`SEATS_MAX`](cinnabar_events::kinds::SEATS_MAX).
    pub members: Vec<MemberRecord>,
    /// The last round, if one was opened.
    pub round: Option<RoundRecord>,
    /// The last opinion.
    pub opinion: Option<Opinion>,
}

/// A member of a review.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MemberRecord {
    /// Who.
    pub actor: Id,
    /// For whom he sits in the committee.
    pub class: SeatClass,
    /// What he said of ties to the matter.
    pub ties: Ties,
}

/// What a member said of ties to the matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ties {
    /// Nothing yet.
    Undeclared,
    /// None.
    Free,
    /// Some: he is recused.
    Recused,
}

/// A round of votes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoundRecord {
    /// Which: 1 is the first.
    pub number: u32,
    /// When the session that opened it was recorded.
    pub opened: Timestamp,
    /// When the last of those present sealed his vote.
    pub sealed: Option<Timestamp>,
    /// Who was present, and his vote; at most as many as there are members.
    pub ballots: Vec<BallotRecord>,
}

/// The vote of someone who was present.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BallotRecord {
    /// Whose.
    pub member: Id,
    /// Its seal.
    pub seal: Option<SealedVote>,
    /// How he voted, once it is revealed.
    pub vote: Option<Vote>,
    /// He declared a conflict after the session: he counts as not present.
    pub recused: bool,
}

impl ReviewRecord {
    fn member(&self, actor: &Id) -> Option<&MemberRecord> {
        self.members.iter().find(|member| member.actor == *actor)
    }
}

/// The only signer: each member speaks for himself alone.
fn alone<R: Records>(case: &Case<'_, R>) -> Check<R, Id> {
    match case.statement().signers.as_slice() {
        [one] => Ok(one.actor.clone()),
        [] | [_, ..] => Err(clauses::ALONE.into()),
    }
}

/// The statement is signed by the chair of `committee`.
fn by_the_chair<R: Records>(case: &Case<'_, R>, committee: &CommitteeRecord) -> Check<R> {
    let mut signers = case.statement().signers.iter();
    if case.migrated() || signers.any(|signer| signer.actor == committee.chair) {
        Ok(())
    } else {
        Err(clauses::OTHER_CHAIR.found(committee.chair.as_str()).into())
    }
}

/// The product that the review is about, if it is about one, stands among `concerns`, so that its dossier shows what
/// is said and duties are kept apart over it.
fn product_concerned<R: Records>(case: &Case<'_, R>, review: &ReviewRecord) -> Check<R> {
    match &review.product {
        Some(product) => case
            .concerned(cinnabar_events::Class::Product, product)
            .map_err(Stop::from),
        None => Ok(()),
    }
}
