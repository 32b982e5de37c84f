//! Listening: a bounded number of connections, none idle for ever.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::{Instant, Sleep, sleep};

use crate::router::router;
use crate::state::ApiState;

/// Most connections at a time: four for each request that is answered at a time. Others wait to be accepted.
const CONNECTIONS_MAX: usize = 4 * crate::state::IN_FLIGHT_MAX;
/// How long a connection may be silent before it is closed, so that silent ones can't keep others out.
const IDLE_MAX: Duration = Duration::from_secs(75);
/// How long answers under way may take once the server stops.
const GRACE_MAX: Duration = Duration::from_secs(10);

/// Serves the API on `listener` until `stop` is done; then accepts no more, and ends when the answers under way have been sent, after ten
/// seconds at the latest.
///
/// # Errors
/// If the listener fails for good.
pub async fn serve(
    listener: TcpListener,
    state: ApiState,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let (tell, told) = oneshot::channel::<()>();
    let stop = async move {
        stop.await;
        drop(tell);
    };
    let listener = Bounded {
        listener,
        places: Arc::new(Semaphore::new(CONNECTIONS_MAX)),
    };
    let served = axum::serve(listener, router(state)).with_graceful_shutdown(stop);
    let too_long = async move {
        drop(told.await);
        sleep(GRACE_MAX).await;
    };
    tokio::select! {
        ended = async { served.await } => ended,
        () = too_long => Ok(()),
    }
}

/// A listener with so many places.
struct Bounded {
    listener: TcpListener,
    places: Arc<Semaphore>,
}

impl Listener for Bounded {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let place = Arc::clone(&self.places)
            .acquire_owned()
            .await
            .expect("the semaphore is never closed");
        // Retries what is the peer's fault, and pauses where the process has no file descriptors left.
        let (stream, address) = Listener::accept(&mut self.listener).await;
        let idle = Box::pin(sleep(IDLE_MAX));
        (
            Connection {
                stream,
                idle,
                _place: place,
            },
            address,
        )
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A connection with its place.
struct Connection {
    stream: TcpStream,
    idle: Pin<Box<Sleep>>,
    _place: OwnedSemaphorePermit,
}

impl Connection {
    fn used(&mut self) {
        self.idle.as_mut().reset(Instant::now() + IDLE_MAX);
    }
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
        let written = ready!(Pin::new(&mut self.stream).poll_write(context, bytes));
        self.used();
        Poll::Ready(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write_vectored(context, bytes));
        self.used();
        Poll::Ready(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
