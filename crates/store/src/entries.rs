//! Entries by sequence.

use std::collections::VecDeque;

use cinnabar_events::Sequence;
use cinnabar_tlog::{TILE_WIDTH, TileWidth, bundle_width_at, encode_bundle};

use crate::error::{Damage, StoreError};
use crate::keys::{self, Family};
use crate::options;
use crate::store::Store;

/// Entries that a scan reads at once, at most: as many as a bundle.
const CHUNK_ENTRIES: usize = TILE_WIDTH as usize;
/// Bytes after which it reads no further entry for now, so that a scan holds at most this and one entry.
const CHUNK_BYTES: usize = 1024 * 1024;

impl Store {
    /// The bytes of the entry at `seq`; `None` beyond the head.
    ///
    /// # Errors
    /// If the database can't be read, or the entry is missing though the head covers it.
    pub fn entry(&self, seq: Sequence) -> Result<Option<Vec<u8>>, StoreError> {
        if seq.get() >= self.head().size.get() {
            return Ok(None);
        }
        let found = self
            .inner
            .db
            .get_cf(self.family(Family::Entries), keys::entry(seq))?;
        Ok(Some(found.ok_or(Damage::EntryMissing(seq))?))
    }

    /// The entries from `from` on, up to `to_exclusive` or to where the head is now. They are read in chunks and nothing is held in
    /// between, so a slow reader costs nothing; what is read once is not put in the cache.
    pub fn entries(&self, from: Sequence, to_exclusive: Sequence) -> Entries {
        let end = to_exclusive.min(self.head().next());
        Entries {
            store: self.clone(),
            next: from,
            end,
            chunk: VecDeque::new(),
        }
    }

    /// Entry bundle `index` with `width` entries (C2SP tlog-tiles); `None` if the ledger doesn't have so many.
    ///
    /// # Errors
    /// If the database can't be read, or an entry is missing.
    pub fn bundle(&self, index: u64, width: TileWidth) -> Result<Option<Vec<u8>>, StoreError> {
        if bundle_width_at(index, self.head().size).is_none_or(|there| there < width) {
            return Ok(None);
        }
        let first = index * u64::from(TILE_WIDTH);
        let end = first + u64::from(width.get());
        let entries = self
            .entries(Sequence::new(first), Sequence::new(end))
            .collect::<Result<Vec<_>, _>>()?;
        let bundle = encode_bundle(entries.iter().map(Vec::as_slice));
        Ok(Some(bundle.map_err(|_| Damage::Form("entry"))?))
    }

    /// At least one entry from `from` on, and below `end`.
    fn chunk(&self, from: Sequence, end: Sequence) -> Result<VecDeque<Vec<u8>>, StoreError> {
        let entries = self.family(Family::Entries);
        let scan = options::scan(keys::entry(end));
        let mut rows = self.inner.db.raw_iterator_cf_opt(entries, scan);
        rows.seek(keys::entry(from));
        let mut chunk = VecDeque::new();
        let mut next = from;
        let mut bytes = 0;
        while next < end && chunk.len() < CHUNK_ENTRIES && bytes < CHUNK_BYTES {
            match rows.item() {
                Some((key, entry)) if keys::entry_sequence(key) == Some(next) => {
                    bytes += entry.len();
                    chunk.push_back(entry.to_vec());
                }
                Some(_) | None => {
                    rows.status()?;
                    return Err(Damage::EntryMissing(next).into());
                }
            }
            rows.next();
            next = next.next();
        }
        Ok(chunk)
    }
}

/// Entries in order, see [`Store::entries`]. After an error there is nothing more.
#[derive(Debug)]
pub struct Entries {
    store: Store,
    /// The first one that is not in the chunk.
    next: Sequence,
    end: Sequence,
    chunk: VecDeque<Vec<u8>>,
}

impl Iterator for Entries {
    type Item = Result<Vec<u8>, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.chunk.is_empty() && self.next < self.end {
            match self.store.chunk(self.next, self.end) {
                Ok(chunk) => {
                    self.next = Sequence::new(self.next.get() + chunk.len() as u64);
                    self.chunk = chunk;
                }
                Err(error) => {
                    self.end = self.next;
                    return Some(Err(error));
                }
            }
        }
        self.chunk.pop_front().map(Ok)
    }
}

impl std::iter::FusedIterator for Entries {}
