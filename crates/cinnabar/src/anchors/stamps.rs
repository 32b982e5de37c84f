//! Time-stamps: every so often, each authority stamps the checkpoint that is shown.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cinnabar_api::Witnessed;
use cinnabar_store::Store;
use cinnabar_timestamp::{Client, Nonce, Request};
use cinnabar_tlog::{Checkpoint, Note, Size};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::gauge::ConstGauge;
use tokio::sync::watch;

use super::{Authority, now};
use crate::out::reasons;

/// How long an authority may take to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);
/// How soon after the start the first stamp is asked for, and how soon again after nobody stamped: the first checkpoint, and the witnesses'
/// quorum, are there by then.
const RETRY: Duration = Duration::from_secs(5);
/// The longest pause after failures.
const RETRY_MAX: Duration = Duration::from_secs(300);

/// Who stamps, and what was stamped last.
pub(super) struct Stamps {
    authorities: Vec<Authority>,
    client: Client,
    store: Store,
    witnessed: Option<Arc<Witnessed>>,
    last: Mutex<Last>,
}

#[derive(Clone, Debug, Default)]
struct Last {
    /// Size stamped last, and when by this machine's clock.
    stamped: Option<(Size, u64)>,
    /// What failed last, by authority.
    failures: Vec<String>,
}

impl Stamps {
    /// Starts asking, until `stop` is true.
    pub(super) fn start(
        authorities: Vec<Authority>,
        every: Duration,
        store: Store,
        witnessed: Option<Arc<Witnessed>>,
        mut stop: watch::Receiver<bool>,
    ) -> Arc<Self> {
        let stamps = Arc::new(Self {
            authorities,
            client: Client::new(ANSWER_WITHIN),
            store,
            witnessed,
            last: Mutex::default(),
        });
        let working = Arc::clone(&stamps);
        tokio::spawn(async move {
            let mut pause = RETRY;
            loop {
                tokio::select! {
                    () = tokio::time::sleep(pause) => {}
                    _ = stop.wait_for(|stop| *stop) => return,
                }
                let round = Arc::clone(&working);
                let complete = tokio::task::spawn_blocking(move || round.round()).await;
                pause = match complete {
                    Ok(true) => every.max(RETRY),
                    Ok(false) => (pause * 2).min(RETRY_MAX).min(every.max(RETRY)),
                    Err(_) => return,
                };
            }
        });
        stamps
    }

    /// The checkpoint to stamp: the newest that meets the quorum, if there is one, so that one checkpoint has both; else the newest.
    fn checkpoint(&self) -> Option<(Size, Note)> {
        let met = self.witnessed.as_ref().and_then(|known| known.newest());
        let met = met.and_then(|size| self.store.checkpoint_at(size).ok().flatten());
        let note = met.or_else(|| self.store.checkpoint())?;
        let note = Note::parse(note.as_bytes()).ok()?;
        let size = Checkpoint::parse(note.text()).ok()?.size;
        Some((size, note))
    }

    /// Has every authority stamp the checkpoint, unless it has. True if all of them have.
    fn round(&self) -> bool {
        let Some((size, note)) = self.checkpoint() else {
            return false;
        };
        let mut failures = Vec::new();
        for authority in &self.authorities {
            if let Err(why) = self.stamp(authority, size, &note) {
                tracing::warn!(authority = authority.name, why, "No time-stamp.");
                failures.push(format!("{}: {why}", authority.name));
            }
        }
        let complete = failures.is_empty();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() < self.authorities.len() {
            last.stamped = Some((size, now()));
        }
        last.failures = failures;
        complete
    }

    fn stamp(&self, authority: &Authority, size: Size, note: &Note) -> Result<(), String> {
        let kept = self
            .store
            .timestamps(size)
            .map_err(|error| reasons(&error))?;
        if kept.iter().any(|(name, _)| *name == authority.name) {
            return Ok(());
        }
        let nonce = Nonce::random().map_err(|error| error.to_string())?;
        let request = Request::over(note, nonce);
        let token = self
            .client
            .stamp(&authority.url, &request)
            .map_err(|error| reasons(&error))?;
        // What doesn't lead to the configured certificates is not kept.
        token
            .verify(request.imprint(), &authority.trust)
            .map_err(|error| reasons(&error))?;
        let kept = self
            .store
            .keep_timestamp(size, &authority.name, &token.to_response());
        kept.map(drop).map_err(|error| reasons(&error))
    }

    /// How it goes, in words.
    pub(super) fn told(&self) -> String {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let stamped = match last.stamped {
            None => "nothing is stamped since the start".to_owned(),
            Some((size, at)) => {
                format!("size {size} was stamped {} s ago", now().saturating_sub(at))
            }
        };
        match last.failures.as_slice() {
            [] => stamped,
            some => format!("{stamped}; {}", some.join("; ")),
        }
    }
}

/// What is measured of time-stamps.
pub(super) struct Metrics(pub(super) Arc<Stamps>);

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Collector for Metrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let last = self.0.last.lock().unwrap_or_else(PoisonError::into_inner);
        let mut metrics = vec![(
            "cinnabar_timestamp_authorities_failing",
            "Authorities that gave no time-stamp in the last round",
            last.failures.len() as u64,
        )];
        if let Some((size, at)) = last.stamped {
            metrics.push((
                "cinnabar_timestamped_size",
                "Entries under the checkpoint stamped last",
                size.get(),
            ));
            metrics.push((
                "cinnabar_timestamped_age_seconds",
                "Seconds since a checkpoint was stamped",
                now().saturating_sub(at),
            ));
        }
        for (name, help, value) in metrics {
            let metric = ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX));
            metric.encode(encoder.encode_descriptor(name, help, None, metric.metric_type())?)?;
        }
        Ok(())
    }
}
