//! Copies of a replica, taken while it is written, and the note that a replica was made from one.
//!
//! A copy is a folder that looks as the replica does: RocksDB's files and a head file that says what is in them. It ends
//! with a whole block, because a block is one write. Its tables are links to the replica's own and never change; whoever keeps the
//! copy has to read them out.
//!
//! A replica that was put back from a copy can't know what was recorded after the copy was taken. It says so, by a file beside it,
//! until something proves that nothing is missing or somebody answers for it: see [`Store::restored`].

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use cinnabar_events::{EntryHash, Sequence};
use cinnabar_tlog::Size;
use rocksdb::checkpoint::Checkpoint;
use rocksdb::{DB, Options};

use crate::error::{Damage, OpenError, StoreError};
use crate::head_file::{HeadFile, Sighting};
use crate::keys::{self, Family, IndexKey, Meta};
use crate::open::{
    DATABASE, HEAD, REPLICA, check_format, file_error, meta, newest_checkpoint, sync_dir,
};
use crate::options;
use crate::store::{Store, family_of};
use crate::types::{Head, HighWater, Position};
use crate::value;

/// Where the copy is made that is under way, within the data directory.
const UNDER_WAY: &str = "backup";
/// Says that the replica was put back from a copy, within the data directory.
const RESTORED: &str = "restored";
/// Files of RocksDB that a copy needs not: what it told about itself, its lock, and options, which name folders.
const NOT_COPIED: [&str; 3] = ["LOG", "LOCK", "OPTIONS"];
/// Longest note of a restoration: a size and a hash.
const NOTE_MAX_BYTES: usize = 128;

/// A copy of a replica could not be made.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The head file knows of blocks that the database lost.
    #[error(
        "the database has {found} entries and is known to have had {known}: start the node, so that it reads the rest from the log stream, and take the backup then"
    )]
    Behind {
        /// Entries in the database.
        found: Size,
        /// Entries that the head file knows of.
        known: Size,
    },
    /// The database, or the copy of it, can't be read.
    #[error("the database cannot be copied")]
    Store(#[from] StoreError),
    /// A file can't be written.
    #[error("the copy cannot be written")]
    Files(#[from] OpenError),
}

impl From<rocksdb::Error> for CopyError {
    fn from(source: rocksdb::Error) -> Self {
        Self::Store(source.into())
    }
}

impl From<Damage> for CopyError {
    fn from(source: Damage) -> Self {
        Self::Store(source.into())
    }
}

/// A copy of a replica, in a folder of the data directory. It is removed when this is dropped.
#[derive(Debug)]
pub struct ReplicaCopy {
    /// The folder with `replica` in it.
    folder: PathBuf,
    /// What the ledger ends with in it.
    pub head: Head,
    /// The newest signed checkpoint in it, the whole note.
    pub checkpoint: Option<String>,
    /// Which block of the log stream was the last one in it.
    pub position: Position,
}

impl ReplicaCopy {
    /// The folder that a data directory would be with the copy in it.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for ReplicaCopy {
    fn drop(&mut self) {
        // What stays goes when the next copy is made, or when the store is opened.
        let _ = fs::remove_dir_all(self.folder.join(REPLICA));
    }
}

/// What the note of a restoration says: the ledger had `size` entries when the backup was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Entries in the backup.
    pub size: Size,
    /// Hash of the last of them.
    pub hash: EntryHash,
}

impl Store {
    /// Copies the replica as it is now, while it is read and written. One copy is made at a time; a second one takes the place of
    /// the first.
    ///
    /// # Errors
    /// [`CopyError`]. The replica is as it was.
    pub fn copy(&self) -> Result<ReplicaCopy, CopyError> {
        if let Some(high_water) = self.high_water()
            && high_water.size > self.head().size
        {
            let (found, known) = (self.head().size, high_water.size);
            return Err(CopyError::Behind { found, known });
        }
        let folder = self.backup_folder()?;
        let replica = folder.join(REPLICA);
        remove(&replica)?;
        fs::create_dir(&replica).map_err(file_error(&replica))?;
        let database = replica.join(DATABASE);
        Checkpoint::new(&self.inner.db)?.create_checkpoint(&database)?;
        let (head, position, checkpoint, recoveries) = ends(self.dir(), &database)?;
        let head_path = replica.join(HEAD);
        let sighting = Sighting {
            high_water: HighWater {
                size: head.size,
                hash: head.hash,
                recoveries,
            },
            checkpoint: checkpoint.as_deref().map(Into::into),
        };
        HeadFile::create(&head_path)
            .and_then(|()| HeadFile::open(&head_path)?.0.write(&sighting))
            .map_err(file_error(&head_path))?;
        for file in fs::read_dir(&database).map_err(file_error(&database))? {
            let file = file.map_err(file_error(&database))?;
            let name = file.file_name();
            let name = name.to_string_lossy();
            if NOT_COPIED.iter().any(|skipped| name.starts_with(skipped)) {
                fs::remove_file(file.path()).map_err(file_error(&database))?;
            }
        }
        Ok(ReplicaCopy {
            folder,
            head,
            checkpoint,
            position,
        })
    }

