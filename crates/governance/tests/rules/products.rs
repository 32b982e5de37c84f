//! Products and incidents: state, content, duties kept apart.

use cinnabar_events::{Kind, Payload, Revision};
use cinnabar_governance::ProductStatus;
use cinnabar_governance::testing::Town;
use serde_json::json;

use crate::{refused, status};

#[test]
fn a_product_is_filed_accepted_approved_suspended_reinstated_and_revoked() {
    let mut town = Town::populated();
    town.accepted("p1");
    let approval = town.approval("p1");
    town.say(&approval).unwrap();
    assert_eq!(status(&town, "p1"), ProductStatus::Authorised);

    let incident = json!({ "product": "p1", "title": "Wrong advice", "severity": "incident", "reportType": "initial", "harmTypes": ["physical"] });
    let report = town
        .draft(
            Kind::IncidentReported,
            "incident/i1",
            &["zhou:intake_officer"],
            &incident,
        )
        .concerning(&["product/p1"]);
    town.say(&report).unwrap();
    let more = json!({ "reportType": "follow_up", "description": "A second case.", "severity": "serious_incident" });
    let update = town.draft(
        Kind::IncidentUpdated,
        "incident/i1",
        &["sun:case_officer"],
        &more,
    );
    town.say(&update).unwrap();
    let data = json!({ "incident": "i1", "measures": ["rectify"], "reasons": "Patients at risk." });
    let suspension = town
        .draft(
            Kind::ApprovalSuspended,
            "product/p1",
            &["chen:decision_maker"],
            &data,
        )
        .concerning(&["incident/i1"]);
    town.say(&suspension).unwrap();
    assert_eq!(status(&town, "p1"), ProductStatus::Suspended);

    let data = json!({ "reasons": "Corrected and verified." });
    let reinstatement = town.draft(
        Kind::ApprovalReinstated,
        "product/p1",
        &["chen:decision_maker", "qian:decision_maker"],
        &data,
    );
    town.say(&reinstatement).unwrap();
    let closing = town.draft(
        Kind::IncidentClosed,
        "incident/i1",
        &["sun:case_officer"],
        &json!({ "outcome": "resolved", "reasons": "Fixed." }),
    );
    town.say(&closing).unwrap();
    refused(&mut town, &closing, "statement.recorded");
    let follow_up = json!({ "reportType": "follow_up", "description": "A third case." });
    let late = town.draft(
        Kind::IncidentUpdated,
        "incident/i1",
        &["sun:case_officer"],
        &follow_up,
    );
    refused(&mut town, &late, "subject.state");

    let data = json!({ "termination": "void", "reasons": "The test report was forged." });
    let revocation = town.draft(
        Kind::ApprovalRevoked,
        "product/p1",
        &["chen:decision_maker", "qian:decision_maker"],
        &data,
    );
    town.say(&revocation).unwrap();
    assert_eq!(status(&town, "p1"), ProductStatus::Revoked);
    refused(&mut town, &approval, "statement.recorded");
}

#[test]
fn a_refused_product_is_not_approved_and_an_ended_one_not_updated() {
    let mut town = Town::populated();
    town.accepted("p1");
    let refusal = town.draft(
        Kind::ApprovalRefused,
        "product/p1",
        &["chen:decision_maker"],
        &json!({ "reasons": "No oversight." }),
    );
    town.say(&refusal).unwrap();
    let approval = town.approval("p1");
    refused(&mut town, &approval, "subject.state");

    let ending = town.draft(
        Kind::ProductEnded,
        "product/p1",
        &["lin:enterprise_filer@acme"],
        &json!({ "reason": "retired" }),
    );
    town.say(&ending).unwrap();
    let update = town.draft(
        Kind::ProductUpdated,
        "product/p1",
        &["lin:enterprise_filer@acme"],
        &json!({ "name": "New" }),
    );
    refused(&mut town, &update, "subject.state");
}

