//! The replica of the ledger in RocksDB.
