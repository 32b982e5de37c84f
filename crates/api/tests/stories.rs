//! Every story, seen over HTTP: each subject, deadline and rulebook is as the records say, and every answer is as documented.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm)]

mod common;

use std::collections::BTreeMap;

use cinnabar_api::rulebook_at;
use cinnabar_events::{Class, Subject};
use cinnabar_governance::testing::Town;
use cinnabar_governance::{DeadlineStatus, Record, RecordKey, Records as _};
use common::schema::Documented;
use common::{Node, stories};
use serde_json::{Value as Json, json};

/// Asks, and checks that the answer is as documented.
async fn ask(node: &Node, documented: &Documented, path: &str) -> Json {
    let answer = node.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    let json = answer.json();
    assert_eq!(documented.faults(path, &json), Vec::<String>::new());
    json
}

/// All pages of a list.
async fn all(node: &Node, documented: &Documented, path: &str) -> Vec<Json> {
    let (mut found, mut next, mut total) = (Vec::new(), Some(path.to_owned()), 0);
    while let Some(path) = next {
        let page = ask(node, documented, &path).await;
        found.extend(page["items"].as_array().unwrap().iter().cloned());
        total = page["total"].as_u64().unwrap();
        next = page["next"].as_str().map(str::to_owned);
    }
    assert_eq!(found.len() as u64, total, "{path}");
    found
}

/// The states in the records, by subject.
fn states(town: &Town) -> BTreeMap<Subject, Json> {
    let states = town.records().iter().filter_map(|(key, record)| match key {
        RecordKey::State(subject) => {
            let record = serde_json::to_value(record).unwrap();
            let state = record.as_object().unwrap().values().next().unwrap();
            Some((subject.clone(), state.clone()))
        }
        _ => None,
    });
    states.collect()
}

/// Members that are not in camel case, other than those of maps.
fn snakes(value: &Json) -> Vec<String> {
    match value {
        Json::Object(members) => members
            .iter()
            .filter(|(name, _)| *name != "roles")
            .flat_map(|(name, value)| {
                let own = name.contains('_').then(|| name.clone());
                own.into_iter().chain(snakes(value))
            })
            .collect(),
        Json::Array(values) => values.iter().flat_map(snakes).collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => Vec::new(),
    }
}

#[tokio::test]
async fn every_subject_of_every_story_is_shown_as_it_stands() {
    let documented = Documented::new();
    for (name, town) in stories() {
        let node = Node::new(town.entries().to_vec());
        let states = states(&town);
        let classes = ask(&node, &documented, "/v1/subjects").await;
        for (item, class) in classes["items"].as_array().unwrap().iter().zip(Class::ALL) {
            assert_eq!(item["class"], class.as_str());
            let shown = all(&node, &documented, &format!("/v1/subjects/{class}?limit=3")).await;
            assert_eq!(item["subjects"], shown.len(), "{name} {class}");
            let shown: Vec<(&Json, &Json)> = shown
                .iter()
                .filter(|item| item["state"].is_object())
                .map(|item| (&item["subject"], &item["status"]))
                .collect();
            let of_class = states
                .iter()
                .filter(|(subject, _)| subject.class() == class);
            let expected: Vec<(Json, Json)> = of_class
                .map(|(subject, state)| (json!(subject.to_string()), state["status"].clone()))
                .collect();
            let expected: Vec<(&Json, &Json)> = expected.iter().map(|(a, b)| (a, b)).collect();
            assert_eq!(shown, expected, "{name} {class}");
        }
        // Everybody in town is the same in every story.
        let town_folk = [Class::Actor, Class::Organisation];
        let told =
            |subject: &Subject| name.starts_with("trust") || !town_folk.contains(&subject.class());
        for (subject, state) in states.iter().filter(|(subject, _)| told(subject)) {
            let shown = ask(&node, &documented, &format!("/v1/subjects/{subject}")).await;
            assert_eq!(shown["status"], state["status"], "{name} {subject}");
            assert_eq!(
                snakes(&shown["state"]),
                Vec::<String>::new(),
                "{name} {subject}"
            );
            let on = town
                .records()
                .iter()
                .filter_map(|(key, record)| match (key, record) {
                    (RecordKey::Deadline(on, rule), Record::Deadline(deadline))
                        if on == subject =>
                    {
                        Some((rule.to_string(), deadline.status.as_str()))
                    }
                    _ => None,
                });
            let on: BTreeMap<String, &str> = on.collect();
            let deadlines = shown["deadlines"].as_array().unwrap().iter();
            let deadlines: BTreeMap<String, &str> = deadlines
                .map(|one| {
                    (
                        one["rule"].as_str().unwrap().to_owned(),
                        one["status"].as_str().unwrap(),
                    )
                })
                .collect();
            assert_eq!(deadlines, on, "{name} {subject}");
        }
    }
}

