//! The API on a socket.
#![allow(clippy::unwrap_used)]

mod common;

use std::time::Duration;

use common::{Node, busy_town};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

async fn started(
    node: &Node,
) -> (
    std::net::SocketAddr,
    oneshot::Sender<()>,
    tokio::task::JoinHandle<std::io::Result<()>>,
) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = cinnabar_api::serve(
        listener,
        node.state.clone(),
        async move { drop(stopped.await) },
    );
    (address, stop, tokio::spawn(serving))
}

#[tokio::test]
async fn a_stopped_server_ends_though_a_connection_is_open() {
    let node = Node::new(busy_town().entries().to_vec());
    let (address, stop, serving) = started(&node).await;
    let mut open = TcpStream::connect(address).await.unwrap();
    open.write_all(b"GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n")
        .await
        .unwrap();
    let mut answer = [0; 15];
    open.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
    drop(stop);
    serving.await.unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_silent_connection_is_closed() {
    let node = Node::new(busy_town().entries().to_vec());
    let (address, _stop, _serving) = started(&node).await;
    let mut silent = TcpStream::connect(address).await.unwrap();
    silent
        .write_all(b"GET /livez HTTP/1.1\r\nhost: ")
        .await
        .unwrap();
    tokio::time::sleep(Duration::ZERO).await;
    tokio::time::pause();
    let mut rest = Vec::new();
    // Ends only when the server closes; the clock runs ahead while everybody waits.
    drop(silent.read_to_end(&mut rest).await);
    assert!(!String::from_utf8_lossy(&rest).contains("200 OK"));
}

#[tokio::test]
async fn a_request_that_is_no_http_gets_an_answer_and_harms_nobody() {
    let node = Node::new(busy_town().entries().to_vec());
    let (address, _stop, _serving) = started(&node).await;
    for bad in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"GET / HTTP/9\r\n\r\n",
        &[b'a'; 20_000],
    ] {
        let mut connection = TcpStream::connect(address).await.unwrap();
        drop(connection.write_all(bad).await);
        drop(connection.shutdown().await);
        let mut answer = Vec::new();
        drop(connection.read_to_end(&mut answer).await);
        assert!(!answer.starts_with(b"HTTP/1.1 200"));
    }
    let mut connection = TcpStream::connect(address).await.unwrap();
    connection
        .write_all(b"GET /livez HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}
