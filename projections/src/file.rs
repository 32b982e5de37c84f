//! The file that views live in: made, recognised, named, replaced.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use cinnabar_tlog::{EMPTY_ROOT, Size};
use rusqlite::{Connection, OpenFlags, params};

use crate::column::unsigned;
use crate::projection::VIEWS;
use crate::views::Cursor;

/// Marks the file as ours (`PRAGMA application_id`): "CINB".
const APPLICATION_ID: i32 = 0x4349_4e42;
/// Layout of the tables that are no view's (`PRAGMA user_version`).
const FORMAT: i32 = 1;
/// The link to the file in use.
const LINK: &str = "views.db";
/// Largest file that is read through for damage when it is opened, in bytes: 64 MiB take a fraction of a second. In a larger one,
/// damage is found by the question or the fold that comes upon it.
const CHECKED_AT_OPEN_MAX_BYTES: u64 = 64 << 20;
/// Largest write-ahead log that is kept on disk between uses, in bytes: 64 MiB.
const WAL_KEPT_MAX_BYTES: i64 = 64 << 20;
/// Pages that a connection keeps in memory, in KiB: the fold's, whose rows go to many places, and a reader's.
const FOLD_CACHE_KIB: i64 = 64 << 10;
const READER_CACHE_KIB: i64 = 8 << 10;
/// Pages in the write-ahead log after which they are moved into the file: 32 MiB. A page that changes often is then moved once for many
/// blocks.
const WAL_PAGES: i64 = 8 << 10;
/// Prepared statements kept per connection: more than all folds and questions have.
const STATEMENTS_CACHED: usize = 128;

