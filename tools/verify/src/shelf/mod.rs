//! The state file: how far a ledger was verified, and the records that belong to it.
//!
//! `FILE` is small: a line that names the format, a line with the digest of what follows, the state, and the list of runs
//! with the digest of each. The records are in runs, files in `FILE.d/` that are written once and never changed. `FILE` is
//! replaced atomically, after the runs that it names are durable; a run that it doesn't name is left over from a crash and
//! is removed.

mod run;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use cinnabar_verifier::{Shelf, ShelfChange, Unreadable};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use run::{Merge, Run, RunWriter};

/// First line of a state file.
const TITLE: &str = "cinnabar-verify state 1";
/// What the first line of any release's state file begins with.
const TITLE_START: &str = "cinnabar-verify state ";
/// Longest state file: the newest changes of the dossier index are the most of it.
const STATE_MAX_BYTES: u64 = 64 << 20;
/// Runs of about one size are merged when there are so many: then a record is written some four times until there are a
/// thousand million.
const MERGED_AT_ONCE: usize = 8;

/// Why a state file is not used. Each is one sentence.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StateFault {
    #[error("the state file {0} can't be read: {1}")]
    Unreadable(String, io::Error),
    #[error(
        "the state file {0} was written by another release ({1:?}); take that release, or remove the file to start anew"
    )]
    Newer(String, String),
    #[error(
        "the state file {0} was changed or is damaged: {1}. Remove it and {0}.d to verify from the start"
    )]
    Damaged(String, String),
    #[error("the state file {0} is used by another run of this program")]
    Locked(String),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    number: u64,
    bytes: u64,
    records: u64,
    blake3: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    state: Box<serde_json::value::RawValue>,
    next: u64,
    runs: Vec<Named>,
}

/// Runs on disk, the newest last.
#[derive(Debug)]
pub(crate) struct RunShelf {
    file: PathBuf,
    rooms: PathBuf,
    runs: Vec<(Named, Run)>,
    next: u64,
    /// Runs that were merged into others: removed when nothing names them any more.
    merged: Vec<u64>,
    _lock: File,
}

/// A state file, read and found whole.
pub(crate) struct Opened {
    pub(crate) shelf: RunShelf,
    /// The state, if the file was there.
    pub(crate) state: Option<Vec<u8>>,
    /// Digest of all of it.
    pub(crate) digest: Option<String>,
}

