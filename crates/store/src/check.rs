//! Does a block go on where the store stands? What the writer worked out is worked out here again, from the other side:
//! what can't be taken back is not believed on one calculation.

use std::collections::HashMap;

use cinnabar_events::{DossierLink, Entry, EntryHash, Revision, Subject};
use cinnabar_governance::{Record, RecordKey};
use cinnabar_tlog::{EdgeTiles, TileId};
use foldhash::fast::RandomState;

use crate::checkpoint::Kept;
use crate::error::{ApplyError, Inconsistency, StoreError};
use crate::mark;
use crate::store::{Applier, Store};
use crate::types::{Application, Head, Position};

/// What is true after the block.
pub(crate) struct Plan {
    pub(crate) head: Head,
    pub(crate) edge: EdgeTiles,
    pub(crate) checkpoint: Option<Kept>,
    /// How each dossier of the block ends.
    pub(crate) ends: Ends,
}

/// Dossiers and how they end.
pub(crate) type Ends = HashMap<Subject, DossierLink, RandomState>;

/// Most dossiers whose ends are remembered, in two halves; with some 150 bytes each about 5 MiB.
const ENDS_MAX: usize = 32_768;

/// How dossiers end, by what this store wrote into its index since it was opened: spares a block's check the lookups.
/// It learns only from blocks that are durable, and never from the writer's records.
#[derive(Default)]
pub(crate) struct DossierEnds {
    young: Ends,
    old: Ends,
}

impl DossierEnds {
    fn of(&self, subject: &Subject) -> Option<&DossierLink> {
        self.young.get(subject).or_else(|| self.old.get(subject))
    }

    /// Takes over what a durable block has written.
    pub(crate) fn learn(&mut self, ends: Ends) {
        for (subject, end) in ends {
            if self.young.len() >= ENDS_MAX / 2 {
                self.old = std::mem::take(&mut self.young);
            }
            self.young.insert(subject, end);
        }
    }
}

impl Store {
    /// Checks everything about the block that can be checked without the rules.
    pub(crate) fn check(&self, block: &Application, applier: &Applier) -> Result<Plan, ApplyError> {
        let (before, position, recoveries, known) = {
            let state = self.state();
            let mark = state.mark.as_ref();
            let mark = mark.map(|(_, sighting)| sighting.high_water);
            let known = [Some(state.high_water), mark];
            (state.head, state.position, state.recoveries, known)
        };
        check_position(position, block.position)?;
        let mut head = check_chain(before, &block.entries)?;
        for known in known.iter().flatten() {
            mark::passes(known, &before, recoveries, &block.entries)?;
        }
        let ends = self.check_dossiers(block, &applier.ends)?;
        let edge = check_tree(block, &applier.edge)?;
        head.root = block.root;
        let checkpoint = match &block.checkpoint {
            Some(note) => Some(self.check_checkpoint(note, head.size, head.root)?),
            None => None,
        };
        Ok(Plan {
            head,
            edge,
            checkpoint,
            ends,
        })
    }

    /// Each entry names the state of each of its dossiers as the index, or an earlier entry of the block, has it.
    fn check_dossiers(&self, block: &Application, known: &DossierEnds) -> Result<Ends, ApplyError> {
        let mut ends = Ends::default();
        for entry in &block.entries {
            for (subject, link) in entry.dossiers() {
                let agrees = match ends.get(subject).or_else(|| known.of(subject)) {
                    Some(end) => end == link,
                    None => self.dossier_ends_in(subject, link)?,
                };
                if !agrees {
                    return Err(Inconsistency::Dossier {
                        at: entry.seq(),
                        subject: subject.clone(),
                        found: link.revision,
                        prev: link.prev,
                    }
                    .into());
                }
                let end = DossierLink {
                    revision: link.revision.next(),
                    prev: entry.hash(),
                };
                ends.insert(subject.clone(), end);
            }
        }
        for (key, record) in block.records.iter() {
            if let (RecordKey::Dossier(subject), Some(Record::Dossier(dossier))) = (key, record) {
                let end = DossierLink {
                    revision: dossier.revision,
                    prev: dossier.head,
                };
                if ends.get(subject) != Some(&end) {
                    return Err(Inconsistency::DossierRecord(subject.clone()).into());
                }
            }
        }
        Ok(ends)
    }

    /// Whether the index has the dossier's entry before this revision, with this hash, and none at it.
    fn dossier_ends_in(&self, subject: &Subject, link: &DossierLink) -> Result<bool, StoreError> {
        let last = match link.revision.get().checked_sub(1) {
            None => EntryHash::NONE,
            Some(last) => match self.dossier_entry(subject, Revision::new(last))? {
                Some((_, hash)) => hash,
                None => return Ok(false),
            },
        };
        Ok(last == link.prev && self.dossier_entry(subject, link.revision)?.is_none())
    }
}

/// Later in the same stream, or in a stream refilled since; a term never comes back.
fn check_position(last: Position, found: Position) -> Result<(), Inconsistency> {
    let order = |position: Position| (position.generation, position.stream_sequence);
    if order(found) > order(last) && found.epoch >= last.epoch {
        return Ok(());
    }
    Err(Inconsistency::Position { last, found })
}

/// Sequences without a gap, each entry after the one that it names, time never backwards. The head afterwards, its
/// root still to be set.
fn check_chain(mut head: Head, entries: &[Entry]) -> Result<Head, Inconsistency> {
    for entry in entries {
        let at = entry.seq();
        if at != head.next() {
            return Err(Inconsistency::Sequence {
                expected: head.next(),
                found: at,
            });
        }
        if entry.prev() != head.hash {
            return Err(Inconsistency::Previous {
                at,
                expected: head.hash,
                found: entry.prev(),
            });
        }
        if let Some(last) = head.time.filter(|last| entry.time() < *last) {
            let found = entry.time();
            return Err(Inconsistency::Time { at, last, found });
        }
        head.size = cinnabar_tlog::Size::new(at.next().get());
        head.hash = entry.hash();
        head.time = Some(entry.time());
    }
    Ok(head)
}

/// The tiles and the root are those that the entries make. Costs one hash of each entry and about one of each node.
fn check_tree(block: &Application, edge: &EdgeTiles) -> Result<EdgeTiles, Inconsistency> {
    let mut edge = edge.clone();
    for entry in &block.entries {
        edge.append(entry.leaf_hash());
    }
    let expected = edge.take_changes();
    let mut found: Vec<&(TileId, Vec<u8>)> = block.tiles.iter().collect();
    found.sort_by_key(|(tile, _)| *tile);
    for index in 0..expected.len().max(found.len()) {
        let (expected, found) = (expected.get(index), found.get(index).copied());
        if expected != found {
            let (tile, _) = found.or(expected).expect("one of the lists goes so far");
            return Err(Inconsistency::Tile(*tile));
        }
    }
    let root = edge.root();
    if root != block.root {
        return Err(Inconsistency::Root {
            expected: root,
            found: block.root,
        });
    }
    Ok(edge)
}
