//! Erasures that the ledger records, carried out in the vault: by the writer before anybody is told, by every other node that has a
//! vault within a second, and at the start, when a crash or a restore may have come in between.
//!
//! The vault notes how far they came, so that what a start or a take-over has to look through doesn't grow with the ledger.

use std::sync::Arc;
use std::time::Duration;

use cinnabar_events::{Entry, Kind, Payload, Sequence};
use cinnabar_store::Store;
use cinnabar_vault::Vault;
use memchr::memmem::Finder;
use tokio_util::sync::CancellationToken;

use crate::confidential::{VaultFailure, slot};

/// Entries looked through before it is noted how far the vault has come: a note is two syncs, an entry a microsecond.
const NOTED_EVERY: u64 = 10_000;
/// Entries from memory that are looked through at once.
const AT_ONCE: usize = 1_000;
/// How often a running node looks through what is new. The writer carries out an erasure before it answers, and doesn't wait for this.
const LOOK: Duration = Duration::from_secs(1);

/// Destroys what the ledger says is erased, from where the vault has come to up to the head.
///
/// # Errors
/// [`VaultFailure`].
pub(crate) fn carry_out_erasures(store: &Store, vault: &Arc<Vault>) -> Result<(), VaultFailure> {
    // The vault may have come further than a ledger that was put back: its cursor never goes back, so what a recovery says is lost
    // is looked through again. Erasing twice changes nothing.
    for recovery in store.recoveries()? {
        let done = vault.cursor()?.min(Sequence::new(recovery.until.get()));
        look_through(store, vault, recovery.from, done.min(store.head().next()))?;
    }
    loop {
        let (from, head) = (vault.cursor()?, store.head().next());
        if from >= head {
            return Ok(());
        }
        let until = Sequence::new(from.get().saturating_add(NOTED_EVERY)).min(head);
        look_through(store, vault, from, until)?;
        vault.advance(until)?;
    }
}

/// Whether a block has something for the vault to do once it is committed.
pub(crate) fn concerns_the_vault(entries: &[Entry]) -> bool {
    entries.iter().any(erases)
}

/// Looks every second through what is new, until told to stop or until vault or store fail: a writer then stops at their next use.
pub(crate) async fn keep_up(store: Store, vault: Arc<Vault>, stop: CancellationToken) {
    let mut looked = None;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
        let (store, vault) = (store.clone(), vault.clone());
        let looking = move || look(&store, &vault, looked, NOTED_EVERY);
        match tokio::task::spawn_blocking(looking).await {
            Ok(Ok(until)) => looked = Some(until),
            Ok(Err(failure)) => {
                let failure = crate::causes(&failure);
                tracing::error!(
                    failure,
                    "Erasures are not carried out until the node is started again."
                );
                return;
            }
            // The process is ending.
            Err(_) => return,
        }
    }
}

/// Looks through what is new since `looked`, and notes it in the vault if `noted_every` entries were not noted; up to where it came.
fn look(
    store: &Store,
    vault: &Vault,
    looked: Option<Sequence>,
    noted_every: u64,
) -> Result<Sequence, VaultFailure> {
    let (cursor, head) = (vault.cursor()?, store.head().next());
    let from = looked.unwrap_or(cursor).min(head);
    look_through(store, vault, from, head)?;
    if head.get() >= cursor.get().saturating_add(noted_every) {
        vault.advance(head)?;
    }
    Ok(head)
}

fn look_through(
    store: &Store,
    vault: &Vault,
    mut from: Sequence,
    until: Sequence,
) -> Result<(), VaultFailure> {
    // From memory, as far as they are there: nothing has to be read again.
    loop {
        let mut recent = store.recent(from, AT_ONCE);
        recent.retain(|entry| entry.seq() < until);
        let Some(last) = recent.last() else { break };
        from = last.seq().next();
        for entry in recent.iter().filter(|entry| erases(entry)) {
            carry_out(store, vault, entry)?;
        }
    }
    // An entry has the name of its kind in it. To look for that is quicker than to parse them all.
    let name = Finder::new(Kind::ErasureExecuted.as_str());
    for bytes in store.entries(from, until) {
        let bytes = bytes?;
        // The store gives only what was an entry when it was applied.
        if name.find(&bytes).is_some()
            && let Ok(entry) = Entry::parse(bytes)
        {
            carry_out(store, vault, &entry)?;
        }
    }
    Ok(())
}

fn erases(entry: &Entry) -> bool {
    entry.statement().kind() == Kind::ErasureExecuted
}

fn carry_out(store: &Store, vault: &Vault, entry: &Entry) -> Result<(), VaultFailure> {
    let Payload::ErasureExecuted(executed) = &entry.statement().payload else {
        return Ok(());
    };
    let mut slots = Vec::new();
    for reference in executed.openings.iter() {
        slots.extend(slot(store, reference)?);
    }
    let receipt = vault.erase(&slots)?;
    tracing::info!(
        entry.sequence = %entry.seq(),
        erased = receipt.slots.len(),
        "Confidential values were destroyed."
    );
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use cinnabar_governance::testing::{Town, key};
    use cinnabar_governance::{Overlay, evolve};
    use cinnabar_store::{Application, Position};
    use cinnabar_vault::InstitutionKey;
    use zeroize::Zeroizing;

    fn record(store: &Store, entries: &[Entry]) {
        let mut records = Overlay::new(store);
        let mut edge = store.edge_tiles().unwrap();
        for entry in entries {
            evolve(&mut records, entry).unwrap();
            edge.append(entry.leaf_hash());
        }
        let application = Application {
            entries: entries.to_vec(),
            records: records.into_changes(),
            tiles: edge.take_changes(),
            root: edge.root(),
            checkpoint: None,
            position: Position {
                stream_sequence: store.position().stream_sequence + 1,
                ..store.position()
            },
        };
        store.apply(application).unwrap();
    }

    #[test]
    fn a_vault_notes_how_far_it_has_come_when_that_is_far() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::create(&folder.path().join("store")).unwrap();
        let key = InstitutionKey::from_bytes(Zeroizing::new(key("institution").to_bytes()));
        let vault = Vault::create(&folder.path().join("vault"), &key).unwrap();
        let town = Town::populated();
        let (first, rest) = town.entries().split_at(4);
        record(&store, first);
        assert_eq!(look(&store, &vault, None, 5).unwrap(), Sequence::new(4));
        assert_eq!(vault.cursor().unwrap(), Sequence::FIRST);
        record(&store, rest);
        let end = store.head().next();
        assert!(end.get() > 5);
        let looked = look(&store, &vault, Some(Sequence::new(4)), 5).unwrap();
        assert_eq!((looked, vault.cursor().unwrap()), (end, end));
        // A vault that has come further than the ledger, because that was put back, waits until it is there again.
        vault.advance(Sequence::new(1_000)).unwrap();
        assert_eq!(look(&store, &vault, None, 5).unwrap(), end);
    }
}
