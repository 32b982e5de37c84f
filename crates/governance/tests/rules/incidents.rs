//! Incidents: what a story can't show. Tables, the last moment of a deadline, incidents at random.

use std::sync::OnceLock;

use cinnabar_events::{Commitment, Kind, Timestamp, When};
use cinnabar_governance::testing::{Draft, Town};
use cinnabar_governance::{DeadlineRecord, DeadlineStatus, Record, RecordKey, Records as _};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::refused;

const YU: &str = "yu:enterprise_filer@beta";
const SUN: &str = "sun:case_officer";
const CHEN: &str = "chen:decision_maker";

/// A city, built once.
fn city() -> Town {
    static CITY: OnceLock<Town> = OnceLock::new();
    CITY.get_or_init(Town::city).clone()
}

/// The state of `subject` as JSON.
fn state(town: &Town, subject: &str) -> Option<Json> {
    let Ok(record) = town
        .records()
        .record(&RecordKey::State(subject.parse().unwrap()));
    let json = serde_json::to_value(record?).unwrap();
    json.as_object().unwrap().values().next().cloned()
}

fn deadline(town: &Town, incident: &str, rule: &str) -> Option<DeadlineStatus> {
    let key = RecordKey::Deadline(incident.parse().unwrap(), rule.parse().unwrap());
    match town.records().record(&key) {
        Ok(Some(Record::Deadline(DeadlineRecord { status, .. }))) => Some(status),
        _ => None,
    }
}

/// A report that lacks nothing.
fn whole() -> Json {
    json!({
        "unregisteredSystem": "机器人", "title": "t", "description": "d", "howAiRelates": "h", "severity": "serious_incident",
        "harmTypes": ["physical"], "materialsAbsent": "none", "aware": "2026-11-20", "reportType": "initial",
    })
}

fn report(town: &mut Town, incident: &str, data: &Json) -> Draft {
    town.draft(Kind::IncidentReported, incident, &[YU], data)
}

#[test]
fn a_report_is_told_each_thing_that_it_lacks() {
    let mut town = city();
    for missing in [
        "description",
        "howAiRelates",
        "harmTypes",
        "materialsAbsent",
    ] {
        let mut data = whole();
        data.as_object_mut().unwrap().remove(missing);
        let draft = report(&mut town, "incident/i1", &data);
        let named = match missing {
            "materialsAbsent" => "materials",
            other => other,
        };
        let rejection = town.say(&draft).unwrap_err();
        assert_eq!(rejection.code(), "incident.criteria");
        assert!(
            rejection.to_string().ends_with(&format!("without {named}")),
            "{rejection}"
        );
    }
    // An officer signs for somebody: who it is must be committed.
    let unnamed = town.draft(
        Kind::IncidentReported,
        "incident/i1",
        &["zhou:intake_officer"],
        &whole(),
    );
    let rejection = town.say(&unnamed).unwrap_err();
    assert!(
        rejection.to_string().ends_with("without submitter"),
        "{rejection}"
    );
    let named = unnamed.with(|statement| {
        let commitment = Commitment::from_bytes([7; 32]);
        statement
            .commitments
            .insert("/submitter".to_owned(), commitment);
    });
    town.say(&named).unwrap();
}

#[test]
fn awareness_on_the_day_of_the_incident_is_not_before_it() {
    let mut town = city();
    let at = |text: &str| Some(When::Timestamp(text.parse().unwrap()));
    let mut data = whole();
    for (aware, fine) in [
        ("2026-11-20", true),
        ("2026-11-19", false),
        ("2026-11-20T10:00:00.000000Z", true),
        ("2026-11-20T09:59:59.999999Z", false),
    ] {
        data["aware"] = aware.into();
        let id = format!("incident/{}", aware.replace([':', '.'], ""));
        let draft = report(&mut town, &id, &data)
            .with(|statement| statement.occurred = at("2026-11-20T10:00:00.000000Z"));
        if fine {
            town.say(&draft).unwrap();
        } else {
            refused(&mut town, &draft, "incident.aware_before");
        }
    }
}

