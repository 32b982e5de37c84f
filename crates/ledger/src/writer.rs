//! The writer: one thread that runs at its own pace. It takes what waits in the queue, has it verified in
//! parallel, admits one by one, and hands a block to the committer whenever that is free; so while block
//! n commits, block n+1 is admitted and what comes after it is verified.

use std::collections::VecDeque;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use async_nats::Client;
use cinnabar_events::{Signed, Timestamp};
use cinnabar_failpoint::{Failpoint, pass};
use rayon::prelude::*;
use tokio::sync::{mpsc as queue, oneshot};

use crate::answer::answer_all;
use crate::clock::Clock;
use crate::commit::{Committer, Halt};
use crate::confidential::{filing, part};
use crate::draft::{Checked, Draft, Finished};
use crate::erasures::carry_out_erasures;
use crate::identity::LedgerSigner;
use crate::problem::Problem;
use crate::replica::Divergence;
use crate::request::{Answer, Reply, Request};
use crate::rollback;

/// Most requests verified at once: enough to keep every core busy, few enough that the first isn't kept waiting.
const VERIFY_AT_ONCE: usize = 256;
/// So many requests are verified by the writer itself: to wake another thread for them costs as much as one signature.
const VERIFIED_HERE: usize = 2;
/// Committed blocks whose answers may wait: then the committer waits too.
const ANSWERS_WAITING: usize = 4;
/// Longest sleep before the clock is looked at again, though no deadline ends: clocks can be set.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// Writes until it is told to stop, fenced, or can't be sure. Blocks the calling thread.
///
/// `opened` is called when the term has begun: until then another writer's block may still be the next.
/// A `recovery`, if it is needed, is recorded before anything else.
///
/// Requests left in `requests` are for the next writer; those that were taken are answered.
pub(crate) fn write(
    requests: &mut queue::Receiver<Request>,
    committer: CommitterSetup,
    itself: Arc<LedgerSigner>,
    clock: &mut Clock,
    recovery: Option<&[u8]>,
    opened: impl FnOnce(),
) -> Halt {
    let CommitterSetup { build } = committer;
    let (answers, blocks) = mpsc::sync_channel(ANSWERS_WAITING);
    let mut committer = build(answers);
    let (store, client, runtime, stop) = (
        committer.store.clone(),
        committer.client.clone(),
        committer.runtime.clone(),
        committer.stop.clone(),
    );
    let mut draft = match begin(&mut committer, itself, clock, recovery) {
        Ok(draft) => draft,
        Err(halt) => return halt,
    };
    let (vault, pace) = (committer.vault.clone(), committer.pace.clone());
    opened();
    let (halt, undecided) = thread::scope(|threads| {
        let (answer_store, answer_client, answer_runtime) = (&store, &client, &runtime);
        let answering = move || {
            answer_all(
                &blocks,
                answer_store,
                vault,
                answer_client,
                answer_runtime,
                &pace,
            )
        };
        named("answers")
            .spawn_scoped(threads, answering)
            .expect("the system has a thread for the answers");
        let (jobs, work) = mpsc::sync_channel::<Finished>(1);
        let (done, mut ready) = queue::channel(1);
        let committing = named("committer")
            .spawn_scoped(threads, move || commit_all(committer, &work, &done))
            .expect("the system has a thread for the committer");
        let mut writer = Writer {
            requests,
            draft: &mut draft,
            clock,
            idle: true,
            verifying: None,
            waiting: VecDeque::new(),
        };
        let why = runtime.block_on(writer.run(&jobs, &mut ready, &stop));
        runtime.block_on(writer.finish_verifying());
        drop(jobs);
        // The committer finishes the block that it has; its reason to halt weighs more than ours.
        let undecided: Vec<Reply> = writer.waiting.drain(..).map(|one| one.reply).collect();
        match committing.join().expect("the committer does not panic") {
            Err(halt) => (halt, undecided),
            Ok(()) => (why, undecided),
        }
    });
    // What was decided but not committed is not true: whoever asked is told to ask again.
    runtime.block_on(turn_away(
        &client,
        undecided
            .into_iter()
            .chain(draft.finish().outcomes.into_iter().map(|(reply, _)| reply)),
    ));
    halt
}

/// Begins the term; the first draft on top of what is there then.
fn begin(
    committer: &mut Committer,
    itself: Arc<LedgerSigner>,
    clock: &mut Clock,
    recovery: Option<&[u8]>,
) -> Result<Draft, Halt> {
    committer.open_epoch()?;
    pass(Failpoint::EpochOpened);
    // Another writer may have recorded erasures while this node followed.
    if let Some(vault) = &committer.vault {
        carry_out_erasures(&committer.store, vault)?;
    }
    let draft = Draft::new(committer.store.clone(), itself, committer.vault.clone());
    let mut draft = draft.map_err(Divergence::Store)?;
    if let Some(recovery) = recovery {
        recover(recovery, committer, &mut draft, clock)?;
    }
    Ok(draft)
}

