//! Some of the views in a file of their own, without a cursor: to see what each of them costs.

use std::path::Path;

use cinnabar_events::Entry;
use rusqlite::{Connection, OpenFlags};

use crate::digest::Digest;
use crate::file::connect;
use crate::projection::{Table, VIEWS, View};
use crate::writing::Writing;

/// Some views, folded beside nothing else. Nobody reads them and no crash is survived: a measure, not a node's views.
#[derive(Debug)]
pub struct Partial {
    sqlite: Connection,
    views: Vec<&'static View>,
    words: bool,
}

impl Partial {
    /// Empty tables in a new file at `path` for the views whose names are in `names`, with or without their text indexes. A view
    /// that looks things up in another one needs that too: `products` the `organisations`, `marks` the `entries`.
    ///
    /// # Errors
    /// If SQLite can't make them.
    pub fn create(path: &Path, names: &[&str], words: bool) -> rusqlite::Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let sqlite = connect(path, flags)?;
        let views: Vec<_> = VIEWS
            .iter()
            .filter(|view| names.contains(&view.name))
            .collect();
        for table in views.iter().flat_map(|view| view.tables) {
            if words || matches!(table, Table::Rows { .. }) {
                sqlite.execute_batch(&table.create())?;
            }
        }
        Ok(Self {
            sqlite,
            views,
            words,
        })
    }

    /// Folds entries in, in one transaction.
    ///
    /// # Errors
    /// If SQLite can't write.
    pub fn apply(&mut self, entries: &[Entry]) -> rusqlite::Result<()> {
        let transaction = self.sqlite.transaction()?;
        let writing = Writing::new(&transaction).with_words(self.words);
        for entry in entries {
            for view in &self.views {
                (view.apply)(entry, &writing)?;
            }
        }
        transaction.commit()
    }

    /// Each view's name and digest.
    ///
    /// # Errors
    /// If SQLite can't read.
    pub fn digests(&self) -> rusqlite::Result<Vec<(&'static str, Digest)>> {
        let digest = |view: &&'static View| Ok((view.name, Digest::of(view, &self.sqlite)?));
        self.views.iter().map(digest).collect()
    }
}
