//! The records that the rules look at, in memory as far as they fit.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::ops::Bound;

use cinnabar_events::{EntryHash, Revision};
use cinnabar_governance::{DossierRecord, DueKey, Record, RecordKey, Records, RecordsMut};
use cinnabar_tlog::{SparseNode, SparsePlace, SparseReader};

use crate::compact::Compact;
use crate::shelf::{Shelf, ShelfChange, Unreadable};

/// Records in each of the two generations that stay in memory when there is a shelf: some 50 MB. What one batch of lines
/// changes fits many times.
const GENERATION: usize = 100_000;
/// Nodes of the dossier index in memory when there is a shelf: some 30 MB.
const NODES: usize = 100_000;

/// First byte of the nodes' keys; records begin with other letters.
const NODE: u8 = b'X';
/// First byte of a dossier's end in its short form; other records are JSON, which begins with `{` or `"`.
const DOSSIER: u8 = 1;

#[derive(Clone, Debug)]
struct Kept {
    /// Boxed: the largest kinds of record are rare, and the map would have room for one at every place.
    record: Option<Box<Record>>,
    /// Not on the shelf yet.
    fresh: bool,
}

type Map<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// All records. Without a shelf in memory; with one, those used last are in memory, the others on the shelf.
#[derive(Debug, Default)]
pub(crate) struct Keep {
    young: RefCell<Map<RecordKey, Kept>>,
    old: RefCell<Map<RecordKey, Kept>>,
    /// The records that there are most of, where there is no shelf.
    compact: Compact,
    due: BTreeSet<DueKey>,
    nodes: RefCell<Map<SparsePlace, (SparseNode, bool)>>,
    shelf: Option<Box<dyn Shelf>>,
}

impl Keep {
    /// Records on a shelf, on top of those that are there.
    pub(crate) fn on(shelf: Box<dyn Shelf>) -> Result<Self, Unreadable> {
        let mut due = BTreeSet::new();
        let mut odd = false;
        let letter = u8::try_from(DueKey::LETTER).unwrap_or(0);
        shelf.keys(
            &[letter],
            &mut |key| match str::from_utf8(key).ok().and_then(DueKey::parse) {
                Some(key) => odd |= !due.insert(key),
                None => odd = true,
            },
        )?;
        if odd {
            return Err(Unreadable(
                "a deadline among the records is none".to_owned(),
            ));
        }
        Ok(Self {
            due,
            shelf: Some(shelf),
            ..Self::default()
        })
    }

    /// Moves records to the shelf if too many are in memory.
    pub(crate) fn relieve(&mut self) -> Result<(), Unreadable> {
        let full = self.young.borrow().len() >= GENERATION || self.nodes.borrow().len() >= NODES;
        if self.shelf.is_none() || !full {
            return Ok(());
        }
        self.spill()
    }

    /// Moves every record that is not on the shelf there.
    fn spill(&mut self) -> Result<(), Unreadable> {
        let Some(shelf) = &mut self.shelf else {
            return Ok(());
        };
        let young = self.young.get_mut();
        let mut changes: Vec<ShelfChange> = Vec::new();
        for (key, kept) in young.iter_mut().filter(|(_, kept)| kept.fresh) {
            let bytes = kept.record.as_deref().map(encode).transpose()?;
            changes.push((key.to_string().into_bytes(), bytes));
            kept.fresh = false;
        }
        let nodes = self.nodes.get_mut();
        for (place, (node, fresh)) in nodes.iter_mut().filter(|(_, (_, fresh))| *fresh) {
            changes.push((node_key(place), Some(node.to_bytes().to_vec())));
            *fresh = false;
        }
        if nodes.len() >= NODES {
            nodes.clear();
        }
        if young.len() >= GENERATION {
            *self.old.get_mut() = std::mem::take(young);
        }
        if changes.is_empty() {
            return Ok(());
        }
        changes.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        shelf.put(changes)
    }

    /// Makes everything durable, with the state that belongs to it. False if there is no shelf.
    pub(crate) fn commit(&mut self, state: &[u8]) -> Result<bool, Unreadable> {
        self.spill()?;
        let Some(shelf) = &mut self.shelf else {
            return Ok(false);
        };
        shelf.commit(state).map(|()| true)
    }

