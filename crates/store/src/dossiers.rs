//! The index of dossiers: a sparse tree over how every dossier ends, kept in pages of nodes.
//!
//! - key and value as the contract says ([`dossier_key`], [`dossier_value`](cinnabar_events::dossier_value));
//! - the nodes kept are those of one recorded index, and which one it is changes with them in one batch: after a crash
//!   they are of that index still, and the next one is worked out from the entries since.
//!
//! Nothing else depends on it: it is worked out beside the commit, by every replica for itself, from its entries.

use std::collections::BTreeMap;

use cinnabar_events::{Entry, Payload, Revision, Sequence, Subject, dossier_key};
use cinnabar_tlog::{Hash, SPARSE_EMPTY, Size, SparseProof, sparse_prove};
use rocksdb::{ReadOptions, WriteBatch, WriteOptions};

use crate::error::{Damage, StoreError};
use crate::keys::{self, IndexKey, Meta};
use crate::pages::{self, Changed, Pages};
use crate::store::Store;
use crate::types::{DossierHead, IndexHead};
use crate::value;

/// Entries read at once, where they are no longer in memory: some 2 MB with what they say.
const READ_AT_ONCE: usize = 512;

/// The next index, worked out and not applied.
#[derive(Debug)]
pub struct IndexPlan {
    /// The index that it goes on from.
    base: Option<IndexHead>,
    size: Size,
    root: Hash,
    dossiers: u64,
    pages: Changed,
}

impl IndexPlan {
    /// Of how many entries it is.
    pub fn size(&self) -> Size {
        self.size
    }

    /// Its root.
    pub fn root(&self) -> Hash {
        self.root
    }

    /// How many dossiers there are.
    pub fn dossiers(&self) -> u64 {
        self.dossiers
    }
}

impl Store {
    /// The index of dossiers that proofs are given for: the newest one that is worked out here. None before the first.
    pub fn dossier_index(&self) -> Option<IndexHead> {
        self.state().index
    }

    /// The indexes recorded after the one that proofs are given for, oldest first; at most `limit` and at most
    /// [`MAX_LISTING`](crate::MAX_LISTING).
    ///
    /// # Errors
    /// If the database can't be read.
    pub fn indexes_to_apply(&self, limit: usize) -> Result<Vec<IndexHead>, StoreError> {
        let after = self
            .dossier_index()
            .map_or(0, |index| index.entry.get() + 1);
        self.indexes_from(Sequence::new(after), limit)
    }

    /// The indexes recorded at `from` or later.
    ///
    /// # Errors
    /// If the database can't be read.
    pub fn indexes_from(&self, from: Sequence, limit: usize) -> Result<Vec<IndexHead>, StoreError> {
        let next = self.head().next();
        let end = [IndexKey::Indexed as u8 + 1];
        let mut rows = self.listing(&keys::indexed(from), &end, limit, |key, bytes| {
            keys::sequence_of(IndexKey::Indexed, key)
                .and_then(|entry| value::indexed(bytes, entry))
                .ok_or(Damage::Form("recorded index of dossiers"))
        })?;
        rows.retain(|index| index.entry < next);
        Ok(rows)
    }

    /// Works out the index over the first `size` entries, going on from the one that is applied. Reads the entries in between, and holds
    /// the heads of their dossiers and the pages that change: a few of some hundred bytes for each dossier.
    ///
    /// # Errors
    /// If the database can't be read, or `size` is beyond the head.
    pub fn plan_index(&self, size: Size) -> Result<IndexPlan, StoreError> {
        let base = self.dossier_index();
        let nothing = IndexPlan {
            base,
            size: base.map_or(Size::ZERO, |index| index.size),
            root: base.map_or(SPARSE_EMPTY, |index| index.root),
            dossiers: base.map_or(0, |index| index.dossiers),
            pages: Changed::new(),
        };
        self.extend(nothing, size)
    }

    /// The same, going on from a plan that came to nothing, if it still is one on top of the index that is applied.
    ///
    /// # Errors
    /// As [`Self::plan_index`].
    pub fn plan_index_on(&self, plan: IndexPlan, size: Size) -> Result<IndexPlan, StoreError> {
        match plan.base == self.dossier_index() && plan.size <= size {
            true => self.extend(plan, size),
            false => self.plan_index(size),
        }
    }

    fn extend(&self, mut plan: IndexPlan, size: Size) -> Result<IndexPlan, StoreError> {
        let mut changes = BTreeMap::new();
        let end = Sequence::new(size.get());
        if end > self.head().next() {
            return Err(Damage::EntryMissing(self.head().next()).into());
        }
        let mut next = Sequence::new(plan.size.get());
        while next < end {
            let part = self.closely(next, end)?;
            for entry in &part {
                for (subject, link) in entry.dossiers() {
                    plan.dossiers += u64::from(link.revision.get() == 0);
                    let head = DossierHead {
                        length: link.revision.next().get(),
                        hash: entry.hash(),
                    };
                    changes.insert(dossier_key(subject), head.value());
                }
            }
            next = Sequence::new(next.get() + part.len() as u64);
        }
        let (root, changed) = Pages::over(&self.inner.db, &plan.pages).update(&changes)?;
        plan.pages.extend(changed);
        (plan.size, plan.root) = (size, root);
        Ok(plan)
    }

