//! Deadlines: those that run, in the order of their end, and those on one subject.

use cinnabar_events::{Code, Subject};
use cinnabar_governance::{DeadlineRecord, DueKey, Record, RecordKey, Records as _};

use crate::error::{Damage, StoreError};
use crate::keys::Family;
use crate::options;
use crate::store::Store;
use crate::value;

/// Most deadlines listed at once.
const MAX_LISTING: usize = 1_000;

impl Store {
    /// The running deadline that ends next after `after`.
    pub(crate) fn next_due(&self, after: Option<&DueKey>) -> Result<Option<DueKey>, StoreError> {
        Ok(self.due_keys(after, 1)?.pop())
    }

    fn due_keys(&self, after: Option<&DueKey>, limit: usize) -> Result<Vec<DueKey>, StoreError> {
        let end = [DueKey::LETTER as u8 + 1];
        let mut rows = self
            .inner
            .db
            .raw_iterator_cf_opt(self.family(Family::Records), options::scan(end));
        let start = match after {
            // The key itself, and a byte more: what lies behind it.
            Some(after) => format!("{after}\0").into_bytes(),
            None => vec![DueKey::LETTER as u8],
        };
        rows.seek(start);
        let mut found = Vec::new();
        while found.len() < limit
            && let Some(key) = rows.key()
        {
            let key = std::str::from_utf8(key).ok().and_then(DueKey::parse);
            found.push(key.ok_or(Damage::Form("key of a running deadline"))?);
            rows.next();
        }
        rows.status()?;
        Ok(found)
    }

    /// Running deadlines after `after`, in the order of their end: at most `limit`, and at most 1,000.
    ///
    /// # Errors
    /// If the store can't be read.
    pub fn running_deadlines(
        &self,
        after: Option<&DueKey>,
        limit: usize,
    ) -> Result<Vec<(DueKey, DeadlineRecord)>, StoreError> {
        let mut found = Vec::new();
        for key in self.due_keys(after, limit.min(MAX_LISTING))? {
            let record = RecordKey::Deadline(key.on.clone(), key.rule.clone());
            if let Some(Record::Deadline(deadline)) = self.record(&record)? {
                found.push((key, deadline));
            }
        }
        Ok(found)
    }

    /// The deadlines on one subject, by rule: the last one of each.
    ///
    /// # Errors
    /// If the store can't be read.
    pub fn deadlines_on(
        &self,
        subject: &Subject,
    ) -> Result<Vec<(Code, DeadlineRecord)>, StoreError> {
        let prefix = format!("M{subject} ");
        let end = format!("M{subject}!");
        let mut rows = self
            .inner
            .db
            .raw_iterator_cf_opt(self.family(Family::Records), options::scan(end));
        rows.seek(&prefix);
        let mut found = Vec::new();
        while found.len() < MAX_LISTING
            && let Some((key, bytes)) = rows.item()
        {
            let damaged = || Damage::Form("deadline");
            let rule = key.strip_prefix(prefix.as_bytes()).ok_or_else(damaged)?;
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
}
