//! What handlers share: the replica, the views, and how to ask them without blocking.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use cinnabar_events::{Entry, LedgerId, Payload, Sequence};
use cinnabar_projections::{Reader, Views};
use cinnabar_store::{Snapshot, Store};
use cinnabar_tlog::{Algorithm, Checkpoint, Hash, KeyName, Note, Size, VerifierKey};
use prometheus_client::registry::Registry;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, watch};

use crate::metrics::Metrics;
use crate::parameters::Decimal;
use crate::problem::{Code, Problem};
use crate::prover::Prover;
use crate::resources::checkpoints::Counted;
use crate::resources::subjects::Counts;
use crate::resources::views::ViewDigests;
use crate::rulebook::InForce;
use crate::witnessed::Witnessed;

/// Most requests answered at a time. Each may hold a page of 100 entries, 3 MiB.
pub(crate) const IN_FLIGHT_MAX: usize = 256;
/// Most lists of what stands now that are read at a time: for its total each reads the records of a class, or all running deadlines.
const SCANS_MAX: usize = 4;
/// How long a request waits for the size that it asks for.
const WAIT_MAX: Duration = Duration::from_secs(5);

/// A part of the node whose readiness `/readyz` tells beside store and views, such as writer and NATS.
pub struct Part {
    /// Its name.
    pub name: &'static str,
    /// Whether it is ready, with what there is to tell about it; if not, why. It must answer at once.
    pub check: Box<dyn Fn() -> Result<Option<String>, String> + Send + Sync>,
}

/// What the composition adds.
#[derive(Default)]
pub struct Settings {
    /// Metrics that others registered; served on `/metrics` with ours.
    pub registry: Registry,
    /// Parts whose readiness is told.
    pub parts: Vec<Part>,
    /// Whose cosignatures count, if any do.
    pub witnessed: Option<Arc<Witnessed>>,
}

/// What handlers share. Cheap to clone.
#[derive(Clone)]
pub struct ApiState(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) views: Views,
    pub(crate) parts: Vec<Part>,
    pub(crate) witnessed: Option<Arc<Witnessed>>,
    pub(crate) metrics: Metrics,
    pub(crate) in_flight: Semaphore,
    pub(crate) scans: Semaphore,
    /// The size that readers of the views see.
    served: watch::Receiver<Size>,
    identity: OnceLock<Identity>,
    /// The rulebook asked for last.
    pub(crate) rulebook: Mutex<Option<Arc<InForce>>>,
    /// Makes inclusion proofs.
    pub(crate) prover: Prover,
    /// The newest checkpoint when somebody asked last, with its text.
    read: Mutex<Option<(String, Arc<Published>)>>,
    /// How many subjects there are, as counted last; who counts, holds it.
    pub(crate) counts: Mutex<Option<Counts>>,
    /// How many checkpoints there are.
    pub(crate) counted: Counted,
    /// What the views came to when somebody asked last; who reads every row of them, holds it.
    pub(crate) digests: Mutex<Option<ViewDigests>>,
}

/// Who the ledger is: from its genesis, so the same for ever.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) id: LedgerId,
    pub(crate) origin: String,
    pub(crate) name: String,
    pub(crate) institution: String,
    pub(crate) jurisdiction: String,
    pub(crate) log_key: VerifierKey,
}

/// The newest signed checkpoint. Nothing beyond its size is served.
#[derive(Clone, Debug)]
pub(crate) struct Published {
    pub(crate) size: Size,
    pub(crate) root: Hash,
    pub(crate) note: Note,
}

impl Published {
    /// Reads a note that the store keeps.
    pub(crate) fn read(note: &str) -> Result<Self, Problem> {
        let note = Note::parse(note.as_bytes()).map_err(|error| Problem::fault(&error))?;
        let Checkpoint { size, root, .. } =
            Checkpoint::parse(note.text()).map_err(|error| Problem::fault(&error))?;
        Ok(Self { size, root, note })
    }
}

impl ApiState {
    /// Serves `store` and `views`, which somebody else fills (see [`catch_up`](crate::catch_up)).
    pub fn new(store: Store, views: Views, settings: Settings) -> Self {
        let (tell, served) = watch::channel(views.served_cursor().size);
        views.on_change(move |cursor| {
            tell.send_replace(cursor.size);
        });
        let Settings {
            registry,
            parts,
            witnessed,
        } = settings;
        Self(Arc::new(Inner {
            store,
            views,
            parts,
            witnessed,
            metrics: Metrics::new(registry),
            in_flight: Semaphore::new(IN_FLIGHT_MAX),
            scans: Semaphore::new(SCANS_MAX),
            served,
            identity: OnceLock::new(),
            prover: Prover::default(),
            read: Mutex::default(),
            rulebook: Mutex::default(),
            counts: Mutex::default(),
            counted: Counted::default(),
            digests: Mutex::default(),
        }))
    }