    /// Entries from `from` on, at least one and none from `end` on: from memory if they are there.
    fn closely(&self, from: Sequence, end: Sequence) -> Result<Vec<Entry>, StoreError> {
        let most = usize::try_from(end.get() - from.get()).unwrap_or(usize::MAX);
        let recent = self.recent(from, most);
        if !recent.is_empty() {
            return Ok(recent);
        }
        let read = self
            .entries(from, end)
            .take(READ_AT_ONCE)
            .map(|bytes| Entry::parse(bytes?).map_err(|_| StoreError::from(Damage::Form("entry"))));
        let read: Vec<Entry> = read.collect::<Result<_, _>>()?;
        match read.is_empty() {
            true => Err(Damage::EntryMissing(from).into()),
            false => Ok(read),
        }
    }

    /// Makes the index that `entry` records, which is that of the plan, the one that proofs are given for. False if another one was
    /// applied since it was planned.
    ///
    /// It isn't synced: the next block syncs it, and what a power cut takes of it is worked out again.
    ///
    /// # Errors
    /// If the database can't be written.
    pub fn apply_index(&self, plan: IndexPlan, entry: Sequence) -> Result<bool, StoreError> {
        let indexing = self.inner.indexing.lock();
        let _alone = indexing.unwrap_or_else(std::sync::PoisonError::into_inner);
        if self.dossier_index() != plan.base {
            return Ok(false);
        }
        let head = IndexHead {
            size: plan.size,
            root: plan.root,
            dossiers: plan.dossiers,
            entry,
        };
        let mut batch = WriteBatch::default();
        pages::put(&mut batch, &self.inner.db, &plan.pages);
        batch.put(Meta::Dossiers.key(), value::index_head_to_bytes(&head));
        self.inner.db.write_opt(batch, &WriteOptions::default())?;
        self.state().index = Some(head);
        Ok(true)
    }

    /// How the dossier of `subject` ended when it was last indexed (none if there was none yet), with the proof that this, or that there
    /// was none, is in the index; none before the first index.
    ///
    /// # Errors
    /// If the database can't be read, or the nodes don't give what the entries say.
    pub fn dossier_proof(
        &self,
        subject: &Subject,
    ) -> Result<Option<(IndexHead, Option<DossierHead>, SparseProof)>, StoreError> {
        let snapshot = self.inner.db.snapshot();
        let index = match snapshot.get_pinned(Meta::Dossiers.key())? {
            None => return Ok(None),
            Some(bytes) => value::index_head(&bytes).ok_or(Damage::Form("index of dossiers"))?,
        };
        let mut options = ReadOptions::default();
        options.set_snapshot(&snapshot);
        let key = dossier_key(subject);
        let proof = sparse_prove(&Pages::new(&self.inner.db, options), &key)?;
        let head = self.dossier_head_at(subject, index.size)?;
        let value = head.map(|head| head.value());
        if proof.verify(&index.root, &key, value.as_ref()).is_err() {
            return Err(Damage::Form("index of dossiers").into());
        }
        Ok(Some((index, head, proof)))
    }

    /// How the dossier ended when the ledger had `size` entries.
    fn dossier_head_at(
        &self,
        subject: &Subject,
        size: Size,
    ) -> Result<Option<DossierHead>, StoreError> {
        let before = |revision: u64| -> Result<bool, StoreError> {
            let found = self.dossier_entry(subject, Revision::new(revision))?;
            Ok(found.is_some_and(|(seq, _)| seq.get() < size.get()))
        };
        // The length is in low..high: first a revision that is not there, then halving.
        let (mut low, mut high) = (0, 1);
        while before(high - 1)? {
            (low, high) = (high, high.saturating_mul(2));
        }
        while low + 1 < high {
            let middle = low + (high - low) / 2;
            match before(middle - 1)? {
                true => low = middle,
                false => high = middle,
            }
        }
        let Some(last) = low.checked_sub(1).map(Revision::new) else {
            return Ok(None);
        };
        let found = self.dossier_entry(subject, last)?;
        let (_, hash) = found.ok_or(Damage::Missing("dossier entry"))?;
        Ok(Some(DossierHead { length: low, hash }))
    }
}

/// What an entry says of the dossiers, if it does.
pub(crate) fn recorded(entry: &Entry) -> Option<IndexHead> {
    let Payload::DossiersIndexed(index) = &entry.statement().payload else {
        return None;
    };
    Some(IndexHead {
        size: Size::new(index.size),
        root: Hash::from_bytes(*index.root.as_bytes()),
        dossiers: index.dossiers,
        entry: entry.seq(),
    })
}

/// Which index the nodes are of.
pub(crate) fn applied(db: &rocksdb::DB) -> Result<Option<IndexHead>, StoreError> {
    match db.get_pinned(Meta::Dossiers.key())? {
        None => Ok(None),
        Some(bytes) => {
            let index = value::index_head(&bytes);
            Ok(Some(index.ok_or(Damage::Form("index of dossiers"))?))
        }
    }
}
