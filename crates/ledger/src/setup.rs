//! What a node is given, and how it looks from outside.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use async_nats::Client;
use cinnabar_store::Store;
use cinnabar_tlog::{Hash, Size};
use cinnabar_vault::Vault;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::contact::Contact;
use crate::identity::{Identity, LedgerSigner, LogSigner};
use crate::indexer::Orders;
use crate::intake::Queue;
use crate::lease::Lease;
use crate::nats::names::Names;
use crate::nats::streams::Replicas;
use crate::pace::Pace;

/// What a node may do.
#[derive(Debug)]
pub enum Role {
    /// Follow only.
    Reader,
    /// Write, when it is its turn.
    Writer {
        /// The log key.
        signer: Arc<LogSigner>,
        /// The ledger's own actor key.
        itself: Arc<LedgerSigner>,
        /// Whether others may write too.
        lease: Lease,
    },
}

impl Role {
    /// The log key of a node that may write.
    pub(crate) fn signer(&self) -> Option<Arc<LogSigner>> {
        match self {
            Self::Writer { signer, .. } => Some(signer.clone()),
            Self::Reader => None,
        }
    }
}

/// Everything that a node needs.
#[derive(Debug)]
pub struct Setup {
    /// Its connection, as user `writer` or `reader`.
    pub client: Client,
    /// Streams and subjects.
    pub names: Names,
    /// Which ledger.
    pub identity: Identity,
    /// Its replica.
    pub store: Store,
    /// What it may do.
    pub role: Role,
    /// What it is called in the lease and in logs.
    pub node: String,
    /// Where its confidential values are kept; a writer without takes none.
    pub vault: Option<Arc<Vault>>,
    /// By how many seconds its clock is ahead: 0, but for tests that can't wait for a deadline.
    pub clock_ahead_seconds: i64,
    /// Cancel it to stop.
    pub stop: CancellationToken,
}

/// What keeps a node from signing what it must not, and what it does by itself.
#[derive(Clone, Debug, Default)]
pub struct Precautions {
    /// What witnesses say they cosigned: a ledger that is shorter than that, or has another root there, was put back or forked.
    pub seen: Vec<Seen>,
    /// The signed request (`{"signatures":[…],"statement":{…}}`) of a `ledger.recovered` that names exactly what is lost: with it, and
    /// only with it, a writer starts on a ledger that is shorter than it was known to be. Without need it is refused.
    pub recovery: Option<Vec<u8>>,
    /// How often the ledger says how its dossiers end.
    pub index: IndexCadence,
    /// With it, and only with it, a writer refills a log stream that was lost or damaged.
    pub refill: Option<MayRefill>,
}

/// The right to make the log stream anew, and to fill it from this node's replica.
#[derive(Clone, Debug)]
pub struct MayRefill {
    /// A connection as the operator: nobody else makes or deletes streams.
    pub operator: Client,
    /// How many servers keep each message.
    pub replicas: Replicas,
}

/// A checkpoint that somebody saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Number of entries.
    pub size: Size,
    /// Root of the tree over them.
    pub root: Hash,
    /// Who saw it, in words.
    pub by: String,
}

/// How often the ledger says how its dossiers end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexCadence {
    /// When so many entries are not covered.
    pub after_entries: u64,
    /// When the oldest entry that is not covered is so old.
    pub after: Duration,
}

impl Default for IndexCadence {
    fn default() -> Self {
        Self {
            after_entries: 1_000,
            after: Duration::from_secs(3600),
        }
    }
}

/// What a node is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Reading what it missed.
    CatchingUp,
    /// Following; another node writes, or none.
    Following,
    /// Writing.
    Writing,
    /// Stopped for good, and why.
    Stopped(String),
}

/// A running node, from outside.
#[derive(Clone, Debug)]
pub struct Handle {
    /// Takes statements; answers "no writer" while this node doesn't write.
    pub queue: Queue,
    /// What it is doing.
    pub phase: watch::Receiver<Phase>,
    /// Entries in the feed, as far as this node knows.
    pub feed: Arc<AtomicU64>,
    /// Messages of the log stream that were passed over.
    pub skipped: Arc<AtomicU64>,
    /// What is wrong with the ledger though this node goes on: a reader that finds it shorter than it was known to be says so here.
    pub alarm: watch::Receiver<Option<String>>,
    /// When the log stream was last heard of.
    pub contact: Contact,
    /// How long its blocks take, while it writes.
    pub pace: Pace,
    pub(crate) orders: Orders,
    /// Whether the feed is held back.
    pub(crate) feed_paused: Arc<watch::Sender<bool>>,
}
