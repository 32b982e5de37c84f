//! What a rejection by the rules is called in a report.

use cinnabar_governance::Rejection;

use crate::finding::Check;

/// What was expected where the rules reject, and what the rejection means.
pub(crate) const fn told(check: Check) -> (&'static str, &'static str) {
    match check {
        Check::Id => (
            "an id that its signer has not used before",
            "a statement is recorded at most once",
        ),
        Check::Key => (
            "keys of the signers, valid at this point",
            "the signatures are not those of the people who are said to have signed",
        ),
        Check::Framing
        | Check::Canonical
        | Check::Form
        | Check::Kind
        | Check::Sequence
        | Check::Chain
        | Check::Dossier
        | Check::Size
        | Check::Root
        | Check::Tile
        | Check::Checkpoint
        | Check::Fork
        | Check::Quorum
        | Check::Genesis
        | Check::Ledger
        | Check::Signature
        | Check::Time
        | Check::Dossiers
        | Check::Rules
        | Check::Views
        | Check::Vault
        | Check::Timestamp => (
            "a statement that the rules of its time admit",
            "the ledger recorded what it should have refused",
        ),
    }
}

/// Which check a rejection belongs to.
pub(crate) fn check_of(rejection: &Rejection) -> Check {
    match rejection {
        Rejection::AlreadyRecorded(_) | Rejection::IdTaken(_) => Check::Id,
        Rejection::UnknownActor(_)
        | Rejection::ForeignKey(_)
        | Rejection::KeyRevoked(..)
        | Rejection::KeyReplaced(..)
        | Rejection::KeyExpired(_)
        | Rejection::SignerUnsigned(_) => Check::Key,
        Rejection::Genesis
        | Rejection::OtherLedger(_)
        | Rejection::UnknownEngine(_)
        | Rejection::OccurredAhead(_)
        | Rejection::SignerTwice(_)
        | Rejection::KeyTaken(_)
        | Rejection::RoleMissing { .. }
        | Rejection::NotForOrganisation(_)
        | Rejection::RoleNotAllowed { .. }
        | Rejection::Quorum { .. }
        | Rejection::With { .. }
        | Rejection::Migration
        | Rejection::Stale { .. }
        | Rejection::Exists(_)
        | Rejection::Unknown(_)
        | Rejection::NotConcerned(_)
        | Rejection::UnknownCode { .. }
        | Rejection::State { .. }
        | Rejection::SamePerson { .. }
        | Rejection::NumberTaken(_)
        | Rejection::RulebookIncomplete(_)
        | Rejection::Suspended(_)
        | Rejection::NotDue
        | Rejection::Clause { .. } => Check::Rules,
    }
}
