//! Payloads about the open platform: algorithms and open-source models, and scenarios for which solutions are sought.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::UnsignedDecimal;
use crate::id::Id;
use crate::instant::Date;
use crate::kinds::common::{Code, Document, Sha256Hex, closed};
use crate::text::{Listed, Name, Prose, Summary, Text};

closed! {
    /// What an algorithm does (Algorithm Provisions Art. 2).
    AlgorithmClass {
        /// 生成合成: generates or synthesises.
        GenerativeSynthesis = "generative_synthesis",
        /// 个性化推送: pushes what suits a person.
        PersonalisedPush = "personalised_push",
        /// 排序精选: ranks and selects.
        RankingSelection = "ranking_selection",
        /// 检索过滤: searches and filters.
        SearchFiltering = "search_filtering",
        /// 调度决策: dispatches and decides.
        DispatchDecision = "dispatch_decision",
        /// None of these.
        Other = "other",
    }
}

closed! {
    /// In which of the cyberspace authorities' registers an algorithm is filed.
    FilingRegister {
        /// 算法备案: algorithms.
        AlgorithmFiling = "algorithm_filing",
        /// 深度合成服务算法备案: algorithms of deep synthesis.
        DeepSynthesis = "deep_synthesis",
        /// 生成式人工智能服务备案: generative AI services.
        GenaiFiling = "genai_filing",
        /// 生成式人工智能服务登记: services that call a filed model.
        GenaiRegistration = "genai_registration",
    }
}

closed! {
    /// How a filing stands.
    FilingStatus {
        /// Not made, or made and not answered.
        Pending = "pending",
        /// Made; it has a number.
        InForce = "in_force",
        /// What was filed has changed, and the change is not filed yet.
        ChangePending = "change_pending",
        /// The change is filed.
        Changed = "changed",
        /// The service has ended, and the filing is not cancelled yet.
        CancellationPending = "cancellation_pending",
        /// Cancelled at the filer's wish.
        Cancelled = "cancelled",
        /// Cancelled by the authority.
        Revoked = "revoked",
    }
}

/// A filing with the cyberspace authorities.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AlgorithmFiling {
    /// In which register.
    pub register: FilingRegister,
    /// How it stands.
    pub status: FilingStatus,
    /// Its number: for algorithms `网信算备`, 21 digits, `号`.
    pub number: Option<Text<60>>,
    /// Which authority has it.
    pub authority: Option<Name>,
    /// Since when it stands so.
    pub since: Option<Date>,
    /// Where the authority shows it to the public.
    pub url: Option<Text<500>>,
}

/// An algorithm or open-source model is on the open platform, or a new version of it, or what was said of it has changed.
/// The statement's `occurred` says since when the service is offered, has changed or has ended.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AlgorithmPublished {
    /// Whose it is; must stand among `concerns`.
    pub organisation: Id,
    /// Its name.
    pub name: Name,
    /// What it does.
    pub class: AlgorithmClass,
    /// Which version this is.
    pub version: Text<40>,
    /// What is new in it.
    pub changes: Option<Prose>,
    /// On which principle it works.
    pub principle: Text<1000>,
    /// How it works.
    pub mechanism: Text<1000>,
    /// Where it is used.
    pub scenario: Text<1000>,
    /// What it is meant for.
    pub intent: Text<1000>,
    /// Whether it can shape public opinion or mobilise society: then it must be filed (Algorithm Provisions Art. 24).
    pub public_opinion: Option<bool>,
    /// Its filing with the cyberspace authorities.
    pub filing: Option<AlgorithmFiling>,
    /// Whether everybody may use, study, change and share it.
    pub open_source: bool,
    /// Its licence, as an SPDX expression.
    pub licence: Option<Text<100>>,
    /// Where its source is.
    pub repository: Option<Text<500>>,
    /// What it can and cannot do.
    pub model_card: Option<Document>,
    /// SHA-256 of the file with its weights, 64 lower-case hex digits.
    pub weights_sha256: Option<Sha256Hex>,
    /// In which product it works; must stand among `concerns`.
    pub product: Option<Id>,
}

/// The algorithm is no longer on the platform; the record stays.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AlgorithmDelisted {
    /// On which ground; a code of the rulebook's list `delisting_ground`.
    pub ground: Code,
    /// Why.
    pub reasons: Prose,
    /// What takes its place: another algorithm of the platform.
    pub successor: Option<Id>,
    /// Since when its filing is cancelled.
    pub filing_cancelled: Option<Date>,
}

/// A scenario for which solutions are sought.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScenarioPublished {
    /// Who seeks; must stand among `concerns`.
    pub organisation: Id,
    /// What is sought, in a line.
    pub title: Name,
    /// On which demand list it stands.
    pub list: Option<Name>,
    /// In which field; a code of the rulebook's list `application_field`.
    pub field: Code,
    /// What is needed.
    pub need: Prose,
    /// What there is for it, in yuan.
    pub budget_cny: Option<UnsignedDecimal>,
    /// Last day for answers.
    pub until: Date,
    /// Last day on which it is awarded or closed.
    pub decide_by: Option<Date>,
    /// Most enterprises that may answer; 128 if absent, and never more.
    pub answers_max: Option<u32>,
    /// What else one should know.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub documents: Listed<Document, 8>,
}

closed! {
    /// What an answer to a scenario is.
    ScenarioAnswer {
        /// An enterprise offers a solution, or a better one than before.
        Solution = "solution",
        /// The best were chosen.
        Award = "award",
        /// It is over, and nothing was chosen.
        Close = "close",
    }
}

/// Someone offers a solution, or the best were chosen, or none was.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScenarioAnswered {
    /// Which of these.
    pub answer: ScenarioAnswer,
    /// With `solution`: who offers it; must stand among `concerns`.
    pub organisation: Option<Id>,
    /// With `solution`: with which product; must stand among `concerns`.
    pub product: Option<Id>,
    /// With `solution`: the solution, in short, for everybody. The proposal itself is confidential.
    pub summary: Option<Summary>,
    /// With `award`: who was chosen; must stand among `concerns`.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub awarded: Listed<Id, 8>,
    /// With `award` and `close`: why.
    pub reasons: Option<Prose>,
    /// Supporting material.
    #[serde(skip_serializing_if = "Listed::is_empty", default)]
    pub documents: Listed<Document, 8>,
}
