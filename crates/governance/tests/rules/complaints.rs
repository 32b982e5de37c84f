//! Complaints and appeals: what a story can't show. The last day of an appeal, every decision with every outcome.

use cinnabar_events::{Basis, Kind, Listed, Text, Timestamp};
use cinnabar_governance::testing::{Draft, Town};
use cinnabar_governance::{DeadlineRecord, DeadlineStatus, Record, RecordKey, Records as _};
use serde_json::json;

use crate::refused;

const MEI: &str = "mei:appeal_officer";

fn status(town: &Town, subject: &str) -> String {
    let Ok(record) = town
        .records()
        .record(&RecordKey::State(subject.parse().unwrap()));
    let record: Record = record.unwrap();
    let json = serde_json::to_value(record).unwrap();
    let state = json.as_object().unwrap().values().next().unwrap();
    state["status"].as_str().unwrap().to_owned()
}

/// A city with product p1 of acme, whose record was taken over up to `decision`.
fn taken_over(decisions: &[(Kind, serde_json::Value)]) -> Town {
    let mut town = Town::city();
    let mut history = vec![
        (
            Kind::ProductSubmitted,
            json!({ "organisation": "acme", "name": "X" }),
        ),
        (Kind::ProductAccepted, json!({ "number": "OLD-1" })),
    ];
    if decisions.is_empty() {
        let reasons = json!({ "reason": "out_of_scope", "reasons": "r" });
        history[1] = (Kind::ProductDeclined, reasons);
    }
    history.extend_from_slice(decisions);
    for (row, (kind, data)) in history.iter().enumerate() {
        let draft = town
            .draft(*kind, "product/p1", &["wu:migrator"], data)
            .with(|statement| {
                statement.migrated = Some(cinnabar_events::Migrated {
                    register: cinnabar_events::Text::new("old").unwrap(),
                    row: cinnabar_events::Text::new(row.to_string()).unwrap(),
                });
            });
        let draft = match kind {
            Kind::ProductSubmitted => draft.concerning(&["organisation/acme"]),
            _ => draft,
        };
        town.say(&draft).unwrap();
    }
    town
}

fn lodge(town: &mut Town, appeal: &str, kind: Kind, known_on: &str) -> Draft {
    let data = json!({
        "against": { "kind": kind.as_str(), "subject": "product/p1", "by": "wu" }, "organisation": "acme",
        "grounds": "g", "relief": "set_aside", "knownOn": known_on,
    });
    town.draft(
        Kind::AppealLodged,
        appeal,
        &["lin:enterprise_filer@acme"],
        &data,
    )
    .concerning(&["organisation/acme", "product/p1"])
}

fn decide(town: &mut Town, outcome: &str) -> Draft {
    let mut data = json!({ "outcome": outcome, "reasons": "r", "terms": "t" });
    if outcome == "remitted_for_new_decision" {
        data["newDecisionDue"] = "2027-06-30".into();
    }
    town.draft(Kind::AppealDecided, "appeal/a1", &[MEI], &data)
        .concerning(&["product/p1"])
}

#[test]
fn every_decision_that_is_set_aside_leaves_the_product_where_it_stood_before() {
    let reasons = json!({ "reasons": "r" });
    let granted = (Kind::ApprovalGranted, reasons.clone());
    for (kind, decisions, because, before) in [
        (
            Kind::ApprovalRefused,
            vec![(Kind::ApprovalRefused, reasons.clone())],
            "refused",
            "accepted",
        ),
        (
            Kind::ApprovalGranted,
            vec![granted.clone()],
            "authorised",
            "accepted",
        ),
        (
            Kind::ApprovalSuspended,
            vec![granted.clone(), (Kind::ApprovalSuspended, reasons.clone())],
            "suspended",
            "authorised",
        ),
        (
            Kind::ApprovalRevoked,
            vec![
                granted.clone(),
                (
                    Kind::ApprovalRevoked,
                    json!({ "termination": "void", "reasons": "r" }),
                ),
            ],
            "voided",
            "authorised",
        ),
        (Kind::ProductDeclined, vec![], "declined", "submitted"),
    ] {
        let mut lodged = taken_over(&decisions);
        assert_eq!(status(&lodged, "product/p1"), because);
        let draft = lodge(&mut lodged, "appeal/a1", kind, "2026-11-20");
        lodged.say(&draft).unwrap();
        let draft = lodged
            .draft(
                Kind::AppealAdmitted,
                "appeal/a1",
                &[MEI],
                &json!({ "procedure": "ordinary" }),
            )
            .concerning(&["product/p1"]);
        lodged.say(&draft).unwrap();
        for (outcome, set_aside) in [
            ("upheld", false),
            ("varied", false),
            ("overturned", true),
            ("remitted_for_new_decision", true),
            ("inadmissible", false),
            ("withdrawn", false),
            ("mediated", false),
        ] {
            let mut town = lodged.clone();
            let draft = decide(&mut town, outcome);
            town.say(&draft).unwrap();
            let after = if set_aside { before } else { because };
            assert_eq!(status(&town, "product/p1"), after, "{kind} {outcome}");
        }
    }
}

