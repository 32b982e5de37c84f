//! Every row of every family that is no entry.

use std::cmp::Ordering;

use cinnabar_tlog::{HASH_BYTES, Size, TileId};
use rocksdb::{DB, DBRawIterator};

use super::Said;
use super::entries::Walked;
use super::finding::{FORM, Findings, shown};
use super::scratch::Scratch;
use crate::index::boundary;
use crate::keys::{self, Family, IndexKey};
use crate::options;
use crate::store::family_of;
use crate::types::Position;
use crate::value;

const REBUILD: &str = "the replica is not what the entries make it: rebuild it from the log stream";

/// The rows of the index that begin with a letter.
pub(super) fn of(db: &DB, letter: IndexKey) -> DBRawIterator<'_> {
    let mut scan = options::scan([letter as u8 + 1]);
    scan.set_iterate_lower_bound([letter as u8]);
    db.raw_iterator_cf_opt(family_of(db, Family::Index), scan)
}

/// No rows.
pub(super) fn nothing(db: &DB) -> DBRawIterator<'_> {
    db.raw_iterator_cf_opt(family_of(db, Family::Index), options::scan([0]))
}

/// The block boundaries: one after the other, without a gap, up to the end and the position. How many there are.
pub(super) fn blocks(db: &DB, said: &Said, end: Size, findings: &mut Findings) -> u64 {
    let mut rows = of(db, IndexKey::Block);
    rows.seek_to_first();
    let (mut count, mut size, mut last) = (0, Size::ZERO, Position::default());
    while let Some((key, bytes)) = rows.item() {
        count += 1;
        let place = || format!("index, block {}", shown(key));
        match boundary(key, bytes) {
            Ok(block) => {
                let position = Position {
                    generation: block.generation,
                    stream_sequence: block.stream_sequence,
                    epoch: block.epoch,
                };
                if block.first.get() != size.get() {
                    findings.add(
                        place(),
                        format!("a block from {size} on"),
                        format!("one from {}", block.first),
                        REBUILD,
                    );
                }
                if order(position) <= order(last) || position.epoch < last.epoch {
                    findings.add(
                        place(),
                        format!("a position after {last:?}"),
                        format!("{position:?}"),
                        REBUILD,
                    );
                }
                (size, last) = (block.size_after, position);
            }
            Err(_) => findings.add(place(), "a block boundary", shown(bytes), FORM),
        }
        rows.next();
    }
    if let Err(error) = rows.status() {
        findings.unreadable("index, blocks", error);
        return count;
    }
    if size != end {
        findings.add(
            "index, blocks",
            format!("blocks up to {end}"),
            format!("up to {size}"),
            REBUILD,
        );
    }
    if let Some(position) = said.position {
        // A stream that was filled anew is a later generation, in which no block need have come yet.
        let agrees = position == last || position.generation > last.generation;
        if !agrees {
            findings.add(
                "default, position",
                format!("{last:?}"),
                format!("{position:?}"),
                REBUILD,
            );
        }
    }
    count
}

fn order(position: Position) -> (u32, u64) {
    (position.generation, position.stream_sequence)
}

/// Every row of the index: known letters only, and no more rows than the entries make.
pub(super) fn index(db: &DB, said: &Said, walked: &Walked, findings: &mut Findings) {
    let mut rows = db.raw_iterator_cf_opt(family_of(db, Family::Index), options::scan([u8::MAX]));
    rows.seek_to_first();
    let (mut links, mut indexed, mut recoveries) = (0, 0, 0_u64);
    while let Some((key, _)) = rows.item() {
        match key.first() {
            Some(b'b' | b'c' | b'p') => {}
            Some(b'n') if said.made_anew => {}
            Some(b'd') => links += 1,
            Some(b'i') => indexed += 1,
            Some(b'r') => recoveries += 1,
            Some(b't') => timestamp(db, key, findings),
            Some(_) | None => findings.add(
                format!("index, key {}", shown(key)),
                "a known letter",
                "another",
                FORM,
            ),
        }
        rows.next();
    }
    if let Err(error) = rows.status() {
        return findings.unreadable("index", error);
    }
    if !walked.whole {
        return;
    }
    let counts = [
        ("index, dossiers", walked.links, links),
        ("index, recorded indexes", walked.indexed, indexed),
        (
            "index, recoveries",
            walked.recoveries.len() as u64,
            recoveries,
        ),
    ];
    for (place, expected, found) in counts {
        if expected != found {
            findings.add(
                place,
                format!("{expected} rows"),
                format!("{found} rows"),
                REBUILD,
            );
        }
    }
}

/// A time-stamp is of a checkpoint that is kept.
fn timestamp(db: &DB, key: &[u8], findings: &mut Findings) {
    let place = || format!("index, time-stamp {}", shown(key));
    let Some((size, _)) = keys::timestamp_parts(key) else {
        return findings.add(place(), "a size and an authority", "another key", FORM);
    };
    match db.get_pinned_cf(family_of(db, Family::Index), keys::checkpoint(size)) {
        Ok(Some(_)) => {}
        Ok(None) => findings.add(
            place(),
            format!("a checkpoint of size {size}"),
            "none",
            REBUILD,
        ),
        Err(error) => findings.unreadable(place(), error),
    }
}

