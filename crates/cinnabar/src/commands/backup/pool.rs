//! The files of a backup, each under the BLAKE3 of its bytes: `files/<64 hex digits>`. What was there for the backup before is not
//! written again, and `b3sum` can check it.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use cinnabar_failpoint::{Failpoint, try_pass};

use super::manifest::{Listed, Manifest};
use crate::exit::{Exit, Failure, OrFail as _};
use crate::files::io_error;

/// The folder of the files.
const FILES: &str = "files";
/// The file that is locked while a backup is taken.
const LOCK: &str = "LOCK";
/// What is read at once, in bytes.
const CHUNK_BYTES: usize = 1 << 20;

/// The folder of a backup, open for a new one.
pub(crate) struct Pool {
    files: PathBuf,
    /// Files that were written now, and their bytes.
    pub(crate) written: (u64, u64),
    /// Held as long as this lives.
    _lock: File,
}

impl Pool {
    /// Opens the folder `backup`, or makes it. Nobody else can do so meanwhile.
    pub(crate) fn open(backup: &Path) -> Result<Self, Failure> {
        let files = backup.join(FILES);
        let mut builder = fs::DirBuilder::new();
        let made = builder.recursive(true).mode(0o700).create(&files);
        made.map_err(io_error("create", &files))
            .or_fail(Exit::Usage)?;
        let path = backup.join(LOCK);
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path);
        let lock = lock.map_err(io_error("open", &path)).or_fail(Exit::Usage)?;
        if lock.try_lock().is_err() {
            let text = format!("another backup into {} is under way", backup.display());
            return Err(Failure::saying(Exit::Unreachable, text));
        }
        Ok(Self {
            files,
            written: (0, 0),
            _lock: lock,
        })
    }

    /// Takes the file `source` in, durable but for its name; none if it is not there (any more). One that is there already is read, and
    /// written again if it has changed.
    pub(crate) fn add(&mut self, source: &Path, path: String) -> Result<Option<Listed>, Failure> {
        match self.try_add(source, path) {
            Ok(listed) => Ok(Some(listed)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(io_error("copy", source)(error)).or_fail(Exit::Usage),
        }
    }

    fn try_add(&mut self, source: &Path, path: String) -> io::Result<Listed> {
        let mut file = File::open(source)?;
        let (hash, bytes) = pass_on(&mut file, &mut io::sink())?;
        let held = self.files.join(hash.to_hex().as_str());
        if !holds(&held, hash) {
            let new = self.files.join("new");
            // A file that changes while it is read is copied as it was at one of the two times, or refused.
            let (copied, _) = copy(source, &new)?;
            if copied != hash {
                let _ = fs::remove_file(&new);
                return Err(io::Error::other("it changed while it was copied"));
            }
            fs::rename(&new, &held)?;
            self.written.0 += 1;
            self.written.1 += bytes;
            try_pass(Failpoint::BackupFile)?;
        }
        Ok(Listed {
            path,
            bytes,
            blake3: hash.to_hex().to_string(),
        })
    }

    /// Makes the names durable, those of the folders too.
    pub(crate) fn sync(&self) -> Result<(), Failure> {
        let sync = |folder: &Path| File::open(folder)?.sync_all();
        sync(&self.files)
            .and_then(|()| sync(&self.files.join("..")))
            .and_then(|()| sync(&self.files.join("../..")))
            .map_err(io_error("sync", &self.files))
            .or_fail(Exit::Usage)
    }

    /// Removes what `manifest` doesn't name: it was of the backup before.
    pub(crate) fn clear(&self, manifest: &Manifest) -> Result<(), Failure> {
        let named: BTreeSet<&str> = manifest.files.iter().map(|file| &*file.blake3).collect();
        let clear = || -> io::Result<()> {
            for file in fs::read_dir(&self.files)? {
                let file = file?;
                if !named.contains(&*file.file_name().to_string_lossy()) {
                    fs::remove_file(file.path())?;
                }
            }
            Ok(())
        };
        clear()
            .map_err(io_error("clear", &self.files))
            .or_fail(Exit::Usage)
    }
}

/// Where a listed file lies in the folder `backup`.
pub(crate) fn place(backup: &Path, file: &Listed) -> PathBuf {
    backup.join(FILES).join(&file.blake3)
}

/// Whether the file at `path` is there and has this hash.
pub(crate) fn holds(path: &Path, hash: blake3::Hash) -> bool {
    let read = File::open(path).and_then(|mut file| pass_on(&mut file, &mut io::sink()));
    read.is_ok_and(|(found, _)| found == hash)
}

/// Copies `from` to the new file `to`, which only its owner may read, durable but for its name: the hash and length of what was read.
pub(crate) fn copy(from: &Path, to: &Path) -> io::Result<(blake3::Hash, u64)> {
    let mut source = File::open(from)?;
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(to)?;
    let read = pass_on(&mut source, &mut file)?;
    file.sync_all()?;
    Ok(read)
}

/// Reads all of `from`, writes it to `to`, and gives its hash and length.
fn pass_on(from: &mut impl Read, to: &mut impl Write) -> io::Result<(blake3::Hash, u64)> {
    let mut hasher = blake3::Hasher::new();
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut length = 0;
    loop {
        let read = match from.read(&mut chunk) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        };
        if read == 0 {
            return Ok((hasher.finalize(), length));
        }
        hasher.update(&chunk[..read]);
        to.write_all(&chunk[..read])?;
        length += read as u64;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_there_is_written_once_and_what_rotted_again() {
        let dir = tempfile::tempdir().unwrap();
        let source = dir.path().join("source");
        fs::write(&source, "entries").unwrap();
        let backup = dir.path().join("backup");
        let mut pool = Pool::open(&backup).unwrap();
        let first = pool.add(&source, "a".to_owned()).unwrap().unwrap();
        pool.add(&source, "b".to_owned()).unwrap().unwrap();
        assert_eq!(pool.written, (1, 7));
        let held = place(&backup, &first);
        fs::write(&held, "entriet").unwrap();
        pool.add(&source, "a".to_owned()).unwrap().unwrap();
        assert_eq!(pool.written, (2, 14));
        assert_eq!(fs::read(&held).unwrap(), b"entries");
        assert!(
            pool.add(&dir.path().join("gone"), "c".to_owned())
                .unwrap()
                .is_none()
        );
        assert!(Pool::open(&backup).is_err(), "one at a time");
    }
}