/// 2026-11-20 and fifteen days is a Saturday; the Monday after it ends at 2026-12-07T16:00Z.
#[test]
fn all_in_one_is_in_time_until_the_deadline_of_the_initial_report_ends() {
    let mut town = city();
    let ends: Timestamp = "2026-12-07T16:00:00.000000Z".parse().unwrap();
    let mut data = whole();
    data["reportType"] = "combined_initial_final".into();
    let draft = report(&mut town, "incident/i1", &data);
    let mut late = town.clone();
    // What is said is said a second later.
    let seconds = (ends.micros() - town.now().micros()) / 1_000_000;
    late.pass(seconds - 1);
    assert!(late.now().plus_seconds(1) >= ends);
    refused(&mut late, &draft, "incident.combined_late");
    town.pass(seconds - 2);
    town.say(&draft).unwrap();
    town.pass(7 * 24 * 3600);
    town.catch_up();
    assert_eq!(deadline(&town, "incident/i1", "report_serious"), None);
}

#[test]
fn before_triage_only_dismissals_close_and_afterwards_the_final_report_does() {
    for (outcome, dismisses) in [
        ("resolved", false),
        ("no_action", false),
        ("enforcement", false),
        ("referred", false),
        ("not_ai", true),
        ("not_an_incident", true),
        ("duplicate_spam", true),
        ("out_of_jurisdiction", true),
    ] {
        let mut town = city();
        let draft = report(&mut town, "incident/i1", &whole());
        town.say(&draft).unwrap();
        let data = json!({ "outcome": outcome, "reasons": "r" });
        let closing = town.draft(Kind::IncidentClosed, "incident/i1", &[SUN], &data);
        match dismisses {
            true => assert!(town.say(&closing).is_ok()),
            false => refused(&mut town, &closing, "incident.not_triaged"),
        }
    }
}

/// Something that somebody could say about incident `on`, with a look at another one.
#[derive(Clone, Debug)]
struct Move {
    what: usize,
    on: usize,
    other: usize,
    action: usize,
    yes: bool,
    hours: i64,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = (
        0..13usize,
        0..4usize,
        0..4usize,
        0..3usize,
        any::<bool>(),
        0..60i64,
    )
        .prop_map(|(what, on, other, action, yes, hours)| Move {
            what,
            on,
            other,
            action,
            yes,
            hours,
        });
    prop::collection::vec(one, 1..60)
}

fn draft(town: &mut Town, one: &Move) -> Draft {
    let (on, other) = (
        format!("incident/i{}", one.on),
        format!("incident/i{}", one.other),
    );
    let (yes, action) = (one.yes, format!("a{}", one.action));
    let target = format!("i{}", one.other);
    let concerns: &[&str] = if one.on == one.other { &[] } else { &[&other] };
    let severity = if yes {
        ["serious_incident", "incident"]
    } else {
        ["incident", "serious_incident"]
    };
    let mut say = |kind, signer: &str, data: Json| town.draft(kind, &on, &[signer], &data);
    match one.what {
        0 => say(Kind::IncidentReported, YU, whole()),
        1 => say(
            Kind::IncidentTriaged,
            SUN,
            json!({ "reportable": yes, "causalLink": "suspected", "reasons": "r" }),
        ),
        2 => say(
            Kind::IncidentMerged,
            SUN,
            json!({ "into": target, "reasons": "r" }),
        )
        .concerning(concerns),
        3 => say(
            Kind::IncidentSplit,
            SUN,
            json!({ "into": [target], "reasons": "r" }),
        )
        .concerning(concerns),
        4 => say(
            Kind::MeasureOrdered,
            CHEN,
            json!({ "measures": ["rectify"], "productEffect": "none", "reasons": "r" }),
        ),
        5 => say(
            Kind::ActionPlanned,
            YU,
            json!({ "actions": [{ "action": action, "text": "t" }], "rootCause": "data" }),
        ),
        6 => say(
            Kind::ActionCompleted,
            YU,
            json!({ "action": action, "last": yes }),
        ),
        7 => say(
            Kind::ActionVerified,
            SUN,
            json!({ "action": action, "result": "effective", "last": yes, "reasons": "r" }),
        ),
        8 => say(
            Kind::ActionVerified,
            SUN,
            json!({ "action": action, "result": "partly", "reasons": "r" }),
        ),
        9 => {
            let report = json!({ "title": "r", "sha256": "0".repeat(64) });
            say(
                Kind::IncidentConcluded,
                YU,
                json!({ "report": report, "rootCause": "data", "lessons": "l" }),
            )
        }
        10 => say(
            Kind::IncidentClosed,
            CHEN,
            json!({ "outcome": if yes { "resolved" } else { "not_ai" }, "reasons": "r" }),
        ),
        11 => say(Kind::IncidentReopened, SUN, json!({ "reasons": "r" })),
        _ => say(
            Kind::IncidentRegraded,
            SUN,
            json!({ "severity": { "from": severity[0], "to": severity[1] }, "grounds": "g" }),
        ),
    }
}

