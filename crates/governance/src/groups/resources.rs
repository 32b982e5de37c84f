//! Public data: guidelines, datasets, access.

use cinnabar_events::Entry;
use cinnabar_events::kinds::{
    AccessGranted, AccessMisused, AccessRefused, AccessRequested, AccessWithdrawn,
    DatasetCatalogued, DatasetDistributed, DatasetPublished, DatasetSuspended, DatasetWithdrawn,
    GuidelineAdopted, GuidelineRepealed,
};
use serde::{Deserialize, Serialize};

use crate::case::{Case, Check};
use crate::governed::Governed;
use crate::life_cycle::life_cycle;
use crate::records::{Records, RecordsMut};

pub(crate) const CLAUSES: &[&crate::clause::Clause] = &[];

life_cycle! {
    /// Where it stands.
    GuidelineStatus of Guideline {
        /// The first.
        First = "first",
    }
    starts { GuidelineAdopted => First }
}

/// Its state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GuidelineRecord {
    /// Where it stands.
    pub status: GuidelineStatus,
}

life_cycle! {
    /// Where it stands.
    DatasetStatus of Dataset {
        /// The first.
        First = "first",
    }
    starts { DatasetCatalogued => First }
}

/// Its state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DatasetRecord {
    /// Where it stands.
    pub status: DatasetStatus,
}

life_cycle! {
    /// Where it stands.
    AccessStatus of Access {
        /// The first.
        First = "first",
    }
    starts { AccessRequested => First }
}

/// Its state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccessRecord {
    /// Where it stands.
    pub status: AccessStatus,
}

impl Governed for GuidelineAdopted {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for GuidelineRepealed {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for DatasetCatalogued {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for DatasetDistributed {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for DatasetPublished {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for DatasetSuspended {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for DatasetWithdrawn {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for AccessRequested {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for AccessGranted {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for AccessRefused {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for AccessWithdrawn {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for AccessMisused {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}
