//! A review is opened and closed, and what stands of its opinion.

use cinnabar_events::kinds::{
    ReviewClosed, ReviewEnding, ReviewOpened, ReviewProcedure, ReviewTrigger,
};
use cinnabar_events::{Class, Entry, Id, Kind, Subject};

use super::clauses::{
    EARLIER, EMERGENCY, ENDING, NOT_SEATED, NOTHING_STANDS, OTHER_PRODUCT, PROCEDURE, SAME_BODY,
    TOOK_PART,
};
use super::round::quorate;
use super::{
    CommitteeRecord, MemberRecord, ReviewRecord, ReviewStatus, SeatRecord, Ties, product_concerned,
};
use crate::case::{Case, Check, Stop, find};
use crate::deadline::clock::end_of;
use crate::governed::{Governed, change_at, put};
use crate::groups::filing::ProductRecord;
use crate::life_cycle::LifeCycle as _;
use crate::records::{PartsRecord, Record, RecordKey, Records, RecordsMut};
use crate::rejection::Rejection;

impl Governed for ReviewOpened {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        case.new_subject::<ReviewRecord>()?;
        case.concerned(Class::Committee, &self.committee)?;
        if let Some(product) = &self.product {
            case.concerned(Class::Product, product)?;
        }
        let committee: CommitteeRecord = case.known(&self.committee)?;
        procedure(self, case.migrated())?;
        let members = seated(case, self, &committee)?;
        if let Some(earlier) = &self.earlier {
            case.concerned(Class::Review, earlier)?;
            looks_again(case, self, &committee, earlier)?;
        }
        if case.migrated() {
            return Ok(());
        }
        if let Some(product) = &self.product {
            nobody_took_part(case, self, product)?;
        }
        quorate(&case.rulebook, self.procedure, &members).map_err(Stop::from)
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let committee = find::<CommitteeRecord, R>(records, &self.committee)?;
        let seats = committee.map_or_else(Vec::new, |committee| committee.seats);
        let member = |actor: &Id| {
            let seat = seats.iter().find(|seat| seat.actor == *actor)?;
            Some(MemberRecord {
                actor: actor.clone(),
                class: seat.class,
                ties: Ties::Undeclared,
            })
        };
        let review = ReviewRecord {
            status: ReviewStatus::Opened,
            committee: self.committee.clone(),
            product: self.product.clone(),
            trigger: self.trigger,
            procedure: self.procedure,
            earlier: self.earlier.clone(),
            later: None,
            overruled: false,
            members: self.members.iter().filter_map(member).collect(),
            round: None,
            opinion: None,
        };
        put(records, entry, review);
        if let (Some(product), None) = (&self.product, &self.earlier) {
            change_at(records, product, |product: &mut ProductRecord| {
                product.review = Some(entry.statement().subject.id().clone());
            })?;
        }
        match &self.earlier {
            Some(earlier) => change_at(records, earlier, |earlier: &mut ReviewRecord| {
                earlier.later = Some(entry.statement().subject.id().clone());
            }),
            None => Ok(()),
        }
    }
}

/// What must be given goes with why and how the review is held.
fn procedure(opened: &ReviewOpened, migrated: bool) -> Result<(), Rejection> {
    use ReviewProcedure::{Emergency, ExpertRereview, Simplified};
    let trigger = opened.trigger;
    let later = match trigger {
        ReviewTrigger::Tracking | ReviewTrigger::Rereview => true,
        ReviewTrigger::HighRisk
        | ReviewTrigger::Reclassification
        | ReviewTrigger::Incident
        | ReviewTrigger::Request => false,
    };
    if later != opened.earlier.is_some() && !migrated {
        return Err(EARLIER.into());
    }
    let again = trigger == ReviewTrigger::Rereview;
    let unfit = again != (opened.procedure == ExpertRereview)
        || trigger == ReviewTrigger::HighRisk && opened.procedure == Simplified
        || trigger == ReviewTrigger::Tracking && opened.procedure == Emergency;
    if unfit && !migrated {
        let found = format!("{} by {}", trigger, opened.procedure);
        return Err(PROCEDURE.found(found));
    }
    if (opened.procedure == Emergency) != opened.grounds.is_some() && !migrated {
        return Err(EMERGENCY.into());
    }
    Ok(())
}

/// The seats of those assigned. History taken over may assign people who no longer have one.
fn seated<R: Records>(
    case: &Case<'_, R>,
    opened: &ReviewOpened,
    committee: &CommitteeRecord,
) -> Result<Vec<MemberRecord>, Rejection> {
    let sits = |seat: &&SeatRecord| end_of(seat.until) > case.now;
    let mut members = Vec::new();
    for actor in opened.members.iter() {
        let mut seats = committee.seats.iter().filter(sits);
        match seats.find(|seat| seat.actor == *actor) {
            Some(seat) => members.push(MemberRecord {
                actor: actor.clone(),
                class: seat.class,
                ties: Ties::Undeclared,
            }),
            None if case.migrated() => {}
            None => return Err(NOT_SEATED.found(actor.as_str())),
        }
    }
    Ok(members)
}

