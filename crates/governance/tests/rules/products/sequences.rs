//! What holds for a product after any sequence of statements.

use cinnabar_events::Kind;
use cinnabar_events::kinds::{RiskTier, Route, Termination};
use cinnabar_governance::testing::Town;
use cinnabar_governance::{
    DeadlineRecord, DeadlineStatus, ProductRecord, ProductStatus, Record, RecordKey, RecordMap,
    Records, evolve,
};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::{BOTH, about, factors, record, say};

const LIN: &[&str] = &["lin:enterprise_filer@acme"];
const SUN: &[&str] = &["sun:case_officer"];
const OFFICERS: &[&str] = &["sun:case_officer", "he:case_officer"];
const LI: &[&str] = &["li:registrar"];

/// Everything that can be said about a product, as of `town`'s day.
fn moves(town: &Town) -> Vec<(Kind, &'static [&'static str], Json)> {
    let day = |days| town.now().date().plus_days(days).to_string();
    let again = |tier: &str| json!({ "tier": tier, "trigger": "periodic", "factors": factors(), "reasons": "r" });
    let mut prohibited = again("prohibited");
    prohibited["prohibitedConduct"] = json!(["p7_other_violation"]);
    let shown = |result: &str| json!({ "evidenceKind": "standard_conformity", "title": "t", "result": result, "number": "1", "standards": [{ "number": "ISO 1", "level": "international" }] });
    let ends = |how: &str| json!({ "termination": how, "compensation": false, "reasons": "r" });
    let check = |result: &str, severity: Option<&str>| {
        let mut data = json!({ "condition": "c1", "result": result, "source": "report" });
        if let Some(severity) = severity {
            data["severity"] = severity.into();
        }
        data
    };
    let found = json!({ "method": "onsite", "result": "conform" });
    vec![
        (
            Kind::ProductReturned,
            LI,
            json!({ "missing": [{ "field": "f", "what": "w" }] }),
        ),
        (Kind::ProductUpdated, LIN, json!({ "supplement": true })),
        (
            Kind::ProductUpdated,
            LIN,
            json!({ "name": "n", "substantial": true }),
        ),
        (
            Kind::ProductDeclined,
            LI,
            json!({ "reason": "other", "reasons": "r" }),
        ),
        (Kind::ProductAccepted, LI, json!({ "number": "N1" })),
        (Kind::EvidenceFiled, LIN, shown("pass")),
        (Kind::EvidenceFiled, LIN, shown("fail")),
        (
            Kind::RiskClassified,
            SUN,
            json!({ "tier": "low", "factors": factors(), "reasons": "r" }),
        ),
        (
            Kind::RiskClassified,
            SUN,
            json!({ "tier": "low", "number": "N2", "factors": factors(), "reasons": "r" }),
        ),
        (Kind::RiskClassified, SUN, again("medium")),
        (Kind::RiskClassified, OFFICERS, prohibited),
        (
            Kind::ApprovalGranted,
            &BOTH,
            json!({ "route": "trial", "mode": "pilot", "conditions": ["x"], "expires": day(90), "reasons": "r" }),
        ),
        (
            Kind::ApprovalGranted,
            &BOTH,
            json!({ "route": "standing_approval", "conditions": ["x"], "expires": day(200), "reasons": "r" }),
        ),
        (Kind::ProductDisclosed, &BOTH, json!({ "text": "t" })),
        (Kind::ApprovalRefused, &BOTH, json!({ "reasons": "r" })),
        (
            Kind::ApprovalRefused,
            &BOTH,
            json!({ "renewal": true, "reasons": "r" }),
        ),
        (Kind::ApprovalSuspended, &BOTH, json!({ "reasons": "r" })),
        (
            Kind::ApprovalReinstated,
            &BOTH,
            json!({ "conditions": ["y"], "reasons": "r" }),
        ),
        (
            Kind::ApprovalConditioned,
            &BOTH,
            json!({ "added": ["1", "2", "3"], "reasons": "r" }),
        ),
        (
            Kind::ApprovalConditioned,
            &BOTH,
            json!({ "lifted": ["c1"], "reasons": "r" }),
        ),
        (
            Kind::ConditionChecked,
            SUN,
            check("breached", Some("critical")),
        ),
        (Kind::ConditionChecked, SUN, check("restored", None)),
        (
            Kind::RenewalRequested,
            LIN,
            json!({ "until": day(300), "lateReason": "l", "reasons": "r" }),
        ),
        (
            Kind::ApprovalExtended,
            &BOTH,
            json!({ "expires": day(250), "reasons": "r" }),
        ),
        (
            Kind::TrialReported,
            LIN,
            json!({ "from": day(-1), "until": day(-1), "incidents": 0 }),
        ),
        (Kind::ProductInspected, SUN, found),
        (
            Kind::ProductInspected,
            SUN,
            json!({ "method": "recall", "result": "conform", "recallDone": true }),
        ),
        (
            Kind::ProductRecalled,
            &BOTH,
            json!({ "scope": "s", "due": day(20), "notice": "n", "reasons": "r" }),
        ),
        (Kind::ProductEnded, LIN, json!({ "reason": "retired" })),
        (Kind::ApprovalRevoked, &BOTH, ends("void")),
        (
            Kind::ApprovalRevoked,
            &BOTH,
            ends("withdrawn_public_interest"),
        ),
        (Kind::ApprovalRevoked, &BOTH, ends("penalty")),
        (Kind::ApprovalRevoked, &BOTH, ends("closed")),
    ]
}

