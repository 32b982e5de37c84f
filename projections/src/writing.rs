//! Where a fold writes: one transaction on the one connection that does.

use std::ops::Deref;

use rusqlite::{Connection, Transaction, params};

/// A transaction that entries are folded into.
#[derive(Debug)]
pub struct Writing<'t> {
    transaction: &'t Transaction<'t>,
    /// Whether texts are indexed.
    words: bool,
}

impl<'t> Writing<'t> {
    /// Folds into `transaction`.
    pub(crate) fn new(transaction: &'t Transaction<'t>) -> Self {
        Self {
            transaction,
            words: true,
        }
    }

    /// The same, with or without text indexes.
    pub(crate) fn with_words(self, words: bool) -> Self {
        Self { words, ..self }
    }

    /// Gives `body` to a text index, under the sequence that brought it. `insert` is the statement that does.
    pub(crate) fn index(&self, insert: &str, sequence: i64, body: &str) -> rusqlite::Result<()> {
        if self.words {
            let mut insert = self.transaction.prepare_cached(insert)?;
            insert.execute(params![sequence, body])?;
        }
        Ok(())
    }
}

impl Deref for Writing<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.transaction
    }
}