const CREATE: &str = "
    CREATE TABLE cursor (only_one INTEGER PRIMARY KEY CHECK (only_one = 0), size INTEGER NOT NULL, root TEXT NOT NULL, head TEXT NOT NULL);
    CREATE TABLE view (name TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID;
";

/// The views can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory or a file in it can't be read or written.
    #[error("can't use {path}")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// SQLite can't make the file.
    #[error("SQLite can't open {path}")]
    Sqlite {
        /// Which.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
}

/// The directory that the files are in.
#[derive(Clone, Debug)]
pub(crate) struct Directory(PathBuf);

impl Directory {
    /// Makes it if it isn't there.
    pub(crate) fn open(dir: &Path) -> Result<Self, OpenError> {
        fs::create_dir_all(dir).map_err(|source| OpenError::Io {
            path: dir.into(),
            source,
        })?;
        Ok(Self(dir.into()))
    }

    /// Path of file `number`.
    pub(crate) fn file(&self, number: u64) -> PathBuf {
        self.0.join(format!("views-{number}.db"))
    }

    /// Numbers of the files there are, newest first.
    pub(crate) fn numbers(&self) -> Result<Vec<u64>, OpenError> {
        let mut numbers = Vec::new();
        for item in fs::read_dir(&self.0).map_err(|source| self.io(source))? {
            let name = item.map_err(|source| self.io(source))?.file_name();
            numbers.extend(name.to_str().and_then(number_of));
        }
        numbers.sort_unstable_by(|a, b| b.cmp(a));
        Ok(numbers)
    }

    /// Number of the file that the link names.
    pub(crate) fn linked(&self) -> Option<u64> {
        let target = fs::read_link(self.0.join(LINK)).ok()?;
        number_of(target.to_str()?)
    }

    /// Makes the link name file `number`, in one step, and removes every other file.
    pub(crate) fn link(&self, number: u64) -> Result<(), OpenError> {
        let (link, new) = (self.0.join(LINK), self.0.join("views.db.new"));
        let swap = || {
            let _ = fs::remove_file(&new);
            std::os::unix::fs::symlink(format!("views-{number}.db"), &new)?;
            fs::rename(&new, &link)?;
            fs::File::open(&self.0)?.sync_all()
        };
        swap().map_err(|source| self.io(source))?;
        for other in self.numbers()?.into_iter().filter(|other| *other != number) {
            self.remove(other)?;
        }
        Ok(())
    }

    /// Removes file `number` and what SQLite keeps beside it.
    pub(crate) fn remove(&self, number: u64) -> Result<(), OpenError> {
        let file = self.file(number);
        for suffix in ["", "-wal", "-shm"] {
            let mut path = file.clone().into_os_string();
            path.push(suffix);
            match fs::remove_file(&path) {
                Err(source) if source.kind() != io::ErrorKind::NotFound => {
                    return Err(OpenError::Io {
                        path: path.into(),
                        source,
                    });
                }
                Ok(()) | Err(_) => {}
            }
        }
        Ok(())
    }

    fn io(&self, source: io::Error) -> OpenError {
        OpenError::Io {
            path: self.0.clone(),
            source,
        }
    }
}

fn number_of(name: &str) -> Option<u64> {
    name.strip_prefix("views-")?
        .strip_suffix(".db")?
        .parse()
        .ok()
}

/// What is in a file that was there already.
pub(crate) enum Found {
    /// It can be used on.
    Usable(Connection, Cursor),
    /// Made by other versions of the views; it had come this far.
    Outdated(Size),
    /// Not readable as one of ours.
    Damaged,
}

/// Makes a file with empty tables.
pub(crate) fn create(path: &Path) -> Result<Connection, OpenError> {
    let make = || {
        let mut sqlite = connect(
            path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
        )?;
        let transaction = sqlite.transaction()?;
        transaction.execute_batch(CREATE)?;
        for view in VIEWS {
            for table in view.tables {
                transaction.execute_batch(&table.create())?;
            }
            transaction.execute(
                "INSERT INTO view VALUES (?, ?)",
                params![view.name, view.version],
            )?;
        }
        let start = Cursor::START;
        let values = params![start.root.to_string(), start.head.to_string()];
        transaction.execute("INSERT INTO cursor VALUES (0, 0, ?, ?)", values)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", FORMAT)?;
        transaction.commit()?;
        Ok(sqlite)
    };
    make().map_err(|source| OpenError::Sqlite {
        path: path.into(),
        source,
    })
}

/// Opens a file and says what is in it.
pub(crate) fn find(path: &Path) -> Found {
    let read = || {
        let sqlite = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let pragma = |name| sqlite.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
        if (pragma("application_id")?, pragma("user_version")?) != (APPLICATION_ID, FORMAT) {
            return Ok(Found::Damaged);
        }
        let small = fs::metadata(path).is_ok_and(|file| file.len() <= CHECKED_AT_OPEN_MAX_BYTES);
        if small && !is_sound(&sqlite)? {
            return Ok(Found::Damaged);
        }
        let cursor = read_cursor(&sqlite)?;
        if versions(&sqlite)?
            != VIEWS
                .iter()
                .map(|view| (view.name.to_owned(), view.version))
                .collect::<Vec<_>>()
        {
            return Ok(Found::Outdated(cursor.size));
        }
        Ok(Found::Usable(sqlite, cursor))
    };
    read().unwrap_or_else(|error: rusqlite::Error| {
        tracing::warn!(file = %path.display(), %error, "views can't be read and will be folded again");
        Found::Damaged
    })
}

/// A connection set up as all of ours are.
pub(crate) fn connect(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let sqlite = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    sqlite.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
    if flags.contains(OpenFlags::SQLITE_OPEN_READ_WRITE) {
        sqlite.pragma_update(None, "journal_mode", "wal")?;
        // A crash may cost the newest transactions, whole: they are folded again.
        sqlite.pragma_update(None, "synchronous", "normal")?;
        sqlite.pragma_update(None, "journal_size_limit", WAL_KEPT_MAX_BYTES)?;
        sqlite.pragma_update(None, "wal_autocheckpoint", WAL_PAGES)?;
        sqlite.pragma_update(None, "cache_size", -FOLD_CACHE_KIB)?;
    } else {
        sqlite.pragma_update(None, "cache_size", -READER_CACHE_KIB)?;
    }
    Ok(sqlite)
}

/// The cursor's row.
pub(crate) fn read_cursor(sqlite: &Connection) -> rusqlite::Result<Cursor> {
    let mut statement = sqlite.prepare_cached("SELECT size, root, head FROM cursor")?;
    statement.query_row([], |row| {
        let bad = |column: usize, error: Box<dyn std::error::Error + Send + Sync>| {
            rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, error)
        };
        let (root, head): (String, String) = (row.get(1)?, row.get(2)?);
        Ok(Cursor {
            size: Size::new(unsigned(row.get(0)?)),
            root: root.parse().map_err(|error| bad(1, Box::new(error)))?,
            head: head.parse().map_err(|error| bad(2, Box::new(error)))?,
        })
    })
}

/// Writes the cursor's row, in the transaction that wrote the rows.
pub(crate) fn write_cursor(
    transaction: &rusqlite::Transaction<'_>,
    cursor: &Cursor,
) -> rusqlite::Result<()> {
    let size = i64::try_from(cursor.size.get()).unwrap_or(i64::MAX);
    let mut statement =
        transaction.prepare_cached("UPDATE cursor SET size = ?, root = ?, head = ?")?;
    statement.execute(params![
        size,
        cursor.root.to_string(),
        cursor.head.to_string()
    ])?;
    Ok(())
}

/// Reads every page, `PRAGMA quick_check`.
pub(crate) fn is_sound(sqlite: &Connection) -> rusqlite::Result<bool> {
    sqlite.query_row("PRAGMA quick_check(1)", [], |row| {
        Ok(row.get::<_, String>(0)? == "ok")
    })
}

fn versions(sqlite: &Connection) -> rusqlite::Result<Vec<(String, u32)>> {
    let mut found = sqlite
        .prepare("SELECT name, version FROM view")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<Vec<(String, u32)>>>()?;
    found.sort_by_key(|(name, _)| VIEWS.iter().position(|view| view.name == name));
    Ok(found)
}

impl Cursor {
    /// Before the first entry.
    pub const START: Self = Self {
        size: Size::ZERO,
        root: EMPTY_ROOT,
        head: cinnabar_events::EntryHash::NONE,
    };
}
