//! Publishing the blocks of a replica to a stream that lacks them.

use std::time::{Duration, Instant};

use async_nats::{Client, HeaderMap};
use bytes::Bytes;
use cinnabar_events::Block;
use cinnabar_failpoint::{Failpoint, pass};
use cinnabar_store::{BlockBoundary, Position, Store};
use cinnabar_tlog::{Checkpoint, Note};
use futures::{StreamExt as _, TryStreamExt as _};

use super::blocks::{Boundaries, Rank, remake};
use super::place::{last_up_to, own_rank};
use super::{Trouble, unmoved};
use crate::identity::{Identity, LogSigner};
use crate::nats::checks::check_stream;
use crate::nats::names::Names;
use crate::nats::publish::publish_fenced;
use crate::nats::streams::{Generation, StreamError, StreamKind, ensure, ensure_lease, make_again};
use crate::replica::Divergence;
use crate::setup::{MayRefill, Seen};
use crate::stream::{LogStream, StreamState};

/// Blocks published before the first of them is acknowledged. If one fails, so do all after it: each names the sequence
/// that it expects.
const IN_FLIGHT: usize = 32;
/// How often it is said how far it has come.
const PROGRESS_EVERY: Duration = Duration::from_secs(5);

/// Everything that filling a stream needs.
pub(crate) struct Filling<'n> {
    pub(crate) client: &'n Client,
    pub(crate) names: &'n Names,
    pub(crate) identity: &'n Identity,
    pub(crate) store: &'n Store,
    pub(crate) signer: &'n LogSigner,
    /// Where the replica stands.
    pub(crate) position: Position,
}

impl Filling<'_> {
    /// Makes the stream anew, as the generation after all that are known, and fills it. The position of the replica in it.
    ///
    /// # Errors
    /// [`Trouble`]; a stream that is filled in part says so itself, and is filled on when this is tried again.
    pub(crate) async fn next_generation(
        &self,
        right: &MayRefill,
        old: Option<(&LogStream, &StreamState)>,
    ) -> Result<Position, Trouble> {
        let known = old.map_or(0, |(_, state)| state.generation.number);
        let generation = Generation {
            number: known.max(self.position.generation) + 1,
            filled_to: self.store.head().size.get(),
        };
        if let Some((stream, state)) = old {
            unmoved(stream, state).await?;
        }
        tracing::warn!(
            stream.generation = generation.number,
            ledger.size = generation.filled_to,
            "The log stream is made anew and filled from this replica."
        );
        let MayRefill { operator, replicas } = right;
        make_again(operator, self.names, StreamKind::Log, *replicas, generation).await?;
        let Some(stream) = LogStream::find(self.client, self.names).await? else {
            return Err(Trouble::Moved);
        };
        let state = stream.state().await?;
        self.fill(&stream, &state, None).await
    }

    /// Adds the blocks that the stream lacks at its end; `None` if they would not stand where they stood.
    ///
    /// # Errors
    /// [`Trouble`].
    pub(crate) async fn complete(
        &self,
        stream: &LogStream,
        state: &StreamState,
    ) -> Result<Option<Position>, Trouble> {
        let own = own_rank(self.store, self.position);
        let last = last_up_to(stream, self.identity, own, state.last).await?;
        let rank = last.as_ref().map(|found| Rank::of(found.block.header()));
        if state.generation.number == self.position.generation {
            // What stood between them and was passed over is not in the replica: then the numbers would be others.
            let mut expected = state.last;
            for boundary in Boundaries::of(self.store, rank) {
                let boundary = boundary?;
                expected += 1;
                let there = (boundary.generation, boundary.stream_sequence);
                if there != (self.position.generation, expected) {
                    return Ok(None);
                }
            }
        }
        self.fill(stream, state, rank).await.map(Some)
    }

    /// Publishes every block after `after`, each only if the stream ends where it must.
    async fn fill(
        &self,
        stream: &LogStream,
        state: &StreamState,
        after: Option<Rank>,
    ) -> Result<Position, Trouble> {
        let (began, mut told) = (Instant::now(), Instant::now());
        let to = self.store.head().size.get();
        let blocks = Boundaries::of(self.store, after).zip(state.last..);
        let mut publishing = futures::stream::iter(blocks)
            .map(|(boundary, expected)| self.publish(boundary, expected))
            .buffered(IN_FLIGHT);
        let (mut count, mut last) = (0_u64, state.last);
        while let Some((sequence, size)) = publishing.try_next().await? {
            (count, last) = (count + 1, sequence);
            if told.elapsed() >= PROGRESS_EVERY {
                told = Instant::now();
                tracing::info!(
                    blocks = count,
                    ledger.size = size,
                    of = to,
                    "Refilling the log stream."
                );
            }
        }
        drop(publishing);
        let own = own_rank(self.store, self.position);
        let found = last_up_to(stream, self.identity, own, last).await?;
        let complete = found.is_some_and(|found| {
            let header = found.block.header();
            found.sequence == last
                && Rank::of(header) == own
                && header.head == self.store.head().hash
        });
        if !complete {
            let why = "its last block is not this replica's".to_owned();
            return Err(Divergence::NotRefilled(why).into());
        }
        tracing::warn!(
            blocks = count,
            ledger.size = to,
            stream.last = last,
            stream.generation = state.generation.number,
            seconds = began.elapsed().as_secs(),
            "The log stream has every block of this replica again."
        );
        Ok(Position {
            generation: state.generation.number,
            stream_sequence: last,
            epoch: self.position.epoch,
        })
    }

    /// Publishes one block, if `expected` is the stream's last sequence. Its own, and the entries up to its end.
    async fn publish(
        &self,
        boundary: Result<BlockBoundary, cinnabar_store::StoreError>,
        expected: u64,
    ) -> Result<(u64, u64), Trouble> {
        let boundary = boundary?;
        let block = remake(&boundary, self.store, self.identity, self.signer)?;
        pass(Failpoint::RefillPublishing);
        let ack = publish_fenced(
            self.client,
            &self.names.log_subject(),
            Bytes::copy_from_slice(block.body()),
            headers(&block),
            expected,
        )
        .await?;
        Ok((ack.sequence, boundary.size_after.get()))
    }
}