#[test]
fn an_update_changes_something_that_exists_and_only_the_registrar_moves_a_product() {
    let mut town = Town::populated();
    town.accepted("p1");
    let nothing = town.draft(
        Kind::ProductUpdated,
        "product/p1",
        &["lin:enterprise_filer@acme"],
        &json!({ "note": "just so" }),
    );
    refused(&mut town, &nothing, "content.no_change");
    let odd = town.draft(
        Kind::ProductUpdated,
        "product/p1",
        &["lin:enterprise_filer@acme"],
        &json!({ "removed": ["colour"] }),
    );
    refused(&mut town, &odd, "content.no_such_fact");
    let org = town.draft(
        Kind::OrganisationRegistered,
        "organisation/other",
        &["li:registrar"],
        &json!({ "name": "Other", "organisationKind": "enterprise" }),
    );
    town.say(&org).unwrap();
    let moved = json!({ "organisation": "other" });
    let by_owner = town
        .draft(
            Kind::ProductUpdated,
            "product/p1",
            &["lin:enterprise_filer@acme"],
            &moved,
        )
        .concerning(&["organisation/other"]);
    refused(&mut town, &by_owner, "role.other_organisation");
    let by_registrar = town
        .draft(
            Kind::ProductUpdated,
            "product/p1",
            &["li:registrar"],
            &moved,
        )
        .concerning(&["organisation/other"]);
    town.say(&by_registrar).unwrap();
    let update = town.draft(
        Kind::ProductUpdated,
        "product/p1",
        &["lin:enterprise_filer@acme"],
        &json!({ "name": "Mine" }),
    );
    refused(&mut town, &update, "role.other_organisation");
}

#[test]
fn a_trial_is_for_low_risk_outside_excluded_domains_with_a_standard_and_an_end() {
    let mut town = Town::populated();
    let change = |town: &mut Town, change: fn(&mut cinnabar_events::kinds::ProductSubmitted)| {
        town.submission("p1")
            .with(|statement| match &mut statement.payload {
                Payload::ProductSubmitted(submitted) => change(submitted),
                other => panic!("{other:?}"),
            })
    };
    let draft = change(&mut town, |submitted| {
        submitted.excluded_domain = Some(cinnabar_events::kinds::ExcludedDomain::PersonalSafety)
    });
    refused(&mut town, &draft, "content.excluded_domain");
    let draft = change(&mut town, |submitted| submitted.excluded_domain = None);
    refused(&mut town, &draft, "content.excluded_domain");
    let draft = change(&mut town, |submitted| {
        submitted.facts.standards = Default::default()
    });
    refused(&mut town, &draft, "content.standard_missing");
    let draft = change(&mut town, |submitted| submitted.trial_mode = None);
    refused(&mut town, &draft, "content.trial_mode");
    let draft = change(&mut town, |submitted| submitted.route = None);
    refused(&mut town, &draft, "content.route_missing");

    let draft = town.submission("p1");
    town.say(&draft).unwrap();
    for (tier, code) in [
        ("medium", "content.trial_not_low_risk"),
        ("high", "content.trial_not_low_risk"),
    ] {
        let draft = town.draft(
            Kind::ProductAccepted,
            "product/p1",
            &["li:registrar"],
            &json!({ "number": "N1", "riskTier": tier }),
        );
        refused(&mut town, &draft, code);
    }
    let draft = town.draft(
        Kind::ProductAccepted,
        "product/p1",
        &["li:registrar"],
        &json!({ "number": "N1" }),
    );
    refused(&mut town, &draft, "content.tier_missing");
    let draft = town.draft(
        Kind::ProductAccepted,
        "product/p1",
        &["li:registrar"],
        &json!({ "number": "N1", "riskTier": "low" }),
    );
    town.say(&draft).unwrap();

    let decide = |town: &mut Town, data| {
        town.draft(
            Kind::ApprovalGranted,
            "product/p1",
            &["chen:decision_maker", "qian:decision_maker"],
            &data,
        )
    };
    for (data, code) in [
        (
            json!({ "route": "trial", "mode": "pilot", "reasons": "r" }),
            "content.expiry",
        ),
        (
            json!({ "route": "trial", "mode": "pilot", "expires": "2026-11-21", "reasons": "r" }),
            "content.expiry",
        ),
        (
            json!({ "route": "trial", "mode": "pilot", "starts": "2027-02-01", "expires": "2027-01-01", "reasons": "r" }),
            "content.expiry",
        ),
        (
            json!({ "route": "trial", "expires": "2027-01-01", "reasons": "r" }),
            "content.trial_mode",
        ),
        (
            json!({ "route": "disclosure", "reasons": "r" }),
            "content.other_route",
        ),
        (json!({ "reasons": "r" }), "content.route_missing"),
    ] {
        let draft = decide(&mut town, data);
        refused(&mut town, &draft, code);
    }
}

