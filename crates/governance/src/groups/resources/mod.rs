//! Public data: guidelines, datasets, access.

mod access;
mod datasets;

use cinnabar_events::kinds::{
    AccessMode, GuidelineAdopted, GuidelineRepealed, OpenClass, ShareClass,
};
use cinnabar_events::{Class, Date, Entry, Id};
use serde::{Deserialize, Serialize};

use crate::case::{Case, Check, find};
use crate::clause::clauses;
use crate::governed::{Governed, change, put};
use crate::life_cycle::{LifeCycle as _, life_cycle};
use crate::records::{Records, RecordsMut};

clauses! {
    GUIDELINE_CHANGES = "guideline.changes" {
        says: "an amended guideline, and only an amended one, says what has changed, under another version",
        accepted: "another version, and changes; no changes when the guideline is adopted first",
        source: "Shenzhen AI Regulation Art. 31",
    }
    GUIDELINE_NOT_IN_FORCE = "guideline.not_in_force" {
        says: "the guideline of the dataset is not in force",
        accepted: "a guideline that is in force; catalogue the dataset again under it",
        source: "Shenzhen AI Regulation Art. 31",
    }
    DATASET_CHANGES = "dataset.changes" {
        says: "an entry of the catalogue that is changed, and no other, says what has changed",
        accepted: "changes with a dataset that is in the catalogue already, and none with a new one",
        source: "",
    }
    TERMS_MISSING = "dataset.terms" {
        says: "the catalogue says how conditional data can be had, what is required and how they are kept safe",
        accepted: "terms, with at least one mode",
        source: "Shenzhen Data Regulation Art. 49",
    }
    CORE_SHARED = "dataset.core" {
        says: "core data are neither opened nor shared",
        accepted: "not_open and no_share, or a lower security class",
        source: "Shenzhen Data Regulation Art. 46",
    }
    PERSONAL_OPEN = "dataset.personal_open" {
        says: "personal information is not open to everybody without conditions",
        accepted: "conditional or not_open, or data from which nobody can be identified",
        source: "Shenzhen Data Regulation Art. 48",
    }
    DISTRIBUTION = "dataset.distribution" {
        says: "data are had as a file with its hash, or from a service",
        accepted: "sha256, with a file; or service",
        source: "Shenzhen Data Regulation Art. 50",
    }
    NO_DISTRIBUTION = "dataset.no_distribution" {
        says: "there is no form in which the data can be had",
        accepted: "dataset.distributed first",
        source: "Shenzhen Data Regulation Art. 45",
    }
    UNCHECKED = "dataset.unchecked" {
        says: "the quality of the data was not checked",
        accepted: "the day of the check, today or earlier, under checked",
        source: "Shenzhen Data Regulation Art. 39",
    }
    CLOSED_DATA = "dataset.closed" {
        says: "data that are neither opened nor shared are not published",
        accepted: "nothing more: the dataset stays in the catalogue",
        source: "Shenzhen Data Regulation Art. 48",
    }
    NOT_PUBLISHED = "access.not_published" {
        says: "the data can't be had now",
        accepted: "a dataset that is published, and not suspended or withdrawn",
        source: "",
    }
    UNNEEDED = "access.unneeded" {
        says: "these data are there without a request",
        accepted: "nothing: take them where the catalogue says",
        source: "Shenzhen Data Regulation Art. 42, 48",
    }
    NOT_OPEN = "access.not_open" {
        says: "these data are shared between public bodies only",
        accepted: "a request by a public body, or data that are open",
        source: "Shenzhen Data Regulation Art. 48",
    }
    MODE = "access.mode" {
        says: "the data can't be had in this way",
        accepted: "one of the modes in the terms of the dataset",
        source: "Shenzhen Data Regulation Art. 49",
    }
    BASIS = "access.basis" {
        says: "a request says on what in law it stands",
        accepted: "at least one provision under basis",
        source: "Shenzhen Data Regulation Art. 43",
    }
    CLARIFICATION = "access.clarification" {
        says: "a request filed again is for the same and says what it makes clearer",
        accepted: "the same dataset and organisation, and clarification; or another request",
        source: "",
    }
    UNTIL = "access.until" {
        says: "the day lies in the past",
        accepted: "today or a later day",
        source: "",
    }
    NOT_DEIDENTIFIED = "access.not_deidentified" {
        says: "personal information is given out only if nobody can be identified by it",
        accepted: "how that was done under deidentified, or the provision by which it need not be",
        source: "Shenzhen AI Regulation Art. 33",
    }
    DELETION_PROOF = "access.deletion_proof" {
        says: "of an access that has ended one can only show that the data were deleted",
        accepted: "deletionProof, and no deletionProofDue",
        source: "Shenzhen Data Regulation Art. 43",
    }
}

