//! Opening the mark, and comparing what head file and mark know with the ledger.
//!
//! Known to have had `h` entries, the last with hash `x`, a ledger with `n` entries stands to that in one of four ways:
//! - it *agrees*: `h ≤ n` and entry `h − 1` has hash `x`;
//! - it is *behind*: `h > n`. The rest comes from the log stream, or it is lost;
//! - it is *excused*: a recovery, recorded after the mark was last written, says that entry `h − 1` is lost;
//! - it *contradicts* it: another ledger, or another history.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use cinnabar_events::{Entry, EntryHash, Payload, Sequence};
use cinnabar_tlog::Size;

use crate::error::{Damage, Inconsistency, OpenError, StoreError};
use crate::head_file::{HeadFile, Reading, Sighting};
use crate::keys::{self, IndexKey};
use crate::open::{file_error, newer_file, sync_dir};
use crate::store::Store;
use crate::types::{Head, HighWater, OpenOptions, Recovery};
use crate::value;

/// The mark, open.
pub(crate) struct OpenMark {
    pub(crate) path: PathBuf,
    pub(crate) file: HeadFile,
    pub(crate) sighting: Sighting,
}

/// Opens the mark that `options` name. It is made if the ledger has `nothing` yet, or if that is allowed.
pub(crate) fn open(
    dir: &Path,
    options: &OpenOptions,
    nothing: bool,
) -> Result<Option<OpenMark>, OpenError> {
    let Some(path) = options.mark.as_deref() else {
        return Ok(None);
    };
    let folder = folder_of(path)?;
    if folder.starts_with(fs::canonicalize(dir).map_err(file_error(dir))?) {
        return Err(OpenError::MarkInside(path.to_owned()));
    }
    let (file, reading) = match HeadFile::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if !nothing && !options.mark_may_be_new {
                return Err(OpenError::MarkMissing(path.to_owned()));
            }
            create(path, &folder)?;
            HeadFile::open(path).map_err(file_error(path))?
        }
        other => other.map_err(file_error(path))?,
    };
    if !file.lock().map_err(file_error(path))? {
        return Err(OpenError::MarkInUse(path.to_owned()));
    }
    match reading {
        Reading::Newest(sighting) => Ok(Some(OpenMark {
            path: path.to_owned(),
            file,
            sighting,
        })),
        Reading::Damaged => Err(OpenError::MarkDamaged(path.to_owned())),
        Reading::Newer(found) => Err(newer_file(path, found)),
    }
}

/// The folder that the mark lies in, made if it isn't there, without links.
fn folder_of(path: &Path) -> Result<PathBuf, OpenError> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        Some(_) | None => Path::new("."),
    };
    fs::create_dir_all(folder).map_err(file_error(folder))?;
    fs::canonicalize(folder).map_err(file_error(folder))
}

/// Makes the mark by one rename, so that half of one is never there.
fn create(path: &Path, folder: &Path) -> Result<(), OpenError> {
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".new");
    let unfinished = PathBuf::from(unfinished);
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(file_error(&unfinished)(error));
        }
        Ok(()) | Err(_) => {}
    }
    HeadFile::create(&unfinished).map_err(file_error(&unfinished))?;
    fs::rename(&unfinished, path).map_err(file_error(path))?;
    sync_dir(folder)
}

/// How the ledger stands to what was known.
enum Standing {
    Agrees,
    Behind,
    Excused,
    Contradicts { found: EntryHash },
}

impl Store {
    /// The recoveries on the ledger, in order; at most [`MAX_LISTING`](crate::MAX_LISTING).
    ///
    /// # Errors
    /// If the database can't be read.
    pub fn recoveries(&self) -> Result<Vec<Recovery>, StoreError> {
        let next = self.head().next();
        let (start, end) = ([IndexKey::Recovery as u8], [IndexKey::Recovery as u8 + 1]);
        let mut rows = self.listing(&start, &end, crate::MAX_LISTING, |key, bytes| {
            let from = keys::sequence_of(IndexKey::Recovery, key);
            let both = from.zip(value::recovery(bytes));
            both.map(|(from, until)| Recovery { from, until })
                .ok_or(Damage::Form("recovery"))
        })?;
        rows.retain(|recovery| recovery.from < next);
        Ok(rows)
    }

