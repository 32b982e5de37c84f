//! The rules, one sentence each, told as small stories in a town.
#![allow(clippy::unwrap_used)]

use cinnabar_events::{Kind, Payload, Revision};
use cinnabar_governance::testing::{Town, public};
use cinnabar_governance::{ProductStatus, Record, RecordKey, Records, default_rulebook};
use serde_json::json;

fn status(town: &Town, product: &str) -> ProductStatus {
    match town
        .records()
        .record(&RecordKey::Product(product.parse().unwrap()))
    {
        Ok(Some(Record::Product(record))) => record.status,
        other => panic!("{product}: {other:?}"),
    }
}

/// Says it and expects the rule with this code to say no, and nothing to change.
fn refused(town: &mut Town, draft: &cinnabar_governance::testing::Draft, code: &str) {
    let before = town.records().clone();
    let rejection = town.say(draft).expect_err(code);
    assert_eq!(rejection.code(), code, "{rejection}");
    assert_eq!(*town.records(), before);
}

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

#[test]
fn only_holders_of_a_role_say_what_the_rulebook_lets_them_and_enough_of_them() {
    let mut town = Town::populated();
    town.accepted("p1");
    let grant =
        json!({ "route": "trial", "mode": "pilot", "expires": "2027-05-20", "reasons": "r" });
    for (signers, code) in [
        (vec!["chen:decision_maker"], "role.quorum"),
        (
            vec!["chen:decision_maker", "li:registrar"],
            "role.not_allowed",
        ),
        (
            vec!["chen:decision_maker", "li:decision_maker"],
            "role.missing",
        ),
        (
            vec!["chen:decision_maker", "nobody:decision_maker"],
            "key.foreign",
        ),
        (vec!["lin:enterprise_filer"], "role.other_organisation"),
        (
            vec!["lin:enterprise_filer@other"],
            "role.other_organisation",
        ),
        (vec!["chen:self"], "role.missing"),
        (vec!["wu:migrator"], "migration.not_allowed"),
    ] {
        let draft = town.draft(Kind::ApprovalGranted, "product/p1", &signers, &grant);
        refused(&mut town, &draft, code);
    }
}

#[test]
fn nobody_grants_a_role_to_himself_or_one_that_does_not_exist() {
    let mut town = Town::populated();
    let grant = |town: &mut Town, subject: &str, data| {
        town.draft(
            Kind::RoleGranted,
            subject,
            &["wang:institution_admin", "zhao:institution_admin"],
            &data,
        )
    };
    for (subject, data, code) in [
        (
            "actor/wang",
            json!({ "role": "registrar" }),
            "role.self_grant",
        ),
        ("actor/li", json!({ "role": "king" }), "role.unknown"),
        ("actor/li", json!({ "role": "system" }), "role.unknown"),
        ("actor/li", json!({ "role": "auditor" }), "role.excluded"),
        (
            "actor/li",
            json!({ "role": "case_officer", "from": "2027-02-01", "until": "2027-01-01" }),
            "content.term",
        ),
        (
            "actor/nobody",
            json!({ "role": "registrar" }),
            "subject.unknown",
        ),
    ] {
        let draft = grant(&mut town, subject, data);
        refused(&mut town, &draft, code);
    }
    let draft = town.draft(
        Kind::RoleWithdrawn,
        "actor/li",
        &["wang:institution_admin"],
        &json!({ "role": "auditor", "reason": "r" }),
    );
    refused(&mut town, &draft, "role.not_held");
}

#[test]
fn a_role_holds_within_its_term_and_until_it_is_withdrawn() {
    let mut town = Town::populated();
    town.enrol("he", Some("institution"), &[]);
    let term = json!({ "role": "registrar", "from": "2026-11-23", "until": "2026-11-24" });
    let draft = town.draft(
        Kind::RoleGranted,
        "actor/he",
        &["wang:institution_admin", "zhao:institution_admin"],
        &term,
    );
    town.say(&draft).unwrap();
    let register = |town: &mut Town, id: &str| {
        town.draft(
            Kind::OrganisationRegistered,
            &format!("organisation/{id}"),
            &["he:registrar"],
            &json!({ "name": "N", "organisationKind": "other" }),
        )
    };
    let early = register(&mut town, "a");
    refused(&mut town, &early, "role.missing");
    town.pass(24 * 3600);
    let fine = register(&mut town, "a");
    town.say(&fine).unwrap();
    town.pass(48 * 3600);
    let late = register(&mut town, "b");
    refused(&mut town, &late, "role.missing");
    let withdrawal = town.draft(
        Kind::RoleWithdrawn,
        "actor/li",
        &["wang:institution_admin"],
        &json!({ "role": "registrar", "reason": "left" }),
    );
    town.say(&withdrawal).unwrap();
    let gone = town.draft(
        Kind::OrganisationRegistered,
        "organisation/b",
        &["li:registrar"],
        &json!({ "name": "N", "organisationKind": "other" }),
    );
    refused(&mut town, &gone, "role.missing");
}

