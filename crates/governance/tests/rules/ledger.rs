//! The ledger as a whole: genesis, rulebook, history taken over, replay.

use cinnabar_events::{Kind, Payload};
use cinnabar_governance::testing::Town;
use cinnabar_governance::{ProductStatus, default_rulebook};
use serde_json::json;

use crate::{refused, status};

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

#[test]
fn every_kind_is_told_of_in_a_story() {
    let stories = [
        include_str!("products.rs"),
        include_str!("people.rs"),
        include_str!("../../src/testing.rs"),
    ];
    for &kind in Kind::ALL.iter().filter(|kind| **kind != Kind::LedgerOpened) {
        let name = format!("Kind::{kind:?},");
        assert!(
            stories.iter().any(|story| story.contains(&name)),
            "{kind} has no story"
        );
    }
}