/// A block's headers, as messages carry them.
fn headers(block: &Block) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in block.to_headers() {
        headers.insert(name, value.as_str());
    }
    headers
}

/// The newest checkpoint that is published beside the log, if there is one that the log signed: one more who knows how far the ledger had
/// come.
pub(crate) async fn published_checkpoint(
    client: &Client,
    names: &Names,
    identity: &Identity,
) -> Option<Seen> {
    let stream = StreamKind::Checkpoint
        .context(client)
        .get_stream_no_info(names.checkpoint_stream())
        .await
        .ok()?;
    let subject = names.checkpoint_subject();
    let message = stream
        .get_last_raw_message_by_subject(&subject)
        .await
        .ok()?;
    let note = Note::parse(&message.payload).ok()?;
    let checkpoint = Checkpoint::open(&note, &identity.vkey).ok()?;
    Some(Seen {
        size: checkpoint.size,
        root: checkpoint.root,
        by: "the checkpoint published on the NATS server".to_owned(),
    })
}

/// Makes what can be made again from the log: the feed and the checkpoint stream if they are missing or damaged, and the lease. What
/// they held is published again by the next writer's turn.
///
/// # Errors
/// [`StreamError`].
pub(crate) async fn renew_others(right: &MayRefill, names: &Names) -> Result<(), StreamError> {
    let MayRefill { operator, replicas } = right;
    for kind in [StreamKind::Checkpoint, StreamKind::Feed] {
        ensure(operator, names, kind, *replicas).await?;
        let findings = check_stream(operator, names, kind, *replicas).await;
        if let Some(finding) = findings.iter().find(|finding| finding.is_of_history()) {
            tracing::warn!(%finding, "A stream that is derived from the log is made anew.");
            make_again(operator, names, kind, *replicas, Generation::default()).await?;
        }
    }
    ensure_lease(operator, names, *replicas).await
}
