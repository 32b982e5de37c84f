//! What the API does in a second, against an axum handler that has the same bytes in memory.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::routing::get;
use cinnabar_api::{ApiState, Settings, catch_up, dressed, serve};
use cinnabar_projections::Views;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use crate::ledger::{Maker, Sort};
use crate::load::{self, Seen};
use crate::replica;
use crate::report::{Bar, Figure, Measured};
use crate::words::spread;

/// Different entries that are asked for, around and around.
const PATHS: u64 = 20_000;

/// How the load is made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    pub(crate) connections: usize,
    pub(crate) duration: Duration,
    /// How long the API stays up afterwards.
    pub(crate) stay: Duration,
}

/// One run over a ledger of `count` entries, in `dir`.
pub(crate) fn run(dir: &Path, count: usize, load: Load) -> Result<Vec<Measured>> {
    let (mut maker, mut bytes) = Maker::new(Sort::Mix);
    bytes.extend(maker.take(count.saturating_sub(bytes.len())));
    let store = replica::fill(&dir.join("replica"), &bytes)?;
    let views = Views::open(&dir.join("views"))?;
    catch_up(&store, &views)?;
    let size = bytes.len() as u64;
    drop(bytes);
    let state = ApiState::new(store, views, Settings::default());
    let runtime = Runtime::new().context("making a runtime")?;
    let api = Served::api(&runtime, state.clone())?;
    let mut seen = Vec::new();
    for (what, suffix, bars) in [
        (
            "entry with proof (receipt)",
            "/receipt",
            &[Bar::RatioAtLeast(0.6), Bar::AtLeast(20_000.0)][..],
        ),
        ("proof", "/proof", &[]),
        ("entry", "", &[]),
        ("entry's bytes", "/raw", &[]),
    ] {
        let path = |number| format!("/v1/entries/{}{suffix}", spread(number) % size);
        let paths: Arc<Vec<String>> = Arc::new((0..PATHS).map(path).collect());
        // Caches fill, connections open.
        load::run(api.address, &paths, load.connections, load.duration / 4)?;
        let ours = load::run(api.address, &paths, load.connections, load.duration)?;
        let body = Bytes::from(vec![b' '; ours.body() as usize]);
        let bare = Served::memory(&runtime, memory(body.clone()))?;
        let bare_seen = load::run(bare.address, &paths, load.connections, load.duration)?;
        let layered = Served::memory(&runtime, dressed(memory(body), &state))?;
        let layered_seen = load::run(layered.address, &paths, load.connections, load.duration)?;
        seen.push(told(what, &ours, &bare_seen, &layered_seen).bars(bars));
        if !bars.is_empty() {
            let p99 = Measured::millis(format!("{what}, p99"), ours.millis(0.99));
            seen.push(p99.bars(&[Bar::AtMost(10.0)]));
        }
    }
    if !load.stay.is_zero() {
        eprintln!(
            "read-bench: http://{}/v1/entries/{}/receipt stays up for {} s",
            api.address,
            size / 2,
            load.stay.as_secs()
        );
        std::thread::sleep(load.stay);
    }
    Ok(seen)
}

fn told(what: &str, ours: &Seen, bare: &Seen, layered: &Seen) -> Measured {
    Measured::new(what, ours.throughput())
        .of("axum from memory", bare.throughput())
        .also(Figure::new(
            "from memory under the same layers /s",
            layered.throughput(),
        ))
        .also(Figure::new("p50 ms", ours.millis(0.5)))
        .also(Figure::new("p99 ms", ours.millis(0.99)))
        .also(Figure::new("p99 of memory ms", bare.millis(0.99)))
        .also(Figure::new("body bytes", ours.body()))
}

/// A handler that gives the same bytes to whoever asks for an entry, with the headers of an answer.
fn memory(body: Bytes) -> Router {
    let headers = || {
        [
            (CONTENT_TYPE, "application/json"),
            (CACHE_CONTROL, "no-cache"),
            (ETAG, "\"00000000000000000000000000000000\""),
        ]
    };
    let answer = move |State(body): State<Bytes>| async move { (headers(), body) };
    Router::new()
        .route("/v1/entries/{sequence}", get(answer))
        .route("/v1/entries/{sequence}/{part}", get(answer))
        .with_state(body)
}

/// A server on a port of its own, until it is dropped.
struct Served {
    address: SocketAddr,
    _stop: oneshot::Sender<()>,
}

impl Served {
    fn listen(runtime: &Runtime) -> Result<(TcpListener, SocketAddr)> {
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    }

    fn api(runtime: &Runtime, state: ApiState) -> Result<Self> {
        let (listener, address) = Self::listen(runtime)?;
        let (_stop, stopped) = oneshot::channel::<()>();
        runtime.spawn(serve(listener, state, async move { drop(stopped.await) }));
        Ok(Self { address, _stop })
    }

    fn memory(runtime: &Runtime, router: Router) -> Result<Self> {
        let (listener, address) = Self::listen(runtime)?;
        let (_stop, stopped) = oneshot::channel::<()>();
        let serving = axum::serve(listener, router);
        runtime.spawn(async move {
            serving
                .with_graceful_shutdown(async move { drop(stopped.await) })
                .await
        });
        ensure!(address.port() > 0, "no port");
        Ok(Self { address, _stop })
    }
}
