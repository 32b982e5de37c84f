//! What setting aside a decision does to the product that it was about.

use cinnabar_events::Kind;
use cinnabar_events::kinds::AppealOutcome;

use crate::groups::filing::{ProductRecord, ProductStatus};

/// Decisions about a product: what was decided, where the product stands because of it, and where it stands again when
/// the decision is set aside. A refusal that is set aside leaves the application to be decided; so does an approval.
const DECISIONS: [(Kind, ProductStatus, ProductStatus); 4] = [
    (
        Kind::ApprovalGranted,
        ProductStatus::Authorised,
        ProductStatus::Accepted,
    ),
    (
        Kind::ApprovalRefused,
        ProductStatus::Refused,
        ProductStatus::Accepted,
    ),
    (
        Kind::ApprovalSuspended,
        ProductStatus::Suspended,
        ProductStatus::Authorised,
    ),
    (
        Kind::ApprovalRevoked,
        ProductStatus::Revoked,
        ProductStatus::Authorised,
    ),
];

fn of(decision: Kind) -> Option<(ProductStatus, ProductStatus)> {
    let mut decisions = DECISIONS.iter();
    let found = decisions.find(|(kind, ..)| *kind == decision);
    found.map(|(_, because, before)| (*because, *before))
}

/// Whether the outcome takes a decision away.
pub(super) fn sets_aside(outcome: AppealOutcome) -> bool {
    match outcome {
        AppealOutcome::Overturned | AppealOutcome::RemittedForNewDecision => true,
        AppealOutcome::Upheld
        | AppealOutcome::Varied
        | AppealOutcome::Inadmissible
        | AppealOutcome::Withdrawn
        | AppealOutcome::Mediated => false,
    }
}

/// Whether the product stands where this decision put it. A decision that moves no product is in force as long as it is
/// there.
pub(super) fn in_force(product: &ProductRecord, decision: Kind) -> bool {
    of(decision).is_none_or(|(because, _)| product.status == because)
}

/// What the outcome of an appeal against `decision` does to the product.
pub(super) fn effect_on_product(
    product: &mut ProductRecord,
    decision: Kind,
    outcome: AppealOutcome,
) {
    if let Some((because, before)) = of(decision)
        && product.status == because
        && sets_aside(outcome)
    {
        product.status = before;
    }
}
