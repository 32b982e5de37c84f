//! The fence and the atomic batch.

use async_nats::{Client, HeaderMap};
use bytes::Bytes;
use cinnabar_ledger::nats::publish::{
    BatchMessage, PublishFailure, publish_atomic_batch, publish_fenced,
};
use cinnabar_ledger::nats::streams::StreamKind;

use crate::{ENTRY, Room, names};

#[tokio::test]
async fn of_two_publishers_exactly_one_is_fenced() {
    let room = Room::open().await;
    let (one, two) = (
        room.link("writer").await.client,
        room.link("writer").await.client,
    );
    let subject = names().log_subject();
    for last in 0..50 {
        let publish = |client: &Client, who: &'static str| {
            let (client, subject) = (client.clone(), subject.clone());
            async move { publish_fenced(&client, &subject, who.into(), HeaderMap::new(), last).await }
        };
        let (a, b) = tokio::join!(publish(&one, "one"), publish(&two, "two"));
        let (winner, loser) = if a.is_ok() { (a, b) } else { (b, a) };
        assert_eq!(winner.unwrap().sequence, last + 1);
        assert_eq!(
            loser.unwrap_err(),
            PublishFailure::Fenced {
                last_sequence: Some(last + 1)
            }
        );
    }
    assert_eq!(room.last(&one, StreamKind::Log).await, 50);
    room.server.stop().await;
}

#[tokio::test]
async fn a_batch_is_stored_once_and_whole() {
    let room = Room::open().await;
    let writer = room.link("writer").await.client;
    let batch = |count: usize| -> Vec<BatchMessage> {
        let message = |at: usize| {
            let mut headers = HeaderMap::new();
            headers.insert("ce-sequence", at.to_string().as_str());
            BatchMessage {
                subject: ENTRY.into(),
                headers,
                body: format!("entry {at}").into(),
            }
        };
        (0..count).map(message).collect()
    };
    let ack = publish_atomic_batch(&writer, batch(500), 0).await.unwrap();
    assert_eq!((ack.stream, ack.sequence), (names().feed_stream(), 500));
    let again = publish_atomic_batch(&writer, batch(500), 0).await;
    assert!(
        matches!(again, Err(PublishFailure::Fenced { .. })),
        "{again:?}"
    );
    let one = publish_atomic_batch(&writer, batch(1), 500).await.unwrap();
    assert_eq!(one.sequence, 501);
    for count in [0, 1_001] {
        let refused = publish_atomic_batch(&writer, batch(count), 501).await;
        assert!(
            matches!(refused, Err(PublishFailure::NotSent { .. })),
            "{count}"
        );
    }
    let stream = StreamKind::Feed
        .context(&writer)
        .get_stream(names().feed_stream())
        .await
        .unwrap();
    let stored = stream.get_raw_message(500).await.unwrap();
    assert_eq!(stored.payload, "entry 499");
    assert_eq!(stored.headers.get("ce-sequence").unwrap().as_str(), "499");
    assert_eq!(room.last(&writer, StreamKind::Feed).await, 501);
    room.server.stop().await;
}

#[tokio::test]
async fn too_large_a_message_is_not_sent() {
    let room = Room::open().await;
    let writer = room.link("writer").await.client;
    let body = Bytes::from(vec![0; 2 << 20]);
    let refused = publish_fenced(&writer, &names().log_subject(), body, HeaderMap::new(), 0).await;
    assert!(
        matches!(refused, Err(PublishFailure::NotSent { .. })),
        "{refused:?}"
    );
    let nowhere = publish_fenced(
        &room.link("operator").await.client,
        "no.stream",
        "x".into(),
        HeaderMap::new(),
        0,
    )
    .await;
    assert!(
        matches!(nowhere, Err(PublishFailure::NoStream { .. })),
        "{nowhere:?}"
    );
    room.server.stop().await;
}