    /// The folder in the data directory for what a backup needs while it is taken; only its owner may enter it. Made if it isn't there.
    ///
    /// # Errors
    /// If it can't be made.
    pub fn backup_folder(&self) -> Result<PathBuf, OpenError> {
        use std::os::unix::fs::DirBuilderExt as _;
        let folder = backup_folder(self.dir());
        match fs::DirBuilder::new().mode(0o700).create(&folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                Err(file_error(&folder)(error))
            }
            Ok(()) | Err(_) => Ok(folder),
        }
    }

    /// What the note of a restoration says, as long as nothing has shown that the backup was the newest state there was. While there is
    /// one, nobody may sign: what was recorded after the backup would be signed a second time, differently.
    pub fn restored(&self) -> Option<Restored> {
        self.state().restored
    }

    /// Takes the note away: the log stream was there, or somebody answers for it. Durable when this returns.
    ///
    /// # Errors
    /// If the note can't be removed.
    pub fn settle_restored(&self) -> Result<(), OpenError> {
        if self.restored().is_some() {
            remove_note(self.dir())?;
            self.state().restored = None;
        }
        Ok(())
    }
}

/// The folder of [`Store::backup_folder`] in the data directory `dir`.
pub fn backup_folder(dir: &Path) -> PathBuf {
    dir.join(UNDER_WAY)
}

/// What an interrupted backup left.
pub(crate) fn clear(dir: &Path) -> Result<(), OpenError> {
    remove(&backup_folder(dir).join(REPLICA))
}

/// Notes in the data directory `dir` that its replica was put back from a backup, before it is opened for the first time.
///
/// # Errors
/// If it can't be written.
pub fn note_restored(dir: &Path, restored: &Restored) -> Result<(), OpenError> {
    let path = dir.join(RESTORED);
    let text = format!("{} {}\n", restored.size, restored.hash);
    fs::write(&path, text)
        .and_then(|()| fs::File::open(&path)?.sync_all())
        .map_err(file_error(&path))?;
    sync_dir(dir)
}

/// Reads the note.
pub(crate) fn read_note(dir: &Path) -> Result<Option<Restored>, OpenError> {
    let path = dir.join(RESTORED);
    let text = match fs::read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(file_error(&path))?,
    };
    let read = || {
        let text = std::str::from_utf8(&text).ok()?;
        let text = text.get(..NOTE_MAX_BYTES.min(text.len()))?;
        let (size, hash) = text.trim_end().split_once(' ')?;
        Some(Restored {
            size: Size::new(size.parse().ok()?),
            hash: hash.parse().ok()?,
        })
    };
    Ok(Some(read().ok_or(Damage::Form("note of a restoration"))?))
}

/// Removes the note.
pub(crate) fn remove_note(dir: &Path) -> Result<(), OpenError> {
    let path = dir.join(RESTORED);
    fs::remove_file(&path).map_err(file_error(&path))?;
    sync_dir(dir)
}

/// What the database at `path` ends with: head, position, newest checkpoint, number of recoveries.
fn ends(dir: &Path, path: &Path) -> Result<(Head, Position, Option<String>, u64), CopyError> {
    let db =
        DB::open_cf_descriptors_read_only(&Options::default(), path, options::families(), false)?;
    check_format(dir, &db)?;
    let head: Head = meta(&db, Meta::Head, "head", value::head)?;
    let position: Position = meta(&db, Meta::Position, "position", value::position)?;
    let last = head.size.get().checked_sub(1).map(Sequence::new);
    if let Some(last) = last {
        let entry = db.get_cf(family_of(&db, Family::Entries), keys::entry(last))?;
        let found = EntryHash::of(&entry.ok_or(Damage::EntryMissing(last))?);
        if found != head.hash {
            let recorded = head.hash;
            return Err(Damage::HeadHash { recorded, found }.into());
        }
    }
    let mut scan = options::scan([IndexKey::Recovery as u8 + 1]);
    scan.set_iterate_lower_bound([IndexKey::Recovery as u8]);
    let mut rows = db.raw_iterator_cf_opt(family_of(&db, Family::Index), scan);
    let mut recoveries = 0;
    rows.seek_to_first();
    while rows.valid() {
        recoveries += 1;
        rows.next();
    }
    rows.status()?;
    drop(rows);
    let checkpoint = newest_checkpoint(&db)?.map(|(_, note)| note.to_string());
    Ok((head, position, checkpoint, recoveries))
}

fn remove(path: &Path) -> Result<(), OpenError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(file_error(path)(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}
