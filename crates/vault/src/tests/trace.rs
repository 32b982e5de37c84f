//! Every change to the files, as it was made; and what a power cut leaves of them.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// One change to the files, or one sync.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Wrote(PathBuf, Vec<u8>),
    Renamed(PathBuf, PathBuf),
    Unlinked(PathBuf),
    /// Overwritten with repetitions of a byte, and synced.
    Overwrote(PathBuf, u8, u64),
    SyncedFile(PathBuf),
    SyncedFolder(PathBuf),
    SyncedAll,
}

/// What the disk did since it was opened.
#[derive(Default)]
pub(crate) struct Trace {
    steps: Mutex<Vec<Step>>,
    forgets: AtomicBool,
}

impl Trace {
    fn push(&self, step: Step) {
        self.steps.lock().unwrap().push(step);
    }
    pub(crate) fn wrote(&self, path: &Path, bytes: &[u8]) {
        self.push(Step::Wrote(path.to_owned(), bytes.to_vec()));
    }
    pub(crate) fn renamed(&self, from: &Path, to: &Path) {
        self.push(Step::Renamed(from.to_owned(), to.to_owned()));
    }
    pub(crate) fn unlinked(&self, path: &Path) {
        self.push(Step::Unlinked(path.to_owned()));
    }
    pub(crate) fn overwrote(&self, path: &Path, byte: u8, len: u64) {
        self.push(Step::Overwrote(path.to_owned(), byte, len));
    }
    pub(crate) fn synced_file(&self, path: &Path) {
        self.push(Step::SyncedFile(path.to_owned()));
    }
    pub(crate) fn synced_folder(&self, path: &Path) {
        self.push(Step::SyncedFolder(path.to_owned()));
    }
    pub(crate) fn synced_all(&self) {
        self.push(Step::SyncedAll);
    }

    /// What was done since the last call.
    pub(crate) fn take(&self) -> Vec<Step> {
        std::mem::take(&mut *self.steps.lock().unwrap())
    }

    /// From now on files that should be destroyed are only unlinked.
    pub(crate) fn only_forget(&self) {
        self.forgets.store(true, Ordering::Relaxed);
    }
    pub(crate) fn only_forgets(&self) -> bool {
        self.forgets.load(Ordering::Relaxed)
    }
}
