//! How the tree's mathematics asks for hashes.

use std::borrow::Cow;

use crate::hash::HASH_BYTES;
use crate::tile::{TileId, TileWidth};

/// Whatever keeps tiles: a database, a slice, a download.
///
/// Only the hashes of tile levels are kept (every eighth level of the tree); those between are computed from them.
/// A narrower tile is a prefix of a wider one, so one growing value per tile answers every width.
pub trait HashReader {
    /// Why a tile that must be there could not be read.
    type Error;

    /// The first `width` hashes of the tile, 32 bytes each. An implementation may return more bytes than that, which
    /// saves cutting; never fewer.
    fn tile(&self, tile: TileId, width: TileWidth) -> Result<Cow<'_, [u8]>, Self::Error>;
}

impl<R: HashReader + ?Sized> HashReader for &R {
    type Error = R::Error;

    fn tile(&self, tile: TileId, width: TileWidth) -> Result<Cow<'_, [u8]>, Self::Error> {
        (**self).tile(tile, width)
    }
}

/// A tile could not be had. Whoever keeps the tiles has lost or damaged them: nothing that the asker said is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadError<E> {
    /// The reader failed.
    #[error("tile {} of level {} cannot be read", tile.index(), tile.level())]
    Reader {
        /// Which tile.
        tile: TileId,
        /// Why.
        #[source]
        source: E,
    },
    /// The reader gave fewer bytes than `width` hashes have.
    #[error("tile {} of level {} has {found} bytes where {expected} must be", tile.index(), tile.level())]
    Short {
        /// Which tile.
        tile: TileId,
        /// Bytes that the width asks for.
        expected: usize,
        /// Bytes there are.
        found: usize,
    },
}

/// Reads exactly `width` hashes of a tile as bytes.
pub(crate) fn read_tile<R: HashReader>(
    reader: &R,
    tile: TileId,
    width: TileWidth,
) -> Result<Cow<'_, [u8]>, ReadError<R::Error>> {
    let bytes = reader
        .tile(tile, width)
        .map_err(|source| ReadError::Reader { tile, source })?;
    let expected = width.as_usize() * HASH_BYTES;
    if bytes.len() < expected {
        let found = bytes.len();
        return Err(ReadError::Short {
            tile,
            expected,
            found,
        });
    }
    Ok(match bytes {
        Cow::Borrowed(bytes) => Cow::Borrowed(&bytes[..expected]),
        Cow::Owned(mut bytes) => {
            bytes.truncate(expected);
            Cow::Owned(bytes)
        }
    })
}

/// The hashes in the bytes of a tile; a rest shorter than a hash is left out.
pub(crate) fn hashes(bytes: &[u8]) -> impl Iterator<Item = crate::Hash> {
    let (hashes, _) = bytes.as_chunks::<HASH_BYTES>();
    hashes.iter().copied().map(crate::Hash::from_bytes)
}
