//! Deciding whether a checkpoint meets a policy.

use super::{Definition, TrustPolicy, Witness};
use crate::checkpoint::{Checkpoint, CheckpointError, Origin};
use crate::note::{Note, NoteRejection, PosixSeconds, VerifiedSignature};

/// A checkpoint that a policy trusts, and the witnesses that vouch for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trusted<'p> {
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// All witnesses of the policy that cosigned it, in or out of the quorum, with the latest time that each states.
    pub cosigned: Vec<(&'p Witness, PosixSeconds)>,
}

/// Why a policy does not trust a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyRejection {
    /// None of the policy's logs has this origin.
    #[error("the policy has no log {0}")]
    UnknownLog(Origin),
    /// The log has not signed, or its or a witness's signature is wrong.
    #[error("the signatures are not accepted")]
    Signature(#[source] NoteRejection),
    /// Too few witnesses have cosigned.
    #[error("quorum {quorum} is not met by {cosigned} cosigning witnesses")]
    Quorum {
        /// Name of the quorum.
        quorum: String,
        /// How many witnesses of the policy cosigned.
        cosigned: usize,
    },
}

/// Why a note is not a trusted checkpoint: it is none, or it is not trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustedError {
    /// The note's text is no checkpoint.
    #[error(transparent)]
    Malformed(#[from] CheckpointError),
    /// The policy does not trust it.
    #[error(transparent)]
    Rejected(#[from] PolicyRejection),
}

impl TrustPolicy {
    /// Whether a note is a checkpoint to trust: its origin is the name of a log in the policy, a key of that log
    /// signed it, every signature that names a key of that log or of a witness verifies, and the quorum cosigned.
    /// Signatures by anybody else are ignored.
    pub fn evaluate(&self, note: &Note) -> Result<Trusted<'_>, TrustedError> {
        let checkpoint = Checkpoint::parse(note.text())?;
        let origin = &checkpoint.origin;
        let log_keys = self.logs().iter().map(|log| log.key());
        let log_keys = log_keys.filter(|key| key.name() == origin);
        if log_keys.clone().next().is_none() {
            return Err(PolicyRejection::UnknownLog(origin.clone()).into());
        }
        note.verify(log_keys).map_err(PolicyRejection::Signature)?;
        let verified = match note.verify(self.witnesses().map(Witness::key)) {
            Ok(verified) => verified,
            Err(NoteRejection::NoKnownSignature) => Vec::new(),
            Err(bad @ NoteRejection::BadSignature { .. }) => {
                return Err(PolicyRejection::Signature(bad).into());
            }
        };
        let cosigned: Vec<_> = self
            .witnesses()
            .filter_map(|witness| Some((witness, latest(witness, &verified)?)))
            .collect();
        if let Some(quorum) = self.quorum
            && !self.agrees(&cosigned)[quorum]
        {
            return Err(TrustedError::Rejected(PolicyRejection::Quorum {
                quorum: self.definitions[quorum].name().to_owned(),
                cosigned: cosigned.len(),
            }));
        }
        Ok(Trusted {
            checkpoint,
            cosigned,
        })
    }

    /// For each definition whether it agrees. Members stand before their group, so one pass in order is enough.
    fn agrees(&self, cosigned: &[(&Witness, PosixSeconds)]) -> Vec<bool> {
        let mut agrees = Vec::with_capacity(self.definitions.len());
        for definition in &self.definitions {
            let agreed = match definition {
                Definition::Witness(witness) => cosigned.iter().any(|(by, _)| *by == witness),
                Definition::Group(group) => {
                    let members = group.members.iter().filter(|member| agrees[**member]);
                    members.count() >= group.threshold
                }
            };
            agrees.push(agreed);
        }
        agrees
    }
}

fn latest(witness: &Witness, verified: &[VerifiedSignature<'_>]) -> Option<PosixSeconds> {
    let own = verified
        .iter()
        .filter(|signature| signature.key == witness.key());
    own.filter_map(|signature| signature.time).max()
}
