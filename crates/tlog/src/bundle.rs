//! Entry bundles: entries side by side, each as its length (two bytes, big-endian) and its bytes (tlog-tiles).

use crate::tile::TileWidth;

/// Longest entry: what a two-byte length can say. An empty entry is legal.
pub const MAX_ENTRY_BYTES: usize = u16::MAX as usize;

/// Bytes of the length before each entry.
const LENGTH_BYTES: usize = size_of::<u16>();

/// The entry is longer than [`MAX_ENTRY_BYTES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("entry of {0} bytes, at most {MAX_ENTRY_BYTES} fit")]
pub struct EntryTooLong(
    /// Bytes in the refused entry.
    pub usize,
);

/// A bundle that cannot be read, and the byte offset at which that shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("entry bundle, at byte {offset}: {fault}")]
pub struct BundleError {
    /// Bytes from the beginning of the bundle.
    pub offset: usize,
    /// What is wrong there.
    pub fault: BundleFault,
}

/// What is wrong with a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BundleFault {
    /// One byte is left where a length of two must stand.
    #[error("the length of an entry is cut off")]
    LengthCut,
    /// The length promises more than is there.
    #[error("an entry of {expected} bytes is cut off after {found}")]
    EntryCut {
        /// Bytes promised.
        expected: usize,
        /// Bytes left.
        found: usize,
    },
    /// There are more entries than allowed.
    #[error("more than {limit} entries")]
    TooMany {
        /// Entries allowed.
        limit: usize,
    },
    /// There are fewer entries than the width says.
    #[error("{found} entries where {expected} must be")]
    TooFew {
        /// Entries that the width says.
        expected: usize,
        /// Entries there are.
        found: usize,
    },
}

/// Appends one entry, length first, to a bundle. Nothing is written when it is refused.
pub fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) -> Result<(), EntryTooLong> {
    let length = u16::try_from(entry.len()).map_err(|_| EntryTooLong(entry.len()))?;
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
    Ok(())
}

/// Writes entries as one bundle.
pub fn encode_bundle<'a>(
    entries: impl IntoIterator<Item = &'a [u8]>,
) -> Result<Vec<u8>, EntryTooLong> {
    let mut bundle = Vec::new();
    for entry in entries {
        push_entry(&mut bundle, entry)?;
    }
    Ok(bundle)
}

/// Reads a bundle that must hold exactly `width` entries and nothing after them.
pub fn decode_bundle(bytes: &[u8], width: TileWidth) -> Result<Vec<&[u8]>, BundleError> {
    let expected = width.as_usize();
    let entries = decode_entries(bytes, expected)?;
    if entries.len() == expected {
        return Ok(entries);
    }
    let fault = BundleFault::TooFew {
        expected,
        found: entries.len(),
    };
    Err(BundleError {
        offset: bytes.len(),
        fault,
    })
}

/// Reads any number of entries up to `limit`, in the same encoding.
pub fn decode_entries(bytes: &[u8], limit: usize) -> Result<Vec<&[u8]>, BundleError> {
    let mut entries = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let fail = |fault| BundleError {
            offset: bytes.len() - rest.len(),
            fault,
        };
        if entries.len() == limit {
            return Err(fail(BundleFault::TooMany { limit }));
        }
        let (length, after) = rest
            .split_first_chunk::<LENGTH_BYTES>()
            .ok_or_else(|| fail(BundleFault::LengthCut))?;
        let expected = usize::from(u16::from_be_bytes(*length));
        let (entry, after) = after.split_at_checked(expected).ok_or_else(|| {
            fail(BundleFault::EntryCut {
                expected,
                found: after.len(),
            })
        })?;
        entries.push(entry);
        rest = after;
    }
    Ok(entries)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_or_overfull_bundle_is_refused_at_its_offset() {
        let bundle = encode_bundle([&b"ab"[..], b"", b"c"]).unwrap();
        assert_eq!(bundle, b"\0\x02ab\0\0\0\x01c");
        assert_eq!(decode_entries(&bundle, 3), Ok(vec![&b"ab"[..], b"", b"c"]));
        let err = |bytes, limit| decode_entries(bytes, limit).unwrap_err();
        let fault = |offset, fault| BundleError { offset, fault };
        assert_eq!(err(&bundle, 2), fault(6, BundleFault::TooMany { limit: 2 }));
        assert_eq!(err(&bundle[..7], 3), fault(6, BundleFault::LengthCut));
        assert_eq!(
            err(&bundle[..8], 3),
            fault(
                6,
                BundleFault::EntryCut {
                    expected: 1,
                    found: 0
                }
            )
        );
        let four = TileWidth::new(4).unwrap();
        assert_eq!(
            decode_bundle(&bundle, four),
            Err(fault(
                9,
                BundleFault::TooFew {
                    expected: 4,
                    found: 3
                }
            ))
        );
    }

    #[test]
    fn the_longest_entry_fits_and_one_byte_more_does_not() {
        let longest = vec![7; MAX_ENTRY_BYTES];
        let mut bundle = Vec::new();
        push_entry(&mut bundle, &longest).unwrap();
        assert_eq!(decode_entries(&bundle, 1), Ok(vec![&longest[..]]));
        let before = bundle.clone();
        let too_long = vec![7; MAX_ENTRY_BYTES + 1];
        assert_eq!(
            push_entry(&mut bundle, &too_long),
            Err(EntryTooLong(MAX_ENTRY_BYTES + 1))
        );
        assert_eq!(bundle, before);
    }
}
