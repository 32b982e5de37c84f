//! The right edge of a tree: enough to append and to know the root, and nothing else.

use super::reader::{HashReader, ReadError, hashes, read_tile};
use crate::hash::{EMPTY_ROOT, HASH_BYTES, Hash, node_hash};
use crate::size::{MAX_TREE_SIZE, Size};
use crate::tile::{MAX_TILE_LEVEL, TileId};

/// First byte of a serialised frontier. Another meaning of the bytes needs another number.
const FORMAT_VERSION: u8 = 1;
/// Version byte and big-endian size.
const HEADER_BYTES: usize = 1 + size_of::<u64>();

/// The roots of the complete subtrees that a tree consists of, largest first: one for every 1 bit of the size.
///
/// It takes at most 63 hashes whatever the size, and is all that a reader of a stream of entries has to remember
/// in order to know the root after each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: Size,
    subtrees: Vec<Hash>,
}

/// Why bytes are not a frontier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrontierError {
    /// Written in a form that this code does not know.
    #[error("frontier of version {0}, expected {FORMAT_VERSION}")]
    Version(u8),
    /// Cut off, or followed by something.
    #[error("frontier of {found} bytes where {expected} must be")]
    Length {
        /// Bytes that the size asks for.
        expected: usize,
        /// Bytes there are.
        found: usize,
    },
    /// Larger than [`MAX_TREE_SIZE`].
    #[error("frontier of size {0}, the largest tree has {MAX_TREE_SIZE}")]
    Size(Size),
}

impl Frontier {
    /// The edge of the tree without leaves.
    pub const fn empty() -> Self {
        Self {
            size: Size::ZERO,
            subtrees: Vec::new(),
        }
    }

    /// The edge of the tree at `size`, from at most one tile of each level.
    pub fn from_reader<R: HashReader>(size: Size, reader: &R) -> Result<Self, ReadError<R::Error>> {
        let mut subtrees = Vec::new();
        for level in (0..=MAX_TILE_LEVEL).rev() {
            let beyond = size.get() >> (8 * u32::from(level));
            // Only a tile that is not full adds subtrees: a full one is one hash of the level above.
            if beyond & 0xff == 0 {
                continue;
            }
            let tile = TileId::new(level, beyond >> 8).expect("a tile below a 64-bit size");
            let width = tile.width_at(size).expect("the low byte is not zero");
            let bytes = read_tile(reader, tile, width)?;
            push_complete_subtrees(&mut subtrees, hashes(&bytes).collect());
        }
        Ok(Self { size, subtrees })
    }

    /// Appends the hash of the next leaf.
    pub fn push(&mut self, leaf: Hash) {
        self.push_with(leaf, |_, _| {});
    }

    /// Appends the hash of the next leaf and reports every hash that tiles keep and that is now known: the leaf itself
    /// as level 0, then the root of each complete subtree of 256^level leaves that it closes, in rising order.
    pub fn push_with(&mut self, leaf: Hash, mut stored: impl FnMut(u8, Hash)) {
        stored(0, leaf);
        let mut hash = leaf;
        // The trailing 1 bits of the size are the complete subtrees that the leaf merges with.
        for height in 1..=self.size.get().trailing_ones() {
            let left = self.subtrees.pop().expect("one subtree per 1 bit of size");
            hash = node_hash(&left, &hash);
            if height.is_multiple_of(8) {
                stored(u8::try_from(height / 8).expect("height is below 64"), hash);
            }
        }
        self.subtrees.push(hash);
        let size = self.size.get().checked_add(1);
        self.size = Size::new(size.expect("nobody can append 2^63 leaves"));
    }

    /// Number of leaves appended.
    pub const fn size(&self) -> Size {
        self.size
    }

    /// The root of the tree, `MTH(D[0:size])`: the subtrees joined from the right.
    pub fn root(&self) -> Hash {
        self.subtrees
            .iter()
            .copied()
            .rev()
            .reduce(|right, left| node_hash(&left, &right))
            .unwrap_or(EMPTY_ROOT)
    }

    /// Version byte, size (8 bytes, big-endian), then the subtrees, largest first.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER_BYTES + self.subtrees.len() * HASH_BYTES);
        bytes.push(FORMAT_VERSION);
        bytes.extend_from_slice(&self.size.get().to_be_bytes());
        for hash in &self.subtrees {
            bytes.extend_from_slice(hash.as_bytes());
        }
        bytes
    }

    /// Reads what [`Self::to_bytes`] wrote. It says nothing about whether the hashes are right: compare the root.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FrontierError> {
        let cut = FrontierError::Length {
            expected: HEADER_BYTES,
            found: bytes.len(),
        };
        let (version, rest) = bytes.split_first().ok_or(cut)?;
        if *version != FORMAT_VERSION {
            return Err(FrontierError::Version(*version));
        }
        let (size, rest) = rest.split_first_chunk().ok_or(cut)?;
        let size = Size::new(u64::from_be_bytes(*size));
        if size > MAX_TREE_SIZE {
            return Err(FrontierError::Size(size));
        }
        let count = size.get().count_ones() as usize;
        if rest.len() != count * HASH_BYTES {
            let (expected, found) = (HEADER_BYTES + count * HASH_BYTES, bytes.len());
            return Err(FrontierError::Length { expected, found });
        }
        let subtrees = hashes(rest).collect();
        Ok(Self { size, subtrees })
    }
}

/// The roots of the complete subtrees over `row`, largest first: one for every 1 bit of its length.
fn push_complete_subtrees(subtrees: &mut Vec<Hash>, row: Vec<Hash>) {
    let mut rest = &row[..];
    while !rest.is_empty() {
        let (complete, after) = rest.split_at(1 << rest.len().ilog2());
        let mut level = complete.to_vec();
        while level.len() > 1 {
            level = level
                .chunks_exact(2)
                .map(|pair| node_hash(&pair[0], &pair[1]))
                .collect();
        }
        subtrees.extend(level);
        rest = after;
    }
}
