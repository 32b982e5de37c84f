//! The ledger as a whole: genesis, rulebook, history taken over, replay.

use cinnabar_events::kinds::{DossiersIndexed, INDEX_MAX_LAG};
use cinnabar_events::{
    Kind, Payload, Sequence, SparseRoot, Statement, Verified, dossier_key, dossier_value,
};
use cinnabar_governance::testing::{Draft, Town, key};
use cinnabar_governance::{dossiers_indexed, placed, unsaid};
use cinnabar_tlog::{Checkpoint, Hash, KeyName, NoteSigner, Size};
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

fn index(town: &Town, size: u64) -> Statement {
    let index = DossiersIndexed {
        size,
        root: SparseRoot::from_bytes([7; 32]),
        dossiers: 3,
    };
    dossiers_indexed(town.ledger(), "ledger/sz-ai".parse().unwrap(), index)
}

fn by_the_ledger(town: &Town, statement: &Statement) -> Verified {
    town.sign_as(statement, &["ledger"]).unwrap()
}

#[test]
fn an_index_of_dossiers_comes_soon_after_what_it_covers() {
    let town = Town::populated();
    let index = index(&town, 100);
    for (seq, refused) in [
        (99, Some("dossiers.place")),
        (100, None),
        (100 + INDEX_MAX_LAG, None),
        (101 + INDEX_MAX_LAG, Some("dossiers.place")),
    ] {
        let code = placed(&index, Sequence::new(seq)).err();
        assert_eq!(code.map(|refused| refused.code()), refused, "{seq}");
    }
}

#[test]
fn an_index_of_dossiers_covers_more_than_the_last_one_and_nothing_that_comes_after_it() {
    let mut town = Town::populated();
    let size = town.entries().len() as u64;
    for (covers, refused) in [
        (size + 1, Some("dossiers.place")),
        (0, Some("dossiers.order")),
        (size - 1, None),
        (size - 1, Some("statement.recorded")),
        (size - 2, Some("dossiers.order")),
        (size + 1, None),
    ] {
        let verified = by_the_ledger(&town, &index(&town, covers));
        let code = town.record(verified).err().map(|refused| refused.code());
        assert_eq!(code, refused, "{covers} of {size}");
    }
}

#[test]
fn only_the_ledger_says_how_its_dossiers_end_and_in_its_own_words() {
    let mut town = Town::populated();
    let said = index(&town, 4);
    type Change = fn(&mut Statement);
    let changes: [Change; 4] = [
        |statement| statement.id = "018f3a00-0000-7000-8000-000000000001".parse().unwrap(),
        |statement| statement.occurred = Some("2026-11-22".parse().unwrap()),
        |statement| statement.subject = "ledger/other".parse().unwrap(),
        |statement| {
            statement.signers = cinnabar_events::Listed::new(vec![cinnabar_events::SignerClaim {
                actor: "wang".parse().unwrap(),
                role: "institution_admin".parse().unwrap(),
                on_behalf_of: None,
            }])
            .unwrap();
        },
    ];
    for (place, change) in changes.into_iter().enumerate() {
        let mut forged = said.clone();
        change(&mut forged);
        let signer = forged.first_signer().actor.to_string();
        let verified = town.sign_as(&forged, &[&signer]).unwrap();
        let refused = town.record(verified).unwrap_err();
        let expected = match place {
            2 => "subject.unknown",
            3 => "role.not_allowed",
            _ => "ledger.not_due",
        };
        assert_eq!(refused.code(), expected, "change {place}");
    }
    let verified = by_the_ledger(&town, &said);
    town.record(verified).unwrap();
}

#[test]
fn an_index_meets_no_deadline_and_comes_after_what_is_due() {
    let mut town = Town::populated();
    town.accepted("p1");
    let verified = by_the_ledger(&town, &index(&town, 5));
    let before = town.records().clone();
    town.record(verified).unwrap();
    let ends = |records: &cinnabar_governance::RecordMap| {
        cinnabar_governance::Records::due(records, None).unwrap()
    };
    assert!(ends(&before).is_some());
    assert_eq!(ends(&before), ends(town.records()));
    town.pass(400 * 86_400);
    let Ok(owed) = unsaid(town.records(), town.now(), &index(&town, 6));
    assert!(owed.is_some(), "a deadline has passed and was not said");
}