/// What must hold of every incident, whatever was said.
fn sound(town: &Town) {
    for number in 0..4 {
        let Some(incident) = state(town, &format!("incident/i{number}")) else {
            continue;
        };
        let status = incident["status"].as_str().unwrap();
        let actions = incident["actions"].as_array().unwrap();
        let effective = actions.iter().all(|action| action["status"] == "effective");
        assert!(actions.len() <= 16);
        assert!(
            status != "monitoring" || effective,
            "watched while something is to be done: {incident}"
        );
        if status == "closed" && incident["reportable"] == true {
            assert!(
                incident["concluded"] == true,
                "closed without its report: {incident}"
            );
        }
        assert_eq!(
            status == "merged",
            incident["into"].is_string(),
            "{incident}"
        );
        // An id that was merged leads to one that was not, in fewer steps than there are incidents.
        let mut at = incident.clone();
        for step in 0.. {
            assert!(step < 4, "merged in a circle");
            let Some(into) = at["into"].as_str() else {
                break;
            };
            at =
                state(town, &format!("incident/{into}")).expect("what it was merged into is there");
        }
        for rule in [
            "report_serious",
            "authority_measures",
            "corrective_action",
            "summary",
        ] {
            let runs = deadline(town, &format!("incident/i{number}"), rule)
                == Some(DeadlineStatus::Running);
            assert!(
                !runs || !matches!(status, "merged" | "closed"),
                "{rule} runs on what is {status}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn whatever_is_said_of_incidents_they_end_as_they_must(moves in moves()) {
        let mut town = city();
        let mut missed = Vec::new();
        for one in &moves {
            town.pass(one.hours * 3600);
            town.catch_up();
            let before = (town.records().clone(), town.entries().len());
            let draft = draft(&mut town, one);
            if town.say(&draft).is_err() {
                let said = town.entries().len() - before.1;
                prop_assert!(said > 0 || *town.records() == before.0, "a refused statement changed something");
            }
            sound(&town);
            for number in 0..4 {
                let subject = format!("incident/i{number}");
                let status = deadline(&town, &subject, "authority_measures");
                if status == Some(DeadlineStatus::Missed) && !missed.contains(&number) {
                    missed.push(number);
                }
            }
        }
        let rebuilt = town.entries().iter().fold(cinnabar_governance::RecordMap::new(), |mut records, entry| {
            let Ok(()) = cinnabar_governance::evolve(&mut records, entry);
            records
        });
        prop_assert!(rebuilt == *town.records(), "a replay gives other records");
        // What was missed was said by the ledger, and stays said.
        let said = |number: &i32| town.entries().iter().any(|entry| {
            let statement = entry.statement();
            let about = statement.subjects().any(|one| one.to_string() == format!("incident/i{number}"));
            statement.kind() == Kind::DeadlineMissed && about
        });
        prop_assert!(missed.iter().all(said));
    }
}
