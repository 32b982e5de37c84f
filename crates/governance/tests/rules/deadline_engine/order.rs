//! What is due is said in order, before anything else, once, and the same everywhere.

use cinnabar_events::Entry;
use cinnabar_governance::{RecordMap, duty, evolve, unsaid};
use serde_json::json;

use super::{clock, found, publish, rule, said, say, town};

fn names(said: &[(String, cinnabar_events::Subject)]) -> Vec<String> {
    said.iter()
        .map(|(rule, on)| format!("{rule} {on}"))
        .collect()
}

#[test]
fn after_a_long_downtime_what_is_due_is_said_by_its_end_then_by_subject_and_rule() {
    let mut town = town(&[
        rule("late", &json!({ "days": 10 })),
        rule("early", &json!({ "hours": 2 })),
        rule("also_early", &json!({ "hours": 2 })),
    ]);
    // All three are said in the same second, but for the clock's steps of one second.
    clock(&mut town, "2026-11-23 09:00");
    for id in ["c", "a", "b"] {
        let draft = publish(&mut town, id, "start", None);
        town.say(&draft).unwrap();
    }
    let from = town.entries().len();
    clock(&mut town, "2027-06-01 09:00");
    let draft = publish(&mut town, "d", "start", None);
    town.say(&draft).unwrap();
    assert_eq!(
        names(&said(&town, from)),
        [
            "also_early algorithm/c",
            "early algorithm/c",
            "also_early algorithm/a",
            "early algorithm/a",
            "also_early algorithm/b",
            "early algorithm/b",
            // These end in the same moment: by subject.
            "late algorithm/a",
            "late algorithm/b",
            "late algorithm/c",
        ]
    );
    let last = town.entries().last().unwrap();
    assert_eq!(last.statement().subject.to_string(), "algorithm/d");
    assert_eq!(
        town.entries().len(),
        from + 10,
        "they come before what was said"
    );
    // The clock is that of the catching up; what was due when stands in the statement.
    let missed = &town.entries()[from];
    assert_eq!(missed.time(), last.time());
    let occurred = missed.statement().occurred.unwrap().earliest();
    assert_eq!(occurred, found(&town, "algorithm/c", "early").unwrap().due);
}

#[test]
fn the_same_records_give_the_same_duty_here_later_and_on_another_node() {
    let mut town = town(&[rule("t", &json!({ "hours": 2 }))]);
    say(&mut town, "2026-11-23 09:00", "start");
    say(&mut town, "2026-11-23 10:00", "nothing");
    let due = found(&town, "algorithm/a", "t").unwrap().due;
    let mut elsewhere = RecordMap::new();
    for entry in town.entries() {
        let Ok(()) = evolve(&mut elsewhere, &Entry::parse(entry.bytes()).unwrap());
    }
    assert!(elsewhere == *town.records());
    let here = duty(town.records(), due).unwrap().unwrap();
    for (records, at) in [
        (town.records(), due),
        (town.records(), due.plus_seconds(1_000_000)),
        (&elsewhere, due),
    ] {
        assert_eq!(duty(records, at).unwrap().as_ref(), Some(&here));
    }
    assert_eq!(here.id.to_string().as_bytes()[14], b'8', "a derived id");
    assert_eq!(here.subject.to_string(), format!("deadline/{}", here.id));

    // Whoever speaks first without saying it leaves out what a verifier finds.
    let other = publish(&mut town, "a", "meet", None);
    let found = unsaid(town.records(), due, other.statement()).unwrap();
    assert_eq!(found.as_ref(), Some(&here));
    assert_eq!(unsaid(town.records(), due, &here).unwrap(), None);

    // The next one on the same subject, by the same rule, is another duty.
    clock(&mut town, "2026-11-23 12:00");
    assert_eq!(town.catch_up().len(), 1);
    assert_eq!(town.entries().last().unwrap().statement().id, here.id);
    say(&mut town, "2026-11-23 12:01", "start");
    let due = super::found(&town, "algorithm/a", "t").unwrap().due;
    let next = duty(town.records(), due).unwrap().unwrap();
    assert_ne!(next.id, here.id);
}

#[test]
fn what_nobody_can_follow_from_is_only_missed() {
    // Acceptance and expiry are for products: an algorithm's deadline with such a consequence is missed like any other.
    for consequence in ["deemed_accepted", "expired"] {
        let mut rule = rule("t", &json!({ "hours": 2 }));
        rule["consequence"] = consequence.into();
        let mut town = town(&[rule]);
        say(&mut town, "2026-11-23 09:00", "start");
        say(&mut town, "2026-11-23 12:00", "nothing");
        assert_eq!(names(&said(&town, 0)), ["t algorithm/a"], "{consequence}");
    }
}
