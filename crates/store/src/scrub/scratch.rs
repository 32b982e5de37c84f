//! Records and pages, folded again in a database of their own, so that memory does not grow with the ledger.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use cinnabar_governance::{Changes, DueKey, Record, RecordKey, Records};
use cinnabar_tlog::{Hash, SparseKey};
use rocksdb::{ColumnFamily, DB, ReadOptions, WriteBatch, WriteOptions};

use super::{Folder, scratch_error};
use crate::deadlines;
use crate::error::{Damage, OpenError, StoreError};
use crate::keys::{self, Family};
use crate::options;
use crate::pages::{self, Pages};
use crate::store::family_of;
use crate::value;

/// Records kept in memory: the rulebook and its chapters are asked for by every fold, and most others soon again.
const KEPT_RECORDS: usize = 4096;

/// The scratch database. Its folder goes with it.
pub(super) struct Scratch {
    db: DB,
    kept: RefCell<HashMap<RecordKey, Record>>,
    _folder: Folder,
}

impl Scratch {
    pub(super) fn create(folder: Folder) -> Result<Self, OpenError> {
        let opened =
            DB::open_cf_descriptors(&options::database(true), &folder.0, options::families());
        Ok(Self {
            db: opened.map_err(scratch_error)?,
            kept: RefCell::default(),
            _folder: folder,
        })
    }

    pub(super) fn db(&self) -> &DB {
        &self.db
    }

    /// Takes over what some entries changed.
    pub(super) fn fold(&self, changes: Changes) -> Result<(), StoreError> {
        let records = self.family(Family::Records);
        let mut kept = self.kept.borrow_mut();
        let mut batch = WriteBatch::default();
        for (key, record) in changes.iter() {
            match record {
                Some(record) => {
                    let bytes = value::record_to_bytes(record);
                    let bytes = bytes.map_err(|_| Damage::Form("record"))?;
                    batch.put_cf(records, keys::record(key), bytes);
                    keep(&mut kept, key.clone(), record.clone());
                }
                None => {
                    batch.delete_cf(records, keys::record(key));
                    kept.remove(key);
                }
            }
        }
        self.write(batch)
    }

    /// Sets how dossiers end; the root of the index over all of them.
    pub(super) fn set_dossiers(
        &self,
        ends: &BTreeMap<SparseKey, Hash>,
    ) -> Result<Hash, StoreError> {
        let (root, pages) = Pages::new(&self.db, ReadOptions::default()).update(ends)?;
        let mut batch = WriteBatch::default();
        pages::put(&mut batch, &self.db, &pages);
        self.write(batch)?;
        Ok(root)
    }

    fn family(&self, family: Family) -> &ColumnFamily {
        family_of(&self.db, family)
    }

    /// Without a log: what is lost with the process is folded again by the next scrub.
    fn write(&self, batch: WriteBatch) -> Result<(), StoreError> {
        let mut options = WriteOptions::default();
        options.disable_wal(true);
        Ok(self.db.write_opt(batch, &options)?)
    }
}

fn keep(kept: &mut HashMap<RecordKey, Record>, key: RecordKey, record: Record) {
    if kept.len() >= KEPT_RECORDS {
        kept.clear();
    }
    kept.insert(key, record);
}

impl Records for Scratch {
    type Error = StoreError;

    fn record(&self, key: &RecordKey) -> Result<Option<Record>, StoreError> {
        if let Some(record) = self.kept.borrow().get(key) {
            return Ok(Some(record.clone()));
        }
        let found = self
            .db
            .get_pinned_cf(self.family(Family::Records), keys::record(key))?;
        let Some(bytes) = found else {
            return Ok(None);
        };
        let record = value::record(&bytes).ok_or(Damage::Form("record"))?;
        keep(&mut self.kept.borrow_mut(), key.clone(), record.clone());
        Ok(Some(record))
    }

    fn due(&self, after: Option<&DueKey>) -> Result<Option<DueKey>, StoreError> {
        let scan = options::scan([DueKey::LETTER as u8 + 1]);
        let mut rows = self
            .db
            .raw_iterator_cf_opt(self.family(Family::Records), scan);
        rows.seek(deadlines::due_start(after));
        match rows.key() {
            Some(key) => Ok(Some(deadlines::due_key(key)?)),
            None => Ok(rows.status().map(|()| None)?),
        }
    }
}
