//! Datasets: in the catalogue, published, suspended, withdrawn.

use cinnabar_events::kinds::{
    DatasetCatalogued, DatasetDistributed, DatasetPublished, DatasetSuspended, DatasetWithdrawn,
    OpenClass, SecurityClass, ShareClass,
};
use cinnabar_events::{Class, Code, Entry};

use super::{
    CLOSED_DATA, CORE_SHARED, DATASET_CHANGES, DISTRIBUTION, DatasetRecord, DatasetStatus,
    GUIDELINE_NOT_IN_FORCE, GuidelineRecord, GuidelineStatus, NO_DISTRIBUTION, PERSONAL_OPEN,
    TERMS_MISSING, UNCHECKED,
};
use crate::case::{Case, Check, Stop, find};
use crate::deadline::clock;
use crate::governed::{Governed, change, put};
use crate::groups::statistics::in_order;
use crate::life_cycle::LifeCycle as _;
use crate::records::{Records, RecordsMut};
use crate::rejection::Rejection;

/// The subject dataset, if this can be said of it as it stands; who speaks for an organisation speaks for its provider.
fn dataset_in_step<R: Records>(case: &Case<'_, R>) -> Check<R, DatasetRecord> {
    let dataset: DatasetRecord = case.own()?;
    case.step(dataset.status)?;
    case.owner_speaks(&dataset.organisation)?;
    Ok(dataset)
}

/// Moves the subject dataset on.
fn step_dataset<R: RecordsMut>(records: &mut R, entry: &Entry) -> Result<(), R::Error> {
    change(records, entry, |dataset: &mut DatasetRecord| {
        let kind = entry.statement().kind();
        dataset.status = dataset.status.after(kind).unwrap_or(dataset.status);
    })
}

/// The classes fit each other.
fn classes_fit(dataset: &DatasetCatalogued) -> Result<(), Rejection> {
    let kept = dataset.open_class == OpenClass::NotOpen && dataset.share_class == ShareClass::None;
    if dataset.security_class == SecurityClass::Core && !kept {
        return Err(CORE_SHARED.into());
    }
    if dataset.personal_information && dataset.open_class == OpenClass::Unconditional {
        return Err(PERSONAL_OPEN.into());
    }
    let on_request = match dataset.open_class {
        OpenClass::Unconditional => false,
        OpenClass::Conditional => true,
        OpenClass::NotOpen => dataset.share_class == ShareClass::Conditional,
    };
    match &dataset.terms {
        Some(terms) if !terms.modes.is_empty() => Ok(()),
        None if !on_request => Ok(()),
        Some(_) | None => Err(TERMS_MISSING.into()),
    }
}

fn codes_known<R: Records>(
    dataset: &DatasetCatalogued,
    case: &Case<'_, R>,
) -> Result<(), Rejection> {
    case.vocabulary("data_theme", dataset.themes.as_slice())?;
    let fields: &[Code] = dataset.application_fields.as_slice();
    case.vocabulary("application_field", fields)
}

impl Governed for DatasetCatalogued {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        codes_known(self, case)?;
        let again = case.find::<DatasetRecord>(case.id())?.is_some();
        if again {
            dataset_in_step(case)?;
        }
        case.concerned(Class::Organisation, &self.organisation)?;
        case.concerned(Class::Guideline, &self.guideline)?;
        case.owner_speaks(&self.organisation)?;
        let guideline: GuidelineRecord = case.known(&self.guideline)?;
        if let Some(temporal) = &self.temporal {
            in_order(temporal)?;
        }
        if case.migrated() {
            return Ok(());
        }
        if self.changes.is_some() != again {
            return Err(DATASET_CHANGES.into());
        }
        if guideline.status == GuidelineStatus::Repealed {
            return Err(GUIDELINE_NOT_IN_FORCE.found("it was repealed").into());
        }
        classes_fit(self).map_err(Stop::from)
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let before: Option<DatasetRecord> = find(records, entry.statement().subject.id())?;
        let (status, distributions) = before.map_or((DatasetStatus::Catalogued, 0), |before| {
            (before.status, before.distributions)
        });
        let terms = self.terms.as_ref();
        let dataset = DatasetRecord {
            status,
            organisation: self.organisation.clone(),
            guideline: self.guideline.clone(),
            open: self.open_class,
            share: self.share_class,
            personal: self.personal_information,
            modes: terms.map_or(Vec::new(), |terms| terms.modes.as_slice().to_vec()),
            distributions,
        };
        put(records, entry, dataset);
        Ok(())
    }
}

impl Governed for DatasetDistributed {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        dataset_in_step(case)?;
        let hashed = self.sha256.is_some();
        let unhashed_file = self.download_url.is_some() && !hashed;
        if !case.migrated() && (unhashed_file || (!hashed && self.service.is_none())) {
            return Err(DISTRIBUTION.into());
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        change(records, entry, |dataset: &mut DatasetRecord| {
            dataset.distributions = dataset.distributions.saturating_add(1);
        })
    }
}

impl Governed for DatasetPublished {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let dataset = dataset_in_step(case)?;
        if case.migrated() {
            return Ok(());
        }
        if dataset.open == OpenClass::NotOpen && dataset.share == ShareClass::None {
            return Err(CLOSED_DATA.into());
        }
        let today = clock::local_date(case.now);
        let guideline: GuidelineRecord = case.known(&dataset.guideline)?;
        if guideline.status == GuidelineStatus::Repealed {
            return Err(GUIDELINE_NOT_IN_FORCE.found("it was repealed").into());
        }
        if today < guideline.since {
            let found = format!("it holds from {} on", guideline.since);
            return Err(GUIDELINE_NOT_IN_FORCE.found(found).into());
        }
        if dataset.distributions == 0 {
            return Err(NO_DISTRIBUTION.into());
        }
        match self.checked {
            Some(checked) if checked <= today => Ok(()),
            Some(_) | None => Err(UNCHECKED.into()),
        }
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_dataset(records, entry)
    }
}

impl Governed for DatasetSuspended {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        dataset_in_step(case).map(|_| ())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_dataset(records, entry)
    }
}

impl Governed for DatasetWithdrawn {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        dataset_in_step(case)?;
        if let Some(replacement) = &self.replacement {
            case.concerned(Class::Dataset, replacement)?;
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_dataset(records, entry)
    }
}
