//! The feed stream, as an agency reads it: a named, ordered consumer that leaves nothing behind.

use std::time::Duration;

use anyhow::Context as _;
use async_nats::Client;
use async_nats::jetstream::consumer::pull::{Config, Stream};
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy};
use async_nats::jetstream::{self, Context};
use cinnabar_events::Sequence;
use futures::StreamExt as _;

use super::KindPattern;
use crate::exit::{Exit, Failure, OrFail as _};
use crate::profile::Profile;
use crate::wire;

/// The server forgets a consumer that nobody asks for this long. Its place is not lost: the sequence is.
const CONSUMER_IDLE: Duration = Duration::from_secs(300);
/// How often the server says that it is still there while nothing comes.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// How long one request for entries stands.
const PULL_EXPIRES: Duration = Duration::from_secs(30);
/// Most entries that are under way at once.
const PULL_MAX: usize = 500;

/// The feed stream of one ledger.
pub(super) struct Feed<'a> {
    context: Context,
    stream: String,
    prefix: String,
    kind: Option<&'a KindPattern>,
}

/// Entries as they are delivered.
pub(super) struct Delivery {
    messages: Stream,
    /// Whether nothing was left to deliver when the last entry was, or nothing ever was.
    drained: bool,
}

impl<'a> Feed<'a> {
    pub(super) fn new(client: &Client, profile: &Profile, kind: Option<&'a KindPattern>) -> Self {
        let names = wire::names(profile);
        Self {
            context: jetstream::new(client.clone()),
            stream: names.feed_stream(),
            prefix: names.entry_prefix(),
            kind,
        }
    }

    /// The sequence of the next entry to come.
    pub(super) async fn end(&self) -> Result<u64, Failure> {
        let stream = self.context.get_stream(&self.stream).await.or_fail_while(
            Exit::Unreachable,
            || "cannot look at the feed stream; may this user follow it?",
        )?;
        Ok(stream.cached_info().state.last_sequence)
    }

    /// Entries from `from` on. One message of the stream is one entry, from the first on: entry `n` is message `n + 1`,
    /// which the follower finds out if it should not be so.
    pub(super) async fn deliver(&self, from: Sequence) -> anyhow::Result<Delivery> {
        // An agency's permissions are compared with the filter only if the consumer has a name.
        let mut random = [0; 8];
        getrandom::fill(&mut random).context("the system gives no random bytes")?;
        let name = format!("follow-{}", hex::encode(random));
        let stream = self
            .context
            .get_stream_no_info(&self.stream)
            .await
            .context("cannot look at the feed stream")?;
        let config = Config {
            name: Some(name),
            ack_policy: AckPolicy::None,
            deliver_policy: DeliverPolicy::ByStartSequence {
                start_sequence: from.get() + 1,
            },
            filter_subject: self.kind.map_or_else(
                || format!("{}.>", self.prefix),
                |kind| kind.subjects(&self.prefix),
            ),
            inactive_threshold: CONSUMER_IDLE,
            ..Config::default()
        };
        let consumer = stream
            .create_consumer(config)
            .await
            .context("cannot subscribe; may this user follow these kinds?")?;
        let drained = consumer.cached_info().num_pending == 0;
        let messages = consumer
            .stream()
            .heartbeat(HEARTBEAT)
            .expires(PULL_EXPIRES)
            .max_messages_per_batch(PULL_MAX)
            .messages()
            .await
            .context("cannot ask for entries")?;
        Ok(Delivery { messages, drained })
    }
}

impl Delivery {
    /// The exact bytes of the next entry. Can be dropped while it waits.
    pub(super) async fn next(&mut self) -> anyhow::Result<Vec<u8>> {
        let message = self
            .messages
            .next()
            .await
            .context("the subscription ended")?
            .context("the server broke off")?;
        let pending = message.info().map(|info| info.pending);
        self.drained = matches!(pending, Ok(0));
        Ok(message.payload.to_vec())
    }

    /// Whether nothing was left when the last entry was delivered.
    pub(super) fn is_drained(&self) -> bool {
        self.drained
    }
}
