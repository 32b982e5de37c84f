//! Every key of the database: its column family, its layout, its size. Nothing else knows how a key looks.
//!
//! Numbers are big-endian, so that the order of the bytes is the order of the numbers. What is written here is a
//! format: a change needs a new [`FORMAT`].
//!
//! | family | key | value |
//! |---|---|---|
//! | `default` | one letter ([`Meta`]) | format version, head, position, which index of dossiers the nodes are of |
//! | `entries` | sequence (8) | the entry's bytes |
//! | `records` | the record key as it displays itself (running deadlines in the order of their end) | a byte that says how, and the record (`record.rs`) |
//! | `tiles` | level (1), index (8) | the tile's hashes, as many as there are |
//! | `index` | `b`, first sequence (8), generation (4), stream sequence (8) | a block boundary |
//! | `index` | `c`, size (8) | a signed checkpoint |
//! | `index` | `d`, subject, 0, revision before (8) | sequence and hash of the dossier's entry |
//! | `index` | `i`, sequence (8) | what that entry says of the dossiers: size, root, how many |
//! | `index` | `n`, place (34) | a node of the sparse tree over the heads of dossiers |
//! | `index` | `t`, size (8), authority | a time-stamp of the checkpoint of that size |
//! | `index` | `r`, sequence (8) | a recovery: the size before it |

use cinnabar_events::{Revision, Sequence, Subject};
use cinnabar_governance::RecordKey;
use cinnabar_tlog::{Size, TileId};

use crate::pages::PagePlace;

/// Version of everything that this file and `value.rs` say. A newer one is refused.
pub(crate) const FORMAT: u32 = 2;
/// The version before: the index of dossiers node by node. It is made anew from the entries.
pub(crate) const FORMAT_NODES: u32 = 1;

/// The column families beside RocksDB's own `default`, by what is read together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// Entries by sequence.
    Entries,
    /// Records by record key.
    Records,
    /// Tiles by level and index.
    Tiles,
    /// Block boundaries, checkpoints, dossiers.
    Index,
}

impl Family {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::Entries, Self::Records, Self::Tiles, Self::Index];

    /// Its name in the database.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Entries => "entries",
            Self::Records => "records",
            Self::Tiles => "tiles",
            Self::Index => "index",
        }
    }
}

/// Keys of the family `default`: one value each.
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
pub(crate) enum Meta {
    /// [`FORMAT`].
    Format = b'f',
    /// The head.
    Head = b'h',
    /// The position in the log stream.
    Position = b'p',
    /// The index of dossiers that the nodes are of.
    Dossiers = b'd',
}

impl Meta {
    /// The key.
    pub(crate) const fn key(self) -> [u8; 1] {
        [self as u8]
    }
}

/// First letter of the keys of the family `index`.
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
pub(crate) enum IndexKey {
    /// A block boundary.
    Block = b'b',
    /// A signed checkpoint.
    Checkpoint = b'c',
    /// An entry of a dossier.
    Dossier = b'd',
    /// An entry that says how the dossiers end.
    Indexed = b'i',
    /// A node of the tree over the heads of dossiers, in format 1.
    Node = b'n',
    /// A page of nodes of the tree over the heads of dossiers.
    Page = b'p',
    /// A recovery.
    Recovery = b'r',
    /// A time-stamp.
    Timestamp = b't',
}

/// Bytes of an entry's key.
const ENTRY_KEY_BYTES: usize = size_of::<u64>();
/// Bytes of a tile's key.
const TILE_KEY_BYTES: usize = size_of::<u8>() + size_of::<u64>();
/// Bytes of a block boundary's key.
pub(crate) const BLOCK_KEY_BYTES: usize =
    1 + size_of::<u64>() + size_of::<u32>() + size_of::<u64>();
/// Bytes of a checkpoint's key.
pub(crate) const CHECKPOINT_KEY_BYTES: usize = 1 + size_of::<u64>();
/// Bytes of a key that is a letter and a sequence.
pub(crate) const SEQUENCE_KEY_BYTES: usize = 1 + size_of::<u64>();
/// Room for the key of most pages: they stand less than 64 bits deep.
const PAGE_KEY_BYTES: usize = 1 + 1 + 8;
/// Stands between a subject and a revision; no subject contains it, so no subject's keys lie among another's.
const SUBJECT_END: u8 = 0;

// The layouts are a format.
const _: () = assert!(
    ENTRY_KEY_BYTES == 8
        && TILE_KEY_BYTES == 9
        && BLOCK_KEY_BYTES == 21
        && CHECKPOINT_KEY_BYTES == 9
        && SEQUENCE_KEY_BYTES == 9
);

