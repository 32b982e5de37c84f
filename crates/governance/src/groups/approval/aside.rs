//! A decision about a product is taken away again: what an appeal can do.

use cinnabar_events::{Id, Kind};

use crate::groups::filing::{ProductRecord, ProductStatus, change_product};
use crate::records::RecordsMut;

/// Whether `decision` put the product where it stands now.
#[allow(dead_code, reason = "for appeals")]
pub(crate) fn is_in_force(product: &ProductRecord, decision: Kind) -> bool {
    before(product, decision).is_some()
}

/// Puts the product `id` back to where it stood before `decision`, if that is in force. A refusal or an approval leaves
/// the filing to be decided again; a revoked approval holds again, or rests again if it rested.
///
/// # Errors
/// Only if the records can't be read.
#[allow(dead_code, reason = "for appeals")]
pub(crate) fn set_aside<R: RecordsMut>(
    records: &mut R,
    id: &Id,
    decision: Kind,
) -> Result<(), R::Error> {
    change_product(records, id, |product, _| {
        let Some(status) = before(product, decision) else {
            return;
        };
        if product.status == ProductStatus::Suspended {
            product.suspended_from = None;
        }
        product.status = status;
        product.revoked_from = None;
        product.termination = None;
    })
}

/// Where the product stood before `decision`, if that put it where it stands.
fn before(product: &ProductRecord, decision: Kind) -> Option<ProductStatus> {
    use ProductStatus as S;
    let undecided = match product.tier {
        Some(_) => S::Classified,
        None => S::Accepted,
    };
    let ended = matches!(product.status, S::Voided | S::Withdrawn | S::Revoked);
    if decision == Kind::ApprovalRevoked && ended {
        return Some(product.revoked_from.unwrap_or(S::Authorised));
    }
    let because = [
        (Kind::ApprovalGranted, S::Authorised, undecided),
        (Kind::ProductDisclosed, S::Disclosed, undecided),
        (Kind::ApprovalRefused, S::Refused, undecided),
        (Kind::ProductDeclined, S::Declined, S::Submitted),
        (
            Kind::ApprovalSuspended,
            S::Suspended,
            product.suspended_from.unwrap_or(S::Authorised),
        ),
    ];
    let mut because = because.into_iter();
    because
        .find(|(kind, status, _)| *kind == decision && *status == product.status)
        .map(|(_, _, before)| before)
}
