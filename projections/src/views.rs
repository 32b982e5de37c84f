//! The runner: applies blocks to all views at once, rebuilds them, hands out readers.

use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use cinnabar_events::{Entry, EntryHash, Sequence};
use cinnabar_failpoint::{Failpoint, pass};
use cinnabar_tlog::{Hash, Size};
use rusqlite::Connection;

use crate::digest::{Digest, Digests};
use crate::file::{self, Directory, Found, OpenError, write_cursor};
use crate::pool::{Pool, ReadError, Reader, is_damage};
use crate::projection::VIEWS;
use crate::writing::Writing;

/// How far the views have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Entries folded in.
    pub size: Size,
    /// Root of the tree at that size.
    pub root: Hash,
    /// Hash of the last entry folded in.
    pub head: EntryHash,
}

/// The entries can't be folded in. Nothing was.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// Not the entry that comes next: one would be skipped or folded in twice.
    #[error("the next entry is {expected}, not {found}")]
    NotNext {
        /// The sequence that the views are at.
        expected: Sequence,
        /// The entry's.
        found: Sequence,
    },
    /// The entry doesn't continue what the views were folded from.
    #[error(
        "entry {sequence} names {found} as the entry before, the views were folded from {expected}"
    )]
    OtherLedger {
        /// The entry's sequence.
        sequence: Sequence,
        /// Hash of the last entry folded in.
        expected: EntryHash,
        /// What the entry says.
        found: EntryHash,
    },
    /// The size or root doesn't fit the entries.
    #[error("the entries end at size {expected}, not {found}, or leave a size with another root")]
    OtherSize {
        /// Size after the entries.
        expected: Size,
        /// Size given.
        found: Size,
    },
    /// The file is damaged: [`Views::rebuild`].
    #[error("the views are damaged and must be folded again")]
    Damaged,
    /// SQLite can't write.
    #[error("the views can't be written")]
    Sqlite(#[source] rusqlite::Error),
    /// A finished rebuild can't take the place of the file before.
    #[error("the rebuilt views can't take their place")]
    Swap(#[source] OpenError),
}

impl From<rusqlite::Error> for ApplyError {
    fn from(error: rusqlite::Error) -> Self {
        if is_damage(&error) {
            Self::Damaged
        } else {
            Self::Sqlite(error)
        }
    }
}

/// All views of one ledger. Cheap to clone; any thread may read, one folds at a time.
#[derive(Clone, Debug)]
pub struct Views(Arc<Inner>);

struct Inner {
    dir: Directory,
    writer: Mutex<Writer>,
    /// Where the fold stands; beside the writer, so that nobody waits for a fold to know.
    cursor: Mutex<Cursor>,
    readers: RwLock<Arc<Pool>>,
    /// What readers see; behind the fold while it rebuilds.
    served: Mutex<Served>,
    damaged: Arc<AtomicBool>,
    watchers: Mutex<Vec<Watcher>>,
}

/// Which file readers see, and how far it has come.
#[derive(Clone, Copy)]
struct Served {
    number: u64,
    cursor: Cursor,
}

type Watcher = Box<dyn Fn(Cursor) + Send + Sync>;

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inner")
            .field("dir", &self.dir)
            .field("cursor", &self.cursor)
            .finish_non_exhaustive()
    }
}

/// The one connection that writes.
struct Writer {
    sqlite: Connection,
    number: u64,
    cursor: Cursor,
    /// The size at which this file takes the place of the one before.
    takes_over_at: Option<Size>,
}

