//! Appeals.
//!
//! What an appeal proves about the decision that it names: that `by` said `kind` about `subject` (as the separation of
//! duties remembers it; of several such decisions it is the last), and for a decision that moves a product, that the
//! product still stands where it put it. A decision taken over from an older register has nobody to remember: there only
//! the product's status speaks.

use cinnabar_events::calendar::{Counted, Unit};
use cinnabar_events::kinds::{
    AppealAdmitted, AppealDecided, AppealLodged, AppealOutcome, AppealStayed, DecisionRef,
    StayEffect, StayGround,
};
use cinnabar_events::rulebook::KindName;
use cinnabar_events::{Class, Entry, Kind, Subject};
use serde::{Deserialize, Serialize};

use super::effect::{effect_on_product, in_force, moved, sets_aside};
use super::{
    APPELLANT, KNOWN_AHEAD, LATE, MOOT, NEW_DECISION_DUE, NO_SUCH_DECISION, NOT_A_DECISION,
    NOT_ADMITTED, NOT_REQUESTED, TERMS, WHICH_PART,
};
use crate::case::{Case, Check};
use crate::deadline::clock::{due, local_date};
use crate::governed::{Governed, change, put};
use crate::groups::filing::ProductRecord;
use crate::life_cycle::{LifeCycle as _, life_cycle};
use crate::records::{PartsRecord, Record, RecordKey, Records, RecordsMut};
use crate::rejection::Rejection;

/// Days for an appeal from knowing of the decision, where the rulebook sets none under `appeal_days`:
/// Administrative Reconsideration Law Art. 20.
const APPEAL_DAYS: u32 = 60;

life_cycle! {
    /// Where an appeal stands.
    AppealStatus of Appeal {
        /// To be screened.
        Lodged = "lodged",
        /// Will be decided.
        Admitted = "admitted",
        /// Over.
        Decided = "decided",
    }
    starts { AppealLodged => Lodged }
    Lodged { AppealAdmitted => Admitted, AppealDecided => Decided }
    Admitted { AppealStayed => Admitted, AppealDecided => Decided }
}

/// An appeal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AppealRecord {
    /// Where it stands.
    pub status: AppealStatus,
    /// Against what kind of decision.
    pub decision: KindName,
    /// About what that decision is.
    pub subject: Subject,
    /// Whether the appellant asked for the decision to rest.
    pub stay_requested: bool,
    /// How much of the decision rests now; none of it if absent.
    pub stayed: Option<StayEffect>,
    /// What came of it.
    pub outcome: Option<AppealOutcome>,
}

/// The kind that it names, if the rulebook has it for a decision: whoever took it may not decide the appeal.
fn appealable<R: Records>(case: &Case<'_, R>, named: &KindName) -> Result<Kind, Rejection> {
    let decision = Kind::ALL.iter().find(|kind| named.is(**kind));
    let apart = case.rulebook.separation.iter();
    let mut apart = apart.filter(|rule| rule.kind.is(Kind::AppealDecided));
    match decision {
        Some(decision) if apart.any(|rule| rule.apart_from == *named) => Ok(*decision),
        Some(_) | None => Err(NOT_A_DECISION.found(named.as_str())),
    }
}

/// Somebody called so took such a decision, and it is still in force.
fn decided<R: Records>(case: &Case<'_, R>, against: &DecisionRef, kind: Kind) -> Check<R> {
    let parts = match case.record(RecordKey::Parts(against.subject.clone()))? {
        Some(Record::Parts(parts)) => parts,
        _ => PartsRecord::default(),
    };
    let product: Option<ProductRecord> = match against.subject.class() == Class::Product {
        true => case.find(against.subject.id())?,
        false => None,
    };
    let by = parts.said.get(kind.as_str());
    let said = match (by, &product) {
        (Some(by), _) => by.contains(&against.by),
        // Taken over: nobody is remembered, but the product is where it is.
        (None, Some(product)) => moved(product, kind),
        (None, None) => false,
    };
    let holds = product.is_none_or(|product| in_force(&product, kind));
    if said && holds && kind.class() == against.subject.class() {
        Ok(())
    } else {
        let found = format!("{} on {} by {}", kind, against.subject, against.by);
        Err(NO_SUCH_DECISION.found(found).into())
    }
}

/// Within its time, or with a reason why not.
fn in_time<R: Records>(case: &Case<'_, R>, lodged: &AppealLodged) -> Result<(), Rejection> {
    if lodged.known_on > local_date(case.now) {
        return Err(KNOWN_AHEAD.into());
    }
    let days = u16::try_from(case.setting("appeal_days", APPEAL_DAYS)).unwrap_or(u16::MAX);
    let late = Counted::new(days, Unit::Days).is_ok_and(|days| {
        let known = lodged.known_on.start();
        due(known, days, case.rulebook.calendars.as_slice()) <= case.now
    });
    if late && lodged.late_reasons.is_none() {
        Err(LATE.found(format!("known on {}", lodged.known_on)))
    } else {
        Ok(())
    }
}