/// No member said anything about the product that the rulebook keeps apart from voting. Whoever does so later is
/// stopped when he votes.
fn nobody_took_part<R: Records>(
    case: &Case<'_, R>,
    opened: &ReviewOpened,
    product: &Id,
) -> Check<R> {
    let key = RecordKey::Parts(Subject::new(Class::Product, product.clone()));
    let Some(Record::Parts(PartsRecord { said })) = case.record(key)? else {
        return Ok(());
    };
    let rules = case.rulebook.separation.iter();
    for rule in rules.filter(|rule| rule.kind.is(Kind::VoteSealed)) {
        let Some(who) = said.get(rule.apart_from.as_str()) else {
            continue;
        };
        if let Some(actor) = opened.members.iter().find(|actor| who.contains(actor)) {
            let found = format!("{actor} said {}", rule.apart_from);
            return Err(TOOK_PART.found(found).into());
        }
    }
    Ok(())
}

/// A re-review is by another body; re-review and follow-up look at an opinion that stands.
fn looks_again<R: Records>(
    case: &Case<'_, R>,
    opened: &ReviewOpened,
    committee: &CommitteeRecord,
    earlier: &Id,
) -> Check<R> {
    let review: ReviewRecord = case.known(earlier)?;
    if review.product != opened.product {
        let product = review.product.as_ref().map_or("no product", Id::as_str);
        return Err(OTHER_PRODUCT.found(product).into());
    }
    if case.migrated() {
        return Ok(());
    }
    let again = opened.trigger == ReviewTrigger::Rereview;
    let stands = review
        .opinion
        .is_some_and(|opinion| opinion.approves() || again && opinion.is_final());
    if !stands || review.overruled || review.later.is_some() {
        return Err(NOTHING_STANDS.into());
    }
    if !again {
        return Ok(());
    }
    let before: CommitteeRecord = case.known(&review.committee)?;
    let same_house = before.organisation.is_some() && before.organisation == committee.organisation;
    let reviewed = |actor: &Id| *actor == before.chair || review.member(actor).is_some();
    let mut people = opened.members.iter().chain([&committee.chair]);
    if review.committee == opened.committee || same_house {
        return Err(SAME_BODY.found(opened.committee.as_str()).into());
    }
    match people.find(|actor| reviewed(actor)) {
        Some(actor) => Err(SAME_BODY.found(actor.as_str()).into()),
        None => Ok(()),
    }
}

impl Governed for ReviewClosed {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let review: ReviewRecord = case.own()?;
        case.step(review.status)?;
        product_concerned(case, &review)?;
        let stands = review.opinion.is_some_and(|opinion| opinion.is_final());
        let fits = match self.ending {
            ReviewEnding::SubjectEnded => true,
            ReviewEnding::Concluded | ReviewEnding::HandedOver => stands,
            ReviewEnding::CalledOff => !stands,
        };
        if fits || case.migrated() {
            Ok(())
        } else {
            Err(ENDING.found(self.ending.as_str()).into())
        }
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let id = entry.statement().subject.id();
        let mut earlier = None;
        change_at(records, id, |review: &mut ReviewRecord| {
            let kind = entry.statement().kind();
            review.status = review.status.after(kind).unwrap_or(review.status);
            earlier = review.earlier.clone();
        })?;
        match earlier {
            Some(earlier) => change_at(records, &earlier, |earlier: &mut ReviewRecord| {
                earlier.over(id);
            }),
            None => Ok(()),
        }
    }
}

impl ReviewRecord {
    /// The re-review or follow-up `later` is no longer under way.
    pub(super) fn over(&mut self, later: &Id) {
        if self.later.as_ref() == Some(later) {
            self.later = None;
        }
    }
}

/// Whether the opinion of `review` lets `product` be approved: the review is about it, its last opinion approves, no
/// re-review or follow-up said otherwise, no re-review is under way, and no other review was opened since.
pub(crate) fn opinion_allows<R: Records>(
    case: &Case<'_, R>,
    review: &Id,
    product: &Id,
) -> Check<R, bool> {
    allows(case.records, review, product).map_err(Stop::Unreadable)
}

/// The same, for records alone.
pub(super) fn allows<R: Records>(records: &R, review: &Id, product: &Id) -> Result<bool, R::Error> {
    let Some(found) = find::<ReviewRecord, R>(records, review)? else {
        return Ok(false);
    };
    // A review that was opened since, for another reason, must have come to its own end first.
    let newest = find::<ProductRecord, R>(records, product)?.and_then(|product| product.review);
    let (review, own) = (found, review);
    if newest.is_some_and(|newest| newest != *own && review.earlier.as_ref() != Some(&newest)) {
        return Ok(false);
    }
    let approves = review.product.as_ref() == Some(product)
        && review.opinion.is_some_and(|opinion| opinion.approves())
        && !review.overruled;
    let later = match &review.later {
        Some(later) if approves => find::<ReviewRecord, R>(records, later)?,
        Some(_) | None => None,
    };
    let looked_at_again = later.is_some_and(|later| later.trigger == ReviewTrigger::Rereview);
    Ok(approves && !looked_at_again)
}
