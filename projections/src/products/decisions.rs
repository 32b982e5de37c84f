//! What each statement about a product changes in its row, as the rules fold it.

use cinnabar_events::kinds::{ApprovalRevoked, Termination};
use cinnabar_events::{Entry, Payload};
use cinnabar_governance::ProductStatus;

use super::conditions;
use super::fold::Row;
use crate::decision::Decision;

/// Most pieces of evidence that are shown, each the latest of its kind: more than a rulebook lists. Those filed first go
/// first.
const EVIDENCE_MAX: usize = 64;

/// What the entry changes in its product's row, beside the status that its kind alone leads to.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a view takes the kinds that it shows and leaves the others"
)]
pub(super) fn decide(row: &mut Row, from: ProductStatus, entry: &Entry) {
    let said = || Some(Decision::of(entry));
    let file = row.file.change();
    match &entry.statement().payload {
        Payload::ProductReturned(_) => file.returned = said(),
        Payload::ProductDeclined(_) => file.declined = said(),
        Payload::ProductAccepted(accepted) => {
            let tier = accepted.risk_tier.map(|tier| tier.to_string());
            row.risk_tier = tier.or(row.risk_tier.take());
            row.number = accepted.number.as_ref().map(ToString::to_string);
            file.acceptance = said();
        }
        Payload::EvidenceFiled(filed) => {
            let kind = filed.evidence_kind.as_str();
            file.evidence.retain(|one| one.data["evidenceKind"] != kind);
            file.evidence.extend(said());
            let over = file.evidence.len().saturating_sub(EVIDENCE_MAX);
            file.evidence.drain(..over);
        }
        Payload::RiskClassified(classified) => {
            row.risk_tier = Some(classified.tier.to_string());
            let number = classified.number.as_ref().map(ToString::to_string);
            row.number = number.or(row.number.take());
            file.classification = said();
        }
        Payload::ProductDisclosed(_) => file.disclosure = said(),
        Payload::TrialReported(_) => file.trial_report = said(),
        Payload::ConditionChecked(checked) => conditions::check(&mut file.conditions, checked),
        Payload::ProductInspected(inspected) => {
            row.recall_open = row.recall_open && !inspected.recall_done;
            file.inspection = said();
        }
        Payload::ProductRecalled(_) => {
            row.recall_open = true;
            file.recall = said();
        }
        Payload::ProductEnded(_) => file.ending = said(),
        _ => decide_approval(row, from, entry),
    }
}

/// Decisions on the approval.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a view takes the kinds that it shows and leaves the others"
)]
fn decide_approval(row: &mut Row, from: ProductStatus, entry: &Entry) {
    let (said, sequence) = (|| Some(Decision::of(entry)), entry.seq().get());
    let file = row.file.change();
    match &entry.statement().payload {
        Payload::ApprovalGranted(granted) => {
            let route = granted.route.map(|route| route.to_string());
            row.route = row.route.take().or(route);
            row.expires = granted.expires.map(|day| day.to_string());
            file.end_decisions();
            file.approval = said();
            conditions::attach(
                &mut file.conditions,
                granted.conditions.as_slice(),
                sequence,
            );
        }
        Payload::ApprovalRefused(_) if from == ProductStatus::Authorised => {
            file.renewal = None;
            file.renewal_refusal = said();
        }
        Payload::ApprovalRefused(_) => {
            file.end_decisions();
            file.refusal = said();
        }
        Payload::ApprovalSuspended(_) => {
            file.reinstatement = None;
            file.suspension = said();
            file.suspended_from = Some(from.as_str().to_owned());
        }
        Payload::ApprovalReinstated(reinstated) => {
            if let Some(before) = file.suspended_from.take() {
                row.status = before;
            }
            file.suspension = None;
            file.reinstatement = said();
            conditions::attach(
                &mut file.conditions,
                reinstated.conditions.as_slice(),
                sequence,
            );
        }
        Payload::ApprovalConditioned(conditioned) => {
            for id in conditioned.lifted.iter() {
                conditions::set(&mut file.conditions, id.as_str(), "lifted", None);
            }
            conditions::attach(&mut file.conditions, conditioned.added.as_slice(), sequence);
        }
        Payload::RenewalRequested(_) => {
            file.renewal = said();
            file.renewal_refusal = None;
        }
        Payload::ApprovalExtended(extended) => {
            row.expires = Some(extended.expires.to_string());
            file.renewal = None;
            file.extension = said();
        }
        Payload::ApprovalExpired(_) => {
            file.renewal = None;
            file.expiry = said();
        }
        Payload::ApprovalRevoked(revoked) => revoke(row, revoked, entry),
        _ => {}
    }
}

/// How the approval ended is not forgotten when the entry is closed.
fn revoke(row: &mut Row, revoked: &ApprovalRevoked, entry: &Entry) {
    let file = row.file.change();
    if revoked.termination != Termination::Closed {
        file.termination = Some(revoked.termination.to_string());
    }
    let (status, decision) = match revoked.termination {
        Termination::Void => (ProductStatus::Voided, &mut file.revocation),
        Termination::WithdrawnPublicInterest => (ProductStatus::Withdrawn, &mut file.revocation),
        Termination::Penalty => (ProductStatus::Revoked, &mut file.revocation),
        Termination::Closed => (ProductStatus::Closed, &mut file.closing),
    };
    *decision = Some(Decision::of(entry));
    status.as_str().clone_into(&mut row.status);
}
