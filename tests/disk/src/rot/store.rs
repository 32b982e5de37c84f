//! What comes of a fault in the replica or its mark, in this process: opened, asked for everything, scrubbed.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};

use cinnabar_store::{OpenOptions, Scrub, Store};

use super::fault::Fault;
use super::fixture::Fixture;
use super::outcome::Outcome;
use super::served::{Served, causes};

/// Where a store keeps its mark, in a copy of the fixture.
#[must_use]
pub fn options(folder: &Path) -> OpenOptions {
    OpenOptions {
        mark: Some(folder.join("data.mark")),
        mark_may_be_new: false,
    }
}

/// The same without a mark.
#[must_use]
pub fn no_mark(_folder: &Path) -> OpenOptions {
    OpenOptions::default()
}

/// What the undamaged replica serves.
///
/// # Panics
/// If it doesn't.
pub fn whole() -> &'static Served {
    static WHOLE: OnceLock<Served> = OnceLock::new();
    WHOLE.get_or_init(|| {
        let copy = Fixture::get().replica();
        let store = Store::open_with(&copy.path().join("data/store"), &options(copy.path()));
        let served = Served::of(&store.expect("the fixture is whole"));
        assert!(served.errors.is_empty(), "{:?}", served.errors);
        served
    })
}

/// Scrubs the replica in a copy.
///
/// # Errors
/// Why it can't be: a reason too.
pub fn scrub(folder: &Path, options: &OpenOptions) -> Result<Scrub, String> {
    Store::scrub(&folder.join("data/store"), options).map_err(|error| causes(&error))
}

/// Copies the fixture's replica, inflicts the faults, and looks what comes of it.
#[must_use]
pub fn judge(faults: &[Fault], options: fn(&Path) -> OpenOptions) -> Outcome {
    let whole = whole();
    let damaged = || {
        let copy = Fixture::get().replica();
        faults.iter().for_each(|fault| fault.inflict(copy.path()));
        copy
    };
    let copy = damaged();
    let options_here = options(copy.path());
    let store = match Store::open_with(&copy.path().join("data/store"), &options_here) {
        Ok(store) => store,
        Err(error) => return Outcome::Refused(causes(&error)),
    };
    let served = Served::asking(&store, &whole.subjects);
    let wrong = served.wrong(whole);
    if !wrong.is_empty() {
        return Outcome::Wrong(format!(
            "other answers to {wrong:?}; errors: {:?}",
            served.errors
        ));
    }
    if let Some(why) = served.errors.values().next() {
        return Outcome::ErrorServed(why.clone());
    }
    if served == *whole {
        drop((store, copy));
        let copy = damaged();
        return match scrub(copy.path(), &options(copy.path())) {
            Ok(scrub) if scrub.is_clean() => Outcome::Irrelevant,
            Ok(scrub) => Outcome::Scrubbed(
                scrub
                    .findings
                    .first()
                    .map(ToString::to_string)
                    .unwrap_or_default(),
            ),
            Err(why) => Outcome::Scrubbed(why),
        };
    }
    let known = store.high_water().map_or(0, |water| water.size.get());
    let marked = store.mark().map_or(0, |mark| mark.high_water.size.get());
    let sizes = format!("{} of {} entries", served.size, whole.size);
    match known.max(marked) >= whole.size {
        // No entry is missing: the blocks without entries that end the stream are read again.
        true if served.size == whole.size => {
            Outcome::Behind("at an earlier position of the stream".to_owned())
        }
        true => Outcome::Behind(format!("{sizes}, and knows it")),
        false => Outcome::Wrong(format!(
            "{sizes}; the head file knows {known}, the mark {marked}"
        )),
    }
}

/// The same for a file that is cut, many times over: what a replica serves that stands at one place is asked for once.
#[must_use]
pub fn judge_cut(fault: &Fault) -> Outcome {
    static SEEN: Mutex<BTreeMap<String, Outcome>> = Mutex::new(BTreeMap::new());
    let copy = Fixture::get().replica();
    fault.inflict(copy.path());
    let options_here = options(copy.path());
    let store = match Store::open_with(&copy.path().join("data/store"), &options_here) {
        Ok(store) => store,
        Err(error) => return Outcome::Refused(causes(&error)),
    };
    let place = format!(
        "{} {:?} {:?} {:?}",
        fault.file.display(),
        store.head(),
        store.position(),
        store.high_water()
    );
    drop((store, copy));
    let seen = || SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(outcome) = seen().get(&place) {
        return outcome.clone();
    }
    let outcome = judge(std::slice::from_ref(fault), options);
    seen().insert(place, outcome.clone());
    outcome
}
