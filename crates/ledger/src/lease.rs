//! The lease: who tries to write. Liveness only; the fence on the log stream decides.

use std::time::Duration;

use async_nats::Client;
use async_nats::jetstream::kv::{CreateErrorKind, Store as Bucket};
use bytes::Bytes;

use crate::nats::names::Names;
use crate::nats::publish::PublishFailure;

/// A lease that isn't renewed ends after this.
pub(crate) const LEASE_TTL: Duration = Duration::from_secs(4);
/// How often it is renewed: two renewals may fail.
pub(crate) const LEASE_RENEW: Duration = Duration::from_millis(1200);
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

/// A lease that is held.
pub(crate) struct Held {
    client: Client,
    names: Names,
    node: String,
    revision: u64,
}

/// The lease could not be taken or kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LeaseTrouble {
    /// The bucket can't be reached.
    #[error("the lease bucket can't be reached")]
    Bucket(#[source] async_nats::Error),
    /// Somebody else has it, or nobody knows who does.
    #[error("the lease was lost")]
    Lost(#[source] PublishFailure),
}

/// Tries to take the lease for `node`; `None` if another node has it.
pub(crate) async fn take(
    client: &Client,
    names: &Names,
    node: &str,
) -> Result<Option<Held>, LeaseTrouble> {
    let context = async_nats::jetstream::new(client.clone());
    let bucket: Bucket = context
        .get_key_value(names.lease_bucket())
        .await
        .map_err(|error| LeaseTrouble::Bucket(error.into()))?;
    match bucket
        .create_with_ttl(KEY, Bytes::copy_from_slice(node.as_bytes()), LEASE_TTL)
        .await
    {
        Ok(revision) => Ok(Some(Held {
            client: client.clone(),
            names: names.clone(),
            node: node.to_owned(),
            revision,
        })),
        Err(error) if error.kind() == CreateErrorKind::AlreadyExists => Ok(None),
        Err(error) => Err(LeaseTrouble::Bucket(error.into())),
    }
}

impl Held {
    fn subject(&self) -> String {
        format!("$KV.{}.{KEY}", self.names.lease_bucket())
    }

    /// Renews it. The client library has no renewal with a time to live, so this is the raw publish.
    pub(crate) async fn renew(&mut self) -> Result<(), LeaseTrouble> {
        let mut headers = async_nats::HeaderMap::new();
        headers.insert("Nats-TTL", format!("{}s", LEASE_TTL.as_secs()).as_str());
        headers.insert(
            "Nats-Expected-Last-Subject-Sequence",
            self.revision.to_string().as_str(),
        );
        let body = Bytes::copy_from_slice(self.node.as_bytes());
        let ack = crate::nats::publish::publish(&self.client, &self.subject(), body, headers)
            .await
            .map_err(LeaseTrouble::Lost)?;
        self.revision = ack.sequence;
        Ok(())
    }

    /// Gives it back, so that a standby needn't wait for it to end.
    pub(crate) async fn release(self) {
        let mut headers = async_nats::HeaderMap::new();
        headers.insert("KV-Operation", "DEL");
        headers.insert(
            "Nats-Expected-Last-Subject-Sequence",
            self.revision.to_string().as_str(),
        );
        if let Err(error) =
            crate::nats::publish::publish(&self.client, &self.subject(), Bytes::new(), headers)
                .await
        {
            tracing::debug!(%error, "The lease was not given back; it ends by itself.");
        }
    }
}