impl Governed for AppealLodged {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        case.new_subject::<AppealRecord>()?;
        case.concerns(&self.against.subject)?;
        if let Some(organisation) = &self.organisation {
            case.concerned(Class::Organisation, organisation)?;
            case.owner_speaks(organisation)?;
        }
        let kind = appealable(case, &self.against.kind)?;
        if case.migrated() {
            return Ok(());
        }
        let hidden = case.statement().commitments.contains_key("/appellant");
        // Whoever speaks for an organisation appeals for it.
        if self.organisation.is_some() == hidden || (hidden && case.by_an_organisation()) {
            return Err(APPELLANT.into());
        }
        decided(case, &self.against, kind)?;
        Ok(in_time(case, self)?)
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let appeal = AppealRecord {
            status: AppealStatus::Lodged,
            decision: self.against.kind.clone(),
            subject: self.against.subject.clone(),
            stay_requested: self.stay_requested.unwrap_or(false),
            stayed: None,
            outcome: None,
        };
        put(records, entry, appeal);
        Ok(())
    }
}

/// The subject appeal, if this can be said of it as it stands, by somebody who had no part in what it is against.
fn appeal_in_step<R: Records>(case: &Case<'_, R>) -> Check<R, AppealRecord> {
    let appeal: AppealRecord = case.own()?;
    case.step(appeal.status)?;
    case.concerns(&appeal.subject)?;
    took_no_part(case, &appeal.subject)?;
    Ok(appeal)
}

/// Whoever may not decide the appeal may not screen it, nor let the decision rest. (For `appeal.decided` itself this is
/// checked for all kinds alike, before.)
fn took_no_part<R: Records>(case: &Case<'_, R>, about: &Subject) -> Check<R> {
    if case.migrated() {
        return Ok(());
    }
    let Some(Record::Parts(PartsRecord { said })) = case.record(RecordKey::Parts(about.clone()))?
    else {
        return Ok(());
    };
    let rules = case.rulebook.separation.iter();
    for rule in rules.filter(|rule| rule.kind.is(Kind::AppealDecided)) {
        let earlier = said.get(rule.apart_from.as_str());
        let earlier = earlier.map_or(&[][..], Vec::as_slice);
        let mut signers = case.statement().signers.iter();
        let twice = signers.find(|signer| earlier.contains(&signer.actor));
        let kind = Kind::ALL.iter().find(|kind| rule.apart_from.is(**kind));
        if let (Some(signer), Some(earlier)) = (twice, kind) {
            return Err(Rejection::SamePerson {
                actor: signer.actor.clone(),
                earlier: *earlier,
                kind: case.kind(),
            }
            .into());
        }
    }
    Ok(())
}

/// Moves the subject appeal on, and changes what else there is to change.
fn step_appeal<R: RecordsMut>(
    records: &mut R,
    entry: &Entry,
    how: impl FnOnce(&mut AppealRecord),
) -> Result<(), R::Error> {
    change(records, entry, |appeal: &mut AppealRecord| {
        let kind = entry.statement().kind();
        appeal.status = appeal.status.after(kind).unwrap_or(appeal.status);
        how(appeal);
    })
}

impl Governed for AppealAdmitted {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        appeal_in_step(case).map(|_| ())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_appeal(records, entry, |_| ())
    }
}

impl Governed for AppealStayed {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let appeal = appeal_in_step(case)?;
        if self.ground == StayGround::Requested && !appeal.stay_requested {
            return Err(NOT_REQUESTED.into());
        }
        if (self.effect == StayEffect::Partial) != self.part.is_some() {
            return Err(WHICH_PART.into());
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_appeal(records, entry, |appeal| {
            appeal.stayed = Some(self.effect);
        })
    }
}

/// Whether a day for the new decision is given where there is to be one, and only there.
fn new_decision_is_due<R: Records>(decided: &AppealDecided, case: &Case<'_, R>) -> bool {
    let remitted = decided.outcome == AppealOutcome::RemittedForNewDecision;
    let today = local_date(case.now);
    match decided.new_decision_due {
        None => !remitted || case.migrated(),
        Some(due) => remitted && (due > today || case.migrated()),
    }
}

impl Governed for AppealDecided {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        use AppealOutcome::{Inadmissible, Mediated, Varied, Withdrawn};
        let appeal = appeal_in_step(case)?;
        let unheard = matches!(self.outcome, Inadmissible | Withdrawn);
        if appeal.status == AppealStatus::Lodged && !unheard {
            return Err(NOT_ADMITTED.found(self.outcome.as_str()).into());
        }
        if matches!(self.outcome, Varied | Mediated) && self.terms.is_none() {
            return Err(TERMS.into());
        }
        if !new_decision_is_due(self, case) {
            return Err(NEW_DECISION_DUE.into());
        }
        if sets_aside(self.outcome)
            && appeal.subject.class() == Class::Product
            && let Some(decision) = Kind::ALL.iter().find(|kind| appeal.decision.is(**kind))
            && let Some(product) = case.find::<ProductRecord>(appeal.subject.id())?
            && !in_force(&product, *decision)
        {
            return Err(MOOT.found(product.status.as_str()).into());
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let mut against = None;
        step_appeal(records, entry, |appeal| {
            appeal.stayed = None;
            appeal.outcome = Some(self.outcome);
            against = Some((appeal.decision.clone(), appeal.subject.clone()));
        })?;
        let Some((decision, subject)) = against else {
            return Ok(());
        };
        let decision = Kind::ALL.iter().find(|kind| decision.is(**kind));
        match decision {
            Some(decision) if subject.class() == Class::Product && sets_aside(self.outcome) => {
                effect_on_product(records, entry, subject.id(), *decision)
            }
            Some(_) | None => Ok(()),
        }
    }
}
