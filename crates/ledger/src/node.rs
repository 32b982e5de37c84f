//! A node: follows the log stream; where it may, it takes its turn as the writer.
//!
//! Recovery, take-over and a replica's daily work are one path: `Replica::follow`. A writer is a
//! node that has read to the end of the stream and then published an empty block under the fence.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cinnabar_store::Position;
use futures::StreamExt as _;
use tokio::sync::{Notify, watch};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::clock::Clock;
use crate::commit::{Committer, Halt};
use crate::feed::Feed;
use crate::identity::LogSigner;
use crate::indexer::{Indexer, orders};
use crate::intake::{Queue, Waiting, queue, serve};
use crate::lease::{self, Held, LEASE_RENEW, Lease};
use crate::replica::{Divergence, Replica};
use crate::rollback;
use crate::stream::{LogStream, ReadFailure};
use crate::writer::{CommitterSetup, write};

pub use crate::indexer::IndexFailure;
pub use crate::setup::{Handle, IndexCadence, Phase, Precautions, Role, Seen, Setup};

/// Pause before trying again when the stream or the lease can't be reached.
const RETRY_PAUSE: Duration = Duration::from_millis(250);
/// How long a standby follows before it looks at the lease again.
const LEASE_LOOK: Duration = Duration::from_millis(500);

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
    let handle = Handle {
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
        committed,
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
    /// Told at each commit: wakes the feed.
    committed: Arc<Notify>,
    /// When the node is gone, so is what it started.
    _ends: DropGuard,
}

