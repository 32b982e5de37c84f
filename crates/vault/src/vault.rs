//! Opening a vault: who may, and what an interrupted change left.

use std::collections::BTreeSet;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use cinnabar_events::Sequence;

use crate::contents::Contents;
use crate::disk::{Disk, TMP, Unsynced};
use crate::fault::Fault;
use crate::institution::{InstitutionKey, Keys};
use crate::layout::{
    FileName, KEY_FILE, MAX_SEALED_FILE, PENDING, SEALED, SPREAD, sealed_count, unseal_contents,
    unwrap_key,
};
use crate::seal::Key;

/// The newest format that this release knows, and the one that it writes.
const FORMAT: u32 = 1;
/// Names the format; written last when a vault is created.
const FORMAT_FILE: &str = "FORMAT";
/// Locked as long as a process has the vault open. Stays when it has not.
const LOCK_FILE: &str = "LOCK";
/// Longest of the two small text files, in bytes.
pub(crate) const MAX_TEXT_FILE: usize = 256;

/// How much the vault holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// Data subjects with openings.
    pub subjects: u64,
    /// Openings.
    pub openings: u64,
    /// Bytes of the sealed files.
    pub bytes: u64,
}

/// An open vault. One process has it open at a time; its threads share it.
///
/// All functions block on the disk. One that changes something has made it durable when it returns; after one has failed with
/// a [`Fault`] in the middle of its writes, the vault answers [`Fault::Stopped`] until it is opened again.
pub struct Vault {
    pub(crate) disk: Disk,
    pub(crate) keys: Keys,
    state: RwLock<State>,
    _lock: File,
}

/// As long as this lives, no file of the vault changes.
pub struct Still<'v>(
    #[expect(dead_code, reason = "it is held, not used")] RwLockReadGuard<'v, State>,
);

/// What changes while the vault is open.
pub(crate) struct State {
    stopped: bool,
    pub(crate) cursor: Sequence,
    pub(crate) census: Census,
}

/// The files of one data subject, opened.
pub(crate) struct Loaded {
    pub(crate) key: Key,
    /// None: the first opening did not get as far as its place.
    pub(crate) contents: Option<Contents>,
    /// BLAKE3 of the sealed file, and its length in bytes.
    pub(crate) file: Option<(blake3::Hash, usize)>,
}

