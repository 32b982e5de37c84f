//! One of the two exhibits: verified, and read with the questions that the other one raises.

use std::collections::BTreeMap;

use cinnabar_tlog::{Checkpoint, Hash, Size, leaf_hash};

use super::exhibit::{Exhibit, InvalidExhibit};
use super::leaves::{Leaves, Survey, gather, survey};
use super::verdict::{DenounceError, Place};
use crate::leaf::{ProvenLeaf, Recovery, tlog_proof};
use crate::piece::{Consistency, Piece};
use crate::ranges::{consistency, consistency_ranges, inclusion, inclusion_ranges};
use crate::trust::Trust;

/// One exhibit, verified.
pub(super) struct Side<'e, 'l> {
    pub(super) exhibit: &'e Exhibit<'l>,
    pub(super) checkpoint: Checkpoint,
    /// What one pass over the export told, if it is one.
    pub(super) survey: Option<(&'l dyn Leaves, Survey)>,
}

impl<'e, 'l> Side<'e, 'l> {
    /// Verifies the exhibit, and reads it with the questions that the other one raises.
    pub(super) fn open(
        exhibit: &'e Exhibit<'l>,
        other: &Exhibit<'_>,
        trust: &Trust,
        place: Place,
    ) -> Result<Self, DenounceError> {
        let invalid = |source| DenounceError::Invalid { place, source };
        let checkpoint = exhibit.open(trust).map_err(invalid)?;
        let Some(leaves) = exhibit.whole() else {
            return Ok(Self {
                exhibit,
                checkpoint,
                survey: None,
            });
        };
        // If the other one isn't genuine, that is said when it is its turn.
        let sizes: Vec<u64> = trust
            .open(other.note())
            .map(|checkpoint| checkpoint.size.get())
            .into_iter()
            .collect();
        let expected: BTreeMap<u64, Hash> = other
            .leaves()
            .iter()
            .map(|leaf| (leaf.proof().index.get(), leaf_hash(leaf.bytes())))
            .collect();
        let size = checkpoint.size.get();
        let found = survey(leaves, size, &sizes, &expected)?;
        if found.count < size {
            let (found, expected) = (found.count, size);
            return Err(invalid(InvalidExhibit::Cut { found, expected }));
        }
        if found.roots.get(&size) != Some(&checkpoint.root) {
            return Err(invalid(InvalidExhibit::Changed(size)));
        }
        Ok(Self {
            exhibit,
            checkpoint,
            survey: Some((leaves, found)),
        })
    }

    pub(super) fn size(&self) -> u64 {
        self.checkpoint.size.get()
    }

    pub(super) fn note(&self) -> Piece {
        Piece::Note(self.exhibit.note().clone())
    }

    /// A leaf of the export, with its proof.
    pub(super) fn prove(&self, index: u64) -> Result<Option<ProvenLeaf>, DenounceError> {
        let Some((leaves, _)) = self.survey.as_ref().filter(|_| index < self.size()) else {
            return Ok(None);
        };
        let gathered = gather(*leaves, inclusion_ranges(index, self.size()), Some(index))?;
        Ok(gathered.map(|(hashes, bytes)| {
            let note = self.exhibit.note().clone();
            ProvenLeaf::new(bytes, tlog_proof(index, inclusion(hashes), note))
        }))
    }

    /// The root that the export has at a smaller size, with the proof from there.
    pub(super) fn prefix(&self, old: Size) -> Result<Option<Consistency>, DenounceError> {
        let Some((leaves, survey)) = &self.survey else {
            return Ok(None);
        };
        let Some(old_root) = survey.roots.get(&old.get()).copied() else {
            return Ok(None);
        };
        let ranges = if old.is_zero() {
            Vec::new()
        } else {
            consistency_ranges(old.get(), self.size())
        };
        let gathered = gather(*leaves, ranges, None)?;
        Ok(gathered.map(|(hashes, _)| Consistency {
            old,
            new: self.checkpoint.size,
            old_root,
            proof: consistency(hashes),
        }))
    }

    pub(super) fn recoveries(&self) -> &[Recovery] {
        self.survey
            .as_ref()
            .map_or(&[], |(_, survey)| survey.recoveries.as_slice())
    }
}
