//! Products: state, content, duties kept apart. What a story can show stands in `tests/stories/product-*.story`.

mod sequences;

use cinnabar_events::{Basis, Kind, Listed, Payload, Revision, Text};
use cinnabar_governance::testing::{Draft, Town};
use cinnabar_governance::{ProductRecord, ProductStatus, Record, RecordKey, Records};
use serde_json::{Value as Json, json};

use crate::{refused, status};

pub const BOTH: [&str; 2] = ["chen:decision_maker", "qian:decision_maker"];

/// A statement about `product`, with a provision under it.
pub fn about(town: &mut Town, product: &str, kind: Kind, signers: &[&str], data: &Json) -> Draft {
    let basis = Basis {
        instrument: Text::new("Shenzhen AI Regulation").unwrap(),
        article: Text::new("Art. 66").unwrap(),
    };
    town.draft(kind, &format!("product/{product}"), signers, data)
        .with(|statement| statement.basis = Listed::new(vec![basis]).unwrap())
}

/// Says it.
pub fn say(town: &mut Town, product: &str, kind: Kind, signers: &[&str], data: &Json) {
    let draft = about(town, product, kind, signers, data);
    town.say(&draft)
        .unwrap_or_else(|rejection| panic!("{kind} {data}: {rejection}"));
}

pub fn record(town: &Town, product: &str) -> Option<ProductRecord> {
    let key = RecordKey::State(format!("product/{product}").parse().unwrap());
    match town.records().record(&key) {
        Ok(Some(Record::Product(record))) => Some(record),
        _ => None,
    }
}

pub fn factors() -> Json {
    json!({ "basis": "b", "scenario": "s", "scopeOfInfluence": "city" })
}

/// Files, accepts and classifies `product` for `route`, by `tier`.
fn classified(town: &mut Town, product: &str, route: &str, tier: &str) {
    let mut filing = json!({ "organisation": "acme", "name": product, "route": route });
    if route == "trial" {
        filing["trialMode"] = "pilot".into();
        filing["excludedDomain"] = "none".into();
        filing["facts"] = json!({ "standards": ["ISO/IEC 42001:2023"], "standardsGap": { "national": true, "local": true } });
    }
    let lin = ["lin:enterprise_filer@acme"];
    let draft = about(town, product, Kind::ProductSubmitted, &lin, &filing);
    town.say(&draft.concerning(&["organisation/acme"])).unwrap();
    let number = json!({ "number": format!("N-{product}") });
    say(
        town,
        product,
        Kind::ProductAccepted,
        &["li:registrar"],
        &number,
    );
    let mut tiered = json!({ "tier": tier, "factors": factors(), "reasons": "r" });
    if tier == "prohibited" {
        tiered["prohibitedConduct"] = json!(["p7_other_violation"]);
    }
    let officers = ["sun:case_officer", "he:case_officer"];
    say(town, product, Kind::RiskClassified, &officers, &tiered);
}

/// Art. 44, 66 and 72 in a table: what each tier allows on each route, once everything else is there.
#[test]
fn a_route_leads_only_where_the_tier_allows() {
    let city = Town::city();
    let no = |code: &'static str| Some(code);
    for (route, tier, granted, disclosed) in [
        ("trial", "low", None, no("content.other_route")),
        (
            "trial",
            "medium",
            no("content.trial_not_low_risk"),
            no("content.other_route"),
        ),
        (
            "trial",
            "high",
            no("content.trial_not_low_risk"),
            no("content.disclosure_tier"),
        ),
        (
            "trial",
            "prohibited",
            no("content.prohibited"),
            no("content.disclosure_tier"),
        ),
        ("disclosure", "low", no("content.other_route"), None),
        ("disclosure", "medium", no("content.other_route"), None),
        (
            "disclosure",
            "high",
            no("content.other_route"),
            no("content.disclosure_tier"),
        ),
        (
            "disclosure",
            "prohibited",
            no("content.prohibited"),
            no("content.disclosure_tier"),
        ),
        ("standing_approval", "low", None, no("content.other_route")),
        (
            "standing_approval",
            "medium",
            None,
            no("content.other_route"),
        ),
        (
            "standing_approval",
            "high",
            no("content.assessment_missing"),
            no("content.disclosure_tier"),
        ),
        (
            "standing_approval",
            "prohibited",
            no("content.prohibited"),
            no("content.disclosure_tier"),
        ),
    ] {
        let mut town = city.clone();
        classified(&mut town, "p1", route, tier);
        let shown = json!({ "evidenceKind": "standard_conformity", "title": "t", "result": "pass", "number": "1", "standards": [{ "number": "ISO 1", "level": "international" }] });
        say(
            &mut town,
            "p1",
            Kind::EvidenceFiled,
            &["luo:expert_reviewer"],
            &shown,
        );
        let mut approval = json!({ "route": route, "reasons": "r", "expires": "2027-01-01" });
        if route == "trial" {
            approval["mode"] = "pilot".into();
        }
        let disclosure = json!({ "text": "t" });
        for (kind, data, expected) in [
            (Kind::ApprovalGranted, approval, granted),
            (Kind::ProductDisclosed, disclosure, disclosed),
        ] {
            let mut town = town.clone();
            let draft = about(&mut town, "p1", kind, &BOTH, &data);
            let found = town.say(&draft).err().map(|rejection| rejection.code());
            assert_eq!(found, expected, "{kind}, route {route}, tier {tier}");
        }
    }
}

