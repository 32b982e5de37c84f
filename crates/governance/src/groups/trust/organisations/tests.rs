//! Products are counted for whoever goes on with them.

use cinnabar_events::{Id, Sequence};

use super::{OrganisationRecord, OrganisationStatus, heir, product_lives};
use crate::case::find;
use crate::governed::{change_at, put_at};
use crate::records::RecordMap;

fn id(text: &str) -> Id {
    text.parse().unwrap()
}

fn three() -> RecordMap {
    let mut records = RecordMap::new();
    for name in ["a", "b", "c"] {
        let organisation = OrganisationRecord::registered(Sequence::FIRST);
        put_at(&mut records, &id(name), organisation);
    }
    records
}

fn live(records: &RecordMap, name: &str) -> u32 {
    let Ok(found) = find::<OrganisationRecord, _>(records, &id(name));
    found.unwrap().live_products
}

fn became(records: &mut RecordMap, name: &str, into: &str) {
    let Ok(()) = change_at(records, &id(name), |one: &mut OrganisationRecord| {
        one.status = OrganisationStatus::Ended;
        one.into = Some(id(into));
    });
}

fn lives(records: &mut RecordMap, name: &str, lives: bool) {
    let Ok(()) = product_lives(records, &id(name), lives);
}

#[test]
fn products_that_live_are_counted_and_never_fewer_than_none() {
    let mut records = three();
    for (says, count) in [(true, 1), (true, 2), (false, 1), (false, 0), (false, 0)] {
        lives(&mut records, "a", says);
        assert_eq!(live(&records, "a"), count);
    }
    lives(&mut records, "nobody", true);
    assert_eq!(records, three());
}

#[test]
fn products_of_an_organisation_that_became_part_of_others_are_counted_there() {
    let mut records = three();
    became(&mut records, "a", "b");
    became(&mut records, "b", "c");
    lives(&mut records, "a", true);
    lives(&mut records, "b", true);
    assert_eq!(["a", "b", "c"].map(|name| live(&records, name)), [0, 0, 2]);
    lives(&mut records, "a", false);
    assert_eq!(live(&records, "c"), 1);
}

#[test]
fn whoever_is_there_is_its_own_heir_and_records_that_run_in_a_circle_do_no_harm() {
    let mut records = three();
    assert_eq!(heir(&records, &id("a")), Ok(id("a")));
    assert_eq!(heir(&records, &id("nobody")), Ok(id("nobody")));
    became(&mut records, "a", "b");
    became(&mut records, "b", "a");
    assert!(heir(&records, &id("a")).is_ok());
}