impl Views {
    /// Opens the views in `dir`, or starts them. If a view's version differs or the file is damaged, they start again
    /// in a new file: [`Self::cursor`] says from where entries are needed.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(dir: &Path) -> Result<Self, OpenError> {
        let dir = Directory::open(dir)?;
        let linked = dir.linked();
        let mut takes_over_at = Size::ZERO;
        if let Some(number) = linked {
            match file::find(&dir.file(number)) {
                Found::Usable(sqlite, cursor) => {
                    let writer = Writer {
                        sqlite,
                        number,
                        cursor,
                        takes_over_at: None,
                    };
                    for other in dir.numbers()?.into_iter().filter(|other| *other != number) {
                        dir.remove(other)?;
                    }
                    return Ok(Self::of(dir, writer));
                }
                Found::Outdated(size) => takes_over_at = size,
                Found::Damaged => {}
            }
        }
        let mut writer = Self::resume_or_start(&dir, linked)?;
        writer.takes_over_at = Some(takes_over_at);
        writer.take_over(&dir)?;
        Ok(Self::of(dir, writer))
    }

    /// Goes on with a rebuild that was interrupted, or starts one.
    fn resume_or_start(dir: &Directory, linked: Option<u64>) -> Result<Writer, OpenError> {
        let numbers = dir.numbers()?;
        let newest = numbers.first().copied().unwrap_or(0);
        for number in numbers.into_iter().filter(|number| Some(*number) != linked) {
            if let Found::Usable(sqlite, cursor) = file::find(&dir.file(number)) {
                return Ok(Writer {
                    sqlite,
                    number,
                    cursor,
                    takes_over_at: None,
                });
            }
            dir.remove(number)?;
        }
        let number = newest.max(linked.unwrap_or(0)) + 1;
        let sqlite = file::create(&dir.file(number))?;
        Ok(Writer {
            sqlite,
            number,
            cursor: Cursor::START,
            takes_over_at: None,
        })
    }

    fn of(dir: Directory, writer: Writer) -> Self {
        let damaged = Arc::new(AtomicBool::new(false));
        let pool = Pool::new(dir.file(writer.number), Arc::clone(&damaged));
        Self(Arc::new(Inner {
            dir,
            cursor: Mutex::new(writer.cursor),
            served: Mutex::new(Served {
                number: writer.number,
                cursor: writer.cursor,
            }),
            writer: Mutex::new(writer),
            readers: RwLock::new(Arc::new(pool)),
            damaged,
            watchers: Mutex::default(),
        }))
    }

    /// Where the fold stands: the next entry wanted is the one at `size`.
    pub fn cursor(&self) -> Cursor {
        *lock(&self.0.cursor)
    }

    /// Calls `watcher` after each change, with what readers see from then on. It must not block, and not call back.
    pub fn on_change(&self, watcher: impl Fn(Cursor) + Send + Sync + 'static) {
        lock(&self.0.watchers).push(Box::new(watcher));
    }

    /// Folds whole blocks in: rows, text indexes and cursor in one transaction. `as_of` is the size and root after the
    /// last of `entries`, at the end of a block.
    ///
    /// # Errors
    /// [`ApplyError`]; nothing has changed then.
    pub fn apply(&self, entries: &[Entry], as_of: (Size, Hash)) -> Result<Cursor, ApplyError> {
        let mut writer = lock(&self.0.writer);
        if self.0.damaged.load(Ordering::Relaxed) && writer.takes_over_at.is_none() {
            return Err(ApplyError::Damaged);
        }
        let cursor = next_cursor(writer.cursor, entries, as_of)?;
        let transaction = writer.sqlite.transaction()?;
        fold(&Writing::new(&transaction), entries)?;
        write_cursor(&transaction, &cursor)?;
        pass(Failpoint::ViewFolded);
        transaction.commit()?;
        pass(Failpoint::ViewCommitted);
        // From here on it has happened.
        writer.cursor = cursor;
        *lock(&self.0.cursor) = cursor;
        if writer.take_over(&self.0.dir).map_err(ApplyError::Swap)? {
            self.switch_to(writer.number);
        }
        self.served(&writer);
        Ok(cursor)
    }

    /// Starts again in a new file. Readers keep the file there is until the new one has come as far, unless it is
    /// damaged: then they see the new one at once.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn rebuild(&self) -> Result<(), OpenError> {
        let mut writer = lock(&self.0.writer);
        let number = self
            .0
            .dir
            .numbers()?
            .first()
            .copied()
            .unwrap_or(0)
            .max(writer.number)
            + 1;
        let sqlite = file::create(&self.0.dir.file(number))?;
        let damaged = self.0.damaged.load(Ordering::Relaxed);
        let takes_over_at = if damaged {
            Size::ZERO
        } else {
            writer.cursor.size
        };
        *writer = Writer {
            sqlite,
            number,
            cursor: Cursor::START,
            takes_over_at: Some(takes_over_at),
        };
        *lock(&self.0.cursor) = Cursor::START;
        if writer.take_over(&self.0.dir)? {
            self.switch_to(number);
        }
        self.served(&writer);
        Ok(())
    }

    /// What readers see: behind [`Self::cursor`] while a rebuild is under way.
    pub fn served_cursor(&self) -> Cursor {
        lock(&self.0.served).cursor
    }

    /// Lets new readers see file `number`.
    fn switch_to(&self, number: u64) {
        lock(&self.0.served).number = number;
        self.0.damaged.store(false, Ordering::Relaxed);
        let pool = Pool::new(self.0.dir.file(number), Arc::clone(&self.0.damaged));
        *self
            .0
            .readers
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(pool);
    }

    /// Notes what readers see now, and tells those who wait for it.
    fn served(&self, writer: &Writer) {
        let mut served = lock(&self.0.served);
        if served.number == writer.number {
            served.cursor = writer.cursor;
            drop(served);
            lock(&self.0.watchers)
                .iter()
                .for_each(|watcher| watcher(writer.cursor));
        }
    }

    /// Starts reading.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn read(&self) -> Result<Reader, ReadError> {
        let readers = || {
            Arc::clone(
                &self
                    .0
                    .readers
                    .read()
                    .unwrap_or_else(PoisonError::into_inner),
            )
        };
        let pool = readers();
        match pool.reader() {
            // A rebuilt file took the place of this one between two lines.
            Err(ReadError::Sqlite(_)) if !Arc::ptr_eq(&pool, &readers()) => readers().reader(),
            answer => answer,
        }
    }

    /// The cursor, and each view's digest at it. Reads every row.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn digests(&self) -> Result<Digests, ReadError> {
        let writer = lock(&self.0.writer);
        let digests = VIEWS
            .iter()
            .map(|view| Ok((view.name, Digest::of(view, &writer.sqlite)?)));
        let views = digests.collect::<rusqlite::Result<_>>()?;
        Ok(Digests {
            cursor: writer.cursor,
            views,
        })
    }
}

