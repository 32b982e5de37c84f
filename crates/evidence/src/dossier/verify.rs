//! What such a document proves.

use std::fmt;

use cinnabar_events::{
    Entry, EntryHash, LedgerId, Payload, Revision, Sequence, Subject, dossier_key, dossier_value,
};
use cinnabar_tlog::{Checkpoint, LeafIndex, OpenError, ProofRejection, Size, SparseRejection};
use serde::Serialize;

use super::DossierProof;
use crate::bundle::ledger_of;
use crate::trust::{Cosigned, Trust};

/// The role in which the ledger itself speaks.
const SYSTEM: &str = "system";

/// Why a document doesn't prove that the dossier is complete.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DossierRejection {
    /// The checkpoint isn't the log's.
    #[error("the checkpoint is not one that the log signed")]
    Checkpoint(#[source] OpenError),
    /// The entry given as the index isn't in the tree.
    #[error("the index is not in the tree of the checkpoint")]
    IndexNotIncluded(#[source] ProofRejection),
    /// The ledger itself didn't say it, or it covers entries after its own.
    #[error("entry {0} is not an index that the ledger said about entries before it")]
    NotAnIndex(Sequence),
    /// The index doesn't say this about the subject: entries are missing at the end, or aren't those.
    #[error("the index does not say that the dossier ends after {length} entries with {head}")]
    Index {
        /// Entries that are shown.
        length: u64,
        /// Hash of the last of them.
        head: EntryHash,
        /// How the proof fails.
        #[source]
        source: SparseRejection,
    },
    /// An entry isn't the next of the dossier.
    #[error("entry {0} is not the next one of the dossier: one is missing, or it is not in it")]
    Gap(Sequence),
    /// An entry that the index can't cover.
    #[error("entry {0} is not among those that the index covers")]
    Beyond(Sequence),
    /// A signature under a statement is wrong.
    #[error("a signature of entry {sequence} does not verify")]
    Signature {
        /// Which entry.
        sequence: Sequence,
        /// Why.
        #[source]
        source: cinnabar_events::Malformed,
    },
    /// An entry is another ledger's.
    #[error("entry {sequence} belongs to ledger {found}")]
    OtherLedger {
        /// Which.
        sequence: Sequence,
        /// The ledger that it was signed for.
        found: LedgerId,
    },
    /// The document has no tail: the entries after the index have to be looked at.
    #[error("entries {from} to {to} come after the index and have to be fetched and looked at")]
    TailMissing {
        /// The first.
        from: u64,
        /// The last.
        to: u64,
    },
    /// The tail has too few or too many entries.
    #[error("{found} entries after the index, there are {expected}")]
    TailLength {
        /// How many there are.
        expected: u64,
        /// How many are shown.
        found: u64,
    },
    /// Something in the tail is no entry that can be read.
    #[error("what stands at sequence {sequence} is not an entry")]
    NotAnEntry {
        /// Where.
        sequence: Sequence,
        /// Why.
        #[source]
        source: cinnabar_events::Malformed,
    },
    /// The tail isn't what the log has there.
    #[error("the entries after the index are not those that the log signed for")]
    Tail,
}

/// All entries of one dossier up to a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CompleteDossier {
    /// The log.
    pub origin: String,
    /// The ledger.
    pub ledger: String,
    /// Whose dossier.
    pub subject: String,
    /// The sequences of all its entries.
    pub sequences: Vec<u64>,
    /// Hash of the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    /// Up to this size it is complete: no entry below it is left out.
    pub size: u64,
    /// The root at that size.
    pub root: String,
    /// The entry by which the ledger recorded the index.
    pub index: u64,
    /// How many entries the index covers. The others, up to `size`, were looked at one by one.
    pub indexed: u64,
    /// Witnesses of the verifier who cosigned the checkpoint.
    pub cosigned: Vec<Cosigned>,
}

impl fmt::Display for CompleteDossier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (subject, origin, size) = (&self.subject, &self.origin, self.size);
        let count = self.sequences.len();
        writeln!(
            f,
            "{subject} has {count} entries in the first {size} of {origin}, and no more"
        )?;
        for sequence in &self.sequences {
            writeln!(f, "- {sequence}")?;
        }
        writeln!(
            f,
            "below {} by the index in entry {}, whose truth a full audit checks; from there on by looking at each of the {} entries",
            self.indexed,
            self.index,
            size.saturating_sub(self.indexed)
        )
    }
}

