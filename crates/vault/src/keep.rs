//! Keeping openings.
//!
//! ```text
//! 1. write lists, keys of new data subjects and sealed files under tmp     sync
//! 2. move lists and keys to their places                                  sync
//! 3. move sealed files to their places                                    sync
//! ```
//! So a sealed file is never without its key, and an opening never without its line in a list. Stopped before step 3, there
//! are lists that lead nowhere and keys that seal nothing: both read as "not kept", and the next time they are used.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use cinnabar_events::Commitment;

use crate::contents::{Contents, Kept, Place};
use crate::disk::Unsynced;
use crate::fault::Fault;
use crate::filing::{Filing, Rejection};
use crate::layout::{FileName, seal_contents, wrap_key};
use crate::limits::{MAX_ID_OPENINGS, MAX_PART_BYTES};
use crate::lists::Lists;
use crate::opening::DataSubject;
use crate::seal::Key;
use crate::vault::{State, Vault};

impl Vault {
    /// Keeps the openings of each filing, all of them or none, and says for each whether it did. Durable when this returns: a
    /// whole batch costs three syncs.
    ///
    /// What is kept already stays as it is, so a batch can be repeated.
    ///
    /// # Errors
    /// [`Fault`]; then of some filings the openings may be kept, and of none can it be told.
    pub fn keep(&self, filings: &[Filing]) -> Result<Vec<Result<(), Rejection>>, Fault> {
        let mut state = self.writing()?;
        let mut verdicts = Vec::with_capacity(filings.len());
        let mut part = Part::new(self);
        for filing in filings {
            verdicts.push(part.add(filing)?);
            if part.bytes > MAX_PART_BYTES {
                part.commit(&mut state)?;
                part = Part::new(self);
            }
        }
        part.commit(&mut state)?;
        Ok(verdicts)
    }
}

/// Part of a batch: what is in memory at once.
struct Part<'a> {
    vault: &'a Vault,
    lists: Lists<'a>,
    subjects: BTreeMap<FileName, Held>,
    /// Bytes of all contents as they were read, and of what came to them.
    bytes: usize,
}

/// The openings of one data subject, with what is to be kept.
struct Held {
    key: Key,
    key_is_new: bool,
    contents: Contents,
    changed: bool,
    /// Openings and sealed bytes as they are on disk; none: no file.
    before: Option<(usize, usize)>,
}

/// An opening that is not kept yet, and with whom it will be.
struct New {
    commitment: Commitment,
    name: FileName,
    kept: Kept,
}

impl<'a> Part<'a> {
    fn new(vault: &'a Vault) -> Self {
        Self {
            vault,
            lists: Lists::new(vault),
            subjects: BTreeMap::new(),
            bytes: 0,
        }
    }

    fn add(&mut self, filing: &Filing) -> Result<Result<(), Rejection>, Fault> {
        let new = match self.news(filing)? {
            Ok(new) => new,
            Err(rejection) => return Ok(Err(rejection)),
        };
        let listed = self.lists.get(filing.statement())?.len();
        if listed + new.len() > MAX_ID_OPENINGS {
            return Ok(Err(Rejection::IdFull(filing.statement())));
        }
        for New { name, kept, .. } in &new {
            let same = new.iter().filter(|other| other.name == *name);
            let held = &self.subjects[name];
            if !held.contents.has_room(same.map(|other| &other.kept)) {
                return Ok(Err(Rejection::SubjectFull(
                    kept.opening.pointer().to_owned(),
                )));
            }
        }
        for New {
            commitment,
            name,
            kept,
        } in new
        {
            let place = Place::Kept(name.0);
            self.lists
                .change(filing.statement(), |list| list.set(commitment, place))?;
            let held = self.subjects.get_mut(&name).expect("held since news()");
            let before = held.contents.bytes();
            held.contents.insert(commitment, kept);
            held.changed = true;
            self.bytes += held.contents.bytes() - before;
        }
        Ok(Ok(()))
    }

    /// Which openings of the filing are not kept yet. Holds the data subjects of all of them.
    fn news(&mut self, filing: &Filing) -> Result<Result<Vec<New>, Rejection>, Fault> {
        let mut new = Vec::new();
        for (commitment, about, opening) in filing.openings() {
            match self.lists.get(filing.statement())?.get(commitment) {
                Some(Place::Erased) => {
                    return Ok(Err(Rejection::Erased(opening.pointer().to_owned())));
                }
                Some(Place::Kept(name)) if self.holds(FileName(name), commitment)? => continue,
                Some(Place::Kept(_)) | None => {}
            }
            let name = FileName::of(&self.vault.keys, about);
            self.hold(name, Some(about))?;
            new.push(New {
                commitment: *commitment,
                name,
                kept: Kept {
                    statement: filing.statement(),
                    opening: opening.clone(),
                },
            });
        }
        Ok(Ok(new))
    }

    /// Is the opening of `commitment` with the data subject `name`?
    fn holds(&mut self, name: FileName, commitment: &Commitment) -> Result<bool, Fault> {
        self.hold(name, None)?;
        let held = self.subjects.get(&name);
        Ok(held.is_some_and(|held| held.contents.get(commitment).is_some()))
    }

    /// Reads the openings of `name`; where there are none, begins with none if it is known whom they will be `about`.
    fn hold(&mut self, name: FileName, about: Option<&DataSubject>) -> Result<(), Fault> {
        let Entry::Vacant(place) = self.subjects.entry(name) else {
            return Ok(());
        };
        let loaded = self.vault.load(name)?;
        let (key, contents, file) = match loaded {
            Some(loaded) => (Some(loaded.key), loaded.contents, loaded.file),
            None => (None, None, None),
        };
        let before = contents
            .as_ref()
            .zip(file)
            .map(|(contents, (_, bytes))| (contents.count(), bytes));
        let Some(contents) = contents.or_else(|| about.cloned().map(Contents::new)) else {
            return Ok(());
        };
        self.bytes += contents.bytes();
        place.insert(Held {
            key_is_new: key.is_none(),
            key: match key {
                Some(key) => key,
                None => Key::random()?,
            },
            contents,
            changed: false,
            before,
        });
        Ok(())
    }

    fn commit(self, state: &mut State) -> Result<(), Fault> {
        let changed = || self.subjects.iter().filter(|(_, held)| held.changed);
        if changed().next().is_none() && !self.lists.changed() {
            return Ok(());
        }
        state.change(|state| {
            let Vault { disk, keys, .. } = self.vault;
            let mut written = Unsynced::default();
            let mut first = self.lists.write(&mut written)?;
            let mut then = Vec::new();
            let mut census = state.census;
            for (name, held) in changed() {
                if held.key_is_new {
                    let file = wrap_key(*name, keys, &held.key)?;
                    first.push((disk.write(&file, &mut written)?, name.key()));
                }
                let file = seal_contents(*name, &held.key, &held.contents)?;
                then.push((disk.write(&file, &mut written)?, name.sealed()));
                census.replace(held.before, Some((held.contents.count(), file.len())));
            }
            disk.sync(written)?;
            self.vault.move_all(&first)?;
            self.vault.move_all(&then)?;
            state.census = census;
            Ok(())
        })
    }
}
