//! A submitter's connection, written from the protocol and not from our client: it sends a statement, and takes whatever comes back,
//! late answers included. It never asks again by itself.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use crate::frame::{Frame, Verb, frame};

/// How long a server may take to greet.
const GREETING_WITHIN: Duration = Duration::from_secs(5);
/// Read from the socket at once, in bytes.
const CHUNK: usize = 64 * 1024;

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Which request it answers: what [`Wire::send`] gave.
    pub to: u64,
    /// Its headers, as they came.
    pub headers: String,
    /// Its body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    /// Nobody serves the subject: what the server says by itself.
    #[must_use]
    pub fn is_nobody(&self) -> bool {
        self.headers.starts_with("NATS/1.0 503")
    }
}

/// A connection to a NATS server.
#[derive(Debug)]
pub struct Wire {
    stream: TcpStream,
    buffer: Vec<u8>,
    inbox: String,
    sent: u64,
}

fn broken(why: impl Into<String>) -> io::Error {
    io::Error::other(why.into())
}

impl Wire {
    /// Connects to `url` (`nats://host:port`) as `user`, with the seed of its nkey.
    ///
    /// # Errors
    /// Nobody is there, or doesn't let us in.
    pub fn dial(url: &str, user: &str, seed: &str) -> io::Result<Self> {
        let address = url.strip_prefix("nats://").unwrap_or(url);
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        let token = fastrand::u64(..);
        let mut wire = Self {
            stream,
            buffer: Vec::new(),
            inbox: format!("_INBOX.{user}.{token:x}"),
            sent: 0,
        };
        let deadline = Instant::now() + GREETING_WITHIN;
        let info = wire.await_verb(Verb::Info, deadline)?;
        wire.introduce(&info, seed)?;
        wire.await_verb(Verb::Pong, deadline)?;
        Ok(wire)
    }

    /// Signs the server's nonce and subscribes to our inbox.
    fn introduce(&mut self, info: &str, seed: &str) -> io::Result<()> {
        let told = info.split_once(' ').map_or("", |(_, json)| json);
        let told: serde_json::Value = serde_json::from_str(told)?;
        let pair = nkeys::KeyPair::from_seed(seed.trim()).map_err(|e| broken(e.to_string()))?;
        let nonce = told["nonce"].as_str().unwrap_or_default();
        let signature = pair.sign(nonce.as_bytes());
        let signature = signature.map_err(|error| broken(error.to_string()))?;
        let connect = json!({
            "verbose": false, "pedantic": false, "headers": true, "no_responders": true, "lang": "journal", "version": "1",
            "protocol": 1, "nkey": pair.public_key(), "sig": URL_SAFE_NO_PAD.encode(signature),
        });
        let inbox = &self.inbox;
        let text = format!("CONNECT {connect}\r\nSUB {inbox}.* 1\r\nPING\r\n");
        self.stream.write_all(text.as_bytes())
    }

    /// Publishes `body` on `subject`, to be answered; gives the number of the request.
    ///
    /// # Errors
    /// The connection is gone.
    pub fn send(&mut self, subject: &str, body: &[u8]) -> io::Result<u64> {
        self.sent += 1;
        let number = self.sent;
        let head = format!("PUB {subject} {}.{number} {}\r\n", self.inbox, body.len());
        let bytes = [head.as_bytes(), body, b"\r\n"].concat();
        self.stream.write_all(&bytes)?;
        Ok(number)
    }

    /// The next answer, if there is one before `deadline`.
    ///
    /// # Errors
    /// The connection is gone, or the server complained.
    pub fn next(&mut self, deadline: Instant) -> io::Result<Option<Answer>> {
        loop {
            let Some((frame, bytes)) = self.frame(deadline)? else {
                return Ok(None);
            };
            match frame.verb {
                Verb::Ping => self.stream.write_all(b"PONG\r\n")?,
                Verb::Error => return Err(broken(frame.line)),
                Verb::Message => {
                    let subject = frame.subject.unwrap_or_default();
                    let number = subject
                        .rsplit('.')
                        .next()
                        .and_then(|word| word.parse().ok());
                    if let Some(to) = number {
                        return Ok(Some(Answer {
                            to,
                            headers: String::from_utf8_lossy(&bytes[frame.headers]).into_owned(),
                            body: bytes[frame.body].to_vec(),
                        }));
                    }
                }
                Verb::Pong | Verb::Info | Verb::Publish | Verb::Line => {}
            }
        }
    }

    /// Sends and waits for the answer to that; others that come are passed over.
    ///
    /// # Errors
    /// As [`Self::send`] and [`Self::next`].
    pub fn ask(
        &mut self,
        subject: &str,
        body: &[u8],
        within: Duration,
    ) -> io::Result<Option<Answer>> {
        let number = self.send(subject, body)?;
        let deadline = Instant::now() + within;
        while let Some(answer) = self.next(deadline)? {
            if answer.to == number {
                return Ok(Some(answer));
            }
        }
        Ok(None)
    }

    /// Closes it without a word.
    pub fn close(self) {
        // It may be closed already.
        let _ = self.stream.shutdown(Shutdown::Both);
    }

    fn await_verb(&mut self, verb: Verb, deadline: Instant) -> io::Result<String> {
        loop {
            match self.frame(deadline)? {
                None => return Err(io::ErrorKind::TimedOut.into()),
                Some((frame, _)) if frame.verb == Verb::Error => return Err(broken(frame.line)),
                Some((frame, _)) if frame.verb == verb => return Ok(frame.line),
                Some(_) => {}
            }
        }
    }

    /// The next frame and its bytes.
    fn frame(&mut self, deadline: Instant) -> io::Result<Option<(Frame, Vec<u8>)>> {
        loop {
            let next = frame(&self.buffer).map_err(|error| broken(error.to_string()))?;
            if let Some(next) = next {
                let bytes = self.buffer.drain(..next.length).collect();
                return Ok(Some((next, bytes)));
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            self.stream.set_read_timeout(Some(left))?;
            let mut chunk = vec![0; CHUNK];
            match self.stream.read(&mut chunk) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => self.buffer.extend_from_slice(&chunk[..count]),
                Err(error) if is_too_soon(error.kind()) => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// Nothing came yet, and the connection is as good as before.
fn is_too_soon(kind: io::ErrorKind) -> bool {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    [Interrupted, TimedOut, WouldBlock].contains(&kind)
}
