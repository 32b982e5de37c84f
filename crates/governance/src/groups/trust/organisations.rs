//! Organisations: registered, updated, ended; who goes on with what an ended one had.

use cinnabar_events::kinds::{
    OrganisationEnd, OrganisationEnded, OrganisationRegistered, OrganisationUpdated,
};
use cinnabar_events::{Class, Entry, Id};

use super::{
    ENDED, NO_SUCCESSOR, NOTHING_NEW, OWN_NUMBERS, OrganisationRecord, OrganisationStatus, numbers,
};
use crate::case::{Case, Check, find};
use crate::governed::{Governed, change, change_at, put};
use crate::records::{Records, RecordsMut};

/// How many times in a row what became part of another may become part of a third until nobody is found any more: more
/// than firms merge in a lifetime. Successors never run in a circle, because each was there when the one before ended.
const HEIRS_MAX: usize = 64;

impl Governed for OrganisationRegistered {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        case.new_subject::<OrganisationRecord>()?;
        numbers::admit(case, self.numbers.as_slice())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        numbers::fold(records, entry, self.numbers.as_slice());
        put(records, entry, OrganisationRecord::registered(entry.seq()));
        Ok(())
    }
}

impl Governed for OrganisationUpdated {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let organisation: OrganisationRecord = case.own()?;
        case.step(organisation.status)?;
        case.owner_speaks(case.id())?;
        let nothing = OrganisationUpdated {
            name: None,
            name_en: None,
            organisation_kind: None,
            numbers: Default::default(),
            address: None,
            country: None,
            district: None,
            url: None,
            size: None,
            ethics_committee: None,
            removed: Default::default(),
            note: self.note.clone(),
        };
        if *self == nothing {
            return Err(NOTHING_NEW.into());
        }
        if case.by_an_organisation() && !self.numbers.is_empty() {
            return Err(OWN_NUMBERS.into());
        }
        numbers::admit(case, self.numbers.as_slice())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        numbers::fold(records, entry, self.numbers.as_slice());
        Ok(())
    }
}

impl Governed for OrganisationEnded {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let organisation: OrganisationRecord = case.own()?;
        case.step(organisation.status)?;
        let Some(into) = &self.into else {
            let live = organisation.live_products;
            if live > 0 {
                let found = format!("{live} products may be offered or rest");
                return Err(NO_SUCCESSOR.found(found).into());
            }
            return match self.reason {
                OrganisationEnd::Merged | OrganisationEnd::Divided => Err(NO_SUCCESSOR.into()),
                OrganisationEnd::Dissolved
                | OrganisationEnd::Relocated
                | OrganisationEnd::Mistaken => Ok(()),
            };
        };
        case.concerned(Class::Organisation, into)?;
        match case.known::<OrganisationRecord>(into)?.status {
            OrganisationStatus::Registered => Ok(()),
            OrganisationStatus::Ended => Err(ENDED.found(into.as_str()).into()),
        }
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let mut live = 0;
        change(records, entry, |organisation: &mut OrganisationRecord| {
            organisation.status = OrganisationStatus::Ended;
            organisation.into = self.into.clone();
            live = std::mem::take(&mut organisation.live_products);
        })?;
        let Some(into) = &self.into else {
            return Ok(());
        };
        change_at(records, into, |heir: &mut OrganisationRecord| {
            heir.live_products = heir.live_products.saturating_add(live);
        })
    }
}

/// Who goes on with what `organisation` had: itself while it is there, or if it ended without a successor.
///
/// # Errors
/// Only if the records can't be read.
pub(crate) fn heir<R: Records>(records: &R, organisation: &Id) -> Result<Id, R::Error> {
    let mut heir = organisation.clone();
    for _ in 0..HEIRS_MAX {
        match find::<OrganisationRecord, R>(records, &heir)?.and_then(|record| record.into) {
            Some(next) => heir = next,
            None => break,
        }
    }
    Ok(heir)
}

/// A product of `organisation` may be offered from now on, or rests (`lives`: it became authorised, disclosed or suspended
/// and was none of these); or no more (it was one of these). Called by the folds of products, at most once for each
/// change of that; counted for the successor if the organisation has ended.
///
/// # Errors
/// Only if the records can't be read.
pub(crate) fn product_lives<R: RecordsMut>(
    records: &mut R,
    organisation: &Id,
    lives: bool,
) -> Result<(), R::Error> {
    let heir = heir(records, organisation)?;
    change_at(records, &heir, |organisation: &mut OrganisationRecord| {
        let live = organisation.live_products;
        organisation.live_products = if lives {
            live.saturating_add(1)
        } else {
            live.saturating_sub(1)
        };
    })
}

#[cfg(test)]
mod tests;
