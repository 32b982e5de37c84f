//! Corrections, notes, disputes; disclosure and erasure of confidential values; legal holds.

use cinnabar_events::Entry;
use cinnabar_events::kinds::{
    DisclosureGranted, DisclosureUsed, DisputeAnswered, ErasureDecided, ErasureExecuted,
    ErasureRequested, HoldLifted, HoldPlaced, RecordAnnotated, RecordCorrected, RecordDisputed,
};
use serde::{Deserialize, Serialize};

use crate::case::{Case, Check};
use crate::governed::Governed;
use crate::life_cycle::life_cycle;
use crate::records::{Records, RecordsMut};

pub(crate) const CLAUSES: &[&crate::clause::Clause] = &[];

/// Its state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CorrectionRecord {
    /// At which sequence it was said.
    pub sequence: cinnabar_events::Sequence,
}

/// Its state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoteRecord {
    /// At which sequence it was said.
    pub sequence: cinnabar_events::Sequence,
}

life_cycle! {
    /// Where it stands.
    DisputeStatus of Dispute {
        /// The first.
        First = "first",
    }
    starts { RecordDisputed => First }
}

/// Its state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DisputeRecord {
    /// Where it stands.
    pub status: DisputeStatus,
}

life_cycle! {
    /// Where it stands.
    DisclosureStatus of Disclosure {
        /// The first.
        First = "first",
    }
    starts { DisclosureGranted => First }
}

/// Its state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DisclosureRecord {
    /// Where it stands.
    pub status: DisclosureStatus,
}

life_cycle! {
    /// Where it stands.
    ErasureStatus of Erasure {
        /// The first.
        First = "first",
    }
    starts { ErasureRequested => First }
}

/// Its state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ErasureRecord {
    /// Where it stands.
    pub status: ErasureStatus,
}

life_cycle! {
    /// Where it stands.
    HoldStatus of Hold {
        /// The first.
        First = "first",
    }
    starts { HoldPlaced => First }
}

/// Its state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HoldRecord {
    /// Where it stands.
    pub status: HoldStatus,
}

impl Governed for RecordCorrected {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for RecordAnnotated {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for RecordDisputed {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for DisputeAnswered {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for DisclosureGranted {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for DisclosureUsed {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for ErasureRequested {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for ErasureDecided {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for ErasureExecuted {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for HoldPlaced {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for HoldLifted {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}
