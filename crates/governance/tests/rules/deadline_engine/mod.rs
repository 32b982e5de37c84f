//! The deadline engine under a small rulebook of its own: what starts, meets, lifts, pauses, extends and misses.
//!
//! One kind does everything here: `algorithm.published`, whose `version` says what it is for. All clocks are those of
//! Shenzhen, eight hours ahead of UTC; 2026-11-23 is a Monday.

mod conditions;
mod forged;
mod order;
mod property;

use cinnabar_events::{Kind, Payload, Sequence, Subject, Timestamp};
use cinnabar_governance::testing::{Draft, Town};
use cinnabar_governance::{
    DeadlineRecord, DeadlineStatus, Record, RecordKey, Records, default_rulebook,
};
use serde_json::{Value as Json, json};

use crate::refused;

/// A rule on algorithms, started, met, … by a version of that name.
fn rule(name: &str, length: &Json) -> Json {
    let by = |version: &str| json!([{ "kind": "algorithm.published", "when": [{ "field": "/version", "is": [version] }] }]);
    let both = |version: &str| json!([{ "kind": "algorithm.published", "when": [{ "field": "/version", "is": [version, "again"] }] }]);
    json!({
        "rule": name, "label": name, "class": "algorithm", "length": length,
        "starts": both("start"), "meets": both("meet"), "lifts": by("lift"), "pauses": by("pause"), "resumes": by("resume"),
        "consequence": "missed", "owedBy": "case_officer", "source": { "model": "a test" },
    })
}

/// The same with further members.
fn with(mut rule: Json, more: &Json) -> Json {
    for (name, value) in more.as_object().unwrap() {
        rule[name] = value.clone();
    }
    rule
}

/// A city under a rulebook whose only deadlines are `rules`.
fn town(rules: &[Json]) -> Town {
    let mut town = Town::city();
    let default = serde_json::to_value(default_rulebook().whole().unwrap()).unwrap();
    let kept = |kind: &str| {
        let nouns = ["rulebook", "role", "actor", "key", "algorithm"];
        nouns.contains(&kind.split('.').next().unwrap()) || kind == "deadline.extended"
    };
    let permissions = default["permissions"].as_array().unwrap().iter();
    let permissions: Vec<&Json> = permissions
        .filter(|one| kept(one["kind"].as_str().unwrap()))
        .collect();
    let mut rulebook = json!({
        "title": "A rulebook for tests", "version": "t", "engine": 1, "roles": default["roles"], "permissions": permissions,
        "calendars": default["calendars"], "deadlines": rules,
    });
    for list in ["settings", "migration"] {
        if !default[list].is_null() {
            rulebook[list] = default[list].clone();
        }
    }
    let data = json!({ "rulebook": rulebook, "reasons": "A test." });
    let signers = ["wang:institution_admin", "zhao:institution_admin"];
    let draft = town.draft(Kind::RulebookAdopted, "rulebook/sz-ai", &signers, &data);
    town.say(&draft).unwrap();
    town
}

/// Moves the clock to `local`, like `2026-11-23 09:00`.
fn clock(town: &mut Town, local: &str) {
    let local: Timestamp = format!("{}:00.000000Z", local.replace(' ', "T"))
        .parse()
        .unwrap();
    let there = local.plus_seconds(-8 * 3600);
    let seconds = (there.micros() - town.now().micros()) / 1_000_000;
    assert!(seconds >= 0, "it is {} already", town.now());
    // Saying something takes a second.
    town.pass(seconds - 1);
}

fn publish(town: &mut Town, id: &str, version: &str, since: Option<&str>) -> Draft {
    let mut data = json!({ "organisation": "acme", "name": "n", "class": "other", "version": version, "principle": "p", "mechanism": "m",
        "scenario": "s", "intent": "i", "openSource": false });
    if let Some(since) = since {
        data["filing"] =
            json!({ "register": "algorithm_filing", "status": "pending", "since": since });
    }
    let subject = format!("algorithm/{id}");
    let signer = ["lin:enterprise_filer@acme"];
    town.draft(Kind::AlgorithmPublished, &subject, &signer, &data)
        .concerning(&["organisation/acme"])
}

