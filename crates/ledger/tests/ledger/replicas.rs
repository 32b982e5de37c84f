//! Strays, zombies and lost databases: the log stream tells every replica the same.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use bytes::Bytes;
use cinnabar_ledger::founding::Layout;
use cinnabar_ledger::nats::publish::publish;
use cinnabar_ledger::node::{self, Phase, Role, Setup};
use cinnabar_ledger::{Lease, Mode, embedded};
use cinnabar_store::Store;
use tokio_util::sync::CancellationToken;

use crate::town::{OPENING, Town};

pub async fn until(handle: &node::Handle, wanted: impl Fn(&Phase) -> bool) -> Phase {
    let mut phase = handle.phase.clone();
    loop {
        let now = phase.borrow_and_update().clone();
        if wanted(&now) {
            return now;
        }
        phase.changed().await.unwrap();
    }
}

/// Another node on the same server, on a store of its own.
async fn second_node(
    town: &Town,
    store: Store,
    role: Role,
    stop: &CancellationToken,
) -> node::Handle {
    node_with(town, store, role, stop, node::Precautions::default()).await
}

pub async fn node_with(
    town: &Town,
    store: Store,
    role: Role,
    stop: &CancellationToken,
    precautions: node::Precautions,
) -> node::Handle {
    let setup = setup(town, store, role, stop).await;
    node::start_with(setup, precautions).unwrap().0
}

/// What a second node is given.
pub async fn setup(town: &Town, store: Store, role: Role, stop: &CancellationToken) -> Setup {
    let running = town.running();
    let link = embedded::login(
        &Layout::new(town.folder.path()),
        running.nats_url(),
        "writer",
    )
    .await
    .unwrap();
    Setup {
        client: link.client,
        names: running.names.clone(),
        identity: running.identity.clone(),
        store,
        role,
        node: "second".into(),
        vault: None,
        clock_ahead_seconds: 0,
        stop: stop.clone(),
    }
}

/// A store that stands still for so long never comes further: a block is applied in milliseconds.
const STANDS_STILL_MAX: Duration = Duration::from_secs(60);

