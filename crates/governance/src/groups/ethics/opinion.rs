//! The opinion that the votes give.

use cinnabar_events::Entry;
use cinnabar_events::kinds::{Opinion, OpinionIssued, ReviewTrigger};

use super::clauses::{
    ADVICE, MINORITY, MODIFICATIONS, OTHER_ROUND, OUTCOME, TALLY, TRACKING, VOTES_OPEN,
};
use super::{
    CommitteeRecord, ReviewRecord, ReviewStatus, RoundRecord, by_the_chair, product_concerned,
};
use crate::case::{Case, Check};
use crate::deadline::clock::{end_of, local_date};
use crate::governed::{Governed, change_at};
use crate::records::{Records, RecordsMut};
use crate::rejection::Rejection;

/// Most months until a follow-up, where the rulebook sets no number.
const TRACKING_MONTHS: u32 = 12;

impl Governed for OpinionIssued {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let review: ReviewRecord = case.own()?;
        product_concerned(case, &review)?;
        if case.migrated() {
            // An older register has the opinion and seldom the votes.
            return match review.status {
                ReviewStatus::Opened | ReviewStatus::Voting => Ok(()),
                ReviewStatus::Issued | ReviewStatus::Closed => Err(case
                    .wrong_state(review.status.as_str(), "opened or voting")
                    .into()),
            };
        }
        case.step(review.status)?;
        let committee: CommitteeRecord = case.known(&review.committee)?;
        by_the_chair(case, &committee)?;
        let Some(round) = &review.round else {
            return Err(OTHER_ROUND.into());
        };
        borne_out(case, self, &review, round)?;
        complete(case, self, &review, round)
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let id = entry.statement().subject.id();
        let mut earlier = None;
        change_at(records, id, |review: &mut ReviewRecord| {
            // History taken over may have an opinion and no session: it is issued all the same.
            review.status = ReviewStatus::Issued;
            review.opinion = Some(self.opinion);
            earlier = review.earlier.clone();
        })?;
        let Some(earlier) = earlier else {
            return Ok(());
        };
        change_at(records, &earlier, |earlier: &mut ReviewRecord| {
            earlier.overruled = !self.opinion.approves();
            if self.opinion.is_final() {
                earlier.over(id);
            }
        })
    }
}

/// The votes on the ledger give this opinion.
fn borne_out<R: Records>(
    case: &Case<'_, R>,
    issued: &OpinionIssued,
    review: &ReviewRecord,
    round: &RoundRecord,
) -> Result<(), Rejection> {
    if issued.round != round.number {
        return Err(OTHER_ROUND.found(format!("{} runs", round.number)));
    }
    if !round.complete(&case.rulebook, case.now) {
        let until = round.times(&case.rulebook).revealed;
        return Err(VOTES_OPEN.found(format!("until {until} at the latest")));
    }
    let tally = round.tally();
    if issued.tally != tally {
        return Err(TALLY.found(tally.to_string()));
    }
    let unrevealed = round.unrevealed();
    let listed = |actor| issued.unrevealed.as_slice().contains(actor);
    if unrevealed.len() != issued.unrevealed.iter().count() || !unrevealed.into_iter().all(listed) {
        return Err(TALLY.found("others are unrevealed"));
    }
    let opinion = review.outcome(&tally, &case.rulebook);
    if issued.opinion != opinion || issued.passed != opinion.approves() {
        let passed = if opinion.approves() {
            "passed"
        } else {
            "not passed"
        };
        return Err(OUTCOME.found(format!("{opinion}, {passed}")));
    }
    Ok(())
}

/// It says what such an opinion has to say.
fn complete<R: Records>(
    case: &Case<'_, R>,
    issued: &OpinionIssued,
    review: &ReviewRecord,
    round: &RoundRecord,
) -> Check<R> {
    let changes = match issued.opinion {
        Opinion::ApprovedAfterModification | Opinion::ReviseAndResubmit => true,
        Opinion::Approved | Opinion::NotApproved => false,
    };
    if changes == issued.required_modifications.is_empty() {
        return Err(MODIFICATIONS.found(issued.opinion.as_str()).into());
    }
    if issued.minority_opinion.is_none() && round.divided(issued.opinion) {
        return Err(MINORITY.into());
    }
    let months = case.setting("tracking_months", TRACKING_MONTHS);
    let today = local_date(case.now);
    let last = today.plus_months(u16::try_from(months).unwrap_or(u16::MAX));
    let in_time = match issued.tracking_by {
        Some(day) => issued.passed && end_of(day) > case.now && day <= last,
        None => !issued.passed,
    };
    if !in_time {
        return Err(TRACKING.found(format!("from {today} to {last}")).into());
    }
    if issued.advice.is_some() != (review.trigger == ReviewTrigger::Tracking) {
        return Err(ADVICE.found(review.trigger.as_str()).into());
    }
    Ok(())
}
