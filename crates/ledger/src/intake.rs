//! Intake: the NATS service that takes statements, and the queue in front of the writer.
//!
//! Subjects `cinnabar.<ledger>.intake.<endpoint>`:
//!
//! | endpoint | request | answer |
//! |---|---|---|
//! | `submit` | `{"signatures":[…],"statement":{…}}`, canonical | the receipt, or a problem |
//! | `check` | the same | nothing if it would be recorded now; the receipt if it is recorded already; or a problem |
//! | `receipt` | a sequence, decimal | the receipt for that entry, or a problem |
//! | `info` | nothing | which ledger this is, and how far it has come |
//!
//! The header `Cinnabar-Outcome` is `recorded`, `again`, `admissible` or `refused`; a refusal also
//! has the services protocol's `Nats-Service-Error` (our code) and `Nats-Service-Error-Code`.

use std::time::Instant;

use async_nats::Client;
use async_nats::service::{Service, ServiceExt as _, endpoint::Endpoint};
use bytes::Bytes;
use cinnabar_events::Sequence;
use cinnabar_store::Store;
use cinnabar_tlog::Prover;
use futures::StreamExt as _;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use crate::answer::{Receipts, send, send_written, writer_under, written};
use crate::identity::Identity;
use crate::nats::names::Names;
use crate::problem::Problem;
use crate::request::{Answer, Mode, QUEUE_MAX, Reply, Request};
use crate::space::Pending;

/// What `info` answers: enough to sign for this ledger and to check its receipts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LedgerInfo {
    /// The ledger's id.
    pub ledger: String,
    /// Its short name.
    pub name: String,
    /// Its origin: the name in checkpoints.
    pub origin: String,
    /// The log's verifier key.
    pub vkey: String,
    /// Entries committed.
    pub size: u64,
    /// The newest signed checkpoint.
    pub checkpoint: String,
}

/// The bounded queue in front of the writer: its near end.
#[derive(Clone, Debug)]
pub struct Queue {
    sender: mpsc::Sender<Request>,
    pending: Pending,
}

/// The queue's far end; the writer drains it.
#[derive(Debug)]
pub(crate) struct Waiting(pub(crate) mpsc::Receiver<Request>);

/// A queue for [`QUEUE_MAX`] requests.
pub(crate) fn queue() -> (Queue, Waiting) {
    let (sender, receiver) = mpsc::channel(QUEUE_MAX);
    let pending = Pending::default();
    (Queue { sender, pending }, Waiting(receiver))
}

impl Queue {
    /// Asks within the process. A full queue answers "busy" at once.
    pub async fn ask(&self, body: Bytes, mode: Mode) -> Answer {
        let (request, answer) = local(body, mode);
        match self.sender.try_send(request) {
            Ok(()) => heard(answer).await,
            Err(mpsc::error::TrySendError::Full(_)) => Answer::Refused(Box::new(Problem::busy())),
            Err(mpsc::error::TrySendError::Closed(_)) => no_writer(),
        }
    }

    /// Asks within the process, and waits for room if the queue is full: for what the ledger itself has to say, which must not
    /// be turned away because others say so much.
    pub(crate) async fn insist(&self, body: Bytes, mode: Mode) -> Answer {
        let (request, answer) = local(body, mode);
        match self.sender.send(request).await {
            Ok(()) => heard(answer).await,
            Err(_) => no_writer(),
        }
    }

    /// What was taken from it and is being committed.
    pub fn pending(&self) -> &Pending {
        &self.pending
    }

    /// Requests waiting now.
    pub fn waiting(&self) -> usize {
        QUEUE_MAX - self.sender.capacity()
    }
}

/// A request from within the process, and where its answer comes.
fn local(body: Bytes, mode: Mode) -> (Request, oneshot::Receiver<Answer>) {
    let (reply, answer) = oneshot::channel();
    let reply = Reply::Local(reply);
    let request = Request {
        body,
        mode,
        reply,
        asked: Instant::now(),
    };
    (request, answer)
}

async fn heard(answer: oneshot::Receiver<Answer>) -> Answer {
    answer.await.unwrap_or_else(|_| no_writer())
}

fn no_writer() -> Answer {
    Answer::Refused(Box::new(Problem::no_writer()))
}

