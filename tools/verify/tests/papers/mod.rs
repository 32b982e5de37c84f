//! What somebody may hold of a ledger: receipts, bundles, proofs that a dossier is complete.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::collections::BTreeMap;

use cinnabar_events::{
    Entry, EntryHash, Payload, Receipt, Revision, Sequence, Subject, dossier_key, dossier_value,
};
use cinnabar_evidence::{Bundle, DossierParts, DossierProof};
use cinnabar_tlog::{
    Frontier, InclusionProof, LeafIndex, MemorySparseTree, MemoryTree, Note, Size, TlogProof,
    inclusion_proof, leaf_hash,
};

use crate::ledger::Ledger;

impl Ledger {
    fn entries(&self) -> &[Entry] {
        self.town().entries()
    }

    pub(crate) fn note(&self, size: usize) -> Note {
        Note::parse(self.checkpoint(size).as_bytes()).unwrap()
    }

    fn inclusion(&self, index: u64, size: usize) -> InclusionProof {
        let leaves = self.entries().iter().map(|entry| leaf_hash(entry.bytes()));
        let tree: MemoryTree = leaves.collect();
        inclusion_proof(LeafIndex::new(index), Size::new(size as u64), &tree).unwrap()
    }

    pub(crate) fn proof(&self, index: u64, size: usize) -> TlogProof {
        TlogProof {
            extra: None,
            index: LeafIndex::new(index),
            inclusion: self.inclusion(index, size),
            checkpoint: self.note(size),
        }
    }

    pub(crate) fn entry(&self, index: usize) -> Entry {
        self.entries()[index].clone()
    }

    pub(crate) fn receipt(&self, index: usize, size: usize) -> Vec<u8> {
        Receipt::new(self.entry(index), self.proof(index as u64, size)).to_bytes()
    }

    pub(crate) fn bundle(&self, index: usize, size: usize) -> Vec<u8> {
        let wanted = Bundle::dossiers(&self.entry(index));
        let belongs = |entry: &&Entry| {
            let sequence = entry.seq().get();
            sequence == 0
                || sequence == index as u64
                || wanted.iter().any(|one| entry.dossiers().contains_key(one))
        };
        let entries = self.entries()[..size].iter().filter(belongs);
        let entries = entries.map(|entry| (entry.clone(), self.inclusion(entry.seq().get(), size)));
        let sequence = Sequence::new(index as u64);
        Bundle::build(sequence, self.note(size), entries.collect())
            .unwrap()
            .to_bytes()
    }

    /// What proves a dossier complete, by the index entry at `at`, at the ledger's whole size.
    pub(crate) fn dossier(&self, subject: &str, at: usize, with_tail: bool) -> Vec<u8> {
        let subject: Subject = subject.parse().unwrap();
        let index = self.entry(at);
        let Payload::DossiersIndexed(said) = &index.statement().payload else {
            panic!("entry {at} is no index");
        };
        let size = self.entries().len();
        let covered = usize::try_from(said.size).unwrap();
        let (before, after) = self.entries().split_at(covered);
        let mut heads: BTreeMap<Subject, (u64, EntryHash)> = BTreeMap::new();
        let mut frontier = Frontier::empty();
        for entry in before {
            frontier.push(leaf_hash(entry.bytes()));
            for (subject, link) in entry.dossiers() {
                heads.insert(subject.clone(), (link.revision.get() + 1, entry.hash()));
            }
        }
        let mut tree = MemorySparseTree::new();
        for (subject, (length, head)) in &heads {
            let value = dossier_value(Revision::new(*length), *head);
            tree.set(dossier_key(subject), value);
        }
        let inside = |entry: &&Entry| entry.dossiers().contains_key(&subject);
        let parts = DossierParts {
            checkpoint: self.note(size),
            index: (index.clone(), self.inclusion(at as u64, size)),
            sparse: tree.prove(&dossier_key(&subject)),
            frontier,
            entries: before.iter().filter(inside).cloned().collect(),
            tail: with_tail.then(|| after.to_vec()),
            subject,
        };
        DossierProof::build(parts).unwrap().to_bytes()
    }
}
