//! Votes are sealed, then revealed.

use cinnabar_events::kinds::{DimensionScore, Vote, VoteRevealed, VoteSealed};
use cinnabar_events::{Code, Entry, Id, Rulebook};

use super::clauses::{
    NOT_ASSIGNED, NOT_PRESENT, OTHER_ROUND, RECUSED, REVEALED_ALREADY, SCORES, SEAL_BROKEN,
    SEAL_MISSING, SEALED_ALREADY, SEALING_OPEN, SEALING_OVER,
};
use super::{BallotRecord, ReviewRecord, RoundRecord, Ties, alone, product_concerned};
use crate::case::{Case, Check};
use crate::governed::{Governed, change};
use crate::records::{Records, RecordsMut};
use crate::rejection::Rejection;

/// The ballot of whoever signs, in the round that runs.
fn own_ballot<'r, R: Records>(
    case: &Case<'_, R>,
    review: &'r ReviewRecord,
    actor: &Id,
    round: u32,
) -> Check<R, (&'r RoundRecord, &'r BallotRecord)> {
    case.step(review.status)?;
    let Some(running) = review.round.as_ref().filter(|one| one.number == round) else {
        return Err(OTHER_ROUND.into());
    };
    match review.member(actor).map(|member| member.ties) {
        None => return Err(NOT_ASSIGNED.found(actor.as_str()).into()),
        Some(Ties::Recused) => return Err(RECUSED.into()),
        Some(Ties::Undeclared | Ties::Free) => {}
    }
    match running.ballot(actor) {
        Some(ballot) => Ok((running, ballot)),
        None => Err(NOT_PRESENT.found(actor.as_str()).into()),
    }
}

impl Governed for VoteSealed {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let review: ReviewRecord = case.own()?;
        let actor = alone(case)?;
        let (round, ballot) = own_ballot(case, &review, &actor, self.round)?;
        product_concerned(case, &review)?;
        if ballot.seal.is_some() {
            return Err(SEALED_ALREADY.into());
        }
        if round.sealing_over(&case.rulebook, case.now) {
            return Err(SEALING_OVER.into());
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let actor = &entry.statement().first_signer().actor;
        change(records, entry, |review: &mut ReviewRecord| {
            if let Some(round) = &mut review.round
                && let Some(ballot) = round.ballot_mut(actor)
            {
                ballot.seal = Some(self.seal);
                round.seal_up(entry.time());
            }
        })
    }
}

impl Governed for VoteRevealed {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let review: ReviewRecord = case.own()?;
        let actor = alone(case)?;
        let (round, ballot) = own_ballot(case, &review, &actor, self.round)?;
        if !round.sealing_over(&case.rulebook, case.now) {
            return Err(SEALING_OPEN.into());
        }
        let Some(seal) = ballot.seal else {
            return Err(SEAL_MISSING.into());
        };
        if ballot.vote.is_some() {
            return Err(REVEALED_ALREADY.into());
        }
        scores(&case.rulebook, self.vote, self.scores.as_slice())?;
        if self.seal(case.id(), &actor) != seal {
            return Err(SEAL_BROKEN.into());
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let actor = &entry.statement().first_signer().actor;
        change(records, entry, |review: &mut ReviewRecord| {
            if let Some(round) = &mut review.round
                && let Some(ballot) = round.ballot_mut(actor)
            {
                ballot.vote = Some(self.vote);
            }
        })
    }
}

/// Every dimension of the rulebook's list once; none for an abstention.
fn scores(rulebook: &Rulebook, vote: Vote, scores: &[DimensionScore]) -> Result<(), Rejection> {
    let dimensions: &[Code] = match vote {
        Vote::Abstain => &[],
        Vote::Approve | Vote::ApproveAfterModification | Vote::ReviseAndResubmit | Vote::Reject => {
            rulebook.codes("ethics_dimension")
        }
    };
    let scored = |code: &&Code| scores.iter().filter(|one| one.dimension == **code).count();
    if let Some(code) = dimensions.iter().find(|code| scored(code) != 1) {
        return Err(SCORES.found(format!("{code} is scored {} times", scored(&code))));
    }
    let stranger = |one: &&DimensionScore| !dimensions.contains(&one.dimension);
    match scores.iter().find(stranger) {
        Some(one) => Err(SCORES.found(format!("{} is not asked for", one.dimension))),
        None => Ok(()),
    }
}
