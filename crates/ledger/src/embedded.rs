//! The whole ledger in one process: a supervised `nats-server` on loopback, a store, a writer.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use async_nats::Client;
use cinnabar_store::{OpenError, Store};
use cinnabar_vault::Vault;
use tokio::sync::broadcast;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::confidential::VaultFailure;
use crate::founding::{FoundingFailure, Layout, open_ledger, open_vault, read_opening};
use crate::identity::Identity;
use crate::intake::Queue;
use crate::lease::Lease;
use crate::nats::checks::{ServerFinding, check};
use crate::nats::config::{Listen, ServerConfig};
use crate::nats::connect::{ConnectError, Link, LinkEvent, Login, connect};
use crate::nats::find::{FindError, find};
use crate::nats::health;
use crate::nats::keys::{KeyError, UserKey};
use crate::nats::names::{BadShortName, Names};
use crate::nats::streams::{Replicas, StreamError, ensure_all};
use crate::nats::supervisor::{NatsServer, Options, StartError};
use crate::nats::users::{Role as UserRole, User, UserError, UserName};
use crate::node::{self, Handle, MayRefill, NodeFailure, Phase, Precautions, Role, Setup};
use crate::problem::Problem;
use crate::refill::renew_others;
use crate::replica::Divergence;

/// The users that the embedded server knows.
pub const USERS: [&str; 5] = ["operator", "writer", "reader", "agency", "submitter"];
/// How far our clock may be ahead of the NATS server's at start.
const CLOCK_AHEAD_SECONDS: i64 = 10;

/// How to run a ledger in this process.
#[derive(Clone, Debug)]
pub struct Embedding {
    /// Where everything is kept.
    pub layout: Layout,
    /// The server's binary; looked for if absent.
    pub nats_server: Option<PathBuf>,
    /// The server's port; chosen by the system if absent.
    pub nats_port: Option<u16>,
    /// By how many seconds the clock is ahead: 0, but for tests that can't wait for a deadline.
    pub clock_ahead_seconds: i64,
}

/// A ledger that runs in this process.
#[derive(Debug)]
pub struct Embedded {
    /// Which ledger.
    pub identity: Identity,
    /// Streams and subjects.
    pub names: Names,
    /// The replica.
    pub store: Store,
    /// The vault.
    pub vault: Arc<Vault>,
    /// The node, from outside.
    pub node: Handle,
    /// The writer's own connection.
    pub client: Client,
    server: NatsServer,
    /// Why the server can't write any more.
    frozen: Arc<OnceLock<String>>,
    running: JoinHandle<Result<(), NodeFailure>>,
    stop: CancellationToken,
    /// Stops the node if this is dropped without being stopped: a writer must not outlive its owner.
    _guard: DropGuard,
}

