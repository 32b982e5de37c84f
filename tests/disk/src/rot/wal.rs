//! Where the records of a write-ahead log or a MANIFEST of RocksDB begin and end: both have one format.
//!
//! Blocks of 32 KiB; in each, fragments: `CRC (4) ‖ length (2) ‖ type (1)`, for recycled logs `‖ log number (4)`, then the bytes. A
//! record is one full fragment, or a first, some in the middle and a last one. Less than a header at a block's end is zeros.

/// Bytes of a block.
const BLOCK: usize = 32 * 1024;
/// Bytes of a fragment's header; of a recycled log's.
const HEADER: (usize, usize) = (7, 11);

/// From where to where each record goes, in bytes.
#[must_use]
pub fn records(bytes: &[u8]) -> Vec<(usize, usize)> {
    let (mut found, mut at, mut begun) = (Vec::new(), 0, 0);
    while at + HEADER.0 <= bytes.len() {
        let left = BLOCK - at % BLOCK;
        if left < HEADER.0 {
            at += left;
            continue;
        }
        let length = usize::from(u16::from_le_bytes([bytes[at + 4], bytes[at + 5]]));
        let kind = bytes[at + 6];
        let header = match kind {
            5..=8 => HEADER.1,
            _ => HEADER.0,
        };
        let end = at + header + length;
        if kind == 0 || end > bytes.len() {
            break;
        }
        match kind {
            1 | 5 => found.push((at, end)),
            2 | 6 => begun = at,
            4 | 8 => found.push((begun, end)),
            _ => {}
        }
        at = end;
    }
    found
}
