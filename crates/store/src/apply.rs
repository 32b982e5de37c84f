//! Applying a block: everything in one synced write batch, or nothing.

use std::error::Error;
use std::sync::{Arc, PoisonError};

use cinnabar_tlog::EdgeTiles;
use rocksdb::WriteBatch;

use crate::check::Plan;
use crate::error::{ApplyError, StoreError};
use crate::keys::{self, Family, Meta};
use crate::options;
use crate::store::{Applier, OnCommit, Store};
use crate::types::{Application, Head, HighWater};
use crate::value;

impl Store {
    /// Makes a block durable: entries, records, indexes, tiles, head, checkpoint, position and block boundary in one synced
    /// batch, and the head file beside it. Returns when the disk has both; then whoever waits is told.
    ///
    /// Before anything is written the block is checked against the store: the chain, the dossiers, the tree, the
    /// position. Whether it may be recorded at all (signatures, rules) has been decided before.
    ///
    /// # Errors
    /// [`ApplyError`]. All of them are fatal: what is durable may be unknown, or somebody has a bug. The store is poisoned
    /// and refuses every later block with the reason, until it is opened again.
    pub fn apply(&self, block: Application) -> Result<(), ApplyError> {
        let head = self.exclusively(|applier| {
            let plan = self.check(&block, &applier.edge)?;
            let batch = self.batch(&block, &plan)?;
            self.write(applier, batch, plan.head)?;
            // From here on it can't fail. Records before the head: who sees the head sees what belongs to it.
            self.inner.cache.update(block.records);
            let head = plan.head;
            applier.edge = plan.edge;
            let mut state = self.state();
            state.head = head;
            state.position = block.position;
            if !block.entries.is_empty() {
                state.high_water = high_water(head);
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
        let Ok(mut applier) = self.inner.applier.lock() else {
            let reason = "applying a block panicked".into();
            return Err(ApplyError::Poisoned { reason });
        };
        if let Some(reason) = self.poisoned() {
            return Err(ApplyError::Poisoned { reason });
        }
        work(&mut applier).inspect_err(|error| {
            let reason: Arc<str> = with_causes(error).into();
            tracing::error!(%reason, "the store applies nothing more");
            self.state().poison = Some(reason);
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
        let mut batch = WriteBatch::default();
        let (entries, index) = (self.family(Family::Entries), self.family(Family::Index));
        for entry in &block.entries {
            batch.put_cf(entries, keys::entry(entry.seq()), entry.bytes());
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

    /// Database and head file side by side: two syncs take as long as one.
    fn write(&self, applier: &Applier, batch: WriteBatch, head: Head) -> Result<(), ApplyError> {
        let moves = head.size > self.head().size;
        if moves {
            let begun = applier.head_file.begin(high_water(head));
            begun.map_err(ApplyError::HeadFile)?;
        }
        let written = self.inner.db.write_opt(batch, &options::synced());
        let noted = match moves {
            true => applier.head_file.finish(),
            false => Ok(()),
        };
        written.map_err(|error| ApplyError::Database(error.into()))?;
        noted.map_err(ApplyError::HeadFile)
    }
}

fn high_water(head: Head) -> HighWater {
    HighWater {
        size: head.size,
        hash: head.hash,
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