/// How far the dossier has been followed.
struct End {
    length: u64,
    head: EntryHash,
    sequences: Vec<u64>,
}

impl End {
    fn take(&mut self, subject: &Subject, entry: &Entry) -> Result<(), DossierRejection> {
        let sequence = entry.seq();
        let next = (Revision::new(self.length), self.head);
        let link = entry.dossiers().get(subject);
        if link.is_none_or(|link| (link.revision, link.prev) != next) {
            return Err(DossierRejection::Gap(sequence));
        }
        if let Err(source) = entry.signed().clone().verify() {
            return Err(DossierRejection::Signature { sequence, source });
        }
        self.length += 1;
        self.head = entry.hash();
        self.sequences.push(sequence.get());
        Ok(())
    }
}

impl DossierProof {
    /// Verifies, offline, that the dossier is complete up to the checkpoint: the checkpoint is the log's; the index is in
    /// its tree, and was said by the ledger itself; by the index the entries shown are all that the dossier had; and of the entries
    /// after the index, which are those that the log has there, all that enter the dossier follow without a gap.
    ///
    /// That the index is true is not proven here: whoever audits the whole ledger computes it anew.
    ///
    /// # Errors
    /// [`DossierRejection`]; [`DossierRejection::TailMissing`] if the document carries no tail.
    pub fn verify(
        &self,
        trust: &Trust,
        ledger: LedgerId,
    ) -> Result<CompleteDossier, DossierRejection> {
        let checkpoint = self.open(trust)?;
        match &self.parts.tail {
            Some(tail) => self.complete(trust, ledger, &checkpoint, tail.iter().map(Entry::bytes)),
            None => Err(DossierRejection::TailMissing {
                from: self.parts.frontier.size().get(),
                to: checkpoint.size.get().saturating_sub(1),
            }),
        }
    }

    /// The same, with the tail from elsewhere: the bytes of each leaf from [`Self::missing_tail`] on, in order. An
    /// iterator that ends early is a tail that is too short; what comes after the checkpoint's size is not asked for.
    ///
    /// # Errors
    /// [`DossierRejection`].
    pub fn verify_with_tail<B: AsRef<[u8]>>(
        &self,
        trust: &Trust,
        ledger: LedgerId,
        leaves: impl IntoIterator<Item = B>,
    ) -> Result<CompleteDossier, DossierRejection> {
        let checkpoint = self.open(trust)?;
        let wanted = self.tail_length(&checkpoint);
        let leaves = leaves.into_iter();
        let leaves = leaves.take(usize::try_from(wanted).unwrap_or(usize::MAX));
        self.complete(trust, ledger, &checkpoint, leaves)
    }

    fn open(&self, trust: &Trust) -> Result<Checkpoint, DossierRejection> {
        trust
            .open_strictly(&self.parts.checkpoint)
            .map_err(DossierRejection::Checkpoint)
    }

    fn tail_length(&self, checkpoint: &Checkpoint) -> u64 {
        let indexed = self.parts.frontier.size();
        checkpoint.size.get().saturating_sub(indexed.get())
    }

    fn complete<B: AsRef<[u8]>>(
        &self,
        trust: &Trust,
        ledger: LedgerId,
        checkpoint: &Checkpoint,
        tail: impl Iterator<Item = B>,
    ) -> Result<CompleteDossier, DossierRejection> {
        self.check_index(checkpoint, ledger)?;
        let mut end = self.covered(ledger)?;
        self.follow(ledger, checkpoint, tail, &mut end)?;
        let indexed = self.parts.frontier.size();
        Ok(CompleteDossier {
            origin: trust.origin().to_string(),
            ledger: ledger.to_string(),
            subject: self.parts.subject.to_string(),
            head: (end.length > 0).then(|| end.head.to_string()),
            sequences: end.sequences,
            size: checkpoint.size.get(),
            root: checkpoint.root.to_string(),
            index: self.parts.index.0.seq().get(),
            indexed: indexed.get(),
            cosigned: trust.cosigned(&self.parts.checkpoint),
        })
    }

