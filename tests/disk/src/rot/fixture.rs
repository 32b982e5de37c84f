//! The data directory that is damaged: made once, copied for each fault.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use cinnabar_tests::ledger::Ledger;
use tempfile::TempDir;

/// Memory is quicker than a disk, and nothing here is about what a disk does at once.
const MEMORY: &str = "/dev/shm";
/// Organisations registered after the restart: so many blocks are in the write-ahead log and in no table.
const REGISTERED: usize = 6;

/// The same as it was one start earlier, within the fixture's folder.
pub const OLDER: &str = "older";

/// A ledger that ran three times and is stopped: entries in tables, entries in the write-ahead log, views, a vault.
#[derive(Debug)]
pub struct Fixture {
    folder: TempDir,
}

/// A folder in memory, if this machine has such a place.
///
/// # Panics
/// If there is no room.
#[must_use]
pub fn folder() -> TempDir {
    let made = match Path::new(MEMORY).is_dir() {
        true => tempfile::tempdir_in(MEMORY),
        false => tempfile::tempdir(),
    };
    made.expect("room for a folder")
}

impl Fixture {
    /// The one of this process.
    ///
    /// # Panics
    /// If it can't be made.
    pub fn get() -> &'static Self {
        static MADE: OnceLock<Fixture> = OnceLock::new();
        MADE.get_or_init(Self::make)
    }

    fn make() -> Self {
        let mut ledger = Ledger::demo();
        ledger.stop();
        let folder = folder();
        let keep = |ledger: &Ledger, to: &Path| {
            copy(&ledger.data(), &to.join("data"));
            copy(&ledger.path("data.mark"), &to.join("data.mark"));
        };
        ledger.start(&[]);
        ledger.register("rot-early", &ledger.key("li"));
        ledger.stop();
        keep(&ledger, &folder.path().join(OLDER));
        ledger.start(&[]);
        for number in 0..REGISTERED {
            ledger.register(&format!("rot-{number}"), &ledger.key("li"));
        }
        let _ = ledger.ask_as_of("/v1/organisations", ledger.size());
        ledger.stop();
        keep(&ledger, folder.path());
        Self { folder }
    }

    /// The folder with `data` and `data.mark`.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A copy of the replica and the mark, nothing else.
    #[must_use]
    pub fn replica(&self) -> TempDir {
        let to = folder();
        copy(
            &self.path().join("data/store"),
            &to.path().join("data/store"),
        );
        copy(&self.path().join("data.mark"), &to.path().join("data.mark"));
        to
    }

    /// Files below the folder that `chosen` takes, relative to it, sorted.
    #[must_use]
    pub fn files(&self, chosen: impl Fn(&str) -> bool) -> Vec<PathBuf> {
        let mut found = Vec::new();
        list(self.path(), &mut found);
        let mut found: Vec<PathBuf> = found
            .iter()
            .map(|path| {
                path.strip_prefix(self.path())
                    .expect("below the folder")
                    .to_owned()
            })
            .filter(|path| !path.starts_with(OLDER) && chosen(&path.to_string_lossy()))
            .collect();
        found.sort();
        found
    }

    /// The bytes of one of its files.
    ///
    /// # Panics
    /// If it can't be read.
    #[must_use]
    pub fn bytes(&self, file: &Path) -> Vec<u8> {
        fs::read(self.path().join(file)).expect("a file of the fixture")
    }
}

fn list(dir: &Path, found: &mut Vec<PathBuf>) {
    for item in fs::read_dir(dir).expect("a folder of ours") {
        let item = item.expect("a folder of ours");
        let kind = item.file_type().expect("a file of ours");
        if kind.is_dir() {
            list(&item.path(), found);
        } else if kind.is_file() {
            found.push(item.path());
        }
    }
}

/// Copies a file, or a folder with everything in it, links as links.
///
/// # Panics
/// If it can't.
pub fn copy(from: &Path, to: &Path) {
    let kind = fs::symlink_metadata(from)
        .expect("there is something to copy")
        .file_type();
    if kind.is_symlink() {
        let target = fs::read_link(from).expect("a link");
        std::os::unix::fs::symlink(target, to).expect("room for a link");
    } else if kind.is_dir() {
        fs::create_dir_all(to).expect("room for a folder");
        for item in fs::read_dir(from).expect("a folder") {
            let item = item.expect("a folder");
            copy(&item.path(), &to.join(item.file_name()));
        }
    } else {
        fs::copy(from, to).expect("room for a file");
    }
}
