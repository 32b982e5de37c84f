//! The rulebook in force at a size of the ledger, from the entries that made it.

use std::sync::{Arc, PoisonError};

use cinnabar_events::{ChapterDigest, Entry, Kind, Payload, Sequence};
use cinnabar_governance::{Record, RecordKey, RecordMap, Records as _, RulebookRecord, evolve};
use cinnabar_projections::{At, EntryFilter, Page, Reader};

use crate::problem::Problem;
use crate::state::Inner;

/// The kinds that make a rulebook.
const KINDS: [Kind; 3] = [
    Kind::LedgerOpened,
    Kind::RulebookDeposited,
    Kind::RulebookAdopted,
];

/// The rulebook after `entries`, which are in order and have at least every genesis, deposited chapter and adopted
/// rulebook: what the rules themselves fold of them. None before the genesis.
pub fn rulebook_at<'e>(entries: impl IntoIterator<Item = &'e Entry>) -> Option<RulebookRecord> {
    let mut records = RecordMap::new();
    for entry in entries {
        if KINDS.contains(&entry.statement().kind()) {
            let Ok(()) = evolve(&mut records, entry);
        }
    }
    let Ok(found) = records.record(&RecordKey::Rulebook);
    match found {
        Some(Record::Rulebook(rulebook)) => Some(rulebook),
        _ => None,
    }
}

/// A rulebook in force, and where it comes from.
pub(crate) struct InForce {
    /// The last entry that changed it.
    last: u64,
    /// When the rulebook was adopted.
    pub(crate) time: String,
    pub(crate) record: RulebookRecord,
    pub(crate) chapters: Vec<DepositedChapter>,
}

/// A chapter of the rulebook in force whose text is on the ledger.
pub(crate) struct DepositedChapter {
    pub(crate) digest: ChapterDigest,
    pub(crate) title: String,
    pub(crate) sequence: Sequence,
}

impl InForce {
    /// The rulebook at `at`; none before the genesis. The one found last is remembered.
    pub(crate) fn find(
        inner: &Inner,
        reader: &Reader,
        at: At,
    ) -> Result<Option<Arc<Self>>, Problem> {
        let sequences = sequences(reader, at)?;
        let Some(last) = sequences.last().copied() else {
            return Ok(None);
        };
        let remembered = || {
            inner
                .rulebook
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        if let Some(found) = remembered().as_ref().filter(|found| found.last == last) {
            return Ok(Some(Arc::clone(found)));
        }
        let entries = sequences
            .into_iter()
            .map(|sequence| read(inner, sequence))
            .collect::<Result<Vec<_>, _>>()?;
        let found = Self::fold(last, &entries).map(Arc::new);
        remembered().clone_from(&found);
        Ok(found)
    }

    fn fold(last: u64, entries: &[Entry]) -> Option<Self> {
        let record = rulebook_at(entries)?;
        let adopted = entries.iter().find(|entry| entry.seq() == record.adopted)?;
        let named = record.rulebook.chapters.iter().map(|one| one.digest);
        let named: Vec<ChapterDigest> = named.collect();
        let deposited = |entry: &Entry| {
            let Payload::RulebookDeposited(deposited) = &entry.statement().payload else {
                return None;
            };
            let digest = deposited.chapter.digest();
            named.contains(&digest).then(|| DepositedChapter {
                digest,
                title: deposited.chapter.title.to_string(),
                sequence: entry.seq(),
            })
        };
        Some(Self {
            last,
            time: adopted.time().to_string(),
            chapters: entries.iter().filter_map(deposited).collect(),
            record,
        })
    }
}

fn sequences(reader: &Reader, at: At) -> Result<Vec<u64>, Problem> {
    let filter = EntryFilter {
        kinds: KINDS.to_vec(),
        ..EntryFilter::default()
    };
    let (mut found, mut page) = (Vec::new(), Page::default());
    loop {
        let listing = reader.entries(at, &filter, &page)?;
        found.extend(listing.rows.iter().map(|row| row.sequence));
        page.after = listing.next;
        if page.after.is_none() {
            return Ok(found);
        }
    }
}

fn read(inner: &Inner, sequence: u64) -> Result<Entry, Problem> {
    let bytes = inner.store.entry(Sequence::new(sequence))?;
    let bytes = bytes.ok_or_else(|| Problem::not_found(&format!("entry {sequence}")))?;
    Entry::parse(bytes).map_err(|error| Problem::fault(&error))
}
