//! Scrubbing: reads everything that a replica holds, and says what is not as the entries make it.
//!
//! In scope: every block of every table with its checksum, the write-ahead log, the chain of entries, dossiers, tiles,
//! checkpoints, block boundaries, records (folded again), the index of dossiers, head, head file and mark. Out of
//! scope: signatures and rules, which the auditor's verifier checks, and the log stream.
//!
//! Nothing is changed: the database is opened for reading only, and nothing is repaired. Memory does not grow with the
//! ledger: entries are read one after the other, records and pages are folded into a database of their own in
//! a scratch folder beside the replica, and the two are compared in the order of their keys, row by row.

mod checksums;
mod entries;
mod files;
mod finding;
mod rows;
mod scratch;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rocksdb::{DB, DBRecoveryMode};

use crate::error::{DatabaseError, OpenError};
use crate::keys::{FORMAT, FORMAT_NODES, Meta};
use crate::lock::Lock;
use crate::open::{self, file_error};
use crate::options;
use crate::store::Store;
use crate::tables;
use crate::types::{Head, IndexHead, OpenOptions, Position};
use crate::value;

use finding::Findings;
pub use finding::ScrubFinding;
use scratch::Scratch;

/// Most findings that a scrub lists; the others are counted.
pub const SCRUB_FINDINGS_MAX: usize = 100;
/// The folder for what is folded again, within the data directory. Nothing in it is ever needed later.
const SCRATCH: &str = "scrub.tmp";

/// What a scrub read, and what is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scrub {
    /// Entries that were read.
    pub entries: u64,
    /// Block boundaries.
    pub blocks: u64,
    /// Checkpoints, each compared with the root of its size.
    pub checkpoints: u64,
    /// Records, each compared with the fold of the entries.
    pub records: u64,
    /// Tiles.
    pub tiles: u64,
    /// Bytes of the tables whose checksums were verified.
    pub table_bytes: u64,
    /// What is wrong, in the order in which it was found; at most [`SCRUB_FINDINGS_MAX`].
    pub findings: Vec<ScrubFinding>,
    /// Findings beyond those.
    pub more: u64,
    /// Checks that could not be made because of a finding.
    pub left_out: Vec<&'static str>,
}

impl Scrub {
    /// Whether everything is as the entries make it.
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty() && self.left_out.is_empty()
    }
}

/// What the family `default` says.
#[derive(Default)]
struct Said {
    head: Option<Head>,
    position: Option<Position>,
    index: Option<IndexHead>,
    /// The index is in the form of an earlier release, and made anew as soon as this one opens the store.
    made_anew: bool,
}

impl Store {
    /// Reads everything in the replica in `dir` and compares it with what the entries make of it. Nobody else may have it open.
    /// Takes about as long as folding the ledger again, and in `dir` as much space as records and index.
    ///
    /// # Errors
    /// [`OpenError`]: `Missing`, `NotAStore`, `Locked`, `NewerFormat`, `File`, and `Unreadable` if the scratch folder can't be
    /// written. Whatever is wrong with the replica itself is a finding.
    pub fn scrub(dir: &Path, options: &OpenOptions) -> Result<Scrub, OpenError> {
        let replica = dir.join(open::REPLICA);
        if !replica.try_exists().map_err(file_error(&replica))? {
            return Err(match dir.try_exists().map_err(file_error(dir))? {
                true => OpenError::NotAStore(dir.to_owned()),
                false => OpenError::Missing(dir.to_owned()),
            });
        }
        let _lock = Lock::take(dir)?;
        let mut scrub = Scrub::default();
        let mut findings = Findings::default();
        let sightings = files::sightings(&replica.join(open::HEAD), options, &mut findings);
        if let Some((file, expected, found)) = tables::look(&replica.join(open::DATABASE)) {
            let meaning = "tables may be missing: rebuild the replica from the log stream; a damaged note alone is written anew at the next start";
            findings.add(file, expected, found, meaning);
        }
        match database(&replica.join(open::DATABASE), &mut findings) {
            Some(db) => {
                let scratch = Scratch::create(Folder::at(&dir.join(SCRATCH))?)?;
                everything(&db, &scratch, &sightings, &mut scrub, &mut findings)?;
            }
            None => scrub.left_out.push("the database"),
        }
        (scrub.findings, scrub.more) = findings.into_parts();
        Ok(scrub)
    }
}

