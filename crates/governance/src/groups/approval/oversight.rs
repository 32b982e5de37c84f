//! The institution looks at products in use, and has them taken back.

use cinnabar_events::kinds::{
    InspectionMethod, InspectionResult, ProductInspected, ProductRecalled,
};
use cinnabar_events::{Class, Entry};

use super::clauses::{FINDINGS, NO_RECALL, RECALL_DUE};
use crate::case::{Case, Check, Stop};
use crate::deadline::clock;
use crate::governed::Governed;
use crate::groups::filing::{product_in_step, step_product};
use crate::records::{Records, RecordsMut};

impl Governed for ProductInspected {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let product = product_in_step(case)?;
        let recall = self.method == InspectionMethod::Recall;
        if !product.status.lives() && !recall {
            let needed = "disclosed or authorised or suspended; otherwise the method is recall";
            return Err(case.wrong_state(product.status.as_str(), needed).into());
        }
        if (self.result == InspectionResult::Findings) == self.findings.is_empty() {
            return Err(FINDINGS.into());
        }
        if (self.recall_done || recall) && !product.recall_open {
            return Err(NO_RECALL.into());
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_product(records, entry, |product, _| {
            product.recall_open = product.recall_open && !self.recall_done;
        })
    }
}

impl Governed for ProductRecalled {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        case.vocabulary("measure", self.measures.as_slice())?;
        product_in_step(case)?;
        if self.due < clock::local_date(case.now) && !case.migrated() {
            return Err(RECALL_DUE.into());
        }
        match &self.incident {
            Some(incident) => case
                .concerned(Class::Incident, incident)
                .map_err(Stop::from),
            None => Ok(()),
        }
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_product(records, entry, |product, _| product.recall_open = true)
    }
}