/// `seq`.
pub(crate) const fn entry(seq: Sequence) -> [u8; ENTRY_KEY_BYTES] {
    seq.get().to_be_bytes()
}

/// The sequence in an entry's key.
pub(crate) fn entry_sequence(key: &[u8]) -> Option<Sequence> {
    Some(Sequence::new(u64::from_be_bytes(key.try_into().ok()?)))
}

/// `level ‖ index`.
pub(crate) fn tile(tile: TileId) -> [u8; TILE_KEY_BYTES] {
    let mut key = [tile.level(); TILE_KEY_BYTES];
    key[1..].copy_from_slice(&tile.index().to_be_bytes());
    key
}

/// The record key as text: never changes, by its own promise.
pub(crate) fn record(key: &RecordKey) -> Vec<u8> {
    key.to_text().into_bytes()
}

/// `'b' ‖ first ‖ generation ‖ stream sequence`: blocks without entries lie before the block that goes on where they
/// stand, because they came before it.
pub(crate) fn block(
    first: Sequence,
    generation: u32,
    stream_sequence: u64,
) -> [u8; BLOCK_KEY_BYTES] {
    let mut key = [IndexKey::Block as u8; BLOCK_KEY_BYTES];
    key[1..9].copy_from_slice(&first.get().to_be_bytes());
    key[9..13].copy_from_slice(&generation.to_be_bytes());
    key[13..].copy_from_slice(&stream_sequence.to_be_bytes());
    key
}

/// First sequence, generation and stream sequence in a block boundary's key.
pub(crate) fn block_parts(key: &[u8]) -> Option<(Sequence, u32, u64)> {
    let key: &[u8; BLOCK_KEY_BYTES] = key.try_into().ok()?;
    let (letter, rest) = key.split_first_chunk::<1>()?;
    let (first, rest) = rest.split_first_chunk()?;
    let (generation, rest) = rest.split_first_chunk()?;
    let stream_sequence = rest.try_into().ok()?;
    (letter == &[IndexKey::Block as u8]).then(|| {
        (
            Sequence::new(u64::from_be_bytes(*first)),
            u32::from_be_bytes(*generation),
            u64::from_be_bytes(stream_sequence),
        )
    })
}

/// `'c' ‖ size`.
pub(crate) fn checkpoint(size: Size) -> [u8; CHECKPOINT_KEY_BYTES] {
    let mut key = [IndexKey::Checkpoint as u8; CHECKPOINT_KEY_BYTES];
    key[1..].copy_from_slice(&size.get().to_be_bytes());
    key
}

/// The size in a checkpoint's key.
pub(crate) fn checkpoint_size(key: &[u8]) -> Option<Size> {
    let key: &[u8; CHECKPOINT_KEY_BYTES] = key.try_into().ok()?;
    let (letter, size) = key.split_first_chunk::<1>()?;
    (letter == &[IndexKey::Checkpoint as u8])
        .then_some(Size::new(u64::from_be_bytes(size.try_into().ok()?)))
}

/// `'r' ‖ sequence`.
pub(crate) fn recovery(seq: Sequence) -> [u8; SEQUENCE_KEY_BYTES] {
    sequence_key(IndexKey::Recovery, seq)
}

/// `'i' ‖ sequence`.
pub(crate) fn indexed(seq: Sequence) -> [u8; SEQUENCE_KEY_BYTES] {
    sequence_key(IndexKey::Indexed, seq)
}

/// `'p' ‖ place`.
pub(crate) fn page(place: &PagePlace) -> Vec<u8> {
    let mut key = Vec::with_capacity(PAGE_KEY_BYTES);
    key.push(IndexKey::Page as u8);
    place.push_to(&mut key);
    key
}

/// `'t' ‖ size ‖ authority`.
pub(crate) fn timestamp(size: Size, authority: &str) -> Vec<u8> {
    let mut key = vec![IndexKey::Timestamp as u8];
    key.extend_from_slice(&size.get().to_be_bytes());
    key.extend_from_slice(authority.as_bytes());
    key
}

/// The size and the authority in a time-stamp's key.
pub(crate) fn timestamp_parts(key: &[u8]) -> Option<(Size, String)> {
    let rest = key.strip_prefix(&[IndexKey::Timestamp as u8])?;
    let (size, authority) = rest.split_first_chunk()?;
    let authority = String::from_utf8(authority.to_vec()).ok()?;
    Some((Size::new(u64::from_be_bytes(*size)), authority))
}

