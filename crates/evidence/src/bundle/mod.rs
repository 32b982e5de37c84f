//! Bundles: one decision with everything to verify it offline, in one file.

mod decision;
mod keys;
mod verify;

use cinnabar_events::{Entry, Sequence, Subject};
use cinnabar_governance::LEDGER_ACTOR;
use cinnabar_tlog::{InclusionProof, Note};

pub use decision::{Decision, KeyState, ShownSigner, Suspect};
pub use verify::BundleRejection;
pub(crate) use verify::ledger_of;

use crate::json::{self, Malformed, Writer};
use crate::leaf::{ProvenLeaf, tlog_proof};

/// Longest bundle, in bytes: what a mail server takes. The genesis with its rulebook is the largest part of most.
pub const MAX_BUNDLE_BYTES: usize = 16 << 20;

/// Most entries in a bundle: the decision, the genesis, and the dossiers of at most 16 actors, which have a few entries each.
pub const MAX_BUNDLE_ENTRIES: usize = 1024;

/// One entry, the genesis, and the dossiers of the actors who signed it, all under one checkpoint. Nothing is verified
/// yet. Reading and writing are inverse, byte for byte.
#[derive(Debug, Clone, PartialEq)]
pub struct Bundle {
    sequence: Sequence,
    checkpoint: Note,
    /// In rising order, none twice.
    entries: Vec<(Entry, InclusionProof)>,
}

/// Why parts make no bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BundleFault {
    /// Too many entries.
    #[error("{0} entries, a bundle has at most {MAX_BUNDLE_ENTRIES}")]
    TooMany(usize),
    /// Too many bytes.
    #[error("{0} bytes, a bundle has at most {MAX_BUNDLE_BYTES}")]
    TooLong(usize),
    /// The entry that it is about isn't among them.
    #[error("entry {0} is not among the entries")]
    Missing(Sequence),
    /// Two entries have one sequence.
    #[error("sequence {0} is there twice")]
    Twice(Sequence),
}

impl Bundle {
    /// The dossiers that belong into the bundle of this entry, beside the genesis and the entry itself: those of the
    /// actors who signed. The ledger's own key stands in the genesis.
    pub fn dossiers(entry: &Entry) -> Vec<Subject> {
        let mut actors: Vec<Subject> = entry
            .statement()
            .signers
            .iter()
            .filter(|signer| signer.actor.as_str() != LEDGER_ACTOR)
            .map(|signer| Subject::new(cinnabar_events::Class::Actor, signer.actor.clone()))
            .collect();
        actors.sort();
        actors.dedup();
        actors
    }

    /// Puts a bundle about the entry at `sequence` together: `entries` are that entry, the genesis and all entries of
    /// [`Self::dossiers`] below the checkpoint's size, in any order, each with its proof at that size.
    ///
    /// # Errors
    /// [`BundleFault`]. Whether it verifies is for [`Self::verify`] to say.
    pub fn build(
        sequence: Sequence,
        checkpoint: Note,
        mut entries: Vec<(Entry, InclusionProof)>,
    ) -> Result<Self, BundleFault> {
        entries.sort_by_key(|(entry, _)| entry.seq());
        let mut pairs = entries.iter().zip(entries.iter().skip(1));
        if let Some(((entry, _), _)) = pairs.find(|((a, _), (b, _))| a.seq() == b.seq()) {
            return Err(BundleFault::Twice(entry.seq()));
        }
        if entries.len() > MAX_BUNDLE_ENTRIES {
            return Err(BundleFault::TooMany(entries.len()));
        }
        if !entries.iter().any(|(entry, _)| entry.seq() == sequence) {
            return Err(BundleFault::Missing(sequence));
        }
        let bundle = Self {
            sequence,
            checkpoint,
            entries,
        };
        match bundle.to_bytes().len() {
            0..=MAX_BUNDLE_BYTES => Ok(bundle),
            length => Err(BundleFault::TooLong(length)),
        }
    }

    /// Reads a bundle.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let value = json::parse(bytes, MAX_BUNDLE_BYTES)?;
        let at = json::top(bytes, &value);
        at.object(&["checkpoint", "entries", "sequence", "v"], &[])?;
        at.version()?;
        let sequence = at.member("sequence")?;
        let checkpoint = at.member("checkpoint")?.note()?;
        let list = at.member("entries")?;
        let mut entries: Vec<(Entry, InclusionProof)> = Vec::new();
        for item in list.items(MAX_BUNDLE_ENTRIES)? {
            item.object(&["entry", "inclusion"], &[])?;
            let entry = item.entry("entry")?;
            let rising = entries
                .last()
                .is_none_or(|(last, _)| last.seq() < entry.seq());
            if !rising {
                return Err(item.wrong("an entry of a higher sequence than the one before"));
            }
            entries.push((entry, item.member("inclusion")?.inclusion()?));
        }
        let found = Sequence::new(sequence.number()?);
        if !entries.iter().any(|(entry, _)| entry.seq() == found) {
            return Err(sequence.wrong("the sequence of one of the entries"));
        }
        Ok(Self {
            sequence: found,
            checkpoint,
            entries,
        })
    }

    /// The canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.object(|members| {
            let note = self.checkpoint.to_string();
            members.member("checkpoint", |writer| writer.string(&note));
            members.member("entries", |writer| {
                writer.array(&self.entries, |writer, (entry, inclusion)| {
                    writer.object(|members| {
                        members.member("entry", |writer| writer.raw(entry.bytes()));
                        members.member("inclusion", |writer| writer.hashes(inclusion.hashes()));
                    });
                });
            });
            members.member("sequence", |writer| writer.number(self.sequence.get()));
            members.member("v", |writer| writer.number(1));
        });
        writer.finish()
    }

    /// Which entry it is about.
    pub fn sequence(&self) -> Sequence {
        self.sequence
    }

    /// The entry that it is about.
    pub fn entry(&self) -> &Entry {
        let found = self
            .entries
            .iter()
            .find(|(entry, _)| entry.seq() == self.sequence);
        &found.expect("no bundle is made without it").0
    }

    /// The checkpoint that covers all entries.
    pub fn checkpoint(&self) -> &Note {
        &self.checkpoint
    }

    /// The entries, in order.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().map(|(entry, _)| entry)
    }

    pub(crate) fn leaves(&self) -> impl Iterator<Item = ProvenLeaf> {
        self.entries.iter().map(|(entry, inclusion)| {
            let proof = tlog_proof(
                entry.seq().get(),
                inclusion.clone(),
                self.checkpoint.clone(),
            );
            ProvenLeaf::new(entry.bytes().to_vec(), proof)
        })
    }
}
