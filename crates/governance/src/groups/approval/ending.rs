//! The four endings, kept apart: 撤销, 撤回, 吊销, 注销.

use cinnabar_events::Entry;
use cinnabar_events::kinds::{ApprovalRevoked, Termination};

use super::clauses::{COMPENSATION, RECALL_OPEN};
use super::has_basis;
use crate::case::{Case, Check};
use crate::governed::Governed;
use crate::groups::filing::{ProductStatus, product_in_step, step_product};
use crate::records::{Records, RecordsMut};

/// Where a product stands after an ending.
fn status_after(termination: Termination) -> ProductStatus {
    match termination {
        Termination::Void => ProductStatus::Voided,
        Termination::WithdrawnPublicInterest => ProductStatus::Withdrawn,
        Termination::Penalty => ProductStatus::Revoked,
        Termination::Closed => ProductStatus::Closed,
    }
}

impl Governed for ApprovalRevoked {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let product = product_in_step(case)?;
        let state = product.status.as_str();
        let closing = self.termination == Termination::Closed;
        match (closing, product.status.lives()) {
            (false, false) => {
                let needed = "disclosed or authorised or suspended";
                return Err(case.wrong_state(state, needed).into());
            }
            (true, true) => {
                let needed =
                    "declined or refused or voided or withdrawn or revoked or expired or ended";
                return Err(case.wrong_state(state, needed).into());
            }
            (true, false) if product.recall_open => return Err(RECALL_OPEN.into()),
            (true, false) | (false, true) => {}
        }
        has_basis(case)?;
        let public_interest = self.termination == Termination::WithdrawnPublicInterest;
        if public_interest && self.compensation.is_none() && !case.migrated() {
            return Err(COMPENSATION.into());
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_product(records, entry, |product, from| {
            product.status = status_after(self.termination);
            // How the approval ended is not forgotten when the entry is closed.
            if self.termination != Termination::Closed {
                product.termination = Some(self.termination);
                product.revoked_from = Some(from);
            }
        })
    }
}
