//! Refused, suspended, reinstated.

use cinnabar_events::kinds::{ApprovalRefused, ApprovalReinstated, ApprovalSuspended, RiskTier};
use cinnabar_events::{Class, Entry};

use super::clauses::{BREACH_OPEN, NO_REQUEST, PROHIBITED};
use super::conditions::{attach, attached, critical};
use super::has_basis;
use crate::case::{Case, Check, Stop};
use crate::governed::Governed;
use crate::groups::filing::{
    DISCLOSURE_TIER, NOT_CLASSIFIED, ProductStatus, product_in_step, step_product,
};
use crate::records::{Records, RecordsMut};

impl Governed for ApprovalRefused {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let product = product_in_step(case)?;
        let state = product.status.as_str();
        match (self.renewal, product.status == ProductStatus::Authorised) {
            (true, false) => return Err(case.wrong_state(state, "authorised").into()),
            (false, true) => return Err(case.wrong_state(state, "accepted or classified").into()),
            (true, true) if product.approval.requested.is_none() => return Err(NO_REQUEST.into()),
            (true, true) | (false, false) => {}
        }
        has_basis(case)?;
        if product.tier.is_none() && !case.migrated() {
            return Err(NOT_CLASSIFIED.into());
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_product(records, entry, |product, _| {
            product.approval.requested = None
        })
    }
}

impl Governed for ApprovalSuspended {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        case.vocabulary("measure", self.measures.as_slice())?;
        product_in_step(case)?;
        has_basis(case)?;
        match &self.incident {
            Some(incident) => case
                .concerned(Class::Incident, incident)
                .map_err(Stop::from),
            None => Ok(()),
        }
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_product(records, entry, |product, from| {
            product.suspended_from = Some(from)
        })
    }
}

impl Governed for ApprovalReinstated {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let product = product_in_step(case)?;
        has_basis(case)?;
        let disclosed = product.suspended_from == Some(ProductStatus::Disclosed);
        match product.tier {
            Some(RiskTier::Prohibited) => return Err(PROHIBITED.into()),
            Some(RiskTier::High) if disclosed => return Err(DISCLOSURE_TIER.into()),
            Some(RiskTier::Low | RiskTier::Medium | RiskTier::High) | None => {}
        }
        if let Some(condition) = critical(&product.conditions) {
            return Err(BREACH_OPEN.found(condition.as_str()).into());
        }
        attached(&product.conditions, self.conditions.as_slice())?;
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_product(records, entry, |product, _| {
            product.status = product.suspended_from.take().unwrap_or(product.status);
            attach(&mut product.conditions, self.conditions.as_slice());
        })
    }
}
