//! Deadlines: those that run, in the order of their end, and those on one subject.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cinnabar_events::{Code, Subject};
use cinnabar_governance::{Changes, DeadlineRecord, DueKey, Record};
use rocksdb::DBRawIterator;

use crate::error::{Damage, StoreError};
use crate::keys::Family;
use crate::options;
use crate::store::Store;
use crate::value;

/// Running deadlines that are read at once, and remembered: the first ones. With some 150 bytes each 75 KiB.
const SOONEST: usize = 512;

/// The running deadlines that end first: the writer asks for the next one whenever one starts or ends, and a seek in the
/// database passes over all that have ended since it was last tidied.
#[derive(Default)]
pub(crate) struct Soonest(Mutex<Window>);

#[derive(Default)]
struct Window {
    known: Known,
    /// Every running deadline within what is known.
    keys: BTreeSet<DueKey>,
    /// Blocks applied since the store was opened: what is read now may be out of date after the next.
    blocks: u64,
}

/// Of which running deadlines the window has all.
#[derive(Default)]
enum Known {
    #[default]
    None,
    UpTo(DueKey),
    All,
}

impl Known {
    fn covers(&self, key: &DueKey) -> bool {
        match self {
            Self::None => false,
            Self::UpTo(last) => key <= last,
            Self::All => true,
        }
    }
}

impl Soonest {
    /// The running deadline that ends next after `after`.
    pub(crate) fn next_due(
        &self,
        store: &Store,
        after: Option<&DueKey>,
    ) -> Result<Option<DueKey>, StoreError> {
        let blocks = {
            let window = self.window();
            if let Some(next) = window.after(after) {
                return Ok(next);
            }
            window.blocks
        };
        let found = store.due_after(after, SOONEST)?;
        let next = found.first().cloned();
        let mut window = self.window();
        if after.is_none() && window.blocks == blocks {
            window.known = match found.last() {
                Some(last) if found.len() == SOONEST => Known::UpTo(last.clone()),
                Some(_) | None => Known::All,
            };
            window.keys = found.into_iter().collect();
        }
        Ok(next)
    }

    /// Takes over what a block changed. To be called after the block is in the database.
    pub(crate) fn update(&self, records: &Changes) {
        let mut window = self.window();
        window.blocks += 1;
        for (key, there) in records.deadlines() {
            match there {
                true if window.known.covers(key) => drop(window.keys.insert(key.clone())),
                true => {}
                false => drop(window.keys.remove(key)),
            }
        }
        while window.keys.len() > 2 * SOONEST {
            window.keys.pop_last();
            if let Some(last) = window.keys.last().cloned() {
                window.known = Known::UpTo(last);
            }
        }
    }

    /// A panic can't leave a wrong deadline here: nothing between two changes of one window panics.
    fn window(&self) -> MutexGuard<'_, Window> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Window {
    /// The next one after `after`, or that there is none; nothing if the window can't tell.
    fn after(&self, after: Option<&DueKey>) -> Option<Option<DueKey>> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        match (
            self.keys.range((from, Bound::Unbounded)).next(),
            &self.known,
        ) {
            (Some(next), _) => Some(Some(next.clone())),
            (None, Known::All) => Some(None),
            (None, Known::None | Known::UpTo(_)) => None,
        }
    }
}

impl Store {
    /// The running deadlines that end next after `after`, `most` of them at most.
    fn due_after(&self, after: Option<&DueKey>, most: usize) -> Result<Vec<DueKey>, StoreError> {
        let end = [DueKey::LETTER as u8 + 1];
        let records = self.family(Family::Records);
        let mut rows = self
            .inner
            .db
            .raw_iterator_cf_opt(records, options::scan(end));
        rows.seek(due_start(after));
        let mut found = Vec::new();
        while found.len() < most
            && let Some(key) = rows.key()
        {
            found.push(due_key(key)?);
            rows.next();
        }
        rows.status()?;
        Ok(found)
    }
}

/// Where the running deadlines after `after` begin.
pub(crate) fn due_start(after: Option<&DueKey>) -> Vec<u8> {
    match after {
        // The key itself, and a byte more: what lies behind it.
        Some(after) => format!("{after}\0").into_bytes(),
        None => vec![DueKey::LETTER as u8],
    }
}

/// Reads the key of a running deadline.
pub(crate) fn due_key(key: &[u8]) -> Result<DueKey, Damage> {
    let key = std::str::from_utf8(key).ok().and_then(DueKey::parse);
    key.ok_or(Damage::Form("key of a running deadline"))
}

/// From where to where the keys of the deadlines on `subject` lie: `M<subject> <rule>`.
pub(crate) fn keys_on(subject: &Subject) -> (String, String) {
    (format!("M{subject} "), format!("M{subject}!"))
}

/// The deadlines whose keys begin with `start`: at most one for each rule of the rulebooks there were.
pub(crate) fn on(
    mut rows: DBRawIterator<'_>,
    start: &str,
) -> Result<Vec<(Code, DeadlineRecord)>, StoreError> {
    rows.seek(start);
    let mut found = Vec::new();
    while let Some((key, bytes)) = rows.item() {
        let damaged = || Damage::Form("deadline");
        let rule = key.strip_prefix(start.as_bytes()).ok_or_else(damaged)?;
        let rule = std::str::from_utf8(rule)
            .ok()
            .and_then(|rule| rule.parse().ok());
        let Some(Record::Deadline(deadline)) = value::record(bytes) else {
            return Err(damaged().into());
        };
        found.push((rule.ok_or_else(damaged)?, deadline));
        rows.next();
    }
    rows.status()?;
    Ok(found)
}
