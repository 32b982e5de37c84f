//! Who may sign: actors, their keys and roles, and the organisations for which they sign.

mod actors;
mod keys;
mod numbers;
mod organisations;
mod roles;
mod scope;
mod suspicion;

use std::collections::BTreeMap;

use cinnabar_events::kinds::Scope;
use cinnabar_events::{Code, Date, Id, PublicKey, Sequence, Timestamp};
use serde::{Deserialize, Serialize};

use crate::case::{Case, Check};
use crate::clause::clauses;
use crate::deadline::LEDGER_ACTOR;
use crate::deadline::clock::local_date;
use crate::life_cycle::life_cycle;
use crate::records::{Records, Term};

pub(crate) use actors::administrators;
pub(crate) use keys::fresh_key;
pub(crate) use organisations::heir;
pub(crate) use organisations::product_lives;
pub(crate) use scope::within;
pub use suspicion::{Suspicion, suspect};

clauses! {
    LEDGER_ITSELF = "actor.ledger_itself" {
        says: "the ledger itself is nobody who can be suspended or given roles and keys",
        accepted: "another actor",
        source: "",
    }
    LAST_ADMINISTRATORS = "role.last_administrators" {
        says: "too few administrators would remain to grant roles",
        accepted: "grant institution_admin to somebody else first",
        source: "",
    }
    SELF_GRANT = "role.self_grant" {
        says: "nobody grants or lends a role to himself",
        accepted: "signers other than the one who gets the role",
        source: "",
    }
    NO_SUCH_ROLE = "role.unknown" {
        says: "the rulebook has no such role",
        accepted: "a role that the rulebook in force lists",
        source: "",
    }
    EXCLUDED_ROLE = "role.excluded" {
        says: "the actor holds a role that excludes this one",
        accepted: "withdraw the other role first, or choose somebody else",
        source: "",
    }
    ROLE_NOT_HELD = "role.not_held" {
        says: "the actor does not hold the role",
        accepted: "a role that the actor holds",
        source: "",
    }
    NOT_LENT_BY = "role.not_lent_by" {
        says: "a role is taken away by administrators, given up by its holder, or taken back by who lent it",
        accepted: "sign as institution_admin, as self, or in the role that you lent",
        source: "",
    }
    OUT_OF_SCOPE = "role.out_of_scope" {
        says: "the role lets the actor speak about other things than this",
        accepted: "a signer whose role has no scope, or one that this lies in",
        source: "",
    }
    EMPTY_SCOPE = "role.empty_scope" {
        says: "a scope names nothing, so that the role could say nothing",
        accepted: "at least one class or field of application, or no scope",
        source: "",
    }
    LENDER_ALONE = "role.lender_alone" {
        says: "a role is lent by one who holds it, signing alone and in that role",
        accepted: "one signer, in the role that is lent",
        source: "",
    }
    LENT_ON = "role.lent_on" {
        says: "what was lent is not lent on",
        accepted: "a role that the lender was granted himself",
        source: "",
    }
    LENT_OUTSIDE = "role.lent_outside" {
        says: "a role is lent within an organisation",
        accepted: "an actor of the lender's own organisation",
        source: "",
    }
    HELD_ALREADY = "role.held_already" {
        says: "the actor holds the role already",
        accepted: "an actor who does not hold it, or wait until his term is over",
        source: "",
    }
    LENT_TOO_LONG = "role.lent_too_long" {
        says: "a role is lent for a shorter time than that",
        accepted: "a last day within delegation_days_max days of the first",
        source: "",
    }
    LOAN_ENDED = "role.loan_ended" {
        says: "the role was lent by somebody who is suspended, or no longer holds it as he did",
        accepted: "a role of one's own, or a new loan",
        source: "",
    }
    ONE_POWER = "role.one_power" {
        says: "one power signs once: not the lender and who has it from him, nor two who have it from him",
        accepted: "signers whose roles come from different people",
        source: "",
    }
    NOT_THEIR_KEY = "key.not_theirs" {
        says: "the key is not a key of this actor, or is revoked already, at least as early",
        accepted: "a key of this actor; a revoked one only to say that it was compromised earlier",
        source: "Electronic Signature Law Art. 15",
    }
    SINCE_WHEN = "key.since_when" {
        says: "who revokes a compromised key says since when, and that is not in the future",
        accepted: "compromisedSince, at the latest now; the earliest moment that is possible",
        source: "Electronic Signature Law Art. 15",
    }
    LOST_KEY = "key.lost" {
        says: "without the old key's signature, several other administrators vouch for the new one",
        accepted: "sign as self with the old key, or as many administrators as lost_key_administrators says",
        source: "Electronic Signature Law Art. 13",
    }
    TERM = "content.term" {
        says: "the last day lies before the first, or has passed",
        accepted: "a last day on or after the first, and not before today",
        source: "",
    }
    USCC = "content.uscc" {
        says: "the unified social credit code has a wrong check character",
        accepted: "18 characters, the last of them the check character of the others",
        source: "GB 32100-2015",
    }
    LEI = "content.lei" {
        says: "the legal entity identifier has wrong check digits",
        accepted: "20 characters, the last two of them the check digits of the others",
        source: "ISO 17442",
    }
    NOTHING_NEW = "organisation.no_change" {
        says: "the statement changes nothing",
        accepted: "at least one fact that is new, changed or removed",
        source: "",
    }
    OWN_NUMBERS = "organisation.own_numbers" {
        says: "numbers of an organisation are entered by the institution, which has checked them",
        accepted: "an update without numbers, or one by the registrar",
        source: "",
    }
    ENDED = "organisation.ended" {
        says: "the organisation has ended",
        accepted: "an organisation that is there; for one that became part of another, that other",
        source: "",
    }
    NO_SUCCESSOR = "organisation.no_successor" {
        says: "what became part of another, or has products that may be offered, names who goes on with them",
        accepted: "into, the id of a registered organisation; or end its products first",
        source: "",
    }
}