impl Vault {
    /// Makes an empty vault in `dir`, which is empty or not there, and opens it.
    ///
    /// # Errors
    /// [`Fault::NotEmpty`], [`Fault::Locked`], [`Fault::Io`].
    pub fn create(dir: &Path, institution: &InstitutionKey) -> Result<Self, Fault> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)
            .map_err(Fault::io("create", dir))?;
        let disk = Disk::open(dir)?;
        let lock = lock(dir)?;
        if !is_fresh(&disk)? {
            return Err(Fault::NotEmpty(dir.to_owned()));
        }
        let keys = Keys::of(institution);
        make_folders(&disk)?;
        disk.sync_all()?;
        let text = format!(
            "cinnabar vault {FORMAT}\ncheck {}\n",
            format_check(&keys, FORMAT)
        );
        disk.put(Path::new(FORMAT_FILE), text.as_bytes())?;
        disk.sync_all()?;
        Self::finish_opening(disk, keys, lock)
    }

    /// Opens the vault in `dir`, and finishes or undoes what was interrupted.
    ///
    /// # Errors
    /// [`Fault::NoVault`], [`Fault::Newer`], [`Fault::OtherKey`], [`Fault::Locked`]; [`Fault::Damaged`] if one of the files
    /// read here is; [`Fault::Io`].
    pub fn open(dir: &Path, institution: &InstitutionKey) -> Result<Self, Fault> {
        if !dir.join(FORMAT_FILE).exists() {
            return Err(Fault::NoVault(dir.to_owned()));
        }
        let disk = Disk::open(dir)?;
        let keys = Keys::of(institution);
        check_format(&disk, &keys)?;
        let lock = lock(dir)?;
        make_folders(&disk)?;
        // Whoever had it open before may have ended between a write and its sync: from here on, what is seen is durable.
        disk.sync_all()?;
        Self::finish_opening(disk, keys, lock)
    }

    /// Opens the vault in `dir` and changes nothing in it: what was interrupted stays so.
    pub(crate) fn open_untouched(dir: &Path, institution: &InstitutionKey) -> Result<Self, Fault> {
        if !dir.join(FORMAT_FILE).exists() {
            return Err(Fault::NoVault(dir.to_owned()));
        }
        let disk = Disk::open(dir)?;
        let keys = Keys::of(institution);
        check_format(&disk, &keys)?;
        let mut vault = Self {
            disk,
            keys,
            state: RwLock::new(State {
                stopped: false,
                cursor: Sequence::FIRST,
                census: Census::default(),
            }),
            _lock: lock_shared(dir)?,
        };
        let cursor = vault.read_cursor()?;
        let state = vault.state.get_mut();
        state.unwrap_or_else(PoisonError::into_inner).cursor = cursor;
        Ok(vault)
    }

    fn finish_opening(disk: Disk, keys: Keys, lock: File) -> Result<Self, Fault> {
        let mut vault = Self {
            disk,
            keys,
            state: RwLock::new(State {
                stopped: false,
                cursor: Sequence::FIRST,
                census: Census::default(),
            }),
            _lock: lock,
        };
        vault.recover()?;
        let (cursor, census) = (vault.read_cursor()?, vault.count()?);
        let state = vault
            .state
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        (state.cursor, state.census) = (cursor, census);
        Ok(vault)
    }

    /// Nothing under `tmp` was ever answered for: it goes. What stands under `pending` is finished or undone.
    fn recover(&self) -> Result<(), Fault> {
        let mut gone = Unsynced::default();
        for path in self.disk.list(Path::new(TMP))? {
            self.disk.scrub(&path, &mut gone)?;
        }
        self.disk.sync(gone)?;
        let mut names = BTreeSet::new();
        for path in self.disk.list(Path::new(PENDING))? {
            names.insert(FileName::of_pending(&path).ok_or_else(|| Fault::damaged(&path))?);
        }
        names.into_iter().try_for_each(|name| self.finish(name))
    }

    /// Adds up the sealed files by what they say of themselves.
    fn count(&self) -> Result<Census, Fault> {
        let mut census = Census::default();
        for path in self.sealed_files()? {
            let file = self.disk.read(&path, MAX_SEALED_FILE)?.unwrap_or_default();
            let count = sealed_count(&file).ok_or_else(|| Fault::damaged(&path))?;
            census.subjects += 1;
            census.openings += count as u64;
            census.bytes += file.len() as u64;
        }
        Ok(census)
    }

    /// Paths of all sealed files.
    pub(crate) fn sealed_files(&self) -> Result<Vec<PathBuf>, Fault> {
        let mut paths = Vec::new();
        for folder in self.disk.list(Path::new(SEALED))? {
            paths.append(&mut self.disk.list(&folder)?);
        }
        Ok(paths)
    }

    /// The files of the data subject `name`, if it has any.
    pub(crate) fn load(&self, name: FileName) -> Result<Option<Loaded>, Fault> {
        let sealed = self.disk.read(&name.sealed(), MAX_SEALED_FILE)?;
        let Some(wrapped) = self.disk.read(&name.key(), KEY_FILE)? else {
            let path = name.sealed();
            return sealed.map_or(Ok(None), |_| Err(Fault::KeyMissing { path }));
        };
        let key = unwrap_key(name, &self.keys, &wrapped, &name.key())?;
        let Some(sealed) = sealed else {
            return Ok(Some(Loaded {
                key,
                contents: None,
                file: None,
            }));
        };
        let contents = unseal_contents(name, &self.keys, &key, &sealed, &name.sealed())?;
        Ok(Some(Loaded {
            key,
            contents: Some(contents),
            file: Some((blake3::hash(&sealed), sealed.len())),
        }))
    }

    /// How much there is.
    ///
    /// # Errors
    /// [`Fault::Stopped`].
    pub fn census(&self) -> Result<Census, Fault> {
        Ok(self.reading()?.census)
    }

    /// Keeps the files as they are until the answer is dropped: whoever wants to keep or erase something waits. For a backup, which
    /// needs the keys and what they seal of the same moment.
    ///
    /// # Errors
    /// [`Fault::Stopped`].
    pub fn still(&self) -> Result<Still<'_>, Fault> {
        self.reading().map(Still)
    }

    /// The state, for a look that changes nothing.
    pub(crate) fn reading(&self) -> Result<RwLockReadGuard<'_, State>, Fault> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        if state.stopped {
            return Err(Fault::Stopped);
        }
        Ok(state)
    }

    /// The state, for a change: nobody else looks meanwhile.
    pub(crate) fn writing(&self) -> Result<RwLockWriteGuard<'_, State>, Fault> {
        let state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if state.stopped {
            return Err(Fault::Stopped);
        }
        Ok(state)
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Vault({})", self.disk.root().display())
    }
}