impl Node {
    async fn run(mut self, indexer: Indexer) -> Result<(), NodeFailure> {
        let indexing = tokio::spawn(indexer.run());
        let ended = self.live().await;
        self.setup.stop.cancel();
        // A wrong index ends the node, and is then the reason.
        let ended = match indexing.await {
            Ok(Err(divergence)) => ended.and(Err(divergence.into())),
            Ok(Ok(())) | Err(_) => ended,
        };
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
        while !self.setup.stop.is_cancelled() {
            let Some(stream) = self
                .patiently(LogStream::open(&self.setup.client, &self.setup.names).await)
                .await
            else {
                continue;
            };
            self.tell.send_replace(Phase::CatchingUp);
            if !self.catch_up(&stream).await? {
                continue;
            }
            match self.my_turn().await {
                Turn::Mine(held) => self.take_turn(stream, held).await?,
                Turn::Theirs => {
                    self.tell.send_replace(Phase::Following);
                    self.follow(&stream, Some(LEASE_LOOK)).await?;
                }
                Turn::Never => {
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
                tracing::warn!(failure = %crate::causes(&failure), "NATS is not answering; trying again.");
                tokio::select! {
                    () = self.setup.stop.cancelled() => {}
                    () = tokio::time::sleep(RETRY_PAUSE) => {}
                }
                None
            }
        }
    }

    /// Reads to the end of the stream; `false` if that didn't work out and wants trying again.
    async fn catch_up(&mut self, stream: &LogStream) -> Result<bool, NodeFailure> {
        let Some(last) = self.patiently(stream.last().await).await else {
            return Ok(false);
        };
        let position = self.replica.position();
        if last < position.stream_sequence {
            return Err(Divergence::StreamBehind {
                stream: last,
                applied: position.stream_sequence,
            }
            .into());
        }
        if !self.same_history(stream, position).await? {
            return Ok(false);
        }
        if position.stream_sequence < last {
            let Some(mut messages) = self
                .patiently(stream.follow(position.stream_sequence + 1).await)
                .await
            else {
                return Ok(false);
            };
            while self.replica.position().stream_sequence < last {
                let Some(message) = messages.next().await else {
                    return Ok(false);
                };
                let Some(message) = self.patiently(message).await else {
                    return Ok(false);
                };
                tokio::task::block_in_place(|| self.replica.follow(&message))?;
            }
        }
        self.look_for_rollback()?;
        Ok(true)
    }

    /// The block at our position is the one that we applied there.
    async fn same_history(
        &self,
        stream: &LogStream,
        position: Position,
    ) -> Result<bool, NodeFailure> {
        if position.stream_sequence == 0 {
            return Ok(true);
        }
        let Some(message) = self
            .patiently(stream.message(position.stream_sequence).await)
            .await
        else {
            return Ok(false);
        };
        let block = message.and_then(|message| message.block(&self.setup.identity.log_key()).ok());
        let head = self.setup.store.head();
        match block {
            Some(block)
                if block.header().head == head.hash
                    && block.header().ledger == self.setup.identity.ledger =>
            {
                Ok(true)
            }
            // A stray message that was passed over may stand at the position; then the head was compared when the block before it was applied.
            None if position != self.setup.store.position() => Ok(true),
            Some(_) | None => Err(Divergence::OtherHistory(position.stream_sequence).into()),
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

    async fn my_turn(&self) -> Turn {
        let Role::Writer { lease, .. } = &self.setup.role else {
            return Turn::Never;
        };
        match lease {
            Lease::Alone => Turn::Mine(None),
            Lease::Shared => {
                match lease::take(&self.setup.client, &self.setup.names, &self.setup.node).await {
                    Ok(Some(held)) => Turn::Mine(Some(Box::new(held))),
                    Ok(None) => Turn::Theirs,
                    Err(trouble) => {
                        tracing::warn!(trouble = %crate::causes(&trouble), "The lease can't be taken.");
                        Turn::Theirs
                    }
                }
            }
        }
    }

    /// Follows, for ever or for a while.
    async fn follow(
        &mut self,
        stream: &LogStream,
        patience: Option<Duration>,
    ) -> Result<(), NodeFailure> {
        let first = self.replica.position().stream_sequence + 1;
        let Some(messages) = self.patiently(stream.follow(first).await).await else {
            return Ok(());
        };
        let mut messages = std::pin::pin!(messages);
        let until = patience.map(|patience| tokio::time::Instant::now() + patience);
        loop {
            let message = tokio::select! {
                () = self.setup.stop.cancelled() => return Ok(()),
                () = sleep_until(until) => return Ok(()),
                message = messages.next() => message,
            };
            let Some(message) = message else {
                return Ok(());
            };
            let Some(message) = self.patiently(message).await else {
                return Ok(());
            };
            tokio::task::block_in_place(|| self.replica.follow(&message))?;
        }
    }

    /// Writes until fenced, stopped, or unsure.
    async fn take_turn(
        &mut self,
        stream: LogStream,
        held: Option<Box<Held>>,
    ) -> Result<(), NodeFailure> {
        let Role::Writer { signer, itself, .. } = &self.setup.role else {
            return Ok(());
        };
        let turn = self.setup.stop.child_token();
        self.committed.notify_one();
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
        let feeding = tokio::spawn(feed.run());
        let renewing = held.map(|held| tokio::spawn(keep(*held, turn.clone())));
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
        if let Ok(intake) = intake {
            intake.stop().await;
        }
        drop(feeding.await);
        if let Some(renewing) = renewing {
            drop(renewing.await);
        }
        self.after(halt)
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
        let vault = self.setup.vault.clone();
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

/// Whose turn it is to write.
enum Turn {
    Mine(Option<Box<Held>>),
    Theirs,
    Never,
}

/// Renews the lease until the turn ends; if it is lost, ends the turn.
async fn keep(mut held: Held, turn: CancellationToken) {
    loop {
        tokio::select! {
            () = turn.cancelled() => return held.release().await,
            () = tokio::time::sleep(LEASE_RENEW) => {}
        }
        if let Err(trouble) = held.renew().await {
            tracing::warn!(trouble = %crate::causes(&trouble), "The writer's lease could not be renewed.");
            return turn.cancel();
        }
    }
}

async fn sleep_until(until: Option<tokio::time::Instant>) {
    match until {
        Some(until) => tokio::time::sleep_until(until).await,
        None => std::future::pending().await,
    }
}
