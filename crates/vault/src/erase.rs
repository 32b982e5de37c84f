//! Erasing openings: value, salt and the key that sealed them.
//!
//! What stays of a data subject is sealed anew under a new key; then the old key and the old sealed file are destroyed:
//!
//! ```text
//! 1. write the new key and what stays, sealed with it, under tmp          sync
//! 2. move the key to pending                                              sync
//! 3. move the sealed file to pending                                      sync   ← from here on it is decided
//! 4. overwrite and unlink the old key, then the old sealed file           sync
//! 5. move the new key to its place                                        sync
//! 6. move the new sealed file to its place                                sync
//! 7. mark the lines in the lists as erased                                sync
//! ```
//! Stopped before 3: on opening, the new key is destroyed, and nothing was erased. Stopped after 3: on opening, steps 4 to 6
//! are done again. Stopped before 7: the caller, whose cursor has not moved, erases again, and finds nothing left but the
//! lines. If nothing stays, both files under `pending` go in 5 and 6, the sealed one (which is empty) first.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use cinnabar_events::Commitment;

use crate::contents::{Contents, List, Place};
use crate::disk::Unsynced;
use crate::fault::Fault;
use crate::filing::Slot;
use crate::layout::{
    FileName, KEY_FILE, MAX_SEALED_FILE, seal_contents, unseal_contents, unwrap_key, wrap_key,
};
use crate::limits::MAX_ID_OPENINGS;
use crate::lists::Lists;
use crate::opening::DataSubject;
use crate::seal::Key;
use crate::vault::{Census, Loaded, State, Vault};

/// What an erasure destroyed. No secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErasureReceipt {
    /// The commitments whose openings were destroyed, ascending. Not those that were not there.
    pub slots: Vec<Slot>,
    /// The sealed files that were destroyed with their keys, one per data subject.
    pub files: Vec<FileDigest>,
    /// Openings of the same data subjects that stay.
    pub survivors: usize,
}

/// BLAKE3 of a destroyed sealed file. Written `blake3:<hex>`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FileDigest(blake3::Hash);

impl fmt::Display for FileDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "blake3:{}", self.0.to_hex())
    }
}

impl fmt::Debug for FileDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What the list says of an opening after it was destroyed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    /// That it was erased: it shall not come back.
    Erased,
    /// Nothing: it may come again.
    Nothing,
}

/// Which openings of which data subject.
type Doomed = BTreeMap<FileName, BTreeSet<Commitment>>;

impl Vault {
    /// Destroys the openings of `slots`, wherever they are, and remembers that they were erased. To be repeated if it fails.
    ///
    /// # Errors
    /// [`Fault`].
    pub fn erase(&self, slots: &[Slot]) -> Result<ErasureReceipt, Fault> {
        self.destroy_slots(slots, After::Erased)
    }

    /// Destroys the openings of `slots` as [`Vault::erase`] does, but they may be kept again: for a statement that was kept and
    /// then not recorded. Never call it for one that stands on the ledger.
    ///
    /// # Errors
    /// [`Fault`].
    pub fn discard(&self, slots: &[Slot]) -> Result<ErasureReceipt, Fault> {
        self.destroy_slots(slots, After::Nothing)
    }

    /// Destroys all openings about one data subject, as [`Vault::erase`] does.
    ///
    /// # Errors
    /// [`Fault`].
    pub fn erase_subject(&self, about: &DataSubject) -> Result<ErasureReceipt, Fault> {
        let mut state = self.writing()?;
        let name = FileName::of(&self.keys, about);
        let loaded = self.load(name)?;
        let contents = loaded.and_then(|loaded| loaded.contents);
        let slots: Vec<Slot> = contents.iter().flat_map(Contents::slots).collect();
        let doomed = slots.iter().map(|slot| slot.commitment).collect();
        let doomed = Doomed::from([(name, doomed)]);
        self.destroy(&mut state, doomed, &slots, Lists::new(self), After::Erased)
    }

    fn destroy_slots(&self, slots: &[Slot], after: After) -> Result<ErasureReceipt, Fault> {
        let mut state = self.writing()?;
        let mut lists = Lists::new(self);
        let mut doomed = Doomed::new();
        for slot in slots {
            match lists.get(slot.statement)?.get(&slot.commitment) {
                Some(Place::Kept(name)) => {
                    let name = FileName(name);
                    doomed.entry(name).or_default().insert(slot.commitment);
                }
                Some(Place::Erased) | None => {}
            }
        }
        self.destroy(&mut state, doomed, slots, lists, after)
    }

    fn destroy(
        &self,
        state: &mut State,
        doomed: Doomed,
        slots: &[Slot],
        mut lists: Lists<'_>,
        after: After,
    ) -> Result<ErasureReceipt, Fault> {
        let mut receipt = ErasureReceipt::default();
        for (name, commitments) in doomed {
            if let Some(loaded) = self.load(name)? {
                self.destroy_in(state, name, loaded, &commitments, &mut receipt)?;
            }
        }
        receipt.slots.sort_unstable();
        for slot in slots {
            lists.change(slot.statement, |list| mark(list, slot, after))?;
        }
        if lists.changed() {
            state.change(|_| {
                let mut written = Unsynced::default();
                let moves = lists.write(&mut written)?;
                self.disk.sync(written)?;
                self.move_all(&moves)
            })?;
        }
        Ok(receipt)
    }

