//! Where a product stands, and what is remembered of it.

use cinnabar_events::kinds::{RiskTier, Route, Termination};
use cinnabar_events::{Code, Date, Entry, Id, Text};
use serde::{Deserialize, Serialize};

use super::facts::FilingState;
use crate::case::{Case, Check, find};
use crate::governed::put_at;
use crate::groups::approval::{ApprovalState, ConditionState};
use crate::groups::trust::product_lives;
use crate::life_cycle::{LifeCycle as _, life_cycle};
use crate::records::{NumberRecord, Record, RecordKey, Records, RecordsMut};
use crate::rejection::Rejection;

life_cycle! {
    /// Where a product stands.
    ProductStatus of Product {
        /// Filed.
        Submitted = "submitted",
        /// Something is missing; the filer has been asked for it.
        Returned = "returned",
        /// The filing was not accepted.
        Declined = "declined",
        /// Complete, or counting as complete.
        Accepted = "accepted",
        /// Its risk is known.
        Classified = "classified",
        /// Published; may be offered.
        Disclosed = "disclosed",
        /// May be tried out or offered.
        Authorised = "authorised",
        /// May not.
        Refused = "refused",
        /// Approval or disclosure rests.
        Suspended = "suspended",
        /// 撤销: should never have been approved.
        Voided = "voided",
        /// 撤回: taken back in the public interest.
        Withdrawn = "withdrawn",
        /// 吊销: taken away as a penalty.
        Revoked = "revoked",
        /// Approval ended in time.
        Expired = "expired",
        /// No longer offered.
        Ended = "ended",
        /// 注销: the entry in the register is closed.
        Closed = "closed",
    }
    starts { ProductSubmitted => Submitted }
    Submitted { ProductUpdated => Submitted, EvidenceFiled => Submitted, ProductEnded => Ended,
        ProductReturned => Returned, ProductDeclined => Declined, ProductAccepted => Accepted }
    Returned { ProductUpdated => Submitted, EvidenceFiled => Returned, ProductEnded => Ended, ProductDeclined => Declined }
    Declined { ApprovalRevoked => Closed }
    Accepted { ProductUpdated => Accepted, EvidenceFiled => Accepted, ProductEnded => Ended, RiskClassified => Classified,
        ProductDisclosed => Disclosed, ApprovalGranted => Authorised, ApprovalRefused => Refused }
    Classified { ProductUpdated => Classified, EvidenceFiled => Classified, ProductEnded => Ended, RiskClassified => Classified,
        ProductDisclosed => Disclosed, ApprovalGranted => Authorised, ApprovalRefused => Refused }
    Disclosed { ProductUpdated => Disclosed, EvidenceFiled => Disclosed, ProductEnded => Ended, RiskClassified => Disclosed,
        ApprovalSuspended => Suspended, ApprovalRevoked => Revoked, ApprovalConditioned => Disclosed,
        ConditionChecked => Disclosed, ProductInspected => Disclosed, ProductRecalled => Disclosed }
    Authorised { ProductUpdated => Authorised, EvidenceFiled => Authorised, ProductEnded => Ended, RiskClassified => Authorised,
        ApprovalSuspended => Suspended, ApprovalRevoked => Revoked, ApprovalConditioned => Authorised,
        ConditionChecked => Authorised, ProductInspected => Authorised, ProductRecalled => Authorised,
        RenewalRequested => Authorised, ApprovalRefused => Authorised, ApprovalExtended => Authorised,
        ApprovalExpired => Expired, TrialReported => Authorised }
    Refused { ProductEnded => Ended, ApprovalRevoked => Closed }
    Suspended { ProductUpdated => Suspended, EvidenceFiled => Suspended, ProductEnded => Ended, RiskClassified => Suspended,
        ApprovalReinstated => Authorised, ApprovalRevoked => Revoked, ConditionChecked => Suspended,
        ProductInspected => Suspended, ProductRecalled => Suspended, ApprovalExpired => Expired, TrialReported => Suspended }
    Voided { ProductInspected => Voided, ProductRecalled => Voided, ApprovalRevoked => Closed }
    Withdrawn { ProductInspected => Withdrawn, ProductRecalled => Withdrawn, ApprovalRevoked => Closed }
    Revoked { ProductInspected => Revoked, ProductRecalled => Revoked, ApprovalRevoked => Closed }
    Expired { ProductInspected => Expired, ProductRecalled => Expired, ProductEnded => Ended, TrialReported => Expired,
        ApprovalRevoked => Closed }
    Ended { ProductInspected => Ended, ProductRecalled => Ended, ApprovalRevoked => Closed }
}

impl ProductStatus {
    /// Whether the product is out in the world under the institution's eyes: disclosed, authorised, or suspended from there.
    pub const fn lives(self) -> bool {
        match self {
            Self::Disclosed | Self::Authorised | Self::Suspended => true,
            Self::Submitted
            | Self::Returned
            | Self::Declined
            | Self::Accepted
            | Self::Classified
            | Self::Refused
            | Self::Voided
            | Self::Withdrawn
            | Self::Revoked
            | Self::Expired
            | Self::Ended
            | Self::Closed => false,
        }
    }
}

