//! A record as it stands in the database: a byte that says how, and the record.
//!
//! Three kinds of records come with nearly every entry, and have a layout of their own: shorter than JSON, and made and read in
//! a fraction of the time. Everything else is JSON. Numbers are big-endian.

use cinnabar_events::rulebook::KindName;
use cinnabar_events::{EntryHash, Revision, Sequence, Subject};
use cinnabar_governance::{DossierRecord, Record, StatementRecord};

use crate::value::take;

/// What follows is [`Record`] as JSON.
const JSON: u8 = 1;
/// What follows is a dossier: `revision ‖ head`.
const DOSSIER: u8 = 2;
/// What follows is a statement: `sequence ‖ digest ‖ kind ‖ number of subjects (1) ‖ subjects ‖ values`. A kind or subject
/// is its length (1) and its text; the values are JSON, or nothing if there are none.
const STATEMENT: u8 = 3;
/// A running deadline: nothing follows.
const DUE: u8 = 4;

/// The record's bytes.
pub(crate) fn record_to_bytes(record: &Record) -> Result<Vec<u8>, serde_json::Error> {
    if let Some(bytes) = short(record) {
        return Ok(bytes);
    }
    let mut bytes = Vec::with_capacity(512);
    bytes.push(JSON);
    serde_json::to_writer(&mut bytes, record)?;
    Ok(bytes)
}

/// Reads what [`record_to_bytes`] wrote.
pub(crate) fn record(bytes: &[u8]) -> Option<Record> {
    let (layout, mut rest) = bytes.split_first()?;
    match *layout {
        JSON => serde_json::from_slice(rest).ok(),
        DOSSIER => {
            let revision = Revision::new(u64::from_be_bytes(take(&mut rest)?));
            let head = EntryHash::from_bytes(take(&mut rest)?);
            let whole = rest.is_empty();
            whole.then_some(Record::Dossier(DossierRecord { revision, head }))
        }
        STATEMENT => statement(rest).map(Record::Statement),
        DUE => rest.is_empty().then_some(Record::Due(())),
        _ => None,
    }
}

/// The layout of its own, if the record has one and fits it.
fn short(record: &Record) -> Option<Vec<u8>> {
    if let Record::Dossier(DossierRecord { revision, head }) = record {
        let mut bytes = Vec::with_capacity(1 + 8 + 32);
        bytes.push(DOSSIER);
        bytes.extend_from_slice(&revision.get().to_be_bytes());
        bytes.extend_from_slice(head.as_bytes());
        Some(bytes)
    } else if let Record::Statement(statement) = record {
        statement_to_bytes(statement)
    } else if let Record::Due(()) = record {
        Some(vec![DUE])
    } else {
        None
    }
}

/// None if it doesn't fit, which the limits of names and subjects rule out.
fn statement_to_bytes(statement: &StatementRecord) -> Option<Vec<u8>> {
    let StatementRecord {
        sequence,
        digest,
        kind,
        subjects,
        values,
    } = statement;
    let mut bytes = Vec::with_capacity(128);
    bytes.push(STATEMENT);
    bytes.extend_from_slice(&sequence.get().to_be_bytes());
    bytes.extend_from_slice(digest.as_bytes());
    put_text(&mut bytes, kind.as_str())?;
    bytes.push(u8::try_from(subjects.len()).ok()?);
    for subject in subjects {
        put_text(&mut bytes, &subject.to_text())?;
    }
    if !values.is_empty() {
        serde_json::to_writer(&mut bytes, values).ok()?;
    }
    Some(bytes)
}

fn statement(mut rest: &[u8]) -> Option<StatementRecord> {
    let rest = &mut rest;
    let sequence = Sequence::new(u64::from_be_bytes(take(rest)?));
    let digest = EntryHash::from_bytes(take(rest)?);
    let kind: KindName = take_text(rest)?.parse().ok()?;
    let [count] = take(rest)?;
    let subjects: Vec<Subject> = (0..count)
        .map(|_| take_text(rest)?.parse().ok())
        .collect::<Option<_>>()?;
    let values = match rest.is_empty() {
        true => Vec::new(),
        false => serde_json::from_slice(rest).ok()?,
    };
    Some(StatementRecord {
        sequence,
        digest,
        kind,
        subjects,
        values,
    })
}

fn put_text(bytes: &mut Vec<u8>, text: &str) -> Option<()> {
    bytes.push(u8::try_from(text.len()).ok()?);
    bytes.extend_from_slice(text.as_bytes());
    Some(())
}

fn take_text<'b>(rest: &mut &'b [u8]) -> Option<&'b str> {
    let [length] = take(rest)?;
    let (text, after) = rest.split_at_checked(length.into())?;
    *rest = after;
    std::str::from_utf8(text).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use cinnabar_governance::testing::Town;

    /// A city in which a product was filed: deadlines run.
    fn busy() -> Town {
        let mut city = Town::city();
        let filed = city.submission("one");
        city.say(&filed).unwrap();
        city
    }

    #[test]
    fn every_record_of_a_city_is_read_back_as_it_was_written() {
        let city = busy();
        let mut layouts = [0; 5];
        for (key, written) in city.records().iter() {
            let bytes = record_to_bytes(written).unwrap();
            layouts[usize::from(bytes[0])] += 1;
            assert_eq!(record(&bytes).as_ref(), Some(written), "{key}");
        }
        assert!(layouts[1..].iter().all(|count| *count > 0), "{layouts:?}");
    }

    #[test]
    fn a_record_that_was_cut_or_made_longer_is_not_read() {
        let city = busy();
        let own = |bytes: &Vec<u8>| bytes[0] != JSON;
        let records = city.records().iter();
        let (mut cut, mut longer) = (0, 0);
        for bytes in records
            .map(|(_, one)| record_to_bytes(one).unwrap())
            .filter(own)
        {
            for length in 0..bytes.len() {
                let read = record(&bytes[..length]);
                // A statement with values, cut before them, is one without: the database's checksums keep them together.
                let without = |record: Record| matches!(record, Record::Statement(_));
                assert!(read.is_none_or(without), "{bytes:?} cut to {length}");
                cut += 1;
            }
            assert_eq!(record(&[&bytes[..], b"x"].concat()), None, "{bytes:?}");
            longer += 1;
        }
        assert!(cut > 1000 && longer > 10);
        assert_eq!(record(&[]), None);
        assert_eq!(record(b"\x05{}"), None);
    }
}
