//! The NATS side against a real server: permissions, fencing, batches, and a child that dies.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm, missing_docs)]

use std::net::TcpListener;
use std::path::{Path, PathBuf};

use async_nats::jetstream::stream::Config;
use async_nats::service::ServiceExt;
use async_nats::{Client, HeaderMap, RequestErrorKind};
use bytes::Bytes;
use cinnabar_ledger::nats::checks::{self, ServerFinding};
use cinnabar_ledger::nats::config::{Cluster, Listen, ServerConfig};
use cinnabar_ledger::nats::connect::{ConnectError, Link, LinkEvent, Login, connect};
use cinnabar_ledger::nats::find::find;
use cinnabar_ledger::nats::keys::UserKey;
use cinnabar_ledger::nats::names::Names;
use cinnabar_ledger::nats::publish::{
    BatchMessage, PublishFailure, publish_atomic_batch, publish_fenced,
};
use cinnabar_ledger::nats::streams::{self, Replicas, StreamError, StreamKind};
use cinnabar_ledger::nats::supervisor::{NatsServer, Options, StartError, State};
use cinnabar_ledger::nats::users::{EntryFilter, Role, User, UserName};
use futures::StreamExt;
use rustix::process::{Pid, Signal, kill_process};
use tokio::task::JoinHandle;

/// The users of the test server, in the order of the permission table's columns.
const USERS: [&str; 6] = [
    "operator",
    "writer",
    "reader",
    "agency",
    "filtered",
    "submitter",
];
const ENTRY: &str = "cinnabar.t-1.entry.approval.granted.product.p1";

fn role(name: &str) -> Role {
    match name {
        "operator" => Role::Operator,
        "writer" => Role::Writer,
        "reader" => Role::Reader,
        "agency" => Role::Agency(vec![]),
        "filtered" => Role::Agency(vec![EntryFilter::new("approval.>").unwrap()]),
        "submitter" => Role::Submitter,
        other => panic!("{other}"),
    }
}

fn names() -> Names {
    Names::new("t-1").unwrap()
}

fn seed(dir: &Path, user: &str) -> PathBuf {
    dir.join(format!("{user}.seed"))
}

fn options(dir: &Path) -> Options {
    let users = USERS.map(|name| User {
        name: UserName::new(name).unwrap(),
        role: role(name),
        key: UserKey::load_or_create(&seed(dir, name))
            .unwrap()
            .public()
            .clone(),
    });
    let run_dir = dir.join("run");
    let config =
        ServerConfig::embedded(names(), users.to_vec(), dir.join("store"), run_dir.clone());
    Options {
        binary: find(None).unwrap().path,
        run_dir,
        config,
    }
}

/// A running server with all its streams.
struct Room {
    dir: tempfile::TempDir,
    server: NatsServer,
}

impl Room {
    async fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let server = NatsServer::start(options(dir.path())).await.unwrap();
        let room = Self { dir, server };
        let operator = room.link("operator").await;
        streams::ensure_all(&operator.client, &names(), Replicas::One)
            .await
            .unwrap();
        room
    }

    async fn link(&self, user: &str) -> Link {
        let login = Login {
            servers: vec![self.server.client_url().to_owned()],
            user: UserName::new(user).unwrap(),
            key: UserKey::load(&seed(self.dir.path(), user)).unwrap(),
            ca: None,
        };
        connect(login).await.unwrap()
    }

    async fn last(&self, client: &Client, kind: StreamKind) -> u64 {
        streams::info(client, &names(), kind)
            .await
            .unwrap()
            .state
            .last_sequence
    }
}

