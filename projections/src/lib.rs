//! Queryable views of the ledger in SQLite.
