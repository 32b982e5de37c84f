//! The index of dossiers, beside the commit: works it out, has the writer say it, and makes it the one that proofs are given for.
//!
//! Every node does the second half: each `dossiers.indexed` that is committed is worked out again from this replica's entries and compared.
//! Where this node writes it also says the next one, as the ledger's own statement, when enough entries are not
//! covered, when the oldest of them is old enough, or when it is asked to. Nothing waits for it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cinnabar_events::kinds::{DossiersIndexed, INDEX_MAX_LAG};
use cinnabar_events::{Class, Entry, Receipt, Sequence, SparseRoot, Subject, Timestamp};
use cinnabar_failpoint::{Failpoint, pass};
use cinnabar_governance::dossiers_indexed;
use cinnabar_store::{IndexHead, IndexPlan, MAX_LISTING, Store};
use cinnabar_tlog::Size;
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use crate::clock::system_time;
use crate::identity::{Identity, LedgerSigner};
use crate::intake::Queue;
use crate::problem::Problem;
use crate::replica::Divergence;
use crate::request::{Answer, Mode};
use crate::setup::{Handle, IndexCadence, Phase, Role, Setup};

/// Most entries that one index covers beyond the one before, as long as none is late: bounds what is held while it is worked out, and how long the
/// commit waits for its nodes to be written (some 30,000 pages in one batch at most, a few ten milliseconds). The more at once, the fewer pages
/// for each entry; and so many entries are still in memory.
const INDEX_STEP: u64 = 8_192;
/// Entries that may stand behind an index when it is begun: a quarter of what the rules allow, the rest comes while it is worked out and said, which
/// under full load takes seconds. Whoever is further behind than a step takes a larger one, and holds more meanwhile.
const LATE_MAX: u64 = INDEX_MAX_LAG / 4;
/// After a commit it is looked so much later what there is to do.
const LOOK: Duration = Duration::from_millis(20);
/// How long the writer may take to answer: it answers in milliseconds, or it stops.
const ANSWER_MAX: Duration = Duration::from_secs(30);
/// Pause after an index that could not be said.
const RETRY_PAUSE: Duration = Duration::from_secs(1);
/// Longest sleep before the clock is looked at again: clocks can be set.
const LOOK_AGAIN: Duration = Duration::from_secs(60);
/// After working out an index that nobody asked for, so many times as long is left to the writer, unless a whole step waits: what is late
/// takes longer, and would be later each time.
const REST: u32 = 3;
/// And at least so long: under load an index covers what came within a second. Its nodes are written in a few milliseconds then, in
/// which no block is committed; with many more entries at once it would be long enough to be felt.
const REST_LEAST: Duration = Duration::from_secs(1);
/// Most requests for an index that wait.
const ORDERS_MAX: usize = 64;
/// Recorded indexes that are read at once.
const RECORDED_AT_ONCE: usize = 64;

/// Why there is no new index of dossiers.
#[derive(Clone, Debug, thiserror::Error)]
pub enum IndexFailure {
    /// This node doesn't write, or it stopped before the index was recorded.
    #[error("this node doesn't write")]
    NotWriting,
    /// The ledger has no entries.
    #[error("the ledger has no entries")]
    Nothing,
    /// The writer said no, or not now.
    #[error("the index was refused: {}", .0.detail)]
    Refused(Box<Problem>),
}

type Order = oneshot::Sender<Result<Sequence, IndexFailure>>;

/// Where requests for an index go.
pub(crate) type Orders = mpsc::Sender<Order>;

/// Requests for an index, both ends.
pub(crate) fn orders() -> (Orders, mpsc::Receiver<Order>) {
    mpsc::channel(ORDERS_MAX)
}

impl Handle {
    /// Has the ledger say now how its dossiers end, unless that is said already of every entry there is. Gives the sequence where it is said,
    /// once proofs are given for it.
    ///
    /// # Errors
    /// [`IndexFailure`].
    pub async fn index_now(&self) -> Result<Sequence, IndexFailure> {
        let (order, done) = oneshot::channel();
        let sent = self.orders.send(order).await;
        sent.map_err(|_| IndexFailure::NotWriting)?;
        done.await.unwrap_or(Err(IndexFailure::NotWriting))
    }
}

