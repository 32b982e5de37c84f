//! Finds a `nats-server` that is new enough.
//!
//! Order: the path that was given; `NATS_SERVER`; `PATH`; `.tools/nats-server` in the current directory, beside the running
//! binary, or in a directory above it. A path that was *named* (the first two) must do: if it is missing or too old, that is
//! an error and nothing else is tried. One found on `PATH` that is too old is passed over, because distributions ship old ones.

use std::ffi::OsStr;
use std::fmt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::geteuid;

/// The oldest server that will do: the first whose replicated streams group fsyncs under `sync_interval: always`.
pub const MINIMUM: Version = Version {
    major: 2,
    minor: 15,
    patch: 0,
};
/// Name of the binary.
const BINARY: &str = "nats-server";
/// The environment variable that names the binary.
pub const ENV_NATS_SERVER: &str = "NATS_SERVER";

/// A release number of `nats-server`. A pre-release counts as before its release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// First number.
    pub major: u32,
    /// Second number.
    pub minor: u32,
    /// Third number.
    pub patch: u32,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl Version {
    /// Reads `2.15.1`, with or without a leading `v`. `None` if it is no release number; a suffix (`2.15.0-RC.1`) makes it
    /// a pre-release, which is not accepted either.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text
            .strip_prefix('v')
            .unwrap_or(text)
            .splitn(3, '.')
            .map(|part| part.parse().ok());
        Some(Self {
            major: parts.next()??,
            minor: parts.next()??,
            patch: parts.next()??,
        })
    }
}

/// A binary that exists and is new enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where it is.
    pub path: PathBuf,
    /// What it says it is.
    pub version: Version,
}

/// Why there is no usable binary.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// None of the places has one.
    #[error(
        "no nats-server {MINIMUM} or newer on PATH or under .tools/; `tools/run` installs it, or set {ENV_NATS_SERVER}"
    )]
    Missing,
    /// The path that was named cannot be run.
    #[error("cannot run {path}")]
    CannotRun {
        /// The path.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// It runs, but does not print a release number.
    #[error("{path} --version printed {printed:?}, which names no release")]
    NotAServer {
        /// The path.
        path: PathBuf,
        /// Its output, shortened.
        printed: String,
    },
    /// It is older than [`MINIMUM`].
    #[error(
        "{path} is nats-server {found}; {MINIMUM} or newer is needed (`tools/run` installs one)"
    )]
    TooOld {
        /// The path.
        path: PathBuf,
        /// Its version.
        found: Version,
    },
}

/// Finds a server; see the module for the order. Runs `--version` on each candidate (blocking, milliseconds).
///
/// # Errors
/// [`FindError`].
pub fn find(explicit: Option<&Path>) -> Result<Found, FindError> {
    let named = explicit
        .map(Path::to_owned)
        .or_else(|| std::env::var_os(ENV_NATS_SERVER).map(PathBuf::from));
    if let Some(path) = named {
        return probe(&path);
    }
    first_usable(std::env::var_os("PATH").as_deref(), &tool_dirs())
}

/// The first usable of `PATH`, then of the `.tools` directories. If all there are is too old, says so.
fn first_usable(path: Option<&OsStr>, tools: &[PathBuf]) -> Result<Found, FindError> {
    let on_path = path.map(std::env::split_paths).into_iter().flatten();
    let in_tools = tools
        .iter()
        .filter(|dir| is_ours(&dir.join(BINARY)))
        .cloned();
    let mut why = FindError::Missing;
    for dir in on_path.chain(in_tools) {
        let candidate = dir.join(BINARY);
        if !candidate.is_file() {
            continue;
        }
        match probe(&candidate) {
            Ok(found) => return Ok(found),
            Err(error) => why = error,
        }
    }
    Err(why)
}

/// Whether the file is owned by this user or by root. A directory above the current one may be anybody's to write to
/// (`/tmp`), and what a stranger put there is not run.
fn is_ours(path: &Path) -> bool {
    let mine = geteuid().as_raw();
    std::fs::metadata(path).is_ok_and(|meta| meta.uid() == mine || meta.uid() == 0)
}

/// `.tools` in the current directory, beside the running binary, and in every directory above them, nearest first.
fn tool_dirs() -> Vec<PathBuf> {
    let here = std::env::current_dir().ok();
    let binary = std::env::current_exe().ok();
    let above = binary.iter().flat_map(|path| path.ancestors().skip(1));
    here.iter()
        .flat_map(|dir| dir.ancestors())
        .chain(above)
        .map(|dir| dir.join(".tools"))
        .collect()
}

/// Asks one binary for its version.
fn probe(path: &Path) -> Result<Found, FindError> {
    let output = Command::new(path)
        .arg("--version")
        .output()
        .map_err(|source| FindError::CannotRun {
            path: path.to_owned(),
            source,
        })?;
    let printed: String = String::from_utf8_lossy(&output.stdout)
        .chars()
        .take(120)
        .collect();
    // `nats-server: v2.15.1`
    let version = printed.trim().rsplit(' ').next().and_then(Version::parse);
    match version {
        None => Err(FindError::NotAServer {
            path: path.to_owned(),
            printed,
        }),
        Some(found) if found < MINIMUM => Err(FindError::TooOld {
            path: path.to_owned(),
            found,
        }),
        Some(version) => Ok(Found {
            path: path.to_owned(),
            version,
        }),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn fake(dir: &Path, prints: &str) -> PathBuf {
        std::fs::create_dir_all(dir).unwrap();
        let path = dir.join(BINARY);
        std::fs::write(&path, format!("#!/bin/sh\necho '{prints}'\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    #[test]
    fn release_numbers_are_compared_as_numbers() {
        assert!(Version::parse("v2.9.10").unwrap() < MINIMUM);
        assert!(Version::parse("2.15.0").unwrap() >= MINIMUM);
        assert!(Version::parse("3.0.0").unwrap() > MINIMUM);
        for bad in ["", "2.15", "2.15.x", "2.15.0-RC.1", "2.15.0.1"] {
            assert_eq!(Version::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn an_old_one_on_path_is_passed_over_for_the_tools_directory() {
        let dir = tempfile::tempdir().unwrap();
        let (old, new) = (dir.path().join("old"), dir.path().join("new"));
        fake(&old, "nats-server: v2.9.10");
        let expected = fake(&new, "nats-server: v2.15.1");
        let found = first_usable(Some(old.as_os_str()), std::slice::from_ref(&new)).unwrap();
        assert_eq!(found.path, expected);
        assert_eq!(found.version.to_string(), "2.15.1");
        let alone = first_usable(Some(old.as_os_str()), &[]);
        assert!(matches!(alone, Err(FindError::TooOld { found, .. }) if found.minor == 9));
        assert!(matches!(first_usable(None, &[]), Err(FindError::Missing)));
    }

    #[test]
    fn a_named_path_must_do() {
        let dir = tempfile::tempdir().unwrap();
        let nothing = find(Some(&dir.path().join("nothing")));
        assert!(matches!(nothing, Err(FindError::CannotRun { .. })));
        let other = fake(dir.path(), "hello");
        assert!(matches!(
            find(Some(&other)),
            Err(FindError::NotAServer { .. })
        ));
    }
}
