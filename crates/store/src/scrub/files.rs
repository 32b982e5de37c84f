//! Head file and mark: both slots of each, and what they know of the ledger.

use std::path::Path;

use crate::head_file::{self, Sighting, Slot};
use crate::mark;
use crate::types::OpenOptions;

use super::entries::Walked;
use super::finding::Findings;

/// What one slot knows.
pub(super) struct Known {
    pub(super) place: String,
    pub(super) sighting: Sighting,
}

/// Reads both slots of the head file, and of the mark if one is kept.
pub(super) fn sightings(head: &Path, options: &OpenOptions, findings: &mut Findings) -> Vec<Known> {
    let mut known = Vec::new();
    let files = [("head file", Some(head)), ("mark", options.mark.as_deref())];
    for (what, path) in files {
        let Some(path) = path else { continue };
        match head_file::slots(path) {
            Ok(slots) => {
                for (number, slot) in slots.into_iter().enumerate() {
                    let place = format!("{what} {}, slot {number}", path.display());
                    known.extend(read(place, slot, findings));
                }
            }
            Err(error) => {
                let meaning = "what was known of the ledger's length is gone: how far it had come is told only by the log stream and by others";
                findings.add(
                    format!("{what} {}", path.display()),
                    "two slots",
                    error,
                    meaning,
                );
            }
        }
    }
    known
}

fn read(place: String, slot: Slot, findings: &mut Findings) -> Option<Known> {
    match slot {
        Slot::Whole(sighting) => Some(Known { place, sighting }),
        Slot::Trailing(sighting) => {
            let meaning =
                "something else wrote into the file; what the slot says has its checksum and holds";
            findings.add(&place, "zeros after the slot", "other bytes", meaning);
            Some(Known { place, sighting })
        }
        Slot::Unreadable => {
            let meaning = "a write was torn, or the file is damaged: the other slot holds, the next block writes this one";
            findings.add(place, "a slot with its checksum", "other bytes", meaning);
            None
        }
    }
}

/// Compares what was known of the ledger with what it is.
pub(super) fn compare(known: &[Known], walked: &Walked, findings: &mut Findings) {
    for (Known { place, sighting }, seen) in known.iter().zip(&walked.seen) {
        let water = &sighting.high_water;
        if mark::is_excused(water, &walked.recoveries) {
            continue;
        }
        if water.size > walked.end() {
            let meaning = "the database lost entries that were acknowledged: they come back from the log stream, or the node refuses to write";
            let expected = format!("at least {} entries", water.size);
            findings.add(
                place,
                expected,
                format!("{} entries", walked.end()),
                meaning,
            );
        } else if let Some(seen) = seen.filter(|seen| *seen != water.hash) {
            let meaning =
                "file and database tell different stories: another ledger, or another history";
            let expected = format!("{} at size {}", water.hash, water.size);
            findings.add(place, expected, seen, meaning);
        }
    }
}
