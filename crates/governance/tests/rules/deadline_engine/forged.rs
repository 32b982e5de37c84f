//! What only the ledger says, only the ledger says, and only when it is due.

use cinnabar_events::{Kind, Payload, Statement, Timestamp};
use cinnabar_governance::testing::Town;
use cinnabar_governance::{admit, duty};
use serde_json::json;

use super::{clock, found, publish, rule, say, town};
use crate::refused;

/// The code with which `statement`, signed by `key`, is refused now; none if it is admitted.
fn verdict(town: &Town, at: Timestamp, statement: &Statement, key: &str) -> Option<&'static str> {
    let verified = town.sign_as(statement, &[key]).unwrap();
    let Ok(verdict) = admit(town.records(), at, &verified);
    verdict.err().map(|rejection| rejection.code())
}

fn missed(statement: &mut Statement) -> &mut cinnabar_events::kinds::DeadlineMissed {
    match &mut statement.payload {
        Payload::DeadlineMissed(missed) => missed,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_ledger_says_that_a_deadline_was_missed_when_it_was_and_to_the_letter() {
    let rules = [
        rule("first", &json!({ "hours": 2 })),
        rule("second", &json!({ "hours": 3 })),
    ];
    let mut town = town(&rules);
    say(&mut town, "2026-11-23 09:00", "start");
    let due = |rule| found(&town, "algorithm/a", rule).unwrap().due;
    let (first, second) = (due("first"), due("second"));
    let honest = duty(town.records(), first).unwrap().unwrap();
    assert_eq!(verdict(&town, first, &honest, "ledger"), None);
    assert_eq!(verdict(&town, second, &honest, "ledger"), None);

    let early = Timestamp::from_micros(first.micros() - 1).unwrap();
    assert_eq!(
        verdict(&town, early, &honest, "ledger"),
        Some("ledger.not_due")
    );

    type Change = fn(&mut Statement);
    let changes: [(&str, Change); 8] = [
        ("another end", |it| {
            missed(it).due = missed(it).due.plus_seconds(1)
        }),
        ("another beginning", |it| {
            missed(it).from = missed(it).from.plus_seconds(-1)
        }),
        ("the second before the first", |it| {
            missed(it).rule = "second".parse().unwrap()
        }),
        ("a rule that nobody knows", |it| {
            missed(it).rule = "third".parse().unwrap()
        }),
        ("another subject", |it| {
            missed(it).on = "algorithm/b".parse().unwrap()
        }),
        ("another id", |it| {
            it.id = cinnabar_events::StatementId::derived("x", "y")
        }),
        ("another time", |it| it.occurred = None),
        ("about another deadline", |it| {
            it.subject = "deadline/other".parse().unwrap()
        }),
    ];
    for (what, change) in changes {
        let mut forged = honest.clone();
        change(&mut forged);
        let code = verdict(&town, second, &forged, "ledger");
        assert_eq!(code, Some("ledger.not_due"), "{what}");
    }

    // Once it is said it is said.
    clock(&mut town, "2026-11-23 11:30");
    assert_eq!(town.catch_up().len(), 1);
    assert_eq!(
        verdict(&town, town.now(), &honest, "ledger"),
        Some("statement.recorded")
    );
    let mut again = honest.clone();
    again.id = cinnabar_events::StatementId::derived("again", "first");
    assert_eq!(
        verdict(&town, town.now(), &again, "ledger"),
        Some("ledger.not_due")
    );
}

#[test]
fn nobody_else_says_it_whatever_he_signs_as() {
    let mut town = town(&[rule("t", &json!({ "hours": 2 }))]);
    say(&mut town, "2026-11-23 09:00", "start");
    let due = found(&town, "algorithm/a", "t").unwrap().due;
    let honest = duty(town.records(), due).unwrap().unwrap();
    let data = Payload::to_json(&honest.payload).unwrap();
    for (signer, code) in [
        ("wang:institution_admin", "role.not_allowed"),
        ("sun:case_officer", "role.not_allowed"),
        ("wang:system", "role.missing"),
        ("nobody:system", "signer.unknown"),
    ] {
        let subject = honest.subject.to_string();
        let draft = town
            .draft(Kind::DeadlineMissed, &subject, &[signer], &data)
            .concerning(&["algorithm/a"]);
        let before = town.clone();
        refused(&mut town, &draft, code);
        town = before;
    }
    // The ledger's name is not enough: it takes its key. And with its key nothing else can be said.
    assert_eq!(verdict(&town, due, &honest, "wang"), Some("key.foreign"));
    let own = publish(&mut town, "b", "start", None).with(|statement| {
        statement.signers = honest.signers.clone();
    });
    assert_eq!(
        verdict(&town, due, own.statement(), "ledger"),
        Some("ledger.not_due")
    );
    assert_eq!(
        verdict(&town, town.now(), own.statement(), "ledger"),
        Some("ledger.not_due")
    );
}
