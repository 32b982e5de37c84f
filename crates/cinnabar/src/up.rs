//! `cinnabar up`: everything on this machine, in one process.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use cinnabar_ledger::Identity;
use cinnabar_ledger::embedded::{Embedded, Embedding, EmbeddingFailure};
use cinnabar_ledger::founding::Layout;
use cinnabar_ledger::node::{Precautions, Seen};
use cinnabar_store::OpenError;
use tokio::signal::unix::{SignalKind, signal};

use crate::anchors::{AnchorArgs, Anchors};
use crate::commands::backup::window::Window;
use crate::demo;
use crate::exit::{Exit, Failure, OrFail as _};
use crate::genuine;
use crate::init::{self, Charter};
use crate::out;
use crate::profile::{Profile, Users};
use crate::recovery::{self, RecoveryArgs};
use crate::serving::{Serving, listen};

/// Arguments of `cinnabar up`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:
  cinnabar up
  cinnabar up --empty --data /var/lib/cinnabar --listen 127.0.0.1:9000

The first start opens a ledger under --data: a demonstration, or with --empty one without anybody's story. Every later
start goes on where the last one ended. Ctrl-C stops cleanly.")]
pub struct Args {
    /// Where everything is kept.
    #[arg(long, value_name = "DIR", default_value = "./cinnabar-data")]
    data: PathBuf,
    /// Where the read API listens; port 0 lets the system choose.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8480")]
    listen: SocketAddr,
    /// Port of the NATS server on loopback; the system chooses if absent.
    #[arg(long, value_name = "PORT")]
    nats_port: Option<u16>,
    /// The nats-server program, 2.15 or newer; looked for on PATH and in .tools if absent.
    #[arg(long, value_name = "FILE", env = "NATS_SERVER")]
    nats_server: Option<PathBuf>,
    /// Open a ledger without a demonstration.
    #[arg(long)]
    empty: bool,
    /// When the ledger is opened, give its log a second, post-quantum key (ML-DSA-44): each checkpoint gets a second signature.
    #[arg(long)]
    post_quantum: bool,
    #[command(flatten)]
    recovery: RecoveryArgs,
    #[command(flatten)]
    anchors: AnchorArgs,
}

/// Runs until told to stop.
///
/// # Errors
/// With what to do about it.
pub fn run(args: Args) -> Result<(), Failure> {
    crate::log::start();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .or_fail(Exit::Usage)?;
    runtime.block_on(up(args))
}

async fn up(args: Args) -> Result<(), Failure> {
    let layout = args.recovery.layout(&args.data)?;
    let recovery = args.recovery.request()?;
    let listener = listen(args.listen).await?;
    let first = !layout.is_founded();
    if first {
        found(&layout, args.empty)?;
        if args.post_quantum {
            let vkey = layout.add_post_quantum().or_fail(Exit::Usage)?;
            out::line(format_args!("Second log key, post-quantum: {vkey}"))?;
        }
    }
    let embedding = Embedding {
        layout: layout.clone(),
        nats_server: args.nats_server,
        nats_port: args.nats_port,
        clock_ahead_seconds: 0,
    };
    let identity = genuine::check(&layout).or_fail(Exit::Usage)?;
    let (witnesses, stamps) = args.anchors.settings();
    let anchors = Anchors::read(witnesses.as_ref(), stamps.as_ref(), &identity)?;
    let seen = anchors.seen().await?;
    let precautions = Precautions {
        seen: seen.clone(),
        recovery,
        ..Precautions::default()
    };
    let started = Embedded::start_with(&embedding, precautions).await;
    let mut embedded = started.map_err(|why| advised(why, &layout, &identity, &seen))?;
    let anchors = anchors.start(&embedded.store)?;
    let serving = Serving::start(
        &embedded.store,
        &layout.views(),
        listener,
        Some(embedded.node.clone()),
        Some(&anchors),
    )?;
    let window = Window::open(&embedded.store, Some(embedded.vault.clone()));
    leave_profile(&layout, &embedded, &serving)?;
    if demo::is_wanted(&layout) {
        demo::tell(&layout, &embedded).await?;
    }
    // Before it is said that Ctrl-C stops it.
    let mut interrupt = signal(SignalKind::interrupt()).or_fail(Exit::Usage)?;
    let mut terminate = signal(SignalKind::terminate()).or_fail(Exit::Usage)?;
    announce(&layout, &embedded, &serving, first)?;

    let why = tokio::select! {
        _ = interrupt.recv() => None,
        _ = terminate.recv() => None,
        why = embedded.ended() => Some(why),
    };
    window.close();
    anchors.stop();
    serving.stop().await;
    embedded.stop().await;
    match why {
        None => out::line("Stopped. Everything is on disk; `cinnabar up` goes on from here."),
        Some(why) => Err(Failure::saying(
            Exit::Unreachable,
            format!("the ledger stopped to be safe: {why}"),
        )),
    }
}

