#![doc = include_str!("../README.md")]

mod contents;
mod disk;
mod erase;
mod examine;
mod fault;
mod filing;
mod institution;
mod keep;
mod layout;
mod limits;
mod lists;
mod look;
mod opening;
mod seal;
#[cfg(test)]
mod tests;
mod vault;

pub use erase::{ErasureReceipt, FileDigest};
pub use examine::Examined;
pub use fault::{Fault, NotAKey};
pub use filing::{Filing, Rejection, Slot};
pub use institution::InstitutionKey;
pub use limits::{
    MAX_ID_OPENINGS, MAX_OPENINGS, MAX_OPENINGS_BYTES, MAX_PERSON_CHARS, MAX_POINTER_BYTES,
    MAX_SUBJECT_BYTES, MAX_SUBJECT_OPENINGS, MAX_VALUE_BYTES,
};
pub use look::{Found, Inspection};
pub use opening::{DataSubject, Malformed, Opening, Openings};
pub use vault::{Census, Still, Vault};
