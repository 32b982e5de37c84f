//! Records: those lately used are kept in memory, and so is that there is none.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cinnabar_governance::{Changes, DueKey, Record, RecordKey, RecordTable, Records};

use crate::error::StoreError;
use crate::keys::{self, Family};
use crate::store::Store;
use crate::value;

/// Most records in memory, in two halves; with some 500 bytes each about 32 MiB.
const CACHED_RECORDS: usize = 65_536;

/// What is known of a record: the record, or that there is none. A statement about something new asks for the same absent ones several
/// times over.
type Known = Option<Arc<Record>>;

/// Records lately used. When the young half is full it becomes the old half, and what was old and not used meanwhile
/// is forgotten.
pub(crate) struct RecordCache(Mutex<Halves>);

#[derive(Default)]
struct Halves {
    young: RecordTable<Known>,
    old: RecordTable<Known>,
    /// Blocks applied since the store was opened.
    blocks: u64,
}

impl RecordCache {
    pub(crate) fn new() -> Self {
        Self(Mutex::default())
    }

    /// What is known, or else the number of blocks applied so far: what is read now may be out of date after the next.
    fn get(&self, key: &RecordKey) -> Result<Known, u64> {
        let mut halves = self.halves();
        if let Some(record) = halves.young.get(key) {
            return Ok(record.clone());
        }
        match halves.old.remove_entry(key) {
            Some((key, record)) => {
                halves.put(key, record.clone());
                Ok(record)
            }
            None => Err(halves.blocks),
        }
    }

    /// Keeps what was read when `blocks` blocks had been applied, unless another one was since.
    fn keep(&self, key: &RecordKey, record: &Known, blocks: u64) {
        let mut halves = self.halves();
        if halves.blocks == blocks {
            halves.put(key.clone(), record.clone());
        }
    }

    /// Takes over what a block changed. To be called after the block is in the database.
    pub(crate) fn update(&self, records: &Changes) {
        let mut halves = self.halves();
        halves.blocks += 1;
        for (key, record) in records.shared() {
            if is_kept(key) {
                halves.old.remove(key);
                halves.put(key.clone(), record.cloned());
            }
        }
    }

    /// A panic can't leave a wrong record here, at worst one too few.
    fn halves(&self) -> MutexGuard<'_, Halves> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Halves {
    fn put(&mut self, key: RecordKey, record: Known) {
        if self.young.len() >= CACHED_RECORDS / 2 {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, record);
    }
}

/// A statement's record is written once and hardly ever asked for again, and running deadlines are asked for in their
/// order: they would only push others out.
fn is_kept(key: &RecordKey) -> bool {
    !matches!(key, RecordKey::Statement(..) | RecordKey::Due(_))
}

impl Records for Store {
    type Error = StoreError;

    fn record(&self, key: &RecordKey) -> Result<Option<Record>, StoreError> {
        // Cloned outside of the lock.
        let blocks = match self.inner.cache.get(key) {
            Ok(known) => return Ok(known.as_deref().cloned()),
            Err(blocks) => blocks,
        };
        let found = self.value(Family::Records, &keys::record(key), "record", value::record)?;
        if is_kept(key) {
            let known = found.clone().map(Arc::new);
            self.inner.cache.keep(key, &known, blocks);
        }
        Ok(found)
    }

    fn due(&self, after: Option<&DueKey>) -> Result<Option<DueKey>, StoreError> {
        let read = |after: Option<&DueKey>, most| self.due_after(after, most);
        self.inner.soonest.next_due(after, read)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use cinnabar_governance::OrganisationRecord;

    fn key(number: usize) -> RecordKey {
        RecordKey::State(format!("organisation/o{number}").parse().unwrap())
    }

    fn record(number: u64) -> Known {
        let registered = cinnabar_events::Sequence::new(number);
        let record = OrganisationRecord::registered(registered);
        Some(Arc::new(Record::Organisation(record)))
    }

    fn changed(key: RecordKey, record: Known) -> Changes {
        let mut changes = Changes::new();
        changes.set(key, record.as_deref().cloned());
        changes
    }

    #[test]
    fn what_was_read_before_a_block_is_not_kept_after_it() {
        let cache = RecordCache::new();
        let before = cache.get(&key(1)).unwrap_err();
        cache.update(&changed(key(1), record(2)));
        cache.keep(&key(1), &record(1), before);
        assert_eq!(cache.get(&key(1)), Ok(record(2)));
        let now = cache.get(&key(3)).unwrap_err();
        cache.keep(&key(3), &record(3), now);
        assert_eq!(cache.get(&key(3)), Ok(record(3)));
    }

    #[test]
    fn that_there_is_none_is_known_until_there_is_one_and_again_after_it_is_gone() {
        let cache = RecordCache::new();
        cache.keep(&key(1), &None, 0);
        assert_eq!(cache.get(&key(1)), Ok(None));
        cache.update(&changed(key(1), record(2)));
        assert_eq!(cache.get(&key(1)), Ok(record(2)));
        cache.update(&changed(key(1), None));
        assert_eq!(cache.get(&key(1)), Ok(None));
    }

    #[test]
    fn the_cache_stops_growing_and_keeps_what_is_used() {
        let cache = RecordCache::new();
        for number in 0..3 * CACHED_RECORDS {
            cache.keep(&key(number), &record(0), 0);
            cache.get(&key(0)).unwrap();
            let halves = cache.halves();
            assert!(halves.young.len() + halves.old.len() <= CACHED_RECORDS);
        }
        assert!(cache.get(&key(1)).is_err());
    }

    #[test]
    fn a_record_changed_while_it_is_old_is_never_seen_old() {
        let cache = RecordCache::new();
        cache.keep(&key(0), &record(1), 0);
        for number in 1..=CACHED_RECORDS / 2 {
            cache.keep(&key(number), &record(0), 0);
        }
        assert!(cache.halves().old.contains_key(&key(0)));
        cache.update(&changed(key(0), record(2)));
        assert_eq!(cache.get(&key(0)), Ok(record(2)));
        assert!(!cache.halves().old.contains_key(&key(0)));
    }
}
