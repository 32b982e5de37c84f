//! Who may sign, where a story can't show it: what a compromised key signed, whose products live on, the last administrators.

use cinnabar_events::kinds::RulebookAdopted;
use cinnabar_events::rulebook::Separation;
use cinnabar_events::{Kind, Listed, Payload, Sequence, Text, Timestamp};
use cinnabar_governance::testing::{Draft, Town, public};
use cinnabar_governance::{
    ActorRecord, ActorStatus, OrganisationRecord, Record, RecordKey, RecordMap, Records,
    RecordsMut, Suspicion, admit, default_rulebook, evolve, suspect,
};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::refused;

const ADMINS: [&str; 2] = ["wang:institution_admin", "zhao:institution_admin"];

fn register(town: &mut Town, signer: &str, id: &str) -> Draft {
    town.draft(
        Kind::OrganisationRegistered,
        &format!("organisation/{id}"),
        &[signer],
        &json!({ "name": id, "organisationKind": "other" }),
    )
}

fn revoke(town: &mut Town, key: &str, since: Option<Timestamp>) -> Draft {
    let mut data = json!({ "key": public(key).to_string(), "reason": "lost" });
    if let Some(since) = since {
        data["compromisedSince"] = since.to_string().into();
    }
    town.draft(Kind::KeyRevoked, "actor/li", &ADMINS[..1], &data)
}

fn suspicion(town: &Town, at: Sequence) -> Option<Suspicion> {
    let Ok(found) = suspect(town.records(), &town.entries()[at.get() as usize]);
    found
}

#[test]
fn what_a_compromised_key_signed_since_then_is_flagged_and_nothing_else() {
    let mut town = Town::populated();
    let mut said = Vec::new();
    for id in ["a", "b", "c"] {
        let draft = register(&mut town, "li:registrar", id);
        said.push(town.say(&draft).unwrap());
        town.pass(3600);
    }
    let rotation = town.draft(
        Kind::KeyRotated,
        "actor/li",
        &["li:self", "li:incoming_key"],
        &json!({ "key": public("rotated").to_string() }),
    );
    said.push(town.say(&rotation).unwrap());
    town.signs_with("li", "rotated");
    let later = register(&mut town, "li:registrar", "d");
    said.push(town.say(&later).unwrap());
    let flags = |town: &Town| -> Vec<Option<Timestamp>> {
        let found = said.iter().map(|at| suspicion(town, *at));
        found.map(|found| found.map(|one| one.since)).collect()
    };
    assert_eq!(flags(&town), [None; 5], "nobody knows yet");

    // Revoked without a suspicion: nothing is flagged.
    let lost = revoke(&mut town, "li", None);
    let lost = town.say(&lost).unwrap();
    assert_eq!(flags(&town), [None; 5]);

    // It was in other hands since the second hour: from the very moment of an entry on.
    let since = town.entries()[said[1].get() as usize].time();
    let draft = revoke(&mut town, "li", Some(since));
    town.say(&draft).unwrap();
    let flagged = Some(since);
    let new_key = None;
    assert_eq!(flags(&town), [None, flagged, flagged, flagged, new_key]);
    let found = suspicion(&town, said[2]).unwrap();
    assert_eq!((found.key, found.revoked_at), (public("li"), lost));

    // Later is no news; earlier is.
    let again = revoke(&mut town, "li", Some(since.plus_seconds(60)));
    refused(&mut town, &again, "key.not_theirs");
    let earlier = since.plus_seconds(-2 * 3600);
    let draft = revoke(&mut town, "li", Some(earlier));
    town.say(&draft).unwrap();
    let flagged = Some(earlier);
    assert_eq!(flags(&town), [flagged, flagged, flagged, flagged, new_key]);
    assert_eq!(suspicion(&town, said[2]).unwrap().revoked_at, lost);
}

