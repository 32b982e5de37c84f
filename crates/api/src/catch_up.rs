//! Filling the views from the replica beside them.

use cinnabar_events::{Entry, Sequence};
use cinnabar_projections::{ApplyError, Cursor, OpenError, Views};
use cinnabar_store::{Store, StoreError};
use cinnabar_tlog::{Checkpoint, Size};

/// Entries folded in one transaction when the views are far behind: enough to make its cost small, few enough to hold in memory
/// (64 KiB each at most, some 2 KiB as a rule). A block with more is one transaction all the same.
const ENTRIES_AT_ONCE: usize = 512;

/// The views can't follow the replica.
#[derive(Debug, thiserror::Error)]
pub enum CatchUpError {
    /// The replica can't be read.
    #[error("the replica can't be read")]
    Store(#[from] StoreError),
    /// The tree's root at a size can't be computed.
    #[error("the tree can't be read")]
    Tree(#[from] cinnabar_store::ProofError),
    /// An entry can't be read.
    #[error("an entry of the replica is malformed")]
    Entry(#[from] cinnabar_events::Malformed),
    /// The views can't be written.
    #[error("the views can't be written")]
    Apply(#[from] ApplyError),
    /// The views can't be started again.
    #[error("the views can't be started again")]
    Rebuild(#[from] OpenError),
}

/// Folds whole blocks until the views have come to the newest signed checkpoint. Views that are damaged, or were folded from another
/// ledger, are started again. Blocks; one caller at a time. Call it at start and whenever the store has committed.
///
/// # Errors
/// [`CatchUpError`].
pub fn catch_up(store: &Store, views: &Views) -> Result<Cursor, CatchUpError> {
    let signed = signed_size(store);
    let mut cursor = views.cursor();
    if is_foreign(store, &cursor)? {
        tracing::warn!(
            size = cursor.size.get(),
            "the views were folded from another ledger and are started again"
        );
        views.rebuild()?;
        cursor = views.cursor();
    }
    while cursor.size < signed {
        let (entries, end) = next_blocks(store, cursor.size, signed)?;
        let root = store.root_at(end)?;
        cursor = match views.apply(&entries, (end, root)) {
            Ok(cursor) => cursor,
            Err(ApplyError::Damaged) => {
                tracing::warn!("the views are damaged and are started again");
                views.rebuild()?;
                views.cursor()
            }
            Err(
                error @ (ApplyError::NotNext { .. }
                | ApplyError::OtherLedger { .. }
                | ApplyError::OtherSize { .. }
                | ApplyError::Sqlite(_)
                | ApplyError::Swap(_)),
            ) => {
                return Err(error.into());
            }
        };
    }
    Ok(cursor)
}

/// The size of the newest checkpoint: what lies beyond it isn't shown.
fn signed_size(store: &Store) -> Size {
    let note = store.checkpoint();
    let text = note
        .as_deref()
        .and_then(|note| note.split("\n\n").next())
        .map(|text| format!("{text}\n"));
    text.and_then(|text| Checkpoint::parse(&text).ok())
        .map_or(Size::ZERO, |checkpoint| checkpoint.size)
}

fn is_foreign(store: &Store, cursor: &Cursor) -> Result<bool, CatchUpError> {
    Ok(cursor.size > store.head().size || store.root_at(cursor.size)? != cursor.root)
}

/// The entries of the next whole blocks, and the size after them.
fn next_blocks(
    store: &Store,
    from: Size,
    signed: Size,
) -> Result<(Vec<Entry>, Size), CatchUpError> {
    let mut end = from;
    let mut next = from;
    // A cursor in the middle of a block can't be, but then the rest of that block comes first.
    while end < signed && end.get() - from.get() < ENTRIES_AT_ONCE as u64 {
        let Some(block) = store.block_containing(Sequence::new(next.get()))? else {
            break;
        };
        end = block.size_after.min(signed);
        next = block.size_after;
    }
    // Views that keep up find the entries in memory, read already.
    let count = usize::try_from(end.get() - from.get()).unwrap_or(usize::MAX);
    let recent = store.recent(Sequence::new(from.get()), count);
    if recent.len() == count {
        return Ok((recent, end));
    }
    let bytes = store.entries(Sequence::new(from.get()), Sequence::new(end.get()));
    let entries = bytes
        .map(|bytes| Ok(Entry::parse(bytes?)?))
        .collect::<Result<_, CatchUpError>>()?;
    Ok((entries, end))
}
