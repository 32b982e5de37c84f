//! Properties of all rules together, over random sequences of statements of every kind.

use std::collections::BTreeSet;

use cinnabar_events::{Class, Kind};
use cinnabar_governance::testing::Town;
use cinnabar_governance::{RecordMap, admit, default_rulebook, evolve, links, unsaid};
use proptest::prelude::*;
use serde_json::Value as Json;

/// Who holds which role in the city, and for whom he speaks.
const PEOPLE: [(&str, &str); 26] = [
    ("institution_admin", "wang"),
    ("registrar", "li"),
    ("case_officer", "sun"),
    ("decision_maker", "chen"),
    ("intake_officer", "zhou"),
    ("migrator", "wu"),
    ("enterprise_filer", "lin@acme"),
    ("enterprise_filer", "yu@beta"),
    ("committee_secretary", "ma"),
    ("committee_chair", "kong"),
    ("committee_member", "bai"),
    ("expert_reviewer", "luo"),
    ("appeal_officer", "mei"),
    ("statistician", "ning"),
    ("data_steward", "ouyang"),
    ("data_provider", "pan@datahub"),
    ("compute_operator", "qin@grid"),
    ("compute_registrar", "ren"),
    ("standards_officer", "shen"),
    ("privacy_officer", "tang"),
    ("auditor", "ye"),
    ("agency_subscriber", "xie@police"),
    ("second institution_admin", "zhao"),
    ("second case_officer", "he"),
    ("second decision_maker", "qian"),
    ("second committee_member", "cao"),
];

fn signer(role: &str, second: bool) -> String {
    let wanted = format!("{}{role}", if second { "second " } else { "" });
    let found = PEOPLE.iter().find(|(held, _)| *held == wanted);
    let person = found.map_or("lin@acme", |(_, person)| *person);
    match person.split_once('@') {
        Some((actor, organisation)) => format!("{actor}:{role}@{organisation}"),
        None => format!("{person}:{role}"),
    }
}

/// One attempt: which kind, about the how-manieth of its class, by which of its roles, concerning what, after how long.
type Attempt = (usize, u8, usize, Vec<usize>, u32);

fn attempts() -> impl Strategy<Value = Vec<Attempt>> {
    let concerns = prop::collection::vec(0..64_usize, 0..3);
    let wait = prop_oneof![8 => 1..60_u32, 1 => 1..3_000_000_u32];
    let one = (0..Kind::ALL.len(), 0..3_u8, 0..4_usize, concerns, wait);
    prop::collection::vec(one, 20..60)
}

fn attempt(town: &mut Town, (kind, about, role, concerns, wait): Attempt) -> bool {
    let kind = Kind::ALL[kind];
    let rulebook = default_rulebook().whole().unwrap();
    let Some(permission) = rulebook.permission(kind) else {
        return false;
    };
    let roles = permission.roles.as_slice();
    let role = roles[role % roles.len()].as_str();
    let mut signers = vec![signer(role, false)];
    if permission.quorum > 1 {
        signers.push(signer(role, true));
    }
    signers.extend(
        permission
            .with
            .iter()
            .map(|with| signer(with.as_str(), false)),
    );
    signers.dedup();
    let subject = match kind.class() {
        Class::Actor => ["actor/li", "actor/lin", "actor/newcomer"][usize::from(about)].to_owned(),
        Class::Organisation => ["organisation/acme", "organisation/beta", "organisation/o1"]
            [usize::from(about)]
        .to_owned(),
        class => format!("{class}/x{about}"),
    };
    let known: Vec<String> = town
        .entries()
        .iter()
        .map(|entry| entry.statement().subject.to_string())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let concerns: BTreeSet<&str> = concerns
        .into_iter()
        .map(|index| known[index % known.len()].as_str())
        .filter(|one| *one != subject)
        .collect();
    let concerns: Vec<&str> = concerns.into_iter().collect();
    let data: Json = serde_json::from_str(kind.example()).unwrap();
    let signers: Vec<&str> = signers.iter().map(String::as_str).collect();
    town.pass(wait.into());
    town.catch_up();
    let draft = town.draft(kind, &subject, &signers, &data);
    let Ok(verified) = town.try_sign(&draft.concerning(&concerns)) else {
        return false;
    };
    let before = (town.records().clone(), town.entries().len());
    match town.record(verified) {
        Ok(_) => true,
        Err(rejection) => {
            assert!(!rejection.code().is_empty());
            assert_eq!(
                before.1,
                town.entries().len(),
                "a refused {kind} is no entry"
            );
            assert!(
                before.0 == *town.records(),
                "a refused {kind} changes nothing"
            );
            false
        }
    }
}

/// Everything again from the entries alone.
fn replay(town: &Town) {
    let mut records = RecordMap::new();
    let mut missed = BTreeSet::new();
    for entry in town.entries() {
        let verified = entry.signed().clone().verify().unwrap();
        let statement = verified.statement();
        let Ok(verdict) = admit(&records, entry.time(), &verified);
        assert_eq!(verdict, Ok(()), "{}", statement.kind());
        let Ok(due) = unsaid(&records, entry.time(), statement);
        assert!(due.is_none(), "the ledger said first what it had to say");
        let Ok(expected) = links(&records, statement);
        assert_eq!(*entry.dossiers(), expected);
        if statement.kind() == Kind::DeadlineMissed {
            assert!(missed.insert(statement.subject.clone()), "missed twice");
        }
        let Ok(()) = evolve(&mut records, entry);
    }
    assert!(records == *town.records(), "replay gives the same records");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn refusals_change_nothing_and_replay_gives_the_same(attempts in attempts()) {
        let mut town = Town::city();
        for one in attempts {
            attempt(&mut town, one);
        }
        replay(&town);
    }
}
