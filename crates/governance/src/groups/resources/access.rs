//! Requests for data, and the accesses that they lead to.

use cinnabar_events::kinds::{
    AccessGranted, AccessMisused, AccessRefused, AccessRequested, AccessWithdrawn, OpenClass,
    ShareClass,
};
use cinnabar_events::{Class, Date, Entry};

use super::{
    AccessRecord, AccessStatus, BASIS, CLARIFICATION, DELETION_PROOF, DatasetRecord, DatasetStatus,
    MODE, NOT_DEIDENTIFIED, NOT_OPEN, NOT_PUBLISHED, UNNEEDED, UNTIL,
};
use crate::case::{Case, Check, Stop, find};
use crate::deadline::clock;
use crate::governed::{Governed, change, put};
use crate::life_cycle::LifeCycle as _;
use crate::records::{Records, RecordsMut};
use crate::rejection::Rejection;

/// The rulebook's list of roles in which public bodies sign.
const PUBLIC_BODY_ROLES: &str = "public_body_role";

/// The subject access, if this can be said of it as it stands, and its dataset, in whose dossier this must be seen.
fn access_in_step<R: Records>(case: &Case<'_, R>) -> Check<R, (AccessRecord, DatasetRecord)> {
    let access: AccessRecord = case.own()?;
    case.step(access.status)?;
    case.concerned(Class::Dataset, &access.dataset)?;
    let dataset: DatasetRecord = case.known(&access.dataset)?;
    Ok((access, dataset))
}

/// Moves the subject access on.
fn step_access<R: RecordsMut>(
    records: &mut R,
    entry: &Entry,
    more: impl FnOnce(&mut AccessRecord),
) -> Result<(), R::Error> {
    change(records, entry, |access: &mut AccessRecord| {
        let kind = entry.statement().kind();
        access.status = access.status.after(kind).unwrap_or(access.status);
        more(access);
    })
}

/// The data can be had.
fn published<R: Records>(case: &Case<'_, R>, dataset: &DatasetRecord) -> Result<(), Rejection> {
    if dataset.status == DatasetStatus::Published || case.migrated() {
        Ok(())
    } else {
        Err(NOT_PUBLISHED.found(format!("the dataset is {}", dataset.status.as_str())))
    }
}

/// A day that a statement sets lies ahead.
fn ahead<R: Records>(case: &Case<'_, R>, day: Date) -> Result<(), Rejection> {
    if day < clock::local_date(case.now) && !case.migrated() {
        Err(UNTIL.into())
    } else {
        Ok(())
    }
}

/// Who signs may have the data, and not without a request.
fn on_request<R: Records>(case: &Case<'_, R>, dataset: &DatasetRecord) -> Result<(), Rejection> {
    let roles = case.rulebook.codes(PUBLIC_BODY_ROLES);
    let mut signers = case.statement().signers.iter();
    let public_body = signers.any(|signer| roles.contains(&signer.role));
    match (dataset.open, dataset.share) {
        (OpenClass::Unconditional, _) => Err(UNNEEDED.into()),
        (_, ShareClass::Unconditional) if public_body => Err(UNNEEDED.into()),
        (OpenClass::NotOpen, ShareClass::Conditional) if public_body => Ok(()),
        (OpenClass::NotOpen, _) => Err(NOT_OPEN.into()),
        (OpenClass::Conditional, _) => Ok(()),
    }
}

impl Governed for AccessRequested {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        if let Some(before) = case.find::<AccessRecord>(case.id())? {
            case.step(before.status)?;
            let same = before.dataset == self.dataset && before.organisation == self.organisation;
            if !same || self.clarification.is_none() {
                return Err(CLARIFICATION.into());
            }
        }
        case.concerned(Class::Dataset, &self.dataset)?;
        case.concerned(Class::Organisation, &self.organisation)?;
        case.owner_speaks(&self.organisation)?;
        let dataset: DatasetRecord = case.known(&self.dataset)?;
        if case.migrated() {
            return Ok(());
        }
        published(case, &dataset)?;
        on_request(case, &dataset)?;
        if !dataset.modes.contains(&self.mode) {
            return Err(MODE.found(self.mode.as_str()).into());
        }
        if case.statement().basis.is_empty() {
            return Err(BASIS.into());
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let before: Option<AccessRecord> = find(records, entry.statement().subject.id())?;
        let access = before.unwrap_or_else(|| AccessRecord {
            status: AccessStatus::Requested,
            dataset: self.dataset.clone(),
            organisation: self.organisation.clone(),
            until: None,
            misuses: 0,
        });
        put(records, entry, access);
        Ok(())
    }
}

impl Governed for AccessGranted {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let (_, dataset) = access_in_step(case)?;
        case.owner_speaks(&dataset.organisation)?;
        published(case, &dataset)?;
        ahead(case, self.until)?;
        if dataset.personal && self.deidentified.is_none() && !case.migrated() {
            return Err(NOT_DEIDENTIFIED.into());
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_access(records, entry, |access| access.until = Some(self.until))
    }
}

impl Governed for AccessRefused {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        access_in_step(case).map(|_| ())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_access(records, entry, |_| ())
    }
}

impl Governed for AccessWithdrawn {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let (access, _) = access_in_step(case)?;
        case.owner_speaks(&access.organisation)?;
        let ended = access.status == AccessStatus::Withdrawn;
        let proof = self.deletion_proof.is_some() && self.deletion_proof_due.is_none();
        if ended && !proof {
            return Err(DELETION_PROOF.into());
        }
        match self.deletion_proof_due {
            Some(day) => ahead(case, day).map_err(Stop::from),
            None => Ok(()),
        }
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_access(records, entry, |_| ())
    }
}

impl Governed for AccessMisused {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let (_, dataset) = access_in_step(case)?;
        case.owner_speaks(&dataset.organisation).map_err(Stop::from)
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_access(records, entry, |access| {
            access.misuses = access.misuses.saturating_add(1);
        })
    }
}
