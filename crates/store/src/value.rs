//! Every value of the database: its layout and its size. Numbers are big-endian.

use cinnabar_events::{EntryHash, Sequence, Timestamp};
use cinnabar_tlog::{Hash, Size};

use crate::types::{Head, IndexHead, Position};

pub(crate) use crate::record::{record, record_to_bytes};

/// Takes the first `N` bytes off.
pub(crate) fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*taken)
}

/// `size ‖ hash ‖ root ‖ time`, the time in microseconds, absent in the ledger without entries.
pub(crate) fn head_to_bytes(head: &Head) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(8 + 32 + 32 + 8);
    bytes.extend_from_slice(&head.size.get().to_be_bytes());
    bytes.extend_from_slice(head.hash.as_bytes());
    bytes.extend_from_slice(head.root.as_bytes());
    if let Some(time) = head.time {
        bytes.extend_from_slice(&time.micros().to_be_bytes());
    }
    bytes
}

/// Reads what [`head_to_bytes`] wrote.
pub(crate) fn head(mut bytes: &[u8]) -> Option<Head> {
    let rest = &mut bytes;
    let size = Size::new(u64::from_be_bytes(take(rest)?));
    let hash = EntryHash::from_bytes(take(rest)?);
    let root = Hash::from_bytes(take(rest)?);
    let time = match rest.len() {
        0 => None,
        _ => Some(Timestamp::from_micros(i64::from_be_bytes(take(rest)?))?),
    };
    let whole = rest.is_empty() && time.is_none() == size.is_zero();
    whole.then_some(Head {
        size,
        hash,
        time,
        root,
    })
}

/// `generation ‖ stream sequence ‖ epoch`.
pub(crate) fn position_to_bytes(position: &Position) -> [u8; 20] {
    let mut bytes = [0; 20];
    bytes[..4].copy_from_slice(&position.generation.to_be_bytes());
    bytes[4..12].copy_from_slice(&position.stream_sequence.to_be_bytes());
    bytes[12..].copy_from_slice(&position.epoch.to_be_bytes());
    bytes
}

/// Reads what [`position_to_bytes`] wrote.
pub(crate) fn position(mut bytes: &[u8]) -> Option<Position> {
    let rest = &mut bytes;
    let position = Position {
        generation: u32::from_be_bytes(take(rest)?),
        stream_sequence: u64::from_be_bytes(take(rest)?),
        epoch: u64::from_be_bytes(take(rest)?),
    };
    rest.is_empty().then_some(position)
}

/// `count ‖ epoch`: what a block boundary's key doesn't say.
pub(crate) fn block_to_bytes(count: u32, epoch: u64) -> [u8; 12] {
    let mut bytes = [0; 12];
    bytes[..4].copy_from_slice(&count.to_be_bytes());
    bytes[4..].copy_from_slice(&epoch.to_be_bytes());
    bytes
}

/// Reads what [`block_to_bytes`] wrote.
pub(crate) fn block(mut bytes: &[u8]) -> Option<(u32, u64)> {
    let rest = &mut bytes;
    let parts = (
        u32::from_be_bytes(take(rest)?),
        u64::from_be_bytes(take(rest)?),
    );
    rest.is_empty().then_some(parts)
}

/// `sequence ‖ hash` of a dossier's entry: the hash stands here too, so that a chain is checked without its entries.
pub(crate) fn dossier_to_bytes(seq: Sequence, hash: EntryHash) -> [u8; 40] {
    let mut bytes = [0; 40];
    bytes[..8].copy_from_slice(&seq.get().to_be_bytes());
    bytes[8..].copy_from_slice(hash.as_bytes());
    bytes
}

/// Reads what [`dossier_to_bytes`] wrote.
pub(crate) fn dossier(mut bytes: &[u8]) -> Option<(Sequence, EntryHash)> {
    let rest = &mut bytes;
    let seq = Sequence::new(u64::from_be_bytes(take(rest)?));
    let hash = EntryHash::from_bytes(take(rest)?);
    rest.is_empty().then_some((seq, hash))
}

/// The size before a recovery.
pub(crate) fn recovery_to_bytes(until: Size) -> [u8; 8] {
    until.get().to_be_bytes()
}

/// Reads what [`recovery_to_bytes`] wrote.
pub(crate) fn recovery(bytes: &[u8]) -> Option<Size> {
    Some(Size::new(u64::from_be_bytes(bytes.try_into().ok()?)))
}

/// `size ‖ root ‖ dossiers`: what an entry says of the dossiers.
pub(crate) fn indexed_to_bytes(index: &IndexHead) -> [u8; 48] {
    let mut bytes = [0; 48];
    bytes[..8].copy_from_slice(&index.size.get().to_be_bytes());
    bytes[8..40].copy_from_slice(index.root.as_bytes());
    bytes[40..].copy_from_slice(&index.dossiers.to_be_bytes());
    bytes
}

/// Reads what [`indexed_to_bytes`] wrote of the entry at `entry`.
pub(crate) fn indexed(mut bytes: &[u8], entry: Sequence) -> Option<IndexHead> {
    let rest = &mut bytes;
    let index = IndexHead {
        size: Size::new(u64::from_be_bytes(take(rest)?)),
        root: Hash::from_bytes(take(rest)?),
        dossiers: u64::from_be_bytes(take(rest)?),
        entry,
    };
    rest.is_empty().then_some(index)
}

/// `entry ‖ size ‖ root ‖ dossiers`: which index the nodes are of.
pub(crate) fn index_head_to_bytes(index: &IndexHead) -> Vec<u8> {
    [
        &index.entry.get().to_be_bytes()[..],
        &indexed_to_bytes(index),
    ]
    .concat()
}

/// Reads what [`index_head_to_bytes`] wrote.
pub(crate) fn index_head(bytes: &[u8]) -> Option<IndexHead> {
    let (entry, rest) = bytes.split_first_chunk()?;
    indexed(rest, Sequence::new(u64::from_be_bytes(*entry)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_back_as_they_were_written_and_never_from_other_lengths() {
        let full = Head {
            size: Size::new(3),
            hash: EntryHash::of(b"x"),
            time: Timestamp::from_micros(1_700_000_000_000_001),
            root: Hash::from_bytes([7; 32]),
        };
        for written in [Head::EMPTY, full] {
            let bytes = head_to_bytes(&written);
            assert_eq!(head(&bytes), Some(written));
            assert_eq!(head(&bytes[1..]), None);
            assert_eq!(head(&[&bytes[..], &[0]].concat()), None);
        }
        let at = Position {
            generation: 1,
            stream_sequence: 2,
            epoch: 3,
        };
        assert_eq!(position(&position_to_bytes(&at)), Some(at));
        assert_eq!(position(&position_to_bytes(&at)[1..]), None);
        assert_eq!(block(&block_to_bytes(4, 5)), Some((4, 5)));
        assert_eq!(block(&[0; 13]), None);
        let link = (Sequence::new(9), EntryHash::of(b"y"));
        assert_eq!(dossier(&dossier_to_bytes(link.0, link.1)), Some(link));
        assert_eq!(dossier(&[0; 41]), None);
        let index = IndexHead {
            size: Size::new(3),
            root: Hash::from_bytes([9; 32]),
            dossiers: 2,
            entry: Sequence::new(5),
        };
        assert_eq!(index_head(&index_head_to_bytes(&index)), Some(index));
        assert_eq!(index_head(&index_head_to_bytes(&index)[1..]), None);
        assert_eq!(
            recovery(&recovery_to_bytes(Size::new(4))),
            Some(Size::new(4))
        );
    }
}
