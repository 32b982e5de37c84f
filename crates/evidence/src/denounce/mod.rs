//! Two exhibits side by side: do they agree, or has the log told two stories?

mod exhibit;
mod leaves;
mod side;
mod verdict;

pub use exhibit::{Exhibit, InvalidExhibit, NotAnExhibit};
pub use leaves::{Leaves, Lines, Pass, Unreadable};
pub use verdict::{Compared, DenounceError, Missing, Place, Verdict};

use crate::claim::{Claim, contradiction};
use crate::evidence::Evidence;
use crate::leaf::{ProvenLeaf, Recovery, Shown};
use crate::piece::{Consistency, Piece};
use crate::trust::Trust;
use leaves::first_difference;
use side::Side;

/// Compares two exhibits. `known` are consistency proofs that the caller has fetched, as a verdict that is
/// [`Verdict::Undecided`] asks for them; wrong ones decide nothing.
///
/// A contradiction is only returned with evidence that verifies.
///
/// # Errors
/// An exhibit that shows nothing, because the log didn't sign it or because it was changed; an export that can't be read.
pub fn denounce(
    first: &Exhibit<'_>,
    second: &Exhibit<'_>,
    trust: &Trust,
    known: &[Consistency],
) -> Result<Verdict, DenounceError> {
    let first = Side::open(first, second, trust, Place::First)?;
    let second = Side::open(second, first.exhibit, trust, Place::Second)?;
    let case = Case {
        trust,
        known,
        compared: Vec::new(),
    };
    case.decide(&first, &second)
}

/// What is being decided.
struct Case<'t> {
    trust: &'t Trust,
    known: &'t [Consistency],
    compared: Vec<Compared>,
}

