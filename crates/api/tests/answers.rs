//! What scripts can't say: long paths, waiting, growing, every operation at once.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;

use cinnabar_api::catch_up;
use cinnabar_events::{Entry, Receipt};
use cinnabar_tlog::{Checkpoint, Note, Size, TilePath, TlogProof, VerifierKey};
use common::{Node, busy_town, commit, large_town};
use serde_json::Value as Json;

#[tokio::test]
async fn a_path_that_is_no_tiles_is_not_found() {
    let node = Node::new(large_town().entries().to_vec());
    let long = format!("/tile/0/{}000", "x000/".repeat(12_000));
    let paths = [
        "/tile/0/1",
        "/tile/00/000",
        "/tile/64/000",
        "/tile/8/000",
        "/tile/-1/000",
        "/tile/0/000.p/0",
        "/tile/0/000.p/256",
        "/tile/0/000.p/01",
        "/tile/0/x000/001",
        "/tile/0/x1/000",
        "/tile/entries/000.p/",
        "/tile/0/000/",
        "/tile/entries/000/",
        "/tile/0/999",
        "/tile/entries/999",
        "/tile/0%2F000",
        "/tile/0/000%2Ep/5",
        "/tile/0/%30%30%30",
        "/tile%2F0/000",
        "//tile/0/000",
        "/tile//0/000",
        "/tile/",
        "/tile",
        "/tile/0",
        "/tile/entries",
        "/tile/0/000.p/5/",
        "/tile/0/000.p/5.p/5",
        "/tile/0/0000",
        "/tile/0/+00",
        "/tile/2/000.p/1",
        "/checkpoint/",
        &long,
        "/tile/7/x999/x999/x999/x999/x999/999",
        "/tile/../checkpoint",
        "/tile/0/000%00",
        "/Tile/0/000",
    ];
    for path in paths {
        let answer = node.get(path).await;
        assert_eq!(
            answer.status,
            404,
            "{}: {}",
            &path[..path.len().min(60)],
            answer.text()
        );
    }
}

#[tokio::test]
async fn every_tile_that_the_checkpoint_implies_is_served_and_nothing_beyond() {
    let node = Node::new(large_town().entries().to_vec());
    let size = node.store.head().size;
    for path in TilePath::all_at(size) {
        assert_eq!(node.get(&format!("/{path}")).await.status, 200, "{path}");
    }
    // A block that isn't signed yet.
    let mut town = large_town();
    let draft = town.submission("later");
    town.say(&draft).unwrap();
    commit(&node.store, &town.entries()[node.entries.len()..], false);
    assert!(node.store.head().size > size);
    for path in TilePath::all_at(node.store.head().size).filter(|path| !path.exists_at(size)) {
        assert_eq!(node.get(&format!("/{path}")).await.status, 404, "{path}");
    }
    assert_eq!(node.get(&format!("/v1/entries/{size}")).await.status, 404);
    assert_eq!(catch_up(&node.store, &node.views).unwrap().size, size);
    assert_eq!(
        node.get("/v1/entries?limit=1").await.json()["total"],
        size.get()
    );
}

