//! What is recorded stays, is told once, and survives restarts.

use cinnabar_events::Sequence;
use cinnabar_ledger::Answer;
use cinnabar_ledger::embedded::login;
use cinnabar_ledger::founding::Layout;
use cinnabar_ledger::nats::publish::publish;
use cinnabar_ledger::nats::streams::StreamKind;
use futures::StreamExt;
use futures::stream::FuturesUnordered;

use crate::town::{OPENING, Town, recorded, refused};

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_sent_over_nats_gets_a_receipt_that_verifies() {
    let mut town = Town::new().await;
    town.with_registrar().await;
    let client = town.client().await;
    let info = client.info().await.unwrap();
    assert_eq!(
        (info.ledger.clone(), info.size),
        (town.ledger.to_string(), OPENING + 2)
    );
    let signed = town.organisation("acme");
    assert_eq!(
        client.check(signed.to_request()).await.unwrap(),
        Answer::Admissible
    );
    assert_eq!(town.running().store.head().size.get(), OPENING + 2);
    let receipt = recorded(
        client.submit(signed.to_request()).await.unwrap(),
        town.running(),
    );
    assert_eq!(receipt.entry().seq(), Sequence::new(OPENING + 2));
    assert_eq!(receipt.entry().signed(), &signed);
    let again = recorded(client.receipt(OPENING + 2).await.unwrap(), town.running());
    assert_eq!(again.entry(), receipt.entry());
    assert_eq!(
        refused(client.receipt(OPENING + 3).await.unwrap()).code,
        "not_found"
    );
    town.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_bytes_get_the_same_entry_again_also_after_a_restart() {
    let mut town = Town::new().await;
    town.with_registrar().await;
    let signed = town.organisation("acme");
    let first = town.record(&signed).await;
    town.record(&town.organisation("other")).await;
    match town.ask(&signed).await {
        Answer::Recorded { receipt, again, .. } => {
            assert!(again);
            assert_eq!(
                cinnabar_events::Receipt::parse(&receipt).unwrap().entry(),
                first.entry()
            );
        }
        other => panic!("{other:?}"),
    }
    let size = town.running().store.head().size;
    town.stop().await;
    town.start().await;
    assert_eq!(town.running().store.head().size, size);
    let again = town.record(&signed).await;
    assert_eq!(again.entry(), first.entry());
    let next = town.record(&town.organisation("third")).await;
    assert_eq!(next.entry().seq().get(), size.get());
    town.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_are_committed_in_blocks_without_gap_or_repetition() {
    let mut town = Town::new().await;
    town.with_registrar().await;
    let statements: Vec<_> = (0..600)
        .map(|number| town.organisation(&format!("o{number}")))
        .collect();
    // Each is asked twice at once: one of the two is told "again".
    let town_ref = &town;
    let mut asked: FuturesUnordered<_> = statements
        .iter()
        .chain(&statements)
        .map(|signed| async move { (signed, town_ref.ask(signed).await) })
        .collect();
    let (mut new, mut again) = (0, 0);
    while let Some((signed, answer)) = asked.next().await {
        match &answer {
            Answer::Recorded { again: true, .. } => again += 1,
            Answer::Recorded { again: false, .. } => new += 1,
            other => panic!("{other:?}"),
        }
        assert_eq!(recorded(answer, town.running()).entry().signed(), signed);
    }
    drop(asked);
    assert_eq!((new, again), (600, 600));
    let store = &town.running().store;
    assert_eq!(store.head().size.get(), OPENING + 602);
    let blocks = store.blocks_from(cinnabar_tlog::Size::ZERO, 1000).unwrap();
    assert!(
        blocks.len() < 300,
        "{} blocks: nothing was committed together",
        blocks.len()
    );
    town.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn agencies_get_each_entry_once_as_a_cloud_event_with_its_exact_bytes() {
    let mut town = Town::new().await;
    town.with_registrar().await;
    let running = town.running();
    let link = login(
        &Layout::new(town.folder.path()),
        running.nats_url(),
        "agency",
    )
    .await
    .unwrap();
    let stream = async_nats::jetstream::new(link.client)
        .get_stream(running.names.feed_stream())
        .await
        .unwrap();
    let consumer = stream
        .create_consumer(async_nats::jetstream::consumer::pull::Config {
            name: Some("test-agency".into()),
            filter_subject: "cinnabar.t-1.entry.organisation.>".into(),
            ..Default::default()
        })
        .await
        .unwrap();
    let mut events = consumer.messages().await.unwrap();
    for number in 0..20 {
        let receipt = town.record(&town.organisation(&format!("o{number}"))).await;
        let event = events.next().await.unwrap().unwrap();
        assert_eq!(event.payload, receipt.entry().bytes());
        let headers = event.headers.as_ref().unwrap();
        assert_eq!(
            headers.get("ce-sequence").unwrap().as_str(),
            format!("{:020}", receipt.entry().seq().get())
        );
        assert_eq!(
            headers.get("ce-type").unwrap().as_str(),
            "cinnabar.organisation.registered"
        );
        assert_eq!(
            event.subject.as_str(),
            format!("cinnabar.t-1.entry.organisation.registered.organisation.o{number}")
        );
        event.ack().await.unwrap();
    }
    town.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feed_has_each_entry_once_also_after_restarts_and_in_spite_of_strangers() {
    let mut town = Town::new().await;
    town.with_registrar().await;
    for round in 0..3 {
        for number in 0..5 {
            town.record(&town.organisation(&format!("o{round}-{number}")))
                .await;
        }
        // Somebody else's message on the feed: passed over, not taken for ours.
        let subject = format!("{}.junk", town.running().names.entry_prefix());
        let client = &town.running().client;
        publish(
            client,
            &subject,
            "junk".into(),
            async_nats::HeaderMap::new(),
        )
        .await
        .unwrap();
        town.stop().await;
        town.start().await;
    }
    let last = town
        .record(&town.organisation("last"))
        .await
        .entry()
        .seq()
        .get();
    let running = town.running();
    let stream = StreamKind::Feed
        .context(&running.client)
        .get_stream(running.names.feed_stream())
        .await
        .unwrap();
    let mut sequences = Vec::new();
    let mut at = 0;
    while sequences.last() != Some(&last) {
        at += 1;
        let message = loop {
            match stream.get_raw_message(at).await {
                Ok(message) => break message,
                // Not there yet: the feed is behind the receipts.
                Err(_) => tokio::task::yield_now().await,
            }
        };
        if message.payload != "junk" {
            sequences.push(
                cinnabar_events::Entry::parse(message.payload.to_vec())
                    .unwrap()
                    .seq()
                    .get(),
            );
        }
    }
    assert_eq!(sequences, (0..=last).collect::<Vec<_>>());
    town.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_is_held_back_takes_up_later_what_it_missed() {
    use std::sync::atomic::Ordering::Relaxed;
    let mut town = Town::new().await;
    town.with_registrar().await;
    let feed_reaches = async |town: &Town, size: u64| {
        while town.running().node.feed.load(Relaxed) < size {
            tokio::task::yield_now().await;
        }
    };
    feed_reaches(&town, town.running().store.head().size.get()).await;
    town.running().node.pause_feed(true);
    let before = town.running().node.feed.load(Relaxed);
    for number in 0..5 {
        town.record(&town.organisation(&format!("o{number}"))).await;
    }
    assert_eq!(town.running().node.feed.load(Relaxed), before);
    town.running().node.pause_feed(false);
    feed_reaches(&town, before + 5).await;
    town.stop().await;
}
