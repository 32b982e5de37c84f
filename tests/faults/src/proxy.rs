//! A proxy between clients and a NATS server, which does to their connections what networks do.
//!
//! It reads both directions message by message, so that a rule can pick out replies, or acknowledgements, by their subject.

use std::collections::VecDeque;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::fd::AsFd as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::Duration;

use crate::frame::{Verb, frame};

/// Read from a socket at once, in bytes.
const CHUNK: usize = 64 * 1024;
/// Messages that are remembered to be sent again.
const REMEMBERED_MAX: usize = 256;

/// Which way something goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From clients to the server.
    ToServer,
    /// From the server to clients.
    ToClient,
}

/// What happens to what goes one way. A `prefix` picks messages by the beginning of their subject; all else passes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Nothing happens.
    Pass,
    /// Nothing passes until the rule changes; nothing is lost.
    Stall,
    /// Everything is late.
    Delay(Duration),
    /// Messages are lost, the next `left` of them.
    Drop {
        /// Which.
        prefix: String,
        /// How many.
        left: u64,
    },
    /// The connection is reset instead of passing a message on, for the next `left` of them.
    ResetAt {
        /// Which.
        prefix: String,
        /// How many.
        left: u64,
    },
    /// Each message goes `times` times more, and each time an earlier one again too, in an order of no meaning.
    Repeat {
        /// Which.
        prefix: String,
        /// How many times more.
        times: u64,
    },
}

/// Counts of what was done.
#[derive(Debug, Default)]
pub struct Done {
    dropped: AtomicU64,
    repeated: AtomicU64,
    reset: AtomicU64,
}

impl Done {
    /// Messages lost.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::SeqCst)
    }
    /// Messages sent once more.
    pub fn repeated(&self) -> u64 {
        self.repeated.load(Ordering::SeqCst)
    }
    /// Connections reset.
    pub fn reset(&self) -> u64 {
        self.reset.load(Ordering::SeqCst)
    }
}

#[derive(Debug)]
struct Weather {
    to_server: Rule,
    to_client: Rule,
    /// Nobody gets through.
    cut: bool,
    links: Vec<Weak<Link>>,
}

#[derive(Debug)]
struct Shared {
    weather: Mutex<Weather>,
    changed: Condvar,
    closed: AtomicBool,
    done: Done,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Weather> {
        self.weather.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A proxy on loopback. Dropped, it closes everything.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
}

impl Proxy {
    /// Starts one, in front of whatever `upstream` names (`host:port`, perhaps with `nats://`) at each connection.
    ///
    /// # Panics
    /// If loopback has no port left.
    #[must_use]
    pub fn start(upstream: impl Fn() -> Option<String> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port on loopback");
        let port = listener.local_addr().expect("it is bound").port();
        let shared = Arc::new(Shared {
            weather: Mutex::new(Weather {
                to_server: Rule::Pass,
                to_client: Rule::Pass,
                cut: false,
                links: Vec::new(),
            }),
            changed: Condvar::new(),
            closed: AtomicBool::new(false),
            done: Done::default(),
        });
        let sharing = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if sharing.closed.load(Ordering::SeqCst) {
                    return;
                }
                // Without a server the client's connection just ends.
                if let Some(server) = upstream() {
                    link(&sharing, client, &server);
                }
            }
        });
        Self { port, shared }
    }

    /// Where clients connect: `nats://127.0.0.1:port`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// From now on this happens to what goes this way.
    pub fn set(&self, way: Way, rule: Rule) {
        let mut weather = self.shared.lock();
        match way {
            Way::ToServer => weather.to_server = rule,
            Way::ToClient => weather.to_client = rule,
        }
        self.shared.changed.notify_all();
    }

    /// Ends every connection, and lets nobody through until [`Self::heal`].
    pub fn cut(&self) {
        let mut weather = self.shared.lock();
        weather.cut = true;
        for link in weather.links.drain(..).filter_map(|link| link.upgrade()) {
            link.close();
        }
        self.shared.changed.notify_all();
    }

    /// Resets every connection (RST); new ones get through.
    pub fn reset(&self) {
        let mut weather = self.shared.lock();
        for link in weather.links.drain(..).filter_map(|link| link.upgrade()) {
            self.shared.done.reset.fetch_add(1, Ordering::SeqCst);
            link.reset();
        }
        self.shared.changed.notify_all();
    }

    /// Everything passes again.
    pub fn heal(&self) {
        let mut weather = self.shared.lock();
        (weather.to_server, weather.to_client) = (Rule::Pass, Rule::Pass);
        weather.cut = false;
        self.shared.changed.notify_all();
    }

    /// What it did so far.
    #[must_use]
    pub fn done(&self) -> &Done {
        &self.shared.done
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::SeqCst);
        self.cut();
        // Wakes the thread that accepts.
        drop(TcpStream::connect(("127.0.0.1", self.port)));
    }
}

/// A client's connection, and ours to the server for it.
#[derive(Debug)]
struct Link {
    client: TcpStream,
    server: TcpStream,
    /// It ends with a reset: a regular end would come before that.
    is_reset: AtomicBool,
}

