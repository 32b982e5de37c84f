//! How long: renewal asked for, extended, lapsed; and what a trial has shown by then.

use cinnabar_events::Date;
use cinnabar_events::Entry;
use cinnabar_events::kinds::{
    ApprovalExpired, ApprovalExtended, RenewalRequested, Route, TrialReported,
};

use super::clauses::{
    EXPIRY, EXTENDED_BEFORE, LATE_REASON, NO_EXPIRY, NO_REQUEST, NOT_A_TRIAL, REPORTED_DAYS,
    TRIAL_WINDOW,
};
use super::conditions::standing;
use super::grant::window;
use super::has_basis;
use crate::case::{Case, Check};
use crate::deadline::clock;
use crate::governed::Governed;
use crate::groups::filing::{ProductRecord, product_in_step, step_product};
use crate::records::{Records, RecordsMut};
use crate::rejection::Rejection;

/// Days before the last one by which a renewal is asked for, where the rulebook sets none (Licensing Law Art. 50).
const RENEWAL_DAYS: u32 = 30;
/// Months by which a trial is extended at most, where the rulebook sets none: a model value.
const TRIAL_EXTENSION_MONTHS: u32 = 6;
/// How often a trial is extended at most, where the rulebook sets none: a model value.
const TRIAL_EXTENSIONS: u32 = 1;

/// Whether the product's approval may go on until `until`.
fn may_go_on<R: Records>(
    case: &Case<'_, R>,
    product: &ProductRecord,
    until: Date,
) -> Check<R, Date> {
    let Some(expires) = product.approval.expires else {
        return Err(NO_EXPIRY.into());
    };
    if until <= expires {
        return Err(EXPIRY
            .found(format!("the last day so far is {expires}"))
            .into());
    }
    if product.route == Some(Route::Trial) && !case.migrated() {
        let most = case.setting("trial_extensions", TRIAL_EXTENSIONS);
        if u32::from(product.approval.extensions) >= most {
            return Err(EXTENDED_BEFORE.into());
        }
        let months = case.setting("trial_extension_months", TRIAL_EXTENSION_MONTHS);
        let latest = window(expires, months);
        if until > latest {
            return Err(TRIAL_WINDOW
                .found(format!("until {latest} at the latest"))
                .into());
        }
    }
    Ok(expires)
}

impl Governed for RenewalRequested {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let product = product_in_step(case)?;
        case.owner_speaks(&product.organisation)?;
        let expires = may_go_on(case, &product, self.until)?;
        let before = case.setting("renewal_days", RENEWAL_DAYS);
        let before = u16::try_from(before).unwrap_or(u16::MAX);
        let late = case.now >= clock::due_by(expires, before);
        if late && self.late_reason.is_none() && !case.migrated() {
            return Err(LATE_REASON
                .found(format!("the last day is {expires}"))
                .into());
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_product(records, entry, |product, _| {
            product.approval.requested = Some(self.until);
        })
    }
}

impl Governed for ApprovalExtended {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let product = product_in_step(case)?;
        has_basis(case)?;
        if product.approval.requested.is_none() && !case.migrated() {
            return Err(NO_REQUEST.into());
        }
        may_go_on(case, &product, self.expires).map(|_| ())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_product(records, entry, |product, _| {
            product.approval.expires = Some(self.expires);
            product.approval.extensions = product.approval.extensions.saturating_add(1);
            product.approval.requested = None;
        })
    }
}

impl Governed for ApprovalExpired {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        // Only the ledger says it, when it is due: checked before.
        Err(Rejection::NotDue.into())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_product(records, entry, |product, _| {
            product.approval.requested = None
        })
    }
}

impl Governed for TrialReported {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let product = product_in_step(case)?;
        case.owner_speaks(&product.organisation)?;
        if product.route != Some(Route::Trial) {
            return Err(NOT_A_TRIAL.into());
        }
        if self.from > self.until || self.until > clock::local_date(case.now) {
            return Err(REPORTED_DAYS.into());
        }
        for value in self.values.iter() {
            standing(&product.conditions, &value.condition)?;
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_product(records, entry, |_, _| {})
    }
}
