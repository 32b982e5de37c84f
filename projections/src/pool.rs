//! Connections that only read, a bounded number of them.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::digest::{Digest, Digests};
use crate::file::{connect, read_cursor};
use crate::projection::VIEWS;
use crate::query::{At, Total, Totals};
use crate::views::Cursor;

/// Most questions answered at a time: each has a connection with its own page cache of 8 MiB.
pub const READERS_MAX: usize = 8;
/// How long a question waits for a connection before it is told to come back.
const WAIT_MAX: Duration = Duration::from_secs(2);
/// How long a question may take: the slowest, a search that hits the whole register, takes a hundredth.
const READ_MAX: Duration = Duration::from_secs(5);
/// How long digests may take: every row of some ten million entries is read.
const DIGESTS_MAX: Duration = Duration::from_secs(60);
/// Steps of SQLite's machine between two looks at the clock: well under a millisecond.
const STEPS_BETWEEN_LOOKS: i32 = 10_000;

/// A question that wasn't answered.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// All connections were in use.
    #[error("{READERS_MAX} questions are being answered; come back later")]
    Busy,
    /// It took too long.
    #[error("the question took longer than {} seconds", READ_MAX.as_secs())]
    TooLong,
    /// The file is damaged; it will be folded again.
    #[error("the views are damaged and must be folded again")]
    Damaged(#[source] rusqlite::Error),
    /// SQLite fails in another way.
    #[error("the views can't be read")]
    Sqlite(#[source] rusqlite::Error),
}

impl From<rusqlite::Error> for ReadError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::OperationInterrupted) => Self::TooLong,
            _ if is_damage(&error) => Self::Damaged(error),
            _ => Self::Sqlite(error),
        }
    }
}

/// Whether the file, rather than the question or the machine, is at fault.
pub(crate) fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
    ) || matches!(error, rusqlite::Error::FromSqlConversionFailure(..))
}

/// The connections to one file.
#[derive(Debug)]
pub(crate) struct Pool {
    path: PathBuf,
    state: Mutex<State>,
    returned: Condvar,
    damaged: Arc<AtomicBool>,
    totals: Totals,
}

#[derive(Debug, Default)]
struct State {
    idle: Vec<Connection>,
    open: usize,
}

impl Pool {
    /// No connection yet to the file at `path`; `damaged` is raised when a reader comes upon damage.
    pub(crate) fn new(path: PathBuf, damaged: Arc<AtomicBool>) -> Self {
        Self {
            path,
            state: Mutex::default(),
            returned: Condvar::new(),
            damaged,
            totals: Totals::default(),
        }
    }

    /// Takes a connection, or opens one, or waits for one.
    pub(crate) fn reader(self: &Arc<Self>) -> Result<Reader, ReadError> {
        let connection = self.take()?;
        // From here on the reader gives its place back when it is dropped.
        let mut reader = Reader {
            pool: Arc::clone(self),
            connection,
            cursor: Cursor::START,
        };
        reader.begin().inspect_err(|error| reader.note(error))?;
        Ok(reader)
    }

    fn take(&self) -> Result<Option<Connection>, ReadError> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |state: &mut State| state.idle.is_empty() && state.open >= READERS_MAX;
        let (mut state, waited) = self
            .returned
            .wait_timeout_while(state, WAIT_MAX, full)
            .unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            return Err(ReadError::Busy);
        }
        let idle = state.idle.pop();
        if idle.is_none() {
            state.open += 1;
        }
        Ok(idle)
    }
}

/// One question, or several, to the views as they stand at one moment: entries folded in meanwhile are not seen.
#[derive(Debug)]
pub struct Reader {
    pool: Arc<Pool>,
    connection: Option<Connection>,
    cursor: Cursor,
}

impl Reader {
    /// Opens the connection if need be and starts the read transaction, whose first question is the cursor.
    fn begin(&mut self) -> Result<(), ReadError> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => connect(&self.pool.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?,
        };
        patience(&mut connection, READ_MAX)?;
        connection.execute_batch("BEGIN")?;
        self.cursor = read_cursor(&connection)?;
        self.connection = Some(connection);
        Ok(())
    }

    /// How far the views have come, for this reader.
    pub fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// The size that this reader's newest rows speak of.
    pub fn at(&self) -> At {
        At::size(self.cursor.size)
    }

    /// How totals at that size are come by; beyond what this reader sees more may come.
    pub(crate) fn total(&self, at: At) -> Total<'_> {
        match at.entries() <= self.cursor.size {
            true => Total::Remembered(&self.pool.totals),
            false => Total::Counted,
        }
    }

    /// Each view's digest, as this reader sees them. Reads every row, while others read and fold; takes longer than any other
    /// question, so it is for one who asks at a time.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn digests(&mut self) -> Result<Digests, ReadError> {
        if let Some(connection) = &mut self.connection {
            patience(connection, DIGESTS_MAX)?;
        }
        self.ask(|connection| {
            let digest = |view| Digest::of(view, connection);
            let views = VIEWS.iter().map(|view| Ok((view.name, digest(view)?)));
            Ok(Digests {
                cursor: self.cursor,
                views: views.collect::<rusqlite::Result<_>>()?,
            })
        })
    }

    /// Asks, and remembers damage.
    pub(crate) fn ask<T>(
        &self,
        question: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, ReadError> {
        let connection = self
            .connection
            .as_ref()
            .expect("a reader that began has its connection");
        question(connection)
            .map_err(ReadError::from)
            .inspect_err(|error| self.note(error))
    }

    fn note(&self, error: &ReadError) {
        if matches!(error, ReadError::Damaged(_)) {
            self.pool.damaged.store(true, Ordering::Relaxed);
        }
    }
}

/// Ends every question on this connection that isn't answered after so long.
fn patience(connection: &mut Connection, long: Duration) -> rusqlite::Result<()> {
    let until = Instant::now() + long;
    connection.progress_handler(STEPS_BETWEEN_LOOKS, Some(move || Instant::now() > until))
}

impl Drop for Reader {
    fn drop(&mut self) {
        let ended = self
            .connection
            .take()
            .filter(|connection| connection.execute_batch("ROLLBACK").is_ok());
        let mut state = self
            .pool
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match ended {
            Some(connection) => state.idle.push(connection),
            None => state.open -= 1,
        }
        drop(state);
        self.pool.returned.notify_one();
    }
}
