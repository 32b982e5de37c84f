//! The demonstration against the rules alone: no server, no disk.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use cinnabar_events::Class;
use cinnabar_governance::story::{Line, read};
use cinnabar_governance::testing::{Town, key, public};
use cinnabar_governance::{Record, RecordKey, Records as _};
use ed25519_dalek::SigningKey;
use zeroize::Zeroizing;

use super::draft::Drafter;
use super::telling;

/// What a line that says so finds.
fn status(town: &Town, subject: &str) -> String {
    let key = RecordKey::State(subject.parse().unwrap());
    let record: Option<Record> = town.records().record(&key).unwrap();
    let json = serde_json::to_value(record).unwrap();
    let state = json.as_object().unwrap().values().next().unwrap();
    state["status"].as_str().unwrap().to_owned()
}

fn told(town: &mut Town) -> String {
    let text = telling::on(town.now().plus_seconds(super::AHEAD).date());
    let people = telling::people(&text).unwrap();
    let keys: BTreeMap<String, SigningKey> =
        people.iter().map(|id| (id.clone(), key(id))).collect();
    let ledger = town.entries()[1].statement().ledger.unwrap();
    let mut drafter = Drafter::new(ledger, keys, Zeroizing::new([7; 32]));
    for (number, line) in read(&text, |name| Some(public(name))).unwrap() {
        match line {
            Line::Says(says) => {
                let said = drafter.said(&says).unwrap();
                let verdict = town.record(said.signed.verify().unwrap());
                assert!(verdict.is_ok(), "line {number}: {verdict:?}");
            }
            Line::Is {
                subject,
                status: is,
            } => {
                assert_eq!(status(town, &subject), is, "line {number}");
            }
            Line::Ledger { kind, subject, .. } => {
                town.catch_up();
                let last = town.entries().last().unwrap().statement();
                let about = last.subjects().any(|one| one.to_string() == subject);
                assert!(last.kind() == kind && about, "line {number}");
            }
            Line::Time(_) | Line::Deadline { .. } => panic!("line {number}: the clock is real"),
        }
    }
    text
}

#[test]
fn the_rules_admit_the_demonstration_on_any_day() {
    let mut town = Town::new();
    // Not on the day that the town begins with: a leap day.
    town.pass((463 * 24 + 12) * 3600);
    assert_eq!(
        town.now().plus_seconds(super::AHEAD).date().to_string(),
        "2028-02-29"
    );
    told(&mut town);
}

#[test]
fn every_group_of_the_law_has_a_living_example_in_the_demonstration() {
    let mut town = Town::new();
    told(&mut town);
    let statements = || town.entries().iter().map(|entry| entry.statement());
    let shown: BTreeSet<Class> = statements().map(|one| one.kind().class()).collect();
    let missing: Vec<Class> = Class::ALL
        .iter()
        .copied()
        .filter(|class| !shown.contains(class))
        .collect();
    assert_eq!(missing, [], "{} entries", town.entries().len());
    assert!(statements().any(|one| one.migrated.is_some()));
    assert!(statements().any(|one| !one.commitments.is_empty()));
}

#[test]
fn told_again_it_is_the_same_to_the_byte() {
    let (mut one, mut other) = (Town::new(), Town::new());
    told(&mut one);
    told(&mut other);
    let bytes = |town: &Town| -> Vec<Vec<u8>> {
        let said = town.entries().iter();
        said.map(|entry| entry.signed().bytes().to_vec()).collect()
    };
    assert_eq!(bytes(&one), bytes(&other));
}

#[test]
fn days_are_counted_and_words_are_left_alone() {
    let text = telling::on("2027-12-31".parse().unwrap());
    assert!(text.contains(r#""until":"2028-01-14""#), "day+14");
    assert!(text.contains("By day it sees everything."));
    assert!(text.contains("occurred 2027-12-29"));
}
