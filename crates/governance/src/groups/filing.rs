//! A product or service on its way to a decision: filed, completed, accepted, classified, disclosed.

use cinnabar_events::kinds::{
    EvidenceFiled, ExcludedDomain, ProductAccepted, ProductDeclined, ProductDisclosed,
    ProductEnded, ProductFacts, ProductReturned, ProductSubmitted, ProductUpdated, RiskClassified,
    RiskTier, Route,
};
use cinnabar_events::{Class, Code, Entry, Id};
use serde::{Deserialize, Serialize};

use crate::case::{Case, Check, Stop};
use crate::clause::clauses;
use crate::governed::{Governed, change, put};
use crate::life_cycle::{LifeCycle as _, life_cycle};
use crate::records::{NumberRecord, Record, RecordKey, Records, RecordsMut};
use crate::rejection::Rejection;

clauses! {
    ROUTE_MISSING = "content.route_missing" {
        says: "a route must be given",
        accepted: "disclosure, trial or standing_approval",
        source: "Shenzhen AI Regulation Art. 66",
    }
    TRIAL_MODE = "content.trial_mode" {
        says: "a trial, and only a trial, says how the product is tried out",
        accepted: "test, experiment or pilot with route trial; none with another route",
        source: "Shenzhen AI Regulation Art. 44",
    }
    EXCLUDED_DOMAIN = "content.excluded_domain" {
        says: "a trial is for products outside national security, public interest and personal safety",
        accepted: "excludedDomain none, or another route",
        source: "Shenzhen AI Regulation Art. 44",
    }
    STANDARD_MISSING = "content.standard_missing" {
        says: "a trial needs an international standard that the product meets",
        accepted: "at least one international standard or specification under facts.standards",
        source: "Shenzhen AI Regulation Art. 44",
    }
    TRIAL_NOT_LOW_RISK = "content.trial_not_low_risk" {
        says: "a trial is for low risk only",
        accepted: "a low tier, or another route",
        source: "Shenzhen AI Regulation Art. 44",
    }
    NO_CHANGE = "content.no_change" {
        says: "the statement changes nothing",
        accepted: "at least one fact that is new, changed or removed",
        source: "",
    }
    NO_SUCH_FACT = "content.no_such_fact" {
        says: "the names of removed facts must be facts that exist",
        accepted: "names of fields under facts",
        source: "",
    }
    NUMBER_MISSING = "content.number_missing" {
        says: "an accepted filing has an official number",
        accepted: "a number that was never given before",
        source: "",
    }
}

life_cycle! {
    /// Where a product stands.
    ProductStatus of Product {
        /// Filed.
        Submitted = "submitted",
        /// Complete and numbered.
        Accepted = "accepted",
        /// May be tried out or offered.
        Authorised = "authorised",
        /// May not.
        Refused = "refused",
        /// Approval rests.
        Suspended = "suspended",
        /// Approval ended early.
        Revoked = "revoked",
        /// Approval ended in time.
        Expired = "expired",
        /// No longer offered.
        Ended = "ended",
    }
    starts { ProductSubmitted => Submitted }
    Submitted { ProductAccepted => Accepted, ProductUpdated => Submitted, ProductEnded => Ended }
    Accepted { ProductUpdated => Accepted, ProductEnded => Ended, ApprovalGranted => Authorised, ApprovalRefused => Refused }
    Authorised { ProductUpdated => Authorised, ProductEnded => Ended, ApprovalSuspended => Suspended, ApprovalRevoked => Revoked, ApprovalExpired => Expired }
    Refused { ProductEnded => Ended }
    Suspended { ProductUpdated => Suspended, ProductEnded => Ended, ApprovalReinstated => Authorised, ApprovalRevoked => Revoked, ApprovalExpired => Expired }
}

/// A product.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProductRecord {
    /// Whose.
    pub organisation: Id,
    /// Where it stands.
    pub status: ProductStatus,
    /// The way applied for.
    pub route: Option<Route>,
    /// How risky.
    pub tier: Option<RiskTier>,
    /// Its official number.
    pub number: Option<String>,
    /// In which fields it is used: roles may be given for some of them.
    pub fields: Vec<Code>,
}

/// The subject product, if this can be said of it as it stands.
pub(crate) fn product_in_step<R: Records>(case: &Case<'_, R>) -> Check<R, ProductRecord> {
    let product: ProductRecord = case.own()?;
    case.step(product.status)?;
    Ok(product)
}

