//! The feed: one CloudEvent per entry, derived from the log behind the receipts, in atomic batches.
//!
//! Exactly once, by the fence: a batch is published only if the feed ends where we believe. After a
//! crash, or when somebody else's message got in, we read the feed's tail to see how far it is.
//! Disposable: it can be made again from sequence 0.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_nats::jetstream::stream::{RawMessageErrorKind, Stream};
use async_nats::{Client, HeaderMap};
use bytes::Bytes;
use cinnabar_events::{CloudEvent, Entry, Sequence};
use cinnabar_failpoint::{Failpoint, pass};
use cinnabar_store::Store;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use crate::identity::Identity;
use crate::nats::names::Names;
use crate::nats::publish::{
    Ack, BatchMessage, PublishFailure, publish, publish_atomic_batch, publish_fenced,
};
use crate::nats::streams::StreamKind;
use crate::setup::Handle;

/// Entries in one atomic batch: as many as the server takes, for its fixed cost is several syncs.
const FEED_BATCH: u64 = crate::nats::publish::BATCH_MAX as u64;
/// Bytes of entries in one atomic batch: the server stages it, and 500 entries of 64 KiB would be too much.
const FEED_BATCH_BYTES: usize = 4 << 20;
/// How long entries are gathered before they are published, unless there are enough for a batch: a batch costs
/// several syncs whatever its size, and they would compete with the writer's. As soon as none comes for one look, they go.
const FEED_GATHER: Duration = Duration::from_millis(100);
/// How often it is looked whether there are more.
const FEED_LOOK: Duration = Duration::from_millis(20);
/// Pause before trying again when the feed can't be read or written.
const RETRY_PAUSE: Duration = Duration::from_millis(500);

