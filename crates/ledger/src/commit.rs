//! Commit: publish the block under the fence, sign the checkpoint, apply to the store; in this order.
//!
//! Runs on a thread of its own, one block at a time. It never guesses: a publish in doubt is
//! resolved by reading the stream.

use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

use async_nats::{Client, HeaderMap};
use bytes::Bytes;
use cinnabar_events::{Block, BlockHeader, Entry, EntryHash, Sequence};
use cinnabar_failpoint::{Failpoint, pass};
use cinnabar_store::{Application, Position, Store};
use cinnabar_tlog::Size;
use cinnabar_vault::Vault;

use crate::answer::Committed;
use crate::confidential::VaultFailure;
use crate::draft::Finished;
use crate::erasures::{carry_out_erasures, concerns_the_vault};
use crate::identity::{Identity, LogSigner};
use crate::nats::names::Names;
use crate::nats::publish::{PublishFailure, publish_fenced};
use crate::pace::{Pace, Times};
use crate::replica::{Divergence, is_next};
use crate::space::Pending;
use crate::stream::LogStream;

/// Pause before asking again when the stream can't be read or has no leader.
const RETRY_PAUSE: Duration = Duration::from_millis(100);

/// Why the writer no longer writes.
#[derive(Debug, thiserror::Error)]
pub enum Halt {
    /// Another writer's block stands where ours would have.
    #[error("another writer took over: its block stands at message {0} of the log stream")]
    Fenced(u64),
    /// The log stream is gone, or ends before what was read of it.
    #[error("the log stream was lost: it ends at message {0}")]
    StreamLost(u64),
    /// The server refuses our blocks for good.
    #[error("the server refuses our blocks: {0}")]
    Refused(String),
    /// The durable state is unknown.
    #[error("the durable state is unknown")]
    Unknown(#[from] Divergence),
    /// The vault failed.
    #[error("confidential values can't be kept or destroyed")]
    Vault(#[from] VaultFailure),
    /// The clock can't be trusted.
    #[error(transparent)]
    Clock(#[from] crate::ClockJump),
    /// What the ledger itself must say is refused by the rules: another key than the one it was given signs for it now.
    #[error("the ledger can't say what it must: {0}")]
    Duty(String),
    /// The ledger was put back to an earlier state, and the recovery that was offered was not recorded.
    #[error("the recovery can't be recorded: {0}")]
    NotRecovered(String),
    /// The node is shutting down.
    #[error("stopping")]
    Stopping,
}

/// Everything that a commit needs.
pub(crate) struct Committer {
    pub(crate) store: Store,
    pub(crate) vault: Option<Arc<Vault>>,
    pub(crate) identity: Identity,
    pub(crate) signer: Arc<LogSigner>,
    pub(crate) client: Client,
    pub(crate) names: Names,
    pub(crate) stream: LogStream,
    pub(crate) runtime: tokio::runtime::Handle,
    /// Cancelled when the node stops: the only way out of a doubt that can't be resolved.
    pub(crate) stop: tokio_util::sync::CancellationToken,
    /// Last message of the stream that was read or written, and the epoch.
    pub(crate) position: Position,
    pub(crate) answers: SyncSender<Committed>,
    pub(crate) pending: Pending,
    pub(crate) pace: Pace,
}

/// Where a published block ended up.
enum Published {
    At(u64),
    NotYet { expected: u64 },
}

impl Committer {
    /// Starts this writer's term: an empty block under the fence, which kills any late publish of an earlier writer.
    pub(crate) fn open_epoch(&mut self) -> Result<(), Halt> {
        self.position.epoch += 1;
        let head = self.store.head();
        // A replica that could not sign so far has no checkpoint for its head yet. What it is about was
        // acknowledged long ago, and the next block must carry it.
        if head.size > Size::ZERO
            && self
                .store
                .checkpoint_at(head.size)
                .map_err(Divergence::Store)?
                .is_none()
        {
            let checkpoint = self.signer.checkpoint(head.size, head.root, head.time);
            self.store
                .keep_checkpoint(&checkpoint)
                .map_err(Divergence::Apply)?;
        }
        let draft = Finished {
            first: head.next(),
            prev: head.hash,
            entries: Vec::new(),
            changes: Default::default(),
            tiles: Vec::new(),
            root: head.root,
            outcomes: Vec::new(),
            asked: None,
        };
        self.commit_block(draft).map(|_| ())
    }

    /// Commits a draft and hands over what to answer. A draft without entries only has answers.
    pub(crate) fn commit(&mut self, mut draft: Finished) -> Result<(), Halt> {
        let outcomes = std::mem::take(&mut draft.outcomes);
        let (entries, times) = match draft.entries.is_empty() {
            true => (Vec::new(), None),
            false => match self.commit_block(draft) {
                Ok((entries, times)) => (entries, Some(times)),
                Err(halt) => {
                    // Recorded or not, we can't say; the answer claims neither.
                    let replies = outcomes.into_iter().map(|(reply, _)| reply);
                    self.runtime
                        .block_on(crate::writer::turn_away(&self.client, replies));
                    return Err(halt);
                }
            },
        };
        let size = self.store.head().size;
        let checkpoint = self.store.checkpoint().unwrap_or_default();
        // If the answering thread is gone, the node is stopping; what is committed stays committed.
        self.answers
            .send(Committed {
                outcomes,
                entries,
                size,
                checkpoint,
                times,
            })
            .map_err(|_| Halt::Stopping)
    }

    fn commit_block(&mut self, draft: Finished) -> Result<(Vec<Entry>, Times), Halt> {
        let _underway = self.pending.begin();
        let decided = Instant::now();
        let Finished {
            first,
            prev,
            entries,
            changes,
            tiles,
            root,
            outcomes: _,
            asked,
        } = draft;
        let block = self.sign(first, prev, &entries);
        pass(Failpoint::BlockSigned);
        let stream_sequence = self.publish(&block)?;
        pass(Failpoint::BlockPublished);
        let published = Instant::now();
        // The block is durable. From here on it is committed; all that follows must succeed or the node stops.
        let position = Position {
            stream_sequence,
            ..self.position
        };
        let size = Size::new(first.get() + entries.len() as u64);
        let time = entries.last().map(Entry::time);
        let time = time.or(self.store.head().time);
        let checkpoint = (size > Size::ZERO).then(|| self.signer.checkpoint(size, root, time));
        pass(Failpoint::CheckpointSigned);
        let application = Application {
            entries: entries.clone(),
            records: changes,
            tiles,
            root,
            checkpoint,
            position,
        };
        let erases = concerns_the_vault(&application.entries);
        self.store.apply(application).map_err(Divergence::Apply)?;
        self.position = position;
        pass(Failpoint::BlockApplied);
        if let Some(vault) = self.vault.as_ref().filter(|_| erases) {
            // Before anybody is told that they are erased.
            pass(Failpoint::ErasureBegun);
            carry_out_erasures(&self.store, vault)?;
        }
        let times = Times {
            asked: asked.unwrap_or(decided),
            decided,
            published,
            applied: Instant::now(),
        };
        Ok((entries, times))
    }

    fn sign(&self, first: Sequence, prev: EntryHash, entries: &[Entry]) -> Block {
        let header = BlockHeader {
            ledger: self.identity.ledger,
            epoch: self.position.epoch,
            first,
            count: u32::try_from(entries.len()).expect("a block has at most 512 entries"),
            prev,
            head: entries.last().map_or(prev, Entry::hash),
            // Signed after the block before was acknowledged, and persisted with it.
            checkpoint: if first == Sequence::FIRST {
                String::new()
            } else {
                let note = self.store.checkpoint().unwrap_or_default();
                self.signer.own_lines(&note).unwrap_or_default()
            },
        };
        let entries: Vec<&[u8]> = entries.iter().map(Entry::bytes).collect();
        self.signer.block(header, &entries)
    }

    /// Publishes the block and returns its sequence in the stream, however long it takes to be sure.
    fn publish(&self, block: &Block) -> Result<u64, Halt> {
        let mut headers = HeaderMap::new();
        for (name, value) in block.to_headers() {
            headers.insert(name, value.as_str());
        }
        let body = Bytes::copy_from_slice(block.body());
        let mut expected = self.position.stream_sequence;
        loop {
            let subject = self.names.log_subject();
            let attempt = publish_fenced(
                &self.client,
                &subject,
                body.clone(),
                headers.clone(),
                expected,
            );
            let failure = match self.runtime.block_on(attempt) {
                Ok(ack) => return Ok(ack.sequence),
                Err(failure) => failure,
            };
            match &failure {
                PublishFailure::Fenced {
                    last_sequence: Some(last),
                } if *last < expected => return Err(Halt::StreamLost(*last)),
                PublishFailure::Refused { .. } | PublishFailure::NotSent { .. } => {
                    return Err(Halt::Refused(failure.to_string()));
                }
                PublishFailure::Fenced { .. }
                | PublishFailure::InDoubt { .. }
                | PublishFailure::NoStream { .. } => {
                    tracing::warn!(reason = %failure, block.first = block.header().first.get(), "A block was not acknowledged; reading the stream.");
                }
            }
            if matches!(failure, PublishFailure::NoStream { .. }) {
                // It answers at once: without a pause this would spin while the stream has no leader.
                std::thread::sleep(RETRY_PAUSE);
            }
            match self.runtime.block_on(self.resolve(block, expected))? {
                Published::At(sequence) => return Ok(sequence),
                Published::NotYet { expected: read } => expected = read,
            }
        }
    }

    /// Reads on from `expected`: ours = committed; another writer's next block = fenced; anything else is passed over.
    async fn resolve(&self, block: &Block, mut expected: u64) -> Result<Published, Halt> {
        loop {
            if self.stop.is_cancelled() {
                return Err(Halt::Stopping);
            }
            match self.stream.message(expected + 1).await {
                Ok(None) => return Ok(Published::NotYet { expected }),
                Ok(Some(message)) => match message.block(&self.identity.log_key()) {
                    Ok(found) if found == *block => return Ok(Published::At(message.sequence)),
                    Ok(found)
                        if is_next(&found, &self.identity, &self.store, self.position.epoch)
                            .is_ok() =>
                    {
                        return Err(Halt::Fenced(message.sequence));
                    }
                    // A newer release writes now.
                    Err(fault) if fault.is_newer() => return Err(Halt::Fenced(message.sequence)),
                    Ok(_) | Err(_) => {
                        tracing::error!(
                            stream.sequence = message.sequence,
                            "A stray message stands on the log stream; it is passed over."
                        );
                        expected = message.sequence;
                    }
                },
                Err(error) if error.is_missing() => return Err(Halt::StreamLost(0)),
                Err(error) => {
                    tracing::warn!(error = %crate::causes(&error), "The log stream can't be read to resolve a doubt; trying again.");
                    tokio::time::sleep(RETRY_PAUSE).await;
                }
            }
        }
    }
}
