//! Following the log stream: recovery, take-over and a replica's daily work are this one path.
//!
//! A message is either the next block of this ledger, signed by its log key and admitted by its
//! rules entry by entry, or it is passed over and reported. A block that is signed and next, but
//! breaks chain or rules, is a fork: the node stops.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cinnabar_events::{Block, BlockFault, Entry, Kind, LedgerId, Malformed, Sequence};
use cinnabar_failpoint::{Failpoint, pass};
use cinnabar_governance::{Overlay, Rejection, admit, evolve, links, placed, unsaid};
use cinnabar_store::{Application, ApplyError, OpenError, Position, Store, StoreError};
use cinnabar_tlog::{EdgeTiles, Size};
use rayon::prelude::*;

use crate::identity::{Identity, LogSigner};
use crate::refill::StreamDamage;
use crate::rollback::RecoveryRefused;
use crate::stream::LogMessage;

/// The node can't go on: it doesn't know the ledger's true state, or the stream tells another story.
#[derive(Debug, thiserror::Error)]
pub enum Divergence {
    /// The store can't be read.
    #[error("the store can't be read")]
    Store(#[from] StoreError),
    /// The store refused a block.
    #[error("the store refused a block")]
    Apply(#[from] ApplyError),
    /// A signed block has an entry that is none.
    #[error("entry {sequence} of a signed block is malformed")]
    Entry {
        /// Which.
        sequence: Sequence,
        /// What is wrong.
        #[source]
        source: Malformed,
    },
    /// A signed block has an entry that doesn't follow from the one before.
    #[error("entry {0} of a signed block does not chain")]
    Chain(Sequence),
    /// A signed block has an entry that the rules refuse.
    #[error("entry {sequence} of a signed block is refused by the rules ({})", rejection.code())]
    Rules {
        /// Which.
        sequence: Sequence,
        /// Why.
        rejection: Box<Rejection>,
    },
    /// A signed block lacks what the ledger itself had to say before this entry.
    #[error(
        "before entry {0} of a signed block the ledger had to say that a deadline passed, and did not"
    )]
    Unsaid(Sequence),
    /// The genesis on the stream is another one.
    #[error("the stream holds ledger {found}, this node was set up for {expected}")]
    OtherLedger {
        /// What this node was told.
        expected: LedgerId,
        /// What the stream holds.
        found: LedgerId,
    },
    /// A writer's block signed a checkpoint that isn't the root of what was applied here.
    #[error("the checkpoint for size {0} in a signed block is not of this replica's tree")]
    Checkpoint(u64),
    /// The stream doesn't hold what this replica has applied.
    #[error(
        "{0}; nothing was changed. Stop the other writers, and refill it from the writer that has the most entries: cinnabar node --config FILE --refill"
    )]
    Stream(StreamDamage),
    /// What is left of a damaged stream goes on where this replica can't follow.
    #[error(
        "message {0} of the log stream is a block that this replica lacks, and what comes before it is lost: another replica may have it; refill from that one"
    )]
    Ahead(u64),
    /// The stream could not be refilled.
    #[error("the log stream can't be refilled ({0})")]
    NotRefilled(String),
    /// The block at this replica's position is another one.
    #[error("message {0} of the log stream is not the block that this replica applied there")]
    OtherHistory(u64),
    /// The ledger is shorter than it was known to be.
    #[error(
        "the ledger was put back to an earlier state: it has {found} entries, {place} knows of {known}; bring back what is lost, or have the administrators sign a ledger.recovered for {found} to {known}"
    )]
    RolledBack {
        /// Size that was known.
        known: u64,
        /// Size now.
        found: u64,
        /// Who or what knows.
        place: String,
    },
    /// The replica was put back from a backup, and nothing shows that the backup was the newest state.
    #[error(
        "the ledger was put back from a backup with {size} entries, and nothing here shows that none were recorded after it: bring back the log stream, or the mark; if somebody knows of more entries, a ledger.recovered has to name those that are lost; only if you answer for it that there were none, start once with --new-mark"
    )]
    Unproven {
        /// Entries in the backup.
        size: u64,
    },
    /// A newer release wrote to the stream.
    #[error(
        "message {sequence} of the log stream was written by a newer release: use the release that wrote it, or a newer one"
    )]
    NewerBlock {
        /// Which message.
        sequence: u64,
        /// What it says of its format.
        #[source]
        fault: BlockFault,
    },
    /// The note that it was put back can't be taken away.
    #[error("the note of a restoration can't be taken away")]
    Note(#[from] OpenError),
    /// Somebody saw another history.
    #[error("{place} saw root {seen} at size {size}, this ledger has {found}: two histories")]
    Contradicted {
        /// The size that both know.
        size: u64,
        /// Who or what saw the other one.
        place: String,
        /// The root that was seen.
        seen: cinnabar_tlog::Hash,
        /// The root here.
        found: cinnabar_tlog::Hash,
    },
    /// The recovery that was offered is not the one that is needed.
    #[error("the recovery that was offered is refused")]
    Recovery(#[from] RecoveryRefused),
    /// An entry says other than these dossiers how they end.
    #[error(
        "entry {entry} says that the {dossiers} dossiers have the root {recorded}, they are {found_dossiers} with the root {found}"
    )]
    Index {
        /// The entry.
        entry: Sequence,
        /// How many, according to it.
        dossiers: u64,
        /// Their root, according to it.
        recorded: cinnabar_tlog::Hash,
        /// How many there are.
        found_dossiers: u64,
        /// Their root.
        found: cinnabar_tlog::Hash,
    },
}

