//! The lease: who tries to write. Liveness only; the fence on the log stream decides.
//!
//! The holder renews a key every [`LEASE_RENEW`]. Whoever waits looks at it every [`LEASE_LOOK`], and takes it by compare-and-set
//! when it was given back, when it ran out, or when it has not changed for [`LEASE_TTL`] *of the waiting node's own time*. So no two
//! clocks are compared, and the server's own expiry (a second or more late) is not waited for.
//!
//! How the numbers hang together. From a writer's death to the first receipt of the next pass at most `LEASE_TTL + 2·LEASE_LOOK` and
//! the time for one empty block: 3.4 s and a little, under the 5 s that are promised. A writer whose renewal waits for a slow sync
//! keeps the lease: the key changes every `LEASE_RENEW +` the sync, so a sync of two and a half seconds is survived. A server
//! that answers nobody for a while counts for little: between two looks no more than `2·LEASE_LOOK` is ever counted, so what
//! has to pass is time in which the holder could have been seen.

use std::time::Duration;

use async_nats::jetstream::kv::{Operation, Store as Bucket};
use async_nats::{Client, HeaderMap};
use bytes::Bytes;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::nats::names::Names;
use crate::nats::publish::{PublishFailure, publish};

/// A lease that was not renewed for this long is taken by whoever waits; a holder that could not renew it for this long
/// lets go.
pub(crate) const LEASE_TTL: Duration = Duration::from_secs(3);
/// How often it is renewed.
const LEASE_RENEW: Duration = Duration::from_millis(500);
/// How often whoever waits looks at it.
const LEASE_LOOK: Duration = Duration::from_millis(200);
/// When the server forgets it, in whole seconds: only so that nothing is left behind where nobody waits. Longer than
/// [`LEASE_TTL`], or it would end under a slow holder.
const SERVER_TTL: &str = "6s";
const _: () = assert!(LEASE_TTL.as_millis() + 2 * LEASE_LOOK.as_millis() < 4_000);
/// Pause before a renewal that could not be sent is tried again.
const RETRY_PAUSE: Duration = Duration::from_millis(100);
/// The key in the bucket.
const KEY: &str = "writer";

/// Whether this node competes for the lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lease {
    /// It is the only node: the lock on its data directory is enough.
    Alone,
    /// It competes with others.
    Shared,
}

