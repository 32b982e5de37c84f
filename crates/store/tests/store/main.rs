//! The store from outside: what is applied, what is refused, what is there after a crash. One binary, because each one links RocksDB.
#![allow(clippy::unwrap_used)]

mod apply;
mod backup;
mod crash;
mod dossiers;
mod mark;
mod model;
mod open;
mod refusals;
mod scrub;
mod timestamps;
mod tree;
mod writer;
