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

use crate::args::Settings;
use crate::load::Target;
use crate::measured::Lag;
use crate::mix::{Mix, Profile};
use crate::people::{People, key};
use crate::plan::Followers;

/// Requests in flight while the ledger is populated: half of what the queue takes.
const POPULATE_IN_FLIGHT: usize = cinnabar_ledger::QUEUE_MAX / 2;
/// How long feed or views may stand still while they are waited for.
const STUCK_AFTER: Duration = Duration::from_secs(60);
/// How often it is looked whether they have.
const DRAIN_LOOK: Duration = Duration::from_millis(2);
/// How long the fold waits for a commit before it looks whether it should stop.
const FOLD_LOOK: Duration = Duration::from_millis(100);
/// How often a fold that is held looks whether it may go on.
const HELD_LOOK: Duration = Duration::from_millis(1);

/// A running ledger, and the statements for it.
pub(crate) struct Town {
    pub(crate) ledger: Embedded,
    pub(crate) identity: Arc<Identity>,
    pub(crate) layout: Layout,
    mix: Option<Mix>,
    views: Option<Folding>,
    /// Signed, not sent yet.
    signed: Vec<Bytes>,
}

impl Town {
    /// Founds a ledger in `folder`, starts it, and records everyone with their roles and the first products and incidents.
    pub(crate) async fn found(folder: &Path, args: &Settings, views: bool) -> Result<Self> {
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
        let views = views
            .then(|| Folding::start(&ledger.store, &layout))
            .transpose()?;
        let mut mix = Mix::new(people);
        let mut town = Self {
            ledger,
            identity: Arc::new(identity),
            layout,
            mix: None,
            views,
            signed: Vec::new(),
        };
        for part in mix.foundations() {
            town.record(part).await?;
        }
        town.mix = Some(mix);
        Ok(town)
    }

    /// Who makes statements; after it was taken, this town has nothing to say.
    pub(crate) fn take_mix(&mut self) -> Result<Mix> {
        self.mix.take().context("nobody makes statements")
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
            let mix = self.mix.as_mut().context("nobody makes statements")?;
            let batch = mix.batch(missing as u64);
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

    /// Says who follows from now on.
    pub(crate) fn let_follow(&self, followers: Followers) {
        let (feed, views) = match followers {
            Followers::Held => (false, false),
            Followers::Feed => (true, false),
            Followers::All => (true, true),
        };
        self.ledger.node.pause_feed(!feed);
        if let Some(folding) = &self.views {
            folding.held.store(!views, Ordering::Relaxed);
        }
    }

    /// Where the views have come to, if there are any: as far as the ledger, with its root, or something is wrong.
    pub(crate) fn folded(&self) -> Result<Option<u64>> {
        let Some(folding) = &self.views else {
            return Ok(None);
        };
        let (cursor, head) = (folding.views.cursor(), self.ledger.store.head());
        ensure!(
            (cursor.size, cursor.root, cursor.head) == (head.size, head.root, head.hash),
            "the views stand at {} of {}, or at another root",
            cursor.size.get(),
            head.size.get()
        );
        Ok(Some(cursor.size.get()))
    }

    /// Waits until feed and views have caught up, and tells how fast they did: first the feed alone, then the views alone.
    pub(crate) async fn drain(&self) -> Result<Lag> {
        let behind = (self.feed_behind(), self.views_behind());
        self.let_follow(Followers::Feed);
        let feed_drained = self.drained(behind.0, || self.feed_behind()).await?;
        self.let_follow(Followers::All);
        let left = self.views_behind();
        let views_drained = self.drained(left, || self.views_behind()).await?;
        Ok(Lag {
            feed_behind: behind.0,
            feed_drained,
            views_behind: behind.1,
            views_drained,
        })
    }

    pub(crate) fn feed_behind(&self) -> u64 {
        let feed = self.ledger.node.feed.load(Ordering::Relaxed);
        self.size().saturating_sub(feed)
    }

    pub(crate) fn views_behind(&self) -> u64 {
        self.views.as_ref().map_or(0, |folding| {
            self.size()
                .saturating_sub(folding.views.cursor().size.get())
        })
    }

    /// Waits until nobody is behind, and tells at how many entries a second `behind` entries were taken.
    async fn drained(&self, behind: u64, now: impl Fn() -> u64) -> Result<f64> {
        let (start, mut left, mut moved) = (Instant::now(), now(), Instant::now());
        while left > 0 {
            let next = now();
            if next < left {
                moved = Instant::now();
            }
            left = next;
            ensure!(
                moved.elapsed() < STUCK_AFTER,
                "feed or views don't catch up: {left} entries behind"
            );
            tokio::time::sleep(DRAIN_LOOK).await;
        }
        Ok(behind as f64 / start.elapsed().as_secs_f64().max(1e-9))
    }

    /// Stops everything.
    pub(crate) async fn stop(self) {
        if let Some(views) = self.views {
            views.stop();
        }
        self.ledger.stop().await;
    }

    /// What the statements are like.
    pub(crate) fn profile(&mut self) -> Profile {
        self.mix.as_mut().map(Mix::profile).unwrap_or_default()
    }
}

/// The thread that folds entries into views.
struct Folding {
    views: Views,
    stop: Arc<AtomicBool>,
    held: Arc<AtomicBool>,
    thread: thread::JoinHandle<()>,
}

impl Folding {
    fn start(store: &Store, layout: &Layout) -> Result<Self> {
        let views = Views::open(&layout.views()).context("opening the views")?;
        let (stop, held) = (Arc::<AtomicBool>::default(), Arc::<AtomicBool>::default());
        let (store, folded) = (store.clone(), views.clone());
        let (stopping, holding) = (stop.clone(), held.clone());
        let fold = move || {
            while !stopping.load(Ordering::Relaxed) {
                if holding.load(Ordering::Relaxed) {
                    thread::sleep(HELD_LOOK);
                    continue;
                }
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
            held,
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
