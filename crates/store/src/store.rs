//! The store itself: what is open, what is known in memory, and who waits for more.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use cinnabar_tlog::{EdgeTiles, Size};
use rocksdb::{ColumnFamily, DB};

use crate::backup::Restored;
use crate::cache::RecordCache;
use crate::check::DossierEnds;
use crate::deadlines::Soonest;
use crate::error::{Damage, StoreError};
use crate::head_file::{HeadWriter, Sighting};
use crate::keys::Family;
use crate::lock::Lock;
use crate::recent::Recent;
use crate::space::Space;
use crate::types::{Head, HighWater, IndexHead, Mark, Position};

/// Called with the new head after each block that is durable.
pub(crate) type OnCommit = Arc<dyn Fn(Head) + Send + Sync>;

/// The replica, open. Cloning it gives the same one. Any thread reads; one applies.
///
/// Reads answer what the head covers: a block that is being written is not seen before it is durable.
#[derive(Clone)]
pub struct Store {
    pub(crate) inner: Arc<Inner>,
}

/// The fields are dropped in this order: the lock goes last.
pub(crate) struct Inner {
    pub(crate) db: DB,
    /// Held while a block is applied.
    pub(crate) applier: Mutex<Applier>,
    pub(crate) state: Mutex<State>,
    /// Held while an index of dossiers is applied.
    pub(crate) indexing: Mutex<()>,
    /// Notified when the head moves.
    pub(crate) moved: Condvar,
    pub(crate) on_commit: Mutex<Vec<OnCommit>>,
    pub(crate) cache: RecordCache,
    /// The running deadlines that end first.
    pub(crate) soonest: Soonest,
    /// The last entries.
    pub(crate) recent: Recent,
    pub(crate) dir: PathBuf,
    pub(crate) space: Space,
    pub(crate) _lock: Lock,
}

/// What applying needs for itself.
pub(crate) struct Applier {
    /// The tree's right edge at the head.
    pub(crate) edge: EdgeTiles,
    /// How dossiers lately written to end.
    pub(crate) ends: DossierEnds,
    pub(crate) head_file: HeadWriter,
    /// Writes the mark, if one is kept.
    pub(crate) mark: Option<HeadWriter>,
}

/// What is known without reading.
#[derive(Clone)]
pub(crate) struct State {
    pub(crate) head: Head,
    pub(crate) position: Position,
    pub(crate) high_water: HighWater,
    pub(crate) mark: Option<(Arc<Path>, Sighting)>,
    /// Recoveries recorded so far.
    pub(crate) recoveries: u64,
    /// The newest checkpoint, by size.
    pub(crate) checkpoint: Option<(Size, Arc<str>)>,
    /// The index of dossiers that proofs are given for.
    pub(crate) index: Option<IndexHead>,
    /// Why nothing is applied any more.
    pub(crate) poison: Option<Arc<str>>,
    /// The replica was put back from a backup, and nothing has shown that it is the newest state.
    pub(crate) restored: Option<Restored>,
}

impl Store {
    /// The data directory.
    pub fn dir(&self) -> &Path {
        &self.inner.dir
    }

    /// Where the ledger stands: what is durable.
    pub fn head(&self) -> Head {
        self.state().head
    }

    /// Which block of the log stream was the last one applied.
    pub fn position(&self) -> Position {
        self.state().position
    }

    /// What the head file says; `None` before the first entry. If it is beyond the [head](Self::head), the database has lost
    /// blocks that were durable: they must come back from the log stream before anything else happens.
    pub fn high_water(&self) -> Option<HighWater> {
        let high_water = self.state().high_water;
        (!high_water.size.is_zero()).then_some(high_water)
    }

    /// What the mark says, if one is kept. If it is beyond the [head](Self::head) when the log stream has been read to its end,
    /// the ledger was put back to an earlier state.
    pub fn mark(&self) -> Option<Mark> {
        let state = self.state();
        state.mark.as_ref().map(|(path, sighting)| Mark {
            path: path.to_path_buf(),
            high_water: sighting.high_water,
            checkpoint: sighting.checkpoint.as_deref().map(str::to_owned),
        })
    }

    /// The newest signed checkpoint, the whole note.
    pub fn checkpoint(&self) -> Option<String> {
        let state = self.state();
        state.checkpoint.as_ref().map(|(_, note)| note.to_string())
    }

    /// Why the store applies nothing any more, if that is so.
    pub fn poisoned(&self) -> Option<Arc<str>> {
        self.state().poison.clone()
    }

    /// Waits until there are more than `size` entries, at most `timeout`, and gives the head then. A store that applies nothing any
    /// more is not waited for.
    pub fn wait_beyond(&self, size: Size, timeout: Duration) -> Head {
        let deadline = Instant::now().checked_add(timeout);
        let mut state = self.state();
        while state.head.size <= size && state.poison.is_none() {
            state = match deadline {
                None => self
                    .inner
                    .moved
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner),
                Some(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        break;
                    }
                    let waited = self.inner.moved.wait_timeout(state, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
        state.head
    }

    /// Has `call` called with the new head after each block, also one without entries, once the block is durable. It runs on the applier's
    /// thread: it should only wake somebody else up. It stays as long as the store.
    pub fn on_commit(&self, call: Box<dyn Fn(Head) + Send + Sync>) {
        let mut calls = self
            .inner
            .on_commit
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        calls.push(call.into());
    }

    /// The state, locked. It is only ever replaced by whole values, so a panic elsewhere leaves it true.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.inner
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn family(&self, family: Family) -> &ColumnFamily {
        family_of(&self.inner.db, family)
    }

    /// The value under `key`, read with `read`; `what` names it if it can't be.
    pub(crate) fn value<T>(
        &self,
        family: Family,
        key: &[u8],
        what: &'static str,
        read: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        let found = self.inner.db.get_pinned_cf(self.family(family), key)?;
        match found {
            None => Ok(None),
            Some(bytes) => Ok(Some(read(&bytes).ok_or(Damage::Form(what))?)),
        }
    }
}

pub(crate) fn family_of(db: &DB, family: Family) -> &ColumnFamily {
    db.cf_handle(family.name())
        .expect("the database is opened with all of its families")
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("dir", &self.inner.dir)
            .field("head", &self.head())
            .finish_non_exhaustive()
    }
}