    /// Runs `question` where it may block.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Inner) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let inner = Arc::clone(&self.0);
        let answer = tokio::task::spawn_blocking(move || question(&inner)).await;
        answer.map_err(|error| Problem::fault(&error))?
    }

    /// Runs `question` on the views.
    pub(crate) async fn views<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Inner, &Reader) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        self.blocking(|inner| question(inner, &inner.views.read()?))
            .await
    }

    /// Runs `question` on the records as they stand. The views have come as far, so the newest checkpoint covers them.
    pub(crate) async fn records<T: Send + 'static>(
        &self,
        min_size: Option<Decimal>,
        question: impl FnOnce(&Inner, &Snapshot<'_>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        self.wait_for(min_size).await?;
        let (state, runtime) = (self.clone(), Handle::current());
        self.blocking(move |inner| {
            let snapshot = inner.store.snapshot()?;
            let size = snapshot.head().size;
            if inner.views.served_cursor().size < size {
                runtime.block_on(state.wait_for(Some(Decimal(size.get()))))?;
            }
            question(inner, &snapshot)
        })
        .await
    }

    /// Waits until the views have come to `size`.
    pub(crate) async fn wait_for(&self, size: Option<Decimal>) -> Result<(), Problem> {
        let Some(Decimal(size)) = size else {
            return Ok(());
        };
        let mut served = self.0.served.clone();
        let enough = served.wait_for(|served| served.get() >= size);
        match tokio::time::timeout(WAIT_MAX, enough).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) | Err(_) => {
                let now = self.0.views.served_cursor().size;
                Err(Problem::new(
                    Code::Behind,
                    format!("asked for size {size}, this node is at {now}"),
                ))
            }
        }
    }
}

impl Inner {
    /// The newest checkpoint; none before the first block.
    pub(crate) fn published(&self) -> Result<Option<Published>, Problem> {
        Ok(self.newest()?.map(|newest| Published::clone(&newest)))
    }

    /// The same, shared: it is read once for all who ask before the next one.
    pub(crate) fn newest(&self) -> Result<Option<Arc<Published>>, Problem> {
        let Some(text) = self.store.checkpoint() else {
            return Ok(None);
        };
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        match &*read {
            Some((known, newest)) if *known == text => Ok(Some(Arc::clone(newest))),
            Some(_) | None => {
                let newest = Arc::new(Published::read(&text)?);
                *read = Some((text, Arc::clone(&newest)));
                Ok(Some(newest))
            }
        }
    }

    /// The newest checkpoint, which must be there.
    pub(crate) fn checkpoint(&self) -> Result<Published, Problem> {
        self.published()?
            .ok_or_else(|| Problem::not_found("a checkpoint"))
    }

    /// The entry at `sequence`, if the published checkpoint covers it.
    pub(crate) fn entry(&self, published: &Published, sequence: Decimal) -> Result<Entry, Problem> {
        let bytes = self.entry_bytes(published, sequence)?;
        Entry::parse(bytes).map_err(|error| Problem::fault(&error))
    }

    /// The same, as the bytes that the store has.
    pub(crate) fn entry_bytes(
        &self,
        published: &Published,
        Decimal(sequence): Decimal,
    ) -> Result<Vec<u8>, Problem> {
        let missing = || Problem::not_found(&format!("entry {sequence}"));
        if sequence >= published.size.get() {
            return Err(missing());
        }
        self.store
            .entry(Sequence::new(sequence))?
            .ok_or_else(missing)
    }

    /// Who the ledger is.
    pub(crate) fn identity(&self) -> Result<&Identity, Problem> {
        if let Some(identity) = self.identity.get() {
            return Ok(identity);
        }
        let genesis = self.entry(&self.checkpoint()?, Decimal(0))?;
        let Payload::LedgerOpened(opened) = &genesis.statement().payload else {
            return Err(Problem::new(Code::Fault, "the first entry opens no ledger"));
        };
        let name = KeyName::new(opened.origin.as_str()).map_err(|error| Problem::fault(&error))?;
        let log_key = VerifierKey::new(name, Algorithm::Ed25519, opened.log_key.as_bytes())
            .map_err(|error| Problem::fault(&error))?;
        Ok(self.identity.get_or_init(|| Identity {
            id: LedgerId::of(genesis.signed().bytes()),
            origin: opened.origin.to_string(),
            name: opened.name.to_string(),
            institution: opened.institution.name.to_string(),
            jurisdiction: opened.jurisdiction.to_string(),
            log_key,
        }))
    }
}
