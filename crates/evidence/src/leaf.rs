//! Leaves with the proof that the log signed for them, and what they say.

use std::collections::BTreeMap;

use cinnabar_events::canonical;
use cinnabar_events::{Entry, EntryHash, Payload, Receipt, Revision, Sequence, Timestamp, decode};
use cinnabar_tlog::{Checkpoint, LeafIndex, TlogProof, leaf_hash};
use serde::Deserialize;

use crate::reasons::Reasons;
use crate::trust::Trust;

/// The bytes of a leaf, and the tlog-proof that the log has them at a place. Nothing is verified yet.
///
/// The bytes need not be an entry: a log that lies may have signed for anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenLeaf {
    bytes: Vec<u8>,
    proof: TlogProof,
}

/// Why a leaf with its proof shows nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LeafRejection {
    /// The checkpoint isn't the log's.
    #[error("the checkpoint is not one that the log signed")]
    Checkpoint(#[source] cinnabar_tlog::OpenError),
    /// The proof doesn't lead there.
    #[error("the proof does not lead from the leaf to the checkpoint")]
    Proof(#[source] cinnabar_tlog::ProofRejection),
}

impl ProvenLeaf {
    /// Puts bytes and proof together. The proof's `extra` is dropped: nothing proves it.
    pub fn new(bytes: Vec<u8>, proof: TlogProof) -> Self {
        let proof = TlogProof {
            extra: None,
            ..proof
        };
        Self { bytes, proof }
    }

    /// What a receipt holds.
    pub fn of(receipt: &Receipt) -> Self {
        Self::new(receipt.entry().bytes().to_vec(), receipt.proof().clone())
    }

    /// The leaf's bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The proof.
    pub fn proof(&self) -> &TlogProof {
        &self.proof
    }

    /// Verifies that the log signed for these bytes at this place.
    ///
    /// # Errors
    /// [`LeafRejection`].
    pub(crate) fn verify(&self, trust: &Trust) -> Result<Shown<'_>, LeafRejection> {
        let checkpoint = trust
            .open(&self.proof.checkpoint)
            .map_err(LeafRejection::Checkpoint)?;
        self.proof
            .inclusion
            .verify(
                self.proof.index,
                checkpoint.size,
                &leaf_hash(&self.bytes),
                &checkpoint.root,
            )
            .map_err(LeafRejection::Proof)?;
        Ok(Shown::new(self, checkpoint))
    }
}

/// A leaf for which the log has signed.
#[derive(Debug, Clone)]
pub(crate) struct Shown<'l> {
    pub(crate) leaf: &'l ProvenLeaf,
    pub(crate) index: u64,
    pub(crate) checkpoint: Checkpoint,
    pub(crate) hash: EntryHash,
    /// None if the leaf is no entry.
    pub(crate) facts: Option<Facts>,
}

impl<'l> Shown<'l> {
    fn new(leaf: &'l ProvenLeaf, checkpoint: Checkpoint) -> Self {
        Self {
            leaf,
            index: leaf.proof.index.get(),
            checkpoint,
            hash: EntryHash::of(&leaf.bytes),
            facts: Facts::read(&leaf.bytes),
        }
    }

    /// What the leaf is, in a sentence.
    pub(crate) fn describe(&self) -> String {
        let (index, size) = (self.index, self.checkpoint.size);
        let hash = self.hash;
        let place = format!("at sequence {index} of the tree of size {size} the log has {hash}");
        let Ok(entry) = Entry::parse(self.leaf.bytes.as_slice()) else {
            return match &self.facts {
                Some(facts) => format!("{place}, recorded {}", facts.time),
                None => format!("{place}, which is no entry"),
            };
        };
        let statement = entry.statement();
        let signed = match entry.signed().clone().verify() {
            Ok(_) => "its authors' signatures verify".to_owned(),
            Err(fault) => format!(
                "its authors' signatures do not verify ({})",
                Reasons(&fault)
            ),
        };
        let (kind, subject, time) = (statement.kind(), &statement.subject, entry.time());
        format!("{place}: {kind} about {subject}, recorded {time}; {signed}")
    }

    /// The loss that the leaf declares, if it is a recovery of the ledger.
    pub(crate) fn recovery(&self) -> Option<Recovery> {
        let entry = Entry::parse(self.leaf.bytes.as_slice()).ok()?;
        Recovery::of(&entry).filter(|_| entry.seq().get() == self.index)
    }
}

/// What `ledger.recovered` declares: entries that were acknowledged once and are lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Recovery {
    pub(crate) at: Sequence,
    pub(crate) from: u64,
    pub(crate) until: u64,
}

impl Recovery {
    pub(crate) fn of(entry: &Entry) -> Option<Self> {
        let Payload::LedgerRecovered(recovered) = &entry.statement().payload else {
            return None;
        };
        Some(Self {
            at: entry.seq(),
            from: recovered.lost_from,
            until: recovered.lost_until,
        })
    }
}

/// What contradictions are found by. Read leniently, so that an entry of a kind from a later release counts too.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Facts {
    pub(crate) seq: Sequence,
    pub(crate) time: Timestamp,
    pub(crate) prev: EntryHash,
    dossiers: BTreeMap<String, Link>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct Link(Revision, EntryHash);

impl Facts {
    fn read(bytes: &[u8]) -> Option<Self> {
        decode(&canonical::parse(bytes).ok()?).ok()
    }

    /// Dossiers of which this entry, whose hash is `hash`, and a `later` one tell two stories: the later one is at
    /// no later revision, or it is the next and doesn't carry `hash`.
    pub(crate) fn forked_dossier<'s>(
        &'s self,
        hash: EntryHash,
        later: &'s Self,
    ) -> Option<&'s str> {
        let forked = |(subject, link): (&'s String, &Link)| {
            let next = later.dossiers.get(subject)?;
            let forked = next.0 <= link.0 || (next.0 == link.0.next() && next.1 != hash);
            forked.then_some(subject.as_str())
        };
        self.dossiers.iter().find_map(forked)
    }
}

/// A proof that one leaf is in a tree under a note.
pub(crate) fn tlog_proof(
    index: u64,
    inclusion: cinnabar_tlog::InclusionProof,
    checkpoint: cinnabar_tlog::Note,
) -> TlogProof {
    TlogProof {
        extra: None,
        index: LeafIndex::new(index),
        inclusion,
        checkpoint,
    }
}
