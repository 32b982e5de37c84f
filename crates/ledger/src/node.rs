//! A node: follows the log stream; where it may, it takes its turn as the writer.
//!
//! Recovery, take-over and a replica's daily work are one path: `Replica::follow`. A writer is a
//! node that has read to the end of the stream and then published an empty block under the fence.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures::StreamExt as _;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::clock::Clock;
use crate::commit::{Committer, Halt};
use crate::contact::Contact;
use crate::erasures::keep_up;
use crate::feed::Feed;
use crate::identity::LogSigner;
use crate::indexer::{Indexer, orders};
use crate::intake::{Queue, Waiting, queue, serve};
use crate::lease::{Candidate, Held, Lease};
use crate::pace::Pace;
use crate::refill::Patrol;
use crate::replica::{Divergence, Replica};
use crate::rollback;
use crate::stream::{LogStream, ReadFailure};
use crate::writer::{CommitterSetup, write};

pub use crate::indexer::IndexFailure;
pub use crate::setup::{Handle, IndexCadence, MayRefill, Phase, Precautions, Role, Seen, Setup};

/// Pause before trying again when the stream or the lease can't be reached.
const RETRY_PAUSE: Duration = Duration::from_millis(250);
/// How often a node looks whether the stream is still the one that it knows.
const STREAM_LOOK: Duration = Duration::from_millis(500);

mod join;
mod vigil;

use vigil::{Watch, is_another};

