//! Where a replica stands in a stream: by sequence within a generation, by hash across generations.

use cinnabar_events::Block;
use cinnabar_store::{Position, Store};

use super::blocks::{Rank, hash_at};
use super::{StreamDamage, Trouble};
use crate::identity::Identity;
use crate::replica::Divergence;
use crate::stream::{LogStream, StreamState};

/// How a stream and a replica stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stand {
    /// The stream has the replica's last block there: it goes on behind it.
    At(Position),
    /// The stream lacks something.
    Damaged(StreamDamage),
}

/// Finds the block that `store` applied last, having come to `position`.
///
/// # Errors
/// [`Divergence::OtherHistory`] if another block stands there.
pub(crate) async fn stand(
    stream: &LogStream,
    state: &StreamState,
    identity: &Identity,
    store: &Store,
    position: Position,
) -> Result<Stand, Trouble> {
    if let Some(damage) = StreamDamage::of(state, position) {
        return Ok(Stand::Damaged(damage));
    }
    let generation = state.generation.number;
    if generation == position.generation {
        return same_history(stream, identity, store, position).await;
    }
    let own = own_rank(store, position);
    let found = last_up_to(stream, identity, own, state.last).await?;
    let (sequence, rank) = match &found {
        None => (0, Rank::default()),
        Some(found) => (found.sequence, Rank::of(found.block.header())),
    };
    if let Some(found) = &found
        && hash_at(store, rank.size)? != Some(found.block.header().head)
    {
        return Err(Divergence::OtherHistory(sequence).into());
    }
    if rank.size == own.size {
        tracing::warn!(
            stream.generation = generation,
            stream.sequence = sequence,
            ledger.size = own.size,
            "The log stream was refilled; this replica found its place by the hash of its last block."
        );
        return Ok(Stand::At(Position {
            generation,
            stream_sequence: sequence,
            epoch: position.epoch,
        }));
    }
    // Blocks that are all behind us: it is being filled. One that ends beyond our head without starting at it: another history.
    match next_block(stream, identity, sequence, state.last).await? {
        None => Ok(Stand::Damaged(StreamDamage::Unfinished {
            found: rank.size,
            filled_to: state.generation.filled_to.max(own.size),
        })),
        Some(next) => Err(Divergence::OtherHistory(next.sequence).into()),
    }
}

/// The rank of the block that was applied last.
pub(crate) fn own_rank(store: &Store, position: Position) -> Rank {
    Rank {
        size: store.head().size.get(),
        epoch: position.epoch,
    }
}

/// The block at our position is the one that we applied there, unless the server can't read it: that is damage, and no other history.
async fn same_history(
    stream: &LogStream,
    identity: &Identity,
    store: &Store,
    position: Position,
) -> Result<Stand, Trouble> {
    let sequence = position.stream_sequence;
    if sequence == 0 {
        return Ok(Stand::At(position));
    }
    let Some(message) = stream.readable(sequence).await? else {
        return Ok(Stand::Damaged(StreamDamage::Unreadable { sequence }));
    };
    match message.block(&identity.log_key()) {
        Ok(block)
            if block.header().head == store.head().hash
                && block.header().ledger == identity.ledger =>
        {
            Ok(Stand::At(position))
        }
        // A stray message that was passed over may stand at the position; then the head was compared when the block before it was applied.
        Err(_) if position != store.position() => Ok(Stand::At(position)),
        Ok(_) | Err(_) => Err(Divergence::OtherHistory(sequence).into()),
    }
}

/// A block of this ledger, and where it stands.
pub(crate) struct Found {
    pub(crate) sequence: u64,
    pub(crate) block: Block,
}

/// The last block with a rank of at most `rank` among the messages up to `last`. Ranks only grow, so it is searched by halves.
pub(crate) async fn last_up_to(
    stream: &LogStream,
    identity: &Identity,
    rank: Rank,
    last: u64,
) -> Result<Option<Found>, Trouble> {
    let (mut low, mut high) = (0, last + 1);
    let mut best = None;
    while low + 1 < high {
        let middle = low + (high - low) / 2;
        match block_at_or_before(stream, identity, middle, low).await? {
            Some(found) if Rank::of(found.block.header()) > rank => high = found.sequence,
            found => {
                low = middle;
                best = found.or(best);
            }
        }
    }
    Ok(best)
}

/// The last block at `from` or before, but after `down_to`.
async fn block_at_or_before(
    stream: &LogStream,
    identity: &Identity,
    from: u64,
    down_to: u64,
) -> Result<Option<Found>, Trouble> {
    for sequence in (down_to + 1..=from).rev() {
        if let Some(found) = block_at(stream, identity, sequence).await? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// The first block after `after`, up to `last`.
async fn next_block(
    stream: &LogStream,
    identity: &Identity,
    after: u64,
    last: u64,
) -> Result<Option<Found>, Trouble> {
    for sequence in after + 1..=last {
        if let Some(found) = block_at(stream, identity, sequence).await? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

async fn block_at(
    stream: &LogStream,
    identity: &Identity,
    sequence: u64,
) -> Result<Option<Found>, Trouble> {
    let message = stream.message(sequence).await?;
    let block = message.and_then(|message| message.block(&identity.log_key()).ok());
    let ours = block.filter(|block| block.header().ledger == identity.ledger);
    Ok(ours.map(|block| Found { sequence, block }))
}
