//! What the streams of a ledger must look like; create them, or name what differs.
//!
//! | stream | subject | keeps | written by |
//! |---|---|---|---|
//! | log | `cinnabar.<l>.log` | every block, for ever | fenced publishes, one message a block |
//! | checkpoint | `cinnabar.<l>.checkpoint` | the newest message | plain publishes |
//! | feed | `cinnabar.<l>.entry.>` | every entry; can be rebuilt | fenced atomic batches |
//!
//! Direct get is off everywhere: any replica may answer it, also one that lags, and a decision to commit again or step down
//! must not rest on that. `STREAM.MSG.GET` is answered by the leader.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use async_nats::Client;
use async_nats::jetstream::context::{CreateKeyValueError, GetStreamErrorKind};
use async_nats::jetstream::stream::{
    Config, ConsumerLimits, DiscardPolicy, Info, RetentionPolicy, StorageType,
};
use async_nats::jetstream::{self, Context, ErrorCode, kv};
use serde_json::Value;

use super::names::{FEED_API_PREFIX, Names};

/// Window in which the server looks for repeated message ids: the shortest it takes, for we send none.
const DUPLICATE_WINDOW: Duration = Duration::from_millis(100);
/// Most consumers on the feed, of all agencies together.
const FEED_CONSUMERS_MAX: i32 = 1_024;
/// A consumer on the feed that nobody asked for this long is removed by the server. Its agency can go on from its own cursor.
const FEED_CONSUMER_IDLE: Duration = Duration::from_secs(30 * 24 * 3600);
/// How long the server keeps the marker of a lease that ran out.
const LEASE_MARKER: Duration = Duration::from_secs(1);
/// Settings that say nothing about what is kept: texts, and what the server adds by itself.
const NOT_COMPARED: [&str; 3] = ["metadata", "description", "placement"];

/// How many servers keep each message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replicas {
    /// One server.
    One,
    /// A cluster of three or more.
    Three,
}

impl Replicas {
    /// The number.
    #[must_use]
    pub fn count(self) -> usize {
        match self {
            Self::One => 1,
            Self::Three => 3,
        }
    }
}

/// One of the ledger's streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamKind {
    /// The blocks.
    Log,
    /// The newest checkpoint.
    Checkpoint,
    /// The entries, for agencies.
    Feed,
}

impl StreamKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Log, Self::Checkpoint, Self::Feed];

    /// The stream's name.
    #[must_use]
    pub fn stream(self, names: &Names) -> String {
        match self {
            Self::Log => names.log_stream(),
            Self::Checkpoint => names.checkpoint_stream(),
            Self::Feed => names.feed_stream(),
        }
    }

    /// The JetStream API through which a user of the ledger account reaches the stream. (An agency is in the feed's own
    /// account and takes `jetstream::new`.)
    #[must_use]
    pub fn context(self, client: &Client) -> Context {
        match self {
            Self::Log | Self::Checkpoint => jetstream::new(client.clone()),
            Self::Feed => jetstream::with_prefix(client.clone(), FEED_API_PREFIX),
        }
    }

    /// The configuration that the stream must have.
    #[must_use]
    pub fn expected(self, names: &Names, replicas: Replicas) -> Config {
        let base = Config {
            name: self.stream(names),
            storage: StorageType::File,
            retention: RetentionPolicy::Limits,
            num_replicas: replicas.count(),
            discard: DiscardPolicy::New,
            max_bytes: -1,
            max_messages: -1,
            max_messages_per_subject: -1,
            max_message_size: -1,
            max_consumers: -1,
            duplicate_window: DUPLICATE_WINDOW,
            deny_delete: true,
            deny_purge: true,
            allow_direct: false,
            ..Config::default()
        };
        match self {
            Self::Log => Config {
                subjects: vec![names.log_subject()],
                ..base
            },
            // A newer message replaces the older by the limit, which neither of the two denials touches.
            Self::Checkpoint => Config {
                subjects: vec![names.checkpoint_subject()],
                max_messages_per_subject: 1,
                discard: DiscardPolicy::Old,
                ..base
            },
            Self::Feed => Config {
                subjects: vec![names.entry_subjects()],
                allow_atomic_publish: true,
                max_consumers: FEED_CONSUMERS_MAX,
                consumer_limits: Some(ConsumerLimits {
                    inactive_threshold: FEED_CONSUMER_IDLE,
                    ..ConsumerLimits::default()
                }),
                ..base
            },
        }
    }
}

