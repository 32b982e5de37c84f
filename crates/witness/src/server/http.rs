//! The witness over HTTP: two paths, and a bound for everything that a stranger can send or hold.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::witness::{Answer, Witness, chain};

/// Longest body of a request: a checkpoint with the log's keys in rotation, an ML-DSA-44 line for each, and the longest
/// proof, thrice over. Other witnesses read 16 KiB.
pub const MAX_REQUEST_BYTES: usize = 64 * 1024;
/// Most requests that are answered at a time; each holds a thread while it waits for the disk. Others are told to come again.
pub const IN_FLIGHT_MAX: usize = 64;
/// Most connections at a time. Others wait to be accepted.
pub const CONNECTIONS_MAX: usize = 256;
/// How long the head of a request may take, from the end of the one before: silent connections are closed after it.
pub const HEAD_WITHIN: Duration = Duration::from_secs(15);
/// How long the body of a request may take.
pub const REQUEST_WITHIN: Duration = Duration::from_secs(10);
/// How long answers under way may take once the server stops.
const GRACE_MAX: Duration = Duration::from_secs(10);

#[derive(Clone)]
struct Served {
    witness: Witness,
    places: Arc<Semaphore>,
}

impl Witness {
    /// The two paths of a witness: `POST /add-checkpoint` and `GET /<origin id>/checkpoint`. Nest it under any prefix.
    pub fn router(&self) -> Router {
        let served = Served {
            witness: self.clone(),
            places: Arc::new(Semaphore::new(IN_FLIGHT_MAX)),
        };
        Router::new()
            .route("/add-checkpoint", post(add_checkpoint))
            .route("/{origin}/checkpoint", get(checkpoint))
            .with_state(served)
    }
}

async fn add_checkpoint(State(served): State<Served>, request: Request) -> Response {
    let Ok(place) = Arc::clone(&served.places).try_acquire_owned() else {
        return busy();
    };
    let body = to_bytes(request.into_body(), MAX_REQUEST_BYTES);
    let body = match timeout(REQUEST_WITHIN, body).await {
        Ok(Ok(body)) => body,
        Ok(Err(error)) => return unread(&error),
        Err(_) => return text(StatusCode::REQUEST_TIMEOUT, "the body took too long\n"),
    };
    let answered = tokio::task::spawn_blocking(move || {
        let _place = place;
        served.witness.add_checkpoint(&body)
    });
    match answered.await {
        Ok(answer) => respond(&answer),
        Err(error) => {
            tracing::error!(%error, "a request was not decided");
            text(StatusCode::INTERNAL_SERVER_ERROR, "not decided\n")
        }
    }
}

fn respond(answer: &Answer) -> Response {
    let status = StatusCode::from_u16(answer.status()).expect("one of the statuses of a witness");
    let mut response = (status, answer.body()).into_response();
    let headers = response.headers_mut();
    let content_type = header::HeaderValue::from_static(answer.content_type());
    headers.insert(header::CONTENT_TYPE, content_type);
    if let Answer::ClockBehind(seconds) = answer {
        headers.insert(header::RETRY_AFTER, (*seconds).into());
    }
    response
}

/// Too long, or cut short by the sender.
fn unread(error: &axum::Error) -> Response {
    let mut source: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = source {
        if error.is::<http_body_util::LengthLimitError>() {
            return text(StatusCode::PAYLOAD_TOO_LARGE, "the body is too long\n");
        }
        source = error.source();
    }
    text(StatusCode::BAD_REQUEST, "the body cannot be read\n")
}

fn busy() -> Response {
    let again = [(header::RETRY_AFTER, "1")];
    let status = StatusCode::SERVICE_UNAVAILABLE;
    (status, again, "too many requests at a time\n").into_response()
}

fn text(status: StatusCode, text: &'static str) -> Response {
    (status, text).into_response()
}

async fn checkpoint(State(served): State<Served>, Path(origin): Path<String>) -> Response {
    // Waits for a request of the same log that is being made durable.
    let last = tokio::task::spawn_blocking(move || served.witness.last(&origin)).await;
    match last {
        Ok(Ok(Some(last))) => {
            let headers = [
                (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
                (header::CACHE_CONTROL, "no-store"),
                (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
            ];
            (headers, last.note().to_string()).into_response()
        }
        Ok(Ok(None)) => text(StatusCode::NOT_FOUND, "nothing cosigned\n"),
        Ok(Err(error)) => {
            tracing::error!(error = chain(&error), "what was cosigned cannot be read");
            text(
                StatusCode::SERVICE_UNAVAILABLE,
                "the state cannot be read\n",
            )
        }
        Err(error) => {
            tracing::error!(%error, "a checkpoint was not read");
            text(StatusCode::INTERNAL_SERVER_ERROR, "not read\n")
        }
    }
}

/// Serves a witness on `listener` until `shutdown` is done; then accepts no more, and ends when the answers under way have
/// been sent, after ten seconds at the latest.
///
/// # Errors
/// None today: what goes wrong on a connection ends that connection.
pub async fn serve(
    mut listener: TcpListener,
    witness: Witness,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let router = witness.router();
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let graceful = GracefulShutdown::new();
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let place = Arc::clone(&places).acquire_owned();
        let accepted = async {
            let place = place.await.expect("the semaphore is never closed");
            // axum's: retries what is the peer's fault, and pauses where the process has no file descriptors left.
            let (stream, _) = axum::serve::Listener::accept(&mut listener).await;
            (place, stream)
        };
        let (place, stream) = tokio::select! {
            accepted = accepted => accepted,
            () = &mut shutdown => break,
        };
        let connection = graceful.watch(connection(stream, router.clone()));
        tokio::spawn(async move {
            // Broken connections are their senders' affair.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    let _ = timeout(GRACE_MAX, graceful.shutdown()).await;
    Ok(())
}

fn connection(
    stream: TcpStream,
    router: Router,
) -> hyper::server::conn::http1::Connection<TokioIo<TcpStream>, TowerToHyperService<Router>> {
    hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
}
