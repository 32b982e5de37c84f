//! One connection: it has a place, isn't idle for ever, and answers a path that is too long like any other that nothing has.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, Sleep, sleep};

/// How long a connection may be silent before it is closed, so that silent ones can't keep others out.
const IDLE_MAX: Duration = Duration::from_secs(75);
/// What the HTTP library itself says to a path of more than 65,534 bytes, before any of ours is asked.
const TOO_LONG: &[u8] = b"HTTP/1.1 414 ";
/// Longest head of such an answer, in bytes: it has three short headers.
const TOO_LONG_MAX_BYTES: usize = 512;
/// What is said instead: nothing has such a path. A log client takes 404 for "not there", and anything else for a broken log.
const NOT_FOUND: &str = "HTTP/1.1 404 Not Found\r\ncontent-type: application/problem+json\r\ncontent-length: 153\r\n\
    cache-control: no-store\r\naccess-control-allow-origin: *\r\nx-content-type-options: nosniff\r\nconnection: close\r\n\r\n\
    {\"type\":\"/problems/request.no_such_path\",\"title\":\"Nothing has this path\",\"status\":404,\"detail\":\"longer \
    than any path here\",\"code\":\"request.no_such_path\"}";

/// A connection with its place.
pub(crate) struct Connection {
    stream: TcpStream,
    idle: Pin<Box<Sleep>>,
    /// The rest of what is said instead of something else.
    instead: &'static [u8],
    _place: OwnedSemaphorePermit,
}

impl Connection {
    /// `stream`, which holds `place` until it ends.
    pub(crate) fn new(stream: TcpStream, place: OwnedSemaphorePermit) -> Self {
        Self {
            stream,
            idle: Box::pin(sleep(IDLE_MAX)),
            instead: &[],
            _place: place,
        }
    }

    fn used(&mut self) {
        self.idle.as_mut().reset(Instant::now() + IDLE_MAX);
    }

    /// Writes what is said instead of something else.
    fn poll_instead(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.instead.is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(context, self.instead))?;
            self.used();
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.instead = &self.instead[written..];
        }
        Poll::Ready(Ok(()))
    }
}

/// Whether these bytes are the library's own answer to a path that is too long. Ours never begin so, and no part of a body is
/// taken for one: what bodies hold is JSON in one line, hashes, or text that doesn't end in an empty line.
fn is_too_long(bytes: &[u8]) -> bool {
    bytes.len() <= TOO_LONG_MAX_BYTES && bytes.starts_with(TOO_LONG) && bytes.ends_with(b"\r\n\r\n")
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Poll::Ready(read) = Pin::new(&mut self.stream).poll_read(context, buffer) {
            self.used();
            return Poll::Ready(read);
        }
        ready!(self.idle.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_instead(context))?;
        if is_too_long(bytes) {
            self.instead = NOT_FOUND.as_bytes();
            return Poll::Ready(Ok(bytes.len()));
        }
        let written = ready!(Pin::new(&mut self.stream).poll_write(context, bytes));
        self.used();
        Poll::Ready(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if let [only] = bytes {
            return self.poll_write(context, only);
        }
        ready!(self.poll_instead(context))?;
        let written = ready!(Pin::new(&mut self.stream).poll_write_vectored(context, bytes));
        self.used();
        Poll::Ready(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_instead(context))?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_instead(context))?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_said_instead_is_a_whole_answer() {
        let (head, body) = NOT_FOUND.split_once("\r\n\r\n").unwrap();
        assert!(
            head.contains(&format!("content-length: {}\r\n", body.len())),
            "{}",
            body.len()
        );
        let problem: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(problem["status"], 404);
    }
}
