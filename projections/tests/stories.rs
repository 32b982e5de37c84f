//! What the views show of the stories is what the rules know: every product, incident, organisation and actor stands where
//! its record says, and what later entries say about earlier ones is shown with them.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use cinnabar_governance::testing::Town;
use cinnabar_governance::{Record, RecordKey, suspect};
use cinnabar_projections::*;
use common::{folded, story};
use serde_json::{Value as Json, json};

/// The states in the records, as JSON, by subject.
fn states(town: &Town, class: &str) -> BTreeMap<String, Json> {
    let records = town.records().iter();
    let states = records.filter_map(|(key, record)| match key {
        RecordKey::State(subject) if subject.class().as_str() == class => {
            let record = serde_json::to_value(record).unwrap();
            Some((subject.id().to_string(), record[class].clone()))
        }
        _ => None,
    });
    states.collect()
}

/// Every row of a list.
fn rows<T>(list: impl Fn(&Page) -> Result<Listing<T>, ReadError>) -> Vec<T> {
    let (mut found, mut page) = (Vec::new(), Page::default());
    loop {
        let listing = list(&page).unwrap();
        found.extend(listing.rows);
        page.after = listing.next;
        if page.after.is_none() {
            return found;
        }
    }
}

fn pick(state: &Json, names: &[&str]) -> Json {
    let members = names
        .iter()
        .map(|name| ((*name).to_owned(), state[*name].clone()));
    Json::Object(members.collect())
}

fn products(reader: &Reader) -> BTreeMap<String, Json> {
    let all = ProductFilter::default();
    let products = rows(|page| reader.products(reader.at(), &all, page));
    let shown = products.into_iter().map(|row| {
        let file = reader.product(reader.at(), &row.id).unwrap().unwrap().file;
        let standing = |one: &Condition| match (one.standing.as_str(), &one.severity) {
            ("breached", Some(severity)) => json!({ "id": one.id, "standing": { "breached": severity } }),
            (standing, _) => json!({ "id": one.id, "standing": standing }),
        };
        let conditions: Vec<Json> = file.conditions.iter().map(standing).collect();
        let requested = file.renewal.map(|renewal| renewal.data["until"].clone());
        let state = json!({
            "organisation": row.organisation, "status": row.status, "route": row.route, "tier": row.risk_tier, "number": row.number,
            "conditions": conditions, "suspended_from": file.suspended_from, "recall_open": row.recall_open,
            "expires": row.expires, "requested": requested, "termination": file.termination,
        });
        (row.id, state)
    });
    shown.collect()
}

#[test]
fn products_stand_where_their_records_say() {
    for (name, town) in story::all() {
        let dir = tempfile::tempdir().unwrap();
        let reader = folded(dir.path(), town.entries()).read().unwrap();
        let names = [
            "organisation",
            "status",
            "route",
            "tier",
            "number",
            "conditions",
            "suspended_from",
            "recall_open",
            "termination",
        ];
        let expected = states(&town, "product").into_iter().map(|(id, state)| {
            let mut expected = pick(&state, &names);
            expected["expires"] = state["approval"]["expires"].clone();
            expected["requested"] = state["approval"]["requested"].clone();
            (id, expected)
        });
        let expected: BTreeMap<String, Json> = expected.collect();
        assert_eq!(products(&reader), expected, "{name}");
    }
}

#[test]
fn incidents_stand_where_their_records_say() {
    for (name, town) in story::all() {
        let dir = tempfile::tempdir().unwrap();
        let reader = folded(dir.path(), town.entries()).read().unwrap();
        let all = IncidentFilter::default();
        let shown = rows(|page| reader.incidents(reader.at(), &all, page));
        let shown: BTreeMap<String, Json> = shown
            .into_iter()
            .map(|row| {
                let action = |one: &CorrectiveAction| json!({ "action": one.action, "status": one.status });
                let actions: Vec<Json> = row.detail.actions.iter().map(action).collect();
                let state = json!({
                    "status": row.status, "severity": row.severity, "product": row.product, "into": row.into, "parent": row.parent,
                    "actions": actions, "reportable": row.detail.reportable, "outcome": row.detail.outcome,
                    "eu_ground": row.detail.eu_ground.unwrap_or("none".into()), "cyber_level": row.detail.cyber_level.unwrap_or("not_cyber".into()),
                    "concluded": row.detail.concluded.is_some(),
                });
                (row.id, state)
            })
            .collect();
        let names = [
            "status",
            "severity",
            "product",
            "into",
            "parent",
            "actions",
            "reportable",
            "outcome",
            "eu_ground",
            "cyber_level",
            "concluded",
        ];
        let expected: BTreeMap<String, Json> = states(&town, "incident")
            .into_iter()
            .map(|(id, state)| (id, pick(&state, &names)))
            .collect();
        assert_eq!(shown, expected, "{name}");
    }
}