impl RunShelf {
    /// Opens the state file, or begins one. Every byte of it and of its runs is checked.
    pub(crate) fn open(file: &Path) -> Result<Opened, StateFault> {
        let name = || file.display().to_string();
        let unreadable = |error| StateFault::Unreadable(name(), error);
        let rooms = PathBuf::from(format!("{}.d", file.display()));
        fs::create_dir_all(&rooms).map_err(unreadable)?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(rooms.join("lock"))
            .map_err(unreadable)?;
        if lock.try_lock().is_err() {
            return Err(StateFault::Locked(name()));
        }
        let (manifest, digest) = match read_bounded(file) {
            Ok(bytes) => {
                let (manifest, digest) = parse(file, &bytes)?;
                (Some(manifest), Some(digest))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => (None, None),
            Err(error) => return Err(unreadable(error)),
        };
        let damaged = |what: String| StateFault::Damaged(name(), what);
        let (named, next, state) = match manifest {
            None => (Vec::new(), 0, None),
            Some(manifest) => {
                let state = manifest.state.get().as_bytes().to_vec();
                (manifest.runs, manifest.next, Some(state))
            }
        };
        let open = |named: Named| {
            let path = run_path(&rooms, named.number);
            let run = Run::open(&path, named.bytes, &named.blake3);
            run.map(|run| (named, run))
                .map_err(|error| damaged(format!("{}: {error}", path.display())))
        };
        let runs: Vec<_> = named
            .into_par_iter()
            .map(open)
            .collect::<Result<_, StateFault>>()?;
        let shelf = Self {
            file: file.to_owned(),
            rooms,
            runs,
            next,
            merged: Vec::new(),
            _lock: lock,
        };
        shelf.remove_unnamed().map_err(unreadable)?;
        Ok(Opened {
            shelf,
            state,
            digest,
        })
    }

    fn remove_unnamed(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.rooms)? {
            let path = entry?.path();
            let number = path
                .file_stem()
                .and_then(|stem| stem.to_str()?.parse().ok());
            let named = |number: u64| self.runs.iter().any(|(run, _)| run.number == number);
            let is_run = path.extension().is_some_and(|end| end == "run");
            if is_run && !number.is_some_and(named) {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }

    fn write(&mut self, merge: Merge<'_>, whole: bool) -> io::Result<Option<(Named, Run)>> {
        let number = self.next;
        let path = run_path(&self.rooms, number);
        let mut writer = RunWriter::create(&path)?;
        for change in merge {
            let (key, value) = change?;
            // In the oldest run there is nothing below that would have to be hidden.
            if value.is_some() || !whole {
                writer.push(&key, value.as_deref())?;
            }
        }
        self.next += 1;
        let (bytes, records, blake3) = writer.finish()?;
        let run = Run::open(&path, bytes, &blake3)?;
        Ok(Some((
            Named {
                number,
                bytes,
                records,
                blake3,
            },
            run,
        )))
    }

    /// Merges the newest runs while there are [`MERGED_AT_ONCE`] of about one size.
    fn merge(&mut self) -> io::Result<()> {
        loop {
            let Some(start) = self.runs.len().checked_sub(MERGED_AT_ONCE) else {
                return Ok(());
            };
            let largest = self.runs[start..]
                .iter()
                .map(|(named, _)| named.bytes)
                .max();
            let total: u64 = self.runs[start..]
                .iter()
                .map(|(named, _)| named.bytes)
                .sum();
            if largest.unwrap_or(0) * 2 > total {
                return Ok(());
            }
            let merged = self.runs.split_off(start);
            let written = {
                let runs = merged.iter().map(|(_, run)| run);
                self.write(Merge::of_runs(runs), start == 0)?
            };
            self.merged
                .extend(merged.iter().map(|(named, _)| named.number));
            self.runs.extend(written);
        }
    }
}

fn run_path(rooms: &Path, number: u64) -> PathBuf {
    rooms.join(format!("{number:08}.run"))
}

fn read_bounded(file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(file)?
        .take(STATE_MAX_BYTES + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn parse(file: &Path, bytes: &[u8]) -> Result<(Manifest, String), StateFault> {
    let name = || file.display().to_string();
    let damaged = |what: &str| StateFault::Damaged(name(), what.to_owned());
    if bytes.len() as u64 > STATE_MAX_BYTES {
        return Err(damaged("it is too long"));
    }
    let text = str::from_utf8(bytes).map_err(|_| damaged("it is no text"))?;
    let mut lines = text.splitn(3, '\n');
    let (title, digest, body) = (lines.next(), lines.next(), lines.next());
    let title = title.unwrap_or_default();
    if title != TITLE {
        if title.starts_with(TITLE_START) && title.len() < 40 {
            return Err(StateFault::Newer(name(), title.to_owned()));
        }
        return Err(damaged("it doesn't begin as a state file does"));
    }
    let (Some(digest), Some(body)) = (digest, body) else {
        return Err(damaged("it is cut off"));
    };
    let found = blake3::hash(body.as_bytes()).to_string();
    if digest.strip_prefix("blake3:") != Some(&found) {
        return Err(damaged("its digest is not that of what it says"));
    }
    let manifest = serde_json::from_str(body).map_err(|error| damaged(&error.to_string()))?;
    Ok((manifest, found))
}

/// Writes beside the file, and puts it in its place when it is durable.
fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = PathBuf::from(format!("{}.new", file.display()));
    let mut out = File::create(&beside)?;
    out.write_all(bytes)?;
    out.sync_all()?;
    fs::rename(&beside, file)?;
    let room = file.parent().filter(|room| !room.as_os_str().is_empty());
    File::open(room.unwrap_or(Path::new(".")))?.sync_all()
}

impl Shelf for RunShelf {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Unreadable> {
        for (_, run) in self.runs.iter().rev() {
            if let Some(found) = run.get(key).map_err(|error| fault(&error))? {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn keys(&self, prefix: &[u8], each: &mut dyn FnMut(&[u8])) -> Result<(), Unreadable> {
        let runs = self.runs.iter().map(|(_, run)| run);
        for change in Merge::of_runs_from(runs, prefix) {
            let (key, value) = change.map_err(|error| fault(&error))?;
            if !key.starts_with(prefix) {
                break;
            }
            if value.is_some() {
                each(&key);
            }
        }
        Ok(())
    }

    fn put(&mut self, changes: Vec<ShelfChange>) -> Result<(), Unreadable> {
        let put = || {
            let whole = self.runs.is_empty();
            let written = self.write(Merge::of_changes(changes), whole)?;
            self.runs.extend(written);
            self.merge()
        };
        put().map_err(|error: io::Error| fault(&error))
    }

    fn commit(&mut self, state: &[u8]) -> Result<(), Unreadable> {
        let text = String::from_utf8_lossy(state).into_owned();
        let manifest = Manifest {
            state: serde_json::value::RawValue::from_string(text)
                .map_err(|error| Unreadable(error.to_string()))?,
            next: self.next,
            runs: self.runs.iter().map(|(named, _)| named.clone()).collect(),
        };
        let body =
            serde_json::to_string(&manifest).map_err(|error| Unreadable(error.to_string()))?;
        let digest = blake3::hash(body.as_bytes());
        let text = format!("{TITLE}\nblake3:{digest}\n{body}");
        let commit = || {
            File::open(&self.rooms)?.sync_all()?;
            replace(&self.file, text.as_bytes())
        };
        commit().map_err(|error| fault(&error))?;
        for number in self.merged.drain(..) {
            // What stays is removed when the file is opened next.
            let _ = fs::remove_file(run_path(&self.rooms, number));
        }
        Ok(())
    }
}

fn fault(error: &io::Error) -> Unreadable {
    Unreadable(format!("the state file: {error}"))
}

/// The digest that stands in a state file: what an auditor can note down to know it again.
pub(crate) fn digest(file: &Path) -> Option<String> {
    let bytes = read_bounded(file).ok()?;
    parse(file, &bytes).ok().map(|(_, digest)| digest)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeMap;

    use super::*;

    fn number(seed: &mut u64) -> u64 {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        *seed >> 33
    }

    #[test]
    fn what_was_put_is_found_again_whatever_was_merged_and_opened_between() {
        let room = tempfile::tempdir().unwrap();
        let file = room.path().join("state");
        let mut model: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
        let mut seed = 7;
        for round in 0..60_u64 {
            let mut shelf = RunShelf::open(&file).unwrap().shelf;
            let mut changes: BTreeMap<Vec<u8>, Option<Vec<u8>>> = BTreeMap::new();
            for _ in 0..300 {
                let key = format!("K{}", number(&mut seed) % 2_000).into_bytes();
                let length = usize::try_from(number(&mut seed) % 90).unwrap();
                let value = (!number(&mut seed).is_multiple_of(5)).then(|| vec![b'x'; length]);
                changes.insert(key, value);
            }
            for (key, value) in &changes {
                match value {
                    Some(value) => model.insert(key.clone(), value.clone()),
                    None => model.remove(key),
                };
            }
            shelf.put(changes.into_iter().collect()).unwrap();
            shelf
                .commit(format!("{{\"round\":{round}}}").as_bytes())
                .unwrap();
            assert!(shelf.runs.len() < 3 * MERGED_AT_ONCE);
        }
        let opened = RunShelf::open(&file).unwrap();
        assert_eq!(opened.state.unwrap(), b"{\"round\":59}");
        for key in 0..2_000 {
            let key = format!("K{key}").into_bytes();
            assert_eq!(opened.shelf.get(&key).unwrap(), model.get(&key).cloned());
        }
        for prefix in ["K", "K1", "K19", "L", "A"] {
            let mut keys = Vec::new();
            let mut each = |key: &[u8]| keys.push(key.to_vec());
            opened.shelf.keys(prefix.as_bytes(), &mut each).unwrap();
            let all = model
                .keys()
                .filter(|key| key.starts_with(prefix.as_bytes()));
            assert_eq!(keys, all.cloned().collect::<Vec<_>>(), "{prefix}");
        }
    }

    #[test]
    fn what_was_not_committed_is_gone_and_a_second_run_waits_outside() {
        let room = tempfile::tempdir().unwrap();
        let file = room.path().join("state");
        let mut shelf = RunShelf::open(&file).unwrap().shelf;
        shelf
            .put(vec![(b"a".to_vec(), Some(b"1".to_vec()))])
            .unwrap();
        shelf.commit(b"{}").unwrap();
        assert!(matches!(RunShelf::open(&file), Err(StateFault::Locked(_))));
        shelf
            .put(vec![(b"a".to_vec(), Some(b"2".to_vec()))])
            .unwrap();
        drop(shelf);
        let shelf = RunShelf::open(&file).unwrap().shelf;
        assert_eq!(shelf.get(b"a").unwrap(), Some(b"1".to_vec()));
        let runs = fs::read_dir(room.path().join("state.d")).unwrap().count();
        assert_eq!(runs, 2, "one run and the lock");
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let room = tempfile::tempdir().unwrap();
        let file = room.path().join("state");
        let mut shelf = RunShelf::open(&file).unwrap().shelf;
        let changes = (b'a'..b'g').map(|letter| (vec![letter], Some(vec![letter; 3])));
        shelf.put(changes.collect()).unwrap();
        shelf.commit(b"{\"size\":6}").unwrap();
        drop(shelf);
        for path in [file.clone(), run_path(&room.path().join("state.d"), 0)] {
            let whole = fs::read(&path).unwrap();
            for at in 0..whole.len() {
                let mut flipped = whole.clone();
                flipped[at] ^= 1 << (at % 8);
                fs::write(&path, &flipped).unwrap();
                assert!(
                    RunShelf::open(&file).is_err(),
                    "{} byte {at}",
                    path.display()
                );
            }
            fs::write(&path, &whole[..whole.len() - 1]).unwrap();
            assert!(RunShelf::open(&file).is_err());
            fs::write(&path, &whole).unwrap();
        }
        assert!(RunShelf::open(&file).is_ok());
    }
}