#[tokio::test]
async fn proofs_and_receipts_prove_what_they_say() {
    let node = Node::new(busy_town().entries().to_vec());
    let ledger = node.get("/v1/ledger").await.json();
    let key = VerifierKey::parse(ledger["logKey"].as_str().unwrap()).unwrap();
    let note = Note::parse(&node.get("/checkpoint").await.body).unwrap();
    let checkpoint = Checkpoint::open(&note, &key).unwrap();
    assert_eq!(ledger["asOf"]["rootHash"], checkpoint.root.to_string());
    let accept = BTreeMap::from([("accept".to_owned(), "text/plain".to_owned())]);
    let mut prev = cinnabar_events::EntryHash::NONE;
    for (index, expected) in node.entries.iter().enumerate() {
        let raw = node.get(&format!("/v1/entries/{index}/raw")).await.body;
        assert_eq!(raw, expected.bytes());
        let entry = Entry::parse(raw.clone()).unwrap();
        assert_eq!(entry.prev(), prev);
        prev = entry.hash();
        // The JSON answer has the same bytes within it.
        let wrapped = node.get(&format!("/v1/entries/{index}")).await.text();
        assert!(wrapped.contains(str::from_utf8(&raw).unwrap()), "{wrapped}");
        let proof = node
            .ask("GET", &format!("/v1/entries/{index}/proof"), &accept)
            .await;
        TlogProof::parse(&proof.body)
            .unwrap()
            .verify_with_key(&raw, &key)
            .unwrap();
        let receipt = node.get(&format!("/v1/entries/{index}/receipt")).await;
        Receipt::parse(&receipt.body).unwrap().verify(&key).unwrap();
    }
}

