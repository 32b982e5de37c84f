//! The rules say no.

use cinnabar_events::kinds::Code;
use cinnabar_events::{Id, Kind, PublicKey, Revision, Sequence, Subject, Timestamp};

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
        needed: &'static str,
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
    /// A rule on what the payload says, in words.
    #[error("{0}")]
    Content(Content),
}

/// A rule on what a payload says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Content {
    /// `product.submitted`, `approval.granted`.
    #[error("a route must be given")]
    RouteMissing,
    /// `product.accepted`.
    #[error("a risk tier must be given")]
    TierMissing,
    /// `trialMode` or `mode` without route `trial`, or the other way round.
    #[error("a trial, and only a trial, says how the product is tried out")]
    TrialMode,
    /// Art. 44.
    #[error(
        "a trial is for products outside national security, public interest and personal safety (Art. 44)"
    )]
    ExcludedDomain,
    /// Art. 44.
    #[error("a trial needs an international standard that the product meets (Art. 44)")]
    StandardMissing,
    /// Art. 44.
    #[error("a trial is for low risk only (Art. 44)")]
    TrialNotLowRisk,
    /// Art. 72.
    #[error("a prohibited product can not be approved (Art. 72)")]
    Prohibited,
    /// A trial without an end.
    #[error("a trial must expire, after today and after it starts")]
    Expiry,
    /// Not the way that was applied for.
    #[error("the approval must follow the route that was applied for")]
    OtherRoute,
    /// Neither or both of product and unregistered system.
    #[error("an incident is about a registered product or an unregistered system, one of the two")]
    OneSystem,
    /// `aware` after the ledger's clock.
    #[error("nobody can be aware of it already in the future")]
    AwareAhead,
    /// Granting a role to oneself.
    #[error("nobody grants a role to himself")]
    SelfGrant,
    /// A role that the rulebook doesn't list.
    #[error("the rulebook has no such role")]
    NoSuchRole,
    /// Roles that exclude each other.
    #[error("the actor holds a role that excludes this one")]
    ExcludedRole,
    /// Withdrawing a role that isn't held.
    #[error("the actor does not hold the role")]
    RoleNotHeld,
    /// Revoking a key that isn't the actor's, or twice.
    #[error("the key is not a key of this actor, or is revoked already")]
    NotTheirKey,
    /// The last day lies before the first.
    #[error("the last day lies before the first")]
    Term,
    /// The check character of a USCC.
    #[error("the unified social credit code has a wrong check character (GB 32100-2015)")]
    Uscc,
    /// A genesis whose founders don't sign in the number it asks for.
    #[error(
        "the genesis must be signed by at least threshold founders, as founders, and by nobody else"
    )]
    Threshold,
    /// An update that changes nothing.
    #[error("the statement changes nothing")]
    NoChange,
    /// An organisation named in the payload.
    #[error("the names of removed facts must be facts that exist")]
    NoSuchFact,
}

impl Rejection {
    /// Stable code for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Genesis => "ledger.genesis",
            Self::OtherLedger(_) => "ledger.other",
            Self::UnknownEngine(_) => "ledger.engine",
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
            Self::Content(content) => content.code(),
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
            | Self::Content(_) => None,
        }
    }
}

impl Content {
    /// Stable code for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::RouteMissing => "content.route_missing",
            Self::TierMissing => "content.tier_missing",
            Self::TrialMode => "content.trial_mode",
            Self::ExcludedDomain => "content.excluded_domain",
            Self::StandardMissing => "content.standard_missing",
            Self::TrialNotLowRisk => "content.trial_not_low_risk",
            Self::Prohibited => "content.prohibited",
            Self::Expiry => "content.expiry",
            Self::OtherRoute => "content.other_route",
            Self::OneSystem => "content.one_system",
            Self::AwareAhead => "content.aware_ahead",
            Self::SelfGrant => "role.self_grant",
            Self::NoSuchRole => "role.unknown",
            Self::ExcludedRole => "role.excluded",
            Self::RoleNotHeld => "role.not_held",
            Self::NotTheirKey => "key.not_theirs",
            Self::Term => "content.term",
            Self::Uscc => "content.uscc",
            Self::Threshold => "ledger.threshold",
            Self::NoChange => "content.no_change",
            Self::NoSuchFact => "content.no_such_fact",
        }
    }
}