/// The last days on which something is still in time, and the first on which it no longer is.
#[test]
fn days_are_counted_to_the_end_of_the_last_one() {
    let mut town = Town::city();
    town.accepted("p1");
    // Six months from 22 November.
    for (expires, fits) in [("2027-05-23", false), ("2027-05-22", true)] {
        let data = json!({ "route": "trial", "mode": "pilot", "expires": expires, "reasons": "r" });
        let draft = about(&mut town, "p1", Kind::ApprovalGranted, &BOTH, &data);
        assert_eq!(town.clone().say(&draft).is_ok(), fits, "{expires}");
    }
    let approval = town.approval("p1");
    town.say(&approval).unwrap();
    // It ends with 20 May 2027; 30 days before is 20 April, to its end at 16:00 UTC.
    let ask = json!({ "until": "2027-08-01", "reasons": "r" });
    let lin = ["lin:enterprise_filer@acme"];
    for (moment, fits) in [
        ("2027-04-20T15:59:58.000000Z", true),
        ("2027-04-20T16:00:00.000000Z", false),
    ] {
        let mut town = town.clone();
        let moment: cinnabar_events::Timestamp = moment.parse().unwrap();
        let micros = moment.micros() - town.now().micros();
        town.pass(micros / 1_000_000);
        let draft = about(&mut town, "p1", Kind::RenewalRequested, &lin, &ask);
        assert_eq!(town.say(&draft).is_ok(), fits, "{moment}");
    }
    // Ten working days from Friday 20 November end with Friday 4 December.
    let change = json!({ "facts": { "version": "2" }, "changed": "2026-11-20" });
    for (moment, fits) in [
        ("2026-12-04T15:59:58.000000Z", true),
        ("2026-12-04T16:00:00.000000Z", false),
    ] {
        let mut town = town.clone();
        let moment: cinnabar_events::Timestamp = moment.parse().unwrap();
        let micros = moment.micros() - town.now().micros();
        town.pass(micros / 1_000_000);
        let draft = about(&mut town, "p1", Kind::ProductUpdated, &lin, &change);
        assert_eq!(town.say(&draft).is_ok(), fits, "{moment}");
    }
}

#[test]
fn only_the_institution_gives_a_product_to_another_organisation() {
    let mut town = Town::city();
    town.accepted("p1");
    let moved = json!({ "organisation": "beta" });
    let lin = ["lin:enterprise_filer@acme"];
    let by_owner = about(&mut town, "p1", Kind::ProductUpdated, &lin, &moved);
    let by_owner = by_owner.concerning(&["organisation/beta"]);
    refused(&mut town, &by_owner, "role.other_organisation");
    let li = ["li:registrar"];
    let unlinked = about(&mut town, "p1", Kind::ProductUpdated, &li, &moved);
    refused(&mut town, &unlinked, "subject.not_concerned");
    let by_registrar = about(&mut town, "p1", Kind::ProductUpdated, &li, &moved);
    town.say(&by_registrar.concerning(&["organisation/beta"]))
        .unwrap();
    let update = about(
        &mut town,
        "p1",
        Kind::ProductUpdated,
        &lin,
        &json!({ "name": "Mine" }),
    );
    refused(&mut town, &update, "role.other_organisation");
}

