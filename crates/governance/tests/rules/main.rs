//! The rules, one sentence each, told as small stories in a town.
#![allow(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    missing_docs,
    unreachable_pub
)]

mod complaints;
mod compute;
mod deadline_engine;
mod ethics;
mod everything;
mod incidents;
mod ledger;
mod people;
mod privacy;
mod products;
mod resources;
mod rulebook;
mod statistics;
mod trust;

use cinnabar_governance::testing::{Draft, Town};
use cinnabar_governance::{ProductStatus, Record, RecordKey, Records};

pub fn status(town: &Town, product: &str) -> ProductStatus {
    match town.records().record(&RecordKey::State(
        format!("product/{product}").parse().unwrap(),
    )) {
        Ok(Some(Record::Product(record))) => record.status,
        other => panic!("{product}: {other:?}"),
    }
}

/// Says it and expects the rule with this code to say no, and nothing to change.
pub fn refused(town: &mut Town, draft: &Draft, code: &str) {
    let before = town.records().clone();
    let rejection = town.say(draft).expect_err(code);
    assert_eq!(rejection.code(), code, "{rejection}");
    assert_eq!(*town.records(), before);
}