/// Says `version` of `algorithm/a` at `local`.
fn say(town: &mut Town, local: &str, version: &str) {
    clock(town, local);
    let draft = publish(town, "a", version, None);
    town.say(&draft).unwrap();
}

fn found(town: &Town, on: &str, rule: &str) -> Option<DeadlineRecord> {
    let key = RecordKey::Deadline(on.parse().unwrap(), rule.parse().unwrap());
    match town.records().record(&key) {
        Ok(Some(Record::Deadline(deadline))) => Some(deadline),
        _ => None,
    }
}

/// How `rule` stands on `algorithm/a`, and the last minute in which it could be met, in local time.
fn stands(town: &Town, rule: &str) -> (DeadlineStatus, String) {
    let deadline = found(town, "algorithm/a", rule).expect(rule);
    let last = deadline.due.plus_seconds(8 * 3600 - 60).to_string();
    (deadline.status, last[..16].replace('T', " "))
}

/// What the ledger itself has said since `from`: rule and subject.
fn said(town: &Town, from: usize) -> Vec<(String, Subject)> {
    let missed = |entry: &cinnabar_events::Entry| match &entry.statement().payload {
        Payload::DeadlineMissed(missed) => {
            Some((missed.rule.as_str().to_owned(), missed.on.clone()))
        }
        _ => None,
    };
    town.entries()[from..].iter().filter_map(missed).collect()
}

fn extend(town: &mut Town, rule: &str, signer: &str) -> Draft {
    let data = json!({ "rule": rule, "on": "algorithm/a", "reasons": "The test takes longer." });
    town.draft(Kind::DeadlineExtended, "deadline/d1", &[signer], &data)
        .concerning(&["algorithm/a"])
}

use DeadlineStatus::{Lifted, Met, MetLate, Missed, Paused, Running};

#[test]
fn each_length_ends_where_its_unit_says() {
    for (length, start, last) in [
        // The start day does not count; the last one ends at 24:00.
        (
            json!({ "days": 10 }),
            "2026-11-23 09:00",
            "2026-12-03 23:59",
        ),
        // What would end on a Saturday ends with Monday.
        (json!({ "days": 5 }), "2026-11-23 09:00", "2026-11-30 23:59"),
        (
            json!({ "workingDays": 5 }),
            "2026-11-23 09:00",
            "2026-11-30 23:59",
        ),
        (
            json!({ "workingDays": 1 }),
            "2026-11-27 23:58",
            "2026-11-30 23:59",
        ),
        // The first of January is a holiday.
        (
            json!({ "workingDays": 2 }),
            "2026-12-30 09:00",
            "2027-01-04 23:59",
        ),
        // Hours run through the weekend.
        (
            json!({ "hours": 72 }),
            "2026-11-27 09:00",
            "2026-11-30 08:59",
        ),
        (
            json!({ "months": 1 }),
            "2026-11-30 09:00",
            "2026-12-30 23:59",
        ),
        // A month from 31 January is the 28th of February: a Sunday.
        (
            json!({ "months": 1 }),
            "2027-01-31 09:00",
            "2027-03-01 23:59",
        ),
    ] {
        let mut town = town(&[rule("t", &length)]);
        say(&mut town, start, "start");
        assert_eq!(
            stands(&town, "t"),
            (Running, last.to_owned()),
            "{length} from {start}"
        );
    }
}