/// What became of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Followed {
    /// It was the next block, with so many entries, in this epoch.
    Applied {
        /// Entries in it.
        count: u32,
        /// The writer's term.
        epoch: u64,
    },
    /// It was passed over.
    Skipped(Skip),
}

/// Why a message was passed over.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Skip {
    /// It was applied before.
    #[error("it was applied before")]
    Old,
    /// It is no block, or nobody entitled signed it.
    #[error(transparent)]
    NotABlock(#[from] BlockFault),
    /// It is a block of another ledger.
    #[error("it is a block of ledger {0}")]
    OtherLedger(LedgerId),
    /// It is a signed block, but not the next one: a late or repeated publish.
    #[error(
        "it is a block for size {first} in epoch {epoch}, the replica is at size {size} in epoch {current}"
    )]
    NotNext {
        /// Where it would belong.
        first: Sequence,
        /// Its epoch.
        epoch: u64,
        /// The replica's size.
        size: u64,
        /// The replica's epoch.
        current: u64,
    },
}

/// A replica that follows the log stream.
pub struct Replica {
    store: Store,
    identity: Identity,
    /// Present on nodes that may write: they sign the checkpoint of each block again, the same bytes.
    signer: Option<Arc<LogSigner>>,
    tiles: EdgeTiles,
    position: Position,
    skipped: Arc<AtomicU64>,
}

impl Replica {
    /// Follows from where the store stands.
    ///
    /// # Errors
    /// If the store can't be read.
    pub fn new(
        store: Store,
        identity: Identity,
        signer: Option<Arc<LogSigner>>,
    ) -> Result<Self, StoreError> {
        let (tiles, position) = (store.edge_tiles()?, store.position());
        Ok(Self {
            store,
            identity,
            signer,
            tiles,
            position,
            skipped: Arc::default(),
        })
    }

    /// Where the replica is in the stream: also past messages that it skipped.
    pub fn position(&self) -> Position {
        self.position
    }

    /// Goes on at another place of the stream, or of the stream's next generation: one up to which it has the same blocks.
    pub(crate) fn go_on_at(&mut self, position: Position) {
        self.position = position;
    }

    /// Messages passed over so far: anything but 0 wants looking at.
    pub fn skipped(&self) -> Arc<AtomicU64> {
        self.skipped.clone()
    }

    /// Takes one message of the log stream.
    ///
    /// # Errors
    /// [`Divergence`]: the node must stop.
    pub(crate) fn follow(&mut self, message: &LogMessage) -> Result<Followed, Divergence> {
        if message.sequence <= self.position.stream_sequence {
            return Ok(Followed::Skipped(Skip::Old));
        }
        let block = match self.next_block(message) {
            Ok(block) => block,
            // Passed over, it would be written a second time by whoever is the writer next.
            Err(Skip::NotABlock(fault)) if fault.is_newer() => {
                let sequence = message.sequence;
                return Err(Divergence::NewerBlock { sequence, fault });
            }
            Err(skip) => {
                self.position.stream_sequence = message.sequence;
                self.skipped.fetch_add(1, Ordering::Relaxed);
                tracing::error!(stream.sequence = message.sequence, reason = %skip, "A message of the log stream was passed over.");
                return Ok(Followed::Skipped(skip));
            }
        };
        let position = Position {
            stream_sequence: message.sequence,
            epoch: block.header().epoch,
            ..self.position
        };
        self.apply(&block, position)?;
        self.position = position;
        Ok(Followed::Applied {
            count: block.header().count,
            epoch: block.header().epoch,
        })
    }

    fn next_block(&self, message: &LogMessage) -> Result<Block, Skip> {
        let block = message.block(&self.identity.log_key())?;
        is_next(&block, &self.identity, &self.store, self.position.epoch)?;
        Ok(block)
    }