/// Why the feed could not go on just now.
#[derive(Debug, thiserror::Error)]
enum FeedTrouble {
    #[error("the store can't be read")]
    Store(#[from] cinnabar_store::StoreError),
    #[error("the feed can't be read")]
    Read(#[source] async_nats::Error),
    #[error("the feed can't be written")]
    Publish(#[from] PublishFailure),
    #[error("entry {0} can't be read")]
    Entry(u64),
}

impl Handle {
    /// Holds the feed back, or lets it go on: for whoever needs the machine for something else meanwhile. Receipts and views
    /// don't wait for the feed; what it misses it takes up afterwards. At most one batch is still on its way when this returns.
    /// A feed that was held back goes on by itself when the last handle of its node is gone.
    pub fn pause_feed(&self, paused: bool) {
        self.feed_paused.send_replace(paused);
    }
}

/// Publishes entries to the feed, and checkpoints to theirs.
pub(crate) struct Feed {
    pub(crate) client: Client,
    pub(crate) names: Names,
    pub(crate) identity: Identity,
    pub(crate) store: Store,
    /// Told at each commit.
    pub(crate) committed: Arc<Notify>,
    /// Entries in the feed: the ledger's size less this is the lag.
    pub(crate) published: Arc<AtomicU64>,
    /// Whether it is held back.
    pub(crate) paused: watch::Receiver<bool>,
    pub(crate) stop: CancellationToken,
}

/// Where the feed ends.
struct Tail {
    /// Last message of the feed stream.
    stream_sequence: u64,
    /// The next entry to publish.
    next: u64,
}

impl Feed {
    /// Runs until told to stop. Trouble is logged and tried again: receipts don't wait for the feed.
    pub(crate) async fn run(mut self) {
        let mut tail = None;
        let mut checkpoint = String::new();
        while !self.stop.is_cancelled() {
            tokio::select! {
                () = self.stop.cancelled() => return,
                // An error says that nobody is left who could let it go on.
                _ = self.paused.wait_for(|paused| !*paused) => {}
            }
            match self.step(&mut tail, &mut checkpoint).await {
                Ok(true) => {}
                Ok(false) => {
                    self.gather().await;
                    continue;
                }
                Err(trouble) => {
                    tracing::warn!(trouble = %crate::causes(&trouble), "The feed is held up.");
                    tail = None;
                    tokio::time::sleep(RETRY_PAUSE).await;
                    continue;
                }
            }
            tokio::select! {
                () = self.stop.cancelled() => {}
                () = self.committed.notified() => self.gather().await,
            }
        }
    }

    /// Waits a little for more, unless a batch is full already.
    async fn gather(&self) {
        let published = self.published.load(Ordering::Relaxed);
        let waiting = || self.store.head().size.get().saturating_sub(published);
        let (mut before, mut waited) = (0, Duration::ZERO);
        while waiting() < FEED_BATCH && before < waiting() && waited < FEED_GATHER {
            before = waiting();
            tokio::time::sleep(FEED_LOOK).await;
            waited += FEED_LOOK;
        }
    }

    /// Publishes the newest checkpoint, if it is new, and one batch; `false` if there is more.
    async fn step(
        &self,
        known: &mut Option<Tail>,
        checkpoint: &mut String,
    ) -> Result<bool, FeedTrouble> {
        let newest = self.store.checkpoint().unwrap_or_default();
        if newest != *checkpoint {
            publish(
                &self.client,
                &self.names.checkpoint_subject(),
                Bytes::from(newest.clone()),
                HeaderMap::new(),
            )
            .await?;
            *checkpoint = newest;
        }
        let mut tail = match known.take() {
            Some(tail) => tail,
            None => self.find_tail().await?,
        };
        if tail.next < self.store.head().size.get() && !self.is_held_back() {
            let batch = self.batch(tail.next)?;
            let count = batch.len() as u64;
            pass(Failpoint::FeedBatched);
            let ack = self.publish(batch, tail.stream_sequence).await?;
            pass(Failpoint::FeedPublished);
            tail = Tail {
                stream_sequence: ack.sequence,
                next: tail.next + count,
            };
        }
        let all = tail.next >= self.store.head().size.get();
        self.published.store(tail.next, Ordering::Relaxed);
        *known = Some(tail);
        Ok(all)
    }

    fn is_held_back(&self) -> bool {
        let paused = *self.paused.borrow() && self.paused.has_changed().is_ok();
        paused || self.stop.is_cancelled()
    }

    /// One message needs no batch, and one sync instead of several.
    async fn publish(
        &self,
        mut batch: Vec<BatchMessage>,
        expected: u64,
    ) -> Result<Ack, PublishFailure> {
        match batch.pop() {
            Some(BatchMessage {
                subject,
                headers,
                body,
            }) if batch.is_empty() => {
                publish_fenced(&self.client, &subject, body, headers, expected).await
            }
            Some(last) => {
                batch.push(last);
                publish_atomic_batch(&self.client, batch, expected).await
            }
            None => Err(PublishFailure::NotSent {
                reason: "an empty batch".to_owned(),
            }),
        }
    }

    fn batch(&self, from: u64) -> Result<Vec<BatchMessage>, FeedTrouble> {
        let mut batch = Vec::new();
        let mut size = 0;
        for entry in self.entries(from)? {
            size += entry.bytes().len();
            if size > FEED_BATCH_BYTES && !batch.is_empty() {
                break;
            }
            let event = CloudEvent::of(self.identity.ledger, &self.identity.name, &entry);
            let mut headers = HeaderMap::new();
            for (name, value) in &event.headers {
                headers.insert(*name, value.as_str());
            }
            batch.push(BatchMessage {
                subject: event.subject.into(),
                headers,
                body: Bytes::copy_from_slice(entry.bytes()),
            });
        }
        Ok(batch)
    }

    /// At least one entry from `from` on, and no more than a batch takes: from memory while the feed keeps up.
    fn entries(&self, from: u64) -> Result<Vec<Entry>, FeedTrouble> {
        let most = usize::try_from(FEED_BATCH).expect("a batch is counted in memory");
        let recent = self.store.recent(Sequence::new(from), most);
        if !recent.is_empty() {
            return Ok(recent);
        }
        let to = Sequence::new(from + FEED_BATCH);
        let mut bytes = 0;
        let mut read = Vec::new();
        for entry in self.store.entries(Sequence::new(from), to) {
            let entry = entry?;
            bytes += entry.len();
            if bytes > FEED_BATCH_BYTES && !read.is_empty() {
                break;
            }
            let number = from + read.len() as u64;
            read.push(Entry::parse(entry).map_err(|_| FeedTrouble::Entry(number))?);
        }
        Ok(read)
    }

    /// Reads back from the feed's end to the last message that is an entry of this ledger: what others
    /// put there is passed over.
    async fn find_tail(&self) -> Result<Tail, FeedTrouble> {
        let failed = |error: async_nats::Error| FeedTrouble::Read(error);
        let stream: Stream = StreamKind::Feed
            .context(&self.client)
            .get_stream(self.names.feed_stream())
            .await
            .map_err(|error| failed(error.into()))?;
        let last = stream
            .get_info()
            .await
            .map_err(|error| failed(error.into()))?
            .state
            .last_sequence;
        let mut at = last;
        while at > 0 {
            match stream.get_raw_message(at).await {
                Ok(message) => {
                    if let Some(sequence) = self.is_ours(&message.payload)? {
                        return Ok(Tail {
                            stream_sequence: last,
                            next: sequence + 1,
                        });
                    }
                    tracing::error!(
                        feed.sequence = at,
                        "A message of the feed is no entry of this ledger; it is passed over."
                    );
                }
                Err(error) if matches!(error.kind(), RawMessageErrorKind::NoMessageFound) => {}
                Err(error) => return Err(failed(error.into())),
            }
            at -= 1;
        }
        Ok(Tail {
            stream_sequence: last,
            next: 0,
        })
    }

    /// The sequence of an entry of this ledger with exactly these bytes.
    fn is_ours(&self, bytes: &[u8]) -> Result<Option<u64>, FeedTrouble> {
        let Ok(entry) = Entry::parse(bytes) else {
            return Ok(None);
        };
        let held = self.store.entry(entry.seq())?;
        Ok((held.as_deref() == Some(bytes)).then(|| entry.seq().get()))
    }
}
