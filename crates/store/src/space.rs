//! Whether there is room for more.
//!
//! A database that meets the end of its disk stops in the middle of its work. So whoever writes looks here first, and
//! stops while there is still room for what is under way: for the blocks that were decided, the log stream and the feed beside
//! them, the tables that RocksDB merges, the views, and for a start after all that.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::open::MIN_FREE_BYTES;
use crate::store::Store;

/// Free bytes below which nothing new is recorded. More than [`MIN_FREE_BYTES`], so that a ledger that stopped for want of room can
/// be opened and read as it is.
pub const RESERVE_BYTES: u64 = 2 * MIN_FREE_BYTES;
/// Free bytes beyond [`RESERVE_BYTES`] before it goes on: otherwise it would stop and go on with every file that RocksDB removes.
pub const RESUME_BYTES: u64 = RESERVE_BYTES / 8;
/// How long a look lasts. At the fastest load that was measured, less than a tenth of the reserve is written meanwhile.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// There is too little room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LowSpace {
    /// Where.
    pub folder: PathBuf,
    /// Bytes that are free there.
    pub free: u64,
    /// Bytes that must be, before anything new is recorded.
    pub needed: u64,
}

impl fmt::Display for LowSpace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            folder,
            free,
            needed,
        } = self;
        write!(
            f,
            "{free} bytes are free on the disk of {}, {needed} are needed",
            folder.display()
        )
    }
}

/// The disks that a ledger needs room on.
#[derive(Debug)]
pub(crate) struct Space(Mutex<Seen>);

#[derive(Debug)]
struct Seen {
    folders: Vec<PathBuf>,
    at: Option<Instant>,
    /// Least that is free on any of them; none if none could be asked.
    free: Option<u64>,
    low: Option<LowSpace>,
}

impl Space {
    pub(crate) fn of(folder: &Path) -> Self {
        Self(Mutex::new(Seen {
            folders: vec![folder.to_owned()],
            at: None,
            free: None,
            low: None,
        }))
    }

    /// What was seen, at most [`LOOK_AGAIN`] ago.
    fn look<T>(&self, read: impl FnOnce(&Seen) -> T) -> T {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.at.is_none_or(|at| at.elapsed() >= LOOK_AGAIN) {
            seen.look();
        }
        read(&seen)
    }
}

impl Seen {
    fn look(&mut self) {
        let free = |folder: &PathBuf| {
            let found = rustix::fs::statvfs(folder.as_path()).ok()?;
            Some((
                folder.clone(),
                found.f_bavail.saturating_mul(found.f_frsize),
            ))
        };
        let least = self.folders.iter().filter_map(free);
        let least = least.min_by_key(|(_, free)| *free);
        self.at = Some(Instant::now());
        self.free = least.as_ref().map(|(_, free)| *free);
        let was_low = self.low.is_some();
        self.low = least.and_then(|(folder, free)| judge(folder, free, was_low));
        match (&self.low, was_low) {
            (Some(low), false) => {
                tracing::warn!(%low, "The disk is nearly full: nothing new is recorded.");
            }
            (None, true) => tracing::info!("There is room again: statements are recorded."),
            (Some(_), true) | (None, false) => {}
        }
    }
}

/// Too little, or enough: to go on takes more than not to stop.
fn judge(folder: PathBuf, free: u64, was_low: bool) -> Option<LowSpace> {
    let needed = match was_low {
        true => RESERVE_BYTES + RESUME_BYTES,
        false => RESERVE_BYTES,
    };
    (free < needed).then_some(LowSpace {
        folder,
        free,
        needed,
    })
}

impl Store {
    /// Looks at the disk of `folder` too: of something else that grows with the ledger.
    pub fn watch_space(&self, folder: &Path) {
        let seen = self.inner.space.0.lock();
        let mut seen = seen.unwrap_or_else(PoisonError::into_inner);
        seen.folders.push(folder.to_owned());
        seen.at = None;
    }

    /// That there is too little room to record anything new: less than [`RESERVE_BYTES`], and once it was less, than
    /// [`RESUME_BYTES`] beyond. Cheap: the disk is asked at most every 50 ms.
    pub fn low_space(&self) -> Option<LowSpace> {
        self.inner.space.look(|seen| seen.low.clone())
    }

    /// Bytes that are free on the fullest of the disks; none if it can't be asked.
    pub fn free_bytes(&self) -> Option<u64> {
        self.inner.space.look(|seen| seen.free)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stopped_for_want_of_room_goes_on_only_when_there_is_clearly_more() {
        let is_low = |free, was_low| judge(PathBuf::from("somewhere"), free, was_low).is_some();
        assert!(!is_low(RESERVE_BYTES, false));
        assert!(is_low(RESERVE_BYTES - 1, false));
        assert!(is_low(RESERVE_BYTES + RESUME_BYTES - 1, true));
        assert!(!is_low(RESERVE_BYTES + RESUME_BYTES, true));
    }

    #[test]
    fn a_ledger_that_stopped_for_want_of_room_can_be_opened() {
        const { assert!(RESERVE_BYTES > MIN_FREE_BYTES) };
    }

    #[test]
    fn a_folder_that_cannot_be_asked_stops_nothing() {
        let space = Space::of(Path::new("/nowhere/at/all"));
        assert_eq!(
            space.look(|seen| (seen.free, seen.low.clone())),
            (None, None)
        );
    }
}
