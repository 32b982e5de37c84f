//! Who may do what: each cell of the table is tried for real, and the ways round it.

use async_nats::{HeaderMap, RequestErrorKind};
use bytes::Bytes;
use cinnabar_ledger::nats::connect::{ConnectError, Link, LinkEvent, Login, connect};
use cinnabar_ledger::nats::keys::UserKey;
use cinnabar_ledger::nats::publish::{BatchMessage, publish_atomic_batch};
use cinnabar_ledger::nats::streams::StreamKind;
use cinnabar_ledger::nats::users::UserName;

use crate::{ENTRY, Room, USERS, names, serve_intake};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// The server took it and somebody answered (or, for a subscription, it stands).
    Allowed,
    /// The server refused it.
    Denied,
}

/// Sends a request and sees which comes: an answer, or the server's refusal.
async fn request(link: &mut Link, subject: &str, body: &str) -> Outcome {
    let client = link.client.clone();
    let answer = client.request(subject.to_owned(), Bytes::from(body.to_owned()));
    tokio::pin!(answer);
    loop {
        tokio::select! {
            answer = &mut answer => match answer.map_err(|error| error.kind()) {
                Ok(_) => return Outcome::Allowed,
                Err(RequestErrorKind::NoResponders) => panic!("nobody serves {subject}"),
                Err(other) => panic!("{subject}: {other:?}"),
            },
            event = link.events.recv() => if is_denial(&event.unwrap(), subject) { return Outcome::Denied },
        }
    }
}

/// Subscribes, and then does something that is always denied: a refusal of the subscription comes before that one's.
async fn subscribe(link: &mut Link, user: &str, subject: &str) -> Outcome {
    let _subscription = link.client.subscribe(subject.to_owned()).await.unwrap();
    if user == "operator" {
        return request(link, "$JS.API.INFO", "").await;
    }
    link.client
        .publish("never.allowed", Bytes::new())
        .await
        .unwrap();
    let mut outcome = Outcome::Allowed;
    loop {
        let event = link.events.recv().await.unwrap();
        if is_denial(&event, subject) {
            outcome = Outcome::Denied;
        } else if is_denial(&event, "never.allowed") {
            return outcome;
        }
    }
}

fn is_denial(event: &LinkEvent, subject: &str) -> bool {
    let named = format!("\"{}\"", subject.to_lowercase());
    matches!(event, LinkEvent::Denied { what } if what.to_lowercase().contains(&named))
}

