//! The records as they stood at one head, for questions that look at many of them.

use std::time::Duration;

use cinnabar_events::{Class, Code, Id, Subject};
use cinnabar_governance::{DeadlineRecord, DueKey, Record, RecordKey};
use rocksdb::DBRawIterator;

use crate::deadlines;
use crate::error::{Damage, StoreError};
use crate::keys::{self, Family, Meta};
use crate::options;
use crate::store::Store;
use crate::types::Head;
use crate::value;

/// How long a question waits for a block that is in the database to be in the head file too: a sync takes milliseconds.
const DURABLE_MAX: Duration = Duration::from_secs(1);

/// The records and the head of one moment: blocks applied meanwhile are not seen. It keeps old values from being
/// cleaned up, so it is for one question and not for longer.
pub struct Snapshot<'s> {
    store: &'s Store,
    rows: rocksdb::Snapshot<'s>,
    head: Head,
}

/// Subjects of one class in the order of their ids, with a record of each.
pub struct Subjects<'s> {
    rows: DBRawIterator<'s>,
    prefix: String,
}

/// Which record of a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Facet {
    /// Where it stands ([`RecordKey::State`]).
    State,
    /// Its dossier ([`RecordKey::Dossier`]).
    Dossier,
}

impl Facet {
    /// `A<class>/` or `D<class>/`: what the keys of such records begin with, as [`RecordKey`] displays them.
    fn prefix(self, class: Class) -> String {
        let letter = match self {
            Self::State => 'A',
            Self::Dossier => 'D',
        };
        format!("{letter}{class}/")
    }
}

impl Store {
    /// The records as they stand now. What a block is changing is not seen before the block is durable.
    ///
    /// # Errors
    /// If the database can't be read, or a block can't be made durable.
    pub fn snapshot(&self) -> Result<Snapshot<'_>, StoreError> {
        let rows = self.inner.db.snapshot();
        let head = match rows.get_pinned(Meta::Head.key())? {
            None => Head::EMPTY,
            Some(bytes) => value::head(&bytes).ok_or(Damage::Form("head"))?,
        };
        let before = head.size.get().checked_sub(1);
        let durable = before.is_none_or(|before| {
            let before = cinnabar_tlog::Size::new(before);
            self.wait_beyond(before, DURABLE_MAX).size >= head.size
        });
        if !durable {
            let reason = self.poisoned();
            return Err(StoreError::Poisoned {
                reason: reason.unwrap_or_else(|| "a block is not durable yet".into()),
            });
        }
        Ok(Snapshot {
            store: self,
            rows,
            head,
        })
    }
}

impl Snapshot<'_> {
    /// The head that all of it belongs to.
    pub fn head(&self) -> Head {
        self.head
    }

    /// The record under `key`.
    ///
    /// # Errors
    /// If the database can't be read.
    pub fn record(&self, key: &RecordKey) -> Result<Option<Record>, StoreError> {
        let family = self.store.family(Family::Records);
        match self.rows.get_pinned_cf(family, keys::record(key))? {
            None => Ok(None),
            Some(bytes) => Ok(Some(value::record(&bytes).ok_or(Damage::Form("record"))?)),
        }
    }

    /// The subjects of `class` with ids after `after`.
    pub fn subjects(&self, facet: Facet, class: Class, after: Option<&Id>) -> Subjects<'_> {
        let prefix = facet.prefix(class);
        // '0' is the byte after '/'.
        let mut rows = self.records(format!("{}0", &prefix[..prefix.len() - 1]));
        match after {
            // The key itself, and a byte more: what lies behind it.
            Some(after) => rows.seek(format!("{prefix}{after}\0")),
            None => rows.seek(&prefix),
        }
        Subjects { rows, prefix }
    }

    /// How many subjects of `class` there are. Reads all of their keys.
    ///
    /// # Errors
    /// If the database can't be read.
    pub fn count(&self, facet: Facet, class: Class) -> Result<u64, StoreError> {
        let mut subjects = self.subjects(facet, class, None);
        let mut count = 0;
        while subjects.rows.valid() {
            count += 1;
            subjects.rows.next();
        }
        subjects.rows.status()?;
        Ok(count)
    }

    /// The deadlines on one subject, by rule: the last one of each.
    ///
    /// # Errors
    /// If the database can't be read.
    pub fn deadlines_on(
        &self,
        subject: &Subject,
    ) -> Result<Vec<(Code, DeadlineRecord)>, StoreError> {
        let (start, end) = deadlines::keys_on(subject);
        deadlines::on(self.records(end), &start)
    }

    /// The running deadlines after `after`, in the order of their end; their records are under
    /// [`RecordKey::Deadline`].
    pub fn running(&self, after: Option<&DueKey>) -> Running<'_> {
        let mut rows = self.records([DueKey::LETTER as u8 + 1]);
        rows.seek(deadlines::due_start(after));
        Running { rows }
    }

    fn records(&self, end: impl Into<Vec<u8>>) -> DBRawIterator<'_> {
        let family = self.store.family(Family::Records);
        self.rows.raw_iterator_cf_opt(family, options::scan(end))
    }
}

impl Iterator for Subjects<'_> {
    type Item = Result<(Id, Record), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        let Some((key, bytes)) = self.rows.item() else {
            return self.rows.status().err().map(|error| Err(error.into()));
        };
        let id = key
            .strip_prefix(self.prefix.as_bytes())
            .and_then(|id| std::str::from_utf8(id).ok()?.parse().ok());
        let read = id
            .zip(value::record(bytes))
            .ok_or_else(|| Damage::Form("record of a subject").into());
        self.rows.next();
        Some(read)
    }
}

/// Running deadlines in the order of their end.
pub struct Running<'s> {
    rows: DBRawIterator<'s>,
}

impl Iterator for Running<'_> {
    type Item = Result<DueKey, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        let Some(key) = self.rows.key() else {
            return self.rows.status().err().map(|error| Err(error.into()));
        };
        let read = deadlines::due_key(key);
        self.rows.next();
        Some(read.map_err(StoreError::from))
    }
}