#[test]
fn days_of_roles_and_keys_are_those_of_shenzhen() {
    // The town wakes at 16:00 in Shenzhen; its last second of the 24th is 15:59:59 UTC.
    let mut town = Town::populated();
    town.enrol("he", Some("institution"), &[]);
    let term = json!({ "role": "registrar", "from": "2026-11-24", "until": "2026-11-24" });
    let draft = town.draft(Kind::RoleGranted, "actor/he", &ADMINS, &term);
    town.say(&draft).unwrap();
    let at = |town: &mut Town, moment: &str, id: &str| {
        let moment: Timestamp = moment.parse().unwrap();
        let seconds = (moment.micros() - town.now().micros()) / 1_000_000 - 1;
        town.pass(seconds);
        let draft = register(town, "he:registrar", id);
        town.say(&draft).map_err(|rejection| rejection.code())
    };
    let first = "2026-11-23T15:59:59.000000Z";
    assert_eq!(at(&mut town, first, "a"), Err("role.missing"));
    assert!(at(&mut town, "2026-11-23T16:00:00.000000Z", "b").is_ok());
    assert!(at(&mut town, "2026-11-24T15:59:59.000000Z", "c").is_ok());
    let last = "2026-11-24T16:00:00.000000Z";
    assert_eq!(at(&mut town, last, "d"), Err("role.missing"));
}

/// Two decide that from now on whoever registered an organisation doesn't update it.
fn keep_apart(town: &mut Town) {
    let mut rulebook = default_rulebook().rulebook().clone();
    let rule = json!({ "kind": "organisation.updated", "apartFrom": "organisation.registered", "source": { "model": "Two look at it." } });
    let rule: Separation = serde_json::from_value(rule).unwrap();
    rulebook.separation = Listed::new(vec![rule]).unwrap();
    let adopted = RulebookAdopted {
        rulebook: Box::new(rulebook),
        reasons: Text::new("Two look at every organisation.").unwrap(),
    };
    let draft = town.draft(
        Kind::RoleWithdrawn,
        "actor/li",
        &ADMINS,
        &json!({ "role": "r", "reason": "r" }),
    );
    let draft = draft.with(|statement| {
        statement.subject = "rulebook/sz-ai".parse().unwrap();
        statement.payload = Payload::RulebookAdopted(Box::new(adopted));
    });
    town.say(&draft).unwrap();
}

#[test]
fn nobody_has_done_by_another_what_he_may_not_do_himself() {
    let mut town = Town::populated();
    keep_apart(&mut town);
    for name in ["he", "su"] {
        town.enrol(name, Some("institution"), &[]);
    }
    let registered = register(&mut town, "li:registrar", "x");
    town.say(&registered).unwrap();
    let lend = json!({ "role": "registrar", "until": "2026-12-01", "reason": "On leave." });
    let draft = town
        .draft(Kind::RoleDelegated, "actor/su", &["li:registrar"], &lend)
        .concerning(&["actor/li"]);
    town.say(&draft).unwrap();
    let granted = town.draft(
        Kind::RoleGranted,
        "actor/he",
        &ADMINS,
        &json!({ "role": "registrar" }),
    );
    town.say(&granted).unwrap();
    let update = |town: &mut Town, signer: &str| {
        town.draft(
            Kind::OrganisationUpdated,
            "organisation/x",
            &[signer],
            &json!({ "name": "Y" }),
        )
    };
    for signer in ["li:registrar", "su:registrar"] {
        let draft = update(&mut town, signer);
        refused(&mut town, &draft, "separation.same_person");
    }
    let draft = update(&mut town, "he:registrar");
    town.say(&draft).unwrap();
}

fn organisation(records: &RecordMap, id: &str) -> OrganisationRecord {
    let key = RecordKey::State(format!("organisation/{id}").parse().unwrap());
    match records.record(&key) {
        Ok(Some(Record::Organisation(record))) => record,
        other => panic!("{id}: {other:?}"),
    }
}