    /// The ledger recorded this index, about entries before it.
    fn check_index(
        &self,
        checkpoint: &Checkpoint,
        ledger: LedgerId,
    ) -> Result<(), DossierRejection> {
        let (entry, inclusion) = &self.parts.index;
        let sequence = entry.seq();
        inclusion
            .verify(
                LeafIndex::new(sequence.get()),
                checkpoint.size,
                &entry.leaf_hash(),
                &checkpoint.root,
            )
            .map_err(DossierRejection::IndexNotIncluded)?;
        check_ledger(entry, ledger)?;
        if let Err(source) = entry.signed().clone().verify() {
            return Err(DossierRejection::Signature { sequence, source });
        }
        let by_itself = matches!(
            entry.statement().signers.as_slice(),
            [only] if only.role.as_str() == SYSTEM
        );
        let before = self.parts.frontier.size() <= Size::new(sequence.get());
        match by_itself && before {
            true => Ok(()),
            false => Err(DossierRejection::NotAnIndex(sequence)),
        }
    }

    /// The entries below the index: they lead from the first without a gap to the end that the index names.
    fn covered(&self, ledger: LedgerId) -> Result<End, DossierRejection> {
        let parts = &self.parts;
        let mut end = End {
            length: 0,
            head: EntryHash::NONE,
            sequences: Vec::new(),
        };
        for entry in &parts.entries {
            let (sequence, last) = (entry.seq(), end.sequences.last());
            let covered = sequence.get() < parts.frontier.size().get();
            if !covered || last.is_some_and(|last| sequence.get() <= *last) {
                return Err(DossierRejection::Beyond(sequence));
            }
            check_ledger(entry, ledger)?;
            end.take(&parts.subject, entry)?;
        }
        let Payload::DossiersIndexed(index) = &parts.index.0.statement().payload else {
            return Err(DossierRejection::NotAnIndex(parts.index.0.seq()));
        };
        let root = cinnabar_tlog::Hash::from_bytes(*index.root.as_bytes());
        let value = (end.length > 0).then(|| dossier_value(Revision::new(end.length), end.head));
        parts
            .sparse
            .verify(&root, &dossier_key(&parts.subject), value.as_ref())
            .map_err(|source| DossierRejection::Index {
                length: end.length,
                head: end.head,
                source,
            })?;
        Ok(end)
    }

    /// The entries from the index' size on: pushed onto the edge of the tree there, they give the root that the log signed, so
    /// they are exactly what the log has there.
    fn follow<B: AsRef<[u8]>>(
        &self,
        ledger: LedgerId,
        checkpoint: &Checkpoint,
        tail: impl Iterator<Item = B>,
        end: &mut End,
    ) -> Result<(), DossierRejection> {
        let mut edge = self.parts.frontier.clone();
        for leaf in tail {
            let sequence = Sequence::new(edge.size().get());
            edge.push(cinnabar_tlog::leaf_hash(leaf.as_ref()));
            let entry = Entry::parse(leaf.as_ref())
                .map_err(|source| DossierRejection::NotAnEntry { sequence, source })?;
            check_ledger(&entry, ledger)?;
            if entry.seq() != sequence {
                return Err(DossierRejection::Beyond(entry.seq()));
            }
            if entry.dossiers().contains_key(&self.parts.subject) {
                end.take(&self.parts.subject, &entry)?;
            }
        }
        let indexed = self.parts.frontier.size().get();
        let expected = self.tail_length(checkpoint);
        let found = edge.size().get() - indexed;
        if found != expected {
            return Err(DossierRejection::TailLength { expected, found });
        }
        match edge.size() == checkpoint.size && edge.root() == checkpoint.root {
            true => Ok(()),
            false => Err(DossierRejection::Tail),
        }
    }
}

fn check_ledger(entry: &Entry, expected: LedgerId) -> Result<(), DossierRejection> {
    let found = ledger_of(entry);
    match found == expected {
        true => Ok(()),
        false => Err(DossierRejection::OtherLedger {
            sequence: entry.seq(),
            found,
        }),
    }
}