#[tokio::test]
async fn a_consistency_proof_proves_between_any_two_sizes() {
    let node = Node::new(busy_town().entries().to_vec());
    let hash = |text: &Json| text.as_str().unwrap().parse().unwrap();
    let size = node.entries.len() as u64;
    for (old, new) in [(0, size), (1, 2), (7, 30), (16, size), (size, size)] {
        let body = node
            .get(&format!("/v1/consistency-proof?old={old}&new={new}"))
            .await
            .json();
        let hashes = body["hashes"]
            .as_array()
            .unwrap()
            .iter()
            .map(hash)
            .collect();
        let proof = cinnabar_tlog::ConsistencyProof::new(hashes).unwrap();
        let root = |which: &str| hash(&body[which]["rootHash"]);
        proof
            .verify(Size::new(old), &root("old"), Size::new(new), &root("new"))
            .unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_size_that_does_not_come_is_waited_for_in_vain() {
    let node = Node::new(busy_town().entries().to_vec());
    for path in [
        "/v1/ledger",
        "/v1/products",
        "/v1/products/p1",
        "/v1/entries/0/proof",
    ] {
        let answer = node.get(&format!("{path}?minSize=9999")).await;
        assert_eq!(answer.status, 503, "{path}");
        assert_eq!(answer.json()["code"], "service.behind", "{path}");
        assert_eq!(answer.header("retry-after"), "1", "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_size_that_comes_is_waited_for() {
    let entries = busy_town().entries().to_vec();
    let half = entries.len() / 2;
    let node = Node::new(entries[..half].to_vec());
    let asked = format!("/v1/entries?limit=1&minSize={}", entries.len());
    let router = node.router.clone();
    let request = axum::http::Request::get(asked)
        .body(axum::body::Body::empty())
        .unwrap();
    let waiting = tokio::spawn(tower::ServiceExt::oneshot(router, request));
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished());
    commit(&node.store, &entries[half..], true);
    catch_up(&node.store, &node.views).unwrap();
    assert_eq!(waiting.await.unwrap().unwrap().status(), 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stands_is_shown_once_it_is_signed() {
    let entries = busy_town().entries().to_vec();
    let node = Node::new(entries[..entries.len() - 2].to_vec());
    let (unsigned, signed) = entries[entries.len() - 2..].split_at(1);
    commit(&node.store, unsigned, false);
    let ahead = node.store.head().size;
    assert!(node.views.served_cursor().size < ahead);
    let request = axum::http::Request::get("/v1/subjects/product")
        .body(axum::body::Body::empty())
        .unwrap();
    let waiting = tokio::spawn(tower::ServiceExt::oneshot(node.router.clone(), request));
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished());
    commit(&node.store, signed, true);
    catch_up(&node.store, &node.views).unwrap();
    assert_eq!(waiting.await.unwrap().unwrap().status(), 200);
    let now = node.get("/v1/subjects/product").await.json();
    assert_eq!(now["asOf"]["size"], entries.len());
    assert_eq!(now["asOf"]["rootHash"], node.store.head().root.to_string());
}

#[tokio::test]
async fn pages_speak_of_one_size_while_the_ledger_grows() {
    let entries = large_town().entries().to_vec();
    let node = Node::new(entries[..entries.len() - 100].to_vec());
    let first = node.get("/v1/products?limit=100").await.json();
    let total = first["total"].as_u64().unwrap();
    commit(&node.store, &entries[entries.len() - 100..], true);
    catch_up(&node.store, &node.views).unwrap();
    assert!(
        node.get("/v1/products").await.json()["total"]
            .as_u64()
            .unwrap()
            > total
    );
    let mut seen = first["items"].as_array().unwrap().len();
    let mut next = first["next"].as_str().map(str::to_owned);
    while let Some(path) = next {
        let page = node.get(&path).await.json();
        assert_eq!(
            (&page["asOf"], &page["total"]),
            (&first["asOf"], &first["total"])
        );
        seen += page["items"].as_array().unwrap().len();
        next = page["next"].as_str().map(str::to_owned);
    }
    assert_eq!(seen as u64, total);
}

#[tokio::test]
async fn a_ledger_that_is_not_opened_yet_is_empty_and_not_an_error() {
    let node = Node::new(Vec::new());
    for path in [
        "/v1/products",
        "/v1/entries",
        "/v1/actors",
        "/v1/organisations",
        "/v1/incidents",
        "/v1/deadlines",
        "/v1/deadlines?status=missed",
        "/v1/subjects/product",
        "/v1/subjects/product?status=accepted",
    ] {
        let answer = node.get(path).await.json();
        assert_eq!(
            (&answer["total"], &answer["asOf"]["size"]),
            (&0.into(), &0.into()),
            "{path}"
        );
    }
    for path in [
        "/checkpoint",
        "/v1/ledger",
        "/v1/entries/0",
        "/tile/0/000.p/1",
        "/v1/products/p1",
        "/v1/rulebook",
        "/v1/subjects/ledger/sz-ai",
    ] {
        assert_eq!(node.get(path).await.status, 404, "{path}");
    }
    let kinds = node.get("/v1/kinds").await.json();
    assert!(kinds["rulebook"].is_null() && kinds["items"][0]["permission"].is_null());
    assert_eq!(node.get("/readyz").await.status, 200);
}

#[tokio::test]
async fn views_of_another_ledger_are_folded_again() {
    let node = Node::new(busy_town().entries().to_vec());
    let mut other = cinnabar_governance::testing::Town::new();
    (0..5).for_each(|index| other.enrol(&format!("actor-{index}"), None, &[]));
    let foreign = Node::new(other.entries().to_vec());
    let before = node.views.digests().unwrap();
    catch_up(&node.store, &foreign.views).unwrap();
    assert_eq!(foreign.views.digests().unwrap(), before);
}

/// A path for each documented template.
fn example(template: &str) -> String {
    let path = template
        .replace("{sequence}", "0")
        .replace("{size}", "23")
        .replace("{authority}", "tsa")
        .replace("{kind}", "product.submitted")
        .replace("{class}", "product")
        .replace(
            "{id}",
            if template.contains("organisations") {
                "acme"
            } else if template.contains("actors") {
                "lin"
            } else if template.contains("incidents") {
                "i1"
            } else {
                "p1"
            },
        );
    format!("/v1{path}")
}

#[tokio::test]
async fn every_operation_accepts_its_parameters_and_refuses_others_by_name() {
    let node = Node::new(busy_town().entries().to_vec());
    node.store
        .keep_timestamp(Size::new(23), "tsa", b"stamp")
        .unwrap();
    let document = serde_json::to_value(cinnabar_api::document()).unwrap();
    for (template, operations) in document["paths"].as_object().unwrap() {
        let path = example(template);
        let parameters = operations["get"]["parameters"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let required = if template == "/consistency-proof" {
            "old=1&"
        } else {
            ""
        };
        let refused = node.get(&format!("{path}?{required}sesame=open")).await;
        assert_eq!(
            (refused.status.as_u16(), &refused.json()["parameter"]),
            (400, &"sesame".into()),
            "{path}"
        );
        for parameter in parameters
            .iter()
            .filter(|parameter| parameter["in"] == "query")
        {
            let name = parameter["name"].as_str().unwrap();
            assert!(
                parameter["description"]
                    .as_str()
                    .is_some_and(|text| !text.is_empty()),
                "{template} {name}"
            );
            let value = match name {
                "limit" | "minSize" | "asOf" | "from" | "old" | "new" | "size" => "5",
                "order" => "newest",
                "status" if path.contains("incidents") => "closed",
                "status" if path.contains("deadlines") => "missed",
                "status" => "accepted",
                "riskTier" => "low",
                "severity" => "hazard",
                "migrated" | "suspect" => "true",
                "class" => "product",
                "before" => "2027-01-01",
                "cosigned" | "stamped" => "false",
                "kind" => "product.*",
                "subject" => "product/p1",
                "organisationKind" => "agency",
                "cursor" => continue,
                _ => "healthcare",
            };
            let required = if name == "old" { "" } else { required };
            let found = node.get(&format!("{path}?{required}{name}={value}")).await;
            assert!(
                found.status == 200 || (["asOf", "size"].contains(&name) && found.status == 404),
                "{path}?{name}={value}: {}",
                found.text()
            );
            // No parameter here is a free text of control characters.
            if !["number", "q"].contains(&name) {
                let bad = node.get(&format!("{path}?{required}{name}=%00%22")).await;
                assert_eq!(bad.status, 400, "{path}?{name}");
            }
        }
    }
}

#[test]
fn the_document_is_the_one_that_was_reviewed() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let mut written = cinnabar_api::document().to_pretty_json().unwrap();
    written.push('\n');
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &written).unwrap();
    }
    let reviewed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        reviewed == written,
        "openapi.json is not what the code says; look at the difference, then run with BLESS=1"
    );
}

#[test]
fn the_document_keeps_the_rules_of_the_house() {
    let document = serde_json::to_value(cinnabar_api::document()).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["servers"][0]["url"], "/v1");
    for member in ["name", "url", "email"] {
        assert!(document["info"]["contact"][member].is_string(), "{member}");
    }
    assert_eq!(document["info"]["license"]["identifier"], "Apache-2.0");
    for (template, operations) in document["paths"].as_object().unwrap() {
        let kebab = |part: &str| {
            part.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
        };
        let parts = template[1..]
            .split('/')
            .filter(|part| !part.starts_with('{') && *part != "openapi.json");
        assert!(parts.clone().all(kebab), "{template}");
        let operation = &operations["get"];
        assert!(
            operation["operationId"].is_string()
                && operation["summary"].is_string()
                && operation["tags"].is_array(),
            "{template}"
        );
        assert_eq!(
            operations.as_object().unwrap().len(),
            1,
            "{template} is read only"
        );
        for (status, response) in operation["responses"].as_object().unwrap() {
            assert!(
                response["description"]
                    .as_str()
                    .is_some_and(|text| text.len() > 5),
                "{template} {status}"
            );
            if status.starts_with('2') {
                assert!(
                    response["headers"]["API-Version"].is_object(),
                    "{template} {status}"
                );
            } else {
                assert!(
                    response["content"]["application/problem+json"].is_object(),
                    "{template} {status}"
                );
            }
        }
        assert!(operation["responses"]["400"].is_object(), "{template}");
    }
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        for property in schema["properties"]
            .as_object()
            .into_iter()
            .flat_map(|properties| properties.keys())
        {
            assert!(
                property.starts_with(|c: char| c.is_ascii_lowercase())
                    && !property.contains(['_', '-']),
                "{name}.{property}"
            );
        }
    }
}
