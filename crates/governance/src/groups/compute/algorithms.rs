//! Algorithms and open-source models: published, published anew, delisted.

use cinnabar_events::kinds::{
    AlgorithmDelisted, AlgorithmFiling, AlgorithmPublished, FilingRegister, FilingStatus,
};
use cinnabar_events::{Class, Entry, Subject};

use super::clauses::{FILING_NUMBER, FILING_NUMBER_MISSING, LICENCE_MISSING, OTHER_WEIGHTS};
use super::{AlgorithmRecord, AlgorithmStatus};
use crate::case::{Case, Check};
use crate::governed::{Governed, change, put};
use crate::life_cycle::LifeCycle as _;
use crate::records::{NumberRecord, Record, RecordKey, Records, RecordsMut};
use crate::rejection::Rejection;

/// Digits in the number of a filed algorithm.
const FILING_DIGITS: usize = 21;

/// `网信算备`, 21 digits, `号`: as the authority has published them.
fn is_filing_number(number: &str) -> bool {
    let digits = number
        .strip_prefix("网信算备")
        .and_then(|rest| rest.strip_suffix("号"));
    digits.is_some_and(|digits| {
        digits.len() == FILING_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// A filing that was made has a number, of the form of its register, and not that of another algorithm.
fn filed<R: Records>(case: &Case<'_, R>, filing: &AlgorithmFiling) -> Check<R> {
    let Some(number) = &filing.number else {
        return match filing.status {
            FilingStatus::Pending => Ok(()),
            FilingStatus::InForce
            | FilingStatus::ChangePending
            | FilingStatus::Changed
            | FilingStatus::CancellationPending
            | FilingStatus::Cancelled
            | FilingStatus::Revoked => Err(FILING_NUMBER_MISSING.into()),
        };
    };
    let number = number.as_str();
    let formed = match filing.register {
        FilingRegister::AlgorithmFiling | FilingRegister::DeepSynthesis => is_filing_number(number),
        FilingRegister::GenaiFiling | FilingRegister::GenaiRegistration => true,
    };
    if !formed {
        return Err(FILING_NUMBER.found(number).into());
    }
    match case.record(RecordKey::Number(number.to_owned()))? {
        Some(Record::Number(NumberRecord { subject })) if subject != case.statement().subject => {
            Err(Rejection::NumberTaken(number.to_owned()).into())
        }
        _ => Ok(()),
    }
}

impl Governed for AlgorithmPublished {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        case.concerned(Class::Organisation, &self.organisation)?;
        case.owner_speaks(&self.organisation)?;
        if let Some(product) = &self.product {
            case.concerned(Class::Product, product)?;
        }
        let before: Option<AlgorithmRecord> = case.find(case.id())?;
        if let Some(before) = &before {
            case.owner_speaks(&before.organisation)?;
            case.step(before.status)?;
        }
        if let Some(filing) = &self.filing {
            filed(case, filing)?;
        }
        let open = self.licence.is_some() && self.repository.is_some();
        if self.open_source && !open && !case.migrated() {
            return Err(LICENCE_MISSING.into());
        }
        let weights = weights(self);
        let swapped = |before: &AlgorithmRecord| {
            let known = before.weights.is_some() && weights.is_some();
            before.version == self.version.as_str() && known && before.weights != weights
        };
        if before.as_ref().is_some_and(swapped) {
            return Err(OTHER_WEIGHTS.found(self.version.as_str()).into());
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        if let Some(number) = self
            .filing
            .as_ref()
            .and_then(|filing| filing.number.as_ref())
        {
            let key = RecordKey::Number(number.as_str().to_owned());
            let subject: Subject = entry.statement().subject.clone();
            records.put(key, Record::Number(NumberRecord { subject }));
        }
        let before: Option<AlgorithmRecord> =
            crate::case::find(records, entry.statement().subject.id())?;
        // What was published with this version stays known when a later statement leaves it out.
        let same = before.filter(|before| before.version == self.version.as_str());
        let algorithm = AlgorithmRecord {
            organisation: self.organisation.clone(),
            status: AlgorithmStatus::Published,
            version: self.version.as_str().to_owned(),
            weights: weights(self).or(same.and_then(|before| before.weights)),
            filing: self.filing.as_ref().map(|filing| filing.status),
        };
        put(records, entry, algorithm);
        Ok(())
    }
}

fn weights(published: &AlgorithmPublished) -> Option<String> {
    published.weights_sha256.as_ref().map(ToString::to_string)
}

impl Governed for AlgorithmDelisted {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let algorithm: AlgorithmRecord = case.own()?;
        case.owner_speaks(&algorithm.organisation)?;
        case.step(algorithm.status)?;
        case.vocabulary("delisting_ground", std::slice::from_ref(&self.ground))?;
        if let Some(successor) = &self.successor {
            // It does not stand among `concerns`: what ends this one's duties would end its own.
            case.known::<AlgorithmRecord>(successor)?;
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        change(records, entry, |algorithm: &mut AlgorithmRecord| {
            let kind = entry.statement().kind();
            algorithm.status = algorithm.status.after(kind).unwrap_or(algorithm.status);
        })
    }
}
