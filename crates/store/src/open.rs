//! Creating and opening a store.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};

use cinnabar_events::{EntryHash, Sequence};
use cinnabar_tlog::{EdgeTiles, Size};
use rocksdb::{DB, Options, WriteBatch};

use crate::backup;
use crate::cache::RecordCache;
use crate::check::DossierEnds;
use crate::checkpoint::checkpoint_row;
use crate::deadlines::Soonest;
use crate::dossiers;
use crate::error::{Damage, OpenError, StoreError};
use crate::head_file::{self, HeadFile, HeadWriter, Reading, Sighting};
use crate::keys::{self, FORMAT, FORMAT_NODES, Family, IndexKey, Meta};
use crate::lock::{LOCK_FILE, Lock};
use crate::mark;
use crate::options;
use crate::recent::Recent;
use crate::space::Space;
use crate::store::{Applier, Inner, State, Store, family_of};
use crate::tables;
use crate::types::{Head, OpenOptions, Position};
use crate::value;

/// Free space that a store wants before it opens: enough for some hundred blocks and the tables that RocksDB writes
/// while it makes room. With less it would stop in the middle of its work.
pub const MIN_FREE_BYTES: u64 = 64 * 1024 * 1024;

/// What belongs to the ledger, within the data directory.
pub(crate) const REPLICA: &str = "replica";
/// The same while it is created; it becomes [`REPLICA`] by one rename and never held an entry before.
const UNFINISHED: &str = "replica.new";
/// RocksDB's directory within [`REPLICA`].
pub(crate) const DATABASE: &str = "rocksdb";
/// The head file within [`REPLICA`].
pub(crate) const HEAD: &str = "head";

impl Store {
    /// Creates a store without entries in a directory that is empty or absent. Nothing else creates one. A crash on the way leaves a
    /// directory that counts as empty.
    ///
    /// # Errors
    /// [`OpenError`]: `NotEmpty`, `Locked`, `DiskFull`, `File`, `Unreadable`.
    pub fn create(dir: &Path) -> Result<Self, OpenError> {
        Self::create_with(dir, &OpenOptions::default())
    }

