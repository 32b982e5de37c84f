//! Time-stamps (RFC 3161) of checkpoints, beside them: what they prove, others check.

use cinnabar_tlog::Size;
use rocksdb::WriteBatch;

use crate::error::{ApplyError, Damage, StoreError};
use crate::keys::{self, Family, IndexKey};
use crate::options;
use crate::store::Store;

/// Most bytes of a time-stamp response: one with a chain of certificates has 3 to 8 kB.
pub const MAX_TIMESTAMP_BYTES: usize = 32 * 1024;
/// Most authorities that stamp one checkpoint.
pub const MAX_AUTHORITIES: usize = 16;
/// Most bytes of an authority's name.
pub const MAX_AUTHORITY_BYTES: usize = 255;

/// Why a time-stamp is not kept. Nothing is written, and the store goes on unless it says that it stopped.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// There is no checkpoint of this size.
    #[error("there is no checkpoint of size {0}")]
    NoCheckpoint(Size),
    /// The name is empty, too long, or has a control character.
    #[error(
        "a time-stamp authority's name has 1 to {MAX_AUTHORITY_BYTES} bytes, none of them a control character"
    )]
    Authority,
    /// It has no bytes, or too many.
    #[error("a time-stamp of {0} bytes, it may have 1 to {MAX_TIMESTAMP_BYTES}")]
    Length(usize),
    /// So many authorities have stamped it already.
    #[error("the checkpoint of size {0} has time-stamps of {MAX_AUTHORITIES} authorities already")]
    Full(Size),
    /// The store can't be read or written.
    #[error("the time-stamp can't be kept")]
    Store(#[from] ApplyError),
}

impl From<StoreError> for KeepError {
    fn from(source: StoreError) -> Self {
        Self::Store(source.into())
    }
}

impl Store {
    /// Keeps a time-stamp (DER) of the checkpoint of this size, by `authority`. The first one of each authority stays: it proves
    /// the most. False if there was one. Returns when it is durable.
    ///
    /// # Errors
    /// [`KeepError`].
    pub fn keep_timestamp(
        &self,
        size: Size,
        authority: &str,
        der: &[u8],
    ) -> Result<bool, KeepError> {
        let named = (1..=MAX_AUTHORITY_BYTES).contains(&authority.len());
        if !named || authority.chars().any(char::is_control) {
            return Err(KeepError::Authority);
        }
        if !(1..=MAX_TIMESTAMP_BYTES).contains(&der.len()) {
            return Err(KeepError::Length(der.len()));
        }
        if self.checkpoint_at(size)?.is_none() {
            return Err(KeepError::NoCheckpoint(size));
        }
        // Alone, so that two don't both find the last free place.
        self.alone(|_| {
            let kept = self.timestamps(size)?;
            if kept.iter().any(|(name, _)| name == authority) {
                return Ok(Ok(false));
            }
            if kept.len() >= MAX_AUTHORITIES {
                return Ok(Err(KeepError::Full(size)));
            }
            let mut batch = WriteBatch::default();
            let index = self.family(Family::Index);
            batch.put_cf(index, keys::timestamp(size, authority), der);
            let written = self.inner.db.write_opt(batch, &options::synced());
            written.map_err(|error| ApplyError::Database(error.into()))?;
            Ok(Ok(true))
        })?
    }

    /// The time-stamps of the checkpoint of this size, with who gave them, by name.
    ///
    /// # Errors
    /// If the database can't be read.
    pub fn timestamps(&self, size: Size) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        let mut end = keys::timestamp(size, "");
        // No name has a byte above this one.
        end.push(u8::MAX);
        let rows = self.listing(&keys::timestamp(size, ""), &end, MAX_AUTHORITIES, timestamp)?;
        Ok(rows.into_iter().map(|(_, name, der)| (name, der)).collect())
    }

    /// Time-stamps of checkpoints of `from` entries or more, smallest first; at most `limit` and at most
    /// [`MAX_LISTING`](crate::MAX_LISTING).
    ///
    /// # Errors
    /// If the database can't be read.
    pub fn timestamps_from(
        &self,
        from: Size,
        limit: usize,
    ) -> Result<Vec<(Size, String, Vec<u8>)>, StoreError> {
        let end = [IndexKey::Timestamp as u8 + 1];
        self.listing(&keys::timestamp(from, ""), &end, limit, timestamp)
    }
}

fn timestamp(key: &[u8], der: &[u8]) -> Result<(Size, String, Vec<u8>), Damage> {
    let (size, authority) = keys::timestamp_parts(key).ok_or(Damage::Form("time-stamp"))?;
    Ok((size, authority, der.to_vec()))
}