impl State {
    /// Makes a change to the files. If it fails, or panics, nobody knows how far it came, and the vault has stopped.
    pub(crate) fn change<T>(
        &mut self,
        change: impl FnOnce(&mut Self) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        self.stopped = true;
        let done = change(self)?;
        self.stopped = false;
        Ok(done)
    }
}

fn lock(dir: &Path) -> Result<File, Fault> {
    let path = dir.join(LOCK_FILE);
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .map_err(Fault::io("open", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Fault::Locked(dir.to_owned())),
        Err(TryLockError::Error(source)) => Err(Fault::io("lock", &path)(source)),
    }
}

/// Keeps others from changing the vault while it is looked at. A copy may be without the file: then there is nobody to keep out.
fn lock_shared(dir: &Path) -> Result<File, Fault> {
    let path = dir.join(LOCK_FILE);
    let file = match File::open(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return File::open(dir).map_err(Fault::io("open", dir));
        }
        opened => opened.map_err(Fault::io("open", &path))?,
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Fault::Locked(dir.to_owned())),
        Err(TryLockError::Error(source)) => Err(Fault::io("lock", &path)(source)),
    }
}

/// All folders are made at once, so that no later change has to make one.
fn make_folders(disk: &Disk) -> Result<(), Fault> {
    for folder in [TMP, PENDING] {
        disk.make_folder(Path::new(folder))?;
    }
    for folder in SPREAD {
        disk.make_folder(Path::new(folder))?;
        if disk.list(Path::new(folder))?.len() == 256 {
            continue;
        }
        for byte in 0..=u8::MAX {
            disk.make_folder(&Path::new(folder).join(hex::encode([byte])))?;
        }
    }
    Ok(())
}

/// Is there nothing but what a creation leaves that was interrupted?
fn is_fresh(disk: &Disk) -> Result<bool, Fault> {
    for path in disk.list(Path::new(""))? {
        let fresh = match path.to_str() {
            Some(LOCK_FILE | TMP) => true,
            Some(PENDING) => disk.list(&path)?.is_empty(),
            Some(folder) if SPREAD.contains(&folder) => {
                let mut fresh = true;
                for folder in disk.list(&path)? {
                    fresh &= disk.list(&folder)?.is_empty();
                }
                fresh
            }
            Some(_) | None => false,
        };
        if !fresh {
            return Ok(false);
        }
    }
    Ok(true)
}

fn format_check(keys: &Keys, format: u32) -> blake3::Hash {
    keys.check(format!("format {format}").as_bytes())
}

/// Does this release know the format, and is this the key that the vault was made with?
fn check_format(disk: &Disk, keys: &Keys) -> Result<(), Fault> {
    let path = Path::new(FORMAT_FILE);
    let damaged = || Fault::damaged(path);
    let file = disk.read(path, MAX_TEXT_FILE)?.ok_or_else(damaged)?;
    let text = String::from_utf8(file).map_err(|_| damaged())?;
    let (first, rest) = text.split_once('\n').ok_or_else(damaged)?;
    let number = first.strip_prefix("cinnabar vault ").ok_or_else(damaged)?;
    let found: u32 = number.parse().map_err(|_| damaged())?;
    if first != format!("cinnabar vault {found}") {
        return Err(damaged());
    }
    if found > FORMAT {
        return Err(Fault::Newer {
            found,
            known: FORMAT,
        });
    }
    let check = rest
        .strip_prefix("check ")
        .and_then(|rest| rest.strip_suffix('\n'))
        .filter(|check| check.len() == 64)
        .ok_or_else(damaged)?;
    if check == format_check(keys, found).to_hex().as_str() {
        Ok(())
    } else {
        Err(Fault::OtherKey)
    }
}