#[test]
fn a_deadline_is_met_or_lifted_once_and_what_comes_later_changes_nothing() {
    for (version, status) in [("meet", Met), ("lift", Lifted)] {
        let mut town = town(&[rule("t", &json!({ "days": 10 }))]);
        say(&mut town, "2026-11-23 08:00", version);
        assert_eq!(found(&town, "algorithm/a", "t"), None, "nothing runs yet");
        say(&mut town, "2026-11-23 09:00", "start");
        say(&mut town, "2026-12-03 23:59", version);
        let ended = found(&town, "algorithm/a", "t").unwrap();
        assert_eq!(ended.status, status);
        let last = town.entries().last().unwrap().seq();
        assert_eq!(ended.ended, Some(last));
        for other in ["meet", "lift", "pause", "resume", "nothing"] {
            say(&mut town, "2026-12-20 09:00", other);
            assert_eq!(
                found(&town, "algorithm/a", "t").as_ref(),
                Some(&ended),
                "{other}"
            );
            town.pass(-600);
        }
        assert_eq!(said(&town, 0), []);
    }
}

#[test]
fn starting_it_again_while_it_runs_leaves_it_and_afterwards_starts_another() {
    let mut town = town(&[rule("t", &json!({ "days": 10 }))]);
    say(&mut town, "2026-11-23 09:00", "start");
    let first = found(&town, "algorithm/a", "t").unwrap();
    say(&mut town, "2026-11-25 09:00", "start");
    assert_eq!(found(&town, "algorithm/a", "t").as_ref(), Some(&first));
    say(&mut town, "2026-11-26 09:00", "pause");
    let paused = found(&town, "algorithm/a", "t").unwrap();
    say(&mut town, "2026-11-26 10:00", "start");
    assert_eq!(found(&town, "algorithm/a", "t").as_ref(), Some(&paused));
    // One statement can meet the deadline and start the next one.
    say(&mut town, "2026-11-30 09:00", "again");
    assert_eq!(stands(&town, "t"), (Running, "2026-12-10 23:59".to_owned()));
    say(&mut town, "2026-12-01 09:00", "meet");
    say(&mut town, "2026-12-02 09:00", "start");
    assert_eq!(stands(&town, "t"), (Running, "2026-12-14 23:59".to_owned()));
    assert_ne!(
        found(&town, "algorithm/a", "t").unwrap().started,
        first.started
    );
}

#[test]
fn a_pause_takes_its_days_out() {
    for (length, paused, resumed, last) in [
        // One day is used up before the pause, the 24th: nine are left after the day of the resumption.
        (
            json!({ "days": 10 }),
            "2026-11-25 12:00",
            "2026-11-30 12:00",
            "2026-12-09 23:59",
        ),
        (
            json!({ "workingDays": 5 }),
            "2026-11-25 12:00",
            "2026-11-30 12:00",
            "2026-12-04 23:59",
        ),
        (
            json!({ "hours": 48 }),
            "2026-11-24 09:00",
            "2026-12-24 09:00",
            "2026-12-25 08:59",
        ),
        // A pause on the start day leaves everything.
        (
            json!({ "days": 10 }),
            "2026-11-23 10:00",
            "2026-11-23 11:00",
            "2026-12-03 23:59",
        ),
    ] {
        let mut town = town(&[rule("t", &length)]);
        say(&mut town, "2026-11-23 09:00", "start");
        say(&mut town, paused, "pause");
        let before = found(&town, "algorithm/a", "t").unwrap();
        assert_eq!((before.status, before.since), (Paused, town.now()));
        say(&mut town, paused, "pause");
        assert_eq!(found(&town, "algorithm/a", "t"), Some(before));
        say(&mut town, resumed, "resume");
        say(&mut town, resumed, "resume");
        assert_eq!(stands(&town, "t"), (Running, last.to_owned()), "{length}");
    }
}

#[test]
fn a_paused_deadline_is_never_missed_but_can_be_met_or_lifted() {
    for (version, status) in [("nothing", Paused), ("meet", Met), ("lift", Lifted)] {
        let mut town = town(&[rule("t", &json!({ "workingDays": 5 }))]);
        say(&mut town, "2026-11-23 09:00", "start");
        say(&mut town, "2026-11-30 23:59", "pause");
        say(&mut town, "2027-11-23 09:00", version);
        assert_eq!(stands(&town, "t").0, status);
        clock(&mut town, "2028-11-23 09:00");
        assert_eq!(town.catch_up(), [] as [Sequence; 0]);
    }
}

