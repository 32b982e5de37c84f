//! R3 to R6: bytes of a real data directory torn, flipped, misplaced or put back, one fault at a time. One binary,
//! because each one links RocksDB and makes a ledger to damage.
#![allow(clippy::unwrap_used)]

mod program;
mod replica;
