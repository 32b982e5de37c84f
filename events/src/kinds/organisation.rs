//! Payload about organisations.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::common::{Number, closed};
use crate::text::{Listed, Name, Text};

closed! {
    /// What an organisation is.
    OrganisationKind {
        /// Offers products or services.
        Enterprise = "enterprise",
        /// A public body.
        Agency = "agency",
        /// Anything else.
        Other = "other",
    }
}

/// The organisation is known to the institution.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrganisationRegistered {
    /// Its name, as registered.
    pub name: Name,
    /// Its name in English.
    pub name_en: Option<Name>,
    /// What it is.
    pub organisation_kind: OrganisationKind,
    /// Its numbers: `uscc` (GB 32100-2015), `lei` (ISO 17442), ….
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub numbers: Listed<Number, 8>,
    /// Its address, in lines as on an envelope.
    pub address: Option<Text<400>>,
    /// Its country, ISO 3166-1 alpha-2.
    pub country: Option<Text<2>>,
    /// Where the public can read about it.
    pub url: Option<Text<500>>,
}
