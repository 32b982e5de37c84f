//! What is filed about a product, as far as rules look at it.

use cinnabar_events::Code;
use cinnabar_events::kinds::{ExcludedDomain, ProductFacts, StandardsGap};
use serde::{Deserialize, Serialize};

use super::clauses::{
    EXCLUDED_DOMAIN, EXPLANATION_MISSING, FILING_NUMBER, STANDARD_EXISTS, STANDARD_MISSING,
};
use crate::case::Case;
use crate::records::Records;
use crate::rejection::Rejection;

/// Names of the facts about a product that can be removed.
pub(super) const FACTS: [&str; 28] = [
    "nameEn",
    "version",
    "productKind",
    "summary",
    "purpose",
    "fields",
    "techniques",
    "lifecycle",
    "legalBasis",
    "impactAssessment",
    "humanOversight",
    "publicExplanation",
    "standards",
    "numbers",
    "url",
    "contact",
    "role",
    "algorithmClass",
    "deploymentArea",
    "targetUsers",
    "involvesMinors",
    "involvesPersonalInfo",
    "decisionInfluence",
    "publicDecision",
    "inputsAndLogic",
    "dataSources",
    "suppliers",
    "standardsGap",
];

/// What rules look at in the filing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilingState {
    /// Whether it was returned once.
    pub returned: bool,
    /// The excluded field that it touches.
    pub excluded_domain: Option<ExcludedDomain>,
    /// Where a standard is still missing.
    pub gap: Option<StandardsGap>,
    /// Whether it names an international standard.
    pub standard: bool,
    /// Whether the public is owed an explanation.
    pub public_decision: bool,
    /// Whether there is one.
    pub explained: bool,
}

impl FilingState {
    /// The state once `facts` are known and those called `removed` are not.
    pub(crate) fn after<'n>(
        mut self,
        facts: &ProductFacts,
        removed: impl IntoIterator<Item = &'n str>,
    ) -> Self {
        for name in removed {
            match name {
                "standardsGap" => self.gap = None,
                "standards" => self.standard = false,
                "publicDecision" => self.public_decision = false,
                "publicExplanation" => self.explained = false,
                _ => {}
            }
        }
        Self {
            gap: facts.standards_gap.or(self.gap),
            standard: self.standard || !facts.standards.is_empty(),
            public_decision: facts.public_decision.unwrap_or(self.public_decision),
            explained: self.explained || facts.public_explanation.is_some(),
            ..self
        }
    }
}

/// A trial is for products outside the excluded fields, where no standard of the country or the city is, and an
/// international one is met (Art. 44).
pub(crate) fn fit_for_trial(filing: FilingState) -> Result<(), Rejection> {
    if filing.excluded_domain != Some(ExcludedDomain::None) {
        return Err(EXCLUDED_DOMAIN.into());
    }
    if !matches!(filing.gap, Some(gap) if gap.national && gap.local) {
        return Err(STANDARD_EXISTS.into());
    }
    if !filing.standard {
        return Err(STANDARD_MISSING.into());
    }
    Ok(())
}

/// Whoever owes the public an explanation has given one (Art. 71).
pub(crate) fn explained(filing: FilingState) -> Result<(), Rejection> {
    if filing.public_decision && !filing.explained {
        return Err(EXPLANATION_MISSING.into());
    }
    Ok(())
}

/// The codes are known and numbers have their form.
pub(super) fn readable<R: Records>(
    case: &Case<'_, R>,
    facts: &ProductFacts,
) -> Result<(), Rejection> {
    case.vocabulary("application_field", facts.fields.as_slice())?;
    case.vocabulary("ai_technique", facts.techniques.as_slice())?;
    case.vocabulary("algorithm_class", facts.algorithm_class.as_slice())?;
    case.vocabulary("target_user", facts.target_users.as_slice())?;
    let mut numbers = facts.numbers.iter();
    match numbers.find(|number| {
        is(&number.scheme, ALGORITHM_FILING) && !filing_number(number.value.as_str())
    }) {
        Some(wrong) => Err(FILING_NUMBER.found(wrong.value.as_str())),
        None => Ok(()),
    }
}

/// What an algorithm filing is called: as evidence, and as the scheme of its number.
pub(super) const ALGORITHM_FILING: &str = "algorithm_filing";

pub(super) fn is(code: &Code, name: &str) -> bool {
    code.as_str() == name
}

/// Whether `text` has the form in which numbers of algorithm filings are published: `网信算备`, 21 digits, `号`.
pub(super) fn filing_number(text: &str) -> bool {
    let digits = text
        .strip_prefix("网信算备")
        .and_then(|rest| rest.strip_suffix('号'));
    digits.is_some_and(|digits| {
        digits.len() == 21 && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filing_number_has_its_published_form() {
        for (text, fits) in [
            ("网信算备440305123456726000001号", true),
            ("网信算备44030512345672600001号", false),
            ("网信算备4403051234567260000012号", false),
            ("网信算备44030512345672600000a号", false),
            ("440305123456726000001", false),
            ("网信算备440305123456726000001", false),
        ] {
            assert_eq!(filing_number(text), fits, "{text}");
        }
    }

    #[test]
    fn a_fact_stays_until_it_is_changed_or_removed() {
        let gap = StandardsGap {
            national: true,
            local: true,
        };
        let facts = ProductFacts {
            standards_gap: Some(gap),
            public_decision: Some(true),
            ..ProductFacts::default()
        };
        let filed = FilingState::default().after(&facts, []);
        assert_eq!(filed.gap, Some(gap));
        assert!(explained(filed).is_err());
        let nothing = ProductFacts::default();
        assert_eq!(filed.after(&nothing, ["version"]), filed);
        let taken_back = filed.after(&nothing, ["publicDecision", "standardsGap"]);
        assert_eq!(taken_back, FilingState::default());
    }
}