#[tokio::test]
async fn what_is_due_and_what_was_missed_is_listed_in_order() {
    let documented = Documented::new();
    let (mut left, mut late) = (0, 0);
    for (name, town) in stories() {
        let node = Node::new(town.entries().to_vec());
        let mut expected = Vec::new();
        let mut after = None;
        while let Ok(Some(due)) = town.records().due(after.as_ref()) {
            expected.push(json!([
                due.due.to_string(),
                due.on.to_string(),
                due.rule.as_str()
            ]));
            after = Some(due);
        }
        let shown = all(&node, &documented, "/v1/deadlines?limit=2").await;
        let keys: Vec<Json> = shown
            .iter()
            .map(|one| json!([one["due"], one["on"], one["rule"]]))
            .collect();
        assert_eq!(keys, expected, "{name}");
        for one in &shown {
            left += u32::from(one["daysLeft"].is_u64());
            assert!(
                one["provision"].is_string() || one["model"].is_string(),
                "{name}: {one}"
            );
            let role = one["owedBy"].as_str().unwrap();
            let class = one["on"].as_str().unwrap().split('/').next().unwrap();
            let day = &one["due"].as_str().unwrap();
            let path = format!("/v1/deadlines?owedBy={role}&class={class}&before={day}");
            let found = all(&node, &documented, &path).await;
            assert!(
                found.contains(one) && found.iter().all(|other| other["owedBy"] == role),
                "{name}"
            );
        }
        let missed = all(&node, &documented, "/v1/deadlines?status=missed&limit=1").await;
        let said = town
            .entries()
            .iter()
            .filter(|entry| entry.statement().kind().as_str() == "deadline.missed");
        assert_eq!(missed.len(), said.count(), "{name}");
        for one in &missed {
            late += u32::from(one["daysLate"].is_u64());
            let role = one["owedBy"].as_str().unwrap();
            let found = all(
                &node,
                &documented,
                &format!("/v1/deadlines?status=missed&owedBy={role}"),
            )
            .await;
            assert!(found.contains(one), "{name}");
            let key = RecordKey::Deadline(
                one["on"].as_str().unwrap().parse().unwrap(),
                one["rule"].as_str().unwrap().parse().unwrap(),
            );
            let Ok(Some(Record::Deadline(record))) = town.records().record(&key) else {
                panic!("{name}: {one}")
            };
            if record.ended.map(|ended| ended.get()) == one["ended"].as_u64() {
                let stands = [DeadlineStatus::Missed, DeadlineStatus::MetLate];
                assert!(
                    stands.contains(&record.status) && one["status"] == record.status.as_str(),
                    "{name}"
                );
            }
        }
    }
    assert!(left > 0 && late > 0, "{left} {late}");
}

