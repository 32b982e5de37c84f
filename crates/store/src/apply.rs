//! Applying a block: everything in one synced write batch, or nothing.

use std::error::Error;
use std::sync::{Arc, PoisonError};

use cinnabar_failpoint::{Failpoint, pass, try_pass};
use cinnabar_tlog::EdgeTiles;
use rocksdb::WriteBatch;

use crate::check::Plan;
use crate::dossiers;
use crate::error::{ApplyError, StoreError};
use crate::head_file::Sighting;
use crate::keys::{self, Family, Meta};
use crate::mark;
use crate::options;
use crate::store::{Applier, OnCommit, Store};
use crate::types::{Application, HighWater};
use crate::value;

/// Room in a write batch for what every block has: head, position, boundary, checkpoint, the tiles at the edge.
const BATCH_BYTES: usize = 32 * 1024;

impl Store {
    /// Makes a block durable: entries, records, indexes, tiles, head, checkpoint, position and block boundary in one synced
    /// batch, the head file beside it and the mark. Returns when the disk has all of them; then whoever waits is told.
    ///
    /// Before anything is written the block is checked against the store: the chain, the dossiers, the tree, the
    /// position. Whether it may be recorded at all (signatures, rules) has been decided before.
    ///
    /// # Errors
    /// [`ApplyError`]. All of them are fatal: what is durable may be unknown, or somebody has a bug. The store is poisoned
    /// and refuses every later block with the reason, until it is opened again.
    pub fn apply(&self, block: Application) -> Result<(), ApplyError> {
        let head = self.exclusively(|applier| {
            let plan = self.check(&block, applier)?;
            let batch = self.batch(&block, &plan)?;
            let seen = self.write(applier, batch, &block, &plan)?;
            // From here on it can't fail. Records before the head: who sees the head sees what belongs to it.
            self.inner.cache.update(&block.records);
            self.inner.soonest.update(&block.records);
            self.inner.recent.push(block.entries);
            let head = plan.head;
            applier.edge = plan.edge;
            applier.ends.learn(plan.ends);
            let mut state = self.state();
            state.head = head;
            state.position = block.position;
            state.recoveries = seen.high_water.recoveries;
            if seen.high_water.rank() > state.high_water.rank() {
                state.high_water = seen.high_water;
            }
            if let Some((_, mark)) = &mut state.mark
                && seen.high_water.rank() > mark.high_water.rank()
            {
                *mark = seen;
            }
            if let Some(kept) = plan.checkpoint {
                state.keep(kept);
            }
            Ok(head)
        })?;
        self.inner.moved.notify_all();
        let calls: Vec<OnCommit> = {
            let calls = self.inner.on_commit.lock();
            calls.unwrap_or_else(PoisonError::into_inner).clone()
        };
        calls.iter().for_each(|call| call(head));
        Ok(())
    }

    /// Does `work` alone, unless the store is poisoned; poisons it if the work fails.
    pub(crate) fn exclusively<T>(
        &self,
        work: impl FnOnce(&mut Applier) -> Result<T, ApplyError>,
    ) -> Result<T, ApplyError> {
        self.alone_unless(work, |_| true)
    }

    /// The same, for work that may be refused: only a write that failed poisons the store.
    pub(crate) fn alone<T>(
        &self,
        work: impl FnOnce(&mut Applier) -> Result<T, ApplyError>,
    ) -> Result<T, ApplyError> {
        self.alone_unless(work, |error| match error {
            ApplyError::Inconsistent(_) | ApplyError::Read(_) | ApplyError::Record(_) => false,
            ApplyError::Database(_) | ApplyError::HeadFile(_) | ApplyError::Poisoned { .. } => true,
        })
    }

    fn alone_unless<T>(
        &self,
        work: impl FnOnce(&mut Applier) -> Result<T, ApplyError>,
        poisons: impl FnOnce(&ApplyError) -> bool,
    ) -> Result<T, ApplyError> {
        let Ok(mut applier) = self.inner.applier.lock() else {
            let reason = "applying a block panicked".into();
            return Err(ApplyError::Poisoned { reason });
        };
        if let Some(reason) = self.poisoned() {
            return Err(ApplyError::Poisoned { reason });
        }
        work(&mut applier).inspect_err(|error| {
            if poisons(error) {
                let reason: Arc<str> = with_causes(error).into();
                tracing::error!(%reason, "the store applies nothing more");
                self.state().poison = Some(reason);
                // Who waits for more waits in vain.
                self.inner.moved.notify_all();
            }
        })
    }

