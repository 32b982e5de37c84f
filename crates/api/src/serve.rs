//! Listening: a bounded number of connections, none idle for ever.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::Listener;
use rustix::process::{Resource, getrlimit};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::sleep;

use crate::connection::Connection;
use crate::router::router;
use crate::state::ApiState;

/// Most connections at a time: four for each request that is answered at a time. Others wait to be accepted.
const CONNECTIONS_MAX: usize = 4 * crate::state::IN_FLIGHT_MAX;
/// Of the files that the process may have open, connections take one in so many at most. The rest is the database's: a writer that can't
/// open its next log stops, and whoever only connects must not bring that about.
const FILES_A_CONNECTION: u64 = 3;
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
        places: Arc::new(Semaphore::new(places(open_files_max()))),
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

/// How many files this process may have open; none if there is no limit.
fn open_files_max() -> Option<u64> {
    getrlimit(Resource::Nofile).current
}

/// How many connections there may be in a process that may have so many files.
fn places(files: Option<u64>) -> usize {
    let share = files.map_or(u64::MAX, |files| files / FILES_A_CONNECTION);
    usize::try_from(share).map_or(CONNECTIONS_MAX, |share| share.clamp(1, CONNECTIONS_MAX))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_most_files_to_the_database() {
        for (files, connections) in [
            (None, CONNECTIONS_MAX),
            (Some(1 << 20), CONNECTIONS_MAX),
            (Some(1024), 341),
            (Some(256), 85),
            (Some(0), 1),
        ] {
            assert_eq!(places(files), connections, "{files:?}");
        }
    }
}