/// Every tile has just the hashes of its size; what they are was compared. How many there are.
pub(super) fn tiles(db: &DB, end: Size, findings: &mut Findings) -> u64 {
    let mut rows = db.raw_iterator_cf_opt(family_of(db, Family::Tiles), options::scan([u8::MAX]));
    rows.seek_to_first();
    let mut count = 0;
    while let Some((key, bytes)) = rows.item() {
        count += 1;
        let width = tile_of(key).and_then(|tile| tile.width_at(end));
        let expected = width.map_or(0, |width| width.as_usize() * HASH_BYTES);
        if bytes.len() != expected {
            findings.add(
                format!("tiles, key {}", shown(key)),
                format!("{expected} bytes"),
                format!("{} bytes", bytes.len()),
                REBUILD,
            );
        }
        rows.next();
    }
    if let Err(error) = rows.status() {
        findings.unreadable("tiles", error);
    }
    count
}

fn tile_of(key: &[u8]) -> Option<TileId> {
    let (level, index) = key.split_first_chunk::<1>()?;
    TileId::new(level[0], u64::from_be_bytes(index.try_into().ok()?)).ok()
}

/// The head is that of the last entry.
pub(super) fn head(said: &Said, walked: &Walked, findings: &mut Findings) {
    let Some(head) = said.head else { return };
    let mut differ = |what: &str, expected: String, found: String| {
        if expected != found {
            findings.add(format!("default, head, {what}"), expected, found, REBUILD);
        }
    };
    differ("size", walked.end().to_string(), head.size.to_string());
    differ(
        "hash",
        format!("{:?}", walked.hash),
        format!("{:?}", Some(head.hash)),
    );
    differ("root", walked.root.to_string(), head.root.to_string());
    differ(
        "time",
        format!("{:?}", walked.time),
        format!("{:?}", head.time),
    );
}

/// The records are those that the entries make. How many there are.
pub(super) fn records(db: &DB, scratch: &Scratch, findings: &mut Findings) -> u64 {
    let all =
        |db| DB::raw_iterator_cf_opt(db, family_of(db, Family::Records), options::scan([u8::MAX]));
    let stored = all(db);
    compare(
        stored,
        all(scratch.db()),
        "records",
        findings,
        |stored, made| {
            // Another release may have written the same record with other bytes.
            stored == made
                || value::record(stored).is_some_and(|record| Some(record) == value::record(made))
        },
    )
}

/// The pages are those of the index of dossiers that the store names, and that is one that the entries make.
pub(super) fn pages(
    db: &DB,
    scratch: &Scratch,
    said: &Said,
    walked: &Walked,
    findings: &mut Findings,
) {
    let stored = of(db, IndexKey::Page);
    compare(
        stored,
        of(scratch.db(), IndexKey::Page),
        "index, pages",
        findings,
        |stored, made| stored == made,
    );
    let found = said.index.map(|index| (index.root, index.dossiers));
    if found != walked.index {
        findings.add(
            "default, index of dossiers",
            format!("{:?}", walked.index),
            format!("{found:?}"),
            REBUILD,
        );
    }
}

/// Goes through two sets of rows side by side, in the order of their keys. How many are stored.
fn compare(
    mut stored: DBRawIterator<'_>,
    mut made: DBRawIterator<'_>,
    what: &str,
    findings: &mut Findings,
    same: impl Fn(&[u8], &[u8]) -> bool,
) -> u64 {
    stored.seek_to_first();
    made.seek_to_first();
    let mut count = 0;
    loop {
        let order = match (stored.key(), made.key()) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(stored), Some(made)) => stored.cmp(made),
        };
        if stored.key().is_none() && stored.status().is_err() {
            break;
        }
        let place = |key: Option<&[u8]>| format!("{what}, key {}", shown(key.unwrap_or_default()));
        match order {
            Ordering::Less => {
                let value = stored.value().unwrap_or_default();
                findings.add(place(stored.key()), "none", shown(value), REBUILD);
            }
            Ordering::Greater => {
                let value = made.value().unwrap_or_default();
                findings.add(place(made.key()), shown(value), "none", REBUILD);
            }
            Ordering::Equal => {
                let both = (
                    stored.value().unwrap_or_default(),
                    made.value().unwrap_or_default(),
                );
                if !same(both.0, both.1) {
                    findings.add(place(stored.key()), shown(both.1), shown(both.0), REBUILD);
                }
            }
        }
        if order != Ordering::Greater {
            count += 1;
            stored.next();
        }
        if order != Ordering::Less {
            made.next();
        }
    }
    for status in [stored.status(), made.status()] {
        if let Err(error) = status {
            findings.unreadable(what, error);
        }
    }
    count
}
