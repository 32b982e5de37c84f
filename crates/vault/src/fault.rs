//! What stops the vault. Nothing here names a value, a salt, a key or a data subject.

use std::io;
use std::path::{Path, PathBuf};

/// The vault cannot go on: an operator has to look. Not the fault of who filed a statement; that is a
/// [`Rejection`](crate::Rejection), and bytes without the right shape are [`Malformed`](crate::Malformed).
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The system said no.
    #[error("cannot {doing} {path}")]
    Io {
        /// What was being done: `read`, `sync`, ….
        doing: &'static str,
        /// Which file or directory.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The system gives no random bytes.
    #[error("the system gives no random bytes")]
    Random(#[from] getrandom::Error),
    /// There is no vault in the directory.
    #[error("no vault in {0}; `create` makes one")]
    NoVault(PathBuf),
    /// The directory holds a vault, or something else, where one was to be created.
    #[error("{0} is not empty, a vault is created in an empty directory")]
    NotEmpty(PathBuf),
    /// A later release wrote it.
    #[error("the vault has format {found}, this release knows {known}: use a newer release")]
    Newer {
        /// The number in the file `FORMAT`.
        found: u32,
        /// The newest that this release knows.
        known: u32,
    },
    /// Another process has it open.
    #[error("another process has the vault in {0} open")]
    Locked(PathBuf),
    /// The vault was made with another institution key.
    #[error("the institution key is not the one that this vault was created with")]
    OtherKey,
    /// The file of the institution key has not the right shape.
    #[error("{path} is no institution key: {reason}")]
    KeyFile {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        reason: NotAKey,
    },
    /// A file is not what was written there: bytes differ, or it stands in the place of another.
    #[error("{path} is damaged or not in its place")]
    Damaged {
        /// Which file, relative to the vault.
        path: PathBuf,
    },
    /// Openings without the key that opens them: the files of `keys` were not restored with those of `sealed`.
    #[error("{path} has no key under `keys`: restore both together")]
    KeyMissing {
        /// The sealed file, relative to the vault.
        path: PathBuf,
    },
    /// A write failed before, so nobody knows what is durable. Opening the vault again finds out.
    #[error("the vault stopped when a write failed; open it again")]
    Stopped,
}

/// Why a file holds no institution key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAKey {
    /// Not 64 lower-case hex digits and a line end.
    #[error("not 64 lower-case hex digits and a line end")]
    Shape,
    /// Others than its owner may read it.
    #[error("others than its owner may read it: set its mode to 0600")]
    Readable,
}

impl Fault {
    /// Wraps what the system said about `path`.
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io {
            doing,
            path,
            source,
        }
    }

    pub(crate) fn damaged(path: &Path) -> Self {
        Self::Damaged {
            path: path.to_owned(),
        }
    }
}
