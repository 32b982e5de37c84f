//! What can go wrong. All of it is fatal: the store has no rejections and reads nothing from strangers.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use cinnabar_events::{EntryHash, Revision, Sequence, Subject, Timestamp};
use cinnabar_tlog::{Hash, ProveError, Size, TileId};

use crate::types::Position;

/// RocksDB says no. What it says is its own text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct DatabaseError(#[from] rocksdb::Error);

/// The store holds something that it never wrote, or lacks what it did write. Rebuild the replica from the log stream.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// An entry below the head is gone.
    #[error("the entry at sequence {0} is missing")]
    EntryMissing(Sequence),
    /// An entry stands in two tables: it was written again.
    #[error("the entry at sequence {0} was written twice")]
    EntryTwice(Sequence),
    /// An entry lies beyond the head.
    #[error("there is an entry at sequence {0}, beyond the head")]
    EntryBeyondHead(Sequence),
    /// A value is not there at all.
    #[error("the {0} is missing")]
    Missing(&'static str),
    /// A value has a form that no release wrote.
    #[error("the {0} has an unknown form")]
    Form(&'static str),
    /// The last entry is not the one that the head names.
    #[error("the head names {recorded}, the last entry has the hash {found}")]
    HeadHash {
        /// According to the head.
        recorded: EntryHash,
        /// According to the entry's bytes.
        found: EntryHash,
    },
    /// The tiles give another root than the head says.
    #[error("the head names the root {recorded}, the tiles give {found}")]
    Root {
        /// According to the head.
        recorded: Hash,
        /// According to the tiles.
        found: Hash,
    },
    /// The head file and the database tell different stories.
    #[error("the head file has hash {recorded} at size {size}, the database has {found}")]
    HighWater {
        /// The size that both know.
        size: Size,
        /// According to the head file.
        recorded: EntryHash,
        /// According to the database.
        found: EntryHash,
    },
    /// The list of tables is not the one that was noted when the store was last opened.
    #[error(
        "the list of tables (MANIFEST) is not the one that was written: it was cut short, changed or put back"
    )]
    Tables,
    /// Neither slot of the head file can be read, or they contradict each other.
    #[error("the head file is damaged")]
    HeadFile,
}

/// The store can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// RocksDB can't read.
    #[error("the database cannot be read")]
    Database(#[from] DatabaseError),
    /// What was read can't be true.
    #[error("the store is damaged")]
    Damaged(#[from] Damage),
    /// The tiles can't be read.
    #[error("the tree cannot be read")]
    Tree(#[source] Box<cinnabar_tlog::ReadError<StoreError>>),
    /// A write failed, so what is durable is not known.
    #[error("the store stopped: {reason}")]
    Poisoned {
        /// What made it stop.
        reason: Arc<str>,
    },
}

impl From<rocksdb::Error> for StoreError {
    fn from(source: rocksdb::Error) -> Self {
        Self::Database(DatabaseError(source))
    }
}

impl From<cinnabar_tlog::ReadError<StoreError>> for StoreError {
    fn from(source: cinnabar_tlog::ReadError<StoreError>) -> Self {
        Self::Tree(Box::new(source))
    }
}

/// Why there is no proof: a size or a sequence that the ledger doesn't have, or tiles that can't be read.
pub type ProofError = ProveError<StoreError>;

/// Why a store can't be opened or created.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is none.
    #[error("there is no ledger in {0}")]
    Missing(PathBuf),
    /// The directory is in use for something else.
    #[error("{0} is not empty, a ledger is created in an empty directory")]
    NotEmpty(PathBuf),
    /// What is there is not a store.
    #[error("{0} holds something, but not a ledger")]
    NotAStore(PathBuf),
    /// Another process has it open.
    #[error("the ledger in {dir} is open in another process{}", .by.map(|pid| format!(" ({pid})")).unwrap_or_default())]
    Locked {
        /// Which directory.
        dir: PathBuf,
        /// The other process's id, if it could be read.
        by: Option<u32>,
    },
    /// Written by a newer release.
    #[error(
        "the ledger has format {found}, this release knows formats up to {known}: use the release that wrote it, or a newer one"
    )]
    NewerFormat {
        /// Format of the store.
        found: u32,
        /// Newest format that this release knows.
        known: u32,
    },
    /// The head file or the mark was written by a newer release.
    #[error(
        "{path} has format {found}, this release knows formats up to {known}: use the release that wrote it, or a newer one"
    )]
    NewerFile {
        /// Which file.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// Newest format that this release knows.
        known: u32,
    },
    /// The file system is almost full.
    #[error("only {free} bytes are free in {dir}, at least {needed} are needed")]
    DiskFull {
        /// Which directory.
        dir: PathBuf,
        /// Free bytes.
        free: u64,
        /// See [`MIN_FREE_BYTES`](crate::MIN_FREE_BYTES).
        needed: u64,
    },
    /// A file can't be read or written.
    #[error("cannot use {path}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The mark is gone, though the ledger has entries.
    #[error(
        "the mark {0} is missing: put it back; only if there never was one, or it is lost for good, allow a new one"
    )]
    MarkMissing(PathBuf),
    /// The mark can't be read.
    #[error("the mark {0} is damaged")]
    MarkDamaged(PathBuf),
    /// The mark lies where it would be put back together with the ledger.
    #[error("the mark {0} lies within the data directory; it has to be kept outside")]
    MarkInside(PathBuf),
    /// Another process writes the same mark.
    #[error("the mark {0} is in use by another process")]
    MarkInUse(PathBuf),
    /// The ledger is not the one that the mark is of, or its history was changed.
    #[error(
        "the mark {path} has hash {recorded} at size {size}, the ledger has {found}: another ledger, or another history"
    )]
    MarkContradicts {
        /// The mark.
        path: PathBuf,
        /// The size that both know.
        size: Size,
        /// According to the mark.
        recorded: EntryHash,
        /// According to the ledger.
        found: EntryHash,
    },
    /// The database can't be opened or read, or it is damaged.
    #[error("cannot open the ledger's database")]
    Unreadable(#[source] StoreError),
}