/// `letter ‖ sequence`.
fn sequence_key(letter: IndexKey, seq: Sequence) -> [u8; SEQUENCE_KEY_BYTES] {
    let mut key = [letter as u8; SEQUENCE_KEY_BYTES];
    key[1..].copy_from_slice(&seq.get().to_be_bytes());
    key
}

/// The sequence in a key of `letter`.
pub(crate) fn sequence_of(letter: IndexKey, key: &[u8]) -> Option<Sequence> {
    let seq = key.strip_prefix(&[letter as u8])?;
    Some(Sequence::new(u64::from_be_bytes(seq.try_into().ok()?)))
}

/// `'d' ‖ subject ‖ 0 ‖ revision`, where the revision is the dossier's length before the entry.
pub(crate) fn dossier(subject: &Subject, revision: Revision) -> Vec<u8> {
    let mut key = dossier_prefix(subject, SUBJECT_END);
    key.extend_from_slice(&revision.get().to_be_bytes());
    key
}

/// Where the dossier's keys have ended.
pub(crate) fn dossier_end(subject: &Subject) -> Vec<u8> {
    dossier_prefix(subject, SUBJECT_END + 1)
}

fn dossier_prefix(subject: &Subject, end: u8) -> Vec<u8> {
    let subject = subject.to_text();
    let mut key = Vec::with_capacity(1 + subject.len() + 1 + size_of::<u64>());
    key.push(IndexKey::Dossier as u8);
    key.extend_from_slice(subject.as_bytes());
    key.push(end);
    key
}

/// Subject (as text) and revision in a dossier's key.
#[cfg(test)]
fn dossier_parts(key: &[u8]) -> Option<(&str, Revision)> {
    let rest = key.strip_prefix(&[IndexKey::Dossier as u8])?;
    let (rest, revision) = rest.split_last_chunk()?;
    let subject = rest.strip_suffix(&[SUBJECT_END])?;
    Some((
        std::str::from_utf8(subject).ok()?,
        Revision::new(u64::from_be_bytes(*revision)),
    ))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const NUMBERS: [u64; 6] = [0, 1, 255, 256, 1 << 40, u64::MAX];

    #[test]
    fn every_key_is_read_back_as_it_was_written() {
        let subject: Subject = "product/01JDEXAMPLE0001".parse().unwrap();
        for number in NUMBERS {
            let (seq, size, revision) = (
                Sequence::new(number),
                Size::new(number),
                Revision::new(number),
            );
            assert_eq!(entry_sequence(&entry(seq)), Some(seq));
            assert_eq!(checkpoint_size(&checkpoint(size)), Some(size));
            assert_eq!(block_parts(&block(seq, 7, number)), Some((seq, 7, number)));
            assert_eq!(
                dossier_parts(&dossier(&subject, revision)),
                Some(("product/01JDEXAMPLE0001", revision))
            );
        }
        let key = tile(TileId::new(3, 0x0102).unwrap());
        assert_eq!(key, [3, 0, 0, 0, 0, 0, 0, 1, 2]);
    }

    #[test]
    fn the_order_of_keys_is_the_order_of_what_they_name() {
        let subject: Subject = "actor/a".parse().unwrap();
        let longer: Subject = "actor/a-1".parse().unwrap();
        for pair in NUMBERS.windows(2) {
            let (low, high) = (pair[0], pair[1]);
            assert!(entry(Sequence::new(low)) < entry(Sequence::new(high)));
            assert!(checkpoint(Size::new(low)) < checkpoint(Size::new(high)));
            assert!(block(Sequence::new(1), 1, low) < block(Sequence::new(1), 1, high));
            assert!(block(Sequence::new(1), 1, high) < block(Sequence::new(1), 2, low));
            assert!(block(Sequence::new(low), 9, high) < block(Sequence::new(high), 0, low));
            assert!(dossier(&subject, Revision::new(low)) < dossier(&subject, Revision::new(high)));
        }
        let last = dossier(&subject, Revision::new(u64::MAX));
        assert!(last < dossier_end(&subject));
        assert!(dossier_end(&subject) < dossier(&longer, Revision::new(0)));
    }

    #[test]
    fn a_key_of_another_kind_or_size_is_not_taken_for_one() {
        assert_eq!(entry_sequence(&[0; 7]), None);
        assert_eq!(block_parts(&[b'c'; BLOCK_KEY_BYTES]), None);
        assert_eq!(block_parts(&[b'b'; BLOCK_KEY_BYTES - 1]), None);
        assert_eq!(checkpoint_size(&[b'b'; CHECKPOINT_KEY_BYTES]), None);
    }
}
