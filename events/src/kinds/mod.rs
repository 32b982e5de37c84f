//! Every kind of statement, and the payload of each.
//!
//! Adding a kind: a payload struct with its docs in the module of its class, one line in the table
//! below, its schema and its example. The compiler then points at every place that must decide
//! about it; no match over [`Kind`] or [`Payload`] has a wildcard arm.

mod actor;
mod approval;
mod common;
mod incident;
mod ledger;
mod organisation;
mod product;

pub use actor::*;
pub use approval::*;
pub use common::*;
pub use incident::*;
pub use ledger::*;
pub use organisation::*;
pub use product::*;

use crate::canonical::Value;
use crate::decode::{Violation, decode};
use crate::id::Class;
use crate::schema;
use crate::text::Prose;

/// The type of a committed value: prose, unless the table says otherwise (`"/persons": Listed<Name, 16>`).
macro_rules! confidential_value {
    () => {
        Prose
    };
    ($type:ty) => {
        $type
    };
}

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal, $class:ident, confidential [$($pointer:literal $(: $value:ty)?),*];)+) => {
        /// Which fact a statement asserts: `noun.verb`, past tense.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Kind {
            /// Every kind, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The kind as it stands in a statement.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }

            /// The class that the subject of such a statement has.
            pub const fn class(self) -> Class {
                match self { $(Self::$name => Class::$class),+ }
            }

            /// What such a statement says, in a sentence.
            pub const fn summary(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+).trim_ascii()),+ }
            }

            /// JSON pointers, relative to `data`, of the fields that may be given as commitments.
            pub const fn confidential(self) -> &'static [&'static str] {
                match self { $(Self::$name => &[$($pointer),*]),+ }
            }

            /// JSON Schema (2020-12) of the payload: the public contract.
            pub const fn schema(self) -> &'static str {
                match self { $(Self::$name => include_str!(concat!("../../schemas/", $text, ".json"))),+ }
            }

            /// That schema as the payload's type says it, which the file repeats.
            pub fn generated_schema(self) -> String {
                match self { $(Self::$name => schema::text::<$name>(
                    $text, &[$(($pointer, schema::of::<confidential_value!($($value)?)>)),*],
                )),+ }
            }

            /// A payload of this kind with every field, as canonical JSON's readable form.
            pub const fn example(self) -> &'static str {
                match self { $(Self::$name => include_str!(concat!("../../examples/", $text, ".json"))),+ }
            }
        }

        /// A statement's `data`, typed by its kind.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Payload {
            $($(#[doc = $doc])+ $name(Box<$name>),)+
        }

        impl Payload {
            /// The kind that this is the payload of.
            pub const fn kind(&self) -> Kind {
                match self { $(Self::$name(_) => Kind::$name),+ }
            }

            /// Reads the `data` of a statement of kind `kind`.
            ///
            /// # Errors
            /// [`Violation`] with a pointer relative to `data`.
            pub fn decode(kind: Kind, data: &Value<'_>) -> Result<Self, Violation> {
                match kind { $(Kind::$name => decode(data).map(|payload| Self::$name(Box::new(payload)))),+ }
            }

            /// The payload as JSON, for building a statement.
            ///
            /// # Errors
            /// Only what [`serde_json::to_value`] can refuse; none of our payloads does.
            pub fn to_json(&self) -> Result<serde_json::Value, serde_json::Error> {
                match self { $(Self::$name(payload) => serde_json::to_value(payload)),+ }
            }
        }
    };
}

kinds! {
    /// The ledger exists: origin, institution, founding keys, log key, first rulebook.
    LedgerOpened = "ledger.opened", Ledger, confidential [];
    /// Someone may sign from now on, with this key.
    ActorEnrolled = "actor.enrolled", Actor, confidential ["/contact", "/realName"];
    /// The actor has a role, within these dates.
    RoleGranted = "role.granted", Actor, confidential [];
    /// The actor no longer has the role.
    RoleWithdrawn = "role.withdrawn", Actor, confidential [];
    /// The actor signs with a new key; the old one signs nothing more.
    KeyRotated = "key.rotated", Actor, confidential [];
    /// The key signs nothing more; what it signed since it was compromised is suspect.
    KeyRevoked = "key.revoked", Actor, confidential [];
    /// The organisation is known to the institution.
    OrganisationRegistered = "organisation.registered", Organisation, confidential ["/contact", "/legalRepresentative"];
    /// An organisation files a product or service for the register.
    ProductSubmitted = "product.submitted", Product, confidential ["/contactPerson"];
    /// The filing is complete; the product has an official number and a risk tier.
    ProductAccepted = "product.accepted", Product, confidential [];
    /// Facts about the product changed.
    ProductUpdated = "product.updated", Product, confidential [];
    /// The product is no longer offered.
    ProductEnded = "product.ended", Product, confidential [];
    /// The product may be tried out or offered, under conditions.
    ApprovalGranted = "approval.granted", Product, confidential ["/contact"];
    /// The product may not be tried out or offered.
    ApprovalRefused = "approval.refused", Product, confidential [];
    /// The approval rests until further notice.
    ApprovalSuspended = "approval.suspended", Product, confidential [];
    /// The approval holds again.
    ApprovalReinstated = "approval.reinstated", Product, confidential [];
    /// The approval has ended before its time.
    ApprovalRevoked = "approval.revoked", Product, confidential [];
    /// Something went wrong, or nearly, with an AI product or system.
    IncidentReported = "incident.reported", Incident, confidential ["/persons", "/submitter"];
    /// More, or better, is known about the incident.
    IncidentUpdated = "incident.updated", Incident, confidential ["/persons"];
    /// The incident is dealt with.
    IncidentClosed = "incident.closed", Incident, confidential [];
}

/// A kind that this release doesn't know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown kind {0:?}")]
pub struct UnknownKind(pub String);

impl std::str::FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        let known = Self::ALL.iter().find(|kind| kind.as_str() == text);
        known
            .copied()
            .ok_or_else(|| UnknownKind(text.chars().take(80).collect()))
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
