//! Reading by those who may: an agency its entries, a replica the log, the writer its lease.

use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::jetstream;
use async_nats::jetstream::consumer::pull;
use bytes::Bytes;
use cinnabar_ledger::nats::publish::{BatchMessage, publish_atomic_batch, publish_fenced};
use cinnabar_ledger::nats::streams::StreamKind;
use futures::StreamExt;

use crate::{Room, names};

#[tokio::test]
async fn an_agency_gets_the_entries_of_its_filter_and_no_others() {
    let room = Room::open().await;
    let writer = room.link("writer").await.client;
    let subjects = [
        "approval.granted.product.a",
        "incident.reported.incident.b",
        "approval.revoked.product.c",
    ];
    let message = |tail: &&str| BatchMessage {
        subject: format!("cinnabar.t-1.entry.{tail}").into(),
        headers: HeaderMap::new(),
        body: Bytes::from((*tail).to_owned()),
    };
    publish_atomic_batch(&writer, subjects.iter().map(message).collect(), 0)
        .await
        .unwrap();

    let agency = jetstream::new(room.link("filtered").await.client);
    let stream = agency.get_stream(names().feed_stream()).await.unwrap();
    // Named: only then does the client put the filter into the request's subject, where the server can compare it.
    let config = pull::Config {
        name: Some("approvals".into()),
        filter_subject: "cinnabar.t-1.entry.approval.>".into(),
        ..Default::default()
    };
    let consumer = stream.create_consumer(config).await.unwrap();
    let mut entries = consumer.messages().await.unwrap();
    for expected in [subjects[0], subjects[2]] {
        let entry = entries.next().await.unwrap().unwrap();
        assert_eq!(entry.payload, expected);
        entry.double_ack().await.unwrap();
    }

    // The subject of the request says approvals, its body says everything.
    let subject = format!(
        "$JS.API.CONSUMER.CREATE.{}.wide.cinnabar.t-1.entry.approval.>",
        names().feed_stream()
    );
    for filter in [
        serde_json::json!({"filter_subject": "cinnabar.t-1.entry.>"}),
        serde_json::json!({"filter_subjects": ["cinnabar.t-1.entry.approval.>", "cinnabar.t-1.entry.incident.>"]}),
        serde_json::json!({}),
    ] {
        let mut config = serde_json::json!({"name": "wide", "ack_policy": "explicit"});
        config
            .as_object_mut()
            .unwrap()
            .extend(filter.as_object().unwrap().clone());
        let body = serde_json::json!({"stream_name": names().feed_stream(), "config": config});
        let answer = agency
            .client()
            .request(subject.clone(), body.to_string().into())
            .await
            .unwrap();
        let answer = String::from_utf8_lossy(&answer.payload).into_owned();
        assert!(answer.contains("\"error\""), "{config}: {answer}");
    }
    room.server.stop().await;
}

#[tokio::test]
async fn a_replica_tails_the_log_and_the_feed() {
    let room = Room::open().await;
    let writer = room.link("writer").await.client;
    for last in 0..3 {
        let block = format!("block {last}").into();
        publish_fenced(
            &writer,
            &names().log_subject(),
            block,
            HeaderMap::new(),
            last,
        )
        .await
        .unwrap();
    }
    let entry = BatchMessage {
        subject: crate::ENTRY.into(),
        headers: HeaderMap::new(),
        body: "entry".into(),
    };
    publish_atomic_batch(&writer, vec![entry], 0).await.unwrap();

    let reader = room.link("reader").await.client;
    let log = StreamKind::Log.context(&reader);
    let stream = log.get_stream(names().log_stream()).await.unwrap();
    let ordered = pull::OrderedConfig::default();
    let mut blocks = stream
        .create_consumer(ordered)
        .await
        .unwrap()
        .messages()
        .await
        .unwrap();
    for at in 0..3 {
        assert_eq!(
            blocks.next().await.unwrap().unwrap().payload,
            format!("block {at}")
        );
    }
    let feed = StreamKind::Feed.context(&reader);
    let stream = feed.get_stream(names().feed_stream()).await.unwrap();
    let ordered = pull::OrderedConfig::default();
    let mut entries = stream
        .create_consumer(ordered)
        .await
        .unwrap()
        .messages()
        .await
        .unwrap();
    assert_eq!(entries.next().await.unwrap().unwrap().payload, "entry");
    room.server.stop().await;
}

#[tokio::test]
async fn the_writer_may_do_with_the_lease_what_a_lease_needs() {
    let room = Room::open().await;
    let writer = jetstream::new(room.link("writer").await.client);
    let lease = writer.get_key_value(names().lease_bucket()).await.unwrap();
    let mut watch = lease.watch("leader").await.unwrap();
    let ttl = Duration::from_secs(3600);
    let taken = lease
        .create_with_ttl("leader", "one".into(), ttl)
        .await
        .unwrap();
    let second = lease.create_with_ttl("leader", "two".into(), ttl).await;
    assert!(second.is_err(), "two leaders");
    let renewed = lease
        .update("leader", "one again".into(), taken)
        .await
        .unwrap();
    assert!(
        lease.update("leader", "late".into(), taken).await.is_err(),
        "a stale renewal"
    );
    let entry = lease.entry("leader").await.unwrap().unwrap();
    assert_eq!(
        (entry.value, entry.revision),
        (Bytes::from("one again"), renewed)
    );
    assert_eq!(watch.next().await.unwrap().unwrap().value, "one");
    room.server.stop().await;
}
