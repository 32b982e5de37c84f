//! Small files: read within bounds, written so that they are there as a whole or not at all.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Who may read a file that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Its owner: mode 0600.
    Private,
    /// Everybody, as far as the umask allows: mode 0644.
    Public,
}

impl Access {
    const fn mode(self) -> u32 {
        match self {
            Self::Private => 0o600,
            Self::Public => 0o644,
        }
    }
}

/// A file could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The system said no.
    #[error("cannot {doing} {path}")]
    Io {
        /// What was being done: `read`, `create`, ….
        doing: &'static str,
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Longer than what is read of such a file.
    #[error("{path} is longer than {max} bytes")]
    TooLong {
        /// Which file.
        path: PathBuf,
        /// The most that is read.
        max: usize,
    },
}

/// Wraps what the system said about `path`.
pub(crate) fn io_error(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FileError {
    move |source| FileError::Io {
        doing,
        path: path.to_owned(),
        source,
    }
}

/// Reads a file, or standard input for `-`, of at most `max` bytes.
///
/// # Errors
/// [`FileError`].
pub fn read(path: &Path, max: usize) -> Result<Vec<u8>, FileError> {
    if path.as_os_str() == "-" {
        return read_from(io::stdin().lock(), path, max);
    }
    read_from(File::open(path).map_err(io_error("open", path))?, path, max)
}

/// Reads all of `source`, which is called `path`, if that is at most `max` bytes.
pub(crate) fn read_from(source: impl Read, path: &Path, max: usize) -> Result<Vec<u8>, FileError> {
    let mut bytes = Vec::new();
    source
        .take(max as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(io_error("read", path))?;
    if bytes.len() > max {
        return Err(FileError::TooLong {
            path: path.to_owned(),
            max,
        });
    }
    Ok(bytes)
}

/// Writes a new file; one that exists is left alone and is an error.
///
/// # Errors
/// [`FileError`].
pub fn create(path: &Path, bytes: &[u8], access: Access) -> Result<(), FileError> {
    let write = || -> io::Result<()> {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(access.mode())
            .open(path)?;
        let written = file.write_all(bytes).and_then(|()| file.sync_all());
        if written.is_err() {
            // Half a file is worse than none; the first error is the one to tell.
            let _ = std::fs::remove_file(path);
        }
        written
    };
    write().map_err(io_error("create", path))
}

/// Writes a file whole: to a new file beside it, synced, which then takes its name.
///
/// # Errors
/// [`FileError`]; the old file is then as it was.
pub fn replace(path: &Path, bytes: &[u8], access: Access) -> Result<(), FileError> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let beside = path.with_file_name(name);
    // Left over from a run that was killed, by a process with the same number.
    let _ = std::fs::remove_file(&beside);
    create(&beside, bytes, access)?;
    let named = std::fs::rename(&beside, path).map_err(io_error("write", path));
    if named.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    named?;
    sync_folder(path)
}

/// Makes the name durable too.
fn sync_folder(path: &Path) -> Result<(), FileError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(io_error("sync", folder))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_file_is_created_once_and_replaced_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        create(&path, b"one", Access::Private).unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert!(create(&path, b"two", Access::Private).is_err());
        assert_eq!(read(&path, 3).unwrap(), b"one");
        replace(&path, b"three", Access::Private).unwrap();
        assert_eq!(read(&path, 5).unwrap(), b"three");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_beyond_its_bound_is_not_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        create(&path, b"four", Access::Public).unwrap();
        assert!(matches!(
            read(&path, 3),
            Err(FileError::TooLong { max: 3, .. })
        ));
    }
}
