//! What somebody holds, found on the disk or behind an address.

use std::borrow::Cow;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use cinnabar_evidence::{Consistency, Exhibit, MAX_BUNDLE_BYTES};
use cinnabar_tlog::{
    Checkpoint, HashReader, MAX_ENTRY_BYTES, MAX_NOTE_BYTES, Note, Size, TILE_WIDTH, TileId,
    TileWidth, TlogProof,
};

use super::{Answer, read, reasons};
use crate::pass::{self, FirstLeaves};
use crate::source::Entries;
use crate::tiles::{TileLog, Unavailable};

/// By how it begins one tells what a file is.
const BUNDLE: &[u8] = b"{\"checkpoint\":";
const RECEIPT: &[u8] = b"{\"entry\":";
const PROOF: &[u8] = b"c2sp.org/tlog-proof@";

/// One side of a comparison.
pub(super) enum Held {
    /// It is small, and was read.
    Read(Exhibit<'static>),
    /// A whole ledger, with its checkpoint, which is read when it is compared.
    Whole(Note, Entries),
}

impl Held {
    /// Finds it: a file of any sort, a directory, or the address of a log, of which the checkpoint is what is held.
    pub(super) fn find(what: &str) -> Result<Self, Answer> {
        let path = Path::new(what);
        if pass::is_url(what) || path.is_dir() {
            let found = pass::find(what).map_err(|error| unusable(what, &error))?;
            return Self::of_ledger(what, found);
        }
        match beginning(path).map_err(|error| unusable(what, &error))? {
            begins if begins.starts_with(PROOF) => Self::proof(path),
            begins if begins.starts_with(BUNDLE) || begins.starts_with(RECEIPT) => {
                Self::document(path, MAX_BUNDLE_BYTES)
            }
            begins if begins.starts_with(b"{") => {
                let found = pass::find(what).map_err(|error| unusable(what, &error))?;
                Self::of_ledger(what, found)
            }
            _ => Self::document(path, MAX_NOTE_BYTES),
        }
    }

    fn document(path: &Path, limit: usize) -> Result<Self, Answer> {
        let exhibit = Exhibit::parse(&read(path, limit)?);
        exhibit
            .map(Self::Read)
            .map_err(|error| nothing(path, &error))
    }

    /// The entry that a tlog-proof is for stands beside it.
    fn proof(path: &Path) -> Result<Self, Answer> {
        let bytes = read(path, MAX_NOTE_BYTES + MAX_ENTRY_BYTES)?;
        let proof = TlogProof::parse(&bytes).map_err(|error| nothing(path, &error))?;
        let entry = read(&beside(path), MAX_ENTRY_BYTES)?;
        Ok(Self::Read(Exhibit::proof(entry_bytes(&entry), proof)))
    }

    fn of_ledger(what: &str, found: pass::Found) -> Result<Self, Answer> {
        let note = match (&found.checkpoint, &found.entries) {
            (Some(path), _) => read(path, MAX_NOTE_BYTES)?,
            (None, Entries::Tiles(log)) => {
                log.checkpoint().map_err(|error| unusable(what, &error))?
            }
            (None, Entries::Export(_)) => {
                return Err(Answer::undecided("an export without checkpoint"));
            }
        };
        let note = Note::parse(&note).map_err(|error| unusable(what, &error))?;
        let local = found.entries.is_local();
        Ok(match local {
            true => Self::Whole(note, found.entries),
            false => Self::Read(Exhibit::Checkpoint(note)),
        })
    }

    /// How many entries the checkpoint of a whole ledger speaks of; its signature is verified elsewhere.
    fn size(&self) -> u64 {
        match self {
            Self::Whole(note, _) => {
                Checkpoint::parse(note.text()).map_or(0, |checkpoint| checkpoint.size.get())
            }
            Self::Read(_) => 0,
        }
    }

    /// Its leaves, if it is a whole ledger.
    pub(super) fn leaves(&self) -> Option<FirstLeaves<'_>> {
        match self {
            Self::Read(_) => None,
            Self::Whole(_, entries) => Some(FirstLeaves {
                entries,
                size: self.size(),
            }),
        }
    }

    /// What is compared.
    pub(super) fn exhibit<'l>(&self, leaves: Option<&'l FirstLeaves<'l>>) -> Exhibit<'l> {
        match (self, leaves) {
            (Self::Whole(note, _), Some(leaves)) => Exhibit::export(note.clone(), leaves),
            (Self::Whole(note, _), None) => Exhibit::Checkpoint(note.clone()),
            (Self::Read(exhibit), _) => exhibit.clone(),
        }
    }
}

/// Which root the log at `from` has at the smaller size, with the proof, from the tiles that it has at the larger one.
pub(super) fn consistency(from: &str, old: u64, new: u64) -> Result<Consistency, String> {
    let log: TileLog = match pass::find(from).map_err(|error| error.to_string())?.entries {
        Entries::Tiles(log) => log,
        Entries::Export(_) => return Err("an export has no tiles".to_owned()),
    };
    let reader = TilesAt { log, size: new };
    Consistency::from_reader(Size::new(old), Size::new(new), &reader)
        .map_err(|error| reasons(&error))
}

/// The tiles of a log as they are at one size: those that were partial at smaller ones may be gone.
struct TilesAt {
    log: TileLog,
    size: u64,
}

impl HashReader for TilesAt {
    type Error = Unavailable;

    fn tile(&self, tile: TileId, width: TileWidth) -> Result<Cow<'_, [u8]>, Unavailable> {
        // A hash at level L is over 256^L leaves.
        let hashes = self.size >> (u32::from(tile.level()) * TILE_WIDTH.ilog2());
        let rest = hashes.saturating_sub(tile.index() * u64::from(TILE_WIDTH));
        let now = u16::try_from(rest.min(u64::from(TILE_WIDTH))).ok();
        let now = now.and_then(TileWidth::new).unwrap_or(width);
        self.log.hashes(tile, now.max(width)).map(Cow::Owned)
    }
}

/// The first bytes of a file, enough to recognise it.
fn beginning(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?
        .take(PROOF.len() as u64)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Where the entry of a tlog-proof is.
pub(super) fn beside(path: &Path) -> PathBuf {
    PathBuf::from(format!("{}.entry", path.display()))
}

/// An entry has no newline within, and editors add one at the end.
pub(super) fn entry_bytes(file: &[u8]) -> &[u8] {
    file.strip_suffix(b"\n").unwrap_or(file)
}

fn unusable(what: &str, error: &(dyn std::error::Error + 'static)) -> Answer {
    Answer::undecided(format_args!("{what}: {}", reasons(error)))
}

fn nothing(path: &Path, error: &(dyn std::error::Error + 'static)) -> Answer {
    let what = path.display();
    Answer::undecided(format_args!("{what} can't be compared: {}", reasons(error)))
}
