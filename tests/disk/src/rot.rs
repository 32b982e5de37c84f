//! Damaged bytes: a real data directory of `cinnabar up`, copies of it with a fault in them, and what comes of them.
//!
//! The rule for every fault: it is noticed, by name, or it makes no difference. What is served afterwards is
//! byte for byte what was served before, or a beginning of it that knows itself to be one.

pub mod fault;
pub mod fixture;
pub mod outcome;
pub mod program;
pub mod served;
pub mod store;
pub mod wal;