life_cycle! {
    /// Where a guideline stands.
    GuidelineStatus of Guideline {
        /// Adopted; it holds from its first day on.
        InForce = "in_force",
        /// It holds no longer.
        Repealed = "repealed",
    }
    starts { GuidelineAdopted => InForce }
    InForce { GuidelineAdopted => InForce, GuidelineRepealed => Repealed }
}

life_cycle! {
    /// Where a dataset stands.
    DatasetStatus of Dataset {
        /// In the catalogue.
        Catalogued = "catalogued",
        /// It can be had.
        Published = "published",
        /// It can't be had for a while.
        Suspended = "suspended",
        /// It can't be had any more; the entry stays.
        Withdrawn = "withdrawn",
    }
    starts { DatasetCatalogued => Catalogued }
    Catalogued { DatasetCatalogued => Catalogued, DatasetDistributed => Catalogued, DatasetPublished => Published, DatasetWithdrawn => Withdrawn }
    Published { DatasetDistributed => Published, DatasetSuspended => Suspended, DatasetWithdrawn => Withdrawn }
    Suspended { DatasetCatalogued => Suspended, DatasetDistributed => Suspended, DatasetPublished => Published, DatasetWithdrawn => Withdrawn }
}

life_cycle! {
    /// Where a request for data, and the access that it leads to, stands. That an access is over because its last day
    /// has passed is not said: it follows from the day.
    AccessStatus of Access {
        /// Asked for.
        Requested = "requested",
        /// Given, until a day.
        Granted = "granted",
        /// Not given.
        Refused = "refused",
        /// Ended early, or taken back.
        Withdrawn = "withdrawn",
        /// Ended, and the data were shown to be deleted.
        Cleared = "cleared",
    }
    starts { AccessRequested => Requested }
    Requested { AccessRequested => Requested, AccessGranted => Granted, AccessRefused => Refused, AccessWithdrawn => Withdrawn }
    Granted { AccessMisused => Granted, AccessWithdrawn => Withdrawn }
    Withdrawn { AccessMisused => Withdrawn, AccessWithdrawn => Cleared }
}

/// A guideline for sharing data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GuidelineRecord {
    /// Where it stands.
    pub status: GuidelineStatus,
    /// Its latest version: at most 20 characters.
    pub version: String,
    /// First day of its first version.
    pub since: Date,
}

/// A public data resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DatasetRecord {
    /// Where it stands.
    pub status: DatasetStatus,
    /// Who provides it.
    pub organisation: Id,
    /// Under which guideline.
    pub guideline: Id,
    /// To whom it is open.
    pub open: OpenClass,
    /// How public bodies share it.
    pub share: ShareClass,
    /// Whether it holds personal information.
    pub personal: bool,
    /// How it can be had on request: at most three ways.
    pub modes: Vec<AccessMode>,
    /// In how many forms it was distributed.
    pub distributions: u32,
}

/// A request for data, and the access that it leads to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccessRecord {
    /// Where it stands.
    pub status: AccessStatus,
    /// To which dataset.
    pub dataset: Id,
    /// For whom.
    pub organisation: Id,
    /// Last day, once it is granted.
    pub until: Option<Date>,
    /// How often a misuse was found.
    pub misuses: u32,
}

impl Governed for GuidelineAdopted {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let Some(before) = case.find::<GuidelineRecord>(case.id())? else {
            return match &self.changes {
                Some(_) if !case.migrated() => Err(GUIDELINE_CHANGES.into()),
                Some(_) | None => Ok(()),
            };
        };
        case.step(before.status)?;
        if self.changes.is_none() || before.version == self.version.as_str() {
            let found = format!("version {} is in force", before.version);
            return Err(GUIDELINE_CHANGES.found(found).into());
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let before: Option<GuidelineRecord> = find(records, entry.statement().subject.id())?;
        let guideline = GuidelineRecord {
            status: GuidelineStatus::InForce,
            version: self.version.as_str().to_owned(),
            since: before.map_or(self.effective, |before| before.since),
        };
        put(records, entry, guideline);
        Ok(())
    }
}

impl Governed for GuidelineRepealed {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let guideline: GuidelineRecord = case.own()?;
        case.step(guideline.status)?;
        if let Some(replacement) = &self.replacement {
            case.concerned(Class::Guideline, replacement)?;
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        change(records, entry, |guideline: &mut GuidelineRecord| {
            let kind = entry.statement().kind();
            guideline.status = guideline.status.after(kind).unwrap_or(guideline.status);
        })
    }
}