/// A thread whose processor time can be told from others'.
fn named(name: &str) -> thread::Builder {
    thread::Builder::new().name(name.to_owned())
}

/// Records the recovery, unless it was recorded before.
fn recover(
    recovery: &[u8],
    committer: &mut Committer,
    draft: &mut Draft,
    clock: &mut Clock,
) -> Result<(), Halt> {
    let refused = |why: String| Halt::NotRecovered(why);
    let verified = rollback::read(recovery).map_err(|why| refused(why.to_string()))?;
    let statement = verified.statement();
    let actor = &statement.first_signer().actor;
    let recorded = committer.store.statement(actor, statement.id);
    if recorded.map_err(Divergence::Store)?.is_some() {
        return Ok(());
    }
    draft.recover(clock.now()?, verified)?;
    let size = committer.store.head().size;
    tracing::warn!(
        ledger.size = size.get(),
        "A recovery is recorded: what the ledger had after this size is lost."
    );
    committer.commit(draft.finish())
}

/// How to make the committer, given where its answers go.
pub(crate) struct CommitterSetup {
    pub(crate) build:
        Box<dyn FnOnce(mpsc::SyncSender<crate::answer::Committed>) -> Committer + Send>,
}

/// Commits draft after draft, and says each time that it is free again.
fn commit_all(
    mut committer: Committer,
    work: &mpsc::Receiver<Finished>,
    free: &queue::Sender<()>,
) -> Result<(), Halt> {
    for draft in work.iter() {
        committer.commit(draft)?;
        // The writer is gone only if it is stopping.
        let _ = free.blocking_send(());
    }
    Ok(())
}

/// Tells everyone that there is no writer.
pub(crate) async fn turn_away(client: &Client, replies: impl Iterator<Item = Reply>) {
    let answer = Answer::Refused(Box::new(Problem::no_writer()));
    for reply in replies {
        match reply {
            Reply::Local(sender) => drop(sender.send(answer.clone())),
            Reply::Nats(subject) => crate::answer::send(client, subject, answer.clone()).await,
        }
    }
}

struct Writer<'w> {
    requests: &'w mut queue::Receiver<Request>,
    draft: &'w mut Draft,
    clock: &'w mut Clock,
    /// The committer has nothing to do.
    idle: bool,
    /// The batch that other threads verify.
    verifying: Option<oneshot::Receiver<Vec<Checked>>>,
    /// Verified requests that had no room in the block.
    waiting: VecDeque<Checked>,
}

impl Writer<'_> {
    async fn run(
        &mut self,
        jobs: &mpsc::SyncSender<Finished>,
        ready: &mut queue::Receiver<()>,
        stop: &tokio_util::sync::CancellationToken,
    ) -> Halt {
        let mut batch = Vec::with_capacity(VERIFY_AT_ONCE);
        loop {
            self.take_many(&mut batch);
            if let Err(halt) = self.decide_waiting() {
                return halt;
            }
            if self.idle && !self.draft.is_empty() {
                pass(Failpoint::WriterDecided);
                if jobs.send(self.draft.finish()).is_err() {
                    return Halt::Stopping;
                }
                self.idle = false;
            }
            let room = self.has_room();
            let due = self.until_due();
            tokio::select! {
                biased;
                () = stop.cancelled() => return Halt::Stopping,
                free = ready.recv() => match free {
                    Some(()) => self.idle = true,
                    None => return Halt::Stopping,
                },
                checked = verified(&mut self.verifying) => self.waiting.extend(checked),
                // Something may be due: the next turn says it, if it is.
                () = tokio::time::sleep(due), if !self.draft.is_full() => {}
                taken = self.requests.recv_many(&mut batch, VERIFY_AT_ONCE), if room => {
                    if taken == 0 {
                        return Halt::Stopping;
                    }
                    self.verify(&mut batch);
                    pass(Failpoint::WriterTaken);
                }
            }
        }
    }

    /// Whether a further batch may be verified: one at a time, and none while another waits to be decided.
    fn has_room(&self) -> bool {
        self.verifying.is_none() && self.waiting.len() < VERIFY_AT_ONCE
    }

    /// If many wait in the queue, has them verified while those that are verified already are decided.
    fn take_many(&mut self, batch: &mut Vec<Request>) {
        if !self.has_room() || self.waiting.is_empty() || self.requests.len() <= VERIFIED_HERE {
            return;
        }
        while batch.len() < VERIFY_AT_ONCE
            && let Ok(request) = self.requests.try_recv()
        {
            batch.push(request);
        }
        self.verify(batch);
    }

    /// Few requests are verified here, if no others are before them: handing them to other threads takes longer than one signature.
    fn verify(&mut self, batch: &mut Vec<Request>) {
        if batch.len() <= VERIFIED_HERE {
            self.waiting.extend(batch.drain(..).map(check));
            return;
        }
        let (done, checked) = oneshot::channel();
        let batch = std::mem::replace(batch, Vec::with_capacity(VERIFY_AT_ONCE));
        self.verifying = Some(checked);
        rayon::spawn(move || {
            // Who doesn't wait for it any more has lost its replies, too.
            let _ = done.send(batch.into_par_iter().map(check).collect());
        });
    }

    /// Waits for what other threads verify: who asked is to be answered.
    async fn finish_verifying(&mut self) {
        if self.verifying.is_some() {
            let checked = verified(&mut self.verifying).await;
            self.waiting.extend(checked);
        }
    }

    /// Decides what was verified, as far as the block has room; what the ledger itself has to say comes first.
    fn decide_waiting(&mut self) -> Result<(), Halt> {
        if self.draft.is_full() {
            return Ok(());
        }
        // Time enters here, once for all that was taken together.
        let now: Timestamp = self.clock.now()?;
        self.draft.look_for_space();
        loop {
            let said = self.draft.say_what_is_due(now)?;
            if !said || self.draft.is_full() {
                return Ok(());
            }
            let Some(request) = self.waiting.pop_front() else {
                return Ok(());
            };
            self.draft.decide(now, request)?;
        }
    }

    /// How long until a deadline ends, at most [`LOOK_AGAIN`]: the clock may be set meanwhile.
    fn until_due(&self) -> Duration {
        let Some(due) = self.draft.next_due() else {
            return LOOK_AGAIN;
        };
        let micros = due
            .micros()
            .saturating_sub(self.clock.reading_now().micros());
        Duration::from_micros(u64::try_from(micros).unwrap_or(0)).min(LOOK_AGAIN)
    }
}

