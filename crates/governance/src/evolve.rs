//! What changes when it is said.

use std::collections::BTreeMap;

use cinnabar_events::{DossierLink, Entry, Statement, Subject, for_payload};

use crate::admit::is_duty;
use crate::deadline;
use crate::governed::Governed as _;
use crate::records::{
    DossierRecord, PartsRecord, Record, RecordKey, Records, RecordsMut, RulebookRecord,
    StatementRecord,
};

/// Most people remembered for one kind about one subject, for the separation of duties: more than ever work on a case.
/// The oldest is forgotten first.
const PARTS_MAX: usize = 64;

/// Where each of the statement's dossiers stands: what the next entry about them must link to.
///
/// # Errors
/// Only if the records can't be read.
pub fn links<R: Records>(
    records: &R,
    statement: &Statement,
) -> Result<BTreeMap<Subject, DossierLink>, R::Error> {
    statement
        .subjects()
        .map(|subject| {
            let link = match records.record(&RecordKey::Dossier(subject.clone()))? {
                Some(Record::Dossier(DossierRecord { revision, head })) => DossierLink {
                    revision,
                    prev: head,
                },
                _ => DossierLink::START,
            };
            Ok((subject.clone(), link))
        })
        .collect()
}

/// Folds one entry into the records. Nothing can say no here: what is recorded has happened. A
/// statement that the rules would not admit changes what it can and leaves the rest.
///
/// # Errors
/// Only if the records can't be read.
pub fn evolve<R: RecordsMut>(records: &mut R, entry: &Entry) -> Result<(), R::Error> {
    let statement = entry.statement();
    for (subject, link) in entry.dossiers() {
        let record = DossierRecord {
            revision: link.revision.next(),
            head: entry.hash(),
        };
        records.put(RecordKey::Dossier(subject.clone()), Record::Dossier(record));
    }
    let said = StatementRecord::new(statement, entry.seq(), entry.signed().bytes());
    records.put(
        RecordKey::Statement(statement.first_signer().actor.clone(), statement.id),
        Record::Statement(said),
    );
    parts(records, entry)?;
    if is_duty(statement) {
        deadline::lapse(records, entry)?;
    }
    for_payload!(&statement.payload, payload => payload.fold(records, entry))?;
    deadline::run(records, entry)
}

/// Whether an entry is the first of this dossier. Then there is nothing yet that comes about by entries of a dossier only, neither parts
/// nor deadlines, and it need not be looked for: half of all entries begin a dossier, and to look for what is absent costs the most.
pub(crate) fn is_new(entry: &Entry, subject: &Subject) -> bool {
    entry.dossiers().get(subject) == Some(&DossierLink::START)
}

/// Remembers who said this, where the rulebook keeps it apart from something else.
fn parts<R: RecordsMut>(records: &mut R, entry: &Entry) -> Result<(), R::Error> {
    let statement = entry.statement();
    let kind = statement.kind();
    let Some(Record::Rulebook(RulebookRecord { rulebook, .. })) =
        records.record(&RecordKey::Rulebook)?
    else {
        return Ok(());
    };
    if statement.migrated.is_some() || !rulebook.asks_who_said(kind) {
        return Ok(());
    }
    for subject in statement.subjects() {
        let key = RecordKey::Parts(subject.clone());
        let known = match is_new(entry, subject) {
            true => None,
            false => records.record(&key)?,
        };
        let mut parts = match known {
            Some(Record::Parts(parts)) => parts,
            _ => PartsRecord::default(),
        };
        let said = parts.said.entry(kind.as_str().to_owned()).or_default();
        for signer in statement.signers.iter() {
            if !said.contains(&signer.actor) {
                said.push(signer.actor.clone());
            }
        }
        said.drain(..said.len().saturating_sub(PARTS_MAX));
        records.put(key, Record::Parts(parts));
    }
    Ok(())
}
