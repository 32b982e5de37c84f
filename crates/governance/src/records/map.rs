//! Records in memory: all of them, or changes on top of others.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::{DueKey, Record, RecordKey, Records, RecordsMut};

/// Records, or what stands for them, by key: looked up some thirty times for each statement. The hash is seeded by chance,
/// so that nobody can choose ids that collide.
pub type RecordTable<T> = HashMap<RecordKey, T, RandomState>;

/// Records in memory: for the verifier and for tests.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RecordMap {
    records: RecordTable<Record>,
    due: BTreeSet<DueKey>,
}

impl RecordMap {
    /// No records: the ledger before its genesis.
    pub fn new() -> Self {
        Self::default()
    }

    /// Every record, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&RecordKey, &Record)> {
        self.records.iter()
    }
}

fn beyond(after: Option<&DueKey>) -> (Bound<&DueKey>, Bound<&DueKey>) {
    let from = after.map_or(Bound::Unbounded, Bound::Excluded);
    (from, Bound::Unbounded)
}

impl Records for RecordMap {
    type Error = std::convert::Infallible;

    fn record(&self, key: &RecordKey) -> Result<Option<Record>, Self::Error> {
        Ok(self.records.get(key).cloned())
    }

    fn due(&self, after: Option<&DueKey>) -> Result<Option<DueKey>, Self::Error> {
        Ok(self.due.range(beyond(after)).next().cloned())
    }
}

impl RecordsMut for RecordMap {
    fn put(&mut self, key: RecordKey, record: Record) {
        if let RecordKey::Due(due) = &key {
            self.due.insert(due.clone());
        }
        self.records.insert(key, record);
    }

    fn remove(&mut self, key: RecordKey) {
        if let RecordKey::Due(due) = &key {
            self.due.remove(due);
        }
        self.records.remove(&key);
    }
}

/// Changed records: what each is afterwards, and which are gone. A clone shares them until one of the two changes more.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    records: Arc<RecordTable<Option<Arc<Record>>>>,
    /// The running deadlines among them: there from now on, or gone.
    due: Arc<BTreeMap<DueKey, bool>>,
    /// How often a running deadline was started, moved or ended.
    touched: u64,
}

impl Changes {
    /// No changes.
    pub fn new() -> Self {
        Self::default()
    }

    /// What is changed under `key`: nothing, to a record, or to none.
    pub fn get(&self, key: &RecordKey) -> Option<Option<&Record>> {
        self.records.get(key).map(Option::as_deref)
    }

    /// Every change, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&RecordKey, Option<&Record>)> {
        self.shared()
            .map(|(key, record)| (key, record.map(Arc::as_ref)))
    }

    /// The same, for who keeps them.
    pub fn shared(&self) -> impl Iterator<Item = (&RecordKey, Option<&Arc<Record>>)> {
        self.records
            .iter()
            .map(|(key, record)| (key, record.as_ref()))
    }

    /// How often a running deadline was started, moved or ended: as long as it stays the same, the next one does too.
    pub fn deadlines_touched(&self) -> u64 {
        self.touched
    }

    /// Puts `record` under `key`, or nothing.
    pub fn set(&mut self, key: RecordKey, record: Option<Record>) {
        if let RecordKey::Due(due) = &key {
            Arc::make_mut(&mut self.due).insert(due.clone(), record.is_some());
            self.touched += 1;
        }
        Arc::make_mut(&mut self.records).insert(key, record.map(Arc::new));
    }

    /// The running deadlines that are started or ended, by their end: whether each is there from now on.
    pub fn deadlines(&self) -> impl Iterator<Item = (&DueKey, bool)> {
        self.due.iter().map(|(key, there)| (key, *there))
    }

    /// The running deadline that ends next after `after`, where `base` gives the one that does without these changes.
    ///
    /// # Errors
    /// Those of `base`.
    pub fn due<E>(
        &self,
        after: Option<&DueKey>,
        base: impl Fn(Option<&DueKey>) -> Result<Option<DueKey>, E>,
    ) -> Result<Option<DueKey>, E> {
        let mut below = base(after)?;
        while let Some(key) = &below
            && self.due.get(key) == Some(&false)
        {
            below = base(Some(key))?;
        }
        let mine = self.due.range(beyond(after)).find(|(_, there)| **there);
        let mine = mine.map(|(key, _)| key.clone());
        Ok(match (below, mine) {
            (Some(below), Some(mine)) => Some(below.min(mine)),
            (below, mine) => below.or(mine),
        })
    }
}

/// Changes on top of other records: what a block that is not committed yet would change.
#[derive(Clone, Debug)]
pub struct Overlay<'r, R> {
    base: &'r R,
    changed: Changes,
}

impl<'r, R: Records> Overlay<'r, R> {
    /// No changes yet.
    pub fn new(base: &'r R) -> Self {
        Self::resume(base, Changes::new())
    }

    /// On top of `base`, with changes made earlier.
    pub fn resume(base: &'r R, changed: Changes) -> Self {
        Self { base, changed }
    }

    /// What was changed.
    pub fn into_changes(self) -> Changes {
        self.changed
    }
}

impl<R: Records> Records for Overlay<'_, R> {
    type Error = R::Error;

    fn record(&self, key: &RecordKey) -> Result<Option<Record>, Self::Error> {
        match self.changed.get(key) {
            Some(record) => Ok(record.cloned()),
            None => self.base.record(key),
        }
    }

    fn due(&self, after: Option<&DueKey>) -> Result<Option<DueKey>, Self::Error> {
        self.changed.due(after, |after| self.base.due(after))
    }
}

impl<R: Records> RecordsMut for Overlay<'_, R> {
    fn put(&mut self, key: RecordKey, record: Record) {
        self.changed.set(key, Some(record));
    }

    fn remove(&mut self, key: RecordKey) {
        self.changed.set(key, None);
    }
}
