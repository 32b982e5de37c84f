//! What ties a ledger's checkpoints down outside of it: witnesses that cosign them, authorities that stamp them.

mod settings;
mod stamps;
mod witnesses;

use std::sync::Arc;

use cinnabar_api::{Part, Witnessed};
use cinnabar_ledger::Identity;
use cinnabar_ledger::node::Seen;
use cinnabar_store::Store;
use prometheus_client::registry::Registry;
use tokio::sync::watch;

pub use settings::{AnchorArgs, StampSettings, WitnessSettings};
use settings::{Authority, Prepared};

use crate::exit::{Exit, Failure, OrFail as _};

/// Witnesses and authorities, read from the configuration and not asked for anything yet.
pub struct Anchors {
    prepared: Prepared,
    origin: cinnabar_tlog::Origin,
    witnessed: Option<Arc<Witnessed>>,
}

/// What runs beside the node.
pub struct Running {
    feeder: Option<Arc<cinnabar_witness::Feeder>>,
    stamps: Option<Arc<stamps::Stamps>>,
    witnessed: Option<Arc<Witnessed>>,
    store: Store,
    stop: watch::Sender<bool>,
}

impl Anchors {
    /// Reads policy and certificates.
    ///
    /// # Errors
    /// With what is wrong in which file.
    pub fn read(
        witnesses: Option<&WitnessSettings>,
        stamps: Option<&StampSettings>,
        identity: &Identity,
    ) -> Result<Self, Failure> {
        let prepared = Prepared::read(witnesses, stamps, &identity.vkey)?;
        let policy = prepared.policy.clone();
        Ok(Self {
            witnessed: policy.map(|policy| Arc::new(Witnessed::new(policy))),
            origin: identity.vkey.name().clone(),
            prepared,
        })
    }

    /// What the witnesses say they cosigned last: nothing shorter is written on. Who can't be asked is told of in the log: the mark beside
    /// the data, and the other witnesses, are asked too.
    pub async fn seen(&self) -> Result<Vec<Seen>, Failure> {
        let Some(policy) = self.prepared.policy.clone() else {
            return Ok(Vec::new());
        };
        let (origin, monitoring) = (self.origin.clone(), self.prepared.monitoring.clone());
        let asked = tokio::task::spawn_blocking(move || {
            cinnabar_witness::ask_last(&policy, &origin, &monitoring)
        });
        Ok(witnesses::seen(asked.await.or_fail(Exit::Bug)?))
    }

    /// Starts asking. Has to be called within a runtime.
    ///
    /// # Errors
    /// If the policy has too many witnesses.
    pub fn start(self, store: &Store) -> Result<Running, Failure> {
        let (stop, stopped) = watch::channel(false);
        let feeder = match (&self.prepared.policy, &self.witnessed) {
            (Some(policy), Some(witnessed)) => {
                let monitoring = self.prepared.monitoring.clone();
                let feeder = witnesses::start(policy, monitoring, store, witnessed, &stopped)?;
                Some(Arc::new(feeder))
            }
            (_, None) | (None, _) => None,
        };
        let Prepared {
            authorities, every, ..
        } = self.prepared;
        let stamps = (!authorities.is_empty()).then(|| {
            let witnessed = self.witnessed.clone();
            stamps::Stamps::start(authorities, every, store.clone(), witnessed, stopped)
        });
        Ok(Running {
            feeder,
            stamps,
            witnessed: self.witnessed,
            store: store.clone(),
            stop,
        })
    }
}

impl Running {
    /// Whose cosignatures count, for the API.
    pub fn witnessed(&self) -> Option<Arc<Witnessed>> {
        self.witnessed.clone()
    }

    /// What `/readyz` tells: an alarm is no readiness; witnesses that don't answer are only told of, as they can't hold up a ledger.
    pub fn parts(&self) -> Vec<Part> {
        let mut parts = Vec::new();
        if let Some(feeder) = self.feeder.clone() {
            let (witnessed, store) = (self.witnessed.clone(), self.store.clone());
            parts.push(Part {
                name: "witnesses",
                check: Box::new(move || witnesses::check(&feeder, witnessed.as_deref(), &store)),
            });
        }
        if let Some(stamps) = self.stamps.clone() {
            parts.push(Part {
                name: "timestamps",
                check: Box::new(move || Ok(Some(stamps.told()))),
            });
        }
        parts
    }

    /// Registers what is measured.
    pub fn register(&self, registry: &mut Registry) {
        if let Some(feeder) = self.feeder.clone() {
            let witnessed = self.witnessed.clone();
            registry.register_collector(Box::new(witnesses::Metrics { feeder, witnessed }));
        }
        if let Some(stamps) = self.stamps.clone() {
            registry.register_collector(Box::new(stamps::Metrics(stamps)));
        }
    }

    /// Asks nobody any more. What is under way ends by itself.
    pub fn stop(self) {
        self.stop.send_replace(true);
    }
}

/// Seconds since 1970, by this machine's clock.
fn now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}
