//! What a disk does wrong, when it is told to.

use std::path::Path;
use std::time::Duration;

/// What goes wrong from now on.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// Bytes that the disk holds; unlimited if absent.
    pub capacity: Option<u64>,
    /// Syncs that fail.
    pub failing_sync: Option<FailingSync>,
    /// Syncs that take long.
    pub slow_sync: Option<SlowSync>,
}

/// One sync that fails with EIO; those after it succeed, as a kernel does that calls the lost pages clean.
#[derive(Clone, Debug)]
pub struct FailingSync {
    /// What the file's path contains.
    pub of: &'static str,
    /// How many syncs of such files succeed before.
    pub after: usize,
}

/// Syncs that take long.
#[derive(Clone, Debug)]
pub struct SlowSync {
    /// What the file's path contains; empty: every file.
    pub of: &'static str,
    /// How long each takes.
    pub takes: Duration,
}

impl Faults {
    /// Whether the sync of this file that is asked for now fails. It is counted.
    pub(crate) fn sync_fails(&mut self, path: &Path) -> bool {
        let Some(failing) = &mut self.failing_sync else {
            return false;
        };
        if !contains(path, failing.of) {
            return false;
        }
        if failing.after > 0 {
            failing.after -= 1;
            return false;
        }
        self.failing_sync = None;
        true
    }

    /// How long the sync of this file takes.
    pub(crate) fn sync_takes(&self, path: &Path) -> Option<Duration> {
        let slow = self.slow_sync.as_ref()?;
        contains(path, slow.of).then_some(slow.takes)
    }
}

fn contains(path: &Path, part: &str) -> bool {
    path.to_string_lossy().contains(part)
}
