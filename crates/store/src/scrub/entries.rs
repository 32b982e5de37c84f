//! One walk over the entries: the chain, what the indexes say of each entry, and everything that is folded from them.

use std::collections::BTreeMap;
use std::mem;

use cinnabar_events::{Entry, EntryHash, Sequence, Timestamp, dossier_key};
use cinnabar_governance::{Overlay, evolve, links};
use cinnabar_tlog::{Checkpoint, EdgeTiles, Hash, Note, Size, SparseKey};
use rocksdb::{DB, DBRawIterator, ReadOptions};

use super::files::Known;
use super::finding::{FORM, Findings, shown};
use super::scratch::Scratch;
use super::{Said, rows};
use crate::checkpoint::checkpoint_row;
use crate::dossiers;
use crate::error::OpenError;
use crate::keys::{self, Family, IndexKey};
use crate::mark;
use crate::store::family_of;
use crate::types::{DossierHead, Recovery};
use crate::value;

/// Entries after which what they change is written to the scratch database: bounds what is held of it in memory.
const CHUNK_ENTRIES: u64 = 256;
/// Most sequences that are tried, one by one, behind an entry that can't be read.
const SKIPPED_MAX: u64 = 4096;

const BROKEN: &str = "the chain is broken here: this entry was not written by the ledger, or not at this place; compare with the log stream";

/// What the entries say.
pub(super) struct Walked {
    /// Entries that were read.
    pub(super) read: u64,
    /// Whether all of them could be, from the first to the last: otherwise nothing can be folded.
    pub(super) whole: bool,
    /// The next sequence.
    pub(super) next: Sequence,
    /// The last entry's hash.
    pub(super) hash: Option<EntryHash>,
    /// The last entry's time.
    pub(super) time: Option<Timestamp>,
    /// The root over all of them.
    pub(super) root: Hash,
    /// How many places in dossiers they take.
    pub(super) links: u64,
    /// How many of them say how the dossiers end.
    pub(super) indexed: u64,
    /// The recoveries among them.
    pub(super) recoveries: Vec<Recovery>,
    /// Checkpoints that have the root of their size.
    pub(super) checkpoints: u64,
    /// Root of the index of dossiers at the size that the store says, and how many dossiers there were then.
    pub(super) index: Option<(Hash, u64)>,
    /// For each slot of head file and mark: the hash of the entry that it names.
    pub(super) seen: Vec<Option<EntryHash>>,
}

impl Walked {
    /// Number of entries, those included that could not be read.
    pub(super) fn end(&self) -> Size {
        Size::new(self.next.get())
    }
}

/// The walk, where it is.
struct Walk<'s> {
    db: &'s DB,
    scratch: &'s Scratch,
    known: &'s [Known],
    /// The index of dossiers is to be folded up to here.
    index_size: Option<Size>,
    overlay: Overlay<'s, Scratch>,
    edge: EdgeTiles,
    ends: BTreeMap<SparseKey, Hash>,
    dossiers: u64,
    checkpoints: DBRawIterator<'s>,
    walked: Walked,
}

/// Reads every entry.
pub(super) fn walk(
    db: &DB,
    scratch: &Scratch,
    said: &Said,
    known: &[Known],
    findings: &mut Findings,
) -> Result<Walked, OpenError> {
    let mut checkpoints = rows::of(db, IndexKey::Checkpoint);
    checkpoints.seek_to_first();
    let mut walk = Walk {
        db,
        scratch,
        known,
        index_size: said.index.map(|index| index.size),
        overlay: Overlay::new(scratch),
        edge: EdgeTiles::empty(),
        ends: BTreeMap::new(),
        dossiers: 0,
        checkpoints,
        walked: Walked {
            read: 0,
            whole: true,
            next: Sequence::new(0),
            hash: Some(EntryHash::NONE),
            time: None,
            root: cinnabar_tlog::EMPTY_ROOT,
            links: 0,
            indexed: 0,
            recoveries: Vec::new(),
            checkpoints: 0,
            index: None,
            seen: known.iter().map(empty).collect(),
        },
    };
    let end = said.head.map_or(Size::ZERO, |head| head.size);
    walk.all(end, findings)?;
    walk.flush(findings)?;
    walk.walked.root = walk.edge.root();
    if walk.walked.whole {
        walk.checkpoints_up_to(Size::new(u64::MAX), findings);
    }
    Ok(walk.walked)
}

/// A slot that knows of no entry knows no hash.
fn empty(known: &Known) -> Option<EntryHash> {
    known
        .sighting
        .high_water
        .size
        .is_zero()
        .then_some(EntryHash::NONE)
}

