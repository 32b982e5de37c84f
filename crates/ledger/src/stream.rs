//! Reading the log stream.

use async_nats::jetstream::consumer::{DeliverPolicy, pull};
use async_nats::jetstream::stream::{RawMessageErrorKind, Stream};
use async_nats::{Client, HeaderMap};
use cinnabar_events::{Block, BlockFault, PublicKey};
use futures::StreamExt as _;

use crate::nats::names::Names;
use crate::nats::streams::StreamKind;

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
    #[source]
    source: async_nats::Error,
}

fn failed(doing: &'static str) -> impl Fn(async_nats::Error) -> ReadFailure {
    move |source| ReadFailure { doing, source }
}

/// The log stream of one ledger.
#[derive(Clone)]
pub(crate) struct LogStream {
    stream: Stream,
}

impl LogStream {
    /// Finds the stream.
    pub(crate) async fn open(client: &Client, names: &Names) -> Result<Self, ReadFailure> {
        let context = StreamKind::Log.context(client);
        let stream = context
            .get_stream(names.log_stream())
            .await
            .map_err(|error| failed("finding it")(error.into()))?;
        Ok(Self { stream })
    }

    /// The sequence of the last message, from the leader; 0 if there is none.
    pub(crate) async fn last(&self) -> Result<u64, ReadFailure> {
        let info = self
            .stream
            .get_info()
            .await
            .map_err(|error| failed("asking for its state")(error.into()))?;
        Ok(info.state.last_sequence)
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
            Err(error) => Err(failed("reading a message")(error.into())),
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
