//! Answers: receipts and problems, sent once the block that they depend on is durable.

use std::sync::Arc;
use std::sync::mpsc::Receiver;

use async_nats::{Client, HeaderMap, Subject};
use bytes::Bytes;
use cinnabar_events::{Entry, Kind, ReceiptWriter, Sequence};
use cinnabar_failpoint::{Failpoint, pass};
use cinnabar_store::Store;
use cinnabar_tlog::{LeafIndex, Note, Prover, Size};
use cinnabar_vault::Vault;
use rayon::prelude::*;

use crate::confidential;
use crate::pace::{Pace, Times};
use crate::problem::Problem;
use crate::request::{Answer, Outcome, Reply};

/// Receipts made by one worker at a time: they share tiles that were read.
const RECEIPTS_PER_WORKER: usize = 64;

/// Header that tells the four answers apart.
pub(crate) const OUTCOME: &str = "Cinnabar-Outcome";
/// Headers that the NATS services protocol has for errors.
const SERVICE_ERROR: &str = "Nats-Service-Error";
const SERVICE_ERROR_CODE: &str = "Nats-Service-Error-Code";

/// A committed block, and whom to tell what.
pub(crate) struct Committed {
    pub(crate) outcomes: Vec<(Reply, Outcome)>,
    /// The block's entries, by sequence.
    pub(crate) entries: Vec<Entry>,
    /// Size of the ledger with this block.
    pub(crate) size: Size,
    /// The signed checkpoint for that size.
    pub(crate) checkpoint: String,
    /// How long it took so far; none if there was nothing to commit.
    pub(crate) times: Option<Times>,
}

/// Answers block after block until the committer is gone.
pub(crate) fn answer_all(
    blocks: &Receiver<Committed>,
    store: &Store,
    vault: Option<Arc<Vault>>,
    client: &Client,
    runtime: &tokio::runtime::Handle,
    pace: &Pace,
) {
    for block in blocks.iter() {
        let Committed {
            outcomes,
            entries,
            size,
            checkpoint,
            times,
        } = block;
        let receipts = Receipts {
            store,
            entries: &entries,
            size,
            writer: writer_under(&checkpoint),
            vault: vault.as_deref(),
        };
        let answers: Vec<Answer> = match outcomes.len() {
            // One worker's share is made here: handing it over would take longer.
            0..=RECEIPTS_PER_WORKER => receipts.answers(&outcomes),
            _ => outcomes
                .par_chunks(RECEIPTS_PER_WORKER)
                .flat_map_iter(|chunk| receipts.answers(chunk))
                .collect(),
        };
        pass(Failpoint::AnswerMade);
        let replies = outcomes.into_iter().map(|(reply, _)| reply);
        runtime.block_on(send_all(client, replies.zip(answers)));
        pass(Failpoint::AnswerSent);
        if let (Some(times), Some(first)) = (times, entries.first()) {
            pace.answered(first.seq(), entries.len(), times);
        }
    }
}

async fn send_all(client: &Client, answers: impl Iterator<Item = (Reply, Answer)>) {
    for (reply, answer) in answers {
        match reply {
            // Who went away needs no answer.
            Reply::Local(sender) => drop(sender.send(answer)),
            Reply::Nats(subject) => send(client, subject, answer).await,
        }
    }
}

/// Sends an answer over NATS. Who went away misses it, and can ask again.
pub(crate) async fn send(client: &Client, subject: Subject, answer: Answer) {
    let (headers, body) = written(answer);
    send_written(client, subject, headers, body).await;
}

/// Sends an answer whose headers and body are made already.
pub(crate) async fn send_written(
    client: &Client,
    subject: Subject,
    headers: HeaderMap,
    body: Bytes,
) {
    if let Err(error) = client.publish_with_headers(subject, headers, body).await {
        tracing::warn!(%error, "An answer could not be sent.");
    }
}

