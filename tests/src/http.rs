//! Just enough HTTP to ask a read API, so that what is tested is not asked through its own client.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::running::PATIENCE;

/// Asks `base` (`http://host:port`) for `path`: status and body. None if nobody answers.
#[must_use]
pub fn get(base: &str, path: &str) -> Option<(u16, Vec<u8>)> {
    let address = base.strip_prefix("http://")?;
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    // An answer in HTTP/1.0 ends with the connection and is in one piece.
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n").ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let status = head.split_whitespace().nth(1)?.parse().ok()?;
    Some((status, answer[end + 4..].to_vec()))
}
