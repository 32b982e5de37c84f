//! Actors, roles and keys.

use cinnabar_events::Kind;
use cinnabar_governance::testing::{Town, public};
use serde_json::json;

use crate::refused;

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
            "signer.unknown",
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
