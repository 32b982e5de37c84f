//! One witness being asked: a round takes the newest checkpoint, and asks until there is an answer to go by.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cinnabar_tlog::{
    AddCheckpoint, ConsistencyProof, NoteSignature, PosixSeconds, Size, VerifierKey,
    Witness as PolicyWitness,
};
use tokio::sync::watch;

use super::alarm::{Alarm, AlarmKind};
use super::answer::{Meaning, read};
use super::ask::shown;
use super::course::Course;
use super::http::{Client, under};
use super::log::{Log, Published};
use super::status::{Failure, LastCosignature, WitnessStatus};
use super::{OnAlarm, Options};
use crate::server::Cosigned;

/// How often a witness is asked in one round: once to hear its size, once from there, and twice more where several feeders or
/// a growing log come between.
pub const MAX_ASKS: usize = 4;

/// A monotonic clock.
pub(crate) type Monotonic = Box<dyn Fn() -> Duration + Send>;

/// Everything about one witness.
pub(crate) struct Worker {
    key: VerifierKey,
    submission: String,
    monitoring: String,
    log: Arc<dyn Log>,
    client: Client,
    course: Course,
    status: Arc<Mutex<WitnessStatus>>,
    on_alarm: OnAlarm,
    /// The rollback that an alarm was raised for; another size is another alarm.
    rolled_back: Option<Size>,
    clock: Monotonic,
    stop: watch::Receiver<bool>,
}

/// Why a round failed, and how long the witness wants to be left alone.
type Trouble = (Failure, Option<Duration>);

impl Worker {
    pub(crate) fn new(
        witness: &PolicyWitness,
        url: &str,
        log: Arc<dyn Log>,
        options: &Options,
        clock: Monotonic,
        stop: watch::Receiver<bool>,
    ) -> Self {
        let name = witness.name().to_owned();
        let monitoring = options.monitoring.get(&name).map_or(url, String::as_str);
        Self {
            key: witness.key().clone(),
            submission: under(url, "add-checkpoint"),
            monitoring: monitoring.to_owned(),
            log,
            client: Client::new(),
            course: Course::default(),
            status: Arc::new(Mutex::new(WitnessStatus {
                name,
                url: url.to_owned(),
                cosigned: None,
                rounds: 0,
                failures: 0,
                failures_in_a_row: 0,
                last_failure: None,
                alarm: None,
                silenced: false,
            })),
            on_alarm: Arc::clone(&options.on_alarm),
            rolled_back: None,
            clock,
            stop,
        }
    }

    /// What others look at while this works.
    pub(crate) fn status(&self) -> Arc<Mutex<WitnessStatus>> {
        Arc::clone(&self.status)
    }

    /// Asks about the newest checkpoint if it is time to.
    pub(crate) fn step(&mut self) {
        let Some(newest) = self.log.newest() else {
            return;
        };
        let now = (self.clock)();
        if !self.course.due(now, newest.checkpoint()) {
            return;
        }
        self.course.begins(now);
        let outcome = self.round(newest);
        let now = (self.clock)();
        match outcome {
            Ok((published, time)) => {
                let size = published.size();
                let checkpoint = published.checkpoint().clone();
                self.course.succeeded(now, checkpoint);
                let mut status = self.update();
                status.cosigned = Some(LastCosignature { size, time });
                status.last_failure = None;
            }
            Err((failure, retry_after)) => {
                self.course.failed(now, jitter(), retry_after);
                let name = self.update().name.clone();
                tracing::warn!(witness = name, %failure, "a witness has not cosigned");
                let mut status = self.update();
                status.failures += 1;
                status.last_failure = Some(failure);
            }
        }
        let (failures, silenced) = (self.course.failures, self.course.silenced);
        let mut status = self.update();
        status.rounds += 1;
        status.failures_in_a_row = failures;
        status.silenced = silenced;
    }