/// What is to be done about an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Due {
    Now,
    In(Duration),
    Never,
}

/// Up to where the next index goes, after one of `covered` entries, in a ledger of `head`: a step, or as far as the rules ask for. An index that
/// comes too late is refused, and would be for ever.
fn next_size(covered: u64, head: u64) -> Size {
    let step = head.min(covered.saturating_add(INDEX_STEP));
    Size::new(step.max(head.saturating_sub(LATE_MAX)))
}

/// How long nothing more is said that nobody asked for, with so many entries uncovered: not at all, if they are a whole step.
fn rest_left(until: Option<Instant>, now: Instant, count: u64) -> Option<Duration> {
    let rest = until?.saturating_duration_since(now);
    (!rest.is_zero() && count < INDEX_STEP).then_some(rest)
}

/// Returns a little after the next commit: to look after each of them whether there is something to do would cost as much as half a commit.
async fn soon(committed: &Notify) {
    committed.notified().await;
    tokio::time::sleep(LOOK).await;
}

/// Works on the index as long as the node runs.
pub(crate) struct Indexer {
    store: Store,
    identity: Identity,
    cadence: IndexCadence,
    /// Present where this node may write.
    itself: Option<Arc<LedgerSigner>>,
    queue: Queue,
    phase: watch::Receiver<Phase>,
    orders: mpsc::Receiver<Order>,
    /// Told at each commit.
    committed: Arc<Notify>,
    stop: CancellationToken,
    /// Worked out, and not known to be recorded.
    planned: Option<IndexPlan>,
    /// The oldest entry that may not be covered, and when it was recorded.
    oldest: Option<(Sequence, Timestamp)>,
    /// Until when nothing is said that nobody asked for.
    resting: Option<Instant>,
    /// When the last index was due, the ledger had so many entries: all of them are to be covered, in as many steps as it takes.
    goal: Size,
}

impl Indexer {
    pub(crate) fn new(
        setup: &Setup,
        cadence: IndexCadence,
        queue: Queue,
        phase: watch::Receiver<Phase>,
        orders: mpsc::Receiver<Order>,
        committed: Arc<Notify>,
    ) -> Self {
        let itself = match &setup.role {
            Role::Writer { itself, .. } => Some(itself.clone()),
            Role::Reader => None,
        };
        Self {
            store: setup.store.clone(),
            identity: setup.identity.clone(),
            cadence,
            itself,
            queue,
            phase,
            orders,
            committed,
            stop: setup.stop.clone(),
            planned: None,
            oldest: None,
            resting: None,
            goal: Size::ZERO,
        }
    }

    /// Runs until the node ends; ends it if an index that is recorded is not that of this replica's dossiers.
    pub(crate) async fn run(mut self) -> Result<(), Divergence> {
        let ended = self.work().await;
        if ended.is_err() {
            self.stop.cancel();
        }
        ended
    }

