//! What is left of a damaged stream, compared with the replica block by block, before it is made anew.

use cinnabar_events::{BlockHeader, EntryHash};
use cinnabar_store::{Position, Store, StoreError};
use futures::StreamExt as _;

use super::Trouble;
use super::blocks::hash_at;
use crate::identity::Identity;
use crate::replica::{Divergence, Followed, Replica};
use crate::stream::{LogMessage, LogStream, StreamState};

/// Messages asked for at once.
const READ_AHEAD: usize = 64;

/// How far a reader of the stream would have come.
struct Reader {
    size: u64,
    hash: EntryHash,
    epoch: u64,
}

/// What a block is to a replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// The replica has it.
    Held,
    /// It is beyond the replica's head.
    Beyond,
    /// Every reader of the whole stream passed it over: of a term that had ended.
    Late,
    /// It contradicts the replica.
    Contradicts,
}

/// Reads every message that is still there. What the replica has must be the same; what goes on behind it is applied.
///
/// # Errors
/// [`Divergence`], if a readable block contradicts the replica, or can't be reached by it.
pub(crate) async fn salvage(
    stream: &LogStream,
    state: &StreamState,
    replica: &mut Replica,
    store: &Store,
    identity: &Identity,
) -> Result<(), Trouble> {
    let mut reader = Reader {
        size: 0,
        hash: EntryHash::NONE,
        epoch: 0,
    };
    let first = state.first.max(1);
    let mut messages = futures::stream::iter(first..=state.last)
        .map(|sequence| stream.readable(sequence))
        .buffered(READ_AHEAD);
    let mut read = 0_u64;
    while let Some(message) = messages.next().await {
        let Some(message) = message? else {
            continue;
        };
        let Ok(block) = message.block(&identity.log_key()) else {
            continue;
        };
        if block.header().ledger != identity.ledger {
            continue;
        }
        read += 1;
        match reader.judge(block.header(), store)? {
            Verdict::Held => reader.pass(block.header()),
            Verdict::Late => {}
            Verdict::Contradicts => return Err(Divergence::OtherHistory(message.sequence).into()),
            Verdict::Beyond => {
                apply(&message, state, replica, store)?;
                reader.pass(block.header());
            }
        }
    }
    tracing::info!(
        blocks = read,
        "Every block that can still be read from the damaged log stream is the replica's own."
    );
    Ok(())
}

impl Reader {
    fn judge(&self, header: &BlockHeader, store: &Store) -> Result<Verdict, StoreError> {
        let after = header.first.get() + u64::from(header.count);
        if after > store.head().size.get() {
            return Ok(match header.epoch < self.epoch {
                true => Verdict::Late,
                false => Verdict::Beyond,
            });
        }
        let held = hash_at(store, header.first.get())? == Some(header.prev)
            && hash_at(store, after)? == Some(header.head);
        let next = header.first.get() == self.size && header.prev == self.hash;
        Ok(match (held, header.epoch < self.epoch) {
            (true, _) => Verdict::Held,
            // A term that had ended when it came: nobody took it.
            (false, true) if !next || header.count > 0 => Verdict::Late,
            (false, _) => Verdict::Contradicts,
        })
    }

    fn pass(&mut self, header: &BlockHeader) {
        let after = header.first.get() + u64::from(header.count);
        if (after, header.epoch) > (self.size, self.epoch) {
            (self.size, self.hash) = (after, header.head);
            self.epoch = self.epoch.max(header.epoch);
        }
    }
}

/// Applies a block that the stream still has and the replica does not: it was published, and the writer died before it applied it.
fn apply(
    message: &LogMessage,
    state: &StreamState,
    replica: &mut Replica,
    store: &Store,
) -> Result<(), Divergence> {
    let (generation, known) = (state.generation.number, store.position());
    let later = (generation, message.sequence) > (known.generation, known.stream_sequence);
    if !later {
        return Err(Divergence::OtherHistory(message.sequence));
    }
    replica.go_on_at(Position {
        generation,
        stream_sequence: message.sequence - 1,
        epoch: replica.position().epoch,
    });
    match tokio::task::block_in_place(|| replica.follow(message))? {
        Followed::Applied { .. } => Ok(()),
        Followed::Skipped(_) => Err(Divergence::Ahead(message.sequence)),
    }
}
