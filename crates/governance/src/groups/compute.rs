//! Computing power, algorithms, scenarios.

use cinnabar_events::Entry;
use cinnabar_events::kinds::{
    AlgorithmDelisted, AlgorithmPublished, AllocationEnded, AllocationGranted, AllocationRefused,
    AllocationRequested, AllocationStarted, AllocationWaitlisted, ComputeEnded, ComputeOffered,
    ComputeResized, ScenarioAnswered, ScenarioPublished,
};
use serde::{Deserialize, Serialize};

use crate::case::{Case, Check};
use crate::governed::Governed;
use crate::life_cycle::life_cycle;
use crate::records::{Records, RecordsMut};

pub(crate) const CLAUSES: &[&crate::clause::Clause] = &[];

life_cycle! {
    /// Where it stands.
    ComputeStatus of Compute {
        /// The first.
        First = "first",
    }
    starts { ComputeOffered => First }
}

/// Its state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComputeRecord {
    /// Where it stands.
    pub status: ComputeStatus,
}

life_cycle! {
    /// Where it stands.
    AllocationStatus of Allocation {
        /// The first.
        First = "first",
    }
    starts { AllocationRequested => First }
}

/// Its state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AllocationRecord {
    /// Where it stands.
    pub status: AllocationStatus,
}

life_cycle! {
    /// Where it stands.
    AlgorithmStatus of Algorithm {
        /// The first.
        First = "first",
    }
    starts { AlgorithmPublished => First }
}

/// Its state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlgorithmRecord {
    /// Where it stands.
    pub status: AlgorithmStatus,
}

life_cycle! {
    /// Where it stands.
    ScenarioStatus of Scenario {
        /// The first.
        First = "first",
    }
    starts { ScenarioPublished => First }
}

/// Its state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScenarioRecord {
    /// Where it stands.
    pub status: ScenarioStatus,
}

impl Governed for ComputeOffered {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for ComputeResized {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for ComputeEnded {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for AllocationRequested {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for AllocationWaitlisted {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for AllocationGranted {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for AllocationRefused {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for AllocationStarted {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for AllocationEnded {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for AlgorithmPublished {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for AlgorithmDelisted {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for ScenarioPublished {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for ScenarioAnswered {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}
