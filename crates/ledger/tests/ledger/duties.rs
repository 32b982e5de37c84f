//! What the ledger says by itself.

use cinnabar_events::{Entry, Kind, Sequence};
use serde_json::json;

use crate::town::Town;

/// A month, in seconds: longer than any of the deadlines that a filing starts.
const MONTH_SECONDS: i64 = 30 * 86_400;

fn said(town: &Town, from: u64) -> Vec<(Kind, String)> {
    let store = &town.running().store;
    let entries = store.entries(Sequence::new(from), store.head().next());
    entries
        .map(|bytes| {
            let entry = Entry::parse(bytes.unwrap()).unwrap();
            let statement = entry.statement();
            (statement.kind(), statement.first_signer().actor.to_string())
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_that_passed_while_the_ledger_was_away_is_said_first_and_once() {
    let mut town = Town::new().await;
    town.with_registrar().await;
    town.record(&town.organisation("acme")).await;
    let data = json!({ "organisation": "acme", "name": "Triage assistant", "route": "disclosure" });
    let filed = town.signed_with(
        Kind::ProductSubmitted,
        "product/p1",
        &["li:registrar"],
        &data,
        |statement| {
            let acme = "organisation/acme".parse().unwrap();
            statement.concerns = cinnabar_events::Listed::new(vec![acme]).unwrap();
        },
    );
    let receipt = town.record(&filed).await;
    let next = receipt.entry().seq().get() + 1;
    town.stop().await;

    // Nobody asks for anything: the writer says by itself that the filing counts as accepted, when it is back.
    town.clock_ahead_seconds = MONTH_SECONDS;
    town.start().await;
    let store = town.running().store.clone();
    let moved = tokio::task::spawn_blocking(move || {
        let patience = std::time::Duration::from_secs(20);
        while store.head().size.get() <= next {
            store.wait_beyond(store.head().size, patience);
        }
        store.head().size.get()
    });
    moved.await.unwrap();
    let all = said(&town, next);
    assert_eq!(
        all[0],
        (Kind::ProductAccepted, "ledger".to_owned()),
        "{all:?}"
    );
    // What follows from it, and from the month that passed since, comes as it falls due: each once, and none for others.
    assert!(all.iter().all(|(_, actor)| actor == "ledger"), "{all:?}");
    let receipt = town.record(&town.organisation("later")).await;
    let size = receipt.entry().seq().get() + 1;
    town.stop().await;
    town.start().await;
    assert_eq!(
        town.running().store.head().size.get(),
        size,
        "nothing twice"
    );
    town.stop().await;
}
