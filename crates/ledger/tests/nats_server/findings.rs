//! The checks at start.

use async_nats::HeaderMap;
use async_nats::jetstream::stream::{Config, DiscardPolicy};
use cinnabar_ledger::nats::checks::{self, ServerFinding};
use cinnabar_ledger::nats::publish::publish_fenced;
use cinnabar_ledger::nats::streams::{Replicas, StreamKind};

use crate::{Room, names};

#[tokio::test]
async fn a_server_set_up_by_the_book_has_no_findings_and_a_wrong_one_is_named() {
    let room = Room::open().await;
    let operator = room.link("operator").await.client;
    let monitor = [room.server.monitor_url().to_owned()];
    let names = names();
    let check = |replicas| checks::check(&operator, &monitor, &names, replicas);
    assert_eq!(check(Replicas::One).await, []);
    let three = check(Replicas::Three).await;
    assert!(
        three.contains(&ServerFinding::TooFewReporting {
            reporting: 1,
            needed: 3
        }),
        "{three:?}"
    );

    // Denials cannot be taken back, so the wrong stream is made anew.
    let jetstream = StreamKind::Log.context(&operator);
    jetstream.delete_stream(names.log_stream()).await.unwrap();
    let right = StreamKind::Log.expected(&names, Replicas::One);
    let wrong = Config {
        deny_purge: false,
        max_messages: 5,
        allow_direct: true,
        ..right
    };
    jetstream.create_stream(wrong).await.unwrap();
    let settings: Vec<String> = check(Replicas::One)
        .await
        .into_iter()
        .map(|finding| match finding {
            ServerFinding::StreamDiffers { difference, .. } => difference.to_string(),
            other => panic!("{other}"),
        })
        .collect();
    let expected = [
        "allow_direct is true, must be not set",
        "deny_purge is not set, must be true",
        "max_msgs is 5, must be -1",
    ];
    assert_eq!(settings, expected);
    room.server.stop().await;
}

#[tokio::test]
async fn a_cut_history_is_a_finding() {
    let room = Room::open().await;
    let operator = room.link("operator").await.client;
    let subject = names().log_subject();
    for last in 0..3 {
        publish_fenced(&operator, &subject, "block".into(), HeaderMap::new(), last)
            .await
            .unwrap();
    }
    // What the denials do not prevent, and only the operator can do.
    let jetstream = StreamKind::Log.context(&operator);
    let right = StreamKind::Log.expected(&names(), Replicas::One);
    let cutting = Config {
        max_messages: 1,
        discard: DiscardPolicy::Old,
        ..right.clone()
    };
    jetstream.update_stream(cutting).await.unwrap();
    jetstream.update_stream(right).await.unwrap();
    let findings = checks::check_stream(&operator, &names(), StreamKind::Log, Replicas::One).await;
    assert_eq!(
        findings,
        [ServerFinding::HistoryCut {
            stream: names().log_stream(),
            first: 3
        }]
    );
    room.server.stop().await;
}
