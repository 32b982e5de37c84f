//! The ledger that is measured: founded, populated, running in this process; and what follows it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use bytes::Bytes;
use cinnabar_events::{Id, Name};
use cinnabar_governance::default_rulebook;
use cinnabar_ledger::client::IntakeClient;
use cinnabar_ledger::embedded::{Embedded, Embedding, login};
use cinnabar_ledger::founding::{Charter, FounderKey, Layout, random};
use cinnabar_ledger::{Answer, Identity, Mode};
use cinnabar_projections::Views;
use cinnabar_store::Store;
use futures::{StreamExt as _, TryStreamExt as _};

use crate::args::Args;
use crate::load::Target;
use crate::mix::Mix;
use crate::people::{People, key};

/// Requests in flight while the ledger is populated: half of what the queue takes.
const POPULATE_IN_FLIGHT: usize = cinnabar_ledger::QUEUE_MAX / 2;
/// How long feed and views may take to catch up between two loops.
const DRAIN_WITHIN: Duration = Duration::from_secs(120);
/// How often it is looked whether they have.
const DRAIN_LOOK: Duration = Duration::from_millis(2);
/// How long the fold waits for a commit before it looks whether it should stop.
const FOLD_LOOK: Duration = Duration::from_millis(100);

/// A running ledger, and the statements for it.
pub(crate) struct Town {
    pub(crate) ledger: Embedded,
    pub(crate) identity: Arc<Identity>,
    pub(crate) layout: Layout,
    pub(crate) mix: Mix,
    views: Option<Folding>,
    /// Signed, not sent yet.
    signed: Vec<Bytes>,
}

/// How far feed and views were behind at the end of a loop, and how fast they caught up.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Lag {
    pub(crate) feed: u64,
    pub(crate) feed_drained: f64,
    pub(crate) views: Option<(u64, f64)>,
}

impl Town {
    /// Founds a ledger in `folder`, starts it, and records everyone with their roles and the first products and incidents.
    pub(crate) async fn found(folder: &Path, args: &Args) -> Result<Self> {
        let layout = Layout::new(folder);
        let id = |text: &str| -> Result<Id> { text.parse().context("an id") };
        let founder = |name: &str| -> Result<FounderKey> {
            Ok(FounderKey {
                actor: id(name)?,
                name: Name::new(name).context("a name")?,
                key: key(name),
            })
        };
        let charter = Charter {
            origin: "ledger.example.org/bench".parse().context("an origin")?,
            name: "bench".parse().context("a short name")?,
            institution: (
                id("institution")?,
                Name::new("Institution").context("a name")?,
            ),
            jurisdiction: Name::new("Testville").context("a name")?,
            threshold: 2,
            rulebook: default_rulebook(),
        };
        let identity = layout
            .found(charter, &[founder("wang")?, founder("zhao")?])
            .context("founding a ledger")?;
        let embedding = Embedding {
            layout: layout.clone(),
            nats_server: args.nats_server.clone(),
            nats_port: None,
            clock_ahead_seconds: 0,
        };
        let ledger = Embedded::start(&embedding)
            .await
            .context("starting the ledger")?;
        let now = ledger.store.head().time.context("a ledger has a genesis")?;
        let people = People::new(identity.ledger, args.actors, now, random()?);
        let views = args
            .with_views
            .then(|| Folding::start(&ledger.store, &layout))
            .transpose()?;
        let mut town = Self {
            ledger,
            identity: Arc::new(identity),
            layout,
            mix: Mix::new(people),
            views,
            signed: Vec::new(),
        };
        for part in town.mix.foundations() {
            town.record(part).await?;
        }
        Ok(town)
    }

    /// Connections of `count` submitters, made on the runtime that calls.
    pub(crate) async fn submitters(
        (layout, url): (Layout, String),
        names: cinnabar_ledger::nats::names::Names,
        count: u16,
        echo: Option<String>,
    ) -> Result<Arc<Vec<Target>>> {
        let mut submitters = Vec::new();
        for _ in 0..count {
            let client = login(&layout, &url, "submitter")
                .await
                .context("connecting a submitter")?
                .client;
            submitters.push(match &echo {
                None => Target::Ledger(IntakeClient::new(client, &names)),
                Some(subject) => Target::Echo {
                    client,
                    subject: subject.clone(),
                },
            });
        }
        Ok(Arc::new(submitters))
    }

