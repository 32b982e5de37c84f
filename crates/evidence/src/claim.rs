//! What evidence can claim, and when it is proven: the one place where contradictions are judged.

use std::fmt;

use cinnabar_tlog::{Checkpoint, OpenError, ProofRejection, VerifierKey};
use serde::Serialize;

use crate::leaf::{LeafRejection, Recovery, Shown};
use crate::piece::{Consistency, Piece};
use crate::trust::Trust;

/// What two things that the log signed can't both be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// Two checkpoints of one size have two roots. Exhibits: two notes.
    TwoRoots,
    /// The tree of the larger checkpoint doesn't begin with that of the smaller. Exhibits: the smaller note, the larger
    /// note, the proof of the root that the larger tree has at the smaller size.
    NoConsistency,
    /// Two leaves stand at one place. Exhibits: two leaves.
    TwoEntries,
    /// An entry was recorded before one that stands ahead of it. Exhibits: the leaf ahead, the later leaf.
    TimeBackwards,
    /// Of two neighbours the later one doesn't carry the hash of the one ahead. Exhibits: both leaves, in order.
    Chain,
    /// Two entries tell two stories of one dossier. Exhibits: both leaves, in order.
    Dossier,
    /// An entry says another sequence than the place at which it stands. Exhibit: the leaf.
    Misplaced,
}

impl Claim {
    /// Every claim.
    pub const ALL: [Self; 7] = [
        Self::TwoRoots,
        Self::NoConsistency,
        Self::TwoEntries,
        Self::TimeBackwards,
        Self::Chain,
        Self::Dossier,
        Self::Misplaced,
    ];

    /// The claim as it stands in a file.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TwoRoots => "two_roots",
            Self::NoConsistency => "no_consistency",
            Self::TwoEntries => "two_entries",
            Self::TimeBackwards => "time_backwards",
            Self::Chain => "chain",
            Self::Dossier => "dossier",
            Self::Misplaced => "misplaced",
        }
    }

    /// How many exhibits prove it. What follows them are recoveries that were recorded.
    pub(crate) const fn needs(self) -> usize {
        match self {
            Self::Misplaced => 1,
            Self::TwoRoots
            | Self::TwoEntries
            | Self::TimeBackwards
            | Self::Chain
            | Self::Dossier => 2,
            Self::NoConsistency => 3,
        }
    }
}

/// What evidence proves, to whoever trusts that the keys are the log's: its holder signed two things that can't both be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Proven {
    /// Which contradiction.
    pub claim: Claim,
    /// The log.
    pub origin: String,
    /// What is proven, in a sentence.
    pub says: String,
    /// What each exhibit shows.
    pub exhibits: Vec<String>,
    /// Sequences of the entries by which this loss was declared. It explains the contradiction, and doesn't undo it.
    pub declared_by: Vec<u64>,
}

impl fmt::Display for Proven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "proven: the log {} {}", self.origin, self.says)?;
        for exhibit in &self.exhibits {
            writeln!(f, "- {exhibit}")?;
        }
        for entry in &self.declared_by {
            writeln!(
                f,
                "the loss was declared by entry {entry}; it is a loss all the same"
            )?;
        }
        Ok(())
    }
}

/// Why evidence proves nothing to the one who verifies it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceRejection {
    /// The file is about another key than the verifier's.
    #[error(
        "this is evidence about the log key {0}, which is not the key that you trust as the log's"
    )]
    OtherKey(Box<VerifierKey>),
    /// The exhibits aren't those that the claim needs.
    #[error("exhibit {exhibit} is not what the claim {} needs there", claim.code())]
    OtherExhibit {
        /// Which, from 0.
        exhibit: usize,
        /// The claim.
        claim: Claim,
    },
    /// A note isn't a checkpoint that the log signed.
    #[error("exhibit {exhibit} is not a checkpoint that the log signed")]
    Checkpoint {
        /// Which, from 0.
        exhibit: usize,
        /// Why.
        #[source]
        source: OpenError,
    },
    /// A leaf isn't shown to be in the log.
    #[error("exhibit {exhibit} does not show that the log has this leaf")]
    Leaf {
        /// Which, from 0.
        exhibit: usize,
        /// Why.
        #[source]
        source: LeafRejection,
    },
    /// The root at the smaller size isn't shown.
    #[error("the proof does not show which root the larger tree has at the smaller size")]
    Consistency(#[source] ProofRejection),
    /// Each exhibit is genuine, and they can all be true.
    #[error("the exhibits do not contradict one another as {} claims", .0.code())]
    NoContradiction(Claim),
}

