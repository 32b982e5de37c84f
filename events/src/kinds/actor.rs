//! Payloads about actors, their roles and keys.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::common::{Code, Document, closed};
use crate::deadline::ClassName;
use crate::hash::PublicKey;
use crate::id::Id;
use crate::instant::{Date, Timestamp};
use crate::text::{Listed, Name, Summary};

closed! {
    /// What an actor is.
    ActorKind {
        /// A human being.
        Person = "person",
        /// A part of an organisation that signs as such.
        Unit = "unit",
        /// A program.
        Service = "service",
    }
}

closed! {
    /// Why a key was revoked.
    RevocationReason {
        /// Someone else may have it.
        Compromise = "compromise",
        /// Another key took its place.
        Superseded = "superseded",
        /// The actor no longer acts.
        CessationOfRole = "cessation_of_role",
        /// The actor no longer has it.
        Lost = "lost",
        /// Its algorithm is no longer trusted.
        AlgorithmDeprecated = "algorithm_deprecated",
        /// Another reason of order.
        Administrative = "administrative",
    }
}

/// Someone may sign from now on. The new key signs too, in the role `incoming_key`: proof of possession.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActorEnrolled {
    /// How the actor is called in public; a pseudonym will do.
    pub name: Name,
    /// What the actor is.
    pub actor_kind: ActorKind,
    /// Whom the actor signs for.
    pub organisation: Option<Id>,
    /// The first key.
    pub key: PublicKey,
    /// The last day on which the key signs.
    pub key_expires: Option<Date>,
}

/// About what a role lets its holder speak: things of these classes, and products in these fields of application. Only
/// what a statement is about counts, not what it concerns besides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Scope {
    /// Classes of subjects, all of each.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub classes: Listed<ClassName, 16>,
    /// Products in at least one of these fields; codes of the rulebook's list `application_field`.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub fields: Listed<Code, 32>,
}

/// The actor has a role. Granted again, it holds as it was granted last.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoleGranted {
    /// Which; the rulebook lists them.
    pub role: Code,
    /// First day; at once if absent.
    pub from: Option<Date>,
    /// Last day; until withdrawn if absent.
    pub until: Option<Date>,
    /// About what it lets him speak; about everything that the role may say if absent.
    pub scope: Option<Scope>,
    /// The letter of appointment.
    pub instrument: Option<Document>,
}

/// The actor no longer has the role: administrators take it away, he gives it up, or who lent it takes it back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoleWithdrawn {
    /// Which.
    pub role: Code,
    /// Why.
    pub reason: Summary,
}

/// The actor signs with a new key. Both sign: the old one as `self` (or two administrators, if it is lost), the new one as
/// `incoming_key`.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KeyRotated {
    /// The new key.
    pub key: PublicKey,
    /// The last day on which it signs.
    pub key_expires: Option<Date>,
}

/// A key signs nothing more. A key that is revoked already may be revoked again to say that it was compromised earlier.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KeyRevoked {
    /// Which.
    pub key: PublicKey,
    /// Why.
    pub reason: RevocationReason,
    /// What it signed from then on is suspect; it stays on the ledger. Needed where the reason is `compromise`.
    pub compromised_since: Option<Timestamp>,
}