#[test]
fn a_revoked_a_replaced_and_an_expired_key_sign_nothing() {
    let mut town = Town::populated();
    let register = |town: &mut Town, id: &str| {
        town.draft(
            Kind::OrganisationRegistered,
            &format!("organisation/{id}"),
            &["li:registrar"],
            &json!({ "name": "N", "organisationKind": "other" }),
        )
    };

    let rotation = town.draft(
        Kind::KeyRotated,
        "actor/li",
        &["li:self", "li:incoming_key"],
        &json!({ "key": public("rotated").to_string(), "keyExpires": "2026-11-30" }),
    );
    town.say(&rotation).unwrap();
    let old = register(&mut town, "a");
    refused(&mut town, &old, "key.replaced");
    town.signs_with("li", "rotated");
    let new = register(&mut town, "a");
    town.say(&new).unwrap();
    town.pass(9 * 24 * 3600);
    let expired = register(&mut town, "b");
    refused(&mut town, &expired, "key.expired");

    let revocation = json!({ "key": public("rotated").to_string(), "reason": "compromise", "compromisedSince": "2026-11-29T00:00:00.000000Z" });
    let revocation = town.draft(
        Kind::KeyRevoked,
        "actor/li",
        &["wang:institution_admin"],
        &revocation,
    );
    town.say(&revocation).unwrap();
    let revoked = register(&mut town, "b");
    refused(&mut town, &revoked, "key.revoked");
    let twice = town.draft(
        Kind::KeyRevoked,
        "actor/li",
        &["zhao:institution_admin"],
        &json!({ "key": public("rotated").to_string(), "reason": "lost" }),
    );
    refused(&mut town, &twice, "key.not_theirs");
    let somebody_else = town.draft(
        Kind::KeyRevoked,
        "actor/li",
        &["zhao:institution_admin"],
        &json!({ "key": public("chen").to_string(), "reason": "lost" }),
    );
    refused(&mut town, &somebody_else, "key.not_theirs");
}

#[test]
fn a_key_belongs_to_one_actor_who_proves_to_hold_it() {
    let mut town = Town::populated();
    let enrol = |town: &mut Town, key: &str, signers: &[&str]| {
        town.draft(
            Kind::ActorEnrolled,
            "actor/he",
            signers,
            &json!({ "name": "He", "actorKind": "person", "key": public(key).to_string() }),
        )
    };
    let unproven = enrol(&mut town, "he", &["wang:institution_admin"]);
    refused(&mut town, &unproven, "role.with");
    let other = enrol(
        &mut town,
        "chen",
        &["wang:institution_admin", "he:incoming_key"],
    );
    let verified = town.sign_as(other.statement(), &["wang", "chen"]).unwrap();
    assert_eq!(town.record(verified).unwrap_err().code(), "key.taken");
    let draft = enrol(
        &mut town,
        "he",
        &["wang:institution_admin", "he:incoming_key"],
    );
    let verified = town.sign_as(draft.statement(), &["wang", "chen"]).unwrap();
    assert_eq!(town.record(verified).unwrap_err().code(), "key.foreign");
    let unknown = town.draft(Kind::ActorEnrolled, "actor/he", &["wang:institution_admin", "he:incoming_key"], &json!({ "name": "He", "actorKind": "person", "key": public("he").to_string(), "organisation": "nowhere" }));
    refused(&mut town, &unknown, "subject.unknown");
}

#[test]
fn a_signature_by_somebody_who_is_no_signer_counts_for_nothing() {
    let mut town = Town::populated();
    town.accepted("p1");
    let draft = town.approval("p1");
    let verified = town.sign_as(draft.statement(), &["chen", "sun"]).unwrap();
    assert_eq!(town.record(verified).unwrap_err().code(), "key.foreign");
    let twice = town.draft(
        Kind::KeyRevoked,
        "actor/chen",
        &["chen:self", "chen:decision_maker"],
        &json!({ "key": public("chen").to_string(), "reason": "lost" }),
    );
    let verified = town.sign_as(twice.statement(), &["chen", "wang"]).unwrap();
    assert_eq!(town.record(verified).unwrap_err().code(), "signer.twice");
}

