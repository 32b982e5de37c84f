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

#[cfg(test)]
mod tests {
    use cinnabar_events::kinds::{RiskTier, Termination};

    use super::*;
    use crate::case::find;
    use crate::governed::put_at;
    use crate::groups::filing::facts::FilingState;
    use crate::records::RecordMap;

    use ProductStatus as S;

    /// What is set aside, where the product stands, from where it came there, and where it stands then: nowhere else if
    /// the decision is not in force.
    const CASES: [(Kind, S, Option<S>, Option<S>); 11] = [
        (
            Kind::ApprovalGranted,
            S::Authorised,
            None,
            Some(S::Classified),
        ),
        (
            Kind::ProductDisclosed,
            S::Disclosed,
            None,
            Some(S::Classified),
        ),
        (Kind::ApprovalRefused, S::Refused, None, Some(S::Classified)),
        (Kind::ProductDeclined, S::Declined, None, Some(S::Submitted)),
        (
            Kind::ApprovalSuspended,
            S::Suspended,
            Some(S::Disclosed),
            Some(S::Disclosed),
        ),
        (
            Kind::ApprovalRevoked,
            S::Voided,
            Some(S::Suspended),
            Some(S::Suspended),
        ),
        (
            Kind::ApprovalRevoked,
            S::Withdrawn,
            Some(S::Authorised),
            Some(S::Authorised),
        ),
        (
            Kind::ApprovalRevoked,
            S::Revoked,
            Some(S::Disclosed),
            Some(S::Disclosed),
        ),
        (Kind::ApprovalRevoked, S::Closed, Some(S::Authorised), None),
        (
            Kind::ApprovalGranted,
            S::Suspended,
            Some(S::Authorised),
            None,
        ),
        (Kind::ApprovalRefused, S::Authorised, None, None),
    ];

    #[test]
    fn what_is_set_aside_leaves_the_product_where_it_stood_and_nothing_else_does() {
        let id: Id = "p1".parse().expect("an id");
        for (decision, status, from, before) in CASES {
            let organisation = "acme".parse().expect("an id");
            let mut product = ProductRecord::filed(organisation, None, FilingState::default());
            product.status = status;
            product.tier = Some(RiskTier::Low);
            product.suspended_from = from;
            product.revoked_from = from;
            product.termination = Some(Termination::Void);
            assert_eq!(is_in_force(&product, decision), before.is_some());
            let mut records = RecordMap::new();
            put_at(&mut records, &id, product.clone());
            let Ok(()) = set_aside(&mut records, &id, decision);
            let Ok(found) = find::<ProductRecord, _>(&records, &id);
            let found = found.expect("it was put");
            match before {
                Some(before) => {
                    assert_eq!(
                        (found.status, found.termination),
                        (before, None),
                        "{decision}"
                    );
                }
                None => assert_eq!(found, product, "{decision}"),
            }
        }
    }
}
