//! What is measured here, beside what others registered.

use std::fmt;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Upper bounds of the latency histogram, in seconds.
const LATENCY_BUCKETS: [f64; 9] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1.0, 5.0];

/// One answer: by route, so that there are as many series as routes and statuses, whatever is asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

/// Counters, histograms and the registry they are in.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    seconds: Family<Route, Histogram>,
    ledger_size: Gauge<u64, AtomicU64>,
    views_size: Gauge<u64, AtomicU64>,
    views_lag: Gauge<u64, AtomicU64>,
}

impl Metrics {
    /// Registers ours in `registry`.
    pub(crate) fn new(mut registry: Registry) -> Self {
        let requests = Family::default();
        let seconds =
            Family::new_with_constructor((|| Histogram::new(LATENCY_BUCKETS)) as fn() -> Histogram);
        let (ledger_size, views_size, views_lag) =
            (Gauge::default(), Gauge::default(), Gauge::default());
        registry.register(
            "cinnabar_http_requests",
            "Requests answered, by route and status",
            requests.clone(),
        );
        registry.register(
            "cinnabar_http_request_duration_seconds",
            "Time from request to answer, by route",
            seconds.clone(),
        );
        registry.register(
            "cinnabar_ledger_size",
            "Entries in the replica",
            ledger_size.clone(),
        );
        registry.register(
            "cinnabar_views_size",
            "Entries that readers of the views see",
            views_size.clone(),
        );
        registry.register(
            "cinnabar_views_lag_entries",
            "Entries in the replica that readers of the views do not see yet",
            views_lag.clone(),
        );
        Self {
            registry,
            requests,
            seconds: Family::clone(&seconds),
            ledger_size,
            views_size,
            views_lag,
        }
    }

    /// Notes one answer.
    pub(crate) fn answered(&self, route: &str, status: u16, took: Duration) {
        self.requests
            .get_or_create(&Answered {
                route: route.to_owned(),
                status,
            })
            .inc();
        self.seconds
            .get_or_create(&Route {
                route: route.to_owned(),
            })
            .observe(took.as_secs_f64());
    }

    /// Everything in the registry as text.
    pub(crate) fn text(&self, ledger: u64, views: u64, lag: u64) -> Result<String, fmt::Error> {
        self.ledger_size.set(ledger);
        self.views_size.set(views);
        self.views_lag.set(lag);
        let mut out = String::new();
        text::encode(&mut out, &self.registry)?;
        Ok(out)
    }
}