#[test]
fn history_is_taken_over_by_the_migrator_alone_and_skips_what_old_registers_lack() {
    let mut town = Town::populated();
    let migrated = |statement: &mut cinnabar_events::Statement| {
        statement.migrated = Some(cinnabar_events::Migrated {
            register: cinnabar_events::Text::new("old@1").unwrap(),
            row: cinnabar_events::Text::new("7").unwrap(),
        });
    };
    let data = json!({ "organisation": "acme", "name": "Old product" });
    let draft = town
        .draft(
            Kind::ProductSubmitted,
            "product/old",
            &["wu:migrator"],
            &data,
        )
        .concerning(&["organisation/acme"])
        .with(migrated);
    town.say(&draft).unwrap();
    let accepted = town
        .draft(
            Kind::ProductAccepted,
            "product/old",
            &["wu:migrator"],
            &json!({ "number": "K1" }),
        )
        .with(migrated);
    town.say(&accepted).unwrap();
    let granted = town
        .draft(
            Kind::ApprovalGranted,
            "product/old",
            &["wu:migrator"],
            &json!({ "reasons": "Decided in the old register." }),
        )
        .with(migrated);
    town.say(&granted).unwrap();
    assert_eq!(status(&town, "old"), ProductStatus::Authorised);
    let by_registrar = town
        .draft(
            Kind::ProductEnded,
            "product/old",
            &["li:registrar"],
            &json!({ "reason": "vanished" }),
        )
        .with(migrated);
    refused(&mut town, &by_registrar, "migration.not_allowed");
    let about_actors = town
        .draft(
            Kind::RoleWithdrawn,
            "actor/li",
            &["wu:migrator"],
            &json!({ "role": "registrar", "reason": "r" }),
        )
        .with(migrated);
    refused(&mut town, &about_actors, "migration.not_allowed");
}

#[test]
fn a_statement_for_another_ledger_is_worth_nothing_here() {
    let mut town = Town::populated();
    let other = cinnabar_events::LedgerId::from_bytes([7; 32]);
    let draft = town
        .submission("p1")
        .with(|statement| statement.ledger = Some(other));
    refused(&mut town, &draft, "ledger.other");
}

#[test]
fn a_ledger_is_opened_once_by_enough_of_its_founders() {
    let town = Town::new();
    let genesis = town.entries()[0].signed().clone();
    let mut again = town.clone();
    let rejection = again.record(genesis.clone().verify().unwrap()).unwrap_err();
    assert_eq!(rejection.code(), "statement.recorded");

    let open = |change: &dyn Fn(&mut cinnabar_events::Statement), signers: &[&str]| {
        let mut statement = genesis.statement().clone();
        change(&mut statement);
        let Ok(verdict) = cinnabar_governance::admit(
            &cinnabar_governance::RecordMap::new(),
            town.now(),
            &town.sign_as(&statement, signers).unwrap(),
        );
        verdict.err().map(|rejection| rejection.code())
    };
    let threshold = |threshold: u8| {
        move |statement: &mut cinnabar_events::Statement| match &mut statement.payload {
            Payload::LedgerOpened(genesis) => genesis.threshold = threshold,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(open(&|_| {}, &["wang", "zhao"]), None);
    assert_eq!(
        open(&threshold(3), &["wang", "zhao"]),
        Some("ledger.threshold")
    );
    assert_eq!(
        open(&threshold(0), &["wang", "zhao"]),
        Some("ledger.threshold")
    );
    assert_eq!(open(&|_| {}, &["wang", "li"]), Some("ledger.threshold"));
    assert_eq!(
        open(
            &|statement| statement.subject = "ledger/other".parse().unwrap(),
            &["wang", "zhao"]
        ),
        Some("ledger.genesis")
    );
}

#[test]
fn the_default_rulebook_says_of_every_kind_but_the_genesis_who_may_say_it() {
    let rulebook = default_rulebook();
    for &kind in Kind::ALL {
        let permission = rulebook.permission(kind);
        assert_eq!(permission.is_some(), kind != Kind::LedgerOpened, "{kind}");
        let Some(permission) = permission else {
            continue;
        };
        assert!(
            permission.source.provision.is_some() || permission.source.model.is_some(),
            "{kind}: where does the rule come from?"
        );
        for role in permission
            .roles
            .iter()
            .filter(|role| role.as_str() != "self")
        {
            assert!(
                rulebook.role(role).is_some(),
                "{kind}: {role} can't be granted"
            );
        }
    }
}

#[test]
fn replaying_the_entries_gives_the_same_records_and_every_verdict_is_yes_again() {
    let mut town = Town::populated();
    town.accepted("p1");
    let approval = town.approval("p1");
    town.say(&approval).unwrap();
    let mut records = cinnabar_governance::RecordMap::new();
    for entry in town.entries() {
        let read = cinnabar_events::Entry::parse(entry.bytes()).unwrap();
        let Ok(verdict) = cinnabar_governance::admit(
            &records,
            read.time(),
            &read.signed().clone().verify().unwrap(),
        );
        assert_eq!(verdict, Ok(()), "{}", read.seq());
        let Ok(()) = cinnabar_governance::evolve(&mut records, &read);
    }
    assert_eq!(records, *town.records());
}
