//! Decisions about a product, and what they hold it to.

use cinnabar_events::kinds::{
    ApprovalConditioned, ApprovalExpired, ApprovalExtended, ApprovalGranted, ApprovalRefused,
    ApprovalReinstated, ApprovalRevoked, ApprovalSuspended, ConditionChecked, ProductInspected,
    ProductRecalled, RenewalRequested, RiskTier, Route, TrialReported,
};
use cinnabar_events::{Class, Entry};

use crate::case::{Case, Check, Stop};
use crate::clause::clauses;
use crate::governed::Governed;
use crate::groups::filing::{
    ROUTE_MISSING, TRIAL_MODE, TRIAL_NOT_LOW_RISK, product_in_step, step_product,
};
use crate::records::{Records, RecordsMut};
use crate::rejection::Rejection;

clauses! {
    PROHIBITED = "content.prohibited" {
        says: "a prohibited product can not be approved",
        accepted: "approval.refused, or another classification",
        source: "Shenzhen AI Regulation Art. 72",
    }
    EXPIRY = "content.expiry" {
        says: "a trial must expire, after today and after it starts",
        accepted: "expires: a day after today, on or after starts",
        source: "Shenzhen AI Regulation Art. 44",
    }
    OTHER_ROUTE = "content.other_route" {
        says: "the approval must follow the route that was applied for",
        accepted: "the route of the filing",
        source: "Shenzhen AI Regulation Art. 66",
    }
}

impl Governed for ApprovalGranted {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let product = product_in_step(case)?;
        if product.tier == Some(RiskTier::Prohibited) {
            return Err(PROHIBITED.into());
        }
        let ends_before = |day| self.expires.is_some_and(|expires| expires < day);
        if self.starts.is_some_and(ends_before) {
            return Err(EXPIRY.into());
        }
        if case.migrated() {
            return Ok(());
        }
        let route = self.route.ok_or(ROUTE_MISSING)?;
        if product.route.is_some_and(|applied| applied != route) {
            return Err(OTHER_ROUTE.into());
        }
        let trial = route == Route::Trial;
        if trial != self.mode.is_some() {
            return Err(TRIAL_MODE.into());
        }
        if trial && product.tier != Some(RiskTier::Low) {
            return Err(TRIAL_NOT_LOW_RISK.into());
        }
        if (trial && self.expires.is_none()) || ends_before(case.now.date()) {
            return Err(EXPIRY.into());
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_product(records, entry)
    }
}

impl Governed for ApprovalRefused {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        product_in_step(case).map(|_| ())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_product(records, entry)
    }
}

impl Governed for ApprovalSuspended {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        case.vocabulary("measure", self.measures.as_slice())?;
        product_in_step(case)?;
        match &self.incident {
            Some(incident) => case
                .concerned(Class::Incident, incident)
                .map_err(Stop::from),
            None => Ok(()),
        }
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_product(records, entry)
    }
}

impl Governed for ApprovalReinstated {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        product_in_step(case).map(|_| ())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_product(records, entry)
    }
}

impl Governed for ApprovalRevoked {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        product_in_step(case).map(|_| ())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_product(records, entry)
    }
}

impl Governed for ApprovalConditioned {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for RenewalRequested {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for ApprovalExtended {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for ApprovalExpired {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        // Only the ledger says it, when it is due: checked before.
        Err(Rejection::NotDue.into())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_product(records, entry)
    }
}

impl Governed for TrialReported {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for ConditionChecked {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for ProductInspected {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for ProductRecalled {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}
