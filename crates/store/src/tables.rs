//! Whether the database has all of its tables: what RocksDB does not notice by itself.
//!
//! RocksDB's list of tables (the MANIFEST) is a log, and a log that was cut short, or whose last part is damaged, is taken for one that ends
//! earlier. The write-ahead log that goes with the earlier state is gone by then, the newer one is still there: the database
//! opens with a hole in the middle, with the newest head above it, and removes the tables that the list does not name. So,
//! - after each opening the list is noted, how long it was and its hash, in a file beside it: one that is no longer so is refused
//!   before RocksDB sees it;
//! - for what was added to the list since, the tables of the entries must follow on each other without a gap. All families go to
//!   tables together (`atomic_flush`), so what the entries have, the others have.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use cinnabar_events::Sequence;
use cinnabar_tlog::Size;
use rocksdb::DB;

use crate::error::{Damage, OpenError, StoreError};
use crate::keys::{self, Family};
use crate::open::{file_error, sync_dir};

/// The note, in the database's directory. RocksDB leaves files alone that it doesn't know.
const NOTE: &str = "manifest.note";
/// The same while it is written.
const UNFINISHED: &str = "manifest.note.new";
/// First bytes of the note; the digit is the version.
const MAGIC: [u8; 8] = *b"cnbmani1";
/// `magic (8) ‖ BLAKE3 of what follows (32) ‖ number (8) ‖ length (8) ‖ hash (32)`.
const NOTE_BYTES: usize = 8 + 32 + 8 + 8 + 32;
/// Most bytes of `CURRENT`, which names the list.
const CURRENT_MAX: u64 = 64;

/// The list of tables, as it was at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct List {
    /// The number in its name; a newer list has a higher one.
    number: u64,
    /// Its length then, in bytes.
    length: u64,
    /// BLAKE3 of so many bytes.
    hash: blake3::Hash,
}

/// What the note says.
enum Note {
    None,
    Damaged,
    Says(List),
}

/// Whether the list of tables in the database's directory still begins with what was noted.
///
/// # Errors
/// [`Damage::Tables`] if it doesn't; `File` if it can't be read.
pub(crate) fn check_list(database: &Path) -> Result<(), OpenError> {
    let noted = match read_note(database)? {
        Note::Says(noted) => noted,
        // A store of release 0.1, or a crash before the first note.
        Note::None => return Ok(()),
        Note::Damaged => {
            tracing::warn!(dir = %database.display(), "the note on the list of tables is damaged and is written anew");
            return Ok(());
        }
    };
    match current(database)? {
        // What it can't be, RocksDB says better.
        None => Ok(()),
        // A crash came between a new list and its note.
        Some(number) if number > noted.number => Ok(()),
        Some(number) if number < noted.number => Err(Damage::Tables.into()),
        Some(number) => match read_list(database, number, Some(noted.length))? == Some(noted) {
            true => Ok(()),
            false => Err(Damage::Tables.into()),
        },
    }
}

/// Notes the list as it is now. To be called when the database is open and before anything is written to it.
///
/// # Errors
/// `File` if it can't be read or written.
pub(crate) fn note_list(database: &Path) -> Result<(), OpenError> {
    let Some(number) = current(database)? else {
        return Err(Damage::Tables.into());
    };
    let list = read_list(database, number, None)?.ok_or(Damage::Tables)?;
    let mut body = Vec::with_capacity(NOTE_BYTES);
    body.extend_from_slice(&list.number.to_be_bytes());
    body.extend_from_slice(&list.length.to_be_bytes());
    body.extend_from_slice(list.hash.as_bytes());
    let (unfinished, note) = (database.join(UNFINISHED), database.join(NOTE));
    let write = || {
        let mut file = File::create(&unfinished)?;
        file.write_all(&MAGIC)?;
        file.write_all(blake3::hash(&body).as_bytes())?;
        file.write_all(&body)?;
        file.sync_all()?;
        fs::rename(&unfinished, &note)
    };
    write().map_err(file_error(&note))?;
    sync_dir(database)
}

/// Whether the tables of the entries follow on each other, up to `size`. To be called when the write-ahead log has been
/// replayed into tables. Looks at where each table begins and ends, not into it.
///
/// # Errors
/// [`Damage::EntryMissing`] with the first that has none, [`Damage::EntryTwice`] with one in two tables.
pub(crate) fn check_entries(db: &DB, size: Size) -> Result<(), StoreError> {
    let mut ranges = Vec::new();
    for table in db.live_files()? {
        if table.column_family_name != Family::Entries.name() {
            continue;
        }
        let key = |key: Option<Vec<u8>>| keys::entry_sequence(&key?).map(Sequence::get);
        let range = key(table.start_key).zip(key(table.end_key));
        let (first, last) = range.ok_or(Damage::Form("range of a table of entries"))?;
        ranges.push((first, last));
    }
    ranges.sort_unstable();
    let mut next = 0;
    for (first, last) in ranges {
        // (How many entries a table has is not known before it is read: the statistics are not loaded at open.)
        if first > next {
            return Err(Damage::EntryMissing(Sequence::new(next)).into());
        }
        if first < next {
            return Err(Damage::EntryTwice(Sequence::new(first)).into());
        }
        next = last.saturating_add(1);
    }
    match next >= size.get() {
        true => Ok(()),
        false => Err(Damage::EntryMissing(Sequence::new(next)).into()),
    }
}