#[test]
fn it_is_missed_at_its_end_and_not_a_microsecond_before_and_met_late_afterwards() {
    let mut town = town(&[rule("t", &json!({ "hours": 1 }))]);
    say(&mut town, "2026-11-23 09:00", "start");
    let due = found(&town, "algorithm/a", "t").unwrap().due;
    let before = Timestamp::from_micros(due.micros() - 1).unwrap();
    let duty = |at| cinnabar_governance::duty(town.records(), at).unwrap();
    assert_eq!(duty(before), None);
    assert!(duty(due).is_some());
    for (version, status) in [
        ("nothing", Missed),
        ("lift", Missed),
        ("pause", Missed),
        ("resume", Missed),
        ("meet", MetLate),
        ("lift", MetLate),
        ("meet", MetLate),
        ("start", Running),
    ] {
        say(&mut town, "2026-11-23 11:00", version);
        assert_eq!(stands(&town, "t").0, status, "{version}");
        town.pass(-600);
    }
    let one = ("t".to_owned(), "algorithm/a".parse().unwrap());
    assert_eq!(said(&town, 0), [one]);
}

#[test]
fn an_extension_is_given_once_by_whoever_owes_the_act_while_it_is_owed() {
    let days = with(
        rule("t", &json!({ "days": 10 })),
        &json!({ "extension": { "days": 5 } }),
    );
    let mut town = town(&[days, rule("fixed", &json!({ "days": 10 }))]);
    let draft = extend(&mut town, "t", "sun:case_officer");
    refused(&mut town, &draft, "subject.unknown");
    say(&mut town, "2026-11-23 09:00", "start");
    for (rule, signer, code) in [
        ("t", "mei:appeal_officer", "deadline.not_owed"),
        ("t", "lin:enterprise_filer@acme", "role.not_allowed"),
        ("other", "sun:case_officer", "deadline.unknown"),
        ("fixed", "sun:case_officer", "deadline.not_extendable"),
    ] {
        let draft = extend(&mut town, rule, signer);
        refused(&mut town, &draft, code);
    }
    let unconcerned = extend(&mut town, "t", "sun:case_officer").concerning(&[]);
    refused(&mut town, &unconcerned, "subject.not_concerned");

    // Ten days and five more, from the 23rd: the 8th of December.
    let draft = extend(&mut town, "t", "sun:case_officer");
    town.say(&draft).unwrap();
    assert_eq!(stands(&town, "t"), (Running, "2026-12-08 23:59".to_owned()));
    assert_eq!(
        stands(&town, "fixed"),
        (Running, "2026-12-03 23:59".to_owned())
    );
    let draft = extend(&mut town, "t", "sun:case_officer");
    refused(&mut town, &draft, "deadline.not_extendable");
    say(&mut town, "2026-12-04 09:00", "nothing");
    let draft = extend(&mut town, "fixed", "sun:case_officer");
    refused(&mut town, &draft, "deadline.not_extendable");
    assert_eq!(stands(&town, "fixed").0, Missed);

    // The next one on the same subject can be extended again, also while it is paused.
    say(&mut town, "2026-12-07 09:00", "again");
    say(&mut town, "2026-12-08 09:00", "pause");
    let draft = extend(&mut town, "t", "sun:case_officer");
    town.say(&draft).unwrap();
    assert_eq!(stands(&town, "t").0, Paused);
    say(&mut town, "2026-12-14 09:00", "resume");
    assert_eq!(stands(&town, "t"), (Running, "2026-12-29 23:59".to_owned()));
    say(&mut town, "2026-12-30 09:00", "nothing");
    let draft = extend(&mut town, "t", "sun:case_officer");
    refused(&mut town, &draft, "deadline.not_extendable");
}