/// One setting that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The setting's name in the server's own API: `deny_delete`.
    pub setting: String,
    /// What it must be, as JSON.
    pub expected: String,
    /// What it is, as JSON.
    pub found: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} is {}, must be {}",
            self.setting, self.found, self.expected
        )
    }
}

/// Why the state of a stream could not be had or made.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// There is no such stream.
    #[error("stream {stream} does not exist")]
    Missing {
        /// The stream.
        stream: String,
    },
    /// The server did not do it. A time-out also means that the user may not ask.
    #[error("{doing} stream {stream}")]
    Api {
        /// What was being done.
        doing: &'static str,
        /// The stream.
        stream: String,
        /// What the client library said.
        #[source]
        source: async_nats::Error,
    },
}

/// The stream's configuration and state, from its leader.
///
/// # Errors
/// [`StreamError`].
pub async fn info(client: &Client, names: &Names, kind: StreamKind) -> Result<Info, StreamError> {
    let stream = kind.stream(names);
    match kind.context(client).get_stream(&stream).await {
        Ok(found) => Ok(found.cached_info().clone()),
        Err(error) => Err(match error.kind() {
            GetStreamErrorKind::JetStream(api)
                if api.error_code() == ErrorCode::STREAM_NOT_FOUND =>
            {
                StreamError::Missing { stream }
            }
            GetStreamErrorKind::JetStream(_)
            | GetStreamErrorKind::EmptyName
            | GetStreamErrorKind::Request
            | GetStreamErrorKind::InvalidStreamName => StreamError::Api {
                doing: "asking for",
                stream,
                source: error.into(),
            },
        }),
    }
}

/// Creates the stream if there is none. Needs the operator's rights. An existing stream is left as it is: [`differences`]
/// says whether it will do.
///
/// # Errors
/// [`StreamError`].
pub async fn ensure(
    client: &Client,
    names: &Names,
    kind: StreamKind,
    replicas: Replicas,
) -> Result<Info, StreamError> {
    match info(client, names, kind).await {
        Err(StreamError::Missing { stream }) => {
            let made = kind
                .context(client)
                .create_stream(kind.expected(names, replicas))
                .await;
            made.map_err(|error| StreamError::Api {
                doing: "creating",
                stream,
                source: error.into(),
            })?;
            info(client, names, kind).await
        }
        other => other,
    }
}

/// Creates the bucket of the writer's lease if there is none. Needs the operator's rights.
///
/// # Errors
/// [`StreamError::Api`].
pub async fn ensure_lease(
    client: &Client,
    names: &Names,
    replicas: Replicas,
) -> Result<(), StreamError> {
    let config = kv::Config {
        bucket: names.lease_bucket(),
        history: 1,
        storage: StorageType::File,
        num_replicas: replicas.count(),
        limit_markers: Some(LEASE_MARKER),
        ..kv::Config::default()
    };
    let made = jetstream::new(client.clone())
        .create_key_value(config)
        .await;
    let failed = |error: CreateKeyValueError| StreamError::Api {
        doing: "creating",
        stream: names.lease_stream(),
        source: error.into(),
    };
    made.map(|_| ()).map_err(failed)
}

/// Which life of the log stream this is. A stream that was lost or damaged is filled anew from a replica, as the next
/// generation: the same blocks in the same order, but their numbers in the stream may be others. It is written into the stream's
/// metadata when the stream is made, so that it is there before the first block and never changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Generation {
    /// 0 for a stream that was never refilled.
    pub number: u32,
    /// How many entries the replica had from which it is filled: until the stream has as many, nobody may write.
    pub filled_to: u64,
}