    /// Destroys those openings of one data subject.
    fn destroy_in(
        &self,
        state: &mut State,
        name: FileName,
        loaded: Loaded,
        doomed: &BTreeSet<Commitment>,
        receipt: &mut ErasureReceipt,
    ) -> Result<(), Fault> {
        let (Some(mut contents), Some((digest, bytes))) = (loaded.contents, loaded.file) else {
            // A key that seals nothing, left by an interrupted keep: what it once sealed under tmp is gone.
            return state.change(|_| {
                let mut gone = Unsynced::default();
                self.disk.scrub(&name.key(), &mut gone)?;
                self.disk.sync(gone)
            });
        };
        let before = contents.count();
        let there: Vec<Slot> = contents
            .slots()
            .filter(|slot| doomed.contains(&slot.commitment))
            .collect();
        if there.is_empty() {
            return Ok(());
        }
        for slot in &there {
            contents.remove(&slot.commitment);
        }
        let after = state.change(|_| self.replace(name, &contents))?;
        state.census.replace(Some((before, bytes)), after);
        receipt.slots.extend(there);
        receipt.files.push(FileDigest(digest));
        receipt.survivors += contents.count();
        Ok(())
    }

    /// Steps 1 to 6. The openings and bytes of the new sealed file, if there is one.
    fn replace(
        &self,
        name: FileName,
        contents: &Contents,
    ) -> Result<Option<(usize, usize)>, Fault> {
        let key = Key::random()?;
        let sealed = seal_contents(name, &key, contents)?;
        let mut written = Unsynced::default();
        let wrapped = wrap_key(name, &self.keys, &key)?;
        let wrapped = self.disk.write(&wrapped, &mut written)?;
        let file = self.disk.write(&sealed, &mut written)?;
        self.disk.sync(written)?;
        self.move_all(&[(wrapped, name.pending_key())])?;
        self.move_all(&[(file, name.pending_sealed())])?;
        self.finish(name)?;
        let count = contents.count();
        Ok((count > 0).then_some((count, sealed.len())))
    }

    /// Steps 4 to 6, from wherever they were interrupted; or, if it was not decided yet, undoes steps 1 and 2.
    pub(crate) fn finish(&self, name: FileName) -> Result<(), Fault> {
        let (new_key, new_sealed) = (name.pending_key(), name.pending_sealed());
        let Some(sealed) = self.disk.read(&new_sealed, MAX_SEALED_FILE)? else {
            return self.scrub_all(&[new_key]);
        };
        let wrapped = self.disk.read(&new_key, KEY_FILE)?;
        let moved = wrapped.is_none();
        let key = match wrapped {
            Some(wrapped) => unwrap_key(name, &self.keys, &wrapped, &new_key)?,
            None => {
                let path = name.key();
                let missing = Fault::KeyMissing {
                    path: new_sealed.clone(),
                };
                let wrapped = self.disk.read(&path, KEY_FILE)?.ok_or(missing)?;
                unwrap_key(name, &self.keys, &wrapped, &path)?
            }
        };
        // Nothing is destroyed before what stays was read back from the disk.
        let contents = unseal_contents(name, &self.keys, &key, &sealed, &new_sealed)?;
        if !moved {
            self.scrub_all(&[name.key(), name.sealed()])?;
        }
        if contents.count() == 0 && !moved {
            let mut gone = Unsynced::default();
            self.disk.unlink(&new_sealed, &mut gone)?;
            self.disk.sync(gone)?;
            return self.scrub_all(&[new_key]);
        }
        if !moved {
            self.move_all(&[(new_key, name.key())])?;
        }
        self.move_all(&[(new_sealed, name.sealed())])
    }

    /// Destroys the files, in this order.
    fn scrub_all(&self, paths: &[std::path::PathBuf]) -> Result<(), Fault> {
        let mut gone = Unsynced::default();
        for path in paths {
            self.disk.scrub(path, &mut gone)?;
        }
        self.disk.sync(gone)
    }
}

/// Whether this changed the list. A full list gets no more lines: what has none there is not kept either.
fn mark(list: &mut List, slot: &Slot, after: After) -> bool {
    match (after, list.get(&slot.commitment)) {
        (After::Erased, None) if list.len() >= MAX_ID_OPENINGS => false,
        (After::Erased, _) => list.set(slot.commitment, Place::Erased),
        (After::Nothing, Some(Place::Kept(_))) => list.remove(&slot.commitment),
        (After::Nothing, Some(Place::Erased) | None) => false,
    }
}

impl Census {
    /// A data subject's file, given as openings and bytes, takes the place of another.
    pub(crate) fn replace(
        &mut self,
        before: Option<(usize, usize)>,
        after: Option<(usize, usize)>,
    ) {
        let of = |file: Option<(usize, usize)>| {
            let (openings, bytes) = file.unwrap_or_default();
            (u64::from(file.is_some()), openings as u64, bytes as u64)
        };
        let (gone, come) = (of(before), of(after));
        self.subjects = (self.subjects + come.0).saturating_sub(gone.0);
        self.openings = (self.openings + come.1).saturating_sub(gone.1);
        self.bytes = (self.bytes + come.2).saturating_sub(gone.2);
    }
}