/// An intake that answers everything with `ok`, as the writer.
async fn serve_intake(client: Client) -> JoinHandle<()> {
    let service = client
        .service_builder()
        .start("cinnabar-intake", "0.1.0")
        .await
        .unwrap();
    let mut endpoint = service
        .endpoint(names().intake_subject("submit"))
        .await
        .unwrap();
    client.flush().await.unwrap();
    tokio::spawn(async move {
        let _service = service;
        while let Some(request) = endpoint.next().await {
            let _ = request.respond(Ok("ok".into())).await;
        }
    })
}

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

    let agency = async_nats::jetstream::new(room.link("filtered").await.client);
    let stream = agency.get_stream(names().feed_stream()).await.unwrap();
    // Named: only then does the client put the filter into the request's subject, where the server can compare it.
    let config = async_nats::jetstream::consumer::pull::Config {
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

#[tokio::test]
async fn a_killed_server_comes_back_on_its_port_with_its_messages() {
    let room = Room::open().await;
    let writer = room.link("writer").await.client;
    let subject = names().log_subject();
    publish_fenced(&writer, &subject, "first".into(), HeaderMap::new(), 0)
        .await
        .unwrap();

    let mut state = room.server.state();
    let State::Running { pid: killed } = state.borrow_and_update().clone() else {
        panic!("not running")
    };
    kill_process(
        Pid::from_raw(i32::try_from(killed).unwrap()).unwrap(),
        Signal::KILL,
    )
    .unwrap();
    let back = |state: &State| matches!(state, State::Running { pid } if *pid != killed);
    state.wait_for(back).await.unwrap();

    // In doubt or not yet reconnected: the same bytes again. Fenced at 2 means that an earlier try was stored.
    let sequence = loop {
        match publish_fenced(&writer, &subject, "second".into(), HeaderMap::new(), 1).await {
            Ok(ack) => break ack.sequence,
            Err(PublishFailure::Fenced {
                last_sequence: Some(last),
            }) => break last,
            Err(PublishFailure::InDoubt { .. } | PublishFailure::NoStream { .. }) => {}
            Err(other) => panic!("{other}"),
        }
    };
    assert_eq!(sequence, 2);
    let stream = StreamKind::Log
        .context(&writer)
        .get_stream(names().log_stream())
        .await
        .unwrap();
    assert_eq!(stream.get_raw_message(1).await.unwrap().payload, "first");
    let fresh = room.link("reader").await;
    assert_eq!(room.last(&fresh.client, StreamKind::Log).await, 2);
    room.server.stop().await;
}

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
        discard: async_nats::jetstream::stream::DiscardPolicy::Old,
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

#[tokio::test]
async fn a_taken_port_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let mut options = options(dir.path());
    options.config.client.port = Some(port);
    let failed = NatsServer::start(options).await;
    assert!(
        matches!(failed, Err(StartError::PortTaken { port: found, .. }) if found == port),
        "{failed:?}"
    );
}

#[tokio::test]
async fn a_server_that_will_not_start_says_why() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = options(dir.path());
    options.config.server_name = "two words".into();
    let failed = NatsServer::start(options).await;
    let Err(StartError::Exited { last_words, .. }) = failed else {
        panic!("{failed:?}")
    };
    assert!(last_words.contains("server name"), "{last_words}");
}

/// Three nodes on ports that were free a moment ago: routes need fixed ones.
fn cluster_options(dir: &Path) -> Vec<Options> {
    let held: Vec<TcpListener> = (0..3)
        .map(|_| TcpListener::bind("127.0.0.1:0").unwrap())
        .collect();
    let ports: Vec<u16> = held
        .iter()
        .map(|listener| listener.local_addr().unwrap().port())
        .collect();
    let node = |at: usize| {
        let mut options = options(dir);
        options.run_dir = dir.join(format!("run-{at}"));
        options.config.store_dir = dir.join(format!("store-{at}"));
        options.config.server_name = format!("node-{at}");
        options.config.cluster = Some(Cluster {
            name: "c".into(),
            listen: Listen::loopback(Some(ports[at])),
            routes: ports
                .iter()
                .map(|port| format!("nats://127.0.0.1:{port}"))
                .collect(),
            tls: None,
        });
        options
    };
    (0..3).map(node).collect()
}

