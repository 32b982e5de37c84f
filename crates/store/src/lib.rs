//! The replica of the ledger in RocksDB.
//!
//! In scope: applying a block at once and durably; reading entries, dossiers, records, tiles, bundles, proofs,
//! checkpoints and block boundaries; knowing after a crash what is there. Out of scope: whether a block may be applied
//! (signatures and rules are checked before), the log stream, the clock.
//!
//! A data directory holds `LOCK`, and in `replica` the database and the [head file](HighWater) beside it. Outside of it
//! lies the [mark], if one is kept. Opening takes the same time whatever the ledger's size.
//!
//! [mark]: Mark
//!
//! What was applied stays: there is no function here that removes or changes an entry.

mod apply;
mod backup;
mod cache;
mod check;
mod checkpoint;
mod deadlines;
mod dossiers;
mod entries;
mod error;
mod head_file;
mod index;
mod keys;
mod lock;
mod mark;
mod open;
mod options;
mod pages;
mod recent;
mod record;
mod scrub;
mod snapshot;
mod space;
mod store;
mod tables;
mod timestamps;
mod tree;
mod types;
mod value;

pub use backup::{CopyError, ReplicaCopy, Restored, backup_folder, note_restored};
pub use dossiers::IndexPlan;
pub use entries::Entries;
pub use error::{
    ApplyError, Damage, DatabaseError, Inconsistency, OpenError, ProofError, StoreError,
};
pub use index::MAX_LISTING;
pub use open::MIN_FREE_BYTES;
pub use scrub::{SCRUB_FINDINGS_MAX, Scrub, ScrubFinding};
pub use snapshot::{Facet, Running, Snapshot, Subjects};
pub use space::{LowSpace, RESERVE_BYTES, RESUME_BYTES};
pub use store::Store;
pub use timestamps::{KeepError, MAX_AUTHORITIES, MAX_AUTHORITY_BYTES, MAX_TIMESTAMP_BYTES};
pub use types::{
    Application, BlockBoundary, DossierHead, Head, HighWater, IndexHead, Mark, OpenOptions,
    Position, Recovery,
};
