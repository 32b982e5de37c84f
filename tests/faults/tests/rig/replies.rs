//! R12 to R14: requests that come often, replies that never come, ids that are used again.

use std::time::Duration;

use cinnabar_events::Receipt;
use cinnabar_faults::book::What;
use cinnabar_faults::oracle::judge;
use cinnabar_faults::people::{Draft, Person, new_id, registration};
use cinnabar_faults::proxy::{Proxy, Rule, Way};
use cinnabar_faults::scribe::Scribe;
use cinnabar_faults::supervisor::{Keeper, Run, Single};
use cinnabar_tests::running::eventually;
use cinnabar_tests::tally::{ran, seed, times};
use ed25519_dalek::SigningKey;
use serde_json::json;

/// How long a test waits for an answer that comes.
const SOON: Duration = Duration::from_secs(20);

/// A proxy in front of the ledger's server, wherever that is at the time.
fn in_front_of(ledger: &Single) -> Proxy {
    let path = ledger.profile_path();
    Proxy::start(move || {
        let profile = cinnabar_faults::profile::Profile::read(&path).ok()?;
        Some(profile.nats)
    })
}

/// Sequence and bytes of the entry that a receipt is for, and whether it was recorded before.
#[track_caller]
fn receipt(what: &What) -> (u64, Vec<u8>, bool) {
    match what {
        What::Receipt { again, receipt } => {
            let receipt = Receipt::parse(receipt.as_bytes()).unwrap();
            let entry = receipt.entry();
            (entry.seq().get(), entry.bytes().to_vec(), *again)
        }
        What::Refused { .. } | What::Unanswered { .. } | What::Sent { .. } => {
            panic!("a receipt, not {what:?}")
        }
    }
}

/// Code and earlier sequence of a refusal.
#[track_caller]
fn conflict(what: &What) -> (String, Option<u64>) {
    match what {
        What::Refused { problem } => {
            assert_eq!(problem["status"], 409, "{problem:#}");
            let code = problem["code"].as_str().unwrap().to_owned();
            (code, problem["earlier"].as_u64())
        }
        What::Receipt { .. } | What::Unanswered { .. } | What::Sent { .. } => {
            panic!("a refusal, not {what:?}")
        }
    }
}

#[test]
fn requests_that_come_ten_times_and_in_any_order_are_recorded_once() {
    let mut ledger = Single::with_registrars(&["journal"]);
    let proxy = in_front_of(&ledger);
    let often = Rule::Repeat {
        prefix: "cinnabar.".to_owned(),
        times: 10,
    };
    proxy.set(Way::ToServer, often);
    let book = ledger.path("journal.jsonl");
    let run = Run {
        way: Some(proxy.url()),
        ..Run::default()
    };
    let mut keeper = Keeper::start(&ledger.profile_path(), &book, &run);
    keeper.more_receipts(times(20, 2_000) as u64);
    // In the middle of a storm.
    ledger.kill();
    ledger.start("");
    keeper.more_receipts(times(20, 2_000) as u64);
    let counts = keeper.finish();
    let verdict = judge(&ledger, &[&book]);
    let repeated = proxy.done().repeated();
    assert!(repeated > 10 * counts.receipts, "{repeated} repeats");
    ran(
        "R12",
        &format!(
            "{} requests, {repeated} repeats on the way, each recorded once",
            verdict.requests
        ),
    );
}

#[test]
fn whoever_got_no_reply_asks_again_and_gets_the_receipt_that_was_lost() {
    let mut ledger = Single::with_registrars(&["journal"]);
    let proxy = in_front_of(&ledger);
    let book = ledger.path("journal.jsonl");
    let run = Run {
        way: Some(proxy.url()),
        patience_ms: 400,
        ..Run::default()
    };
    let mut keeper = Keeper::start(&ledger.profile_path(), &book, &run);
    let replies = "_INBOX.".to_owned();
    for round in 0..times(3, 100) {
        let (prefix, left) = (replies.clone(), 5);
        proxy.set(Way::ToClient, Rule::Drop { prefix, left });
        keeper.more_receipts(3);
        let (prefix, left) = (replies.clone(), 3);
        proxy.set(Way::ToClient, Rule::ResetAt { prefix, left });
        keeper.more_receipts(3);
        proxy.reset();
        proxy.set(Way::ToClient, Rule::Stall);
        if round % 3 == 1 {
            ledger.kill();
            ledger.start("");
        }
        proxy.heal();
        proxy.cut();
        proxy.heal();
        proxy.set(Way::ToServer, Rule::Delay(Duration::from_millis(20)));
        keeper.more_receipts(3);
    }
    proxy.heal();
    let counts = keeper.finish();
    let verdict = judge(&ledger, &[&book]);
    assert!(verdict.doubted > 0 && verdict.unsettled == 0, "{verdict:?}");
    let done = proxy.done();
    ran(
        "R13",
        &format!(
            "{} replies lost, {} connections reset: {} requests asked again, {} receipts held",
            done.dropped(),
            done.reset(),
            verdict.doubted,
            counts.receipts
        ),
    );
}