    fn round(&mut self, mut newest: Published) -> Result<(Published, PosixSeconds), Trouble> {
        for _ in 0..MAX_ASKS {
            if *self.stop.borrow() {
                return Err((Failure::Stopped, None));
            }
            let old = self.course.known.unwrap_or_default().min(newest.size());
            let request = self.request(old, &newest)?.to_string();
            let reply = self.client.post(&self.submission, &request);
            let reply = reply.map_err(|error| (Failure::NoAnswer(error), None))?;
            match read(&reply, newest.note(), &self.key) {
                Meaning::Cosigned(lines, time) => {
                    self.keep(&newest, lines)?;
                    return Ok((newest, time));
                }
                Meaning::From(size) => newest = self.conflict(size, old, newest)?,
                Meaning::SplitView(status) => return Err(self.split_view(status, old, &newest)),
                Meaning::Failed(failure, retry_after) => return Err((failure, retry_after)),
            }
        }
        Err((Failure::Unsettled(MAX_ASKS), None))
    }

    fn request(&self, old: Size, newest: &Published) -> Result<AddCheckpoint, Trouble> {
        let new = newest.size();
        let proof = if old.is_zero() || old == new {
            ConsistencyProof::new(Vec::new()).expect("no hashes are not too many")
        } else {
            let proof = self.log.consistency(old, new);
            proof.map_err(|error| (Failure::Log(error), None))?
        };
        Ok(AddCheckpoint {
            old,
            proof,
            checkpoint: newest.note().clone(),
        })
    }

    /// Hands on the checkpoint with the lines of this witness alone: the log knows the others.
    fn keep(&self, newest: &Published, lines: Vec<NoteSignature>) -> Result<(), Trouble> {
        let mut note = newest.note().clone();
        for line in lines {
            let with = note.with_signature(line);
            note = with.map_err(|error| (Failure::Lines(error), None))?;
        }
        let kept = self.log.keep(&note);
        kept.map_err(|error| (Failure::Log(error), None))
    }

    /// The witness says that it cosigned `size` last. Gives the checkpoint to go on with.
    fn conflict(&mut self, size: Size, old: Size, newest: Published) -> Result<Published, Trouble> {
        // The log may have grown since, and been cosigned on behalf of another of its nodes.
        let newest = if size > newest.size() {
            self.log.newest().unwrap_or(newest)
        } else {
            newest
        };
        if size > newest.size() {
            return Err(self.rollback(size, &newest));
        }
        if size == old {
            // How witnesses before tlog-witness 1.1 report another root at the same size.
            return Err(if old == newest.size() {
                self.split_view(409, old, &newest)
            } else {
                (Failure::NoSize, None)
            });
        }
        let before = self.course.cosigned.as_ref().map(|(last, _)| last.size);
        if let Some(before) = before.filter(|before| size < *before) {
            self.course.cosigned = None;
            self.raise(AlarmKind::WitnessWentBack { before, now: size }, &newest);
        }
        self.course.known = Some(size);
        Ok(newest)
    }

    fn split_view(&mut self, status: u16, old: Size, newest: &Published) -> Trouble {
        self.course.silenced = true;
        self.raise(AlarmKind::SplitView { status, old }, newest);
        (Failure::SplitView, None)
    }

    /// Not the end: the log may be a standby that catches up.
    fn rollback(&mut self, cosigned: Size, newest: &Published) -> Trouble {
        self.course.known = Some(cosigned);
        if self.rolled_back.replace(cosigned) != Some(cosigned) {
            let newest_size = newest.size();
            let kind = AlarmKind::Rollback {
                cosigned,
                newest: newest_size,
            };
            self.raise(kind, newest);
        }
        (Failure::Behind, None)
    }

    /// Raises an alarm, with what the witness shows of the log as far as it shows anything.
    fn raise(&self, kind: AlarmKind, newest: &Published) {
        let origin = &newest.checkpoint().origin;
        let theirs = shown(&self.client, &self.monitoring, origin, &self.key, &[]);
        let theirs = theirs.ok().flatten();
        let theirs = theirs.as_ref().map(Cosigned::note).cloned();
        let alarm = Alarm {
            witness: self.update().name.clone(),
            key: self.key.clone(),
            kind,
            ours: newest.note().clone(),
            theirs,
        };
        tracing::error!(witness = alarm.witness, alarm = %alarm.kind, "a witness contradicts");
        (self.on_alarm)(&alarm);
        self.update().alarm = Some(alarm);
    }

    fn update(&self) -> MutexGuard<'_, WitnessStatus> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Any number; without random numbers the longest wait.
fn jitter() -> u32 {
    getrandom::u32().unwrap_or(u32::MAX)
}
