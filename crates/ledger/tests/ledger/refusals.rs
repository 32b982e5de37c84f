//! Bad input gets a precise answer and costs nothing.

use bytes::Bytes;
use cinnabar_events::{Kind, Signed, sign};
use cinnabar_governance::testing::key;
use cinnabar_ledger::{Answer, Mode};
use serde_json::json;

use crate::town::{Town, refused};

async fn ask(town: &Town, request: impl Into<Vec<u8>>) -> cinnabar_ledger::Problem {
    refused(
        town.running()
            .queue()
            .ask(Bytes::from(request.into()), Mode::Record)
            .await,
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_bad_input_gets_its_own_answer_and_changes_nothing() {
    let mut town = Town::new().await;
    town.with_registrar().await;
    let before = town.running().store.head();
    let good = town.organisation("acme");
    let request = String::from_utf8(good.to_request()).unwrap();

    let problem = ask(&town, "hello").await;
    assert_eq!(
        (problem.code.as_str(), problem.byte, problem.status),
        ("malformed.not_canonical", Some(0), 400)
    );
    let problem = ask(&town, request.replace("\"v\":1", "\"v\": 1")).await;
    assert_eq!(
        (problem.code.as_str(), problem.byte),
        (
            "malformed.not_canonical",
            Some(request.find("\"v\":1").unwrap() + 4)
        )
    );
    for (from, to, code) in [
        ("\"v\":1", "\"v\":1.0", "malformed.not_canonical"),
        (
            "\"v\":1",
            "\"v\":9007199254740993",
            "malformed.not_canonical",
        ),
        ("\"v\":1", "\"v\":1,\"v\":1", "malformed.not_canonical"),
        ("\"v\":1", "\"v\":2", "malformed.schema"),
        (
            "organisation.registered",
            "organisation.dreamt",
            "malformed.unknown_kind",
        ),
        (
            "\"organisationKind\":\"enterprise\"",
            "\"organisationKind\":\"circus\"",
            "malformed.schema",
        ),
        (
            "\"name\":\"acme\"",
            "\"name\":\"acmf\"",
            "signature.invalid",
        ),
    ] {
        assert_eq!(
            ask(&town, request.replace(from, to)).await.code,
            code,
            "{from} -> {to}"
        );
    }
    let problem = ask(
        &town,
        request.replace(
            "\"organisationKind\":\"enterprise\"",
            "\"organisationKind\":7",
        ),
    )
    .await;
    assert_eq!(problem.pointer.as_deref(), Some("/data/organisationKind"));
    assert!(problem.expected.is_some() && problem.found.is_some());
    let deep = format!("{}{}", "[".repeat(17), "]".repeat(17));
    assert_eq!(
        ask(
            &town,
            request.replace(
                "\"acme\",\"organisationKind\"",
                &format!("{deep},\"organisationKind\"")
            )
        )
        .await
        .code,
        "malformed.not_canonical"
    );
    let long = "x".repeat(cinnabar_events::MAX_STATEMENT_BYTES);
    assert_eq!(
        ask(
            &town,
            request.replace("\"name\":\"acme\"", &format!("\"name\":\"{long}\""))
        )
        .await
        .code,
        "malformed.too_long"
    );

    let (bytes, signature) = (good.bytes(), good.signatures()[0].clone());
    let other = sign(&key("chen"), bytes);
    let sorted = |mut signatures: Vec<_>| {
        signatures.sort_by_key(|signature: &cinnabar_events::Signature| signature.key);
        signatures
    };
    let raw = |signatures: &[cinnabar_events::Signature]| {
        let signatures = serde_json::to_string(signatures).unwrap();
        format!(
            "{{\"signatures\":{signatures},\"statement\":{}}}",
            std::str::from_utf8(bytes).unwrap()
        )
    };
    let mut reversed = sorted(vec![signature.clone(), other.clone()]);
    reversed.reverse();
    assert_eq!(ask(&town, raw(&[])).await.code, "signature.missing");
    assert_eq!(
        ask(&town, raw(&sorted(vec![signature.clone(), other.clone()])))
            .await
            .code,
        "signature.extra"
    );
    assert_eq!(ask(&town, raw(&reversed)).await.code, "signature.unsorted");
    assert_eq!(
        ask(&town, raw(&[signature.clone(), signature.clone()]))
            .await
            .code,
        "signature.doubled"
    );
    assert_eq!(ask(&town, raw(&[other])).await.code, "key.foreign");
    for (key_bytes, sig) in degenerate() {
        let signature = format!("[{{\"key\":\"ed25519:{key_bytes}\",\"sig\":\"{sig}\"}}]");
        let request = format!(
            "{{\"signatures\":{signature},\"statement\":{}}}",
            std::str::from_utf8(bytes).unwrap()
        );
        assert_eq!(ask(&town, request).await.code, "signature.invalid");
    }
    assert_eq!(town.running().store.head(), before);
    town.stop().await;
}

/// Small-order keys with signatures that lenient verifiers accept over any message.
fn degenerate() -> Vec<(String, String)> {
    use base64::Engine as _;
    let identity = format!("01{}", "00".repeat(31));
    let zero = format!("{}{}", "00".repeat(31), "80");
    let mut sig = [0u8; 64];
    sig[0] = 1;
    let sig = base64::engine::general_purpose::STANDARD.encode(sig);
    vec![
        (identity, sig.clone()),
        (zero, sig.clone()),
        ("ff".repeat(32), sig),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rules_say_no_with_a_code_and_name_the_earlier_entry() {
    let mut town = Town::new().await;
    town.with_registrar().await;
    let good = town.organisation("acme");
    let receipt = town.record(&good).await;
    let exists = town.organisation("acme");
    let problem = refused(town.ask(&exists).await);
    assert_eq!(
        (problem.code.as_str(), problem.status),
        ("subject.exists", 409)
    );
    let taken = town.signed_with(
        Kind::OrganisationRegistered,
        "organisation/b",
        &["li:registrar"],
        &json!({ "name": "b", "organisationKind": "other" }),
        |statement| statement.id = good.statement().id,
    );
    let problem = refused(town.ask(&taken).await);
    assert_eq!(
        (problem.code.as_str(), problem.earlier),
        ("statement.id_taken", Some(receipt.entry().seq().get()))
    );
    let elsewhere = town.signed_with(
        Kind::OrganisationRegistered,
        "organisation/c",
        &["li:registrar"],
        &json!({ "name": "c", "organisationKind": "other" }),
        |statement| {
            statement.ledger = Some(cinnabar_events::LedgerId::from_bytes([1; 32]));
        },
    );
    assert_eq!(refused(town.ask(&elsewhere).await).code, "ledger.other");
    let nobody = town.signed(
        Kind::OrganisationRegistered,
        "organisation/d",
        &["wang:registrar"],
        &json!({ "name": "d", "organisationKind": "other" }),
    );
    assert_eq!(refused(town.ask(&nobody).await).code, "role.missing");
    assert!(matches!(
        town.ask(&good).await,
        Answer::Recorded { again: true, .. }
    ));
    town.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_that_depend_on_each_other_may_be_sent_together() {
    let mut town = Town::new().await;
    town.with_registrar().await;
    let grant = |role: &str| {
        town.signed(
            Kind::RoleGranted,
            "actor/li",
            &["wang:institution_admin", "zhao:institution_admin"],
            &json!({ "role": role }),
        )
    };
    let (first, second): (Signed, Signed) = (grant("case_officer"), grant("auditor"));
    let (first, second) = tokio::join!(town.ask(&first), town.ask(&second));
    assert!(matches!(first, Answer::Recorded { .. }));
    assert_eq!(refused(second).code, "role.excluded");
    town.stop().await;
}