/// The service could not be started.
#[derive(Debug, thiserror::Error)]
#[error("the intake service can't be started")]
pub struct IntakeFailure(#[source] async_nats::Error);

/// The service while it runs.
pub(crate) struct Intake {
    service: Service,
    tasks: JoinSet<()>,
}

impl Intake {
    /// Stops, and returns when nothing of it holds the store or the queue any more.
    pub(crate) async fn stop(mut self) {
        if let Err(error) = self.service.stop().await {
            tracing::debug!(%error, "The intake service did not stop cleanly.");
        }
        self.tasks.shutdown().await;
    }
}

/// Serves until stopped.
pub(crate) async fn serve(
    client: &Client,
    names: &Names,
    identity: &Identity,
    store: &Store,
    queue: &Queue,
) -> Result<Intake, IntakeFailure> {
    let service = client
        .service_builder()
        .description(format!(
            "Takes statements for ledger {}",
            identity.vkey.name()
        ))
        // A queue of its own: a writer that was stopped still stands in the server's list, and must not get requests instead of
        // the next one. The first answer counts.
        .queue_group(queue_name(client))
        .start(
            format!("cinnabar-{}", names.short()),
            env!("CARGO_PKG_VERSION"),
        )
        .await
        .map_err(IntakeFailure)?;
    let mut tasks = JoinSet::new();
    for (name, mode) in [("submit", Mode::Record), ("check", Mode::Check)] {
        let requests = endpoint(&service, names, name).await?;
        tasks.spawn(enqueue(requests, mode, queue.clone(), client.clone()));
    }
    let requests = endpoint(&service, names, "info").await?;
    tasks.spawn(inform(requests, identity.clone(), store.clone()));
    let requests = endpoint(&service, names, "receipt").await?;
    tasks.spawn(receipts(requests, store.clone(), client.clone()));
    Ok(Intake { service, tasks })
}

fn queue_name(client: &Client) -> String {
    let inbox = client.new_inbox();
    let unique = inbox.rsplit('.').next().unwrap_or(&inbox);
    format!("writer-{unique}")
}

async fn endpoint(service: &Service, names: &Names, name: &str) -> Result<Endpoint, IntakeFailure> {
    service
        .endpoint_builder()
        .name(name)
        .add(names.intake_subject(name))
        .await
        .map_err(IntakeFailure)
}

async fn enqueue(mut requests: Endpoint, mode: Mode, queue: Queue, client: Client) {
    // Made once: under overload there are more of them than of anything else.
    let (headers, body) = written(Answer::Refused(Box::new(Problem::busy())));
    while let Some(request) = requests.next().await {
        let Some(reply) = request.message.reply.clone() else {
            continue;
        };
        let queued = Request {
            body: request.message.payload.clone(),
            mode,
            reply: Reply::Nats(reply.clone()),
            asked: Instant::now(),
        };
        match queue.sender.try_send(queued) {
            Ok(()) => {}
            Err(mpsc::error::TrySendError::Full(_)) => {
                send_written(&client, reply, headers.clone(), body.clone()).await;
            }
            Err(mpsc::error::TrySendError::Closed(_)) => send(&client, reply, no_writer()).await,
        }
    }
}

async fn inform(mut requests: Endpoint, identity: Identity, store: Store) {
    while let Some(request) = requests.next().await {
        let info = LedgerInfo {
            ledger: identity.ledger.to_string(),
            name: identity.name.to_string(),
            origin: identity.vkey.name().to_string(),
            vkey: identity.vkey.to_string(),
            size: store.head().size.get(),
            checkpoint: store.checkpoint().unwrap_or_default(),
        };
        let body = serde_json::to_vec(&info).expect("an info is plain data");
        if let Err(error) = request.respond(Ok(body.into())).await {
            tracing::warn!(%error, "An info could not be sent.");
        }
    }
}

async fn receipts(mut requests: Endpoint, store: Store, client: Client) {
    while let Some(request) = requests.next().await {
        let Some(reply) = request.message.reply.clone() else {
            continue;
        };
        let store = store.clone();
        let asked = request.message.payload.clone();
        let made = tokio::task::spawn_blocking(move || receipt_for(&store, &asked)).await;
        let answer = made.unwrap_or_else(|_| Err(Box::new(Problem::no_writer())));
        let answer = match answer {
            Ok(receipt) => Answer::Recorded {
                receipt,
                again: true,
                openings: None,
            },
            Err(problem) => Answer::Refused(problem),
        };
        send(&client, reply, answer).await;
    }
}

fn receipt_for(store: &Store, asked: &[u8]) -> Result<Vec<u8>, Box<Problem>> {
    let size = store.head().size;
    let sequence = std::str::from_utf8(asked)
        .ok()
        .and_then(|text| text.parse().ok())
        .filter(|sequence| *sequence < size.get());
    let Some(sequence) = sequence else {
        return Err(Box::new(Problem::not_found(format!(
            "a sequence below {} is asked for, in decimal",
            size.get()
        ))));
    };
    let checkpoint = store.checkpoint_at(size).ok().flatten();
    let receipts = Receipts {
        store,
        entries: &[],
        size,
        writer: checkpoint.as_deref().and_then(writer_under),
        vault: None,
    };
    receipts
        .receipt(&mut Prover::new(size, store), Sequence::new(sequence))
        .map_err(|_| Box::new(Problem::no_writer()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn in_a_full_queue_the_ledger_itself_waits_and_others_are_told_to_come_again() {
        let (near, mut far) = queue();
        let waiting: Vec<_> = (0..QUEUE_MAX)
            .map(|_| {
                let (request, answer) = local(Bytes::new(), Mode::Record);
                near.sender.try_send(request).unwrap();
                answer
            })
            .collect();
        let own = near.clone();
        let own =
            tokio::spawn(async move { own.insist(Bytes::from_static(b"own"), Mode::Record).await });
        let Answer::Refused(busy) = near.ask(Bytes::new(), Mode::Record).await else {
            panic!("a full queue takes nothing");
        };
        assert_eq!(busy.code, "busy");
        let mut taken = Vec::new();
        while !taken.iter().any(|request: &Request| request.body == "own") {
            taken.push(far.0.recv().await.unwrap());
        }
        for request in taken {
            let Reply::Local(reply) = request.reply else {
                panic!("all ask within the process");
            };
            drop(reply.send(Answer::Admissible));
        }
        assert!(matches!(own.await.unwrap(), Answer::Admissible));
        for answer in waiting {
            assert!(matches!(answer.await.unwrap(), Answer::Admissible));
        }
    }
}