impl Writer {
    /// Takes the place of the file before, if it has come far enough.
    fn take_over(&mut self, dir: &Directory) -> Result<bool, OpenError> {
        match self.takes_over_at {
            Some(size) if self.cursor.size >= size => {
                dir.link(self.number)?;
                self.takes_over_at = None;
                Ok(true)
            }
            Some(_) | None => Ok(false),
        }
    }
}

/// Folds entries into every view.
fn fold(writing: &Writing<'_>, entries: &[Entry]) -> rusqlite::Result<()> {
    for entry in entries {
        for view in VIEWS {
            (view.apply)(entry, writing)?;
        }
    }
    Ok(())
}

/// The cursor after `entries`, if they are the next ones.
fn next_cursor(
    cursor: Cursor,
    entries: &[Entry],
    (size, root): (Size, Hash),
) -> Result<Cursor, ApplyError> {
    let (mut next, mut head) = (Sequence::new(cursor.size.get()), cursor.head);
    for entry in entries {
        let sequence = entry.seq();
        if sequence != next {
            return Err(ApplyError::NotNext {
                expected: next,
                found: sequence,
            });
        }
        if entry.prev() != head {
            return Err(ApplyError::OtherLedger {
                sequence,
                expected: head,
                found: entry.prev(),
            });
        }
        (next, head) = (next.next(), entry.hash());
    }
    let expected = Size::new(next.get());
    if size != expected || (entries.is_empty() && root != cursor.root) {
        return Err(ApplyError::OtherSize {
            expected,
            found: size,
        });
    }
    Ok(Cursor { size, root, head })
}

/// A panic in a fold drops its transaction, so what a poisoned lock guards is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