#[test]
fn it_is_counted_from_when_it_occurred_if_the_rule_says_so_and_can_be_missed_at_once() {
    let occurred = with(
        rule("t", &json!({ "workingDays": 10 })),
        &json!({ "from": "occurred" }),
    );
    for (occurred_on, last, missed) in [
        (None, "2026-12-07 23:59", 0),
        // Friday, the 20th.
        (Some("2026-11-20"), "2026-12-04 23:59", 0),
        // Both are the weekend or the Friday before it in Shenzhen; the last one is still Thursday there.
        (Some("2026-11-20T15:59:59.999999Z"), "2026-12-04 23:59", 0),
        (Some("2026-11-20T16:00:00.000000Z"), "2026-12-04 23:59", 0),
        (Some("2026-11-19T16:00:00.000000Z"), "2026-12-04 23:59", 0),
        (Some("2026-11-19T15:59:59.000000Z"), "2026-12-03 23:59", 0),
        (Some("2026-10-12"), "2026-10-26 23:59", 1),
    ] {
        let mut town = town(std::slice::from_ref(&occurred));
        clock(&mut town, "2026-11-23 09:00");
        let draft = publish(&mut town, "a", "start", None)
            .with(|statement| statement.occurred = occurred_on.map(|when| when.parse().unwrap()));
        town.say(&draft).unwrap();
        assert_eq!(stands(&town, "t").1, last, "{occurred_on:?}");
        assert_eq!(town.catch_up().len(), missed, "{occurred_on:?}");
    }
}

#[test]
fn an_end_that_statements_give_moves_with_each_that_gives_one() {
    let until = rule("t", &json!({ "until": "/filing/since", "before": 3 }));
    let mut town = town(&[with(until, &json!({ "extension": { "days": 5 } }))]);
    let give = |town: &mut Town, local: &str, version: &str, since: Option<&str>| {
        clock(town, local);
        let draft = publish(town, "a", version, since);
        town.say(&draft).unwrap();
    };
    give(&mut town, "2026-11-23 09:00", "start", None);
    assert_eq!(
        found(&town, "algorithm/a", "t"),
        None,
        "no date, no deadline"
    );
    // A day that a statement gives stays where it is, Saturday or not.
    give(&mut town, "2026-11-23 10:00", "start", Some("2026-12-15"));
    assert_eq!(stands(&town, "t"), (Running, "2026-12-12 23:59".to_owned()));
    for (version, since, last) in [
        ("start", Some("2026-12-20"), "2026-12-17 23:59"),
        ("start", Some("2026-12-10"), "2026-12-07 23:59"),
        ("start", None, "2026-12-07 23:59"),
        ("nothing", Some("2027-12-10"), "2026-12-07 23:59"),
        ("pause", None, "2026-12-07 23:59"),
    ] {
        give(&mut town, "2026-11-24 10:00", version, since);
        assert_eq!(
            stands(&town, "t"),
            (Running, last.to_owned()),
            "{version} {since:?}"
        );
        town.pass(-600);
    }
    let draft = extend(&mut town, "t", "sun:case_officer");
    refused(&mut town, &draft, "deadline.not_extendable");
    give(&mut town, "2026-12-07 23:59", "nothing", None);
    assert_eq!(said(&town, 0), []);
    give(&mut town, "2026-12-08 00:01", "nothing", None);
    assert_eq!(stands(&town, "t").0, Missed);
    give(&mut town, "2026-12-08 09:00", "start", Some("2026-12-31"));
    assert_eq!(stands(&town, "t"), (Running, "2026-12-28 23:59".to_owned()));
    // An end in the past is missed with the next thing that is said.
    give(&mut town, "2026-12-09 09:00", "start", Some("2026-12-10"));
    give(&mut town, "2026-12-09 10:00", "meet", None);
    assert_eq!(stands(&town, "t").0, MetLate);
    assert_eq!(said(&town, 0).len(), 2);
}
