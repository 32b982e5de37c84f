//! Compare-and-append: publish one message, or one atomic batch, only if the stream ends where the caller believes.
//!
//! The server compares `Nats-Expected-Last-Sequence` with the stream's last sequence. That is the fence: of two writers one is
//! refused. A publish without an answer is **in doubt**: it may have been stored, it may yet be stored when the connection
//! comes back. The only ways on are to read the stream, or to publish the *same bytes* under the *same expectation* again.
//! Message ids do not help: the server looks at the expectation first. A user without the right to publish on the subject gets
//! no answer either: it looks like a doubt, and [`super::connect::LinkEvent::Denied`] tells it apart.

use std::time::Duration;

use async_nats::client::Request;
use async_nats::jetstream::ErrorCode;
use async_nats::{Client, HeaderMap, RequestErrorKind, Subject};
use bytes::Bytes;
use serde::Deserialize;

/// Header that carries the expectation.
const EXPECTED_LAST_SEQUENCE: &str = "Nats-Expected-Last-Sequence";
/// Headers of an atomic batch (NATS ADR-50).
const BATCH_ID: &str = "Nats-Batch-Id";
const BATCH_SEQUENCE: &str = "Nats-Batch-Sequence";
const BATCH_COMMIT: &str = "Nats-Batch-Commit";
/// Most messages in one atomic batch: the server's limit.
pub const BATCH_MAX: usize = 1_000;
/// How long to wait for an answer before the publish is in doubt.
pub const ACK_WITHIN: Duration = Duration::from_secs(5);

/// The stream has the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ack {
    /// Name of the stream.
    pub stream: String,
    /// The message's sequence in the stream; of a batch, that of its last message.
    pub sequence: u64,
}

/// Why a message was not acknowledged. Only [`PublishFailure::InDoubt`] leaves open whether it was stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublishFailure {
    /// The stream does not end where expected: somebody else published, or this very message was stored before.
    #[error("fenced: the stream's last sequence is {}", last_sequence.map_or("another".into(), |seq| seq.to_string()))]
    Fenced {
        /// Where the stream ends, if the server said so.
        last_sequence: Option<u64>,
    },
    /// Whether it was or will be stored is unknown.
    #[error("in doubt: {reason}")]
    InDoubt {
        /// What happened.
        reason: String,
    },
    /// The server refused it, for good or until somebody changes something. It was not stored.
    #[error("refused by the server: {description} ({code})")]
    Refused {
        /// JetStream's error code.
        code: u64,
        /// The server's words.
        description: String,
    },
    /// No stream takes this subject, or it has no leader now. It was not stored.
    #[error("no stream answers on {subject}")]
    NoStream {
        /// The subject.
        subject: String,
    },
    /// It was not sent: too large, a bad subject, an empty or too long batch.
    #[error("not sent: {reason}")]
    NotSent {
        /// Why.
        reason: String,
    },
}

