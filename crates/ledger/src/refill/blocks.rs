//! The blocks of a replica, as they once were published.

use std::collections::VecDeque;

use cinnabar_events::{Block, BlockHeader, Entry, EntryHash, Sequence};
use cinnabar_store::{BlockBoundary, Store, StoreError};
use cinnabar_tlog::Size;

use crate::identity::{Identity, LogSigner};

/// Block boundaries read at once.
const BOUNDARIES_AT_ONCE: usize = 1024;

/// Where a block stands among all blocks of the ledger: entries up to and including it, and its term. Each block has more of one
/// of the two than the block before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank {
    pub(crate) size: u64,
    pub(crate) epoch: u64,
}

impl Rank {
    pub(crate) fn of(header: &BlockHeader) -> Self {
        Self {
            size: header.first.get() + u64::from(header.count),
            epoch: header.epoch,
        }
    }

    fn of_boundary(boundary: &BlockBoundary) -> Self {
        Self {
            size: boundary.size_after.get(),
            epoch: boundary.epoch,
        }
    }
}

/// Hash of the last of the first `size` entries, from its bytes; `None` if the replica has fewer.
pub(crate) fn hash_at(store: &Store, size: u64) -> Result<Option<EntryHash>, StoreError> {
    let Some(last) = size.checked_sub(1) else {
        return Ok(Some(EntryHash::NONE));
    };
    let entry = store.entry(Sequence::new(last))?;
    Ok(entry.map(|bytes| EntryHash::of(&bytes)))
}

/// Block boundaries in the order in which they were applied, after a rank.
pub(crate) struct Boundaries {
    store: Store,
    after: Option<Rank>,
    last: Option<BlockBoundary>,
    read: VecDeque<BlockBoundary>,
}

impl Boundaries {
    /// All of them, or those after `after`.
    pub(crate) fn of(store: &Store, after: Option<Rank>) -> Self {
        Self {
            store: store.clone(),
            after,
            last: None,
            read: VecDeque::new(),
        }
    }

    fn next_one(&mut self) -> Result<Option<BlockBoundary>, StoreError> {
        loop {
            if self.read.is_empty() {
                let more = self
                    .store
                    .blocks_after(self.last.as_ref(), BOUNDARIES_AT_ONCE)?;
                self.last = more.last().copied().or(self.last);
                self.read = more.into();
            }
            let next = self.read.pop_front();
            let known = next.zip(self.after);
            if known.is_none_or(|(next, after)| Rank::of_boundary(&next) > after) {
                return Ok(next);
            }
        }
    }
}

impl Iterator for Boundaries {
    type Item = Result<BlockBoundary, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_one().transpose()
    }
}

/// Makes the block of a boundary again: same entries, same header, and so the same signature.
pub(crate) fn remake(
    boundary: &BlockBoundary,
    store: &Store,
    identity: &Identity,
    signer: &LogSigner,
) -> Result<Block, StoreError> {
    let (first, size) = (boundary.first, boundary.size_after);
    let entries: Vec<Vec<u8>> = store
        .entries(first, Sequence::new(size.get()))
        .collect::<Result<_, _>>()?;
    let hash = |size: u64| {
        let found = hash_at(store, size)?;
        Ok::<_, StoreError>(found.expect("a block boundary lies within the ledger"))
    };
    let prev = hash(first.get())?;
    let header = BlockHeader {
        ledger: identity.ledger,
        epoch: boundary.epoch,
        first,
        count: boundary.count,
        prev,
        head: hash(size.get())?,
        checkpoint: checkpoint_before(first, store, signer)?,
    };
    let entries: Vec<&[u8]> = entries.iter().map(Vec::as_slice).collect();
    Ok(signer.block(header, &entries))
}

/// The signed checkpoint of everything before a block. One that was never kept here (by a replica that could not sign) is signed
/// now: it says the same.
fn checkpoint_before(
    first: Sequence,
    store: &Store,
    signer: &LogSigner,
) -> Result<String, StoreError> {
    if first == Sequence::FIRST {
        return Ok(String::new());
    }
    let size = Size::new(first.get());
    let kept = store.checkpoint_at(size)?;
    if let Some(own) = kept.and_then(|note| signer.own_lines(&note)) {
        return Ok(own);
    }
    let last = store.entry(Sequence::new(first.get() - 1))?;
    let time = last
        .and_then(|bytes| Entry::parse(bytes).ok())
        .map(|entry| entry.time());
    let root = cinnabar_tlog::root(size, store).map_err(StoreError::from)?;
    Ok(signer.checkpoint(size, root, time))
}
