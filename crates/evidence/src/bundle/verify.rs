//! What a bundle proves.

use std::collections::BTreeMap;

use cinnabar_events::{Entry, EntryHash, LedgerId, Payload, Revision, Sequence, Subject};
use cinnabar_tlog::{Checkpoint, LeafIndex, OpenError, ProofRejection};

use super::Bundle;
use super::decision::{Decision, KeyState, ShownSigner, shown};
use super::keys::Keys;
use crate::trust::Trust;

/// Why a bundle proves nothing to the one who verifies it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BundleRejection {
    /// The checkpoint isn't the log's.
    #[error("the checkpoint is not one that the log signed")]
    Checkpoint(#[source] OpenError),
    /// An entry isn't in the tree.
    #[error("entry {sequence} is not in the tree of the checkpoint")]
    NotIncluded {
        /// Which.
        sequence: Sequence,
        /// How the proof fails.
        #[source]
        source: ProofRejection,
    },
    /// A signature under a statement is wrong.
    #[error("a signature of entry {sequence} does not verify")]
    Signature {
        /// Which entry.
        sequence: Sequence,
        /// Why.
        #[source]
        source: cinnabar_events::Malformed,
    },
    /// There is no genesis.
    #[error("the bundle does not begin with the genesis")]
    NoGenesis,
    /// It is another ledger's.
    #[error("entry {sequence} belongs to ledger {found}, not to {expected}")]
    OtherLedger {
        /// Which entry.
        sequence: Sequence,
        /// The ledger that the verifier asks about.
        expected: LedgerId,
        /// The ledger that the entry was signed for.
        found: LedgerId,
    },
    /// Entries of a signer's dossier are left out.
    #[error(
        "the dossier of {subject} has a gap: entry {sequence} is its revision {found}, expected {expected}"
    )]
    Gap {
        /// Whose.
        subject: Subject,
        /// The entry that shows it.
        sequence: Sequence,
        /// The revision after what is there.
        expected: Revision,
        /// What the entry says.
        found: Revision,
    },
    /// An entry doesn't continue the dossier.
    #[error("entry {sequence} does not follow the entry before it in the dossier of {subject}")]
    Dossier {
        /// Whose.
        subject: Subject,
        /// Which entry.
        sequence: Sequence,
    },
    /// An entry that belongs to nothing here.
    #[error("entry {0} is neither the decision nor the genesis nor of a signer's dossier")]
    Stray(Sequence),
}

impl Bundle {
    /// Verifies, offline: the checkpoint is the log's; every entry is in its tree, and its authors' signatures verify;
    /// the genesis is that of this ledger; the dossiers of those who signed are there from the first entry on without a
    /// gap. And finds out by them with which keys the entry was signed.
    ///
    /// # Errors
    /// [`BundleRejection`].
    pub fn verify(&self, trust: &Trust, ledger: LedgerId) -> Result<Decision, BundleRejection> {
        let checkpoint = trust
            .open_strictly(&self.checkpoint)
            .map_err(BundleRejection::Checkpoint)?;
        for (entry, inclusion) in &self.entries {
            let (sequence, leaf) = (entry.seq(), entry.leaf_hash());
            inclusion
                .verify(
                    LeafIndex::new(sequence.get()),
                    checkpoint.size,
                    &leaf,
                    &checkpoint.root,
                )
                .map_err(|source| BundleRejection::NotIncluded { sequence, source })?;
            check_signed(entry)?;
            check_ledger(entry, ledger)?;
        }
        let keys = self.keys()?;
        self.check_dossiers()?;
        Ok(self.decision(&keys, &checkpoint, trust, ledger))
    }

    fn keys(&self) -> Result<Keys, BundleRejection> {
        let genesis = self
            .entries()
            .next()
            .filter(|entry| entry.seq() == Sequence::FIRST);
        let genesis = genesis.ok_or(BundleRejection::NoGenesis)?;
        let Payload::LedgerOpened(opened) = &genesis.statement().payload else {
            return Err(BundleRejection::NoGenesis);
        };
        let mut keys = Keys::founded(genesis, opened);
        self.entries().skip(1).for_each(|entry| keys.fold(entry));
        Ok(keys)
    }

    /// The signers' dossiers are there from the start without a gap, and nothing else is.
    fn check_dossiers(&self) -> Result<(), BundleRejection> {
        let wanted = Self::dossiers(self.entry());
        let mut ends: BTreeMap<&Subject, (Revision, EntryHash)> = BTreeMap::new();
        for entry in self.entries() {
            let sequence = entry.seq();
            let mut belongs = sequence == self.sequence || sequence == Sequence::FIRST;
            for subject in &wanted {
                let Some(link) = entry.dossiers().get(subject) else {
                    continue;
                };
                belongs = true;
                let start = (Revision::new(0), EntryHash::NONE);
                let (expected, hash) = ends.get(subject).copied().unwrap_or(start);
                if link.revision != expected {
                    return Err(BundleRejection::Gap {
                        subject: subject.clone(),
                        sequence,
                        expected,
                        found: link.revision,
                    });
                }
                if link.prev != hash {
                    let subject = subject.clone();
                    return Err(BundleRejection::Dossier { subject, sequence });
                }
                ends.insert(subject, (link.revision.next(), entry.hash()));
            }
            if !belongs {
                return Err(BundleRejection::Stray(sequence));
            }
        }
        Ok(())
    }

    fn decision(
        &self,
        keys: &Keys,
        checkpoint: &Checkpoint,
        trust: &Trust,
        ledger: LedgerId,
    ) -> Decision {
        let entry = self.entry();
        let statement = entry.statement();
        let signers: Vec<ShownSigner> = statement
            .signers
            .iter()
            .map(|signer| shown(entry, signer, keys))
            .collect();
        let in_force = |one: &ShownSigner| {
            let valid = matches!(one.key_state, KeyState::Valid | KeyState::Incoming);
            valid && one.suspect.is_none()
        };
        Decision {
            origin: trust.origin().to_string(),
            ledger: ledger.to_string(),
            sequence: entry.seq().get(),
            hash: entry.hash().to_string(),
            kind: statement.kind().to_string(),
            subject: statement.subject.to_string(),
            recorded: entry.time().to_string(),
            size: checkpoint.size.get(),
            root: checkpoint.root.to_string(),
            cosigned: trust.cosigned(&self.checkpoint),
            sound: signers.iter().all(in_force),
            signers,
        }
    }
}

fn check_signed(entry: &Entry) -> Result<(), BundleRejection> {
    let sequence = entry.seq();
    match entry.signed().clone().verify() {
        Ok(_) => Ok(()),
        Err(source) => Err(BundleRejection::Signature { sequence, source }),
    }
}

fn check_ledger(entry: &Entry, expected: LedgerId) -> Result<(), BundleRejection> {
    let found = ledger_of(entry);
    if found == expected {
        return Ok(());
    }
    Err(BundleRejection::OtherLedger {
        sequence: entry.seq(),
        expected,
        found,
    })
}

/// The ledger that the statement was signed for; a genesis makes one.
pub(crate) fn ledger_of(entry: &Entry) -> LedgerId {
    let stated = entry.statement().ledger;
    stated.unwrap_or_else(|| LedgerId::of(entry.signed().bytes()))
}