#[tokio::test]
async fn a_cluster_of_three_fences_batches_and_passes_the_checks() {
    let dir = tempfile::tempdir().unwrap();
    let mut nodes = cluster_options(dir.path())
        .into_iter()
        .map(NatsServer::start);
    let mut next = || nodes.next().unwrap();
    let (a, b, c) = tokio::try_join!(next(), next(), next()).unwrap();
    let login = |user: &str, server: &NatsServer| Login {
        servers: vec![server.client_url().to_owned()],
        user: UserName::new(user).unwrap(),
        key: UserKey::load(&seed(dir.path(), user)).unwrap(),
        ca: None,
    };
    let operator = connect(login("operator", &a)).await.unwrap().client;
    // Until the nodes have elected a leader, they refuse.
    while let Err(error) = streams::ensure_all(&operator, &names(), Replicas::Three).await {
        assert!(matches!(error, StreamError::Api { .. }), "{error}");
        tokio::task::yield_now().await;
    }
    let writer = connect(login("writer", &b)).await.unwrap().client;
    let (subject, none) = (names().log_subject(), HeaderMap::new);
    publish_fenced(&writer, &subject, "block".into(), none(), 0)
        .await
        .unwrap();
    let second = publish_fenced(&operator, &subject, "block".into(), none(), 0).await;
    assert_eq!(
        second,
        Err(PublishFailure::Fenced {
            last_sequence: Some(1)
        })
    );
    let batch: Vec<BatchMessage> = (0..500)
        .map(|_| BatchMessage {
            subject: ENTRY.into(),
            headers: none(),
            body: "entry".into(),
        })
        .collect();
    assert_eq!(
        publish_atomic_batch(&writer, batch.clone(), 0)
            .await
            .unwrap()
            .sequence,
        500
    );
    let again = publish_atomic_batch(&writer, batch, 0).await;
    assert!(
        matches!(again, Err(PublishFailure::Fenced { .. })),
        "{again:?}"
    );

    let _intake = serve_intake(writer).await;
    let submitter = connect(login("submitter", &c)).await.unwrap().client;
    let answer = loop {
        // The other nodes learn of the service a little later.
        match submitter
            .request(names().intake_subject("submit"), "x".into())
            .await
        {
            Ok(answer) => break answer,
            Err(error) => assert_eq!(error.kind(), RequestErrorKind::NoResponders),
        }
    };
    assert_eq!(answer.payload, "ok");
    let monitors = [&a, &b, &c].map(|node| node.monitor_url().to_owned());
    assert_eq!(
        checks::check(&operator, &monitors, &names(), Replicas::Three).await,
        []
    );
    tokio::join!(a.stop(), b.stop(), c.stop());
}

/// Run by the next test in a process of its own: starts a server, says so, and waits to be killed.
#[tokio::test]
#[ignore = "a part of the next test"]
async fn the_process_that_will_be_killed() {
    let Some(dir) = std::env::var_os("CINNABAR_TEST_DIR") else {
        return;
    };
    let dir = PathBuf::from(dir);
    let server = NatsServer::start(options(&dir)).await.unwrap();
    let State::Running { pid } = server.state().borrow().clone() else {
        panic!("not running")
    };
    std::fs::write(dir.join("pid.new"), pid.to_string()).unwrap();
    std::fs::rename(dir.join("pid.new"), dir.join("pid")).unwrap();
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn a_server_whose_parent_was_killed_is_gone_before_the_next_one_starts() {
    let dir = tempfile::tempdir().unwrap();
    let mut parent = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "the_process_that_will_be_killed"])
        .env("CINNABAR_TEST_DIR", dir.path())
        .stdout(std::process::Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let orphan: i32 = loop {
        if let Ok(text) = std::fs::read_to_string(dir.path().join("pid")) {
            break text.parse().unwrap();
        }
        assert_eq!(parent.try_wait().unwrap(), None, "it ended by itself");
        tokio::task::yield_now().await;
    };
    parent.kill().await.unwrap();
    // The lock on the store lasts as long as the orphan, so this waits for its end.
    let server = NatsServer::start(options(dir.path())).await.unwrap();
    let cmdline = std::fs::read_to_string(format!("/proc/{orphan}/cmdline")).unwrap_or_default();
    assert!(
        !cmdline.contains("nats-server"),
        "{orphan} is still there: {cmdline}"
    );
    server.stop().await;
}

#[tokio::test]
async fn a_stopped_server_has_ended() {
    let dir = tempfile::tempdir().unwrap();
    let server = NatsServer::start(options(dir.path())).await.unwrap();
    let mut state = server.state();
    let State::Running { pid } = state.borrow_and_update().clone() else {
        panic!("not running")
    };
    server.stop().await;
    assert_eq!(*state.borrow(), State::Stopped);
    assert!(!Path::new(&format!("/proc/{pid}")).exists());
}