#[test]
fn the_same_question_gets_the_same_entry_after_a_cut_a_restart_and_another_key() {
    let mut random = fastrand::Rng::with_seed(seed());
    let mut ledger = Single::with_registrars(&["journal"]);
    let proxy = in_front_of(&ledger);
    let book = ledger.path("journal.jsonl");
    let person = Person::new("journal", "registrar");
    let draft = registration(new_id(&mut random), "cut-off", &person);
    let request = draft.request(&ledger.profile().ledger);
    let size = ledger.size();

    let (prefix, left) = ("_INBOX.".to_owned(), 1);
    let mut cut = Scribe::new(&ledger.profile_path(), Some(&proxy.url()), &book, 1);
    proxy.set(Way::ToClient, Rule::ResetAt { prefix, left });
    let lost = cut.send(&draft, &request, SOON);
    assert!(matches!(lost, What::Unanswered { .. }), "{lost:?}");
    eventually("the entry", || (ledger.size() > size).then_some(()));
    let straight = |ledger: &Single| Scribe::new(&ledger.profile_path(), None, &book, 2);
    let first = receipt(&straight(&ledger).send(&draft, &request, SOON));
    assert_eq!((first.0, first.2), (size, true));

    ledger.kill();
    ledger.start("");
    assert_eq!(
        receipt(&straight(&ledger).send(&draft, &request, SOON)),
        first
    );

    let rotated = Person {
        key: SigningKey::from_bytes(&[7; 32]),
        ..person.acting_as("incoming_key")
    };
    let key = cinnabar_events::Signer::public_key(&rotated.key).to_string();
    let itself = person.acting_as("self");
    let id = new_id(&mut random);
    let mut rotation = Draft::new(
        id,
        "key.rotated",
        "actor/journal",
        &itself,
        json!({"key": key}),
    );
    rotation.signers.push(rotated);
    let _ = receipt(&straight(&ledger).say(&rotation, SOON));
    assert_eq!(
        receipt(&straight(&ledger).send(&draft, &request, SOON)),
        first
    );
    // But the old key says nothing new.
    let late = registration(new_id(&mut random), "too-late", &person);
    let What::Refused { problem } = straight(&ledger).say(&late, SOON) else {
        panic!("the old key still signs");
    };
    assert_eq!(problem["code"], "key.replaced", "{problem:#}");
    let verdict = judge(&ledger, &[&book]);
    ran(
        "R13",
        &format!(
            "1 receipt asked for 4 times over a cut, a kill and a new key, {} entries",
            verdict.entries
        ),
    );
    ran(
        "R20",
        "1 old key refused, its old statement answered with the old entry",
    );
}

#[test]
fn an_id_that_was_used_is_a_conflict_that_names_the_entry_and_so_is_a_statement_under_a_second_id()
{
    let mut random = fastrand::Rng::with_seed(seed());
    let mut ledger = Single::with_registrars(&["journal"]);
    let book = ledger.path("journal.jsonl");
    let person = Person::new("journal", "registrar");
    let draft = registration(new_id(&mut random), "first", &person);
    let mut scribe = Scribe::new(&ledger.profile_path(), None, &book, 1);
    let all = scribe.say_often(&draft, 20, SOON);
    assert_eq!(all.len(), 20);
    let entries: Vec<_> = all.iter().map(receipt).collect();
    let seq = entries[0].0;
    assert!(
        entries
            .iter()
            .all(|one| (one.0, &one.1) == (seq, &entries[0].1))
    );
    assert_eq!(
        entries.iter().filter(|one| !one.2).count(),
        1,
        "recorded once"
    );

    let size = ledger.size();
    let mut checked = 0;
    for restarted in [false, true] {
        if restarted {
            ledger.kill();
            ledger.start("");
            scribe = Scribe::new(&ledger.profile_path(), None, &book, 2);
        }
        let other_bytes = registration(draft.id, "second", &person);
        let told = conflict(&scribe.say(&other_bytes, SOON));
        assert_eq!(told, ("statement.id_taken".to_owned(), Some(seq)));
        let second_id = registration(new_id(&mut random), "first", &person);
        let told = conflict(&scribe.say(&second_id, SOON));
        assert_eq!(told.0, "subject.exists");
        assert_eq!(
            receipt(&scribe.say(&draft, SOON)),
            (seq, entries[0].1.clone(), true)
        );
        checked += 3;
    }
    assert_eq!(ledger.size(), size);
    judge(&ledger, &[&book]);
    ran(
        "R14",
        &format!("{checked} ids used again and 19 repeats at once, over a kill: 1 entry"),
    );
}