/// Waits until the node's store has come to `size`; a node that stops before that, or comes no further, is a failure.
pub fn wait_for(node: &node::Handle, store: &Store, size: u64) {
    let (mut last, mut since) = (store.head().size, Instant::now());
    while last.get() < size {
        let phase = node.phase.borrow().clone();
        assert!(!matches!(phase, Phase::Stopped(_)), "{phase:?}");
        let now = store.wait_beyond(last, Duration::from_millis(200)).size;
        if now > last {
            (last, since) = (now, Instant::now());
        }
        assert!(
            since.elapsed() < STANDS_STILL_MAX,
            "the store stands still at {last}, not at {size}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_ends_up_with_the_same_ledger_also_from_nothing() {
    let mut town = Town::new().await;
    town.with_registrar().await;
    for number in 0..50 {
        town.record(&town.organisation(&format!("o{number}"))).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(&folder.path().join("store")).unwrap();
    let stop = CancellationToken::new();
    let _stops_if_this_fails = stop.clone().drop_guard();
    let reader = second_node(&town, store.clone(), Role::Reader, &stop).await;
    let ours = town.running().store.clone();
    tokio::task::block_in_place(|| wait_for(&reader, &store, ours.head().size.get()));
    town.record(&town.organisation("live")).await;
    tokio::task::block_in_place(|| wait_for(&reader, &store, ours.head().size.get()));
    assert_eq!(store.head(), ours.head());
    for sequence in 0..ours.head().size.get() {
        let sequence = cinnabar_events::Sequence::new(sequence);
        assert_eq!(
            store.entry(sequence).unwrap(),
            ours.entry(sequence).unwrap()
        );
    }
    stop.cancel();
    town.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stray_or_forged_message_on_the_log_stream_is_passed_over_by_all() {
    let mut town = Town::new().await;
    town.with_registrar().await;
    let running = town.running();
    let subject = running.names.log_subject();
    for forged in ["", "junk", "\0\u{1}x"] {
        publish(
            &running.client,
            &subject,
            Bytes::from(forged),
            async_nats::HeaderMap::new(),
        )
        .await
        .unwrap();
    }
    let receipt = town.record(&town.organisation("after")).await;
    assert_eq!(receipt.entry().seq().get(), OPENING + 2);
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(&folder.path().join("store")).unwrap();
    let stop = CancellationToken::new();
    let _stops_if_this_fails = stop.clone().drop_guard();
    let reader = second_node(&town, store.clone(), Role::Reader, &stop).await;
    tokio::task::block_in_place(|| wait_for(&reader, &store, OPENING + 3));
    assert_eq!(store.head(), town.running().store.head());
    assert_eq!(reader.skipped.load(Ordering::Relaxed), 3);
    stop.cancel();
    town.stop().await;
    town.start().await;
    town.record(&town.organisation("later")).await;
    town.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_of_a_newer_release_stops_writer_and_reader_instead_of_being_written_over() {
    let mut town = Town::new().await;
    town.with_registrar().await;
    let running = town.running();
    let (subject, before) = (running.names.log_subject(), running.store.head());
    let mut headers = async_nats::HeaderMap::new();
    headers.insert("Cinnabar-Block", "2");
    publish(&running.client, &subject, Bytes::from("novel"), headers)
        .await
        .unwrap();
    let request = town.organisation("over").to_request().into();
    drop(running.queue().ask(request, Mode::Record).await);
    let stopped = |phase: &Phase| matches!(phase, Phase::Stopped(_));
    until(&running.node, stopped).await;
    assert_eq!(running.store.head(), before, "nothing was written over it");
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(&folder.path().join("store")).unwrap();
    let stop = CancellationToken::new();
    let _stops_if_this_fails = stop.clone().drop_guard();
    let reader = second_node(&town, store.clone(), Role::Reader, &stop).await;
    let why = format!("{:?}", until(&reader, stopped).await);
    assert!(why.contains("use the release that wrote it"), "{why}");
    assert_eq!(store.head(), before);
    town.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_writer_fences_the_first_and_nothing_is_lost_or_twice() {
    let mut town = Town::new().await;
    town.with_registrar().await;
    let before = town.record(&town.organisation("before")).await;
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(&folder.path().join("store")).unwrap();
    let stop = CancellationToken::new();
    let _stops_if_this_fails = stop.clone().drop_guard();
    let identity = town.running().identity.clone();
    let signer = Arc::new(
        Layout::new(town.folder.path())
            .log_signer(&identity)
            .unwrap(),
    );
    let second = second_node(
        &town,
        store.clone(),
        Role::Writer {
            signer,
            itself: Arc::new(Layout::new(town.folder.path()).ledger_signer().unwrap()),
            lease: Lease::Alone,
        },
        &stop,
    )
    .await;
    until(&second, |phase| *phase == Phase::Writing).await;

    // The first writer doesn't know yet. Its next block meets the other's epoch block and it steps down.
    let orphan = town.organisation("orphan");
    let answer = town.ask(&orphan).await;
    assert_eq!(crate::town::refused(answer).code, "no_writer");
    let request = Bytes::from(orphan.to_request());
    let receipt = crate::town::recorded(
        second
            .queue
            .ask(request, cinnabar_ledger::Mode::Record)
            .await,
        town.running(),
    );
    assert_eq!(receipt.entry().seq(), before.entry().seq().next());
    stop.cancel();
    town.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_directory_in_use_is_not_opened_twice() {
    let mut town = Town::new().await;
    let failure = Store::open(&Layout::new(town.folder.path()).store())
        .map(|_| ())
        .unwrap_err();
    assert!(
        matches!(failure, cinnabar_store::OpenError::Locked { .. }),
        "{failure}"
    );
    town.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_becomes_a_writer_signs_what_it_could_not_sign_before() {
    let mut town = Town::new().await;
    town.with_registrar().await;
    town.record(&town.organisation("a")).await;
    let size = town.running().store.head().size.get();
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(&folder.path().join("store")).unwrap();
    let stop = CancellationToken::new();
    let _stops_if_this_fails = stop.clone().drop_guard();
    let reader = second_node(&town, store.clone(), Role::Reader, &stop).await;
    tokio::task::block_in_place(|| wait_for(&reader, &store, size));
    stop.cancel();
    until(&reader, |phase| matches!(phase, Phase::Stopped(_))).await;

    let identity = town.running().identity.clone();
    let layout = Layout::new(town.folder.path());
    let signer = Arc::new(layout.log_signer(&identity).unwrap());
    let role = Role::Writer {
        signer,
        itself: Arc::new(layout.ledger_signer().unwrap()),
        lease: Lease::Alone,
    };
    let stop = CancellationToken::new();
    let _stops_if_this_fails = stop.clone().drop_guard();
    let writer = second_node(&town, store.clone(), role, &stop).await;
    until(&writer, |phase| *phase == Phase::Writing).await;
    let request = Bytes::from(town.organisation("b").to_request());
    let answer = writer
        .queue
        .ask(request, cinnabar_ledger::Mode::Record)
        .await;
    crate::town::recorded(answer, town.running());

    let folder = tempfile::tempdir().unwrap();
    let fresh = Store::create(&folder.path().join("store")).unwrap();
    let follower = second_node(&town, fresh.clone(), Role::Reader, &stop).await;
    tokio::task::block_in_place(|| wait_for(&follower, &fresh, size + 1));
    assert_eq!(fresh.head(), store.head());
    stop.cancel();
    town.stop().await;
}
