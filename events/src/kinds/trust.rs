//! Payloads about who may sign, beyond enrolment: suspension, delegation; changes to organisations.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::actor::Scope;
use super::common::{Code, Document, Number, closed};
use super::organisation::{EthicsCommitteeForm, OrganisationKind, OrganisationSize};
use crate::id::Id;
use crate::instant::Date;
use crate::text::{Listed, Name, Summary, Text};

closed! {
    /// Why an actor signs nothing for now.
    SuspensionReason {
        /// It is asked whether the actor did something wrong.
        Investigation = "investigation",
        /// The actor's keys or devices may be in other hands.
        Security = "security",
        /// The actor is away.
        Absence = "absence",
        /// The actor acts no longer and is not expected back.
        Cessation = "cessation",
        /// Another reason of order.
        Administrative = "administrative",
    }
}

closed! {
    /// Why an organisation is no longer there.
    OrganisationEnd {
        /// It was dissolved.
        Dissolved = "dissolved",
        /// It became part of another.
        Merged = "merged",
        /// It was divided, and another goes on with what it had here.
        Divided = "divided",
        /// It has left the district or the city.
        Relocated = "relocated",
        /// It should never have been registered: it stood here twice, or was somebody else.
        Mistaken = "mistaken",
    }
}

closed! {
    /// A fact about an organisation that can be taken away.
    OrganisationFact {
        /// `nameEn`.
        NameEn = "nameEn",
        /// `address`.
        Address = "address",
        /// `country`.
        Country = "country",
        /// `district`.
        District = "district",
        /// `url`.
        Url = "url",
        /// `founded`.
        Founded = "founded",
        /// `size`.
        Size = "size",
        /// `ethicsCommittee`.
        EthicsCommittee = "ethicsCommittee",
    }
}

/// The actor signs nothing until it is restored, not even a new key. It keeps its roles and its keys.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActorSuspended {
    /// Why.
    pub reason: SuspensionReason,
    /// Until when it is meant to last. Only `actor.restored` ends it.
    pub until: Option<Date>,
    /// Who takes over the actor's work; must stand among `concerns`.
    pub successor: Option<Id>,
    /// In words.
    pub note: Option<Summary>,
}

/// The actor may sign again, with the keys and in the roles that it has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActorRestored {
    /// Why.
    pub reason: Summary,
}

/// Someone lends a role of his to the actor, for a time. He signs alone, in that role. The actor signs in it as in a role
/// of his own; the loan rests while the lender is suspended, and ends when he no longer has the role or is granted it anew.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoleDelegated {
    /// Which.
    pub role: Code,
    /// First day; at once if absent.
    pub from: Option<Date>,
    /// Last day; the rulebook limits how far ahead (`delegation_days_max`).
    pub until: Date,
    /// About what it lets him speak, within what it lets the lender; about the same if absent.
    pub scope: Option<Scope>,
    /// Why.
    pub reason: Summary,
}

/// Facts about the organisation changed. Those not named stay.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrganisationUpdated {
    /// Its new name.
    pub name: Option<Name>,
    /// Its name in English.
    pub name_en: Option<Name>,
    /// What it is.
    pub organisation_kind: Option<OrganisationKind>,
    /// Further numbers, which the institution enters; those it had stay.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub numbers: Listed<Number, 8>,
    /// Its address, in lines as on an envelope.
    pub address: Option<Text<400>>,
    /// Its country, ISO 3166-1 alpha-2.
    pub country: Option<Text<2>>,
    /// Its district, GB/T 2260.
    pub district: Option<Code>,
    /// Where the public can read about it.
    pub url: Option<Text<500>>,
    /// How large it is.
    pub size: Option<OrganisationSize>,
    /// How its ethics committee is set up.
    pub ethics_committee: Option<EthicsCommitteeForm>,
    /// Facts that no longer hold.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub removed: Listed<OrganisationFact, 8>,
    /// Why.
    pub note: Option<Summary>,
}

/// The organisation is gone, or has become part of another. Nobody speaks for it any more but its successor.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrganisationEnded {
    /// Why.
    pub reason: OrganisationEnd,
    /// Since when.
    pub on: Option<Date>,
    /// Who goes on with what it had, and speaks for it from now on; must stand among `concerns`. Needed where it became
    /// part of another, and while a product of it may be offered.
    pub into: Option<Id>,
    /// The document that it rests on.
    pub instrument: Option<Document>,
    /// In words.
    pub note: Option<Summary>,
}