/// The lease could not be looked at, taken or kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LeaseTrouble {
    /// The bucket can't be reached.
    #[error("the lease bucket can't be reached")]
    Bucket(#[source] async_nats::Error),
    /// It could not be written.
    #[error("the lease can't be written")]
    Write(#[source] PublishFailure),
    /// Somebody else has it.
    #[error("another node has the lease")]
    Lost,
}

/// Where the lease is, and who asks for it.
#[derive(Clone)]
struct Place {
    client: Client,
    names: Names,
    /// Name of the node, and a word that no other process has: two nodes by one name are two.
    holder: String,
}

/// What the key says.
enum Entry {
    /// Nobody has it; the revision to be replaced, 0 if there is none.
    Free(u64),
    Held {
        revision: u64,
        holder: Bytes,
    },
}

impl Place {
    async fn look(&self) -> Result<Entry, LeaseTrouble> {
        let context = async_nats::jetstream::new(self.client.clone());
        let reached = |error: async_nats::Error| LeaseTrouble::Bucket(error);
        let bucket: Bucket = context
            .get_key_value(self.names.lease_bucket())
            .await
            .map_err(|error| reached(error.into()))?;
        let entry = bucket
            .entry(KEY)
            .await
            .map_err(|error| reached(error.into()))?;
        Ok(match entry {
            None => Entry::Free(0),
            Some(entry) => match entry.operation {
                Operation::Delete | Operation::Purge => Entry::Free(entry.revision),
                Operation::Put => Entry::Held {
                    revision: entry.revision,
                    holder: entry.value,
                },
            },
        })
    }

    /// Writes the key if `revision` is still its last. The client library writes none with a time to live, so this is the raw
    /// publish.
    async fn put(&self, revision: u64) -> Result<u64, PublishFailure> {
        let mut headers = HeaderMap::new();
        headers.insert("Nats-TTL", SERVER_TTL);
        let body = Bytes::copy_from_slice(self.holder.as_bytes());
        self.publish(revision, headers, body).await
    }

    async fn publish(
        &self,
        revision: u64,
        mut headers: HeaderMap,
        body: Bytes,
    ) -> Result<u64, PublishFailure> {
        let expected = revision.to_string();
        headers.insert("Nats-Expected-Last-Subject-Sequence", expected.as_str());
        let subject = format!("$KV.{}.{KEY}", self.names.lease_bucket());
        let ack = publish(&self.client, &subject, body, headers).await?;
        Ok(ack.sequence)
    }
}

/// A node that waits for the lease.
pub(crate) struct Candidate {
    place: Place,
    /// The revision seen last, and for how long it was seen unchanged.
    unchanged: Option<(u64, Duration)>,
    looked: Option<Instant>,
}

impl Candidate {
    pub(crate) fn new(client: &Client, names: &Names, node: &str) -> Self {
        let unique = client.new_inbox();
        let unique = unique.rsplit('.').next().unwrap_or(&unique);
        Self {
            place: Place {
                client: client.clone(),
                names: names.clone(),
                holder: format!("{node} {unique}"),
            },
            unchanged: None,
            looked: None,
        }
    }

    /// Waits until the lease is ours. Trouble is logged and waited out.
    pub(crate) async fn wait(&mut self) -> Held {
        let mut told = false;
        loop {
            match self.attempt().await {
                Ok(Some(held)) => return held,
                Ok(None) => told = false,
                Err(trouble) => {
                    if !std::mem::replace(&mut told, true) {
                        tracing::warn!(trouble = %crate::causes(&trouble), "The lease can't be taken.");
                    }
                }
            }
            tokio::time::sleep(LEASE_LOOK).await;
        }
    }

    /// Looks once; takes the lease if nobody has it any more.
    pub(crate) async fn attempt(&mut self) -> Result<Option<Held>, LeaseTrouble> {
        let entry = self.place.look().await?;
        let since = self.looked.replace(Instant::now());
        let passed = since.map_or(Duration::ZERO, |since| since.elapsed());
        let revision = match entry {
            Entry::Free(revision) => revision,
            Entry::Held { revision, .. } => {
                let known = self.unchanged.filter(|(last, _)| *last == revision);
                let unchanged = known.map_or(Duration::ZERO, |(_, before)| {
                    before + passed.min(2 * LEASE_LOOK)
                });
                self.unchanged = Some((revision, unchanged));
                if unchanged < LEASE_TTL {
                    return Ok(None);
                }
                revision
            }
        };
        match self.place.put(revision).await {
            Ok(revision) => {
                self.unchanged = None;
                Ok(Some(Held {
                    place: self.place.clone(),
                    revision,
                }))
            }
            // Somebody was faster, or the holder lives after all.
            Err(PublishFailure::Fenced { .. }) => Ok(None),
            Err(failure) => Err(LeaseTrouble::Write(failure)),
        }
    }
}

/// A lease that is held.
pub(crate) struct Held {
    place: Place,
    revision: u64,
}

impl Held {
    /// Renews the lease until the turn ends, and gives it back then; if it is lost, ends the turn.
    pub(crate) async fn keep(mut self, turn: CancellationToken) {
        loop {
            tokio::select! {
                () = turn.cancelled() => return self.release().await,
                () = tokio::time::sleep(LEASE_RENEW) => {}
            }
            let renewed = tokio::select! {
                () = turn.cancelled() => return self.release().await,
                renewed = tokio::time::timeout(LEASE_TTL, self.renew()) => renewed,
            };
            let why = match renewed {
                Ok(Ok(())) => continue,
                Ok(Err(trouble)) => crate::causes(&trouble),
                Err(_) => format!("no answer in {} s", LEASE_TTL.as_secs()),
            };
            tracing::warn!(trouble = why, "The writer's lease could not be renewed.");
            return turn.cancel();
        }
    }

    /// Renews it, however often that has to be tried. If it isn't clear whether the last renewal was stored, the key tells.
    async fn renew(&mut self) -> Result<(), LeaseTrouble> {
        loop {
            match self.place.put(self.revision).await {
                Ok(revision) => {
                    self.revision = revision;
                    return Ok(());
                }
                Err(failure) => {
                    tracing::debug!(%failure, "A renewal of the lease was not acknowledged.");
                    match self.place.look().await {
                        Ok(Entry::Held { revision, holder })
                            if holder == self.place.holder.as_bytes() =>
                        {
                            self.revision = revision;
                        }
                        // Forgotten by a server that lost it: taken again, unless somebody is faster.
                        Ok(Entry::Free(revision)) => self.revision = revision,
                        Ok(Entry::Held { .. }) => return Err(LeaseTrouble::Lost),
                        Err(_) => {}
                    }
                    tokio::time::sleep(RETRY_PAUSE).await;
                }
            }
        }
    }

    /// Gives it back, so that a standby needn't wait for it to end.
    pub(crate) async fn release(self) {
        let mut headers = HeaderMap::new();
        headers.insert("KV-Operation", "DEL");
        let released = self.place.publish(self.revision, headers, Bytes::new());
        match tokio::time::timeout(LEASE_TTL, released).await {
            Ok(Ok(_)) => {}
            Ok(Err(_)) | Err(_) => {
                tracing::debug!("The lease was not given back; it ends by itself.");
            }
        }
    }
}
