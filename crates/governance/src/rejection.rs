//! The rules say no.

use crate::clause::Clause;
use cinnabar_events::kinds::Code;
use cinnabar_events::{ChapterDigest, Id, Kind, PublicKey, Revision, Sequence, Subject, Timestamp};

/// Why a statement may not be said now. Variants stand in the order in which the rules are checked:
/// the first that applies is the answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// There is a ledger already, or none yet.
    #[error("a ledger starts with one ledger.opened and has no other")]
    Genesis,
    /// Signed for another ledger.
    #[error("the statement is for another ledger than {0}")]
    OtherLedger(String),
    /// The rulebook asks for an engine that this release doesn't have.
    #[error("the rulebook asks for rules engine {0}, which this release does not have")]
    UnknownEngine(u32),
    /// The rulebook isn't there yet.
    #[error("the rulebook is not complete: chapter {0} must be deposited first")]
    RulebookIncomplete(ChapterDigest),
    /// This very statement is recorded already.
    #[error("this statement is recorded already, at sequence {0}")]
    AlreadyRecorded(Sequence),
    /// The first signer used this id for another statement.
    #[error("this id is taken by another statement, at sequence {0}")]
    IdTaken(Sequence),
    /// It claims to have happened in the future.
    #[error("occurred lies more than five minutes ahead of the ledger's clock, which says {0}")]
    OccurredAhead(Timestamp),
    /// Nobody known signs.
    #[error("actor {0} is not enrolled")]
    UnknownActor(Id),
    /// A signature by a key that belongs to no signer.
    #[error("key {0} belongs to none of the signers")]
    ForeignKey(PublicKey),
    /// The key was revoked.
    #[error("key {0} was revoked at sequence {1}")]
    KeyRevoked(PublicKey, Sequence),
    /// Another key took its place.
    #[error("key {0} was replaced at sequence {1}")]
    KeyReplaced(PublicKey, Sequence),
    /// The key's last day has passed.
    #[error("key {0} has expired")]
    KeyExpired(PublicKey),
    /// A signer has no signature.
    #[error("no signature by a key of {0}")]
    SignerUnsigned(Id),
    /// An actor stands twice among the signers.
    #[error("{0} signs twice; quorums count actors")]
    SignerTwice(Id),
    /// The key belongs to somebody already.
    #[error("key {0} is or was somebody's already")]
    KeyTaken(PublicKey),
    /// The actor was suspended.
    #[error("{0} is suspended and signs nothing")]
    Suspended(Id),
    /// Only the ledger itself says so, and only when it is true.
    #[error("the ledger says this by itself when it is due; it is not due now")]
    NotDue,
    /// The signer doesn't hold the role.
    #[error("{actor} does not hold the role {role} now")]
    RoleMissing {
        /// Who.
        actor: Id,
        /// Which.
        role: Code,
    },
    /// The signer speaks for an organisation that isn't its own, or doesn't say for which.
    #[error("{0} does not speak for that organisation")]
    NotForOrganisation(Id),
    /// The role may not say this.
    #[error("role {role} may not say {kind}")]
    RoleNotAllowed {
        /// Which.
        role: Code,
        /// What.
        kind: Kind,
    },
    /// Too few signers in the right roles.
    #[error("{kind} needs {needed} signers in its roles, there are {found}")]
    Quorum {
        /// What.
        kind: Kind,
        /// How many must sign.
        needed: u8,
        /// How many do.
        found: usize,
    },
    /// A role that must sign beside the others doesn't, or more than once.
    #[error("{kind} needs exactly one signer as {role}")]
    With {
        /// What.
        kind: Kind,
        /// Which role.
        role: Code,
    },
    /// Only history taken over may be signed by the migrator, and only by the migrator.
    #[error("history is taken over by the migrator alone, and nothing else is")]
    Migration,
    /// The actors saw another revision.
    #[error("expected revision {expected} of {subject}, it is {found}")]
    Stale {
        /// Of which dossier.
        subject: Subject,
        /// What they saw.
        expected: Revision,
        /// What it is.
        found: Revision,
    },
    /// The subject exists already.
    #[error("{0} exists already")]
    Exists(Subject),
    /// There is no such thing.
    #[error("{0} is not known")]
    Unknown(Subject),
    /// A thing named in the payload doesn't stand among `concerns`.
    #[error("{0} must stand among concerns")]
    NotConcerned(Subject),
    /// A code that isn't in the rulebook's list.
    #[error("{code} is not in the vocabulary {vocabulary}")]
    UnknownCode {
        /// Which list.
        vocabulary: &'static str,
        /// Which code.
        code: Code,
    },
    /// The subject's state doesn't allow it.
    #[error("{subject} is {state}; {kind} needs it to be {needed}")]
    State {
        /// What.
        kind: Kind,
        /// About what.
        subject: Subject,
        /// As it is.
        state: &'static str,
        /// As it would have to be.
        needed: Box<str>,
    },
    /// Someone who took an earlier part may not take this one.
    #[error("{actor} said {earlier} about this and may not say {kind}")]
    SamePerson {
        /// Who.
        actor: Id,
        /// What was said.
        earlier: Kind,
        /// What may not be.
        kind: Kind,
    },
    /// The official number was given before.
    #[error("number {0} was given to something else")]
    NumberTaken(String),
    /// A rule on what the statement says or on the state of things.
    #[error("{}{}", .clause.says, detail(.found))]
    Clause {
        /// Which.
        clause: &'static Clause,
        /// What there is instead, where that helps.
        found: Option<Box<str>>,
    },
}

