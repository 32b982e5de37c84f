//! Computing power, algorithms, scenarios: what the city opens to everybody who develops AI.
//!
//! An offer of computing power says how many units there are from when to when. Its record keeps the steps of its
//! capacity and the windows in which units are granted, so that what is granted never exceeds what is offered, at any
//! moment: [`timeline`] has the arithmetic.

mod algorithms;
mod allocations;
mod clauses;
mod offers;
mod scenarios;
mod timeline;

use cinnabar_events::kinds::{Code, ComputeWindow, FilingStatus};
use cinnabar_events::{Date, Id, Timestamp};
use serde::{Deserialize, Serialize};

use crate::life_cycle::life_cycle;
pub(crate) use clauses::CLAUSES;
use timeline::Timeline;

life_cycle! {
    /// Where an offer of computing power stands.
    ComputeStatus of Compute {
        /// It stands.
        Offered = "offered",
        /// It is closed.
        Ended = "ended",
    }
    starts { ComputeOffered => Offered }
    Offered { ComputeResized => Offered, ComputeEnded => Ended }
}

/// An offer of computing power.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComputeRecord {
    /// Whose.
    pub provider: Id,
    /// Where it stands.
    pub status: ComputeStatus,
    /// From when to when.
    pub period: ComputeWindow,
    /// What there is and what is granted, over time.
    pub timeline: Timeline,
    /// For whom; for everybody if empty.
    pub eligibility: Vec<Code>,
    /// Requests that wait, the first first.
    pub waiting: Vec<Id>,
    /// Most open allocations.
    pub allocations_max: u32,
    /// Most requests that wait.
    pub waiting_max: u32,
}

life_cycle! {
    /// Where a request for computing power stands.
    AllocationStatus of Allocation {
        /// Asked for.
        Requested = "requested",
        /// It waits until something is free.
        Waitlisted = "waitlisted",
        /// Units are kept for it.
        Granted = "granted",
        /// They compute.
        Running = "running",
        /// There are none for it.
        Refused = "refused",
        /// They are given back, or were not wanted after all.
        Ended = "ended",
    }
    starts { AllocationRequested => Requested }
    Requested { AllocationWaitlisted => Waitlisted, AllocationGranted => Granted, AllocationRefused => Refused, AllocationEnded => Ended }
    Waitlisted { AllocationGranted => Granted, AllocationRefused => Refused, AllocationEnded => Ended }
    Granted { AllocationStarted => Running, AllocationEnded => Ended }
    Running { AllocationEnded => Ended }
}

/// How much, from when to when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Units.
    pub units: u32,
    /// Hours of a unit in all.
    pub unit_hours: u64,
    /// From when to when.
    pub window: ComputeWindow,
}

/// An allocation of computing power, from the request on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AllocationRecord {
    /// Of which offer.
    pub compute: Id,
    /// For whom.
    pub organisation: Id,
    /// Where it stands.
    pub status: AllocationStatus,
    /// What was asked for.
    pub asked: Share,
    /// What was granted.
    pub granted: Option<Share>,
    /// Since when it runs, or ran.
    pub started: Option<Timestamp>,
}

life_cycle! {
    /// Where an algorithm stands.
    AlgorithmStatus of Algorithm {
        /// It is on the platform.
        Published = "published",
        /// It is not any more; its record stays.
        Delisted = "delisted",
    }
    starts { AlgorithmPublished => Published }
    Published { AlgorithmPublished => Published, AlgorithmDelisted => Delisted }
}

/// An algorithm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlgorithmRecord {
    /// Whose.
    pub organisation: Id,
    /// Where it stands.
    pub status: AlgorithmStatus,
    /// The latest version.
    pub version: String,
    /// Its weights.
    pub weights: Option<String>,
    /// How its filing stands.
    pub filing: Option<FilingStatus>,
}

life_cycle! {
    /// Where a scenario stands. What an answer says decides whether it stays open, is awarded or is closed.
    ScenarioStatus of Scenario {
        /// Solutions are sought.
        Open = "open",
        /// The best were chosen.
        Awarded = "awarded",
        /// It is over; nothing was chosen.
        Closed = "closed",
    }
    starts { ScenarioPublished => Open }
    Open { ScenarioAnswered => Open }
}

/// A scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScenarioRecord {
    /// Who seeks.
    pub organisation: Id,
    /// Where it stands.
    pub status: ScenarioStatus,
    /// Last day for answers.
    pub until: Date,
    /// Who has answered, the first first.
    pub answered: Vec<Id>,
    /// Most who may.
    pub answers_max: u32,
}
