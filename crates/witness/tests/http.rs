//! The witness over HTTP: headers, bounds, and bodies that mean no good.
#![allow(clippy::unwrap_used)]

mod common;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use cinnabar_tlog::*;
use cinnabar_witness::server::Witness;
use cinnabar_witness::server::*;
use cinnabar_witness::{SIZE_CONTENT_TYPE, origin_id, serve};
use common::*;
use http_body_util::BodyExt as _;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tower::ServiceExt as _;

struct Got {
    status: u16,
    content_type: String,
    body: String,
}

fn witness(dir: &tempfile::TempDir) -> Witness {
    let options = Options::new(name(WITNESS), vec![log_key()]);
    Witness::open(dir.path(), options).unwrap()
}

async fn ask(witness: &Witness, method: &str, path: &str, body: impl Into<Body>) -> Got {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .body(body.into())
        .unwrap();
    let response = witness.router().oneshot(request).await.unwrap();
    let content_type = response.headers().get(header::CONTENT_TYPE);
    let content_type = content_type.map(|t| t.to_str().unwrap().to_owned());
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    Got {
        status,
        content_type: content_type.unwrap_or_default(),
        body: String::from_utf8(body.to_vec()).unwrap(),
    }
}

async fn post(witness: &Witness, body: impl Into<Body>) -> Got {
    ask(witness, "POST", "/add-checkpoint", body).await
}

#[tokio::test]
async fn a_conflict_names_the_size_in_its_own_content_type_and_nothing_else_does() {
    let dir = tempfile::tempdir().unwrap();
    let witness = witness(&dir);
    let got = post(&witness, request(0, &tree(5))).await;
    assert_eq!(
        (got.status, got.content_type.as_str()),
        (200, "text/plain; charset=utf-8")
    );
    assert!(
        NoteSignature::parse_lines(got.body.as_bytes()).is_ok(),
        "{}",
        got.body
    );
    let got = post(&witness, request(0, &tree(300))).await;
    assert_eq!(
        (got.status, got.content_type.as_str()),
        (409, SIZE_CONTENT_TYPE)
    );
    assert_eq!(got.body, "5\n");
    let got = post(&witness, request(5, &fork(5))).await;
    assert_eq!(got.status, 422);
    assert_ne!(got.content_type, SIZE_CONTENT_TYPE);
}

#[tokio::test]
async fn what_was_cosigned_last_can_be_had_by_anybody() {
    let dir = tempfile::tempdir().unwrap();
    let witness = witness(&dir);
    let path = format!("/{}/checkpoint", origin_id(&name(ORIGIN)));
    assert_eq!(ask(&witness, "GET", &path, "").await.status, 404);
    assert_eq!(post(&witness, request(0, &tree(5))).await.status, 200);
    let got = ask(&witness, "GET", &path, "").await;
    assert_eq!(got.status, 200);
    let note = Note::parse(got.body.as_bytes()).unwrap();
    assert_eq!(note.verify([witness.vkey(), &log_key()]).unwrap().len(), 2);
    for other in [
        "/00/checkpoint",
        "/checkpoint",
        "/add-checkpoint/checkpoint",
        "/%2e%2e/checkpoint",
    ] {
        assert_eq!(ask(&witness, "GET", other, "").await.status, 404, "{other}");
    }
    assert_eq!(
        ask(&witness, "GET", &path.to_uppercase(), "").await.status,
        404
    );
    assert_eq!(
        ask(&witness, "GET", "/add-checkpoint", "").await.status,
        405
    );
    assert_eq!(ask(&witness, "DELETE", &path, "").await.status, 405);
}

#[tokio::test]
async fn a_body_that_is_too_long_is_not_read_to_its_end() {
    let dir = tempfile::tempdir().unwrap();
    let witness = witness(&dir);
    let long = "a".repeat(MAX_REQUEST_BYTES + 1);
    assert_eq!(post(&witness, long).await.status, 413);
    // The longest that is read is judged by what it says.
    let longest = "a".repeat(MAX_REQUEST_BYTES);
    assert_eq!(post(&witness, longest).await.status, 400);
}