/// One message of an atomic batch.
#[derive(Debug, Clone)]
pub struct BatchMessage {
    /// Its subject.
    pub subject: Subject,
    /// Its headers; the batch adds its own.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

/// The server's answer to a publish.
#[derive(Deserialize)]
struct Answer {
    error: Option<AnswerError>,
    stream: Option<String>,
    seq: Option<u64>,
}

/// The error in an answer.
#[derive(Deserialize)]
struct AnswerError {
    code: u16,
    #[serde(default)]
    err_code: u64,
    #[serde(default)]
    description: String,
}

/// Publishes one message if the last sequence of its stream is `expected_last_sequence` (0: the stream is empty).
///
/// # Errors
/// [`PublishFailure`].
pub async fn publish_fenced(
    client: &Client,
    subject: &str,
    body: Bytes,
    mut headers: HeaderMap,
    expected_last_sequence: u64,
) -> Result<Ack, PublishFailure> {
    headers.insert(
        EXPECTED_LAST_SEQUENCE,
        expected_last_sequence.to_string().as_str(),
    );
    ask(client, subject, headers, body).await
}

/// Publishes one message whatever the stream's end is: for the last-value stream of checkpoints, where each one replaces
/// the one before.
///
/// # Errors
/// [`PublishFailure`], never `Fenced`.
pub async fn publish(
    client: &Client,
    subject: &str,
    body: Bytes,
    headers: HeaderMap,
) -> Result<Ack, PublishFailure> {
    ask(client, subject, headers, body).await
}

/// Publishes all messages or none, if the last sequence of their stream is `expected_last_sequence`. One round trip. They
/// get the sequences `ack.sequence - messages.len() + 1 ..= ack.sequence`.
///
/// # Errors
/// [`PublishFailure`]. `NotSent` unless there are 1 to [`BATCH_MAX`] messages.
pub async fn publish_atomic_batch(
    client: &Client,
    mut messages: Vec<BatchMessage>,
    expected_last_sequence: u64,
) -> Result<Ack, PublishFailure> {
    let count = messages.len();
    let Some(last) = messages.pop().filter(|_| count <= BATCH_MAX) else {
        let reason = format!("a batch of {count}, not 1 to {BATCH_MAX}");
        return Err(PublishFailure::NotSent { reason });
    };
    let id = unique_id(client);
    let number = |headers: &mut HeaderMap, at: usize| {
        headers.insert(BATCH_ID, id.as_str());
        headers.insert(BATCH_SEQUENCE, at.to_string().as_str());
        if at == 1 {
            headers.insert(
                EXPECTED_LAST_SEQUENCE,
                expected_last_sequence.to_string().as_str(),
            );
        }
    };
    for (
        before,
        BatchMessage {
            subject,
            mut headers,
            body,
        },
    ) in messages.into_iter().enumerate()
    {
        number(&mut headers, before + 1);
        // Without a reply subject the server does not acknowledge it. Whatever fails here, the commit has not been sent.
        let sent = client.publish_with_headers(subject, headers, body).await;
        sent.map_err(|error| PublishFailure::NotSent {
            reason: error.to_string(),
        })?;
    }
    let BatchMessage {
        subject,
        mut headers,
        body,
    } = last;
    number(&mut headers, count);
    headers.insert(BATCH_COMMIT, "1");
    ask(client, &subject, headers, body).await
}

/// A token that no other batch has: the random tail of a new inbox name.
fn unique_id(client: &Client) -> String {
    let inbox = client.new_inbox();
    inbox.rsplit('.').next().unwrap_or(&inbox).to_owned()
}

/// Sends one message that wants an acknowledgement, and reads it.
async fn ask(
    client: &Client,
    subject: &str,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Ack, PublishFailure> {
    let request = Request::new()
        .headers(headers)
        .payload(body)
        .timeout(Some(ACK_WITHIN));
    match client.send_request(subject.to_owned(), request).await {
        Ok(message) => read_answer(&message.payload),
        Err(error) => Err(match error.kind() {
            RequestErrorKind::NoResponders => PublishFailure::NoStream {
                subject: subject.to_owned(),
            },
            RequestErrorKind::MaxPayloadExceeded | RequestErrorKind::InvalidSubject => {
                PublishFailure::NotSent {
                    reason: error.to_string(),
                }
            }
            RequestErrorKind::TimedOut | RequestErrorKind::Other => PublishFailure::InDoubt {
                reason: error.to_string(),
            },
        }),
    }
}

/// What an acknowledgement says. An answer that cannot be read, or an error of the server's own (5xx: a store that failed, a
/// cluster in transition), does not tell whether the message was stored.
fn read_answer(payload: &[u8]) -> Result<Ack, PublishFailure> {
    let answer: Answer =
        serde_json::from_slice(payload).map_err(|error| PublishFailure::InDoubt {
            reason: format!("unreadable acknowledgement: {error}"),
        })?;
    let Some(AnswerError {
        code,
        err_code,
        description,
    }) = answer.error
    else {
        return match (answer.stream, answer.seq) {
            (Some(stream), Some(sequence)) => Ok(Ack { stream, sequence }),
            _ => Err(PublishFailure::InDoubt {
                reason: "an acknowledgement without a sequence".into(),
            }),
        };
    };
    let error = ErrorCode(err_code);
    if error == ErrorCode::STREAM_WRONG_LAST_SEQUENCE
        || error == ErrorCode::STREAM_WRONG_LAST_SEQUENCE_CONSTANT
    {
        let last_sequence = description
            .rsplit(' ')
            .next()
            .and_then(|word| word.parse().ok());
        Err(PublishFailure::Fenced { last_sequence })
    } else if (400..500).contains(&code) {
        Err(PublishFailure::Refused {
            code: err_code,
            description,
        })
    } else {
        Err(PublishFailure::InDoubt {
            reason: format!("{description} ({err_code})"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_an_ack_a_fence_a_refusal_or_a_doubt() {
        let read = |text: &str| read_answer(text.as_bytes());
        let acked = read(r#"{"stream":"S","seq":7}"#);
        assert_eq!(
            acked,
            Ok(Ack {
                stream: "S".into(),
                sequence: 7
            })
        );
        let fenced = read(
            r#"{"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 12"}}"#,
        );
        assert_eq!(
            fenced,
            Err(PublishFailure::Fenced {
                last_sequence: Some(12)
            })
        );
        let fenced =
            read(r#"{"error":{"code":400,"err_code":10164,"description":"wrong last sequence"}}"#);
        assert_eq!(
            fenced,
            Err(PublishFailure::Fenced {
                last_sequence: None
            })
        );
        let refused = read(r#"{"error":{"code":400,"err_code":10054,"description":"too big"}}"#);
        assert!(matches!(
            refused,
            Err(PublishFailure::Refused { code: 10054, .. })
        ));
        for doubtful in [
            r#"{"error":{"code":503,"err_code":10077,"description":"no"}}"#,
            "",
            "[]",
            "{\"seq\":-1}",
        ] {
            assert!(
                matches!(read(doubtful), Err(PublishFailure::InDoubt { .. })),
                "{doubtful}"
            );
        }
        assert!(
            matches!(read("{}"), Err(PublishFailure::InDoubt { .. })),
            "an answer without a sequence"
        );
    }
}