/// What is wrong with the list or with its note, for a scrub: which file, what should be there, what is there.
pub(crate) fn look(database: &Path) -> Option<(&'static str, &'static str, String)> {
    let noted = match read_note(database) {
        Ok(Note::Says(_) | Note::None) => check_list(database),
        Ok(Note::Damaged) => {
            return Some((NOTE, "a note with its checksum", "other bytes".to_owned()));
        }
        Err(error) => Err(error),
    };
    let error = noted.err()?;
    Some(("MANIFEST", "the list that was noted", error.to_string()))
}

/// The number of the list that `CURRENT` names; none if it names none.
fn current(database: &Path) -> Result<Option<u64>, OpenError> {
    let path = database.join("CURRENT");
    let mut text = Vec::new();
    let read = File::open(&path).and_then(|file| file.take(CURRENT_MAX).read_to_end(&mut text));
    read.map_err(file_error(&path))?;
    let text = std::str::from_utf8(&text).ok();
    let number = text.and_then(|text| {
        text.strip_prefix("MANIFEST-")?
            .strip_suffix('\n')?
            .parse()
            .ok()
    });
    Ok(number)
}

/// The first `length` bytes of a list, or all of it; none if there are not so many, or no such list.
fn read_list(database: &Path, number: u64, length: Option<u64>) -> Result<Option<List>, OpenError> {
    let path = database.join(format!("MANIFEST-{number:06}"));
    let file = match File::open(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(file_error(&path))?,
    };
    let mut hasher = blake3::Hasher::new();
    let read = match length {
        Some(length) => io::copy(&mut file.take(length), &mut hasher),
        None => io::copy(&mut &file, &mut hasher),
    };
    let found = read.map_err(file_error(&path))?;
    let hash = hasher.finalize();
    Ok(length.is_none_or(|length| length == found).then_some(List {
        number,
        length: found,
        hash,
    }))
}

fn read_note(database: &Path) -> Result<Note, OpenError> {
    let path = database.join(NOTE);
    let bytes = match fs::read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Note::None),
        other => other.map_err(file_error(&path))?,
    };
    let parse = || {
        let rest = bytes.strip_prefix(&MAGIC)?;
        let (checksum, body) = rest.split_first_chunk::<32>()?;
        let (number, rest) = body.split_first_chunk()?;
        let (length, hash) = rest.split_first_chunk()?;
        let hash = blake3::Hash::from_bytes(hash.try_into().ok()?);
        let list = List {
            number: u64::from_be_bytes(*number),
            length: u64::from_be_bytes(*length),
            hash,
        };
        (blake3::hash(body).as_bytes() == checksum).then_some(list)
    };
    Ok(parse().map_or(Note::Damaged, Note::Says))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn database(current: &str, lists: &[(u64, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("CURRENT"), current).unwrap();
        for (number, text) in lists {
            fs::write(dir.path().join(format!("MANIFEST-{number:06}")), text).unwrap();
        }
        dir
    }

    fn is_refused(dir: &Path) -> bool {
        match check_list(dir) {
            Ok(()) => false,
            Err(OpenError::Unreadable(StoreError::Damaged(Damage::Tables))) => true,
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn a_list_may_grow_and_give_way_to_a_newer_one_and_nothing_else() {
        let dir = database("MANIFEST-000004\n", &[(4, "abc"), (6, "x"), (2, "abc")]);
        assert!(!is_refused(dir.path()), "without a note");
        note_list(dir.path()).unwrap();
        let (list, current) = (
            dir.path().join("MANIFEST-000004"),
            dir.path().join("CURRENT"),
        );
        for (text, refused) in [
            ("abc", false),
            ("abcd", false),
            ("ab", true),
            ("", true),
            ("abd", true),
        ] {
            fs::write(&list, text).unwrap();
            assert_eq!(is_refused(dir.path()), refused, "{text}");
        }
        fs::write(&list, "abc").unwrap();
        for (number, refused) in [(6, false), (2, true), (4, false)] {
            fs::write(&current, format!("MANIFEST-{number:06}\n")).unwrap();
            assert_eq!(is_refused(dir.path()), refused, "{number}");
        }
        fs::remove_file(&list).unwrap();
        assert!(is_refused(dir.path()));
    }

    #[test]
    fn a_damaged_note_says_nothing_and_is_found_by_a_look() {
        let dir = database("MANIFEST-000004\n", &[(4, "abc")]);
        note_list(dir.path()).unwrap();
        assert_eq!(look(dir.path()), None);
        let note = dir.path().join(NOTE);
        let whole = fs::read(&note).unwrap();
        assert_eq!(whole.len(), NOTE_BYTES);
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            fs::write(&note, bytes).unwrap();
            assert!(!is_refused(dir.path()), "{at}");
            assert_eq!(look(dir.path()).unwrap().0, NOTE, "{at}");
        }
    }
}
