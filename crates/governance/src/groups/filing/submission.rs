//! Filed, supplemented, changed, accepted or not, ended.

use cinnabar_events::calendar::{Counted, Unit};
use cinnabar_events::kinds::{
    DeclineReason, ProductAccepted, ProductDeclined, ProductEnded, ProductFacts, ProductReturned,
    ProductSubmitted, ProductUpdated, Route,
};
use cinnabar_events::{Class, Entry};

use super::clauses::{
    CHANGE_LATE, COMPETENT_MISSING, NO_CHANGE, NO_SUCH_FACT, NOTHING_MISSING, NUMBER_MISSING,
    RETURNED_BEFORE, ROUTE_MISSING, SUPPLEMENT, TIER_AT_ACCEPTANCE, TRIAL_MODE,
};
use super::facts::{FACTS, FilingState, explained, fit_for_trial, readable};
use super::record::{
    ProductRecord, ProductStatus, give_number, number_is_free, product_in_step, step_product,
};
use crate::case::{Case, Check, Stop};
use crate::deadline::clock;
use crate::governed::{Governed, put};
use crate::records::{Records, RecordsMut};
use crate::rejection::Rejection;

/// Working days within which a change is filed, where the rulebook sets none (Algorithm Provisions Art. 24(2)).
const CHANGE_WORKING_DAYS: u32 = 10;

fn filed(submitted: &ProductSubmitted) -> FilingState {
    let state = FilingState {
        excluded_domain: submitted.excluded_domain,
        ..FilingState::default()
    };
    state.after(&submitted.facts, [])
}

impl Governed for ProductSubmitted {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        readable(case, &self.facts)?;
        case.new_subject::<ProductRecord>()?;
        case.concerned(Class::Organisation, &self.organisation)?;
        case.owner_speaks(&self.organisation)?;
        if case.migrated() {
            return Ok(());
        }
        let trial = self.route.ok_or(ROUTE_MISSING)? == Route::Trial;
        if trial != self.trial_mode.is_some() {
            return Err(TRIAL_MODE.into());
        }
        if trial {
            fit_for_trial(filed(self))?;
        }
        explained(filed(self)).map_err(Stop::from)
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let mut product = ProductRecord::filed(self.organisation.clone(), self.route, filed(self));
        product.fields = self.facts.fields.as_slice().to_vec();
        put(records, entry, product);
        Ok(())
    }
}

impl Governed for ProductReturned {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let product = product_in_step(case)?;
        if product.filing.returned {
            return Err(RETURNED_BEFORE.into());
        }
        if self.missing.is_empty() {
            return Err(NOTHING_MISSING.into());
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_product(records, entry, |product, _| product.filing.returned = true)
    }
}

impl Governed for ProductDeclined {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        product_in_step(case)?;
        if self.reason == DeclineReason::NotCompetent && self.competent.is_none() {
            return Err(COMPETENT_MISSING.into());
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_product(records, entry, |_, _| {})
    }
}

impl Governed for ProductAccepted {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        product_in_step(case)?;
        if self.deemed {
            // Only the ledger says it, when it is due: checked before.
            return Err(Rejection::NotDue.into());
        }
        if self.risk_tier.is_some() && !case.migrated() {
            return Err(TIER_AT_ACCEPTANCE.into());
        }
        match &self.number {
            Some(number) => number_is_free(case, number),
            None if case.migrated() => Ok(()),
            None => Err(NUMBER_MISSING.into()),
        }
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        if let Some(number) = &self.number {
            give_number(records, entry, number);
        }
        step_product(records, entry, |product, _| {
            let number = self.number.as_ref();
            product.number = number.map(|number| number.as_str().to_owned());
            product.tier = self.risk_tier.or(product.tier);
        })
    }
}

fn says_something(updated: &ProductUpdated) -> bool {
    updated.supplement
        || updated.organisation.is_some()
        || updated.name.is_some()
        || updated.facts != ProductFacts::default()
        || !updated.removed.is_empty()
}

fn filing_after(updated: &ProductUpdated, before: FilingState) -> FilingState {
    before.after(
        &updated.facts,
        updated.removed.iter().map(|name| name.as_str()),
    )
}

/// Whether the change was to be filed before now.
fn late<R: Records>(updated: &ProductUpdated, case: &Case<'_, R>) -> bool {
    let days = case.setting("change_filing_working_days", CHANGE_WORKING_DAYS);
    let days = u16::try_from(days).ok();
    let length = days.and_then(|days| Counted::new(days, Unit::WorkingDays).ok());
    let (Some(changed), Some(length)) = (updated.changed, length) else {
        return false;
    };
    case.now >= clock::due(changed.start(), length, case.rulebook.calendars.as_slice())
}

impl Governed for ProductUpdated {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        readable(case, &self.facts)?;
        let product = product_in_step(case)?;
        case.owner_speaks(&product.organisation)?;
        if !says_something(self) {
            return Err(NO_CHANGE.into());
        }
        let mut removed = self.removed.iter();
        if let Some(fact) = removed.find(|fact| !FACTS.contains(&fact.as_str())) {
            return Err(NO_SUCH_FACT.found(fact.as_str()).into());
        }
        if let Some(organisation) = &self.organisation {
            case.concerned(Class::Organisation, organisation)?;
            // The owner can't give a product to somebody else; the institution records that.
            let mut signers = case.statement().signers.iter();
            if let Some(filer) = signers.find(|signer| signer.on_behalf_of.is_some()) {
                return Err(Rejection::NotForOrganisation(filer.actor.clone()).into());
            }
        }
        if case.migrated() {
            return Ok(());
        }
        if self.supplement != (product.status == ProductStatus::Returned) {
            return Err(SUPPLEMENT.into());
        }
        if self.late_reason.is_none() && late(self, case) {
            return Err(CHANGE_LATE.into());
        }
        explained(filing_after(self, product.filing)).map_err(Stop::from)
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_product(records, entry, |product, _| {
            product.filing = filing_after(self, product.filing);
            let removed = self.removed.iter().any(|fact| fact.as_str() == "fields");
            if removed || !self.facts.fields.is_empty() {
                product.fields = self.facts.fields.as_slice().to_vec();
            }
            if let Some(organisation) = &self.organisation {
                product.organisation = organisation.clone();
            }
        })
    }
}

impl Governed for ProductEnded {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let product = product_in_step(case)?;
        case.owner_speaks(&product.organisation).map_err(Stop::from)
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_product(records, entry, |_, _| {})
    }
}
