//! Asking witnesses: each published checkpoint is shown to every witness of a trust policy that has a URL, and what they
//! cosign is kept (C2SP tlog-witness, the log's side).

mod alarm;
mod answer;
mod ask;
mod course;
mod http;
mod log;
mod status;
mod worker;

use std::sync::{Arc, Mutex, PoisonError};

use cinnabar_tlog::TrustPolicy;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval};

pub use alarm::{Alarm, AlarmKind};
pub use ask::{AskError, LastCosigned, ask_last};
pub use course::{FIRST_BACK_OFF, MAX_BACK_OFF, REPUBLISH_AFTER, ROUND_EVERY};
pub use http::{ASK_WITHIN, CONNECT_WITHIN, MAX_ANSWER_BYTES};
pub use log::{Log, LogFailure, Published, PublishedError};
pub use status::{Failure, LastCosignature, WitnessStatus};
pub use worker::MAX_ASKS;

use worker::Worker;

/// Most witnesses that are asked: each has a task, and a thread while it is asked.
pub const MAX_WITNESSES: usize = 64;

/// What is done with an alarm, on the thread that found it.
pub type OnAlarm = Arc<dyn Fn(&Alarm) + Send + Sync>;

/// What a feeder is told besides the policy.
#[derive(Clone)]
pub struct Options {
    /// Called with each alarm as it is raised.
    pub on_alarm: OnAlarm,
    /// Monitoring prefixes of witnesses, by their names in the policy, where they are not the submission prefixes.
    pub monitoring: MonitoringPrefixes,
}

/// Where witnesses show what they cosigned last, by their names in the policy. A policy has one URL for each witness, the
/// submission prefix; a witness that is not named here is taken to use it for both.
pub type MonitoringPrefixes = std::collections::BTreeMap<String, String>;

impl Options {
    /// Alarms go to `on_alarm`; every witness shows what it cosigned under its submission prefix.
    pub fn new(on_alarm: impl Fn(&Alarm) + Send + Sync + 'static) -> Self {
        Self {
            on_alarm: Arc::new(on_alarm),
            monitoring: MonitoringPrefixes::new(),
        }
    }
}

/// Why no feeder starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// The policy has more witnesses with a URL than are asked.
    #[error("{0} witnesses with a URL, at most {MAX_WITNESSES} are asked")]
    TooMany(usize),
}

/// The witnesses being asked, each by a task of its own: a slow one holds up nobody.
pub struct Feeder {
    statuses: Vec<Arc<Mutex<WitnessStatus>>>,
    tasks: JoinSet<()>,
}

impl Feeder {
    /// Asks the witnesses of `policy` that have a URL to cosign the checkpoints of `log`, until `stop` turns true or its
    /// sender is dropped. Has to be called within a tokio runtime.
    ///
    /// # Errors
    /// [`StartError`].
    pub fn start(
        policy: &TrustPolicy,
        log: &Arc<dyn Log>,
        options: &Options,
        stop: &watch::Receiver<bool>,
    ) -> Result<Self, StartError> {
        let asked: Vec<_> = policy
            .witnesses()
            .filter_map(|witness| Some((witness, witness.url()?)))
            .collect();
        if asked.len() > MAX_WITNESSES {
            return Err(StartError::TooMany(asked.len()));
        }
        let (mut statuses, mut tasks) = (Vec::new(), JoinSet::new());
        let started = Instant::now();
        for (witness, url) in asked {
            let clock = Box::new(move || started.elapsed());
            let worker = Worker::new(witness, url, Arc::clone(log), options, clock, stop.clone());
            statuses.push(worker.status());
            tasks.spawn(run(worker, stop.clone()));
        }
        Ok(Self { statuses, tasks })
    }

    /// How it goes with each witness, in the order of the policy.
    pub fn status(&self) -> Vec<WitnessStatus> {
        let status = |status: &Arc<Mutex<WitnessStatus>>| {
            let status = status.lock().unwrap_or_else(PoisonError::into_inner);
            status.clone()
        };
        self.statuses.iter().map(status).collect()
    }

    /// Waits until every task has ended, after `stop` turned true: as long as one answer may take, [`ASK_WITHIN`].
    pub async fn stopped(mut self) {
        while self.tasks.join_next().await.is_some() {}
    }
}

impl std::fmt::Debug for Feeder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Feeder").field(&self.status()).finish()
    }
}

/// One step of a worker each second at the most, on a thread that may block.
async fn run(mut worker: Worker, mut stop: watch::Receiver<bool>) {
    let mut ticks = interval(ROUND_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            // An error: the sender is gone.
            _ = stop.wait_for(|stop| *stop) => return,
        }
        let stepped = tokio::task::spawn_blocking(move || {
            worker.step();
            worker
        });
        match stepped.await {
            Ok(back) => worker = back,
            Err(error) => {
                tracing::error!(%error, "a witness is not asked any more");
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests;