/// Each line: `+` allowed or `-` denied for the users of [`USERS`] in order, then what is done. Bodies of API requests are
/// unreadable on purpose: an error in the answer shows that the request got through, and nothing is destroyed.
const TABLE: &str = "
+ + - - - -  pub cinnabar.t-1.log
+ + - - - -  pub cinnabar.t-1.checkpoint
+ + - - - -  pub cinnabar.t-1.entry.approval.granted.product.p1
+ + - - - -  pub $KV.CINNABAR_T_1_LEASE.leader
+ - - - - -  api $JS.API.STREAM.CREATE.CINNABAR_T_1_LOG
+ - - - - -  api $JS.API.STREAM.CREATE.OTHER
+ - - - - -  api $JS.API.STREAM.UPDATE.CINNABAR_T_1_LOG
+ - - - - -  api $JS.API.STREAM.DELETE.CINNABAR_T_1_LOG
+ - - - - -  api $JS.API.STREAM.PURGE.CINNABAR_T_1_LOG
+ - - - - -  api $JS.API.STREAM.RESTORE.CINNABAR_T_1_LOG
+ - - - - -  api $JS.API.STREAM.SNAPSHOT.CINNABAR_T_1_LOG
+ - - - - -  api $JS.API.STREAM.MSG.DELETE.CINNABAR_T_1_LOG
+ - - - - -  api $JS.API.STREAM.DELETE.CINNABAR_T_1_CHECKPOINT
+ - - - - -  api $JS.API.STREAM.DELETE.KV_CINNABAR_T_1_LEASE
+ - - - - -  api $JS.FEED.API.STREAM.UPDATE.CINNABAR_T_1_FEED
+ - - - - -  api $JS.FEED.API.STREAM.DELETE.CINNABAR_T_1_FEED
+ - - - - -  api $JS.FEED.API.STREAM.PURGE.CINNABAR_T_1_FEED
+ - - - - -  api $JS.FEED.API.STREAM.MSG.DELETE.CINNABAR_T_1_FEED
. . . - - -  api $JS.API.STREAM.UPDATE.CINNABAR_T_1_FEED
. . . - - -  api $JS.API.STREAM.DELETE.CINNABAR_T_1_FEED
. . . - - -  api $JS.API.STREAM.PURGE.CINNABAR_T_1_FEED
. . . - - -  api $JS.API.STREAM.MSG.DELETE.CINNABAR_T_1_FEED
. . . - - -  api $JS.API.CONSUMER.DELETE.CINNABAR_T_1_FEED.c
. . . - - -  api $JS.API.CONSUMER.NAMES.CINNABAR_T_1_FEED
+ + + - - -  api $JS.API.STREAM.INFO.CINNABAR_T_1_LOG
+ + + - - -  api $JS.API.STREAM.MSG.GET.CINNABAR_T_1_LOG
+ + + - - -  api $JS.API.CONSUMER.CREATE.CINNABAR_T_1_LOG.c
+ + + - - -  api $JS.API.CONSUMER.CREATE.CINNABAR_T_1_LOG.c.cinnabar.t-1.log
+ + + - - -  api $JS.API.STREAM.INFO.CINNABAR_T_1_CHECKPOINT
+ + + - - -  api $JS.API.STREAM.MSG.GET.CINNABAR_T_1_CHECKPOINT
+ + - - - -  api $JS.API.STREAM.INFO.KV_CINNABAR_T_1_LEASE
+ + - - - -  api $JS.API.STREAM.MSG.GET.KV_CINNABAR_T_1_LEASE
+ + + - - -  api $JS.FEED.API.STREAM.INFO.CINNABAR_T_1_FEED
+ + + - - -  api $JS.FEED.API.STREAM.MSG.GET.CINNABAR_T_1_FEED
+ + + - - -  api $JS.FEED.API.CONSUMER.CREATE.CINNABAR_T_1_FEED.c
. . . + + -  api $JS.API.STREAM.INFO.CINNABAR_T_1_FEED
. . . + - -  api $JS.API.CONSUMER.CREATE.CINNABAR_T_1_FEED
. . . + - -  api $JS.API.CONSUMER.CREATE.CINNABAR_T_1_FEED.c
. . . + - -  api $JS.API.CONSUMER.DURABLE.CREATE.CINNABAR_T_1_FEED.c
. . . + + -  api $JS.API.CONSUMER.CREATE.CINNABAR_T_1_FEED.c.cinnabar.t-1.entry.approval.>
. . . + - -  api $JS.API.CONSUMER.CREATE.CINNABAR_T_1_FEED.c.cinnabar.t-1.entry.incident.>
. . . + - -  api $JS.API.CONSUMER.CREATE.CINNABAR_T_1_FEED.c.cinnabar.t-1.entry.>
. . . + + -  api $JS.API.CONSUMER.INFO.CINNABAR_T_1_FEED.c
+ - - - - +  api cinnabar.t-1.intake.submit
+ - - - - +  api $SRV.PING
+ - - - - -  sub cinnabar.t-1.log
+ - - - - -  sub cinnabar.t-1.entry.>
+ + - - - -  sub cinnabar.t-1.intake.submit
+ - - - - -  sub _INBOX.>
+ - - - - -  sub >
+ - - - - -  sub $JS.API.>
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_may_do_what_the_table_says_and_nothing_else() {
    let room = Room::open().await;
    let writer = room.link("writer").await;
    let _intake = serve_intake(writer.client.clone()).await;
    let mut wrong = Vec::new();
    for (column, user) in USERS.iter().enumerate() {
        let mut link = room.link(user).await;
        for row in TABLE.lines().filter(|line| !line.is_empty()) {
            let (cells, deed) = row.split_once("  ").unwrap();
            let expected = match cells.split(' ').nth(column).unwrap() {
                "+" => Outcome::Allowed,
                "-" => Outcome::Denied,
                "." => continue,
                other => panic!("{other}"),
            };
            let (verb, subject) = deed.split_once(' ').unwrap();
            let found = match verb {
                "pub" => request(&mut link, subject, "x").await,
                "api" => request(&mut link, subject, "not json").await,
                "sub" => subscribe(&mut link, user, subject).await,
                other => panic!("{other}"),
            };
            if found != expected {
                wrong.push(format!("{user}: {deed}: {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    room.server.stop().await;
}

#[tokio::test]
async fn a_key_that_the_server_does_not_know_is_refused_by_name() {
    let room = Room::open().await;
    let path = room.dir.path().join("stranger.seed");
    let login = Login {
        servers: vec![room.server.client_url().to_owned()],
        user: UserName::new("stranger").unwrap(),
        key: UserKey::create(&path).unwrap(),
        ca: None,
    };
    assert!(
        matches!(connect(login).await, Err(ConnectError::Refused { user, .. }) if user == "stranger")
    );
    room.server.stop().await;
}

#[tokio::test]
async fn nobody_writes_to_the_log_through_another_ones_answer() {
    let room = Room::open().await;
    let writer = room.link("writer").await;
    let _intake = serve_intake(writer.client.clone()).await;
    let log = names().log_subject();
    let before = room.last(&writer.client, StreamKind::Log).await;

    // The answer of the intake, aimed at the log. The second request is answered after the first.
    let submitter = room.link("submitter").await.client;
    let submit = names().intake_subject("submit");
    submitter
        .publish_with_reply(submit.clone(), log.clone(), "aimed".into())
        .await
        .unwrap();
    let answer = submitter.request(submit, "plain".into()).await.unwrap();
    assert_eq!(answer.payload, "ok");

    // JetStream's answer, and a push consumer's deliveries, aimed at the log.
    let agency = room.link("agency").await.client;
    let feed = names().feed_stream();
    let info = format!("$JS.API.STREAM.INFO.{feed}");
    agency
        .publish_with_reply(info.clone(), log.clone(), Bytes::new())
        .await
        .unwrap();
    let create = format!("$JS.API.CONSUMER.CREATE.{feed}.aimed");
    let body = serde_json::json!({"stream_name": feed, "config": {
        "name": "aimed", "durable_name": "aimed", "deliver_subject": log, "ack_policy": "none"}});
    let made = agency
        .request(create, body.to_string().into())
        .await
        .unwrap();
    assert!(
        !String::from_utf8_lossy(&made.payload).contains("\"error\""),
        "{made:?}"
    );
    let entry = BatchMessage {
        subject: ENTRY.into(),
        headers: HeaderMap::new(),
        body: "entry".into(),
    };
    publish_atomic_batch(&writer.client, vec![entry], 0)
        .await
        .unwrap();
    agency.request(info, Bytes::new()).await.unwrap();

    assert_eq!(room.last(&writer.client, StreamKind::Log).await, before);
    room.server.stop().await;
}
