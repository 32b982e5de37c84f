//! What setting aside a decision does to the product that it was about: its status, and the deadlines that the decision
//! had started or lifted.

use cinnabar_events::deadline::Consequence;
use cinnabar_events::kinds::{AppealOutcome, Route, Termination};
use cinnabar_events::{Entry, Id, Kind, Subject};

use crate::deadline::{DeadlineStatus, put_extended};
use crate::governed::change_at;
use crate::groups::filing::{ProductRecord, ProductStatus};
use crate::records::{DeadlineRecord, Record, RecordKey, RecordsMut, RulebookRecord, State as _};

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

/// The decisions that move a product, and where it stands because of each.
const MOVES: [(Kind, &[ProductStatus]); 5] = [
    (Kind::ProductDeclined, &[ProductStatus::Declined]),
    (Kind::ApprovalGranted, &[ProductStatus::Authorised]),
    (Kind::ApprovalRefused, &[ProductStatus::Refused]),
    (Kind::ApprovalSuspended, &[ProductStatus::Suspended]),
    (
        Kind::ApprovalRevoked,
        &[
            ProductStatus::Voided,
            ProductStatus::Withdrawn,
            ProductStatus::Revoked,
            ProductStatus::Closed,
        ],
    ),
];

/// Whether the product stands where this decision put it: then there is no doubt that it was taken.
pub(super) fn moved(product: &ProductRecord, decision: Kind) -> bool {
    let mut moves = MOVES.iter();
    moves.any(|(kind, statuses)| *kind == decision && statuses.contains(&product.status))
}

/// Whether such a decision, if it was taken, still has its effect. One that moves no product has it as long as it is
/// there; so has the refusal to let an approval go on, which leaves the product authorised.
pub(super) fn in_force(product: &ProductRecord, decision: Kind) -> bool {
    let renewal = decision == Kind::ApprovalRefused && product.status == ProductStatus::Authorised;
    let moves = MOVES.iter().any(|(kind, _)| *kind == decision);
    !moves || renewal || moved(product, decision)
}

/// Where the product stands again once `decision`, which put it where it is, is set aside.
fn before(product: &ProductRecord, decision: Kind) -> Option<ProductStatus> {
    if !moved(product, decision) {
        return None;
    }
    let undecided = match product.tier {
        Some(_) => ProductStatus::Classified,
        None => ProductStatus::Accepted,
    };
    let offered = match product.route {
        Some(Route::Disclosure) => ProductStatus::Disclosed,
        Some(Route::Trial | Route::StandingApproval) | None => ProductStatus::Authorised,
    };
    let prior = [
        (Kind::ProductDeclined, ProductStatus::Submitted),
        (Kind::ApprovalGranted, undecided),
        (Kind::ApprovalRefused, undecided),
        (
            Kind::ApprovalSuspended,
            product.suspended_from.unwrap_or(offered),
        ),
        (
            Kind::ApprovalRevoked,
            match (product.status, product.termination) {
                // The entry is open again; how the approval had ended before that stays.
                (ProductStatus::Closed, Some(Termination::Void)) => ProductStatus::Voided,
                (ProductStatus::Closed, Some(Termination::WithdrawnPublicInterest)) => {
                    ProductStatus::Withdrawn
                }
                (ProductStatus::Closed, Some(Termination::Penalty)) => ProductStatus::Revoked,
                (ProductStatus::Closed, Some(Termination::Closed) | None) => return None,
                (_, _) if product.suspended_from.is_some() => ProductStatus::Suspended,
                (_, _) => offered,
            },
        ),
    ];
    let mut prior = prior.into_iter();
    let found = prior.find(|(kind, _)| *kind == decision);
    found.map(|(_, status)| status)
}

/// What setting aside `decision` does to the product `id`.
pub(super) fn effect_on_product<R: RecordsMut>(
    records: &mut R,
    entry: &Entry,
    id: &Id,
    decision: Kind,
) -> Result<(), R::Error> {
    let mut effective = false;
    change_at(records, id, |product: &mut ProductRecord| {
        let Some(status) = before(product, decision) else {
            return;
        };
        effective = true;
        if product.status != ProductStatus::Closed && decision == Kind::ApprovalRevoked {
            product.termination = None;
        }
        if decision == Kind::ApprovalSuspended {
            product.suspended_from = None;
        }
        product.status = status;
    })?;
    match effective {
        true => effect_on_deadlines(records, entry, id, decision),
        false => Ok(()),
    }
}

/// How a deadline stands once the decision is set aside. What an ending would lift is lifted when there is no approval
/// any more. What an ending lifted runs again if it has not passed meanwhile; the term of the approval itself does
/// anyway, and the ledger says that it has lapsed.
fn afterwards(deadline: &DeadlineRecord, entry: &Entry, decision: Kind) -> Option<DeadlineRecord> {
    use DeadlineStatus::{Lifted, Paused, Running};
    let open = matches!(deadline.status, Running | Paused);
    let term = deadline.consequence == Consequence::Expired;
    let revived = deadline.status == Lifted && (term || deadline.due > entry.time());
    let (status, ended) = match (decision == Kind::ApprovalRevoked, open, revived) {
        (true, _, true) => (Running, None),
        (false, true, _) => (Lifted, Some(entry.seq())),
        (true, _, false) | (false, false, _) => return None,
    };
    Some(DeadlineRecord {
        status,
        ended,
        ..deadline.clone()
    })
}

fn effect_on_deadlines<R: RecordsMut>(
    records: &mut R,
    entry: &Entry,
    id: &Id,
    decision: Kind,
) -> Result<(), R::Error> {
    let Some(Record::Rulebook(RulebookRecord { rulebook, .. })) =
        records.record(&RecordKey::Rulebook)?
    else {
        return Ok(());
    };
    if decision != Kind::ApprovalRevoked && decision != Kind::ApprovalGranted {
        return Ok(());
    }
    let product = Subject::new(ProductRecord::CLASS, id.clone());
    for rule in rulebook.deadlines.iter() {
        let mut lifts = rule.lifts.iter();
        if !lifts.any(|trigger| trigger.kind.is(Kind::ApprovalRevoked)) {
            continue;
        }
        let key = RecordKey::Deadline(product.clone(), rule.rule.clone());
        let Some(Record::Deadline(deadline)) = records.record(&key)? else {
            continue;
        };
        if let Some(after) = afterwards(&deadline, entry, decision) {
            put_extended(records, &product, &rule.rule, &deadline, after);
        }
    }
    Ok(())
}