    /// The edge as the last block left it.
    pub(crate) fn applier_edge(&self) -> Result<EdgeTiles, StoreError> {
        let applier = self
            .inner
            .applier
            .lock()
            .map_err(|_| StoreError::Poisoned {
                reason: "applying a block panicked".into(),
            })?;
        match self.poisoned() {
            Some(reason) => Err(StoreError::Poisoned { reason }),
            None => Ok(applier.edge.clone()),
        }
    }

    fn batch(&self, block: &Application, plan: &Plan) -> Result<WriteBatch, ApplyError> {
        let bytes: usize = block.entries.iter().map(|entry| entry.bytes().len()).sum();
        // Everything else takes about as much again.
        let mut batch = WriteBatch::with_capacity_bytes(2 * bytes + BATCH_BYTES);
        let (entries, index) = (self.family(Family::Entries), self.family(Family::Index));
        for entry in &block.entries {
            batch.put_cf(entries, keys::entry(entry.seq()), entry.bytes());
            if let Some(recovery) = mark::declared(entry) {
                batch.put_cf(
                    index,
                    keys::recovery(recovery.from),
                    value::recovery_to_bytes(recovery.until),
                );
            }
            if let Some(recorded) = dossiers::recorded(entry) {
                batch.put_cf(
                    index,
                    keys::indexed(entry.seq()),
                    value::indexed_to_bytes(&recorded),
                );
            }
            for (subject, link) in entry.dossiers() {
                let key = keys::dossier(subject, link.revision);
                batch.put_cf(
                    index,
                    key,
                    value::dossier_to_bytes(entry.seq(), entry.hash()),
                );
            }
        }
        let records = self.family(Family::Records);
        for (key, record) in block.records.iter() {
            match record {
                Some(record) => {
                    let bytes = value::record_to_bytes(record).map_err(ApplyError::Record)?;
                    batch.put_cf(records, keys::record(key), bytes);
                }
                None => batch.delete_cf(records, keys::record(key)),
            }
        }
        let tiles = self.family(Family::Tiles);
        for (tile, hashes) in &block.tiles {
            batch.put_cf(tiles, keys::tile(*tile), hashes);
        }
        let position = block.position;
        let count =
            u32::try_from(block.entries.len()).expect("entries in memory are fewer than 2^32");
        let first = match block.entries.first() {
            Some(entry) => entry.seq(),
            None => plan.head.next(),
        };
        batch.put_cf(
            index,
            keys::block(first, position.generation, position.stream_sequence),
            value::block_to_bytes(count, position.epoch),
        );
        if let Some(kept) = &plan.checkpoint {
            batch.put_cf(index, keys::checkpoint(kept.size), kept.note.as_bytes());
        }
        batch.put(Meta::Head.key(), value::head_to_bytes(&plan.head));
        batch.put(Meta::Position.key(), value::position_to_bytes(&position));
        Ok(batch)
    }

    /// Database, head file and mark side by side: three syncs take as long as one. Head file and mark are left alone while they
    /// are ahead: what they know is not forgotten before the ledger has it again.
    fn write(
        &self,
        applier: &Applier,
        batch: WriteBatch,
        block: &Application,
        plan: &Plan,
    ) -> Result<Sighting, ApplyError> {
        let (seen, files) = {
            let state = self.state();
            let declared = block.entries.iter().filter_map(mark::declared).count();
            let newer = plan.checkpoint.as_ref().map(|kept| kept.note.clone());
            let seen = Sighting {
                high_water: HighWater {
                    size: plan.head.size,
                    hash: plan.head.hash,
                    recoveries: state.recoveries + declared as u64,
                },
                checkpoint: newer
                    .or_else(|| state.checkpoint.as_ref().map(|(_, note)| note.clone())),
            };
            let rank = seen.high_water.rank();
            let head_file = (rank > state.high_water.rank()).then_some(&applier.head_file);
            let behind = |(_, known): &(_, Sighting)| rank > known.high_water.rank();
            let mark = applier
                .mark
                .as_ref()
                .filter(|_| state.mark.as_ref().is_some_and(behind));
            (seen, [head_file, mark])
        };
        for file in files.iter().flatten() {
            file.begin(seen.clone()).map_err(ApplyError::HeadFile)?;
        }
        try_pass(Failpoint::StoreBegun).map_err(ApplyError::HeadFile)?;
        let written = self.inner.db.write_opt(batch, &options::synced());
        try_pass(Failpoint::StoreWritten).map_err(ApplyError::HeadFile)?;
        let noted: Vec<_> = files.iter().flatten().map(|file| file.finish()).collect();
        written.map_err(|error| ApplyError::Database(error.into()))?;
        for noted in noted {
            noted.map_err(ApplyError::HeadFile)?;
        }
        pass(Failpoint::StoreDurable);
        Ok(seen)
    }
}

/// `what: why: why that`.
fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