#[tokio::test]
async fn the_rulebook_is_the_one_that_was_in_force() {
    let documented = Documented::new();
    let mut changes = 0;
    for (name, town) in stories() {
        let kinds = ["ledger.opened", "rulebook.deposited", "rulebook.adopted"];
        let speaks = |at: &usize| kinds.contains(&town.entries()[*at].statement().kind().as_str());
        let moments: Vec<usize> = (0..town.entries().len()).filter(speaks).collect();
        let adopted =
            |at: &&usize| town.entries()[**at].statement().kind().as_str() == "rulebook.adopted";
        if moments.iter().filter(adopted).count() == 0 {
            continue;
        }
        changes += 1;
        let node = Node::new(town.entries().to_vec());
        for at in moments {
            // By the rules themselves, from all entries up to there.
            let mut records = cinnabar_governance::RecordMap::new();
            for entry in &town.entries()[..=at] {
                let Ok(()) = cinnabar_governance::evolve(&mut records, entry);
            }
            let Ok(Some(Record::Rulebook(expected))) = records.record(&RecordKey::Rulebook) else {
                panic!("{name} {at}")
            };
            assert_eq!(
                rulebook_at(&town.entries()[..=at]).as_ref(),
                Some(&expected)
            );
            let shown = ask(&node, &documented, &format!("/v1/rulebook?asOf={at}")).await;
            assert_eq!(
                shown["adopted"]["sequence"],
                expected.adopted.get(),
                "{name} {at}"
            );
            assert_eq!(
                shown["missing"].as_array().unwrap().len(),
                expected.missing.len()
            );
            assert_eq!(
                shown["rulebook"],
                serde_json::to_value(&*expected.rulebook).unwrap()
            );
        }
        let now = ask(&node, &documented, "/v1/rulebook").await;
        let kinds = ask(&node, &documented, "/v1/kinds").await;
        assert_eq!(kinds["rulebook"], now["adopted"]["sequence"]);
    }
    assert!(changes > 0, "no story adopts a rulebook");
}

#[tokio::test]
async fn every_entry_of_every_story_is_shown_with_what_later_ones_say() {
    let documented = Documented::new();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, town) in stories() {
        let node = Node::new(town.entries().to_vec());
        let listed = all(&node, &documented, "/v1/entries?limit=100").await;
        // Those about which something is said, and some of the others.
        let told = |row: &&Json| {
            let said = ["suspect", "confidential", "marks"];
            said.iter().any(|member| row[member].is_array())
                || row["sequence"]
                    .as_u64()
                    .is_some_and(|sequence| sequence % 16 == 0)
        };
        for row in listed.iter().filter(told) {
            let path = format!("/v1/entries/{}", row["sequence"]);
            let entry = ask(&node, &documented, &path).await;
            for member in ["suspect", "confidential"] {
                assert_eq!(entry[member], row[member], "{path} {member}");
                *seen.entry(member).or_default() += usize::from(row[member].is_array());
            }
            let marks = |value: &Json| value["marks"].as_array().map_or(0, Vec::len);
            assert_eq!(marks(&entry), marks(row), "{path}");
            *seen.entry("marks").or_default() += marks(row);
            let dossier = row["subject"].as_str().unwrap();
            let path = format!("/v1/dossiers/{dossier}?limit=100");
            let dossier = ask(&node, &documented, &path).await;
            let mut items = dossier["items"].as_array().unwrap().iter();
            if let Some(item) = items.find(|item| item["sequence"] == row["sequence"]) {
                assert_eq!(
                    (&item["suspect"], &item["confidential"]),
                    (&row["suspect"], &row["confidential"])
                );
            }
        }
        for path in [
            "/v1/products",
            "/v1/incidents",
            "/v1/organisations",
            "/v1/actors",
        ] {
            for row in all(&node, &documented, path).await {
                let path = row["links"]["self"].as_str().unwrap();
                let shown = ask(&node, &documented, path).await;
                if let Some(into) = row["into"]
                    .as_str()
                    .filter(|_| path.starts_with("/v1/incidents"))
                {
                    let there = shown["continued"].as_str().unwrap();
                    let target = ask(&node, &documented, there).await;
                    assert_eq!(target["incident"]["id"], into);
                    assert!(
                        target["incident"]["detail"]["absorbed"]
                            .as_array()
                            .unwrap()
                            .contains(&row["id"])
                    );
                    *seen.entry("merged").or_default() += 1;
                }
            }
        }
    }
    for what in ["suspect", "confidential", "marks", "merged"] {
        assert!(seen[what] > 0, "{seen:?}");
    }
}
