//! The writer as a process of its own, so that its memory is its own too, and it can be killed. It is told what to do by lines on
//! its standard input, and answers each with one line of JSON.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use anyhow::{Context as _, Result, bail, ensure};
use cinnabar_ledger::Lease;
use cinnabar_ledger::embedded::login;
use cinnabar_ledger::founding::{Layout, open_vault};
use cinnabar_ledger::nats::checks::check;
use cinnabar_ledger::nats::names::Names;
use cinnabar_ledger::nats::streams::Replicas;
use cinnabar_ledger::node::{self, Handle, Phase, Precautions, Role, Setup};
use cinnabar_projections::Views;
use cinnabar_store::Store;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio_util::sync::CancellationToken;

use crate::args::Writer;

/// Holds the feed.
pub(crate) const HOLD: &str = "hold";
/// Lets the feed go on.
pub(crate) const FOLLOW: &str = "follow";
/// Folds all views up to the end, and answers then.
pub(crate) const FOLD: &str = "fold";
/// Only answers.
pub(crate) const STATUS: &str = "status";

/// How far everybody has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct Status {
    pub(crate) size: u64,
    pub(crate) feed: u64,
    pub(crate) views: u64,
}

/// Writes until its standard input ends.
pub(crate) async fn run(args: &Writer) -> Result<()> {
    let layout = Layout::new(&args.data);
    let identity = layout.identity().context("reading who the ledger is")?;
    let names = Names::new(identity.name.as_str()).context("a name")?;
    let store = Store::open_with(&layout.store(), layout.options()).context("opening the store")?;
    let link = login(&layout, &args.nats, "writer").await;
    let client = link.context("connecting")?.client;
    let findings = check(
        &client,
        std::slice::from_ref(&args.monitor),
        &names,
        Replicas::One,
    )
    .await;
    ensure!(
        findings.is_empty(),
        "NATS is not fit for a ledger: {findings:?}"
    );
    let stop = CancellationToken::new();
    let role = Role::Writer {
        signer: Arc::new(
            layout
                .log_signer(&identity)
                .context("reading the log key")?,
        ),
        itself: Arc::new(layout.ledger_signer().context("reading the ledger's key")?),
        lease: Lease::Alone,
    };
    let vault = open_vault(&layout.vault(), &layout.institution_key(), &store);
    let setup = Setup {
        client,
        names,
        identity,
        store: store.clone(),
        role,
        node: "bench".to_owned(),
        vault: Some(vault.context("opening the vault")?),
        clock_ahead_seconds: 0,
        stop: stop.clone(),
    };
    let (node, running) = node::start_with(setup, Precautions::default()).context("starting")?;
    until_writing(&node).await?;
    let mut views = None;
    say(&store, &node, views.as_ref())?;
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await.context("reading what to do")? {
        match line.as_str() {
            HOLD => node.pause_feed(true),
            FOLLOW => node.pause_feed(false),
            STATUS => {}
            FOLD => views = Some(fold(&store, &layout).await?),
            other => bail!("{other} is not known"),
        }
        say(&store, &node, views.as_ref())?;
    }
    stop.cancel();
    running
        .await
        .context("stopping")?
        .context("the writer stopped")
}

async fn until_writing(node: &Handle) -> Result<()> {
    let mut phase = node.phase.clone();
    let writes = |phase: &Phase| matches!(phase, Phase::Writing | Phase::Stopped(_));
    let phase = phase.wait_for(writes).await.context("the node is gone")?;
    match &*phase {
        Phase::Stopped(why) => bail!("the writer stopped: {why}"),
        Phase::CatchingUp | Phase::Following | Phase::Writing => Ok(()),
    }
}

async fn fold(store: &Store, layout: &Layout) -> Result<Views> {
    let views = Views::open(&layout.views()).context("opening the views")?;
    let (store, folded) = (store.clone(), views.clone());
    let fold = move || cinnabar_api::catch_up(&store, &folded);
    let folding = tokio::task::spawn_blocking(fold).await;
    folding.context("folding panicked")?.context("folding")?;
    Ok(views)
}

fn say(store: &Store, node: &Handle, views: Option<&Views>) -> Result<()> {
    let status = Status {
        size: store.head().size.get(),
        feed: node.feed.load(Ordering::Relaxed),
        views: views.map_or(0, |views| views.cursor().size.get()),
    };
    println!(
        "{}",
        serde_json::to_string(&status).context("a status is plain data")?
    );
    Ok(())
}