    /// Whether there is a shelf.
    pub(crate) fn has_shelf(&self) -> bool {
        self.shelf.is_some()
    }

    /// Puts a node of the dossier index.
    pub(crate) fn put_node(&mut self, place: SparsePlace, node: SparseNode) {
        self.nodes.get_mut().insert(place, (node, true));
    }
}

impl Records for Keep {
    type Error = Unreadable;

    fn record(&self, key: &RecordKey) -> Result<Option<Record>, Unreadable> {
        if let Some(kept) = self.young.borrow().get(key) {
            return Ok(kept.record.as_deref().cloned());
        }
        let Some(shelf) = &self.shelf else {
            return Ok(self.compact.get(key));
        };
        let known = self.old.borrow_mut().remove(key);
        let kept = match known {
            Some(kept) => kept,
            None => match shelf.get(key.to_string().as_bytes())? {
                None => return Ok(None),
                Some(bytes) => Kept {
                    record: Some(Box::new(decode(key, &bytes)?)),
                    fresh: false,
                },
            },
        };
        let record = kept.record.as_deref().cloned();
        self.young.borrow_mut().insert(key.clone(), kept);
        Ok(record)
    }

    fn due(&self, after: Option<&DueKey>) -> Result<Option<DueKey>, Unreadable> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        Ok(self.due.range((from, Bound::Unbounded)).next().cloned())
    }
}

impl RecordsMut for Keep {
    fn put(&mut self, key: RecordKey, record: Record) {
        if let RecordKey::Due(due) = &key {
            self.due.insert(due.clone());
        }
        let (key, record) = match self.shelf {
            Some(_) => (key, record),
            None => match self.compact.put(key, record) {
                Some(other) => other,
                None => return,
            },
        };
        let kept = Kept {
            record: Some(Box::new(record)),
            fresh: true,
        };
        self.young.get_mut().insert(key, kept);
    }

    fn remove(&mut self, key: RecordKey) {
        if let RecordKey::Due(due) = &key {
            self.due.remove(due);
        }
        let young = self.young.get_mut();
        if self.shelf.is_some() {
            let kept = Kept {
                record: None,
                fresh: true,
            };
            young.insert(key, kept);
        } else {
            young.remove(&key);
        }
    }
}

impl SparseReader for Keep {
    type Error = Unreadable;

    fn node(&self, place: &SparsePlace) -> Result<Option<SparseNode>, Unreadable> {
        if let Some((node, _)) = self.nodes.borrow().get(place) {
            return Ok(Some(*node));
        }
        let Some(shelf) = &self.shelf else {
            return Ok(None);
        };
        let Some(bytes) = shelf.get(&node_key(place))? else {
            return Ok(None);
        };
        let node = SparseNode::from_bytes(&bytes);
        let node = node.map_err(|error| Unreadable(format!("the index of dossiers: {error}")))?;
        self.nodes.borrow_mut().insert(*place, (node, false));
        Ok(Some(node))
    }

    fn damaged(&self, _: &SparsePlace) -> Option<Unreadable> {
        Some(Unreadable(
            "the nodes of the dossier index contradict each other".to_owned(),
        ))
    }
}

fn node_key(place: &SparsePlace) -> Vec<u8> {
    [&[NODE][..], &place.to_bytes()].concat()
}

/// A record as it stands on the shelf.
fn encode(record: &Record) -> Result<Vec<u8>, Unreadable> {
    if let Record::Dossier(DossierRecord { revision, head }) = record {
        let revision = revision.get().to_be_bytes();
        return Ok([&[DOSSIER][..], &revision, head.as_bytes()].concat());
    }
    serde_json::to_vec(record).map_err(|error| Unreadable(format!("a record: {error}")))
}

fn decode(key: &RecordKey, bytes: &[u8]) -> Result<Record, Unreadable> {
    if let [DOSSIER, rest @ ..] = bytes
        && let Some((revision, head)) = rest.split_first_chunk()
        && let Ok(head) = head.try_into()
    {
        return Ok(Record::Dossier(DossierRecord {
            revision: Revision::new(u64::from_be_bytes(*revision)),
            head: EntryHash::from_bytes(head),
        }));
    }
    serde_json::from_slice(bytes).map_err(|error| Unreadable(format!("the record {key}: {error}")))
}