/// The kinds of evidence that decisions look for; the latest of each counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// That the product conforms to an international standard (Art. 44).
    pub conformity: Option<Evidence>,
    /// The assessment made beforehand (Art. 66).
    pub assessment: Option<Evidence>,
    /// The plan by which risks are noticed early (Art. 66).
    pub warning_plan: Option<Evidence>,
}

/// What a piece of evidence shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Whether it shows what it should.
    pub passed: bool,
    /// Last day on which it counts.
    pub valid_until: Option<Date>,
}

impl Evidence {
    /// Whether it shows what it should on `day`.
    pub(crate) fn holds(self, day: Date) -> bool {
        self.passed && self.valid_until.is_none_or(|last| day <= last)
    }
}

/// A product. Bounded: all lists in it are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProductRecord {
    /// Whose.
    pub organisation: Id,
    /// Where it stands.
    pub status: ProductStatus,
    /// The way applied for.
    pub route: Option<Route>,
    /// How risky.
    pub tier: Option<RiskTier>,
    /// Its official number.
    pub number: Option<String>,
    /// In which fields it is used: roles may be given for some of them.
    pub fields: Vec<Code>,
    /// The review of it that was opened last; re-reviews and follow-ups belong to the one before them.
    pub review: Option<Id>,
    /// What rules look at in the filing.
    pub filing: FilingState,
    /// What evidence shows.
    pub shown: Shown,
    /// What rules look at in the approval.
    pub approval: ApprovalState,
    /// Every condition that was ever attached, in order; at most
    /// 32.
    pub conditions: Vec<ConditionState>,
    /// Where it stood when it was suspended.
    pub suspended_from: Option<ProductStatus>,
    /// Where it stood when its approval ended early.
    pub revoked_from: Option<ProductStatus>,
    /// In which way the approval ended early; closing the entry leaves it.
    pub termination: Option<Termination>,
    /// Whether a recall is not carried out yet.
    pub recall_open: bool,
}

impl ProductRecord {
    /// A product just filed.
    pub(crate) fn filed(organisation: Id, route: Option<Route>, filing: FilingState) -> Self {
        Self {
            organisation,
            status: ProductStatus::Submitted,
            route,
            tier: None,
            number: None,
            fields: Vec::new(),
            review: None,
            filing,
            shown: Shown::default(),
            approval: ApprovalState::default(),
            conditions: Vec::new(),
            suspended_from: None,
            revoked_from: None,
            termination: None,
            recall_open: false,
        }
    }
}

/// The subject product, if this can be said of it as it stands.
pub(crate) fn product_in_step<R: Records>(case: &Case<'_, R>) -> Check<R, ProductRecord> {
    let product: ProductRecord = case.own()?;
    case.step(product.status)?;
    Ok(product)
}

/// Moves the subject product on, by its life cycle and then by `how`, which is also told where it stood.
pub(crate) fn step_product<R: RecordsMut>(
    records: &mut R,
    entry: &Entry,
    how: impl FnOnce(&mut ProductRecord, ProductStatus),
) -> Result<(), R::Error> {
    let statement = entry.statement();
    change_product(records, statement.subject.id(), |product, from| {
        product.status = from.after(statement.kind()).unwrap_or(from);
        how(product, from);
    })
}

/// Changes the product `id`, if it is known; `how` is also told where it stood.
pub(crate) fn change_product<R: RecordsMut>(
    records: &mut R,
    id: &Id,
    how: impl FnOnce(&mut ProductRecord, ProductStatus),
) -> Result<(), R::Error> {
    let Some(before) = find::<ProductRecord, R>(records, id)? else {
        return Ok(());
    };
    let mut product = before.clone();
    how(&mut product, before.status);
    let (was, is) = (before.status.lives(), product.status.lives());
    let moved = before.organisation != product.organisation;
    let organisation = product.organisation.clone();
    put_at(records, id, product);
    if was && (moved || !is) {
        product_lives(records, &before.organisation, false)?;
    }
    if is && (moved || !was) {
        product_lives(records, &organisation, true)?;
    }
    Ok(())
}

/// An official number is given once.
pub(crate) fn number_is_free<R: Records>(case: &Case<'_, R>, number: &Text<40>) -> Check<R> {
    match case.record(RecordKey::Number(number.as_str().to_owned()))? {
        None => Ok(()),
        Some(_) => Err(Rejection::NumberTaken(number.as_str().to_owned()).into()),
    }
}

/// Gives the subject product its official number.
pub(crate) fn give_number<R: RecordsMut>(records: &mut R, entry: &Entry, number: &Text<40>) {
    let subject = entry.statement().subject.clone();
    let key = RecordKey::Number(number.as_str().to_owned());
    records.put(key, Record::Number(NumberRecord { subject }));
}
