//! The ledger's side of witnessing: shows them its checkpoints, keeps what they cosign, and says what they say.

use std::sync::Arc;

use cinnabar_api::Witnessed;
use cinnabar_ledger::node::Seen;
use cinnabar_store::Store;
use cinnabar_tlog::{Checkpoint, ConsistencyProof, Note, NoteSignature, Size, TrustPolicy};
use cinnabar_witness::Feeder;
use cinnabar_witness::feeder::{
    LastCosigned, Log, LogFailure, MonitoringPrefixes, Options, Published, WitnessStatus,
};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::gauge::ConstGauge;
use tokio::sync::watch;

use super::now;
use crate::exit::{Exit, Failure, OrFail as _};
use crate::out::reasons;

/// The ledger, as witnesses see it.
struct Shown {
    store: Store,
    witnessed: Arc<Witnessed>,
}

impl Log for Shown {
    fn newest(&self) -> Option<Published> {
        let note = Note::parse(self.store.checkpoint()?.as_bytes()).ok()?;
        Published::new(&note).ok()
    }

    fn consistency(&self, old: Size, new: Size) -> Result<ConsistencyProof, LogFailure> {
        self.store
            .consistency_proof(old, new)
            .map_err(LogFailure::new)
    }

    /// The first line of each witness is kept for good: it says how early the checkpoint was there. Later ones only say that it is still
    /// the newest, and are kept in memory: one every ten minutes would fill the note.
    fn keep(&self, cosigned: &Note) -> Result<(), LogFailure> {
        let Checkpoint { size, .. } =
            Checkpoint::parse(cosigned.text()).map_err(LogFailure::new)?;
        let kept = self.store.checkpoint_at(size).map_err(LogFailure::new)?;
        let kept = kept.and_then(|note| Note::parse(note.as_bytes()).ok());
        let is_kept = |line: &&NoteSignature| {
            let same = |other: &NoteSignature| {
                other.name() == line.name() && other.key_id() == line.key_id()
            };
            kept.as_ref()
                .is_some_and(|note| note.signatures().iter().any(same))
        };
        let (known, new): (Vec<_>, Vec<_>) = cosigned.signatures().iter().partition(is_kept);
        if !new.is_empty() {
            self.store
                .keep_checkpoint(&cosigned.to_string())
                .map_err(LogFailure::new)?;
        }
        let origin = cosigned.text().lines().next().unwrap_or_default();
        for line in known
            .into_iter()
            .filter(|line| line.name().as_str() != origin)
        {
            self.witnessed.refresh(size, line.clone());
        }
        self.witnessed
            .look(&self.store, size)
            .map_err(LogFailure::new)
    }
}

/// Starts asking the witnesses of `policy`.
pub(super) fn start(
    policy: &TrustPolicy,
    monitoring: MonitoringPrefixes,
    store: &Store,
    witnessed: &Arc<Witnessed>,
    stop: &watch::Receiver<bool>,
) -> Result<Feeder, Failure> {
    let (earlier, kept) = (Arc::clone(witnessed), store.clone());
    // What was cosigned before this start.
    tokio::task::spawn_blocking(move || {
        if let Err(error) = earlier.look_back(&kept) {
            tracing::error!(error = reasons(&error), "The checkpoints can't be read.");
        }
    });
    let log: Arc<dyn Log> = Arc::new(Shown {
        store: store.clone(),
        witnessed: Arc::clone(witnessed),
    });
    let mut options = Options::new(|alarm| {
        tracing::error!(
            witness = alarm.witness,
            ours = alarm.ours.to_string(),
            theirs = alarm.theirs.as_ref().map(ToString::to_string),
            "ALARM: {}",
            alarm.kind
        );
    });
    options.monitoring = monitoring;
    Feeder::start(policy, &log, &options, stop).or_fail(Exit::Usage)
}

/// What witnesses say they cosigned. Who gave no answer is told of in the log.
pub(super) fn seen(answers: Vec<LastCosigned>) -> Vec<Seen> {
    let mut seen = Vec::new();
    for LastCosigned { witness, last } in answers {
        match last {
            Ok(Some(cosigned)) => seen.push(Seen {
                size: cosigned.checkpoint().size,
                root: cosigned.checkpoint().root,
                by: format!("the witness {witness}"),
            }),
            Ok(None) => tracing::info!(witness, "The witness shows nothing of this ledger."),
            Err(error) => tracing::warn!(
                witness,
                error = reasons(&error),
                "The witness can't be asked what it cosigned."
            ),
        }
    }
    seen
}

/// Seconds since the newest cosignature, by the witnesses' clocks; none before the first.
fn age(statuses: &[WitnessStatus]) -> Option<u64> {
    let times = statuses.iter().filter_map(|status| status.cosigned);
    let newest = times.map(|cosigned| cosigned.time.get()).max()?;
    Some(now().saturating_sub(newest))
}

/// What `/readyz` tells: how it goes, or the alarms.
pub(super) fn check(
    feeder: &Feeder,
    witnessed: Option<&Witnessed>,
    store: &Store,
) -> Result<Option<String>, String> {
    let statuses = feeder.status();
    let alarms: Vec<String> = statuses
        .iter()
        .filter_map(|status| status.alarm.as_ref())
        .map(|alarm| format!("ALARM by {}: {}", alarm.witness, alarm.kind))
        .collect();
    if !alarms.is_empty() {
        return Err(alarms.join("; "));
    }
    let met = witnessed.and_then(Witnessed::newest).unwrap_or_default();
    let behind = store.head().size.get().saturating_sub(met.get());
    let newest = match age(&statuses) {
        None => "no cosignature since the start".to_owned(),
        Some(seconds) => format!("the newest cosignature is {seconds} s old"),
    };
    let silent = statuses
        .iter()
        .filter(|status| status.last_failure.is_some());
    let silent: Vec<String> = silent
        .map(|status| {
            let why = status.last_failure.as_ref().map(|failure| reasons(failure));
            format!("{}: {}", status.name, why.unwrap_or_default())
        })
        .collect();
    let silent = match silent.as_slice() {
        [] => String::new(),
        some => format!("; {}", some.join("; ")),
    };
    Ok(Some(format!(
        "the quorum covers {met} entries, {behind} wait for it; {newest}{silent}"
    )))
}

/// What is measured of the witnesses.
pub(super) struct Metrics {
    pub(super) feeder: Arc<Feeder>,
    pub(super) witnessed: Option<Arc<Witnessed>>,
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Collector for Metrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let statuses = self.feeder.status();
        let met = self.witnessed.as_ref().and_then(|known| known.newest());
        let count = |is: fn(&WitnessStatus) -> bool| {
            statuses.iter().filter(|status| is(status)).count() as u64
        };
        let mut metrics = vec![
            (
                "cinnabar_witnessed_size",
                "Entries under the newest checkpoint that meets the quorum of witnesses",
                met.unwrap_or_default().get(),
            ),
            (
                "cinnabar_witness_alarms",
                "Witnesses that have raised an alarm since the start",
                count(|status| status.alarm.is_some()),
            ),
            (
                "cinnabar_witnesses_failing",
                "Witnesses whose last round failed",
                count(|status| status.last_failure.is_some()),
            ),
        ];
        if let Some(seconds) = age(&statuses) {
            metrics.push((
                "cinnabar_witnessed_age_seconds",
                "Seconds since the newest cosignature, by the witness's clock",
                seconds,
            ));
        }
        for (name, help, value) in metrics {
            let metric = ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX));
            metric.encode(encoder.encode_descriptor(name, help, None, metric.metric_type())?)?;
        }
        Ok(())
    }
}