    /// The same, with options. The mark is made if there is none; one that is there is read, and the new store is behind it
    /// until the log stream has brought it there.
    ///
    /// # Errors
    /// As [`Self::create`], and what concerns the mark.
    pub fn create_with(dir: &Path, options: &OpenOptions) -> Result<Self, OpenError> {
        fs::create_dir_all(dir).map_err(file_error(dir))?;
        if !counts_as_empty(dir)? {
            return Err(OpenError::NotEmpty(dir.to_owned()));
        }
        let lock = Lock::take(dir)?;
        // Again: another process may just have created one.
        if !counts_as_empty(dir)? {
            return Err(OpenError::NotEmpty(dir.to_owned()));
        }
        check_space(dir)?;
        let (unfinished, replica) = (dir.join(UNFINISHED), dir.join(REPLICA));
        match fs::remove_dir_all(&unfinished) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(file_error(&unfinished)(error));
            }
            Ok(()) | Err(_) => {}
        }
        fs::create_dir(&unfinished).map_err(file_error(&unfinished))?;
        create_database(&unfinished.join(DATABASE))?;
        let head = unfinished.join(HEAD);
        HeadFile::create(&head).map_err(file_error(&head))?;
        sync_dir(&unfinished)?;
        fs::rename(&unfinished, &replica).map_err(file_error(&replica))?;
        sync_dir(dir)?;
        if let Some(parent) = fs::canonicalize(dir).map_err(file_error(dir))?.parent() {
            sync_dir(parent)?;
        }
        Self::open_locked(dir, lock, options)
    }

    /// Opens the store in `dir`. Takes the same time however long the ledger is. Checked on the way: that the last entry is the one the
    /// head names, that the tiles give its root, and that the head file doesn't contradict the database. If the head
    /// file is *ahead* of the database, the store opens and [`high_water`](Self::high_water) says so.
    ///
    /// # Errors
    /// [`OpenError`]: all but `NotEmpty`.
    pub fn open(dir: &Path) -> Result<Self, OpenError> {
        Self::open_with(dir, &OpenOptions::default())
    }

    /// The same, with options. Checked as well: that the mark doesn't contradict the database. If the mark is *ahead* of it,
    /// the store opens and [`mark`](Self::mark) says so.
    ///
    /// # Errors
    /// As [`Self::open`], and what concerns the mark.
    pub fn open_with(dir: &Path, options: &OpenOptions) -> Result<Self, OpenError> {
        let replica = dir.join(REPLICA);
        if !replica.try_exists().map_err(file_error(&replica))? {
            let absent = !dir.try_exists().map_err(file_error(dir))?;
            return Err(match absent || counts_as_empty(dir)? {
                true => OpenError::Missing(dir.to_owned()),
                false => OpenError::NotAStore(dir.to_owned()),
            });
        }
        Self::open_locked(dir, Lock::take(dir)?, options)
    }

    fn open_locked(dir: &Path, lock: Lock, options: &OpenOptions) -> Result<Self, OpenError> {
        check_space(dir)?;
        backup::clear(dir)?;
        let replica = dir.join(REPLICA);
        tables::check_list(&replica.join(DATABASE))?;
        let db = open_database(dir, &replica.join(DATABASE))?;
        let head: Head = meta(&db, Meta::Head, "head", value::head)?;
        let position: Position = meta(&db, Meta::Position, "position", value::position)?;
        let head_path = replica.join(HEAD);
        let (head_file, sighting) = read_head_file(&head_path)?;
        let nothing = head.size.is_zero() && sighting.high_water.size.is_zero();
        let mark = mark::open(dir, options, nothing)?;
        let state = State {
            head,
            position,
            high_water: sighting.high_water,
            mark: mark
                .as_ref()
                .map(|mark| (mark.path.as_path().into(), mark.sighting.clone())),
            recoveries: 0,
            checkpoint: newest_checkpoint(&db)?,
            index: dossiers::applied(&db)?,
            poison: None,
            restored: backup::read_note(dir)?,
        };
        let applier = Applier {
            edge: EdgeTiles::empty(),
            ends: DossierEnds::default(),
            head_file: HeadWriter::start(head_file).map_err(file_error(&head_path))?,
            mark: match mark {
                Some(mark) => Some(HeadWriter::start(mark.file).map_err(file_error(&mark.path))?),
                None => None,
            },
        };
        let inner = Inner {
            db,
            applier: Mutex::new(applier),
            state: Mutex::new(state),
            indexing: Mutex::default(),
            moved: Condvar::new(),
            on_commit: Mutex::default(),
            cache: RecordCache::new(),
            soonest: Soonest::default(),
            recent: Recent::default(),
            dir: dir.to_owned(),
            space: Space::of(dir),
            _lock: lock,
        };
        let store = Self {
            inner: Arc::new(inner),
        };
        store.check_itself()?;
        tables::check_entries(&store.inner.db, store.head().size)?;
        store.check_sightings()?;
        store.check_restored(options)?;
        tables::note_list(&replica.join(DATABASE))?;
        tracing::info!(dir = %dir.display(), size = %head.size, ?position, "the ledger is open");
        Ok(store)
    }

    /// Whether head, entries and tree tell one story at the end. Sets the applier's edge.
    fn check_itself(&self) -> Result<(), StoreError> {
        let head = self.head();
        let found = self.hash_at(head.size)?;
        if found != head.hash {
            let recorded = head.hash;
            return Err(Damage::HeadHash { recorded, found }.into());
        }
        let mut beyond = self.inner.db.raw_iterator_cf(self.family(Family::Entries));
        beyond.seek(keys::entry(head.next()));
        if beyond.valid() {
            return Err(Damage::EntryBeyondHead(head.next()).into());
        }
        beyond.status()?;
        let edge = EdgeTiles::from_reader(head.size, self)?;
        if edge.root() != head.root {
            return Err(Damage::Root {
                recorded: head.root,
                found: edge.root(),
            }
            .into());
        }
        let applier = self.inner.applier.lock();
        applier.expect("nobody else has the store yet").edge = edge;
        Ok(())
    }

    /// A replica that was put back is the newest there was if the mark stands where it ends, or if somebody answers for it by
    /// allowing a new mark.
    fn check_restored(&self, options: &OpenOptions) -> Result<(), OpenError> {
        let head = self.head();
        let marked = self.mark().is_some_and(|mark| {
            mark.high_water.size == head.size && mark.high_water.hash == head.hash
        });
        match marked || options.mark_may_be_new {
            true => self.settle_restored(),
            false => Ok(()),
        }
    }

    /// Hash of the last of the first `size` entries, from its bytes.
    pub(crate) fn hash_at(&self, size: Size) -> Result<EntryHash, StoreError> {
        let Some(last) = size.get().checked_sub(1).map(Sequence::new) else {
            return Ok(EntryHash::NONE);
        };
        let entry = self.entry(last)?.ok_or(Damage::EntryMissing(last))?;
        Ok(EntryHash::of(&entry))
    }
}

