//! Which statements count: conditions on what they say, the rules of the day, history taken over.

use cinnabar_events::Kind;
use cinnabar_governance::DeadlineStatus::{Lifted, Met, Running};
use cinnabar_governance::testing::Town;
use cinnabar_governance::{Record, RecordKey, Records};
use serde_json::json;

use super::{found, publish, rule, say, stands, town, with};

#[test]
fn conditions_look_at_text_yes_and_no_and_what_is_absent() {
    let start = |field: &str, is: &[&str]| json!({ "starts": [{ "kind": "algorithm.published", "when": [{ "field": field, "is": is }] }] });
    for (field, is, starts) in [
        ("/version", vec!["other", "start"], true),
        ("/version", vec!["star"], false),
        ("/version", vec!["absent"], false),
        ("/openSource", vec!["false"], true),
        ("/openSource", vec!["true"], false),
        ("/publicOpinion", vec!["absent"], true),
        ("/publicOpinion", vec!["true", "false"], false),
        ("/filing/status", vec!["pending"], true),
        ("/filing/number", vec!["absent"], true),
        ("/filing", vec!["absent"], false),
        ("/nothing/at/all", vec!["absent"], true),
    ] {
        let mut town = town(&[with(rule("t", &json!({ "days": 1 })), &start(field, &is))]);
        let draft = publish(&mut town, "a", "start", Some("2026-12-31"));
        town.say(&draft).unwrap();
        let runs = found(&town, "algorithm/a", "t").is_some();
        assert_eq!(runs, starts, "{field} is {is:?}");
    }
    // All conditions of a trigger must hold, and one of several triggers is enough.
    let when = |version: &str, open: &str| json!({ "kind": "algorithm.published", "when": [{ "field": "/version", "is": [version] }, { "field": "/openSource", "is": [open] }] });
    for (triggers, starts) in [
        (json!([when("start", "true")]), false),
        (
            json!([when("start", "true"), when("other", "false")]),
            false,
        ),
        (json!([when("start", "true"), when("start", "false")]), true),
        (json!([{ "kind": "algorithm.published" }]), true),
        (json!([{ "kind": "algorithm.delisted" }]), false),
        (json!([{ "kind": "algorithm.published-2" }]), false),
    ] {
        let more = json!({ "starts": triggers });
        let mut town = town(&[with(rule("t", &json!({ "days": 1 })), &more)]);
        say(&mut town, "2026-11-23 09:00", "start");
        let runs = found(&town, "algorithm/a", "t").is_some();
        assert_eq!(runs, starts, "{triggers}");
    }
}

#[test]
fn a_deadline_keeps_its_end_when_its_rule_changes_ends_with_its_rule_and_is_not_started_by_history()
{
    let mut town = town(&[rule("t", &json!({ "hours": 24 }))]);
    say(&mut town, "2026-11-23 09:00", "start");
    let mut other = town.clone();
    let rulebook = |town: &Town| match town.records().record(&RecordKey::Rulebook) {
        Ok(Some(Record::Rulebook(record))) => serde_json::to_value(&*record.rulebook).unwrap(),
        found => panic!("{found:?}"),
    };
    let adopt = |town: &mut Town, rules: serde_json::Value| {
        let mut next = rulebook(town);
        next["deadlines"] = rules;
        let data = json!({ "rulebook": next, "reasons": "A test." });
        let signers = ["wang:institution_admin", "zhao:institution_admin"];
        let draft = town.draft(Kind::RulebookAdopted, "rulebook/sz-ai", &signers, &data);
        town.say(&draft).unwrap();
    };
    adopt(&mut town, json!([rule("t", &json!({ "hours": 1 }))]));
    assert_eq!(stands(&town, "t"), (Running, "2026-11-24 08:59".to_owned()));
    let mut without = town.clone();
    adopt(&mut without, json!([]));
    assert_eq!(stands(&without, "t").0, Lifted);
    without.pass(2 * 86_400);
    assert!(without.catch_up().is_empty());
    say(&mut town, "2026-11-24 08:59", "meet");
    assert_eq!(stands(&town, "t").0, Met);
    other.pass(86_400);
    assert_eq!(other.catch_up().len(), 1);

    let migrated = cinnabar_events::Migrated {
        register: cinnabar_events::Text::new("old@1").unwrap(),
        row: cinnabar_events::Text::new("7").unwrap(),
    };
    let draft = publish(&mut town, "b", "start", None).with(|statement| {
        let signer = statement.signers.as_slice()[0].clone();
        let wu = cinnabar_events::SignerClaim {
            actor: "wu".parse().unwrap(),
            role: "migrator".parse().unwrap(),
            on_behalf_of: None,
        };
        assert_eq!(signer.actor.as_str(), "lin");
        statement.signers = cinnabar_events::Listed::new(vec![wu]).unwrap();
        statement.migrated = Some(migrated);
    });
    town.say(&draft).unwrap();
    assert_eq!(found(&town, "algorithm/b", "t"), None);
}