fn detail(found: &Option<Box<str>>) -> String {
    found
        .as_ref()
        .map_or_else(String::new, |found| format!(": {found}"))
}

impl From<&'static Clause> for Rejection {
    fn from(clause: &'static Clause) -> Self {
        Self::Clause {
            clause,
            found: None,
        }
    }
}

impl Clause {
    /// The rejection by this clause, with what there is instead.
    pub(crate) fn found(&'static self, found: impl Into<Box<str>>) -> Rejection {
        Rejection::Clause {
            clause: self,
            found: Some(found.into()),
        }
    }
}

impl Rejection {
    /// Stable code for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Genesis => "ledger.genesis",
            Self::OtherLedger(_) => "ledger.other",
            Self::UnknownEngine(_) => "ledger.engine",
            Self::RulebookIncomplete(_) => "rulebook.incomplete",
            Self::Suspended(_) => "signer.suspended",
            Self::NotDue => "ledger.not_due",
            Self::AlreadyRecorded(_) => "statement.recorded",
            Self::IdTaken(_) => "statement.id_taken",
            Self::OccurredAhead(_) => "statement.occurred_ahead",
            Self::UnknownActor(_) => "signer.unknown",
            Self::ForeignKey(_) => "key.foreign",
            Self::KeyRevoked(..) => "key.revoked",
            Self::KeyReplaced(..) => "key.replaced",
            Self::KeyExpired(_) => "key.expired",
            Self::SignerUnsigned(_) => "signer.unsigned",
            Self::SignerTwice(_) => "signer.twice",
            Self::KeyTaken(_) => "key.taken",
            Self::RoleMissing { .. } => "role.missing",
            Self::NotForOrganisation(_) => "role.other_organisation",
            Self::RoleNotAllowed { .. } => "role.not_allowed",
            Self::Quorum { .. } => "role.quorum",
            Self::With { .. } => "role.with",
            Self::Migration => "migration.not_allowed",
            Self::Stale { .. } => "subject.stale",
            Self::Exists(_) => "subject.exists",
            Self::Unknown(_) => "subject.unknown",
            Self::NotConcerned(_) => "subject.not_concerned",
            Self::UnknownCode { .. } => "content.unknown_code",
            Self::State { .. } => "subject.state",
            Self::SamePerson { .. } => "separation.same_person",
            Self::NumberTaken(_) => "number.taken",
            Self::Clause { clause, .. } => clause.code,
        }
    }

    /// The earlier entry that a conflict is with.
    pub const fn earlier(&self) -> Option<Sequence> {
        match self {
            Self::AlreadyRecorded(sequence)
            | Self::IdTaken(sequence)
            | Self::KeyRevoked(_, sequence)
            | Self::KeyReplaced(_, sequence) => Some(*sequence),
            Self::Genesis
            | Self::OtherLedger(_)
            | Self::UnknownEngine(_)
            | Self::OccurredAhead(_)
            | Self::UnknownActor(_)
            | Self::ForeignKey(_)
            | Self::KeyExpired(_)
            | Self::SignerUnsigned(_)
            | Self::SignerTwice(_)
            | Self::KeyTaken(_)
            | Self::RoleMissing { .. }
            | Self::NotForOrganisation(_)
            | Self::RoleNotAllowed { .. }
            | Self::Quorum { .. }
            | Self::With { .. }
            | Self::Migration
            | Self::Stale { .. }
            | Self::Exists(_)
            | Self::Unknown(_)
            | Self::NotConcerned(_)
            | Self::UnknownCode { .. }
            | Self::State { .. }
            | Self::SamePerson { .. }
            | Self::NumberTaken(_)
            | Self::Clause { .. }
            | Self::NotDue
            | Self::RulebookIncomplete(_)
            | Self::Suspended(_) => None,
        }
    }
}
