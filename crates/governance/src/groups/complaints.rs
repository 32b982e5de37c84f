//! Complaints and appeals.

use cinnabar_events::Entry;
use cinnabar_events::kinds::{
    AppealAdmitted, AppealDecided, AppealLodged, AppealStayed, ComplaintConcluded,
    ComplaintReceived,
};
use serde::{Deserialize, Serialize};

use crate::case::{Case, Check};
use crate::governed::Governed;
use crate::life_cycle::life_cycle;
use crate::records::{Records, RecordsMut};

pub(crate) const CLAUSES: &[&crate::clause::Clause] = &[];

life_cycle! {
    /// Where it stands.
    ComplaintStatus of Complaint {
        /// The first.
        First = "first",
    }
    starts { ComplaintReceived => First }
}

/// Its state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComplaintRecord {
    /// Where it stands.
    pub status: ComplaintStatus,
}

life_cycle! {
    /// Where it stands.
    AppealStatus of Appeal {
        /// The first.
        First = "first",
    }
    starts { AppealLodged => First }
}

/// Its state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AppealRecord {
    /// Where it stands.
    pub status: AppealStatus,
}

impl Governed for ComplaintReceived {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for ComplaintConcluded {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for AppealLodged {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for AppealAdmitted {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for AppealStayed {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for AppealDecided {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}