#[test]
fn organisations_and_actors_stand_where_their_records_say() {
    for (name, town) in story::all() {
        let dir = tempfile::tempdir().unwrap();
        let reader = folded(dir.path(), town.entries()).read().unwrap();
        let all = OrganisationFilter::default();
        let shown = rows(|page| reader.organisations(reader.at(), &all, page));
        let shown: BTreeMap<String, Json> = shown
            .into_iter()
            .map(|row| {
                (
                    row.id,
                    json!({ "status": row.status, "into": row.facts.into }),
                )
            })
            .collect();
        let expected: BTreeMap<String, Json> = states(&town, "organisation")
            .into_iter()
            .map(|(id, state)| (id, pick(&state, &["status", "into"])))
            .collect();
        assert_eq!(shown, expected, "{name}");
        let all = ActorFilter::default();
        let shown = rows(|page| reader.actors(reader.at(), &all, page));
        let shown: BTreeMap<String, Json> = shown
            .into_iter()
            .map(|row| {
                let held = row.roles.iter().filter(|role| role.ended.is_none());
                let held: BTreeMap<_, _> = held
                    .map(|role| {
                        (
                            role.role.clone(),
                            json!([role.lent_by, role.until, role.granted]),
                        )
                    })
                    .collect();
                let mut keys = row.keys.iter().filter(|key| key.ended.is_none());
                let key = keys.next().map(|key| key.key.clone());
                (
                    row.id,
                    json!({ "status": row.status, "roles": held, "key": key }),
                )
            })
            .collect();
        let expected: BTreeMap<String, Json> = states(&town, "actor")
            .into_iter()
            .map(|(id, state)| {
                let roles = state["roles"].as_object().unwrap().iter();
                let roles: BTreeMap<_, _> = roles
                    .map(|(role, held)| {
                        let held = json!([held["lent_by"], held["term"]["until"], held["since"]]);
                        (role.clone(), held)
                    })
                    .collect();
                (
                    id,
                    json!({ "status": state["status"], "roles": roles, "key": state["key"] }),
                )
            })
            .collect();
        assert_eq!(shown, expected, "{name}");
    }
}

#[test]
fn an_entry_is_suspect_if_the_rules_say_so_and_known_to_be_so_from_the_revocation_on() {
    let mut seen = 0;
    for (name, town) in story::all() {
        let dir = tempfile::tempdir().unwrap();
        let reader = folded(dir.path(), town.entries()).read().unwrap();
        for entry in town.entries() {
            let row = reader
                .entry(reader.at(), entry.seq().get())
                .unwrap()
                .unwrap();
            let Ok(expected) = suspect(town.records(), entry);
            let shown = row
                .suspect
                .first()
                .map(|one| (one.key.clone(), one.since.clone(), one.revoked_at));
            let expected = expected.map(|one| {
                (
                    one.key.to_string(),
                    one.since.to_string(),
                    one.revoked_at.get(),
                )
            });
            assert_eq!(shown, expected, "{name} {}", entry.seq());
            if let Some((.., revoked)) = shown {
                seen += 1;
                let before = common::at(usize::try_from(revoked).unwrap());
                let row = reader.entry(before, entry.seq().get()).unwrap().unwrap();
                assert_eq!(row.suspect, [], "{name}: nobody knew");
                let after = common::at(usize::try_from(revoked).unwrap() + 1);
                let row = reader.entry(after, entry.seq().get()).unwrap().unwrap();
                assert_eq!(row.suspect.len(), 1, "{name}: from here on it is known");
            }
        }
        let filter = |suspect| EntryFilter {
            suspect: Some(suspect),
            ..Default::default()
        };
        let list = |suspect| rows(|page| reader.entries(reader.at(), &filter(suspect), page));
        let (suspects, others) = (list(true), list(false));
        assert!(suspects.iter().all(|row| !row.suspect.is_empty()));
        assert!(others.iter().all(|row| row.suspect.is_empty()));
        assert_eq!(suspects.len() + others.len(), town.entries().len());
    }
    assert!(
        seen > 0,
        "no story has a compromised key that signed something"
    );
}

