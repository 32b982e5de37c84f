//! Deadlines: those that run, in the order of their end, and those on one subject.

use cinnabar_events::{Code, Subject};
use cinnabar_governance::{DeadlineRecord, DueKey, Record};
use rocksdb::DBRawIterator;

use crate::error::{Damage, StoreError};
use crate::keys::Family;
use crate::options;
use crate::store::Store;
use crate::value;

impl Store {
    /// The running deadline that ends next after `after`.
    pub(crate) fn next_due(&self, after: Option<&DueKey>) -> Result<Option<DueKey>, StoreError> {
        let end = [DueKey::LETTER as u8 + 1];
        let records = self.family(Family::Records);
        let mut rows = self
            .inner
            .db
            .raw_iterator_cf_opt(records, options::scan(end));
        rows.seek(due_start(after));
        match rows.key() {
            Some(key) => Ok(Some(due_key(key)?)),
            None => {
                rows.status()?;
                Ok(None)
            }
        }
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