/// Registrar, case officer and decision maker of one case are different people, whatever roles they hold.
#[test]
fn nobody_takes_two_parts_in_one_case() {
    let mut town = Town::city();
    town.enrol("xu", Some("institution"), &["registrar", "case_officer"]);
    town.enrol(
        "yan",
        Some("institution"),
        &["case_officer", "decision_maker"],
    );
    let filing = json!({ "organisation": "acme", "name": "X", "route": "standing_approval" });
    let filed = about(
        &mut town,
        "p1",
        Kind::ProductSubmitted,
        &["xu:registrar"],
        &filing,
    );
    town.say(&filed.concerning(&["organisation/acme"])).unwrap();
    let same = "separation.same_person";
    let number = json!({ "number": "N1" });
    let missing = json!({ "missing": [{ "field": "f", "what": "w" }] });
    let no = json!({ "reason": "other", "reasons": "r" });
    let low = json!({ "tier": "low", "factors": factors(), "reasons": "r" });
    for (kind, data) in [
        (Kind::ProductAccepted, &number),
        (Kind::ProductReturned, &missing),
        (Kind::ProductDeclined, &no),
    ] {
        let draft = about(&mut town, "p1", kind, &["xu:registrar"], data);
        refused(&mut town, &draft, same);
    }
    say(
        &mut town,
        "p1",
        Kind::ProductAccepted,
        &["li:registrar"],
        &number,
    );
    let draft = about(
        &mut town,
        "p1",
        Kind::RiskClassified,
        &["xu:case_officer"],
        &low,
    );
    refused(&mut town, &draft, same);
    say(
        &mut town,
        "p1",
        Kind::RiskClassified,
        &["yan:case_officer"],
        &low,
    );
    let grant = json!({ "route": "standing_approval", "reasons": "r" });
    let with_yan = ["chen:decision_maker", "yan:decision_maker"];
    let draft = about(&mut town, "p1", Kind::ApprovalGranted, &with_yan, &grant);
    refused(&mut town, &draft, same);
    say(&mut town, "p1", Kind::ApprovalGranted, &BOTH, &grant);
    for (kind, data) in [
        (Kind::ApprovalSuspended, json!({ "reasons": "r" })),
        (
            Kind::ApprovalRevoked,
            json!({ "termination": "void", "reasons": "r" }),
        ),
    ] {
        let draft = about(&mut town, "p1", kind, &with_yan, &data);
        refused(&mut town, &draft, same);
    }
}

#[test]
fn numbers_ids_and_subjects_are_given_once() {
    let mut town = Town::populated();
    town.accepted("p1");
    let again = town.submission("p1");
    refused(&mut town, &again, "subject.exists");
    let second = town.submission("p2");
    town.say(&second).unwrap();
    let taken = json!({ "number": "SZAI-P-2026-p1" });
    let taken = about(
        &mut town,
        "p2",
        Kind::ProductAccepted,
        &["li:registrar"],
        &taken,
    );
    refused(&mut town, &taken, "number.taken");
    let same_id = town
        .submission("p3")
        .with(|statement| statement.id = second.statement().id);
    refused(&mut town, &same_id, "statement.id_taken");
    refused(&mut town, &second, "statement.recorded");
}

#[test]
fn stale_expectations_and_unknown_subjects_are_refused() {
    let mut town = Town::populated();
    town.accepted("p1");
    let expecting = |town: &mut Town, revision| {
        town.approval("p1")
            .with(|statement| statement.expects = Some(Revision::new(revision)))
    };
    let stale = expecting(&mut town, 3);
    refused(&mut town, &stale, "subject.stale");
    let fresh = expecting(&mut town, 4);
    town.say(&fresh).unwrap();
    assert_eq!(status(&town, "p1"), ProductStatus::Authorised);
    let unknown = town.approval("nowhere");
    refused(&mut town, &unknown, "subject.unknown");
    let concern = town
        .submission("p2")
        .concerning(&["organisation/acme", "product/nowhere"]);
    refused(&mut town, &concern, "subject.unknown");
    let unlinked = town.submission("p2").concerning(&[]);
    refused(&mut town, &unlinked, "subject.not_concerned");
}

#[test]
fn what_happened_more_than_five_minutes_from_now_did_not_happen() {
    let mut town = Town::populated();
    let at = |seconds| {
        let now = town.now().plus_seconds(seconds);
        move |statement: &mut cinnabar_events::Statement| {
            statement.occurred = Some(cinnabar_events::When::Timestamp(now))
        }
    };
    let (late, fine) = (at(302), at(301));
    let draft = town.submission("p1").with(late);
    refused(&mut town, &draft, "statement.occurred_ahead");
    let draft = town.submission("p1").with(fine);
    town.pass(-1);
    town.say(&draft).unwrap();
}

/// Conditions may be texts alone, as in statements of the first release, or have ids; both are found again by id.
#[test]
fn conditions_are_called_by_their_id_or_by_their_place() {
    let mut town = Town::city();
    town.accepted("p1");
    let approval = town.approval("p1").with(|statement| {
        let Payload::ApprovalGranted(granted) = &mut statement.payload else {
            panic!("an approval");
        };
        let conditions = json!(["first", { "id": "named", "text": "second" }, "third"]);
        granted.conditions = serde_json::from_value(conditions).unwrap();
    });
    town.say(&approval).unwrap();
    let record = record(&town, "p1").unwrap();
    let ids: Vec<&str> = record
        .conditions
        .iter()
        .map(|one| one.id.as_str())
        .collect();
    assert_eq!(ids, ["c1", "named", "c3"]);
}