impl Case<'_> {
    fn decide(
        mut self,
        first: &Side<'_, '_>,
        second: &Side<'_, '_>,
    ) -> Result<Verdict, DenounceError> {
        let mut leaves = Vec::new();
        for side in [first, second] {
            leaves.extend(side.exhibit.leaves().iter().cloned());
            leaves.extend(self.telling(side)?);
        }
        if let Some(verdict) = self.leaves(&leaves, &[first, second])? {
            return Ok(verdict);
        }
        for (export, other) in [(first, second), (second, first)] {
            if let Some(verdict) = self.against_export(export, other)? {
                return Ok(verdict);
            }
        }
        if let Some(verdict) = self.exports(first, second)? {
            return Ok(verdict);
        }
        let (small, large) = if first.size() <= second.size() {
            (first, second)
        } else {
            (second, first)
        };
        self.checkpoints(small, large)
    }

    /// The last entry of an export, which an entry that stands behind it may contradict.
    fn telling(&self, side: &Side<'_, '_>) -> Result<Option<ProvenLeaf>, DenounceError> {
        match side.size().checked_sub(1) {
            Some(last) => side.prove(last),
            None => Ok(None),
        }
    }

    /// Every leaf by itself, and every two leaves.
    fn leaves(
        &mut self,
        leaves: &[ProvenLeaf],
        sides: &[&Side<'_, '_>],
    ) -> Result<Option<Verdict>, DenounceError> {
        let mut shown = Vec::new();
        for one in leaves {
            if let Some(verdict) = self.proven(Claim::Misplaced, vec![Piece::Leaf(one.clone())]) {
                return Ok(Some(verdict));
            }
            // The exhibit was opened: they all verify.
            shown.extend(one.verify(self.trust).ok());
        }
        shown.sort_by_key(|one| one.index);
        for (at, early) in shown.iter().enumerate() {
            for late in &shown[at + 1..] {
                if let Some(verdict) = self.two_leaves(early, late, sides)? {
                    return Ok(Some(verdict));
                }
                if early.index == late.index {
                    self.compared.push(Compared::SameEntry(early.index));
                }
            }
        }
        if shown.len() > 1 {
            self.compared.push(Compared::Order(shown.len()));
        }
        Ok(None)
    }

    fn two_leaves(
        &self,
        early: &Shown<'_>,
        late: &Shown<'_>,
        sides: &[&Side<'_, '_>],
    ) -> Result<Option<Verdict>, DenounceError> {
        let claims = [
            Claim::TwoEntries,
            Claim::Chain,
            Claim::Dossier,
            Claim::TimeBackwards,
        ];
        let claim = claims
            .into_iter()
            .find(|claim| contradiction(*claim, early, late).is_some());
        let Some(claim) = claim else {
            return Ok(None);
        };
        let pair = [early, late].map(|shown| Piece::Leaf(shown.leaf.clone()));
        let mut pieces = pair.to_vec();
        for place in [early.index, late.index] {
            pieces.extend(self.recoveries(sides, place, &pieces)?);
        }
        Ok(self.proven(claim, pieces))
    }

    /// The other side's leaves, where the export has something else or the same.
    fn against_export(
        &mut self,
        export: &Side<'_, '_>,
        other: &Side<'_, '_>,
    ) -> Result<Option<Verdict>, DenounceError> {
        let Some((_, survey)) = &export.survey else {
            return Ok(None);
        };
        for leaf in other.exhibit.leaves() {
            let index = leaf.proof().index.get();
            if index >= export.size() {
                continue;
            }
            if !survey.differing.contains(&index) {
                self.compared.push(Compared::SameEntry(index));
                continue;
            }
            let Some(theirs) = export.prove(index)? else {
                continue;
            };
            let pieces = vec![Piece::Leaf(leaf.clone()), Piece::Leaf(theirs)];
            let recovered = self.recoveries(&[export], index, &pieces)?;
            let verdict = self.proven(Claim::TwoEntries, [pieces, recovered].concat());
            if verdict.is_some() {
                return Ok(verdict);
            }
        }
        Ok(None)
    }

    /// Two exports: the first entry in which they differ.
    fn exports(
        &self,
        first: &Side<'_, '_>,
        second: &Side<'_, '_>,
    ) -> Result<Option<Verdict>, DenounceError> {
        let (Some((ours, survey)), Some((theirs, other))) = (&first.survey, &second.survey) else {
            return Ok(None);
        };
        let common = first.size().min(second.size());
        if survey.roots.get(&common) == other.roots.get(&common) {
            return Ok(None);
        }
        let Some(place) = first_difference(*ours, *theirs, common)? else {
            return Ok(None);
        };
        let (Some(one), Some(two)) = (first.prove(place)?, second.prove(place)?) else {
            return Ok(None);
        };
        let pieces = vec![Piece::Leaf(one), Piece::Leaf(two)];
        let recovered = self.recoveries(&[first, second], place, &pieces)?;
        Ok(self.proven(Claim::TwoEntries, [pieces, recovered].concat()))
    }

    /// The two checkpoints.
    fn checkpoints(
        mut self,
        small: &Side<'_, '_>,
        large: &Side<'_, '_>,
    ) -> Result<Verdict, DenounceError> {
        let (old, new) = (&small.checkpoint, &large.checkpoint);
        let notes = || vec![small.note(), large.note()];
        let last = old.size.get().saturating_sub(1);
        if old.size == new.size {
            if old.root == new.root {
                self.compared.push(Compared::SameRoot(old.size.get()));
                return Ok(self.agree());
            }
            let recovered = self.recoveries(&[small, large], last, &[])?;
            let verdict = self.proven(Claim::TwoRoots, [notes(), recovered].concat());
            return Ok(verdict.unwrap_or_else(|| self.undecided(small, large)));
        }
        let nothing = old
            .size
            .is_zero()
            .then(|| Consistency::of_nothing(new.size));
        let own = large.prefix(old.size)?;
        for shown in own.iter().chain(&nothing).chain(self.known) {
            if (shown.old, shown.new) != (old.size, new.size) {
                continue;
            }
            let shown = shown.fitting(old, &new.root);
            let holds = shown
                .proof
                .verify(old.size, &shown.old_root, new.size, &new.root);
            if holds.is_err() {
                continue;
            }
            if shown.old_root == old.root {
                let (old, new) = (old.size.get(), new.size.get());
                self.compared.push(Compared::Consistent { old, new });
                return Ok(self.agree());
            }
            let recovered = self.recoveries(&[large], last, &[])?;
            let pieces = [notes(), vec![Piece::Consistency(shown)], recovered].concat();
            if let Some(verdict) = self.proven(Claim::NoConsistency, pieces) {
                return Ok(verdict);
            }
        }
        Ok(self.undecided(small, large))
    }

    fn agree(&self) -> Verdict {
        Verdict::Agree {
            compared: self.compared.clone(),
        }
    }

    fn undecided(&self, small: &Side<'_, '_>, large: &Side<'_, '_>) -> Verdict {
        Verdict::Undecided {
            missing: Missing::Consistency {
                old: small.size(),
                new: large.size(),
            },
            compared: self.compared.clone(),
        }
    }

    /// The recoveries in exports that declare the loss of what stood at `place`, as exhibits; without those that are `shown` already.
    fn recoveries(
        &self,
        sides: &[&Side<'_, '_>],
        place: u64,
        shown: &[Piece],
    ) -> Result<Vec<Piece>, DenounceError> {
        let mut pieces = Vec::new();
        for side in sides {
            let declaring = |one: &&Recovery| one.from <= place && place < one.until;
            // One is enough to say that the loss was declared.
            let Some(recovery) = side.recoveries().iter().find(declaring) else {
                continue;
            };
            let piece = side.prove(recovery.at.get())?.map(Piece::Leaf);
            pieces.extend(piece.filter(|piece| !shown.contains(piece)));
        }
        Ok(pieces)
    }

    /// The contradiction, if the pieces prove it.
    fn proven(&self, claim: Claim, pieces: Vec<Piece>) -> Option<Verdict> {
        let evidence = Evidence::new(claim, pieces, self.trust);
        let proven = evidence.verify(self.trust).ok()?;
        Some(Verdict::Contradiction {
            evidence: Box::new(evidence),
            proven,
        })
    }
}
