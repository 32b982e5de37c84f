//! A round of votes: who counts, when sealing and revealing are over, what the votes give.

use cinnabar_events::kinds::{Opinion, ReviewProcedure, SeatClass, Vote, VoteTally};
use cinnabar_events::{Id, Rulebook, Timestamp};

use super::clauses::{QUORUM, SEAT_ABSENT};
use super::{BallotRecord, MemberRecord, ReviewRecord, RoundRecord, Ties};
use crate::rejection::Rejection;

/// Hours in which votes are sealed, where the rulebook sets no number.
const SEAL_HOURS: u32 = 24;
/// Hours in which they are then revealed, where the rulebook sets no number.
const REVEAL_HOURS: u32 = 24;
/// The majority of those present, where the rulebook sets none: two thirds.
const MAJORITY: (u32, u32) = (2, 3);
/// Members needed, where the rulebook sets no number: by a meeting, and by re-review.
const QUORUM_OTHERWISE: u32 = 5;

const HOUR_SECONDS: i64 = 3600;

/// `members` are enough for the procedure, and for every class of seats that it needs: the rulebook's number
/// `quorum_<procedure>` and its list `seats_<procedure>`.
pub(super) fn quorate(
    rulebook: &Rulebook,
    procedure: ReviewProcedure,
    members: &[MemberRecord],
) -> Result<(), Rejection> {
    let quorum = rulebook.setting(&format!("quorum_{procedure}"));
    let quorum = quorum.unwrap_or(QUORUM_OTHERWISE);
    let may_vote = |member: &&MemberRecord| member.ties != Ties::Recused;
    let count = members.iter().filter(may_vote).count();
    if count < quorum as usize {
        let found = format!("{count}, {procedure} needs {quorum}");
        return Err(QUORUM.found(found));
    }
    let there = |class: &str| {
        let mut classes = members.iter().filter(may_vote).map(|member| member.class);
        classes.any(|one: SeatClass| one.as_str() == class)
    };
    let needed = rulebook.codes(&format!("seats_{procedure}"));
    match needed.iter().find(|class| !there(class.as_str())) {
        Some(class) => Err(SEAT_ABSENT.found(class.as_str())),
        None => Ok(()),
    }
}

/// When votes can be sealed no more, and when none need be waited for.
pub(super) struct Times {
    /// From then on nobody seals.
    pub(super) sealed: Timestamp,
    /// From then on nobody need be waited for.
    pub(super) revealed: Timestamp,
}

impl RoundRecord {
    /// Those who count as present.
    pub(super) fn voters(&self) -> impl Iterator<Item = &BallotRecord> {
        self.ballots.iter().filter(|ballot| !ballot.recused)
    }

    pub(super) fn ballot(&self, member: &Id) -> Option<&BallotRecord> {
        self.ballots.iter().find(|ballot| ballot.member == *member)
    }

    pub(super) fn ballot_mut(&mut self, member: &Id) -> Option<&mut BallotRecord> {
        let mut ballots = self.ballots.iter_mut();
        ballots.find(|ballot| ballot.member == *member)
    }

    /// Notes the moment at which all present have sealed.
    pub(super) fn seal_up(&mut self, now: Timestamp) {
        if self.sealed.is_none() && self.voters().all(|ballot| ballot.seal.is_some()) {
            self.sealed = Some(now);
        }
    }

    /// `sealed`: when the last one sealed, at most `seal_hours` after the session. `revealed`: `reveal_hours` later.
    pub(super) fn times(&self, rulebook: &Rulebook) -> Times {
        let hours =
            |name, otherwise| HOUR_SECONDS * i64::from(rulebook.setting(name).unwrap_or(otherwise));
        let limit = self.opened.plus_seconds(hours("seal_hours", SEAL_HOURS));
        let sealed = self.sealed.map_or(limit, |sealed| sealed.min(limit));
        Times {
            sealed,
            revealed: sealed.plus_seconds(hours("reveal_hours", REVEAL_HOURS)),
        }
    }

    /// Whether nobody can seal any more: all have, the time is over, or a vote was seen (then it stays so whatever
    /// the rulebook says later).
    pub(super) fn sealing_over(&self, rulebook: &Rulebook, now: Timestamp) -> bool {
        let seen = self.ballots.iter().any(|ballot| ballot.vote.is_some());
        seen || self.sealed.is_some() || self.times(rulebook).sealed <= now
    }

    /// Whether every vote that can still be seen has been, or the time for it is over.
    pub(super) fn complete(&self, rulebook: &Rulebook, now: Timestamp) -> bool {
        let open = |ballot: &BallotRecord| ballot.seal.is_some() && ballot.vote.is_none();
        self.times(rulebook).revealed <= now
            || self.sealing_over(rulebook, now) && !self.voters().any(open)
    }

    /// The votes of those present; what was not revealed counts as an abstention.
    pub(super) fn tally(&self) -> VoteTally {
        let mut tally = VoteTally::default();
        for ballot in self.voters() {
            tally.count(ballot.vote.unwrap_or(Vote::Abstain));
        }
        tally
    }

    /// Who was present and has not revealed a vote.
    pub(super) fn unrevealed(&self) -> Vec<&Id> {
        let hidden = self.voters().filter(|ballot| ballot.vote.is_none());
        hidden.map(|ballot| &ballot.member).collect()
    }

    /// Whether somebody voted for something else.
    pub(super) fn divided(&self, opinion: Opinion) -> bool {
        let votes = self.voters().filter_map(|ballot| ballot.vote);
        votes
            .filter_map(Vote::opinion)
            .any(|other| other != opinion)
    }
}

impl ReviewRecord {
    /// The opinion that the votes of the last round give; see [`opinion_of`].
    pub(super) fn outcome(&self, tally: &VoteTally, rulebook: &Rulebook) -> Opinion {
        let voters: Vec<MemberRecord> = self
            .round
            .iter()
            .flat_map(RoundRecord::voters)
            .filter_map(|ballot| self.member(&ballot.member).cloned())
            .collect();
        let majority = (
            rulebook.setting("majority_parts").unwrap_or(MAJORITY.0),
            rulebook.setting("majority_of").unwrap_or(MAJORITY.1),
        );
        match quorate(rulebook, self.procedure, &voters) {
            Ok(()) => opinion_of(tally, majority),
            // Members were recused after the session: those who remain decide nothing.
            Err(_) => Opinion::ReviseAndResubmit,
        }
    }
}

/// Those for an opinion are at least `parts / of` of those present: `votes · of ≥ present · parts`. In turn:
/// `approved` by those for it; `approved_after_modification` by those and those who want changes first;
/// `not_approved` by those against. If no majority is for any of them, it must be revised and looked at again.
pub(super) fn opinion_of(tally: &VoteTally, (parts, of): (u32, u32)) -> Opinion {
    let VoteTally {
        approve,
        approve_after_modification,
        revise_and_resubmit,
        reject,
        abstain,
    } = *tally;
    let present = approve + approve_after_modification + revise_and_resubmit + reject + abstain;
    let enough = |votes: u32| {
        present > 0 && u64::from(votes) * u64::from(of) >= u64::from(present) * u64::from(parts)
    };
    if enough(approve) {
        Opinion::Approved
    } else if enough(approve + approve_after_modification) {
        Opinion::ApprovedAfterModification
    } else if enough(reject) {
        Opinion::NotApproved
    } else {
        Opinion::ReviseAndResubmit
    }
}
