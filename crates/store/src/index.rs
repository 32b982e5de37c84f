//! What is found through the index: dossiers, statements, block boundaries.

use cinnabar_events::{EntryHash, Id, Revision, Sequence, StatementId, Subject};
use cinnabar_governance::{Record, RecordKey, Records as _};
use cinnabar_tlog::Size;

use crate::error::{Damage, StoreError};
use crate::keys::{self, Family, IndexKey};
use crate::options;
use crate::store::Store;
use crate::types::BlockBoundary;
use crate::value;

/// Most items that a listing gives, whatever is asked for: the next page starts where it ends.
pub const MAX_LISTING: usize = 4096;

impl Store {
    /// The sequences of a dossier's entries, in order, from the one that found the dossier with length `from` on (0 is the first); at most
    /// `limit` and at most [`MAX_LISTING`].
    ///
    /// # Errors
    /// If the database can't be read.
    pub fn dossier(
        &self,
        subject: &Subject,
        from: Revision,
        limit: usize,
    ) -> Result<Vec<Sequence>, StoreError> {
        let head = self.head();
        let (start, end) = (keys::dossier(subject, from), keys::dossier_end(subject));
        let rows = self.listing(&start, &end, limit, |_, bytes| {
            value::dossier(bytes).ok_or(Damage::Form("dossier entry"))
        })?;
        // A block that is being written stands at the end.
        Ok(rows
            .into_iter()
            .map(|(seq, _)| seq)
            .take_while(|seq| *seq < head.next())
            .collect())
    }

    /// Sequence and hash of the entry that found the dossier with length `revision`.
    pub(crate) fn dossier_entry(
        &self,
        subject: &Subject,
        revision: Revision,
    ) -> Result<Option<(Sequence, EntryHash)>, StoreError> {
        let key = keys::dossier(subject, revision);
        self.value(Family::Index, &key, "dossier entry", value::dossier)
    }

    /// Where the statement with this id, unique per first signer, was recorded.
    ///
    /// # Errors
    /// If the database can't be read.
    pub fn statement(&self, actor: &Id, id: StatementId) -> Result<Option<Sequence>, StoreError> {
        let next = self.head().next();
        match self.record(&RecordKey::Statement(actor.clone(), id))? {
            Some(Record::Statement(statement)) => {
                Ok(Some(statement.sequence).filter(|seq| *seq < next))
            }
            Some(_) => Err(Damage::Form("statement record").into()),
            None => Ok(None),
        }
    }

    /// The block that has the entry at `seq`; `None` beyond the head.
    ///
    /// # Errors
    /// If the database can't be read.
    pub fn block_containing(&self, seq: Sequence) -> Result<Option<BlockBoundary>, StoreError> {
        if seq >= self.head().next() {
            return Ok(None);
        }
        // Of the blocks that start here, the last one is the one with entries.
        let last = keys::block(seq, u32::MAX, u64::MAX);
        let mut scan = options::scan([IndexKey::Block as u8 + 1]);
        scan.set_iterate_lower_bound([IndexKey::Block as u8]);
        let mut rows = self
            .inner
            .db
            .raw_iterator_cf_opt(self.family(Family::Index), scan);
        rows.seek_for_prev(last);
        let Some((key, bytes)) = rows.item() else {
            rows.status()?;
            return Err(Damage::Missing("block boundary").into());
        };
        let block = boundary(key, bytes)?;
        if seq.get() >= block.size_after.get() {
            return Err(Damage::Missing("block boundary").into());
        }
        Ok(Some(block))
    }

    /// The blocks that start at `size` entries or later, in order, those without entries too; at most `limit` and at most
    /// [`MAX_LISTING`].
    ///
    /// # Errors
    /// If the database can't be read.
    pub fn blocks_from(&self, size: Size, limit: usize) -> Result<Vec<BlockBoundary>, StoreError> {
        let (head, position) = {
            let state = self.state();
            (state.head, state.position)
        };
        let start = keys::block(Sequence::new(size.get()), 0, 0);
        let mut blocks = self.listing(&start, &[IndexKey::Block as u8 + 1], limit, boundary)?;
        blocks.retain(|block| {
            let last = (position.generation, position.stream_sequence);
            block.size_after <= head.size && (block.generation, block.stream_sequence) <= last
        });
        Ok(blocks)
    }

    /// The blocks after `last`, in the order in which they were applied; all from the first one on if there is none. At most `limit`
    /// and at most [`MAX_LISTING`].
    ///
    /// # Errors
    /// If the database can't be read.
    pub fn blocks_after(
        &self,
        last: Option<&BlockBoundary>,
        limit: usize,
    ) -> Result<Vec<BlockBoundary>, StoreError> {
        let (head, position) = {
            let state = self.state();
            (state.head, state.position)
        };
        let start = last.map_or(vec![IndexKey::Block as u8], |last| {
            // The very next key: what lies behind the last one.
            let mut key = keys::block(last.first, last.generation, last.stream_sequence).to_vec();
            key.push(0);
            key
        });
        let mut blocks = self.listing(&start, &[IndexKey::Block as u8 + 1], limit, boundary)?;
        // A block that is being written stands at the end.
        blocks.retain(|block| {
            let last = (position.generation, position.stream_sequence);
            block.size_after <= head.size && (block.generation, block.stream_sequence) <= last
        });
        Ok(blocks)
    }

    /// Rows of the index from `start` on, below `end`.
    pub(crate) fn listing<T>(
        &self,
        start: &[u8],
        end: &[u8],
        limit: usize,
        read: impl Fn(&[u8], &[u8]) -> Result<T, Damage>,
    ) -> Result<Vec<T>, StoreError> {
        let limit = limit.min(MAX_LISTING);
        let index = self.family(Family::Index);
        let mut rows = self.inner.db.raw_iterator_cf_opt(index, options::scan(end));
        rows.seek(start);
        let mut found = Vec::new();
        while let Some((key, bytes)) = rows.item() {
            if found.len() == limit {
                break;
            }
            found.push(read(key, bytes)?);
            rows.next();
        }
        rows.status()?;
        Ok(found)
    }
}

fn boundary(key: &[u8], bytes: &[u8]) -> Result<BlockBoundary, Damage> {
    let fault = Damage::Form("block boundary");
    let Some((first, generation, stream_sequence)) = keys::block_parts(key) else {
        return Err(fault);
    };
    let Some((count, epoch)) = value::block(bytes) else {
        return Err(fault);
    };
    let size_after = first.get().checked_add(u64::from(count)).ok_or(fault)?;
    Ok(BlockBoundary {
        first,
        count,
        generation,
        stream_sequence,
        epoch,
        size_after: Size::new(size_after),
    })
}