#[test]
fn what_corrects_annotates_or_disputes_an_entry_is_shown_with_it() {
    let mut kinds = BTreeSet::new();
    for (name, town) in story::all() {
        let dir = tempfile::tempdir().unwrap();
        let reader = folded(dir.path(), town.entries()).read().unwrap();
        for entry in town.entries() {
            let data = entry.statement().payload.to_json().unwrap();
            let targets = [&data["target"]]
                .into_iter()
                .chain(data["targets"].as_array().into_iter().flatten());
            let kind = entry.statement().kind().as_str();
            for target in targets.filter(|target| target.is_object() && kind.starts_with("record."))
            {
                let said = |other: &&cinnabar_events::Entry| {
                    let statement = other.statement();
                    statement.id.to_string() == target["statement"]
                        && statement.first_signer().actor.as_str() == target["actor"]
                };
                let target = town.entries().iter().find(said).unwrap();
                let row = reader
                    .entry(reader.at(), target.seq().get())
                    .unwrap()
                    .unwrap();
                let mark = row
                    .marks
                    .iter()
                    .find(|mark| mark.sequence == entry.seq().get());
                let mark = mark.unwrap_or_else(|| panic!("{name}: {kind} of {}", target.seq()));
                assert_eq!(
                    (mark.kind.as_str(), &mark.subject),
                    (kind, &entry.statement().subject.to_string())
                );
                let key = RecordKey::State(entry.statement().subject.clone());
                let Ok(record) = cinnabar_governance::Records::record(town.records(), &key);
                if let Some(Record::Dispute(dispute)) = record {
                    let open = serde_json::to_value(dispute).unwrap()["status"] == "open";
                    assert_eq!(mark.answered.is_none(), open, "{name}");
                }
                kinds.insert(mark.kind.clone());
            }
        }
    }
    assert_eq!(kinds.len(), 3, "{kinds:?}");
}

#[test]
fn a_confidential_value_is_sealed_until_an_erasure_is_executed() {
    let (mut sealed, mut erased) = (0, 0);
    for (name, town) in story::all() {
        let dir = tempfile::tempdir().unwrap();
        let reader = folded(dir.path(), town.entries()).read().unwrap();
        let executed = town
            .entries()
            .iter()
            .filter(|entry| entry.statement().kind().as_str() == "erasure.executed");
        let gone: BTreeMap<(String, String, String), u64> = executed
            .flat_map(|entry| {
                let data = entry.statement().payload.to_json().unwrap();
                let openings = data["openings"].as_array().unwrap().clone();
                let text = |value: &Json| value.as_str().unwrap().to_owned();
                openings.into_iter().map(move |one| {
                    (
                        (
                            text(&one["actor"]),
                            text(&one["statement"]),
                            text(&one["pointer"]),
                        ),
                        entry.seq().get(),
                    )
                })
            })
            .collect();
        for entry in town.entries() {
            let statement = entry.statement();
            let row = reader
                .entry(reader.at(), entry.seq().get())
                .unwrap()
                .unwrap();
            assert_eq!(row.confidential.len(), statement.commitments.len());
            for slot in &row.confidential {
                let named = (
                    statement.first_signer().actor.to_string(),
                    statement.id.to_string(),
                    slot.pointer.clone(),
                );
                let by = gone.get(&named).copied();
                assert_eq!(
                    slot.erased.as_ref().map(|erased| erased.by),
                    by,
                    "{name} {named:?}"
                );
                assert_eq!(slot.status, if by.is_some() { "erased" } else { "sealed" });
                match &slot.erased {
                    None => sealed += 1,
                    Some(why) => {
                        assert!(why.ground.is_some() && why.provision.is_some(), "{name}");
                        erased += 1;
                    }
                }
            }
        }
    }
    assert!(sealed > 0 && erased > 0);
}

#[test]
fn what_the_ledger_says_was_missed_is_listed() {
    let mut all = 0;
    for (name, town) in story::all() {
        let dir = tempfile::tempdir().unwrap();
        let reader = folded(dir.path(), town.entries()).read().unwrap();
        let missed = rows(|page| reader.missed(reader.at(), &MissedFilter::default(), page));
        let shown: Vec<u64> = missed.iter().map(|row| row.sequence).collect();
        let said = town
            .entries()
            .iter()
            .filter(|entry| entry.statement().kind().as_str() == "deadline.missed");
        let said: Vec<u64> = said.map(|entry| entry.seq().get()).collect();
        assert_eq!(shown, said, "{name}");
        all += said.len();
        for row in &missed {
            let filter = MissedFilter {
                class: Some(row.on.class()),
                until: Some(row.due),
                rules: Some(vec![row.rule.to_string()]),
            };
            assert!(rows(|page| reader.missed(reader.at(), &filter, page)).contains(row));
            let earlier = MissedFilter {
                until: Some(row.due.plus_seconds(-1)),
                ..MissedFilter::default()
            };
            assert!(!rows(|page| reader.missed(reader.at(), &earlier, page)).contains(row));
            let none = MissedFilter {
                rules: Some(Vec::new()),
                ..MissedFilter::default()
            };
            assert_eq!(rows(|page| reader.missed(reader.at(), &none, page)), []);
        }
    }
    assert!(all > 0);
}
