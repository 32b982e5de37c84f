//! A witness's folder: its key, what it cosigned last for each log, and the lock that keeps others out.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use cinnabar_tlog::{
    Cosigner, KeyName, MAX_NOTE_BYTES, Note, NoteError, Origin, SkeyError, VerifierKey,
};
use rustix::fs::{FlockOperation, flock};
use zeroize::Zeroizing;

use super::logs::{Cosigned, NotCosigned};
use crate::wire::origin_id;

/// Longest key file: a name of 255 bytes and some hundred more.
const MAX_KEY_FILE_BYTES: u64 = 1_024;

const LOCK: &str = "lock";
const KEY: &str = "key";
const LOGS: &str = "logs";
const CHECKPOINT: &str = "checkpoint";
/// What is being written, until it is renamed; whatever stands in it at start was never answered for.
const UNFINISHED: &str = "checkpoint.new";

/// Why the folder cannot be used. All of these stop the witness; nothing of a secret is repeated.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The system refused.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// Another process works in this folder.
    #[error("another witness runs on {}", .0.display())]
    Locked(PathBuf),
    /// Others than the owner may read the key.
    #[error("{} may be read by others than its owner (mode {mode:04o})", path.display())]
    KeyExposed {
        /// The key file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// The key file is no secret key of a witness.
    #[error("{} is not a witness's secret key", path.display())]
    Key {
        /// The key file.
        path: PathBuf,
        /// What is wrong.
        source: SkeyError,
    },
    /// The folder belongs to a witness of another name. A key has one name for ever.
    #[error("the key is of {found}, not of {chosen}")]
    OtherName {
        /// The name that was asked for.
        chosen: KeyName,
        /// The name in the key file.
        found: KeyName,
    },
    /// There is a key, and nothing that says what it signed: going on could mean to cosign a fork.
    #[error("{} is gone, though the witness has a key: what it cosigned is not known any more", .0.display())]
    StateLost(PathBuf),
    /// The file with what was cosigned last is no note.
    #[error("{} is damaged", path.display())]
    DamagedNote {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: NoteError,
    },
    /// The file with what was cosigned last is not what this witness wrote.
    #[error("{} is not what this witness cosigned", path.display())]
    ForeignNote {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: NotCosigned,
    },
    /// The system has no random numbers for a new key.
    #[error("no random numbers for a new key")]
    Random(#[source] getrandom::Error),
}

/// Says what was tried on what.
pub(crate) fn failed(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StateError {
    let path = path.to_owned();
    move |source| StateError::Io {
        doing,
        path,
        source,
    }
}

/// The folder, locked as long as this lives.
#[derive(Debug)]
pub(crate) struct StateDir {
    root: PathBuf,
    _lock: File,
}

impl StateDir {
    /// Opens or creates the folder, and locks it.
    pub(crate) fn open(root: &Path) -> Result<Self, StateError> {
        create_dir(root)?;
        let path = root.join(LOCK);
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed("open", &path))?;
        match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Self {
                root: root.to_owned(),
                _lock: lock,
            }),
            Err(rustix::io::Errno::WOULDBLOCK) => Err(StateError::Locked(root.to_owned())),
            Err(error) => Err(failed("lock", &path)(error.into())),
        }
    }

    /// The witness's key; made under this name if the folder has none.
    pub(crate) fn key(&self, name: &KeyName) -> Result<Cosigner, StateError> {
        let (path, logs) = (self.root.join(KEY), self.root.join(LOGS));
        match File::open(&path) {
            Ok(file) => {
                if !logs.is_dir() {
                    return Err(StateError::StateLost(logs));
                }
                read_key(file, path, name)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                create_dir(&logs)?;
                self.make_key(&path, name)
            }
            Err(error) => Err(failed("open", &path)(error)),
        }
    }

    fn make_key(&self, path: &Path, name: &KeyName) -> Result<Cosigner, StateError> {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *seed).map_err(StateError::Random)?;
        let cosigner = Cosigner::from_seed(name.clone(), &seed);
        let unfinished = self.root.join("key.new");
        let write = || {
            // A half-written key of a start that was cut short has signed nothing.
            match fs::remove_file(&unfinished) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                Ok(()) | Err(_) => {}
            }
            let mut file = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&unfinished)?;
            file.write_all(cosigner.to_skey().as_bytes())?;
            file.write_all(b"\n")?;
            file.sync_all()?;
            fs::rename(&unfinished, path)?;
            sync_dir(&self.root)
        };
        write().map_err(failed("write", path))?;
        Ok(cosigner)
    }

    /// The folder of one log; made if there is none.
    pub(crate) fn log_dir(&self, origin: &Origin) -> Result<PathBuf, StateError> {
        let dir = self.root.join(LOGS).join(origin_id(origin));
        create_dir(&dir)?;
        Ok(dir)
    }
}

fn read_key(file: File, path: PathBuf, name: &KeyName) -> Result<Cosigner, StateError> {
    let mode = file.metadata().map_err(failed("read", &path))?.mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(StateError::KeyExposed { path, mode });
    }
    let mut skey = Zeroizing::new(String::new());
    file.take(MAX_KEY_FILE_BYTES)
        .read_to_string(&mut skey)
        .map_err(failed("read", &path))?;
    let skey = skey.strip_suffix('\n').unwrap_or(&skey);
    let cosigner = Cosigner::parse_skey(skey).map_err(|source| StateError::Key { path, source })?;
    if cosigner.name() != name {
        return Err(StateError::OtherName {
            chosen: name.clone(),
            found: cosigner.name().clone(),
        });
    }
    Ok(cosigner)
}

/// What was cosigned last for a log, read from its folder. The witness's own signature is verified: a flipped bit shows.
pub(crate) fn read_last(
    dir: &Path,
    origin: &Origin,
    key: &VerifierKey,
) -> Result<Option<Cosigned>, StateError> {
    let path = dir.join(CHECKPOINT);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed("open", &path)(error)),
    };
    let mut bytes = Vec::new();
    file.take(MAX_NOTE_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(failed("read", &path))?;
    let note = match Note::parse(&bytes) {
        Ok(note) => note,
        Err(source) => return Err(StateError::DamagedNote { path, source }),
    };
    match Cosigned::open(note, origin, key) {
        Ok(cosigned) => Ok(Some(cosigned)),
        Err(source) => Err(StateError::ForeignNote { path, source }),
    }
}

/// Makes a note the last one of a log. When this returns, it is on the disk under its name; when it fails, the disk may
/// have the one before or this one, whole.
pub(crate) fn write_last(dir: &Path, note: &Note) -> Result<(), StateError> {
    let (unfinished, path) = (dir.join(UNFINISHED), dir.join(CHECKPOINT));
    let write = || {
        let mut file = File::create(&unfinished)?;
        file.write_all(note.to_string().as_bytes())?;
        file.sync_all()?;
        fs::rename(&unfinished, &path)?;
        sync_dir(dir)
    };
    write().map_err(failed("write", &path))
}

/// Makes a folder for its owner alone, with those above it, all of them durable.
pub(crate) fn create_dir(dir: &Path) -> Result<(), StateError> {
    if dir.is_dir() {
        return Ok(());
    }
    let above = dir.parent().filter(|above| !above.as_os_str().is_empty());
    if let Some(above) = above {
        create_dir(above)?;
    }
    let made = DirBuilder::new().mode(0o700).create(dir);
    made.and_then(|()| sync_dir(above.unwrap_or(Path::new("."))))
        .map_err(failed("create", dir))
}

/// Makes what was created or renamed in a folder durable.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}