#[tokio::test]
async fn hostile_bodies_are_malformed_and_leave_no_trace() {
    let dir = tempfile::tempdir().unwrap();
    let witness = witness(&dir);
    let good = request(5, &tree(300));
    let hashes = format!("{}\n", good.lines().nth(1).unwrap());
    let note = note(&tree(300));
    let bodies: Vec<Vec<u8>> = vec![
        b"".to_vec(),
        b"\n\n".to_vec(),
        b"\0\0\0\0".to_vec(),
        b"old 5\n".to_vec(),
        b"\xff\xfe\n\n".to_vec(),
        good.replace("old 5", "old 05").into_bytes(),
        good.replace("old 5", "old -5").into_bytes(),
        good.replace("old 5", "old 18446744073709551616")
            .into_bytes(),
        good.replace("old 5", "OLD 5").into_bytes(),
        good.replace('\n', "\r\n").into_bytes(),
        good.trim_end().as_bytes().to_vec(),
        format!("old 5\n{}\n{note}", hashes.repeat(64)).into_bytes(),
        format!("old 5\nAAAA\n\n{note}").into_bytes(),
        format!("old 5\n\n{}", "\u{2014} a AAAA\n".repeat(3)).into_bytes(),
        format!(
            "old 5\n\n{}\n{}",
            note.text(),
            "\u{2014} a AAAAAAA=\n".repeat(200)
        )
        .into_bytes(),
    ];
    for body in bodies {
        let shown = String::from_utf8_lossy(&body)
            .chars()
            .take(60)
            .collect::<String>();
        assert_eq!(post(&witness, body).await.status, 400, "{shown:?}");
    }
    assert_eq!(post(&witness, request(0, &tree(5))).await.status, 200);
}

/// One byte of a good request changed: nothing but the request itself is ever cosigned.
#[test]
fn a_changed_request_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let witness = witness(&dir);
    let first = witness.add_checkpoint(request(0, &tree(5)).as_bytes());
    assert_eq!(first.status(), 200);
    let mut runner = TestRunner::new(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let change = (0..REQUEST_5_300.len(), any::<u8>());
    let checked = runner.run(&change, |(place, to)| {
        let mut body = REQUEST_5_300.as_bytes().to_vec();
        prop_assume!(std::mem::replace(&mut body[place], to) != to);
        prop_assert_ne!(witness.add_checkpoint(&body).status(), 200);
        Ok(())
    });
    checked.unwrap();
    assert_eq!(
        witness.add_checkpoint(REQUEST_5_300.as_bytes()).status(),
        200
    );
}

struct Running {
    address: std::net::SocketAddr,
    stop: oneshot::Sender<()>,
    served: tokio::task::JoinHandle<std::io::Result<()>>,
}

async fn run(witness: Witness) -> Running {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let served = tokio::spawn(serve(listener, witness, async move {
        let _ = stopped.await;
    }));
    Running {
        address,
        stop,
        served,
    }
}

/// Time passes by itself where everybody waits.
#[tokio::test(start_paused = true)]
async fn connections_that_say_nothing_or_too_slowly_are_closed() {
    let dir = tempfile::tempdir().unwrap();
    let running = run(witness(&dir)).await;
    for head in ["", "POST /add-checkpoint HT"] {
        let mut slow = TcpStream::connect(running.address).await.unwrap();
        slow.write_all(head.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        let _ = slow.read_to_end(&mut rest).await;
        assert!(!rest.starts_with(b"HTTP/1.1 200"));
    }
    let mut slow = TcpStream::connect(running.address).await.unwrap();
    let head = "POST /add-checkpoint HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nold";
    slow.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let _ = slow.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer);
    let status = StatusCode::REQUEST_TIMEOUT.as_str();
    assert!(
        answer.starts_with(&format!("HTTP/1.1 {status}")),
        "{answer}"
    );
    running.stop.send(()).unwrap();
    running.served.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_stopped_server_frees_its_folder() {
    let dir = tempfile::tempdir().unwrap();
    let running = run(witness(&dir)).await;
    running.stop.send(()).unwrap();
    running.served.await.unwrap().unwrap();
    assert!(TcpStream::connect(running.address).await.is_err());
    witness(&dir);
}
