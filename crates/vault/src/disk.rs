//! The files of the vault: every change goes through here, so that a test can stop it, or cut the power, after any step.
//!
//! A file appears whole or not at all: it is written under `tmp`, made durable, and moved to its place. A file that goes is
//! overwritten first: what is merely unlinked stays on the disk until something else needs the room.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::fault::Fault;
use crate::limits::SYNC_ALL_FROM;

/// Files that are not in their place yet.
pub(crate) const TMP: &str = "tmp";

/// How much is overwritten at once, in bytes.
const SCRUB_BYTES: usize = 64 * 1024;

/// The directory of the vault. Paths are relative to it.
pub(crate) struct Disk {
    root: PathBuf,
    /// Open since before the first write: what goes wrong later is reported on it.
    folder: File,
    next: AtomicU64,
    #[cfg(test)]
    pub(crate) trace: crate::tests::Trace,
}

/// What was written and has to be made durable together.
#[derive(Default)]
pub(crate) struct Unsynced {
    files: Vec<(PathBuf, File)>,
    folders: BTreeSet<PathBuf>,
}

impl Disk {
    pub(crate) fn open(root: &Path) -> Result<Self, Fault> {
        Ok(Self {
            root: root.to_owned(),
            folder: File::open(root).map_err(Fault::io("open", root))?,
            next: AtomicU64::new(0),
            #[cfg(test)]
            trace: crate::tests::Trace::default(),
        })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The whole file, or nothing if there is none. Longer than `max` bytes is damage.
    pub(crate) fn read(&self, path: &Path, max: usize) -> Result<Option<Vec<u8>>, Fault> {
        let file = match File::open(self.root.join(path)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Fault::io("open", path)(error)),
        };
        let mut bytes = Vec::new();
        file.take(max as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(Fault::io("read", path))?;
        if bytes.len() > max {
            return Err(Fault::damaged(path));
        }
        Ok(Some(bytes))
    }

    /// Paths of the files in the folder `path`, unordered.
    pub(crate) fn list(&self, path: &Path) -> Result<Vec<PathBuf>, Fault> {
        let read = fs::read_dir(self.root.join(path)).map_err(Fault::io("list", path))?;
        read.map(|entry| entry.map(|entry| path.join(entry.file_name())))
            .collect::<Result<_, _>>()
            .map_err(Fault::io("list", path))
    }

    /// Makes the folder `path`, which only its owner may enter, unless it is there.
    pub(crate) fn make_folder(&self, path: &Path) -> Result<(), Fault> {
        match fs::DirBuilder::new()
            .mode(0o700)
            .create(self.root.join(path))
        {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                Err(Fault::io("create", path)(error))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Writes a new file under `tmp`, which only its owner may read; it is to be moved to its place after a sync.
    pub(crate) fn write(&self, bytes: &[u8], unsynced: &mut Unsynced) -> Result<PathBuf, Fault> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let path = Path::new(TMP).join(number.to_string());
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(self.root.join(&path))
            .map_err(Fault::io("create", &path))?;
        file.write_all(bytes).map_err(Fault::io("write", &path))?;
        #[cfg(test)]
        self.trace.wrote(&path, bytes);
        unsynced.files.push((path.clone(), file));
        Ok(path)
    }

    /// Moves a file to its place, over what is there.
    pub(crate) fn rename(
        &self,
        from: &Path,
        to: &Path,
        unsynced: &mut Unsynced,
    ) -> Result<(), Fault> {
        fs::rename(self.root.join(from), self.root.join(to))
            .map_err(Fault::io("move a file to", to))?;
        #[cfg(test)]
        self.trace.renamed(from, to);
        unsynced.folder_of(from);
        unsynced.folder_of(to);
        Ok(())
    }

    /// Unlinks the file, if it is there.
    pub(crate) fn unlink(&self, path: &Path, unsynced: &mut Unsynced) -> Result<(), Fault> {
        match fs::remove_file(self.root.join(path)) {
            Ok(()) => {
                #[cfg(test)]
                self.trace.unlinked(path);
                unsynced.folder_of(path);
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(Fault::io("unlink", path)(error)),
        }
    }

    /// Destroys the file, if it is there: overwrites it in place with random bytes, then with zeros, durable each time, then
    /// unlinks it.
    ///
    /// A file system that never writes in place (copy on write) and a disk that moves blocks may keep the old bytes where no
    /// file leads to them.
    pub(crate) fn scrub(&self, path: &Path, unsynced: &mut Unsynced) -> Result<(), Fault> {
        let opened = OpenOptions::new().write(true).open(self.root.join(path));
        let file = match opened {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(Fault::io("open", path)(error)),
        };
        #[cfg(test)]
        if self.trace.only_forgets() {
            return self.unlink(path, unsynced);
        }
        let len = file.metadata().map_err(Fault::io("read", path))?.len();
        let mut noise = vec![0; SCRUB_BYTES];
        getrandom::fill(&mut noise)?;
        self.overwrite(path, &file, len, &noise)?;
        noise.fill(0);
        self.overwrite(path, &file, len, &noise)?;
        self.unlink(path, unsynced)
    }

    /// Fills the file with repetitions of `pattern`, and makes that durable.
    fn overwrite(
        &self,
        path: &Path,
        mut file: &File,
        len: u64,
        pattern: &[u8],
    ) -> Result<(), Fault> {
        let mut fill = || {
            file.rewind()?;
            let mut left = len;
            while left > 0 {
                let part = pattern
                    .len()
                    .min(usize::try_from(left).unwrap_or(usize::MAX));
                file.write_all(&pattern[..part])?;
                left -= part as u64;
            }
            file.sync_all()
        };
        fill().map_err(Fault::io("overwrite", path))?;
        #[cfg(test)]
        self.trace.overwrote(path, pattern[0], len);
        Ok(())
    }

    /// Makes everything in `unsynced` durable: file by file, or, when there are many, all at once.
    pub(crate) fn sync(&self, unsynced: Unsynced) -> Result<(), Fault> {
        if unsynced.files.len() + unsynced.folders.len() >= SYNC_ALL_FROM {
            return self.sync_all();
        }
        for (path, file) in &unsynced.files {
            file.sync_all().map_err(Fault::io("sync", path))?;
            #[cfg(test)]
            self.trace.synced_file(path);
        }
        for path in &unsynced.folders {
            File::open(self.root.join(path))
                .and_then(|folder| folder.sync_all())
                .map_err(Fault::io("sync", path))?;
            #[cfg(test)]
            self.trace.synced_folder(path);
        }
        Ok(())
    }

    /// Makes everything on the file system durable: one call, which costs little more than that of one file, because the
    /// ledger's own files beside the vault are always synced.
    pub(crate) fn sync_all(&self) -> Result<(), Fault> {
        rustix::fs::syncfs(&self.folder)
            .map_err(|error| Fault::io("sync", &self.root)(error.into()))?;
        #[cfg(test)]
        self.trace.synced_all();
        Ok(())
    }

    /// Writes a file and moves it to its place: it is there, whole and durable, when this returns.
    pub(crate) fn put(&self, path: &Path, bytes: &[u8]) -> Result<(), Fault> {
        let mut written = Unsynced::default();
        let temporary = self.write(bytes, &mut written)?;
        self.sync(written)?;
        let mut moved = Unsynced::default();
        self.rename(&temporary, path, &mut moved)?;
        self.sync(moved)
    }
}

impl Unsynced {
    fn folder_of(&mut self, path: &Path) {
        let folder = path.parent().unwrap_or(Path::new(""));
        self.folders.insert(folder.to_owned());
    }
}
