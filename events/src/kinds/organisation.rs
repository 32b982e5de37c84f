//! Payload about organisations.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::common::{Code, Number, closed};
use crate::instant::Date;
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

closed! {
    /// How large an organisation is, by the statistical standard for its industry.
    OrganisationSize {
        /// 微型
        Micro = "micro",
        /// 小型
        Small = "small",
        /// 中型
        Medium = "medium",
        /// 大型
        Large = "large",
    }
}

closed! {
    /// How an organisation's ethics committee is set up.
    EthicsCommitteeForm {
        /// It has one of its own.
        Own = "own",
        /// It has entrusted a service centre.
        EntrustedCentre = "entrusted_centre",
        /// It has none.
        None = "none",
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
    /// Its numbers: `uscc` (GB 32100-2015), `lei` (ISO 17442), …. Those two have check digits and are registered once.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub numbers: Listed<Number, 8>,
    /// Its address, in lines as on an envelope.
    pub address: Option<Text<400>>,
    /// Its country, ISO 3166-1 alpha-2.
    pub country: Option<Text<2>>,
    /// Its district, GB/T 2260: `440305` for Nanshan.
    pub district: Option<Code>,
    /// Where the public can read about it.
    pub url: Option<Text<500>>,
    /// The day on which it was founded.
    pub founded: Option<Date>,
    /// How large it is.
    pub size: Option<OrganisationSize>,
    /// How its ethics committee is set up (AI ethics measures 2026 Art. 9).
    pub ethics_committee: Option<EthicsCommitteeForm>,
}
