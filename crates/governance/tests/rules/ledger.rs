//! The ledger as a whole: genesis, rulebook, history taken over, replay.

use cinnabar_events::{Kind, Payload};
use cinnabar_governance::testing::Town;
use serde_json::json;

use crate::refused;

#[test]
fn history_is_taken_over_by_the_migrator_alone_and_never_about_actors_or_rules() {
    let mut town = Town::populated();
    let migrated = |statement: &mut cinnabar_events::Statement| {
        statement.migrated = Some(cinnabar_events::Migrated {
            register: cinnabar_events::Text::new("old@1").unwrap(),
            row: cinnabar_events::Text::new("7").unwrap(),
        });
    };
    let organisation = json!({ "name": "Old Co", "organisationKind": "enterprise" });
    let register = |town: &mut Town, signers: &[&str]| {
        town.draft(
            Kind::OrganisationRegistered,
            "organisation/old",
            signers,
            &organisation,
        )
    };
    for signers in [&["li:registrar"][..], &["wu:migrator", "li:registrar"]] {
        let draft = register(&mut town, signers).with(migrated);
        refused(&mut town, &draft, "migration.not_allowed");
    }
    let unmarked = register(&mut town, &["wu:migrator"]);
    refused(&mut town, &unmarked, "migration.not_allowed");
    let draft = register(&mut town, &["wu:migrator"]).with(migrated);
    town.say(&draft).unwrap();

    // Old registers lack what a filing of today must say.
    let data = json!({ "organisation": "old", "name": "Old product" });
    let draft = town.draft(
        Kind::ProductSubmitted,
        "product/old",
        &["wu:migrator"],
        &data,
    );
    let draft = draft.concerning(&["organisation/old"]).with(migrated);
    town.say(&draft).unwrap();

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
    let rules = |change: fn(&mut cinnabar_events::Rulebook)| {
        move |statement: &mut cinnabar_events::Statement| match &mut statement.payload {
            Payload::LedgerOpened(genesis) => {
                let whole = cinnabar_governance::default_rulebook().whole().unwrap();
                let needed = [
                    "rulebook.adopted",
                    "rulebook.deposited",
                    "role.granted",
                    "actor.enrolled",
                ];
                let permissions = whole.permissions.iter();
                let few = permissions.filter(|one| needed.contains(&one.kind.as_str()));
                let mut short = genesis.rulebook.as_ref().clone();
                short.permissions = cinnabar_events::Listed::new(few.cloned().collect()).unwrap();
                short.chapters = Default::default();
                change(&mut short);
                *genesis.rulebook = short;
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(open(&rules(|_| {}), &["wang", "zhao"]), None);
    let nobody = rules(|rules| rules.permissions = Default::default());
    assert_eq!(
        open(&nobody, &["wang", "zhao"]),
        Some("rulebook.ungovernable")
    );
    let three = rules(|rules| {
        let more = rules
            .permissions
            .iter()
            .map(|one| cinnabar_events::rulebook::Permission {
                quorum: one.quorum + 1,
                ..one.clone()
            });
        rules.permissions = cinnabar_events::Listed::new(more.collect()).unwrap();
    });
    assert_eq!(
        open(&three, &["wang", "zhao"]),
        Some("rulebook.ungovernable"),
        "three of two founders"
    );
    assert_eq!(
        open(
            &|statement| statement.subject = "ledger/other".parse().unwrap(),
            &["wang", "zhao"]
        ),
        Some("ledger.genesis")
    );
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