/// Why the ledger does not run.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddingFailure {
    /// Its files.
    #[error(transparent)]
    Files(#[from] FoundingFailure),
    /// The short name.
    #[error(transparent)]
    Name(#[from] BadShortName),
    /// The server's binary.
    #[error(transparent)]
    Find(#[from] FindError),
    /// A user's seed file.
    #[error("a NATS user's key can't be used")]
    Key(#[from] KeyError),
    /// A user's name.
    #[error(transparent)]
    User(#[from] UserError),
    /// The server.
    #[error("nats-server did not start")]
    Server(#[from] StartError),
    /// A connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The streams.
    #[error("the streams can't be made")]
    Streams(#[from] StreamError),
    /// The checks at start.
    #[error("the NATS server is not fit for a ledger: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Unfit(Vec<ServerFinding>),
    /// The replica.
    #[error("the store can't be opened")]
    Open(#[from] OpenError),
    /// The replica doesn't fit the stream.
    #[error("the node can't start")]
    Divergence(#[from] Divergence),
    /// Our clock is wrong, or the ledger's last entry is from the future.
    #[error("the system clock is {seconds} s {direction}; set it right and start again")]
    Clock {
        /// By how much.
        seconds: i64,
        /// Than what.
        direction: &'static str,
    },
    /// The writer stopped before it began.
    #[error("the writer did not start: {0}")]
    NotWriting(String),
    /// The vault can't be opened.
    #[error("the vault can't be opened")]
    Vault(#[from] VaultFailure),
    /// The genesis was refused.
    #[error("the genesis was refused: {}", .0.detail)]
    Genesis(Box<Problem>),
}

impl Embedded {
    /// Starts the ledger that was founded in `embedding.layout`, and returns once it takes statements.
    ///
    /// # Errors
    /// [`EmbeddingFailure`]; nothing is left running.
    pub async fn start(embedding: &Embedding) -> Result<Self, EmbeddingFailure> {
        Self::start_with(embedding, Precautions::default()).await
    }

    /// The same, with precautions.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn start_with(
        embedding: &Embedding,
        mut precautions: Precautions,
    ) -> Result<Self, EmbeddingFailure> {
        let layout = &embedding.layout;
        let identity = layout.identity()?;
        let signer = Arc::new(layout.log_signer(&identity)?);
        let names = Names::new(identity.name.as_str())?;
        let store = open_store(layout)?;
        let server = start_server(embedding, &names).await?;
        store.watch_space(&layout.nats().join("store"));
        let (Link { client, events }, operator) = prepare(layout, &server, &names).await?;
        let replicas = Replicas::One;
        let monitor = [server.monitor_url().to_owned()];
        let mut findings = check(&client, &monitor, &names, replicas).await;
        // What is gone from the log the node fills in again.
        findings.retain(|finding| !finding.is_of_history());
        if !findings.is_empty() {
            return Err(EmbeddingFailure::Unfit(findings));
        }
        let right = MayRefill { operator, replicas };
        precautions.refill = Some(right.clone());
        check_clock(&client, &names, &store, embedding.clock_ahead_seconds).await?;

        let (stop, frozen) = (CancellationToken::new(), Arc::default());
        let [monitor, health] = [(); 2].map(|()| server.monitor_url().to_owned());
        let again = check_again(
            events,
            client.clone(),
            right,
            monitor,
            names.clone(),
            stop.clone(),
        );
        tokio::spawn(again);
        tokio::spawn(watch_server(health, Arc::clone(&frozen), stop.clone()));
        let vault = open_vault(&layout.vault(), &layout.institution_key(), &store)?;
        let role = Role::Writer {
            signer,
            itself: Arc::new(layout.ledger_signer()?),
            lease: Lease::Alone,
        };
        let setup = Setup {
            client: client.clone(),
            names: names.clone(),
            identity: identity.clone(),
            store: store.clone(),
            role,
            node: "up".to_owned(),
            vault: Some(vault.clone()),
            clock_ahead_seconds: embedding.clock_ahead_seconds,
            stop: stop.clone(),
        };
        let (node, running) = node::start_with(setup, precautions)?;
        let embedded = Self {
            identity,
            names,
            store,
            vault,
            node,
            client,
            server,
            frozen,
            running,
            _guard: stop.clone().drop_guard(),
            stop,
        };
        embedded.opened(layout).await
    }

    /// Itself, once it writes and the ledger is open; or else nothing is left running.
    async fn opened(self, layout: &Layout) -> Result<Self, EmbeddingFailure> {
        let opened = match self.until_writing().await {
            Ok(()) => self.open_ledger(layout).await,
            Err(failure) => Err(failure),
        };
        match opened {
            Ok(()) => Ok(self),
            Err(failure) => {
                self.stop().await;
                Err(failure)
            }
        }
    }

    /// Where clients connect.
    pub fn nats_url(&self) -> &str {
        self.server.client_url()
    }

    /// Where the server's monitoring is.
    pub fn monitor_url(&self) -> &str {
        self.server.monitor_url()
    }

    /// Takes statements within the process.
    pub fn queue(&self) -> &Queue {
        &self.node.queue
    }

    /// Waits until the node ends by itself, and says why.
    pub async fn ended(&mut self) -> String {
        while !matches!(&*self.node.phase.borrow_and_update(), Phase::Stopped(_))
            && self.node.phase.changed().await.is_ok()
        {}
        if let Some(why) = self.frozen.get() {
            return why.clone();
        }
        match &*self.node.phase.borrow() {
            Phase::Stopped(why) => why.clone(),
            Phase::CatchingUp | Phase::Following | Phase::Writing => "the node is gone".to_owned(),
        }
    }

    /// Stops: intake first, then the writer, then the server.
    pub async fn stop(self) {
        self.stop.cancel();
        if let Err(error) = self.running.await {
            tracing::error!(%error, "The node ended badly.");
        }
        drop(self.client);
        self.server.stop().await;
    }

    async fn until_writing(&self) -> Result<(), EmbeddingFailure> {
        let mut phase = self.node.phase.clone();
        loop {
            match &*phase.borrow_and_update() {
                Phase::Writing => return Ok(()),
                Phase::Stopped(why) => return Err(EmbeddingFailure::NotWriting(why.clone())),
                Phase::CatchingUp | Phase::Following => {}
            }
            if phase.changed().await.is_err() {
                return Err(EmbeddingFailure::NotWriting("the node is gone".to_owned()));
            }
        }
    }

    /// The first statements of a new ledger are its genesis and the chapters of its rulebook.
    async fn open_ledger(&self, layout: &Layout) -> Result<(), EmbeddingFailure> {
        let opening = read_opening(&layout.genesis())?;
        open_ledger(&opening, &self.node.queue, &self.store)
            .await
            .map_err(EmbeddingFailure::Genesis)
    }
}

/// Opens the replica; makes it at the first time. Its mark must lie outside of everything that is put back together with it.
fn open_store(layout: &Layout) -> Result<Store, EmbeddingFailure> {
    let options = layout.options();
    let store = match Store::open_with(&layout.store(), options) {
        Err(OpenError::Missing { .. }) => Store::create_with(&layout.store(), options)?,
        other => other?,
    };
    let real = |path: &Path| {
        std::fs::canonicalize(path).map_err(|source| FoundingFailure::File {
            doing: "looking for",
            path: path.to_owned(),
            source,
        })
    };
    if let Some(mark) = &options.mark
        && real(mark)?.starts_with(real(layout.root())?)
    {
        return Err(OpenError::MarkInside(mark.clone()).into());
    }
    Ok(store)
}

/// Starts the supervised `nats-server` of a ledger on one machine, with its users' keys. [`Embedded::start`] does this too; whoever runs
/// the writer in another process starts the server alone.
///
/// # Errors
/// [`EmbeddingFailure`]: `Files`, `Find`, `Key`, `User`, `Server`.
pub async fn start_server(
    embedding: &Embedding,
    names: &Names,
) -> Result<NatsServer, EmbeddingFailure> {
    let layout = &embedding.layout;
    let binary = find(embedding.nats_server.as_deref())?.path;
    let role = |name: &str| match name {
        "operator" => UserRole::Operator,
        "writer" => UserRole::Writer,
        "reader" => UserRole::Reader,
        "agency" => UserRole::Agency(Vec::new()),
        _ => UserRole::Submitter,
    };
    let mut users = Vec::new();
    for name in USERS {
        let path = layout.nats_seed(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|source| FoundingFailure::File {
                doing: "making the folder of",
                path: path.clone(),
                source,
            })?;
        }
        users.push(User {
            name: UserName::new(name)?,
            role: role(name),
            key: UserKey::load_or_create(&path)?.public().clone(),
        });
    }
    let run_dir = layout.nats().join("run");
    let mut config = ServerConfig::embedded(
        names.clone(),
        users,
        layout.nats().join("store"),
        run_dir.clone(),
    );
    config.client = Listen::loopback(embedding.nats_port);
    Ok(NatsServer::start(Options {
        binary,
        run_dir,
        config,
    })
    .await?)
}

/// After each reconnect the server is looked at again: one that came back with other settings must not be written to. What it lost of
/// the log the node notices and fills in again; what is derived from the log is made anew here.
async fn check_again(
    mut events: broadcast::Receiver<LinkEvent>,
    client: Client,
    right: MayRefill,
    monitor: String,
    names: Names,
    stop: CancellationToken,
) {
    loop {
        let event = tokio::select! {
            () = stop.cancelled() => return,
            event = events.recv() => event,
        };
        match event {
            Ok(LinkEvent::Up) => {}
            Ok(
                LinkEvent::Down
                | LinkEvent::Slow { .. }
                | LinkEvent::Denied { .. }
                | LinkEvent::Trouble { .. },
            ) => continue,
            // Events were missed; one of them may have been a reconnect.
            Err(broadcast::error::RecvError::Lagged(_)) => {}
            Err(broadcast::error::RecvError::Closed) => return,
        }
        if let Err(trouble) = renew_others(&right, &names).await {
            tracing::warn!(trouble = %crate::causes(&trouble), "The streams that are derived from the log can't be looked at.");
        }
        // A server that can't be asked just now comes up again, and is asked then.
        let mut findings = check(
            &client,
            std::slice::from_ref(&monitor),
            &names,
            Replicas::One,
        )
        .await;
        findings.retain(|finding| !finding.is_of_history());
        if findings.iter().any(ServerFinding::is_lasting) {
            let list: Vec<String> = findings.iter().map(ToString::to_string).collect();
            tracing::error!(
                findings = list.join("; "),
                "The NATS server is no longer fit for a ledger; stopping."
            );
            return stop.cancel();
        }
    }
}

/// Stops when the server can't write any more: it would never answer again, and what is in doubt would stay so. Started again,
/// both read what the disk has.
async fn watch_server(monitor: String, frozen: Arc<OnceLock<String>>, stop: CancellationToken) {
    let why = tokio::select! {
        () = stop.cancelled() => return,
        why = health::failed(&monitor) => why,
    };
    tracing::error!(why, "The NATS server can't write any more; stopping.");
    // Only this task sets it.
    let _ = frozen.set(format!("the NATS server can't write any more: {why}"));
    stop.cancel();
}

/// Makes the streams as operator, as far as they are missing; then connects as writer. The operator's connection stays: it is what
/// a damaged stream is refilled with.
async fn prepare(
    layout: &Layout,
    server: &NatsServer,
    names: &Names,
) -> Result<(Link, Client), EmbeddingFailure> {
    let Link {
        client: operator, ..
    } = login(layout, server.client_url(), "operator").await?;
    ensure_all(&operator, names, Replicas::One).await?;
    let right = MayRefill {
        operator: operator.clone(),
        replicas: Replicas::One,
    };
    renew_others(&right, names).await?;
    let link = login(layout, server.client_url(), "writer").await?;
    Ok((link, operator))
}

/// Connects as one of [`USERS`].
///
/// # Errors
/// [`EmbeddingFailure`].
pub async fn login(layout: &Layout, url: &str, user: &str) -> Result<Link, EmbeddingFailure> {
    let key = UserKey::load(&layout.nats_seed(user))?;
    Ok(connect(Login {
        servers: vec![url.to_owned()],
        user: UserName::new(user)?,
        key,
        ca: None,
    })
    .await?)
}

/// Our clock agrees with the server's, and isn't behind the ledger.
async fn check_clock(
    client: &Client,
    names: &Names,
    store: &Store,
    clock_ahead_seconds: i64,
) -> Result<(), EmbeddingFailure> {
    let ours = crate::clock::system_time();
    if let Some(last) = store.head().time {
        let behind = (last.micros() - ours.micros()) / 1_000_000 - clock_ahead_seconds;
        if behind > CLOCK_AHEAD_SECONDS {
            return Err(EmbeddingFailure::Clock {
                seconds: behind,
                direction: "behind the ledger's last entry",
            });
        }
    }
    let Some(theirs) = server_time(client, names).await else {
        return Ok(());
    };
    let ahead = ours.micros() / 1_000_000 - theirs;
    if ahead > CLOCK_AHEAD_SECONDS {
        return Err(EmbeddingFailure::Clock {
            seconds: ahead,
            direction: "ahead of the NATS server's",
        });
    }
    Ok(())
}

/// The server's time, in seconds since 1970, as it says with the log stream's state.
async fn server_time(client: &Client, names: &Names) -> Option<i64> {
    #[derive(serde::Deserialize)]
    struct State {
        ts: String,
    }
    let subject = format!("$JS.API.STREAM.INFO.{}", names.log_stream());
    let message = client.request(subject, bytes::Bytes::new()).await.ok()?;
    let State { ts } = serde_json::from_slice(&message.payload).ok()?;
    // RFC 3339 with nanoseconds; to the second is enough.
    let seconds: cinnabar_events::Timestamp = format!("{}.000000Z", ts.get(..19)?).parse().ok()?;
    Some(seconds.micros() / 1_000_000)
}
