//! Views and API beside a node: what makes a replica a reader for everyone.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use cinnabar_api::{ApiState, Part, Settings, catch_up, serve};
use cinnabar_ledger::node::{Handle, Phase};
use cinnabar_ledger::{Contact, SILENCE_MAX, causes};
use cinnabar_projections::Views;
use cinnabar_store::Store;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::anchors;
use crate::exit::{Exit, Failure, OrFail as _};
use crate::seal;

/// How long the fold waits for a commit before it looks whether it should stop.
const FOLD_LOOK: Duration = Duration::from_millis(500);
/// Pause before folding again when the views could not be written.
const FOLD_RETRY: Duration = Duration::from_secs(2);

/// Views that follow a store, and the API that shows them.
pub struct Serving {
    address: SocketAddr,
    folding: thread::JoinHandle<()>,
    answering: JoinHandle<std::io::Result<()>>,
    stop: CancellationToken,
    views: Views,
    dir: PathBuf,
}

/// Takes the address, so that a port in use is found out before anything is started; and as many open files as the system grants, because many
/// systems begin with few (1,024) and let whoever asks have more.
///
/// # Errors
/// If the address can't be had.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    let files = getrlimit(Resource::Nofile);
    let all = Rlimit {
        current: files.maximum,
        ..files
    };
    // Without them there are fewer connections at a time.
    let _ = setrlimit(Resource::Nofile, all);
    TcpListener::bind(address).await.or_fail_while(Exit::Usage, move || {
        format!("cannot listen on {address}; if another program has the port, choose one with --listen")
    })
}

impl Serving {
    /// Folds `store` into views in `dir` and serves them on `listener`. `node` and `anchors`, if there are any, tell of their readiness.
    ///
    /// # Errors
    /// If the views can't be opened.
    pub fn start(
        store: &Store,
        dir: &Path,
        listener: TcpListener,
        node: Option<Handle>,
        anchors: Option<&anchors::Running>,
    ) -> Result<Self, Failure> {
        let views = open_views(dir)?;
        let address = listener.local_addr().or_fail(Exit::Usage)?;
        let stop = CancellationToken::new();
        let mut registry = Registry::default();
        if let Some(node) = &node {
            registry.register(
                "cinnabar_block_seconds",
                "Time of a block from its oldest request to its last answer, by stage, on the node that writes",
                node.pace.seconds(),
            );
            registry.register_collector(Box::new(NodeMetrics {
                node: node.clone(),
                store: store.clone(),
            }));
        }
        let mut parts = parts(node, store);
        if let Some(anchors) = anchors {
            anchors.register(&mut registry);
            parts.extend(anchors.parts());
        }
        let settings = Settings {
            registry,
            parts,
            witnessed: anchors.and_then(anchors::Running::witnessed),
        };
        let state = ApiState::new(store.clone(), views.clone(), settings);
        let (store, folding_stop, folded) = (store.clone(), stop.clone(), views.clone());
        let folding = thread::Builder::new()
            .name("views".to_owned())
            .spawn(move || fold(&store, &folded, &folding_stop))
            .or_fail(Exit::Usage)?;
        let answering = tokio::spawn(serve(listener, state, stop.clone().cancelled_owned()));
        Ok(Self {
            address,
            folding,
            answering,
            stop,
            views,
            dir: dir.to_owned(),
        })
    }

    /// `http://host:port`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Ends the answers under way, and the fold.
    pub async fn stop(self) {
        self.stop.cancel();
        if let Ok(Err(error)) = self.answering.await {
            tracing::error!(%error, "The API ended badly.");
        }
        let (folding, views, dir) = (self.folding, self.views, self.dir);
        let end = move || {
            if folding.join().is_ok() {
                seal::leave(&dir, &views);
            }
        };
        drop(tokio::task::spawn_blocking(end).await);
    }
}

/// Opens the views. Those that somebody, or the disk, changed while nobody folded them are thrown away and folded again.
fn open_views(dir: &Path) -> Result<Views, Failure> {
    let open = || Views::open(dir).or_fail_while(Exit::Usage, || "cannot open the views");
    let views = open()?;
    if seal::holds(dir, &views) {
        return Ok(views);
    }
    tracing::warn!(dir = %dir.display(), "The views were changed while the node was stopped; they are folded again.");
    drop(views);
    let removed = std::fs::remove_dir_all(dir);
    removed.or_fail_while(Exit::Usage, || "cannot remove the views")?;
    open()
}

/// Folds whatever is committed, until told to stop.
fn fold(store: &Store, views: &Views, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        // Taken before the fold: what is committed meanwhile doesn't wait. The views stop at the newest
        // signed checkpoint, which on a reader is behind the head.
        let seen = store.head().size;
        match catch_up(store, views) {
            Ok(_) => drop(store.wait_beyond(seen, FOLD_LOOK)),
            Err(error) => {
                tracing::error!(error = causes(&error), "The views are held up.");
                thread::sleep(FOLD_RETRY);
            }
        }
    }
}