life_cycle! {
    /// Whether an actor may sign.
    ActorStatus of Actor {
        /// It may.
        Active = "active",
        /// It may not, until it is restored.
        Suspended = "suspended",
    }
    starts { ActorEnrolled => Active }
    Active {
        ActorSuspended => Suspended, RoleGranted => Active, RoleDelegated => Active, RoleWithdrawn => Active,
        KeyRotated => Active, KeyRevoked => Active
    }
    Suspended { ActorRestored => Active, RoleWithdrawn => Suspended, KeyRevoked => Suspended }
}

life_cycle! {
    /// Whether an organisation is there.
    OrganisationStatus of Organisation {
        /// It is.
        Registered = "registered",
        /// It is gone, or part of another.
        Ended = "ended",
    }
    starts { OrganisationRegistered => Registered }
    Registered { OrganisationUpdated => Registered, OrganisationEnded => Ended }
}

/// An actor: who it is, which key and roles it has. As many roles as the rulebooks had, each once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActorRecord {
    /// Whether it may sign.
    pub status: ActorStatus,
    /// Whom it signs for.
    pub organisation: Option<Id>,
    /// The key it signs with; none after a revocation, until another one comes.
    pub key: Option<PublicKey>,
    /// Its roles.
    pub roles: BTreeMap<Code, Held>,
}

/// How an actor holds a role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Held {
    /// From when to when.
    pub term: Term,
    /// About what it lets him speak; about everything if absent.
    pub scope: Option<Scope>,
    /// Which entry gave it.
    pub since: Sequence,
    /// Who lent it; none if it was granted.
    pub lent_by: Option<Id>,
}

impl Held {
    /// A role granted by the entry at `since`, without limits.
    pub fn granted(since: Sequence) -> Self {
        Self {
            term: Term::default(),
            scope: None,
            since,
            lent_by: None,
        }
    }
}

impl ActorRecord {
    pub(crate) fn new(
        organisation: Option<Id>,
        key: PublicKey,
        roles: BTreeMap<Code, Held>,
    ) -> Self {
        Self {
            status: ActorStatus::Active,
            organisation,
            key: Some(key),
            roles,
        }
    }

    /// How it holds `role` at `now`, whether or not it may sign.
    pub fn holds(&self, role: &str, now: Timestamp) -> Option<&Held> {
        let mut roles = self.roles.iter();
        let held = roles.find(|(held, _)| held.as_str() == role);
        held.map(|(_, held)| held)
            .filter(|held| held.term.covers(now))
    }
}

/// A key's life.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeyRecord {
    /// Whose.
    pub actor: Id,
    /// Last day on which it signs.
    pub expires: Option<Date>,
    /// Where another key took its place.
    pub replaced: Option<Sequence>,
    /// Where it was first revoked.
    pub revoked: Option<Sequence>,
    /// Since when what it signed is suspect: the earliest moment that a revocation gave.
    pub compromised_since: Option<Timestamp>,
}

/// An organisation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrganisationRecord {
    /// Whether it is there.
    pub status: OrganisationStatus,
    /// Where it was registered.
    pub registered: Sequence,
    /// How many of its products may be offered or rest: authorised, disclosed or suspended.
    pub live_products: u32,
    /// Who goes on with what it had.
    pub into: Option<Id>,
}

impl OrganisationRecord {
    /// An organisation just registered.
    pub fn registered(sequence: Sequence) -> Self {
        Self {
            status: OrganisationStatus::Registered,
            registered: sequence,
            live_products: 0,
            into: None,
        }
    }
}

/// The statement is about an actor, and not about the one that the ledger itself is: its key is the ledger's.
fn not_the_ledger<R: Records>(case: &Case<'_, R>) -> Check<R, ActorRecord> {
    let record = case.own()?;
    if case.id().as_str() == LEDGER_ACTOR {
        return Err(LEDGER_ITSELF.into());
    }
    Ok(record)
}

/// A term ends after it begins and not before today.
fn term_ahead<R: Records>(case: &Case<'_, R>, from: Option<Date>, until: Option<Date>) -> Check<R> {
    let backwards = matches!((from, until), (Some(from), Some(until)) if until < from);
    let passed = until.is_some_and(|until| until < local_date(case.now));
    if backwards || passed {
        return Err(TERM.into());
    }
    Ok(())
}
