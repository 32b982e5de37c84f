//! Looking: what opens a commitment, what there is about a data subject, how far erasures came, what is damaged.

use std::path::{Path, PathBuf};

use cinnabar_events::Sequence;

use crate::contents::{Contents, Place};
use crate::disk::Unsynced;
use crate::fault::Fault;
use crate::filing::Slot;
use crate::layout::{FileName, STATEMENTS};
use crate::lists::Lists;
use crate::opening::{DataSubject, Opening};
use crate::vault::{MAX_TEXT_FILE, Vault};

/// How far the erasures that the ledger records have been done here.
const CURSOR_FILE: &str = "ERASED_TO";

/// What the vault has for a commitment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// What opens it.
    Opening(Opening),
    /// It was erased here.
    Erased,
    /// Nothing: it was never kept here.
    Nothing,
}

/// What [`Vault::inspect`] found and did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inspection {
    /// Files that do not open, relative to the vault, ascending.
    pub damaged: Vec<PathBuf>,
    /// Openings that had no line in a list, and have one now.
    pub relisted: usize,
}

impl Vault {
    /// What opens the commitment of `slot`.
    ///
    /// # Errors
    /// [`Fault`].
    pub fn find(&self, slot: &Slot) -> Result<Found, Fault> {
        let _state = self.reading()?;
        let name = match self.list_of(slot.statement)?.get(&slot.commitment) {
            Some(Place::Kept(name)) => FileName(name),
            Some(Place::Erased) => return Ok(Found::Erased),
            None => return Ok(Found::Nothing),
        };
        let contents = self.load(name)?.and_then(|loaded| loaded.contents);
        let kept = contents
            .as_ref()
            .and_then(|contents| contents.get(&slot.commitment));
        Ok(kept.map_or(Found::Nothing, |kept| Found::Opening(kept.opening.clone())))
    }

    /// All openings about one data subject, in the order of their commitments: at most
    /// [`MAX_SUBJECT_OPENINGS`](crate::MAX_SUBJECT_OPENINGS).
    ///
    /// # Errors
    /// [`Fault`].
    pub fn list(&self, about: &DataSubject) -> Result<Vec<(Slot, Opening)>, Fault> {
        let _state = self.reading()?;
        let loaded = self.load(FileName::of(&self.keys, about))?;
        let contents = loaded.and_then(|loaded| loaded.contents);
        let pairs = contents.iter().flat_map(|contents| {
            let openings = contents.iter().map(|(_, kept)| kept.opening.clone());
            contents.slots().zip(openings)
        });
        Ok(pairs.collect())
    }

    /// The erasures that entries before this sequence record have been done. [`Sequence::FIRST`] in a new vault.
    ///
    /// # Errors
    /// [`Fault::Stopped`].
    pub fn cursor(&self) -> Result<Sequence, Fault> {
        Ok(self.reading()?.cursor)
    }

    /// The erasures that entries before `to` record have been done. Never goes back: a lower one changes nothing.
    ///
    /// The cursor is part of the vault, so that a restored vault knows from where on erasures have to be done again.
    ///
    /// # Errors
    /// [`Fault`].
    pub fn advance(&self, to: Sequence) -> Result<(), Fault> {
        let mut state = self.writing()?;
        if to <= state.cursor {
            return Ok(());
        }
        state.change(|state| {
            let text = self.cursor_text(to);
            self.disk.put(Path::new(CURSOR_FILE), text.as_bytes())?;
            state.cursor = to;
            Ok(())
        })
    }

    /// `<sequence> BLAKE3-keyed(check key, "erased to " ‖ sequence) in hex`
    fn cursor_text(&self, cursor: Sequence) -> String {
        let check = self.keys.check(format!("erased to {cursor}").as_bytes());
        format!("{cursor} {check}\n")
    }

    /// Without a file nothing was erased yet.
    pub(crate) fn read_cursor(&self) -> Result<Sequence, Fault> {
        let path = Path::new(CURSOR_FILE);
        let Some(file) = self.disk.read(path, MAX_TEXT_FILE)? else {
            return Ok(Sequence::FIRST);
        };
        let read = || {
            let text = std::str::from_utf8(&file).ok()?;
            let (number, _) = text.split_once(' ')?;
            let cursor = Sequence::new(number.parse().ok()?);
            (text == self.cursor_text(cursor)).then_some(cursor)
        };
        read().ok_or_else(|| Fault::damaged(path))
    }

    /// Reads every file. Openings that no list leads to get their line again: without it, an erasure would not find them.
    ///
    /// # Errors
    /// [`Fault::Io`], [`Fault::Stopped`]; damaged files are in the answer.
    pub fn inspect(&self) -> Result<Inspection, Fault> {
        let mut state = self.writing()?;
        let mut inspection = Inspection::default();
        let mut lists = Lists::new(self);
        let mut damaged = Vec::new();
        for path in self.sealed_files()? {
            let contents = match file_name(&path).map(|name| (name, self.load(name))) {
                Some((name, Ok(Some(loaded)))) => loaded.contents.map(|found| (name, found)),
                Some((_, Err(Fault::Damaged { path } | Fault::KeyMissing { path }))) => {
                    damaged.push(path);
                    continue;
                }
                Some((_, Err(fault))) => return Err(fault),
                Some((_, Ok(None))) | None => None,
            };
            let Some((name, contents)) = contents else {
                damaged.push(path);
                continue;
            };
            inspection.relisted += self.relist(name, &contents, &mut lists, &mut damaged)?;
        }
        for folder in self.disk.list(Path::new(STATEMENTS))? {
            for path in self.disk.list(&folder)? {
                damaged.extend(self.unreadable_list(path)?);
            }
        }
        damaged.sort();
        damaged.dedup();
        inspection.damaged = damaged;
        if lists.changed() {
            state.change(|_| {
                let mut written = Unsynced::default();
                let moves = lists.write(&mut written)?;
                self.disk.sync(written)?;
                self.move_all(&moves)
            })?;
        }
        Ok(inspection)
    }

    /// How many openings had no line.
    fn relist(
        &self,
        name: FileName,
        contents: &Contents,
        lists: &mut Lists<'_>,
        damaged: &mut Vec<PathBuf>,
    ) -> Result<usize, Fault> {
        let mut relisted = 0;
        for slot in contents.slots() {
            let listed = match lists.get(slot.statement) {
                Ok(list) => list.get(&slot.commitment),
                Err(Fault::Damaged { path }) => {
                    damaged.push(path);
                    continue;
                }
                Err(fault) => return Err(fault),
            };
            if listed.is_none() {
                relisted += 1;
                lists.change(slot.statement, |list| {
                    list.set(slot.commitment, Place::Kept(name.0))
                })?;
            }
        }
        Ok(relisted)
    }

    /// The path of a list that does not open.
    fn unreadable_list(&self, path: PathBuf) -> Result<Option<PathBuf>, Fault> {
        let Some(name) = file_name(&path) else {
            return Ok(Some(path));
        };
        match self.read_list(name) {
            Ok(_) => Ok(None),
            Err(Fault::Damaged { .. }) => Ok(Some(path)),
            Err(fault) => Err(fault),
        }
    }
}

/// What a file under one of the spread folders is called.
pub(crate) fn file_name(path: &Path) -> Option<FileName> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(path.file_name()?.to_str()?, &mut bytes).ok()?;
    Some(FileName(bytes))
}
