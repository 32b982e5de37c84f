//! The lists that a change looks at, held until they are written.

use std::collections::BTreeMap;
use std::path::PathBuf;

use cinnabar_events::StatementId;

use crate::contents::List;
use crate::disk::Unsynced;
use crate::fault::Fault;
use crate::layout::{FileName, MAX_LIST_FILE, seal_list, unseal_list};
use crate::vault::Vault;

/// Lists by statement id, and which of them differ from their files.
pub(crate) struct Lists<'a> {
    vault: &'a Vault,
    lists: BTreeMap<StatementId, (List, bool)>,
}

impl<'a> Lists<'a> {
    pub(crate) fn new(vault: &'a Vault) -> Self {
        Self {
            vault,
            lists: BTreeMap::new(),
        }
    }

    /// The list of `statement`, empty if there is none.
    pub(crate) fn get(&mut self, statement: StatementId) -> Result<&List, Fault> {
        self.entry(statement).map(|(list, _)| &*list)
    }

    /// Changes the list of `statement`; `change` says whether it did.
    pub(crate) fn change(
        &mut self,
        statement: StatementId,
        change: impl FnOnce(&mut List) -> bool,
    ) -> Result<(), Fault> {
        let (list, changed) = self.entry(statement)?;
        *changed |= change(list);
        Ok(())
    }

    fn entry(&mut self, statement: StatementId) -> Result<&mut (List, bool), Fault> {
        use std::collections::btree_map::Entry;
        match self.lists.entry(statement) {
            Entry::Occupied(held) => Ok(held.into_mut()),
            Entry::Vacant(place) => Ok(place.insert((self.vault.list_of(statement)?, false))),
        }
    }

    pub(crate) fn changed(&self) -> bool {
        self.lists.values().any(|(_, changed)| *changed)
    }

    /// Writes the lists that changed; says which file is to be moved where. An empty one is unlinked: it holds no secrets.
    pub(crate) fn write(&self, unsynced: &mut Unsynced) -> Result<Vec<(PathBuf, PathBuf)>, Fault> {
        let Vault { disk, keys, .. } = self.vault;
        let mut moves = Vec::new();
        for (statement, (list, changed)) in &self.lists {
            let name = FileName::of_statement(keys, *statement);
            if *changed && list.len() == 0 {
                disk.unlink(&name.list(), unsynced)?;
            } else if *changed {
                let file = seal_list(name, keys, list)?;
                moves.push((disk.write(&file, unsynced)?, name.list()));
            }
        }
        Ok(moves)
    }
}

impl Vault {
    /// The list of `statement` as its file has it, empty if there is none.
    pub(crate) fn list_of(&self, statement: StatementId) -> Result<List, Fault> {
        self.read_list(FileName::of_statement(&self.keys, statement))
    }

    /// The list in the file `name`.
    pub(crate) fn read_list(&self, name: FileName) -> Result<List, Fault> {
        let path = name.list();
        match self.disk.read(&path, MAX_LIST_FILE)? {
            Some(file) => unseal_list(name, &self.keys, &file, &path),
            None => Ok(List::default()),
        }
    }

    /// Moves written files to their places, durably.
    pub(crate) fn move_all(&self, moves: &[(PathBuf, PathBuf)]) -> Result<(), Fault> {
        let mut moved = Unsynced::default();
        for (from, to) in moves {
            self.disk.rename(from, to, &mut moved)?;
        }
        self.disk.sync(moved)
    }
}
