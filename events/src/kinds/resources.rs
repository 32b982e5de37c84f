//! Payloads about public data resources.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::common::{Code, Document, Sha256Hex, closed};
use super::statistics::ReferencePeriod;
use crate::id::Id;
use crate::instant::Date;
use crate::text::{Listed, Name, Prose, Summary, Text};

closed! {
    /// To whom public data are open (Shenzhen Data Regulation Art. 48).
    OpenClass {
        /// 无条件开放: to everybody.
        Unconditional = "unconditional",
        /// 有条件开放: to everybody alike, in a given way.
        Conditional = "conditional",
        /// 不予开放: to nobody outside public bodies.
        NotOpen = "not_open",
    }
}

closed! {
    /// How public bodies share them with each other (Shenzhen Data Regulation Art. 41).
    ShareClass {
        /// With all of them.
        Unconditional = "unconditional_share",
        /// With those who need them, on request.
        Conditional = "conditional_share",
        /// With none: the exception.
        None = "no_share",
    }
}

closed! {
    /// How much would be harmed if they came into the wrong hands.
    SecurityClass {
        /// 一般数据
        General = "general",
        /// 重要数据
        Important = "important",
        /// 核心数据
        Core = "core",
    }
}

closed! {
    /// How often data are brought up to date (the codes of the EU's frequency list).
    UpdateFrequency {
        /// All the time.
        Continuous = "CONT",
        /// Every hour.
        Hourly = "HOURLY",
        /// Every day.
        Daily = "DAILY",
        /// Every week.
        Weekly = "WEEKLY",
        /// Every month.
        Monthly = "MONTHLY",
        /// Every three months.
        Quarterly = "QUARTERLY",
        /// Every year.
        Annual = "ANNUAL",
        /// Now and then.
        Irregular = "IRREG",
        /// Never again.
        Never = "NEVER",
        /// Nobody knows.
        Unknown = "UNKNOWN",
    }
}

closed! {
    /// How data can be had (Shenzhen Data Regulation Art. 50).
    AccessMode {
        /// 数据下载
        Download = "download",
        /// 应用程序接口
        Api = "api",
        /// 安全可信的综合开发利用环境: the data stay where they are.
        SecureEnvironment = "secure_environment",
    }
}

closed! {
    /// Why a dataset can't be had for a while.
    DatasetSuspensionReason {
        /// The data are wrong or incomplete.
        Quality = "quality",
        /// They are not safe.
        Security = "security",
        /// The law asks for it.
        Legal = "legal",
        /// They are being worked on.
        Maintenance = "maintenance",
    }
}

closed! {
    /// Why a request for data is refused.
    AccessRefusalGround {
        /// Nothing in law stands behind the purpose.
        NoBasis = "no_basis",
        /// More is asked for than the purpose needs.
        TooWide = "too_wide",
        /// The safeguards are not enough.
        Safeguards = "safeguards",
        /// Security of the state or of the data.
        Security = "security",
        /// Trade secrets or private life of others.
        Confidentiality = "confidentiality",
        /// The data that are asked for do not exist.
        NotHeld = "not_held",
        /// Another ground; the reasons say which.
        Other = "other",
    }
}

closed! {
    /// Why an access ends.
    AccessEndReason {
        /// The data were misused.
        Misuse = "misuse",
        /// They are no longer needed.
        PurposeFulfilled = "purpose_fulfilled",
        /// Its time is over.
        Expired = "expired",
        /// The data can't be had by anybody any more.
        DatasetGone = "dataset_gone",
        /// The law asks for it.
        Legal = "legal",
    }
}

closed! {
    /// How grave a misuse is.
    MisuseSeverity {
        /// A duty of form.
        Minor = "minor",
        /// Other use, or by others, than agreed.
        Serious = "serious",
        /// People or the public were harmed.
        Grave = "grave",
    }
}

/// What a guideline says of one open class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuidelineClass {
    /// Which.
    pub open_class: OpenClass,
    /// Which data belong to it.
    pub meaning: Summary,
}

/// How public data are shared from here on; said again, with another version, when it is amended.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuidelineAdopted {
    /// Its title.
    pub title: Name,
    /// Its version, in words of its authors.
    pub version: Text<20>,
    /// What it is about.
    pub scope: Prose,
    /// Its text.
    pub rules: Document,
    /// The open classes.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub classes: Listed<GuidelineClass, 3>,
    /// First day.
    pub effective: Date,
    /// What is amended; not when it is adopted first.
    pub changes: Option<Prose>,
}

/// The guideline holds no longer. What was published under it stays published.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuidelineRepealed {
    /// The guideline that takes its place; must stand among `concerns`.
    pub replacement: Option<Id>,
    /// Why.
    pub reasons: Prose,
}

/// In which way data can be had that are not open to everybody without conditions (Shenzhen Data Regulation Art. 49).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccessTerms {
    /// How they can be had.
    pub modes: Listed<AccessMode, 3>,
    /// What is required of those who use them.
    pub requirements: Prose,
    /// How they are kept safe.
    pub safeguards: Prose,
}

/// A column of a dataset.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DataField {
    /// Its name in the data.
    pub name: Text<100>,
    /// What it is, in words.
    pub label: Name,
    /// Its type: `string`, `integer`, `date`, ….
    #[serde(rename = "type")]
    pub data_type: Code,
    /// Whether it says something about a person.
    pub personal: Option<bool>,
}

/// How good the data are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DataQuality {
    /// What is missing.
    pub completeness: Text<200>,
    /// How late they are.
    pub timeliness: Text<200>,
}

