//! Confidential values on their way: openings come beside a statement, are durable in the vault before the statement is
//! recorded, are shown to whoever says `disclosure.used`, and are destroyed when `erasure.executed` is recorded.
//!
//! They never reach the log stream, the feed, the views or a log line.

use cinnabar_events::kinds::OpeningRef;
use cinnabar_events::{Entry, Payload, Revision, Sequence, Verified};
use cinnabar_store::{Store, StoreError};
use cinnabar_vault::{Fault, Filing, Found, Openings, Slot, Vault};

use crate::problem::Problem;

/// Most bytes of openings beside a statement: what waits in a full queue stays within what the process may use.
pub const OPENINGS_MAX_BYTES: usize = 32 * 1024;

/// The vault failed, or the entries that say what to erase can't be read: the durable state is unknown.
#[derive(Debug, thiserror::Error)]
pub enum VaultFailure {
    /// The vault failed.
    #[error("the vault failed")]
    Vault(#[from] Fault),
    /// The store can't be read.
    #[error("the store can't be read")]
    Store(#[from] StoreError),
}

/// Parts the body of a request: the signed statement, and the openings beside it, on a line of their own. Canonical JSON
/// has no line ends, so there is one way to part it.
pub(crate) fn part(body: &[u8]) -> (&[u8], Option<&[u8]>) {
    match body.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&body[..end], Some(&body[end + 1..])),
        None => (body, None),
    }
}

/// The body of a request: the signed statement, and the openings beside it, if there are any.
pub fn with_openings(request: Vec<u8>, openings: Option<&Openings>) -> Vec<u8> {
    let mut body = request;
    if let Some(openings) = openings {
        body.push(b'\n');
        body.extend_from_slice(&openings.to_json());
    }
    body
}

/// Whether what came beside the statement opens its commitments, all of them.
pub(crate) fn filing(
    verified: &Verified,
    openings: Option<&[u8]>,
) -> Result<Option<Filing>, Box<Problem>> {
    let statement = verified.statement();
    let Some(openings) = openings else {
        return match statement.commitments.keys().next() {
            Some(pointer) => Err(Box::new(Problem::opening_missing(pointer))),
            None => Ok(None),
        };
    };
    if openings.len() > OPENINGS_MAX_BYTES {
        return Err(Box::new(Problem::openings_too_long(openings.len())));
    }
    let openings = Openings::parse(openings)
        .map_err(|fault| Box::new(Problem::bad_openings(fault.code(), fault.to_string())))?;
    let filing = Filing::check(
        statement.id,
        &statement.subject,
        &statement.commitments,
        openings,
    )
    .map_err(|no| Box::new(Problem::refused_openings(no.code(), no.to_string())))?;
    match filing.withheld().first() {
        Some(pointer) => Err(Box::new(Problem::opening_missing(pointer))),
        None => Ok(Some(filing)),
    }
}

/// The openings that `disclosure.used` at `sequence` asks for, as JSON: one [`Openings`] for each statement. What was
/// erased is left out.
pub(crate) fn shown(
    store: &Store,
    vault: &Vault,
    entry: &Entry,
) -> Result<Option<Vec<u8>>, VaultFailure> {
    let Payload::DisclosureUsed(used) = &entry.statement().payload else {
        return Ok(None);
    };
    let mut asked: Vec<OpeningRef> = used.openings.as_slice().to_vec();
    if asked.is_empty() {
        asked = granted(store, entry)?;
    }
    let mut shown: Vec<Openings> = Vec::new();
    for reference in &asked {
        let Some(slot) = slot(store, reference)? else {
            continue;
        };
        if let Found::Opening(opening) = vault.find(&slot)? {
            let one = Openings::new(slot.statement, vec![opening]);
            shown.extend(one.ok());
        }
    }
    let mut json = vec![b'['];
    for (index, openings) in shown.iter().enumerate() {
        if index > 0 {
            json.push(b',');
        }
        json.extend_from_slice(&openings.to_json());
    }
    json.push(b']');
    Ok(Some(json))
}

/// What the grant that `entry` uses lets see.
fn granted(store: &Store, entry: &Entry) -> Result<Vec<OpeningRef>, StoreError> {
    let subject = &entry.statement().subject;
    let first = store.dossier(subject, Revision::default(), 1)?;
    let Some(grant) = read(store, first.first().copied())? else {
        return Ok(Vec::new());
    };
    Ok(
        if let Payload::DisclosureGranted(granted) = &grant.statement().payload {
            granted.openings.as_slice().to_vec()
        } else {
            Vec::new()
        },
    )
}

fn read(store: &Store, sequence: Option<Sequence>) -> Result<Option<Entry>, StoreError> {
    let Some(sequence) = sequence else {
        return Ok(None);
    };
    let bytes = store.entry(sequence)?;
    Ok(bytes.and_then(|bytes| Entry::parse(bytes).ok()))
}

/// Where the vault has the value that `reference` names.
pub(crate) fn slot(store: &Store, reference: &OpeningRef) -> Result<Option<Slot>, StoreError> {
    let sequence = store.statement(&reference.actor, reference.statement)?;
    let Some(entry) = read(store, sequence)? else {
        return Ok(None);
    };
    let commitments = &entry.statement().commitments;
    let commitment = commitments.get(reference.pointer.as_str());
    Ok(commitment.map(|commitment| Slot {
        statement: reference.statement,
        commitment: *commitment,
    }))
}
