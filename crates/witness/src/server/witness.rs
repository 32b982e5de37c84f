//! The witness: decides, makes durable, and only then answers.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use cinnabar_tlog::{
    Checkpoint, Cosigner, KeyName, Note, NoteSignature, Origin, PosixSeconds, VerifierKey,
};

use super::decide::{Decision, Refusal, Rejection, signed};
use super::disk::{StateDir, StateError, read_last, write_last};
use super::evidence::{self, Sort};
use super::logs::{Cosigned, Logs, LogsError};
use crate::wire::{SIZE_CONTENT_TYPE, origin_id};

/// Where the time of a cosignature comes from.
pub type Clock = Arc<dyn Fn() -> PosixSeconds + Send + Sync>;

/// What a witness is told.
#[derive(Clone)]
pub struct Options {
    /// Its name, as in its key: a URL without scheme that its operator controls. It stays the same for ever.
    pub name: KeyName,
    /// The keys of the logs that it witnesses; those of one name are of one log.
    pub logs: Vec<VerifierKey>,
    /// The clock; the system's, unless it is a test.
    pub clock: Clock,
}

impl Options {
    /// A witness of these logs by the system's clock.
    pub fn new(name: KeyName, logs: Vec<VerifierKey>) -> Self {
        let clock = Arc::new(system_time);
        Self { name, logs, clock }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("name", &self.name)
            .field("logs", &self.logs)
            .finish_non_exhaustive()
    }
}

/// A clock before 1970 says 0: no log will find such a cosignature new.
fn system_time() -> PosixSeconds {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let seconds = since.map_or(0, |since| since.as_secs());
    PosixSeconds::new(seconds).expect("the system's clock is before the year 292,000,000,000")
}

/// Why a witness does not start.
#[derive(Debug, thiserror::Error)]
pub enum OpenWitnessError {
    /// The list of logs cannot be.
    #[error("the list of logs cannot be used")]
    Logs(#[from] LogsError),
    /// The folder cannot be used.
    #[error("the state directory cannot be used")]
    State(#[from] StateError),
}

/// What is answered to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is cosigned, and that is durable: the signature line.
    Cosigned(NoteSignature),
    /// It is not, and why.
    Refused(Refusal),
    /// It would be, but the clock is behind the cosignature before by so many seconds.
    ClockBehind(u64),
    /// It would be, but it could not be made durable, so nothing is signed.
    NotDurable,
}

impl Answer {
    /// The HTTP status.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Cosigned(_) => 200,
            Self::Refused(refusal) => refusal.status(),
            Self::ClockBehind(_) | Self::NotDurable => 503,
        }
    }

    /// The content type.
    pub const fn content_type(&self) -> &'static str {
        match self {
            Self::Refused(Refusal::Rejected(Rejection::Stale { .. })) => SIZE_CONTENT_TYPE,
            Self::Refused(_) | Self::Cosigned(_) | Self::ClockBehind(_) | Self::NotDurable => {
                "text/plain; charset=utf-8"
            }
        }
    }

    /// The body: the signature line, the size known, or what is wrong in one line.
    pub fn body(&self) -> String {
        match self {
            Self::Cosigned(line) => line.to_string(),
            Self::Refused(Refusal::Rejected(Rejection::Stale { known, .. })) => {
                format!("{known}\n")
            }
            Self::Refused(refusal) => format!("{}\n", chain(refusal)),
            Self::ClockBehind(seconds) => format!("the clock is {seconds} s behind\n"),
            Self::NotDurable => "the state cannot be written\n".to_owned(),
        }
    }
}

/// An error with its sources, on one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

/// A witness over its folder. Clones are the same witness.
#[derive(Clone)]
pub struct Witness(Arc<Inner>);

struct Inner {
    /// Held for its lock.
    _dir: StateDir,
    cosigner: Cosigner,
    clock: Clock,
    logs: Logs,
    states: BTreeMap<Origin, LogState>,
    /// The origins by [`origin_id`].
    ids: BTreeMap<String, Origin>,
}

/// One log: requests are decided one after the other.
struct LogState {
    dir: PathBuf,
    last: Mutex<Last>,
}

/// What is known of the disk.
enum Last {
    /// This is what the disk has.
    Durable(Option<Cosigned>),
    /// A write failed: the disk is asked again before anything is decided.
    Unknown,
}

impl Witness {
    /// Opens the witness in `dir`, created where it is missing together with a new key. Reads what was cosigned last for each
    /// log, and keeps every other process out as long as a clone of this lives.
    ///
    /// # Errors
    /// [`OpenWitnessError`]; nothing is signed then.
    pub fn open(dir: &Path, options: Options) -> Result<Self, OpenWitnessError> {
        let logs = Logs::new(options.logs)?;
        let state = StateDir::open(dir)?;
        let cosigner = state.key(&options.name)?;
        let (mut states, mut ids) = (BTreeMap::new(), BTreeMap::new());
        for origin in logs.origins() {
            let dir = state.log_dir(origin)?;
            let last = read_last(&dir, origin, cosigner.verifier())?;
            let last = Mutex::new(Last::Durable(last));
            ids.insert(origin_id(origin), origin.clone());
            states.insert(origin.clone(), LogState { dir, last });
        }
        Ok(Self(Arc::new(Inner {
            _dir: state,
            cosigner,
            clock: options.clock,
            logs,
            states,
            ids,
        })))
    }

    /// The public key that logs and auditors are given.
    pub fn vkey(&self) -> &VerifierKey {
        self.0.cosigner.verifier()
    }