#[test]
fn an_organisation_whose_products_live_ends_only_into_another_which_goes_on_with_them() {
    let mut town = Town::city();
    let mut records = town.records().clone();
    for (id, live) in [("acme", 2), ("beta", 1)] {
        let record = OrganisationRecord {
            live_products: live,
            ..organisation(&records, id)
        };
        let key = RecordKey::State(format!("organisation/{id}").parse().unwrap());
        records.put(key, Record::Organisation(record));
    }
    let ended = |town: &mut Town, data: &Json| {
        let signers = ["li:registrar"];
        let draft = town.draft(Kind::OrganisationEnded, "organisation/acme", &signers, data);
        match data.get("into") {
            Some(_) => draft.concerning(&["organisation/beta"]),
            None => draft,
        }
    };
    let without = ended(&mut town, &json!({ "reason": "dissolved" }));
    let Ok(verdict) = admit(&records, town.now(), &town.sign(&without));
    assert_eq!(verdict.unwrap_err().code(), "organisation.no_successor");

    let with = ended(&mut town, &json!({ "reason": "dissolved", "into": "beta" }));
    let Ok(verdict) = admit(&records, town.now(), &town.sign(&with));
    assert_eq!(verdict, Ok(()));
    let seq = town.say(&with).unwrap();
    let Ok(()) = evolve(&mut records, &town.entries()[seq.get() as usize]);
    assert_eq!(organisation(&records, "acme").live_products, 0);
    assert_eq!(organisation(&records, "beta").live_products, 3);
}

#[test]
fn a_compromised_key_is_stopped_even_if_it_is_one_of_the_last_administrators() {
    let mut town = Town::populated();
    let now = town.now().to_string();
    let data = json!({ "key": public("zhao").to_string(), "reason": "compromise", "compromisedSince": now });
    let draft = town.draft(Kind::KeyRevoked, "actor/zhao", &ADMINS[..1], &data);
    town.say(&draft).unwrap();
    let grant = town.draft(
        Kind::RoleGranted,
        "actor/li",
        &ADMINS[..1],
        &json!({ "role": "institution_admin" }),
    );
    refused(&mut town, &grant, "role.quorum");
}

/// Actors of the random town; the first two are its founders.
const PEOPLE: [&str; 5] = ["wang", "zhao", "li", "sun", "zhou"];

fn actor(town: &Town, name: &str) -> ActorRecord {
    let key = RecordKey::State(format!("actor/{name}").parse().unwrap());
    match town.records().record(&key) {
        Ok(Some(Record::Actor(record))) => record,
        other => panic!("{name}: {other:?}"),
    }
}

fn can_administer(town: &Town, name: &str) -> bool {
    let record = actor(town, name);
    let held = record.holds("institution_admin", town.now());
    let whole = held.is_some_and(|held| held.scope.is_none() && held.term.until.is_none());
    record.status == ActorStatus::Active && whole
}

fn random_draft(town: &mut Town, (what, whom, one, other): (u8, usize, usize, usize)) -> Draft {
    let (whom, one, other) = (PEOPLE[whom], PEOPLE[one], PEOPLE[other]);
    let admin = |name: &str| format!("{name}:institution_admin");
    let subject = format!("actor/{whom}");
    let (one, other) = (admin(one), admin(other));
    let two = [one.as_str(), other.as_str()];
    let signers = if one == other { &two[..1] } else { &two[..] };
    let reason = json!({ "reason": "r" });
    let role = |more: Json| {
        let mut data = json!({ "role": "institution_admin" });
        data.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        data
    };
    let (kind, data) = match what {
        0 => (Kind::ActorSuspended, json!({ "reason": "administrative" })),
        1 => (Kind::ActorRestored, reason),
        2 => (Kind::RoleWithdrawn, role(reason)),
        3 => (Kind::RoleGranted, role(json!({ "until": "2026-11-22" }))),
        4 => (
            Kind::RoleGranted,
            role(json!({ "scope": { "classes": ["actor"] } })),
        ),
        _ => (Kind::RoleGranted, role(json!({}))),
    };
    town.draft(kind, &subject, signers, &data)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn whatever_administrators_do_to_each_other_two_remain_and_whoever_is_suspended_says_nothing(
        steps in proptest::collection::vec((0_u8..7, 0_usize..5, 0_usize..5, 0_usize..5), 1..40),
    ) {
        let mut town = Town::populated();
        for step in steps {
            let draft = random_draft(&mut town, step);
            let before = town.records().clone();
            let able = draft.statement().signers.iter().all(|signer| {
                actor(&town, signer.actor.as_str()).status == ActorStatus::Active
            });
            match town.say(&draft) {
                Ok(_) => prop_assert!(able, "a suspended actor was heard"),
                Err(_) => prop_assert_eq!(&before, town.records()),
            }
            let able = PEOPLE.iter().filter(|name| can_administer(&town, name)).count();
            prop_assert!(able >= 2, "{able} administrators remain");
        }
    }
}