/// Everything that is in the database.
fn everything(
    db: &DB,
    scratch: &Scratch,
    sightings: &[files::Known],
    scrub: &mut Scrub,
    findings: &mut Findings,
) -> Result<(), OpenError> {
    scrub.table_bytes = checksums::verify(db, findings);
    let said = said(db, findings)?;
    let walked = entries::walk(db, scratch, &said, sightings, findings)?;
    scrub.entries = walked.read;
    scrub.checkpoints = walked.checkpoints;
    files::compare(sightings, &walked, findings);
    scrub.blocks = rows::blocks(db, &said, walked.end(), findings);
    rows::index(db, &said, &walked, findings);
    scrub.tiles = rows::tiles(db, walked.end(), findings);
    match walked.whole {
        true => {
            rows::head(&said, &walked, findings);
            scrub.records = rows::records(db, scratch, findings);
            if !said.made_anew {
                rows::pages(db, scratch, &said, &walked, findings);
            }
        }
        false => scrub
            .left_out
            .push("tree, records and the index of dossiers: not every entry can be read"),
    }
    Ok(())
}

/// The database, for reading only. Strictly first: whatever of the write-ahead log can't be replayed is a finding.
fn database(path: &Path, findings: &mut Findings) -> Option<DB> {
    let open = |mode| {
        let mut options = options::database(false);
        options.set_wal_recovery_mode(mode);
        DB::open_cf_descriptors_read_only(&options, path, options::families(), false)
    };
    let strictly = match open(DBRecoveryMode::AbsoluteConsistency) {
        Ok(db) => return Some(db),
        Err(error) => error,
    };
    match open(DBRecoveryMode::PointInTime) {
        Ok(db) => {
            let meaning = "the write-ahead log can't be replayed to its end: a power cut tore its last record, or it is damaged; what was acknowledged comes back from the log stream";
            findings.add(
                "write-ahead log",
                "records with their checksums",
                strictly,
                meaning,
            );
            Some(db)
        }
        Err(error) => {
            let meaning =
                "the database can't be opened at all: rebuild the replica from the log stream";
            findings.add("database", "files that belong together", error, meaning);
            None
        }
    }
}

/// Reads the family `default`.
///
/// # Errors
/// If a newer release wrote it.
fn said(db: &DB, findings: &mut Findings) -> Result<Said, OpenError> {
    let mut read = |key: Meta, what: &'static str| match db.get(key.key()) {
        Ok(Some(bytes)) => Some(bytes),
        Ok(None) => {
            if !matches!(key, Meta::Dossiers) {
                findings.add(
                    format!("default, {what}"),
                    "a value",
                    "none",
                    "every store has one",
                );
            }
            None
        }
        Err(error) => {
            findings.unreadable(format!("default, {what}"), error);
            None
        }
    };
    let format = read(Meta::Format, "format");
    let parts = [
        read(Meta::Head, "head"),
        read(Meta::Position, "position"),
        read(Meta::Dossiers, "index of dossiers"),
    ];
    let format = format.and_then(|bytes| Some(u32::from_be_bytes(bytes.try_into().ok()?)));
    match format {
        Some(found) if found > FORMAT => {
            let known = FORMAT;
            return Err(OpenError::NewerFormat { found, known });
        }
        Some(FORMAT | FORMAT_NODES) => {}
        Some(_) | None => {
            let found = format.map_or("no number".to_owned(), |format| format.to_string());
            findings.add(
                "default, format",
                FORMAT,
                found,
                "no release wrote this format",
            );
        }
    }
    let [head, position, index] = parts;
    Ok(Said {
        head: form(head, "head", value::head, findings),
        position: form(position, "position", value::position, findings),
        index: form(index, "index of dossiers", value::index_head, findings),
        made_anew: format == Some(FORMAT_NODES),
    })
}

/// A value that is there, read.
fn form<T>(
    bytes: Option<Vec<u8>>,
    what: &str,
    read: impl Fn(&[u8]) -> Option<T>,
    findings: &mut Findings,
) -> Option<T> {
    let bytes = bytes?;
    let value = read(&bytes);
    if value.is_none() {
        findings.add(
            format!("default, {what}"),
            "its form",
            finding::shown(&bytes),
            finding::FORM,
        );
    }
    value
}

/// A folder that is removed when this is dropped.
struct Folder(PathBuf);

impl Folder {
    fn at(path: &Path) -> Result<Self, OpenError> {
        match fs::remove_dir_all(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(file_error(path)(error));
            }
            Ok(()) | Err(_) => {}
        }
        fs::create_dir(path).map_err(file_error(path))?;
        Ok(Self(path.to_owned()))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What stays is removed by the next scrub.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What went wrong in the scratch folder: the replica is not to blame.
fn scratch_error(error: rocksdb::Error) -> OpenError {
    OpenError::Unreadable(DatabaseError::from(error).into())
}