/// What was found out about the contradiction, before recoveries are looked at.
struct Found {
    says: String,
    exhibits: Vec<String>,
    /// The sequences that are concerned.
    places: Vec<u64>,
}

/// Whether these pieces prove the claim.
pub(crate) fn judge(
    claim: Claim,
    pieces: &[Piece],
    trust: &Trust,
) -> Result<Proven, EvidenceRejection> {
    let needed = claim.needs();
    let (main, rest) = pieces
        .split_at_checked(needed)
        .ok_or(EvidenceRejection::OtherExhibit {
            exhibit: pieces.len(),
            claim,
        })?;
    let mut found = match claim {
        Claim::TwoRoots => two_roots(claim, main, trust)?,
        Claim::NoConsistency => no_consistency(claim, main, trust)?,
        Claim::Misplaced => misplaced(claim, main, trust)?,
        Claim::TwoEntries | Claim::TimeBackwards | Claim::Chain | Claim::Dossier => {
            two_leaves(claim, main, trust)?
        }
    };
    let mut recoveries: Vec<Recovery> =
        main.iter().filter_map(|one| recovery(one, trust)).collect();
    for (place, piece) in rest.iter().enumerate() {
        let exhibit = needed + place;
        let shown = leaf(claim, pieces, exhibit, trust)?;
        found.exhibits.push(shown.describe());
        let recovery = recovery(piece, trust);
        recoveries.push(recovery.ok_or(EvidenceRejection::OtherExhibit { exhibit, claim })?);
    }
    let mut declared_by: Vec<u64> = recoveries
        .into_iter()
        .filter(|one| {
            found
                .places
                .iter()
                .any(|at| one.from <= *at && *at < one.until)
        })
        .map(|one| one.at.get())
        .collect();
    declared_by.sort_unstable();
    declared_by.dedup();
    Ok(Proven {
        claim,
        origin: trust.origin().to_string(),
        says: found.says,
        exhibits: found.exhibits,
        declared_by,
    })
}

fn recovery(piece: &Piece, trust: &Trust) -> Option<Recovery> {
    match piece {
        Piece::Leaf(leaf) => leaf.verify(trust).ok()?.recovery(),
        Piece::Note(_) | Piece::Consistency(_) => None,
    }
}

fn note(
    claim: Claim,
    pieces: &[Piece],
    exhibit: usize,
    trust: &Trust,
) -> Result<Checkpoint, EvidenceRejection> {
    match pieces.get(exhibit) {
        Some(Piece::Note(note)) => trust
            .open(note)
            .map_err(|source| EvidenceRejection::Checkpoint { exhibit, source }),
        Some(Piece::Leaf(_) | Piece::Consistency(_)) | None => {
            Err(EvidenceRejection::OtherExhibit { exhibit, claim })
        }
    }
}

fn leaf<'p>(
    claim: Claim,
    pieces: &'p [Piece],
    exhibit: usize,
    trust: &Trust,
) -> Result<Shown<'p>, EvidenceRejection> {
    match pieces.get(exhibit) {
        Some(Piece::Leaf(leaf)) => leaf
            .verify(trust)
            .map_err(|source| EvidenceRejection::Leaf { exhibit, source }),
        Some(Piece::Note(_) | Piece::Consistency(_)) | None => {
            Err(EvidenceRejection::OtherExhibit { exhibit, claim })
        }
    }
}

fn describe(checkpoint: &Checkpoint) -> String {
    let (size, root) = (checkpoint.size, checkpoint.root);
    format!("a checkpoint of size {size} with root {root}, signed by the log")
}

