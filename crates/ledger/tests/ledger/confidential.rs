//! Confidential values: kept before the statement is recorded, shown to whoever may see them, destroyed on erasure.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use cinnabar_events::{Kind, Listed, Signed, Statement, StatementId};
use cinnabar_governance::testing::public;
use cinnabar_ledger::confidential::with_openings;
use cinnabar_ledger::founding::Layout;
use cinnabar_ledger::node::{self, Role, Setup};
use cinnabar_ledger::{Answer, Mode};
use cinnabar_store::Store;
use cinnabar_vault::{Found, InstitutionKey, Opening, Openings, Slot, Vault};
use serde_json::{Value as Json, json};
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

use crate::replicas::{setup, wait_for};
use crate::rollback::copy;
use crate::town::{Town, refused};

const SECRET: &str = "Wei Ling, +86 755 1234 5678";
const SALT: [u8; 32] = *b"thirty-two bytes of a salt, all!";

/// An organisation whose contact is confidential, and what opens it.
fn organisation(town: &Town, value: &str) -> (Signed, Openings) {
    let id = StatementId::derived("test of the vault", "acme");
    let opening =
        |value: &str| Opening::new("/contact", Zeroizing::new(SALT), &json!(value)).unwrap();
    let data = json!({ "name": "Acme", "organisationKind": "enterprise" });
    let change = |statement: &mut Statement| {
        statement.id = id;
        let commitment = opening(SECRET).commitment(id);
        statement
            .commitments
            .insert("/contact".to_owned(), commitment);
    };
    let signed = town.signed_with(
        Kind::OrganisationRegistered,
        "organisation/acme",
        &["li:registrar"],
        &data,
        change,
    );
    (signed, Openings::new(id, vec![opening(value)]).unwrap())
}

async fn submit(town: &Town, signed: &Signed, openings: Option<&Openings>) -> Answer {
    let body = with_openings(signed.to_request(), openings);
    town.running().queue().ask(body.into(), Mode::Record).await
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a file under `folder` has `bytes` in it.
fn found_in(folder: &Path, bytes: &[u8]) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            found.extend(found_in(&path, bytes));
        } else if let Ok(content) = std::fs::read(&path)
            && content.windows(bytes.len()).any(|window| window == bytes)
        {
            found.push(path);
        }
    }
    found
}

async fn officer(town: &Town, name: &str, role: &str) {
    let subject = format!("actor/{name}");
    let data = json!({ "name": name, "actorKind": "person", "key": public(name).to_string() });
    let incoming = format!("{name}:incoming_key");
    let signers = ["wang:institution_admin", &incoming];
    town.record(&town.signed(Kind::ActorEnrolled, &subject, &signers, &data))
        .await;
    let admins = ["wang:institution_admin", "zhao:institution_admin"];
    let data = json!({ "role": role });
    town.record(&town.signed(Kind::RoleGranted, &subject, &admins, &data))
        .await;
}

async fn say(
    town: &Town,
    (kind, subject): (Kind, &str),
    signers: &[&str],
    concerns: &[&str],
    data: &Json,
) -> Answer {
    let signed = town.signed_with(kind, subject, signers, data, |statement| {
        let concerns = concerns.iter().map(|one| one.parse().unwrap()).collect();
        statement.concerns = Listed::new(concerns).unwrap();
        statement.basis = Listed::new(vec![cinnabar_events::Basis {
            instrument: cinnabar_events::Text::new("PIPL").unwrap(),
            article: cinnabar_events::Text::new("Art. 47").unwrap(),
        }])
        .unwrap();
    });
    submit(town, &signed, None).await
}