/// Makes the keys of the founders, and the ledger.
fn found(layout: &Layout, empty: bool) -> Result<(), Failure> {
    let charter = Charter {
        origin: "cinnabar.example/demo".to_owned(),
        name: "demo".to_owned(),
        institution: "AI Governance Institution".to_owned(),
        jurisdiction: "Shenzhen 深圳".to_owned(),
        threshold: 2,
        rulebook: None,
    };
    out::line(if empty {
        "Opening an empty ledger."
    } else {
        "Opening a demonstration ledger."
    })?;
    init::found_with_new_keys(layout, &charter, &["wang", "zhao"])?;
    if empty { Ok(()) } else { demo::want(layout) }
}

/// The failure, and where the ledger was put back, what to do.
fn advised(why: EmbeddingFailure, layout: &Layout, identity: &Identity, seen: &[Seen]) -> Failure {
    let data = layout.root().display().to_string();
    let command = format!("cinnabar up --data {data} --recover ");
    let advice = match &why {
        EmbeddingFailure::NotWriting(_) => {
            recovery::advice(layout, identity.name.as_str(), seen, &command)
        }
        EmbeddingFailure::Open(OpenError::MarkMissing(path)) => Some(format!(
            "Either somebody took {} away, or it is to be kept for the first time: then start once with --new-mark.",
            path.display()
        )),
        EmbeddingFailure::Connect(_)
        | EmbeddingFailure::Divergence(_)
        | EmbeddingFailure::Genesis(_)
        | EmbeddingFailure::Files(_)
        | EmbeddingFailure::Vault(_)
        | EmbeddingFailure::Name(_)
        | EmbeddingFailure::Find(_)
        | EmbeddingFailure::Key(_)
        | EmbeddingFailure::User(_)
        | EmbeddingFailure::Server(_)
        | EmbeddingFailure::Streams(_)
        | EmbeddingFailure::Unfit(_)
        | EmbeddingFailure::Open(_)
        | EmbeddingFailure::Clock { .. } => None,
    };
    let failure = failure(why);
    match (advice, failure.message()) {
        (Some(advice), Some(message)) => {
            Failure::saying(failure.exit(), format!("{message}\n{advice}"))
        }
        (None, _) | (_, None) => failure,
    }
}

/// The failure, with the exit code that fits.
fn failure(failure: EmbeddingFailure) -> Failure {
    let exit = match &failure {
        EmbeddingFailure::Connect(_)
        | EmbeddingFailure::NotWriting(_)
        | EmbeddingFailure::Divergence(_) => Exit::Unreachable,
        EmbeddingFailure::Genesis(_) => Exit::Refused,
        EmbeddingFailure::Files(_)
        | EmbeddingFailure::Vault(_)
        | EmbeddingFailure::Name(_)
        | EmbeddingFailure::Find(_)
        | EmbeddingFailure::Key(_)
        | EmbeddingFailure::User(_)
        | EmbeddingFailure::Server(_)
        | EmbeddingFailure::Streams(_)
        | EmbeddingFailure::Unfit(_)
        | EmbeddingFailure::Open(_)
        | EmbeddingFailure::Clock { .. } => Exit::Usage,
    };
    Failure::new(exit, failure)
}

/// Leaves what clients need beside the data.
fn leave_profile(layout: &Layout, embedded: &Embedded, serving: &Serving) -> Result<(), Failure> {
    let seed = |user: &str| {
        layout
            .nats_seed(user)
            .strip_prefix(layout.root())
            .ok()
            .map(Path::to_owned)
    };
    let profile = Profile {
        ledger: embedded.identity.ledger,
        name: embedded.identity.name.clone(),
        origin: embedded.identity.vkey.name().to_string(),
        vkey: embedded.identity.vkey.to_string(),
        nats: embedded.nats_url().to_owned(),
        api: serving.url(),
        monitor: vec![embedded.monitor_url().to_owned()],
        replicas: Some(1),
        ca: None,
        users: Users {
            submitter: seed("submitter"),
            agency: seed("agency"),
            reader: seed("reader"),
        },
    };
    profile
        .save(&layout.root().join("connection.toml"))
        .or_fail(Exit::Usage)
}

fn announce(
    layout: &Layout,
    embedded: &Embedded,
    serving: &Serving,
    first: bool,
) -> Result<(), Failure> {
    let (url, data) = (serving.url(), layout.root().display());
    out::line(format_args!(
        "\nThe ledger is open, with {} entries.\n
  read API       {url}
  documentation  {url}/docs
  NATS           {}
  log key        {}
  ledger id      {}
  all of this    {data}/connection.toml",
        embedded.store.head().size.get(),
        embedded.nats_url(),
        embedded.identity.vkey,
        embedded.identity.ledger,
    ))?;
    if first {
        let programs = std::env::current_exe().ok();
        let programs = programs
            .as_deref()
            .and_then(Path::parent)
            .unwrap_or(Path::new("."));
        out::line(format_args!(
            "\nTry next, in another terminal:

  export PATH={}:$PATH
  curl -s {url}/v1/products | jq .
  cinnabar kinds approval.granted
  cinnabar submit organisation.registered --profile {data}/connection.toml --subject organisation/my-lab \\
      --data name='My Lab' organisationKind=enterprise --as li:registrar --key {data}/keys/li.key
  verify --from {url} --log-key '{}'",
            programs.display(),
            embedded.identity.vkey,
        ))?;
    }
    out::line("\nCtrl-C stops it.")
}
