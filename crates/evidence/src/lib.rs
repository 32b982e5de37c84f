#![doc = include_str!("../README.md")]

mod bundle;
mod claim;
mod denounce;
mod dossier;
mod dsse;
mod evidence;
mod json;
mod leaf;
mod outcome;
mod piece;
mod ranges;
mod reasons;
mod trust;

pub use bundle::{
    Bundle, BundleFault, BundleRejection, Decision, KeyState, MAX_BUNDLE_BYTES, MAX_BUNDLE_ENTRIES,
    ShownSigner, Suspect,
};
pub use claim::{Claim, EvidenceRejection, Proven};
pub use denounce::{
    Compared, DenounceError, Exhibit, InvalidExhibit, Leaves, Lines, Missing, NotAnExhibit, Pass,
    Place, Unreadable, Verdict, denounce,
};
pub use dossier::{
    CompleteDossier, DossierFault, DossierParts, DossierProof, DossierRejection, MAX_DOSSIER_BYTES,
    MAX_DOSSIER_ENTRIES, MAX_TAIL,
};
pub use dsse::{Envelope, MAX_ENVELOPE_BYTES, NotAnEnvelope, envelope};
pub use evidence::{Evidence, MAX_EVIDENCE_BYTES, MAX_EXHIBITS};
pub use json::Malformed;
pub use leaf::{LeafRejection, ProvenLeaf};
pub use outcome::{Comparison, Outcome, compare, verify_bundle, verify_dossier, verify_evidence};
pub use piece::Consistency;
pub use trust::{Cosigned, MAX_LOG_KEYS, Trust, TrustError};