/// A public data resource stands in the catalogue; said again when the entry changes, before it is published or while
/// it is suspended. The fields are those of DCAT, and the classes of the catalogue (Shenzhen Data Regulation Art. 36, 48).
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DatasetCatalogued {
    /// Its title.
    pub title: Name,
    /// Its title in English.
    pub title_en: Option<Name>,
    /// What it holds.
    pub description: Prose,
    /// Who provides it; must stand among `concerns`.
    pub organisation: Id,
    /// Under which guideline; must stand among `concerns`.
    pub guideline: Id,
    /// Where questions go: an office, not a person.
    pub contact_point: Name,
    /// Themes; codes of the rulebook's list `data_theme`.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub themes: Listed<Code, 8>,
    /// Fields of application; codes of the rulebook's list `application_field`.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub application_fields: Listed<Code, 16>,
    /// Keywords.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub keywords: Listed<Text<60>, 16>,
    /// To whom it is open.
    pub open_class: OpenClass,
    /// How public bodies share it.
    pub share_class: ShareClass,
    /// How much harm it could do.
    pub security_class: SecurityClass,
    /// Whether it holds personal information.
    pub personal_information: bool,
    /// In which way it can be had, if not by everybody without conditions.
    pub terms: Option<AccessTerms>,
    /// How often it is brought up to date.
    pub frequency: UpdateFrequency,
    /// What time it is about.
    pub temporal: Option<ReferencePeriod>,
    /// Which places, by their codes in GB/T 2260.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub spatial: Listed<Code, 16>,
    /// By which provisions the data are collected.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub legal_basis: Listed<Name, 8>,
    /// The licence, as an address.
    pub licence: Text<500>,
    /// Its columns.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub fields: Listed<DataField, 64>,
    /// How good it is.
    pub quality: Option<DataQuality>,
    /// What changed in the entry; not when it is catalogued first.
    pub changes: Option<Summary>,
}

/// A service from which data can be had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DataService {
    /// Its title.
    pub title: Name,
    /// Its address.
    pub endpoint_url: Text<500>,
}

/// A form in which the data can be had: a file with its hash, or a service.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DatasetDistributed {
    /// Its title.
    pub title: Name,
    /// Which version of the data.
    pub version: Option<Text<40>>,
    /// Where it is explained how to have it.
    pub access_url: Text<500>,
    /// Where the file is.
    pub download_url: Option<Text<500>>,
    /// Its media type: `text/csv`.
    pub format: Text<100>,
    /// How many bytes the file has.
    pub size_bytes: Option<u64>,
    /// SHA-256 of the file, 64 lower-case hex digits.
    pub sha256: Option<Sha256Hex>,
    /// The service; in place of a file, or beside it.
    pub service: Option<DataService>,
}

/// The data can be had, from the day of the statement on, by those to whom they are open or with whom they are shared.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DatasetPublished {
    /// When their quality was checked. May be absent only in history taken over.
    pub checked: Option<Date>,
    /// The report of that check.
    pub report: Option<Document>,
    /// A remark.
    pub note: Option<Summary>,
}

/// The data can't be had until further notice.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DatasetSuspended {
    /// Why.
    pub reason: DatasetSuspensionReason,
    /// Until when, if that is known.
    pub until: Option<Date>,
    /// Why, in words.
    pub explanation: Summary,
}

/// The data can't be had any more; the record stays in the catalogue.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DatasetWithdrawn {
    /// The dataset that takes its place; must stand among `concerns`.
    pub replacement: Option<Id>,
    /// Why.
    pub reasons: Prose,
}

/// Someone asks for public data that are not open to all. The statement's `basis` says on what in law the request stands.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccessRequested {
    /// For which; must stand among `concerns`.
    pub dataset: Id,
    /// For whom; must stand among `concerns`.
    pub organisation: Id,
    /// What for.
    pub purpose: Prose,
    /// Which part of the data.
    pub scope: Prose,
    /// How they should be had.
    pub mode: AccessMode,
    /// How many days they will be kept.
    pub retention_days: u32,
    /// How they will be kept safe.
    pub safeguards: Document,
    /// What is made clearer; when a request is filed again before it is answered.
    pub clarification: Option<Prose>,
}

/// How personal information was made such that nobody is identified.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Deidentified {
    /// How; or the provision by which it need not be done.
    pub method: Summary,
    /// The report of how it was checked.
    pub report: Option<Document>,
}

/// The data may be used, under conditions, until a day. The provider signs too.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccessGranted {
    /// Under which conditions.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub conditions: Listed<Text<1000>, 16>,
    /// Last day.
    pub until: Date,
    /// How much may be had.
    pub quota: Option<Text<200>>,
    /// The agreement.
    pub agreement: Document,
    /// How personal information in the data is protected; with such data.
    pub deidentified: Option<Deidentified>,
}

/// The data may not be used.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccessRefused {
    /// On which ground.
    pub ground: AccessRefusalGround,
    /// Why.
    pub reasons: Prose,
    /// What would be granted.
    pub acceptable: Option<Summary>,
}

/// The data may not be used any more, or the request is taken back; said again, it shows that the data were deleted.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccessWithdrawn {
    /// Why.
    pub reason: AccessEndReason,
    /// Why, in words.
    pub explanation: Option<Summary>,
    /// Until when it must be shown that the data were deleted.
    pub deletion_proof_due: Option<Date>,
    /// What shows that they were.
    pub deletion_proof: Option<Document>,
}

/// The data were not used as agreed. The statement's `occurred` says when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccessMisused {
    /// What was found.
    pub finding: Prose,
    /// How grave it is.
    pub severity: MisuseSeverity,
    /// What shows it.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub materials: Listed<Document, 8>,
}
