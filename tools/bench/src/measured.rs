//! What was measured: one loop in one run, and all that is needed to judge it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::limits::Repeated;
use crate::oracle::Checked;
use crate::plan::Plan;
use crate::stats::{Latency, ratio};

/// What one loop showed, in one run.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Loop {
    pub(crate) plan: Plan,
    pub(crate) recorded: u64,
    /// Receipts a second.
    pub(crate) throughput: f64,
    /// Send to receipt.
    pub(crate) latency: Latency,
    /// Entries in a block, on average.
    pub(crate) block: f64,
    /// Answers a second of the path without commit, with as many in flight, right before and after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) echo: Option<f64>,
    /// One fenced publish of one entry, right before and after.
    pub(crate) publish: Repeated,
    /// One synced batch of one entry, right before and after.
    pub(crate) batch: Repeated,
    /// Statements a second that an open loop sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) offered: Option<f64>,
    /// Receipts a second of the best closed loop before it in the same run, with the same followers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) peak: Option<f64>,
    pub(crate) busy: Busy,
    pub(crate) lag: Lag,
    /// Microseconds of processor time for each receipt, by part of the machinery.
    pub(crate) cpu: BTreeMap<String, f64>,
    /// Whatever else was not recorded, by code.
    pub(crate) others: BTreeMap<String, u64>,
}

/// Answers that say: too much at once, come again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Busy {
    pub(crate) answers: u64,
    pub(crate) without_retry_after: u64,
}

/// How far feed and views were behind when the loop ended, and how fast they took the rest, in entries a second.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Lag {
    pub(crate) feed_behind: u64,
    pub(crate) feed_drained: f64,
    pub(crate) views_behind: u64,
    pub(crate) views_drained: f64,
}

/// The machine's own limits, in one run.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Limits {
    /// Ed25519 verifications a second, all cores.
    pub(crate) verifications: f64,
    /// Entries in the largest blocks that were seen.
    pub(crate) block: u64,
    pub(crate) block_publish: Repeated,
    pub(crate) block_batch: Repeated,
}

/// One run of everything, on a ledger of its own.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Round {
    pub(crate) limits: Limits,
    pub(crate) loops: Vec<Loop>,
    pub(crate) oracle: Checked,
}

impl Loop {
    /// The least that a durable answer can take, in microseconds: one fenced publish and one synced batch, each of one entry.
    pub(crate) fn syncs(&self) -> f64 {
        self.publish.p50 + self.batch.p50
    }

    /// Throughput by that of the path without commit.
    pub(crate) fn of_path(&self) -> f64 {
        ratio(self.throughput, self.echo.unwrap_or_default())
    }

    /// p99 by the time in which the ledger, at this loop's own rate, works through a full queue.
    pub(crate) fn p99_to_full_queue(&self) -> f64 {
        let micros = 1e6 * ratio(cinnabar_ledger::QUEUE_MAX as f64, self.throughput);
        ratio(self.latency.p99, micros)
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// p50 0.8 ms, p99 1.6 ms, p999 3 ms; two syncs of 0.2 ms; the path without commit twice as fast; the feed drains 2.5 times
    /// as fast.
    pub(crate) fn seen(plan: &str, throughput: f64) -> Loop {
        let sync = Repeated {
            per_second: 5_000.0,
            p50: 200.0,
        };
        Loop {
            plan: plan.parse().expect("a plan"),
            recorded: 10,
            throughput,
            latency: Latency {
                p50: 800.0,
                p99: 1_600.0,
                p999: 3_000.0,
                max: 4_000.0,
            },
            block: 8.0,
            echo: Some(2.0 * throughput),
            publish: sync,
            batch: sync,
            offered: None,
            peak: None,
            busy: Busy::default(),
            lag: Lag {
                feed_behind: 7,
                feed_drained: 2.5 * throughput,
                ..Lag::default()
            },
            cpu: BTreeMap::new(),
            others: BTreeMap::new(),
        }
    }

    pub(crate) fn round(loops: Vec<Loop>, verifications: f64) -> Round {
        Round {
            limits: Limits {
                verifications,
                ..Limits::default()
            },
            loops,
            oracle: Checked::default(),
        }
    }
}