#[test]
fn only_the_decision_that_is_in_force_can_be_appealed() {
    let reasons = json!({ "reasons": "r" });
    let mut town = taken_over(&[(Kind::ApprovalGranted, reasons)]);
    for kind in [
        Kind::ApprovalRefused,
        Kind::ApprovalSuspended,
        Kind::ApprovalRevoked,
    ] {
        let draft = lodge(&mut town, "appeal/a1", kind, "2026-11-20");
        refused(&mut town, &draft, "appeal.no_such_decision");
    }
    // A measure is ordered against an incident, not against a product.
    let draft = lodge(&mut town, "appeal/a1", Kind::MeasureOrdered, "2026-11-20");
    refused(&mut town, &draft, "appeal.no_such_decision");
    let draft = lodge(&mut town, "appeal/a1", Kind::ApprovalGranted, "2026-11-20");
    town.say(&draft).unwrap();
}

/// Known on 12 November: sixty days end on Monday, 11 January 2027, at 24:00 in Shenzhen, which is 16:00 UTC.
#[test]
fn an_appeal_is_in_time_until_midnight_of_the_sixtieth_day() {
    let mut town = taken_over(&[(Kind::ApprovalGranted, json!({ "reasons": "r" }))]);
    let ends: Timestamp = "2027-01-11T16:00:00.000000Z".parse().unwrap();
    let draft = lodge(&mut town, "appeal/a1", Kind::ApprovalGranted, "2026-11-12");
    let mut late = town.clone();
    let seconds = (ends.micros() - town.now().micros()).div_euclid(1_000_000);
    late.pass(seconds - 1);
    refused(&mut late, &draft, "appeal.late");
    town.pass(seconds - 2);
    town.say(&draft).unwrap();
}

/// Grants p1 until 20 May 2027, revokes it, and lodges an appeal against `kind`, which is admitted.
fn appealed(kind: Kind, revoked: bool) -> Town {
    let mut town = Town::city();
    town.accepted("p1");
    let approval = town.approval("p1");
    town.say(&approval).unwrap();
    let both = ["chen:decision_maker", "qian:decision_maker"];
    if revoked {
        let data = json!({ "termination": "void", "reasons": "r" });
        let draft = town
            .draft(Kind::ApprovalRevoked, "product/p1", &both, &data)
            .with(|statement| {
                let basis = Basis {
                    instrument: Text::new("Administrative Licensing Law").unwrap(),
                    article: Text::new("Art. 69").unwrap(),
                };
                statement.basis = Listed::new(vec![basis]).unwrap();
            });
        town.say(&draft).unwrap();
    }
    let data = json!({
        "against": { "kind": kind.as_str(), "subject": "product/p1", "by": "qian" }, "organisation": "acme",
        "grounds": "g", "relief": "set_aside", "knownOn": "2026-11-22",
    });
    let draft = town
        .draft(
            Kind::AppealLodged,
            "appeal/a1",
            &["lin:enterprise_filer@acme"],
            &data,
        )
        .concerning(&["organisation/acme", "product/p1"]);
    town.say(&draft).unwrap();
    let data = json!({ "procedure": "ordinary" });
    let draft = town
        .draft(Kind::AppealAdmitted, "appeal/a1", &[MEI], &data)
        .concerning(&["product/p1"]);
    town.say(&draft).unwrap();
    town
}

fn expiry(town: &Town) -> DeadlineStatus {
    let key = RecordKey::Deadline("product/p1".parse().unwrap(), "expiry".parse().unwrap());
    match town.records().record(&key) {
        Ok(Some(Record::Deadline(DeadlineRecord { status, .. }))) => status,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_approval_that_holds_again_lapses_on_its_day_and_one_that_is_gone_never_does() {
    let mut town = appealed(Kind::ApprovalRevoked, true);
    assert_eq!(expiry(&town), DeadlineStatus::Lifted);
    let mut late = town.clone();
    let overturned = decide(&mut town, "overturned");
    town.say(&overturned).unwrap();
    assert_eq!(status(&town, "product/p1"), "authorised");
    assert_eq!(expiry(&town), DeadlineStatus::Running);
    town.pass(200 * 24 * 3600);
    town.catch_up();
    assert_eq!(status(&town, "product/p1"), "expired");

    // Set aside only when its term had passed, the approval lapses at once.
    late.pass(200 * 24 * 3600);
    late.catch_up();
    assert_eq!(status(&late, "product/p1"), "voided");
    let overturned = decide(&mut late, "overturned");
    late.say(&overturned).unwrap();
    late.pass(1);
    late.catch_up();
    assert_eq!(status(&late, "product/p1"), "expired");

    let mut town = appealed(Kind::ApprovalGranted, false);
    assert_eq!(expiry(&town), DeadlineStatus::Running);
    let overturned = decide(&mut town, "overturned");
    town.say(&overturned).unwrap();
    assert_eq!(status(&town, "product/p1"), "classified");
    assert_eq!(expiry(&town), DeadlineStatus::Lifted);
}
