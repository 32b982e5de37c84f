//! The last entries, in memory: what follows the ledger closely need not read them again.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cinnabar_events::{Entry, Sequence};

use crate::store::Store;

/// Most entries kept: some sixteen full blocks, half a second of the fastest writing.
const RECENT_ENTRIES: usize = 8_192;
/// Most bytes of entries kept. What is read of an entry takes about twice its bytes, so all together some 36 MiB.
const RECENT_BYTES: usize = 12 * 1024 * 1024;

/// The last entries, without a gap, as far as they fit.
#[derive(Default)]
pub(crate) struct Recent(Mutex<Window>);

#[derive(Default)]
struct Window {
    entries: VecDeque<Entry>,
    bytes: usize,
}

impl Recent {
    /// Adds what a durable block has.
    pub(crate) fn push(&self, entries: Vec<Entry>) {
        let mut window = self.window();
        for entry in entries {
            window.bytes += entry.bytes().len();
            window.entries.push_back(entry);
        }
        while window.entries.len() > RECENT_ENTRIES || window.bytes > RECENT_BYTES {
            let Some(oldest) = window.entries.pop_front() else {
                return;
            };
            window.bytes -= oldest.bytes().len();
        }
    }

    fn from(&self, from: Sequence, most: usize) -> Vec<Entry> {
        let window = self.window();
        let Some(first) = window.entries.front().map(Entry::seq) else {
            return Vec::new();
        };
        let Some(skip) = from.get().checked_sub(first.get()) else {
            return Vec::new();
        };
        let skip = usize::try_from(skip).unwrap_or(usize::MAX);
        window
            .entries
            .iter()
            .skip(skip)
            .take(most)
            .cloned()
            .collect()
    }

    /// Entries are only ever added and taken whole, so a panic elsewhere leaves them true.
    fn window(&self) -> MutexGuard<'_, Window> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    /// Up to `most` entries from `from` on, without a gap, if that one is among the last that were applied; otherwise
    /// none: then [`Self::entries`] reads them. Nothing is read from the database.
    pub fn recent(&self, from: Sequence, most: usize) -> Vec<Entry> {
        let mut entries = self.inner.recent.from(from, most);
        // What the head doesn't cover yet is not there.
        let end = self.head().next();
        let covered = entries.partition_point(|entry| entry.seq() < end);
        entries.truncate(covered);
        entries
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use cinnabar_governance::testing::Town;

    #[test]
    fn the_last_entries_are_there_without_a_gap_and_no_others() {
        let town = Town::populated();
        let recent = Recent::default();
        let all = town.entries();
        assert!(all.len() > 3);
        assert!(recent.from(Sequence::FIRST, 9).is_empty());
        // The ledger was opened when it had one entry already.
        recent.push(all[1..].to_vec());
        assert!(recent.from(Sequence::FIRST, 9).is_empty());
        assert_eq!(recent.from(Sequence::new(1), 2), &all[1..3]);
        assert_eq!(recent.from(Sequence::new(2), usize::MAX), &all[2..]);
        let end = Sequence::new(all.len() as u64);
        assert!(recent.from(end, 9).is_empty());
        assert!(recent.from(Sequence::new(u64::MAX), 9).is_empty());
    }

    #[test]
    fn there_are_never_more_than_the_window_holds() {
        let town = Town::populated();
        let recent = Recent::default();
        let one = town.entries()[0].clone();
        for _ in 0..3 {
            recent.push(vec![one.clone(); RECENT_ENTRIES]);
            let window = recent.window();
            assert!(window.entries.len() <= RECENT_ENTRIES && window.bytes <= RECENT_BYTES);
            assert_eq!(window.bytes, window.entries.len() * one.bytes().len());
        }
    }
}