/// Nothing there but what an unfinished creation leaves.
fn counts_as_empty(dir: &Path) -> Result<bool, OpenError> {
    for item in fs::read_dir(dir).map_err(file_error(dir))? {
        let name = item.map_err(file_error(dir))?.file_name();
        if name != LOCK_FILE && name != UNFINISHED {
            return Ok(false);
        }
    }
    Ok(true)
}

fn read_head_file(path: &Path) -> Result<(HeadFile, Sighting), OpenError> {
    match HeadFile::open(path) {
        Ok((file, Reading::Newest(sighting))) => Ok((file, sighting)),
        Ok((_, Reading::Damaged)) => Err(Damage::HeadFile.into()),
        Ok((_, Reading::Newer(found))) => Err(newer_file(path, found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(Damage::Missing("head file").into())
        }
        Err(error) => Err(file_error(path)(error)),
    }
}

/// What is said of a head file or a mark that a newer release wrote.
pub(crate) fn newer_file(path: &Path, found: u32) -> OpenError {
    OpenError::NewerFile {
        path: path.to_owned(),
        found,
        known: head_file::VERSION,
    }
}

fn check_space(dir: &Path) -> Result<(), OpenError> {
    let found = rustix::fs::statvfs(dir).map_err(|error| file_error(dir)(error.into()))?;
    enough_space(dir, found.f_bavail.saturating_mul(found.f_frsize))
}

fn enough_space(dir: &Path, free: u64) -> Result<(), OpenError> {
    match free >= MIN_FREE_BYTES {
        true => Ok(()),
        false => Err(OpenError::DiskFull {
            dir: dir.to_owned(),
            free,
            needed: MIN_FREE_BYTES,
        }),
    }
}

fn create_database(path: &Path) -> Result<(), OpenError> {
    let db = DB::open_cf_descriptors(&options::database(true), path, options::families())?;
    let mut batch = WriteBatch::default();
    batch.put(Meta::Format.key(), FORMAT.to_be_bytes());
    batch.put(Meta::Head.key(), value::head_to_bytes(&Head::EMPTY));
    batch.put(
        Meta::Position.key(),
        value::position_to_bytes(&Position::default()),
    );
    Ok(db.write_opt(batch, &options::synced())?)
}

/// Opens the database after a look at its format: a newer release may have families that this one can't open.
fn open_database(dir: &Path, path: &Path) -> Result<DB, OpenError> {
    if !path
        .join("CURRENT")
        .try_exists()
        .map_err(file_error(path))?
    {
        return Err(OpenError::NotAStore(dir.to_owned()));
    }
    let options = options::database(false);
    let found = DB::list_cf(&options, path)?;
    let known =
        |name: &String| name == "default" || Family::ALL.iter().any(|family| family.name() == name);
    if !found.iter().all(known) || found.len() != Family::ALL.len() + 1 {
        let db = DB::open_for_read_only(&Options::default(), path, false)?;
        check_format(dir, &db)?;
        return Err(OpenError::NotAStore(dir.to_owned()));
    }
    let db = DB::open_cf_descriptors(&options, path, options::families())?;
    if check_format(dir, &db)? == FORMAT_NODES {
        bring_up(&db)?;
    }
    Ok(db)
}

/// Takes away what format 1 has in another form, in one batch: the index of dossiers, which each node makes anew from its entries.
fn bring_up(db: &DB) -> Result<(), StoreError> {
    let mut batch = WriteBatch::default();
    let nodes = IndexKey::Node as u8;
    batch.delete_range_cf(family_of(db, Family::Index), [nodes], [nodes + 1]);
    batch.delete(Meta::Dossiers.key());
    batch.put(Meta::Format.key(), FORMAT.to_be_bytes());
    db.write_opt(batch, &options::synced())?;
    tracing::warn!(
        "An earlier release wrote this replica; from now on it can't open it any more. The index of dossiers is made anew."
    );
    Ok(())
}

/// The format, if this release reads it.
pub(crate) fn check_format(dir: &Path, db: &DB) -> Result<u32, OpenError> {
    let format = db.get(Meta::Format.key())?;
    let found = format.and_then(|bytes| Some(u32::from_be_bytes(bytes.try_into().ok()?)));
    match found {
        Some(known @ (FORMAT | FORMAT_NODES)) => Ok(known),
        Some(found) if found > FORMAT => Err(OpenError::NewerFormat {
            found,
            known: FORMAT,
        }),
        Some(_) | None => Err(OpenError::NotAStore(dir.to_owned())),
    }
}

/// A value that every store has.
pub(crate) fn meta<T>(
    db: &DB,
    key: Meta,
    what: &'static str,
    read: impl Fn(&[u8]) -> Option<T>,
) -> Result<T, StoreError> {
    let bytes = db.get_pinned(key.key())?.ok_or(Damage::Missing(what))?;
    Ok(read(&bytes).ok_or(Damage::Form(what))?)
}

pub(crate) fn newest_checkpoint(db: &DB) -> Result<Option<(Size, Arc<str>)>, StoreError> {
    let mut scan = options::scan([IndexKey::Checkpoint as u8 + 1]);
    scan.set_iterate_lower_bound([IndexKey::Checkpoint as u8]);
    let mut rows = db.raw_iterator_cf_opt(family_of(db, Family::Index), scan);
    rows.seek_to_last();
    let found = match rows.item() {
        Some((key, bytes)) => {
            let (size, note) = checkpoint_row(key, bytes)?;
            Some((size, note.into()))
        }
        None => None,
    };
    rows.status()?;
    Ok(found)
}

pub(crate) fn sync_dir(dir: &Path) -> Result<(), OpenError> {
    let synced = File::open(dir).and_then(|dir| dir.sync_all());
    synced.map_err(file_error(dir))
}

pub(crate) fn file_error(path: &Path) -> impl Fn(io::Error) -> OpenError {
    move |source| OpenError::File {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_system_with_one_byte_less_than_the_minimum_is_refused() {
        let dir = Path::new("somewhere");
        assert!(enough_space(dir, MIN_FREE_BYTES).is_ok());
        let refused = enough_space(dir, MIN_FREE_BYTES - 1);
        assert!(
            matches!(refused, Err(OpenError::DiskFull { free, .. }) if free == MIN_FREE_BYTES - 1)
        );
    }
}