impl From<StoreError> for OpenError {
    fn from(source: StoreError) -> Self {
        Self::Unreadable(source)
    }
}

impl From<Damage> for OpenError {
    fn from(source: Damage) -> Self {
        Self::Unreadable(source.into())
    }
}

impl From<rocksdb::Error> for OpenError {
    fn from(source: rocksdb::Error) -> Self {
        Self::Unreadable(DatabaseError(source).into())
    }
}

/// What is wrong with an [`Application`](crate::Application): it does not go on where the store stands. Whoever made it has a bug, or
/// two are writing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Inconsistency {
    /// An entry is not the next one.
    #[error("entry {found} where {expected} comes next")]
    Sequence {
        /// The next sequence.
        expected: Sequence,
        /// The entry's.
        found: Sequence,
    },
    /// An entry names another one before it.
    #[error("entry {at} follows {found}, the entry before it is {expected}")]
    Previous {
        /// The entry.
        at: Sequence,
        /// Hash of the entry before it.
        expected: EntryHash,
        /// The hash that it names.
        found: EntryHash,
    },
    /// Time runs backwards.
    #[error("entry {at} is of {found}, before {last}")]
    Time {
        /// The entry.
        at: Sequence,
        /// Time of the entry before it.
        last: Timestamp,
        /// Its own time.
        found: Timestamp,
    },
    /// An entry names another state of a dossier than the index has.
    #[error(
        "entry {at} says that the dossier of {subject} has {found} entries and ends in {prev}; it does not"
    )]
    Dossier {
        /// The entry.
        at: Sequence,
        /// Whose dossier.
        subject: Subject,
        /// Length that the entry names.
        found: Revision,
        /// Last hash that the entry names.
        prev: EntryHash,
    },
    /// A dossier's record is not what the entries make it.
    #[error("the record of the dossier of {0} is not where the dossier ends")]
    DossierRecord(Subject),
    /// The position in the stream doesn't move forward.
    #[error("position {found:?} does not come after {last:?}")]
    Position {
        /// Where the store stands.
        last: Position,
        /// Where the block says to stand.
        found: Position,
    },
    /// Where the head file or the mark knows another entry.
    #[error("entry {at} has the hash {found}, it was known to have {known}")]
    HighWater {
        /// The entry.
        at: Sequence,
        /// According to the head file or the mark.
        known: EntryHash,
        /// The entry's own.
        found: EntryHash,
    },
    /// A recovery that names less than what was lost.
    #[error("a recovery up to size {until}, but {known} entries were known")]
    Recovery {
        /// Size that the recovery names.
        until: Size,
        /// Size according to the head file or the mark.
        known: Size,
    },
    /// The root is not the tree's.
    #[error("root {found}, the entries make it {expected}")]
    Root {
        /// According to the entries.
        expected: Hash,
        /// According to the application.
        found: Hash,
    },
    /// The tiles are not those that the entries change.
    #[error("tile {} of level {} is not as the entries make it", .0.index(), .0.level())]
    Tile(TileId),
    /// The checkpoint is no note, or no checkpoint.
    #[error("the checkpoint is not a signed note of a checkpoint")]
    CheckpointForm,
    /// The checkpoint is of a size that the ledger doesn't have, or that no block ends at.
    #[error("a checkpoint of size {0}, which is not one that the ledger has now")]
    CheckpointSize(Size),
    /// The checkpoint has another root than the tree had.
    #[error("the checkpoint of size {size} has root {found}, the tree's is {expected}")]
    CheckpointRoot {
        /// The checkpoint's size.
        size: Size,
        /// The tree's root at that size.
        expected: Hash,
        /// The checkpoint's root.
        found: Hash,
    },
    /// The checkpoint is of another log than the one kept for the same size.
    #[error("the checkpoint of size {0} contradicts the one that is kept")]
    CheckpointOther(Size),
}

/// Why a block was not applied. After any of these the store is poisoned: it applies nothing more until it is opened again.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// It doesn't go on where the store stands. Nothing was written.
    #[error("the block does not continue the ledger")]
    Inconsistent(#[from] Inconsistency),
    /// What it must be compared with can't be read. Nothing was written.
    #[error("the block cannot be checked against the store")]
    Read(#[from] StoreError),
    /// A record can't be written as JSON. Nothing was written.
    #[error("a record cannot be written")]
    Record(#[source] serde_json::Error),
    /// RocksDB didn't confirm. Whether the block is durable shows when the store is opened again.
    #[error("the database did not confirm the block")]
    Database(#[source] DatabaseError),
    /// The head file or the mark was not confirmed; the block itself may well be durable.
    #[error("the head file or the mark did not confirm the block")]
    HeadFile(#[source] io::Error),
    /// An earlier error stopped the store.
    #[error("the store stopped: {reason}")]
    Poisoned {
        /// That error, with its causes.
        reason: Arc<str>,
    },
}