/// A product on `route`, led on by the first `steps` of the four that lead to being offered.
fn filed(route: &str, steps: usize) -> Town {
    let mut town = Town::city();
    let mut filing = json!({ "organisation": "acme", "name": "P", "route": route });
    if route == "trial" {
        filing["trialMode"] = "pilot".into();
        filing["excludedDomain"] = "none".into();
        filing["facts"] =
            json!({ "standards": ["ISO 1"], "standardsGap": { "national": true, "local": true } });
    }
    let draft = about(&mut town, "p1", Kind::ProductSubmitted, LIN, &filing);
    town.say(&draft.concerning(&["organisation/acme"])).unwrap();
    let offered = match route {
        "trial" => (Kind::ApprovalGranted, Some(Route::Trial)),
        "disclosure" => (Kind::ProductDisclosed, None),
        _ => (Kind::ApprovalGranted, Some(Route::StandingApproval)),
    };
    let moves = moves(&town);
    let way = [
        Kind::ProductAccepted,
        Kind::EvidenceFiled,
        Kind::RiskClassified,
    ]
    .map(|kind| (kind, None));
    for (kind, by) in way.into_iter().chain([offered]).take(steps) {
        let says = |data: &Json| by.is_none_or(|route| data["route"] == route.as_str());
        let (_, signers, data) = moves
            .iter()
            .find(|(other, _, data)| *other == kind && says(data))
            .unwrap();
        say(&mut town, "p1", kind, signers, data);
    }
    town
}

/// The expiry deadline runs.
fn expiry_runs(town: &Town) -> bool {
    let key = RecordKey::Deadline("product/p1".parse().unwrap(), "expiry".parse().unwrap());
    let Ok(Some(Record::Deadline(DeadlineRecord { status, .. }))) = town.records().record(&key)
    else {
        return false;
    };
    status == DeadlineStatus::Running
}

/// What holds of a product wherever it stands, and between two moments of its life.
fn sound(before: &ProductRecord, now: &ProductRecord, town: &Town) -> Result<(), TestCaseError> {
    use ProductStatus as S;
    if before.status == S::Closed {
        prop_assert_eq!(before, now, "closed is final");
    }
    if now.status == S::Authorised && before.status == S::Classified {
        prop_assert!(now.tier != Some(RiskTier::Prohibited) && now.number.is_some());
        if now.route == Some(Route::Trial) {
            prop_assert_eq!(now.tier, Some(RiskTier::Low));
            prop_assert!(now.shown.conformity.is_some_and(|shown| shown.passed));
        }
    }
    if now.status == S::Disclosed && before.status != S::Disclosed {
        prop_assert!(now.route == Some(Route::Disclosure));
        prop_assert!(matches!(now.tier, Some(RiskTier::Low | RiskTier::Medium)));
    }
    if let Some(termination) = before.termination {
        prop_assert_eq!(
            now.termination,
            Some(termination),
            "endings are never exchanged"
        );
    }
    let ended = match now.termination {
        None => true,
        Some(Termination::Void) => matches!(now.status, S::Voided | S::Closed),
        Some(Termination::WithdrawnPublicInterest) => {
            matches!(now.status, S::Withdrawn | S::Closed)
        }
        Some(Termination::Penalty) => matches!(now.status, S::Revoked | S::Closed),
        Some(Termination::Closed) => false,
    };
    prop_assert!(ended, "{:?} and {:?}", now.termination, now.status);
    let suspended_approval =
        now.suspended_from == Some(S::Authorised) && now.status == S::Suspended;
    let live = now.status == S::Authorised || suspended_approval;
    prop_assert_eq!(
        expiry_runs(town),
        live,
        "an approval with a last day, and no other, will lapse"
    );
    let ids: std::collections::BTreeSet<_> = now.conditions.iter().map(|one| &one.id).collect();
    prop_assert!(ids.len() == now.conditions.len() && ids.len() <= 32);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_product_stays_sound_whatever_is_said(
        route in prop::sample::select(vec!["trial", "disclosure", "standing_approval"]),
        led in 0_usize..=4,
        steps in prop::collection::vec((any::<prop::sample::Index>(), 0_i64..12), 1..40),
    ) {
        let mut town = filed(route, led);
        let mut before = record(&town, "p1").unwrap();
        for (first, days) in steps {
            town.pass(days * 86_400);
            town.catch_up();
            let moves = moves(&town);
            let first = first.index(moves.len());
            // The first of six neighbours that the rules allow.
            for step in 0..6 {
                let (kind, signers, data) = &moves[(first + step) % moves.len()];
                let draft = about(&mut town, "p1", *kind, signers, data);
                if town.say(&draft).is_ok() {
                    break;
                }
            }
            let now = record(&town, "p1").unwrap();
            sound(&before, &now, &town)?;
            before = now;
        }
        let mut replayed = RecordMap::new();
        for entry in town.entries() {
            let Ok(()) = evolve(&mut replayed, entry);
        }
        prop_assert_eq!(&replayed, town.records(), "the entries give the records again");
    }
}
