//! The default rulebook: complete, sound, and honest about where each rule comes from.

use std::collections::BTreeSet;

use cinnabar_events::deadline::{Consequence, Trigger};
use cinnabar_events::rulebook::{KindName, Source};
use cinnabar_events::{Class, Code, Kind, Rulebook, encode};
use cinnabar_governance::default_rulebook;

/// Longest chapter in bytes of its canonical form: with signers and ids around it, it fits a statement of 32 KiB.
const CHAPTER_BYTES_MAX: usize = 30_000;

fn whole() -> Rulebook {
    default_rulebook().whole().unwrap()
}

fn known(name: &KindName) -> bool {
    name.as_str().parse::<Kind>().is_ok()
}

#[test]
fn it_says_of_every_kind_but_the_genesis_who_may_say_it() {
    let rulebook = whole();
    let missing: Vec<&str> = Kind::ALL
        .iter()
        .filter(|kind| **kind != Kind::LedgerOpened && rulebook.permission(**kind).is_none())
        .map(|kind| kind.as_str())
        .collect();
    assert!(missing.is_empty(), "nobody may say {missing:?}");
    assert_eq!(rulebook.permission(Kind::LedgerOpened), None);
}

#[test]
fn it_speaks_only_of_kinds_that_this_release_knows() {
    let rulebook = whole();
    let permitted = rulebook.permissions.iter().map(|one| &one.kind);
    let apart = rulebook.separation.iter();
    let apart = apart.flat_map(|one| [&one.kind, &one.apart_from]);
    let rules = rulebook.deadlines.iter();
    let triggers = rules.flat_map(|rule| rule.triggers().map(|trigger| &trigger.kind));
    let unknown: BTreeSet<&str> = permitted
        .chain(apart)
        .chain(triggers)
        .filter(|name| !known(name))
        .map(KindName::as_str)
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn each_of_its_rules_says_where_it_comes_from() {
    let rulebook = whole();
    let mut sources: Vec<(String, &Source)> = Vec::new();
    for one in rulebook.permissions.iter() {
        sources.push((format!("permission {}", one.kind), &one.source));
    }
    for one in rulebook.separation.iter() {
        sources.push((
            format!("{} apart from {}", one.kind, one.apart_from),
            &one.source,
        ));
    }
    for one in rulebook.deadlines.iter() {
        sources.push((format!("deadline {}", one.rule), &one.source));
    }
    for one in rulebook.settings.iter() {
        sources.push((format!("setting {}", one.name), &one.source));
    }
    for one in rulebook.migration.iter() {
        sources.push(("migration".to_owned(), &one.source));
    }
    let silent: Vec<String> = sources
        .into_iter()
        .filter(|(_, source)| source.provision.is_none() && source.model.is_none())
        .map(|(rule, _)| rule)
        .collect();
    assert!(silent.is_empty(), "{silent:?}");
}

#[test]
fn auditors_and_witnesses_hold_no_role_that_writes() {
    let rulebook = whole();
    let excluded = |role: &str| -> Vec<Code> {
        let rule = rulebook.role(&role.parse().unwrap()).unwrap();
        rule.excludes.as_slice().to_vec()
    };
    let (auditor, witness) = (excluded("auditor"), excluded("witness"));
    for permission in rulebook.permissions.iter() {
        for role in permission.roles.iter().chain(permission.with.iter()) {
            let pseudo = ["self", "incoming_key", "system"].contains(&role.as_str());
            // Who is let see something says that he looks: that decides nothing.
            let looks = permission.kind.is(Kind::DisclosureUsed);
            assert!(
                pseudo || looks || (auditor.contains(role) && witness.contains(role)),
                "{role} says {}, and may be an auditor or witness",
                permission.kind
            );
        }
    }
    for rule in rulebook.roles.iter() {
        for other in rule.excludes.iter() {
            let there = rulebook.role(other).is_some();
            assert!(there, "{} excludes {other}, which is no role", rule.role);
        }
    }
}

#[test]
fn its_deadlines_run_on_things_that_their_statements_are_about_or_concern() {
    for rule in whole().deadlines.iter() {
        let class = rule.class.0;
        let about = |trigger: &Trigger| {
            let kind: Kind = trigger.kind.as_str().parse().unwrap();
            kind.class() == class
        };
        // What reviews a thing, or is owed because of it, concerns it.
        let concerned = matches!(
            class,
            Class::Product | Class::Incident | Class::Organisation
        );
        let fits = rule.triggers().any(about) || concerned;
        assert!(fits, "{}: nothing in it is about a {class:?}", rule.rule);
        assert!(!rule.starts.is_empty(), "{} never starts", rule.rule);
        let product_only = match rule.consequence {
            Consequence::Missed => false,
            Consequence::DeemedAccepted | Consequence::Expired => true,
        };
        assert!(!product_only || class == Class::Product, "{}", rule.rule);
    }
}

#[test]
fn each_of_its_parts_fits_a_statement() {
    let rules = default_rulebook();
    let bytes = |json: serde_json::Value| encode(&json).unwrap().len();
    let base = bytes(serde_json::to_value(rules.rulebook()).unwrap());
    assert!(base <= CHAPTER_BYTES_MAX, "the rulebook has {base} bytes");
    for chapter in rules.chapters() {
        let length = bytes(serde_json::to_value(chapter).unwrap());
        assert!(
            length <= CHAPTER_BYTES_MAX,
            "{} has {length} bytes",
            chapter.name
        );
    }
}

#[test]
fn everything_in_it_can_be_put_together_once() {
    let rulebook = whole();
    assert_eq!(
        rulebook.chapters.as_slice().len(),
        default_rulebook().chapters().len()
    );
    for list in rulebook.vocabularies.iter() {
        assert!(!list.codes.is_empty(), "{} is empty", list.name);
    }
}
