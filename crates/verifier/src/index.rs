//! The sparse tree over the heads of all dossiers, kept beside the entries to be compared with the recorded indexes.

use std::collections::{BTreeMap, VecDeque};

use cinnabar_events::kinds::{DossiersIndexed, INDEX_MAX_LAG};
use cinnabar_events::{Entry, EntryHash, Revision, Subject, dossier_key, dossier_value};
use cinnabar_tlog::{Hash, SPARSE_EMPTY, SparseKey, sparse_update};
use serde::{Deserialize, Serialize};

use crate::finding::{Check, Fault};
use crate::keep::Keep;
use crate::shelf::Unreadable;

/// Changed heads of so many entries are remembered one by one, because an index may say how things stood before them; beyond, the
/// rules refuse it. Some 100 bytes each.
const REMEMBERED: u64 = INDEX_MAX_LAG;
/// How many entries more gather before those too old are moved on: together they cost less.
const GATHERED: u64 = 4_096;
/// Most changed heads that are remembered, whatever the entries say of their own place: far more dossiers than entries enter. 30 MB.
const CHANGES_MAX: usize = 8 * REMEMBERED as usize;

/// One head as an entry left it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Changed {
    seq: u64,
    key: Hex,
    value: Hex,
}

/// 32 bytes, in JSON as 64 digits.
#[derive(Clone, Copy, Debug)]
struct Hex([u8; 32]);

impl Serialize for Hex {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Hash::from_bytes(self.0))
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let hash: Hash = text.parse().map_err(serde::de::Error::custom)?;
        Ok(Self(*hash.as_bytes()))
    }
}

/// What an index comes to.
pub(crate) enum Judged {
    Right,
    Wrong(Fault),
    /// It speaks of a time too long before it, which the rules refuse.
    TooOld,
}

/// The tree up to some size, and the changes after it. Its nodes are among the records ([`Keep`]).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Index {
    pending: VecDeque<Changed>,
    /// So many entries are in the tree.
    size: u64,
    /// Dossiers in the tree.
    dossiers: u64,
    /// Sequences among `pending` at which a dossier began, in order.
    begun: VecDeque<u64>,
    /// Indexes that were compared and are right.
    pub(crate) checked: u64,
}

impl Index {
    /// An entry enters its dossiers.
    pub(crate) fn enter(&mut self, seq: u64, entry: &Entry) {
        for (subject, link) in entry.dossiers() {
            self.change(seq, subject, link.revision, entry.hash());
        }
    }

    fn change(&mut self, seq: u64, subject: &Subject, before: Revision, hash: EntryHash) {
        if before == Revision::default() {
            self.begun.push_back(seq);
        }
        self.pending.push_back(Changed {
            seq,
            key: Hex(*dossier_key(subject).as_bytes()),
            value: Hex(*dossier_value(before.next(), hash).as_bytes()),
        });
    }

    /// Moves what no index can speak of any more into the tree.
    pub(crate) fn relieve(&mut self, keep: &mut Keep) -> Result<(), Unreadable> {
        let (Some(first), Some(last)) = (self.pending.front(), self.pending.back()) else {
            return Ok(());
        };
        let until = if self.pending.len() >= CHANGES_MAX {
            self.pending[CHANGES_MAX / 2].seq
        } else if last.seq.saturating_sub(first.seq) >= REMEMBERED + GATHERED {
            last.seq - REMEMBERED
        } else {
            return Ok(());
        };
        self.advance(until, keep).map(|_| ())
    }

    /// Brings the tree to `size` entries. Its root.
    fn advance(&mut self, size: u64, keep: &mut Keep) -> Result<Hash, Unreadable> {
        let mut changes = BTreeMap::new();
        while let Some(changed) = self.pending.pop_front_if(|changed| changed.seq < size) {
            let key = SparseKey::of_bytes(changed.key.0);
            changes.insert(key, Hash::from_bytes(changed.value.0));
        }
        while self.begun.pop_front_if(|seq| *seq < size).is_some() {
            self.dossiers += 1;
        }
        self.size = size.max(self.size);
        let (root, written) = sparse_update(keep, &changes)?;
        for change in written {
            let node = change.node.expect("keys are never removed");
            keep.put_node(change.place, node);
        }
        Ok(root)
    }

    /// Compares an index with the tree at its size.
    pub(crate) fn judge(
        &mut self,
        index: &DossiersIndexed,
        keep: &mut Keep,
    ) -> Result<Judged, Unreadable> {
        if index.size < self.size {
            return Ok(Judged::TooOld);
        }
        let root = self.advance(index.size, keep)?;
        if root.as_bytes() == index.root.as_bytes() && self.dossiers == index.dossiers {
            self.checked += 1;
            return Ok(Judged::Right);
        }
        let empty = if root == SPARSE_EMPTY { " (none)" } else { "" };
        let expected = format!(
            "root sha256:{root}{empty} over {} dossiers at size {}",
            self.dossiers, index.size
        );
        let found = format!("root {} over {} dossiers", index.root, index.dossiers);
        let meaning = "with this index, the ledger could show a dossier as whole that is not: somebody proved by it was misled";
        Ok(Judged::Wrong(Fault::new(
            Check::Dossiers,
            expected,
            found,
            meaning,
        )))
    }
}
