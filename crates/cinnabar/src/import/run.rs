//! The import itself: reads rows, submits statements, counts, writes rejected rows down.

use std::error::Error;
use std::future::Future;
use std::io::{self, BufRead, Write};
use std::sync::Arc;

use cinnabar_events::{LedgerId, SignerClaim};
use tokio::task::JoinSet;

use super::draft::Draft;
use super::pipeline::{Done, Pipeline, Ticket};
use super::refusal::Refusal;
use super::reject_file::{RejectFile, Rejected, raw_or_hex};
use super::rows::{Rows, Unreadable};
use super::tally::Tally;

/// Statements on their way at once, if nothing else is said: enough to fill the writer's blocks over a
/// loopback or a local network without taking the whole of its queue.
pub const IN_FLIGHT: usize = 64;
/// Rows held for each statement that may be on its way, so that rows that wait for each other don't
/// keep the others from going.
const ROWS_PER_STATEMENT: usize = 4;

/// What the ledger said to a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is on the ledger now.
    Recorded,
    /// It was before: same id, same bytes.
    AlreadyThere,
    /// It isn't.
    Rejected {
        /// The rejection's stable code.
        code: String,
        /// The rejection in words.
        detail: String,
    },
}

/// Signs statements, submits them, waits for the answer.
pub trait Submit: Send + Sync + 'static {
    /// Why no answer can be had: the import stops and can be run again. A full queue is no such reason;
    /// implementations wait and ask again.
    type Stopped: Error + Send + Sync + 'static;

    /// Signs and submits the statement with these canonical bytes. Called for several at a time.
    fn submit(
        &self,
        statement: Vec<u8>,
    ) -> impl Future<Output = Result<Outcome, Self::Stopped>> + Send;
}

/// Who takes the register over, and into which ledger.
#[derive(Debug, Clone)]
pub struct Author {
    /// The ledger's id.
    pub ledger: LedgerId,
    /// The only signer of every statement.
    pub signer: SignerClaim,
}

/// An import that didn't come to its end. Run it again: it goes on where it was.
#[derive(Debug, thiserror::Error)]
#[error("the import stopped before the end of the file")]
pub struct Halted<E: Error + 'static> {
    /// The counts so far: rows of which all is known.
    pub tally: Box<Tally>,
    /// Why.
    #[source]
    pub cause: HaltCause<E>,
}

/// Why an import stopped.
#[derive(Debug, thiserror::Error)]
pub enum HaltCause<E: Error + 'static> {
    /// The file can't be read further.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// The reject file can't be written.
    #[error("the reject file can't be written")]
    RejectFile(#[source] io::Error),
    /// No answer from the ledger.
    #[error("no answer from the ledger")]
    Stopped(#[source] E),
}

/// Takes the rows over: at most `in_flight` statements are on their way at once. `progress` is called
/// after each answer with the counts so far and the bytes of the file read so far.
///
/// # Errors
/// [`Halted`], with the counts so far. Statements that were on their way may have been recorded.
pub async fn run<R: BufRead, W: Write, S: Submit>(
    mut rows: Rows<'_, R>,
    author: &Author,
    submit: Arc<S>,
    in_flight: usize,
    rejects: &mut RejectFile<W>,
    mut progress: impl FnMut(&Tally, u64),
) -> Result<Tally, Halted<S::Stopped>> {
    let mut tally = Tally::default();
    let outcome = drive(
        &mut rows,
        author,
        &submit,
        in_flight.max(1),
        rejects,
        &mut tally,
        &mut progress,
    )
    .await;
    let flushed = rejects.flush().map_err(HaltCause::RejectFile);
    match outcome.and(flushed) {
        Ok(()) => Ok(tally),
        Err(cause) => Err(Halted {
            tally: Box::new(tally),
            cause,
        }),
    }
}

async fn drive<R: BufRead, W: Write, S: Submit>(
    rows: &mut Rows<'_, R>,
    author: &Author,
    submit: &Arc<S>,
    in_flight: usize,
    rejects: &mut RejectFile<W>,
    tally: &mut Tally,
    progress: &mut impl FnMut(&Tally, u64),
) -> Result<(), HaltCause<S::Stopped>> {
    let mut pipeline = Pipeline::default();
    let mut sent: JoinSet<(Ticket, Result<Outcome, S::Stopped>)> = JoinSet::new();
    let mut more = true;
    loop {
        while more && pipeline.has_room(in_flight * ROWS_PER_STATEMENT) {
            match rows.next() {
                Some(row) => pipeline.admit(row?),
                None => more = false,
            }
        }
        while sent.len() < in_flight {
            let Some((ticket, draft)) = pipeline.next_ready() else {
                break;
            };
            match bytes(draft, author) {
                Ok(statement) => {
                    let submit = Arc::clone(submit);
                    sent.spawn(async move { (ticket, submit.submit(statement).await) });
                }
                Err(rejected) => pipeline.answer(ticket, rejected),
            }
        }
        while let Some(done) = pipeline.next_done() {
            write_down(done, tally, rejects).map_err(HaltCause::RejectFile)?;
        }
        progress(tally, rows.bytes_read());
        match sent.join_next().await {
            Some(Ok((ticket, Ok(outcome)))) => pipeline.answer(ticket, outcome),
            Some(Ok((_, Err(stopped)))) => return Err(HaltCause::Stopped(stopped)),
            // Nothing cancels these tasks but the end of this function.
            Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
            None if !more && pipeline.is_empty() => return Ok(()),
            None => {}
        }
    }
}

fn bytes(draft: Draft, author: &Author) -> Result<Vec<u8>, Outcome> {
    let role = draft.role().to_owned();
    draft
        .into_bytes(author.ledger, author.signer.clone())
        .map_err(|cause| {
            let refusal = Refusal::Unwritable { role, cause };
            Outcome::Rejected {
                code: refusal.code().to_owned(),
                detail: refusal.to_string(),
            }
        })
}

/// Counts a row, and writes it to the reject file if it was rejected.
fn write_down<W: Write>(
    done: Done,
    tally: &mut Tally,
    rejects: &mut RejectFile<W>,
) -> io::Result<()> {
    tally.rows.read += 1;
    tally.statements.read += done.statements.read;
    tally.statements.recorded += done.statements.recorded;
    tally.statements.already_there += done.statements.already_there;
    tally.statements.rejected += done.statements.rejected;
    if done.rejected.is_none() {
        for note in &done.notes {
            tally.note(note);
        }
    }
    match done.rejected {
        None if done.statements.recorded > 0 => tally.rows.recorded += 1,
        None => tally.rows.already_there += 1,
        Some(why) => {
            tally.rows.rejected += 1;
            tally.reason(&why.code);
            let (raw, raw_hex) = raw_or_hex(done.raw);
            rejects.write(&Rejected {
                row: done.number,
                key: done.key,
                statement: why.statement,
                code: why.code,
                reason: why.reason,
                raw,
                raw_hex,
            })?;
        }
    }
    Ok(())
}
