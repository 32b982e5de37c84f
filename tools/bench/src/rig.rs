//! `nats-server`, writer and submitters as separate processes or connections, each of which can be stopped by itself.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use async_nats::Client;
use cinnabar_ledger::Identity;
use cinnabar_ledger::embedded::{Embedding, login, start_server};
use cinnabar_ledger::founding::Layout;
use cinnabar_ledger::nats::names::Names;
use cinnabar_ledger::nats::supervisor::{NatsServer, State};
use cinnabar_store::Store;
use rocksdb::{Cache, DB, Env, Options};
use rustix::process::{Pid, Signal, kill_process};
use tokio::runtime::Handle;

use crate::args::Settings;
use crate::child::WriterProcess;
use crate::load::Target;
use crate::mix::Mix;
use crate::town::Town;
use crate::writer::{STATUS, Status};

/// How often it is looked whether the feed has caught up.
const LOOK: Duration = Duration::from_millis(20);
/// How long the feed may stand still while it is waited for.
const STUCK_AFTER: Duration = Duration::from_secs(60);
/// Block cache of the compaction.
const CACHE_BYTES: usize = 64 << 20;

/// Everything that runs.
pub(crate) struct Rig {
    pub(crate) layout: Layout,
    pub(crate) identity: Arc<Identity>,
    pub(crate) names: Names,
    server: NatsServer,
    /// Absent while it is stopped.
    writer: Option<WriterProcess>,
    pub(crate) submitters: Arc<Vec<Target>>,
    pub(crate) operator: Client,
}

impl Rig {
    /// Founds a ledger with everyone in it, and starts it.
    pub(crate) async fn found(
        folder: &Path,
        settings: &Settings,
        load: &Handle,
    ) -> Result<(Self, Mix)> {
        let mut town = Town::found(folder, settings, false).await?;
        let (layout, identity) = (town.layout.clone(), town.identity.clone());
        let names = town.ledger.names.clone();
        let mix = town.take_mix()?;
        town.stop().await;
        let embedding = Embedding {
            layout: layout.clone(),
            nats_server: settings.nats_server.clone(),
            nats_port: None,
            clock_ahead_seconds: 0,
        };
        let server = start_server(&embedding, &names).await;
        let server = server.context("starting nats-server")?;
        let url = server.client_url().to_owned();
        let writer = WriterProcess::start(layout.root(), &server).await?;
        let place = (layout.clone(), url.clone());
        let connecting = Town::submitters(place, names.clone(), settings.submitters, None);
        let submitters = load
            .spawn(connecting)
            .await
            .context("connecting panicked")??;
        let operator = login(&layout, &url, "operator")
            .await
            .context("connecting")?;
        let rig = Self {
            layout,
            identity,
            names,
            server,
            writer: Some(writer),
            submitters,
            operator: operator.client,
        };
        Ok((rig, mix))
    }

    /// The writer, which must be running.
    pub(crate) fn writer(&mut self) -> Result<&mut WriterProcess> {
        self.writer.as_mut().context("no writer runs")
    }

    /// Starts the writer, which must not be running.
    pub(crate) async fn start_writer(&mut self) -> Result<&mut WriterProcess> {
        let writer = WriterProcess::start(self.layout.root(), &self.server).await?;
        Ok(self.writer.insert(writer))
    }

    pub(crate) async fn stop_writer(&mut self) -> Result<()> {
        self.writer.take().context("no writer runs")?.stop().await
    }

    pub(crate) async fn kill_writer(&mut self) -> Result<()> {
        self.writer.take().context("no writer runs")?.kill().await
    }

    /// Tells the writer something, and waits until it is done.
    pub(crate) async fn tell(&mut self, what: &str) -> Result<Status> {
        self.writer()?.tell(what).await
    }

    /// Waits until the feed has caught up, and tells at how many entries a second it did.
    pub(crate) async fn drain_feed(&mut self) -> Result<f64> {
        let first = self.tell(STATUS).await?;
        let (start, mut last, mut moved) = (Instant::now(), first.feed, Instant::now());
        loop {
            let now = self.tell(STATUS).await?;
            if now.feed >= now.size {
                let drained = now.feed - first.feed;
                return Ok(drained as f64 / start.elapsed().as_secs_f64().max(1e-9));
            }
            if now.feed > last {
                (last, moved) = (now.feed, Instant::now());
            }
            ensure!(
                moved.elapsed() < STUCK_AFTER,
                "the feed stands still at {last}"
            );
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Kills `nats-server`, and waits until its supervisor has it up again: the supervisor's pause of 0.1 s is part of that.
    pub(crate) async fn kill_server(&self) -> Result<Duration> {
        let mut state = self.server.state();
        let before = match &*state.borrow_and_update() {
            State::Running { pid } => *pid,
            State::Restarting { .. } | State::Failed { .. } | State::Stopped => 0,
        };
        let pid = i32::try_from(before).ok().and_then(Pid::from_raw);
        let start = Instant::now();
        kill_process(pid.context("nats-server does not run")?, Signal::KILL)
            .context("killing nats-server")?;
        state
            .wait_for(|state| matches!(state, State::Running { pid } if *pid != before))
            .await
            .context("nats-server did not come back")?;
        Ok(start.elapsed())
    }

    /// The store, while the writer doesn't run.
    pub(crate) fn store(&self) -> Result<Store> {
        Store::open_with(&self.layout.store(), self.layout.options()).context("opening the store")
    }
}

/// RocksDB's folder within a store's.
fn database(store: &Path) -> PathBuf {
    store.join("replica").join("rocksdb")
}

/// Compacts a store that nobody has open, with the options that it was written with.
pub(crate) fn compact(store: &Path) -> Result<()> {
    let (folder, env) = (
        database(store),
        Env::new().context("RocksDB's environment")?,
    );
    let cache = Cache::new_lru_cache(CACHE_BYTES);
    let (options, families) =
        Options::load_latest(&folder, env, false, cache).context("reading RocksDB's options")?;
    let names: Vec<String> = families
        .iter()
        .map(|family| family.name().to_owned())
        .collect();
    let db = DB::open_cf_descriptors(&options, &folder, families).context("opening RocksDB")?;
    for name in names {
        let family = db.cf_handle(&name).context("a column family")?;
        db.compact_range_cf(family, None::<&[u8]>, None::<&[u8]>);
    }
    Ok(())
}

/// The folder called `name` somewhere below `root`.
pub(crate) fn below(root: &Path, name: &str) -> Option<PathBuf> {
    let folders: Vec<PathBuf> = std::fs::read_dir(root)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    let here = folders.iter().find(|path| path.ends_with(name)).cloned();
    here.or_else(|| folders.iter().find_map(|folder| below(folder, name)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_compacted_store_opens_and_is_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let before = Store::create(folder.path()).unwrap().head();
        compact(folder.path()).unwrap();
        let after = Store::open(folder.path()).unwrap().head();
        assert_eq!(before, after);
    }

    #[test]
    fn a_folder_is_found_at_any_depth() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("a/streams/LOG_x");
        std::fs::create_dir_all(&deep).unwrap();
        assert_eq!(below(folder.path(), "LOG_x"), Some(deep));
        assert_eq!(below(folder.path(), "LOG_y"), None);
    }
}