/// Headers and body of an answer.
pub(crate) fn written(answer: Answer) -> (HeaderMap, Bytes) {
    let mut headers = HeaderMap::new();
    let body = match answer {
        Answer::Recorded {
            receipt,
            again,
            openings,
        } => {
            headers.insert(OUTCOME, if again { "again" } else { "recorded" });
            join(receipt, openings)
        }
        Answer::Admissible => {
            headers.insert(OUTCOME, "admissible");
            Vec::new()
        }
        Answer::Refused(problem) => {
            headers.insert(OUTCOME, "refused");
            headers.insert(SERVICE_ERROR, problem.code.as_str());
            headers.insert(SERVICE_ERROR_CODE, problem.status.to_string().as_str());
            serde_json::to_vec(&problem).expect("a problem is plain data")
        }
    };
    (headers, Bytes::from(body))
}

/// The receipt, and on a second line the confidential values, if any were asked for.
fn join(mut receipt: Vec<u8>, openings: Option<Vec<u8>>) -> Vec<u8> {
    if let Some(openings) = openings {
        receipt.push(b'\n');
        receipt.extend_from_slice(&openings);
    }
    receipt
}

/// Makes receipts under one checkpoint.
pub(crate) struct Receipts<'b> {
    pub(crate) store: &'b Store,
    pub(crate) entries: &'b [Entry],
    pub(crate) size: Size,
    /// None if there is no checkpoint.
    pub(crate) writer: Option<ReceiptWriter>,
    pub(crate) vault: Option<&'b Vault>,
}

/// Writes receipts under a checkpoint, if it is one.
pub(crate) fn writer_under(checkpoint: &str) -> Option<ReceiptWriter> {
    let note = Note::parse(checkpoint.as_bytes()).ok()?;
    Some(ReceiptWriter::new(&note))
}

impl Receipts<'_> {
    fn answers(&self, outcomes: &[(Reply, Outcome)]) -> Vec<Answer> {
        let mut prover = Prover::new(self.size, self.store);
        let receipt = |prover: &mut Prover<'_, Store>, sequence, again| match self
            .receipt(prover, sequence)
        {
            Ok(receipt) => Answer::Recorded {
                receipt,
                again,
                openings: self.shown(sequence, again),
            },
            Err(reason) => {
                tracing::error!(entry.sequence = %sequence, reason, "A receipt could not be made for a recorded entry.");
                Answer::Refused(Box::new(Problem::no_writer()))
            }
        };
        outcomes
            .iter()
            .map(|(_, outcome)| match outcome {
                Outcome::Recorded(sequence) => receipt(&mut prover, *sequence, false),
                Outcome::Again(sequence) => receipt(&mut prover, *sequence, true),
                Outcome::Admissible => Answer::Admissible,
                Outcome::Refused(problem) => Answer::Refused(problem.clone()),
            })
            .collect()
    }

    /// The confidential values that the entry at `sequence` asks to see: once, with the receipt that records it.
    fn shown(&self, sequence: Sequence, again: bool) -> Option<Vec<u8>> {
        let vault = self.vault.filter(|_| !again)?;
        let entry = self.entry(sequence)?;
        if entry.statement().kind() != Kind::DisclosureUsed {
            return None;
        }
        confidential::shown(self.store, vault, entry)
            .inspect_err(|failure| {
                let failure = crate::causes(failure);
                tracing::error!(entry.sequence = %sequence, failure, "Confidential values could not be shown.");
            })
            .ok()
            .flatten()
    }

    /// The entry at `sequence`, if it is one of the block's.
    fn entry(&self, sequence: Sequence) -> Option<&Entry> {
        let at = self.entries.binary_search_by_key(&sequence, Entry::seq);
        self.entries.get(at.ok()?)
    }

    /// The receipt for the entry at `sequence`, under the newest checkpoint.
    pub(crate) fn receipt(
        &self,
        prover: &mut Prover<'_, Store>,
        sequence: Sequence,
    ) -> Result<Vec<u8>, String> {
        let writer = self.writer.as_ref().ok_or("no checkpoint")?;
        let index = LeafIndex::new(sequence.get());
        let inclusion = prover
            .inclusion_proof(index)
            .map_err(|error| error.to_string())?;
        match self.entry(sequence) {
            Some(entry) => Ok(writer.write(entry.bytes(), index, &inclusion)),
            None => {
                let entry = self
                    .store
                    .entry(sequence)
                    .map_err(|error| error.to_string())?
                    .ok_or("no such entry")?;
                Ok(writer.write(&entry, index, &inclusion))
            }
        }
    }
}
