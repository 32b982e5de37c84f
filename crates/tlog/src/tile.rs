//! Tiles: 256 hashes of one level side by side, their names and their width at a size (tlog-tiles).

use std::fmt;
use std::str::FromStr;

use crate::encoding::decimal;
use crate::size::Size;

/// Hashes in a full tile, and entries in a full bundle: tile height 8, so 2^8.
pub const TILE_WIDTH: u16 = 256;

/// Highest tile level that a tree of at most 2^64 − 1 leaves can have: 256^8 leaves do not exist.
/// The specification's grammar runs to 63; a name above 7 names nothing, so it is refused with the malformed ones.
pub const MAX_TILE_LEVEL: u8 = 7;

/// Longest tile path: `tile/entries/` 13, six groups of `xNNN/` 30, `.p/255` 6 bytes; rounded up.
pub const MAX_TILE_PATH_BYTES: usize = 64;

/// How many hashes (or entries) of a tile (or bundle) there are: 1 to 256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileWidth(u16);

impl TileWidth {
    /// The width of a full tile.
    pub const FULL: Self = Self(TILE_WIDTH);

    /// A width, if it is one: 1 to 256.
    pub const fn new(width: u16) -> Option<Self> {
        match width {
            1..=TILE_WIDTH => Some(Self(width)),
            _ => None,
        }
    }

    /// The number of hashes or entries.
    pub const fn get(self) -> u16 {
        self.0
    }

    /// The number of hashes or entries, to count with.
    pub const fn as_usize(self) -> usize {
        self.0 as usize
    }

    /// Whether nothing can be added any more.
    pub const fn is_full(self) -> bool {
        self.0 == TILE_WIDTH
    }

    /// What a tile that starts at `start` holds of `total` items.
    fn of(start: u64, total: u64) -> Option<Self> {
        let width = total.saturating_sub(start).min(u64::from(TILE_WIDTH));
        Self::new(u16::try_from(width).expect("at most 256"))
    }
}

/// Which hash tile: hash `i` of tile `(level, index)` is
/// `MTH(D[(index·256 + i)·256^level : (index·256 + i + 1)·256^level])`. Ordered by level, then index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    level: u8,
    index: u64,
}

/// Why there is no such tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TileIdError {
    /// Above [`MAX_TILE_LEVEL`].
    #[error("tile level {0} is above {MAX_TILE_LEVEL}")]
    Level(u8),
    /// Beyond the last leaf that a 64-bit index can name.
    #[error("tile index {index} is beyond the last tile of level {level}")]
    Index {
        /// Level of the tile.
        level: u8,
        /// The index that is too high.
        index: u64,
    },
}

impl TileId {
    /// The tile, if leaves under it can be numbered with 64 bits: `index < 2^(56 − 8·level)`.
    pub const fn new(level: u8, index: u64) -> Result<Self, TileIdError> {
        if level > MAX_TILE_LEVEL {
            return Err(TileIdError::Level(level));
        }
        if index >> (56 - 8 * level as u32) != 0 {
            return Err(TileIdError::Index { level, index });
        }
        Ok(Self { level, index })
    }

    /// The level: 0 holds leaf hashes.
    pub const fn level(self) -> u8 {
        self.level
    }

    /// The position among the tiles of its level, from 0.
    pub const fn index(self) -> u64 {
        self.index
    }

    /// How many hashes the tile has in a tree of this size: `floor(size / 256^level) − 256·index`, at most 256.
    /// None where it has none: empty tiles do not exist.
    pub fn width_at(self, size: Size) -> Option<TileWidth> {
        TileWidth::of(
            self.index * u64::from(TILE_WIDTH),
            size.get() >> (8 * u32::from(self.level)),
        )
    }
}

/// How many entries bundle `index` has in a tree of this size; none where it has none.
pub fn bundle_width_at(index: u64, size: Size) -> Option<TileWidth> {
    TileWidth::of(index.checked_mul(u64::from(TILE_WIDTH))?, size.get())
}

/// The path of a hash tile or an entry bundle below the log's prefix: `tile/<L>/<N>[.p/<W>]` or
/// `tile/entries/<N>[.p/<W>]`. Reading is strict: each resource has one spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TilePath {
    /// `width` hashes of a tile.
    Hashes {
        /// Which tile.
        tile: TileId,
        /// How many of its hashes, from the left.
        width: TileWidth,
    },
    /// `width` entries of a bundle.
    Entries {
        /// Position of the bundle: its first entry is `256 · index`.
        index: u64,
        /// How many of its entries, from the left.
        width: TileWidth,
    },
}

/// Why a path names no tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TilePathError {
    /// Longer than any tile path.
    #[error("path of {0} bytes, the longest tile path has at most {MAX_TILE_PATH_BYTES}")]
    TooLong(usize),
    /// Does not start with `tile/<level>/` or `tile/entries/`.
    #[error("not a tile path: expected tile/<level>/<index> or tile/entries/<index>")]
    Shape,
    /// The level is not decimal 0 to [`MAX_TILE_LEVEL`] without leading zero.
    #[error("tile level is not a decimal from 0 to {MAX_TILE_LEVEL} without leading zero")]
    Level,
    /// The index is not in groups of three digits, all but the last with `x`, or is not the shortest spelling.
    #[error("tile index is not in its one spelling of three-digit groups such as x001/x234/067")]
    Index,
    /// The index is beyond the last leaf that 64 bits can name.
    #[error("tile index is beyond the last tile of its level")]
    IndexTooLarge,
    /// The width after `.p/` is not decimal 1 to 255 without leading zero.
    #[error("partial width is not a decimal from 1 to 255 without leading zero")]
    Width,
}

