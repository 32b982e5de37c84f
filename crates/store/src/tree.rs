//! The Merkle tree: tiles and proofs at every size the ledger ever had.

use std::borrow::Cow;

use cinnabar_events::Sequence;
use cinnabar_tlog::{
    ConsistencyProof, EdgeTiles, HASH_BYTES, HashReader, InclusionProof, LeafIndex, RangeError,
    Size, TileId, TileWidth,
};

use crate::error::{Damage, ProofError, StoreError};
use crate::keys::{self, Family};
use crate::store::Store;

impl Store {
    /// The first `width` hashes of a tile, 32 bytes each; `None` if the ledger doesn't have so many.
    ///
    /// # Errors
    /// If the database can't be read, or has less of the tile than the head covers.
    pub fn tile(&self, tile: TileId, width: TileWidth) -> Result<Option<Vec<u8>>, StoreError> {
        if tile
            .width_at(self.head().size)
            .is_none_or(|there| there < width)
        {
            return Ok(None);
        }
        let found = self
            .inner
            .db
            .get_cf(self.family(Family::Tiles), keys::tile(tile))?;
        let mut hashes = found.ok_or(Damage::Missing("tile"))?;
        let length = width.as_usize() * HASH_BYTES;
        if hashes.len() < length {
            return Err(Damage::Form("tile").into());
        }
        hashes.truncate(length);
        Ok(Some(hashes))
    }

    /// The tree's right edge at the head, to append the next block to.
    ///
    /// # Errors
    /// [`StoreError::Poisoned`] if the store applies nothing any more: then nobody should build a block on it.
    pub fn edge_tiles(&self) -> Result<EdgeTiles, StoreError> {
        self.applier_edge()
    }

    /// Proof that the entry at `seq` is in the tree of `size` leaves (RFC 6962 §2.1.1).
    ///
    /// # Errors
    /// [`ProofError::Range`] if `size` is beyond the head or `seq` not below `size`; otherwise the tiles can't be read.
    pub fn inclusion_proof(&self, seq: Sequence, size: Size) -> Result<InclusionProof, ProofError> {
        self.covers(size)?;
        cinnabar_tlog::inclusion_proof(LeafIndex::new(seq.get()), size, self)
    }

    /// Proof that the tree of `new` leaves continues the tree of `old` leaves (RFC 6962 §2.1.2).
    ///
    /// # Errors
    /// [`ProofError::Range`] if `new` is beyond the head or `old` beyond `new`; otherwise the tiles can't be read.
    pub fn consistency_proof(&self, old: Size, new: Size) -> Result<ConsistencyProof, ProofError> {
        self.covers(new)?;
        cinnabar_tlog::consistency_proof(old, new, self)
    }

    /// The root of the tree of `size` leaves.
    ///
    /// # Errors
    /// As [`Self::inclusion_proof`].
    pub fn root_at(&self, size: Size) -> Result<cinnabar_tlog::Hash, ProofError> {
        self.covers(size)?;
        Ok(cinnabar_tlog::root(size, self)?)
    }

    /// A size beyond the head is one that doesn't come before the head.
    fn covers(&self, size: Size) -> Result<(), RangeError> {
        let head = self.head().size;
        match size <= head {
            true => Ok(()),
            false => Err(RangeError::SizesReversed {
                old: size,
                new: head,
            }),
        }
    }
}

impl HashReader for Store {
    type Error = StoreError;

    fn tile(&self, tile: TileId, width: TileWidth) -> Result<Cow<'_, [u8]>, StoreError> {
        // Beyond the head there are no hashes: too few, which the asker reports.
        let hashes = Store::tile(self, tile, width)?;
        Ok(Cow::Owned(hashes.unwrap_or_default()))
    }
}
