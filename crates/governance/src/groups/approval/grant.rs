//! The product may be tried out or offered.

use cinnabar_events::kinds::{ApprovalGranted, RiskTier, Route};
use cinnabar_events::{Class, Date, Entry};

use super::clauses::{
    ASSESSMENT_MISSING, CONFORMITY_MISSING, EXPIRY, OPINION, PROHIBITED, REVIEW_MISSING,
    TRIAL_NOT_LOW_RISK, TRIAL_WINDOW, WARNING_PLAN_MISSING,
};
use super::conditions::{attach, attached};
use super::{ApprovalState, has_basis};
use crate::case::{Case, Check, Stop};
use crate::deadline::clock;
use crate::governed::Governed;
use crate::groups::ethics::opinion_allows;
use crate::groups::filing::{
    Evidence, NOT_CLASSIFIED, OTHER_ROUTE, ProductRecord, ROUTE_MISSING, TRIAL_MODE, explained,
    fit_for_trial, product_in_step, step_product,
};
use crate::records::{Records, RecordsMut};
use crate::rejection::Rejection;

/// Months that a trial lasts at most, where the rulebook sets none: a model value.
const TRIAL_MONTHS: u32 = 6;

/// The last day that `months` from `start` on allow, with a sensible meaning for whatever number the rulebook sets.
pub(super) fn window(start: Date, months: u32) -> Date {
    start.plus_months(u16::try_from(months).unwrap_or(u16::MAX))
}

/// The way is the one applied for, and it is one on which approvals are granted.
fn route(granted: &ApprovalGranted, product: &ProductRecord) -> Result<Route, Rejection> {
    let route = granted.route.ok_or(ROUTE_MISSING)?;
    if product.route.is_some_and(|applied| applied != route) || route == Route::Disclosure {
        return Err(OTHER_ROUTE.into());
    }
    if (route == Route::Trial) != granted.mode.is_some() {
        return Err(TRIAL_MODE.into());
    }
    Ok(route)
}

/// The last day lies ahead, and not before the first.
fn days(granted: &ApprovalGranted, today: Date) -> Result<(), Rejection> {
    let ends_before = |day| granted.expires.is_some_and(|expires| expires < day);
    if ends_before(today) || granted.starts.is_some_and(ends_before) {
        return Err(EXPIRY.into());
    }
    Ok(())
}

/// What Art. 44 asks of a trial.
fn trial<R: Records>(
    granted: &ApprovalGranted,
    case: &Case<'_, R>,
    product: &ProductRecord,
    today: Date,
) -> Check<R> {
    if product.tier != Some(RiskTier::Low) {
        return Err(TRIAL_NOT_LOW_RISK.into());
    }
    fit_for_trial(product.filing)?;
    if !holds(product.shown.conformity, today) {
        return Err(CONFORMITY_MISSING.into());
    }
    let Some(expires) = granted.expires else {
        return Err(EXPIRY.into());
    };
    let start = granted.starts.unwrap_or(today);
    let latest = window(start, case.setting("trial_months", TRIAL_MONTHS));
    if expires > latest {
        return Err(TRIAL_WINDOW
            .found(format!("until {latest} at the latest"))
            .into());
    }
    Ok(())
}

/// What Art. 65 and 66 ask of high risk.
fn high_risk<R: Records>(
    granted: &ApprovalGranted,
    case: &Case<'_, R>,
    product: &ProductRecord,
    today: Date,
) -> Check<R> {
    if !holds(product.shown.assessment, today) {
        return Err(ASSESSMENT_MISSING.into());
    }
    if !holds(product.shown.warning_plan, today) {
        return Err(WARNING_PLAN_MISSING.into());
    }
    let Some(review) = &granted.review else {
        return Err(REVIEW_MISSING.into());
    };
    match opinion_allows(case, review, case.id())? {
        true => Ok(()),
        false => Err(OPINION.found(review.as_str()).into()),
    }
}

fn holds(evidence: Option<Evidence>, today: Date) -> bool {
    evidence.is_some_and(|evidence| evidence.holds(today))
}

impl Governed for ApprovalGranted {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let product = product_in_step(case)?;
        if product.tier == Some(RiskTier::Prohibited) {
            return Err(PROHIBITED.into());
        }
        attached(&product.conditions, self.conditions.as_slice())?;
        if let Some(review) = &self.review {
            case.concerned(Class::Review, review)?;
        }
        if case.migrated() {
            let first = self.starts.or(self.expires);
            return first
                .map_or(Ok(()), |first| days(self, first))
                .map_err(Stop::from);
        }
        has_basis(case)?;
        let route = route(self, &product)?;
        let Some(tier) = product.tier else {
            return Err(NOT_CLASSIFIED.into());
        };
        let today = clock::local_date(case.now);
        days(self, today)?;
        explained(product.filing)?;
        match (route, tier) {
            (Route::Trial, _) => trial(self, case, &product, today),
            (_, RiskTier::High) => high_risk(self, case, &product, today),
            (Route::Disclosure | Route::StandingApproval, _) => Ok(()),
        }
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_product(records, entry, |product, _| {
            product.approval = ApprovalState {
                expires: self.expires,
                ..ApprovalState::default()
            };
            attach(&mut product.conditions, self.conditions.as_slice());
        })
    }
}
