//! What is shown about a product, how risky it is, and its disclosure.

use cinnabar_events::Entry;
use cinnabar_events::kinds::{
    EvidenceFiled, EvidenceResult, ProductDisclosed, RiskClassified, RiskTier, Route, StandardLevel,
};

use super::clauses::{
    DISCLOSURE_TIER, DOCUMENT_MISSING, FILING_NUMBER, NOT_CLASSIFIED, NUMBER_GIVEN, NUMBER_MISSING,
    OTHER_ROUTE, PROHIBITED_CONDUCT, STANDARD_UNNAMED, TRIGGER,
};
use super::facts::{ALGORITHM_FILING, explained, filing_number, is};
use super::record::{
    Evidence, ProductRecord, give_number, number_is_free, product_in_step, step_product,
};
use crate::case::{Case, Check, Stop};
use crate::governed::Governed;
use crate::records::{Records, RecordsMut};
use crate::rejection::Rejection;

/// Codes of `evidence_kind` that rules look at.
const CONFORMITY: &str = "standard_conformity";
const ASSESSMENT: &str = "ex_ante_assessment";
const WARNING_PLAN: &str = "early_warning_plan";

/// Case officers who sign for a high or prohibited tier, where the rulebook sets no number.
const OFFICERS_FOR_HIGH_RISK: u32 = 2;

impl Governed for EvidenceFiled {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        case.vocabulary("evidence_kind", std::slice::from_ref(&self.evidence_kind))?;
        let product = product_in_step(case)?;
        case.owner_speaks(&product.organisation)?;
        let number = self.number.as_ref().map_or("", |number| number.as_str());
        if is(&self.evidence_kind, ALGORITHM_FILING) && !filing_number(number) {
            return Err(FILING_NUMBER.found(number).into());
        }
        if case.migrated() {
            return Ok(());
        }
        if is(&self.evidence_kind, CONFORMITY) && self.standards.is_empty() {
            return Err(STANDARD_UNNAMED.into());
        }
        let hidden = case.statement().commitments.contains_key("/annex");
        if self.documents.is_empty() && self.number.is_none() && !hidden {
            return Err(DOCUMENT_MISSING.into());
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let passed = self.result == EvidenceResult::Pass;
        let mut standards = self.standards.iter();
        let international =
            standards.any(|standard| standard.level == StandardLevel::International);
        let evidence = |passed| {
            Some(Evidence {
                passed,
                valid_until: self.valid_until,
            })
        };
        step_product(records, entry, |product, _| {
            match self.evidence_kind.as_str() {
                CONFORMITY => product.shown.conformity = evidence(passed && international),
                ASSESSMENT => product.shown.assessment = evidence(passed),
                WARNING_PLAN => product.shown.warning_plan = evidence(passed),
                _ => {}
            }
        })
    }
}

/// High and prohibited are said by more than one case officer.
fn enough_officers<R: Records>(case: &Case<'_, R>, tier: RiskTier) -> Result<(), Rejection> {
    let needed = match tier {
        RiskTier::Low | RiskTier::Medium => return Ok(()),
        RiskTier::High | RiskTier::Prohibited => {
            case.setting("officers_for_high_risk", OFFICERS_FOR_HIGH_RISK)
        }
    };
    let needed = u8::try_from(needed).unwrap_or(u8::MAX);
    let found = case.statement().signers.iter().count();
    if found < usize::from(needed) {
        let kind = case.kind();
        return Err(Rejection::Quorum {
            kind,
            needed,
            found,
        });
    }
    Ok(())
}

/// Whoever classifies brings the number that is still missing, and no other.
fn number_fits<R: Records>(
    case: &Case<'_, R>,
    classified: &RiskClassified,
    product: &ProductRecord,
) -> Check<R> {
    match (&product.number, &classified.number) {
        (Some(_), Some(_)) => Err(NUMBER_GIVEN.into()),
        (None, Some(number)) => number_is_free(case, number),
        (None, None) if !case.migrated() => Err(NUMBER_MISSING.into()),
        (None | Some(_), None) => Ok(()),
    }
}

impl Governed for RiskClassified {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        case.vocabulary("prohibited_conduct", self.prohibited_conduct.as_slice())?;
        let scope = std::slice::from_ref(&self.factors.scope_of_influence);
        case.vocabulary("scope_of_influence", scope)?;
        let product = product_in_step(case)?;
        if (self.tier == RiskTier::Prohibited) == self.prohibited_conduct.is_empty() {
            return Err(PROHIBITED_CONDUCT.into());
        }
        if !case.migrated() {
            enough_officers(case, self.tier)?;
            if product.tier.is_some() != self.trigger.is_some() {
                return Err(TRIGGER.into());
            }
        }
        number_fits(case, self, &product)
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        if let Some(number) = &self.number {
            give_number(records, entry, number);
        }
        step_product(records, entry, |product, _| {
            product.tier = Some(self.tier);
            if let Some(number) = &self.number {
                product.number = Some(number.as_str().to_owned());
            }
        })
    }
}

impl Governed for ProductDisclosed {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let product = product_in_step(case)?;
        match product.tier {
            Some(RiskTier::High | RiskTier::Prohibited) => return Err(DISCLOSURE_TIER.into()),
            None if !case.migrated() => return Err(NOT_CLASSIFIED.into()),
            Some(RiskTier::Low | RiskTier::Medium) | None => {}
        }
        if product
            .route
            .is_some_and(|route| route != Route::Disclosure)
        {
            return Err(OTHER_ROUTE.into());
        }
        if case.migrated() {
            return Ok(());
        }
        explained(product.filing).map_err(Stop::from)
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_product(records, entry, |_, _| {})
    }
}
