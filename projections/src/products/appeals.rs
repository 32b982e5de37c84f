//! What setting aside a decision does to the product that it was about, as in the rules.

use cinnabar_events::Kind;
use cinnabar_events::kinds::AppealOutcome;
use cinnabar_governance::ProductStatus;

/// Where the product stands once `decision` is set aside by `outcome`: nowhere else, if it isn't, or no longer in force.
pub(super) fn status_after(
    status: ProductStatus,
    decision: &str,
    outcome: AppealOutcome,
) -> Option<ProductStatus> {
    use ProductStatus::{Accepted, Authorised, Refused, Revoked, Suspended};
    let decisions = [
        (Kind::ApprovalGranted, Authorised, Accepted),
        (Kind::ApprovalRefused, Refused, Accepted),
        (Kind::ApprovalSuspended, Suspended, Authorised),
        (Kind::ApprovalRevoked, Revoked, Authorised),
    ];
    let found = decisions.into_iter().find(|(kind, because, _)| {
        kind.as_str() == decision && *because == status && sets_aside(outcome)
    });
    found.map(|(.., before)| before)
}

fn sets_aside(outcome: AppealOutcome) -> bool {
    match outcome {
        AppealOutcome::Overturned | AppealOutcome::RemittedForNewDecision => true,
        AppealOutcome::Upheld
        | AppealOutcome::Varied
        | AppealOutcome::Inadmissible
        | AppealOutcome::Withdrawn
        | AppealOutcome::Mediated => false,
    }
}
