//! The child: killed, orphaned, stopped, refused.

use std::net::TcpListener;
use std::path::{Path, PathBuf};

use async_nats::HeaderMap;
use cinnabar_ledger::nats::publish::{PublishFailure, publish_fenced};
use cinnabar_ledger::nats::streams::StreamKind;
use cinnabar_ledger::nats::supervisor::{NatsServer, StartError, State};
use rustix::process::{Pid, Signal, kill_process};

use crate::{Room, names, options};

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
        .args([
            "--ignored",
            "--exact",
            "supervision::the_process_that_will_be_killed",
        ])
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