/// Why a node ended.
#[derive(Debug, thiserror::Error)]
pub enum NodeFailure {
    /// It can't go on.
    #[error("the node stopped to be safe")]
    Divergence(#[from] Divergence),
    /// As a writer, it can't go on.
    #[error("the writer stopped to be safe")]
    Halt(#[source] Halt),
}

/// Starts a node, with the default precautions. It runs until `setup.stop` is cancelled or it can't go on.
///
/// # Errors
/// If the store can't be read.
pub fn start(
    setup: Setup,
) -> Result<(Handle, tokio::task::JoinHandle<Result<(), NodeFailure>>), Divergence> {
    start_with(setup, Precautions::default())
}

/// Starts a node. It runs until `setup.stop` is cancelled or it can't go on.
///
/// # Errors
/// If the store can't be read.
pub fn start_with(
    mut setup: Setup,
    precautions: Precautions,
) -> Result<(Handle, tokio::task::JoinHandle<Result<(), NodeFailure>>), Divergence> {
    // What ends the node ends everything of it, and nothing else.
    setup.stop = setup.stop.child_token();
    let replica = Replica::new(
        setup.store.clone(),
        setup.identity.clone(),
        setup.role.signer(),
    )?;
    let (queue, waiting) = queue();
    let (tell, phase) = watch::channel(Phase::CatchingUp);
    let (alarm, alarmed) = watch::channel(None);
    let (orders, ordered) = orders();
    let feed = Arc::new(AtomicU64::new(0));
    let (feed_paused, paused) = watch::channel(false);
    let (contact, pace) = (Contact::new(), Pace::new());
    let handle = Handle {
        contact: contact.clone(),
        pace: pace.clone(),
        feed_paused: Arc::new(feed_paused),
        queue: queue.clone(),
        phase: phase.clone(),
        feed: feed.clone(),
        skipped: replica.skipped(),
        alarm: alarmed,
        orders,
    };
    let (committed, to_index) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let told = [committed.clone(), to_index.clone()];
    let wake = move |_| told.iter().for_each(|told| told.notify_one());
    setup.store.on_commit(Box::new(wake));
    let indexer = Indexer::new(
        &setup,
        precautions.index,
        queue.clone(),
        phase,
        ordered,
        to_index,
    );
    let node = Node {
        _ends: setup.stop.clone().drop_guard(),
        setup,
        precautions,
        replica,
        queue,
        waiting,
        tell,
        alarm,
        feed,
        paused,
        contact,
        pace,
        committed,
        doubts: 0,
        unreadable: Arc::default(),
    };
    Ok((handle, tokio::spawn(node.run(indexer))))
}

struct Node {
    setup: Setup,
    precautions: Precautions,
    replica: Replica,
    queue: Queue,
    waiting: Waiting,
    tell: watch::Sender<Phase>,
    alarm: watch::Sender<Option<String>>,
    feed: Arc<AtomicU64>,
    /// Whether the feed is held back.
    paused: watch::Receiver<bool>,
    contact: Contact,
    pace: Pace,
    /// Told at each commit: wakes the feed.
    committed: Arc<Notify>,
    /// How often in a row the stream was seen damaged.
    doubts: u32,
    /// A message of the stream that can't be read; 0 while none is known.
    unreadable: Arc<AtomicU64>,
    /// When the node is gone, so is what it started.
    _ends: DropGuard,
}

impl Node {
    async fn run(mut self, indexer: Indexer) -> Result<(), NodeFailure> {
        let indexing = tokio::spawn(indexer.run());
        let (store, stop) = (self.setup.store.clone(), self.setup.stop.clone());
        let vault = self.setup.vault.clone();
        let erasing = vault.map(|vault| tokio::spawn(keep_up(store, vault, stop)));
        let ended = self.live().await;
        self.setup.stop.cancel();
        // A wrong index ends the node, and is then the reason.
        let ended = match indexing.await {
            Ok(Err(divergence)) => ended.and(Err(divergence.into())),
            Ok(Ok(())) | Err(_) => ended,
        };
        if let Some(erasing) = erasing {
            // It holds the store; it ends by itself.
            drop(erasing.await);
        }
        let why = match &ended {
            Ok(()) => "stopped".to_owned(),
            Err(failure) => {
                let why = crate::causes(failure);
                tracing::error!(reason = why, "The node stopped.");
                why
            }
        };
        self.tell.send_replace(Phase::Stopped(why));
        ended
    }

    async fn live(&mut self) -> Result<(), NodeFailure> {
        let node = self.setup.node.clone();
        let mut candidate = Candidate::new(&self.setup.client, &self.setup.names, &node);
        while !self.setup.stop.is_cancelled() {
            let Some(stream) = self.join().await? else {
                continue;
            };
            let lease = match &self.setup.role {
                Role::Writer { lease, .. } => Some(*lease),
                Role::Reader => None,
            };
            match lease {
                Some(Lease::Alone) => {
                    let turn = self.setup.stop.child_token();
                    self.take_turn(stream, turn).await?;
                }
                Some(Lease::Shared) => {
                    self.tell.send_replace(Phase::Following);
                    let Some(held) = self.follow(&stream, Some(&mut candidate)).await? else {
                        continue;
                    };
                    // Kept from here on: what is still to be read may take a while.
                    let turn = self.setup.stop.child_token();
                    let keeping = tokio::spawn(held.keep(turn.clone()));
                    let joined = self.join().await;
                    let ended = match joined {
                        Ok(Some(stream)) => self.take_turn(stream, turn.clone()).await,
                        Ok(None) => Ok(()),
                        Err(failure) => Err(failure),
                    };
                    turn.cancel();
                    drop(keeping.await);
                    ended?;
                }
                None => {
                    self.tell.send_replace(Phase::Following);
                    self.follow(&stream, None).await?;
                }
            }
        }
        Ok(())
    }

    /// A failure of the network is waited out; it is no reason to stop.
    async fn patiently<T>(&self, result: Result<T, ReadFailure>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(failure) => {
                self.contact.missed(&failure);
                tracing::warn!(failure = %crate::causes(&failure), "NATS is not answering; trying again.");
                tokio::select! {
                    () = self.setup.stop.cancelled() => {}
                    () = tokio::time::sleep(RETRY_PAUSE) => {}
                }
                None
            }
        }
    }

    /// What was known of the ledger is there. If not, a writer doesn't sign: only with a recovery that names what is lost. A
    /// reader says so.
    fn look_for_rollback(&mut self) -> Result<(), Divergence> {
        let found = rollback::look(&self.setup.store, &self.precautions.seen);
        let result = match (&self.setup.role, found) {
            (Role::Writer { .. }, Ok(found)) => rollback::allow(
                found,
                self.precautions.recovery.as_deref(),
                &self.setup.store,
            ),
            (Role::Reader, Ok(None)) => Ok(()),
            (Role::Reader, Ok(Some(lost))) => Err(lost.into()),
            (_, Err(divergence)) => Err(divergence),
        };
        match (result, &self.setup.role) {
            (Ok(()), _) => {
                self.alarm.send_replace(None);
            }
            (Err(Divergence::Store(error)), _) => return Err(error.into()),
            (Err(divergence), Role::Writer { .. }) => return Err(divergence),
            (Err(divergence), Role::Reader) => {
                let why = crate::causes(&divergence);
                tracing::error!(
                    reason = why,
                    "The ledger is not the one that was known; this reader goes on, and says so."
                );
                self.alarm.send_replace(Some(why));
            }
        }
        Ok(())
    }

    /// Follows until told to stop, until the stream is another one or lacks something, or until the lease is ours.
    async fn follow(
        &mut self,
        stream: &LogStream,
        candidate: Option<&mut Candidate>,
    ) -> Result<Option<Held>, NodeFailure> {
        let first = self.replica.position().stream_sequence + 1;
        let Some(messages) = self.patiently(stream.follow(first).await).await else {
            return Ok(None);
        };
        let mut messages = std::pin::pin!(messages);
        let mut ours = std::pin::pin!(async {
            match candidate {
                Some(candidate) => candidate.wait().await,
                None => std::future::pending().await,
            }
        });
        let mut look = tokio::time::interval(STREAM_LOOK);
        // Where the replica stood when the stream was last seen to have more.
        let mut stood = None;
        loop {
            let message = tokio::select! {
                () = self.setup.stop.cancelled() => return Ok(None),
                held = &mut ours => return Ok(Some(held)),
                _ = look.tick() => {
                    let position = self.replica.position();
                    let state = stream.state().await;
                    match &state {
                        Ok(_) => self.contact.heard(),
                        Err(failure) => self.contact.missed(failure),
                    }
                    let behind = match state {
                        Ok(state) if is_another(&state, position) => return Ok(None),
                        Err(failure) if failure.is_missing() => return Ok(None),
                        Ok(state) => state.last > position.stream_sequence,
                        Err(_) => continue,
                    };
                    let stands = behind.then_some(position.stream_sequence);
                    // There is more, and it doesn't come: it is looked at one by one.
                    if stands.is_some() && stands == stood {
                        return Ok(None);
                    }
                    stood = stands;
                    continue;
                }
                message = messages.next() => message,
            };
            let Some(message) = message else {
                return Ok(None);
            };
            let Some(message) = self.patiently(message).await else {
                return Ok(None);
            };
            self.contact.heard();
            if self.passes_over(&message) {
                return Ok(None);
            }
            tokio::task::block_in_place(|| self.replica.follow(&message))?;
        }
    }

    /// Writes until fenced, stopped, or unsure.
    async fn take_turn(
        &mut self,
        stream: LogStream,
        turn: CancellationToken,
    ) -> Result<(), NodeFailure> {
        let Role::Writer {
            signer,
            itself,
            lease,
        } = &self.setup.role
        else {
            return Ok(());
        };
        let company = self.accompany(&stream, *lease, &turn);
        let intake = serve(
            &self.setup.client,
            &self.setup.names,
            &self.setup.identity,
            &self.setup.store,
            &self.queue,
        )
        .await;
        if let Err(failure) = &intake {
            tracing::warn!(failure = %crate::causes(failure), "Statements can't be taken over NATS.");
        }
        let itself = Arc::clone(itself);
        let setup = self.committer(stream, signer.clone(), turn.clone());
        let mut clock = Clock::starting_at(self.setup.store.head().time)
            .ahead_by(self.setup.clock_ahead_seconds);
        let (tell, size) = (&self.tell, self.setup.store.head().size.get());
        let opened = || {
            tell.send_replace(Phase::Writing);
            tracing::info!(ledger.size = size, "This node writes.");
        };
        let (requests, recovery) = (&mut self.waiting.0, self.precautions.recovery.as_deref());
        let halt = tokio::task::block_in_place(|| {
            write(requests, setup, itself, &mut clock, recovery, opened)
        });

        turn.cancel();
        // Said at once: where the broker can't be reached, it may take long until the stream is joined again.
        self.tell.send_replace(Phase::CatchingUp);
        if let Ok(intake) = intake {
            intake.stop().await;
        }
        company.join_all().await;
        self.after(halt)
    }

    /// What goes on beside the writer for as long as its turn lasts: the feed, a look at the stream now and then, and one reading of all of it.
    fn accompany(&self, stream: &LogStream, lease: Lease, turn: &CancellationToken) -> JoinSet<()> {
        self.committed.notify_one();
        let mut company = JoinSet::new();
        let feed = Feed {
            client: self.setup.client.clone(),
            names: self.setup.names.clone(),
            identity: self.setup.identity.clone(),
            store: self.setup.store.clone(),
            committed: self.committed.clone(),
            published: self.feed.clone(),
            paused: self.paused.clone(),
            stop: turn.clone(),
        };
        company.spawn(feed.run());
        let watching = Watch {
            stream: stream.clone(),
            store: self.setup.store.clone(),
            generation: self.replica.position().generation,
            lease,
            turn: turn.clone(),
            contact: self.contact.clone(),
        };
        company.spawn(watching.run());
        let patrol = Patrol {
            stream: stream.clone(),
            last: self.replica.position().stream_sequence,
            unreadable: self.unreadable.clone(),
            may_refill: self.precautions.refill.is_some(),
            alarm: self.alarm.clone(),
            turn: turn.clone(),
        };
        company.spawn(patrol.run());
        company
    }

    fn committer(
        &self,
        stream: LogStream,
        signer: Arc<LogSigner>,
        stop: CancellationToken,
    ) -> CommitterSetup {
        let (store, identity, client, names) = (
            self.setup.store.clone(),
            self.setup.identity.clone(),
            self.setup.client.clone(),
            self.setup.names.clone(),
        );
        let (vault, pending, pace) = (
            self.setup.vault.clone(),
            self.queue.pending().clone(),
            self.pace.clone(),
        );
        let (position, runtime) = (self.replica.position(), tokio::runtime::Handle::current());
        CommitterSetup {
            build: Box::new(move |answers| Committer {
                store,
                vault,
                identity,
                signer,
                client,
                names,
                stream,
                runtime,
                stop,
                position,
                answers,
                pending,
                pace,
            }),
        }
    }

    /// A fenced writer follows again; an unsure one ends.
    fn after(&mut self, halt: Halt) -> Result<(), NodeFailure> {
        let alone = matches!(
            &self.setup.role,
            Role::Writer {
                lease: Lease::Alone,
                ..
            }
        );
        match halt {
            Halt::Stopping => {}
            // Another writer on a ledger that was set up to have one: not to be fought with, but looked at.
            Halt::Fenced(_) if alone => return Err(NodeFailure::Halt(halt)),
            Halt::Fenced(_) => tracing::warn!(reason = %halt, "This node no longer writes."),
            // What was not acknowledged is not recorded, or it is still there to be read.
            Halt::StreamLost(_) => {
                tracing::error!(reason = %halt, "This node writes again when the log stream is whole.");
            }
            Halt::Refused(_)
            | Halt::Unknown(_)
            | Halt::Vault(_)
            | Halt::Clock(_)
            | Halt::NotRecovered(_)
            | Halt::Duty(_) => {
                return Err(NodeFailure::Halt(halt));
            }
        }
        // The writer moved the store on; follow from there.
        let skipped = self.replica.skipped().load(Ordering::Relaxed);
        self.replica = Replica::new(
            self.setup.store.clone(),
            self.setup.identity.clone(),
            self.setup.role.signer(),
        )
        .map_err(Divergence::Store)?;
        self.replica.skipped().store(skipped, Ordering::Relaxed);
        Ok(())
    }
}
