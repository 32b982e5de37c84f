//! Members say what ties them to the matter, and meet.

use cinnabar_events::Entry;
use cinnabar_events::kinds::{ConflictDeclared, ConflictOfInterest, SessionHeld};

use super::clauses::{
    NOT_ASSIGNED, OPINION_STANDS, OTHER_ROUND, RECUSED, SEALING_OVER, UNDECLARED,
};
use super::round::quorate;
use super::{BallotRecord, ReviewRecord, ReviewStatus, RoundRecord, Ties, alone};
use crate::case::{Case, Check, Stop};
use crate::governed::{Governed, change};
use crate::life_cycle::LifeCycle as _;
use crate::records::{Records, RecordsMut};
use crate::rejection::Rejection;

/// An opinion that isn't to revise and resubmit ends the rounds.
fn goes_on(review: &ReviewRecord) -> Result<(), Rejection> {
    match review.opinion {
        Some(opinion) if opinion.is_final() => Err(OPINION_STANDS.found(opinion.as_str())),
        Some(_) | None => Ok(()),
    }
}

impl Governed for ConflictDeclared {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let review: ReviewRecord = case.own()?;
        case.step(review.status)?;
        goes_on(&review)?;
        let actor = alone(case)?;
        let Some(member) = review.member(&actor) else {
            return Err(NOT_ASSIGNED.found(actor.as_str()).into());
        };
        if member.ties == Ties::Recused {
            return Err(RECUSED.into());
        }
        let mut running = review.round.iter();
        let running = running.find(|_| review.status == ReviewStatus::Voting);
        match running {
            Some(round) if round.sealing_over(&case.rulebook, case.now) => Err(SEALING_OVER.into()),
            Some(_) | None => Ok(()),
        }
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let actor = &entry.statement().first_signer().actor;
        let recused = self.conflict != ConflictOfInterest::None;
        change(records, entry, |review: &mut ReviewRecord| {
            let mut members = review.members.iter_mut();
            let Some(member) = members.find(|member| member.actor == *actor) else {
                return;
            };
            member.ties = if recused { Ties::Recused } else { Ties::Free };
            if review.status != ReviewStatus::Voting || !recused {
                return;
            }
            if let Some(round) = &mut review.round
                && let Some(ballot) = round.ballot_mut(actor)
            {
                ballot.recused = true;
                round.seal_up(entry.time());
            }
        })
    }
}

impl Governed for SessionHeld {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let review: ReviewRecord = case.own()?;
        case.step(review.status)?;
        goes_on(&review)?;
        let last = review.round.as_ref().map_or(0, |round| round.number);
        let next = last.saturating_add(1);
        if case.migrated() {
            return Ok(());
        }
        if self.round != next {
            return Err(OTHER_ROUND.found(format!("the next is {next}")).into());
        }
        let mut present = Vec::new();
        for actor in self.present.iter() {
            let Some(member) = review.member(actor) else {
                return Err(NOT_ASSIGNED.found(actor.as_str()).into());
            };
            match member.ties {
                Ties::Undeclared => return Err(UNDECLARED.found(actor.as_str()).into()),
                Ties::Recused => return Err(RECUSED.found(actor.as_str()).into()),
                Ties::Free => present.push(member.clone()),
            }
        }
        quorate(&case.rulebook, review.procedure, &present).map_err(Stop::from)
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let ballots = self.present.iter().map(|member| BallotRecord {
            member: member.clone(),
            seal: None,
            vote: None,
            recused: false,
        });
        let round = RoundRecord {
            number: self.round,
            opened: entry.time(),
            sealed: None,
            ballots: ballots.collect(),
        };
        change(records, entry, |review: &mut ReviewRecord| {
            let kind = entry.statement().kind();
            review.status = review.status.after(kind).unwrap_or(review.status);
            review.round = Some(round);
        })
    }
}
