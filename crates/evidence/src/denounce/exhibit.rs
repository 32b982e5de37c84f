//! What somebody holds.

use cinnabar_events::Receipt;
use cinnabar_events::receipt::NotAReceipt;
use cinnabar_tlog::{Checkpoint, Note, NoteError, OpenError, TlogProof};

use super::leaves::Leaves;
use crate::bundle::Bundle;
use crate::json::Malformed;
use crate::leaf::{LeafRejection, ProvenLeaf};
use crate::trust::Trust;

/// Something that somebody holds and that the log signed.
#[derive(Clone)]
pub enum Exhibit<'l> {
    /// A checkpoint.
    Checkpoint(Note),
    /// Leaves under one checkpoint: a receipt has one, a bundle several.
    Leaves {
        /// The checkpoint.
        checkpoint: Note,
        /// The leaves, each with a proof that leads there.
        leaves: Vec<ProvenLeaf>,
    },
    /// All leaves under a checkpoint.
    Export {
        /// The checkpoint that belongs to the export.
        checkpoint: Note,
        /// The leaves. Those beyond the checkpoint's size are not looked at.
        leaves: &'l dyn Leaves,
    },
}

/// The bytes are nothing that can be compared.
#[derive(Debug, thiserror::Error)]
pub enum NotAnExhibit {
    /// They begin as a receipt or a bundle does, and are none.
    #[error("not a receipt")]
    Receipt(#[source] NotAReceipt),
    /// They begin as a bundle does, and are none.
    #[error("not a bundle")]
    Bundle(#[source] Malformed),
    /// A tlog-proof, whose entry is not there.
    #[error("a tlog-proof shows nothing without the entry that it is for")]
    EntryMissing,
    /// Neither JSON nor a note.
    #[error("neither a receipt nor a bundle nor a signed checkpoint")]
    Note(#[source] NoteError),
}

/// Why an exhibit shows nothing, so that it contradicts nobody: whoever made it up can't make the log responsible.
#[derive(Debug, thiserror::Error)]
pub enum InvalidExhibit {
    /// The checkpoint isn't the log's.
    #[error("its checkpoint is not one that the log signed")]
    Checkpoint(#[source] OpenError),
    /// A leaf isn't shown to be in the log.
    #[error("it does not show that the log has its entry")]
    Leaf(#[source] LeafRejection),
    /// The export is shorter than its checkpoint says.
    #[error("the export has {found} entries, its checkpoint says {expected}")]
    Cut {
        /// Entries there are.
        found: u64,
        /// Entries that the checkpoint speaks of.
        expected: u64,
    },
    /// The export isn't what its checkpoint speaks of: anybody may have changed it.
    #[error("the export is not the {0} entries that its checkpoint speaks of")]
    Changed(u64),
}

impl<'l> Exhibit<'l> {
    /// A receipt.
    pub fn receipt(receipt: &Receipt) -> Self {
        let leaf = ProvenLeaf::of(receipt);
        Self::Leaves {
            checkpoint: leaf.proof().checkpoint.clone(),
            leaves: vec![leaf],
        }
    }

    /// A tlog-proof and the entry that it is for.
    pub fn proof(entry: &[u8], proof: TlogProof) -> Self {
        Self::Leaves {
            checkpoint: proof.checkpoint.clone(),
            leaves: vec![ProvenLeaf::new(entry.to_vec(), proof)],
        }
    }

    /// A bundle.
    pub fn bundle(bundle: &Bundle) -> Self {
        Self::Leaves {
            checkpoint: bundle.checkpoint().clone(),
            leaves: bundle.leaves().collect(),
        }
    }

    /// An export, with its checkpoint.
    pub fn export(checkpoint: Note, leaves: &'l dyn Leaves) -> Self {
        Self::Export { checkpoint, leaves }
    }

    /// Recognises a receipt, a bundle or a checkpoint by how it begins.
    ///
    /// # Errors
    /// [`NotAnExhibit`].
    pub fn parse(bytes: &[u8]) -> Result<Self, NotAnExhibit> {
        // Neither has a newline within, and editors add one at the end.
        let trimmed = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        if bytes.starts_with(b"{\"entry\":") {
            let receipt = Receipt::parse(trimmed).map_err(NotAnExhibit::Receipt)?;
            return Ok(Self::receipt(&receipt));
        }
        if bytes.starts_with(b"{") {
            let bundle = Bundle::parse(trimmed).map_err(NotAnExhibit::Bundle)?;
            return Ok(Self::bundle(&bundle));
        }
        if bytes.starts_with(b"c2sp.org/tlog-proof@") {
            return Err(NotAnExhibit::EntryMissing);
        }
        let note = Note::parse(bytes).map_err(NotAnExhibit::Note)?;
        Ok(Self::Checkpoint(note))
    }

    pub(crate) fn note(&self) -> &Note {
        match self {
            Self::Checkpoint(checkpoint)
            | Self::Leaves { checkpoint, .. }
            | Self::Export { checkpoint, .. } => checkpoint,
        }
    }

    pub(crate) fn leaves(&self) -> &[ProvenLeaf] {
        match self {
            Self::Leaves { leaves, .. } => leaves,
            Self::Checkpoint(_) | Self::Export { .. } => &[],
        }
    }

    pub(crate) fn whole(&self) -> Option<&'l dyn Leaves> {
        match self {
            Self::Export { leaves, .. } => Some(*leaves),
            Self::Checkpoint(_) | Self::Leaves { .. } => None,
        }
    }

    /// The checkpoint, if the log signed it and every leaf is in its tree. An export is read elsewhere.
    pub(crate) fn open(&self, trust: &Trust) -> Result<Checkpoint, InvalidExhibit> {
        let checkpoint = trust
            .open(self.note())
            .map_err(InvalidExhibit::Checkpoint)?;
        for leaf in self.leaves() {
            leaf.verify(trust).map_err(InvalidExhibit::Leaf)?;
        }
        Ok(checkpoint)
    }
}