    async fn work(&mut self) -> Result<(), Divergence> {
        loop {
            tokio::task::block_in_place(|| self.apply_recorded())?;
            let wait = match self.due()? {
                Due::Now => match self.say().await? {
                    Ok(_) => continue,
                    Err(failure) => {
                        if !matches!(failure, IndexFailure::NotWriting) {
                            tracing::warn!(failure = %failure, "How the dossiers end could not be said.");
                        }
                        RETRY_PAUSE
                    }
                },
                Due::In(wait) => wait,
                Due::Never => LOOK_AGAIN,
            };
            tokio::select! {
                () = self.stop.cancelled() => return Ok(()),
                order = self.orders.recv() => match order {
                    Some(order) => {
                        let done = self.fulfil().await?;
                        // Who asked may have gone away.
                        let _ = order.send(done);
                    }
                    // Nobody can ask any more; the rest goes on.
                    None => tokio::select! {
                        () = self.stop.cancelled() => return Ok(()),
                        () = soon(&self.committed) => {}
                        () = tokio::time::sleep(wait) => {}
                    },
                },
                () = soon(&self.committed) => {}
                _ = self.phase.changed() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Makes each recorded index the one that proofs are given for, if it is that of this replica's dossiers.
    fn apply_recorded(&mut self) -> Result<(), Divergence> {
        loop {
            let recorded = self.store.indexes_to_apply(RECORDED_AT_ONCE)?;
            if recorded.is_empty() {
                return Ok(());
            }
            for recorded in recorded {
                self.apply(recorded)?;
            }
        }
    }

    fn apply(&mut self, recorded: IndexHead) -> Result<(), Divergence> {
        loop {
            if self.stop.is_cancelled() {
                return Ok(());
            }
            let planned = self.planned.take();
            let plan = match planned.filter(|plan| plan.size() == recorded.size) {
                Some(plan) => plan,
                None => self.store.plan_index(recorded.size)?,
            };
            if (plan.root(), plan.dossiers()) != (recorded.root, recorded.dossiers) {
                return Err(Divergence::Index {
                    entry: recorded.entry,
                    dossiers: recorded.dossiers,
                    recorded: recorded.root,
                    found_dossiers: plan.dossiers(),
                    found: plan.root(),
                });
            }
            pass(Failpoint::IndexPlanned);
            if self.store.apply_index(plan, recorded.entry)? {
                return Ok(());
            }
        }
    }

    /// Entries that no index covers, less those that are indexes; and the first of them.
    fn uncovered(&self) -> Result<(u64, Option<Sequence>), Divergence> {
        let from = self
            .store
            .dossier_index()
            .map_or(0, |index| index.size.get());
        let head = self.store.head().size.get();
        let indexes = self.store.indexes_from(Sequence::new(from), MAX_LISTING)?;
        let mut first = Sequence::new(from);
        for index in &indexes {
            if index.entry == first {
                first = first.next();
            }
        }
        let count = head.saturating_sub(from + indexes.len() as u64);
        Ok((count, (count > 0).then_some(first)))
    }

    fn due(&mut self) -> Result<Due, Divergence> {
        if self.itself.is_none() || *self.phase.borrow() != Phase::Writing {
            return Ok(Due::Never);
        }
        let (count, Some(first)) = self.uncovered()? else {
            return Ok(Due::Never);
        };
        if let Some(rest) = rest_left(self.resting, Instant::now(), count) {
            return Ok(Due::In(rest));
        }
        let covered = self
            .store
            .dossier_index()
            .map_or(Size::ZERO, |index| index.size);
        if covered < self.goal {
            return Ok(Due::Now);
        }
        let due = match count >= self.cadence.after_entries {
            true => Due::Now,
            false => self.due_by_age(first)?,
        };
        if due == Due::Now {
            self.goal = self.store.head().size;
        }
        Ok(due)
    }

    /// Whether the oldest entry that is not covered is old enough.
    fn due_by_age(&mut self, first: Sequence) -> Result<Due, Divergence> {
        let recorded = match self.oldest {
            Some((seq, time)) if seq == first => time,
            _ => {
                let malformed = |source| Divergence::Entry {
                    sequence: first,
                    source,
                };
                let Some(bytes) = self.store.entry(first)? else {
                    return Ok(Due::Never);
                };
                let time = Entry::parse(bytes).map_err(malformed)?.time();
                self.oldest = Some((first, time));
                time
            }
        };
        // By the real clock, also where the ledger's runs ahead for a test: nothing follows from it in law.
        let age = system_time().micros().saturating_sub(recorded.micros());
        let age = Duration::from_micros(u64::try_from(age).unwrap_or(0));
        Ok(match self.cadence.after.checked_sub(age) {
            Some(left) if !left.is_zero() => Due::In(left.min(LOOK_AGAIN)),
            Some(_) | None => Due::Now,
        })
    }

    /// Says indexes until everything that is there now is covered.
    async fn fulfil(&mut self) -> Result<Result<Sequence, IndexFailure>, Divergence> {
        let wanted = self.store.head().size;
        loop {
            tokio::task::block_in_place(|| self.apply_recorded())?;
            let index = self.store.dossier_index();
            let (count, _) = self.uncovered()?;
            match index {
                Some(index) if index.size >= wanted || count == 0 => return Ok(Ok(index.entry)),
                Some(_) | None if count == 0 => return Ok(Err(IndexFailure::Nothing)),
                Some(_) | None => {}
            }
            if let Err(failure) = self.say().await? {
                return Ok(Err(failure));
            }
        }
    }

    /// Works out the next index, and has the writer record it.
    async fn say(&mut self) -> Result<Result<Sequence, IndexFailure>, Divergence> {
        let Some(itself) = self.itself.clone() else {
            return Ok(Err(IndexFailure::NotWriting));
        };
        if *self.phase.borrow() != Phase::Writing {
            return Ok(Err(IndexFailure::NotWriting));
        }
        let begun = Instant::now();
        let (root, dossiers, size) = tokio::task::block_in_place(|| self.plan())?;
        self.resting = Some(Instant::now() + REST_LEAST.max(begun.elapsed() * REST));
        let index = DossiersIndexed {
            size: size.get(),
            root: SparseRoot::from_bytes(*root.as_bytes()),
            dossiers,
        };
        let subject = Subject::new(
            Class::Ledger,
            self.identity
                .name
                .as_str()
                .parse()
                .expect("a short name is an id"),
        );
        let statement = dossiers_indexed(self.identity.ledger, subject, index);
        let signed = itself
            .sign(&statement)
            .expect("the ledger signs what it says itself");
        let request = signed.into_signed().to_request().into();
        let answer = tokio::select! {
            () = self.stop.cancelled() => return Ok(Err(IndexFailure::NotWriting)),
            answer = tokio::time::timeout(ANSWER_MAX, self.queue.insist(request, Mode::Record)) => answer,
        };
        Ok(match answer {
            Ok(Answer::Recorded { receipt, .. }) => {
                let receipt = Receipt::parse(&receipt);
                receipt
                    .map(|receipt| receipt.entry().seq())
                    .map_err(|_| IndexFailure::NotWriting)
            }
            Ok(Answer::Refused(problem)) => Err(IndexFailure::Refused(problem)),
            Ok(Answer::Admissible) | Err(_) => Err(IndexFailure::NotWriting),
        })
    }

    /// The next index: of all entries, or of as many as one step takes.
    fn plan(&mut self) -> Result<(cinnabar_tlog::Hash, u64, Size), Divergence> {
        let from = self
            .store
            .dossier_index()
            .map_or(0, |index| index.size.get());
        let size = next_size(from, self.store.head().size.get());
        let plan = match self.planned.take() {
            // It was said too late: only what came since is still to be worked out.
            Some(plan) => self.store.plan_index_on(plan, size)?,
            None => self.store.plan_index(size)?,
        };
        let said = (plan.root(), plan.dossiers(), plan.size());
        self.planned = Some(plan);
        Ok(said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_rest_after_an_index_unless_a_whole_step_waits() {
        let now = Instant::now();
        let later = now + REST_LEAST;
        assert_eq!(rest_left(None, now, 1), None);
        assert_eq!(rest_left(Some(later), now, 1), Some(REST_LEAST));
        assert_eq!(
            rest_left(Some(later), now, INDEX_STEP - 1),
            Some(REST_LEAST)
        );
        assert_eq!(rest_left(Some(later), now, INDEX_STEP), None);
        assert_eq!(rest_left(Some(later), later, 1), None);
    }

    #[test]
    fn an_index_never_begins_so_late_that_the_rules_refuse_it() {
        for (covered, head, size) in [
            (0, 100, 100),
            (0, INDEX_STEP, INDEX_STEP),
            (0, INDEX_STEP + 1, INDEX_STEP),
            (5_000, 20_000, 5_000 + INDEX_STEP),
            (0, INDEX_MAX_LAG, INDEX_MAX_LAG - LATE_MAX),
            (1_000, 1_000_000, 1_000_000 - LATE_MAX),
        ] {
            let next = next_size(covered, head);
            assert_eq!(next, Size::new(size), "after {covered} of {head}");
            assert!(head - next.get() <= LATE_MAX && next.get() > covered);
        }
    }
}
