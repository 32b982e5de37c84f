//! Filling the views from the replica beside them.

use cinnabar_events::{Entry, Sequence};
use cinnabar_projections::{ApplyError, Cursor, OpenError, Views};
use cinnabar_store::{Store, StoreError};
use cinnabar_tlog::{Checkpoint, Hash, Size};

/// Entries folded in one transaction when the views are far behind: each transaction writes the pages that it changed and a part of every text index, so
/// few large ones cost half of what many small ones do. A block with more is one transaction all the same.
const ENTRIES_AT_ONCE: u64 = 4_096;
/// Bytes of entries after which a transaction takes no further block: twice as many are in memory, those folded and those read meanwhile.
const BYTES_AT_ONCE: usize = 16 << 20;

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
    loop {
        let cursor = views.cursor();
        // Whatever is folded next must name the entry before, so that only where nothing is, the tree has to be asked.
        let fits = cursor.size < signed || !is_foreign(store, &cursor)?;
        match fits.then(|| follow(store, views, signed)) {
            None => tracing::warn!(
                size = cursor.size.get(),
                "the views were folded from another ledger and are started again"
            ),
            Some(Err(CatchUpError::Apply(ApplyError::Damaged))) => {
                tracing::warn!("the views are damaged and are started again");
            }
            Some(Err(CatchUpError::Apply(error @ ApplyError::OtherLedger { .. }))) => {
                if !is_foreign(store, &views.cursor())? {
                    return Err(error.into());
                }
                tracing::warn!("the views were folded from another ledger and are started again");
            }
            Some(done) => return done,
        }
        views.rebuild()?;
    }
}

/// Folds what there is up to `signed`; while one batch is folded, the next one is read.
fn follow(store: &Store, views: &Views, signed: Size) -> Result<Cursor, CatchUpError> {
    let mut cursor = views.cursor();
    if cursor.size >= signed {
        return Ok(cursor);
    }
    let mut batch = Batch::read(store, cursor.size, signed)?;
    while !batch.entries.is_empty() {
        let (applied, next) = std::thread::scope(|scope| {
            let from = batch.as_of.0;
            let reading =
                (from < signed).then(|| scope.spawn(move || Batch::read(store, from, signed)));
            let applied = views.apply(&batch.entries, batch.as_of);
            let next = reading.map(|reading| match reading.join() {
                Ok(batch) => batch,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            (applied, next)
        });
        cursor = applied?;
        match next {
            Some(next) => batch = next?,
            None => break,
        }
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

/// Whole blocks, and the size and root after them.
struct Batch {
    entries: Vec<Entry>,
    as_of: (Size, Hash),
}

impl Batch {
    fn read(store: &Store, from: Size, signed: Size) -> Result<Self, CatchUpError> {
        let ends = ends_of_blocks(store, from, signed)?;
        let end = ends.last().copied().unwrap_or(from);
        // Views that keep up find the entries in memory, read already.
        let count = usize::try_from(end.get() - from.get()).unwrap_or(usize::MAX);
        let recent = store.recent(Sequence::new(from.get()), count);
        let missing = recent.len() < count;
        let stored = missing.then(|| {
            let bytes = store.entries(Sequence::new(from.get()), Sequence::new(end.get()));
            bytes.map(|bytes| Ok::<_, CatchUpError>(Entry::parse(bytes?)?))
        });
        let found = recent.into_iter().filter(|_| !missing).map(Ok);
        let (mut entries, mut bytes, mut whole) = (Vec::new(), 0, from);
        for entry in found.chain(stored.into_iter().flatten()) {
            let entry: Entry = entry?;
            bytes += entry.bytes().len();
            entries.push(entry);
            let size = Size::new(from.get() + entries.len() as u64);
            if ends.binary_search(&size).is_ok() {
                whole = size;
                if bytes >= BYTES_AT_ONCE {
                    break;
                }
            }
        }
        let head = store.head();
        let root = match head.size == whole {
            true => head.root,
            false => store.root_at(whole)?,
        };
        Ok(Self {
            entries,
            as_of: (whole, root),
        })
    }
}

/// Where the next blocks end, ascending.
fn ends_of_blocks(store: &Store, from: Size, signed: Size) -> Result<Vec<Size>, CatchUpError> {
    let mut ends = Vec::new();
    let mut next = from;
    // A cursor in the middle of a block can't be, but then the rest of that block comes first.
    while next < signed && next.get() - from.get() < ENTRIES_AT_ONCE {
        let Some(block) = store.block_containing(Sequence::new(next.get()))? else {
            break;
        };
        next = block.size_after;
        ends.push(next.min(signed));
    }
    Ok(ends)
}