impl Walk<'_> {
    /// All entries that can be read; `end` is how many the head says there are.
    fn all(&mut self, end: Size, findings: &mut Findings) -> Result<(), OpenError> {
        let mut options = ReadOptions::default();
        options.fill_cache(false);
        let mut rows = self
            .db
            .raw_iterator_cf_opt(family_of(self.db, Family::Entries), options);
        rows.seek_to_first();
        loop {
            if let Some((key, bytes)) = rows.item() {
                match keys::entry_sequence(key) {
                    Some(seq) => self.next(seq, bytes, findings)?,
                    None => findings.add(
                        format!("entries, key {}", shown(key)),
                        "a sequence",
                        "another key",
                        FORM,
                    ),
                }
                rows.next();
                continue;
            }
            let next = self.walked.next;
            let Err(error) = rows.status() else { break };
            findings.unreadable(format!("entries, sequence {next}"), error);
            self.walked.whole = false;
            if !skip(&mut rows, next, end) {
                break;
            }
        }
        let missing = self.walked.next.get()..end.get();
        if !missing.is_empty() {
            self.missing(missing.start, missing.end, findings);
            self.walked.next = Sequence::new(end.get());
            self.walked.hash = None;
        }
        Ok(())
    }

    fn missing(&mut self, first: u64, end: u64, findings: &mut Findings) {
        let place = match end - first {
            1 => format!("entries, sequence {first}"),
            _ => format!("entries, sequences {first} to {}", end - 1),
        };
        let meaning = "entries are lost here: rebuild the replica from the log stream";
        findings.add(place, "an entry for each", "none", meaning);
        self.walked.whole = false;
    }

    fn next(
        &mut self,
        seq: Sequence,
        bytes: &[u8],
        findings: &mut Findings,
    ) -> Result<(), OpenError> {
        if seq != self.walked.next {
            self.missing(self.walked.next.get(), seq.get(), findings);
            self.walked.hash = None;
        }
        self.walked.read += 1;
        self.walked.next = seq.next();
        let place = || format!("entries, sequence {seq}");
        let entry = match Entry::parse(bytes) {
            Ok(entry) => entry,
            Err(error) => {
                findings.add(place(), "an entry", error, FORM);
                self.walked.whole = false;
                self.walked.hash = None;
                return Ok(());
            }
        };
        if entry.seq() != seq {
            findings.add(
                place(),
                format!("the entry {seq}"),
                format!("the entry {}", entry.seq()),
                BROKEN,
            );
        }
        if let Some(prev) = self.walked.hash.filter(|prev| *prev != entry.prev()) {
            findings.add(
                place(),
                format!("an entry after {prev}"),
                format!("one after {}", entry.prev()),
                BROKEN,
            );
        }
        if let Some(last) = self.walked.time.filter(|last| entry.time() < *last) {
            findings.add(
                place(),
                format!("a time from {last} on"),
                entry.time(),
                BROKEN,
            );
        }
        self.rows_of(&entry, findings);
        (self.walked.hash, self.walked.time) = (Some(entry.hash()), Some(entry.time()));
        let size = Size::new(seq.next().get());
        for (known, seen) in self.known.iter().zip(&mut self.walked.seen) {
            if known.sighting.high_water.size == size {
                *seen = Some(entry.hash());
            }
        }
        if self.walked.whole {
            self.fold(&entry, size, findings)?;
        }
        Ok(())
    }

    /// The rows of the index that are of this entry.
    fn rows_of(&mut self, entry: &Entry, findings: &mut Findings) {
        for (subject, link) in entry.dossiers() {
            self.walked.links += 1;
            let key = keys::dossier(subject, link.revision);
            let row = value::dossier_to_bytes(entry.seq(), entry.hash());
            self.row(
                &key,
                &row,
                &format!("index, dossier {subject} at {}", link.revision),
                findings,
            );
        }
        if let Some(recovery) = mark::declared(entry) {
            let (key, row) = (
                keys::recovery(recovery.from),
                value::recovery_to_bytes(recovery.until),
            );
            self.row(
                &key,
                &row,
                &format!("index, recovery at {}", entry.seq()),
                findings,
            );
            self.walked.recoveries.push(recovery);
        }
        if let Some(index) = dossiers::recorded(entry) {
            self.walked.indexed += 1;
            let (key, row) = (keys::indexed(entry.seq()), value::indexed_to_bytes(&index));
            self.row(
                &key,
                &row,
                &format!("index, recorded index at {}", entry.seq()),
                findings,
            );
        }
    }

    fn row(&self, key: &[u8], expected: &[u8], place: &str, findings: &mut Findings) {
        let meaning = "the index leads to another entry than there is: rebuild the replica from the log stream";
        match self
            .db
            .get_pinned_cf(family_of(self.db, Family::Index), key)
        {
            Ok(Some(found)) if *found == *expected => {}
            Ok(Some(found)) => findings.add(place, shown(expected), shown(&found), meaning),
            Ok(None) => findings.add(place, shown(expected), "none", meaning),
            Err(error) => findings.unreadable(place, error),
        }
    }

    /// Records, tree and index of dossiers, one entry on.
    fn fold(
        &mut self,
        entry: &Entry,
        size: Size,
        findings: &mut Findings,
    ) -> Result<(), OpenError> {
        let expected = links(&self.overlay, entry.statement())?;
        if *entry.dossiers() != expected {
            let place = format!("entries, sequence {}", entry.seq());
            findings.add(
                place,
                "links to the ends of its dossiers",
                "other links",
                BROKEN,
            );
        }
        evolve(&mut self.overlay, entry)?;
        self.edge.append(entry.leaf_hash());
        if self.index_size.is_some_and(|end| size <= end) {
            for (subject, link) in entry.dossiers() {
                self.dossiers += u64::from(link.revision.get() == 0);
                let head = DossierHead {
                    length: link.revision.next().get(),
                    hash: entry.hash(),
                };
                self.ends.insert(dossier_key(subject), head.value());
            }
        }
        self.checkpoints_up_to(size, findings);
        if self.index_size == Some(size) {
            let root = self.scratch.set_dossiers(&mem::take(&mut self.ends))?;
            self.walked.index = Some((root, self.dossiers));
        }
        match size.get().is_multiple_of(CHUNK_ENTRIES) {
            true => self.flush(findings),
            false => Ok(()),
        }
    }

    /// Writes what was folded to the scratch database, and compares the tiles.
    fn flush(&mut self, findings: &mut Findings) -> Result<(), OpenError> {
        let folded = mem::replace(&mut self.overlay, Overlay::new(self.scratch));
        self.scratch.fold(folded.into_changes())?;
        if !self.ends.is_empty() {
            self.scratch.set_dossiers(&mem::take(&mut self.ends))?;
        }
        let tiles = family_of(self.db, Family::Tiles);
        for (tile, hashes) in self.edge.take_changes() {
            let place = format!("tiles, level {}, index {}", tile.level(), tile.index());
            let meaning =
                "proofs from this tile don't hold: rebuild the replica from the log stream";
            match self.db.get_pinned_cf(tiles, keys::tile(tile)) {
                // It may have grown since.
                Ok(Some(found)) if found.starts_with(&hashes) => {}
                Ok(Some(_)) => {
                    findings.add(place, "the hashes of its entries", "other hashes", meaning)
                }
                Ok(None) => findings.add(place, "a tile", "none", meaning),
                Err(error) => findings.unreadable(place, error),
            }
        }
        Ok(())
    }

    /// Compares the checkpoints of this size with the root; what comes before was compared.
    fn checkpoints_up_to(&mut self, size: Size, findings: &mut Findings) {
        let meaning = "this checkpoint is not one of this ledger: never serve it; rebuild the replica from the log stream";
        while let Some((key, bytes)) = self.checkpoints.item() {
            let found = checkpoint_row(key, bytes);
            let place = || format!("index, checkpoint {}", shown(key));
            match found {
                Ok((kept, _)) if kept > size => return,
                Ok((kept, note)) => {
                    let checkpoint = Note::parse(note.as_bytes()).ok();
                    let checkpoint =
                        checkpoint.and_then(|note| Checkpoint::parse(note.text()).ok());
                    let root = (kept == size).then(|| self.edge.root());
                    match checkpoint {
                        Some(found) if found.size == kept && Some(found.root) == root => {
                            self.walked.checkpoints += 1;
                        }
                        Some(found) => {
                            let expected = root
                                .map_or("a size that the ledger has".to_owned(), |root| {
                                    root.to_string()
                                });
                            findings.add(
                                place(),
                                expected,
                                format!("{} at size {}", found.root, found.size),
                                meaning,
                            );
                        }
                        None => findings.add(place(), "a signed checkpoint", shown(bytes), FORM),
                    }
                }
                Err(_) => findings.add(place(), "a signed checkpoint", shown(bytes), FORM),
            }
            self.checkpoints.next();
        }
        if let Err(error) = self.checkpoints.status() {
            findings.unreadable("index, checkpoints", error);
            // Once is enough: from here on there are none.
            self.checkpoints = rows::nothing(self.db);
        }
    }
}

/// Moves on to the next entry that can be read; false if there is none.
fn skip(rows: &mut DBRawIterator<'_>, next: Sequence, end: Size) -> bool {
    let last = end.get().min(next.get().saturating_add(SKIPPED_MAX));
    (next.get() + 1..last).any(|seq| {
        rows.seek(keys::entry(Sequence::new(seq)));
        rows.valid()
    })
}
