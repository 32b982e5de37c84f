//! Asking an authority over HTTP on loopback; `openssl ts` answers. Needs openssl 3.0 on PATH.
#![allow(clippy::unwrap_used)]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use cinnabar_timestamp::{
    Client, MAX_RESPONSE_BYTES, Malformed, Nonce, Request, StampError, Unanswered,
};
use support::{Desk, Key, checkpoint};

const REPLY: &str = "application/timestamp-reply";

/// Answers every request on a port of its own until the test ends.
fn serve(answer: impl Fn(&[u8]) -> Vec<u8> + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/tsa", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let body = body_of(&connection);
            // A client that has heard enough may be gone.
            let _ = connection.write_all(&answer(&body));
        }
    });
    url
}

/// Reads one request, which must be one of RFC 3161 §3.4.
fn body_of(connection: &TcpStream) -> Vec<u8> {
    let mut reader = BufReader::new(connection);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert!(reader.read_line(&mut head).unwrap() > 0);
    }
    let head = head.to_ascii_lowercase();
    assert!(head.starts_with("post /tsa http/1.1"));
    assert!(head.contains("content-type: application/timestamp-query\r\n"));
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    reader.read_exact(&mut body).unwrap();
    body
}

fn http(status: &str, kind: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let mut answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    )
    .into_bytes();
    answer.extend(body);
    answer
}

fn request(size: u64, nonce: u8) -> Request {
    Request::over(&checkpoint(size), Nonce::of([nonce; 16]))
}

fn client() -> Client {
    Client::new(Duration::from_secs(30))
}

#[test]
fn an_authority_stamps_what_it_is_asked() {
    let desk = Arc::new(Desk::with_signer(Key::P256));
    let authority = Arc::clone(&desk);
    let url = serve(move |query| http("200 OK", REPLY, &authority.answer(query, "tsa", "")));
    for size in [1, 2] {
        let request = request(size, 1);
        let token = client().stamp(&url, &request).unwrap();
        let stamped = token
            .verify(request.imprint(), &desk.trust("root"))
            .unwrap();
        assert_eq!(stamped.signer, "CN=tsa");
    }
}

#[test]
fn an_answer_to_another_question_is_refused() {
    let desk = Desk::with_signer(Key::P256);
    let kept = desk.answer(&request(1, 1).to_der(), "tsa", "");
    let url = serve(move |_| http("200 OK", REPLY, &kept));
    assert!(client().stamp(&url, &request(1, 1)).is_ok());
    for (asked, expected) in [
        (request(1, 2), Unanswered::OtherNonce),
        (request(2, 1), Unanswered::OtherImprint),
    ] {
        match client().stamp(&url, &asked) {
            Err(StampError::Unanswered { source, .. }) => assert_eq!(source, expected),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn an_authority_that_does_not_stamp_says_why() {
    let desk = Desk::with_signer(Key::P256);
    // It knows SHA-512 only.
    let url = serve(move |query| {
        http(
            "200 OK",
            REPLY,
            &desk.answer(query, "tsa", "digests=sha512"),
        )
    });
    match client().stamp(&url, &request(1, 1)) {
        Err(StampError::Refused { source, .. }) => {
            assert_eq!(source.status, 2);
            assert_eq!(source.reasons, ["unknown algorithm"]);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_no_answer_is_told_apart() {
    let long = vec![0; MAX_RESPONSE_BYTES + 1];
    type Expected = fn(&StampError) -> bool;
    let cases: [(Vec<u8>, Expected); 6] = [
        (http("500 Oops", REPLY, b""), |it| {
            matches!(it, StampError::Status { status: 500, .. })
        }),
        (http("302 Found", REPLY, b""), |it| {
            matches!(it, StampError::Status { status: 302, .. })
        }),
        (http("200 OK", "text/html", b"<p>"), |it| {
            matches!(it, StampError::ContentType { .. })
        }),
        (http("200 OK", REPLY, b"junk"), |it| {
            matches!(
                it,
                StampError::Malformed {
                    source: Malformed::Der(_),
                    ..
                }
            )
        }),
        (http("200 OK", REPLY, &long), |it| {
            matches!(
                it,
                StampError::Malformed {
                    source: Malformed::TooLong { .. },
                    ..
                }
            )
        }),
        (b"HTTP/1.1 200 OK\r\n".to_vec(), |it| {
            matches!(it, StampError::NoAnswer { .. })
        }),
    ];
    for (answer, expected) in cases {
        let url = serve(move |_| answer.clone());
        let refused = client().stamp(&url, &request(1, 1)).unwrap_err();
        assert!(expected(&refused), "{refused:?}");
    }
}

#[test]
fn an_authority_that_says_nothing_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    // Connections wait in the listener's queue and are never taken.
    let url = format!("http://{}/tsa", listener.local_addr().unwrap());
    let refused = Client::new(Duration::from_millis(50)).stamp(&url, &request(1, 1));
    assert!(
        matches!(refused, Err(StampError::NoAnswer { .. })),
        "{refused:?}"
    );
}
