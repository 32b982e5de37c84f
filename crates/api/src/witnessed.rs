//! Which checkpoint is shown: the newest that meets the quorum of witnesses, unless it is too old.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use cinnabar_events::{Entry, Sequence, Timestamp};
use cinnabar_store::{MAX_LISTING, Store, StoreError};
use cinnabar_tlog::{KeyId, KeyName, Note, NoteSignature, Size, TrustPolicy};

use crate::problem::Problem;
use crate::state::{Inner, Published};

/// How much older than the newest signed checkpoint the one that meets the quorum may be and still be the one shown, in seconds. Beyond
/// it the newest signed one is shown with what cosignatures it has: a log that waits for its witnesses for ever can be stopped by
/// them, and what nobody has cosigned says so itself.
pub const WITNESSED_LAG_MAX_SECONDS: i64 = 60;

/// What is known of cosignatures: by whose quorum, and which checkpoint met it last.
#[derive(Debug)]
pub struct Witnessed {
    policy: TrustPolicy,
    /// The size of the newest checkpoint that meets the quorum; 0 before the first.
    newest: AtomicU64,
    /// The newest line of each key under the checkpoint cosigned last, where the store keeps an earlier one.
    fresh: Mutex<Fresh>,
}

#[derive(Debug, Default)]
struct Fresh {
    size: Size,
    lines: BTreeMap<(KeyName, [u8; 4]), NoteSignature>,
}

fn key_of(line: &NoteSignature) -> (KeyName, [u8; 4]) {
    let id: KeyId = line.key_id();
    (line.name().clone(), *id.as_bytes())
}

impl Witnessed {
    /// Nothing is known yet.
    pub fn new(policy: TrustPolicy) -> Self {
        Self {
            policy,
            newest: AtomicU64::new(0),
            fresh: Mutex::default(),
        }
    }

    /// By whose quorum.
    pub fn policy(&self) -> &TrustPolicy {
        &self.policy
    }

    /// The size of the newest checkpoint that meets the quorum.
    pub fn newest(&self) -> Option<Size> {
        match self.newest.load(Ordering::Acquire) {
            0 => None,
            size => Some(Size::new(size)),
        }
    }

    /// Whether a note meets the quorum.
    pub fn is_met(&self, note: &Note) -> bool {
        self.policy.evaluate(note).is_ok()
    }

    /// Learns of a checkpoint that has one more cosignature.
    ///
    /// # Errors
    /// If the store can't be read.
    pub fn look(&self, store: &Store, size: Size) -> Result<(), StoreError> {
        if let Some(note) = store.checkpoint_at(size)? {
            self.learn(size, &note);
        }
        Ok(())
    }

    /// Looks at every checkpoint that the store keeps, which takes a second for some hundred thousand.
    ///
    /// # Errors
    /// If the store can't be read.
    pub fn look_back(&self, store: &Store) -> Result<(), StoreError> {
        let mut from = Size::new(0);
        loop {
            let page = store.checkpoints(from, MAX_LISTING)?;
            for (size, note) in &page {
                self.learn(*size, note);
            }
            match page.last() {
                Some((last, _)) if page.len() == MAX_LISTING => from = Size::new(last.get() + 1),
                Some(_) | None => return Ok(()),
            }
        }
    }

    fn learn(&self, size: Size, note: &str) {
        let known = Note::parse(note.as_bytes());
        if known.is_ok_and(|note| self.is_met(&note)) {
            self.newest.fetch_max(size.get(), Ordering::AcqRel);
        }
    }

    /// Takes a line that is newer than the one that the store keeps of the same key: witnesses cosign again what stays the newest,
    /// so that its age shows that the log lives. The caller has verified it.
    pub fn refresh(&self, size: Size, line: NoteSignature) {
        let mut fresh = self.fresh.lock().unwrap_or_else(PoisonError::into_inner);
        if size > fresh.size {
            *fresh = Fresh {
                size,
                lines: BTreeMap::new(),
            };
        }
        if size == fresh.size {
            fresh.lines.insert(key_of(&line), line);
        }
    }

    /// The note with the newest line of each key in place of an older one.
    pub(crate) fn freshened(&self, size: Size, note: Note) -> Note {
        let fresh = self.fresh.lock().unwrap_or_else(PoisonError::into_inner);
        if fresh.size != size || fresh.lines.is_empty() {
            return note;
        }
        let kept = note
            .signatures()
            .iter()
            .filter(|line| !fresh.lines.contains_key(&key_of(line)));
        let lines = kept.chain(fresh.lines.values()).cloned().collect();
        Note::new(note.text(), lines).unwrap_or(note)
    }
}

impl Inner {
    /// The checkpoint that is shown to log clients.
    pub(crate) fn shown(&self) -> Result<Published, Problem> {
        let newest = self.checkpoint()?;
        let Some(witnessed) = &self.witnessed else {
            return Ok(newest);
        };
        let freshened = |published: Published| Published {
            note: witnessed.freshened(published.size, published.note),
            ..published
        };
        let Some(met) = self.met()?.filter(|met| met.size < newest.size) else {
            return Ok(freshened(newest));
        };
        let seconds = (self.time_of(&newest)?.micros() - self.time_of(&met)?.micros()) / 1_000_000;
        Ok(if seconds <= WITNESSED_LAG_MAX_SECONDS {
            freshened(met)
        } else {
            newest
        })
    }

    /// The newest checkpoint that meets the quorum of witnesses, however old.
    pub(crate) fn met(&self) -> Result<Option<Published>, Problem> {
        let size = self
            .witnessed
            .as_ref()
            .and_then(|witnessed| witnessed.newest());
        let Some(size) = size else {
            return Ok(None);
        };
        let Some(note) = self.store.checkpoint_at(size)? else {
            return Ok(None);
        };
        Published::read(&note).map(Some)
    }

    /// When the last entry that a checkpoint covers was recorded.
    fn time_of(&self, published: &Published) -> Result<Timestamp, Problem> {
        let missing = || Problem::not_found("the last entry of a checkpoint");
        let last = published.size.get().checked_sub(1).ok_or_else(missing)?;
        let bytes = self.store.entry(Sequence::new(last))?.ok_or_else(missing)?;
        let entry = Entry::parse(bytes).map_err(|error| Problem::fault(&error))?;
        Ok(entry.time())
    }
}