    /// The logs that it witnesses.
    pub fn origins(&self) -> impl Iterator<Item = &Origin> {
        self.0.logs.origins()
    }

    /// What was cosigned last for a log, by its [`origin_id`].
    ///
    /// # Errors
    /// If a write failed before and the disk cannot be read now.
    pub fn last(&self, id: &str) -> Result<Option<Cosigned>, StateError> {
        let Some(origin) = self.0.ids.get(id) else {
            return Ok(None);
        };
        let mut last = self.0.states[origin].lock();
        Ok(self.durable(origin, &mut last)?.cloned())
    }

    /// Answers the body of an `add-checkpoint`. Writes and waits for the disk: not for an asynchronous task's own thread.
    pub fn add_checkpoint(&self, body: &[u8]) -> Answer {
        let signed = match signed(&self.0.logs, body) {
            Ok(signed) => signed,
            Err(refusal) => return Answer::Refused(refusal),
        };
        // Of a known log: otherwise it would have been refused.
        let origin = signed.checkpoint.origin.clone();
        let state = &self.0.states[&origin];
        let mut last = state.lock();
        let known = match self.durable(&origin, &mut last) {
            Ok(known) => known.cloned(),
            Err(error) => return not_durable(&origin, &error),
        };
        let text = signed.request.checkpoint.text().to_owned();
        match signed.continues(known.as_ref()) {
            Decision::Refuse(refusal) => {
                self.keep_evidence(state, &refusal, (&text, body), known.as_ref());
                Answer::Refused(refusal)
            }
            Decision::Cosign { checkpoint, note } => {
                self.cosign(state, &mut last, known.as_ref(), &checkpoint, note)
            }
        }
    }

    /// Makes the cosigned note durable, then lets its line out.
    fn cosign(
        &self,
        state: &LogState,
        last: &mut Last,
        known: Option<&Cosigned>,
        checkpoint: &Checkpoint,
        note: Note,
    ) -> Answer {
        let now = (self.0.clock)();
        let before = known.map_or(now, Cosigned::time);
        if now < before {
            return Answer::ClockBehind(before.get() - now.get());
        }
        // The same question in the same second has the same answer, and costs no write.
        let again = known.filter(|known| known.time() == now && known.checkpoint() == checkpoint);
        if let Some(line) = again.and_then(|known| self.own_line(known.note())) {
            return Answer::Cosigned(line.clone());
        }
        let line = self.0.cosigner.cosign(checkpoint, now);
        let cosigned = note
            .with_signature(line.clone())
            .ok()
            .and_then(|note| Cosigned::open(note, &checkpoint.origin, self.vkey()).ok());
        // A hundred lines of the log's own leave no room for one more.
        let Some(cosigned) = cosigned else {
            return Answer::NotDurable;
        };
        *last = Last::Unknown;
        if let Err(error) = write_last(&state.dir, cosigned.note()) {
            return not_durable(&checkpoint.origin, &error);
        }
        tracing::info!(origin = %checkpoint.origin, size = %checkpoint.size, "cosigned");
        *last = Last::Durable(Some(cosigned));
        Answer::Cosigned(line)
    }

    fn own_line<'n>(&self, note: &'n Note) -> Option<&'n NoteSignature> {
        let key = self.vkey();
        note.signatures()
            .iter()
            .find(|line| key.verify(note.text(), line).is_some())
    }

    /// What the disk has; read again if a write failed.
    fn durable<'l>(
        &self,
        origin: &Origin,
        last: &'l mut Last,
    ) -> Result<Option<&'l Cosigned>, StateError> {
        if let Last::Unknown = last {
            let dir = &self.0.states[origin].dir;
            *last = Last::Durable(read_last(dir, origin, self.vkey())?);
        }
        match last {
            Last::Durable(known) => Ok(known.as_ref()),
            Last::Unknown => Ok(None),
        }
    }

    /// Keeps what contradicts itself or what was cosigned. The refusal stands, whether this succeeds or not.
    fn keep_evidence(
        &self,
        state: &LogState,
        refusal: &Refusal,
        request: (&str, &[u8]),
        known: Option<&Cosigned>,
    ) {
        let sort = match refusal {
            Refusal::Rejected(Rejection::Stale { forked: true, .. }) => Sort::Fork,
            Refusal::Rejected(Rejection::Inconsistent(why)) if why.speaks_for_itself() => {
                Sort::Fork
            }
            Refusal::Rejected(Rejection::Inconsistent(_)) => Sort::Unproven,
            Refusal::Malformed(_) | Refusal::Rejected(_) => return,
        };
        let (reason, now) = (chain(refusal), (self.0.clock)());
        match evidence::keep(&state.dir, sort, &reason, request, known, now) {
            Ok(Some(path)) => {
                tracing::warn!(reason, evidence = %path.display(), "a log contradicts itself");
            }
            Ok(None) => tracing::warn!(
                reason,
                "a log contradicts itself; evidence of it is kept already"
            ),
            Err(error) => {
                let error = chain(&error);
                tracing::error!(
                    reason,
                    error,
                    "a log contradicts itself; the evidence is not kept"
                );
            }
        }
    }
}

impl LogState {
    /// A panic while the lock was held leaves either what is durable or [`Last::Unknown`]: both can be gone on from.
    fn lock(&self) -> MutexGuard<'_, Last> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn not_durable(origin: &Origin, error: &StateError) -> Answer {
    tracing::error!(%origin, error = chain(error), "nothing is cosigned: the state is not durable");
    Answer::NotDurable
}

impl fmt::Debug for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Witness({})", self.vkey())
    }
}
