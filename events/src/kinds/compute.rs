//! Payloads about computing power; about algorithms and scenarios see the module inside.

mod platform;

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::common::{Code, Document, closed};
use crate::id::Id;
use crate::instant::{Date, Timestamp};
use crate::schema::text_schema;
use crate::text::{Listed, Name, Prose, Summary, Text, text_serde};

pub use platform::*;

/// A number that is not negative, as a decimal string: at most twelve digits before the point and six after it. It has
/// one spelling but for zeros at the end: `0.30` is as good as `0.3`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct UnsignedDecimal(Box<str>);

/// Not such a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a decimal number like 1.15: no sign, no zeros before it, at most 12 digits and 6 decimals"
)]
pub struct NotAnUnsignedDecimal;

impl UnsignedDecimal {
    /// Digits after the point.
    const DECIMALS: usize = 6;

    /// The number in millionths: exact.
    pub fn millionths(&self) -> u64 {
        let (whole, part) = self.0.split_once('.').unwrap_or((&self.0, ""));
        let digits = format!("{whole}{part:0<width$}", width = Self::DECIMALS);
        digits.parse().expect("at most 18 digits")
    }
}

impl FromStr for UnsignedDecimal {
    type Err = NotAnUnsignedDecimal;

    fn from_str(text: &str) -> Result<Self, NotAnUnsignedDecimal> {
        let digits = |part: &str, most| {
            (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        let (whole, part) = match text.split_once('.') {
            Some((whole, part)) => (whole, Some(part)),
            None => (text, None),
        };
        let fits = digits(whole, 12)
            && (whole == "0" || !whole.starts_with('0'))
            && part.is_none_or(|part| digits(part, Self::DECIMALS));
        if fits {
            Ok(Self(text.into()))
        } else {
            Err(NotAnUnsignedDecimal)
        }
    }
}

impl fmt::Display for UnsignedDecimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for UnsignedDecimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A place in China: the six digits of GB/T 2260.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionCode(Box<str>);

/// Not a region's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the six digits of a region (GB/T 2260)")]
pub struct NotARegion;

impl FromStr for RegionCode {
    type Err = NotARegion;

    fn from_str(text: &str) -> Result<Self, NotARegion> {
        let fits = text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit());
        fits.then(|| Self(text.into())).ok_or(NotARegion)
    }
}

impl fmt::Display for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A currency: three letters of ISO 4217.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrencyCode(Box<str>);

/// Not a currency's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not three capital letters (ISO 4217)")]
pub struct NotACurrency;

impl FromStr for CurrencyCode {
    type Err = NotACurrency;

    fn from_str(text: &str) -> Result<Self, NotACurrency> {
        let fits = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase());
        fits.then(|| Self(text.into())).ok_or(NotACurrency)
    }
}

impl fmt::Display for CurrencyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

text_serde!(UnsignedDecimal, RegionCode, CurrencyCode);
text_schema! {
    UnsignedDecimal => { "pattern": r"^(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?$" },
    RegionCode => { "pattern": "^[0-9]{6}$" },
    CurrencyCode => { "pattern": "^[A-Z]{3}$" },
}

/// A span of time: its first moment belongs to it, its last does not, so that one can follow another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ComputeWindow {
    /// The first moment.
    pub from: Timestamp,
    /// The first moment after it.
    pub until: Timestamp,
}

/// What computing power costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ComputePrice {
    /// In which currency.
    pub currency: CurrencyCode,
    /// For one unit and hour; `0` if it is free.
    pub per_unit_hour: UnsignedDecimal,
}

closed! {
    /// The level at which the system is protected (GB/T 22239).
    ProtectionLevel {
        /// The first, lowest.
        First = "level_1",
        /// The second.
        Second = "level_2",
        /// The third.
        Third = "level_3",
        /// The fourth.
        Fourth = "level_4",
        /// The fifth, highest.
        Fifth = "level_5",
    }
}

/// Computing power is offered.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ComputeOffered {
    /// Who offers it: an enterprise, a university, an institute; must stand among `concerns`.
    pub provider: Id,
    /// Its name.
    pub name: Name,
    /// Where it stands.
    pub site: RegionCode,
    /// What computes; a code of the rulebook's list `accelerator`.
    pub accelerator: Code,
    /// Which make and model.
    pub model: Text<100>,
    /// How many units: what can be given out one by one.
    pub units: NonZeroU32,
    /// Most operations of a unit, in 10¹² a second at 16 bits.
    pub peak_tflops: UnsignedDecimal,
    /// Memory of a unit, in GiB.
    pub memory_gib: Option<UnsignedDecimal>,
    /// What connects the units.
    pub interconnect: Option<Text<100>>,
    /// Power usage effectiveness of the data centre: all energy over that of the computers.
    pub pue: Option<UnsignedDecimal>,
    /// From when to when.
    pub period: ComputeWindow,
    /// For how much.
    pub price: ComputePrice,
    /// To whom; codes of the rulebook's list `compute_eligibility`. To everybody if empty.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub eligibility: Listed<Code, 16>,
    /// How well it is protected.
    pub protection: Option<ProtectionLevel>,
    /// The part of it that is meant for small firms: `0.3` is three tenths.
    pub small_firm_share: Option<UnsignedDecimal>,
    /// Most allocations that are open at the same time; 128 if absent, and never more.
    pub allocations_max: Option<NonZeroU32>,
    /// Most requests on the wait-list; 256 if absent, and never more.
    pub waiting_max: Option<u32>,
}

