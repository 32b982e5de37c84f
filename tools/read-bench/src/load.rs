//! A closed loop of HTTP requests: so many connections, kept alive, one request at a time on each, from a thread of its own.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::stats::millis_at;

/// Longest head of an answer, in bytes.
const HEAD_MAX_BYTES: usize = 16 * 1024;
/// Room for an answer; longer ones are read in parts.
const BUFFER_BYTES: usize = 64 * 1024;

/// What one loop showed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// Ascending, one for each answer.
    pub(crate) nanos: Vec<u64>,
    /// From first request to last answer, in seconds.
    pub(crate) seconds: f64,
    /// Bytes of all bodies.
    pub(crate) body_bytes: u64,
}

impl Seen {
    /// Answers a second.
    pub(crate) fn throughput(&self) -> f64 {
        self.nanos.len() as f64 / self.seconds.max(1e-9)
    }

    /// Milliseconds at a percentile.
    pub(crate) fn millis(&self, share: f64) -> f64 {
        millis_at(&self.nanos, share)
    }

    /// Bytes of a body, on average.
    pub(crate) fn body(&self) -> f64 {
        self.body_bytes as f64 / (self.nanos.len() as f64).max(1.0)
    }
}

/// Asks `paths` around and around on `connections` connections for `duration`. Any answer but 200 is an error.
pub(crate) fn run(
    address: SocketAddr,
    paths: &Arc<Vec<String>>,
    connections: usize,
    duration: Duration,
) -> Result<Seen> {
    let paths = Arc::clone(paths);
    let looping = move || -> Result<Seen> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("making a runtime")?;
        runtime.block_on(all(address, &paths, connections, duration))
    };
    let thread = std::thread::Builder::new().name("load".to_owned());
    let loaded = thread.spawn(looping).context("starting a thread")?.join();
    loaded.map_err(|_| anyhow::anyhow!("the load's thread panicked"))?
}

async fn all(
    address: SocketAddr,
    paths: &Arc<Vec<String>>,
    connections: usize,
    duration: Duration,
) -> Result<Seen> {
    let mut streams = Vec::new();
    for _ in 0..connections {
        let stream = TcpStream::connect(address).await.context("connecting")?;
        stream.set_nodelay(true)?;
        streams.push(stream);
    }
    let started = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for (number, stream) in streams.into_iter().enumerate() {
        let first = number * paths.len() / connections;
        tasks.spawn(one(
            stream,
            address,
            Arc::clone(paths),
            first,
            started + duration,
        ));
    }
    let mut seen = Seen::default();
    while let Some(ended) = tasks.join_next().await {
        let (nanos, bytes) = ended.context("a connection panicked")??;
        seen.nanos.extend(nanos);
        seen.body_bytes += bytes;
    }
    seen.seconds = started.elapsed().as_secs_f64();
    seen.nanos.sort_unstable();
    Ok(seen)
}

async fn one(
    mut stream: TcpStream,
    address: SocketAddr,
    paths: Arc<Vec<String>>,
    first: usize,
    until: Instant,
) -> Result<(Vec<u64>, u64)> {
    let (mut nanos, mut bytes) = (Vec::new(), 0);
    let mut buffer = vec![0; BUFFER_BYTES];
    for path in paths.iter().cycle().skip(first % paths.len().max(1)) {
        let begun = Instant::now();
        if begun >= until {
            break;
        }
        let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        bytes += answer(&mut stream, &mut buffer)
            .await
            .with_context(|| format!("asking {path}"))? as u64;
        nanos.push(begun.elapsed().as_nanos() as u64);
    }
    Ok((nanos, bytes))
}

/// Reads one whole answer; the length of its body.
async fn answer(stream: &mut TcpStream, buffer: &mut [u8]) -> Result<usize> {
    let mut filled = 0;
    let (head, length) = loop {
        let read = stream.read(&mut buffer[filled..]).await?;
        if read == 0 {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        filled += read;
        if let Some(found) = head_of(&buffer[..filled])? {
            break found;
        }
        ensure!(filled < HEAD_MAX_BYTES, "an endless head");
    };
    let mut left = (head + length).saturating_sub(filled);
    while left > 0 {
        let part = left.min(buffer.len());
        let read = stream.read(&mut buffer[..part]).await?;
        if read == 0 {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        left -= read;
    }
    Ok(length)
}

/// Length of an answer's head with its empty line, and of the body that it announces; nothing if it isn't there in full.
fn head_of(bytes: &[u8]) -> Result<Option<(usize, usize)>> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = std::str::from_utf8(&bytes[..end]).context("a head that is no text")?;
    if !head.starts_with("HTTP/1.1 200 ") {
        bail!("{}", head.lines().next().unwrap_or_default());
    }
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse().ok())?
    });
    Ok(Some((
        end + 4,
        length.context("an answer without its length")?,
    )))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_head_ends_with_its_empty_line_and_says_how_long_the_body_is() {
        let whole = b"HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: 12\r\n\r\n{\"a\":1";
        assert_eq!(head_of(whole).unwrap(), Some((whole.len() - 6, 12)));
        assert_eq!(head_of(&whole[..30]).unwrap(), None);
        assert!(head_of(b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n").is_err());
        assert!(head_of(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }
}