#[test]
fn a_prohibited_product_is_never_approved() {
    let mut town = Town::populated();
    let draft = town
        .draft(
            Kind::ProductSubmitted,
            "product/p1",
            &["li:registrar"],
            &json!({ "organisation": "acme", "name": "Score", "route": "standing_approval" }),
        )
        .concerning(&["organisation/acme"]);
    town.say(&draft).unwrap();
    town.enrol("he", Some("institution"), &["registrar"]);
    let draft = town.draft(
        Kind::ProductAccepted,
        "product/p1",
        &["he:registrar"],
        &json!({ "number": "N1", "riskTier": "prohibited" }),
    );
    town.say(&draft).unwrap();
    let draft = town.draft(
        Kind::ApprovalGranted,
        "product/p1",
        &["chen:decision_maker", "qian:decision_maker"],
        &json!({ "route": "standing_approval", "reasons": "r" }),
    );
    refused(&mut town, &draft, "content.prohibited");
}

#[test]
fn who_accepts_does_not_decide_and_who_files_does_not_accept() {
    let mut town = Town::populated();
    let filed = town
        .draft(
            Kind::ProductSubmitted,
            "product/p1",
            &["li:registrar"],
            &json!({ "organisation": "acme", "name": "X", "route": "disclosure" }),
        )
        .concerning(&["organisation/acme"]);
    town.say(&filed).unwrap();
    let accept = json!({ "number": "N1", "riskTier": "low" });
    let same = town.draft(
        Kind::ProductAccepted,
        "product/p1",
        &["li:registrar"],
        &accept,
    );
    refused(&mut town, &same, "separation.same_person");
    let both = town.draft(
        Kind::RoleGranted,
        "actor/li",
        &["wang:institution_admin", "zhao:institution_admin"],
        &json!({ "role": "decision_maker" }),
    );
    refused(&mut town, &both, "role.excluded");
}

#[test]
fn numbers_ids_and_subjects_are_given_once() {
    let mut town = Town::populated();
    town.accepted("p1");
    let again = town.submission("p1");
    refused(&mut town, &again, "subject.exists");
    let second = town.submission("p2");
    town.say(&second).unwrap();
    let taken = town.draft(
        Kind::ProductAccepted,
        "product/p2",
        &["li:registrar"],
        &json!({ "number": "SZAI-P-2026-p1", "riskTier": "low" }),
    );
    refused(&mut town, &taken, "number.taken");
    let same_id = town
        .submission("p3")
        .with(|statement| statement.id = second.statement().id);
    refused(&mut town, &same_id, "statement.id_taken");
    refused(&mut town, &second, "statement.recorded");
}

#[test]
fn stale_expectations_unknown_subjects_and_codes_are_refused() {
    let mut town = Town::populated();
    town.accepted("p1");
    let stale = town
        .approval("p1")
        .with(|statement| statement.expects = Some(Revision::new(1)));
    refused(&mut town, &stale, "subject.stale");
    let fresh = town
        .approval("p1")
        .with(|statement| statement.expects = Some(Revision::new(2)));
    town.say(&fresh).unwrap();
    let unknown = town.approval("nowhere");
    refused(&mut town, &unknown, "subject.unknown");
    let concern = town
        .submission("p2")
        .concerning(&["organisation/acme", "product/nowhere"]);
    refused(&mut town, &concern, "subject.unknown");
    let unlinked = town.submission("p2").concerning(&[]);
    refused(&mut town, &unlinked, "subject.not_concerned");
    let report = json!({ "unregisteredSystem": "a robot", "title": "t", "severity": "hazard", "reportType": "initial", "harmTypes": ["boredom"] });
    let code = town.draft(
        Kind::IncidentReported,
        "incident/i",
        &["zhou:intake_officer"],
        &report,
    );
    refused(&mut town, &code, "content.unknown_code");
    let neither = town.draft(
        Kind::IncidentReported,
        "incident/i",
        &["zhou:intake_officer"],
        &json!({ "title": "t", "severity": "hazard", "reportType": "initial" }),
    );
    refused(&mut town, &neither, "content.one_system");
    let ahead = json!({ "unregisteredSystem": "a robot", "title": "t", "severity": "hazard", "reportType": "initial", "aware": "2027-01-01" });
    let ahead = town.draft(
        Kind::IncidentReported,
        "incident/i",
        &["zhou:intake_officer"],
        &ahead,
    );
    refused(&mut town, &ahead, "content.aware_ahead");
    let bad = json!({ "name": "X", "organisationKind": "enterprise", "numbers": [{ "scheme": "uscc", "value": "91440300708461136X" }] });
    let bad = town.draft(
        Kind::OrganisationRegistered,
        "organisation/x",
        &["li:registrar"],
        &bad,
    );
    refused(&mut town, &bad, "content.uscc");
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
