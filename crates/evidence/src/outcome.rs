//! From bytes to something that can be printed or written as JSON: what a command line needs.

use std::fmt;

use cinnabar_events::LedgerId;
use serde::Serialize;

use crate::bundle::{Bundle, Decision};
use crate::claim::Proven;
use crate::denounce::{Compared, DenounceError, Exhibit, Missing, Verdict, denounce};
use crate::dossier::{CompleteDossier, DossierProof};
use crate::evidence::Evidence;
use crate::piece::Consistency;
use crate::reasons::Reasons;
use crate::trust::Trust;

/// What became of a file that was to be verified.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase", tag = "outcome")]
pub enum Outcome<T> {
    /// It proves what it claims.
    Verified(T),
    /// It proves nothing to this verifier.
    Rejected {
        /// Why, in a line.
        reason: String,
    },
    /// It is not such a file.
    Malformed {
        /// Why, in a line.
        reason: String,
    },
}

impl<T> Outcome<T> {
    fn rejected(error: &(dyn std::error::Error + 'static)) -> Self {
        let reason = Reasons(error).to_string();
        Self::Rejected { reason }
    }

    fn malformed(error: &(dyn std::error::Error + 'static)) -> Self {
        let reason = Reasons(error).to_string();
        Self::Malformed { reason }
    }

    /// What was verified.
    pub fn verified(&self) -> Option<&T> {
        match self {
            Self::Verified(value) => Some(value),
            Self::Rejected { .. } | Self::Malformed { .. } => None,
        }
    }
}

impl<T: fmt::Display> fmt::Display for Outcome<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Verified(value) => value.fmt(f),
            Self::Rejected { reason } => writeln!(f, "proves nothing: {reason}"),
            Self::Malformed { reason } => writeln!(f, "cannot be read: {reason}"),
        }
    }
}

/// What a comparison came to.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase", tag = "outcome")]
pub enum Comparison {
    /// They agree.
    Agree {
        /// What was compared.
        compared: Vec<Compared>,
    },
    /// The log told two stories.
    Contradiction {
        /// What is proven.
        proven: Proven,
        /// The evidence file.
        #[serde(skip)]
        evidence: Vec<u8>,
    },
    /// Something is missing.
    Undecided {
        /// What to fetch.
        missing: Missing,
        /// What was compared and agrees.
        compared: Vec<Compared>,
    },
    /// An exhibit shows nothing, or can't be read.
    Invalid {
        /// Why, in a line.
        reason: String,
    },
}

impl Comparison {
    /// The bytes of the evidence file, if there is a contradiction.
    pub fn evidence(&self) -> Option<&[u8]> {
        match self {
            Self::Contradiction { evidence, .. } => Some(evidence),
            Self::Agree { .. } | Self::Undecided { .. } | Self::Invalid { .. } => None,
        }
    }

    fn invalid(which: &str, error: &(dyn std::error::Error + 'static)) -> Self {
        let reason = format!("{which}{}", Reasons(error));
        Self::Invalid { reason }
    }
}

impl From<Result<Verdict, DenounceError>> for Comparison {
    fn from(result: Result<Verdict, DenounceError>) -> Self {
        match result {
            Ok(Verdict::Agree { compared }) => Self::Agree { compared },
            Ok(Verdict::Undecided { missing, compared }) => Self::Undecided { missing, compared },
            Ok(Verdict::Contradiction { evidence, proven }) => Self::Contradiction {
                proven,
                evidence: evidence.to_bytes(),
            },
            Err(error) => Self::invalid("", &error),
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let compared = match self {
            Self::Contradiction { proven, .. } => return proven.fmt(f),
            Self::Invalid { reason } => return writeln!(f, "nothing can be said: {reason}"),
            Self::Agree { compared } => {
                writeln!(f, "they agree")?;
                compared
            }
            Self::Undecided { missing, compared } => {
                writeln!(f, "undecided: missing is {missing}")?;
                compared
            }
        };
        compared.iter().try_for_each(|one| writeln!(f, "- {one}"))
    }
}

/// `denounce A B`: compares two receipts, bundles or checkpoints. Whoever has an export calls [`denounce`] and makes a
/// [`Comparison`] of what it answers.
pub fn compare(first: &[u8], second: &[u8], trust: &Trust, known: &[Consistency]) -> Comparison {
    let first = match Exhibit::parse(first) {
        Ok(exhibit) => exhibit,
        Err(error) => return Comparison::invalid("the first file: ", &error),
    };
    let second = match Exhibit::parse(second) {
        Ok(exhibit) => exhibit,
        Err(error) => return Comparison::invalid("the second file: ", &error),
    };
    denounce(&first, &second, trust, known).into()
}

/// `verify evidence FILE`.
pub fn verify_evidence(file: &[u8], trust: &Trust) -> Outcome<Proven> {
    match Evidence::parse(file) {
        Err(error) => Outcome::malformed(&error),
        Ok(evidence) => match evidence.verify(trust) {
            Ok(proven) => Outcome::Verified(proven),
            Err(error) => Outcome::rejected(&error),
        },
    }
}

/// `verify bundle FILE`.
pub fn verify_bundle(file: &[u8], trust: &Trust, ledger: LedgerId) -> Outcome<Decision> {
    match Bundle::parse(file) {
        Err(error) => Outcome::malformed(&error),
        Ok(bundle) => match bundle.verify(trust, ledger) {
            Ok(decision) => Outcome::Verified(decision),
            Err(error) => Outcome::rejected(&error),
        },
    }
}

/// `verify dossier FILE`.
pub fn verify_dossier(file: &[u8], trust: &Trust, ledger: LedgerId) -> Outcome<CompleteDossier> {
    match DossierProof::parse(file) {
        Err(error) => Outcome::malformed(&error),
        Ok(proof) => match proof.verify(trust, ledger) {
            Ok(dossier) => Outcome::Verified(dossier),
            Err(error) => Outcome::rejected(&error),
        },
    }
}