    fn apply(&mut self, block: &Block, position: Position) -> Result<(), Divergence> {
        let entries = self.read_entries(block)?;
        let head = self.store.head();
        self.check_checkpoint(block, head.size)?;
        let mut records = Overlay::new(&self.store);
        let (mut prev, mut next, mut time) = (head.hash, head.next(), head.time);
        for entry in &entries {
            let sequence = entry.seq();
            let expected = links(&records, entry.statement())?;
            let chains = sequence == next
                && entry.prev() == prev
                && *entry.dossiers() == expected
                && time.is_none_or(|time| time <= entry.time());
            if !chains {
                return Err(Divergence::Chain(sequence));
            }
            if unsaid(&records, entry.time(), entry.statement())?.is_some() {
                return Err(Divergence::Unsaid(sequence));
            }
            let malformed = |source| Divergence::Entry { sequence, source };
            let verified = entry.signed().clone().verify().map_err(malformed)?;
            let verdict = admit(&records, entry.time(), &verified)?;
            let verdict = verdict.and_then(|()| placed(entry.statement(), sequence));
            verdict.map_err(|rejection| Divergence::Rules {
                sequence,
                rejection: Box::new(rejection),
            })?;
            self.check_genesis(entry)?;
            evolve(&mut records, entry)?;
            self.tiles.append(entry.leaf_hash());
            (prev, next, time) = (entry.hash(), sequence.next(), Some(entry.time()));
        }
        if prev != block.header().head {
            return Err(Divergence::Chain(next));
        }
        let (records, root) = (records.into_changes(), self.tiles.root());
        let size = self.tiles.size();
        let checkpoint = match &self.signer {
            Some(signer) if size > Size::ZERO => Some(signer.checkpoint(size, root, time)),
            // Without the log key: the checkpoint of everything before this block.
            _ => Some(block.header().checkpoint.clone()).filter(|note| !note.is_empty()),
        };
        let application = Application {
            entries,
            records,
            tiles: self.tiles.take_changes(),
            root,
            checkpoint,
            position,
        };
        pass(Failpoint::ReplicaChecked);
        Ok(self.store.apply(application)?)
    }

    /// Reads the entries and checks their authors' signatures, in parallel: that is where the time goes.
    fn read_entries(&self, block: &Block) -> Result<Vec<Entry>, Divergence> {
        let first = block.header().first.get();
        let read = |(index, bytes): (usize, &&[u8])| {
            let malformed = |source| Divergence::Entry {
                sequence: Sequence::new(first + index as u64),
                source,
            };
            let entry = Entry::parse(*bytes).map_err(malformed)?;
            entry.signed().clone().verify().map_err(malformed)?;
            Ok(entry)
        };
        block.entries().par_iter().enumerate().map(read).collect()
    }

    fn check_checkpoint(&self, block: &Block, size: Size) -> Result<(), Divergence> {
        if block.header().checkpoint.is_empty() {
            return Ok(());
        }
        let note = cinnabar_tlog::Note::parse(block.header().checkpoint.as_bytes()).ok();
        let checkpoint =
            note.and_then(|note| cinnabar_tlog::Checkpoint::open(&note, &self.identity.vkey).ok());
        match checkpoint {
            Some(checkpoint) if checkpoint.size == size && checkpoint.root == self.tiles.root() => {
                Ok(())
            }
            Some(_) | None => Err(Divergence::Checkpoint(size.get())),
        }
    }

    fn check_genesis(&self, entry: &Entry) -> Result<(), Divergence> {
        if entry.statement().kind() != Kind::LedgerOpened {
            return Ok(());
        }
        let (expected, found) = (self.identity.ledger, LedgerId::of(entry.signed().bytes()));
        if expected == found {
            Ok(())
        } else {
            Err(Divergence::OtherLedger { expected, found })
        }
    }
}

/// Whether a signed block is the next one after what `store` holds, given the epoch it is in.
pub(crate) fn is_next(
    block: &Block,
    identity: &Identity,
    store: &Store,
    current: u64,
) -> Result<(), Skip> {
    let header = block.header();
    if header.ledger != identity.ledger {
        return Err(Skip::OtherLedger(header.ledger));
    }
    let head = store.head();
    // A term starts with an empty block; blocks with entries belong to the term that is running.
    let in_term = if header.count == 0 {
        header.epoch > current
    } else {
        header.epoch == current
    };
    if header.first == head.next() && header.prev == head.hash && in_term {
        return Ok(());
    }
    Err(Skip::NotNext {
        first: header.first,
        epoch: header.epoch,
        size: head.size.get(),
        current,
    })
}