fn shown(answer: Answer) -> Option<String> {
    match answer {
        Answer::Recorded { openings, .. } => {
            openings.map(|bytes| String::from_utf8(bytes).unwrap())
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confidential_value_is_kept_shown_by_leave_and_destroyed_and_nothing_of_it_remains() {
    let mut town = Town::new().await;
    town.with_registrar().await;
    for (name, role) in [
        ("tang", "privacy_officer"),
        ("sun2", "privacy_officer"),
        ("sun", "case_officer"),
        ("zhou", "intake_officer"),
        ("chen", "decision_maker"),
    ] {
        officer(&town, name, role).await;
    }
    let (signed, openings) = organisation(&town, SECRET);
    let (_, others) = organisation(&town, "somebody else");
    let missing = submit(&town, &signed, None).await;
    assert_eq!(refused(missing).code, "opening.missing");
    let wrong = submit(&town, &signed, Some(&others)).await;
    assert_eq!(refused(wrong).code, "opening.does_not_open");
    assert_eq!(shown(submit(&town, &signed, Some(&openings)).await), None);

    let id = StatementId::derived("test of the vault", "acme").to_string();
    let value = json!({ "actor": "li", "statement": id, "pointer": "/contact" });
    let acme = ["organisation/acme"];
    let today = town.running().store.head().time.unwrap().date();
    let until = today.plus_days(30).to_string();
    let leave =
        json!({ "to": "sun", "openings": [value], "purpose": "To call them.", "until": until });
    let concerns = ["actor/sun", "organisation/acme"];
    let granted = (Kind::DisclosureGranted, "disclosure/d1");
    shown(say(&town, granted, &["tang:privacy_officer"], &concerns, &leave).await);
    let used = (Kind::DisclosureUsed, "disclosure/d1");
    let looked = shown(say(&town, used, &["sun:case_officer"], &acme, &json!({})).await);
    assert!(looked.unwrap().contains(SECRET));

    let asked = json!({ "openings": [value], "ground": "consent_withdrawn" });
    let about = "erasure/e1";
    let requested = (Kind::ErasureRequested, about);
    shown(say(&town, requested, &["sun2:privacy_officer"], &acme, &asked).await);
    let decided = json!({ "outcome": "erase", "provision": "Personal Information Protection Law Art. 47", "openings": [value], "reasons": "Consent was withdrawn." });
    let both = ["tang:privacy_officer", "chen:decision_maker"];
    shown(say(&town, (Kind::ErasureDecided, about), &both, &acme, &decided).await);
    let folder = town.folder.path().to_owned();
    assert!(
        found_in(&folder, SECRET.as_bytes()).is_empty(),
        "it is sealed"
    );
    let executed = json!({ "openings": [value], "backupsExpire": today.plus_days(10).to_string() });
    let signers = ["tang:privacy_officer"];
    shown(
        say(
            &town,
            (Kind::ErasureExecuted, about),
            &signers,
            &acme,
            &executed,
        )
        .await,
    );

    // The value is gone, for whoever still may see it and for whoever has the disk, also after a restart.
    let again = say(&town, used, &["sun:case_officer"], &acme, &json!({})).await;
    assert_eq!(refused(again).code, "content.value_erased");
    town.stop().await;
    // What is sealed can't be found by its bytes; only the vault itself can say that it no longer has it.
    let layout = Layout::new(&folder);
    let key = InstitutionKey::read(&layout.institution_key()).unwrap();
    let vault = Vault::open(&layout.vault(), &key).unwrap();
    let statement = signed.statement();
    let slot = Slot {
        statement: statement.id,
        commitment: statement.commitments["/contact"],
    };
    assert_eq!(vault.find(&slot).unwrap(), Found::Erased);
    drop(vault);
    for secret in [SECRET.as_bytes(), &SALT, hex(&SALT).as_bytes()] {
        assert_eq!(found_in(&folder, secret), Vec::<std::path::PathBuf>::new());
    }
    town.start().await;
    let receipt = town.record(&signed).await;
    assert_eq!(receipt.entry().signed(), &signed);
    town.stop().await;
}

/// What is to be erased, once it is decided and before it is done.
struct Decided {
    /// What names it in a statement.
    value: Json,
    /// Where the vault has it.
    slot: Slot,
}

const ERASURE: &str = "erasure/e1";

async fn decided(town: &Town) -> Decided {
    town.with_registrar().await;
    for (name, role) in [
        ("tang", "privacy_officer"),
        ("sun2", "privacy_officer"),
        ("chen", "decision_maker"),
    ] {
        officer(town, name, role).await;
    }
    let (signed, openings) = organisation(town, SECRET);
    shown(submit(town, &signed, Some(&openings)).await);
    let statement = signed.statement();
    let id = statement.id.to_string();
    let value = json!({ "actor": "li", "statement": id, "pointer": "/contact" });
    let acme = ["organisation/acme"];
    let asked = json!({ "openings": [value], "ground": "consent_withdrawn" });
    let requested = (Kind::ErasureRequested, ERASURE);
    shown(say(town, requested, &["sun2:privacy_officer"], &acme, &asked).await);
    let decision = json!({ "outcome": "erase", "provision": "Personal Information Protection Law Art. 47", "openings": [value], "reasons": "Consent was withdrawn." });
    let both = ["tang:privacy_officer", "chen:decision_maker"];
    shown(
        say(
            town,
            (Kind::ErasureDecided, ERASURE),
            &both,
            &acme,
            &decision,
        )
        .await,
    );
    let slot = Slot {
        statement: statement.id,
        commitment: statement.commitments["/contact"],
    };
    Decided { value, slot }
}

async fn execute(town: &Town, decided: &Decided) {
    let today = town.running().store.head().time.unwrap().date();
    let executed =
        json!({ "openings": [decided.value], "backupsExpire": today.plus_days(10).to_string() });
    let (done, acme) = ((Kind::ErasureExecuted, ERASURE), ["organisation/acme"]);
    shown(say(town, done, &["tang:privacy_officer"], &acme, &executed).await);
}

/// A standby has a vault of its own, brought from the writer's. What is erased there must not wait here until this node writes.
#[tokio::test(flavor = "multi_thread")]
async fn what_another_node_erases_is_erased_on_a_node_that_follows() {
    let mut town = Town::new().await;
    let decided = decided(&town).await;
    let elsewhere = tempfile::tempdir().unwrap();
    let layout = town.layout();
    copy(&layout.vault(), &elsewhere.path().join("vault"));
    let key = InstitutionKey::read(&layout.institution_key()).unwrap();
    let vault = Arc::new(Vault::open(&elsewhere.path().join("vault"), &key).unwrap());
    let found = || vault.find(&decided.slot).unwrap();
    assert!(matches!(found(), Found::Opening(_)));

    let store = Store::create(&elsewhere.path().join("store")).unwrap();
    let stop = CancellationToken::new();
    let setup = Setup {
        vault: Some(vault.clone()),
        ..setup(&town, store.clone(), Role::Reader, &stop).await
    };
    let (node, ended) = node::start_with(setup, node::Precautions::default()).unwrap();
    execute(&town, &decided).await;
    let size = town.running().store.head().size.get();
    tokio::task::block_in_place(|| wait_for(&node, &store, size));
    let erased = async {
        while found() != Found::Erased {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let in_time = tokio::time::timeout(Duration::from_secs(60), erased).await;
    assert!(in_time.is_ok(), "it is still there");
    stop.cancel();
    ended.await.unwrap().unwrap();
    town.stop().await;
}

/// The vault is not put back with the ledger: it has looked through more entries than there are, and must look at those
/// that take their place.
#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_in_the_place_of_a_lost_entry_is_carried_out() {
    let mut town = Town::marked().await;
    let decided = decided(&town).await;
    let then = town.running().store.head().size.get();
    town.stop().await;
    let backup = tempfile::tempdir().unwrap();
    copy(town.folder.path(), backup.path());

    town.start().await;
    for number in 0..6 {
        town.record(&town.organisation(&format!("lost-{number}")))
            .await;
    }
    let mark = town.running().store.mark().unwrap();
    town.stop().await;
    // At the start the vault looks through what there is.
    town.start().await;
    town.stop().await;
    for what in ["store", "nats/store"] {
        std::fs::remove_dir_all(town.folder.path().join(what)).unwrap();
        copy(&backup.path().join(what), &town.folder.path().join(what));
    }
    let lost = json!({ "lostFrom": then, "lostUntil": then + 6, "checkpoint": mark.checkpoint.unwrap(), "reasons": "the disk" });
    let admins = ["wang:institution_admin", "zhao:institution_admin"];
    let recovery = town.signed(Kind::LedgerRecovered, "ledger/t-1", &admins, &lost);
    town.precautions.recovery = Some(recovery.to_request());
    town.start().await;
    execute(&town, &decided).await;
    town.stop().await;
    let layout = town.layout();
    let key = InstitutionKey::read(&layout.institution_key()).unwrap();
    let vault = Vault::open(&layout.vault(), &key).unwrap();
    assert_eq!(vault.find(&decided.slot).unwrap(), Found::Erased);
}