/// What the node counts, read when somebody asks.
#[derive(Debug)]
struct NodeMetrics {
    node: Handle,
    store: Store,
}

impl Collector for NodeMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let gauge = |value: u64| ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX));
        let published = self.node.feed.load(Ordering::Relaxed);
        let lag = if published == 0 {
            0
        } else {
            self.store.head().size.get().saturating_sub(published)
        };
        let metrics = [
            (
                "cinnabar_intake_waiting",
                "Requests in the queue in front of the writer",
                self.node.queue.waiting() as u64,
            ),
            (
                "cinnabar_feed_lag_entries",
                "Entries that the feed is behind the ledger, on the node that writes",
                lag,
            ),
            (
                "cinnabar_log_skipped_messages",
                "Messages of the log stream that were passed over",
                self.node.skipped.load(Ordering::Relaxed),
            ),
            (
                "cinnabar_writing",
                "Whether this node writes",
                u64::from(*self.node.phase.borrow() == Phase::Writing),
            ),
            (
                "cinnabar_space_free_bytes",
                "Bytes free on the fullest disk that the ledger needs",
                self.store.free_bytes().unwrap_or(0),
            ),
            (
                "cinnabar_space_low",
                "Whether nothing new is recorded because the disk is nearly full",
                u64::from(self.store.low_space().is_some()),
            ),
        ];
        for (name, help, value) in metrics {
            let metric = gauge(value);
            metric.encode(encoder.encode_descriptor(name, help, None, metric.metric_type())?)?;
        }
        let times = [
            (
                "cinnabar_commit_age_seconds",
                "Since when the block is being committed that is, on the node that writes",
                self.node.queue.pending().age().unwrap_or_default(),
            ),
            (
                "cinnabar_stream_silence_seconds",
                "Since when nothing has been heard of the log stream",
                self.node.contact.silence(),
            ),
        ];
        for (name, help, time) in times {
            let metric = ConstGauge::new(time.as_secs_f64());
            metric.encode(encoder.encode_descriptor(name, help, None, metric.metric_type())?)?;
        }
        Ok(())
    }
}

/// What `/readyz` tells about the node.
fn parts(node: Option<Handle>, store: &Store) -> Vec<Part> {
    let Some(Handle {
        phase,
        feed,
        alarm,
        queue,
        contact,
        ..
    }) = node
    else {
        return Vec::new();
    };
    let (store, disk) = (store.clone(), store.clone());
    vec![
        Part {
            name: "space",
            check: Box::new(move || match disk.low_space() {
                None => Ok(None),
                Some(low) => Err(format!("nothing new is recorded: {low}")),
            }),
        },
        Part {
            name: "commit",
            check: Box::new(move || match queue.pending().age() {
                Some(age) if age > COMMIT_SLOW => Err(format!(
                    "a block has been waiting for the disk or the NATS server for {} s",
                    age.as_secs()
                )),
                Some(_) | None => Ok(None),
            }),
        },
        stream_part(contact),
        Part {
            name: "node",
            check: Box::new(move || match &*phase.borrow() {
                Phase::Writing | Phase::Following => Ok(None),
                Phase::CatchingUp => Err("reading what it missed".to_owned()),
                Phase::Stopped(why) => Err(why.clone()),
            }),
        },
        Part {
            name: "history",
            check: Box::new(move || match &*alarm.borrow() {
                None => Ok(None),
                Some(why) => Err(format!("ALARM: {why}")),
            }),
        },
        Part {
            name: "feed",
            check: Box::new(move || {
                let (size, published) = (store.head().size.get(), feed.load(Ordering::Relaxed));
                // A node that doesn't write publishes nothing and knows of nothing published.
                let lag = if published == 0 {
                    0
                } else {
                    size.saturating_sub(published)
                };
                if lag <= FEED_LAG_MAX {
                    Ok(None)
                } else {
                    Err(format!("the feed is {lag} entries behind"))
                }
            }),
        },
    ]
}

/// Ready without the stream, too: what is shown says of when it is, and an outage of NATS must not take every reader from service.
fn stream_part(contact: Contact) -> Part {
    let check = move || match contact.silence() {
        silence if silence < SILENCE_MAX => Ok(None),
        silence => Ok(Some(format!(
            "the log stream has not answered for {} s: what is shown may be out of date",
            silence.as_secs()
        ))),
    };
    Part {
        name: "stream",
        check: Box::new(check),
    }
}

/// A commit that takes longer than this is told of: as long as an acknowledgement of the NATS server is waited for.
const COMMIT_SLOW: Duration = cinnabar_ledger::nats::publish::ACK_WITHIN;
/// A feed further behind than this, in entries, is told of: some seconds of full load.
const FEED_LAG_MAX: u64 = 100_000;