impl Link {
    /// Closes both ends; an error means that they were.
    fn close(&self) {
        if self.is_reset.load(Ordering::SeqCst) {
            return;
        }
        for stream in [&self.client, &self.server] {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Wakes both pumps up, with the sockets set to reset the other ends when the last of the two lets go.
    fn reset(&self) {
        self.is_reset.store(true, Ordering::SeqCst);
        for stream in [&self.client, &self.server] {
            let _ = rustix::net::sockopt::set_socket_linger(stream.as_fd(), Some(Duration::ZERO));
            let _ = stream.shutdown(Shutdown::Read);
        }
    }
}

fn link(shared: &Arc<Shared>, client: TcpStream, server: &str) {
    let address = server.strip_prefix("nats://").unwrap_or(server);
    let Ok(server) = TcpStream::connect(address) else {
        return;
    };
    for stream in [&client, &server] {
        // Only a matter of speed.
        let _ = stream.set_nodelay(true);
    }
    let link = Arc::new(Link {
        client,
        server,
        is_reset: AtomicBool::new(false),
    });
    {
        let mut weather = shared.lock();
        if weather.cut {
            return link.close();
        }
        weather.links.retain(|link| link.strong_count() > 0);
        weather.links.push(Arc::downgrade(&link));
    }
    for way in [Way::ToServer, Way::ToClient] {
        let (shared, link) = (Arc::clone(shared), Arc::clone(&link));
        thread::spawn(move || match pump(&shared, way, &link) {
            Ending::Closed => link.close(),
            Ending::Reset => link.reset(),
        });
    }
}

/// How a connection ends.
enum Ending {
    /// As one of its ends wanted it.
    Closed,
    /// With a reset, for both.
    Reset,
}

/// Passes messages on, one way, until the connection ends.
fn pump(shared: &Shared, way: Way, link: &Link) -> Ending {
    let (mut from, mut to) = match way {
        Way::ToServer => (&link.client, &link.server),
        Way::ToClient => (&link.server, &link.client),
    };
    let mut buffer = Vec::new();
    let mut chunk = vec![0; CHUNK];
    let mut remembered = VecDeque::new();
    loop {
        let Ok(count @ 1..) = from.read(&mut chunk) else {
            return Ending::Closed;
        };
        buffer.extend_from_slice(&chunk[..count]);
        while let Ok(Some(next)) = frame(&buffer) {
            let bytes: Vec<u8> = buffer.drain(..next.length).collect();
            let subject = match next.verb {
                Verb::Publish | Verb::Message => next.subject.as_deref(),
                Verb::Ping | Verb::Pong | Verb::Info | Verb::Error | Verb::Line => None,
            };
            let Some(out) = treat(shared, way, subject, bytes, &mut remembered) else {
                return Ending::Reset;
            };
            for bytes in out {
                if to.write_all(&bytes).is_err() {
                    return Ending::Closed;
                }
            }
        }
    }
}

/// What goes on in place of a message; none: the connection is reset.
fn treat(
    shared: &Shared,
    way: Way,
    subject: Option<&str>,
    bytes: Vec<u8>,
    remembered: &mut VecDeque<Vec<u8>>,
) -> Option<Vec<Vec<u8>>> {
    let mut weather = shared.lock();
    loop {
        if weather.cut {
            return Some(Vec::new());
        }
        let rule = match way {
            Way::ToServer => &mut weather.to_server,
            Way::ToClient => &mut weather.to_client,
        };
        let is = |prefix: &str| subject.is_some_and(|subject| subject.starts_with(prefix));
        match rule {
            Rule::Stall => {
                let waited = shared.changed.wait(weather);
                weather = waited.unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            Rule::Delay(late) => {
                let late = *late;
                drop(weather);
                thread::sleep(late);
            }
            Rule::Drop { prefix, left } if *left > 0 && is(prefix) => {
                *left -= 1;
                shared.done.dropped.fetch_add(1, Ordering::SeqCst);
                return Some(Vec::new());
            }
            Rule::ResetAt { prefix, left } if *left > 0 && is(prefix) => {
                *left -= 1;
                shared.done.reset.fetch_add(1, Ordering::SeqCst);
                return None;
            }
            Rule::Repeat { prefix, times } if is(prefix) => {
                return Some(repeated(shared, *times, bytes, remembered));
            }
            Rule::Pass | Rule::Drop { .. } | Rule::ResetAt { .. } | Rule::Repeat { .. } => {}
        }
        return Some(vec![bytes]);
    }
}

/// The message, again and again, and earlier ones between.
fn repeated(
    shared: &Shared,
    times: u64,
    bytes: Vec<u8>,
    remembered: &mut VecDeque<Vec<u8>>,
) -> Vec<Vec<u8>> {
    let mut out = vec![bytes.clone()];
    for _ in 0..times {
        out.push(bytes.clone());
        if !remembered.is_empty() {
            out.push(remembered[fastrand::usize(..remembered.len())].clone());
        }
    }
    shared
        .done
        .repeated
        .fetch_add(out.len() as u64 - 1, Ordering::SeqCst);
    fastrand::shuffle(&mut out);
    remembered.push_back(bytes);
    if remembered.len() > REMEMBERED_MAX {
        remembered.pop_front();
    }
    out
}