impl Generation {
    /// The generation's number in the metadata, decimal.
    const NUMBER: &str = "cinnabar-generation";
    /// The entries to be filled in, decimal.
    const FILLED_TO: &str = "cinnabar-filled-to";

    /// What a stream's metadata say; a stream without is the first generation.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        let text = |name: &str| config.metadata.get(name);
        Self {
            number: text(Self::NUMBER)
                .and_then(|text| text.parse().ok())
                .unwrap_or(0),
            filled_to: text(Self::FILLED_TO)
                .and_then(|text| text.parse().ok())
                .unwrap_or(0),
        }
    }

    fn write(self, config: &mut Config) {
        let number = (Self::NUMBER.to_owned(), self.number.to_string());
        let filled_to = (Self::FILLED_TO.to_owned(), self.filled_to.to_string());
        config.metadata.extend([number, filled_to]);
    }
}

/// Deletes the stream, if there is one, and makes it again, empty; the log stream as `generation`. Needs the operator's rights.
///
/// # Errors
/// [`StreamError::Api`].
pub async fn make_again(
    client: &Client,
    names: &Names,
    kind: StreamKind,
    replicas: Replicas,
    generation: Generation,
) -> Result<(), StreamError> {
    let stream = kind.stream(names);
    let context = kind.context(client);
    let failed = |doing| {
        let stream = stream.clone();
        move |source| StreamError::Api {
            doing,
            stream,
            source,
        }
    };
    match info(client, names, kind).await {
        Err(StreamError::Missing { .. }) => {}
        Err(error @ StreamError::Api { .. }) => return Err(error),
        Ok(_) => {
            let deleted = context.delete_stream(&stream).await;
            deleted.map_err(|error| failed("deleting")(error.into()))?;
        }
    }
    let mut config = kind.expected(names, replicas);
    if kind == StreamKind::Log {
        generation.write(&mut config);
    }
    let made = context.create_stream(config).await;
    made.map_err(|error| failed("creating")(error.into()))?;
    Ok(())
}

/// Creates all that a ledger needs on the server, as far as it is missing. Needs the operator's rights.
///
/// # Errors
/// [`StreamError`].
pub async fn ensure_all(
    client: &Client,
    names: &Names,
    replicas: Replicas,
) -> Result<(), StreamError> {
    for kind in StreamKind::ALL {
        ensure(client, names, kind, replicas).await?;
    }
    ensure_lease(client, names, replicas).await
}

/// Every setting in which `found` is not what it must be. Compares all settings that the server has, also those that this
/// code does not know by name.
#[must_use]
pub fn differences(found: &Config, expected: &Config) -> Vec<Difference> {
    let (found, expected) = (settings(found), settings(expected));
    let keys: BTreeSet<&String> = found.keys().chain(expected.keys()).collect();
    let absent = || "not set".to_owned();
    let mut list = Vec::new();
    for setting in keys {
        let (is, must) = (found.get(setting), expected.get(setting));
        if is != must {
            let text = |value: Option<&Value>| value.map_or_else(absent, Value::to_string);
            list.push(Difference {
                setting: setting.clone(),
                expected: text(must),
                found: text(is),
            });
        }
    }
    list
}

/// The settings that are not at "nothing": absent, null, false, 0, "" and "none" are the same thing to the server.
fn settings(config: &Config) -> serde_json::Map<String, Value> {
    let Ok(Value::Object(mut map)) = serde_json::to_value(config) else {
        return serde_json::Map::new();
    };
    map.retain(|key, value| {
        let nothing = match value {
            Value::Null | Value::Bool(false) => true,
            Value::Number(number) => number.as_u64() == Some(0),
            Value::String(text) => text.is_empty() || text == "none",
            Value::Array(items) => items.is_empty(),
            Value::Object(fields) => fields.is_empty(),
            Value::Bool(true) => false,
        };
        !nothing && !NOT_COMPARED.contains(&key.as_str())
    });
    map
}
