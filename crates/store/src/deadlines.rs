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
    /// The running deadline that ends next after `after`. `read` gives those in the database, [`SOONEST`] at most.
    pub(crate) fn next_due<E>(
        &self,
        after: Option<&DueKey>,
        read: impl FnOnce(Option<&DueKey>, usize) -> Result<Vec<DueKey>, E>,
    ) -> Result<Option<DueKey>, E> {
        let blocks = {
            let window = self.window();
            if let Some(next) = window.after(after) {
                return Ok(next);
            }
            window.blocks
        };
        let found = read(after, SOONEST)?;
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
    pub(crate) fn due_after(
        &self,
        after: Option<&DueKey>,
        most: usize,
    ) -> Result<Vec<DueKey>, StoreError> {
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use cinnabar_events::Timestamp;
    use cinnabar_governance::{Record, RecordKey};
    use std::convert::Infallible;

    fn key(number: u64) -> DueKey {
        DueKey {
            due: Timestamp::from_micros(i64::try_from(number).unwrap()).unwrap(),
            on: "product/p".parse().unwrap(),
            rule: "r".parse().unwrap(),
        }
    }

    /// Numbers that are the same in every run (Knuth's generator).
    fn numbers(mut state: u64) -> impl FnMut(u64) -> u64 {
        move |below| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        }
    }

    /// Beside a set that stands for the database: blocks that start many deadlines, blocks that end many, and questions.
    #[test]
    fn what_is_remembered_of_deadlines_is_what_a_database_would_say() {
        let mut random = numbers(5);
        let (soonest, mut all) = (Soonest::default(), BTreeSet::new());
        let (mut asked, mut reads) = (0, 0);
        for block in 0..400 {
            let mut changes = Changes::new();
            let ends = [1, 9][usize::from(block / 40 % 2 == 1)];
            for _ in 0..40 {
                let (first, ended) = (all.first().cloned(), random(10) < ends);
                let (key, there) = match first {
                    // The first ones end first, as a rule.
                    Some(first) if ended && random(2) == 0 => (first, false),
                    _ => (key(random(6_000)), !ended),
                };
                match there {
                    true => all.insert(key.clone()),
                    false => all.remove(&key),
                };
                changes.set(RecordKey::Due(key), there.then_some(Record::Due(())));
            }
            soonest.update(&changes);
            for after in [None, Some(key(random(6_000))), all.last().cloned()] {
                let range = |after: Option<&DueKey>| {
                    let from = after.map_or(Bound::Unbounded, Bound::Excluded);
                    all.range((from, Bound::Unbounded)).cloned()
                };
                let found = soonest.next_due(after.as_ref(), |after, most| {
                    reads += 1;
                    Ok::<_, Infallible>(range(after).take(most).collect())
                });
                let expected: Vec<_> = range(after.as_ref()).take(1).collect();
                assert_eq!(found.unwrap().as_ref(), expected.first(), "block {block}");
                asked += 1;
            }
            assert!(soonest.window().keys.len() <= 2 * SOONEST);
        }
        assert!(reads > 1 && reads < asked / 2, "{reads} of {asked}");
    }

    #[test]
    fn what_was_read_before_a_block_is_not_remembered_after_it() {
        let soonest = Soonest::default();
        let late = soonest.next_due(None, |_, _| {
            let mut changes = Changes::new();
            changes.set(RecordKey::Due(key(1)), Some(Record::Due(())));
            soonest.update(&changes);
            // As the database was before that block.
            Ok::<_, Infallible>(vec![key(2)])
        });
        assert_eq!(late, Ok(Some(key(2))));
        let now = soonest.next_due(None, |_, _| Ok::<_, Infallible>(vec![key(1), key(2)]));
        assert_eq!(now, Ok(Some(key(1))));
    }
}
