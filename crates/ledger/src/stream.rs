//! Reading the log stream.

use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::consumer::{DeliverPolicy, pull};
use async_nats::jetstream::stream::{RawMessageError, RawMessageErrorKind, Stream};
use async_nats::{Client, HeaderMap};
use cinnabar_events::{Block, BlockFault, PublicKey};
use futures::StreamExt as _;

use crate::nats::names::Names;
use crate::nats::streams::{self, Generation, StreamError, StreamKind};

/// One message of the log stream, whoever wrote it.
#[derive(Clone, Debug)]
pub(crate) struct LogMessage {
    /// Its sequence in the stream.
    pub(crate) sequence: u64,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl LogMessage {
    /// The block that it is, if it is one and the log key signed it.
    pub(crate) fn block(&self, log_key: &PublicKey) -> Result<Block, BlockFault> {
        let header =
            |name: &'static str| self.headers.get(name).map(async_nats::HeaderValue::as_str);
        Block::parse(header, self.body.clone(), log_key)
    }
}

/// The stream could not be read.
#[derive(Debug, thiserror::Error)]
#[error("the log stream can't be read ({doing})")]
pub(crate) struct ReadFailure {
    doing: &'static str,
    missing: bool,
    #[source]
    source: async_nats::Error,
}

impl ReadFailure {
    /// Whether the server says that there is no such stream.
    pub(crate) fn is_missing(&self) -> bool {
        self.missing
    }
}

fn failed(doing: &'static str) -> impl Fn(async_nats::Error) -> ReadFailure {
    move |source| ReadFailure {
        doing,
        missing: false,
        source,
    }
}

/// What the stream's leader says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StreamState {
    pub(crate) generation: Generation,
    /// Sequence of the first message.
    pub(crate) first: u64,
    /// Sequence of the last message that it ever had.
    pub(crate) last: u64,
    /// Messages that it has.
    pub(crate) messages: u64,
    /// Messages between the first and the last that it has no more.
    pub(crate) deleted: u64,
}

/// The log stream of one ledger.
#[derive(Clone)]
pub(crate) struct LogStream {
    client: Client,
    names: Names,
    stream: Stream<()>,
}

impl LogStream {
    /// Finds the stream; `None` if the server says that there is none.
    pub(crate) async fn find(client: &Client, names: &Names) -> Result<Option<Self>, ReadFailure> {
        match Self::state_of(client, names).await {
            Err(failure) if failure.is_missing() => return Ok(None),
            Err(failure) => return Err(failure),
            Ok(_) => {}
        }
        let stream = StreamKind::Log
            .context(client)
            .get_stream_no_info(names.log_stream())
            .await
            .map_err(|error| failed("finding it")(error.into()))?;
        Ok(Some(Self {
            client: client.clone(),
            names: names.clone(),
            stream,
        }))
    }

    /// What the leader says of it.
    pub(crate) async fn state(&self) -> Result<StreamState, ReadFailure> {
        Self::state_of(&self.client, &self.names).await
    }

    async fn state_of(client: &Client, names: &Names) -> Result<StreamState, ReadFailure> {
        let asked = streams::info(client, names, StreamKind::Log).await;
        let info = asked.map_err(|error| ReadFailure {
            doing: "asking for its state",
            missing: matches!(error, StreamError::Missing { .. }),
            source: error.into(),
        })?;
        Ok(StreamState {
            generation: Generation::of(&info.config),
            first: info.state.first_sequence,
            last: info.state.last_sequence,
            messages: info.state.messages,
            deleted: info.state.deleted_count.unwrap_or(0),
        })
    }

    /// The message at `sequence`, from the leader; `None` if there is none.
    pub(crate) async fn message(&self, sequence: u64) -> Result<Option<LogMessage>, ReadFailure> {
        match self.stream.get_raw_message(sequence).await {
            Ok(message) => Ok(Some(LogMessage {
                sequence: message.sequence,
                headers: message.headers,
                body: message.payload.to_vec(),
            })),
            Err(error) if matches!(error.kind(), RawMessageErrorKind::NoMessageFound) => Ok(None),
            Err(error) => Err(ReadFailure {
                doing: "reading a message",
                missing: is_missing(&error),
                source: error.into(),
            }),
        }
    }

    /// The message at `sequence` of a stream that is known to be damaged; `None` also if the server has it and can't read it.
    pub(crate) async fn readable(&self, sequence: u64) -> Result<Option<LogMessage>, ReadFailure> {
        match self.stream.get_raw_message(sequence).await {
            Ok(message) => Ok(Some(LogMessage {
                sequence: message.sequence,
                headers: message.headers,
                body: message.payload.to_vec(),
            })),
            Err(error) if is_missing(&error) => Err(ReadFailure {
                doing: "reading a message",
                missing: true,
                source: error.into(),
            }),
            Err(error) => match error.kind() {
                RawMessageErrorKind::NoMessageFound | RawMessageErrorKind::JetStream(_) => Ok(None),
                RawMessageErrorKind::InvalidSubject | RawMessageErrorKind::Other => {
                    Err(failed("reading a message")(error.into()))
                }
            },
        }
    }

    /// Every message from `first` on, then those to come.
    pub(crate) async fn follow(
        &self,
        first: u64,
    ) -> Result<impl futures::Stream<Item = Result<LogMessage, ReadFailure>> + use<>, ReadFailure>
    {
        let config = pull::OrderedConfig {
            deliver_policy: DeliverPolicy::ByStartSequence {
                start_sequence: first.max(1),
            },
            ..Default::default()
        };
        let consumer = self
            .stream
            .create_consumer(config)
            .await
            .map_err(|error| failed("making a consumer")(error.into()))?;
        let messages = consumer
            .messages()
            .await
            .map_err(|error| failed("starting a consumer")(error.into()))?;
        Ok(messages.map(|message| {
            let message = message.map_err(|error| failed("following it")(error.into()))?;
            let sequence = message
                .info()
                .map_err(failed("following it"))?
                .stream_sequence;
            Ok(LogMessage {
                sequence,
                headers: message.headers.clone().unwrap_or_default(),
                body: message.payload.to_vec(),
            })
        }))
    }
}

fn is_missing(error: &RawMessageError) -> bool {
    match error.kind() {
        RawMessageErrorKind::JetStream(api) => api.error_code() == ErrorCode::STREAM_NOT_FOUND,
        RawMessageErrorKind::NoMessageFound
        | RawMessageErrorKind::InvalidSubject
        | RawMessageErrorKind::Other => false,
    }
}
