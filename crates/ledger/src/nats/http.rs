//! One HTTP GET to the server's monitoring port: small, bounded, without a library.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Largest answer read, in bytes.
const ANSWER_MAX: u64 = 1 << 20;
/// How long one answer may take.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum HttpError {
    /// The URL is not `http://host:port`.
    #[error("monitoring address {url:?} is not like http://host:port")]
    BadUrl {
        /// What was given.
        url: String,
    },
    /// No connection, or it broke.
    #[error("no answer from {url}")]
    Io {
        /// The monitoring address.
        url: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// It took too long.
    #[error("no answer from {url} in {} s", TIMEOUT.as_secs())]
    TimedOut {
        /// The monitoring address.
        url: String,
    },
    /// The answer is not 200.
    #[error("{url} answered {status} to {path}")]
    Status {
        /// The monitoring address.
        url: String,
        /// The path asked for.
        path: String,
        /// The status code, 0 if there is none.
        status: u16,
    },
}

/// The body of `GET {base}{path}`.
pub(super) async fn get(base: &str, path: &str) -> Result<Vec<u8>, HttpError> {
    match ask(base, path).await? {
        (200, body) => Ok(body),
        (status, _) => Err(HttpError::Status {
            url: base.to_owned(),
            path: path.to_owned(),
            status,
        }),
    }
}

/// Status (0 if there is none) and body of `GET {base}{path}`. HTTP/1.0, so the answer ends with the connection and is not chunked.
pub(super) async fn ask(base: &str, path: &str) -> Result<(u16, Vec<u8>), HttpError> {
    let url = || base.to_owned();
    let bad = || HttpError::BadUrl { url: url() };
    let host = base
        .strip_prefix("http://")
        .map(|rest| rest.trim_end_matches('/'))
        .ok_or_else(bad)?;
    if host.contains('/') || !host.contains(':') {
        return Err(bad());
    }
    let exchange = async {
        let mut stream = TcpStream::connect(host).await?;
        let request = format!("GET {path} HTTP/1.0\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.take(ANSWER_MAX).read_to_end(&mut answer).await?;
        Ok(answer)
    };
    let answer = match tokio::time::timeout(TIMEOUT, exchange).await {
        Ok(done) => done.map_err(|source| HttpError::Io { url: url(), source })?,
        Err(_) => return Err(HttpError::TimedOut { url: url() }),
    };
    let status = status(&answer);
    match answer.windows(4).position(|four| four == b"\r\n\r\n") {
        Some(end) => Ok((status, answer[end + 4..].to_vec())),
        None => Ok((0, Vec::new())),
    }
}

/// The status code of `HTTP/1.x NNN …`, or 0.
fn status(answer: &[u8]) -> u16 {
    let text = answer
        .get(9..12)
        .and_then(|code| std::str::from_utf8(code).ok());
    if answer.starts_with(b"HTTP/1.") {
        text.and_then(|code| code.parse().ok()).unwrap_or(0)
    } else {
        0
    }
}