/// Moves the subject product on.
pub(crate) fn step_product<R: RecordsMut>(records: &mut R, entry: &Entry) -> Result<(), R::Error> {
    change(records, entry, |product: &mut ProductRecord| {
        let kind = entry.statement().kind();
        product.status = product.status.after(kind).unwrap_or(product.status);
    })
}

fn facts<R: Records>(case: &Case<'_, R>, facts: &ProductFacts) -> Result<(), Rejection> {
    case.vocabulary("application_field", facts.fields.as_slice())?;
    case.vocabulary("ai_technique", facts.techniques.as_slice())
}

impl Governed for ProductSubmitted {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        facts(case, &self.facts)?;
        case.new_subject::<ProductRecord>()?;
        case.concerned(Class::Organisation, &self.organisation)?;
        case.owner_speaks(&self.organisation)?;
        let trial = self.route == Some(Route::Trial);
        if self.route.is_none() && !case.migrated() {
            return Err(ROUTE_MISSING.into());
        }
        if trial != self.trial_mode.is_some() {
            return Err(TRIAL_MODE.into());
        }
        if trial && self.excluded_domain != Some(ExcludedDomain::None) {
            return Err(EXCLUDED_DOMAIN.into());
        }
        if trial && self.facts.standards.is_empty() {
            return Err(STANDARD_MISSING.into());
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let product = ProductRecord {
            organisation: self.organisation.clone(),
            status: ProductStatus::Submitted,
            route: self.route,
            tier: None,
            number: None,
            fields: self.facts.fields.as_slice().to_vec(),
        };
        put(records, entry, product);
        Ok(())
    }
}

impl Governed for ProductAccepted {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let product = product_in_step(case)?;
        if product.route == Some(Route::Trial)
            && self.risk_tier.is_some_and(|tier| tier != RiskTier::Low)
        {
            return Err(TRIAL_NOT_LOW_RISK.into());
        }
        let Some(number) = &self.number else {
            return Err(NUMBER_MISSING.into());
        };
        match case.record(RecordKey::Number(number.as_str().to_owned()))? {
            None => Ok(()),
            Some(_) => Err(Rejection::NumberTaken(number.as_str().to_owned()).into()),
        }
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        if let Some(number) = &self.number {
            let record = NumberRecord {
                subject: entry.statement().subject.clone(),
            };
            let key = RecordKey::Number(number.as_str().to_owned());
            records.put(key, Record::Number(record));
        }
        step_product(records, entry)?;
        change(records, entry, |product: &mut ProductRecord| {
            product.number = self
                .number
                .as_ref()
                .map(|number| number.as_str().to_owned());
            product.tier = self.risk_tier.or(product.tier);
        })
    }
}

impl Governed for ProductUpdated {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        facts(case, &self.facts)?;
        let product = product_in_step(case)?;
        case.owner_speaks(&product.organisation)?;
        let Self {
            organisation,
            name,
            facts,
            removed,
            note: _,
        } = self;
        if organisation.is_none()
            && name.is_none()
            && *facts == ProductFacts::default()
            && removed.is_empty()
        {
            return Err(NO_CHANGE.into());
        }
        if let Some(fact) = removed.iter().find(|fact| !FACTS.contains(&fact.as_str())) {
            return Err(NO_SUCH_FACT.found(fact.as_str()).into());
        }
        if let Some(organisation) = organisation {
            case.concerned(Class::Organisation, organisation)?;
            // The owner can't give a product to somebody else; the institution records that.
            let mut signers = case.statement().signers.iter();
            if let Some(filer) = signers.find(|signer| signer.on_behalf_of.is_some()) {
                return Err(Rejection::NotForOrganisation(filer.actor.clone()).into());
            }
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_product(records, entry)?;
        change(records, entry, |product: &mut ProductRecord| {
            if let Some(organisation) = &self.organisation {
                product.organisation = organisation.clone();
            }
            let removed = self.removed.iter().any(|fact| fact.as_str() == "fields");
            if removed || !self.facts.fields.is_empty() {
                product.fields = self.facts.fields.as_slice().to_vec();
            }
        })
    }
}

/// Names of the facts about a product that can be removed.
const FACTS: [&str; 16] = [
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
];

impl Governed for ProductEnded {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let product = product_in_step(case)?;
        case.owner_speaks(&product.organisation).map_err(Stop::from)
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_product(records, entry)
    }
}

impl Governed for ProductReturned {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for ProductDeclined {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for EvidenceFiled {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for RiskClassified {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for ProductDisclosed {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}