/// The offer is larger, or smaller, from a time on. What was announced for later is replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ComputeResized {
    /// How many units there are then; none while it is out of service.
    pub units: u32,
    /// From when on, to the end of the offer's period.
    pub from: Timestamp,
    /// Why.
    pub reasons: Summary,
}

/// The offer is closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ComputeEnded {
    /// Why.
    pub reasons: Summary,
}

/// Someone asks for computing power.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AllocationRequested {
    /// Of which offer; must stand among `concerns`.
    pub compute: Id,
    /// Who asks; must stand among `concerns`.
    pub organisation: Id,
    /// How many units.
    pub units: NonZeroU32,
    /// How many hours of a unit in all.
    pub unit_hours: u64,
    /// From when to when.
    pub window: ComputeWindow,
    /// For what; a code of the rulebook's list `compute_purpose`.
    pub purpose: Code,
    /// For which project.
    pub project: Name,
    /// For which product; must stand among `concerns`.
    pub product: Option<Id>,
    /// As whom: a code of the rulebook's list `compute_eligibility`.
    pub applicant_kind: Option<Code>,
    /// Whether a small firm asks.
    pub small_firm: Option<bool>,
    /// The voucher that pays for it.
    pub voucher: Option<Text<60>>,
    /// Documents that show the need.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub documents: Listed<Document, 8>,
}

/// The request waits until something is free.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AllocationWaitlisted {
    /// Its place in the list of that offer; the first is 1. Whoever waits behind moves up when another leaves the list.
    pub position: NonZeroU32,
    /// When something is likely to be free.
    pub likely: Option<Date>,
}

/// So many units, from when to when.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AllocationGranted {
    /// How many units; not more than were asked for.
    pub units: NonZeroU32,
    /// How many hours of a unit in all.
    pub unit_hours: u64,
    /// From when to when.
    pub window: ComputeWindow,
    /// Under which conditions.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub conditions: Listed<Text<1000>, 16>,
    /// What the public purse adds, in yuan.
    pub subsidy_cny: Option<UnsignedDecimal>,
    /// Last day on which the operator says that it has ended and how much was used.
    pub settle_by: Option<Date>,
    /// Why; must be given if others have waited longer.
    pub reasons: Option<Prose>,
}

closed! {
    /// Why there is no computing power for a request.
    AllocationGround {
        /// Everything is given out.
        NoCapacity = "no_capacity",
        /// The offer is for others.
        NotEligible = "not_eligible",
        /// The purpose is not one that the offer serves.
        Purpose = "purpose",
        /// What must be known is missing.
        Incomplete = "incomplete",
        /// The offer does not protect what would be computed.
        Protection = "protection",
        /// The offer was closed.
        OfferEnded = "offer_ended",
        /// Another ground, which the reasons give.
        Other = "other",
    }
}

/// There is no computing power for this request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AllocationRefused {
    /// On which ground.
    pub ground: AllocationGround,
    /// Why.
    pub reasons: Prose,
}

/// The computing power is in use.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AllocationStarted {
    /// Since when.
    pub at: Timestamp,
    /// Which units they are.
    pub place: Option<Summary>,
}

closed! {
    /// How an allocation ended.
    AllocationOutcome {
        /// What it was for is done.
        Completed = "completed",
        /// Its time is over.
        Expired = "expired",
        /// It was given back early.
        Released = "released",
        /// The institution took it back.
        Revoked = "revoked",
        /// The request was taken back before it was decided.
        Withdrawn = "withdrawn",
    }
}

/// The computing power is free again.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AllocationEnded {
    /// How.
    pub outcome: AllocationOutcome,
    /// Since when.
    pub at: Timestamp,
    /// How many hours of a unit were used in all; none if it never started.
    pub used_unit_hours: Option<u64>,
    /// How much of them the units computed: `0.8` is eight tenths.
    pub utilisation: Option<UnsignedDecimal>,
    /// What it cost, in the currency of the offer's price.
    pub cost: Option<UnsignedDecimal>,
    /// Why.
    pub reasons: Option<Prose>,
}
