//! What goes into the store and what it says about itself.

use std::path::PathBuf;

use cinnabar_events::{Entry, EntryHash, Revision, Sequence, Timestamp, dossier_value};
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

/// How far the ledger had come when the head file, or the mark, was last written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HighWater {
    /// Number of entries.
    pub size: Size,
    /// Hash of the last of them.
    pub hash: EntryHash,
    /// How many recoveries (`ledger.recovered`) were among them: only a later one excuses that the ledger is shorter.
    pub recoveries: u64,
}

impl HighWater {
    /// The ledger without entries.
    pub const EMPTY: Self = Self {
        size: Size::ZERO,
        hash: EntryHash::NONE,
        recoveries: 0,
    };

    /// What is newer ranks higher: a recovery makes the ledger shorter, everything else only longer.
    pub(crate) const fn rank(&self) -> (u64, u64) {
        (self.recoveries, self.size.get())
    }
}

/// What the mark says: the second head file, outside the data directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Where it stands.
    pub path: PathBuf,
    /// How far the ledger had come.
    pub high_water: HighWater,
    /// The newest signed checkpoint then (the whole note): what a recovery has to name. None if none was known, or
    /// it was too long to be kept there.
    pub checkpoint: Option<String>,
}

/// How to open a store, beyond where it is.
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    /// Where the mark is kept: outside the data directory, best on another disk, and in no backup of it.
    pub mark: Option<PathBuf>,
    /// Whether the mark may be made though the ledger has entries: where it is kept for the first time, or
    /// was lost. Otherwise a mark that is missing is refused: whoever puts back an old copy could simply delete it. Of a replica
    /// that was put back from a backup, somebody answers with it that the backup was the newest state.
    pub mark_may_be_new: bool,
}

/// What a recorded recovery says: entries `from` to `until - 1` had been acknowledged once and are lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recovery {
    /// Sequence of the entry that says so; the first that was lost.
    pub from: Sequence,
    /// Size of the ledger before.
    pub until: Size,
}

impl Recovery {
    /// Whether a ledger of `size` entries lost some by it.
    pub fn explains(&self, size: Size) -> bool {
        size.get() > self.from.get() && size <= self.until
    }
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

/// An index of dossiers: what a `dossiers.indexed` entry says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexHead {
    /// It is of the dossiers as the first so many entries left them.
    pub size: Size,
    /// Root of the sparse tree over their heads.
    pub root: Hash,
    /// How many dossiers there were.
    pub dossiers: u64,
    /// Where it is recorded.
    pub entry: Sequence,
}

/// How a dossier ended when it was indexed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DossierHead {
    /// Number of its entries.
    pub length: u64,
    /// Hash of the last of them.
    pub hash: EntryHash,
}

impl DossierHead {
    /// What stands for it in the sparse tree.
    pub fn value(&self) -> Hash {
        dossier_value(Revision::new(self.length), self.hash)
    }
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