fn two_roots(claim: Claim, pieces: &[Piece], trust: &Trust) -> Result<Found, EvidenceRejection> {
    let first = note(claim, pieces, 0, trust)?;
    let second = note(claim, pieces, 1, trust)?;
    if first.size != second.size || first.root == second.root {
        return Err(EvidenceRejection::NoContradiction(claim));
    }
    Ok(Found {
        says: format!("signed two different trees of size {}", first.size),
        exhibits: vec![describe(&first), describe(&second)],
        places: first.size.get().checked_sub(1).into_iter().collect(),
    })
}

fn no_consistency(
    claim: Claim,
    pieces: &[Piece],
    trust: &Trust,
) -> Result<Found, EvidenceRejection> {
    let old = note(claim, pieces, 0, trust)?;
    let new = note(claim, pieces, 1, trust)?;
    let Some(Piece::Consistency(shown)) = pieces.get(2) else {
        return Err(EvidenceRejection::OtherExhibit { exhibit: 2, claim });
    };
    let Consistency {
        old: old_size,
        new: new_size,
        old_root,
        proof,
    } = shown;
    if (*old_size, *new_size) != (old.size, new.size) || old.size >= new.size {
        return Err(EvidenceRejection::NoContradiction(claim));
    }
    proof
        .verify(old.size, old_root, new.size, &new.root)
        .map_err(EvidenceRejection::Consistency)?;
    if *old_root == old.root {
        return Err(EvidenceRejection::NoContradiction(claim));
    }
    let (small, large) = (old.size, new.size);
    Ok(Found {
        says: format!(
            "signed a tree of size {large} that does not begin with its tree of size {small}: entries below {small} were changed, moved or removed"
        ),
        exhibits: vec![
            describe(&old),
            describe(&new),
            format!("proof that the tree of size {large} has root {old_root} at size {small}"),
        ],
        places: small.get().checked_sub(1).into_iter().collect(),
    })
}

fn misplaced(claim: Claim, pieces: &[Piece], trust: &Trust) -> Result<Found, EvidenceRejection> {
    let shown = leaf(claim, pieces, 0, trust)?;
    let stated = shown.facts.as_ref().map(|facts| facts.seq.get());
    match stated.filter(|stated| *stated != shown.index) {
        Some(stated) => Ok(Found {
            says: format!(
                "signed a tree that has at sequence {} an entry of sequence {stated}",
                shown.index
            ),
            exhibits: vec![shown.describe()],
            places: vec![shown.index],
        }),
        None => Err(EvidenceRejection::NoContradiction(claim)),
    }
}

fn two_leaves(claim: Claim, pieces: &[Piece], trust: &Trust) -> Result<Found, EvidenceRejection> {
    let (first, second) = (
        leaf(claim, pieces, 0, trust)?,
        leaf(claim, pieces, 1, trust)?,
    );
    let says =
        contradiction(claim, &first, &second).ok_or(EvidenceRejection::NoContradiction(claim))?;
    Ok(Found {
        says,
        exhibits: vec![first.describe(), second.describe()],
        places: vec![first.index, second.index],
    })
}

/// Which lie of this sort two leaves show, the first of which doesn't stand behind the second.
pub(crate) fn contradiction(claim: Claim, first: &Shown<'_>, second: &Shown<'_>) -> Option<String> {
    let (early, late) = (first.index, second.index);
    if claim == Claim::TwoEntries {
        let differ = early == late && first.leaf.bytes() != second.leaf.bytes();
        return differ.then(|| format!("has two different entries at sequence {early}"));
    }
    let (ahead, behind) = (first.facts.as_ref()?, second.facts.as_ref()?);
    let hash = first.hash;
    if early >= late {
        return None;
    }
    if claim == Claim::TimeBackwards {
        let (earlier, later) = (ahead.time, behind.time);
        return (earlier > later).then(|| format!("recorded entry {late} at {later}, before entry {early} ahead of it, recorded at {earlier}"));
    }
    if claim == Claim::Chain {
        let broken = early + 1 == late && behind.prev != hash;
        return broken.then(|| format!("has at sequence {late} an entry that does not follow the one at sequence {early}: it carries {}", behind.prev));
    }
    let forked = ahead.forked_dossier(hash, behind)?;
    (claim == Claim::Dossier).then(|| {
        format!("tells two stories of the dossier {forked}: in entry {early} and in entry {late}")
    })
}
