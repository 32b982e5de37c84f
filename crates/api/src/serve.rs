//! Serving over HTTP until told to stop.

use std::future::Future;
use std::io;

use tokio::net::TcpListener;

use crate::router::router;
use crate::state::ApiState;

/// Serves on `listener` until `stop` is ready, then ends the answers that are under way.
///
/// # Errors
/// If the listener fails for good.
pub async fn serve(
    listener: TcpListener,
    state: ApiState,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(listener, router(state))
        .with_graceful_shutdown(stop)
        .await
}