/// What other threads have verified, when they have; never, if there is nothing.
async fn verified(verifying: &mut Option<oneshot::Receiver<Vec<Checked>>>) -> Vec<Checked> {
    let Some(batch) = verifying else {
        return std::future::pending().await;
    };
    let checked = batch.await.expect("a batch is verified to its end");
    *verifying = None;
    checked
}

/// Reads a request and verifies its signatures: the expensive part, independent of the ledger's state.
fn check(request: Request) -> Checked {
    let Request {
        body,
        mode,
        reply,
        asked,
    } = request;
    let (statement, openings) = part(&body);
    let verified = Signed::parse_request(statement).and_then(Signed::verify);
    let filing = match &verified {
        Ok(verified) => filing(verified, openings),
        Err(_) => Ok(None),
    };
    Checked {
        mode,
        reply,
        asked,
        verified,
        filing,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::request::Mode;

    #[test]
    fn bytes_that_are_no_request_are_malformed_and_cost_no_more() {
        let (sender, _receiver) = tokio::sync::oneshot::channel();
        let request = Request {
            body: bytes::Bytes::from_static(b"{}"),
            mode: Mode::Record,
            reply: Reply::Local(sender),
            asked: Instant::now(),
        };
        let checked = check(request);
        assert_eq!(
            checked.verified.expect_err("no request").code(),
            "malformed.schema"
        );
    }

    /// A reader takes no larger block, so a writer that made one would be followed by nobody.
    #[tokio::test]
    async fn a_block_never_has_more_entries_than_a_reader_takes() {
        use cinnabar_events::{BLOCK_MAX_ENTRIES, Kind};
        use cinnabar_governance::testing::{Town, key};

        let mut town = Town::populated();
        let mut signed: Vec<Signed> = town
            .entries()
            .iter()
            .map(|entry| entry.signed().clone())
            .collect();
        for number in 0..BLOCK_MAX_ENTRIES {
            let data = serde_json::json!({ "name": "Acme", "organisationKind": "enterprise" });
            let subject = format!("organisation/o{number}");
            let kind = Kind::OrganisationRegistered;
            let draft = town.draft(kind, &subject, &["li:registrar"], &data);
            signed.push(town.sign(&draft).into_signed());
        }
        let waiting = signed.iter().map(|signed| {
            check(Request {
                body: signed.to_request().into(),
                mode: Mode::Record,
                reply: Reply::Local(tokio::sync::oneshot::channel().0),
                asked: Instant::now(),
            })
        });
        let folder = tempfile::tempdir().expect("a folder");
        let store = cinnabar_store::Store::create(&folder.path().join("store")).expect("a store");
        let itself = Arc::new(LedgerSigner::new(&key("ledger").to_bytes()));
        let mut draft = Draft::new(store, itself, None).expect("an empty store");
        let (_sender, mut requests) = queue::channel(1);
        let mut writer = Writer {
            requests: &mut requests,
            draft: &mut draft,
            clock: &mut Clock::starting_at(Some(town.now())),
            idle: true,
            verifying: None,
            waiting: waiting.collect(),
        };
        writer.decide_waiting().expect("nothing stands against it");
        let left = writer.waiting.len();
        assert_eq!(left, signed.len() - BLOCK_MAX_ENTRIES);
        assert_eq!(draft.finish().entries.len(), BLOCK_MAX_ENTRIES);
    }
}
