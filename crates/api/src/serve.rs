//! Listening: a bounded number of connections, none idle for ever.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::Listener;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::sleep;

use crate::connection::Connection;
use crate::router::router;
use crate::state::ApiState;

/// Most connections at a time: four for each request that is answered at a time. Others wait to be accepted.
const CONNECTIONS_MAX: usize = 4 * crate::state::IN_FLIGHT_MAX;
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
        (Connection::new(stream, place), address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}
