//! What goes into the store and what it says about itself.

use cinnabar_events::{Entry, EntryHash, Sequence, Timestamp};
use cinnabar_governance::Changes;
use cinnabar_tlog::{EMPTY_ROOT, Hash, Size, TileId};

/// Where the ledger stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Number of entries.
    pub size: Size,
    /// Hash of the last entry; [`EntryHash::NONE`] if there is none.
    pub hash: EntryHash,
    /// When the last entry was recorded.
    pub time: Option<Timestamp>,
    /// Root of the Merkle tree over all entries.
    pub root: Hash,
}

impl Head {
    /// The head of the ledger without entries.
    pub const EMPTY: Self = Self {
        size: Size::ZERO,
        hash: EntryHash::NONE,
        time: None,
        root: EMPTY_ROOT,
    };

    /// The sequence that the next entry gets.
    pub const fn next(&self) -> Sequence {
        Sequence::new(self.size.get())
    }
}

/// Which message of the log stream was the last one applied. Ordered by generation, then stream sequence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Which stream: one that was refilled from a replica is the next generation.
    pub generation: u32,
    /// The message's sequence in that stream; 0 before the first.
    pub stream_sequence: u64,
    /// The writer's term of the last block.
    pub epoch: u64,
}

/// How far the ledger had come when the head file was last written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HighWater {
    /// Number of entries.
    pub size: Size,
    /// Hash of the last of them.
    pub hash: EntryHash,
}

/// Where one block lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockBoundary {
    /// Sequence of its first entry; of the next one to come if it has none.
    pub first: Sequence,
    /// Number of entries; 0 for a block that only opens an epoch.
    pub count: u32,
    /// Generation of the stream that it was read from.
    pub generation: u32,
    /// Its sequence in that stream.
    pub stream_sequence: u64,
    /// The writer's term.
    pub epoch: u64,
    /// Entries in the ledger up to and including this block: `first + count`.
    pub size_after: Size,
}

/// A block, with everything that it changes: what [`Store::apply`](crate::Store::apply) makes durable at once.
#[derive(Clone, Debug)]
pub struct Application {
    /// The block's entries in order; none for a block that only opens an epoch.
    pub entries: Vec<Entry>,
    /// The records that they change, as they are afterwards, and those that are gone.
    pub records: Changes,
    /// The tiles that they change, whole, as [`EdgeTiles::take_changes`](cinnabar_tlog::EdgeTiles::take_changes) gives them.
    pub tiles: Vec<(TileId, Vec<u8>)>,
    /// The tree's root afterwards.
    pub root: Hash,
    /// A signed checkpoint (the whole note) of this size or of an earlier one, if there is one to keep.
    pub checkpoint: Option<String>,
    /// Where the block stands in the log stream.
    pub position: Position,
}
