//! What setting aside a decision does to the product that it was about, as in the rules.

use cinnabar_events::Kind;
use cinnabar_events::kinds::{AppealOutcome, Route, Termination};
use cinnabar_governance::ProductStatus;

use super::fold::Row;

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

/// Takes `decision` away from the product that stands at `status`; nothing changes if it is not because of that decision
/// that it stands there. Whether something changed.
pub(super) fn set_aside(row: &mut Row, status: ProductStatus, decision: &str) -> bool {
    let Some(before) = before(row, status, decision) else {
        return false;
    };
    before.as_str().clone_into(&mut row.status);
    let is = |kind: Kind| kind.as_str() == decision;
    if is(Kind::ApprovalRevoked) && status != ProductStatus::Closed {
        row.file.change().termination = None;
        row.file.change().revocation = None;
    }
    if is(Kind::ApprovalRevoked) && status == ProductStatus::Closed {
        row.file.change().closing = None;
    }
    if is(Kind::ApprovalSuspended) {
        row.file.change().suspended_from = None;
        row.file.change().suspension = None;
    }
    true
}

/// Where the product stands again.
fn before(row: &mut Row, status: ProductStatus, decision: &str) -> Option<ProductStatus> {
    use ProductStatus::{
        Accepted, Authorised, Classified, Closed, Declined, Disclosed, Refused, Revoked, Submitted,
        Suspended, Voided, Withdrawn,
    };
    let undecided = if row.risk_tier.is_some() {
        Classified
    } else {
        Accepted
    };
    let offered = if row.route.as_deref() == Some(Route::Disclosure.as_str()) {
        Disclosed
    } else {
        Authorised
    };
    let file = row.file.change();
    let suspended_from = file.suspended_from.as_deref();
    let is = |kind: Kind| kind.as_str() == decision;
    match status {
        Declined if is(Kind::ProductDeclined) => Some(Submitted),
        Authorised if is(Kind::ApprovalGranted) => Some(undecided),
        Refused if is(Kind::ApprovalRefused) => Some(undecided),
        Suspended if is(Kind::ApprovalSuspended) => Some(
            suspended_from
                .and_then(super::fold::status_of)
                .unwrap_or(offered),
        ),
        Closed if is(Kind::ApprovalRevoked) => {
            let ended = |way: Termination| file.termination.as_deref() == Some(way.as_str());
            let ways = [
                (Termination::Void, Voided),
                (Termination::WithdrawnPublicInterest, Withdrawn),
                (Termination::Penalty, Revoked),
            ];
            let way = ways.into_iter().find(|(way, _)| ended(*way));
            way.map(|(_, status)| status)
        }
        Voided | Withdrawn | Revoked if is(Kind::ApprovalRevoked) => {
            Some(if suspended_from.is_some() {
                Suspended
            } else {
                offered
            })
        }
        Submitted
        | ProductStatus::Returned
        | Declined
        | Accepted
        | Classified
        | Disclosed
        | Authorised
        | Refused
        | Suspended
        | Voided
        | Withdrawn
        | Revoked
        | ProductStatus::Expired
        | ProductStatus::Ended
        | Closed => None,
    }
}