    /// Entries in the ledger.
    pub(crate) fn size(&self) -> u64 {
        self.ledger.store.head().size.get()
    }

    /// Blocks in the log.
    pub(crate) fn blocks(&self) -> u64 {
        self.ledger.store.position().stream_sequence
    }

    /// Records statements within the process; any refusal is an error.
    async fn record(&self, requests: Vec<Bytes>) -> Result<()> {
        let ask = |request| async move {
            match self.ledger.queue().ask(request, Mode::Record).await {
                Answer::Recorded { .. } => Ok(()),
                Answer::Refused(problem) => bail!("refused: {} ({})", problem.detail, problem.code),
                Answer::Admissible => bail!("not recorded, only admissible"),
            }
        };
        futures::stream::iter(requests)
            .map(ask)
            .buffer_unordered(POPULATE_IN_FLIGHT)
            .try_collect()
            .await
    }

    /// `count` statements to send, with all that they need recorded, and everyone caught up.
    pub(crate) async fn take(&mut self, count: usize) -> Result<Vec<Bytes>> {
        if let Some(missing) = count.checked_sub(self.signed.len()).filter(|n| *n > 0) {
            let batch = self.mix.batch(missing as u64);
            self.record(batch.before).await?;
            self.signed.extend(batch.statements);
        }
        self.drain().await?;
        Ok(self.signed.drain(..count).collect())
    }

    /// Takes back what was not sent.
    pub(crate) fn give_back(&mut self, left: Vec<Bytes>) {
        self.signed.splice(0..0, left);
    }

    /// Waits until feed and views have caught up, and tells how fast they did.
    pub(crate) async fn drain(&self) -> Result<Lag> {
        let (size, start) = (self.size(), Instant::now());
        let feed_behind = || size.saturating_sub(self.ledger.node.feed.load(Ordering::Relaxed));
        let views_behind = || match &self.views {
            Some(folding) => size.saturating_sub(folding.views.cursor().size.get()),
            None => 0,
        };
        let (feed, views) = (feed_behind(), views_behind());
        let (mut feed_rate, mut views_rate) = (None, None);
        let rate = |behind: u64| behind as f64 / start.elapsed().as_secs_f64().max(1e-9);
        while feed_rate.is_none() || views_rate.is_none() {
            if feed_rate.is_none() && feed_behind() == 0 {
                feed_rate = Some(rate(feed));
            }
            if views_rate.is_none() && views_behind() == 0 {
                views_rate = Some(rate(views));
            }
            ensure!(
                start.elapsed() < DRAIN_WITHIN,
                "feed or views don't catch up: {} and {} entries behind",
                feed_behind(),
                views_behind()
            );
            tokio::time::sleep(DRAIN_LOOK).await;
        }
        Ok(Lag {
            feed,
            feed_drained: feed_rate.unwrap_or_default(),
            views: self
                .views
                .is_some()
                .then(|| (views, views_rate.unwrap_or_default())),
        })
    }

    /// Stops everything.
    pub(crate) async fn stop(self) {
        if let Some(views) = self.views {
            views.stop();
        }
        self.ledger.stop().await;
    }
}

/// The thread that folds entries into views.
struct Folding {
    views: Views,
    stop: Arc<AtomicBool>,
    thread: thread::JoinHandle<()>,
}

impl Folding {
    fn start(store: &Store, layout: &Layout) -> Result<Self> {
        let views = Views::open(&layout.views()).context("opening the views")?;
        let stop = Arc::new(AtomicBool::new(false));
        let (store, folded, stopping) = (store.clone(), views.clone(), stop.clone());
        let fold = move || {
            while !stopping.load(Ordering::Relaxed) {
                match cinnabar_api::catch_up(&store, &folded) {
                    Ok(cursor) => drop(store.wait_beyond(cursor.size, FOLD_LOOK)),
                    // The loop that waits for the views then ends in an error.
                    Err(error) => {
                        return complain(&cinnabar_ledger::causes(&error));
                    }
                }
            }
        };
        Ok(Self {
            views,
            stop,
            thread: thread::Builder::new()
                .name("views".to_owned())
                .spawn(fold)
                .context("starting a thread")?,
        })
    }

    fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        // If it panicked, that was told.
        let _ = self.thread.join();
    }
}

fn complain(error: &str) {
    eprintln!("the views are held up: {error}");
}
