//! A disk that remembers in which order everything was done to it, and fails when it is told to: a file system in user
//! space that any program can use, whatever language it was written in.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fuser::{BackgroundSession, Config, MountOption};
use tempfile::TempDir;

use crate::faults::Faults;
use crate::fuse::Served;
use crate::tree::{Op, Tree};

/// What the disk holds and has seen.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) tree: Tree,
    pub(crate) trace: Vec<Op>,
    pub(crate) faults: Faults,
}

pub(crate) type Shared = Arc<Mutex<State>>;

pub(crate) fn lock(shared: &Mutex<State>) -> MutexGuard<'_, State> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    /// Does it and remembers it.
    pub(crate) fn record(&mut self, op: Op) {
        self.tree.apply(&op);
        self.trace.push(op);
    }
}

/// A mounted disk. It is unmounted when this is dropped; programs that use it must have ended.
#[derive(Debug)]
pub struct Disk {
    shared: Shared,
    session: Option<BackgroundSession>,
    folder: TempDir,
}

impl Disk {
    /// Mounts an empty disk.
    ///
    /// # Errors
    /// If this machine doesn't let us: no `/dev/fuse`, or no right to mount.
    pub fn mount() -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        let shared = Shared::default();
        let mut config = Config::default();
        config.mount_options = vec![
            MountOption::FSName("cinnabar-disk".to_owned()),
            MountOption::NoAtime,
        ];
        if !Path::new("/dev/fuse").exists() {
            return Err(io::Error::new(io::ErrorKind::NotFound, "no /dev/fuse"));
        }
        let session = fuser::spawn_mount(Served::new(shared.clone()), folder.path(), &config)?;
        Ok(Self {
            shared,
            session: Some(session),
            folder,
        })
    }

    /// Where it is mounted.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// How many operations it has seen.
    #[must_use]
    pub fn now(&self) -> usize {
        lock(&self.shared).trace.len()
    }

    /// Everything that was done to it, in order.
    #[must_use]
    pub fn trace(&self) -> Vec<Op> {
        lock(&self.shared).trace.clone()
    }

    /// Lets it go wrong, or not any more.
    pub fn fail(&self, change: impl FnOnce(&mut Faults)) {
        change(&mut lock(&self.shared).faults);
    }

    /// Leaves so many bytes free, from now on; none: as many as anybody wants.
    pub fn leave_free(&self, bytes: Option<u64>) {
        let mut state = lock(&self.shared);
        state.faults.capacity = bytes.map(|bytes| state.tree.used() + bytes);
    }

    /// Whether the sync that was to fail has failed.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        let state = lock(&self.shared);
        state
            .trace
            .iter()
            .any(|op| matches!(op, Op::SyncFailed { .. }))
    }

    /// Each failed sync: the number of operations before it, and the file.
    #[must_use]
    pub fn failed(&self) -> Vec<(usize, PathBuf)> {
        let state = lock(&self.shared);
        let failed = state.trace.iter().enumerate();
        let failed = failed.filter_map(|(at, op)| match op {
            Op::SyncFailed { node, .. } => Some((at, state.tree.path(*node))),
            Op::Make { .. }
            | Op::Link { .. }
            | Op::Rename { .. }
            | Op::Remove { .. }
            | Op::Write { .. }
            | Op::Resize { .. }
            | Op::Mode { .. }
            | Op::Sync { .. } => None,
        });
        failed.collect()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // A program that was killed may hold it a little longer: a lazy unmount doesn't wait for it.
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
        drop(self.session.take());
    }
}

impl crate::journal::Clock for Disk {
    fn now(&self) -> usize {
        Self::now(self)
    }
}
