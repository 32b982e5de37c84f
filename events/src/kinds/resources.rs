//! Payloads about public data resources.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::text::Summary;

/// How public data are shared from here on.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuidelineAdopted {
    /// A remark.
    pub note: Option<Summary>,
}

/// The guideline holds no longer.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuidelineRepealed {
    /// A remark.
    pub note: Option<Summary>,
}

/// A public data resource stands in the catalogue.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DatasetCatalogued {
    /// A remark.
    pub note: Option<Summary>,
}

/// A form in which the data can be had.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DatasetDistributed {
    /// A remark.
    pub note: Option<Summary>,
}

/// The data can be had.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DatasetPublished {
    /// A remark.
    pub note: Option<Summary>,
}

/// The data can't be had until further notice.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DatasetSuspended {
    /// A remark.
    pub note: Option<Summary>,
}

/// The data can't be had any more; the record stays.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DatasetWithdrawn {
    /// A remark.
    pub note: Option<Summary>,
}

/// Someone asks for public data that are not open to all.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccessRequested {
    /// A remark.
    pub note: Option<Summary>,
}

/// The data may be used, under conditions, until a day.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccessGranted {
    /// A remark.
    pub note: Option<Summary>,
}

/// The data may not be used.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccessRefused {
    /// A remark.
    pub note: Option<Summary>,
}

/// The data may not be used any more.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccessWithdrawn {
    /// A remark.
    pub note: Option<Summary>,
}

/// The data were not used as agreed.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccessMisused {
    /// A remark.
    pub note: Option<Summary>,
}