impl TilePath {
    /// How many hashes or entries are asked for.
    pub const fn width(self) -> TileWidth {
        match self {
            Self::Hashes { width, .. } | Self::Entries { width, .. } => width,
        }
    }

    /// Whether a tree of this size has all that is asked for. What lies beyond must not be served: no checkpoint covers it.
    pub fn exists_at(self, size: Size) -> bool {
        let there = match self {
            Self::Hashes { tile, .. } => tile.width_at(size),
            Self::Entries { index, .. } => bundle_width_at(index, size),
        };
        there.is_some_and(|there| self.width() <= there)
    }

    /// Every resource that a log of this size must serve: all full tiles and bundles, and the partial one at each right edge.
    pub fn all_at(size: Size) -> impl Iterator<Item = Self> {
        let hashes = (0..=MAX_TILE_LEVEL).flat_map(move |level| {
            (0..)
                .map_while(move |index| TileId::new(level, index).ok())
                .map_while(move |tile| {
                    let width = tile.width_at(size)?;
                    Some(Self::Hashes { tile, width })
                })
        });
        let entries = (0..).map_while(move |index| {
            let width = bundle_width_at(index, size)?;
            Some(Self::Entries { index, width })
        });
        hashes.chain(entries)
    }

    /// Reads a path (no leading slash).
    pub fn parse(path: &str) -> Result<Self, TilePathError> {
        if path.len() > MAX_TILE_PATH_BYTES {
            return Err(TilePathError::TooLong(path.len()));
        }
        let rest = path.strip_prefix("tile/").ok_or(TilePathError::Shape)?;
        let (kind, rest) = rest.split_once('/').ok_or(TilePathError::Shape)?;
        let (index, width) = match rest.split_once(".p/") {
            Some((index, width)) => (index, parse_partial_width(width)?),
            None => (rest, TileWidth::FULL),
        };
        if kind == "entries" {
            let index = parse_index(index)?;
            return match TileId::new(0, index) {
                Ok(_) => Ok(Self::Entries { index, width }),
                Err(_) => Err(TilePathError::IndexTooLarge),
            };
        }
        let level = decimal(kind)
            .and_then(|level| u8::try_from(level).ok())
            .filter(|level| *level <= MAX_TILE_LEVEL)
            .ok_or(TilePathError::Level)?;
        let tile =
            TileId::new(level, parse_index(index)?).map_err(|_| TilePathError::IndexTooLarge)?;
        Ok(Self::Hashes { tile, width })
    }
}

fn parse_partial_width(text: &str) -> Result<TileWidth, TilePathError> {
    decimal(text)
        .and_then(|width| u16::try_from(width).ok())
        .and_then(TileWidth::new)
        .filter(|width| !width.is_full())
        .ok_or(TilePathError::Width)
}

/// `x001/x234/067` → 1234067.
fn parse_index(text: &str) -> Result<u64, TilePathError> {
    let mut index = 0_u64;
    let mut groups = text.split('/').peekable();
    let mut first = true;
    while let Some(group) = groups.next() {
        let digits = match groups.peek() {
            Some(_) => group.strip_prefix('x').ok_or(TilePathError::Index)?,
            None => group,
        };
        let three_digits = digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit());
        let superfluous = first && groups.peek().is_some() && digits == "000";
        if !three_digits || superfluous {
            return Err(TilePathError::Index);
        }
        let value: u64 = digits.parse().map_err(|_| TilePathError::Index)?;
        index = index
            .checked_mul(1000)
            .and_then(|shifted| shifted.checked_add(value))
            .ok_or(TilePathError::IndexTooLarge)?;
        first = false;
    }
    Ok(index)
}

fn write_index(f: &mut fmt::Formatter<'_>, index: u64) -> fmt::Result {
    if index >= 1000 {
        write_leading_groups(f, index / 1000)?;
    }
    write!(f, "{:03}", index % 1000)
}

/// At most seven groups deep: a u64 has twenty digits.
fn write_leading_groups(f: &mut fmt::Formatter<'_>, index: u64) -> fmt::Result {
    if index >= 1000 {
        write_leading_groups(f, index / 1000)?;
    }
    write!(f, "x{:03}/", index % 1000)
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hashes { tile, .. } => {
                write!(f, "tile/{}/", tile.level)?;
                write_index(f, tile.index)?;
            }
            Self::Entries { index, .. } => {
                f.write_str("tile/entries/")?;
                write_index(f, *index)?;
            }
        }
        if self.width().is_full() {
            return Ok(());
        }
        write!(f, ".p/{}", self.width().get())
    }
}

impl FromStr for TilePath {
    type Err = TilePathError;

    fn from_str(path: &str) -> Result<Self, TilePathError> {
        Self::parse(path)
    }
}