    /// Compares head file and mark with the ledger. What is excused is written anew, by the next block at the latest.
    pub(crate) fn check_sightings(&self) -> Result<(), OpenError> {
        let recoveries = self.recoveries()?;
        let (head, high_water, mark) = {
            let mut state = self.state();
            state.recoveries = recoveries.len() as u64;
            (state.head, state.high_water, state.mark.clone())
        };
        let now = HighWater {
            size: head.size,
            hash: head.hash,
            recoveries: recoveries.len() as u64,
        };
        match self.standing(&high_water, &recoveries)? {
            Standing::Agrees | Standing::Behind => {}
            Standing::Excused => self.state().high_water = now,
            Standing::Contradicts { found } => {
                return Err(Damage::HighWater {
                    size: high_water.size,
                    recorded: high_water.hash,
                    found,
                }
                .into());
            }
        }
        let Some((path, sighting)) = mark else {
            return Ok(());
        };
        match self.standing(&sighting.high_water, &recoveries)? {
            Standing::Agrees | Standing::Behind => {}
            Standing::Excused => {
                let sighting = Sighting {
                    high_water: now,
                    checkpoint: None,
                };
                self.state().mark = Some((path, sighting));
            }
            Standing::Contradicts { found } => {
                return Err(OpenError::MarkContradicts {
                    path: path.to_path_buf(),
                    size: sighting.high_water.size,
                    recorded: sighting.high_water.hash,
                    found,
                });
            }
        }
        Ok(())
    }

    fn standing(&self, known: &HighWater, recoveries: &[Recovery]) -> Result<Standing, StoreError> {
        let head = self.head();
        if known.size <= head.size {
            let found = self.hash_at(known.size)?;
            if found == known.hash {
                return Ok(Standing::Agrees);
            }
            return Ok(match is_excused(known, recoveries) {
                true => Standing::Excused,
                false => Standing::Contradicts { found },
            });
        }
        Ok(match is_excused(known, recoveries) {
            true => Standing::Excused,
            false => Standing::Behind,
        })
    }
}

/// Whether one of the ledger's `recoveries` (all of them, in order) that came after `known` says that it is lost.
pub(crate) fn is_excused(known: &HighWater, recoveries: &[Recovery]) -> bool {
    let before = usize::try_from(known.recoveries).unwrap_or(usize::MAX);
    let later = recoveries.iter().skip(before);
    later
        .into_iter()
        .any(|recovery| recovery.explains(known.size))
}

/// The recovery that an entry declares, if it does.
pub(crate) fn declared(entry: &Entry) -> Option<Recovery> {
    let Payload::LedgerRecovered(recovered) = &entry.statement().payload else {
        return None;
    };
    Some(Recovery {
        from: entry.seq(),
        until: Size::new(recovered.lost_until),
    })
}

/// Whether a block may be applied, as far as `known` tells, where the ledger stands at `before` and had `recoveries` of them.
///
/// Where the block passes what was known, the entry there must be the one that was known, unless a recovery in the block
/// says that it is lost. A recovery must name all that was known.
pub(crate) fn passes(
    known: &HighWater,
    before: &Head,
    recoveries: u64,
    entries: &[Entry],
) -> Result<(), Inconsistency> {
    let declared = entries.iter().filter_map(declared).zip(recoveries..);
    let mut later = declared.filter(|(recovery, number)| {
        // Only what lies beyond the recovery's own place can be lost by it.
        *number >= known.recoveries && known.size.get() > recovery.from.get()
    });
    if let Some((recovery, _)) = later.next() {
        return match recovery.explains(known.size) {
            true => Ok(()),
            false => Err(Inconsistency::Recovery {
                until: recovery.until,
                known: known.size,
            }),
        };
    }
    let place = known.size.get().checked_sub(before.size.get() + 1);
    let entry = place.and_then(|place| entries.get(usize::try_from(place).ok()?));
    match entry {
        Some(entry) if entry.hash() != known.hash => Err(Inconsistency::HighWater {
            at: Sequence::new(known.size.get() - 1),
            known: known.hash,
            found: entry.hash(),
        }),
        Some(_) | None => Ok(()),
    }
}
