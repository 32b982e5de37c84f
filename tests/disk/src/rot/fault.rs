//! Faults: what is done to the bytes of a file.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use fastrand::Rng;

/// Bytes of a chunk: the position classes are counted in these, or in quarters of a smaller file.
const CHUNK: u64 = 4096;

/// What is done to a file.
#[derive(Clone, Debug)]
pub enum Damage {
    /// One bit is the other way round.
    Flip {
        /// In which byte.
        at: u64,
        /// Which bit, 0 to 7.
        bit: u8,
    },
    /// The file ends here.
    Cut {
        /// Bytes that stay.
        to: u64,
    },
    /// Two 4-KiB blocks have changed places.
    Swap {
        /// One.
        a: u64,
        /// The other.
        b: u64,
    },
    /// The file has other bytes: an older copy, or those of another file.
    Other {
        /// What they are.
        what: &'static str,
        /// They.
        bytes: Vec<u8>,
    },
    /// It is gone; a folder with everything in it.
    Gone,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flip { at, bit } => write!(f, "bit {bit} of byte {at} flipped"),
            Self::Cut { to } => write!(f, "cut to {to} bytes"),
            Self::Swap { a, b } => write!(f, "blocks {a} and {b} swapped"),
            Self::Other { what, .. } => write!(f, "replaced by {what}"),
            Self::Gone => f.write_str("gone"),
        }
    }
}

/// Which file, and what is done to it.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Relative to the fixture's folder.
    pub file: PathBuf,
    /// What is done.
    pub damage: Damage,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file.display(), self.damage)
    }
}

impl Fault {
    /// A bit flip in the file, of `length` bytes, in a position class: first chunk, anywhere, second-to-last, last.
    #[must_use]
    pub fn flip(file: &Path, length: u64, class: usize, random: &mut Rng) -> Self {
        let chunk = CHUNK.min(length.div_ceil(4)).max(1);
        let last = (length - 1) / chunk;
        let (from, to) = match class % 4 {
            0 => (0, chunk),
            1 => (0, length),
            2 => (last.saturating_sub(1) * chunk, last.max(1) * chunk),
            _ => (last * chunk, length),
        };
        let damage = Damage::Flip {
            at: random.u64(from..to.min(length).max(from + 1)),
            bit: random.u8(0..8),
        };
        Self {
            file: file.to_owned(),
            damage,
        }
    }

    /// Does it to the copy in `folder`.
    ///
    /// # Panics
    /// If the file can't be changed.
    pub fn inflict(&self, folder: &Path) {
        let path = folder.join(&self.file);
        let read = || fs::read(&path).expect("a file of the copy");
        let write = |bytes: &[u8]| fs::write(&path, bytes).expect("a file of the copy");
        match &self.damage {
            Damage::Flip { at, bit } => {
                let mut bytes = read();
                bytes[usize::try_from(*at).expect("a small file")] ^= 1 << bit;
                write(&bytes);
            }
            Damage::Cut { to } => write(&read()[..usize::try_from(*to).expect("a small file")]),
            Damage::Swap { a, b } => {
                let mut bytes = read();
                let block = usize::try_from(CHUNK).expect("4096");
                let (a, b) = (
                    usize::try_from(*a).expect("few"),
                    usize::try_from(*b).expect("few"),
                );
                for byte in 0..block {
                    bytes.swap(a * block + byte, b * block + byte);
                }
                write(&bytes);
            }
            Damage::Other { bytes, .. } => write(bytes),
            Damage::Gone if path.is_dir() => {
                fs::remove_dir_all(&path).expect("a folder of the copy")
            }
            Damage::Gone => fs::remove_file(&path).expect("a file of the copy"),
        }
    }
}