#[test]
fn a_recovery_comes_before_what_fell_due_while_the_ledger_was_away() {
    let mut town = Town::populated();
    town.accepted("p1");
    town.pass(400 * 86_400);
    let both = ["wang:institution_admin", "zhao:institution_admin"];
    let recovery = recovery(&mut town, 30, 40, "a note", &both);
    let Ok(owed) = unsaid(town.records(), town.now(), recovery.statement());
    assert_eq!(owed, None);
    let submission = town.submission("p2");
    let Ok(owed) = unsaid(town.records(), town.now(), submission.statement());
    assert!(owed.is_some(), "whatever else is said comes after it");
}

fn recovery(town: &mut Town, from: u64, until: u64, note: &str, signers: &[&str]) -> Draft {
    let data =
        json!({ "lostFrom": from, "lostUntil": until, "checkpoint": note, "reasons": "the disk" });
    town.draft(Kind::LedgerRecovered, "ledger/sz-ai", signers, &data)
}

#[test]
fn a_recovery_names_what_is_lost_as_the_log_itself_signed_it_and_is_declared_by_enough() {
    let mut town = Town::populated();
    let here = town.entries().len() as u64;
    let signed = |by: &str, size: u64| {
        let origin = "ledger.example.org/ai-register";
        let checkpoint = Checkpoint {
            origin: origin.parse().unwrap(),
            size: Size::new(size),
            root: Hash::from_bytes([9; 32]),
        };
        let signer = NoteSigner::from_seed(KeyName::new(origin).unwrap(), &key(by).to_bytes());
        checkpoint.sign(&signer).unwrap().to_string()
    };
    let both = &["wang:institution_admin", "zhao:institution_admin"][..];
    let good = signed("log", here + 5);
    for (from, until, note, signers, refused) in [
        (here, here + 5, &good, &both[..1], Some("recovery.signers")),
        (here, here + 4, &good, both, Some("recovery.checkpoint")),
        (
            here,
            here + 5,
            &signed("wang", here + 5),
            both,
            Some("recovery.checkpoint"),
        ),
        (
            here,
            here + 5,
            &"no note".to_owned(),
            both,
            Some("recovery.checkpoint"),
        ),
        (here + 1, here + 5, &good, both, Some("recovery.range")),
        (
            here,
            here,
            &signed("log", here),
            both,
            Some("recovery.range"),
        ),
        (here, here + 5, &good, both, None),
    ] {
        let draft = recovery(&mut town, from, until, note, signers);
        let code = town.say(&draft).err().map(|refused| refused.code());
        assert_eq!(code, refused, "{from} to {until}");
    }
}

#[test]
fn the_index_proves_how_a_dossier_ends_and_that_there_is_none() {
    let mut town = Town::populated();
    town.accepted("p1");
    let seq = town.index_dossiers();
    let entry = &town.entries()[seq.get() as usize];
    let Payload::DossiersIndexed(index) = &entry.statement().payload else {
        panic!("another kind")
    };
    let mut tree = cinnabar_tlog::MemorySparseTree::new();
    for entry in &town.entries()[..index.size as usize] {
        for (subject, link) in entry.dossiers() {
            tree.set(
                dossier_key(subject),
                dossier_value(link.revision.next(), entry.hash()),
            );
        }
    }
    assert_eq!(tree.root().as_bytes(), index.root.as_bytes());
    let root = tree.root();
    let p1 = "product/p1".parse().unwrap();
    let about = |entry: &&cinnabar_events::Entry| entry.dossiers().contains_key(&p1);
    let dossier: Vec<_> = town.entries()[..seq.get() as usize]
        .iter()
        .filter(about)
        .collect();
    let proof = tree.prove(&dossier_key(&p1));
    let value = |length: usize| {
        dossier_value(
            cinnabar_events::Revision::new(length as u64),
            dossier[length - 1].hash(),
        )
    };
    let verify = |value: Option<cinnabar_tlog::Hash>| {
        proof
            .verify(&root, &dossier_key(&p1), value.as_ref())
            .is_ok()
    };
    assert!(verify(Some(value(dossier.len()))));
    assert!(
        !verify(Some(value(dossier.len() - 1))),
        "one entry left out"
    );
    assert!(!verify(None), "all left out");
    let nobody = dossier_key(&"product/nobody".parse().unwrap());
    assert!(tree.prove(&nobody).verify(&root, &nobody, None).is_ok());
}
