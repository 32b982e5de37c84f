//! What a log signed that cannot be: kept for whoever asks.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use cinnabar_tlog::PosixSeconds;
use sha2::{Digest as _, Sha256};

use super::disk::{StateError, create_dir, failed, sync_dir};
use super::logs::Cosigned;

/// Most files of each sort and log: a log that forks once will do it again, and one file is enough for everybody.
pub const MAX_EVIDENCE_FILES: usize = 64;

/// Whether the notes alone show it. Anybody can send a public checkpoint with a wrong proof, so those files are counted apart:
/// nobody can fill the place of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    Fork,
    Unproven,
}

impl Sort {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Fork => "fork-",
            Self::Unproven => "unproven-",
        }
    }
}

/// Keeps a request beside what was cosigned last, one file for each text that the log signed. Gives the file's path; none if
/// it is there already or there is no more room.
pub(crate) fn keep(
    log_dir: &Path,
    sort: Sort,
    reason: &str,
    request: (&str, &[u8]),
    last: Option<&Cosigned>,
    received: PosixSeconds,
) -> Result<Option<PathBuf>, StateError> {
    let (text, body) = request;
    let dir = log_dir.join("evidence");
    create_dir(&dir)?;
    let kept = fs::read_dir(&dir).map_err(failed("read", &dir))?;
    let kept = kept.filter_map(Result::ok).filter(|file| {
        file.file_name()
            .as_encoded_bytes()
            .starts_with(sort.prefix().as_bytes())
    });
    if kept.count() >= MAX_EVIDENCE_FILES {
        return Ok(None);
    }
    let name = hex::encode(&Sha256::digest(text)[..16]);
    let path = dir.join(format!("{}{name}.json", sort.prefix()));
    let document = serde_json::json!({
        "v": 1,
        "reason": reason,
        "received": received.get(),
        "cosigned": last.map(|last| last.note().to_string()),
        "request": String::from_utf8_lossy(body),
    });
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path);
    let mut file = match file {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(None),
        Err(error) => return Err(failed("write", &path)(error)),
    };
    let mut write = || {
        file.write_all(format!("{document:#}\n").as_bytes())?;
        file.sync_all()?;
        sync_dir(&dir)
    };
    write().map_err(failed("write", &path))?;
    Ok(Some(path))
}
