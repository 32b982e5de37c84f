//! The two kinds of records that a ledger has most of, in little room: where statements stand, where dossiers end.
//!
//! For records that stay in memory. A map of whole records would spend most of the time of a long audit on memory.

use std::collections::HashMap;

use cinnabar_events::{EntryHash, Id, Sequence, StatementId, Subject};
use cinnabar_governance::{DossierRecord, Record, RecordKey, StatementRecord};

type Map<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// Bytes before the text of a statement's record: sequence and digest.
const FIXED: usize = 8 + 32;

/// What was put here is found here; the rest belongs elsewhere.
#[derive(Debug, Default)]
pub(crate) struct Compact {
    /// By id: `u64 sequence ‖ digest ‖ first signer, kind and subjects with spaces between`. A second signer's use of the
    /// same id is not here.
    said: Map<StatementId, Box<[u8]>>,
    ends: Map<Subject, DossierRecord>,
}

impl Compact {
    /// The record, if it is here.
    pub(crate) fn get(&self, key: &RecordKey) -> Option<Record> {
        match key {
            RecordKey::Dossier(subject) => self.ends.get(subject).copied().map(Record::Dossier),
            RecordKey::Statement(actor, id) => {
                let (by, record) = read(self.said.get(id)?)?;
                (by == actor.as_str()).then_some(Record::Statement(record))
            }
            RecordKey::Ledger
            | RecordKey::Rulebook
            | RecordKey::Chapter(_)
            | RecordKey::State(_)
            | RecordKey::Parts(_)
            | RecordKey::Key(_)
            | RecordKey::Number(_)
            | RecordKey::Held(_)
            | RecordKey::Deadline(..)
            | RecordKey::Due(_) => None,
        }
    }

    /// Takes the record, or gives it back.
    pub(crate) fn put(&mut self, key: RecordKey, record: Record) -> Option<(RecordKey, Record)> {
        match (key, record) {
            (RecordKey::Dossier(subject), Record::Dossier(record)) => {
                self.ends.insert(subject, record);
                None
            }
            (RecordKey::Statement(actor, id), Record::Statement(record))
                if record.values.is_empty() && self.is_free(&actor, &id) =>
            {
                self.said.insert(id, written(&actor, &record));
                None
            }
            other => Some(other),
        }
    }

    fn is_free(&self, actor: &Id, id: &StatementId) -> bool {
        let there = self.said.get(id);
        there.is_none_or(|bytes| read(bytes).is_some_and(|(by, _)| by == actor.as_str()))
    }
}

fn written(actor: &Id, record: &StatementRecord) -> Box<[u8]> {
    let mut text = format!("{actor} {}", record.kind.as_str());
    for subject in &record.subjects {
        text.push(' ');
        text.push_str(subject.class().as_str());
        text.push('/');
        text.push_str(subject.id().as_str());
    }
    let sequence = record.sequence.get().to_be_bytes();
    [&sequence[..], record.digest.as_bytes(), text.as_bytes()]
        .concat()
        .into()
}

fn read(bytes: &[u8]) -> Option<(&str, StatementRecord)> {
    let (fixed, text) = bytes.split_at_checked(FIXED)?;
    let (sequence, digest) = fixed.split_first_chunk()?;
    let mut words = str::from_utf8(text).ok()?.split(' ');
    let (actor, kind) = (words.next()?, words.next()?);
    let record = StatementRecord {
        sequence: Sequence::new(u64::from_be_bytes(*sequence)),
        digest: EntryHash::from_bytes(digest.try_into().ok()?),
        kind: kind.parse().ok()?,
        subjects: words.map(str::parse).collect::<Result<_, _>>().ok()?,
        values: Vec::new(),
    };
    Some((actor, record))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use cinnabar_events::Kind;

    use super::*;

    #[test]
    fn a_statement_reads_back_and_another_signers_use_of_its_id_goes_elsewhere() {
        let record = |sequence| StatementRecord {
            sequence: Sequence::new(sequence),
            digest: EntryHash::of(b"statement"),
            kind: Kind::ProductAccepted.into(),
            subjects: vec![
                "product/a".parse().unwrap(),
                "organisation/b".parse().unwrap(),
            ],
            values: Vec::new(),
        };
        let id = StatementId::derived("test", "one");
        let key = |actor: &str| RecordKey::Statement(actor.parse().unwrap(), id);
        let mut compact = Compact::default();
        assert!(compact.get(&key("li")).is_none());
        let put = |compact: &mut Compact, actor, sequence| {
            compact.put(key(actor), Record::Statement(record(sequence)))
        };
        assert!(put(&mut compact, "li", 7).is_none());
        assert!(put(&mut compact, "sun", 8).is_some());
        assert_eq!(compact.get(&key("sun")), None);
        assert_eq!(compact.get(&key("li")), Some(Record::Statement(record(7))));
        assert!(put(&mut compact, "li", 9).is_none());
        assert_eq!(compact.get(&key("li")), Some(Record::Statement(record(9))));
    }
}
