//! The rules of the feeder, each against a server that says what it is told to.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm)]

#[path = "../../../tests/common/mod.rs"]
mod common;
#[path = "../../../tests/common/scripted.rs"]
mod scripted;

mod alarms;
mod asking;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use cinnabar_tlog::{
    AddCheckpoint, ConsistencyProof, MemoryTree, Note, NoteSignature, Origin, PosixSeconds, Size,
};

use super::worker::Worker;
use super::*;
use crate::wire::origin_id;
use common::*;
use scripted::*;

/// A log in memory.
#[derive(Default)]
struct Ledger {
    tree: Mutex<Option<MemoryTree>>,
    /// Lines of others under the newest checkpoint.
    others: Mutex<Vec<NoteSignature>>,
    kept: Mutex<Vec<Note>>,
    broken: Mutex<bool>,
    tell: Option<Mutex<mpsc::Sender<Note>>>,
    /// The trees that come after each look.
    next: Mutex<Vec<MemoryTree>>,
}

impl Ledger {
    fn with(tree: MemoryTree) -> Arc<Self> {
        let ledger = Self::default();
        *ledger.tree.lock().unwrap() = Some(tree);
        Arc::new(ledger)
    }

    fn set(&self, tree: MemoryTree) {
        *self.tree.lock().unwrap() = Some(tree);
    }

    fn kept(&self) -> usize {
        self.kept.lock().unwrap().len()
    }

    fn check(&self) -> Result<(), LogFailure> {
        let broken = *self.broken.lock().unwrap();
        if broken {
            Err(LogFailure::new(std::fmt::Error))
        } else {
            Ok(())
        }
    }
}

impl Log for Ledger {
    fn newest(&self) -> Option<Published> {
        let mut tree = self.tree.lock().unwrap();
        let mut note = note(tree.as_ref()?);
        for line in self.others.lock().unwrap().iter() {
            note = note.with_signature(line.clone()).unwrap();
        }
        let mut next = self.next.lock().unwrap();
        if !next.is_empty() {
            *tree = Some(next.remove(0));
        }
        Some(Published::new(&note).unwrap())
    }

    fn consistency(&self, old: Size, new: Size) -> Result<ConsistencyProof, LogFailure> {
        self.check()?;
        let tree = self.tree.lock().unwrap();
        let tree = tree.as_ref().unwrap();
        assert!(!old.is_zero() && old < new);
        Ok(cinnabar_tlog::consistency_proof(old, new, tree).unwrap())
    }

    fn keep(&self, cosigned: &Note) -> Result<(), LogFailure> {
        self.check()?;
        self.kept.lock().unwrap().push(cosigned.clone());
        if let Some(tell) = &self.tell {
            tell.lock().unwrap().send(cosigned.clone()).unwrap();
        }
        Ok(())
    }
}

/// A worker, its clock in milliseconds, its alarms.
struct Bench {
    worker: Worker,
    now: Arc<AtomicU64>,
    alarms: Arc<Mutex<Vec<Alarm>>>,
    stop: watch::Sender<bool>,
}

fn policy(url: &str) -> TrustPolicy {
    let (log, witness) = (log_key(), cosigner());
    let witness = witness.verifier();
    TrustPolicy::parse(&format!(
        "log {log}\nwitness w1 {witness} {url}\nquorum w1\n"
    ))
    .unwrap()
}

fn collecting() -> (Options, Arc<Mutex<Vec<Alarm>>>) {
    let alarms: Arc<Mutex<Vec<Alarm>>> = Arc::default();
    let into = Arc::clone(&alarms);
    let options = Options::new(move |alarm| into.lock().unwrap().push(alarm.clone()));
    (options, alarms)
}

fn bench(ledger: &Arc<Ledger>, url: &str) -> Bench {
    let (options, alarms) = collecting();
    let now: Arc<AtomicU64> = Arc::default();
    let clock = Arc::clone(&now);
    let clock = Box::new(move || Duration::from_millis(clock.load(Ordering::SeqCst)));
    let (stop, stopped) = watch::channel(false);
    let policy = policy(url);
    let witness = policy.witnesses().next().unwrap();
    let log: Arc<dyn Log> = Arc::<Ledger>::clone(ledger);
    let worker = Worker::new(witness, url, log, &options, clock, stopped);
    Bench {
        worker,
        now,
        alarms,
        stop,
    }
}

impl Bench {
    /// Lets so much time pass, then steps.
    fn after(&mut self, wait: Duration) {
        let wait = u64::try_from(wait.as_millis()).unwrap();
        self.now.fetch_add(wait, Ordering::SeqCst);
        self.worker.step();
    }

    fn step(&mut self) {
        self.after(ROUND_EVERY);
    }

    fn status(&self) -> WitnessStatus {
        self.worker.status().lock().unwrap().clone()
    }

    fn alarms(&self) -> Vec<Alarm> {
        std::mem::take(&mut *self.alarms.lock().unwrap())
    }
}

fn seconds(seconds: u64) -> PosixSeconds {
    PosixSeconds::new(seconds).unwrap()
}

/// A witness's line for a tree.
fn line(tree: &MemoryTree) -> String {
    cosigner()
        .cosign(&checkpoint(tree), seconds(NEW_YEAR))
        .to_string()
}

/// A witness as it should be, in memory.
fn honest(mut known: u64) -> impl FnMut(&Asked) -> Option<Said> + Send {
    let mut time = NEW_YEAR;
    move |asked| {
        if asked.line.starts_with("GET") {
            return Some(said(404, ""));
        }
        let request = AddCheckpoint::parse(asked.body.as_bytes()).unwrap();
        if request.old.get() != known {
            return Some(conflict(known));
        }
        let checkpoint = cinnabar_tlog::Checkpoint::parse(request.checkpoint.text()).unwrap();
        known = checkpoint.size.get();
        time += 1;
        Some(said(
            200,
            &cosigner().cosign(&checkpoint, seconds(time)).to_string(),
        ))
    }
}
