//! The submitter's side: sends a request, reads the answer.

use std::time::Duration;

use async_nats::client::Request;
use async_nats::{Client, RequestErrorKind};
use bytes::Bytes;

use crate::answer::OUTCOME;
use crate::confidential::part;
pub use crate::intake::LedgerInfo;
use crate::nats::names::Names;
pub use crate::problem::Problem;
pub use crate::request::Answer;

/// How long to wait for an answer: a full queue on the slowest disk, and a take-over.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// Sends statements to a ledger.
#[derive(Clone, Debug)]
pub struct IntakeClient {
    client: Client,
    names: Names,
}

/// There is no answer. Whether the statement is recorded is not known; asking again with the same bytes is safe.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Nobody serves the ledger.
    #[error("nobody takes statements on {subject}: is a writer running?")]
    NoWriter {
        /// Where it was sent.
        subject: String,
    },
    /// No answer in time.
    #[error("no answer within {} s; asking again with the same bytes is safe", ANSWER_WITHIN.as_secs())]
    TimedOut,
    /// The request could not be sent.
    #[error("the request could not be sent")]
    NotSent(#[source] async_nats::RequestError),
    /// An answer that this release doesn't understand.
    #[error("the answer is not one that this release understands")]
    Answer,
}

impl IntakeClient {
    /// Sends through `client`, which must be a submitter's connection, to the ledger with these names.
    pub fn new(client: Client, names: &Names) -> Self {
        Self {
            client,
            names: names.clone(),
        }
    }

    /// Asks for a statement to be recorded. `request` is what [`cinnabar_events::Signed::to_request`] gives, and with
    /// confidential values what [`with_openings`](crate::confidential::with_openings) makes of it.
    ///
    /// # Errors
    /// [`ClientError`]: there is no answer.
    pub async fn submit(&self, request: Vec<u8>) -> Result<Answer, ClientError> {
        self.ask("submit", request).await
    }

    /// Asks whether a statement would be recorded now.
    ///
    /// # Errors
    /// [`ClientError`]: there is no answer.
    pub async fn check(&self, request: Vec<u8>) -> Result<Answer, ClientError> {
        self.ask("check", request).await
    }

    /// Asks for the receipt of the entry at `sequence`, under the newest checkpoint.
    ///
    /// # Errors
    /// [`ClientError`]: there is no answer.
    pub async fn receipt(&self, sequence: u64) -> Result<Answer, ClientError> {
        self.ask("receipt", sequence.to_string().into_bytes()).await
    }

    /// Asks which ledger this is.
    ///
    /// # Errors
    /// [`ClientError`]: there is no answer.
    pub async fn info(&self) -> Result<LedgerInfo, ClientError> {
        let message = self.send("info", Vec::new()).await?;
        serde_json::from_slice(&message.payload).map_err(|_| ClientError::Answer)
    }

    async fn ask(&self, endpoint: &str, body: Vec<u8>) -> Result<Answer, ClientError> {
        let message = self.send(endpoint, body).await?;
        let outcome = message
            .headers
            .as_ref()
            .and_then(|headers| headers.get(OUTCOME))
            .map(async_nats::HeaderValue::as_str);
        let recorded = |again| {
            let (receipt, openings) = part(&message.payload);
            Answer::Recorded {
                receipt: receipt.to_vec(),
                again,
                openings: openings.map(<[u8]>::to_vec),
            }
        };
        match outcome {
            Some("recorded") => Ok(recorded(false)),
            Some("again") => Ok(recorded(true)),
            Some("admissible") => Ok(Answer::Admissible),
            Some("refused") => serde_json::from_slice(&message.payload)
                .map(|problem| Answer::Refused(Box::new(problem)))
                .map_err(|_| ClientError::Answer),
            Some(_) | None => Err(ClientError::Answer),
        }
    }

    async fn send(
        &self,
        endpoint: &str,
        body: Vec<u8>,
    ) -> Result<async_nats::Message, ClientError> {
        let subject = self.names.intake_subject(endpoint);
        let request = Request::new()
            .payload(Bytes::from(body))
            .timeout(Some(ANSWER_WITHIN));
        self.client
            .send_request(subject.clone(), request)
            .await
            .map_err(|error| match error.kind() {
                RequestErrorKind::NoResponders => ClientError::NoWriter { subject },
                RequestErrorKind::TimedOut => ClientError::TimedOut,
                RequestErrorKind::MaxPayloadExceeded
                | RequestErrorKind::InvalidSubject
                | RequestErrorKind::Other => ClientError::NotSent(error),
            })
    }
}
